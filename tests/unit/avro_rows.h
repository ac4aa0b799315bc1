/* avro_rows - Avro's schemas and values beside Connect's, and what is neither; for test_convert_avro.c. */
#ifndef CW_TESTS_AVRO_ROWS_H
#define CW_TESTS_AVRO_ROWS_H

#include "data/schema.h"

/* Which settings a row wants; 0: the converter's defaults. */
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
	/* names with letters and digits of any script */
	{ RECORD("Gr\xc3\xb6\xc3\x9f" "e", FIELD("\xe5\x90\x8d\xe5\x89\x8d", "\"int\"") ","
		 FIELD("_\xd9\xa1", "\"int\"")),
	  NO_META, "struct{Gr\xc3\xb6\xc3\x9f" "e}(\xe5\x90\x8d\xe5\x89\x8d:int32,_\xd9\xa1:int32)", NULL },
	{ "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"\xc3\xa4\",\"B\"]}", NO_META | ENHANCED,
	  "string{E}[io.confluent.connect.avro.Enum=E,io.confluent.connect.avro.Enum.\xc3\xa4=\xc3\xa4,"
	  "io.confluent.connect.avro.Enum.B=B]", NULL },
	/* what Jackson reads: comments, numbers of any size, half a character */
	{ "// c \"x\n/* */ /*\n */{\"type\":/**/\"int\",\"doc\":\"/* // \\\" */\"}", 0, "int32", "\"int\"" },
	{ "{\"type\":\"int\",\"max\":18446744073709551615,\"min\":-9223372036854775809,\"very\":[1e400,-1e400]}",
	  0, "int32", "\"int\"" },
	{ "{\"type\":\"double\",\"connect.default\":10000000000000000000}", 0, "float64=1.0E19",
	  "{\"type\":\"double\",\"connect.default\":1.0E19}" },
	{ "{\"type\":\"long\",\"connect.default\":-9223372036854775808}", 0, "int64=-9223372036854775808", NULL },
	{ "{\"type\":\"int\",\"doc\":\"\\ud800 \\udc00 \\ud83d\\ude00\\ud83d\"}", 0, "int32", "\"int\"" },
	/* names that are used before they are defined */
	{ RECORD("R", FIELD("a", "\"P\"") "," FIELD("b", RECORD("P", FIELD("x", "\"int\"")))), NO_META,
	  "struct{R}(a:struct{P}(x:int32),b:struct{P}(x:int32))",
	  RECORD("R", FIELD("a", RECORD("P", FIELD("x", "\"int\""))) "," FIELD("b", "\"P\"")) },
	{ RECORD_N("R", "a.b", FIELD("f", "[\"null\",\"P\"]") ","
		   FIELD("g", RECORD("P", FIELD("p", "[\"null\",\"R\"]"))), ""), NO_META,
	  "struct{a.b.R}(f:struct?{a.b.P}(p:@a.b.R?),g:struct{a.b.P}(p:@a.b.R?))",
	  RECORD_N("R", "a.b", FIELD_D("f", "[\"null\"," RECORD("P", FIELD_D("p", "[\"null\",\"R\"]", "null")) "]",
				     "null") "," FIELD("g", "\"P\""), "") },
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

/* What is no schema. */
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
	{ RECORD_N("R", "a.b", FIELD("a", "\"Q\""), ""), "Undefined name: a.b.Q" },
	{ RECORD("R", FIELD("a", "\"P\"") "," FIELD("b", RECORD("P", "")) "," FIELD("c", RECORD("P", ""))),
	  "Can't redefine: P" },
	{ RECORD("int", ""), "Schemas may not be named after primitives: int" },
	{ RECORD("R", FIELD("\xf0\x9d\x90\x80", "\"int\"")), "Illegal initial character: \xf0\x9d\x90\x80" },
	{ RECORD("R", FIELD("\xd9\xa1", "\"int\"")), "Illegal initial character: \xd9\xa1" },
	{ RECORD("R", FIELD("e\xcc\x81", "\"int\"")), "Illegal character in: e\xcc\x81" },
	{ RECORD("R", FIELD("a\xe2\x82\xac", "\"int\"")), "Illegal character in: a\xe2\x82\xac" },
	{ "/* \n */\n {\"type\": 01}", "the schema is no JSON: invalid token near '0' (line 3, column 11)" },
	{ "/* ", "the schema is no JSON: unexpected token near end of file" },
	{ "\"a\\", "the schema is no JSON: " },
	{ "\"a\\ud80", "the schema is no JSON: " },
	{ "[-, 1e]", "the schema is no JSON: " },
	{ RECORD("R", "{\"type\":\"int\"}"), "No field name: in record R" },
	{ "[\"int\",\"int\"]", "Duplicate in union:" },
	{ "[\"int\",[\"string\"]]", "Nested union" },
	{ "{\"type\":\"enum\",\"name\":\"E\"}", "Enum has no symbols: E" },
	{ "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"a b\"]}", "Illegal character in: a b" },
	{ "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\",\"A\"]}", "Duplicate enum symbol: A" },
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
	{ RECORD("R", FIELD("gr\xc3\xb6\xc3\x9f" "e", "\"P\"") ","
		 FIELD("b", RECORD("P", FIELD("x", "\"int\"")))), NULL, "0204",
	  "Struct{gr\xc3\xb6\xc3\x9f" "e=Struct{x=1},b=Struct{x=2}}", NULL, 0 },
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

#endif
