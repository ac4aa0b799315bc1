/* JsonConverter: what Kafka's own does, as tables. */
#include "data/schema.h"
#include "data/value.h"
#include "json_fixture.h"
#include "json_rows.h"
#include "json_schema_rows.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Says which row it was. */
static void check(bool ok, const char *table, size_t row, struct cw_slice got, const char *error)
{
	if (!ok)
		printf("\n%s[%zu]: got %.*s, error \"%s\"\n", table, row, (int)(got.p ? got.n : 4),
		       got.p ? got.p : "null", error);
	CU_ASSERT_TRUE(ok);
}

/* Reads with one converter and writes with the other; got.p is NULL after an error, too. */
static struct cw_slice through(struct json *from, struct json *to, struct cw_slice in, struct cw_error *err)
{
	struct cw_slice got = { NULL, 0 };
	struct cw_value value;

	cw_arena_reset(&from->arena);
	cw_arena_reset(&to->arena);
	memset(&value, 0x5a, sizeof(value));
	if (!json_read(from, in, &value))
		*err = from->err;
	else if (!json_write(to, &value, &got))
		*err = to->err;
	else
		*err = (struct cw_error){ 0 };
	return got;
}

static void test_plain__reads_and_writes_as_jackson_does(void)
{
	static const char broken[] = "Converting byte[] to Kafka Connect data failed due to serialization error: ";
	struct json json;

	CU_ASSERT_EQUAL(json_start(&json, JSON_PLAIN), 0);
	for (size_t i = 0; i < COUNT(plain_rows); i++) {
		const struct plain_row *row = &plain_rows[i];
		struct cw_slice in = json_quoted(row->in, row->n), got;
		struct cw_error err;

		got = through(&json, &json, in, &err);
		check(json_is(got, row->out) && (err.code == CW_ERR_INVALID) == row->broken &&
			      strncmp(err.text, broken, row->broken ? strlen(broken) : 0) == 0,
		      "plain_rows", i, got, err.text);
		json_free(in);
	}
	json_stop(&json);
}

/* In the rows of errors a ' is that, or a double quote. */
static bool error_is(const char *got, const char *expected)
{
	while (*expected && (*got == *expected || (*expected == '\'' && *got == '"')))
		got++, expected++;
	return *got == *expected;
}

static struct cw_slice envelope(const char *schema, const char *payload)
{
	CW_AUTO_FREE char *text = cw_format("{'schema':%s,'payload':%s}", schema, payload);

	return json_quoted(text, strlen(text));
}

static void test_payload__of_another_kind_than_its_schema(void)
{
	struct json from, to;

	CU_ASSERT_EQUAL(json_start(&from, JSON_ENVELOPES), 0);
	CU_ASSERT_EQUAL(json_start(&to, JSON_PLAIN), 0);
	for (size_t i = 0; i < COUNT(kind_rows) * COUNT(plain_types); i++) {
		size_t row = i / COUNT(plain_types), type = i % COUNT(plain_types);
		const char *out = kind_rows[row].out[type];
		CW_AUTO_FREE char *schema = cw_format("{'type':'%s','optional':true}", plain_types[type]);
		struct cw_slice in = envelope(schema, kind_rows[row].payload), got;
		struct cw_error err;

		got = through(&from, &to, in, &err);
		check(out[0] == '!' ? strcmp(err.text, out + 1) == 0 : json_is(got, out), plain_types[type], row, got,
		      err.text);
		json_free(in);
	}
	json_stop(&from);
	json_stop(&to);
}

static void test_payload__under_its_schema(void)
{
	struct json from, to;

	CU_ASSERT_EQUAL(json_start(&from, JSON_ENVELOPES), 0);
	CU_ASSERT_EQUAL(json_start(&to, JSON_PLAIN), 0);
	for (size_t i = 0; i < COUNT(payload_rows); i++) {
		const struct row *row = &payload_rows[i];
		struct cw_slice in = envelope(row->in, row->payload), got;
		struct cw_error err;

		got = through(&from, &to, in, &err);
		check(row->error ? error_is(err.text, row->error) : json_is(got, row->out), "payload_rows", i,
		      got, err.text);
		json_free(in);
	}
	json_stop(&from);
	json_stop(&to);
}

