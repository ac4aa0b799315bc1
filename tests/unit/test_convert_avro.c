#include <stdlib.h>

#include "avro_rows.h"
#include "base/mem.h"
#include "convert/avro_reader.h"
#include "convert/avro_writer.h"
#include "schema_notation.h"
#include "unit.h"

/* ---- the configuration's switches ---------------------------------------------------------------- */

static struct cw_avro_config config_of(unsigned flags)
{
	return (struct cw_avro_config){
		.enhanced = flags & ENHANCED,
		.scrub_names = flags & SCRUB,
		.meta_data = !(flags & NO_META),
		.optional_map_keys = flags & OPTIONAL_KEYS,
		.discard_type_doc_default = flags & DISCARD,
		.registry = { .generalized_sum_types = flags & GENERAL,
			      .flatten_singleton_unions = !(flags & KEEP_SINGLE),
			      .ignore_default_for_nullables = flags & NULLS },
	};
}

static int failures;

static void expect_text(const char *where, const char *got, const char *expected)
{
	bool same = got && expected && strcmp(got, expected) == 0;

	if (!same && failures++ < 50)
		printf("\n  of       %s\n  got      %s\n  expected %s\n", where, got ? got : "(none)", expected);
	CU_ASSERT_TRUE(same);
}

/* ---- schemas ------------------------------------------------------------------------------------ */

static void check_schema(size_t i)
{
	struct cw_avro_config config = config_of(schemas[i].flags);
	struct cw_batch *memory = cw_memory_new();
	struct cw_avro_document document = { 0 };
	const struct cw_schema *schema = NULL;
	struct cw_error err = { 0 };
	struct cw_buf text = { 0 };
	char *notation = NULL;

	if (cw_avro_parse(memory, schemas[i].avro, NULL, 0, &document, &err) == 0)
		schema = cw_avro_to_connect(memory, &config, document.root, 0, &err);
	if (schema)
		notation = cw_notation(schema);
	expect_text(schemas[i].avro, notation ? notation : err.text, schemas[i].connect);
	if (schema) {
		cw_avro_document_free(&document);
		CU_ASSERT_EQUAL(cw_avro_from_connect(&config, schema, &text, &err), 0);
		expect_text(schemas[i].connect, text.p ? text.p : err.text,
			    schemas[i].back ? schemas[i].back : schemas[i].avro);
	}
	free(notation);
	cw_buf_free(&text);
	cw_memory_free(memory);
}

static void test_schema__becomes_connects_and_back(void)
{
	for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++)
		check_schema(i);
}

/* ---- what is no schema -------------------------------------------------------------------------- */

static void test_schema__errors_say_what_is_wrong(void)
{
	struct cw_avro_config config = config_of(0);

	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
		struct cw_batch *memory = cw_memory_new();
		struct cw_avro_document document = { 0 };
		struct cw_error err = { 0 };

		if (cw_avro_parse(memory, invalid[i].avro, NULL, 0, &document, &err) == 0) {
			CU_ASSERT_PTR_NULL(cw_avro_to_connect(memory, &config, document.root, 0, &err));
			cw_avro_document_free(&document);
		}
		if (!strstr(err.text, invalid[i].error))
			expect_text(invalid[i].avro, err.text, invalid[i].error);
		cw_memory_free(memory);
	}
}

/* ---- values ------------------------------------------------------------------------------------- */

struct codec {
	struct cw_batch *memory;
	struct cw_avro_config config;
	const struct cw_schema *schema;
	struct cw_avro_reader *reader;
	struct cw_avro_writer *writer;
	struct cw_error err;
};

/* written, wanted: as for a reader; the writer is of `wanted`. */
static bool codec_open(struct codec *codec, const char *written, const char *wanted, unsigned flags)
{
	struct cw_avro_document from = { 0 }, to = { 0 };
	bool same = strcmp(written, wanted) == 0;
	const struct cw_avro_schema *w, *r;

	*codec = (struct codec){ .memory = cw_memory_new(), .config = config_of(flags) };
	if (cw_avro_parse(codec->memory, written, NULL, 0, &from, &codec->err) ||
	    (!same && cw_avro_parse(codec->memory, wanted, NULL, 0, &to, &codec->err)))
		return false;
	w = from.root;
	r = same ? from.root : to.root;
	if (!cw_avro_is_anything(r))
		codec->schema = cw_avro_to_connect(codec->memory, &codec->config, r, 0, &codec->err);
	if (codec->err.code == CW_ERR_NONE)
		codec->reader = cw_avro_reader_new(codec->memory, w, r, codec->schema, &codec->err);
	if (codec->reader)
		codec->writer = cw_avro_writer_new(codec->memory, &codec->config, codec->schema, r, &codec->err);
	cw_avro_document_free(&from);
	if (!same)
		cw_avro_document_free(&to);
	return codec->writer != NULL;
}

