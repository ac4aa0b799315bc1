/*
 * herder_fixture - a worker without REST for tests: a herder on a thread, whose connect-host is the test program
 * itself (see fake_host.h). Every helper fails the running CUnit test when what it waits for does not come.
 */
#ifndef CW_TESTS_HERDER_FIXTURE_H
#define CW_TESTS_HERDER_FIXTURE_H

#include <pthread.h>

#include "herder/internal.h"
#include "unit.h"

#define DEADLINE_MS 20000
#define GRACE_MS 400 /* task.shutdown.graceful.timeout.ms, unless a test changes w.settings */

struct test_worker {
	char *folder, *state;
	json_t *settings;
	struct cw_worker_config config;
	struct cw_herder *herder;
	pthread_t thread;
	bool runs;
};

/* One at a time. */
extern struct test_worker w;

/* A herder on a state of its own; nothing runs yet. */
void open_worker(void);
void run_worker(void);
/* open_worker() and run_worker(). */
void start_worker(void);
/* Drains; fine when it does not run. */
void stop_worker(void);
/* For each test. */
void set_up(void);
void tear_down(void);
/* Requests. */
struct cw_answer call_with_timeout(enum cw_op op, const char *name, int64_t timeout_ms);
struct cw_answer call_with(enum cw_op op, const char *name, int task, uint32_t flags, const json_t *body);
void expect_ok(struct cw_answer answer);
void expect_error(struct cw_answer answer, enum cw_error_code code, const char *words);
/* Takes body. */
struct cw_answer call_body(enum cw_op op, const char *name, json_t *body);
struct cw_answer call(enum cw_op op, const char *name);
void ok(enum cw_op op, const char *name);
/* JSON with single quotes; new. */
json_t *parsed(const char *text);
/* That the answer is this JSON, with single quotes. */
void expect_body(struct cw_answer answer, const char *wanted);
/* A config from JSON with single quotes, with a class of ours unless it names one. New. */
json_t *config_of(const char *text);
struct cw_answer create_in(const char *name, const char *config, const char *state);
void create(const char *name, const char *config);
/* Between two looks at a condition: the machine is shared. false: it is too late. */
bool look_again(int64_t deadline);
/* "RUNNING RUNNING FAILED": the connector's state, then the tasks'. "gone": there is none. */
void wait_states(const char *name, const char *wanted);
/* Of a task, or (-1) of the connector. */
void expect_trace(const char *name, int task, const char *words);
/* A number of a task: its metric, or "restarts". -1: not there. */
json_int_t number_of(const char *name, int task, const char *what);
json_int_t worker_number(const char *what);
void wait_number(const char *name, int task, const char *what, json_int_t wanted);
/* Of the host that has spoken last. */
pid_t host_pid(const char *name);
void wait_other_host(const char *name, pid_t old);
/* A file of the test's folder; new, "" when there is none. */
char *read_file(const char *name);
/* config_of(), with fake.starts naming the file "starts". */
json_t *starts_config(const char *more);

/* main() of such a test: the tests, or connect-host when it was started as that. */
int herder_test_main(int argc, char **argv, CU_TestInfo *tests);

#endif
