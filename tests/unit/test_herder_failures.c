/* The herder with hosts that crash, hang and fail, and at its own end. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "herder_fixture.h"
#include "store/lock.h"

/* ---- failures ------------------------------------------------------------------------------ */

static void test_failure__a_crash_fails_its_tasks_and_nothing_else(void)
{
	pid_t other;

	start_worker();
	create("other", "{}");
	create("a", "{'tasks.max':'2','fake.task.1':'crash'}");
	wait_states("a", "RUNNING FAILED FAILED");
	expect_trace("a", 0, "connect-host of connector a (pid ");
	expect_trace("a", 0, ") was ended by signal 11 (SIGSEGV, Segmentation fault)\n  #0 fake_poll (fake.so+0x12)");
	expect_trace("a", 1, "signal 11");
	CU_ASSERT_EQUAL(worker_number("host_crashes"), 1);
	wait_states("other", "RUNNING RUNNING");
	other = host_pid("other");
	kill(other, SIGKILL);
	wait_states("other", "RUNNING FAILED");
	expect_trace("other", 0, "was ended by signal 9 (SIGKILL, Killed), and not by this worker");
	/* One task of a dead host gets a new host, and the other stays FAILED. */
	expect_ok(call_with(CW_OP_RESTART_TASK, "a", 0, 0, NULL));
	wait_states("a", "RUNNING RUNNING FAILED");
	CU_ASSERT_EQUAL(number_of("a", 0, "restarts"), 1);
	CU_ASSERT_EQUAL(number_of("a", 1, "restarts"), 0);
	ok(CW_OP_RESTART, "other");
	wait_states("other", "RUNNING FAILED");
	expect_ok(call_with(CW_OP_RESTART, "other", 0, CW_OP_INCLUDE_TASKS | CW_OP_ONLY_FAILED, NULL));
	wait_states("other", "RUNNING RUNNING");
	wait_other_host("other", other);
}

static void test_failure__a_failed_task_stays_failed_until_it_is_restarted(void)
{
	pid_t pid;

	start_worker();
	create("a", "{'tasks.max':'2','fake.task.1':'fail'}");
	wait_states("a", "RUNNING RUNNING FAILED");
	expect_trace("a", 1, "told to fail\nat fake");
	pid = host_pid("a");
	ok(CW_OP_PAUSE, "a");
	wait_states("a", "PAUSED PAUSED FAILED");
	ok(CW_OP_RESUME, "a");
	ok(CW_OP_RESTART, "a"); /* the connector object alone */
	wait_states("a", "RUNNING RUNNING FAILED");
	CU_ASSERT_EQUAL(host_pid("a"), pid);
	expect_ok(call_with(CW_OP_RESTART_TASK, "a", 1, 0, NULL));
	wait_number("a", 1, "restarts", 1);
	wait_states("a", "RUNNING RUNNING FAILED");
	CU_ASSERT_EQUAL(number_of("a", 0, "restarts"), 0);
	expect_ok(call_with(CW_OP_RESTART, "a", 0, CW_OP_INCLUDE_TASKS, NULL));
	wait_number("a", 1, "restarts", 2);
	wait_number("a", 0, "restarts", 1);
	wait_states("a", "RUNNING RUNNING FAILED");
	wait_other_host("a", pid);
}

static void test_failure__restart_answers_with_the_chosen_ones_restarting(void)
{
	struct cw_answer answer;
	char *text;

	start_worker();
	create("a", "{'tasks.max':'2','fake.task.1':'fail'}");
	wait_states("a", "RUNNING RUNNING FAILED");
	answer = call_with(CW_OP_RESTART, "a", 0, CW_OP_INCLUDE_TASKS | CW_OP_ONLY_FAILED, NULL);
	text = json_dumps(json_object_get(answer.body, "tasks"), JSON_COMPACT);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "{\"id\":0,\"state\":\"RUNNING\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "{\"id\":1,\"state\":\"RESTARTING\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"trace\":\"told to fail"));
	free(text);
	json_decref(answer.body);
	answer = call_with(CW_OP_RESTART, "a", 0, CW_OP_INCLUDE_TASKS, NULL);
	text = json_dumps(answer.body, JSON_COMPACT);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"connector\":{\"state\":\"RESTARTING\""));
	CU_ASSERT_PTR_NULL(strstr(text, "\"state\":\"RUNNING\""));
	free(text);
	json_decref(answer.body);
	wait_states("a", "RUNNING RUNNING FAILED");
	ok(CW_OP_STOP, "a");
	wait_states("a", "STOPPED");
	ok(CW_OP_RESTART, "a");
	answer = call_with(CW_OP_RESTART, "a", 0, CW_OP_INCLUDE_TASKS, NULL);
	text = json_dumps(answer.body, JSON_COMPACT);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"state\":\"RESTARTING\""));
	free(text);
	json_decref(answer.body);
	wait_states("a", "STOPPED");
	expect_error(call_with(CW_OP_RESTART_TASK, "a", 0, 0, NULL), CW_ERR_CONFLICT, "STOPPED");
	expect_error(call(CW_OP_RESTART, "b"), CW_ERR_NOT_FOUND, "Unknown connector: b");
	ok(CW_OP_RESUME, "a");
	wait_states("a", "RUNNING RUNNING FAILED");
	expect_error(call_with(CW_OP_RESTART_TASK, "a", -1, 0, NULL), CW_ERR_NOT_FOUND, "Unknown task: a--1");
	expect_error(call_with(CW_OP_RESTART_TASK, "b", 0, 0, NULL), CW_ERR_NOT_FOUND, "Unknown connector: b");
	expect_error(call(CW_OP_PAUSE, "b"), CW_ERR_NOT_FOUND, "Unknown connector b");
}