static void test_schema__there_and_back(void)
{
	struct json json;

	CU_ASSERT_EQUAL(json_start(&json, JSON_ENVELOPES), 0);
	for (size_t i = 0; i < COUNT(schema_rows); i++) {
		const struct row *row = &schema_rows[i];
		CW_AUTO_FREE char *schema = cw_format("{'type':'array','items':%s}", row->in);
		CW_AUTO_FREE char *out =
			cw_format("{'schema':{'type':'array','items':%s,'optional':false},'payload':[]}",
				  row->out ? row->out : "");
		struct cw_slice in = envelope(schema, "[]"), got;
		struct cw_error err;

		for (int again = 0; again < 2; again++) { /* the second time from the cache */
			got = through(&json, &json, in, &err);
			check(row->error ? error_is(err.text, row->error) : json_is(got, out), "schema_rows",
			      i, got, err.text);
		}
		json_free(in);
	}
	json_stop(&json);
}

static void test_document__needs_schema_and_payload(void)
{
	struct json json;

	CU_ASSERT_EQUAL(json_start(&json, JSON_ENVELOPES), 0);
	for (size_t i = 0; i < COUNT(document_rows); i++) {
		const struct row *row = &document_rows[i];
		struct cw_slice in = json_quoted(row->in, strlen(row->in)), got;
		struct cw_error err;

		got = through(&json, &json, in, &err);
		if (row->error && strcmp(row->error, BROKEN_JSON) == 0) /* and then our reason */
			err.text[strlen(BROKEN_JSON)] = '\0';
		check(row->error ? error_is(err.text, row->error) : json_is(got, row->out), "document_rows", i, got,
		      err.text);
		json_free(in);
	}
	json_stop(&json);
}

static void test_read__the_limits_of_depth_digits_and_names(void)
{
	static const struct {
		const char *open, *middle, *close;
		size_t times;
		bool ok;
	} rows[] = {
		{ "[", "", "]", 1000, true },        { "[", "", "]", 1001, false },
		{ "{\"a\":", "1", "}", 1000, true }, { "{\"a\":", "1", "}", 1001, false },
		{ "1", "", "", 1000, true },         { "1", "", "", 1001, false },
		{ "0", "1", "", 5000, true },        { "1", ".5", "", 999, true },
		{ "1", ".5", "", 1000, false },      { "1", "e5", "", 999, true },
		{ "1", "e5", "", 1000, false },      { "[", "", "", 100000, false },
	};
	struct json json;

	CU_ASSERT_EQUAL(json_start(&json, JSON_PLAIN), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct cw_buf text = { 0 };
		struct cw_value value;

		for (size_t k = 0; k < rows[i].times; k++)
			cw_buf_puts(&text, rows[i].open);
		cw_buf_puts(&text, rows[i].middle);
		for (size_t k = 0; k < rows[i].times; k++)
			cw_buf_puts(&text, rows[i].close);
		check(json_read(&json, cw_slice(text.p, text.n), &value) == rows[i].ok, "limits", i, cw_slice("", 0),
		      json.err.text);
		cw_buf_free(&text);
	}
	for (size_t n = 50000; n <= 50001; n++) {
		CW_AUTO_FREE char *name = cw_alloc(n + 1), *text = NULL;
		struct cw_value value;

		memset(name, 'n', n);
		text = cw_format("{\"%s\":1}", name);
		CU_ASSERT_EQUAL(json_read(&json, cw_slice_str(text), &value), n == 50000);
	}
	json_stop(&json);
}

