/*
 * host_driver - drives connect-host as its worker does: the real program with scripted plugins, over its
 * sockets, and an embedded broker. Every wait has a deadline; one that passes fails the test.
 *
 * The tests of a program share a broker and run side by side in a few processes, since a broker lets each
 * new group wait for three seconds.
 */
#ifndef CW_TESTS_HOST_DRIVER_H
#define CW_TESTS_HOST_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <CUnit/Basic.h>
#include <jansson.h>

#include "base/buf.h"

struct host_process {
	pid_t pid;
	int fd, crash_fd;
	struct cw_buf in;
	uint64_t seq;     /* of the newest offsets */
	json_t *offsets;  /* the newest, by partition as text */
	json_t *metrics;  /* the newest of task 0 */
	bool stores_none; /* a worker whose store is in trouble: offsets are not acknowledged */
	int status;
};

/* How a host is started; zeroes are the usual. */
struct host_options {
	const char *worker; /* more of the worker's config, as "key=value" words; these win */
	json_t *offsets;    /* of its tasks; taken */
	bool paused;
};

/* Of the running program. */
const char *host_bootstrap(void);
const char *host_folder(void);

/* connect-host FIRST [--connector SECOND] */
struct host_process host_spawn(const char *first, const char *second);
/* Starts a host and its tasks; `config` is "key=value" words. */
struct host_process host_run_with(const char *name, const char *config, const struct host_options *options);
struct host_process host_run(const char *name, const char *config);
/* Hears it out and collects its status. */
void host_reap(struct host_process *p);
/* Asks it to end within ten seconds, and checks that it ends well. */
void host_stop(struct host_process *p);
/* Asks it to end, and checks that it ends well within host_time_ms(timeout_ms). */
void host_stop_within(struct host_process *p, int64_t timeout_ms);
/* Asks it, or one of its tasks, to end within host_time_ms(timeout_ms). */
void host_say_stop(struct host_process *p, int64_t timeout_ms);
void host_say_stop_task(struct host_process *p, int task, int64_t timeout_ms);
/* The time that a host is given for what an ordinary build does in timeout_ms: a sanitizer makes all of it slower. */
int64_t host_time_ms(int64_t timeout_ms);
/* Its worker is gone: checks that the host ends within timeout_ms, with that exit status, and collects it. */
void host_orphan(struct host_process *p, int64_t timeout_ms, int status);

void host_say(struct host_process *p, json_t *message); /* takes the message */
/* The next message, or NULL at end of file. */
json_t *host_hear(struct host_process *p, int64_t deadline_ms);
/* What a worker does with what it is told: stores offsets, keeps metrics. */
void host_attend(struct host_process *p, json_t *message);
/* Waits for the message with that type and, unless NULL, that state; new. */
json_t *host_wait_for(struct host_process *p, const char *type, const char *state);
void host_expect(struct host_process *p, const char *type, const char *state);
/* Waits for FAILED with that in its trace. */
void host_expect_failed(struct host_process *p, const char *text);
/* What it says in the next `ms` milliseconds is attended to. */
void host_attend_for(struct host_process *p, int64_t ms);

int64_t host_metric(struct host_process *p, const char *name);
void host_wait_at_least(struct host_process *p, const char *name, int64_t value); /* until the metric has reached that */
/* The same, and it may not be more. */
void host_wait_metric(struct host_process *p, const char *name, int64_t value);
void host_wait_zero(struct host_process *p, const char *name); /* until the gauge is 0 */
json_t *host_stored_offsets(struct host_process *p); /* new */

/* A name that no other test has. */
const char *host_fresh_name(char *out, size_t size, const char *prefix);
char *host_read_file(const char *path); /* new */
/* Each of v0 … v<count-1> was taken exactly once, in order (one partition), as the scripted sink's "put" lines tell. */
void host_check_puts(const char *path, long count);
/* The committed offset of a partition of the connector's group. */
int64_t host_committed(const char *connector, const char *topic, int32_t partition);
/* v<from> … at the end of a partition of the topic. */
void host_fill(const char *bootstrap, const char *topic, int32_t partition, long from, long count);

/* The main() of such a program; tests ends with CU_TEST_INFO_NULL. */
int host_test_main(const char *suite, CU_TestInfo *tests);

#endif
