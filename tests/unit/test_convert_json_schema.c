#include <stdlib.h>

#include "base/mem.h"
#include "convert/json_schema_data.h"
#include "schema_notation.h"
#include "unit.h"

enum { NONREQUIRED = 1, CLOSED = 2, NUMERIC = 4, GENERAL = 8, KEEP_SINGLE = 16, NULLS = 32 };

static struct cw_json_schema_config config_of(unsigned flags)
{
	return (struct cw_json_schema_config){
		.additional_properties = !(flags & CLOSED),
		.optional_for_nonrequired = flags & NONREQUIRED,
		.decimal_format = flags & NUMERIC ? "numeric" : "BASE64",
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

#define DECIMAL "org.apache.kafka.connect.data.Decimal"

/* What a JSON Schema is in Connect, and what that is as a JSON Schema; NULL: the same text again. */
static const struct {
	const char *json;
	unsigned flags;
	const char *connect, *back;
} schemas[] = {
	{ "{\"type\":\"boolean\"}", 0, "boolean", NULL },
	{ "{\"type\":\"integer\"}", 0, "int64", "{\"type\":\"integer\",\"connect.type\":\"int64\"}" },
	{ "{\"type\":\"number\"}", 0, "float64", "{\"type\":\"number\",\"connect.type\":\"float64\"}" },
	{ "{\"type\":\"string\"}", 0, "string", NULL },
	{ "{\"type\":\"integer\",\"connect.type\":\"int8\"}", 0, "int8", NULL },
	{ "{\"type\":\"integer\",\"connect.type\":\"int16\"}", 0, "int16", NULL },
	{ "{\"type\":\"integer\",\"connect.type\":\"int32\"}", 0, "int32", NULL },
	{ "{\"type\":\"number\",\"connect.type\":\"float32\"}", 0, "float32", NULL },
	{ "{\"type\":\"string\",\"connect.type\":\"bytes\"}", 0, "bytes", NULL },
	{ "{\"type\":\"integer\",\"title\":\"" CW_DATE_NAME "\",\"connect.version\":1,\"connect.type\":\"int32\"}",
	  0, "DATE", NULL },
	{ "{\"type\":\"integer\",\"title\":\"" CW_TIME_NAME "\",\"connect.version\":1,\"connect.type\":\"int32\"}",
	  0, "TIME", NULL },
	{ "{\"type\":\"integer\",\"title\":\"" CW_TIMESTAMP_NAME "\",\"connect.version\":1,\"connect.type\":"
	  "\"int64\"}", 0,
	  "TIMESTAMP", NULL },
	{ "{\"type\":\"string\",\"title\":\"" DECIMAL "\",\"connect.version\":1,\"connect.type\":\"bytes\","
	  "\"connect.parameters\":"
	  "{\"scale\":\"2\"}}",
	  0, "DECIMAL[scale=2]", NULL },
	{ "{\"type\":\"number\",\"title\":\"" DECIMAL "\",\"connect.version\":1,\"connect.type\":\"bytes\","
	  "\"connect.parameters\":"
	  "{\"scale\":\"2\"}}",
	  NUMERIC, "DECIMAL[scale=2]", NULL },
	{ "{\"type\":\"string\",\"title\":\"com.acme.T\",\"description\":\"doc\",\"default\":\"x\","
	  "\"connect.version\":3,"
	  "\"connect.parameters\":{\"a\":\"b\"}}",
	  0, "string{com.acme.T}v3[a=b]\"doc\"=x", NULL },
	{ "{\"type\":\"integer\",\"default\":5,\"connect.type\":\"int32\"}", 0, "int32=5", NULL },
	{ "{\"type\":\"string\",\"default\":null}", 0, "string", "{\"type\":\"string\"}" },
	{ "{\"type\":\"integer\",\"minimum\":0,\"maximum\":18446744073709551615}", 0, "int64",
	  "{\"type\":\"integer\",\"connect.type\":\"int64\"}" },
	{ "{\"type\":\"number\",\"maximum\":1e400,\"pattern\":\"^\\ud800\"}", 0, "float64",
	  "{\"type\":\"number\",\"connect.type\":\"float64\"}" },
	{ "{\"type\":\"number\",\"default\":12345678901234567890}", 0, "float64=1.2345678901234567E19",
	  "{\"type\":\"number\",\"default\":1.2345678901234567E19,\"connect.type\":\"float64\"}" },
	/* optional */
	{ "{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}", 0, "string?", NULL },
	{ "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", 0, "string?",
	  "{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}" },
	{ "{\"type\":[\"null\",\"string\"]}", 0, "string?", "{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}" },
	{ "{\"type\":[\"string\",\"null\"],\"maxLength\":3}", 0, "string?",
	  "{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}" },
	/* arrays and maps */
	{ "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}", 0, "array<string>", NULL },
	{ "{\"type\":\"array\",\"default\":[\"a\"],\"items\":{\"type\":\"string\"}}", 0, "array<string>=[a]", NULL },
	{ "{\"type\":\"object\",\"connect.type\":\"map\",\"additionalProperties\":{\"type\":\"string\"}}", 0,
	  "map<string,string>", NULL },
	{ "{\"type\":\"array\",\"connect.type\":\"map\",\"items\":{\"type\":\"object\",\"properties\":{\"key\":{"
	  "\"type\":"
	  "\"integer\",\"connect.index\":0,\"connect.type\":\"int32\"},\"value\":{\"type\":\"string\","
	  "\"connect.index\":1}}}}",
	  0, "map<int32,string>", NULL },
	/* structs */
	{ "{\"type\":\"object\",\"title\":\"R\",\"properties\":{\"a\":{\"type\":\"string\",\"connect.index\":0},\"b\":{"
	  "\"connect.index\":1,\"oneOf\":[{\"type\":\"null\"},{\"type\":\"integer\",\"connect.type\":\"int32\"}]}}}",
	  0, "struct{R}(a:string,b:int32?)", NULL },
	{ "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"connect.index\":0}},"
	  "\"additionalProperties\":false}",
	  CLOSED, "struct(a:string)", NULL },
	{ "{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"string\",\"connect.index\":1},\"a\":{\"type\":"
	  "\"string\","
	  "\"connect.index\":0}}}",
	  0, "struct(a:string,b:string)",
	  "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"connect.index\":0},\"b\":{\"type\":"
	  "\"string\","
	  "\"connect.index\":1}}}" },
	{ "{\"properties\":{\"b\":{\"type\":\"string\"},\"a\":{\"type\":\"boolean\"}},\"required\":[\"a\"]}",
	  NONREQUIRED,
	  "struct(b:string?,a:boolean)",
	  "{\"type\":\"object\",\"properties\":{\"b\":{\"connect.index\":0,\"oneOf\":[{\"type\":\"null\"},"
	  "{\"type\":\"string\"}]},"
	  "\"a\":{\"type\":\"boolean\",\"connect.index\":1}}}" },
	{ "{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\","
	  "\"connect.index\":0}}}]}",
	  0, "struct?(a:string)", NULL },
	/* enumerations */
	{ "{\"enum\":[\"A\",\"B\",null]}", 0,
	  "string[io.confluent.connect.json.Enum=,io.confluent.connect.json.Enum.A=A,"
	  "io.confluent.connect.json.Enum.B=B,"
	  "io.confluent.connect.json.Enum.<NULL>=<NULL>]",
	  NULL },
	{ "{\"type\":\"string\",\"enum\":[\"A\"],\"title\":\"lost\"}", 0,
	  "string[io.confluent.connect.json.Enum=,io.confluent.connect.json.Enum.A=A]", "{\"enum\":[\"A\"]}" },
	{ "{\"enum\":[\"A\",\"B\"],\"connect.parameters\":{\"org.apache.kafka.connect.data.Enum\":\"\","
	  "\"org.apache.kafka.connect.data.Enum.A\":\"0\",\"org.apache.kafka.connect.data.Enum.B\":\"1\"}}",
	  GENERAL,
	  "string[org.apache.kafka.connect.data.Enum=,org.apache.kafka.connect.data.Enum.A=0,"
	  "org.apache.kafka.connect.data.Enum.B=1]",
	  NULL },
	{ "{\"const\":\"money\",\"type\":\"string\"}", 0, "string", "{\"type\":\"string\"}" },
	{ "{\"const\":123,\"type\":\"integer\"}", 0, "int64", "{\"type\":\"integer\",\"connect.type\":\"int64\"}" },
	/* combinations */
	{ "{\"oneOf\":[{\"type\":\"string\",\"connect.index\":0},{\"type\":\"boolean\",\"connect.index\":1}]}", 0,
	  "struct{io.confluent.connect.json.OneOf}(io.confluent.connect.json.OneOf.field.0:string?,"
	  "io.confluent.connect.json.OneOf.field.1:boolean?)",
	  NULL },
	{ "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\",\"connect.index\":0},{\"type\":\"boolean\","
	  "\"connect.index\":1}]}",
	  0,
	  "struct?{io.confluent.connect.json.OneOf}(io.confluent.connect.json.OneOf.field.0:string?,"
	  "io.confluent.connect.json.OneOf.field.1:boolean?)",
	  "{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"string\",\"connect.index\":0},{\"type\":\"boolean\","
	  "\"connect.index\":1}]}" },
	{ "{\"oneOf\":[{\"type\":\"string\"}]}", 0, "string", "{\"type\":\"string\"}" },
	{ "{\"type\":[\"string\",\"integer\"]}", GENERAL,
	  "struct{connect_union_0}[org.apache.kafka.connect.data.Union=connect_union_0](connect_union_field_0:string?,"
	  "connect_union_field_1:int64?)",
	  "{\"oneOf\":[{\"type\":\"string\",\"connect.index\":0},{\"type\":\"integer\",\"connect.index\":1,"
	  "\"connect.type\":"
	  "\"int64\"}]}" },
	{ "{\"allOf\":[{\"properties\":{\"a\":{\"type\":\"string\"}}},{\"$ref\":\"#/definitions/b\"}],"
	  "\"definitions\":{\"b\":{"
	  "\"properties\":{\"b\":{\"type\":\"boolean\"}}}}}",
	  0, "struct(a:string,b:boolean)",
	  "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"connect.index\":0},\"b\":{\"type\":"
	  "\"boolean\","
	  "\"connect.index\":1}}}" },
	/* references */
	{ "{\"$ref\":\"#/definitions/a~1b\",\"definitions\":{\"a/b\":{\"type\":\"string\"}}}", 0, "string",
	  "{\"type\":\"string\"}" },
	{ "{\"type\":\"object\",\"title\":\"L\",\"properties\":{\"v\":{\"type\":\"boolean\"},\"next\":{\"oneOf\":[{"
	  "\"type\":"
	  "\"null\"},{\"$ref\":\"#\"}]}}}",
	  0, "struct{L}[io.confluent.connect.json.Id=#id1](v:boolean,next:@L?)",
	  "{\"type\":\"object\",\"title\":\"L\",\"id\":\"#id1\",\"properties\":{\"v\":{\"type\":\"boolean\","
	  "\"connect.index\":0},"
	  "\"next\":{\"$ref\":\"#id1\"}}}" },
};

static void check_schema(size_t i)
{
	struct cw_json_schema_config config = config_of(schemas[i].flags);
	struct cw_registry_schema source = { .text = (char *)(uintptr_t)schemas[i].json };
	struct cw_batch *memory = cw_memory_new();
	struct cw_error err = { 0 };
	const struct cw_schema *schema = cw_json_schema_to_connect(memory, &config, &source, 0, &err);
	char *notation = schema ? cw_notation(schema) : NULL;
	struct cw_buf text = { 0 };

	expect_text(schemas[i].json, notation ? notation : err.text, schemas[i].connect);
	if (schema) {
		CU_ASSERT_EQUAL(cw_json_schema_from_connect(&config, schema, &text, &err), 0);
		expect_text(schemas[i].connect, text.p ? text.p : err.text,
			    schemas[i].back ? schemas[i].back : schemas[i].json);
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

static const struct {
	const char *json, *error;
} invalid[] = {
	{ "{", "the schema is no JSON: " },
	{ "// no comments\n{\"type\":\"string\"}", "the schema is no JSON: invalid token near '/'" },
	{ "{}", "Unsupported schema type: it names no type of JSON" },
	{ "true", "Unsupported schema type: it names no type of JSON" },
	{ "{\"type\":\"null\"}", "Unsupported schema type null" },
	{ "{\"type\":\"what\"}", "Unsupported schema type" },
	{ "{\"type\":\"array\"}", "Array schema did not specify the items type" },
	{ "{\"type\":\"integer\",\"connect.type\":\"x\"}", "Unsupported type x" },
	{ "{\"$ref\":\"#/nowhere\"}", "the schema refers to #/nowhere, which is not there" },
	{ "{\"$ref\":\"other.json\"}", "the schema refers to other.json, which is not there" },
	{ "{\"$ref\":\"#\"}", "the schema is nested too deep" },
	{ "{\"allOf\":[{\"$ref\":\"#\"}]}", "" },
	{ "{\"type\":\"integer\",\"connect.type\":\"int32\",\"title\":\"" CW_DATE_NAME "\",\"default\":\"x\"}",
	  "Invalid type for Date" },
	{ "{\"type\":\"string\",\"connect.parameters\":{\"a\":5}}", "the parameter a of a schema is no string" },
	{ "{\"allOf\":[{\"type\":\"boolean\"},{\"type\":\"null\"}]}", "Unsupported criterion allOf" },
};

static void test_schema__errors_say_what_is_wrong(void)
{
	struct cw_json_schema_config config = config_of(0);

	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
		struct cw_registry_schema source = { .text = (char *)(uintptr_t)invalid[i].json };
		struct cw_batch *memory = cw_memory_new();
		struct cw_error err = { 0 };

		CU_ASSERT_PTR_NULL(cw_json_schema_to_connect(memory, &config, &source, 0, &err));
		if (!strstr(err.text, invalid[i].error))
			expect_text(invalid[i].json, err.text, invalid[i].error);
		cw_memory_free(memory);
	}
}

static void test_schema__refers_to_other_documents(void)
{
	static struct cw_registry_reference references[] = {
		{ (char *)"one.json", (char *)"{\"type\":\"object\",\"title\":\"One\",\"properties\":{\"x\":{"
		  "\"$ref\":\"#/definitions/x\"}},"
					      "\"definitions\":{\"x\":{\"type\":\"boolean\"}}}" },
		{ (char *)"two", (char *)"{\"$id\":\"http://acme/two.json\",\"type\":\"string\"}" },
	};
	struct cw_registry_schema source = {
		.text = (char *)"{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"one.json\"},\"b\":{\"$ref\":"
			"\"two.json\"},"
				"\"c\":{\"$ref\":\"one.json#/definitions/x\"}}}",
		.references = references,
		.n_references = 2,
	};
	struct cw_json_schema_config config = config_of(0);
	struct cw_batch *memory = cw_memory_new();
	struct cw_error err = { 0 };
	const struct cw_schema *schema = cw_json_schema_to_connect(memory, &config, &source, 4, &err);
	char *notation = schema ? cw_notation(schema) : cw_strdup(err.text);

	expect_text("references", notation, "structv4(a:struct{One}(x:boolean),b:string,c:boolean)");
	free(notation);
	cw_memory_free(memory);
}

/* ---- values ------------------------------------------------------------------------------------- */

#define OBJECT(properties) "{\"type\":\"object\",\"properties\":{" properties "}}"
#define MAP_OF_INT                                                              \
	"{\"type\":\"array\",\"connect.type\":\"map\",\"items\":" OBJECT(      \
		"\"key\":{\"type\":\"integer\"},\"value\":{\"type\":\"string\"}") "}"
#define OPTIONAL(type) "{\"oneOf\":[{\"type\":\"null\"}," type "]}"
#define A_STRING "\"a\":{\"type\":\"string\"}"
#define AB                                                                      \
	OBJECT("\"a\":{\"type\":\"integer\",\"connect.type\":\"int32\"},\"b\":" \
	       OPTIONAL("{\"type\":\"string\"}"))
#define ONE_OF                                                                  \
	"{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}," OBJECT(A_STRING) "," OBJECT( \
		A_STRING ",\"b\":{\"type\":\"string\"}") "]}"

/* JSON, what it is under a schema, and that as JSON again (NULL: the same). */
static const struct {
	const char *schema, *json, *text, *again;
	unsigned flags;
} values[] = {
	{ "{\"type\":\"boolean\"}", "true", "true", NULL, 0 },
	{ "{\"type\":\"integer\"}", "9223372036854775807", "9223372036854775807", NULL, 0 },
	{ "{\"type\":\"integer\",\"connect.type\":\"int8\"}", "300", "44", "44", 0 },
	{ "{\"type\":\"number\"}", "1.5", "1.5", NULL, 0 },
	{ "{\"type\":\"number\"}", "1", "1.0", "1.0", 0 },
	{ "{\"type\":\"string\"}", "\"a\\u00e4\\n\"", "a\xc3\xa4\n", "\"a\xc3\xa4\\n\"", 0 },
	{ "{\"type\":\"string\"}", "null", "error: Invalid null value for required STRING field", NULL, 0 },
	{ "{\"type\":\"string\"}", "{\"a\"", "error: Error deserializing JSON message: ", NULL, 0 },
	{ "{\"type\":\"string\",\"default\":\"d\"}", "null", "d", "\"d\"", 0 },
	{ OPTIONAL("{\"type\":\"string\"}"), "null", "null", NULL, 0 },
	{ "{\"type\":\"string\",\"connect.type\":\"bytes\"}", "\"AAE=\"", "java.nio.HeapByteBuffer[pos=0 lim=2 "
	  "cap=2]", NULL, 0 },
	{ "{\"type\":\"string\",\"connect.type\":\"bytes\"}", "\"?\"", "error: Invalid bytes field", NULL, 0 },
	{ "{\"type\":\"string\",\"title\":\"" DECIMAL "\",\"connect.type\":\"bytes\",\"connect.parameters\":{"
	  "\"scale\":\"2\"}}",
	  "\"ew==\"", "1.23", NULL, 0 },
	{ "{\"type\":\"number\",\"title\":\"" DECIMAL "\",\"connect.type\":\"bytes\",\"connect.parameters\":{"
	  "\"scale\":\"2\"}}",
	  "1.23", "1.23", NULL, NUMERIC },
	{ "{\"type\":\"integer\",\"title\":\"" CW_DATE_NAME "\",\"connect.type\":\"int32\"}", "1", "Fri Jan 02 00:00:"
	  "00 UTC 1970",
	  NULL, 0 },
	{ "{\"type\":\"integer\",\"title\":\"" CW_DATE_NAME "\",\"connect.type\":\"int32\"}", "\"x\"",
	  "error: Invalid type for Date, underlying representation should be integer but was STRING", NULL, 0 },
	{ "{\"type\":\"integer\",\"title\":\"" CW_TIMESTAMP_NAME "\",\"connect.type\":\"int64\"}", "1000",
	  "Thu Jan 01 00:00:01 UTC 1970", NULL, 0 },
	{ "{\"type\":\"array\",\"items\":" OPTIONAL("{\"type\":\"integer\"}") "}", "[1,null,3]", "[1, null, 3]",
	  NULL, 0 },
	{ "{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}", "[]", "[]", NULL, 0 },
	{ "{\"type\":\"object\",\"connect.type\":\"map\",\"additionalProperties\":{\"type\":\"integer\"}}",
	  "{\"b\":1,\"a\":2}",
	  "{b=1, a=2}", NULL, 0 },
	{ "{\"type\":\"object\",\"connect.type\":\"map\",\"additionalProperties\":{\"type\":\"integer\"}}", "[1]",
	  "error: Maps with string fields should be encoded as JSON objects, but found ARRAY", NULL, 0 },
	{ MAP_OF_INT, "[{\"key\":1,\"value\":\"a\"},{\"key\":2,\"value\":\"b\"}]", "{1=a, 2=b}", NULL, 0 },
	{ MAP_OF_INT, "[{\"key\":1,\"value\":\"a\"},{\"key\":1,\"value\":\"b\"}]", "{1=b}", "[{\"key\":1,"
	  "\"value\":\"b\"}]", 0 },
	{ MAP_OF_INT, "[[1,\"a\"]]", "error: Found invalid map entry instead of object: ARRAY", NULL, 0 },
	{ MAP_OF_INT, "[{\"key\":1}]", "error: Found invalid map entry, expected length 2 but found :1", NULL, 0 },
	{ MAP_OF_INT, "{}", "error: Maps with non-string fields should be encoded as JSON array of objects,"
	  " but found OBJECT", NULL,
	  0 },
	{ AB, "{\"a\":1,\"b\":\"x\"}", "Struct{a=1,b=x}", NULL, 0 },
	{ AB, "{\"b\":\"x\",\"c\":5,\"a\":1}", "Struct{a=1,b=x}", "{\"a\":1,\"b\":\"x\"}", 0 },
	{ AB, "{\"a\":1}", "Struct{a=1}", "{\"a\":1,\"b\":null}", 0 },
	{ AB, "{}", "Struct{}", "{\"b\":null}", 0 },
	{ AB, "[]", "error: Structs should be encoded as JSON objects, but found ARRAY", NULL, 0 },
	{ AB, "{\"a\":null}", "error: Invalid null value for required INT32 field", NULL, 0 },
	{ ONE_OF, "\"x\"", "Struct{io.confluent.connect.json.OneOf.field.0=x}", NULL, 0 },
	{ ONE_OF, "5", "Struct{io.confluent.connect.json.OneOf.field.1=5}", NULL, 0 },
	{ ONE_OF, "{\"a\":\"x\"}", "Struct{io.confluent.connect.json.OneOf.field.2=Struct{a=x}}", NULL, 0 },
	{ ONE_OF, "{\"a\":\"x\",\"b\":\"y\"}", "Struct{io.confluent.connect.json.OneOf.field.3=Struct{a=x,b=y}}",
	  NULL, 0 },
	{ ONE_OF, "true", "error: Did not find matching oneof field for data", NULL, 0 },
};

static char *read_text(struct cw_json_schema_reader *reader, const struct cw_schema *schema, struct cw_batch *memory,
		       const char *json, struct cw_value *value)
{
	struct cw_error err = { 0 };
	struct cw_buf out = { 0 };
	size_t n = strlen(json);
	char *copy = cw_batch_alloc(memory, n);

	memcpy(copy, json, n);
	if (cw_json_schema_read(reader, schema, memory, cw_slice(copy, n), value, &err))
		cw_buf_printf(&out, "error: %s", err.text);
	else
		cw_value_print(&out, value);
	return cw_buf_take(&out);
}

static void test_value__is_read_and_written(void)
{
	struct cw_json_schema_reader reader;

	cw_json_schema_reader_init(&reader);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct cw_json_schema_config config = config_of(values[i].flags);
		struct cw_registry_schema source = { .text = (char *)(uintptr_t)values[i].schema };
		struct cw_batch *memory = cw_memory_new();
		struct cw_error err = { 0 };
		const struct cw_schema *schema = cw_json_schema_to_connect(memory, &config, &source, 0, &err);
		struct cw_value value = cw_value_null();
		struct cw_buf again = { 0 };
		char *text;

		if (!schema) {
			expect_text(values[i].schema, err.text, "");
			cw_memory_free(memory);
			continue;
		}
		text = read_text(&reader, schema, memory, values[i].json, &value);
		if (strncmp(text, "error: Error", 12) == 0)
			text[strlen(values[i].text)] = '\0';
		expect_text(values[i].json, text, values[i].text);
		if (strncmp(text, "error", 5) != 0) {
			CU_ASSERT_EQUAL(cw_json_schema_write(&config, &value, &again, &err), 0);
			expect_text(values[i].schema, again.p ? again.p : err.text,
				    values[i].again ? values[i].again : values[i].json);
		}
		free(text);
		cw_buf_free(&again);
		cw_memory_free(memory);
	}
	cw_json_schema_reader_free(&reader);
}

static void test_can_read__by_types_and_fields(void)
{
	static const struct {
		const char *written, *wanted, *error;
	} rows[] = {
		{ "{\"type\":\"integer\"}", "{\"type\":\"number\"}", "" },
		{ "{\"type\":\"number\"}", "{\"type\":\"integer\"}", "Found FLOAT64, expecting INT64" },
		{ "{\"type\":\"string\"}", OPTIONAL("{\"type\":\"string\"}"), "" },
		{ OPTIONAL("{\"type\":\"string\"}"), "{\"type\":\"string\"}", "Found an optional STRING" },
		{ AB, "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}}}", "" },
		{ AB, "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}", "Found INT32,"
		  " expecting STRING" },
		{ "{\"type\":\"boolean\"}", ONE_OF, "Found BOOLEAN, expecting one of other types" },
		{ "{\"type\":\"string\"}", ONE_OF, "" },
		{ ONE_OF, ONE_OF, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cw_json_schema_config config = config_of(0);
		struct cw_registry_schema from = { .text = (char *)(uintptr_t)rows[i].written },
					  to = { .text = (char *)(uintptr_t)rows[i].wanted };
		struct cw_batch *memory = cw_memory_new();
		struct cw_error err = { 0 };
		const struct cw_schema *written = cw_json_schema_to_connect(memory, &config, &from, 0, &err);
		const struct cw_schema *wanted = cw_json_schema_to_connect(memory, &config, &to, 0, &err);

		CU_ASSERT_TRUE_FATAL(written && wanted);
		CU_ASSERT_EQUAL(cw_json_schema_can_read(written, wanted, &err), *rows[i].error ? -1 : 0);
		if (!strstr(err.text, rows[i].error))
			expect_text(rows[i].written, err.text, rows[i].error);
		cw_memory_free(memory);
	}
}

static CU_TestInfo tests[] = {
	{ "schema: becomes Connect's and back", test_schema__becomes_connects_and_back },
	{ "schema: errors say what is wrong", test_schema__errors_say_what_is_wrong },
	{ "schema: refers to other documents", test_schema__refers_to_other_documents },
	{ "value: is read and written", test_value__is_read_and_written },
	{ "can read: by types and fields", test_can_read__by_types_and_fields },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	CU_SuiteInfo suites[] = { { .pName = "json schema", .pTests = tests }, CU_SUITE_INFO_NULL };

	setenv("TZ", "UTC", 1);
	return cw_test_main(suites);
}
