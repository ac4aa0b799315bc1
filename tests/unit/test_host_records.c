/*
 * Whole chains in one process: what comes out of converters and transformations, that a record that needs nothing is
 * not touched, and that nothing is taken from the heap once a flow is known.
 */
#include "base/buf.h"
#include "base/mem.h"
#include "data/value.h"
#include "host/batch.h"
#include "host/context.h"
#include "host/pipeline.h"
#include "unit.h"

#include "allocations.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define WARM_UP 300
#define RECORDS 3000

/* A task that never runs, and the pipeline that it would have. */
struct fixture {
	struct cw_loaded_plugin connector;
	struct cw_catalog catalog;
	struct cw_map config;
	struct cw_worker_config worker;
	struct cw_stages stages;
	struct cw_task task;
	struct cw_task_batch *batch;
	struct cw_pipeline pipeline;
};

/* `config`: "key=value" lines. `headers`: the connector looks at them. */
static void set_up_with(struct fixture *f, bool sink, const char *config, bool headers)
{
	static const struct cw_list no_folders = { NULL, 0 };
	CW_AUTO_FREE char *copy = cw_strdup(config);
	char *rest = copy, *line;
	struct cw_map none = { 0 };
	struct cw_error err = { 0 };

	*f = (struct fixture){ .catalog = { .plugin_path = &no_folders } };
	f->connector.plugin.kind = sink ? CW_PLUGIN_SINK : CW_PLUGIN_SOURCE;
	cw_map_set(&f->config, "name", "c");
	cw_map_set(&f->config, "connector.class", "X");
	while (*copy && (line = strsep(&rest, "\n")) != NULL) {
		char *equals = strchr(line, '=');

		*equals = '\0';
		cw_map_set(&f->config, line, equals + 1);
	}
	CU_ASSERT_EQUAL_FATAL(cw_worker_config_from_map(&none, &f->worker, &err), 0);
	if (cw_stages_make(&f->stages, &f->catalog, &f->config, &f->worker, &err) != 0)
		fprintf(stderr, "\n%s\n", err.text);
	CU_ASSERT_EQUAL_FATAL(err.code, CW_ERR_NONE);
	f->task.context = (struct cw_context){ .size = sizeof(f->task.context), .connector = "c",
					       .host = cw_context_functions() };
	f->task.plugin = &f->connector;
	f->task.stages = &f->stages;
	f->task.framework.errors_tolerance = "none";
	f->batch = cw_task_batch_new(1);
	if (cw_pipeline_start(&f->pipeline, &f->task, headers, &err) != CW_OK)
		fprintf(stderr, "\n%s\n", err.text);
	CU_ASSERT_EQUAL_FATAL(err.code, CW_ERR_NONE);
}

static void set_up(struct fixture *f, bool sink, const char *config)
{
	set_up_with(f, sink, config, true);
}

static void tear_down(struct fixture *f)
{
	cw_pipeline_stop(&f->pipeline);
	cw_task_batch_free(f->batch);
	cw_stages_free(&f->stages);
	cw_catalog_free(&f->catalog);
	cw_worker_config_free(&f->worker);
	cw_map_free(&f->config);
}

/* One record of the batch, which is emptied before: from Kafka for a sink, as a connector gives it for a source. */
static struct cw_record *record(struct fixture *f, const char *value)
{
	struct cw_slice text = cw_slice_str(value);
	struct cw_record *r;

	cw_task_batch_reset(f->batch);
	r = cw_batch_add(&f->batch->batch);
	r->topic = r->original_topic = cw_slice_str("t");
	r->partition = 0;
	r->timestamp_ms = 1700000000000;
	r->value = f->pipeline.sink && f->pipeline.value_type == CW_BYTES ? cw_value_bytes(text) : cw_value_string(text);
	return r;
}

/* "TOPIC key=… value=… HEADER=…" */
static char *shown(const struct cw_record *r)
{
	struct cw_buf out = { 0 };

	cw_buf_printf(&out, "%.*s key=", (int)r->topic.n, r->topic.p);
	for (size_t i = 0; i < 2 + r->n_headers; i++) {
		const struct cw_value *v = i == 0 ? &r->key : i == 1 ? &r->value : &r->headers[i - 2].value;

		if (i == 1)
			cw_buf_puts(&out, " value=");
		else if (i > 1)
			cw_buf_printf(&out, " %.*s=", (int)r->headers[i - 2].key.n, r->headers[i - 2].key.p);
		if (v->type == CW_BYTES)
			cw_buf_append(&out, v->u.bytes.p, v->u.bytes.n);
		else
			cw_value_print(&out, v);
	}
	return cw_buf_take(&out);
}

