#include <stdlib.h>

#include "base/mem.h"
#include "convert/avro_reader.h"
#include "convert/avro_writer.h"
#include "schema_notation.h"
#include "unit.h"

/* ---- the configuration's switches ---------------------------------------------------------------- */

enum {
	ENHANCED = 1,
	SCRUB = 2,
	NO_META = 4,
	OPTIONAL_KEYS = 8,
	DISCARD = 16,
	GENERAL = 32,
	KEEP_SINGLE = 64,
	NULLS = 128
};

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

#define RECORD(name, fields) "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define RECORD_N(name, space, fields, more) \
	"{\"type\":\"record\",\"name\":\"" name "\",\"namespace\":\"" space "\",\"fields\":[" fields "]" more "}"
#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define FIELD_D(name, type, value) "{\"name\":\"" name "\",\"type\":" type ",\"default\":" value "}"
#define DECIMAL "org.apache.kafka.connect.data.Decimal"

/* What Avro's schema is in Connect, and what that is in Avro; NULL: the same text again. */
static const struct {
	const char *avro;
	unsigned flags;
	const char *connect, *back;
} schemas[] = {
	{ "\"boolean\"", 0, "boolean", NULL },
	{ "\"int\"", 0, "int32", NULL },
	{ "\"long\"", 0, "int64", NULL },
	{ "\"float\"", 0, "float32", NULL },
	{ "\"double\"", 0, "float64", NULL },
	{ "\"bytes\"", 0, "bytes", NULL },
	{ "\"string\"", 0, "string", NULL },
	{ "{\"type\":\"string\"}", 0, "string", "\"string\"" },
	{ "{\"type\":\"int\",\"connect.type\":\"int8\"}", 0, "int8", NULL },
	{ "{\"type\":\"int\",\"connect.type\":\"int16\"}", 0, "int16", NULL },
	{ "{\"type\":\"int\",\"connect.type\":\"int16\"}", NO_META, "int16", "\"int\"" },
	{ "[\"null\",\"int\"]", 0, "int32?", NULL },
	{ "[\"int\",\"null\"]", 0, "int32?", "[\"null\",\"int\"]" },
	{ "[{\"type\":\"int\",\"connect.default\":5},\"null\"]", 0, "int32?=5", NULL },
	{ "[\"string\"]", 0, "string", "\"string\"" },
	{ "[\"string\"]", KEEP_SINGLE, "struct{io.confluent.connect.avro.Union}(string:string?)", NULL },
	{ "{\"type\":\"int\",\"connect.default\":5}", 0, "int32=5", NULL },
	{ "{\"type\":\"int\",\"connect.default\":\"x\"}", 0, "int32", "\"int\"" },
	{ "{\"type\":\"double\",\"connect.default\":1.0E10}", 0, "float64=1.0E10", NULL },
	{ "{\"type\":\"float\",\"connect.default\":0.1}", 0, "float32=0.1", NULL },
	{ "{\"type\":\"boolean\",\"connect.default\":true}", 0, "boolean=true", NULL },
	{ "{\"type\":\"string\",\"connect.default\":\"\xc3\xa4\\\"\\\\\\n\"}", 0, "string=\xc3\xa4\"\\\n", NULL },
	{ "{\"type\":\"bytes\",\"connect.default\":\"\\u0000a\xc3\xbf\"}", 0,
	  "bytes=java.nio.HeapByteBuffer[pos=0 lim=3 cap=3]", NULL },
	{ "{\"type\":\"string\",\"connect.doc\":\"text\",\"connect.version\":3,\"connect.parameters\":{\"a\":\"b\"},"
	  "\"connect.name\":\"com.acme.Text\"}",
	  0, "string{com.acme.Text}v3[a=b]\"text\"", NULL },
	{ "{\"type\":\"string\",\"connect.doc\":\"text\",\"connect.version\":3,\"connect.parameters\":{\"a\":\"b\"},"
	  "\"connect.name\":\"com.acme.Text\"}",
	  NO_META, "string{com.acme.Text}v3", "\"string\"" },
	{ "{\"type\":\"string\",\"avro.java.string\":\"String\"}", 0, "string[avro.java.string=String]",
	  "{\"type\":\"string\",\"connect.parameters\":{\"avro.java.string\":\"String\"},\"avro.java.string\":"
	  "\"String\"}" },
	/* logical types */
	{ "{\"type\":\"int\",\"connect.version\":1,\"connect.name\":\"" CW_DATE_NAME "\",\"logicalType\":\"date\"}",
	  0, "DATE",
	  NULL },
	{ "{\"type\":\"int\",\"logicalType\":\"date\"}", 0, "DATE",
	  "{\"type\":\"int\",\"connect.version\":1,\"connect.name\":\"" CW_DATE_NAME "\",\"logicalType\":\"date\"}" },
	{ "{\"type\":\"int\",\"logicalType\":\"date\"}", NO_META, "DATE", NULL },
	{ "{\"type\":\"int\",\"connect.version\":1,\"connect.name\":\"" CW_TIME_NAME "\",\"logicalType\":"
	  "\"time-millis\"}", 0,
	  "TIME", NULL },
	{ "{\"type\":\"long\",\"connect.version\":1,\"connect.name\":\"" CW_TIMESTAMP_NAME
	  "\",\"logicalType\":\"timestamp-millis\"}",
	  0, "TIMESTAMP", NULL },
	{ "{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}", 0, "int64", "\"long\"" },
	{ "{\"type\":\"int\",\"connect.version\":1,\"connect.name\":\"" CW_DATE_NAME "\"}", 0, "DATE",
	  "{\"type\":\"int\",\"connect.version\":1,\"connect.name\":\"" CW_DATE_NAME "\",\"logicalType\":\"date\"}" },
	{ "{\"type\":\"bytes\",\"scale\":2,\"precision\":64,\"connect.version\":1,\"connect.parameters\":{\"scale\":"
	  "\"2\"},"
	  "\"connect.name\":\"" DECIMAL "\",\"logicalType\":\"decimal\"}",
	  0, "DECIMAL[scale=2]", NULL },
	{ "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":10,\"scale\":3}", 0,
	  "DECIMAL[scale=3,connect.decimal.precision=10]",
	  "{\"type\":\"bytes\",\"scale\":3,\"precision\":10,\"connect.version\":1,\"connect.parameters\":{\"scale\":"
	  "\"3\","
	  "\"connect.decimal.precision\":\"10\"},\"connect.name\":\"" DECIMAL "\",\"logicalType\":\"decimal\"}" },
	{ "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":1e300,\"scale\":-1e300}", 0,
	  "DECIMAL[scale=-2147483648,connect.decimal.precision=2147483647]",
	  "{\"type\":\"bytes\",\"scale\":-2147483648,\"precision\":2147483647,\"connect.version\":1,"
	  "\"connect.parameters\":{\"scale\":\"-2147483648\",\"connect.decimal.precision\":\"2147483647\"},"
	  "\"connect.name\":\"" DECIMAL "\",\"logicalType\":\"decimal\"}" },
	{ "{\"type\":\"bytes\",\"logicalType\":\"decimal\"}", 0, "DECIMAL[scale=0]",
	  "{\"type\":\"bytes\",\"scale\":0,\"precision\":64,\"connect.version\":1,\"connect.parameters\":{\"scale\":"
	  "\"0\"},"
	  "\"connect.name\":\"" DECIMAL "\",\"logicalType\":\"decimal\"}" },
	{ "[{\"type\":\"bytes\",\"scale\":2,\"precision\":64,\"connect.version\":1,\"connect.parameters\":{\"scale\":"
	  "\"2\"},"
	  "\"connect.default\":\"\\u0001\xc3\xbf\",\"connect.name\":\"" DECIMAL "\",\"logicalType\":\"decimal\"},"
	  "\"null\"]",
	  0, "DECIMAL?[scale=2]=5.11", NULL },
	/* arrays and maps */
	{ "{\"type\":\"array\",\"items\":[\"null\",\"int\"]}", 0, "array<int32?>", NULL },
	{ "{\"type\":\"map\",\"values\":\"long\"}", 0, "map<string,int64>", NULL },
	{ "{\"type\":\"map\",\"values\":\"long\",\"connect.default\":{\"a\":1}}", 0, "map<string,int64>={a=1}", NULL },
	{ "{\"type\":\"array\",\"items\":\"string\",\"connect.default\":[\"x\",\"y\"]}", 0, "array<string>=[x, y]",
	  NULL },
	{ "{\"type\":\"array\",\"items\":" RECORD_N("MapEntry", "io.confluent.connect.avro",
						    FIELD("key", "\"int\"") "," FIELD("value", "\"string\""), "") "}",
	  0, "map<int32,string>", NULL },
	{ "{\"type\":\"array\",\"items\":" RECORD_N("MapEntry", "io.confluent.connect.avro",
						    FIELD("key", "\"int\"") "," FIELD("value", "\"string\""), "")
	  ",\"connect.default\":[[1,\"a\"]]}",
	  0, "map<int32,string>={1=a}", NULL },
	{ "{\"type\":\"array\",\"items\":" RECORD_N("Pairs", "com.acme", FIELD("key", "\"int\"") "," FIELD("value",
	  "\"int\""),
						    ",\"connect.internal.type\":\"MapEntry\"")
	  ",\"connect.name\":\"com.acme.Pairs\"}",
	  0, "map<int32,int32>{com.acme.Pairs}", NULL },
	{ "{\"type\":\"array\",\"items\":" RECORD_N("MapEntry", "io.confluent.connect.avro",
						    FIELD_D("key", "[\"null\",\"string\"]", "null") ","
						    FIELD("value", "\"int\""), "") "}",
	  OPTIONAL_KEYS, "map<string?,int32>", "{\"type\":\"map\",\"values\":\"int\"}" },
	/* records */
	{ RECORD_N("ConnectDefault", "io.confluent.connect.avro", FIELD("a", "\"int\"") "," FIELD("b", "\"string\""),
	  ""), 0,
	  "struct(a:int32,b:string)", NULL },
	{ RECORD_N("R", "com.acme", FIELD_D("a", "[\"null\",\"int\"]", "null"), ",\"connect.name\":\"com.acme.R\""), 0,
	  "struct{com.acme.R}(a:int32?)", NULL },
	{ RECORD("R", FIELD("a", "\"int\"")), 0, "struct{R}(a:int32)",
	  "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" FIELD("a", "\"int\"") "],\"connect.name\":\"R\"}" },
	{ RECORD("R", FIELD("a", "\"int\"")), NO_META, "struct{R}(a:int32)", NULL },
	{ RECORD("R", FIELD_D("a", "\"int\"", "7")), NO_META, "struct{R}(a:int32=7)", NULL },
	{ RECORD("R", FIELD_D("a", "\"int\"", "7")), 0, "struct{R}(a:int32["
	  "io.confluent.connect.avro.field.default=true]=7)",
	  "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" FIELD_D("a", "\"int\"", "7") "],\"connect.name\":\"R\"}" },
	{ RECORD("R", FIELD_D("a", "\"int\"", "\"seven\"")), NO_META, "struct{R}(a:int32)", RECORD("R", FIELD("a",
	  "\"int\"")) },
	{ "{\"type\":\"record\",\"name\":\"R\",\"doc\":\"of R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\","
	  "\"doc\":\"of a\"}]"
	  ",\"connect.parameters\":{\"io.confluent.connect.avro.record.doc\":\"of R\","
	  "\"io.confluent.connect.avro.field.doc.a\":"
	  "\"of a\"},\"connect.name\":\"R\"}",
	  0,
	  "struct{R}[io.confluent.connect.avro.record.doc=of R,io.confluent.connect.avro.field.doc.a=of a](a:int32)",
	  NULL },
	{ "{\"type\":\"record\",\"name\":\"R\",\"doc\":\"of R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\","
	  "\"doc\":\"of a\"}]}",
	  DISCARD | NO_META, "struct{R}\"of R\"(a:int32\"of a\")",
	  "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\",\"doc\":\"of a\"}]}" },
	/* a type that is used twice, and one inside itself */
	{ RECORD("R", FIELD("a", RECORD_N("P", "com.acme", FIELD("x", "\"int\""), "")) "," FIELD("b",
	  "\"com.acme.P\"") ","
		 FIELD_D("c", "[\"null\",\"com.acme.P\"]", "null")),
	  NO_META, "struct{R}(a:struct{com.acme.P}(x:int32),b:struct{com.acme.P}(x:int32),c:struct?{com.acme.P}(x:"
	  "int32))",
	  NULL },
	{ RECORD_N("R", "a.b", FIELD("a", RECORD("P", FIELD("x", "\"int\""))) "," FIELD("b", "\"P\""), ""), NO_META,
	  "struct{a.b.R}(a:struct{a.b.P}(x:int32),b:struct{a.b.P}(x:int32))", NULL },
	{ RECORD("List", FIELD("v", "\"int\"") "," FIELD_D("next", "[\"null\",\"List\"]", "null")), NO_META,
	  "struct{List}(v:int32,next:@List?)", NULL },
	{ RECORD("Tree", FIELD("kids", "{\"type\":\"array\",\"items\":\"Tree\"}")), NO_META,
	  "struct{Tree}(kids:array<@Tree>)", NULL },
	/* a name without a namespace inside one, control characters, and a default value that is none for a field */
	{ RECORD_N("R", "a.b",
		   FIELD("a", "{\"type\":\"record\",\"name\":\"P\",\"namespace\":\"\",\"fields\":[]}") "," FIELD("b",
		   "\"P\""), ""),
	  NO_META, "struct{a.b.R}(a:struct{P}(),b:struct{P}())", NULL },
	{ "{\"type\":\"string\",\"connect.doc\":\"\\u001F\\b\xf0\x9f\x98\x80\"}", 0,
	  "string\"\x1f\b\xf0\x9f\x98\x80\"", NULL },
	{ RECORD("R", FIELD("m", "{\"type\":\"array\",\"items\":" RECORD_N("MapEntry", "io.confluent.connect.avro",
			FIELD("key", "\"int\"") "," FIELD("value", "\"string\""), "") ",\"connect.default\":[[1,"
				"\"a\"]]}")),
	  NO_META, "struct{R}(m:map<int32,string>={1=a})",
	  RECORD("R", FIELD("m", "{\"type\":\"array\",\"items\":" RECORD_N("MapEntry", "io.confluent.connect.avro",
			FIELD("key", "\"int\"") "," FIELD("value", "\"string\""), "") "}")) },
	/* enumerations and fixed */
	{ "{\"type\":\"enum\",\"name\":\"E\",\"namespace\":\"com.acme\",\"symbols\":[\"A\",\"B\"]}", 0,
	  "string{com.acme.E}[io.confluent.connect.avro.Enum=com.acme.E,io.confluent.connect.avro.Enum.A=A,"
	  "io.confluent.connect.avro.Enum.B=B]",
	  "{\"type\":\"string\",\"connect.parameters\":{\"io.confluent.connect.avro.Enum\":\"com.acme.E\","
	  "\"io.confluent.connect.avro.Enum.A\":\"A\",\"io.confluent.connect.avro.Enum.B\":\"B\"},"
	  "\"connect.name\":\"com.acme.E\"}" },
	{ "{\"type\":\"enum\",\"name\":\"E\",\"namespace\":\"com.acme\",\"symbols\":[\"A\",\"B\"]}", ENHANCED | NO_META,
	  "string{com.acme.E}[io.confluent.connect.avro.Enum=com.acme.E,io.confluent.connect.avro.Enum.A=A,"
	  "io.confluent.connect.avro.Enum.B=B]",
	  NULL },
	{ "{\"type\":\"enum\",\"name\":\"E\",\"doc\":\"letters\",\"symbols\":[\"A\",\"B\"],\"default\":\"A\","
	  "\"connect.parameters\":{\"io.confluent.connect.avro.enum.doc.E\":\"letters\","
	  "\"io.confluent.connect.avro.enum.default.E\":\"A\",\"io.confluent.connect.avro.Enum\":\"E\","
	  "\"io.confluent.connect.avro.Enum.A\":\"A\",\"io.confluent.connect.avro.Enum.B\":\"B\"},\"connect.name\":"
	  "\"E\"}",
	  ENHANCED,
	  "string{E}[io.confluent.connect.avro.enum.doc.E=letters,io.confluent.connect.avro.enum.default.E=A,"
	  "io.confluent.connect.avro.Enum=E,io.confluent.connect.avro.Enum.A=A,io.confluent.connect.avro.Enum.B=B]",
	  NULL },
	{ "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}", GENERAL | NO_META,
	  "string{E}[org.apache.kafka.connect.data.Enum=E,org.apache.kafka.connect.data.Enum.A=0,"
	  "org.apache.kafka.connect.data.Enum.B=1]",
	  NULL },
	{ "{\"type\":\"fixed\",\"name\":\"F\",\"namespace\":\"com.acme\",\"size\":4}", NO_META,
	  "bytes{com.acme.F}[connect.fixed.size=4]", NULL },
	{ "{\"type\":\"fixed\",\"name\":\"F\",\"size\":4,\"logicalType\":\"decimal\",\"precision\":9,\"scale\":2}",
	  NO_META,
	  "DECIMAL[scale=2,connect.decimal.precision=9,connect.fixed.size=4]",
	  "{\"type\":\"fixed\",\"name\":\"Decimal\",\"namespace\":\"org.apache.kafka.connect.data\",\"size\":4,"
	  "\"scale\":2,"
	  "\"precision\":9,\"logicalType\":\"decimal\"}" },
	/* unions */
	{ "[\"null\",\"int\",\"string\"]", 0, "struct?{io.confluent.connect.avro.Union}(int:int32?,string:string?)",
	  NULL },
	{ "[\"int\",\"string\"]", 0, "struct{io.confluent.connect.avro.Union}(int:int32?,string:string?)", NULL },
	{ "[\"int\",\"string\"]", GENERAL,
	  "struct{connect_union_0}[org.apache.kafka.connect.data.Union=connect_union_0](connect_union_field_0:int32?,"
	  "connect_union_field_1:string?)",
	  NULL },
	{ "[" RECORD_N("A", "x", FIELD("a", "\"int\""), "") "," RECORD_N("B", "x", FIELD("b", "\"int\""), "") "]",
	  ENHANCED | NO_META,
	  "struct{io.confluent.connect.avro.Union}(x.A:struct?{x.A}(a:int32),x.B:struct?{x.B}(b:int32))", NULL },
	{ "[" RECORD_N("A", "x", FIELD("a", "\"int\""), "") ",\"int\"]", NO_META,
	  "struct{io.confluent.connect.avro.Union}(A:struct?{x.A}(a:int32),int:int32?)", NULL },
	{ RECORD("R", FIELD("u", "[\"int\",\"string\"]")), NO_META,
	  "struct{R}(u:struct{io.confluent.connect.avro.Union}(int:int32?,string:string?))", NULL },
};

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

