/* Frames, the loop, processes; hosts and one-shots against a fake host that is this program itself. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fake_host.h"
#include "supervisor/hostproc.h"
#include "supervisor/oneshot.h"
#include "supervisor/process.h"
#include "supervisor/protocol.h"
#include "supervisor/usage.h"
#include "unit.h"

#define DEADLINE_MS 10000

static char self[PATH_MAX];

/* ---- frames -------------------------------------------------------------------------------- */

static void test_frame__is_whole_wherever_it_was_split(void)
{
	struct cw_buf out = { 0 };
	json_t *message = json_pack("{ssss}", "type", "status", "trace", "a\nb \xc3\xa4");

	cw_frame_append(&out, message);
	cw_frame_append(&out, message);
	for (size_t split = 0; split <= out.n; split++) {
		struct cw_buf in = { 0 };
		json_t *taken[3] = { NULL, NULL, NULL };
		int n = 0;

		cw_buf_append(&in, out.p, split);
		while (cw_frame_take(&in, &taken[n]) > 0)
			n++;
		cw_buf_append(&in, out.p + split, out.n - split);
		while (n < 2 && cw_frame_take(&in, &taken[n]) > 0)
			n++;
		CU_ASSERT_EQUAL(n, 2);
		CU_ASSERT_EQUAL(cw_frame_take(&in, &taken[2]), 0);
		CU_ASSERT_EQUAL(in.n, 0);
		CU_ASSERT_TRUE(json_equal(taken[0], message) && json_equal(taken[1], message));
		json_decref(taken[0]);
		json_decref(taken[1]);
		cw_buf_free(&in);
	}
	json_decref(message);
	cw_buf_free(&out);
}

static void test_frame__of_nothing_is_nothing(void)
{
	struct cw_buf out = { 0 };

	cw_frame_append(&out, NULL);
	CU_ASSERT_EQUAL(out.n, 0);
	cw_buf_free(&out);
}

static void test_frame__refuses_what_is_none(void)
{
	static const struct {
		const char *bytes;
		size_t n;
	} broken[] = {
		{ "\x04\0\0\1", 4 }, { "\0\0\0\2{]", 6 }, { "\0\0\0\2[]", 6 }, { "\0\0\0\2{}", 6 }, { "\0\0\0\0", 4 },
		{ "\0\0\0\x0a{\"type\":1}", 14 },
	};

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct cw_buf in = { 0 };
		json_t *message = NULL;

		cw_buf_append(&in, broken[i].bytes, broken[i].n);
		CU_ASSERT_EQUAL(cw_frame_take(&in, &message), -1);
		CU_ASSERT_PTR_NULL(message);
		cw_buf_free(&in);
	}
}

/* ---- loop ---------------------------------------------------------------------------------- */

struct order {
	struct cw_loop *loop;
	struct cw_timer timers[3];
	char said[16];
};

static void say(struct order *order, char c)
{
	size_t n = strlen(order->said);

	order->said[n] = c;
}

static void on_first(void *arg)
{
	struct order *order = arg;

	say(order, '1');
	cw_loop_unset_timer(order->loop, &order->timers[1]);
}

static void on_second(void *arg)
{
	say(arg, '2');
}

static void on_third(void *arg)
{
	say(arg, '3');
}

static void test_loop__runs_timers_in_order_and_lets_them_be_unset(void)
{
	struct order order = { .loop = cw_loop_new(NULL) };
	int64_t now = cw_clock_ms();
	void (*const fns[])(void *) = { on_first, on_second, on_third };

	for (int i = 0; i < 3; i++)
		order.timers[i] = (struct cw_timer){ .fn = fns[i], .arg = &order };
	cw_loop_set_timer(order.loop, &order.timers[2], now + 3);
	cw_loop_set_timer(order.loop, &order.timers[1], now + 2);
	cw_loop_set_timer(order.loop, &order.timers[0], now + 60000);
	cw_loop_set_timer(order.loop, &order.timers[0], now + 1); /* moved */
	while (order.timers[2].active)
		cw_loop_step(order.loop, -1);
	CU_ASSERT_STRING_EQUAL(order.said, "13");
	CU_ASSERT_TRUE(cw_clock_ms() - now < 30000);
	cw_loop_free(order.loop);
}

