/* The herder while its store cannot write: what hosts tell is kept, and stored later. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/mem.h"
#include "herder_fixture.h"

/* No file of ours, or of a host that starts now, grows beyond that. */
static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	CU_ASSERT_EQUAL(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void fill_disk(void)
{
	signal(SIGXFSZ, SIG_IGN);
	limit_files(4096);
}

static void free_disk(void)
{
	limit_files(RLIM_INFINITY);
}

/* ---- offsets ------------------------------------------------------------------------------- */

/* What the store cannot take now is kept and stored later; the host is told only then. */
static void test_offsets__wait(void)
{
	int64_t until;

	start_worker();
	create("a", "{}");
	wait_number("a", 0, "stored", 1);
	fill_disk();
	expect_ok(call_with(CW_OP_RESTART_TASK, "a", 0, 0, NULL));
	wait_number("a", 0, "restarts", 1);
	wait_states("a", "RUNNING RUNNING");
	expect_error(create_in("b", "{}", NULL), CW_ERR_RETRIABLE,
		     "The configuration of connector b cannot be stored: ");
	expect_error(call(CW_OP_PAUSE, "a"), CW_ERR_RETRIABLE, "state file ");
	for (until = cw_clock_ms() + 300; cw_clock_ms() < until;)
		CU_ASSERT_EQUAL(number_of("a", 0, "stored"), 1);
	wait_states("a", "RUNNING RUNNING"); /* what could not be stored has not happened */
	free_disk();
	wait_number("a", 0, "stored", 2);
	create("b", "{}");
}

/* However long the disk is full. */
static void test_offsets__that_wait_do_not_grow(void)
{
	json_t *unstored = json_array(), *wanted;

	for (int i = 1; i <= 1000; i++) {
		json_t *message = json_pack("{sssisis[[{si}{si}][{ss}{si}]]}", "type", "offsets", "task", i % 2, "seq", i,
					    "offsets", "p", i % 2, "next", i, "q", "x", "next", i);

		cw_offsets_keep(unstored, message);
		json_decref(message);
	}
	wanted = json_pack("[{sssisis[[{si}{si}][{ss}{si}]]}{sssisis[[{si}{si}][{ss}{si}]]}]", "type", "offsets", "task", 1,
			   "seq", 999, "offsets", "p", 1, "next", 999, "q", "x", "next", 999, "type", "offsets", "task", 0,
			   "seq", 1000, "offsets", "p", 0, "next", 1000, "q", "x", "next", 1000);
	CU_ASSERT_PTR_NOT_NULL(wanted);
	CU_ASSERT_TRUE(json_equal(unstored, wanted));
	json_decref(unstored);
	json_decref(wanted);
}

static void create_noting_starts(const char *name)
{
	expect_ok(call_body(CW_OP_CREATE, NULL, json_pack("{ssso}", "name", name, "config", starts_config("{}"))));
}

static void expect_starts(const char *wanted)
{
	CW_AUTO_FREE char *starts = read_file("starts");

	if (strcmp(starts, wanted) != 0)
		fprintf(stderr, "\nfound\n%swanted\n%s", starts, wanted);
	CU_ASSERT_STRING_EQUAL(starts, wanted);
}

static void restart_task(int64_t restarts)
{
	expect_ok(call_with(CW_OP_RESTART_TASK, "a", 0, 0, NULL));
	wait_number("a", 0, "restarts", restarts);
	wait_states("a", "RUNNING RUNNING");
}

/* Whatever ends a task, the next one goes on where it was, and not where the disk was full. */
static void test_offsets__that_wait_are_where_the_next_task_begins(void)
{
	start_worker();
	create_noting_starts("a");
	wait_number("a", 0, "stored", 1);
	fill_disk();
	restart_task(1);
	restart_task(2);
	kill(host_pid("a"), SIGKILL);
	wait_states("a", "RUNNING FAILED");
	restart_task(3);
	expect_starts("0 running []\n0 running [[{\"p\":0},{\"n\":1}]]\n0 running [[{\"p\":0},{\"n\":2}]]\n"
		      "0 running [[{\"p\":0},{\"n\":3}]]\n");
	free_disk();
	wait_number("a", 0, "stored", 1); /* of this host's, which hears of what it has told alone */
	stop_worker();
	start_worker();
	wait_states("a", "RUNNING RUNNING");
	expect_starts("0 running []\n0 running [[{\"p\":0},{\"n\":1}]]\n0 running [[{\"p\":0},{\"n\":2}]]\n"
		      "0 running [[{\"p\":0},{\"n\":3}]]\n0 running [[{\"p\":0},{\"n\":4}]]\n");
}

/* Alterations are made to one that is STOPPED: nothing is stored behind them. */
static void test_offsets__that_wait_are_given_up_with_a_stop(void)
{
	start_worker();
	create_noting_starts("a");
	wait_number("a", 0, "stored", 1);
	ok(CW_OP_PAUSE, "a");
	wait_states("a", "PAUSED PAUSED");
	fill_disk();
	expect_ok(call_with(CW_OP_RESTART_TASK, "a", 0, 0, NULL));
	wait_number("a", 0, "restarts", 1);
	wait_states("a", "PAUSED PAUSED");
	kill(host_pid("a"), SIGKILL);
	wait_states("a", "PAUSED FAILED");
	free_disk();
	ok(CW_OP_STOP, "a"); /* before, or after, the worker has tried again */
	wait_states("a", "STOPPED");
	ok(CW_OP_RESET_OFFSETS, "a");
	ok(CW_OP_RESUME, "a");
	wait_states("a", "RUNNING RUNNING");
	expect_starts("0 running []\n0 paused [[{\"p\":0},{\"n\":1}]]\n0 running []\n");
}

static void expect_json(json_t *found, const char *wanted)
{
	expect_body((struct cw_answer){ .body = found }, wanted);
}

static void test_offsets__that_wait_belong_to_a_run(void)
{
	struct cw_connector c = { .unstored = parsed("[{'task':0,'seq':7,'offsets':[[{'p':0},{'n':1}],[{'p':1},null]]},"
						     "{'task':1,'topics':['t']},"
						     "{'task':1,'seq':9,'offsets':[[{'p':2},{'n':5}],[{'p':0},{'n':3}]]}]") };
	json_t *offsets = parsed("[[{'p':1},{'n':2}],[{'p':0},{'n':0}]]"), *next = parsed("{'task':0,'seq':1,'offsets':[]}");

	cw_unstored_lay_over(&c, offsets);
	expect_json(offsets, "[[{'p':0},{'n':3}],[{'p':2},{'n':5}]]");
	cw_unstored_disown(&c, 0);
	CU_ASSERT_PTR_NULL(json_object_get(json_array_get(c.unstored, 0), "seq"));
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json_array_get(c.unstored, 2), "seq")), 9);
	/* The next run takes over what the last one has told. */
	cw_offsets_keep(c.unstored, next);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json_array_get(c.unstored, 0), "seq")), 1);
	cw_unstored_disown(&c, -1);
	expect_json(c.unstored, "[{'task':0,'offsets':[[{'p':0},{'n':1}],[{'p':1},null]]},{'task':1,'topics':['t']},"
				"{'task':1,'offsets':[[{'p':2},{'n':5}],[{'p':0},{'n':3}]]}]");
	json_decref(next);
}