static const struct {
	const char *avro, *error;
} invalid[] = {
	{ "", "the schema is no JSON: unexpected token near end of file" },
	{ "5", "Schema not yet supported" },
	{ "\"what\"", "Undefined name: what" },
	{ "{}", "No type: " },
	{ "{\"type\":\"record\",\"fields\":[]}", "No name in schema: a record" },
	{ "{\"type\":\"record\",\"name\":\"R\"}", "Record has no fields: R" },
	{ "{\"type\":\"record\",\"name\":\"a-b\",\"fields\":[]}", "Illegal character in: a-b" },
	{ "{\"type\":\"record\",\"name\":\"1a\",\"fields\":[]}", "Illegal initial character: 1a" },
	{ "{\"type\":\"record\",\"name\":\"\",\"fields\":[]}", "Empty name" },
	{ RECORD("R", FIELD("a", "\"int\"") "," FIELD("a", "\"int\"")), "Duplicate field a in record R" },
	{ RECORD("R", FIELD("a", RECORD("R", ""))), "Can't redefine: R" },
	{ RECORD("R", FIELD("a", "\"Q\"")), "Undefined name: Q" },
	{ RECORD("R", "{\"type\":\"int\"}"), "No field name: in record R" },
	{ "[\"int\",\"int\"]", "Duplicate in union:" },
	{ "[\"int\",[\"string\"]]", "Nested union" },
	{ "{\"type\":\"enum\",\"name\":\"E\"}", "Enum has no symbols: E" },
	{ "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"a b\"]}", "Illegal character in: a b" },
	{ "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"],\"default\":\"B\"}", "The Enum Default is not in" },
	{ "{\"type\":\"fixed\",\"name\":\"F\"}", "Invalid or no size: of F" },
	{ "{\"type\":\"fixed\",\"name\":\"F\",\"size\":-1}", "Invalid or no size: of F" },
	{ "{\"type\":\"array\"}", "Array has no items type" },
	{ "{\"type\":\"map\"}", "Map has no values type" },
	{ "\"null\"", "Standalone null schemas are not supported by this converter" },
	{ "{\"type\":\"int\",\"connect.type\":\"int99\"}", "Connect type annotation for Avro int field is null" },
	{ "{\"type\":\"int\",\"connect.version\":\"x\"}", "Invalid Connect version found" },
	{ "{\"type\":\"int\",\"logicalType\":\"date\",\"connect.version\":2}", "Mismatched versions: version already "
	  "added" },
	{ "{\"type\":\"int\",\"logicalType\":\"date\",\"connect.name\":\"D\"}", "Mismatched names: name already "
	  "added" },
	{ "{\"type\":\"int\",\"connect.parameters\":5}", "Expected JSON object for schema parameters" },
	{ "{\"type\":\"int\",\"connect.parameters\":{\"a\":5}}", "Expected schema parameter values to be strings" },
	{ "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":\"x\"}", "precision property must be a JSON "
	  "Integer" },
	{ "{\"type\":\"array\",\"items\":" RECORD_N("MapEntry", "io.confluent.connect.avro", FIELD("k", "\"int\""),
	  "") "}",
	  "Found map encoded as array of key-value pairs" },
	{ "[" RECORD_N("A", "x", "", "") "," RECORD_N("A", "y", "", "") "]", "Multiple union schemas map to the "
	  "Connect union" },
};

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

