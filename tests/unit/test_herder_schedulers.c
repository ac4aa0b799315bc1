/* What schedulers and tools ask of the herder: waiting for states, dry runs, preconditions. */
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "herder_fixture.h"

static struct cw_answer call_waiting(enum cw_op op, const char *name, enum cw_wait wait, int64_t wait_ms, json_t *body)
{
	struct cw_request request = { .op = op, .name = name, .wait = wait, .wait_ms = wait_ms, .body = body };
	struct cw_answer answer;

	cw_herder_call(w.herder, &request, DEADLINE_MS, &answer);
	json_decref(body);
	return answer;
}

static json_t *creation(const char *name, const char *config)
{
	return json_pack("{ssso}", "name", name, "config", config_of(config));
}

static void expect_unreached(struct cw_answer answer, const char *words)
{
	if (!strstr(answer.error.text, words))
		fprintf(stderr, "\nfound  %s\nwanted %s\n", answer.error.text, words);
	CU_ASSERT_EQUAL(answer.refusal, CW_REFUSAL_UNREACHED);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.error.text, words));
	CU_ASSERT_PTR_NULL(answer.body);
}

static const char *summary_of(const struct cw_answer *answer)
{
	return json_string_value(json_object_get(answer->body, "summary_state"));
}

static void test_wait__answers_when_it_is_so(void)
{
	static const struct {
		enum cw_op op;
		enum cw_wait wait;
		const char *summary;
	} rows[] = {
		{ CW_OP_PAUSE, CW_WAIT_PAUSED, "PAUSED" }, { CW_OP_STATUS, CW_WAIT_PAUSED, "PAUSED" },
		{ CW_OP_RESUME, CW_WAIT_RUNNING, "RUNNING" }, { CW_OP_STOP, CW_WAIT_STOPPED, "STOPPED" },
		{ CW_OP_STOP, CW_WAIT_STOPPED, "STOPPED" }, { CW_OP_RESUME, CW_WAIT_RUNNING, "RUNNING" },
		{ CW_OP_RESTART, CW_WAIT_RUNNING, "RUNNING" },
	};
	struct cw_answer answer;

	start_worker();
	answer = call_waiting(CW_OP_CREATE, NULL, CW_WAIT_RUNNING, DEADLINE_MS, creation("a", "{'tasks.max':'2'}"));
	CU_ASSERT_EQUAL(json_array_size(json_object_get(answer.body, "tasks")), 2);
	CU_ASSERT_NOT_EQUAL(*answer.etag, '\0');
	expect_ok(answer);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		answer = call_waiting(rows[i].op, "a", rows[i].wait, DEADLINE_MS, NULL);
		CU_ASSERT_STRING_EQUAL(summary_of(&answer), rows[i].summary);
		expect_ok(answer);
	}
	answer = call_waiting(CW_OP_PUT_CONFIG, "a", CW_WAIT_RUNNING, DEADLINE_MS, config_of("{'tasks.max':'3'}"));
	CU_ASSERT_EQUAL(json_array_size(json_object_get(answer.body, "tasks")), 3);
	expect_ok(answer);
	answer = call(CW_OP_STATUS, "a");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer.body, "generation")), 2);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer.body, "observed_generation")), 2);
	expect_ok(answer);
}

static void test_wait__completed(void)
{
	struct cw_answer answer;

	start_worker();
	answer = call_waiting(CW_OP_CREATE, NULL, CW_WAIT_COMPLETED, DEADLINE_MS,
			      creation("done", "{'fake.task':'complete'}"));
	expect_ok(answer);
	answer = call_waiting(CW_OP_STATUS, "done", CW_WAIT_COMPLETED, 0, NULL);
	CU_ASSERT_STRING_EQUAL(summary_of(&answer), "COMPLETED");
	expect_ok(answer);
}

