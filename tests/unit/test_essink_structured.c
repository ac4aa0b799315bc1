/* The access-log sink with records that are no lines: documents, ids, mappings. */
#include <math.h>

#include "document.h"
#include "essink_run.h"

/* ---- building values ------------------------------------------------------------------------------ */

static struct cw_value integer(enum cw_type type, int64_t n)
{
	struct cw_value v = cw_value_int64(n);

	v.type = (uint8_t)type;
	return v;
}

static struct cw_value float64(double d)
{
	struct cw_value v = cw_value_null();

	v.type = CW_FLOAT64;
	v.u.float64 = d;
	return v;
}

static struct cw_value float32(float f)
{
	struct cw_value v = cw_value_null();

	v.type = CW_FLOAT32;
	v.u.float32 = f;
	return v;
}

static struct cw_value decimal(const char *unscaled, size_t n, int32_t scale)
{
	struct cw_value v = cw_value_bytes(cw_slice(unscaled, n));

	v.type = CW_DECIMAL;
	v.scale = scale;
	return v;
}

static struct cw_value text(const char *s)
{
	return cw_value_string(cw_slice_str(s));
}

static struct cw_value list(const struct cw_value *items, size_t n)
{
	struct cw_value v = cw_value_null();

	v.type = CW_ARRAY;
	v.u.array.items = items;
	v.u.array.n = n;
	return v;
}

static struct cw_value map(const struct cw_entry *entries, size_t n)
{
	struct cw_value v = cw_value_null();

	v.type = CW_MAP;
	v.u.map.entries = entries;
	v.u.map.n = n;
	return v;
}

static const struct cw_schema text_schema = { .size = sizeof(text_schema), .type = CW_STRING };
static const struct cw_schema int_schema = { .size = sizeof(int_schema), .type = CW_INT32 };
static const struct cw_schema time_schema = { .size = sizeof(time_schema), .type = CW_TIMESTAMP, .optional = true };
static const struct cw_value five = { .type = CW_INT32, .schema = &int_schema, .u.integer = 5 };
static const struct cw_schema five_schema = { .size = sizeof(five_schema), .type = CW_INT32, .optional = true,
					      .default_value = &five };
static const struct cw_schema map_schema = { .size = sizeof(map_schema), .type = CW_MAP, .key_schema = &text_schema,
					     .value_schema = &int_schema };
static const struct cw_schema list_schema = { .size = sizeof(list_schema), .type = CW_ARRAY,
					      .value_schema = &int_schema };

#define NAME(literal) { literal, sizeof(literal) - 1 }
static const struct cw_field fields[] = { { NAME("user"), &text_schema }, { NAME("n"), &int_schema },
					  { NAME("at"), &time_schema },	  { NAME("five"), &five_schema },
					  { NAME("tags"), &map_schema },  { NAME("list"), &list_schema } };
static const struct cw_schema struct_schema = { .size = sizeof(struct_schema), .type = CW_STRUCT, .fields = fields,
						.n_fields = sizeof(fields) / sizeof(*fields) };

/* A struct of that schema; `room` holds its fields. */
static struct cw_value make_struct(struct cw_value room[6], const char *user, int64_t at_ms)
{
	static const struct cw_entry tag = { { .type = CW_STRING, .schema = &text_schema, .u.bytes = NAME("a") },
					     { .type = CW_INT32, .schema = &int_schema, .u.integer = 1 } };
	struct cw_value v = cw_value_null();

	room[0] = text(user);
	room[1] = integer(CW_INT32, -7);
	room[2] = at_ms < 0 ? cw_value_null() : integer(CW_TIMESTAMP, at_ms);
	room[3] = cw_value_null();
	room[4] = map(&tag, 1);
	room[5] = list(&five, 1);
	for (int i = 0; i < 6; i++)
		room[i].schema = fields[i].schema;
	v.type = CW_STRUCT;
	v.schema = &struct_schema;
	v.u.array.items = room;
	v.u.array.n = 6;
	return v;
}

/* ---- documents ------------------------------------------------------------------------------------ */