static struct cw_slice unhex(struct cw_batch *memory, const char *hex)
{
	size_t n = strlen(hex) / 2;
	char *p = malloc(n); /* exactly as long, so that a sanitizer sees who reads on */
	char *copy = cw_batch_alloc(memory, sizeof(char *));

	for (size_t i = 0; i < n; i++) {
		char digits[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		p[i] = (char)strtol(digits, NULL, 16);
	}
	memcpy(copy, &p, sizeof(p));
	return cw_slice(p, n);
}

static char *hex_of(const char *p, size_t n)
{
	struct cw_buf out = { 0 };

	for (size_t i = 0; i < n; i++)
		cw_buf_printf(&out, "%02x", (unsigned char)p[i]);
	return cw_buf_take(&out);
}

/* The value as text, or the error. New. */
static char *read_text(struct codec *codec, struct cw_slice bytes, struct cw_value *value)
{
	struct cw_error err = { 0 };
	struct cw_buf out = { 0 };

	if (cw_avro_read(codec->reader, codec->memory, bytes, value, &err)) {
		cw_buf_printf(&out, "error: %s", err.text);
		value->type = CW_AVRO_UNION;
		return cw_buf_take(&out);
	}
	cw_value_print(&out, value);
	return cw_buf_take(&out);
}

static void strip_blanks(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (*text != ' ')
			*to++ = *text;
	*to = '\0';
}

static void check_value(size_t i)
{
	const char *wanted = values[i].wanted ? values[i].wanted : values[i].written;
	CW_AUTO_FREE char *hex = cw_strdup(values[i].hex);
	CW_AUTO_FREE char *again = cw_strdup(values[i].again ? values[i].again : values[i].hex);
	CW_AUTO_FREE char *text = NULL, *bytes = NULL;
	struct codec codec;
	struct cw_value value = cw_value_null();
	struct cw_buf out = { 0 };
	struct cw_slice in;

	strip_blanks(hex);
	strip_blanks(again);
	if (!codec_open(&codec, values[i].written, wanted, values[i].flags)) {
		expect_text(values[i].written, codec.err.text, "");
		cw_memory_free(codec.memory);
		return;
	}
	in = unhex(codec.memory, hex);
	text = read_text(&codec, in, &value);
	expect_text(values[i].written, text, values[i].text);
	if (strncmp(text, "error", 5) != 0) {
		CU_ASSERT_EQUAL(cw_avro_write(codec.writer, &value, &out, &codec.err), 0);
		bytes = hex_of(out.p, out.n);
		expect_text(values[i].written, codec.err.code ? codec.err.text : bytes, again);
	}
	free((char *)(uintptr_t)in.p);
	cw_buf_free(&out);
	cw_memory_free(codec.memory);
}

static void test_value__is_read_and_written(void)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		check_value(i);
}

/* ---- values that only come from Connect --------------------------------------------------------- */

/* Writes with the schema's own Avro schema and reads it back; the error's text when that fails. New. */
static char *round_trip(const struct cw_avro_config *config, const struct cw_schema *schema,
			const struct cw_value *value, char **avro)
{
	struct cw_batch *memory = cw_memory_new();
	struct cw_avro_document document = { 0 };
	struct cw_avro_writer *writer = NULL;
	struct cw_avro_reader *reader = NULL;
	struct cw_buf text = { 0 }, bytes = { 0 }, out = { 0 };
	struct cw_error err = { 0 };
	struct cw_value read;

	if (cw_avro_from_connect(config, schema, &text, &err) == 0 &&
	    cw_avro_parse(memory, text.p, NULL, 0, &document, &err) == 0) {
		const struct cw_schema *same =
			schema ? cw_avro_to_connect(memory, config, document.root, 0, &err) : NULL;

		writer = cw_avro_writer_new(memory, config, schema, document.root, &err);
		reader = cw_avro_reader_new(memory, document.root, document.root, same, &err);
		cw_avro_document_free(&document);
	}
	if (writer && reader && cw_avro_write(writer, value, &bytes, &err) == 0 &&
	    cw_avro_read(reader, memory, cw_slice(bytes.p, bytes.n), &read, &err) == 0)
		cw_value_print(&out, &read);
	else
		cw_buf_puts(&out, err.text);
	*avro = cw_buf_take(&text);
	cw_buf_free(&bytes);
	cw_memory_free(memory);
	return cw_buf_take(&out);
}

