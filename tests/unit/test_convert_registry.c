#include <stdlib.h>
#include <time.h>

#include "allocations.h"
#include "base/arena.h"
#include "base/mem.h"
#include "config/config_def.h"
#include "convert/converters.h"
#include "convert/subject.h"
#include "data/schema.h"
#include "data/value.h"
#include "fake_host_api.h"
#include "mini_http.h"
#include "unit.h"

/* ---- a converter on a registry of its own -------------------------------------------------------- */

struct setup {
	struct mini_http *http;
	struct cw_fake_host host;
	const struct cw_plugin *plugin; /* the Avro converter unless set */
	void *config;
	struct cw_config_memory *memory;
	struct cw_arena batch;
	void *state;
	struct cw_error err;
	char *base; /* of its URLs */
};

static void setup_http(struct setup *s)
{
	memset(s, 0, sizeof(*s));
	s->plugin = &cw_avro_converter;
	s->http = mini_http_start();
	CU_ASSERT_PTR_NOT_NULL_FATAL(s->http);
	s->base = cw_format("http://127.0.0.1:%d", mini_http_port(s->http));
	cw_fake_host_init(&s->host, "test", 0, 1);
	cw_arena_init(&s->batch, 4096);
}

/* Keys and values by turns, ended by NULL; schema.registry.url is the registry's unless given. */
static enum cw_result setup_start(struct setup *s, enum cw_converter_role role, const char *const *pairs)
{
	const struct cw_plugin *plugin = s->plugin;
	struct cw_config_table table = { plugin->config, plugin->n_config, plugin->config_def_size };
	struct cw_map map = { 0 };
	int rc;

	cw_map_set(&map, "schema.registry.url", s->base);
	cw_map_set(&map, "converter.type",
		   role == CW_CONVERT_KEY     ? "key"
		   : role == CW_CONVERT_VALUE ? "value"
					      : "header");
	cw_map_set(&map, "max.retries", "0");
	cw_map_set(&map, "retries.wait.ms", "0");
	for (; pairs && *pairs; pairs += 2)
		cw_map_set(&map, pairs[0], pairs[1]);
	free(s->config);
	s->config = cw_alloc(plugin->config_size);
	rc = cw_config_fill(table, &map, s->config, &s->memory, &s->err);
	cw_map_free(&map);
	return rc ? CW_FAIL : plugin->converter->start(&s->host.ctx, plugin, s->config, role, &s->state, &s->err);
}

static void setup_end(struct setup *s)
{
	if (s->state)
		s->plugin->converter->stop(s->state);
	cw_config_memory_free(s->memory);
	free(s->config);
	mini_http_stop(s->http);
	cw_arena_free(&s->batch);
	free(s->base);
}

static struct cw_convert_place topic(const char *name)
{
	return (struct cw_convert_place){ .topic = cw_slice_str(name) };
}

/* The bytes in hex, "null", or "RETRY: …" and "FAIL: …". New. */
static char *write_hex(struct setup *s, const char *to, const struct cw_value *value)
{
	const struct cw_convert_place place = topic(to);
	struct cw_buf text = { 0 };
	struct cw_slice out;
	enum cw_result result;

	s->err = (struct cw_error){ 0 };
	result = s->plugin->converter->from_value(s->state, &s->batch.batch, &place, value, &out, &s->err);
	if (result != CW_OK)
		return cw_format("%s: %s", result == CW_RETRY ? "RETRY" : "FAIL", s->err.text);
	for (size_t i = 0; i < out.n; i++)
		cw_buf_printf(&text, "%02x", (unsigned char)out.p[i]);
	if (!out.p)
		cw_buf_puts(&text, "null");
	return cw_buf_take(&text);
}

static char *read_text(struct setup *s, const char *from, struct cw_slice bytes)
{
	const struct cw_convert_place place = topic(from);
	struct cw_buf text = { 0 };
	struct cw_value value;
	enum cw_result result;

	s->err = (struct cw_error){ 0 };
	result = s->plugin->converter->to_value(s->state, &s->batch.batch, &place, bytes, &value, &s->err);
	if (result != CW_OK)
		return cw_format("%s: %s", result == CW_RETRY ? "RETRY" : "FAIL", s->err.text);
	cw_value_print(&text, &value);
	if (value.schema && value.schema->version)
		cw_buf_printf(&text, " v%d", (int)value.schema->version);
	return cw_buf_take(&text);
}

