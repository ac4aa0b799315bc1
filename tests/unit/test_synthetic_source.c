/* The connector as the framework sees it: through its descriptor, with a clock that the test sets. */
#include <time.h>

#include "fake_host_api.h"
#include "synthetic.h"
#include "unit.h"

/* A running task with its framework. */
struct run {
	struct cw_settings settings;
	struct cw_fake_host *host;
	struct cw_fake_batch batch;
	void *task;
	struct cw_error err;
};

static enum cw_result start_task(struct run *run)
{
	return cw_plugin->connector->task_start(&run->host->ctx, &run->settings.options, &run->task, &run->err);
}

static struct run *run_new(int task, int tasks, ...)
{
	struct run *run = calloc(1, sizeof(*run));
	va_list ap;

	va_start(ap, tasks);
	if (cw_settings_vfill(&run->settings, ap) != 0) {
		fprintf(stderr, "settings: %s\n", run->settings.err.text);
		abort();
	}
	va_end(ap);
	run->host = malloc(sizeof(*run->host));
	cw_fake_host_init(run->host, "logs", task, tasks);
	run->host->now_ns = INT64_C(5000000000);
	cw_fake_batch_init(&run->batch, 500, (size_t)48 << 10);
	if (start_task(run) != CW_OK) {
		fprintf(stderr, "task: %s\n", run->err.text);
		abort();
	}
	return run;
}

static enum cw_result poll_task(struct run *run)
{
	cw_fake_batch_reset(&run->batch);
	return cw_plugin->connector->poll(run->task, &run->batch.batch, &run->err);
}

static const struct cw_record *record_at(const struct run *run, size_t i)
{
	return cw_batch_record(&run->batch.batch, i);
}

static void stop_task(struct run *run)
{
	if (run->task)
		cw_plugin->connector->task_stop(run->task);
	run->task = NULL;
}

static void run_free(struct run *run)
{
	stop_task(run);
	cw_fake_batch_free(&run->batch);
	cw_settings_free(&run->settings);
	free(run->host);
	free(run);
}

/* ---- records ---------------------------------------------------------------------------------------- */

static void test_source__descriptor(void)
{
	CU_ASSERT_EQUAL(cw_plugin->abi_major, CW_ABI_MAJOR);
	CU_ASSERT_EQUAL(cw_plugin->kind, CW_PLUGIN_SOURCE);
	CU_ASSERT_STRING_EQUAL(cw_plugin->class_name, "io.connectworker.SyntheticLogSource");
	CU_ASSERT_EQUAL(cw_plugin->config_size, sizeof(struct cw_synthetic_options));
	for (size_t i = 0; i < cw_plugin->n_config; i++) {
		const struct cw_config_def *def = &cw_plugin->config[i];

		CU_ASSERT_PTR_NOT_NULL_FATAL(def->name);
		CU_ASSERT_TRUE(def->doc && strlen(def->doc) > 20 && strchr(def->doc, '.'));
		CU_ASSERT_TRUE(def->group && def->order > 0 && def->display_name && def->width != CW_WIDTH_NONE);
		for (size_t j = 0; j < i; j++) {
			CU_ASSERT_STRING_NOT_EQUAL(def->name, cw_plugin->config[j].name);
			CU_ASSERT_NOT_EQUAL(def->offset, cw_plugin->config[j].offset);
		}
	}
}