static void expect_round_trip(unsigned flags, const struct cw_schema *schema, struct cw_value value,
			      const char *expected, const char *avro)
{
	struct cw_avro_config config = config_of(flags);
	CW_AUTO_FREE char *text = NULL;
	CW_AUTO_FREE char *got = round_trip(&config, schema, &value, &text);

	expect_text(text, got, expected);
	if (avro)
		expect_text("the schema", text, avro);
}

static void test_value__without_schema_is_anything(void)
{
	struct cw_value items[] = { cw_value_int64(5), cw_value_null(), cw_value_string(cw_slice_str("x")),
				    cw_value_boolean(true), cw_value_float32(1.5f), cw_value_float64(2.5) };
	struct cw_entry entries[] = { { cw_value_string(cw_slice_str("k")), cw_value_array(items, 6) },
				      { cw_value_integer(CW_INT8, 3), cw_value_bytes(cw_slice_str("b")) } };

	expect_round_trip(0, NULL, cw_value_map(entries, 2),
			  "{k=[5, null, x, true, 1.5, 2.5], 3=java.nio.HeapByteBuffer[pos=0 lim=1 cap=1]}", NULL);
	expect_round_trip(0, NULL, cw_value_integer(CW_DATE, 0),
			  "Unknown Java type for schemaless data: class java.util.Date", NULL);
}

static struct cw_value of(const struct cw_schema *schema, struct cw_value value)
{
	value.schema = schema;
	return value;
}

static void test_value__names_are_scrubbed(void)
{
	struct cw_batch *memory = cw_memory_new();
	struct cw_field *fields;
	struct cw_schema *schema = cw_schema_struct(memory, 2, &fields);
	struct cw_value numbers[] = { cw_value_int64(1), cw_value_int64(2) };

	fields[0] = (struct cw_field){ cw_slice_str("a-b c"), cw_schema_of(CW_INT64, false) };
	fields[1] = (struct cw_field){ cw_slice_str("1\xc3\xa4$"), cw_schema_of(CW_INT64, false) };
	schema->name = cw_slice_str("my.na-me");
	expect_round_trip(SCRUB | NO_META, schema, cw_value_struct(schema, numbers), "Struct{a_b_c=1,x1_C3_A4_24=2}",
			  "{\"type\":\"record\",\"name\":\"na_me\",\"namespace\":\"my\",\"fields\":[{\"name\":"
			  "\"a_b_c\","
			  "\"type\":\"long\"},{\"name\":\"x1_C3_A4_24\",\"type\":\"long\"}]}");
	expect_round_trip(0, schema, cw_value_struct(schema, numbers), "Illegal character in: na-me", NULL);
	cw_memory_free(memory);
}

static void test_value__that_does_not_fit_is_refused(void)
{
	struct cw_batch *memory = cw_memory_new();
	struct cw_schema *decimal = cw_schema_decimal(memory, 2, false), *fixed = cw_schema_new(memory, CW_BYTES);
	const struct cw_parameter size = { cw_slice_str("connect.fixed.size"), cw_slice_str("2") };
	struct cw_field *fields;
	struct cw_schema *record = cw_schema_struct(memory, 1, &fields);
	const struct cw_schema *number = cw_schema_of(CW_INT32, false);
	struct cw_value one = cw_value_int64(1);

	fixed->name = cw_slice_str("F");
	fixed->parameters = &size;
	fixed->n_parameters = 1;
	fields[0] = (struct cw_field){ cw_slice_str("a"), number };
	expect_round_trip(0, number, of(number, cw_value_string(cw_slice_str("x"))),
			  "Invalid type for INT32: class java.lang.String", NULL);
	expect_round_trip(0, number, cw_value_null_of(number), "Found null value for non-optional schema", NULL);
	expect_round_trip(0, record, cw_value_struct(record, &one), "Invalid type for INT32: class java.lang.Long",
		NULL);
	expect_round_trip(0, decimal, of(decimal, cw_value_decimal(cw_slice_str("x"), 3)),
			  "Decimal value has mismatching scale for given Decimal schema. Schema has scale 2,"
			  " value has scale 3.",
			  NULL);
	expect_round_trip(0, decimal, of(decimal, cw_value_decimal(cw_slice_str("\1\1"), 2)), "2.57", NULL);
	expect_round_trip(0, fixed, of(fixed, cw_value_bytes(cw_slice_str("abc"))),
			  "Length of bytes 3 is not the fixed size 2", NULL);
	expect_round_trip(0, cw_schema_of(CW_DATE, false), cw_value_integer(CW_DATE, 5),
			  "Kafka Connect Date type should not have any time fields set to non-zero values.", NULL);
	cw_memory_free(memory);
}

