/* What the lines are about: weights, Zipf, and bursts of errors. */
#include <math.h>

#include "synthetic_reader.h"

#define LINES 200000u

static void test_traffic__statuses_and_methods_keep_their_weights(void)
{
	struct cw_synthetic *g = cw_settings_generator(1, "format=common", "error.burst.interval.seconds=0",
						       "method.weights=GET:7,POST:2,DELETE:1",
						       "status.weights=200:80,404:15,500:5", NULL);
	unsigned get = 0, post = 0, ok = 0, missing = 0;
	struct cw_cursor cursor;
	struct reader reader;

	reader_open(&reader, CW_LINE_COMMON);
	cw_cursor_init(&cursor, g, 0);
	for (uint64_t k = 0; k < LINES; k++) {
		char line[CW_SYNTHETIC_LINE_MAX];
		size_t n = cw_cursor_write(&cursor, k, line);
		struct fields f;
		int64_t when;

		read_line(&reader, line, n, &f, &when);
		get += strcmp(f.method, "GET") == 0;
		post += strcmp(f.method, "POST") == 0;
		ok += f.status == 200;
		missing += f.status == 404;
	}
	CU_ASSERT_DOUBLE_EQUAL((double)get / LINES, 0.7, 0.004);
	CU_ASSERT_DOUBLE_EQUAL((double)post / LINES, 0.2, 0.004);
	CU_ASSERT_DOUBLE_EQUAL((double)ok / LINES, 0.8, 0.004);
	CU_ASSERT_DOUBLE_EQUAL((double)missing / LINES, 0.15, 0.004);
	reader_close(&reader);
	cw_synthetic_free(g);
}

struct count {
	uint64_t name; /* a hash of it */
	unsigned n;
};

static struct count count_of(const char *a, const char *b)
{
	struct count count = { UINT64_C(14695981039346656037), 1 };

	for (const char *p = a; *p; p++)
		count.name = (count.name ^ (unsigned char)*p) * UINT64_C(1099511628211);
	for (const char *p = b; *p; p++)
		count.name = (count.name ^ (unsigned char)*p) * UINT64_C(1099511628211);
	return count;
}

static int by_name(const void *a, const void *b)
{
	uint64_t x = ((const struct count *)a)->name, y = ((const struct count *)b)->name;

	return x < y ? -1 : x > y;
}

static int by_count(const void *a, const void *b)
{
	unsigned x = ((const struct count *)a)->n, y = ((const struct count *)b)->n;

	return x < y ? 1 : x > y ? -1 : by_name(a, b);
}

/* Sorts and joins equal names; the most frequent first. Returns how many there are. */
static size_t tally(struct count *counts, size_t n)
{
	size_t kept = 0;

	qsort(counts, n, sizeof(*counts), by_name);
	for (size_t i = 0; i < n; i++) {
		if (kept && counts[kept - 1].name == counts[i].name)
			counts[kept - 1].n += counts[i].n;
		else
			counts[kept++] = counts[i];
	}
	qsort(counts, kept, sizeof(*counts), by_count);
	return kept;
}

/* Only GET: other methods choose among fewer clients and endpoints. */
static void count_traffic(struct count *clients, struct count *endpoints, struct count *pairs)
{
	struct cw_synthetic *g =
		cw_settings_generator(1, "clients=1000", "endpoints=100", "method.weights=GET:1", NULL);
	struct cw_cursor cursor;
	struct reader reader;

	reader_open(&reader, CW_LINE_ACCESS);
	cw_cursor_init(&cursor, g, 0);
	for (uint64_t k = 0; k < LINES; k++) {
		char line[CW_SYNTHETIC_LINE_MAX];
		size_t n = cw_cursor_write(&cursor, k, line);
		struct fields f;
		int64_t when;

		CU_ASSERT_TRUE_FATAL(read_line(&reader, line, n, &f, &when));
		clients[k] = count_of(f.ip, "");
		endpoints[k] = count_of(f.endpoint, "");
		pairs[k] = count_of(f.ip, f.agent);
	}
	reader_close(&reader);
	cw_synthetic_free(g);
}

static void check_zipf(const struct count *counts, size_t n, size_t expected)
{
	double harmonic = 0;

	CU_ASSERT_EQUAL(n, expected);
	for (size_t i = 1; i <= expected; i++)
		harmonic += 1.0 / (double)i;
	for (size_t i = 1; i <= 10; i++)
		CU_ASSERT_DOUBLE_EQUAL((double)counts[i - 1].n / LINES * harmonic * (double)i, 1, 0.08);
}

static void test_traffic__clients_and_endpoints_follow_zipf(void)
{
	struct count *clients = calloc(LINES, sizeof(*clients)), *endpoints = calloc(LINES, sizeof(*endpoints)),
		     *pairs = calloc(LINES, sizeof(*pairs));

	count_traffic(clients, endpoints, pairs);
	check_zipf(clients, tally(clients, LINES), 1000);
	check_zipf(endpoints, tally(endpoints, LINES), 100);
	CU_ASSERT_EQUAL(endpoints[0].name, count_of("/", "").name);
	/* A client keeps its user agent: as many pairs as clients. */
	CU_ASSERT_EQUAL(tally(pairs, LINES), 1000);
	free(clients);
	free(endpoints);
	free(pairs);
}

