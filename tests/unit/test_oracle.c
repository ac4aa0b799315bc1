/*
 * What Kafka Connect's own classes made of the cases in tests/oracle/cases, connect-worker makes of them too.
 *
 *   test_oracle [-v] [WORD]   only the cases whose id begins with WORD; -v: every difference, not the first few
 */
#include <glob.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "data/schema.h"
#include "oracle_case.h"
#include "oracle_differences.h"
#include "oracle_json.h"
#include "oracle_run.h"
#include "unit.h"

#define SHOWN 10u

static struct {
	const char *only;
	bool verbose;
} options;

struct comparison {
	const struct oracle_file *file;
	const json_t *test, *expect;
	struct cw_batch *memory;
	const struct oracle_outcome *got;
	struct cw_buf why; /* what is different; empty: nothing is */
};

static void differs(struct comparison *c, const char *what, struct cw_slice expected, struct cw_slice got)
{
	cw_buf_printf(&c->why, "    %s\n      expected %.*s\n      got      %.*s\n", what, expected.p ? (int)expected.n : 6,
		      expected.p ? expected.p : "<null>", got.p ? (int)got.n : 6, got.p ? got.p : "<null>");
}

static bool unordered(const struct comparison *c, const char *what)
{
	size_t i;
	json_t *name;

	json_array_foreach(json_object_get(c->expect, "unordered"), i, name) {
		if (strcmp(json_string_value(name), what) == 0)
			return true;
	}
	return false;
}