/* ---- hosts --------------------------------------------------------------------------------- */

struct seen {
	struct cw_loop *loop;
	struct cw_hostproc *host;
	char types[400];
	bool gone, clean, killed;
	char *trace;
	pid_t pid;
};

static void on_message(void *arg, const json_t *message)
{
	struct seen *seen = arg;
	const char *type = json_string_value(json_object_get(message, "type"));
	const char *state = json_string_value(json_object_get(message, "state"));
	size_t n = strlen(seen->types);

	snprintf(seen->types + n, sizeof(seen->types) - n, "%s ", state ? state : type);
}

static void on_gone(void *arg, const struct cw_hostproc_end *end)
{
	struct seen *seen = arg;

	seen->gone = true;
	seen->clean = end->clean;
	seen->killed = end->killed;
	seen->trace = cw_strdup(end->trace);
	cw_hostproc_free(seen->host);
	seen->host = NULL;
}

static void start(struct seen *seen, json_t *config, int lock_fd)
{
	struct cw_hostproc_options options = {
		.program = self, .mode = "--run", .connector = "c", .lock_fd = lock_fd,
		.message = on_message, .gone = on_gone, .arg = seen,
	};

	*seen = (struct seen){ .loop = cw_loop_new(NULL) };
	seen->host = cw_hostproc_start(seen->loop, &options, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(seen->host);
	seen->pid = cw_hostproc_pid(seen->host);
	cw_hostproc_send(seen->host, json_pack("{ssso}", "type", "configure", "config", config));
}

static void send_simple(struct seen *seen, const char *type)
{
	cw_hostproc_send(seen->host, json_pack("{sssiss}", "type", type, "task", 0, "x", "y"));
}

/* Until the host has said `word`, or (NULL) is gone. */
static void wait_for(struct seen *seen, const char *word)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;

	while (!seen->gone && !(word && strstr(seen->types, word)) && cw_clock_ms() < deadline)
		cw_loop_step(seen->loop, 100);
	CU_ASSERT_TRUE(word ? strstr(seen->types, word) != NULL : seen->gone);
}

static void expect_trace(const struct seen *seen, const char *words)
{
	CW_AUTO_FREE char *wanted = cw_format("connect-host of connector c (pid %ld) %s", (long)seen->pid, words);

	if (!seen->trace || strcmp(seen->trace, wanted) != 0)
		fprintf(stderr, "\nfound  %s\nwanted %s\n", seen->trace ? seen->trace : "nothing", wanted);
	CU_ASSERT_TRUE(seen->trace && strcmp(seen->trace, wanted) == 0);
}

static void finish(struct seen *seen)
{
	cw_hostproc_free(seen->host);
	cw_loop_free(seen->loop);
	free(seen->trace);
}

static void test_hostproc__talks_and_ends_when_asked(void)
{
	struct seen seen;

	start(&seen, json_pack("{ssss}", "connector.class", "FakeSource", "fake.task", "run"), -1);
	wait_for(&seen, "configured");
	send_simple(&seen, "start_task");
	wait_for(&seen, "RUNNING offsets metrics");
	send_simple(&seen, "stop");
	wait_for(&seen, NULL);
	CU_ASSERT_TRUE(seen.clean);
	CU_ASSERT_FALSE(seen.killed);
	CU_ASSERT_STRING_EQUAL(seen.types, "configured RUNNING offsets metrics stopped ");
	finish(&seen);
}

