/* The transformations that move fields, headers and topics, as tables: configuration, record, what comes out. */
#include <stdlib.h>

#include "allocations.h"
#include "base/arena.h"
#include "transform_fixture.h"
#include "unit.h"

#define MISSING(key) "refused: Missing required configuration \"" key "\" which has no default value."

static void test_drop_headers(void)
{
	static const struct cw_transform_row rows[] = {
		{ "DropHeaders", "", "1", MISSING("headers") },
		{ "DropHeaders", "headers=", "1", "refused: Invalid value [] for configuration headers: Empty list" },
		{ "DropHeaders", "headers=a", "1", "same" },
		{ "DropHeaders", "headers=a", "header.a=1", "no headers" },
		{ "DropHeaders", "headers=a", "header.b=1", "same" },
		{ "DropHeaders", "headers=a", "header.a=1 ; header.b=2 ; header.a=3", "header.b=2" },
		{ "DropHeaders", "headers=a,c", "header.b=1 ; header.a=2 ; header.d=3 ; header.c=4",
		  "header.b=1 ; header.d=3" },
		{ "DropHeaders", "headers=A", "header.a=1", "same" },
		{ "DropHeaders", "headers= a , b ", "header.a=1 ; header.b=2", "no headers" },
		{ "DropHeaders", "headers=a,a", "header.a=1 ; header.b=2", "header.b=2" },
	};

	CW_TRANSFORM_CHECK(rows);
}

static void test_insert_header(void)
{
	static const struct cw_transform_row rows[] = {
		{ "InsertHeader", "header=h", "1", MISSING("value.literal") },
		{ "InsertHeader", "value.literal=1", "1", MISSING("header") },
		{ "InsertHeader", "header=h ; value.literal=1", "1", "header.h=@int8 1" },
		{ "InsertHeader", "header=h ; value.literal=1000", "1", "header.h=@int16 1000" },
		{ "InsertHeader", "header=h ; value.literal=true", "1", "header.h=@boolean true" },
		{ "InsertHeader", "header=h ; value.literal=text", "1", "header.h=@string \"text\"" },
		{ "InsertHeader", "header=h ; value.literal=null", "1", "header.h=null" },
		{ "InsertHeader", "header=h ; value.literal=[1,2]", "1", "header.h=@array(int8) [1,2]" },
		{ "InsertHeader", "header=h ; value.literal=", "1", "header.h=@string \"\"" },
		{ "InsertHeader", "header=h ; value.literal=2", "header.h=1", "header.h=1 ; header.h=@int8 2" },
		{ "InsertHeader", "header=h ; value.literal=2", "header.a=1 ; header.b=2",
		  "header.a=1 ; header.b=2 ; header.h=@int8 2" },
	};

	CW_TRANSFORM_CHECK(rows);
}

static void test_header_from(void)
{
	static const struct cw_transform_row rows[] = {
		{ "HeaderFrom$Value", "fields=a ; operation=move", "1", MISSING("headers") },
		{ "HeaderFrom$Value", "fields=a ; headers=h", "1", MISSING("operation") },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=MOVE", "1",
		  "refused: Invalid value MOVE for configuration operation: String must be one of: move, copy" },
		{ "HeaderFrom$Value", "fields=a,b ; headers=h ; operation=move", "1",
		  "refused: 'fields' config must have the same number of elements as 'headers' config." },
		{ "HeaderFrom$Value", "fields= ; headers=h ; operation=move", "1",
		  "refused: Invalid value [] for configuration fields: Empty list" },
		/* schemaless */
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=move", "{\"a\":1,\"b\":2}",
		  "value={\"b\":2} ; header.h=1" },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=copy", "{\"a\":1,\"b\":2}", "header.h=1" },
		{ "HeaderFrom$Value", "fields=b,a ; headers=x,y ; operation=move", "{\"a\":1,\"b\":2}",
		  "value={} ; header.x=2 ; header.y=1" },
		{ "HeaderFrom$Value", "fields=a,a ; headers=x,y ; operation=move", "{\"a\":1,\"b\":2}",
		  "value={\"b\":2} ; header.x=1 ; header.y=1" },
		{ "HeaderFrom$Value", "fields=c ; headers=h ; operation=move", "{\"a\":1}", "header.h=null" },
		{ "HeaderFrom$Value", "fields=a.b ; headers=h ; operation=copy", "{\"a\":{\"b\":1}}",
		  "header.h=null" },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=copy", "value={\"a\":{\"b\":1}} ; header.z=9",
		  "header.z=9 ; header.h={\"b\":1}" },
		{ "HeaderFrom$Key", "fields=a ; headers=h ; operation=move", "key={\"a\":1} ; value={\"a\":2}",
		  "key={} ; header.h=1" },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=move", "null",
		  "error: Only Map objects supported in absence of schema for [header move], found: null" },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=copy", "5",
		  "error: Only Map objects supported in absence of schema for [header copy], found: java.lang.Long" },
		/* with schema */
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=move",
		  "@struct{a:int32,b:string} {\"a\":1,\"b\":\"x\"}",
		  "value=@struct{b:string} {\"b\":\"x\"} ; header.h=@int32 1" },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=copy",
		  "@struct{a:int32,b:string} {\"a\":1,\"b\":\"x\"}", "header.h=@int32 1" },
		{ "HeaderFrom$Value", "fields=b,a ; headers=x,y ; operation=move",
		  "@struct{a:int32,b:string} {\"a\":1,\"b\":\"x\"}",
		  "value=@struct{} {} ; header.x=@string \"x\" ; header.y=@int32 1" },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=move",
		  "@struct{a:int32,b:string}#n%2? {\"a\":1,\"b\":\"x\"}",
		  "value=@struct{b:string}#n%2 {\"b\":\"x\"} ; header.h=@int32 1" },
		{ "HeaderFrom$Value", "fields=c ; headers=h ; operation=move", "@struct{a:int32} {\"a\":1}",
		  "error: Cannot invoke \"org.apache.kafka.connect.data.Field.schema()\" because the return value of "
		  "\"org.apache.kafka.connect.data.Schema.field(String)\" is null (there is no field \"c\")" },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=copy", "@struct{a:int32?} {}",
		  "header.h=@int32? null" },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=copy", "@struct{a:int32?=7} {}",
		  "header.h=@int32?=7 7" },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=copy ; replace.null.with.default=false",
		  "@struct{a:int32?=7} {}", "header.h=@int32?=7 null" },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=copy ; replace.null.with.default=false",
		  "@struct{a:int32=7} {}", "error: A null value requires an optional schema but was Schema{INT32}" },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=move", "@struct{a:int32,b:int32?=7} {\"a\":1}",
		  "value=@struct{b:int32?=7} {\"b\":7} ; header.h=@int32 1" },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=move ; replace.null.with.default=false",
		  "@struct{a:int32,b:int32=7} {\"a\":1}",
		  "error: Invalid value: null used for required field: \"b\", schema type: INT32" },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=move", "@struct{a:int32}? null",
		  "error: Only Struct objects supported for [header move], found: null" },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=copy", "@string \"x\"",
		  "error: Only Struct objects supported for [header copy], found: java.lang.String" },
		{ "HeaderFrom$Key", "fields=a ; headers=h ; operation=move", "key=@struct{a:int32} {\"a\":1}",
		  "key=@struct{} {} ; header.h=@int32 1" },
	};

	CW_TRANSFORM_CHECK(rows);
}

