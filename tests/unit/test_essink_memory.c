/* The access-log sink and answers that are far too large: a proxy's page, a store that says everything of everything. */
#include "essink_run.h"
#include "sink.h"

#define MIB ((size_t)1 << 20)

/* So much of nothing. */
static char *blanks(size_t n)
{
	char *text = malloc(n + 1);

	if (!text)
		abort();
	memset(text, ' ', n);
	text[n] = '\0';
	return text;
}

/* The first five requests, so as many as may be under way, are answered so. */
static struct run *run_with(const char *answer)
{
	struct run *run = run_new();

	set(run, "template.enable", "false");
	set(run, "batch.size", "10");
	set(run, "retry.backoff.ms", "20");
	run->body = answer;
	fail_first(run, 5, CW_STORE_ANSWER, 200);
	return run;
}

static void test_answer__has_a_limit(void)
{
	char *answer = blanks(17 * MIB);
	struct run *run = run_with(answer);
	int64_t end = cw_clock_ms() + 10000;

	start(run);
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	while (run->sink.host.logged[CW_LOG_WARN] == 0 && cw_clock_ms() < end)
		CU_ASSERT_EQUAL(cw_essink_ops()->wait(run->sink.task, NULL, 0, 10, &run->sink.err), CW_OK);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.last_log, "the answer is longer than 16818176 bytes"));
	expect_all(run);
	run_free(run);
	free(answer);
}

/* Many documents may be refused in many words. */
static void test_answer__may_be_longer_for_more_documents(void)
{
	char *answer = blanks(17 * MIB);
	struct run *run = run_with(answer);
	int64_t end = cw_clock_ms() + 10000;

	set(run, "batch.size", "1000");
	start(run);
	CU_ASSERT_EQUAL(put(run, 1000), CW_OK);
	while (run->sink.host.logged[CW_LOG_WARN] == 0 && cw_clock_ms() < end)
		CU_ASSERT_EQUAL(cw_essink_ops()->wait(run->sink.task, NULL, 0, 10, &run->sink.err), CW_OK);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.last_log, "gave 17825792 bytes that are no answer for 1000 documents"));
	run_free(run);
	free(answer);
}

static void test_answer__memory_is_given_back(void)
{
	char *answer = blanks(3 * MIB);
	struct run *run = run_with(answer);
	const struct cw_sink *sink;

	start(run);
	CU_ASSERT_EQUAL(put(run, 100), CW_OK);
	expect_all(run);
	sink = run->sink.task;
	CU_ASSERT_TRUE(sink->n_calls > 0);
	for (size_t i = 0; i < sink->n_calls; i++)
		CU_ASSERT_TRUE(sink->calls[i]->answer.cap <= MIB);
	run_free(run);
	free(answer);
}

int main(void)
{
	CU_TestInfo answers[] = {
		{ "have a limit", test_answer__has_a_limit },
		{ "may be longer for more documents", test_answer__may_be_longer_for_more_documents },
		{ "give their memory back", test_answer__memory_is_given_back },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "answers", NULL, NULL, NULL, NULL, answers },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