static void test_traffic__one_client_and_one_endpoint_are_enough(void)
{
	struct cw_synthetic *g = cw_settings_generator(1, "clients=1", "endpoints=1", NULL);
	unsigned wrong = 0;
	struct reader reader;

	reader_open(&reader, CW_LINE_ACCESS);
	for (uint64_t k = 0; k < 1000; k++) {
		char line[CW_SYNTHETIC_LINE_MAX];
		struct fields f;
		int64_t when;

		wrong += !read_line(&reader, line, cw_synthetic_line(g, 0, k, line), &f, &when) ||
			 strcmp(f.endpoint, "/") != 0;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	reader_close(&reader);
	cw_synthetic_free(g);
}

static void test_traffic__most_clients_and_endpoints_are_valid(void)
{
	struct cw_synthetic *g = cw_settings_generator(1, "clients=1000000", "endpoints=100000",
						       "clients.zipf.exponent=0", "endpoints.zipf.exponent=0", NULL);
	unsigned wrong = 0;
	struct reader reader;

	reader_open(&reader, CW_LINE_ACCESS);
	for (uint64_t k = 0; k < 50000; k++) {
		char line[CW_SYNTHETIC_LINE_MAX];
		struct fields f;
		int64_t when;

		wrong += !read_line(&reader, line, cw_synthetic_line(g, 0, k, line), &f, &when) || !is_public(f.ip);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	reader_close(&reader);
	cw_synthetic_free(g);
}

static void test_bursts__one_in_each_interval(void)
{
	struct cw_synthetic *g =
		cw_settings_generator(1, "error.burst.interval.seconds=600", "error.burst.duration.seconds=45", NULL);
	struct cw_synthetic *always = cw_settings_generator(1, "error.burst.interval.seconds=60",
							    "error.burst.duration.seconds=60", NULL);
	struct cw_synthetic *never = cw_settings_generator(1, "error.burst.interval.seconds=0", NULL);
	const int64_t day = 1767225600;
	int64_t first_begin = -1;
	bool moves = false;

	for (int64_t slot = 0; slot < 144; slot++) {
		int on = 0, begins = 0;

		for (int64_t s = 0; s < 600; s++) {
			int64_t t = day + slot * 600 + s;

			on += cw_synthetic_burst(g, t);
			if (cw_synthetic_burst(g, t) && (s == 0 || !cw_synthetic_burst(g, t - 1))) {
				begins++;
				first_begin = first_begin < 0 ? s : first_begin;
				moves |= s != first_begin;
			}
			CU_ASSERT_TRUE(cw_synthetic_burst(always, t));
			CU_ASSERT_FALSE(cw_synthetic_burst(never, t));
		}
		CU_ASSERT_EQUAL(on, 45);
		CU_ASSERT_EQUAL(begins, 1);
	}
	CU_ASSERT_TRUE(moves);
	cw_synthetic_free(g);
	cw_synthetic_free(always);
	cw_synthetic_free(never);
}

static void test_bursts__raise_the_share_of_errors(void)
{
	struct cw_synthetic *g =
		cw_settings_generator(1, "records.per.second=0", "error.burst.share=0.5", "status.weights=200:99,500:1",
				      "error.burst.status.weights=503:1", NULL);
	unsigned in = 0, in_503 = 0, out = 0, out_503 = 0;
	struct cw_cursor cursor;

	cw_cursor_init(&cursor, g, 0);
	for (uint64_t k = 0; k < 2000000; k++) {
		char line[CW_SYNTHETIC_LINE_MAX];
		size_t n = cw_cursor_write(&cursor, k, line);
		bool is_503 = memmem(line, n, "\" 503 ", 6) != NULL;

		if (cw_synthetic_burst(g, cursor.second.epoch_s)) {
			in++;
			in_503 += is_503;
		} else {
			out++;
			out_503 += is_503;
		}
	}
	CU_ASSERT_TRUE(in > 10000);
	CU_ASSERT_DOUBLE_EQUAL((double)in_503 / in, 0.5, 0.02);
	CU_ASSERT_EQUAL(out_503, 0);
	cw_synthetic_free(g);
}

static CU_TestInfo traffic[] = {
	{ "statuses and methods keep their weights", test_traffic__statuses_and_methods_keep_their_weights },
	{ "clients and endpoints follow Zipf", test_traffic__clients_and_endpoints_follow_zipf },
	{ "one client and one endpoint are enough", test_traffic__one_client_and_one_endpoint_are_enough },
	{ "the most clients and endpoints are valid", test_traffic__most_clients_and_endpoints_are_valid },
	{ "one burst in each interval", test_bursts__one_in_each_interval },
	{ "bursts raise the share of errors", test_bursts__raise_the_share_of_errors },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	CU_SuiteInfo suites[] = { { .pName = "synthetic-log: traffic", .pTests = traffic }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