#define T "org.apache.kafka.connect.transforms."
#define SCHEMA "{\"type\":\"struct\",\"fields\":[{\"type\":\"int32\",\"field\":\"a\"},{\"type\":\"string\",\"field\":\"b\"}]}"

static const struct {
	bool sink;
	const char *config, *value, *want;
} chains[] = {
	{ true, "value.converter=Json\nvalue.converter.schemas.enable=false\n"
		"transforms=rename,insert,route\n"
		"transforms.rename.type=" T "ReplaceField$Value\ntransforms.rename.renames=a:x\n"
		"transforms.insert.type=" T "InsertField$Value\ntransforms.insert.static.field=h\n"
		"transforms.insert.static.value=v\n"
		"transforms.route.type=RegexRouter\ntransforms.route.regex=(.)\ntransforms.route.replacement=$1-2",
	  "{\"a\":1,\"b\":\"two\",\"c\":[1,2.5,null]}", "t-2 key=null value={x=1, b=two, c=[1, 2.5, null], h=v}" },
	{ true, "value.converter=Json\ntransforms=cast,mask,key\n"
		"transforms.cast.type=" T "Cast$Value\ntransforms.cast.spec=a:string\n"
		"transforms.mask.type=" T "MaskField$Value\ntransforms.mask.fields=b\n"
		"transforms.key.type=ValueToKey\ntransforms.key.fields=a",
	  "{\"schema\":" SCHEMA ",\"payload\":{\"a\":12,\"b\":\"secret\"}}",
	  "t key=Struct{a=12} value=Struct{a=12,b=}" },
	{ true, "transforms=hoist,header\ntransforms.hoist.type=" T "HoistField$Value\ntransforms.hoist.field=line\n"
		"transforms.header.type=InsertHeader\ntransforms.header.header=n\ntransforms.header.value.literal=12",
	  "some text", "t key=null value=Struct{line=some text} n=12" },
	{ false, "value.converter=Json\nvalue.converter.schemas.enable=false\nkey.converter=Json\n"
		 "key.converter.schemas.enable=false\ntransforms=hoist,insert,header\n"
		 "transforms.hoist.type=" T "HoistField$Value\ntransforms.hoist.field=line\n"
		 "transforms.insert.type=" T "InsertField$Value\ntransforms.insert.topic.field=topic\n"
		 "transforms.header.type=InsertHeader\ntransforms.header.header=n\ntransforms.header.value.literal=12",
	  "some text", "t key=null value={\"line\":\"some text\",\"topic\":\"t\"} n=12" },
	{ true, "transforms=parse,time\ntransforms.parse.type=io.connectworker.transforms.ParseAccessLog$Value\n"
		"transforms.time.type=" T "TimestampConverter$Value\ntransforms.time.field=timestamp\n"
		"transforms.time.target.type=string\ntransforms.time.format=yyyy-MM-dd HH:mm:ss",
	  "10.1.2.3 - - [02/Jan/2026:03:04:05 +0000] \"GET /a?b=c HTTP/1.1\" 200 1234 \"-\" \"curl/8\"",
	  "t key=null value=Struct{ip=10.1.2.3,timestamp=2026-01-02 03:04:05,method=GET,endpoint=/a?b=c,protocol=HTTP/1.1,"
	  "status=200,size=1234,user_agent=curl/8}" },
	{ false, "value.converter=Json\ntransforms=hoist\ntransforms.hoist.type=" T "HoistField$Value\n"
		 "transforms.hoist.field=line",
	  "some text", "t key=null value={\"schema\":null,\"payload\":{\"line\":\"some text\"}}" },
};

static void test_chains__what_comes_out(void)
{
	for (size_t i = 0; i < COUNT(chains); i++) {
		struct fixture f;
		struct cw_record *r;
		struct cw_error err = { 0 };
		int64_t wait_ms;
		CW_AUTO_FREE char *got = NULL;

		set_up(&f, chains[i].sink, chains[i].config);
		r = record(&f, chains[i].value);
		CU_ASSERT_TRUE(cw_pipeline_is_needed(&f.pipeline, r));
		CU_ASSERT_EQUAL(cw_pipeline_run(&f.pipeline, &f.batch->batch, r, &wait_ms, &err), CW_OK);
		got = shown(r);
		if (strcmp(got, chains[i].want) != 0)
			fprintf(stderr, "\n%s %s\nwant %s\n", got, err.text, chains[i].want);
		CU_ASSERT_STRING_EQUAL(got, chains[i].want);
		tear_down(&f);
	}
}