static void test_hostproc__a_crash_is_told_with_its_signal_and_last_words(void)
{
	struct seen seen;

	start(&seen, json_pack("{ss}", "fake.task", "crash"), -1);
	send_simple(&seen, "start_task");
	wait_for(&seen, NULL);
	CU_ASSERT_FALSE(seen.clean);
	/* What it said before counts. */
	CU_ASSERT_PTR_NOT_NULL(strstr(seen.types, "RUNNING"));
	expect_trace(&seen, "was ended by signal 11 (SIGSEGV, Segmentation fault)\n  #0 fake_poll (fake.so+0x12) \xef\xbf\xbd");
	finish(&seen);
}

static void test_hostproc__an_exit_status_is_told(void)
{
	struct seen seen;

	start(&seen, json_pack("{ss}", "fake.configure", "exit"), -1);
	wait_for(&seen, NULL);
	expect_trace(&seen, "exited with status 3");
	finish(&seen);
}

static void test_hostproc__one_that_hangs_is_killed_by_its_deadline(void)
{
	int64_t before = cw_clock_ms();
	struct seen seen;

	start(&seen, json_pack("{ss}", "fake.configure", "hang"), -1);
	cw_hostproc_kill_at(seen.host, before + 150, "it did not answer");
	wait_for(&seen, NULL);
	CU_ASSERT_TRUE(cw_clock_ms() - before >= 150);
	CU_ASSERT_TRUE(seen.killed);
	expect_trace(&seen, "was killed by the worker because it did not answer");
	finish(&seen);
}

static void test_hostproc__a_kill_from_outside_is_told_apart(void)
{
	struct seen seen;

	start(&seen, json_object(), -1);
	wait_for(&seen, "configured");
	kill(seen.pid, SIGKILL);
	wait_for(&seen, NULL);
	CU_ASSERT_FALSE(seen.killed);
	expect_trace(&seen, "was ended by signal 9 (SIGKILL, Killed), and not by this worker: often the kernel does "
			    "that when memory runs out");
	finish(&seen);
}

static void test_hostproc__garbage_gets_it_killed(void)
{
	struct seen seen;

	start(&seen, json_pack("{ss}", "fake.configure", "garbage"), -1);
	wait_for(&seen, NULL);
	expect_trace(&seen, "was killed by the worker because it sent a broken message");
	finish(&seen);
}

static void test_usage__is_read_of_a_process_that_is_there(void)
{
	struct cw_usage usage = { 0 };
	int64_t until_ms = cw_clock_ms() + DEADLINE_MS;

	/* Until the clock has ticked for this process. */
	while (usage.cpu_s == 0 && cw_clock_ms() < until_ms)
		CU_ASSERT_TRUE_FATAL(cw_usage_read(getpid(), &usage));
	CU_ASSERT_TRUE(usage.cpu_s >= 0.01 && usage.cpu_s < 60);
	CU_ASSERT_TRUE(usage.resident_bytes > 100000 && usage.resident_bytes < INT64_C(10000000000));
	CU_ASSERT_FALSE(cw_usage_read(INT_MAX, &usage));
}

static void test_hostproc__inherits_what_it_is_given_and_nothing_else(void)
{
	CW_AUTO_FREE char *path = NULL;
	char target[PATH_MAX] = "";
	struct stat ours, theirs;
	int fds[2], leak;
	struct seen seen;

	CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
	leak = dup2(fds[0], 40); /* not close-on-exec */
	start(&seen, json_object(), fds[1]);
	wait_for(&seen, "configured");
	path = cw_format("/proc/%ld/fd/%d", (long)seen.pid, CW_HOST_LOCK_FD);
	CU_ASSERT_EQUAL(stat(path, &theirs), 0);
	CU_ASSERT_EQUAL(fstat(fds[1], &ours), 0);
	CU_ASSERT_EQUAL(ours.st_ino, theirs.st_ino);
	free(path);
	path = cw_format("/proc/%ld/fd/40", (long)seen.pid);
	CU_ASSERT_EQUAL(access(path, F_OK), -1);
	free(path);
	path = cw_format("/proc/%ld/fd/0", (long)seen.pid);
	CU_ASSERT_TRUE(readlink(path, target, sizeof(target) - 1) > 0);
	CU_ASSERT_STRING_EQUAL(target, "/dev/null");
	CU_ASSERT_EQUAL(getpgid(seen.pid), seen.pid);
	finish(&seen);
	CU_ASSERT_EQUAL(kill(seen.pid, 0), -1); /* freeing ends what still runs */
	close(leak);
	close(fds[0]);
	close(fds[1]);
}