static int compare_bytes(const void *a, const void *b)
{
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

/* Whether they are the same bytes in another order: a map's text that is no JSON. */
static bool same_letters(struct cw_batch *memory, struct cw_slice a, struct cw_slice b)
{
	char *x = cw_batch_alloc(memory, a.n + 1), *y = cw_batch_alloc(memory, b.n + 1);

	if (a.n != b.n)
		return false;
	memcpy(x, a.p, a.n);
	memcpy(y, b.p, b.n);
	qsort(x, a.n, 1, compare_bytes);
	qsort(y, b.n, 1, compare_bytes);
	return memcmp(x, y, a.n) == 0;
}

static bool same_json(struct cw_slice expected, struct cw_slice got, bool any_order, bool decimals)
{
	unsigned freedom = any_order ? ORACLE_ANY_ORDER : 0;

	if (decimals) /* whose digits count */
		return oracle_json_equal(expected, got, freedom);
	return oracle_json_equal(expected, got, freedom | ORACLE_BY_VALUE) ||
	       oracle_json_equal(expected, got, freedom | ORACLE_BY_VALUE | ORACLE_AS_FLOAT);
}

/* `place`: of the converter that wrote it, in "out". */
static bool same(const struct comparison *c, const char *what, size_t place, struct cw_slice expected,
		 struct cw_slice got)
{
	const json_t *names = oracle_converters(c->file, c->test, "out");
	const char *converter = json_string_value(json_array_get(names, place));
	bool any_order = unordered(c, what), json = strncmp(converter, "json", 4) == 0;

	if (!expected.p || !got.p)
		return !expected.p && !got.p;
	if (cw_slice_equal(expected, got))
		return true;
	if ((json || strcmp(converter, "simple") == 0) && same_json(expected, got, any_order, strstr(converter, "numeric")))
		return true;
	return !json && any_order && same_letters(c->memory, expected, got);
}

static void compare_headers(struct comparison *c)
{
	const json_t *expected = json_object_get(c->expect, "headers");
	size_t i;
	json_t *pair;

	if (json_array_size(expected) != c->got->n_headers) {
		cw_buf_printf(&c->why, "    %zu headers expected, got %zu\n", json_array_size(expected), c->got->n_headers);
		return;
	}
	json_array_foreach(expected, i, pair) {
		struct cw_slice name = oracle_bytes(c->file, c->memory, json_array_get(pair, 0));
		struct cw_slice value = oracle_bytes(c->file, c->memory, json_array_get(pair, 1));

		if (!cw_slice_equal(name, c->got->headers[i].key))
			differs(c, "name of a header", name, c->got->headers[i].key);
		if (!same(c, "headers", 2, value, c->got->headers[i].value))
			differs(c, "header", value, c->got->headers[i].value);
	}
}

static void compare_number(struct comparison *c, const char *what, int64_t otherwise, int64_t got)
{
	const json_t *json = json_object_get(c->expect, what);
	int64_t expected;

	if (!json)
		json = json_object_get(c->test, what);
	expected = json_is_null(json) ? CW_NO_TIMESTAMP : json ? json_integer_value(json) : otherwise;
	if (expected != got)
		cw_buf_printf(&c->why, "    %s: %lld expected, got %lld\n", what, (long long)expected, (long long)got);
}

static void compare_record(struct comparison *c)
{
	struct cw_slice topic = cw_slice_str(oracle_text(c->expect, "topic", oracle_text(c->test, "topic", "orders")));
	struct cw_slice key = oracle_bytes(c->file, c->memory, json_object_get(c->expect, "key"));
	struct cw_slice value = oracle_bytes(c->file, c->memory, json_object_get(c->expect, "value"));

	if (!cw_slice_equal(topic, c->got->topic))
		differs(c, "topic", topic, c->got->topic);
	compare_number(c, "partition", 3, c->got->partition);
	compare_number(c, "timestamp", 1700000000123, c->got->timestamp_ms);
	if (!same(c, "key", 0, key, c->got->key))
		differs(c, "key", key, c->got->key);
	if (!same(c, "value", 1, value, c->got->value))
		differs(c, "value", value, c->got->value);
	compare_headers(c);
}

static void compare_error(struct comparison *c, const json_t *error)
{
	const struct oracle_outcome *got = c->got;
	const char *stage = oracle_text(error, "stage", ""), *way = oracle_text(error, "way", "");
	const char *message = oracle_text(error, "message", ""), *cause = oracle_text(error, "cause", "");
	int step = (int)json_integer_value(json_object_get(error, "step"));

	if (strcmp(stage, got->stage) != 0 || strcmp(way, got->way ? got->way : "") != 0 || step != got->step)
		cw_buf_printf(&c->why, "    %s %s %d expected (%s: %s), got %s %s %d (%s)\n", stage, way, step, message, cause,
			      got->stage, got->way ? got->way : "", got->step, got->error.text);
	else if (!oracle_same_message(message, cause, got->error.text))
		cw_buf_printf(&c->why, "    message in %s\n      expected %s (%s: %s)\n      got      %s\n", stage, message,
			      oracle_text(error, "class", ""), cause, got->error.text);
}

static void compare(struct comparison *c)
{
	const json_t *error = json_object_get(c->expect, "error"), *dropped = json_object_get(c->expect, "dropped");

	if (error && c->got->stage)
		compare_error(c, error);
	else if (error)
		cw_buf_printf(&c->why, "    %s should fail: %s\n", oracle_text(error, "stage", ""),
			      oracle_text(error, "message", ""));
	else if (c->got->stage)
		cw_buf_printf(&c->why, "    %s %s %d fails: %s\n", c->got->stage, c->got->way ? c->got->way : "",
			      c->got->step, c->got->error.text);
	else if (dropped || c->got->dropped) {
		if (!dropped || !c->got->dropped || json_integer_value(dropped) != c->got->step)
			cw_buf_printf(&c->why, "    %s\n", dropped ? "should be dropped" : "should not be dropped");
	} else
		compare_record(c);
}

enum verdict { SAME, ON_PURPOSE, WRONG };

/* Whether the case comes out as it should; says how it does not. */
static enum verdict check_case(const struct oracle_file *file, const json_t *test, struct cw_batch *memory, bool tell)
{
	const char *id = oracle_text(test, "id", "?");
	struct oracle_outcome got;
	struct comparison c = { .file = file, .test = test, .expect = json_object_get(test, "expect"), .memory = memory,
				.got = &got };
	enum verdict verdict = SAME;

	oracle_run(file, test, memory, &got);
	compare(&c);
	if (c.why.n)
		verdict = oracle_deliberate(id) || (got.stage && oracle_refusal(got.error.text)) ? ON_PURPOSE : WRONG;
	if (verdict == WRONG && tell) {
		CW_AUTO_FREE char *config = json_dumps(json_object_get(test, "chain"), JSON_COMPACT | JSON_ENCODE_ANY);
		struct cw_slice value = oracle_bytes(file, memory, json_object_get(test, "value"));

		printf("  %s: %s\n    value %.*s\n%s", id, config ? config : "", value.p ? (int)value.n : 6,
		       value.p ? value.p : "<null>", c.why.p);
	}
	cw_buf_free(&c.why);
	return verdict;
}

static void check_file(const char *path)
{
	struct oracle_file file;
	size_t n[WRONG + 1] = { 0 };
	json_t *test;

	oracle_file_open(&file, path);
	setenv("TZ", oracle_text(file.head, "zone", "UTC"), 1);
	tzset();
	while ((test = oracle_file_next(&file)) != NULL) {
		struct cw_batch *memory = cw_memory_new();

		if (strncmp(oracle_text(test, "id", ""), options.only, strlen(options.only)) == 0)
			n[check_case(&file, test, memory, options.verbose || n[WRONG] < SHOWN)]++;
		cw_memory_free(memory);
		json_decref(test);
	}
	if (n[SAME] + n[ON_PURPOSE] + n[WRONG])
		printf("\n%s: %zu cases as Kafka Connect %s, %zu otherwise on purpose, %zu wrong\n", strrchr(path, '/') + 1,
		       n[SAME], oracle_text(file.head, "kafka", "?"), n[ON_PURPOSE], n[WRONG]);
	CU_ASSERT_EQUAL(n[WRONG], 0);
	oracle_file_close(&file);
}

static void test_recorded_cases(void)
{
	CW_AUTO_FREE char *pattern = cw_format("%s/tests/oracle/cases/*.jsonl", getenv("srcdir") ? getenv("srcdir") : SRCDIR);
	glob_t found;

	CU_ASSERT_EQUAL_FATAL(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_file(found.gl_pathv[i]);
	globfree(&found);
	putchar('\n');
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = { { "recorded cases", test_recorded_cases }, CU_TEST_INFO_NULL };
	CU_SuiteInfo suites[] = { { "oracle", NULL, NULL, NULL, NULL, tests }, CU_SUITE_INFO_NULL };

	options.verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
	options.only = argc > 1 + options.verbose ? argv[1 + options.verbose] : "";
	return cw_test_main(suites);
}