static void test_read__says_where_it_is_broken(void)
{
	struct json json;
	struct cw_value value;

	CU_ASSERT_EQUAL(json_start(&json, JSON_PLAIN), 0);
	CU_ASSERT_FALSE(json_read(&json, cw_slice_str("{\"a\": 1,}"), &value));
	CU_ASSERT_STRING_EQUAL(json.err.text,
			       "Converting byte[] to Kafka Connect data failed due to serialization error: "
			       "a name in double quotes is expected (at byte 8)");
	CU_ASSERT_EQUAL(json.err.code, CW_ERR_INVALID);
	json_stop(&json);
}

static void test_read__strings_without_escapes_are_slices_of_the_text(void)
{
	static const char text[] = "[\"plain\",\"gr\xc3\xbc\xc3\x9f\",\"a\\n\"]";
	struct json json;
	struct cw_value value;

	CU_ASSERT_EQUAL(json_start(&json, JSON_PLAIN), 0);
	CU_ASSERT_TRUE_FATAL(json_read(&json, cw_slice_str(text), &value));
	CU_ASSERT_EQUAL_FATAL(value.u.array.n, 3);
	CU_ASSERT_PTR_EQUAL(value.u.array.items[0].u.bytes.p, text + 2);
	CU_ASSERT_PTR_EQUAL(value.u.array.items[1].u.bytes.p, text + 10);
	CU_ASSERT_TRUE(cw_slice_equal(value.u.array.items[2].u.bytes, cw_slice_str("a\n")));
	json_stop(&json);
}

/* Schemaless integers are int64, all other numbers float64. */
static void test_read__types_without_a_schema(void)
{
	static const struct {
		const char *text;
		enum cw_type type;
	} rows[] = {
		{ "1", CW_INT64 },  { "1.0", CW_FLOAT64 }, { "1e2", CW_FLOAT64 },
		{ "true", CW_BOOLEAN }, { "null", CW_NULL },   { "\"\"", CW_STRING },
		{ "[]", CW_ARRAY },     { "{}", CW_MAP },      { " ", CW_NULL },
	};
	struct json json, envelopes;
	struct cw_value value;

	CU_ASSERT_EQUAL(json_start(&json, JSON_PLAIN), 0);
	CU_ASSERT_EQUAL(json_start(&envelopes, JSON_ENVELOPES), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct cw_slice text = envelope("null", rows[i].text);

		CU_ASSERT_TRUE(json_read(&json, cw_slice_str(rows[i].text), &value));
		CU_ASSERT_EQUAL(value.type, rows[i].type);
		CU_ASSERT_PTR_NULL(value.schema);
		CU_ASSERT_EQUAL(json_read(&envelopes, text, &value), strcmp(rows[i].text, " ") != 0);
		CU_ASSERT_TRUE(value.type == rows[i].type || strcmp(rows[i].text, " ") == 0);
		json_free(text);
	}
	CU_ASSERT_TRUE(json_read(&envelopes, cw_slice(NULL, 0), &value));
	CU_ASSERT_EQUAL(value.type, CW_NULL);
	json_stop(&json);
	json_stop(&envelopes);
}

/* With many members an index is used, with few none. */
static void test_read__the_last_of_equal_names_counts_at_the_place_of_the_first(void)
{
	struct json json;

	CU_ASSERT_EQUAL(json_start(&json, JSON_PLAIN), 0);
	for (int n = 1; n < 200; n += n < 40 ? 1 : 37) {
		struct cw_buf text = { 0 }, wanted = { 0 };
		struct cw_slice got;
		struct cw_error err;

		for (int i = 0; i < 2 * n; i++)
			cw_buf_printf(&text, "%s\"k%d\":%d", i ? "," : "{", i % n, i);
		cw_buf_puts(&text, "}");
		for (int i = 0; i < n; i++)
			cw_buf_printf(&wanted, "%s\"k%d\":%d", i ? "," : "{", i, n + i);
		cw_buf_puts(&wanted, "}");
		got = through(&json, &json, cw_slice(text.p, text.n), &err);
		check(json_is(got, wanted.p), "names", (size_t)n, got, err.text);
		cw_buf_free(&text);
		cw_buf_free(&wanted);
	}
	json_stop(&json);
}

