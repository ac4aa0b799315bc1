/* The parts that lines are made with: choices by weight, the log's clock, the pace, the small languages. */
#include <math.h>
#include <time.h>

#include "alias.h"
#include "exchange.h"
#include "log_clock.h"
#include "pace.h"
#include "site.h"
#include "synthetic.h"
#include "unit.h"

/* ---- alias ---------------------------------------------------------------------------------------- */

static void test_alias__picks_by_weight(void)
{
	const double weights[] = { 0, 5, 1, 0.5, 3.5, 0 };
	struct cw_alias alias = { 0 };
	unsigned counts[6] = { 0 };

	CU_ASSERT_EQUAL_FATAL(cw_alias_init(&alias, weights, 6), 0);
	for (uint64_t i = 0; i < 1000000; i++)
		counts[cw_alias_pick(&alias, cw_draw(7, i))]++;
	CU_ASSERT_EQUAL(counts[0] + counts[5], 0);
	for (int i = 1; i < 5; i++)
		CU_ASSERT_DOUBLE_EQUAL(counts[i] / 1e6, weights[i] / 10, 0.002);
	cw_alias_free(&alias);
}

static void test_alias__of_one_picks_it(void)
{
	const double weight = 0.25;
	struct cw_alias alias = { 0 };

	CU_ASSERT_EQUAL_FATAL(cw_alias_init(&alias, &weight, 1), 0);
	CU_ASSERT_EQUAL(cw_alias_pick(&alias, 0), 0);
	CU_ASSERT_EQUAL(cw_alias_pick(&alias, UINT64_MAX), 0);
	cw_alias_free(&alias);
}

/* ---- methods and statuses -------------------------------------------------------------------------- */

static double weight_of(const struct cw_weights *weights, int id)
{
	double total = 0, weight = 0;

	for (size_t i = 0; i < weights->n; i++) {
		total += weights->items[i].weight;
		weight += weights->items[i].id == id ? weights->items[i].weight : 0;
	}
	return weight / total;
}

