/* The access-log sink's decisions: what becomes of documents, how much is sent and when, and where. */
#include <stdlib.h>

#include "hosts.h"
#include "policy.h"
#include "pressure.h"
#include "unit.h"

/* ---- classes ------------------------------------------------------------------------------------ */

static void test_class__of_items(void)
{
	static const struct {
		unsigned status;
		const char *type;
		bool create;
		enum cw_class want;
	} rows[] = {
		{ 200, "", true, CW_CLASS_WRITTEN },
		{ 201, "", true, CW_CLASS_WRITTEN },
		{ 201, "", false, CW_CLASS_WRITTEN },
		{ 409, "version_conflict_engine_exception", true, CW_CLASS_PRESENT },
		{ 409, "", true, CW_CLASS_PRESENT },
		{ 409, "version_conflict_engine_exception", false, CW_CLASS_CONFLICT },
		{ 409, "", false, CW_CLASS_CONFLICT },
		{ 409, "something_else", true, CW_CLASS_MALFORMED },
		{ 429, "es_rejected_execution_exception", true, CW_CLASS_BUSY },
		{ 429, "rejected_execution_exception", true, CW_CLASS_BUSY },
		{ 429, "circuit_breaking_exception", true, CW_CLASS_BUSY },
		{ 429, "cluster_block_exception", true, CW_CLASS_BLOCKED },
		{ 403, "cluster_block_exception", true, CW_CLASS_BLOCKED },
		{ 429, "", true, CW_CLASS_BUSY },
		{ 408, "", true, CW_CLASS_BUSY },
		{ 502, "", true, CW_CLASS_BUSY },
		{ 503, "unavailable_shards_exception", true, CW_CLASS_BUSY },
		{ 503, "process_cluster_event_timeout_exception", true, CW_CLASS_BUSY },
		{ 503, "whatever", true, CW_CLASS_BUSY },
		{ 504, "", true, CW_CLASS_BUSY },
		{ 500, "node_not_connected_exception", true, CW_CLASS_BUSY },
		{ 500, "exception", true, CW_CLASS_ERROR },
		{ 500, "", true, CW_CLASS_ERROR },
		{ 0, "", true, CW_CLASS_ERROR },
		{ 302, "", true, CW_CLASS_ERROR },
		{ 200, "strange", true, CW_CLASS_ERROR },
		{ 400, "mapper_parsing_exception", true, CW_CLASS_MALFORMED },
		{ 400, "document_parsing_exception", true, CW_CLASS_MALFORMED },
		{ 400, "strict_dynamic_mapping_exception", true, CW_CLASS_MALFORMED },
		{ 400, "illegal_argument_exception", true, CW_CLASS_MALFORMED },
		{ 400, "action_request_validation_exception", true, CW_CLASS_MALFORMED },
		{ 400, "a_type_of_tomorrow", true, CW_CLASS_MALFORMED },
		{ 413, "", true, CW_CLASS_MALFORMED },
		{ 404, "index_not_found_exception", true, CW_CLASS_MISSING_INDEX },
		{ 404, "document_missing_exception", true, CW_CLASS_MALFORMED },
		{ 400, "index_closed_exception", true, CW_CLASS_MISSING_INDEX },
		{ 403, "security_exception", true, CW_CLASS_FORBIDDEN },
		{ 401, "", true, CW_CLASS_FORBIDDEN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_item item = { .status = rows[i].status, .type = cw_slice_str(rows[i].type) };

		CU_ASSERT_EQUAL(cw_class_of_item(&item, rows[i].create), rows[i].want);
	}
}

static void test_class__of_whole_answers(void)
{
	static const struct {
		unsigned status;
		const char *type;
		enum cw_class want;
	} rows[] = {
		{ 429, "", CW_CLASS_BUSY },
		{ 429, "circuit_breaking_exception", CW_CLASS_BUSY },
		{ 502, "", CW_CLASS_BUSY },
		{ 503, "", CW_CLASS_BUSY },
		{ 504, "", CW_CLASS_BUSY },
		{ 408, "", CW_CLASS_BUSY },
		{ 403, "cluster_block_exception", CW_CLASS_BLOCKED },
		{ 500, "master_not_discovered_exception", CW_CLASS_BUSY },
		{ 413, "", CW_CLASS_TOO_LARGE },
		{ 401, "security_exception", CW_CLASS_FORBIDDEN },
		{ 403, "security_exception", CW_CLASS_FORBIDDEN },
		{ 400, "illegal_argument_exception", CW_CLASS_REFUSED },
		{ 400, "", CW_CLASS_INVALID },
		{ 404, "", CW_CLASS_INVALID },
		{ 405, "", CW_CLASS_INVALID },
		{ 301, "", CW_CLASS_INVALID },
		{ 500, "", CW_CLASS_ERROR },
		{ 501, "", CW_CLASS_ERROR },
		{ 507, "", CW_CLASS_ERROR },
		{ 201, "", CW_CLASS_ERROR },
		{ 204, "", CW_CLASS_ERROR },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		CU_ASSERT_EQUAL(cw_class_of_answer(rows[i].status, cw_slice_str(rows[i].type)), rows[i].want);
}

/* ---- policies ------------------------------------------------------------------------------------ */

static void test_policy__of_items(void)
{
	static const char *const entries[] = { "mapper_parsing_exception:drop", "418:FAIL", "quota_exception:RETRY" };
	static const struct {
		unsigned status;
		const char *type;
		unsigned attempts;
		enum cw_policy want;
	} rows[] = {
		{ 429, "", 0, CW_POLICY_RETRY },
		{ 429, "", 1000000, CW_POLICY_RETRY },
		{ 403, "cluster_block_exception", 2, CW_POLICY_RETRY },
		{ 403, "cluster_block_exception", 3, CW_POLICY_DROP },
		{ 500, "", 2, CW_POLICY_RETRY },
		{ 500, "", 3, CW_POLICY_DEAD_LETTER },
		{ 409, "", 2, CW_POLICY_RETRY },
		{ 409, "", 3, CW_POLICY_FAIL },
		{ 400, "x", 0, CW_POLICY_DEAD_LETTER },
		{ 400, "mapper_parsing_exception", 0, CW_POLICY_DROP },
		{ 418, "", 0, CW_POLICY_FAIL },
		{ 400, "quota_exception", 1000000, CW_POLICY_RETRY },
		{ 404, "index_not_found_exception", 0, CW_POLICY_FAIL },
		{ 403, "security_exception", 1000000, CW_POLICY_RETRY },
	};
	struct cw_es_config config = {
		.max_retries = 3,
		.on_malformed = "fail",
		.on_busy = "retry",
		.on_blocked = "Drop",
		.on_error = "DEAD_LETTER",
		.on_conflict = "FAIL",
		.on_missing_index = "FAIL",
		.on_forbidden = "RETRY",
		.error_types = { entries, 3 },
	};
	struct cw_policies policies;

	cw_policies_init(&policies, &config);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_item item = { .status = rows[i].status, .type = cw_slice_str(rows[i].type) };
		enum cw_policy got = cw_policy_of_item(&policies, cw_class_of_item(&item, false), &item, rows[i].attempts);

		if (got != rows[i].want)
			fprintf(stderr, "\n  %u %s after %u: %d\n", rows[i].status, rows[i].type, rows[i].attempts, got);
		CU_ASSERT_EQUAL(got, rows[i].want);
	}
}

/* Of a request nobody knows which document it fails by: it is sent again unless somebody wants it to fail. */
static void test_policy__of_requests(void)
{
	static const struct {
		enum cw_class class;
		const char *value;
		unsigned attempts;
		enum cw_policy want;
	} rows[] = {
		{ CW_CLASS_ERROR, "RETRY", 1000, CW_POLICY_RETRY },
		{ CW_CLASS_ERROR, "DEAD_LETTER", 1000, CW_POLICY_RETRY },
		{ CW_CLASS_ERROR, "DROP", 1000, CW_POLICY_RETRY },
		{ CW_CLASS_ERROR, "FAIL", 2, CW_POLICY_RETRY },
		{ CW_CLASS_ERROR, "FAIL", 3, CW_POLICY_FAIL },
		{ CW_CLASS_BUSY, "DEAD_LETTER", 1000, CW_POLICY_RETRY },
		{ CW_CLASS_BUSY, "FAIL", 3, CW_POLICY_FAIL },
		{ CW_CLASS_FORBIDDEN, "FAIL", 0, CW_POLICY_FAIL },
		{ CW_CLASS_FORBIDDEN, "DROP", 0, CW_POLICY_DROP },
		{ CW_CLASS_FORBIDDEN, "RETRY", 1000, CW_POLICY_RETRY },
		{ CW_CLASS_INVALID, "RETRY", 0, CW_POLICY_FAIL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *v = rows[i].value;
		struct cw_es_config config = { .max_retries = 3, .on_malformed = v, .on_busy = v, .on_blocked = v,
					       .on_error = v, .on_conflict = v, .on_missing_index = v, .on_forbidden = v };
		struct cw_policies policies;

		cw_policies_init(&policies, &config);
		CU_ASSERT_EQUAL(cw_policy_of_request(&policies, rows[i].class, rows[i].attempts), rows[i].want);
	}
}

static void test_policy__entries_are_checked(void)
{
	static const struct {
		const char *value;
		bool ok;
	} rows[] = {
		{ "", true },		{ "a_exception:DROP", true }, { " 400:retry , x:Fail ,", true }, { "a", false },
		{ "a:KEEP", false },	{ ":DROP", false },	      { "a:DROP,b", false },	      { "a:DROP:", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_error err = { 0 };

		CU_ASSERT_EQUAL(cw_policy_check_types(rows[i].value, &err) == 0, rows[i].ok);
		CU_ASSERT_EQUAL(strstr(err.text, "TYPE:POLICY") != NULL, !rows[i].ok);
	}
}

/* ---- pressure and hosts ------------------------------------------------------------------------- */

static void test_pressure__halves_once_for_what_flew_together(void)
{
	struct cw_pressure p;

	cw_pressure_init(&p, 5, 2000);
	cw_pressure_pushback(&p, 100, 200);
	CU_ASSERT_EQUAL(p.window, 3);
	cw_pressure_pushback(&p, 150, 210); /* was sent before the first answer came */
	CU_ASSERT_EQUAL(p.window, 3);
	cw_pressure_pushback(&p, 205, 300);
	CU_ASSERT_EQUAL(p.window, 2);
	cw_pressure_pushback(&p, 301, 400);
	CU_ASSERT_EQUAL(p.window, 1);
	CU_ASSERT_EQUAL(p.docs, 2000);
	cw_pressure_pushback(&p, 401, 500);
	CU_ASSERT_EQUAL(p.docs, 1000);
	for (int64_t t = 501; t < 600; t += 2)
		cw_pressure_pushback(&p, t, t + 1);
	CU_ASSERT_EQUAL(p.docs, 50);
	CU_ASSERT_EQUAL(p.window, 1);
}

static void test_pressure__grows_back_to_where_it_was(void)
{
	struct cw_pressure p;

	cw_pressure_init(&p, 5, 2000);
	for (int64_t t = 1; t < 30; t += 2)
		cw_pressure_pushback(&p, t, t + 1);
	for (int i = 0; i < 19; i++)
		cw_pressure_calm(&p);
	CU_ASSERT_EQUAL(p.docs, 2000);
	CU_ASSERT_TRUE(p.window < 5);
	for (int i = 0; i < 20; i++)
		cw_pressure_calm(&p);
	CU_ASSERT_EQUAL(p.window, 5);
	CU_ASSERT_EQUAL(p.docs, 2000);
	cw_pressure_init(&p, 1, 10);
	cw_pressure_pushback(&p, 1, 2);
	CU_ASSERT_TRUE(p.window == 1 && p.docs == 10);
}

static struct cw_hosts three_hosts(void)
{
	struct cw_hosts hosts = { 0 };

	CU_ASSERT_EQUAL(cw_hosts_add(&hosts, "http://a"), 0);
	CU_ASSERT_EQUAL(cw_hosts_add(&hosts, "http://b"), 1);
	CU_ASSERT_EQUAL(cw_hosts_add(&hosts, "http://a"), 0);
	CU_ASSERT_EQUAL(cw_hosts_add(&hosts, "http://c"), 2);
	return hosts;
}

static void test_hosts__take_turns_and_are_set_aside(void)
{
	struct cw_hosts hosts = three_hosts();
	int64_t s = INT64_C(1000000000);

	for (size_t i = 0; i < 6; i++)
		CU_ASSERT_EQUAL(cw_hosts_pick(&hosts, 0), i % 3);
	cw_hosts_failed(&hosts, 1, 0, 0);
	cw_hosts_failed(&hosts, 1, 0, 0); /* several calls fail together */
	CU_ASSERT_EQUAL(hosts.host[1].failures, 1);
	CU_ASSERT_EQUAL(cw_hosts_pick(&hosts, 1), 0);
	CU_ASSERT_EQUAL(cw_hosts_pick(&hosts, 2), 2);
	CU_ASSERT_EQUAL(cw_hosts_pick(&hosts, 9 * s), 0); /* until it was asked whether it is there */
	CU_ASSERT_TRUE(cw_hosts_any(&hosts));
	cw_hosts_failed(&hosts, 0, 9 * s, 0);
	cw_hosts_failed(&hosts, 2, 9 * s, 0);
	CU_ASSERT_FALSE(cw_hosts_any(&hosts));
	CU_ASSERT_EQUAL(cw_hosts_pick(&hosts, 10 * s), 1); /* all are aside: they take turns all the same */
	CU_ASSERT_EQUAL(cw_hosts_pick(&hosts, 11 * s), 2);
	CU_ASSERT_EQUAL(cw_hosts_pick(&hosts, 12 * s), 0);
	CU_ASSERT_EQUAL(cw_hosts_pick(&hosts, 13 * s), 1);
	cw_hosts_worked(&hosts, 2);
	CU_ASSERT_TRUE(cw_hosts_any(&hosts));
	CU_ASSERT_EQUAL(cw_hosts_pick(&hosts, 14 * s), 2);
	cw_hosts_free(&hosts);
}

/* What is left are configured ones that are not bad, and others that were good once. */
static void test_hosts__that_are_bad(void)
{
	struct cw_hosts hosts = { 0 };
	char *const nodes[] = { (char[]){ "http://n" } };
	int64_t s = INT64_C(1000000000);

	cw_hosts_add(&hosts, "http://a");
	cw_hosts_add(&hosts, "http://b");
	CU_ASSERT_TRUE(cw_hosts_refused(&hosts, 0, 0));
	CU_ASSERT_FALSE(cw_hosts_refused(&hosts, 0, s / 2)); /* was under way with the first one */
	CU_ASSERT_EQUAL(cw_hosts_pick(&hosts, s / 2), 1);
	CU_ASSERT_TRUE(cw_hosts_left(&hosts));
	cw_hosts_failed(&hosts, 1, s / 2, 0);
	CU_ASSERT_TRUE(cw_hosts_left(&hosts)); /* away is not bad */
	CU_ASSERT_TRUE(cw_hosts_refused(&hosts, 1, s / 2));
	CU_ASSERT_FALSE(cw_hosts_left(&hosts));
	cw_hosts_list(&hosts, nodes, 1);
	CU_ASSERT_FALSE(cw_hosts_left(&hosts));
	cw_hosts_worked(&hosts, 2);
	CU_ASSERT_TRUE(cw_hosts_left(&hosts));
	cw_hosts_returned(&hosts, 0);
	CU_ASSERT_TRUE(cw_hosts_refused(&hosts, 0, s)); /* it had another try */
	cw_hosts_worked(&hosts, 0);
	CU_ASSERT_TRUE(cw_hosts_refused(&hosts, 2, s));
	CU_ASSERT_TRUE(cw_hosts_left(&hosts));
	cw_hosts_free(&hosts);
}

static void test_hosts__are_tried_again(void)
{
	static const int64_t waits[] = { 1, 2, 4, 8, 16, 16 };
	struct cw_hosts hosts = three_hosts();
	int64_t s = INT64_C(1000000000), now = 0, due;

	CU_ASSERT_EQUAL(cw_hosts_to_try(&hosts, 0, &due), hosts.n);
	CU_ASSERT_EQUAL(due, INT64_MAX);
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		cw_hosts_failed(&hosts, 1, now, 0);
		CU_ASSERT_EQUAL(cw_hosts_to_try(&hosts, now, &due), hosts.n);
		CU_ASSERT_EQUAL(due, now + waits[i] * s);
		now = due;
		CU_ASSERT_EQUAL(cw_hosts_to_try(&hosts, now, &due), 1);
	}
	cw_hosts_returned(&hosts, 1);
	CU_ASSERT_EQUAL(cw_hosts_to_try(&hosts, now, &due), hosts.n);
	cw_hosts_failed(&hosts, 1, now, 0); /* it is there, and yet does no work */
	cw_hosts_to_try(&hosts, now, &due);
	CU_ASSERT_EQUAL(due, now + 16 * s);
	cw_hosts_worked(&hosts, 1);
	cw_hosts_failed(&hosts, 1, now, 60 * s); /* Retry-After: 60 */
	cw_hosts_to_try(&hosts, now, &due);
	CU_ASSERT_EQUAL(due, now + 60 * s);
	cw_hosts_failed(&hosts, 0, now, 0);
	cw_hosts_failed(&hosts, 2, now, 0);
	CU_ASSERT_EQUAL(cw_hosts_to_try(&hosts, now + 99 * s, &due), hosts.n); /* requests try them */
	cw_hosts_free(&hosts);
}

static void test_hosts__follow_what_the_store_names(void)
{
	char d[] = "http://d", a[] = "http://a", *first[] = { d, a }, *second[] = { a };
	struct cw_hosts hosts = three_hosts();
	bool seen[4] = { false };

	cw_hosts_list(&hosts, first, 2);
	CU_ASSERT_EQUAL(hosts.n, 4);
	for (int i = 0; i < 4; i++)
		seen[cw_hosts_pick(&hosts, 0)] = true;
	CU_ASSERT_TRUE(seen[0] && seen[1] && seen[2] && seen[3]);
	cw_hosts_list(&hosts, second, 1);
	CU_ASSERT_EQUAL(hosts.n, 4);
	for (int i = 0; i < 8; i++)
		CU_ASSERT_NOT_EQUAL(cw_hosts_pick(&hosts, 0), 3); /* it has gone */
	for (size_t i = 0; i < 3; i++)
		cw_hosts_failed(&hosts, i, 0, 0);
	CU_ASSERT_FALSE(cw_hosts_any(&hosts));
	for (int i = 0; i < 8; i++)
		CU_ASSERT_NOT_EQUAL(cw_hosts_pick(&hosts, 0), 3);
	cw_hosts_free(&hosts);
}

/* Nodes come and go for years, each at an address of its own. */
static void test_hosts__that_have_gone_make_room(void)
{
	struct cw_hosts hosts = three_hosts();
	char urls[2][32], *list[] = { urls[0], urls[1] };
	size_t busy;

	for (int i = 0; i < 1000; i++) {
		snprintf(urls[0], sizeof(urls[0]), "http://old-%d", i);
		snprintf(urls[1], sizeof(urls[1]), "http://old-%d", i + 1); /* is there in the next list, too */
		cw_hosts_list(&hosts, list, 2);
		CU_ASSERT_STRING_EQUAL(hosts.host[3 + i % 2].url, urls[0]);
		CU_ASSERT_TRUE(hosts.n <= 6);
	}
	busy = 4;
	cw_hosts_begin(&hosts, busy);
	snprintf(urls[0], sizeof(urls[0]), "http://new");
	cw_hosts_list(&hosts, list, 1);
	CU_ASSERT_EQUAL(strncmp(hosts.host[busy].url, "http://old-", 11), 0); /* its call is under way */
	cw_hosts_end(&hosts, busy);
	snprintf(urls[0], sizeof(urls[0]), "http://newer");
	snprintf(urls[1], sizeof(urls[1]), "http://newest");
	cw_hosts_list(&hosts, list, 2);
	CU_ASSERT_EQUAL(strncmp(hosts.host[busy].url, "http://newe", 11), 0);
	CU_ASSERT_EQUAL(hosts.host[busy].failures, 0);
	for (size_t i = 0; i < 3; i++)
		CU_ASSERT_TRUE(hosts.host[i].configured);
	cw_hosts_free(&hosts);
}

/* ---- outages ------------------------------------------------------------------------------------- */

static void test_outage__is_one_for_what_flew_together(void)
{
	struct cw_pressure p;

	cw_pressure_init(&p, 5, 2000);
	CU_ASSERT_EQUAL(cw_pressure_room(&p, 0), 1); /* nobody knows whether it is there */
	cw_pressure_worked(&p);
	CU_ASSERT_EQUAL(cw_pressure_room(&p, 0), 5);
	CU_ASSERT_EQUAL(cw_pressure_outage(&p, 100, 200), 1);
	CU_ASSERT_EQUAL(cw_pressure_outage(&p, 150, 210), 0);
	cw_pressure_pause(&p, 300);
	cw_pressure_pause(&p, 250); /* the longest one counts */
	CU_ASSERT_EQUAL(cw_pressure_room(&p, 299), 0);
	CU_ASSERT_EQUAL(cw_pressure_room(&p, 300), 1); /* one tries */
	CU_ASSERT_EQUAL(cw_pressure_outage(&p, 300, 310), 2);
	cw_pressure_pause(&p, 400);
	cw_pressure_worked(&p); /* something else came through, and yet it asked to wait */
	CU_ASSERT_EQUAL(cw_pressure_room(&p, 399), 0);
	CU_ASSERT_EQUAL(cw_pressure_room(&p, 400), 5);
	CU_ASSERT_EQUAL(cw_pressure_outage(&p, 0, 500), 1);
}

static void test_outage__pauses_grow(void)
{
	static const int64_t want[] = { 100, 200, 400, 800, 1600, 1800, 1800 };

	for (unsigned i = 0; i < sizeof(want) / sizeof(*want); i++)
		CU_ASSERT_EQUAL(cw_pressure_backoff_ms(i + 1, 100, 1800), want[i]);
	CU_ASSERT_EQUAL(cw_pressure_backoff_ms(4000000000u, 100, 1800), 1800);
	CU_ASSERT_EQUAL(cw_pressure_backoff_ms(3, 0, 1800), 0);
	CU_ASSERT_EQUAL(cw_pressure_backoff_ms(1, 5000, 1800), 1800);
}

int main(void)
{
	CU_TestInfo classes[] = {
		{ "of items", test_class__of_items },
		{ "of whole answers", test_class__of_whole_answers },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo policies[] = {
		{ "of items", test_policy__of_items },
		{ "of requests", test_policy__of_requests },
		{ "entries are checked", test_policy__entries_are_checked },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo pressures[] = {
		{ "halves once for what flew together", test_pressure__halves_once_for_what_flew_together },
		{ "grows back to where it was", test_pressure__grows_back_to_where_it_was },
		{ "hosts take turns and are set aside", test_hosts__take_turns_and_are_set_aside },
		{ "hosts that are bad", test_hosts__that_are_bad },
		{ "hosts are tried again", test_hosts__are_tried_again },
		{ "hosts follow what the store names", test_hosts__follow_what_the_store_names },
		{ "hosts that have gone make room", test_hosts__that_have_gone_make_room },
		{ "an outage is one for what flew together", test_outage__is_one_for_what_flew_together },
		{ "pauses grow", test_outage__pauses_grow },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "classes", NULL, NULL, NULL, NULL, classes },
		{ "policies", NULL, NULL, NULL, NULL, policies },
		{ "pressure", NULL, NULL, NULL, NULL, pressures },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