static void test_hostproc__a_program_that_is_not_there_is_an_error(void)
{
	struct cw_loop *loop = cw_loop_new(NULL);
	struct cw_hostproc_options options = { .program = "/nonexistent/connect-host", .mode = "--run", .lock_fd = -1 };
	struct cw_error err = { 0 };

	CU_ASSERT_PTR_NULL(cw_hostproc_start(loop, &options, &err));
	CU_ASSERT_STRING_EQUAL(err.text, "cannot start /nonexistent/connect-host: No such file or directory");
	cw_loop_free(loop);
}

/* A message larger than the socket's buffer arrives whole, while the host is slow to read. */
static void test_hostproc__large_messages_pass(void)
{
	CW_AUTO_FREE char *big = cw_alloc(3000001);
	struct seen seen;

	memset(big, 'x', 3000000);
	start(&seen, json_pack("{ssss}", "big", big, "fake.task", "complete"), -1);
	wait_for(&seen, "configured");
	send_simple(&seen, "start_task");
	wait_for(&seen, "COMPLETED");
	finish(&seen);
}

/* ---- one-shots ----------------------------------------------------------------------------- */

struct answer {
	bool done;
	json_t *json;
	struct cw_error err;
};

static void on_done(void *arg, const json_t *answer, const struct cw_error *err)
{
	struct answer *a = arg;

	a->done = true;
	a->json = json_deep_copy(answer);
	a->err = *err;
}

static struct answer ask(const char *mode, json_t *question, int64_t timeout_ms)
{
	struct cw_loop *loop = cw_loop_new(NULL);
	struct answer answer = { 0 };

	CU_ASSERT_PTR_NOT_NULL_FATAL(cw_oneshot_start(loop, self, mode, question, timeout_ms, on_done, &answer, NULL));
	while (!answer.done)
		cw_loop_step(loop, -1);
	json_decref(question);
	cw_loop_free(loop);
	return answer;
}

static json_t *validation(const char *how)
{
	return json_pack("{sss{ssss*}}", "class", "FakeSource", "config", "name", "x", "fake.validate", how);
}

static void test_oneshot__answers(void)
{
	CW_AUTO_FREE char *big = cw_alloc(500001);
	struct answer answer;

	memset(big, 'x', 500000);
	answer = ask("--validate", json_pack("{sss{ss}}", "class", "FakeSource", "config", "big", big), DEADLINE_MS);
	CU_ASSERT_EQUAL(answer.err.code, CW_ERR_NONE);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer.json, "type")), "source");
	json_decref(answer.json);
}