static void test_extract_field(void)
{
	static const struct cw_transform_row rows[] = {
		{ "ExtractField$Value", "", "1", MISSING("field") },
		{ "ExtractField$Value", "field=a ; field.syntax.version=V3", "1",
		  "refused: Invalid value V3 for configuration field.syntax.version: String must be one of (case "
		  "insensitive): "
		  "V1, V2" },
		/* schemaless */
		{ "ExtractField$Value", "field=a", "{\"a\":1,\"b\":2}", "value=1" },
		{ "ExtractField$Value", "field=c", "{\"a\":1}", "value=null" },
		{ "ExtractField$Value", "field=a", "null", "same" },
		{ "ExtractField$Value", "field=a", "{\"a\":{\"b\":[1,2]}}", "value={\"b\":[1,2]}" },
		{ "ExtractField$Value", "field=a.b", "{\"a\":{\"b\":1},\"a.b\":2}", "value=2" },
		{ "ExtractField$Value", "field=a", "\"x\"",
		  "error: Only Map objects supported in absence of schema for [field extraction], found: "
		  "java.lang.String" },
		{ "ExtractField$Value", "field=a", "[1]",
		  "error: Only Map objects supported in absence of schema for [field extraction], found: "
		  "java.util.ArrayList" },
		{ "ExtractField$Value", "field=a", "true",
		  "error: Only Map objects supported in absence of schema for [field extraction], found: "
		  "java.lang.Boolean" },
		{ "ExtractField$Value", "field=a", "1.5",
		  "error: Only Map objects supported in absence of schema for [field extraction], found: "
		  "java.lang.Double" },
		{ "ExtractField$Value", "field=a", "{\"$bytes\":\"x\"}",
		  "error: Only Map objects supported in absence of schema for [field extraction], found: [B" },
		{ "ExtractField$Value", "field=a", "{\"$timestamp\":1}",
		  "error: Only Map objects supported in absence of schema for [field extraction], found: "
		  "java.util.Date" },
		{ "ExtractField$Value", "field=a", "{\"$decimal\":1}",
		  "error: Only Map objects supported in absence of schema for [field extraction], found: "
		  "java.math.BigDecimal" },
		{ "ExtractField$Value", "field=a", "{\"$int16\":1}",
		  "error: Only Map objects supported in absence of schema for [field extraction], found: "
		  "java.lang.Short" },
		{ "ExtractField$Key", "field=a", "key={\"a\":1} ; value={\"a\":2}", "key=1" },
		/* with schema */
		{ "ExtractField$Value", "field=a", "@struct{a:int32,b:string} {\"a\":1,\"b\":\"x\"}",
		  "value=@int32 1" },
		{ "ExtractField$Value", "field=c", "@struct{a:int32} {\"a\":1}", "error: Unknown field: c" },
		{ "ExtractField$Value", "field=c", "@struct{a:int32}? null", "error: Unknown field: c" },
		{ "ExtractField$Value", "field=a", "@struct{a:int32}? null", "value=@int32 null" },
		{ "ExtractField$Value", "field=a", "@struct{a:int32?} {}", "value=@int32? null" },
		{ "ExtractField$Value", "field=a", "@struct{a:int32=5} {}", "value=@int32=5 5" },
		{ "ExtractField$Value", "field=a ; replace.null.with.default=false", "@struct{a:int32=5} {}",
		  "value=@int32=5 null" },
		{ "ExtractField$Value", "field=a", "@struct{a:struct{b:int32}#n%3} {\"a\":{\"b\":1}}",
		  "value=@struct{b:int32}#n%3 {\"b\":1}" },
		{ "ExtractField$Value", "field=a", "@struct{a:timestamp} {\"a\":1000}", "value=@timestamp 1000" },
		{ "ExtractField$Value", "field=a", "@struct{a:array(int8)} {\"a\":[1]}", "value=@array(int8) [1]" },
		{ "ExtractField$Value", "field=a", "@string \"x\"",
		  "error: Only Struct objects supported for [field extraction], found: java.lang.String" },
		{ "ExtractField$Value", "field=a", "@map(string,int32) {\"a\":1}",
		  "error: Only Struct objects supported for [field extraction], found: java.util.HashMap" },
		{ "ExtractField$Value", "field=a", "@string? null",
		  "error: Cannot look up fields on non-struct type" },
		{ "ExtractField$Key", "field=a", "key=@struct{a:int32} {\"a\":1}", "key=@int32 1" },
		/* V2 */
		{ "ExtractField$Value", "field=a.b ; field.syntax.version=v2", "{\"a\":{\"b\":1}}", "value=1" },
		{ "ExtractField$Value", "field=a.b ; field.syntax.version=V2", "{\"a\":{\"b\":{\"c\":1}}}",
		  "value={\"c\":1}" },
		{ "ExtractField$Value", "field=a.x ; field.syntax.version=V2", "{\"a\":{\"b\":1}}", "value=null" },
		{ "ExtractField$Value", "field=x.b ; field.syntax.version=V2", "{\"a\":{\"b\":1}}", "value=null" },
		{ "ExtractField$Value", "field=a.b ; field.syntax.version=V2", "{\"a\":null}", "value=null" },
		{ "ExtractField$Value", "field=a.b ; field.syntax.version=V2", "{\"a\":5}",
		  "error: Only Map objects supported in absence of schema for [nested field access], found: "
		  "java.lang.Long" },
		{ "ExtractField$Value", "field=`a.b` ; field.syntax.version=V2", "{\"a\":{\"b\":1},\"a.b\":2}",
		  "value=2" },
		{ "ExtractField$Value", "field=a. ; field.syntax.version=V2", "{\"a\":{\"\":1}}", "value=1" },
		{ "ExtractField$Value", "field= ; field.syntax.version=V2", "{\"\":1}",
		  "error: fromIndex(0) > toIndex(-1)" },
		{ "ExtractField$Value", "field= ; field.syntax.version=V2", "null", "same" },
		{ "ExtractField$Value", "field= ; field.syntax.version=V2", "@struct{a:int8}? null",
		  "error: fromIndex(0) > toIndex(-1)" },
		{ "ExtractField$Value", "field=", "{\"\":1}", "value=1" },
		{ "ExtractField$Value", "field=`a ; field.syntax.version=V2", "1",
		  "refused: Incomplete backtick pair in path: [`a], consider adding a backslash before backtick at "
		  "position 0 to "
		  "escape it" },
		{ "ExtractField$Value", "field=é.😀.`a ; field.syntax.version=V2", "1",
		  "refused: Incomplete backtick pair in path: [é.😀.`a], consider adding a backslash before backtick "
		  "at position 5 "
		  "to escape it" },
		{ "ExtractField$Value", "field=a.b ; field.syntax.version=V2",
		  "@struct{a:struct{b:int32}} {\"a\":{\"b\":1}}", "value=@int32 1" },
		{ "ExtractField$Value", "field=a.b ; field.syntax.version=V2", "@struct{a:struct{b:int32}?} {}",
		  "value=@int32 null" },
		{ "ExtractField$Value", "field=a.b ; field.syntax.version=V2",
		  "@struct{a:struct{b:int32=4}} {\"a\":{}}", "value=@int32=4 4" },
		{ "ExtractField$Value", "field=a.b ; field.syntax.version=V2",
		  "@struct{a:struct{b:int32}={\"b\":9}} {}", "value=@int32 9" },
		{ "ExtractField$Value", "field=a.c ; field.syntax.version=V2",
		  "@struct{a:struct{b:int32}} {\"a\":{\"b\":1}}", "error: Unknown field: a.c" },
		{ "ExtractField$Value", "field=a.b ; field.syntax.version=V2", "@struct{a:int32} {\"a\":1}",
		  "error: Cannot look up fields on non-struct type" },
		{ "ExtractField$Value", "field=a.b", "@struct{a:struct{b:int32}} {\"a\":{\"b\":1}}",
		  "error: Unknown field: a.b" },
	};

	CW_TRANSFORM_CHECK(rows);
}