static void expect(char *got, const char *expected)
{
	if (strcmp(got, expected) != 0)
		printf("\n  got      %s\n  expected %s\n", got, expected);
	CU_ASSERT_STRING_EQUAL(got, expected);
	free(got);
}

static void expect_part(char *got, const char *part)
{
	if (!strstr(got, part))
		printf("\n  got      %s\n  expected %s\n", got, part);
	CU_ASSERT_PTR_NOT_NULL(strstr(got, part));
	free(got);
}

static void expect_requests(struct setup *s, const char *expected)
{
	expect(mini_http_requests(s->http), expected);
	mini_http_forget(s->http);
}

static size_t count_requests(struct setup *s, const char *beginning)
{
	CW_AUTO_FREE char *all = mini_http_requests(s->http);
	size_t n = 0;

	for (const char *p = all; (p = strstr(p, beginning)) != NULL; p++)
		n++;
	return n;
}

static struct cw_value text_value(void)
{
	struct cw_value value = cw_value_string(cw_slice_str("a"));

	value.schema = cw_schema_of(CW_STRING, false);
	return value;
}

#define BYTES(text) cw_slice(text, sizeof(text) - 1)
#define STRING_BODY "{\"schema\":\"\\\"string\\\"\"}"

/* ---- writing ------------------------------------------------------------------------------------ */

static void test_write__registers_once_for_each_subject(void)
{
	struct cw_value value = text_value(), null = cw_value_null_of(cw_schema_of(CW_STRING, true));
	struct setup s;

	setup_http(&s);
	mini_http_answer(s.http, "POST", "/subjects/logs-value/versions", 200, "{\"id\":258}");
	mini_http_answer(s.http, "POST", "/subjects/a%2Fb-value/versions", 200, "{\"id\":7}");
	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, NULL), CW_OK);
	expect_requests(&s, "");
	expect(write_hex(&s, "logs", &value), "00000001020261");
	expect(write_hex(&s, "logs", &value), "00000001020261");
	expect(write_hex(&s, "a/b", &value), "00000000070261");
	expect(write_hex(&s, "logs", &null), "null");
	expect_requests(&s, "POST /subjects/logs-value/versions " STRING_BODY "\n"
			    "POST /subjects/a%2Fb-value/versions " STRING_BODY "\n");
	setup_end(&s);
}

static void test_write__subject_names(void)
{
	static const char *const record[] = { "key.subject.name.strategy",
					      "io.confluent.kafka.serializers.subject.RecordNameStrategy",
					      "normalize.schemas", "true", NULL };
	struct cw_batch *memory = cw_memory_new();
	struct cw_field *fields;
	struct cw_schema *schema = cw_schema_struct(memory, 1, &fields);
	struct cw_value one = cw_value_integer(CW_INT32, 1), value = cw_value_struct(schema, &one), text = text_value();
	struct setup s;

	fields[0] = (struct cw_field){ cw_slice_str("n"), cw_schema_of(CW_INT32, false) };
	schema->name = cw_slice_str("com.acme.Key");
	setup_http(&s);
	mini_http_answer(s.http, "POST", "/subjects/com.acme.Key/versions", 200, "{\"id\":1}");
	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_KEY, record), CW_OK);
	expect(write_hex(&s, "logs", &value), "000000000102");
	expect_part(mini_http_requests(s.http), "POST /subjects/com.acme.Key/versions?normalize=true {");
	expect(write_hex(&s, "logs", &text),
	       "FAIL: Failed to serialize Avro data from topic logs: In configuration key.subject.name.strategy = "
	       "io.confluent.kafka.serializers.subject.RecordNameStrategy, the message key must only be a record "
	       "schema");
	setup_end(&s);
	cw_memory_free(memory);
}

