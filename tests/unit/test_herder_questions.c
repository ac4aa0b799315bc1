/* Many who ask at the same time what only Kafka knows: each host that finds it out is a process. */
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "herder_fixture.h"

#define ASKERS 30
#define GUESTS_MAX 8
#define CHANGES_MORE 2 /* beyond these */

struct asker {
	struct cw_call *call;
	atomic_bool answered;
	struct cw_answer answer;
};

static void on_answer(void *arg, struct cw_answer *answer)
{
	struct asker *asker = arg;

	asker->answer = *answer;
	atomic_store(&asker->answered, true);
}

static void start_one(struct asker *asker, enum cw_op op, const char *name)
{
	const struct cw_request request = { .op = op, .name = name };

	cw_herder_start(w.herder, &request, on_answer, asker, &asker->call);
}

/* Offsets and dead letters in turn. */
static void start_asking(struct asker *askers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		start_one(&askers[i], i % 2 ? CW_OP_LETTERS : CW_OP_OFFSETS, "k");
	ok(CW_OP_HEALTH, NULL); /* behind them all */
}

/* Questions about it are not answered before there is a file of that name. */
static void create_behind(const char *name, const char *gate)
{
	json_t *config = config_of("{'connector.class':'FakeSink','topics':'t'}");

	json_object_set_new(config, "fake.gate", json_sprintf("%s/%s", w.folder, gate));
	json_object_set_new(config, "fake.guests", json_sprintf("%s/guests", w.folder));
	expect_ok(call_body(CW_OP_CREATE, NULL, json_pack("{ssso}", "name", name, "config", config)));
}

static void create_gated(void)
{
	create_behind("k", "gate");
}

static void open_the(const char *gate)
{
	CW_AUTO_FREE char *path = cw_format("%s/%s", w.folder, gate);
	FILE *f = fopen(path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fclose(f);
}

static void open_gate(void)
{
	open_the("gate");
}

/* How many were there at the same time at most; *came is how many came at all. */
static int most_guests(int *came)
{
	CW_AUTO_FREE char *signs = read_file("guests");
	int guests = 0, most = 0;

	*came = 0;
	for (const char *p = signs; *p; p++) {
		guests += *p == '+' ? 1 : -1;
		*came += *p == '+';
		most = guests > most ? guests : most;
	}
	return most;
}

static void wait_guests(int wanted)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	int came;

	while (most_guests(&came) < wanted && look_again(deadline))
		;
	CU_ASSERT_EQUAL(came, wanted);
}

static void wait_answered(struct asker *asker)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;

	while (!atomic_load(&asker->answered) && look_again(deadline))
		;
	CU_ASSERT_TRUE_FATAL(atomic_load(&asker->answered));
}

static void test_questions__are_answered_by_so_many_hosts_and_no_more(void)
{
	static struct asker askers[ASKERS];
	int came;

	memset(askers, 0, sizeof(askers));
	start_worker();
	create_gated();
	start_asking(askers, ASKERS);
	wait_guests(GUESTS_MAX);
	open_gate();
	for (size_t i = 0; i < ASKERS; i++) {
		wait_answered(&askers[i]);
		CU_ASSERT_PTR_NOT_NULL(json_object_get(askers[i].answer.body, i % 2 ? "letters" : "offsets"));
		expect_ok(askers[i].answer);
	}
	CU_ASSERT_EQUAL(most_guests(&came), GUESTS_MAX);
	CU_ASSERT_EQUAL(came, ASKERS);
}

/* Whoever only wants to know does not hold up changes: these have places of their own, and are the next to have others. */
static void test_questions__changes_go_first(void)
{
	static struct asker reads[GUESTS_MAX + 2], changes[CHANGES_MORE + 1];
	int came;

	memset(reads, 0, sizeof(reads));
	memset(changes, 0, sizeof(changes));
	start_worker();
	create_gated();
	create_behind("other", "gate");
	create_behind("soon", "soon"); /* a name for each: those of one connector wait for each other */
	create_behind("free", "soon");
	start_one(&reads[0], CW_OP_OFFSETS, "soon");
	start_asking(reads + 1, GUESTS_MAX + 1);
	start_one(&changes[0], CW_OP_REPLAY_LETTERS, "k");
	start_one(&changes[1], CW_OP_REPLAY_LETTERS, "other");
	wait_guests(GUESTS_MAX + CHANGES_MORE);
	start_one(&changes[2], CW_OP_REPLAY_LETTERS, "free");
	open_the("soon"); /* one of those that read goes, and behind it there are two of them, and the change */
	wait_answered(&changes[2]);
	expect_ok(changes[2].answer);
	wait_answered(&reads[0]);
	expect_ok(reads[0].answer);
	CU_ASSERT_EQUAL(most_guests(&came), GUESTS_MAX + CHANGES_MORE);
	open_gate();
	for (size_t i = 0; i < CHANGES_MORE; i++) {
		wait_answered(&changes[i]);
		expect_ok(changes[i].answer);
	}
	for (size_t i = 1; i < GUESTS_MAX + 2; i++) {
		wait_answered(&reads[i]);
		expect_ok(reads[i].answer);
	}
	CU_ASSERT_EQUAL(most_guests(&came), GUESTS_MAX + CHANGES_MORE);
}