static void test_hoist_field(void)
{
	static const struct cw_transform_row rows[] = {
		{ "HoistField$Value", "", "1", MISSING("field") },
		{ "HoistField$Value", "field=v", "1", "value={\"v\":1}" },
		{ "HoistField$Value", "field=v", "null", "value={\"v\":null}" },
		{ "HoistField$Value", "field=v", "{\"a\":1}", "value={\"v\":{\"a\":1}}" },
		{ "HoistField$Value", "field=", "1", "value={\"\":1}" },
		{ "HoistField$Value", "field=v", "@int32 1", "value=@struct{v:int32} {\"v\":1}" },
		{ "HoistField$Value", "field=v", "@int32? null", "value=@struct{v:int32?} {\"v\":null}" },
		{ "HoistField$Value", "field=v", "@string null",
		  "error: Invalid value: null used for required field: \"v\", schema type: STRING" },
		{ "HoistField$Value", "field=v", "@struct{a:int32}#n {\"a\":1}",
		  "value=@struct{v:struct{a:int32}#n} {\"v\":{\"a\":1}}" },
		{ "HoistField$Value", "field=v", "@array(int8) [1]", "value=@struct{v:array(int8)} {\"v\":[1]}" },
		{ "HoistField$Value", "field=", "@int32 1", "error: fieldName cannot be null." },
		{ "HoistField$Key", "field=k", "key=@string \"x\" ; value=1", "key=@struct{k:string} {\"k\":\"x\"}" },
		{ "HoistField$Key", "field=k", "key=null ; value=1", "key={\"k\":null}" },
	};

	CW_TRANSFORM_CHECK(rows);
}