static void expect_run(enum cw_op op, json_int_t restarts)
{
	struct cw_answer answer = call_waiting(op, "done", CW_WAIT_COMPLETED, DEADLINE_MS, NULL);

	CU_ASSERT_STRING_EQUAL(summary_of(&answer), "COMPLETED");
	expect_ok(answer);
	CU_ASSERT_EQUAL(number_of("done", 0, "restarts"), restarts);
	CU_ASSERT_EQUAL(number_of("done", 1, "restarts"), restarts);
	CU_ASSERT_EQUAL(worker_number("host_starts"), restarts + 1);
}

/* Whoever asks for it that way; none of them is answered with the end of the run before. */
static void test_wait__the_next_run(void)
{
	start_worker();
	expect_ok(call_waiting(CW_OP_CREATE, NULL, CW_WAIT_COMPLETED, DEADLINE_MS,
			       creation("done", "{'fake.task':'complete','tasks.max':'2'}")));
	expect_run(CW_OP_RESUME, 1);
	expect_run(CW_OP_RESTART, 2);
	ok(CW_OP_PAUSE, "done");
	expect_run(CW_OP_RESUME, 3);
	/* Without that wish a restart is the connector's alone. */
	ok(CW_OP_RESTART, "done");
	wait_states("done", "RUNNING COMPLETED COMPLETED");
	CU_ASSERT_EQUAL(number_of("done", 0, "restarts"), 3);
}

static void test_wait__ends_in_time_or_when_it_is_hopeless(void)
{
	int64_t began;

	start_worker();
	create("a", "{}");
	wait_states("a", "RUNNING RUNNING");
	began = cw_clock_ms();
	expect_unreached(call_waiting(CW_OP_STATUS, "a", CW_WAIT_COMPLETED, 50, NULL),
			 "Connector a is not COMPLETED in the time that was given: the connector is RUNNING, task 0 is RUNNING");
	CU_ASSERT_TRUE(cw_clock_ms() - began >= 50);
	expect_unreached(call_waiting(CW_OP_STATUS, "a", CW_WAIT_STOPPED, 0, NULL), "is not STOPPED");
	expect_unreached(call_waiting(CW_OP_CREATE, NULL, CW_WAIT_COMPLETED, DEADLINE_MS * 10,
				      creation("f", "{'fake.task':'fail'}")),
			 "Connector f is not COMPLETED: the connector is RUNNING, task 0 is FAILED: ");
	expect_unreached(call_waiting(CW_OP_STATUS, "f", CW_WAIT_COMPLETED, DEADLINE_MS * 10, NULL), "task 0 is FAILED");
	expect_error(call_waiting(CW_OP_PAUSE, "none", CW_WAIT_PAUSED, 1000, NULL), CW_ERR_NOT_FOUND, "Unknown connector");
}

/* One that waits while something happens to the connector or the worker. */
struct waiter {
	struct cw_answer answer;
	pthread_mutex_t lock;
	pthread_cond_t answered;
	bool done;
	struct cw_call *call;
};

static void on_answer(void *arg, struct cw_answer *answer)
{
	struct waiter *waiter = arg;

	pthread_mutex_lock(&waiter->lock);
	waiter->answer = *answer;
	waiter->done = true;
	pthread_cond_signal(&waiter->answered);
	pthread_mutex_unlock(&waiter->lock);
}

static void start(struct waiter *waiter, const struct cw_request *request)
{
	*waiter = (struct waiter){ .done = false };
	pthread_mutex_init(&waiter->lock, NULL);
	pthread_cond_init(&waiter->answered, NULL);
	cw_herder_start(w.herder, request, on_answer, waiter, &waiter->call);
}

static void begin(struct waiter *waiter, const char *name)
{
	struct cw_request request = { .op = CW_OP_STATUS, .name = name, .wait = CW_WAIT_COMPLETED, .wait_ms = 3600000 };

	start(waiter, &request);
}

/* Waits for the answer. */
static struct cw_answer finish(struct waiter *waiter)
{
	pthread_mutex_lock(&waiter->lock);
	while (!waiter->done)
		pthread_cond_wait(&waiter->answered, &waiter->lock);
	pthread_mutex_unlock(&waiter->lock);
	pthread_mutex_destroy(&waiter->lock);
	pthread_cond_destroy(&waiter->answered);
	return waiter->answer;
}