static void test_write__without_registering_the_schema_must_be_there(void)
{
	static const char *const pairs[] = { "auto.register.schemas", "false", NULL };
	struct cw_value value = text_value();
	struct setup s;

	setup_http(&s);
	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, pairs), CW_OK);
	mini_http_answer(s.http, "POST", "/subjects/logs-value", 404,
			 "{\"error_code\":40401,\"message\":\"Subject 'logs-value' not found.\"}");
	expect(write_hex(&s, "logs", &value), "FAIL: Failed to serialize Avro data from topic logs: looking up the "
					      "schema of logs-value: Subject 'logs-value' "
					      "not found.; error code: 40401");
	CU_ASSERT_EQUAL(s.err.code, CW_ERR_INVALID);
	mini_http_answer(s.http, "POST", "/subjects/logs-value", 200,
			 "{\"subject\":\"logs-value\",\"id\":3,\"version\":1}");
	expect(write_hex(&s, "logs", &value), "00000000030261");
	setup_end(&s);
}

static void test_write__with_the_latest_schema(void)
{
	static const char *const pairs[] = {
		"auto.register.schemas", "false", "use.latest.version", "true", "latest.cache.ttl.sec", "10", NULL
	};
	struct cw_value value = text_value();
	struct setup s;

	setup_http(&s);
	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, pairs), CW_OK);
	mini_http_answer(s.http, "GET", "/subjects/logs-value/versions/latest", 200,
			 "{\"id\":4,\"version\":2,\"schema\":\"[\\\"null\\\",\\\"string\\\"]\"}");
	expect(write_hex(&s, "logs", &value), "0000000004020261");
	/* a newer one is seen when its time has come */
	mini_http_answer(s.http, "GET", "/subjects/logs-value/versions/latest", 200,
			 "{\"id\":5,\"version\":3,\"schema\":\"\\\"string\\\"\"}");
	expect(write_hex(&s, "logs", &value), "0000000004020261");
	s.host.now_ns += INT64_C(10000000000);
	expect(write_hex(&s, "logs", &value), "00000000050261");
	mini_http_answer(s.http, "GET", "/subjects/other-value/versions/latest", 200,
			 "{\"id\":6,\"version\":1,\"schema\":\"\\\"int\\\"\"}");
	expect_part(write_hex(&s, "other", &value),
		    "Incompatible schema of type 'AVRO'. Set latest.compatibility.strict=false "
		    "to disable this check: Found string, expecting int");
	setup_end(&s);
}

static void test_write__with_a_schema_by_id(void)
{
	static const char *const pairs[] = { "auto.register.schemas", "false", "use.schema.id", "9", NULL };
	struct cw_value value = text_value();
	struct setup s;

	setup_http(&s);
	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, pairs), CW_OK);
	mini_http_answer(s.http, "GET", "/schemas/ids/9", 200, "{\"schema\":\"[\\\"int\\\",\\\"string\\\"]\"}");
	expect(write_hex(&s, "logs", &value), "0000000009020261");
	expect_requests(&s, "GET /schemas/ids/9?fetchMaxId=false&subject=logs-value\n");
	setup_end(&s);
}

/* ---- reading ------------------------------------------------------------------------------------ */

static void test_read__by_id_with_the_subjects_version(void)
{
	struct setup s;

	setup_http(&s);
	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, NULL), CW_OK);
	mini_http_answer(s.http, "GET", "/schemas/ids/5", 200, "{\"schema\":\"\\\"string\\\"\"}");
	mini_http_answer(s.http, "POST", "/subjects/logs-value", 200, "{\"id\":5,\"version\":3}");
	expect(read_text(&s, "logs", BYTES("\0\0\0\0\5\2a")), "a v3");
	expect(read_text(&s, "logs", BYTES("\0\0\0\0\5\2b")), "b v3");
	expect_requests(&s, "GET /schemas/ids/5?fetchMaxId=false&subject=logs-value\n"
			    "POST /subjects/logs-value?deleted=true " STRING_BODY "\n");
	/* copied to a topic that never had the schema: there is no version, and the value is there */
	mini_http_answer(s.http, "POST", "/subjects/copy-value", 404, "{\"error_code\":40401,\"message\":\"no\"}");
	expect(read_text(&s, "copy", BYTES("\0\0\0\0\5\2c")), "c");
	expect(read_text(&s, "logs", cw_slice(NULL, 0)), "null");
	setup_end(&s);
}