static void test_value__null_stands_for_its_default(void)
{
	struct cw_batch *memory = cw_memory_new();
	struct cw_field *fields;
	struct cw_schema *record = cw_schema_struct(memory, 1, &fields), *number = cw_schema_new(memory, CW_INT32);
	struct cw_value five = cw_value_integer(CW_INT32, 5), null;

	number->optional = true;
	number->default_value = &five;
	fields[0] = (struct cw_field){ cw_slice_str("a"), number };
	null = cw_value_null_of(number);
	expect_round_trip(0, record, cw_value_struct(record, &null), "Struct{a=5}", NULL);
	/* read back, the null is there; its schema's default value is what Struct.get() gives */
	expect_round_trip(NULLS, record, cw_value_struct(record, &null), "Struct{}", NULL);
	cw_memory_free(memory);
}

/* Depth comes from bytes here: a list that links and links. */
static void test_value__nested_too_deep_is_refused(void)
{
	struct codec codec;
	struct cw_value value;
	struct cw_buf bytes = { 0 };
	struct cw_error err = { 0 };

	CU_ASSERT_TRUE(codec_open(&codec, RECORD("L", FIELD("n", "[\"null\",\"L\"]")), RECORD("L", FIELD("n",
		"[\"null\",\"L\"]")), 0));
	for (int i = 0; i < 100000; i++)
		cw_buf_append(&bytes, "\2", 1);
	CU_ASSERT_EQUAL(cw_avro_read(codec.reader, codec.memory, cw_slice(bytes.p, bytes.n), &value, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "the value is nested too deep");
	cw_buf_free(&bytes);
	cw_memory_free(codec.memory);
	/* and a record that is nothing but itself */
	CU_ASSERT_TRUE(codec_open(&codec, RECORD("L", FIELD("a", "\"L\"") "," FIELD("b", "\"L\"")),
				  RECORD("L", FIELD("a", "\"L\"") "," FIELD("b", "\"L\"")), 0));
	err = (struct cw_error){ 0 };
	CU_ASSERT_EQUAL(cw_avro_read(codec.reader, codec.memory, cw_slice("", 0), &value, &err), -1);
	cw_memory_free(codec.memory);
}

/* Counts what is taken from another memory. */
struct counted {
	struct cw_batch batch; /* first: what cw_batch_alloc() is called with */
	struct cw_batch *memory;
	size_t taken;
};

static void *count(struct cw_batch *batch, size_t size)
{
	struct counted *counted = (struct counted *)batch;

	counted->taken += size;
	return cw_batch_alloc(counted->memory, size);
}

/* How much memory reading these bytes takes, beyond what it takes for nothing. */
static size_t taken_by(const char *schema, struct cw_slice bytes, int expected)
{
	struct codec codec;
	struct cw_value value;
	struct cw_error err = { 0 };
	struct counted counted = { .batch = { .size = sizeof(counted.batch), .grow = count } };

	CU_ASSERT_TRUE(codec_open(&codec, schema, schema, 0));
	counted.memory = codec.memory;
	counted.batch.arena_next = counted.batch.arena_end = (char *)&counted;
	CU_ASSERT_EQUAL(cw_avro_read(codec.reader, &counted.batch, bytes, &value, &err), expected);
	cw_memory_free(codec.memory);
	return counted.taken;
}

#define BLOCKS 4000

/* Blocks of one item each do not make a copy of all that came before; a number of items is not believed. */
static void test_value__takes_memory_as_it_has_bytes(void)
{
	static const struct {
		const char *schema, *block;
	} rows[] = {
		{ "{\"type\":\"array\",\"items\":\"int\"}", "\2\2" },
		{ "{\"type\":\"map\",\"values\":\"int\"}", "\2\2a\2" },
	};
	struct cw_buf bytes = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bytes.n = 0;
		for (int n = 0; n < BLOCKS; n++)
			cw_buf_puts(&bytes, rows[i].block);
		cw_buf_append(&bytes, "", 1);
		CU_ASSERT_TRUE(taken_by(rows[i].schema, cw_slice(bytes.p, bytes.n), 0) < bytes.n * 200);
	}
	/* arrays in arrays, each of which says that it has as many items as there are bytes left */
	bytes.n = 0;
	for (int n = 0; n < 10 * BLOCKS; n++)
		cw_buf_puts(&bytes, "\2\x80\x80\4"); /* the second type, 32768 items */
	CU_ASSERT_TRUE(taken_by("[\"null\",{\"type\":\"record\",\"name\":\"L\",\"fields\":[{\"name\":\"l\","
				"\"type\":{\"type\":\"array\",\"items\":[\"null\",\"L\"]}}]}]",
				cw_slice(bytes.p, bytes.n), -1) < (size_t)32 << 20);
	cw_buf_free(&bytes);
}