static void expect_end(struct waiter *waiter, enum cw_error_code code, const char *words)
{
	expect_error(finish(waiter), code, words);
}

static void test_wait__ends_with_its_connector_and_the_worker(void)
{
	struct waiter first, second, late;

	start_worker();
	create("a", "{}");
	create("b", "{}");
	wait_states("a", "RUNNING RUNNING");
	wait_states("b", "RUNNING RUNNING");
	begin(&first, "a");
	begin(&second, "b");
	ok(CW_OP_DELETE, "a");
	expect_end(&first, CW_ERR_NOT_FOUND, "deleted meanwhile");
	cw_herder_stop(w.herder);
	expect_end(&second, CW_ERR_FATAL, "Worker is shutting down");
	begin(&late, "b");
	expect_end(&late, CW_ERR_FATAL, "Worker is shutting down");
}

static void test_wait__is_given_up(void)
{
	struct waiter waiter, other;
	struct cw_answer answer;

	start_worker();
	create("a", "{}");
	create("b", "{}");
	wait_states("a", "RUNNING RUNNING");
	begin(&waiter, "a");
	begin(&other, "b");
	ok(CW_OP_HEALTH, NULL); /* both are parked */
	CU_ASSERT_TRUE_FATAL(cw_herder_give_up(w.herder, &waiter.call, &answer));
	expect_error(answer, CW_ERR_RETRIABLE, "Request timed out. The worker is currently waiting until connector a is "
					       "COMPLETED, which began at ");
	CU_ASSERT_FALSE(cw_herder_give_up(w.herder, &waiter.call, &answer));
	ok(CW_OP_DELETE, "b");
	expect_end(&other, CW_ERR_NOT_FOUND, "deleted meanwhile");
	CU_ASSERT_FALSE(cw_herder_give_up(w.herder, &other.call, &answer));
	ok(CW_OP_HEALTH, NULL);
	CU_ASSERT_PTR_NULL(w.herder->waiting);
	ok(CW_OP_DELETE, "a");
	CU_ASSERT_FALSE(waiter.done);
	pthread_mutex_destroy(&waiter.lock);
	pthread_cond_destroy(&waiter.answered);
}

/* Before it comes to wait: it never does, and what it asks for is done. */
static void test_wait__is_given_up_before_it_begins(void)
{
	json_t *body = creation("a", "{}");
	struct cw_request request = { .op = CW_OP_CREATE, .body = body, .wait = CW_WAIT_COMPLETED, .wait_ms = 3600000 };
	struct cw_answer answer;
	struct waiter waiter;

	start_worker();
	start(&waiter, &request);
	json_decref(body);
	CU_ASSERT_TRUE_FATAL(cw_herder_give_up(w.herder, &waiter.call, &answer));
	expect_error(answer, CW_ERR_RETRIABLE, "Request timed out.");
	wait_states("a", "RUNNING RUNNING");
	ok(CW_OP_HEALTH, NULL);
	CU_ASSERT_PTR_NULL(w.herder->waiting);
	ok(CW_OP_DELETE, "a");
	CU_ASSERT_FALSE(waiter.done);
	pthread_mutex_destroy(&waiter.lock);
	pthread_cond_destroy(&waiter.answered);
}