static void expect_unstartable(const char *name, const char *config, const char *trace)
{
	create(name, config);
	wait_states(name, "FAILED");
	expect_trace(name, -1, trace);
	/* Not tried again by itself. */
	ok(CW_OP_PAUSE, name);
	ok(CW_OP_RESUME, name);
	wait_states(name, "FAILED");
}

/* What a config provider answered has changed. */
static void test_reload__a_new_host_has_all_but_what_is_completed(void)
{
	CW_AUTO_FREE char *path = cw_format("%s/reloaded", w.folder), *starts = NULL;
	json_t *config = starts_config("{'tasks.max':'3','fake.task.1':'complete','fake.task.2':'fail'}");

	json_object_set_new(config, "fake.reload", json_string(path));
	start_worker();
	expect_ok(call_body(CW_OP_PUT_CONFIG, "a", config));
	for (int64_t deadline = cw_clock_ms() + DEADLINE_MS;; free(starts)) {
		starts = read_file("starts");
		if (strstr(starts, "2 running [[{\"p\":") || !look_again(deadline))
			break;
	}
	wait_states("a", "RUNNING RUNNING COMPLETED FAILED");
	free(starts);
	starts = read_file("starts");
	CU_ASSERT_STRING_EQUAL(starts, "0 running []\n1 running []\n2 running []\n"
			       "0 running [[{\"p\":0},{\"n\":1}],[{\"p\":1},{\"n\":1}],[{\"p\":2},{\"n\":1}]]\n"
			       "2 running [[{\"p\":0},{\"n\":1}],[{\"p\":1},{\"n\":1}],[{\"p\":2},{\"n\":1}]]\n");
	CU_ASSERT_EQUAL(worker_number("host_starts"), 2);
}

static void test_failure__a_connector_that_cannot_start_says_why(void)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	json_int_t starts;

	start_worker();
	expect_unstartable("fail", "{'fake.configure':'fail'}", "the fake was told to fail");
	expect_unstartable("crash", "{'fake.configure':'crash'}",
			   "was ended by signal 11 (SIGSEGV, Segmentation fault)");
	expect_unstartable("exit", "{'fake.configure':'exit'}", "exited with status 3");
	expect_unstartable("garbage", "{'fake.configure':'garbage'}",
			   "was killed by the worker because it sent a broken message");
	starts = worker_number("host_starts");
	CU_ASSERT_EQUAL(starts, 4);
	ok(CW_OP_RESTART, "fail");
	while (worker_number("host_starts") == starts && look_again(deadline))
		;
	wait_states("fail", "FAILED");
	expect_error(call_with(CW_OP_RESTART_TASK, "fail", 0, 0, NULL), CW_ERR_NOT_FOUND, "Unknown task: fail-0");
	/* A better config starts it. */
	expect_ok(call_body(CW_OP_PUT_CONFIG, "fail", config_of("{}")));
	wait_states("fail", "RUNNING RUNNING");
	ok(CW_OP_STOP, "crash");
	wait_states("crash", "STOPPED");
	ok(CW_OP_DELETE, "garbage");
}

static void test_failure__a_start_that_hangs_is_ended(void)
{
	open_worker();
	w.herder->configure_timeout_ms = 200;
	run_worker();
	create("a", "{'fake.configure':'hang'}");
	wait_states("a", "FAILED");
	expect_trace("a", -1, "was killed by the worker because it did not start the connector within 200 ms");
	CU_ASSERT_EQUAL(worker_number("host_kills"), 1);
}