static void expect_document(const struct cw_value *value, bool compact, const char *timestamp, const char *want)
{
	struct cw_document_options options = { .compact_maps = compact, .timestamp = cw_slice_str(timestamp) };
	struct cw_text out = { 0 };
	struct cw_error err = { 0 };
	int status = cw_document_write(&out, value, &options, &err);

	cw_text_append(&out, "", 1);
	if (want) {
		CU_ASSERT_EQUAL(status, 0);
		CU_ASSERT_STRING_EQUAL(out.p, want);
	} else {
		CU_ASSERT_EQUAL(status, -1);
		CU_ASSERT_EQUAL(err.code, CW_ERR_INVALID);
	}
	cw_text_free(&out);
}

static void test_document__each_type(void)
{
	const struct {
		struct cw_value value;
		const char *want;
	} rows[] = {
		{ cw_value_null(), "null" },
		{ integer(CW_INT8, -128), "-128" },
		{ integer(CW_INT64, INT64_MIN), "-9223372036854775808" },
		{ integer(CW_TIMESTAMP, 1769034220123), "1769034220123" },
		{ integer(CW_TIME, 86399999), "86399999" },
		{ integer(CW_DATE, 0), "\"1970-01-01\"" },
		{ integer(CW_DATE, -86400000), "\"1969-12-31\"" },
		{ integer(CW_DATE, INT64_C(1768953600000)), "\"2026-01-21\"" },
		{ integer(CW_DATE, INT64_C(253402214400000)), "\"9999-12-31\"" },
		{ integer(CW_DATE, INT64_C(253402300800000)), "\"+10000-01-01\"" },
		{ integer(CW_DATE, INT64_C(185542587100800000)), "\"+5881580-07-11\"" }, /* the last one of an int32 */
		{ integer(CW_DATE, INT64_C(-62167219200000)), "\"0000-01-01\"" },
		{ integer(CW_DATE, INT64_C(-62167219200000) - 86400000), "\"-0001-12-31\"" },
		{ integer(CW_DATE, INT64_C(-377705116800000)), "\"-9999-01-01\"" },
		{ integer(CW_DATE, INT64_C(-377705116800000) - 86400000), "\"-10000-12-31\"" },
		{ float64(1), "1.0" },
		{ float64(0.1), "0.1" },
		{ float64(1e300), "1e+300" },
		{ float64(-1.0 / 3), "-0.3333333333333333" },
		{ float64((double)INFINITY), "\"Infinity\"" },
		{ float64(-(double)INFINITY), "\"-Infinity\"" },
		{ float64((double)NAN), "\"NaN\"" },
		{ float32(0.1f), "0.1" },
		{ float32(16777216.0f), "16777216.0" },
		{ decimal("\x01\x00", 2, 2), "2.56" },
		{ decimal("\xff", 1, 1), "-0.1" },
		{ decimal("\x7b", 1, -2), "12300.0" },
		{ decimal("", 0, 0), "0.0" },
		{ decimal("\x0b\x3d", 2, 6), "0.002877" },
		{ decimal("\x2b\xdb", 2, 6), "0.011227" },
		{ decimal("\xd4\x25", 2, 6), "-0.011227" },
		{ decimal("\x00", 1, 5000), "0.0" },
		{ decimal("\x00", 1, -5000), "0.0" },
		{ decimal("\x05", 1, 324), "4.94065645841247e-324" },
		{ decimal("\x01", 1, 5000), "0.0" },
		{ decimal("\x01", 1, -309), "\"Infinity\"" },
		{ decimal("\xff", 1, -309), "\"-Infinity\"" },
		/* 2^53 + 1 is between two doubles, the lower one even; a little more is not */
		{ decimal("\x20\x00\x00\x00\x00\x00\x01", 7, 0), "9007199254740992.0" },
		{ decimal("\x7d\x00\x00\x00\x00\x00\x03\xe9", 8, 3), "9007199254740994.0" },
		{ text("a\"\\\n\xff"), "\"a\\\"\\\\\\n\xef\xbf\xbd\"" },
		{ cw_value_bytes(cw_slice("", 0)), "\"\"" },
		{ cw_value_bytes(cw_slice("a", 1)), "\"YQ==\"" },
		{ cw_value_bytes(cw_slice("ab", 2)), "\"YWI=\"" },
		{ cw_value_bytes(cw_slice("abc\xff", 4)), "\"YWJj/w==\"" },
		{ list(NULL, 0), "[]" },
		{ map(NULL, 0), "{}" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect_document(&rows[i].value, true, NULL, rows[i].want);
}

static void test_document__maps(void)
{
	struct cw_entry entries[] = { { text("a"), integer(CW_INT32, 1) }, { integer(CW_INT8, 2), text("b") } };
	struct cw_value loose = map(entries, 1), mixed = map(entries, 2), typed = map(entries, 1), outer;

	typed.schema = &map_schema;
	outer = list(&typed, 1);
	expect_document(&loose, false, NULL, "{\"a\":1}");
	expect_document(&loose, true, NULL, "{\"a\":1}");
	expect_document(&typed, true, NULL, "{\"a\":1}");
	expect_document(&typed, false, NULL, NULL); /* a document is an object */
	expect_document(&outer, true, NULL, "[{\"a\":1}]");
	expect_document(&outer, false, NULL, "[[{\"key\":\"a\",\"value\":1}]]");
	expect_document(&mixed, true, NULL, NULL);
	outer = list(&mixed, 1);
	expect_document(&outer, true, NULL, "[[[\"a\",1],[2,\"b\"]]]");
}

static void test_document__structs_have_defaults_and_a_time(void)
{
	struct cw_entry entries[] = { { text("@timestamp"), text("old") }, { text("b"), integer(CW_INT32, 1) } };
	struct cw_value room[6], value = make_struct(room, "me", 12), loose = map(entries, 2);

	expect_document(&value, true, NULL, "{\"user\":\"me\",\"n\":-7,\"at\":12,\"five\":5,\"tags\":{\"a\":1},"
					    "\"list\":[5]}");
	expect_document(&value, false, "T", "{\"@timestamp\":\"T\",\"user\":\"me\",\"n\":-7,\"at\":12,\"five\":5,"
					    "\"tags\":[{\"key\":\"a\",\"value\":1}],\"list\":[5]}");
	expect_document(&loose, true, "T", "{\"@timestamp\":\"T\",\"b\":1}");
	expect_document(&loose, true, NULL, "{\"@timestamp\":\"old\",\"b\":1}");
}

static void test_document__too_deep(void)
{
	struct cw_value levels[200];

	levels[0] = list(NULL, 0);
	for (int i = 1; i < 200; i++)
		levels[i] = list(&levels[i - 1], 1);
	expect_document(&levels[199], true, NULL, NULL);
}

static void test_document__mapping_of_a_schema(void)
{
	char *loose = cw_document_mapping(&struct_schema, true), *strict = cw_document_mapping(&struct_schema, false);

	CU_ASSERT_STRING_EQUAL(loose, "{\"properties\":{\"user\":{\"type\":\"text\",\"fields\":{\"keyword\":{\"type\":"
				      "\"keyword\",\"ignore_above\":256}}},\"n\":{\"type\":\"integer\"},\"at\":{\"type\":"
				      "\"date\"},\"five\":{\"type\":\"integer\"},\"tags\":{\"type\":\"object\"},\"list\":"
				      "{\"type\":\"integer\"}}}");
	CU_ASSERT_PTR_NOT_NULL(strstr(strict, "\"tags\":{\"properties\":{\"key\":{\"type\":\"text\""));
	free(loose);
	free(strict);
}

static void test_document__ids(void)
{
	static char long_id[CW_DOCUMENT_ID_MAX + 1];
	const struct {
		struct cw_value key;
		const char *want;
	} rows[] = {
		{ text("k1"), "k1" },
		{ integer(CW_INT8, -3), "-3" },
		{ integer(CW_INT64, INT64_MIN), "-9223372036854775808" },
		{ cw_value_string(cw_slice(long_id, CW_DOCUMENT_ID_MAX)), long_id },
		{ cw_value_null(), NULL },
		{ text(""), NULL },
		{ float64(1), NULL },
		{ cw_value_bytes(cw_slice("k", 1)), NULL },
		{ cw_value_string(cw_slice(long_id, sizeof(long_id))), NULL },
	};

	memset(long_id, 'x', sizeof(long_id));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_error err = { 0 };
		struct cw_slice id;
		char digits[24];
		int status = cw_document_id(&rows[i].key, digits, &id, &err);

		CU_ASSERT_EQUAL(status, rows[i].want ? 0 : -1);
		if (rows[i].want)
			CU_ASSERT_TRUE(id.n <= CW_DOCUMENT_ID_MAX && memcmp(id.p, rows[i].want, id.n) == 0);
		CU_ASSERT_EQUAL(err.code, rows[i].want ? CW_ERR_NONE : CW_ERR_INVALID);
	}
}

/* ---- through the sink ----------------------------------------------------------------------------- */

static struct cw_record *add_value(struct run *run, struct cw_fake_batch *batch, const char *key, struct cw_value value)
{
	struct cw_record *record = cw_fake_batch_put(batch, "t", 0, run->offset++, cw_slice_str("x"));

	record->key = key ? text(key) : cw_value_null();
	record->value = value;
	record->timestamp_ms = INT64_C(1769034220123); /* 2026-01-21T22:23:40.123Z */
	return record;
}

static void give(struct run *run, struct cw_fake_batch *batch)
{
	CU_ASSERT_EQUAL(cw_essink_put(&run->sink, &batch->batch), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
	CU_ASSERT_STRING_EQUAL(run->sink.err.text, "");
}

static void expect_stored(struct run *run, const char *index, const char *id, const char *want)
{
	json_t *document = json_object_get(json_object_get(run->store.documents, index), id);
	char *dump = document ? json_dumps(document, JSON_COMPACT) : NULL;

	CU_ASSERT_EQUAL(dump != NULL, want != NULL);
	if (dump && want)
		CU_ASSERT_STRING_EQUAL(dump, want);
	free(dump);
}

static void test_structured__beside_lines(void)
{
	struct cw_entry entries[] = { { text("a"), integer(CW_INT32, 1) } };
	struct run *run = run_new();
	struct cw_fake_batch *batch;
	struct cw_record *moved;

	start(run);
	batch = new_batch(run, 3);
	add_value(run, batch, NULL, map(entries, 1));
	add(run, batch, "t", LINE);
	moved = add_value(run, batch, NULL, map(entries, 1));
	moved->original_topic = cw_slice_str("elsewhere"); /* a transformation renamed its topic */
	moved->original_partition = 3;
	give(run, batch);
	expect_stored(run, INDEX, "t+0+0", "{\"a\":1}");
	expect_stored(run, INDEX, "elsewhere+3+2", "{\"a\":1}");
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, INDEX), 3);
	run_free(run);
}