/* That something has FAILED is an answer only when it stays so. */
static void test_wait__goes_on_while_something_is_started_again_by_itself(void)
{
	struct waiter waiter;

	json_object_set_new(w.settings, "task.restart.attempts.max", json_string("10"));
	json_object_set_new(w.settings, "task.restart.delay.ms", json_string("300"));
	start_worker();
	create("a", "{}");
	wait_states("a", "RUNNING RUNNING");
	begin(&waiter, "a");
	kill(host_pid("a"), SIGKILL);
	wait_number("a", 0, "restarts", 1);
	expect_ok(call_body(CW_OP_PUT_CONFIG, "a", config_of("{'fake.task':'complete'}")));
	expect_ok(finish(&waiter));
	create("b", "{'fake.task':'fail','task.restart.delay.ms':'86400000','task.restart.delay.max.ms':'86400000'}");
	wait_states("b", "RUNNING FAILED");
	expect_unreached(call_waiting(CW_OP_STATUS, "b", CW_WAIT_COMPLETED, 50, NULL),
			 "Connector b is not COMPLETED in the time that was given: the connector is RUNNING, "
			 "task 0 is FAILED: told to fail");
	begin(&waiter, "b");
	expect_unreached(call_waiting(CW_OP_STATUS, "b", CW_WAIT_COMPLETED, 0, NULL), "in the time that was given");
	expect_ok(call_body(CW_OP_PUT_CONFIG, "b", config_of("{'fake.task':'fail','task.restart.attempts.max':'1'}")));
	expect_unreached(finish(&waiter),
			 "Connector b is not COMPLETED: the connector is RUNNING, task 0 is FAILED: told to fail");
	CU_ASSERT_EQUAL(number_of("b", 0, "restarts"), 1);
}

/* For hosts that do not stop when they are asked to. */
static void start_worker_that_kills_soon(void)
{
	json_object_set_new(w.settings, "task.shutdown.graceful.timeout.ms", json_string("100"));
	start_worker();
}

/* What had FAILED under the host that still ends is over. */
static void test_wait__looks_at_the_next_host_only(void)
{
	static const char failing[] = "{'tasks.max':'2','fake.task.0':'fail','fake.stop':'deaf'}";

	start_worker_that_kills_soon();
	create("a", failing);
	wait_states("a", "RUNNING FAILED RUNNING");
	ok(CW_OP_STOP, "a");
	expect_ok(call_body(CW_OP_PUT_CONFIG, "a", config_of("{'tasks.max':'2'}")));
	expect_ok(call_waiting(CW_OP_RESUME, "a", CW_WAIT_RUNNING, DEADLINE_MS, NULL));
	wait_states("a", "RUNNING RUNNING RUNNING");
	create("b", failing);
	wait_states("b", "RUNNING FAILED RUNNING");
	expect_ok(call_body(CW_OP_PUT_CONFIG, "b", config_of("{'tasks.max':'2','topic':'t'}")));
	expect_ok(call_waiting(CW_OP_PUT_CONFIG, "b", CW_WAIT_RUNNING, DEADLINE_MS, config_of("{'tasks.max':'2'}")));
}

/* ---- the next run --------------------------------------------------------------------------------- */

static size_t count_starts(const char *words)
{
	CW_AUTO_FREE char *starts = read_file("starts");
	size_t n = 0;

	for (const char *p = starts; (p = strstr(p, words)) != NULL; p++)
		n++;
	return n;
}

/* The tasks that the stop has forgotten are known again, to the store, too. */
static void test_resume__before_the_host_has_ended(void)
{
	json_t *config = starts_config("{'tasks.max':'2','fake.task.0':'complete','fake.stop':'deaf'}");
	pid_t pid;

	start_worker_that_kills_soon();
	expect_ok(call_body(CW_OP_CREATE, NULL, json_pack("{ssso}", "name", "a", "config", config)));
	wait_states("a", "RUNNING COMPLETED RUNNING");
	pid = host_pid("a");
	ok(CW_OP_STOP, "a");
	ok(CW_OP_RESUME, "a");
	wait_other_host("a", pid);
	wait_states("a", "RUNNING COMPLETED RUNNING");
	stop_worker();
	start_worker();
	wait_states("a", "RUNNING COMPLETED RUNNING");
	CU_ASSERT_EQUAL(count_starts("0 running"), 2);
	CU_ASSERT_EQUAL(count_starts("1 running"), 3);
}