static void test_flatten(void)
{
	static const struct cw_transform_row rows[] = {
		/* schemaless */
		{ "Flatten$Value", "", "null", "same" },
		{ "Flatten$Value", "", "{\"a\":1}", "same" },
		{ "Flatten$Value", "", "{}", "same" },
		{ "Flatten$Value", "", "{\"a\":{}}", "value={}" },
		{ "Flatten$Value", "", "{\"a\":{\"b\":1,\"c\":{\"d\":2}},\"e\":3}",
		  "value={\"a.b\":1,\"a.c.d\":2,\"e\":3}" },
		{ "Flatten$Value", "delimiter=_", "{\"a\":{\"b\":1}}", "value={\"a_b\":1}" },
		{ "Flatten$Value", "delimiter=", "{\"a\":{\"b\":1}}", "value={\"ab\":1}" },
		{ "Flatten$Value", "delimiter=->", "{\"a\":{\"b\":{\"c\":1}}}", "value={\"a->b->c\":1}" },
		{ "Flatten$Value", "", "{\"a\":{\"b\":null}}", "value={\"a.b\":null}" },
		{ "Flatten$Value", "", "{\"a\":{\"b\":[{\"c\":1}]}}", "value={\"a.b\":[{\"c\":1}]}" },
		{ "Flatten$Value", "", "{\"a\":{\"b\":1},\"a.b\":2}", "value={\"a.b\":2}" },
		{ "Flatten$Value", "", "{\"a.b\":2,\"a\":{\"b\":1},\"c\":3}", "value={\"a.b\":1,\"c\":3}" },
		{ "Flatten$Value", "", "{\"\":{\"a\":1}}", "value={\"a\":1}" },
		{ "Flatten$Value", "", "{\"a\":{\"\":1}}", "value={\"a.\":1}" },
		{ "Flatten$Value", "", "{\"a\":{\"b\":{\"$bytes\":\"x\"}}}", "value={\"a.b\":{\"$bytes\":\"x\"}}" },
		{ "Flatten$Value", "", "{\"a\":{\"$date\":0}}",
		  "error: Flatten transformation was passed a value of type class java.util.Date which is not "
		  "supported by "
		  "Connect's data API" },
		{ "Flatten$Value", "", "{\"a\":{\"b\":{\"$decimal\":1}}}",
		  "error: Flatten transformation was passed a value of type class java.math.BigDecimal which is not "
		  "supported by "
		  "Connect's data API" },
		{ "Flatten$Value", "", "5",
		  "error: Only Map objects supported in absence of schema for [flattening], found: java.lang.Long" },
		{ "Flatten$Key", "", "key={\"a\":{\"b\":1}} ; value={\"a\":{\"b\":1}}", "key={\"a.b\":1}" },
		/* with schema */
		{ "Flatten$Value", "", "@struct{a:int32} {\"a\":1}", "same" },
		{ "Flatten$Value", "",
		  "@struct{a:struct{b:int32,c:struct{d:string}},e:boolean} "
		  "{\"a\":{\"b\":1,\"c\":{\"d\":\"x\"}},\"e\":true}",
		  "value=@struct{a.b:int32,a.c.d:string,e:boolean} {\"a.b\":1,\"a.c.d\":\"x\",\"e\":true}" },
		{ "Flatten$Value", "delimiter=#", "@struct{a:struct{b:int32}} {\"a\":{\"b\":1}}",
		  "value=@struct{a#b:int32} {\"a#b\":1}" },
		{ "Flatten$Value", "", "@struct{a:struct{b:int32}?} {}", "value=@struct{a.b:int32?} {\"a.b\":null}" },
		{ "Flatten$Value", "", "@struct{a:struct{b:int32}?} {\"a\":{\"b\":1}}",
		  "value=@struct{a.b:int32?} {\"a.b\":1}" },
		{ "Flatten$Value", "", "@struct{a:struct{b:struct{c:int8}}?} {}",
		  "value=@struct{a.b.c:int8?} {\"a.b.c\":null}" },
		{ "Flatten$Value", "", "@struct{a:struct{b:int32}?,c:int8} {\"c\":3}",
		  "value=@struct{a.b:int32?,c:int8} {\"a.b\":null,\"c\":3}" },
		{ "Flatten$Value", "", "@struct{a:struct{b:int32=4}} {\"a\":{}}",
		  "value=@struct{a.b:int32=4} {\"a.b\":4}" },
		{ "Flatten$Value", "", "@struct{a:struct{b:int32}={\"b\":9}} {\"a\":{\"b\":1}}",
		  "value=@struct{a.b:int32=9} {\"a.b\":1}" },
		{ "Flatten$Value", "", "@struct{a:struct{b:int32=4}={\"b\":9}} {\"a\":{\"b\":1}}",
		  "value=@struct{a.b:int32=4} {\"a.b\":1}" },
		{ "Flatten$Value", "", "@struct{a:struct{b:int32}?={\"b\":9}} {}",
		  "value=@struct{a.b:int32?=9} {\"a.b\":null}" },
		{ "Flatten$Value", "", "@struct{a:struct{b:int32}}#n%2? {\"a\":{\"b\":1}}",
		  "value=@struct{a.b:int32?}#n%2 {\"a.b\":1}" },
		{ "Flatten$Value", "", "@struct{a:int32}? {\"a\":1}", "value=@struct{a:int32?} {\"a\":1}" },
		{ "Flatten$Value", "", "@struct{a:struct{b:int32}}? null", "same" },
		{ "Flatten$Value", "", "@struct{a:struct{b:array(struct{c:int8})}} {\"a\":{\"b\":[{\"c\":1}]}}",
		  "value=@struct{a.b:array(struct{c:int8})} {\"a.b\":[{\"c\":1}]}" },
		{ "Flatten$Value", "", "@struct{a:struct{b:array(int8)}?} {\"a\":{\"b\":[1]}}",
		  "value=@struct{a.b:array(int8)?} {\"a.b\":[1]}" },
		{ "Flatten$Value", "", "@struct{a:struct{b:timestamp,c:decimal(2)}} {\"a\":{\"b\":5,\"c\":1}}",
		  "value=@struct{a.b:timestamp,a.c:decimal(2)} {\"a.b\":5,\"a.c\":1}" },
		{ "Flatten$Value", "", "@struct{a:struct{b:timestamp}?} {\"a\":{\"b\":5}}",
		  "value=@struct{a.b:timestamp?} {\"a.b\":5}" },
		{ "Flatten$Value", "", "@struct{a:map(string,int32)} {\"a\":{}}",
		  "error: Flatten transformation does not support MAP for record with schemas (for field a)." },
		{ "Flatten$Value", "", "@struct{a:struct{b:map(string,int32)}} {\"a\":{\"b\":{}}}",
		  "error: Flatten transformation does not support MAP for record with schemas (for field a.b)." },
		{ "Flatten$Value", "delimiter=_", "@struct{a:struct{b:int8},a_b:int8} {\"a\":{\"b\":1},\"a_b\":2}",
		  "error: Cannot create field because of field name duplication a_b" },
		{ "Flatten$Value", "", "@string \"x\"",
		  "error: Only Struct objects supported for [flattening], found: java.lang.String" },
		{ "Flatten$Key", "", "key=@struct{a:struct{b:int8}} {\"a\":{\"b\":1}}",
		  "key=@struct{a.b:int8} {\"a.b\":1}" },
	};

	CW_TRANSFORM_CHECK(rows);
}

