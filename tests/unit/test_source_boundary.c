/*
 * How long the transactions of an exactly-once source may be: no longer than brokers allow, unless somebody says that
 * they allow more; and when brokers abort one, which is what the producer is configured with, as with what it may keep.
 */
#include <stdio.h>
#include <string.h>

#include "host/source.h"
#include "kafka/client.h"
#include "unit.h"

struct fixture {
	struct cw_map config, told;
	struct cw_worker_config worker;
	struct cw_loaded_plugin plugin;
	struct cw_task *task;
	struct cw_source source;
};

/* What is logged as a warning, the last one. */
struct heard {
	int warnings;
	char text[400];
};

static void hear(void *arg, const struct cw_log_scope *scope, enum cw_log_level level, int64_t epoch_ms,
		 const char *message, size_t n)
{
	struct heard *heard = arg;

	(void)scope;
	(void)epoch_ms;
	if (level != CW_LOG_WARN)
		return;
	heard->warnings++;
	snprintf(heard->text, sizeof(heard->text), "%.*s", (int)n, message);
}

static void set_up(struct fixture *f, const char *boundary, const char *interval, const char *key, const char *value)
{
	struct cw_map worker = { 0 };
	struct cw_error err = { 0 };

	*f = (struct fixture){ .plugin.plugin.kind = CW_PLUGIN_SOURCE };
	f->plugin.plugin.class_name = "Fixture";
	cw_map_set(&worker, "bootstrap.servers", "127.0.0.1:1");
	cw_map_set(&worker, "exactly.once.source.support", "enabled");
	cw_map_set(&f->config, "name", "c");
	cw_map_set(&f->config, "connector.class", "Fixture");
	cw_map_set(&f->config, "transaction.boundary", boundary);
	if (interval)
		cw_map_set(&f->config, "transaction.boundary.interval.ms", interval);
	if (key)
		cw_map_set(strncmp(key, "producer.override.", 18) == 0 ? &f->config : &worker, key, value);
	CU_ASSERT_EQUAL_FATAL(cw_worker_config_from_map(&worker, &f->worker, &err), 0);
	f->task = cw_task_new(0, 1, "c", &f->plugin, &f->worker, NULL, &f->config, &f->told, NULL);
	CU_ASSERT_EQUAL_FATAL(cw_task_configure(f->task, &err), 0);
	f->source = (struct cw_source){ .task = f->task, .transactional = true };
	f->source.in_flight = cw_metrics_get(&f->task->metrics, CW_METRIC_GAUGE, "records_in_flight", "");
}

static void tear_down(struct fixture *f)
{
	cw_task_free(f->task);
	cw_worker_config_free(&f->worker);
	cw_map_free(&f->config);
}

/* Of the client itself, which says that it finds no broker. */
static int64_t of_client(struct cw_source *source, const char *key)
{
	struct cw_error err = { 0 };
	int64_t number;

	cw_log_set_level(CW_LOG_OFF);
	CU_ASSERT_EQUAL(cw_source_open_producer(source, &err), CW_OK);
	CU_ASSERT_PTR_NOT_NULL_FATAL(source->producer);
	number = cw_client_number(rd_kafka_conf(source->producer), key, -1);
	cw_source_close_producer(source);
	cw_log_set_level(CW_LOG_WARN);
	return number;
}

static int64_t transaction_timeout_ms(struct cw_source *source)
{
	return of_client(source, "transaction.timeout.ms");
}

#define CUT "transactions end every 840000 ms, not every "
#define MORE "; if theirs allow more (transaction.max.timeout.ms), set producer.override.transaction.timeout.ms"