static void expect_observed(const char *name, json_int_t observed)
{
	struct cw_answer answer = call(CW_OP_STATUS, name);

	CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer.body, "generation")), 1);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer.body, "observed_generation")), observed);
	expect_ok(answer);
}

/* What was COMPLETED before the worker's start was so with the configuration that there is: tools wait for that. */
static void test_generations__of_a_run_that_is_over(void)
{
	start_worker();
	create("a", "{'fake.task':'complete'}");
	expect_ok(create_in("stopped", "{}", "STOPPED"));
	wait_states("a", "RUNNING COMPLETED");
	expect_observed("a", 1);
	stop_worker();
	start_worker();
	wait_states("a", "RUNNING COMPLETED");
	expect_observed("a", 1);
	expect_observed("stopped", 1);
}

static void test_pause__before_the_host_has_ended(void)
{
	start_worker_that_kills_soon();
	create("a", "{'tasks.max':'2','fake.stop':'deaf'}");
	wait_states("a", "RUNNING RUNNING RUNNING");
	ok(CW_OP_STOP, "a");
	ok(CW_OP_PAUSE, "a");
	wait_states("a", "PAUSED"); /* as of one that was STOPPED first */
	ok(CW_OP_RESUME, "a");
	wait_states("a", "RUNNING RUNNING RUNNING");
}

/* ---- dry runs, preconditions, deletions ---------------------------------------------------------- */

static void expect_dry(struct cw_answer answer, const char *change)
{
	CU_ASSERT_TRUE(json_is_true(json_object_get(answer.body, "dry_run")));
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer.body, "change")), change);
	CU_ASSERT_TRUE(json_is_array(json_object_get(answer.body, "warnings")));
	expect_ok(answer);
}

static struct cw_answer dry(enum cw_op op, const char *name, json_t *body)
{
	struct cw_answer answer = call_with(op, name, 0, CW_OP_DRY_RUN, body);

	json_decref(body);
	return answer;
}

static void test_dry_run__changes_nothing(void)
{
	struct cw_answer answer;

	start_worker();
	expect_dry(dry(CW_OP_CREATE, NULL, creation("a", "{}")), "create");
	expect_error(call(CW_OP_GET, "a"), CW_ERR_NOT_FOUND, "not found");
	create("a", "{'topic':'t'}");
	wait_states("a", "RUNNING RUNNING");
	expect_dry(dry(CW_OP_PUT_CONFIG, "a", config_of("{'topic':'t'}")), "none");
	expect_dry(dry(CW_OP_PUT_CONFIG, "a", config_of("{'topic':'u'}")), "update");
	expect_dry(dry(CW_OP_PATCH_CONFIG, "a", json_pack("{ss}", "topic", "u")), "update");
	expect_dry(dry(CW_OP_PATCH_CONFIG, "a", json_object()), "none");
	expect_error(dry(CW_OP_CREATE, NULL, creation("a", "{}")), CW_ERR_CONFLICT, "already exists");
	answer = call(CW_OP_GET_CONFIG, "a");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer.body, "topic")), "t");
	expect_ok(answer);
	CU_ASSERT_EQUAL(worker_number("host_starts"), 1);
}

static struct cw_answer call_if(enum cw_op op, const char *name, const char *etag, json_t *body)
{
	struct cw_request request = { .op = op, .name = name, .if_match = etag, .body = body };
	struct cw_answer answer;

	cw_herder_call(w.herder, &request, DEADLINE_MS, &answer);
	json_decref(body);
	return answer;
}