static void test_read__bytes_that_are_no_record_of_ours(void)
{
	struct setup s;

	setup_http(&s);
	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, NULL), CW_OK);
	mini_http_answer(s.http, "GET", "/schemas/ids/6", 200, "{\"schema\":\"{}\",\"schemaType\":\"JSON\"}");
	mini_http_answer(s.http, "GET", "/schemas/ids/8", 404,
			 "{\"error_code\":40403,\"message\":\"Schema 8 not found\"}");
	mini_http_answer(s.http, "GET", "/schemas/ids/9", 200, "{\"schema\":\"{\"}");
	mini_http_answer(s.http, "POST", "/subjects/t-value", 200, "{\"id\":9,\"version\":1}");
	expect(read_text(&s, "t", BYTES("")),
	       "FAIL: Failed to deserialize data for topic t to Avro: Unknown magic byte!");
	expect(read_text(&s, "t", BYTES("\0\0\0\0")),
	       "FAIL: Failed to deserialize data for topic t to Avro: Unknown magic byte!");
	expect(read_text(&s, "t", BYTES("{\"a\":1}")),
	       "FAIL: Failed to deserialize data for topic t to Avro: Unknown magic byte!");
	expect_part(read_text(&s, "t", BYTES("\0\xff\0\0\1x")), "is no id of a schema");
	expect_part(read_text(&s, "t", BYTES("\0\0\0\0\6x")), "the schema of id 6 is of type JSON, not AVRO");
	expect_part(read_text(&s, "t", BYTES("\0\0\0\0\10x")),
		    "retrieving the schema of id 8: Schema 8 not found; error code: 40403");
	expect_part(read_text(&s, "t", BYTES("\0\0\0\0\11x")), "the schema is no JSON: ");
	CU_ASSERT_EQUAL(s.err.code, CW_ERR_INVALID);
	setup_end(&s);
}

static void test_read__schemas_that_refer_to_others(void)
{
	struct setup s;

	setup_http(&s);
	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, NULL), CW_OK);
	mini_http_answer(
		s.http, "GET", "/schemas/ids/1", 200,
		"{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"R\\\",\\\"fields\\\":[{\\\"name\\\":"
		"\\\"x\\\","
		"\\\"type\\\":\\\"a.X\\\"}]}\",\"references\":[{\"name\":\"a.X\",\"subject\":\"x\",\"version\":2}]}");
	mini_http_answer(s.http, "GET", "/subjects/x/versions/2", 200,
			 "{\"id\":2,\"version\":2,\"schema\":\"{\\\"type\\\":\\\"enum\\\",\\\"name\\\":\\\"a.X\\\","
			 "\\\"symbols\\\":["
			 "\\\"ON\\\"]}\"}");
	mini_http_answer(s.http, "POST", "/subjects/t-value", 200, "{\"id\":1,\"version\":1}");
	expect(read_text(&s, "t", BYTES("\0\0\0\0\1\0")), "Struct{x=ON} v1");
	expect_part(mini_http_requests(s.http), "\"references\":[{\"name\":\"a.X\",\"subject\":\"x\",\"version\":2}]");
	setup_end(&s);
}

static void test_read__as_the_latest_schema(void)
{
	static const char *const pairs[] = { "use.latest.version", "true", "latest.cache.ttl.sec", "10", NULL };
	struct setup s;

	setup_http(&s);
	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, pairs), CW_OK);
	mini_http_answer(s.http, "GET", "/schemas/ids/1", 200, "{\"schema\":\"\\\"int\\\"\"}");
	mini_http_answer(s.http, "POST", "/subjects/t-value", 200, "{\"id\":1,\"version\":1}");
	mini_http_answer(s.http, "GET", "/subjects/t-value/versions/latest", 200,
			 "{\"id\":2,\"version\":2,\"schema\":\"\\\"double\\\"\"}");
	expect(read_text(&s, "t", BYTES("\0\0\0\0\1\2")), "1.0 v2");
	/* a newer one is seen when its time has come */
	mini_http_answer(s.http, "GET", "/subjects/t-value/versions/latest", 200,
			 "{\"id\":3,\"version\":3,\"schema\":\"\\\"long\\\"\"}");
	expect(read_text(&s, "t", BYTES("\0\0\0\0\1\2")), "1.0 v2");
	s.host.now_ns += INT64_C(10000000000);
	expect(read_text(&s, "t", BYTES("\0\0\0\0\1\2")), "1 v3");
	expect(read_text(&s, "t", BYTES("\0\0\0\0\1\2")), "1 v3");
	CU_ASSERT_EQUAL(count_requests(&s, "GET /subjects/t-value/versions/latest"), 2);
	setup_end(&s);
}