static void test_structured__keys_are_ids_with_versions(void)
{
	struct cw_entry first[] = { { text("v"), integer(CW_INT32, 1) } }, second[] = { { text("v"), integer(CW_INT32, 2) } };
	struct run *run = run_new();
	struct cw_fake_batch *batch;

	set(run, "key.ignore", "false");
	set(run, "behavior.on.null.values", "delete");
	start(run);
	batch = new_batch(run, 6);
	add_value(run, batch, "k1", map(first, 1));
	add_value(run, batch, "k2", map(first, 1));
	add_value(run, batch, "k1", map(second, 1));
	add_value(run, batch, "k2", cw_value_null());
	add_value(run, batch, "never", cw_value_null());
	add(run, batch, "t", LINE);
	cw_batch_record(&batch->batch, 5)->key = text("line");
	give(run, batch);
	expect_stored(run, INDEX, "k1", "{\"v\":2}");
	expect_stored(run, INDEX, "k2", NULL);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, INDEX), 2);
	run->offset = 0;
	batch = new_batch(run, 2); /* a replay changes nothing, not even what was deleted */
	add_value(run, batch, "k1", map(first, 1));
	add_value(run, batch, "k2", map(first, 1));
	give(run, batch);
	expect_stored(run, INDEX, "k1", "{\"v\":2}");
	expect_stored(run, INDEX, "k2", NULL);
	CU_ASSERT_EQUAL(metric(run, "documents_present"), 2);
	run_free(run);
}