static void test_source__records_are_the_generator_s_lines(void)
{
	struct run *run = run_new(1, 3, "records.per.second=0", "malformed.share=0.1", NULL);
	struct cw_synthetic *g = cw_settings_generator(3, "records.per.second=0", "malformed.share=0.1", NULL);
	uint64_t k = 0;
	unsigned wrong = 0, malformed = 0;

	for (int polls = 0; polls < 20; polls++) {
		CU_ASSERT_EQUAL_FATAL(poll_task(run), CW_OK);
		CU_ASSERT_EQUAL(run->batch.batch.n, 500);
		CU_ASSERT_EQUAL(run->batch.batch.wait_ns, 0);
		for (size_t i = 0; i < run->batch.batch.n; i++, k++) {
			const struct cw_record *r = record_at(run, i);
			char line[CW_SYNTHETIC_LINE_MAX];
			size_t n = cw_synthetic_line(g, 1, k, line);
			struct cw_cursor cursor;

			cw_cursor_init(&cursor, g, 1);
			cw_cursor_write(&cursor, k, line);
			malformed += cursor.malformed != CW_WELL_FORMED;
			wrong += !cw_slice_equal(r->topic, cw_slice_str("logs")) || r->key.type != CW_NULL ||
				 r->value.type != CW_STRING || !cw_slice_equal(r->value.u.bytes, cw_slice(line, n)) ||
				 r->partition != CW_ANY_PARTITION || r->timestamp_ms != CW_NO_TIMESTAMP ||
				 r->n_headers != 0 || r->source_offset.type != CW_INT64 ||
				 r->source_offset.u.integer != (int64_t)k + 1 ||
				 r->source_partition != &run->host->partitions[0];
		}
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(cw_fake_host_metric(run->host, "malformed_records")->value, malformed);
	CU_ASSERT_STRING_EQUAL(run->host->partitions[0].json, "{\"task\":1,\"tasks\":3,\"seed\":1}");
	CU_ASSERT_STRING_EQUAL(run->host->partitions[0].offset_field, "record");
	cw_synthetic_free(g);
	run_free(run);
}

static void test_source__key_is_the_client_also_of_a_malformed_line(void)
{
	struct run *run = run_new(0, 1, "records.per.second=0", "key=client_ip", "malformed.share=0.5", NULL);
	struct run *plain = run_new(0, 1, "records.per.second=0", NULL);
	unsigned wrong = 0;

	poll_task(run);
	poll_task(plain);
	for (size_t i = 0; i < run->batch.batch.n; i++) {
		struct cw_slice key = record_at(run, i)->key.u.bytes, line = record_at(plain, i)->value.u.bytes;

		wrong += record_at(run, i)->key.type != CW_STRING || key.n >= line.n ||
			 memcmp(key.p, line.p, key.n) != 0 || line.p[key.n] != ' ';
	}
	CU_ASSERT_EQUAL(wrong, 0);
	run_free(run);
	run_free(plain);
}

static void test_source__record_timestamp_of_the_log(void)
{
	struct run *run = run_new(0, 1, "records.per.second=0", "log.records.per.second=1", "record.timestamp=log",
				  "daily.variation=0", "start.time=2026-01-21T22:23:40Z", NULL);

	poll_task(run);
	for (size_t i = 0; i < run->batch.batch.n; i++)
		CU_ASSERT_EQUAL(record_at(run, i)->timestamp_ms, INT64_C(1769034220000) + (int64_t)i * 1000);
	run_free(run);
}

/* Not time(), which is a tick behind and so, for 4 ms, of the second before. */
static time_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

/* Lines of now: the wall clock's second, in UTC. */
static void test_source__start_time_now_is_the_wall_clock(void)
{
	struct run *run = run_new(0, 1, "records.per.second=0", "start.time=now", "record.timestamp=log", NULL);
	time_t before = now_s(), after;
	char text[2][64];
	struct tm tm;

	poll_task(run);
	after = now_s();
	for (size_t i = 0; i < run->batch.batch.n; i += 100) {
		const struct cw_record *r = record_at(run, i);
		time_t second = (time_t)(r->timestamp_ms / 1000);

		CU_ASSERT_TRUE(second >= before && second <= after);
		strftime(text[0], sizeof(text[0]), "[%b %d %Y, %H:%M:%S]", gmtime_r(&second, &tm));
		CU_ASSERT_PTR_NOT_NULL(memmem(r->value.u.bytes.p, r->value.u.bytes.n, text[0], strlen(text[0])));
	}
	run_free(run);
}

static void test_source__latency_probe_is_in_the_referrer(void)
{
	static const char *const formats[] = { "format=access", "format=combined", "format=json" };

	for (int f = 0; f < 3; f++) {
		struct run *run = run_new(0, 1, "records.per.second=0", "latency.probe=true", formats[f], NULL);
		int64_t begun_s = now_s(), last = 0;

		poll_task(run);
		for (size_t i = 0; i < run->batch.batch.n; i++) {
			struct cw_slice line = record_at(run, i)->value.u.bytes;
			const char *p = memmem(line.p, line.n, "\"https://example.com/?t=", 24);
			int64_t us = p ? strtoll(p + 24, NULL, 10) : 0;

			CU_ASSERT_TRUE(us >= begun_s * 1000000 && us <= (begun_s + 60) * 1000000);
			CU_ASSERT_TRUE(us >= last);
			last = us;
		}
		run_free(run);
	}
}

static void test_source__small_batches_and_arenas(void)
{
	struct run *run = run_new(0, 1, "records.per.second=0", "batch.size=7", "key=client_ip", NULL);
	struct run *other = run_new(0, 1, "records.per.second=0", NULL);

	cw_fake_batch_free(&run->batch);
	cw_fake_batch_init(&run->batch, 100, 256);
	poll_task(other);
	for (size_t done = 0; done + 7 <= 500; done += 7) {
		poll_task(run);
		CU_ASSERT_EQUAL(run->batch.batch.n, 7);
		for (size_t i = 0; i < 7; i++)
			CU_ASSERT_TRUE(cw_slice_equal(record_at(run, i)->value.u.bytes,
						      record_at(other, done + i)->value.u.bytes));
	}
	run_free(run);
	run_free(other);
}

/* ---- the end, and going on --------------------------------------------------------------------------- */

static void test_source__count_is_split_exactly_and_ends(void)
{
	size_t all = 0;

	for (int t = 0; t < 3; t++) {
		struct run *run = run_new(t, 3, "records.per.second=0", "count=1600", NULL);
		size_t n = 0;

		while (poll_task(run) == CW_OK)
			n += run->batch.batch.n;
		CU_ASSERT_EQUAL(poll_task(run), CW_END);
		CU_ASSERT_EQUAL(run->batch.batch.n, 0);
		CU_ASSERT_EQUAL(n, t == 0 ? 534 : 533);
		all += n;
		run_free(run);
	}
	CU_ASSERT_EQUAL(all, 1600);
}

static void test_source__more_tasks_than_records(void)
{
	struct run *run = run_new(3, 5, "records.per.second=0", "count=3", NULL);

	CU_ASSERT_EQUAL(poll_task(run), CW_END);
	run_free(run);
}

static void test_source__goes_on_after_a_restart(void)
{
	struct run *run = run_new(0, 2, "count=2000", "records.per.second=0", NULL);
	struct cw_synthetic *g = cw_settings_generator(2, "count=2000", "records.per.second=0", NULL);
	char line[CW_SYNTHETIC_LINE_MAX];

	poll_task(run);
	cw_fake_host_commit(record_at(run, 122)); /* records 0 … 122 are acknowledged */
	stop_task(run);
	CU_ASSERT_EQUAL_FATAL(start_task(run), CW_OK);
	poll_task(run);
	CU_ASSERT_EQUAL(record_at(run, 0)->source_offset.u.integer, 124);
	CU_ASSERT_TRUE(
		cw_slice_equal(record_at(run, 0)->value.u.bytes, cw_slice(line, cw_synthetic_line(g, 0, 123, line))));
	poll_task(run);
	CU_ASSERT_EQUAL(run->batch.batch.n, 1000 - 123 - 500);
	cw_fake_host_commit(record_at(run, run->batch.batch.n - 1));
	CU_ASSERT_EQUAL(poll_task(run), CW_END);
	/* Everything was written before: the end comes at once. */
	stop_task(run);
	CU_ASSERT_EQUAL_FATAL(start_task(run), CW_OK);
	CU_ASSERT_EQUAL(poll_task(run), CW_END);
	/* A larger count goes on. */
	stop_task(run);
	run->settings.options.count = 2002;
	CU_ASSERT_EQUAL_FATAL(start_task(run), CW_OK);
	CU_ASSERT_EQUAL(poll_task(run), CW_OK);
	CU_ASSERT_EQUAL(run->batch.batch.n, 1);
	CU_ASSERT_EQUAL(record_at(run, 0)->source_offset.u.integer, 1001);
	cw_synthetic_free(g);
	run_free(run);
}

static void test_source__another_number_of_tasks_or_seed_is_another_series(void)
{
	struct run *run = run_new(0, 2, "count=100", "records.per.second=0", NULL);

	poll_task(run);
	cw_fake_host_commit(record_at(run, 49));
	stop_task(run);
	run->host->ctx.tasks = 1;
	CU_ASSERT_EQUAL_FATAL(start_task(run), CW_OK);
	poll_task(run);
	CU_ASSERT_EQUAL(run->batch.batch.n, 100);
	stop_task(run);
	run->host->ctx.tasks = 2;
	run->settings.options.seed = -9;
	CU_ASSERT_EQUAL_FATAL(start_task(run), CW_OK);
	poll_task(run);
	CU_ASSERT_EQUAL(run->batch.batch.n, 50);
	CU_ASSERT_STRING_EQUAL(run->host->partitions[2].json, "{\"task\":0,\"tasks\":2,\"seed\":-9}");
	run_free(run);
}

static void test_source__refuses_an_offset_that_is_not_its_own(void)
{
	static const char text[] = "{\"record\":\"five\"}";
	struct run *run = run_new(0, 1, NULL);
	struct cw_source_partition *partition = &run->host->partitions[0];

	stop_task(run);
	partition->has_offset = true;
	partition->offset = cw_value_int64(-3);
	CU_ASSERT_EQUAL(start_task(run), CW_FAIL);
	CU_ASSERT_STRING_EQUAL(run->err.text,
			       "the stored offset of {\"task\":0,\"tasks\":1,\"seed\":1} is none of this connector; "
			       "it should be {\"record\":N} with the number of the next record");
	memset(&run->err, 0, sizeof(run->err));
	partition->offset = cw_value_string(cw_slice_str(text));
	CU_ASSERT_EQUAL(start_task(run), CW_FAIL);
	CU_ASSERT_EQUAL(run->err.code, CW_ERR_FATAL);
	run->task = NULL;
	run_free(run);
}

static void test_source__task_configs_are_as_many_as_allowed(void)
{
	struct run *run = run_new(0, 1, NULL);
	struct cw_task_configs *configs = calloc(1, sizeof(*configs));

	CU_ASSERT_EQUAL(cw_plugin->connector->task_configs(&run->host->ctx, NULL, &run->settings.options, 5, configs,
							   &run->err),
			CW_OK);
	CU_ASSERT_EQUAL(configs->n, 5);
	CU_ASSERT_EQUAL(configs->n_set, 0);
	free(configs);
	run_free(run);
}

/* ---- the pace ---------------------------------------------------------------------------------------- */

static void test_source__pace_by_the_host_s_clock(void)
{
	struct run *run = run_new(0, 1, "records.per.second=2000", "batch.size=100000", NULL);
	const int64_t start = run->host->now_ns;
	size_t n = 0;
	int64_t off, worst = 0;

	while (run->host->now_ns < start + INT64_C(3000000000)) {
		CU_ASSERT_EQUAL_FATAL(poll_task(run), CW_OK);
		for (size_t i = 0; i < run->batch.batch.n; i++, n++) {
			off = run->host->now_ns - start - (int64_t)n * 500000;
			worst = off > worst ? off : worst;
			CU_ASSERT_TRUE_FATAL(off >= 0);
		}
		CU_ASSERT_TRUE_FATAL(run->batch.batch.wait_ns > 0 && run->batch.batch.wait_ns <= 1000000);
		run->host->now_ns += run->batch.batch.wait_ns;
	}
	CU_ASSERT_TRUE(worst <= 1000000);
	CU_ASSERT_TRUE(n >= 5999 && n <= 6001);
	/* A second in which nobody polls is caught up on, a batch at a time; the gauge says how much is left. */
	run->host->now_ns += INT64_C(1000000000);
	poll_task(run);
	CU_ASSERT_EQUAL(run->batch.batch.n, 500);
	CU_ASSERT_EQUAL(run->batch.batch.wait_ns, 0);
	CU_ASSERT_TRUE(cw_fake_host_metric(run->host, "records_behind")->value >= 1499);
	for (n = 500; run->batch.batch.wait_ns == 0; n += run->batch.batch.n)
		poll_task(run);
	CU_ASSERT_TRUE(n >= 1999 && n <= 2001);
	CU_ASSERT_EQUAL(cw_fake_host_metric(run->host, "records_behind")->value, 0);
	run_free(run);
}

/* The framework does not tell of a pause; what was not asked for in an hour does not come in a second. */
static void test_source__pace_starts_anew_after_a_pause(void)
{
	struct run *run = run_new(0, 1, "records.per.second=10", NULL);

	poll_task(run);
	run->host->now_ns += INT64_C(3600000000000);
	poll_task(run);
	CU_ASSERT_EQUAL(run->batch.batch.n, 1);
	CU_ASSERT_EQUAL(record_at(run, 0)->source_offset.u.integer, 2);
	CU_ASSERT_EQUAL(run->batch.batch.wait_ns, 100000000);
	run->host->now_ns += 100000000;
	poll_task(run);
	CU_ASSERT_EQUAL(run->batch.batch.n, 1);
	run_free(run);
}

static void test_source__pace_starts_anew_after_a_restart(void)
{
	struct run *run = run_new(0, 1, "records.per.second=10", NULL);

	poll_task(run);
	CU_ASSERT_EQUAL(run->batch.batch.n, 1);
	CU_ASSERT_EQUAL(run->batch.batch.wait_ns, 100000000);
	cw_fake_host_commit(record_at(run, 0));
	stop_task(run);
	run->host->now_ns += INT64_C(3600000000000); /* an hour later: not an hour's records at once */
	CU_ASSERT_EQUAL_FATAL(start_task(run), CW_OK);
	poll_task(run);
	CU_ASSERT_EQUAL(run->batch.batch.n, 1);
	CU_ASSERT_EQUAL(record_at(run, 0)->source_offset.u.integer, 2);
	run_free(run);
}

/* ---- wrong settings ----------------------------------------------------------------------------------- */

static void test_config__each_wrong_value_has_its_sentence(void)
{
	static const struct {
		const char *pair, *reason;
	} cases[] = {
		{ "topic=", "topic" },
		{ "topic=a b", "letters, digits" },
		{ "topic=..", "letters, digits" },
		{ "count=-1", "Value must be at least 0" },
		{ "count=many", "Not a number of type LONG" },
		{ "records.per.second=-1", "at least 0" },
		{ "records.per.second=1e-9", "at least 0.000001" },
		{ "records.per.second=NaN", "records.per.second" },
		{ "batch.size=0", "at least 1" },
		{ "key=ip", "none" },
		{ "record.timestamp=now", "wall" },
		{ "latency.probe=yes", "true or false" },
		{ "format=apache", "combined" },
		{ "seed=x", "Not a number of type LONG" },
		{ "malformed.share=1.5", "malformed.share" },
		{ "malformed.share=nan", "malformed.share" },
		{ "start.time=tomorrow",
		  "not a time from 1970 to 9999; write 2026-01-21T22:23:40Z, milliseconds since the epoch, or now" },
		{ "start.time=2026-02-30", "not a time" },
		{ "time.speed=0", "at least 0.000001" },
		{ "daily.variation=2", "daily.variation" },
		{ "clients=0", "at least 1" },
		{ "clients=1000001", "1000000" },
		{ "clients.zipf.exponent=-1", "at least 0" },
		{ "endpoints=100001", "100000" },
		{ "method.weights=GET", "\"GET\" has no weight; write pairs NAME:WEIGHT with commas between" },
		{ "method.weights=GET:1,", "\"\" has no weight" },
		{ "method.weights=GTE:1", "\"GTE\" is no method; the methods are GET, HEAD" },
		{ "method.weights=GET:-1", "the weight \"-1\" of GET is no number from 0 to 1000000000" },
		{ "method.weights=GET:1.2.3", "the weight \"1.2.3\" of GET is no number" },
		{ "method.weights=GET:.", "the weight \".\" of GET is no number" },
		{ "method.weights=GET:1,GET:2", "GET is there twice" },
		{ "method.weights=GET:0,POST:0", "at least one weight must be above 0" },
		{ "status.weights=20:1", "\"20\" is no status; a status is a number from 200 to 599" },
		{ "status.weights=600:1", "\"600\" is no status" },
		{ "status.weights=200=1", "\"200=1\" has no weight" },
		{ "error.burst.interval.seconds=-1", "at least 0" },
		{ "error.burst.duration.seconds=0", "at least 1" },
		{ "error.burst.share=1.01", "error.burst.share" },
		{ "error.burst.status.weights=", "error.burst.status.weights" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cw_settings settings;
		char key[64];

		snprintf(key, sizeof(key), "%.*s", (int)strcspn(cases[i].pair, "="), cases[i].pair);
		CU_ASSERT_EQUAL(cw_settings_fill(&settings, cases[i].pair, NULL), -1);
		if (!strstr(settings.err.text, cases[i].reason) || !strstr(settings.err.text, key)) {
			fprintf(stderr, "%s: %s\n", cases[i].pair, settings.err.text);
			CU_FAIL("another sentence");
		}
		CU_ASSERT_PTR_NULL(strchr(settings.err.text, '\n'));
		cw_settings_free(&settings);
	}
}

static void check_conflict(const char *a, const char *b, const char *key, const char *sentence)
{
	struct run *run = run_new(0, 1, a, b, NULL);
	struct cw_validation *validation = calloc(1, sizeof(*validation));

	cw_plugin->connector->validate(&run->host->ctx, &run->settings.options, validation);
	CU_ASSERT_EQUAL(validation->n, key ? 1 : 0);
	if (key) {
		CU_ASSERT_STRING_EQUAL(validation->errors[0].key, key);
		CU_ASSERT_STRING_EQUAL(validation->errors[0].message, sentence);
	}
	free(validation);
	run_free(run);
}

static void test_config__keys_that_contradict_each_other(void)
{
	check_conflict("records.per.second=0", "time.speed=2", "time.speed",
		       "time.speed needs records.per.second above 0; for a back-fill at full speed set "
		       "log.records.per.second");
	check_conflict("log.records.per.second=5", "time.speed=2", "time.speed",
		       "time.speed and log.records.per.second both say how fast the log's clock runs; set one of them");
	check_conflict(
		"log.records.per.second=5", "start.time=now", "start.time",
		"start.time=now takes the log's time from the wall clock; with time.speed or log.records.per.second it "
		"must be a fixed time");
	check_conflict("error.burst.interval.seconds=10", "error.burst.duration.seconds=11",
		       "error.burst.duration.seconds",
		       "error.burst.duration.seconds may not be longer than error.burst.interval.seconds");
	check_conflict(
		"latency.probe=true", "format=common", "latency.probe",
		"latency.probe writes into the referrer, which format=common has not; use access, combined or json");
	check_conflict("time.speed=3600", "start.time=2020-01-01", NULL, NULL);
	check_conflict("error.burst.interval.seconds=0", "error.burst.duration.seconds=11", NULL, NULL);
}

static void test_config__every_contradiction_is_told(void)
{
	struct run *run = run_new(0, 1, "latency.probe=true", "format=common", "records.per.second=0", "time.speed=9",
				  "start.time=now", NULL);
	struct cw_validation *validation = calloc(1, sizeof(*validation));

	cw_plugin->connector->validate(&run->host->ctx, &run->settings.options, validation);
	CU_ASSERT_EQUAL(validation->n, 3);
	free(validation);
	run_free(run);
}

static void test_config__log_rate(void)
{
	static const struct {
		const char *pairs[2];
		double rate;
	} cases[] = {
		{ { "records.per.second=0", NULL }, 100 },
		{ { "records.per.second=50", NULL }, 50 },
		{ { "records.per.second=50", "time.speed=10" }, 5 },
		{ { "records.per.second=50", "log.records.per.second=7" }, 7 },
		{ { "records.per.second=0", "log.records.per.second=0.5" }, 0.5 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cw_settings settings;

		CU_ASSERT_EQUAL_FATAL(cw_settings_fill(&settings, cases[i].pairs[0], cases[i].pairs[1], NULL), 0);
		CU_ASSERT_EQUAL(cw_synthetic_log_rate(&settings.options), cases[i].rate);
		cw_settings_free(&settings);
	}
}

static CU_TestInfo records[] = {
	{ "the descriptor is complete", test_source__descriptor },
	{ "records are the generator's lines", test_source__records_are_the_generator_s_lines },
	{ "the key is the client, also of a malformed line", test_source__key_is_the_client_also_of_a_malformed_line },
	{ "record.timestamp=log", test_source__record_timestamp_of_the_log },
	{ "start.time=now is the wall clock", test_source__start_time_now_is_the_wall_clock },
	{ "the latency probe is in the referrer", test_source__latency_probe_is_in_the_referrer },
	{ "small batches and arenas", test_source__small_batches_and_arenas },
	CU_TEST_INFO_NULL,
};

static CU_TestInfo course[] = {
	{ "count is split exactly and ends", test_source__count_is_split_exactly_and_ends },
	{ "more tasks than records", test_source__more_tasks_than_records },
	{ "goes on after a restart", test_source__goes_on_after_a_restart },
	{ "other tasks or seed: another series", test_source__another_number_of_tasks_or_seed_is_another_series },
	{ "refuses an offset that is not its own", test_source__refuses_an_offset_that_is_not_its_own },
	{ "as many tasks as allowed", test_source__task_configs_are_as_many_as_allowed },
	{ "pace by the host's clock", test_source__pace_by_the_host_s_clock },
	{ "the pace starts anew after a pause", test_source__pace_starts_anew_after_a_pause },
	{ "the pace starts anew after a restart", test_source__pace_starts_anew_after_a_restart },
	CU_TEST_INFO_NULL,
};

static CU_TestInfo config[] = {
	{ "each wrong value has its sentence", test_config__each_wrong_value_has_its_sentence },
	{ "keys that contradict each other", test_config__keys_that_contradict_each_other },
	{ "every contradiction is told", test_config__every_contradiction_is_told },
	{ "the log's rate", test_config__log_rate },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	CU_SuiteInfo suites[] = {
		{ "synthetic-log: records", NULL, NULL, NULL, NULL, records },
		{ "synthetic-log: course", NULL, NULL, NULL, NULL, course },
		{ "synthetic-log: config", NULL, NULL, NULL, NULL, config },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