static void test_read__more_schemas_than_are_kept(void)
{
	static const char *const pairs[] = { "schemas.cache.config", "1", "max.schemas.per.subject", "1", NULL };
	struct setup s;

	setup_http(&s);
	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, pairs), CW_OK);
	mini_http_answer(s.http, "POST", "/subjects/t-value", 200, "{\"id\":1,\"version\":1}");
	mini_http_answer(s.http, "GET", "/schemas/ids/1", 200, "{\"schema\":\"\\\"int\\\"\"}");
	mini_http_answer(s.http, "GET", "/schemas/ids/2", 200, "{\"schema\":\"\\\"string\\\"\"}");
	mini_http_answer(s.http, "GET", "/schemas/ids/3", 200, "{\"schema\":\"\\\"boolean\\\"\"}");
	for (int i = 0; i < 3; i++) {
		expect(read_text(&s, "t", BYTES("\0\0\0\0\1\2")), "1 v1");
		expect(read_text(&s, "t", BYTES("\0\0\0\0\2\2x")), "x v1");
		expect(read_text(&s, "t", BYTES("\0\0\0\0\3\1")), "true v1");
		cw_arena_reset(&s.batch);
	}
	CU_ASSERT_EQUAL(count_requests(&s, "POST /subjects/t-value?"), 3);
	setup_end(&s);
}

/* ---- JSON Schema --------------------------------------------------------------------------------- */

static void test_json__is_framed_alike(void)
{
	struct cw_value text = text_value(), null = cw_value_null_of(cw_schema_of(CW_STRING, true)),
			none = cw_value_null();
	struct setup s;

	setup_http(&s);
	s.plugin = &cw_json_schema_converter;
	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, NULL), CW_OK);
	mini_http_answer(s.http, "POST", "/subjects/t-value/versions", 200, "{\"id\":1}");
	expect(write_hex(&s, "t", &text), "0000000001226122");
	expect_requests(&s,
			"POST /subjects/t-value/versions {\"schema\":\"{\\\"type\\\":\\\"string\\\"}\",\"schemaType\":"
			"\"JSON\"}\n");
	expect(write_hex(&s, "t", &null), "00000000016e756c6c");
	expect(write_hex(&s, "t", &none), "null");
	none = cw_value_int64(1);
	expect(write_hex(&s, "t", &none), "FAIL: a value without schema cannot be written with a JSON Schema");
	mini_http_answer(s.http, "GET", "/schemas/ids/1", 200,
			 "{\"schemaType\":\"JSON\",\"schema\":\"{\\\"type\\\":"
			 "[\\\"integer\\\",\\\"null\\\"]}\"}");
	mini_http_answer(s.http, "POST", "/subjects/t-value", 200, "{\"id\":1,\"version\":6}");
	expect(read_text(&s, "t",
			 BYTES("\0\0\0\0\1"
			       "5")),
	       "5 v6");
	expect(read_text(&s, "t", BYTES("\0\0\0\0\1null")), "null v6");
	expect_part(read_text(&s, "t", BYTES("\0\0\0\0\1{")),
		    "FAIL: Converting byte[] to Kafka Connect data failed due to serialization error of topic t: Error "
		    "deserializing JSON message: ");
	setup_end(&s);
}

/* ---- the heap ----------------------------------------------------------------------------------- */

#define WIDE                                                                                                           \
	"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"R\\\",\\\"fields\\\":[{\\\"name\\\":\\\"a\\\",\\\"type\\\":"    \
	"\\\"string\\\"},{\\\"name\\\":\\\"b\\\",\\\"type\\\":[\\\"null\\\",\\\"long\\\"]},{\\\"name\\\":"             \
	"\\\"c\\\",\\\"type\\\":{\\\"type\\\":\\\"map\\\",\\\"values\\\":\\\"int\\\"}}]}"