static void test_regex_router(void)
{
	static const struct cw_transform_row rows[] = {
		{ "RegexRouter", "regex=a", "1", MISSING("replacement") },
		{ "RegexRouter", "regex=( ; replacement=x", "1",
		  "refused: Invalid value ( for configuration regex: Invalid regex: Unclosed group near index 1\n(" },
		{ "RegexRouter", "regex=\\p{InGreek} ; replacement=x", "1",
		  "refused: Invalid value \\p{InGreek} for configuration regex: Invalid regex: \\p{InGreek} names a "
		  "Unicode block, which "
		  "PCRE2 does not know; write the range of characters, or a script as in \\p{IsGreek}" },
		{ "RegexRouter", "regex=dm|dm.* ; replacement=first", "topic=dm.155.orders",
		  "topic=first.155.orders" },
		{ "RegexRouter", "regex=dm\\.(\\d+)\\.(.*) ; replacement=$2-$1", "topic=dm.155.orders",
		  "topic=orders-155" },
		{ "RegexRouter", "regex=(.*) ; replacement=x-$1", "topic=orders", "topic=x-orders" },
		{ "RegexRouter", "regex=(.*) ; replacement=$12", "topic=orders", "topic=orders2" },
		{ "RegexRouter", "regex=(?<n>.*)s ; replacement=${n}", "topic=orders", "topic=order" },
		{ "RegexRouter", "regex=.* ; replacement=", "topic=orders", "topic=" },
		{ "RegexRouter", "regex=.* ; replacement=a\\$b\\\\c", "topic=orders", "topic=a$b\\c" },
		{ "RegexRouter", "regex=.* ; replacement=$0$0", "topic=ab", "topic=abab" },
		{ "RegexRouter", "regex=.* ; replacement=x$0", "topic=", "topic=x" },
		{ "RegexRouter", "regex=a?(b)? ; replacement=$1", "topic=", "same" },
		{ "RegexRouter", "regex=order ; replacement=x", "topic=orders", "same" },
		{ "RegexRouter", "regex=orders ; replacement=orders", "topic=orders", "same" },
		{ "RegexRouter", "regex=ORDERS ; replacement=x", "topic=orders", "same" },
		{ "RegexRouter", "regex=(?i)ORDERS ; replacement=x", "topic=orders", "topic=x" },
		{ "RegexRouter", "regex=a(b)? ; replacement=[$1]", "topic=a", "topic=[]" },
		{ "RegexRouter", "regex=(.*) ; replacement=$2", "topic=orders", "error: No group 2" },
		{ "RegexRouter", "regex=(.*) ; replacement=$2", "topic=t ; value=1", "error: No group 2" },
		{ "RegexRouter", "regex=x ; replacement=$2", "topic=orders", "same" },
		{ "RegexRouter", "regex=(.*) ; replacement=$", "topic=orders",
		  "error: Illegal group reference: group index is missing" },
		{ "RegexRouter", "regex=(.*) ; replacement=$x", "topic=orders", "error: Illegal group reference" },
		{ "RegexRouter", "regex=(.*) ; replacement=${nope}", "topic=orders",
		  "error: No group with name {nope}" },
		{ "RegexRouter", "regex=(.*) ; replacement=${nope", "topic=orders",
		  "error: named capturing group is missing trailing '}'" },
		{ "RegexRouter", "regex=(.*) ; replacement=${1a}", "topic=orders",
		  "error: capturing group name {1a} starts with digit character" },
		{ "RegexRouter", "regex=(.*) ; replacement=a\\", "topic=orders",
		  "error: character to be escaped is missing" },
	};

	CW_TRANSFORM_CHECK(rows);
}