/* The places of changes are taken, and one more waits for the next. */
static void start_changes_that_wait(struct asker *changes)
{
	create_behind("other", "gate");
	create_behind("more", "gate");
	start_one(&changes[0], CW_OP_REPLAY_LETTERS, "other");
	start_one(&changes[1], CW_OP_REPLAY_LETTERS, "more");
	wait_guests(GUESTS_MAX + CHANGES_MORE);
	expect_error(call_with_timeout(CW_OP_REPLAY_LETTERS, "k", 500), CW_ERR_RETRIABLE, "what others want to know first");
}

/* Its time is over before there is a place: nobody is asked for it any more, but what it was to change is changed. */
static void test_questions__given_up_while_they_wait(void)
{
	static struct asker askers[GUESTS_MAX + 3], changes[CHANGES_MORE];
	struct asker *last = &askers[GUESTS_MAX + 2];
	struct cw_answer answer;
	int came;

	memset(askers, 0, sizeof(askers));
	memset(changes, 0, sizeof(changes));
	start_worker();
	create_gated();
	start_asking(askers, GUESTS_MAX + 3);
	wait_guests(GUESTS_MAX);
	for (size_t i = GUESTS_MAX; i < GUESTS_MAX + 2; i++) {
		CU_ASSERT_TRUE_FATAL(cw_herder_give_up(w.herder, &askers[i].call, &answer));
		expect_error(answer, CW_ERR_RETRIABLE, "Request timed out. The worker is currently asking Kafka what others want to "
						       "know first, which began at 2");
	}
	start_changes_that_wait(changes);
	CU_ASSERT_FALSE(atomic_load(&last->answered));
	open_gate();
	for (size_t i = 0; i < GUESTS_MAX; i++) {
		wait_answered(&askers[i]);
		expect_ok(askers[i].answer);
	}
	wait_answered(last);
	expect_ok(last->answer);
	expect_ok(call(CW_OP_REPLAY_LETTERS, "k")); /* which waits for its turn behind the first one */
	for (size_t i = 0; i < CHANGES_MORE; i++) {
		wait_answered(&changes[i]);
		expect_ok(changes[i].answer);
	}
	CU_ASSERT_EQUAL(most_guests(&came), GUESTS_MAX + CHANGES_MORE);
	CU_ASSERT_EQUAL(came, GUESTS_MAX + CHANGES_MORE + 3);
	for (size_t i = GUESTS_MAX; i < GUESTS_MAX + 2; i++)
		CU_ASSERT_FALSE(atomic_load(&askers[i].answered));
}

static void test_questions__end_with_the_worker(void)
{
	static struct asker askers[GUESTS_MAX + 2], changes[CHANGES_MORE];

	memset(askers, 0, sizeof(askers));
	memset(changes, 0, sizeof(changes));
	start_worker();
	create_gated();
	start_asking(askers, GUESTS_MAX + 2);
	wait_guests(GUESTS_MAX);
	start_changes_that_wait(changes);
	stop_worker();
	for (size_t i = 0; i < CHANGES_MORE; i++) {
		wait_answered(&changes[i]);
		expect_error(changes[i].answer, CW_ERR_FATAL, "Worker is shutting down");
	}
	for (size_t i = 0; i < GUESTS_MAX + 2; i++) {
		wait_answered(&askers[i]);
		expect_error(askers[i].answer, CW_ERR_FATAL, "Worker is shutting down");
	}
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "so many hosts and no more", test_questions__are_answered_by_so_many_hosts_and_no_more },
		{ "changes go first", test_questions__changes_go_first },
		{ "given up while they wait", test_questions__given_up_while_they_wait },
		{ "end with the worker", test_questions__end_with_the_worker },
		CU_TEST_INFO_NULL,
	};

	return herder_test_main(argc, argv, tests);
}