/* ---- compatibility, references ------------------------------------------------------------------- */

static void test_can_read__says_what_cannot(void)
{
	static const struct {
		const char *writer, *reader, *error;
	} rows[] = {
		{ "\"int\"", "\"long\"", "" },
		{ "\"long\"", "\"int\"", "Found long, expecting int" },
		{ RECORD("R", FIELD("a", "\"int\"")), RECORD("R", FIELD("a", "\"int\"") "," FIELD("b", "\"int\"")),
		  "missing required field b" },
		{ RECORD("R", FIELD("a", "\"int\"")), RECORD("R", FIELD("a", "\"int\"") "," FIELD_D("b", "\"int\"",
		  "1")), "" },
		{ RECORD("R", FIELD("a", "\"int\"") "," FIELD("b", "\"int\"")), RECORD("R", FIELD("a", "\"int\"")),
		  "" },
		{ "[\"null\",\"int\"]", "\"int\"", "Found null, expecting int" },
		{ "\"int\"", "[\"null\",\"int\"]", "" },
		{ "[\"int\",\"string\"]", "[\"int\",\"string\",\"null\"]", "" },
		{ "[\"int\",\"boolean\"]", "[\"int\",\"string\"]", "Found boolean, expecting union" },
		{ RECORD("L", FIELD("n", "[\"null\",\"L\"]")), RECORD("L", FIELD("n", "[\"null\",\"L\"]")), "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cw_batch *memory = cw_memory_new();
		struct cw_avro_document writer, reader;
		struct cw_error err = { 0 };

		CU_ASSERT_EQUAL_FATAL(cw_avro_parse(memory, rows[i].writer, NULL, 0, &writer, &err), 0);
		CU_ASSERT_EQUAL_FATAL(cw_avro_parse(memory, rows[i].reader, NULL, 0, &reader, &err), 0);
		CU_ASSERT_EQUAL(cw_avro_can_read(writer.root, reader.root, &err), *rows[i].error ? -1 : 0);
		if (!strstr(err.text, rows[i].error))
			expect_text(rows[i].writer, err.text, rows[i].error);
		cw_avro_document_free(&writer);
		cw_avro_document_free(&reader);
		cw_memory_free(memory);
	}
}

static void test_parse__knows_what_it_refers_to(void)
{
	static struct cw_registry_reference references[] = {
		{ (char *)"one", (char *)RECORD_N("One", "a", FIELD("x", "\"int\""), "") },
		{ (char *)"two", (char *)RECORD_N("Two", "a", FIELD("one", "\"One\""), "") },
	};
	struct cw_avro_config config = config_of(NO_META);
	struct cw_batch *memory = cw_memory_new();
	struct cw_avro_document document;
	struct cw_error err = { 0 };
	char *text;

	CU_ASSERT_EQUAL_FATAL(cw_avro_parse(memory, RECORD("R", FIELD("t", "\"a.Two\"")), references, 2, &document,
		&err), 0);
	text = cw_notation(cw_avro_to_connect(memory, &config, document.root, 7, &err));
	expect_text("references", text, "struct{R}v7(t:struct{a.Two}(one:struct{a.One}(x:int32)))");
	free(text);
	cw_avro_document_free(&document);
	cw_memory_free(memory);
}

static CU_TestInfo tests[] = {
	{ "schema: becomes Connect's and back", test_schema__becomes_connects_and_back },
	{ "schema: errors say what is wrong", test_schema__errors_say_what_is_wrong },
	{ "value: is read and written", test_value__is_read_and_written },
	{ "value: without schema is Anything", test_value__without_schema_is_anything },
	{ "value: names are scrubbed", test_value__names_are_scrubbed },
	{ "value: that does not fit is refused", test_value__that_does_not_fit_is_refused },
	{ "value: null stands for its default", test_value__null_stands_for_its_default },
	{ "value: nested too deep is refused", test_value__nested_too_deep_is_refused },
		{ "value: memory", test_value__takes_memory_as_it_has_bytes },
	{ "can read: says what cannot", test_can_read__says_what_cannot },
	{ "parse: knows what it refers to", test_parse__knows_what_it_refers_to },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	CU_SuiteInfo suites[] = { { .pName = "avro", .pTests = tests }, CU_SUITE_INFO_NULL };

	setenv("TZ", "UTC", 1);
	return cw_test_main(suites);
}