static void test_oneshot__tells_what_went_wrong(void)
{
	static const struct {
		const char *how, *text;
	} cases[] = {
		{ "fail", "the fake has no answer" },
		{ "crash", "connect-host --validate was ended by signal 11 (SIGSEGV, Segmentation fault)" },
		{ "exit", "connect-host --validate exited with status 3" },
		{ "garbage", "connect-host --validate answered with something that is not JSON" },
		{ "hang", "connect-host --validate did not answer within 200 ms and was killed" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool hangs = strcmp(cases[i].how, "hang") == 0;
		struct answer answer = ask("--validate", validation(cases[i].how), hangs ? 200 : DEADLINE_MS);

		CU_ASSERT_PTR_NULL(answer.json);
		CU_ASSERT_EQUAL(answer.err.code, CW_ERR_FATAL);
		CU_ASSERT_STRING_EQUAL(answer.err.text, cases[i].text);
	}
}

/* Of a program that ends well. */
static void test_oneshot__log_lines_are_passed_on(void)
{
	FILE *file = tmpfile();
	int own = dup(STDERR_FILENO);
	char said[64] = "";
	struct answer answer;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	dup2(fileno(file), STDERR_FILENO);
	answer = ask("--validate", validation("warn"), DEADLINE_MS);
	dup2(own, STDERR_FILENO);
	close(own);
	rewind(file);
	CU_ASSERT_EQUAL(fread(said, 1, sizeof(said) - 1, file), strlen(said));
	CU_ASSERT_STRING_EQUAL(said, "some log line\nand one more\n");
	CU_ASSERT_PTR_NOT_NULL(answer.json);
	json_decref(answer.json);
	fclose(file);
}

static void test_oneshot__can_be_cancelled(void)
{
	struct cw_loop *loop = cw_loop_new(NULL);
	json_t *question = validation("hang");
	struct answer answer = { 0 };
	struct cw_oneshot *oneshot = cw_oneshot_start(loop, self, "--validate", question, DEADLINE_MS, on_done, &answer,
						      NULL);

	cw_loop_step(loop, 20);
	cw_oneshot_cancel(oneshot);
	CU_ASSERT_FALSE(answer.done);
	json_decref(question);
	cw_loop_free(loop);
}

/* ---- finding connect-host ------------------------------------------------------------------ */

static void test_process__the_environment_names_another_host(void)
{
	char *path;

	setenv("CONNECT_WORKER_HOST", "/some/where/host", 1);
	path = cw_host_program(NULL);
	CU_ASSERT_STRING_EQUAL(path, "/some/where/host");
	unsetenv("CONNECT_WORKER_HOST");
	free(path);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "a frame is whole wherever it was split", test_frame__is_whole_wherever_it_was_split },
		{ "a frame of nothing is nothing", test_frame__of_nothing_is_nothing },
		{ "what is no frame is refused", test_frame__refuses_what_is_none },
		{ "timers run in order and can be unset", test_loop__runs_timers_in_order_and_lets_them_be_unset },
		{ "a host talks and ends when asked", test_hostproc__talks_and_ends_when_asked },
		{ "a crash is told with its signal and last words",
		  test_hostproc__a_crash_is_told_with_its_signal_and_last_words },
		{ "an exit status is told", test_hostproc__an_exit_status_is_told },
		{ "a host that hangs is killed by its deadline",
		  test_hostproc__one_that_hangs_is_killed_by_its_deadline },
		{ "a kill from outside is told apart", test_hostproc__a_kill_from_outside_is_told_apart },
		{ "garbage gets a host killed", test_hostproc__garbage_gets_it_killed },
		{ "what a process uses", test_usage__is_read_of_a_process_that_is_there },
		{ "a host inherits what it is given and nothing else",
		  test_hostproc__inherits_what_it_is_given_and_nothing_else },
		{ "a program that is not there is an error", test_hostproc__a_program_that_is_not_there_is_an_error },
		{ "large messages pass", test_hostproc__large_messages_pass },
		{ "a one-shot answers", test_oneshot__answers },
		{ "a one-shot tells what went wrong", test_oneshot__tells_what_went_wrong },
		{ "a one-shot passes log lines on", test_oneshot__log_lines_are_passed_on },
		{ "a one-shot can be cancelled", test_oneshot__can_be_cancelled },
		{ "the environment names another host", test_process__the_environment_names_another_host },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "supervisor", .pTests = tests }, CU_SUITE_INFO_NULL };

	if (fake_host_is(argc, argv))
		return fake_host_main(argc, argv);
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return EXIT_FAILURE;
	return cw_test_main(suites);
}