/* By Kafka Connect's name of the sink: keys are ids, topics name indices, and no index template is put. */
static void test_structured__by_the_other_name(void)
{
	struct cw_entry first[] = { { text("v"), integer(CW_INT32, 1) } }, second[] = { { text("v"), integer(CW_INT32, 2) } };
	struct run *run = run_new();
	struct cw_fake_batch *batch;

	run->sink.plugin = cw_plugin->next;
	set(run, "topic.key.ignore", "t2");
	start(run);
	batch = new_batch(run, 3);
	add_value(run, batch, "k1", map(first, 1));
	add_value(run, batch, "k1", map(second, 1));
	add_value(run, batch, NULL, map(first, 1))->topic = cw_slice_str("t2");
	give(run, batch);
	run->offset = 2;
	batch = new_batch(run, 1); /* of a topic that was made again: op.type is not CREATE */
	add_value(run, batch, NULL, map(second, 1))->topic = cw_slice_str("t2");
	give(run, batch);
	expect_stored(run, "t", "k1", "{\"v\":2}");
	expect_stored(run, "t2", "t2+0+2", "{\"v\":2}");
	CU_ASSERT_EQUAL(json_object_size(run->store.templates), 0);
	run->sink.host.tolerate = true;
	batch = new_batch(run, 1);
	add_value(run, batch, "k3", text("{\"v\":1}"));
	give(run, batch);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.rejected[0].reason, "value.converter=org.apache.kafka.connect.json."));
	run_free(run);
}

