/* The herder with tasks and hosts that fail, and that it starts again by itself. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "herder_fixture.h"

static void set_policy(const char *attempts, const char *delay)
{
	json_object_set_new(w.settings, "task.restart.attempts.max", json_string(attempts));
	json_object_set_new(w.settings, "task.restart.delay.ms", json_string(delay));
}

/* The object of a task, or (-1) of the connector, in its status; new. */
static json_t *state_of(const char *name, int task)
{
	struct cw_answer answer = call(CW_OP_STATUS, name);
	json_t *state = task < 0 ? json_object_get(answer.body, "connector") :
				   json_array_get(json_object_get(answer.body, "tasks"), (size_t)task);

	json_incref(state);
	json_decref(answer.body);
	return state;
}

static bool has_time(const char *name, int task)
{
	json_t *state = state_of(name, task);
	const char *at = json_string_value(json_object_get(state, "next_restart_at"));
	bool is_time = at && strlen(at) == strlen("2026-01-21T22:23:40.123Z");

	json_decref(state);
	return is_time;
}

static void test_restarts__a_killed_host_comes_back(void)
{
	pid_t pid;

	set_policy("10", "50");
	start_worker();
	create("a", "{'tasks.max':'2'}");
	wait_states("a", "RUNNING RUNNING RUNNING");
	pid = host_pid("a");
	kill(pid, SIGKILL);
	wait_number("a", 0, "restarts", 1);
	wait_number("a", 1, "restarts", 1);
	wait_states("a", "RUNNING RUNNING RUNNING");
	wait_other_host("a", pid);
	CU_ASSERT_FALSE(has_time("a", 0));
}

static void test_restarts__are_given_up_after_so_many(void)
{
	set_policy("0", "50");
	start_worker();
	create("a", "{'tasks.max':'2','fake.task.1':'fail','task.restart.attempts.max':'3','task.restart.delay.ms':'10'}");
	wait_number("a", 1, "restarts", 3);
	wait_states("a", "RUNNING RUNNING FAILED");
	CU_ASSERT_FALSE(has_time("a", 1));
	CU_ASSERT_EQUAL(number_of("a", 0, "restarts"), 0);
	/* Somebody starts it: it has all its attempts again. */
	expect_ok(call_with(CW_OP_RESTART_TASK, "a", 1, 0, NULL));
	wait_number("a", 1, "restarts", 7);
	wait_states("a", "RUNNING RUNNING FAILED");
}

static void test_restarts__are_announced_and_called_off(void)
{
	set_policy("10", "86400000");
	start_worker();
	create("a", "{'fake.task':'fail','task.restart.delay.max.ms':'86400000'}");
	wait_states("a", "RUNNING FAILED");
	CU_ASSERT_TRUE(has_time("a", 0));
	create("b", "{'fake.configure':'fail','task.restart.delay.max.ms':'86400000'}");
	wait_states("b", "FAILED");
	CU_ASSERT_TRUE(has_time("b", -1));
	ok(CW_OP_STOP, "a");
	wait_states("a", "STOPPED");
	ok(CW_OP_DELETE, "b");
	wait_states("b", "gone");
}

static void test_restarts__of_a_connector_that_does_not_start(void)
{
	static const char *const ways[] = { "fail", "crash", "exit" };

	set_policy("2", "10");
	start_worker();
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		json_int_t starts = worker_number("host_starts");
		char config[64];

		snprintf(config, sizeof(config), "{'fake.configure':'%s'}", ways[i]);
		create(ways[i], config);
		while (worker_number("host_starts") < starts + 3)
			usleep(1000);
		wait_states(ways[i], "FAILED");
		CU_ASSERT_FALSE(has_time(ways[i], -1));
		CU_ASSERT_EQUAL(worker_number("host_starts"), starts + 3);
	}
}

static void test_restarts__wait_for_a_resume(void)
{
	set_policy("10", "200");
	start_worker();
	create("a", "{'tasks.max':'1'}");
	wait_states("a", "RUNNING RUNNING");
	ok(CW_OP_PAUSE, "a");
	wait_states("a", "PAUSED PAUSED");
	kill(host_pid("a"), SIGKILL);
	wait_states("a", "PAUSED FAILED");
	CU_ASSERT_FALSE(has_time("a", 0)); /* not by itself */
	ok(CW_OP_RESUME, "a");
	wait_states("a", "RUNNING RUNNING");
	CU_ASSERT_EQUAL(number_of("a", 0, "restarts"), 1);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "a killed host comes back", test_restarts__a_killed_host_comes_back },
		{ "are given up after so many", test_restarts__are_given_up_after_so_many },
		{ "are announced and called off", test_restarts__are_announced_and_called_off },
		{ "of a connector that does not start", test_restarts__of_a_connector_that_does_not_start },
		{ "wait for a resume", test_restarts__wait_for_a_resume },
		CU_TEST_INFO_NULL,
	};

	return herder_test_main(argc, argv, tests);
}