static void test_replace_field(void)
{
	static const struct cw_transform_row rows[] = {
		{ "ReplaceField$Value", "renames=a", "1",
		  "refused: Invalid value [a] for configuration renames: Invalid rename mapping: a" },
		{ "ReplaceField$Value", "renames=a:b, c:d:e", "1",
		  "refused: Invalid value [a:b, c:d:e] for configuration renames: Invalid rename mapping: c:d:e" },
		{ "ReplaceField$Value", "renames=a:", "1",
		  "refused: Invalid value [a:] for configuration renames: Invalid rename mapping: a:" },
		{ "ReplaceField$Value", "renames=:", "1",
		  "refused: Invalid value [:] for configuration renames: Invalid rename mapping: :" },
		/* schemaless */
		{ "ReplaceField$Value", "", "{\"a\":1}", "same" },
		{ "ReplaceField$Value", "exclude=a", "null", "same" },
		{ "ReplaceField$Value", "exclude=a", "{\"a\":1,\"b\":2}", "value={\"b\":2}" },
		{ "ReplaceField$Value", "exclude=c", "{\"a\":1,\"b\":2}", "same" },
		{ "ReplaceField$Value", "include=a", "{\"a\":1,\"b\":2}", "value={\"a\":1}" },
		{ "ReplaceField$Value", "include=a,b", "{\"a\":1,\"b\":2}", "same" },
		{ "ReplaceField$Value", "include=a,b ; exclude=b", "{\"a\":1,\"b\":2}", "value={\"a\":1}" },
		{ "ReplaceField$Value", "include=c", "{\"a\":1,\"b\":2}", "value={}" },
		{ "ReplaceField$Value", "renames=a:x", "{\"a\":1,\"b\":2}", "value={\"x\":1,\"b\":2}" },
		{ "ReplaceField$Value", "renames=a:b", "{\"a\":1,\"b\":2}", "value={\"b\":1}" },
		{ "ReplaceField$Value", "renames=a:b", "{\"b\":2,\"a\":1}", "value={\"b\":1}" },
		{ "ReplaceField$Value", "renames=a:b ; exclude=a", "{\"b\":2,\"a\":1}", "value={\"b\":2}" },
		{ "ReplaceField$Value", "renames=a:b,b:a", "{\"a\":1,\"b\":2}", "value={\"b\":1,\"a\":2}" },
		{ "ReplaceField$Value", "renames=a:x::", "{\"a\":1}", "value={\"x\":1}" },
		{ "ReplaceField$Value", "renames=:x", "{\"\":1}", "value={\"x\":1}" },
		{ "ReplaceField$Value", "renames=a:x,a:y", "{\"a\":1}", "value={\"y\":1}" },
		{ "ReplaceField$Value", "include=a ; renames=a:x", "{\"a\":1,\"x\":2}", "value={\"x\":1}" },
		{ "ReplaceField$Value", "include=x ; renames=a:x", "{\"a\":1,\"x\":2}", "value={\"x\":2}" },
		{ "ReplaceField$Value", "exclude=a", "5",
		  "error: Only Map objects supported in absence of schema for [field replacement], found: "
		  "java.lang.Long" },
		{ "ReplaceField$Key", "exclude=a", "key={\"a\":1} ; value={\"a\":1}", "key={}" },
		/* with schema */
		{ "ReplaceField$Value", "exclude=a", "@struct{a:int32,b:string} {\"a\":1,\"b\":\"x\"}",
		  "value=@struct{b:string} {\"b\":\"x\"}" },
		{ "ReplaceField$Value", "exclude=c", "@struct{a:int32} {\"a\":1}", "same" },
		{ "ReplaceField$Value", "include=b", "@struct{a:int32,b:string} {\"a\":1,\"b\":\"x\"}",
		  "value=@struct{b:string} {\"b\":\"x\"}" },
		{ "ReplaceField$Value", "renames=a:x", "@struct{a:int32,b:string} {\"a\":1,\"b\":\"x\"}",
		  "value=@struct{x:int32,b:string} {\"x\":1,\"b\":\"x\"}" },
		{ "ReplaceField$Value", "renames=a:b,b:a", "@struct{a:int32,b:string} {\"a\":1,\"b\":\"x\"}",
		  "value=@struct{b:int32,a:string} {\"b\":1,\"a\":\"x\"}" },
		{ "ReplaceField$Value", "renames=a:b", "@struct{a:int32,b:string} {\"a\":1,\"b\":\"x\"}",
		  "error: Cannot create field because of field name duplication b" },
		{ "ReplaceField$Value", "renames=a:b", "@struct{b:string} {\"b\":\"x\"}",
		  "error: a is not a valid field name" },
		{ "ReplaceField$Value", "exclude=b", "@struct{a:int32,b:int8}#n%2? {\"a\":1,\"b\":2}",
		  "value=@struct{a:int32}#n%2 {\"a\":1}" },
		{ "ReplaceField$Value", "exclude=c", "@struct{a:int32}? {\"a\":1}",
		  "value=@struct{a:int32} {\"a\":1}" },
		{ "ReplaceField$Value", "exclude=c", "@struct{a:int32}? null", "same" },
		{ "ReplaceField$Value", "exclude=c", "@struct{a:int32=7} {}", "value=@struct{a:int32=7} {\"a\":7}" },
		{ "ReplaceField$Value", "exclude=c ; replace.null.with.default=false", "@struct{a:int32?=7} {}",
		  "same" },
		{ "ReplaceField$Value", "exclude=c ; replace.null.with.default=false", "@struct{a:int32=7} {}",
		  "error: Invalid value: null used for required field: \"a\", schema type: INT32" },
		{ "ReplaceField$Value", "exclude=a", "@struct{a:int32,b:struct{c:int8}} {\"a\":1,\"b\":{\"c\":2}}",
		  "value=@struct{b:struct{c:int8}} {\"b\":{\"c\":2}}" },
		{ "ReplaceField$Value", "exclude=a", "@map(string,int32) {\"a\":1}",
		  "error: Only Struct objects supported for [field replacement], found: java.util.HashMap" },
		{ "ReplaceField$Key", "exclude=a", "key=@struct{a:int32} {\"a\":1}", "key=@struct{} {}" },
	};

	CW_TRANSFORM_CHECK(rows);
}