static void test_read__fields_and_keys_in_any_order_and_number(void)
{
	struct json from, to;

	CU_ASSERT_EQUAL(json_start(&from, JSON_ENVELOPES), 0);
	CU_ASSERT_EQUAL(json_start(&to, JSON_PLAIN), 0);
	for (int n = 1; n < 120; n += 7) {
		struct cw_buf fields = { 0 }, members = { 0 }, pairs = { 0 }, wanted = { 0 }, kept = { 0 };
		CW_AUTO_FREE char *schema = NULL;
		struct cw_slice in, got;
		struct cw_error err;

		for (int i = 0; i < n; i++) {
			cw_buf_printf(&fields, "%s{'type':'int32','field':'f%d'}", i ? "," : "", i);
			cw_buf_printf(&members, "%s'f%d':%d", i ? "," : "{", n - 1 - i, n - 1 - i);
			cw_buf_printf(&wanted, "%s'f%d':%d", i ? "," : "{", i, i);
			cw_buf_printf(&kept, "%s[%d,%d]", i ? "," : "[", i, n + i);
		}
		for (int i = 0; i < 2 * n; i++)
			cw_buf_printf(&pairs, "%s[%d,%d]", i ? "," : "[", i % n, i);
		cw_buf_puts(&members, "}");
		cw_buf_puts(&pairs, "]");
		cw_buf_puts(&wanted, "}");
		cw_buf_puts(&kept, "]");
		schema = cw_format("{'type':'struct','fields':[%s]}", fields.p);
		in = envelope(schema, members.p);
		got = through(&from, &to, in, &err);
		check(json_is(got, wanted.p), "fields", (size_t)n, got, err.text);
		json_free(in);
		in = envelope("{'type':'map','keys':{'type':'int32'},'values':{'type':'int32'}}", pairs.p);
		got = through(&from, &to, in, &err);
		check(json_is(got, kept.p), "keys", (size_t)n, got, err.text);
		json_free(in);
		cw_buf_free(&fields);
		cw_buf_free(&members);
		cw_buf_free(&pairs);
		cw_buf_free(&wanted);
		cw_buf_free(&kept);
	}
	json_stop(&from);
	json_stop(&to);
}

static void test_cache__holds_as_many_schemas_as_it_may_and_all_are_right(void)
{
	static const char *const sizes[] = { "0", "1", "3", "1000" };

	for (size_t s = 0; s < COUNT(sizes); s++) {
		struct json json;

		CU_ASSERT_EQUAL(json_start(&json, JSON_CONFIG("schemas.cache.size", sizes[s])), 0);
		for (int i = 0; i < 60; i++) {
			CW_AUTO_FREE char *text =
				cw_format("{'schema':{'type':'int32','optional':false,'version':%d},'payload':%d}",
					  1 + i * 7 % 20, i);
			struct cw_slice in = json_quoted(text, strlen(text)), got;
			struct cw_error err;

			got = through(&json, &json, in, &err);
			check(json_is(got, text), "cache", (size_t)i, got, err.text);
			json_free(in);
		}
		json_stop(&json);
	}
}

/* A cached schema is found by its text; one that only begins like it is another. */
static void test_cache__tells_schemas_apart_that_look_alike(void)
{
	static const char *const schemas[] = {
		"{'type':'int32','optional':false}",
		"{'type':'int32','optional':false,'name':'}'}",
		"{'type':'int32','optional':false,'name':'\\'}'}",
		"{'type':'int32','optional':false,'doc':'{'}",
		"{'type':'int64','optional':false}",
	};
	struct json json;

	CU_ASSERT_EQUAL(json_start(&json, JSON_ENVELOPES), 0);
	for (size_t i = 0; i < 4 * COUNT(schemas); i++) {
		CW_AUTO_FREE char *text = cw_format("{'schema':%s,'payload':5}", schemas[i * 3 % COUNT(schemas)]);
		struct cw_slice in = json_quoted(text, strlen(text)), got;
		struct cw_error err;

		got = through(&json, &json, in, &err);
		check(json_is(got, text), "alike", i, got, err.text);
		json_free(in);
	}
	json_stop(&json);
}