/* ---- states -------------------------------------------------------------------------------- */

/* Waits until the log of the connector has that line. */
static void wait_said(const char *name, const char *wanted)
{
	struct cw_request request = { .op = CW_OP_LOGS, .name = name, .log_filter = { CW_LOG_INFO, 100 } };
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	bool said = false;

	do {
		struct cw_answer answer;
		json_t *line;
		size_t i;

		cw_herder_call(w.herder, &request, DEADLINE_MS, &answer);
		json_array_foreach(answer.body, i, line)
			said = said || strcmp(json_string_value(json_object_get(line, "message")), wanted) == 0;
		cw_answer_free(&answer);
	} while (!said && look_again(deadline));
	CU_ASSERT_TRUE(said);
}

/* A run that ends then does not begin again with the worker's next start. */
static void end_on_a_full_disk(bool at_once)
{
	CW_AUTO_FREE char *end = cw_format("%s/end", w.folder), *starts = NULL;
	json_t *config = starts_config("{}");
	FILE *f;

	json_object_set_new(config, "fake.end", json_string(end));
	start_worker();
	expect_ok(call_body(CW_OP_PUT_CONFIG, "a", config));
	wait_number("a", 0, "stored", 1);
	fill_disk();
	f = fopen(end, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fclose(f);
	expect_ok(call_with(CW_OP_RESTART_TASK, "a", 0, 0, NULL));
	wait_states("a", "RUNNING COMPLETED");
	free_disk();
	if (!at_once)
		wait_said("a", "its state is stored: COMPLETED");
	stop_worker();
	remove(end);
	start_worker();
	wait_states("a", "RUNNING COMPLETED");
	ok(CW_OP_DELETE, "a");
	stop_worker();
	starts = read_file("starts");
	CU_ASSERT_PTR_NULL(strchr(strchr(strchr(starts, '\n') + 1, '\n') + 1, '\n'));
}

static void test_states__wait_for_a_full_disk(void)
{
	end_on_a_full_disk(false);
}

static void test_states__that_wait_are_stored_in_the_end(void)
{
	end_on_a_full_disk(true);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "offsets wait for a full disk", test_offsets__wait },
		{ "offsets that wait do not grow", test_offsets__that_wait_do_not_grow },
		{ "offsets that wait are where the next task begins", test_offsets__that_wait_are_where_the_next_task_begins },
		{ "offsets that wait are given up with a stop", test_offsets__that_wait_are_given_up_with_a_stop },
		{ "offsets that wait belong to a run", test_offsets__that_wait_belong_to_a_run },
		{ "states wait for a full disk", test_states__wait_for_a_full_disk },
		{ "states that wait are stored in the end", test_states__that_wait_are_stored_in_the_end },
		CU_TEST_INFO_NULL,
	};

	return herder_test_main(argc, argv, tests);
}