static void test_chains__take_nothing_from_the_heap(void)
{
	for (size_t i = 0; i < COUNT(chains); i++) {
		struct cw_error err = { 0 };
		struct fixture f;
		size_t before = 0;
		int64_t wait_ms;

		set_up(&f, chains[i].sink, chains[i].config);
		for (int k = 0; k < WARM_UP + RECORDS && !err.code; k++) {
			struct cw_record *r = record(&f, chains[i].value);

			if (k == WARM_UP)
				before = cw_allocations();
			cw_pipeline_run(&f.pipeline, &f.batch->batch, r, &wait_ms, &err);
		}
		if (cw_allocations() != before)
			fprintf(stderr, "\nchain %zu: %zu allocations\n", i, cw_allocations() - before);
		CU_ASSERT_EQUAL(err.code, CW_ERR_NONE);
		CU_ASSERT_TRUE(!CW_ALLOCATIONS_COUNT || cw_allocations() == before);
		tear_down(&f);
	}
}

/* Text and bytes without transformations and headers: the pipeline has nothing to do. */
static void test_direct__is_not_touched(void)
{
	static const struct {
		bool sink, needed;
		const char *config;
	} cases[] = {
		{ true, false, "" },
		{ false, false, "" },
		{ true, false, "value.converter=ByteArray\nkey.converter=String" },
		{ false, false, "value.converter=ByteArray\nkey.converter=String\nheader.converter=Json" },
		{ true, false, "value.converter=String\nvalue.converter.converter.encoding=utf-8" },
		{ true, true, "value.converter=String\nvalue.converter.converter.encoding=ISO-8859-1" },
		{ true, true, "value.converter=Json" },
		{ false, true, "key.converter=Long" },
		{ true, true, "transforms=f\ntransforms.f.type=Filter" },
		{ false, true, "transforms=f\ntransforms.f.type=Filter" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		static const struct cw_header header = { { "h", 1 }, { .type = CW_NULL } };
		struct fixture f;
		struct cw_record *r;

		set_up(&f, cases[i].sink, cases[i].config);
		r = record(&f, "text");
		if (cw_pipeline_is_needed(&f.pipeline, r) != cases[i].needed)
			fprintf(stderr, "\n%s\n", cases[i].config);
		CU_ASSERT_EQUAL(cw_pipeline_is_needed(&f.pipeline, r), cases[i].needed);
		r->value = cw_value_int64(1); /* of a source: not text */
		CU_ASSERT_TRUE(cases[i].sink || cw_pipeline_is_needed(&f.pipeline, r));
		r = record(&f, "text");
		r->headers = &header;
		r->n_headers = 1;
		CU_ASSERT_TRUE(cw_pipeline_is_needed(&f.pipeline, r));
		tear_down(&f);
	}
}

/* Headers are not asked for when nobody looks at them. */
static void test_headers__are_wanted_by_those_who_look_at_them(void)
{
	static const struct {
		bool connector, wanted;
		const char *config;
	} cases[] = {
		{ false, false, "" },
		{ true, true, "" },
		{ false, false, "transforms=a,b\ntransforms.a.type=" T "InsertField$Value\ntransforms.a.static.field=f\n"
				"transforms.a.static.value=v\ntransforms.b.type=Filter\ntransforms.b.predicate=p\n"
				"predicates=p\npredicates.p.type=RecordIsTombstone" },
		{ false, true, "transforms=f\ntransforms.f.type=Filter\ntransforms.f.predicate=p\n"
			       "predicates=p\npredicates.p.type=HasHeaderKey\npredicates.p.name=h" },
		{ false, true, "transforms=i\ntransforms.i.type=InsertHeader\ntransforms.i.header=n\n"
			       "transforms.i.value.literal=12" },
		{ true, true, "transforms=f\ntransforms.f.type=Filter" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture f;

		set_up_with(&f, true, cases[i].config, cases[i].connector);
		CU_ASSERT_EQUAL(cw_pipeline_wants_headers(&f.pipeline, cases[i].connector), cases[i].wanted);
		tear_down(&f);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "chains", test_chains__what_comes_out },
		{ "chains: memory", test_chains__take_nothing_from_the_heap },
		{ "direct", test_direct__is_not_touched },
		{ "headers", test_headers__are_wanted_by_those_who_look_at_them },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "records", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