static void test_structured__what_has_no_document(void)
{
	static const struct {
		const char *key, *value; /* a setting */
		int record;
		const char *reason;
	} rows[] = {
		{ "key.ignore", "false", 0, "Key is used as document id and can not be null" },
		{ "key.ignore", "true", 1, "of type array; a document is a map or a struct" },
		{ "key.ignore", "true", 2, "the record has no value" },
		{ "data.stream.timestamp.field", "v", 3, "the field v (data.stream.timestamp.field) is no time" },
		{ "key.ignore", "true", 4, "neither the record nor a field of data.stream.timestamp.field has a time" },
	};
	struct cw_entry entries[] = { { text("v"), text("soon") } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = run_new();
		struct cw_fake_batch *batch;
		struct cw_record *record;

		set(run, rows[i].key, rows[i].value);
		start(run);
		run->sink.host.tolerate = true;
		batch = new_batch(run, 2);
		record = add_value(run, batch, NULL, rows[i].record == 1 ? list(NULL, 0) :
						     rows[i].record == 2 ? cw_value_null() : map(entries, 1));
		if (rows[i].record == 4)
			record->timestamp_ms = CW_NO_TIMESTAMP;
		record = add_value(run, batch, "good", map(entries, 0));
		give(run, batch);
		CU_ASSERT_EQUAL(run->sink.host.n_rejected, 1);
		CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.rejected[0].reason, rows[i].reason));
		CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, INDEX), 1);
		run_free(run);
	}
}

static void test_structured__time_is_the_fields(void)
{
	struct cw_entry entries[] = { { text("when"), text("2026-01-22T00:00:00Z") } };
	struct run *run = run_new();
	struct cw_value room[6];
	struct cw_fake_batch *batch;

	set(run, "data.stream.timestamp.field", "none,at,when");
	start(run);
	batch = new_batch(run, 3);
	add_value(run, batch, NULL, map(entries, 1));
	add_value(run, batch, NULL, make_struct(room, "me", 1769212800000)); /* the 24th */
	add_value(run, batch, NULL, make_struct(room, "me", 1769212800000));
	give(run, batch);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, "access-logs-2026.01.22"), 1);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, "access-logs-2026.01.24"), 2);
	run_free(run);
}