static void test_value_to_key(void)
{
	static const struct cw_transform_row rows[] = {
		{ "ValueToKey", "", "1", MISSING("fields") },
		{ "ValueToKey", "fields=", "1", "refused: Invalid value [] for configuration fields: Empty list" },
		{ "ValueToKey", "fields=a", "{\"a\":1,\"b\":2}", "key={\"a\":1}" },
		{ "ValueToKey", "fields=b,a", "key=5 ; value={\"a\":1,\"b\":2}", "key={\"b\":2,\"a\":1}" },
		{ "ValueToKey", "fields=a,a", "{\"a\":1}", "key={\"a\":1}" },
		{ "ValueToKey", "fields=c", "{\"a\":1}", "key={\"c\":null}" },
		{ "ValueToKey", "fields=a.b", "{\"a\":{\"b\":1}}", "key={\"a.b\":null}" },
		{ "ValueToKey", "fields=a", "null",
		  "error: Only Map objects supported in absence of schema for [copying fields from value to key], "
		  "found: null" },
		{ "ValueToKey", "fields=a", "\"x\"",
		  "error: Only Map objects supported in absence of schema for [copying fields from value to key], "
		  "found: "
		  "java.lang.String" },
		{ "ValueToKey", "fields=a", "@struct{a:int32,b:string} {\"a\":1,\"b\":\"x\"}",
		  "key=@struct{a:int32} {\"a\":1}" },
		{ "ValueToKey", "fields=b,a", "@struct{a:int32,b:string}#n {\"a\":1,\"b\":\"x\"}",
		  "key=@struct{b:string,a:int32} {\"b\":\"x\",\"a\":1}" },
		{ "ValueToKey", "fields=c", "@struct{a:int32} {\"a\":1}", "error: Field does not exist: c" },
		{ "ValueToKey", "fields=a,a", "@struct{a:int32} {\"a\":1}",
		  "error: Cannot create field because of field name duplication a" },
		{ "ValueToKey", "fields=a", "@struct{a:int32?=7} {}", "key=@struct{a:int32?=7} {\"a\":7}" },
		{ "ValueToKey", "fields=a ; replace.null.with.default=false", "@struct{a:int32?=7} {}",
		  "key=@struct{a:int32?=7} {\"a\":null}" },
		{ "ValueToKey", "fields=a ; replace.null.with.default=false", "@struct{a:int32=7} {}",
		  "error: Invalid value: null used for required field: \"a\", schema type: INT32" },
		{ "ValueToKey", "fields=a", "@struct{a:int32}? null",
		  "error: Only Struct objects supported for [copying fields from value to key], found: null" },
		{ "ValueToKey", "fields=a", "@struct{a:struct{b:int8}} {\"a\":{\"b\":1}}",
		  "key=@struct{a:struct{b:int8}} {\"a\":{\"b\":1}}" },
	};

	CW_TRANSFORM_CHECK(rows);
}

static void test_filter(void)
{
	static const struct cw_transform_row rows[] = {
		{ "Filter", "", "1", "drop" },
		{ "Filter", "", "null", "drop" },
		{ "Filter", "", "@struct{a:int32} {\"a\":1}", "drop" },
	};

	CW_TRANSFORM_CHECK(rows);
}

/* More schemas than the cache has room for; each is still served. */
static void test_many_schemas(void)
{
	struct cw_transform_run run;
	struct cw_error err = { 0 };

	CU_ASSERT_EQUAL_FATAL(cw_transform_begin(&run, "ReplaceField$Value", "exclude=x", &err), 0);
	for (unsigned round = 0; round < 3; round++)
		for (unsigned i = 0; i < 200; i++) {
			struct cw_buf record = { 0 }, expected = { 0 }, out = { 0 };

			cw_buf_printf(&record, "@struct{x:int8,f%u:int32} {\"x\":1,\"f%u\":%u}", i, i, i);
			cw_buf_printf(&expected, "value=@struct{f%u:int32} {\"f%u\":%u}", i, i, i);
			cw_transform_apply(&run, record.p, &out);
			CU_ASSERT_STRING_EQUAL(out.p, expected.p);
			cw_buf_free(&record);
			cw_buf_free(&expected);
			cw_buf_free(&out);
		}
	cw_transform_end(&run);
}

/* Maps with many keys, some of which come again. */
static void test_large_maps(void)
{
	struct cw_transform_run run;
	struct cw_buf record = { 0 }, expected = { 0 }, out = { 0 };
	struct cw_error err = { 0 };

	cw_buf_puts(&record, "{\"a\":{");
	cw_buf_puts(&expected, "value={");
	for (unsigned i = 0; i < 500; i++) {
		cw_buf_printf(&record, "%s\"k%u\":%u", i ? "," : "", i, i);
		cw_buf_printf(&expected, "%s\"a.k%u\":%u", i ? "," : "", i, i == 7 || i == 300 ? 1000 + i : i);
	}
	cw_buf_puts(&record, "},\"a.k7\":1007,\"a.k300\":1300}");
	cw_buf_puts(&expected, "}");
	CU_ASSERT_EQUAL_FATAL(cw_transform_begin(&run, "Flatten$Value", "", &err), 0);
	cw_transform_apply(&run, record.p, &out);
	CU_ASSERT_STRING_EQUAL(out.p, expected.p);
	cw_transform_end(&run);
	cw_buf_free(&record);
	cw_buf_free(&expected);
	cw_buf_free(&out);
}