/* Bytes, what they are as written with one schema and read as another (NULL: the same), and that as bytes again. */
static const struct {
	const char *written, *wanted, *hex, *text, *again;
	unsigned flags;
} values[] = {
	{ "\"int\"", NULL, "00", "0", NULL, 0 },
	{ "\"int\"", NULL, "01", "-1", NULL, 0 },
	{ "\"int\"", NULL, "feffffff0f", "2147483647", NULL, 0 },
	{ "\"int\"", NULL, "ffffffff0f", "-2147483648", NULL, 0 },
	{ "\"int\"", NULL, "8080808010", "error: Invalid int encoding", NULL, 0 },
	{ "\"int\"", NULL, "80", "error: the bytes end before the value does", NULL, 0 },
	{ "\"int\"", NULL, "", "error: the bytes end before the value does", NULL, 0 },
	{ "\"int\"", NULL, "02ff", "1", "02", 0 },
	{ "\"long\"", NULL, "feffffffffffffffff01", "9223372036854775807", NULL, 0 },
	{ "\"long\"", NULL, "ffffffffffffffffff01", "-9223372036854775808", NULL, 0 },
	{ "\"long\"", NULL, "ffffffffffffffffff02", "error: Invalid long encoding", NULL, 0 },
	{ "\"long\"", NULL, "ffffffffffffffffffff", "error: Invalid long encoding", NULL, 0 },
	{ "{\"type\":\"int\",\"connect.type\":\"int8\"}", NULL, "d804", "44", "58", 0 },
	{ "{\"type\":\"int\",\"connect.type\":\"int16\"}", NULL, "01", "-1", NULL, 0 },
	{ "\"boolean\"", NULL, "01", "true", NULL, 0 },
	{ "\"boolean\"", NULL, "00", "false", NULL, 0 },
	{ "\"float\"", NULL, "0000c03f", "1.5", NULL, 0 },
	{ "\"float\"", NULL, "0000c07f", "NaN", NULL, 0 },
	{ "\"double\"", NULL, "000000000000f83f", "1.5", NULL, 0 },
	{ "\"double\"", NULL, "000000000000f8", "error: the bytes end before the value does", NULL, 0 },
	{ "\"string\"", NULL, "06616263", "abc", NULL, 0 },
	{ "\"string\"", NULL, "00", "", NULL, 0 },
	{ "\"string\"", NULL, "0861c3a462", "a\xc3\xa4""b", NULL, 0 },
	{ "\"string\"", NULL, "04eda0", "\xef\xbf\xbd", "06efbfbd", 0 },
	{ "\"string\"", NULL, "01", "error: Malformed data. Length is negative", NULL, 0 },
	{ "\"string\"", NULL, "0861", "error: the bytes end before the value does", NULL, 0 },
	{ "\"string\"", NULL, "fcffffffffffffffff0161", "error: the bytes end before the value does", NULL, 0 },
	/* all that is bytes has no length */
	{ "\"bytes\"", NULL, "0102", "java.nio.HeapByteBuffer[pos=0 lim=2 cap=2]", NULL, 0 },
	{ "\"bytes\"", NULL, "", "java.nio.HeapByteBuffer[pos=0 lim=0 cap=0]", NULL, 0 },
	{ "[\"null\",\"bytes\"]", NULL, "02040102", "java.nio.HeapByteBuffer[pos=0 lim=2 cap=2]", NULL, 0 },
	{ "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"scale\":2}", NULL, "007b", "1.23", "7b", 0 },
	{ "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"scale\":2}", NULL, "",
	  "error: Invalid bytes for Decimal: there are none", NULL, 0 },
	{ RECORD("R", FIELD("d", "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"scale\":2}")), NULL, "02ff",
	  "Struct{d=-0.01}", NULL, 0 },
	{ "{\"type\":\"fixed\",\"name\":\"F\",\"size\":4,\"logicalType\":\"decimal\",\"precision\":9,\"scale\":2}",
	  NULL,
	  "ffffff85", "-1.23", NULL, 0 },
	{ "{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}", NULL, "0102", "java.nio.HeapByteBuffer[pos=0 lim=2 "
	  "cap=2]", NULL, 0 },
	{ "{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}", NULL, "01", "error: the bytes end before the value does",
	  NULL, 0 },
	{ "{\"type\":\"int\",\"logicalType\":\"date\"}", NULL, "02", "Fri Jan 02 00:00:00 UTC 1970", NULL, 0 },
	{ "{\"type\":\"int\",\"logicalType\":\"date\"}", NULL, "01", "Wed Dec 31 00:00:00 UTC 1969", NULL, 0 },
	{ "{\"type\":\"int\",\"logicalType\":\"time-millis\"}", NULL, "d00f", "Thu Jan 01 00:00:01 UTC 1970", NULL, 0 },
	{ "{\"type\":\"int\",\"logicalType\":\"time-millis\"}", NULL, "01",
	  "error: Time values must use number of milliseconds greater than 0 and less than 86400000", NULL, 0 },
	{ "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}", NULL, "d00f", "Thu Jan 01 00:00:01 UTC 1970",
	  NULL, 0 },
	{ "[\"null\",\"int\"]", NULL, "00", "null", NULL, 0 },
	{ "[\"null\",\"int\"]", NULL, "0204", "2", NULL, 0 },
	{ "[\"int\",\"null\"]", NULL, "0004", "2", NULL, 0 },
	{ "[\"null\",\"int\"]", NULL, "04", "error: a union of 2 types has none of number 2", NULL, 0 },
	{ "[\"null\",\"int\"]", NULL, "01", "error: a union of 2 types has none of number -1", NULL, 0 },
	{ "[\"null\",\"int\",\"string\"]", NULL, "00", "null", NULL, 0 },
	{ "[\"null\",\"int\",\"string\"]", NULL, "040261", "Struct{string=a}", NULL, 0 },
	{ "[\"int\",\"long\",\"float\",\"double\"]", NULL, "0202", "Struct{long=1}", NULL, 0 },
	{ "[\"string\"]", NULL, "000261", "a", NULL, 0 },
	{ "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}", NULL, "02", "B", NULL, ENHANCED },
	{ "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}", NULL, "04",
	  "error: an enumeration of 2 symbols has none of number 2", NULL, 0 },
	{ "{\"type\":\"array\",\"items\":\"int\"}", NULL, "04020400", "[1, 2]", NULL, 0 },
	{ "{\"type\":\"array\",\"items\":\"int\"}", NULL, "00", "[]", NULL, 0 },
	{ "{\"type\":\"array\",\"items\":\"int\"}", NULL, "03040204020600", "[1, 2, 3]", "0602040600", 0 },
	{ "{\"type\":\"array\",\"items\":\"int\"}", NULL, "0402", "error: the bytes end before the value does", NULL,
	  0 },
	{ "{\"type\":\"array\",\"items\":\"int\"}", NULL, "80808080808080808001", "error: the bytes end before the "
	  "value does",
	  NULL, 0 },
	{ "{\"type\":\"array\",\"items\":" RECORD("Empty", "") "}", NULL, "0400", "[Struct{}, Struct{}]", NULL, 0 },
	{ "{\"type\":\"array\",\"items\":" RECORD("Empty", "") "}", NULL, "808080808080808001",
	  "error: an array has more items without content than can be read", NULL, 0 },
	{ "{\"type\":\"map\",\"values\":\"int\"}", NULL, "040261020262 0400", "{a=1, b=2}", "0402610202620400", 0 },
	{ "{\"type\":\"map\",\"values\":\"int\"}", NULL, "0402610202610400", "{a=2}", "0202610400", 0 },
	{ "{\"type\":\"array\",\"items\":" RECORD_N("MapEntry", "io.confluent.connect.avro",
						    FIELD("key", "\"int\"") "," FIELD("value", "\"string\""), "") "}",
	  NULL, "02020261 00", "{1=a}", "0202026100", 0 },
	{ RECORD("R", FIELD("a", "\"int\"") "," FIELD("b", "[\"null\",\"string\"]")), NULL, "020202 78", "Struct{a=1,"
	  "b=x}",
	  "02020278", 0 },
	{ RECORD("R", FIELD("a", "\"int\"") "," FIELD("b", "[\"null\",\"string\"]")), NULL, "0200", "Struct{a=1}",
	  NULL, 0 },
	{ RECORD("List", FIELD("v", "\"int\"") "," FIELD("next", "[\"null\",\"List\"]")), NULL, "020204020600",
	  "Struct{v=1,next=Struct{v=2,next=Struct{v=3}}}", NULL, 0 },
	/* evolution: written with one schema, read as another */
	{ "\"int\"", "\"long\"", "02", "1", NULL, 0 },
	{ "\"int\"", "\"double\"", "02", "1.0", "000000000000f03f", 0 },
	{ "\"long\"", "\"float\"", "02", "1.0", "0000803f", 0 },
	{ "\"float\"", "\"double\"", "0000c03f", "1.5", "000000000000f83f", 0 },
	{ "\"int\"", "[\"null\",\"int\"]", "02", "1", "0202", 0 },
	{ "[\"null\",\"int\"]", "\"int\"", "0202", "1", "02", 0 },
	{ "[\"null\",\"int\"]", "\"int\"", "00", "error: Found null, expecting int", NULL, 0 },
	{ "[\"null\",\"int\"]", "[\"null\",\"long\",\"string\"]", "0202", "Struct{long=1}", NULL, 0 },
	{ RECORD("R", FIELD("a", "\"int\"") "," FIELD("gone", "\"string\"") "," FIELD("b", "\"int\"")),
	  RECORD("R", FIELD("b", "\"long\"") "," FIELD("a", "\"int\"") "," FIELD_D("c", "\"string\"", "\"new\"")),
	  "02027804",
	  "Struct{b=2,a=1,c=new}", "0402066e6577", 0 },
	{ RECORD("R", FIELD("a", "{\"type\":\"array\",\"items\":{\"type\":\"map\",\"values\":\"string\"}}") ","
		 FIELD("b", "\"int\"")),
	  RECORD("R", FIELD("b", "\"int\"")), "0202026102620 00002", "Struct{b=1}", "02", 0 },
	{ RECORD("R", FIELD("a", "\"int\"")), RECORD("R", "{\"name\":\"b\",\"aliases\":[\"a\"],\"type\":\"int\"}"),
	  "02",
	  "Struct{b=1}", NULL, 0 },
	{ "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}",
	  "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"B\",\"C\"],\"default\":\"C\"}", "00", "C", "02", ENHANCED },
	{ "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}",
	  "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"B\"]}", "00", "error: No match for A", NULL, ENHANCED },
	{ "\"string\"", "\"bytes\"", "0261", "java.nio.HeapByteBuffer[pos=0 lim=1 cap=1]", "61", 0 },
	/* default values of all kinds */
	{ RECORD("R", ""),
	  RECORD("R", FIELD_D("m", "{\"type\":\"map\",\"values\":\"int\"}", "{\"k\":1}") ","
		 FIELD_D("l", "{\"type\":\"array\",\"items\":\"double\"}", "[1.5]") ","
		 FIELD_D("n", "[\"null\",\"int\"]", "null") "," FIELD_D("o", "[\"int\",\"string\"]", "\"x\"") ","
		 FIELD_D("p", RECORD("P", FIELD("x", "\"int\"") "," FIELD_D("y", "\"boolean\"", "true")), "{\"x\":4}")),
	  "", "Struct{m={k=1},l=[1.5],o=Struct{string=x},p=Struct{x=4,y=true}}",
	  "02026b02000200000000 0000f83f0000020278 0801", 0 },
};

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