static void test_structured__data_stream_gets_a_timestamp(void)
{
	struct cw_entry entries[] = { { text("v"), integer(CW_INT32, 1) } };
	struct run *run = run_new();
	struct cw_fake_batch *batch;
	struct cw_value room[6];

	set(run, "data.stream.type", "logs");
	set(run, "data.stream.dataset", "d");
	start(run);
	batch = new_batch(run, 2);
	add_value(run, batch, NULL, map(entries, 1));
	add_value(run, batch, NULL, make_struct(room, "me", -1));
	give(run, batch);
	expect_stored(run, "logs-d-t", "t+0+0", "{\"@timestamp\":\"2026-01-21T22:23:40.123Z\",\"v\":1}");
	CU_ASSERT_EQUAL(json_object_size(run->store.mappings), 0);
	run_free(run);
}

/* A tree: where it comes back to itself, the store decides by what it gets. */
static void test_document__mapping_of_a_schema_with_itself_in_it(void)
{
	struct cw_schema tree = { .size = sizeof(tree), .type = CW_STRUCT }, inner;
	const struct cw_schema number = { .size = sizeof(number), .type = CW_INT64 };
	const struct cw_field parts[] = { { cw_slice_str("left"), &inner },
					  { cw_slice_str("right"), &inner },
					  { cw_slice_str("n"), &number } };
	char *text;

	tree.fields = parts;
	tree.n_fields = 3;
	inner = tree; /* as converters make it: another struct with the same fields */
	inner.optional = true;
	text = cw_document_mapping(&tree, true);
	CU_ASSERT_STRING_EQUAL(text, "{\"properties\":{\"n\":{\"type\":\"long\"}}}");
	free(text);
}

/* Structs that have the next one twice: far more fields than any index takes. */
static void test_document__mapping_has_an_end(void)
{
	struct cw_schema levels[20];
	struct cw_field parts[20][2];
	char *text;

	for (int i = 19; i >= 0; i--) {
		levels[i] = (struct cw_schema){ .size = sizeof(levels[i]), .type = i == 19 ? CW_INT64 : CW_STRUCT };
		if (i == 19)
			continue;
		parts[i][0] = (struct cw_field){ cw_slice_str("a"), &levels[i + 1] };
		parts[i][1] = (struct cw_field){ cw_slice_str("b"), &levels[i + 1] };
		levels[i].fields = parts[i];
		levels[i].n_fields = 2;
	}
	text = cw_document_mapping(&levels[0], true);
	CU_ASSERT_TRUE(strlen(text) < 1000000);
	free(text);
}

/* ---- mappings ------------------------------------------------------------------------------------- */

/* Puts a struct and says which type the field n has in the store's mapping; NULL: none. */
static const char *mapped_type(struct run *run)
{
	struct cw_fake_batch *batch = new_batch(run, 1);
	const json_t *mapping;
	struct cw_value room[6];

	add_value(run, batch, NULL, make_struct(room, "me", -1));
	give(run, batch);
	mapping = json_object_get(run->store.mappings, INDEX);
	return json_string_value(json_object_get(json_object_get(json_object_get(mapping, "properties"), "n"), "type"));
}

static void test_mapping__is_made_once_with_the_index(void)
{
	struct run *run = run_new();
	const char *type;

	set(run, "template.enable", "false");
	start(run);
	type = mapped_type(run);
	CU_ASSERT_TRUE(type && strcmp(type, "integer") == 0);
	CU_ASSERT_EQUAL(run->store.others, 2); /* looked for, made */
	mapped_type(run);
	CU_ASSERT_EQUAL(run->store.others, 2);
	run_free(run);
}