#define WIDE_JSON                                                                                                      \
	"{\\\"type\\\":\\\"object\\\",\\\"properties\\\":{\\\"a\\\":{\\\"type\\\":\\\"string\\\"},\\\"b\\\":{"         \
	"\\\"type\\\":\\\"array\\\",\\\"items\\\":{\\\"type\\\":\\\"number\\\"}}}}"

/* Reads and writes again; how many allocations that took once everything is known. */
static size_t allocations_of(const struct cw_plugin *plugin, const char *schema, struct cw_slice bytes)
{
	const struct cw_convert_place place = topic("t");
	struct setup s;
	size_t before = 0;

	setup_http(&s);
	s.plugin = plugin;
	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, NULL), CW_OK);
	mini_http_answer(s.http, "GET", "/schemas/ids/1", 200, schema);
	mini_http_answer(s.http, "POST", "/subjects/t-value", 200, "{\"id\":1,\"version\":1}");
	mini_http_answer(s.http, "POST", "/subjects/t-value/versions", 200, "{\"id\":1}");
	for (int i = 0; i < 1000; i++) {
		struct cw_value value = cw_value_null();
		struct cw_slice out;

		if (i == 10)
			before = cw_allocations();
		CU_ASSERT_EQUAL_FATAL(
			plugin->converter->to_value(s.state, &s.batch.batch, &place, bytes, &value, &s.err), CW_OK);
		CU_ASSERT_EQUAL_FATAL(
			plugin->converter->from_value(s.state, &s.batch.batch, &place, &value, &out, &s.err), CW_OK);
		CU_ASSERT_TRUE(cw_slice_equal(out, bytes));
		cw_arena_reset(&s.batch);
	}
	before = cw_allocations() - before;
	setup_end(&s);
	return before;
}

static void test_heap__is_left_alone_once_schemas_are_known(void)
{
	CU_ASSERT_EQUAL(allocations_of(&cw_avro_converter, "{\"schema\":\"" WIDE "\"}",
				       BYTES("\0\0\0\0\1\4ab\2\6\4\2x\2\2y\4\0")),
			0);
	CU_ASSERT_EQUAL(allocations_of(&cw_json_schema_converter,
				       "{\"schemaType\":\"JSON\",\"schema\":\"" WIDE_JSON "\"}",
				       BYTES("\0\0\0\0\1{\"a\":\"x\",\"b\":[1.5,2.5]}")),
			0);
}

/* ---- a registry that refuses, or is not there ---------------------------------------------------- */

static void test_error__incompatible_schema_in_words(void)
{
	struct cw_value value = text_value();
	struct setup s;

	setup_http(&s);
	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, NULL), CW_OK);
	mini_http_answer(
		s.http, "POST", "/subjects/t-value/versions", 409,
		"{\"error_code\":409,\"message\":\"Schema being registered is incompatible with an earlier schema\"}");
	expect(write_hex(&s, "t", &value),
	       "FAIL: Failed to serialize Avro data from topic t: registering the schema of t-value: "
	       "Schema being registered is incompatible with an earlier schema; error code: 409");
	CU_ASSERT_EQUAL(s.err.code, CW_ERR_INVALID);
	mini_http_answer(s.http, "POST", "/subjects/t-value/versions", 401, "");
	expect_part(write_hex(&s, "t", &value), "answered with HTTP status 401 and no message of a Schema Registry");
	CU_ASSERT_EQUAL(s.err.code, CW_ERR_FATAL);
	mini_http_answer(s.http, "POST", "/subjects/t-value/versions", 200, "<html>");
	expect_part(write_hex(&s, "t", &value), "answered with what is no answer of a Schema Registry");
	setup_end(&s);
}