static void test_config__is_checked_and_case_of_the_format_does_not_matter(void)
{
	static const char schema[] = DECIMAL("2");
	struct json json, from;
	struct cw_slice in = envelope(schema, "'AJY='"), got;
	struct cw_error err;

	CU_ASSERT_EQUAL(json_start(&json, JSON_CONFIG("decimal.format", "hex")), -1);
	CU_ASSERT_STRING_EQUAL(json.err.text, "Invalid value hex for configuration decimal.format: String must be one "
					      "of (case insensitive): BASE64, NUMERIC");
	json_stop(&json);
	CU_ASSERT_EQUAL(json_start(&from, JSON_ENVELOPES), 0);
	CU_ASSERT_EQUAL(json_start(&json, JSON_CONFIG("schemas.enable", "false", "decimal.format", "numeric")), 0);
	got = through(&from, &json, in, &err);
	CU_ASSERT_TRUE(json_is(got, "1.50"));
	json_free(in);
	in = envelope(schema, "1.5"); /* a number keeps its scale */
	got = through(&from, &json, in, &err);
	CU_ASSERT_TRUE(json_is(got, "1.5"));
	json_free(in);
	json_stop(&json);
	json_stop(&from);
}

static void test_config__nulls_are_kept_when_defaults_may_not_replace_them(void)
{
	static const char schema[] = "{'type':'struct','fields':["
				     "{'type':'int32','optional':true,'default':7,'field':'a'}],'optional':false}";
	struct json keep, replace;
	struct cw_slice in = envelope(schema, "{'a':null}"), got;
	struct cw_error err;

	CU_ASSERT_EQUAL(json_start(&keep, JSON_CONFIG("replace.null.with.default", "false")), 0);
	CU_ASSERT_EQUAL(json_start(&replace, JSON_PLAIN), 0);
	got = through(&keep, &keep, in, &err);
	CU_ASSERT_TRUE(json_is(got, "{'schema':{'type':'struct','fields':[{'type':'int32','optional':true,'default':7,"
				    "'field':'a'}],'optional':false},'payload':{'a':null}}"));
	got = through(&keep, &replace, in, &err);
	CU_ASSERT_TRUE(json_is(got, "{'a':7}"));
	json_free(in);
	in = envelope("{'type':'int32','default':7}", "null");
	got = through(&keep, &keep, in, &err);
	CU_ASSERT_STRING_EQUAL(err.text, "Invalid null value for required INT32 field");
	json_free(in);
	json_stop(&keep);
	json_stop(&replace);
}

int main(void)
{
	static CU_TestInfo tests[] = {
		{ "plain: reads and writes as Jackson does", test_plain__reads_and_writes_as_jackson_does },
		{ "payload: of another kind than its schema", test_payload__of_another_kind_than_its_schema },
		{ "payload: under its schema", test_payload__under_its_schema },
		{ "schema: there and back", test_schema__there_and_back },
		{ "document: needs schema and payload", test_document__needs_schema_and_payload },
		{ "read: limits of depth, digits and names", test_read__the_limits_of_depth_digits_and_names },
		{ "read: says where it is broken", test_read__says_where_it_is_broken },
		{ "read: strings are slices", test_read__strings_without_escapes_are_slices_of_the_text },
		{ "read: types without a schema", test_read__types_without_a_schema },
		{ "read: equal names", test_read__the_last_of_equal_names_counts_at_the_place_of_the_first },
		{ "read: fields and keys in any order", test_read__fields_and_keys_in_any_order_and_number },
		{ "cache: bounded", test_cache__holds_as_many_schemas_as_it_may_and_all_are_right },
		{ "cache: look-alikes", test_cache__tells_schemas_apart_that_look_alike },
		{ "config: checked", test_config__is_checked_and_case_of_the_format_does_not_matter },
		{ "config: nulls", test_config__nulls_are_kept_when_defaults_may_not_replace_them },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "JsonConverter", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