static void test_failure__a_restart_of_the_connector_object_can_fail(void)
{
	start_worker();
	create("a", "{'fake.restart':'fail'}");
	wait_states("a", "RUNNING RUNNING");
	ok(CW_OP_RESTART, "a");
	wait_states("a", "FAILED RUNNING"); /* its task goes on */
	expect_trace("a", -1, "the fake did not restart");
	create("b", "{'fake.restart':'crash'}");
	wait_states("b", "RUNNING RUNNING");
	ok(CW_OP_RESTART, "b");
	wait_states("b", "FAILED FAILED");
	expect_error(call_with(CW_OP_RESTART_TASK, "b", 0, 0, NULL), CW_ERR_CONFLICT, "the connector is FAILED");
	ok(CW_OP_RESTART, "b");
	wait_states("b", "RUNNING FAILED");
}

static void test_failure__a_task_that_does_not_stop_is_killed_by_its_deadline(void)
{
	int64_t before;
	pid_t pid;

	start_worker();
	create("a", "{'tasks.max':'2','fake.stop':'deaf'}");
	wait_states("a", "RUNNING RUNNING RUNNING");
	pid = host_pid("a");
	before = cw_clock_ms();
	expect_ok(call_with(CW_OP_RESTART_TASK, "a", 0, 0, NULL));
	wait_number("a", 0, "restarts", 1);
	CU_ASSERT_TRUE(cw_clock_ms() - before >= GRACE_MS);
	wait_states("a", "RUNNING RUNNING RUNNING"); /* its neighbour was no culprit */
	CU_ASSERT_EQUAL(kill(pid, 0), -1);
	before = cw_clock_ms();
	ok(CW_OP_STOP, "a");
	wait_states("a", "STOPPED");
	CU_ASSERT_TRUE(cw_clock_ms() - before >= GRACE_MS);
	CU_ASSERT_EQUAL(worker_number("host_kills"), 2);
}

static void test_failure__delete_waits_for_the_end_and_others_for_the_delete(void)
{
	int64_t before;
	pid_t pid;

	start_worker();
	create("a", "{'fake.stop':'deaf'}");
	wait_states("a", "RUNNING RUNNING");
	pid = host_pid("a");
	before = cw_clock_ms();
	ok(CW_OP_DELETE, "a");
	CU_ASSERT_TRUE(cw_clock_ms() - before >= GRACE_MS);
	CU_ASSERT_EQUAL(kill(pid, 0), -1);
	wait_states("a", "gone");
}

static void test_failure__a_host_that_closes_its_connection_is_not_trusted(void)
{
	start_worker();
	create("a", "{'fake.task':'exit'}");
	wait_states("a", "RUNNING FAILED");
	expect_trace("a", 0, "exited with status 3");
	CU_ASSERT_EQUAL(worker_number("host_crashes"), 1);
}

/* ---- the end of the worker ----------------------------------------------------------------- */

static void test_end__drains_and_kills_what_is_late(void)
{
	pid_t deaf, good;
	int64_t before;

	start_worker();
	create("deaf", "{'fake.stop':'deaf'}");
	create("good", "{}");
	wait_states("deaf", "RUNNING RUNNING");
	wait_states("good", "RUNNING RUNNING");
	deaf = host_pid("deaf");
	good = host_pid("good");
	before = cw_clock_ms();
	stop_worker();
	CU_ASSERT_TRUE(cw_clock_ms() - before >= GRACE_MS);
	CU_ASSERT_TRUE(cw_clock_ms() - before < GRACE_MS + 10000);
	CU_ASSERT_EQUAL(kill(deaf, 0), -1);
	CU_ASSERT_EQUAL(kill(good, 0), -1);
}

static void test_end__at_once(void)
{
	int64_t before;

	json_object_set_new(w.settings, "task.shutdown.graceful.timeout.ms", json_string("60000"));
	start_worker();
	create("deaf", "{'fake.stop':'deaf'}");
	wait_states("deaf", "RUNNING RUNNING");
	before = cw_clock_ms();
	cw_herder_stop(w.herder);
	cw_herder_kill(w.herder);
	stop_worker();
	CU_ASSERT_TRUE(cw_clock_ms() - before < 10000);
}