static void test_if_match__keeps_a_change_from_going_over_another(void)
{
	struct cw_answer answer;
	char first[CW_ETAG_MAX], second[CW_ETAG_MAX], list[2 * CW_ETAG_MAX + 2];

	start_worker();
	create("a", "{'topic':'t'}");
	answer = call(CW_OP_GET_CONFIG, "a");
	memcpy(first, answer.etag, sizeof(first));
	expect_ok(answer);
	answer = call_if(CW_OP_PUT_CONFIG, "a", first, config_of("{'topic':'u'}"));
	memcpy(second, answer.etag, sizeof(second));
	expect_ok(answer);
	CU_ASSERT_STRING_NOT_EQUAL(first, second);
	answer = call_if(CW_OP_PUT_CONFIG, "a", first, config_of("{'topic':'v'}"));
	CU_ASSERT_EQUAL(answer.refusal, CW_REFUSAL_PRECONDITION);
	expect_error(answer, CW_ERR_CONFLICT, "another one than that of If-Match");
	expect_error(call_if(CW_OP_PATCH_CONFIG, "a", first, json_object()), CW_ERR_CONFLICT, "another one");
	expect_error(call_if(CW_OP_DELETE, "a", first, NULL), CW_ERR_CONFLICT, "another one");
	expect_error(call_if(CW_OP_PUT_CONFIG, "new", "*", config_of("{}")), CW_ERR_CONFLICT, "wants it to be there");
	snprintf(list, sizeof(list), "%s, %s", first, second);
	expect_ok(call_if(CW_OP_PATCH_CONFIG, "a", list, json_object()));
	expect_ok(call_if(CW_OP_PUT_CONFIG, "a", second, config_of("{'topic':'u'}")));
	expect_ok(call_if(CW_OP_PUT_CONFIG, "a", "*", config_of("{'topic':'w'}")));
	expect_ok(call_if(CW_OP_DELETE, "a", "*", NULL));
}

/* "*" makes a connector, and never changes one. */
static void test_if_none_match__only_what_is_not_there(void)
{
	struct cw_request request = { .op = CW_OP_PUT_CONFIG, .name = "a", .if_none_match = "*" };
	struct cw_answer answer;

	start_worker();
	for (int i = 0; i < 2; i++) {
		json_t *body = config_of(i ? "{'topic':'u'}" : "{'topic':'t'}");

		request.body = body;
		cw_herder_call(w.herder, &request, DEADLINE_MS, &answer);
		json_decref(body);
		CU_ASSERT_EQUAL(answer.refusal, i ? CW_REFUSAL_PRECONDITION : CW_REFUSAL_NONE);
		cw_answer_free(&answer);
	}
	answer = call(CW_OP_GET_CONFIG, "a");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer.body, "topic")), "t");
	expect_ok(answer);
}

static void test_delete__what_is_not_there(void)
{
	start_worker();
	expect_error(call(CW_OP_DELETE, "a"), CW_ERR_NOT_FOUND, "Connector a not found");
	expect_ok(call_with(CW_OP_DELETE, "a", 0, CW_OP_IGNORE_MISSING, NULL));
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "waits: answered when it is so", test_wait__answers_when_it_is_so },
		{ "waits: COMPLETED", test_wait__completed },
		{ "waits: the next run", test_wait__the_next_run },
		{ "waits: end in time, or when it is hopeless", test_wait__ends_in_time_or_when_it_is_hopeless },
		{ "waits: end with the connector and the worker", test_wait__ends_with_its_connector_and_the_worker },
		{ "waits: given up", test_wait__is_given_up },
		{ "waits: given up before they begin", test_wait__is_given_up_before_it_begins },
		{ "waits: go on while something is started again by itself",
		  test_wait__goes_on_while_something_is_started_again_by_itself },
		{ "waits: look at the next host only", test_wait__looks_at_the_next_host_only },
		{ "resume before the host has ended", test_resume__before_the_host_has_ended },
		{ "generations of a run that is over", test_generations__of_a_run_that_is_over },
		{ "pause before the host has ended", test_pause__before_the_host_has_ended },
		{ "dry runs change nothing", test_dry_run__changes_nothing },
		{ "If-None-Match makes only", test_if_none_match__only_what_is_not_there },
		{ "If-Match keeps changes apart", test_if_match__keeps_a_change_from_going_over_another },
		{ "deleting what is not there", test_delete__what_is_not_there },
		CU_TEST_INFO_NULL,
	};

	return herder_test_main(argc, argv, tests);
}