static void test_error__that_may_pass_is_a_retry(void)
{
	static const int statuses[] = { 408, 429, 500, 502, 503, 504 };
	static const char *const pairs[] = { "max.retries", "2", NULL };
	struct cw_value value = text_value();
	struct setup s;

	setup_http(&s);
	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, pairs), CW_OK);
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		mini_http_answer(s.http, "POST", "/subjects/t-value/versions", statuses[i], "{\"message\":\"busy\"}");
		CW_AUTO_FREE char *part = cw_format("answered with HTTP status %d: busy", statuses[i]);

		expect_part(write_hex(&s, "t", &value), part);
		CU_ASSERT_EQUAL(s.err.code, CW_ERR_RETRIABLE);
	}
	mini_http_forget(s.http);
	expect_part(write_hex(&s, "t", &value), "RETRY: Failed to serialize Avro data from topic t: ");
	expect_requests(&s,
			"POST /subjects/t-value/versions " STRING_BODY "\nPOST /subjects/t-value/versions " STRING_BODY
			"\nPOST /subjects/t-value/versions " STRING_BODY "\n");
	/* a task that shall stop does not wait for it */
	s.host.stopping = true;
	expect_part(write_hex(&s, "t", &value), "RETRY: ");
	expect_requests(&s, "");
	s.host.stopping = false;
	mini_http_answer(s.http, "POST", "/subjects/t-value/versions", 200, "{\"id\":1}");
	expect(write_hex(&s, "t", &value), "00000000010261");
	setup_end(&s);
}

/* A short Retry-After is waited for; a long one is the framework's. */
static void test_error__retry_after_is_kept_to(void)
{
	static const char *const pairs[] = { "max.retries", "1", "retries.max.wait.ms", "1000", NULL };
	struct cw_value value = text_value();
	struct timespec before, after;
	struct setup s;

	setup_http(&s);
	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, pairs), CW_OK);
	mini_http_answer(s.http, "POST", "/subjects/t-value/versions", 429, "{\"message\":\"busy\"}");
	mini_http_retry_after(s.http, 60);
	expect_part(write_hex(&s, "t", &value), "RETRY: ");
	expect_requests(&s, "POST /subjects/t-value/versions " STRING_BODY "\n");
	CU_ASSERT_EQUAL(s.host.retry_after_ms, 60000);
	s.host.retry_after_ms = 0;
	mini_http_retry_after(s.http, 1);
	clock_gettime(CLOCK_MONOTONIC, &before);
	expect_part(write_hex(&s, "t", &value), "RETRY: ");
	clock_gettime(CLOCK_MONOTONIC, &after);
	CU_ASSERT_TRUE((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 >= 990);
	expect_requests(&s,
			"POST /subjects/t-value/versions " STRING_BODY "\nPOST /subjects/t-value/versions " STRING_BODY "\n");
	CU_ASSERT_EQUAL(s.host.retry_after_ms, 1000);
	s.host.retry_after_ms = 0;
	mini_http_retry_after(s.http, 0);
	expect_part(write_hex(&s, "t", &value), "RETRY: ");
	CU_ASSERT_EQUAL(s.host.retry_after_ms, 0);
	s.host.api.size = offsetof(struct cw_host, retry_after); /* of a worker that does not know of it */
	mini_http_retry_after(s.http, 60);
	expect_part(write_hex(&s, "t", &value), "RETRY: ");
	CU_ASSERT_EQUAL(s.host.retry_after_ms, 0);
	setup_end(&s);
}

static void test_error__another_registry_takes_over(void)
{
	int port = mini_http_free_port();
	struct cw_value value = text_value();
	struct setup s;

	setup_http(&s);
	CW_AUTO_FREE char *urls = cw_format("http://127.0.0.1:%d, %s/a/path/", port, s.base);
	CW_AUTO_FREE char *dead = cw_format("http://127.0.0.1:%d", port);
	const char *const both[] = { "schema.registry.url", urls, NULL }, *const one[] = { "schema.registry.url", dead,
											   NULL };

	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, both), CW_OK);
	mini_http_answer(s.http, "POST", "/a/path/subjects/t-value/versions", 200, "{\"id\":1}");
	expect(write_hex(&s, "t", &value), "00000000010261");
	cw_avro_converter.converter->stop(s.state);
	cw_config_memory_free(s.memory);
	CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, one), CW_OK);
	expect_part(write_hex(&s, "t", &value), "cannot be reached: ");
	CU_ASSERT_EQUAL(s.err.code, CW_ERR_RETRIABLE);
	setup_end(&s);
}

/* ---- who we are --------------------------------------------------------------------------------- */