/* A map that is nested without end is an error of the record. */
static void test_deep_maps(void)
{
	struct cw_transform_run run;
	struct cw_buf record = { 0 }, out = { 0 };
	struct cw_error err = { 0 };

	for (unsigned i = 0; i < 200; i++)
		cw_buf_puts(&record, "{\"a\":");
	cw_buf_puts(&record, "1");
	for (unsigned i = 0; i < 200; i++)
		cw_buf_puts(&record, "}");
	CU_ASSERT_EQUAL_FATAL(cw_transform_begin(&run, "Flatten$Value", "", &err), 0);
	cw_transform_apply(&run, record.p, &out);
	CU_ASSERT_STRING_EQUAL(out.p, "error: Flatten transformation does not support more than 100 levels");
	cw_transform_end(&run);
	cw_buf_free(&record);
	cw_buf_free(&out);
}

/* Once a schema, a topic or a map of this size was met, nothing is taken from the heap any more. */
static void test_no_allocations(void)
{
	static const struct {
		const char *name, *config, *record;
	} rows[] = {
		{ "DropHeaders", "headers=a", "header.a=1 ; header.b=2" },
		{ "InsertHeader", "header=h ; value.literal=text", "1" },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=move", "{\"a\":1,\"b\":2}" },
		{ "HeaderFrom$Value", "fields=a ; headers=h ; operation=move",
		  "@struct{a:int32,b:string} {\"a\":1,\"b\":\"x\"}" },
		{ "ExtractField$Value", "field=a.b ; field.syntax.version=V2", "{\"a\":{\"b\":1}}" },
		{ "ExtractField$Value", "field=a.b ; field.syntax.version=V2",
		  "@struct{a:struct{b:int32}} {\"a\":{\"b\":1}}" },
		{ "HoistField$Value", "field=v", "@struct{a:int32} {\"a\":1}" },
		{ "Flatten$Value", "", "{\"a\":{\"b\":1,\"c\":{\"d\":2}},\"e\":3}" },
		{ "Flatten$Value", "",
		  "@struct{a:struct{b:int32,c:struct{d:string}}} {\"a\":{\"b\":1,\"c\":{\"d\":\"x\"}}}" },
		{ "RegexRouter", "regex=(.*)\\.(.*) ; replacement=$2", "topic=a.b" },
		{ "ReplaceField$Value", "exclude=a ; renames=b:c", "{\"a\":1,\"b\":2}" },
		{ "ReplaceField$Value", "exclude=a ; renames=b:c", "@struct{a:int32,b:string} {\"a\":1,\"b\":\"x\"}" },
		{ "ValueToKey", "fields=a", "{\"a\":1,\"b\":2}" },
		{ "ValueToKey", "fields=a", "@struct{a:int32,b:string} {\"a\":1,\"b\":\"x\"}" },
		{ "ParseAccessLog$Value", "", "\"1.2.3.4 - - [Jan 21 2026, 22:23:40] \\\"GET / HTTP/1.1\\\" 200 1\"" },
		{ "ParseAccessLog$Value", "pattern=(?<ip>\\S+) (?<more>.*)", "\"1.2.3.4 more\"" },
		{ "Regex$Value", "pattern=(?<a>\\w+)", "@string \"x\"" },
		{ "Sample", "share=0.5", "{\"a\":1}" },
	};

	for (size_t i = 0; CW_ALLOCATIONS_COUNT && i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cw_transform_run run;
		struct cw_error err = { 0 };
		struct cw_record record;
		struct cw_arena arena;
		size_t before = 0;

		cw_arena_init(&arena, CW_ARENA_BLOCK);
		CU_ASSERT_EQUAL_FATAL(cw_transform_begin(&run, rows[i].name, rows[i].config, &err), 0);
		record = cw_transform_record(run.batch, rows[i].record);
		for (unsigned k = 0; k < 100; k++) {
			struct cw_record work = record;

			if (k == 3)
				before = cw_allocations();
			cw_arena_reset(&arena);
			run.plugin->transformation->apply(run.state, &arena.batch, &work, &err);
		}
		if (cw_allocations() != before)
			fprintf(stderr, "%s {%s} allocates\n", rows[i].name, rows[i].config);
		CU_ASSERT_EQUAL(cw_allocations(), before);
		cw_transform_end(&run);
		cw_arena_free(&arena);
	}
	CU_PASS("rows");
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "DropHeaders", test_drop_headers },
		{ "InsertHeader", test_insert_header },
		{ "HeaderFrom", test_header_from },
		{ "ExtractField", test_extract_field },
		{ "HoistField", test_hoist_field },
		{ "Flatten", test_flatten },
		{ "RegexRouter", test_regex_router },
		{ "ReplaceField", test_replace_field },
		{ "ValueToKey", test_value_to_key },
		{ "Filter", test_filter },
		{ "many schemas", test_many_schemas },
		{ "large maps", test_large_maps },
		{ "deep maps", test_deep_maps },
		{ "no allocations", test_no_allocations },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "transformations of records", NULL, NULL, NULL, NULL, tests },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