static void test_interval__is_as_long_as_brokers_allow(void)
{
	static const struct {
		const char *interval, *key, *value;
		int64_t boundary_ms, timeout_ms;
		bool cut;
	} cases[] = {
		{ "1000", NULL, NULL, 1000, 61000, false },
		{ "840000", NULL, NULL, 840000, 900000, false },
		{ "840001", NULL, NULL, 840000, 900000, true },
		{ "3600000", NULL, NULL, 840000, 900000, true },
		{ "9223372036854775807", NULL, NULL, 840000, 900000, true },
		{ "3600000", "producer.override.transaction.timeout.ms", "3700000", 3600000, 3700000, false },
		{ "3600000", "producer.transaction.timeout.ms", "3800000", 3600000, 3800000, false },
		{ "1000", "producer.override.transaction.timeout.ms", "20000", 1000, 20000, false },
		{ "3600000", "producer.override.linger.ms", "5", 840000, 900000, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard heard = { 0 };
		struct cw_error err = { 0 };
		struct fixture f;

		set_up(&f, "interval", cases[i].interval, cases[i].key, cases[i].value);
		cw_log_observe(hear, &heard);
		CU_ASSERT_EQUAL(cw_source_open_boundaries(&f.source, &err), CW_OK);
		cw_log_observe(NULL, NULL);
		CU_ASSERT_EQUAL(f.source.boundary_ms, cases[i].boundary_ms);
		CU_ASSERT_EQUAL(heard.warnings, cases[i].cut);
		CU_ASSERT_EQUAL(strncmp(heard.text, CUT, strlen(CUT)) == 0, cases[i].cut);
		CU_ASSERT_EQUAL(strstr(heard.text, MORE) != NULL, cases[i].cut);
		CU_ASSERT_EQUAL(transaction_timeout_ms(&f.source), cases[i].timeout_ms);
		tear_down(&f);
	}
}

/* Without an interval of its own it is the worker's offset.flush.interval.ms; the others know none. */
static void test_timeout__has_room_for_a_transaction(void)
{
	static const struct {
		const char *boundary;
		int64_t timeout_ms;
	} cases[] = { { "interval", 90000 }, { "poll", 60000 }, { "connector", 60000 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cw_error err = { 0 };
		struct fixture f;

		set_up(&f, cases[i].boundary, NULL, "offset.flush.interval.ms", "30000");
		f.plugin.ops.flags = CW_SOURCE_EXACTLY_ONCE | CW_SOURCE_TRANSACTIONS;
		CU_ASSERT_EQUAL(cw_source_open_boundaries(&f.source, &err), CW_OK);
		CU_ASSERT_EQUAL(transaction_timeout_ms(&f.source), cases[i].timeout_ms);
		tear_down(&f);
	}
}

static void test_queue__is_shared_by_the_tasks(void)
{
	static const struct {
		int tasks;
		const char *memory;
		int64_t records, kbytes;
	} cases[] = {
		{ 1, NULL, 20000, 16384 }, { 2, NULL, 10000, 8192 }, { 4, NULL, 5000, 4096 },
		{ 8, NULL, 5000, 2048 },   { 50, NULL, 5000, 2048 }, { 50, "33554432", 5000, 32768 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;

		set_up(&f, "poll", NULL, cases[i].memory ? "producer.override.buffer.memory" : NULL, cases[i].memory);
		f.task->context.tasks = cases[i].tasks;
		CU_ASSERT_EQUAL(of_client(&f.source, "queue.buffering.max.messages"), cases[i].records);
		CU_ASSERT_EQUAL(of_client(&f.source, "queue.buffering.max.kbytes"), cases[i].kbytes);
		tear_down(&f);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "interval: as long as brokers allow", test_interval__is_as_long_as_brokers_allow },
		{ "timeout: room for a transaction", test_timeout__has_room_for_a_transaction },
		{ "queue: shared by the tasks", test_queue__is_shared_by_the_tasks },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "transactions of sources", .pTests = tests }, CU_SUITE_INFO_NULL };

	cw_log_setup(CW_LOG_TEXT, CW_LOG_WARN);
	return cw_test_main(suites);
}