static void check_exchanges(const char *methods_text, const char *statuses_text, const char *never)
{
	struct cw_weights methods, statuses;
	struct cw_exchanges exchanges = { 0 };
	unsigned by_method[8] = { 0 }, by_status[600] = { 0 }, odd = 0;
	const unsigned n = 1000000;

	CU_ASSERT_EQUAL_FATAL(cw_method_weights_parse(methods_text, &methods, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(cw_status_weights_parse(statuses_text, &statuses, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(cw_exchanges_init(&exchanges, CW_LINE_ACCESS, &methods, &statuses), 0);
	for (uint64_t i = 0; i < n; i++) {
		const struct cw_exchange *x = &exchanges.table[cw_alias_pick(&exchanges.pick, cw_draw(3, i))];
		char pair[64];

		for (size_t m = 0; m < cw_methods_n; m++)
			by_method[m] += strlen(cw_methods[m]) == x->before_n - 1u &&
					memcmp(x->before, cw_methods[m], x->before_n - 1u) == 0;
		by_status[x->status]++;
		snprintf(pair, sizeof(pair), " %.*s%d ", (int)x->before_n, x->before, x->status);
		odd += strstr(never, pair) != NULL;
	}
	for (size_t m = 0; m < cw_methods_n; m++)
		CU_ASSERT_DOUBLE_EQUAL((double)by_method[m] / n, weight_of(&methods, (int)m), 0.002);
	for (int s = 200; s < 600; s++)
		CU_ASSERT_DOUBLE_EQUAL((double)by_status[s] / n, weight_of(&statuses, s), 0.002);
	CU_ASSERT_EQUAL(odd, 0);
	cw_exchanges_free(&exchanges);
}

static void test_exchange__keeps_both_sets_of_weights_and_makes_sense(void)
{
	check_exchanges("GET:78,POST:12,HEAD:3,PUT:3,DELETE:2,PATCH:1,OPTIONS:1",
			"200:74,304:8,404:5,301:3,302:2.5,204:2,201:1.5,400:1,401:1,206:0.5,500:0.4,405:0.1",
			" POST 304  PUT 304  DELETE 304  HEAD 206  POST 206  GET 201  HEAD 201  GET 204  GET 405 ");
}

static void test_exchange__weights_win_over_sense(void)
{
	check_exchanges("GET:1", "201:1,204:1", "");
	check_exchanges("POST:9,GET:1", "304:5,200:5", "");
}

/* ---- clients --------------------------------------------------------------------------------------- */

static int compare_ips(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void test_site__clients_have_distinct_public_addresses(void)
{
	const uint32_t n = 200000;
	uint32_t *ips = malloc(n * sizeof(*ips)), same = 0, reserved = 0;

	for (uint32_t i = 0; i < n; i++) {
		ips[i] = cw_client_ip(99, i);
		reserved += !cw_ip_public(ips[i]);
	}
	qsort(ips, n, sizeof(*ips), compare_ips);
	for (uint32_t i = 1; i < n; i++)
		same += ips[i] == ips[i - 1];
	CU_ASSERT_EQUAL(same, 0);
	CU_ASSERT_EQUAL(reserved, 0);
	free(ips);
}

static void test_site__knows_reserved_addresses(void)
{
	static const uint32_t reserved[] = { 0x00010203, 0x0a010203, 0x64400001, 0x7f000001, 0xa9fe0101, 0xac1f0001,
					     0xc0000201, 0xc0a80101, 0xc6130001, 0xc6336401, 0xcb007101, 0xe0000001,
					     0xf0000001, 0xffffffff, 0x09b47b00, 0x09b47bff };
	static const uint32_t fine[] = { 0x09b47baa, 0x08080808, 0xac0f0001, 0xac200001, 0xc0a70001, 0xdffefefe };

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		CU_ASSERT_FALSE(cw_ip_public(reserved[i]));
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		CU_ASSERT_TRUE(cw_ip_public(fine[i]));
}

/* ---- the log's clock ------------------------------------------------------------------------------- */

static void test_log_clock__civil_agrees_with_libc(void)
{
	for (int64_t t = 0; t < INT64_C(200) * 366 * CW_DAY_S; t += 86399 * 11 + 7) {
		struct cw_civil c = cw_civil(t);
		time_t time = (time_t)t;
		struct tm tm;

		gmtime_r(&time, &tm);
		if (c.year != tm.tm_year + 1900 || c.month != tm.tm_mon + 1 || c.day != tm.tm_mday ||
		    c.hour != tm.tm_hour || c.minute != tm.tm_min || c.second != tm.tm_sec || cw_civil_epoch(&c) != t) {
			CU_FAIL("another date than gmtime");
			return;
		}
	}
	CU_ASSERT_EQUAL(cw_civil_month_days(2024, 2), 29);
	CU_ASSERT_EQUAL(cw_civil_month_days(2100, 2), 28);
	CU_ASSERT_EQUAL(cw_civil_month_days(2026, 4), 30);
}

static int64_t second_at(const struct cw_log_clock *clock, uint64_t request)
{
	return cw_log_clock_second(clock, cw_log_clock_nominal(clock, request)).epoch_s;
}

static void test_log_clock__starts_at_start_and_never_goes_back(void)
{
	const int64_t start = 1769034220; /* 2026-01-21T22:23:40Z */
	struct cw_log_clock clock;
	int64_t last = start;
	bool ok = true;

	cw_log_clock_init(&clock, start, 0.37, 1);
	CU_ASSERT_EQUAL(second_at(&clock, 0), start);
	for (uint64_t i = 0; i < 200000; i++) {
		int64_t now = second_at(&clock, i);

		ok &= now >= last;
		last = now;
	}
	CU_ASSERT_TRUE(ok);
	/* 200000 requests at 0.37 a second: six days and a bit; the curve only moves them within their day. */
	CU_ASSERT_TRUE(llabs(last - start - (int64_t)(200000 / 0.37)) < CW_DAY_S / 2);
}

static void test_log_clock__seconds_join_without_gap(void)
{
	struct cw_log_clock clock;
	struct cw_log_second second;
	bool ok = true;

	cw_log_clock_init(&clock, 1769034220, 10, 0.8);
	second = cw_log_clock_second(&clock, cw_log_clock_nominal(&clock, 0));
	for (int i = 0; i < 3 * CW_DAY_S; i++) {
		struct cw_log_second next = cw_log_clock_second(&clock, second.until_us);
		struct cw_log_second end = cw_log_clock_second(&clock, second.until_us - 1);

		ok &= next.epoch_s == second.epoch_s + 1 && next.from_us == second.until_us &&
		      end.epoch_s == second.epoch_s;
		second = next;
	}
	CU_ASSERT_TRUE(ok);
}

static void test_log_clock__a_day_is_a_day_and_its_evening_is_busy(void)
{
	const int64_t start = 1767225600; /* 2026-01-01T00:00:00Z */
	unsigned hours[24] = { 0 };
	struct cw_log_clock clock;

	cw_log_clock_init(&clock, start, 10, 1);
	CU_ASSERT_EQUAL(second_at(&clock, 864000), start + CW_DAY_S);
	CU_ASSERT_EQUAL(second_at(&clock, 863999), start + CW_DAY_S - 1);
	CU_ASSERT_EQUAL(second_at(&clock, UINT64_C(864000) * 1000), start + INT64_C(1000) * CW_DAY_S);
	for (uint64_t i = 0; i < 864000; i++)
		hours[(second_at(&clock, i) - start) / 3600]++;
	CU_ASSERT_TRUE(hours[20] > 6 * hours[4]);
	CU_ASSERT_DOUBLE_EQUAL(hours[4] / 36000.0, 0.23, 0.05);
	CU_ASSERT_DOUBLE_EQUAL(hours[20] / 36000.0, 1.56, 0.05);
	cw_log_clock_init(&clock, start, 10, 0);
	for (uint64_t i = 0; i < 864000; i += 977)
		CU_ASSERT_EQUAL(second_at(&clock, i), start + (int64_t)(i / 10));
}

static void test_log_clock__far_requests_share_the_last_second(void)
{
	struct cw_log_clock clock;

	cw_log_clock_init(&clock, 0, 1e-6, 0.5);
	CU_ASSERT_EQUAL(second_at(&clock, UINT64_C(1) << 52), second_at(&clock, UINT64_C(1) << 50));
	CU_ASSERT_TRUE(cw_civil(second_at(&clock, UINT64_C(1) << 52)).year < 9999);
}

/* ---- the pace -------------------------------------------------------------------------------------- */

/* Runs tasks at `rate` for `seconds`, each polled whenever it asked to be; checks every record's moment. */
static void run_pace(double rate, uint32_t tasks, size_t most, double seconds)
{
	int64_t start = INT64_C(987654321), end = start + (int64_t)(seconds * 1e9);
	uint64_t all = 0;
	double worst = 0;

	for (uint32_t t = 0; t < tasks; t++) {
		struct cw_pace pace;
		uint64_t next = 17;
		int64_t now = start;

		cw_pace_init(&pace, rate, tasks, t, next, start);
		while (now <= end) {
			struct cw_pace_share share = cw_pace_take(&pace, next, UINT64_MAX - next, most, now);

			for (size_t i = 0; i < share.n; i++, next++) {
				double due = start + ((double)(next - 17) * tasks + t) * 1e9 / rate;

				if (now - due < -1)
					CU_FAIL("a record came before its time");
				worst = fmax(worst, now - due);
			}
			if (share.n == 0 && share.wait_ns <= 0)
				CU_FAIL("nothing to write and nothing to wait for");
			now += share.wait_ns ? share.wait_ns : 1000;
		}
		all += next - 17;
	}
	CU_ASSERT_TRUE(worst <= 1e6);
	/* The last grain may still be on its way. */
	CU_ASSERT_TRUE(all <= (uint64_t)(seconds * rate) + 1);
	CU_ASSERT_TRUE(all + 1 + (uint64_t)(rate * 0.001) + tasks >= (uint64_t)(seconds * rate));
}

static void test_pace__holds_at_every_moment(void)
{
	run_pace(1000, 1, 1000, 20);
	run_pace(1000, 3, 1000, 20);
	run_pace(1000000, 4, 1000, 1);
	run_pace(7.3, 2, 10, 300);
	run_pace(0.05, 1, 10, 3600);
	run_pace(1999, 1, 1000, 10);
}

static void test_pace__catches_up_without_drift(void)
{
	struct cw_pace pace;
	struct cw_pace_share share;

	cw_pace_init(&pace, 1000, 1, 0, 0, 0);
	share = cw_pace_take(&pace, 0, UINT64_MAX, 1000, 0);
	CU_ASSERT_EQUAL(share.n, 1);
	CU_ASSERT_EQUAL(share.wait_ns, 1000000);
	/* Ten seconds late, and no pause yet: all are due, as many as the batch holds come, and no wait. */
	share = cw_pace_take(&pace, 1, UINT64_MAX, 1000, INT64_C(10000000000));
	CU_ASSERT_EQUAL(share.n, 1000);
	CU_ASSERT_EQUAL(share.behind, 9000);
	CU_ASSERT_EQUAL(share.wait_ns, 0);
	share = cw_pace_take(&pace, 1001, UINT64_MAX, 100000, INT64_C(10000000000));
	CU_ASSERT_EQUAL(share.n, 9000);
	CU_ASSERT_EQUAL(share.wait_ns, 1000000);
	/* A poll before the time it asked for changes nothing. */
	for (int64_t early = 1; early < 1000000; early += 100000) {
		share = cw_pace_take(&pace, 10001, UINT64_MAX, 100000, INT64_C(10000000000) + early);
		CU_ASSERT_EQUAL(share.n, 0);
		CU_ASSERT_EQUAL(share.wait_ns, 1000000 - early);
	}
	share = cw_pace_take(&pace, 10001, UINT64_MAX, 100000, INT64_C(10001000000));
	CU_ASSERT_EQUAL(share.n, 1);
}

static void test_pace__after_a_year_it_is_still_exact(void)
{
	const int64_t year = INT64_C(365) * 86400 * 1000000000;
	struct cw_pace pace;
	struct cw_pace_share share;

	cw_pace_init(&pace, 1000, 1, 0, 0, 0);
	share = cw_pace_take(&pace, UINT64_C(365) * 86400 * 1000, UINT64_MAX / 2, 1000, year);
	CU_ASSERT_EQUAL(share.n, 1);
	CU_ASSERT_TRUE(llabs(cw_pace_due_ns(&pace, UINT64_C(365) * 86400 * 1000) - year) < 1000);
}

static void test_pace__the_last_records_are_not_waited_for(void)
{
	struct cw_pace pace;
	struct cw_pace_share share;

	cw_pace_init(&pace, 1000, 1, 0, 0, 0);
	share = cw_pace_take(&pace, 0, 5, 1000, INT64_C(1000000000));
	CU_ASSERT_EQUAL(share.n, 5);
	CU_ASSERT_EQUAL(share.behind, 0);
	CU_ASSERT_EQUAL(share.wait_ns, 0);
	cw_pace_init(&pace, 0, 1, 0, 0, 0);
	share = cw_pace_take(&pace, 0, UINT64_MAX, 1000, 0);
	CU_ASSERT_EQUAL(share.n, 1000);
	CU_ASSERT_EQUAL(share.wait_ns, 0);
}

/* ---- settings --------------------------------------------------------------------------------------- */

static void test_options__quota_is_exact(void)
{
	for (uint32_t tasks = 1; tasks < 20; tasks++) {
		for (uint64_t count = 0; count < 100; count++) {
			uint64_t sum = 0;

			for (uint32_t t = 0; t < tasks; t++)
				sum += cw_synthetic_quota(count, tasks, t);
			CU_ASSERT_EQUAL(sum, count);
		}
	}
}

static void test_options__start_time(void)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{ "2026-01-21T22:23:40Z", INT64_C(1769034220000) },
		{ "2026-01-21T22:23:40", INT64_C(1769034220000) },
		{ "2026-01-21 22:23:40.5", INT64_C(1769034220500) },
		{ "2026-01-21T23:23:40.123456789+01:00", INT64_C(1769034220123) },
		{ "2026-01-21T17:53-0430", INT64_C(1769034180000) },
		{ "2026-01-21", INT64_C(1768953600000) },
		{ "1769034220123", INT64_C(1769034220123) },
		{ "0", 0 },
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2024-02-29", INT64_C(1709164800000) },
	};
	static const char *const bad[] = { "",
					   "yesterday",
					   "2026-02-29",
					   "2026-13-01",
					   "2026-00-01",
					   "2026-1-1",
					   "1969-12-31",
					   "2026-01-21T24:00:00Z",
					   "2026-01-21T22",
					   "NOW",
					   "2026-01-21T22:23:40X",
					   "2026-01-21T22:23:40+1",
					   "-5",
					   "99999999999999999",
					   "2026-01-21T22:23:40.",
					   "1970-01-01T00:00:00+05:00",
					   "2026-01-21T22:60:00" };
	struct cw_start_time time;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		CU_ASSERT_EQUAL(cw_start_time_parse(good[i].text, &time, NULL), 0);
		CU_ASSERT_EQUAL(time.epoch_ms, good[i].ms);
		CU_ASSERT_FALSE(time.now);
	}
	CU_ASSERT_EQUAL(cw_start_time_parse("now", &time, NULL), 0);
	CU_ASSERT_TRUE(time.now);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct cw_error err = { 0 };

		CU_ASSERT_EQUAL(cw_start_time_parse(bad[i], &time, &err), -1);
		CU_ASSERT_TRUE(strstr(err.text, "2026-01-21T22:23:40Z") != NULL);
	}
}

static void test_options__weights(void)
{
	struct cw_weights weights;

	CU_ASSERT_EQUAL_FATAL(cw_method_weights_parse(" GET : 80, POST:12.5 ,DELETE:0", &weights, NULL), 0);
	CU_ASSERT_EQUAL(weights.n, 3);
	CU_ASSERT_EQUAL(weights.items[1].id, 2);
	CU_ASSERT_EQUAL(weights.items[1].weight, 12.5);
	CU_ASSERT_EQUAL_FATAL(cw_status_weights_parse("599:1", &weights, NULL), 0);
	CU_ASSERT_EQUAL(weights.items[0].id, 599);
}

static CU_TestInfo parts[] = {
	{ "alias picks by weight", test_alias__picks_by_weight },
	{ "alias of one picks it", test_alias__of_one_picks_it },
	{ "methods and statuses keep their weights", test_exchange__keeps_both_sets_of_weights_and_makes_sense },
	{ "weights win over sense", test_exchange__weights_win_over_sense },
	{ "clients have distinct public addresses", test_site__clients_have_distinct_public_addresses },
	{ "reserved addresses are known", test_site__knows_reserved_addresses },
	CU_TEST_INFO_NULL,
};

static CU_TestInfo clocks[] = {
	{ "civil dates agree with libc", test_log_clock__civil_agrees_with_libc },
	{ "the log starts at its start and never goes back", test_log_clock__starts_at_start_and_never_goes_back },
	{ "seconds join without gap", test_log_clock__seconds_join_without_gap },
	{ "a day is a day and its evening is busy", test_log_clock__a_day_is_a_day_and_its_evening_is_busy },
	{ "far requests share the last second", test_log_clock__far_requests_share_the_last_second },
	{ "the pace holds at every moment", test_pace__holds_at_every_moment },
	{ "the pace catches up without drift", test_pace__catches_up_without_drift },
	{ "the pace is exact after a year", test_pace__after_a_year_it_is_still_exact },
	{ "the last records are not waited for", test_pace__the_last_records_are_not_waited_for },
	CU_TEST_INFO_NULL,
};

static CU_TestInfo settings[] = {
	{ "quotas are exact", test_options__quota_is_exact },
	{ "start.time", test_options__start_time },
	{ "weights", test_options__weights },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	CU_SuiteInfo suites[] = {
		{ "synthetic-log: parts", NULL, NULL, NULL, NULL, parts },
		{ "synthetic-log: clocks", NULL, NULL, NULL, NULL, clocks },
		{ "synthetic-log: settings", NULL, NULL, NULL, NULL, settings },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