static void test_authorization__as_configured(void)
{
	static const struct {
		const char *user_in_url, *pairs[5], *authorization;
	} rows[] = {
		{ "", { NULL }, "" },
		{ "me:it@", { NULL }, "Basic bWU6aXQ=" },
		{ "",
		  { "basic.auth.credentials.source", "USER_INFO", "basic.auth.user.info", "me:it", NULL },
		  "Basic bWU6aXQ=" },
		{ "x:y@",
		  { "basic.auth.credentials.source", "user_info", "schema.registry.basic.auth.user.info", "me:it",
		    NULL },
		  "Basic bWU6aXQ=" },
		{ "", { "basic.auth.user.info", "me:it", NULL }, "" },
		{ "", { "bearer.auth.token", "t0ken", NULL }, "Bearer t0ken" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cw_value value = text_value();
		const char *pairs[8] = { "schema.registry.url", NULL };
		struct setup s;

		setup_http(&s);
		CW_AUTO_FREE char *url =
			cw_format("http://%s127.0.0.1:%d", rows[i].user_in_url, mini_http_port(s.http));

		pairs[1] = url;
		for (size_t j = 0; rows[i].pairs[j]; j++)
			pairs[2 + j] = rows[i].pairs[j];
		CU_ASSERT_EQUAL_FATAL(setup_start(&s, CW_CONVERT_VALUE, pairs), CW_OK);
		mini_http_answer(s.http, "POST", "/subjects/t-value/versions", 200, "{\"id\":1}");
		expect(write_hex(&s, "t", &value), "00000000010261");
		CU_ASSERT_STRING_EQUAL(mini_http_authorization(s.http), rows[i].authorization);
		setup_end(&s);
	}
}

static void test_config__errors(void)
{
	static const struct {
		const char *key, *value, *error;
	} rows[] = {
		{ "schema.registry.url", "", "" },
		{ "schema.registry.url", "mock://x", "neither http:// nor https://" },
		{ "schema.registry.url", "http://a b", "no URL" },
		{ "schema.registry.url", "http://a?b=c", "a query" },
		{ "basic.auth.credentials.source", "USER_INFO", "UserInfo must be provided" },
		{ "basic.auth.credentials.source", "SASL_INHERIT", "" },
		{ "value.subject.name.strategy", "MyStrategy", "there are TopicNameStrategy" },
		{ "schema.registry.ssl.truststore.type", "JKS", "" },
		{ "schema.registry.ssl.keystore.key", "x", "are needed together" },
	};
	struct setup s;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *pairs[] = { rows[i].key, rows[i].value, NULL };

		setup_http(&s);
		CU_ASSERT_EQUAL(setup_start(&s, CW_CONVERT_VALUE, pairs), CW_FAIL);
		expect_part(cw_strdup(s.err.text), rows[i].error);
		setup_end(&s);
	}
	setup_http(&s);
	CU_ASSERT_EQUAL(setup_start(&s, CW_CONVERT_HEADER, NULL), CW_FAIL);
	expect_part(cw_strdup(s.err.text), "for keys and values, not for headers");
	setup_end(&s);
}

static CU_TestInfo tests[] = {
	{ "write: registers once for each subject", test_write__registers_once_for_each_subject },
	{ "write: subject names", test_write__subject_names },
	{ "write: without registering, the schema must be there",
	  test_write__without_registering_the_schema_must_be_there },
	{ "write: with the latest schema", test_write__with_the_latest_schema },
	{ "write: with a schema by id", test_write__with_a_schema_by_id },
	{ "read: by id, with the subject's version", test_read__by_id_with_the_subjects_version },
	{ "read: bytes that are no record of ours", test_read__bytes_that_are_no_record_of_ours },
	{ "read: schemas that refer to others", test_read__schemas_that_refer_to_others },
	{ "read: as the latest schema", test_read__as_the_latest_schema },
	{ "read: more schemas than are kept", test_read__more_schemas_than_are_kept },
	{ "json: is framed alike", test_json__is_framed_alike },
	{ "heap: is left alone once schemas are known", test_heap__is_left_alone_once_schemas_are_known },
	{ "error: incompatible schema in words", test_error__incompatible_schema_in_words },
	{ "error: that may pass is a retry", test_error__that_may_pass_is_a_retry },
	{ "error: Retry-After is kept to", test_error__retry_after_is_kept_to },
	{ "error: another registry takes over", test_error__another_registry_takes_over },
	{ "authorization: as configured", test_authorization__as_configured },
	{ "config: errors", test_config__errors },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	CU_SuiteInfo suites[] = { { .pName = "registry", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