static void test_end__requests_under_way_are_told(void)
{
	struct cw_answer answer;

	json_object_set_new(w.settings, "task.shutdown.graceful.timeout.ms", json_string("60000"));
	start_worker();
	create("deaf", "{'fake.stop':'deaf'}");
	wait_states("deaf", "RUNNING RUNNING");
	cw_herder_stop(w.herder);
	answer = call(CW_OP_HEALTH, NULL);
	while (strcmp(json_string_value(json_object_get(answer.body, "status")), "unhealthy") != 0) {
		json_decref(answer.body);
		answer = call(CW_OP_HEALTH, NULL);
	}
	json_decref(answer.body);
	expect_error(create_in("x", "{}", NULL), CW_ERR_FATAL, "Worker is shutting down");
	expect_error(call(CW_OP_LETTERS, "deaf"), CW_ERR_FATAL, "Worker is shutting down"); /* no host is asked any more */
	cw_herder_stop(w.herder); /* it drains already */
	expect_ok(call(CW_OP_STATUS, "deaf"));
	CU_ASSERT_EQUAL(worker_number("hosts"), 1);
	cw_herder_kill(w.herder);
	pthread_join(w.thread, NULL);
	expect_error(call(CW_OP_STATUS, "deaf"), CW_ERR_FATAL, "Worker is shutting down");
	cw_herder_free(w.herder);
	cw_worker_config_free(&w.config);
	w.runs = false;
}

/* A kill -9 of the worker: everything acknowledged is there again, and its hosts are gone first. */
static void test_end__a_killed_worker_loses_nothing(void)
{
	int fds[2], status;
	char byte;
	pid_t pid;

	CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		start_worker();
		create("a", "{'tasks.max':'2'}");
		wait_number("a", 0, "stored", 1);
		wait_number("a", 1, "stored", 1);
		ok(CW_OP_PAUSE, "a");
		if (write(fds[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	CU_ASSERT_EQUAL(read(fds[0], &byte, 1), 1);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(fds[0]);
	close(fds[1]);
	start_worker();
	wait_states("a", "PAUSED PAUSED PAUSED");
	ok(CW_OP_RESUME, "a");
	wait_states("a", "RUNNING RUNNING RUNNING");
	wait_number("a", 0, "stored", 1);
	struct cw_answer answer = call(CW_OP_OFFSETS, "a");
	char *text = json_dumps(answer.body, JSON_COMPACT);

	CU_ASSERT_PTR_NOT_NULL(strstr(text, "{\"partition\":{\"p\":0},\"offset\":{\"n\":2}}"));
	free(text);
	json_decref(answer.body);
}

static void test_end__waits_for_the_hosts_of_an_earlier_worker(void)
{
	int earlier;

	start_worker();
	create("a", "{}");
	wait_states("a", "RUNNING RUNNING");
	stop_worker();
	earlier = cw_hosts_lock_open(w.state, NULL);
	CU_ASSERT_TRUE(cw_hosts_lock_try(earlier));
	start_worker();
	wait_states("a", "UNASSIGNED UNASSIGNED");
	CU_ASSERT_EQUAL(worker_number("host_starts"), 0);
	close(earlier); /* the last of them has ended */
	wait_states("a", "RUNNING RUNNING");
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "a crash fails its tasks and nothing else", test_failure__a_crash_fails_its_tasks_and_nothing_else },
		{ "a failed task stays failed until it is restarted",
		  test_failure__a_failed_task_stays_failed_until_it_is_restarted },
		{ "restart answers with the chosen ones RESTARTING",
		  test_failure__restart_answers_with_the_chosen_ones_restarting },
		{ "reload: all but what is completed", test_reload__a_new_host_has_all_but_what_is_completed },
		{ "a connector that cannot start says why", test_failure__a_connector_that_cannot_start_says_why },
		{ "a start that hangs is ended", test_failure__a_start_that_hangs_is_ended },
		{ "a restart of the connector object can fail",
		  test_failure__a_restart_of_the_connector_object_can_fail },
		{ "a task that does not stop is killed by its deadline",
		  test_failure__a_task_that_does_not_stop_is_killed_by_its_deadline },
		{ "delete waits for the end", test_failure__delete_waits_for_the_end_and_others_for_the_delete },
		{ "a host that exits fails its tasks", test_failure__a_host_that_closes_its_connection_is_not_trusted },
		{ "the end drains and kills what is late", test_end__drains_and_kills_what_is_late },
		{ "ends at once when it is asked to", test_end__at_once },
		{ "requests under way are told", test_end__requests_under_way_are_told },
		{ "a killed worker loses nothing", test_end__a_killed_worker_loses_nothing },
		{ "waits for the hosts of an earlier worker", test_end__waits_for_the_hosts_of_an_earlier_worker },
		CU_TEST_INFO_NULL,
	};

	return herder_test_main(argc, argv, tests);
}