static void test_mapping__of_an_index_that_is_there(void)
{
	static const struct {
		const char *mapping, *want;
		unsigned others;
	} rows[] = { { "{}", "integer", 2 },
		     { "{\"properties\":{\"n\":{\"type\":\"keyword\"}}}", "keyword", 1 },
		     { "{\"properties\":{\"m\":{\"type\":\"keyword\"}}}", NULL, 1 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = run_new();
		const char *type;

		set(run, "template.enable", "false");
		json_object_set_new(run->store.mappings, INDEX, json_loads(rows[i].mapping, 0, NULL));
		start(run);
		type = mapped_type(run);
		CU_ASSERT_TRUE(type == rows[i].want || (type && rows[i].want && strcmp(type, rows[i].want) == 0));
		CU_ASSERT_EQUAL(run->store.others, rows[i].others);
		run_free(run);
	}
}

static void test_mapping__is_left_alone(void)
{
	static const char *const rows[][2] = { { "schema.ignore", "true" }, { "topic.schema.ignore", "s,t" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = run_new();

		set(run, "template.enable", "false");
		set(run, rows[i][0], rows[i][1]);
		start(run);
		CU_ASSERT_PTR_NULL(mapped_type(run));
		CU_ASSERT_EQUAL(run->store.others, 0);
		run_free(run);
	}
}

static void refuse_index(struct cw_fake_store *store, const struct cw_store_request *request,
			 struct cw_store_reply *reply)
{
	const struct run *run = store->test;

	if (request->bulk || strcmp(request->method, "PUT") != 0 || request->number > run->times)
		return;
	reply->status = run->status;
	reply->body = run->body;
}

static void test_mapping__store_in_trouble(void)
{
	struct run *run = run_new();
	const char *type;

	set(run, "template.enable", "false");
	run->times = 4;
	run->status = 503;
	run->store.on_request = refuse_index;
	start(run);
	type = mapped_type(run);
	CU_ASSERT_TRUE(type && strcmp(type, "integer") == 0);
	run_free(run);
}

static void test_mapping__another_task_was_faster(void)
{
	struct run *run = run_new();

	set(run, "template.enable", "false");
	run->times = 2; /* the second request: PUT of the index */
	run->status = 400;
	run->body = "{\"error\":{\"type\":\"resource_already_exists_exception\",\"reason\":\"it is there\"},\"status\":400}";
	run->store.on_request = refuse_index;
	start(run);
	CU_ASSERT_PTR_NOT_NULL(mapped_type(run)); /* looked again, and made it this time */
	run_free(run);
}

static void test_mapping__refused_fails_with_a_sentence(void)
{
	struct run *run = run_new();
	struct cw_fake_batch *batch;
	struct cw_value room[6];

	set(run, "template.enable", "false");
	run->times = 1000;
	run->status = 403;
	run->store.on_request = refuse_index;
	start(run);
	batch = new_batch(run, 1);
	add_value(run, batch, NULL, make_struct(room, "me", -1));
	CU_ASSERT_EQUAL(cw_essink_put(&run->sink, &batch->batch), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_FAIL);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "the mapping of index " INDEX " could not be put"));
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "set schema.ignore to true"));
	CU_ASSERT_EQUAL(run->store.bulks, 0);
	run_free(run);
}

int main(void)
{
	CU_TestInfo document[] = {
		{ "each type", test_document__each_type },
		{ "maps", test_document__maps },
		{ "structs have defaults and a time", test_document__structs_have_defaults_and_a_time },
		{ "too deep", test_document__too_deep },
		{ "mapping of a schema", test_document__mapping_of_a_schema },
		{ "mapping of a recursive schema", test_document__mapping_of_a_schema_with_itself_in_it },
		{ "mapping of very many fields", test_document__mapping_has_an_end },
		{ "ids", test_document__ids },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo structured[] = {
		{ "beside lines", test_structured__beside_lines },
		{ "keys are ids with versions", test_structured__keys_are_ids_with_versions },
		{ "by the other name", test_structured__by_the_other_name },
		{ "what has no document", test_structured__what_has_no_document },
		{ "time is the field's", test_structured__time_is_the_fields },
		{ "data stream gets a timestamp", test_structured__data_stream_gets_a_timestamp },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo mapping[] = {
		{ "is made once, with the index", test_mapping__is_made_once_with_the_index },
		{ "of an index that is there", test_mapping__of_an_index_that_is_there },
		{ "is left alone", test_mapping__is_left_alone },
		{ "store in trouble", test_mapping__store_in_trouble },
		{ "another task was faster", test_mapping__another_task_was_faster },
		{ "refused fails with a sentence", test_mapping__refused_fails_with_a_sentence },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "documents", NULL, NULL, NULL, NULL, document },
		{ "structured records", NULL, NULL, NULL, NULL, structured },
		{ "mappings", NULL, NULL, NULL, NULL, mapping },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
