#include "data/schema.h"
#include "data/value.h"
#include "unit.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static struct cw_slice text(const char *s)
{
	return cw_slice_str(s);
}

/* A struct of two fields. */
static struct cw_schema *pair(struct cw_batch *memory, const char *a, const struct cw_schema *as, const char *b,
			      const struct cw_schema *bs)
{
	struct cw_field *fields;
	struct cw_schema *schema = cw_schema_struct(memory, 2, &fields);

	fields[0] = (struct cw_field){ text(a), as };
	fields[1] = (struct cw_field){ text(b), bs };
	return schema;
}

static const struct cw_schema *with_default(struct cw_batch *memory, enum cw_type type, struct cw_value value)
{
	struct cw_schema *schema = cw_schema_new(memory, type);
	struct cw_value *copy = cw_batch_alloc(memory, sizeof(*copy));

	*copy = value;
	copy->schema = schema;
	schema->default_value = copy;
	return schema;
}

static struct cw_value of(struct cw_value value, const struct cw_schema *schema)
{
	value.schema = schema;
	return value;
}

/* ---- schemas ------------------------------------------------------------------------------- */

static void test_schema__constants_are_what_new_ones_are(void)
{
	struct cw_batch *memory = cw_memory_new();

	for (int type = CW_NULL; type <= CW_TIMESTAMP; type++) {
		const struct cw_schema *constant = cw_schema_of((enum cw_type)type, false);

		if (!constant)
			continue;
		CU_ASSERT_TRUE(cw_schema_equal(constant, cw_schema_new(memory, (enum cw_type)type)));
		CU_ASSERT_FALSE(cw_schema_equal(constant, cw_schema_of((enum cw_type)type, true)));
		CU_ASSERT_PTR_EQUAL(cw_schema_clone(memory, constant), constant);
	}
	CU_ASSERT_PTR_NULL(cw_schema_of(CW_STRUCT, false));
	CU_ASSERT_PTR_NULL(cw_schema_of(CW_DECIMAL, false));
	CU_ASSERT_PTR_NULL(cw_schema_of((enum cw_type)99, false));
	CU_ASSERT_STRING_EQUAL(cw_type_name_upper(CW_DECIMAL), "BYTES");
	CU_ASSERT_STRING_EQUAL(cw_type_name_lower(CW_TIMESTAMP), "int64");
	cw_memory_free(memory);
}

static void test_schema__decimal_has_its_scale(void)
{
	struct cw_batch *memory = cw_memory_new();
	const struct cw_schema *schema = cw_schema_decimal(memory, -12, true);

	CU_ASSERT_TRUE(cw_slice_equal(cw_schema_parameter(schema, CW_DECIMAL_SCALE), text("-12")));
	CU_ASSERT_PTR_NULL(cw_schema_parameter(schema, "precision").p);
	CU_ASSERT_TRUE(cw_slice_equal(schema->name, text(CW_DECIMAL_NAME)));
	CU_ASSERT_EQUAL(schema->version, 1);
	CU_ASSERT_FALSE(cw_schema_equal(schema, cw_schema_decimal(memory, -13, true)));
	cw_memory_free(memory);
}

static void test_schema__parameters_are_equal_in_any_order(void)
{
	struct cw_batch *memory = cw_memory_new();
	struct cw_schema *a = cw_schema_new(memory, CW_STRING), *b = cw_schema_new(memory, CW_STRING);
	const struct cw_parameter one[] = { { text("a"), text("1") }, { text("b"), text("2") } };
	const struct cw_parameter other[] = { { text("b"), text("2") }, { text("a"), text("1") } };

	a->parameters = one;
	b->parameters = other;
	a->n_parameters = b->n_parameters = 2;
	CU_ASSERT_TRUE(cw_schema_equal(a, b));
	CU_ASSERT_EQUAL(cw_schema_hash(a), cw_schema_hash(b));
	b->n_parameters = 1;
	CU_ASSERT_FALSE(cw_schema_equal(a, b));
	cw_memory_free(memory);
}

static void test_schema__an_empty_name_is_one(void)
{
	struct cw_batch *memory = cw_memory_new();
	struct cw_schema *a = cw_schema_new(memory, CW_STRING);

	a->name = text("");
	CU_ASSERT_FALSE(cw_schema_equal(a, cw_schema_of(CW_STRING, false)));
	CU_ASSERT_TRUE(cw_schema_equal(a, cw_schema_clone(memory, a)));
	cw_memory_free(memory);
}

/* A list: {value, next}, where next is the list itself, `unrolled` structs later. */
static const struct cw_schema *list_schema(struct cw_batch *memory, int unrolled)
{
	struct cw_schema *last = pair(memory, "value", cw_schema_of(CW_INT32, false), "next", NULL), *first = last;

	last->optional = true;
	for (int i = 0; i < unrolled; i++) {
		first = pair(memory, "value", cw_schema_of(CW_INT32, false), "next", first);
		first->optional = true;
	}
	((struct cw_field *)(uintptr_t)last->fields)[1].schema = first;
	return first;
}

static void test_schema__recursive_ones_are_compared_hashed_and_cloned(void)
{
	struct cw_batch *a = cw_memory_new(), *b = cw_memory_new();
	const struct cw_schema *list = list_schema(a, 0), *unrolled = list_schema(b, 5);
	const struct cw_schema *clone = cw_schema_clone(b, list);
	uint64_t hash = cw_schema_hash(list);

	CU_ASSERT_TRUE(cw_schema_equal(list, unrolled));
	CU_ASSERT_EQUAL(cw_schema_hash(unrolled), hash);
	CU_ASSERT_TRUE(cw_schema_equal(list, clone));
	cw_memory_free(a);
	CU_ASSERT_PTR_EQUAL(clone->fields[1].schema, clone);
	CU_ASSERT_EQUAL(cw_schema_hash(clone), hash);
	cw_memory_free(b);
}

/* 2^60 ways lead to the innermost schema. */
static const struct cw_schema *doubling(struct cw_batch *memory, enum cw_type innermost)
{
	const struct cw_schema *schema = cw_schema_of(innermost, false);

	for (int i = 0; i < 60; i++)
		schema = pair(memory, "a", schema, "b", schema);
	return schema;
}

static void test_schema__shared_ones_take_no_exponential_time(void)
{
	struct cw_batch *memory = cw_memory_new();
	const struct cw_schema *schema = doubling(memory, CW_STRING);

	CU_ASSERT_TRUE(cw_schema_equal(schema, doubling(memory, CW_STRING)));
	CU_ASSERT_FALSE(cw_schema_equal(schema, doubling(memory, CW_BYTES)));
	CU_ASSERT_TRUE(cw_schema_equal(schema, cw_schema_clone(memory, schema)));
	CU_ASSERT_EQUAL(cw_schema_hash(schema), cw_schema_hash(doubling(memory, CW_STRING)));
	cw_memory_free(memory);
}

/* ---- values -------------------------------------------------------------------------------- */

static void test_value__equality_is_javas(void)
{
	const struct cw_value nan = cw_value_float64(0.0 / 0.0);
	const struct cw_value zero = cw_value_float64(0.0), minus = cw_value_float64(-0.0);
	const struct cw_value a = cw_value_decimal(cw_slice("\x01", 1), 0);
	const struct cw_value padded = cw_value_decimal(cw_slice("\0\x01", 2), 0);
	const struct cw_value scaled = cw_value_decimal(cw_slice("\x0a", 1), 1);
	const struct cw_value int8 = cw_value_integer(CW_INT8, 1), int16 = cw_value_integer(CW_INT16, 1);

	CU_ASSERT_TRUE(cw_value_equal(&nan, &nan));
	CU_ASSERT_FALSE(cw_value_equal(&zero, &minus));
	CU_ASSERT_TRUE(cw_value_equal(&a, &padded));
	CU_ASSERT_EQUAL(cw_value_hash(&a), cw_value_hash(&padded));
	CU_ASSERT_FALSE(cw_value_equal(&a, &scaled));
	CU_ASSERT_FALSE(cw_value_equal(&int8, &int16));
}

static void test_value__a_null_field_is_its_default(void)
{
	struct cw_batch *memory = cw_memory_new();
	const struct cw_schema *seven = with_default(memory, CW_INT32, cw_value_integer(CW_INT32, 7));
	const struct cw_schema *schema = pair(memory, "a", seven, "b", cw_schema_of(CW_STRING, true));
	const struct cw_value fields[] = { cw_value_null_of(seven), cw_value_null_of(schema->fields[1].schema) };
	struct cw_value value = cw_value_struct(schema, fields);

	CU_ASSERT_EQUAL(cw_value_field(&value, text("a"))->u.integer, 7);
	CU_ASSERT_EQUAL(cw_value_field(&value, text("b"))->type, CW_NULL);
	CU_ASSERT_PTR_NULL(cw_value_field(&value, text("c")));
	cw_memory_free(memory);
}

static void test_value__prints_as_java_does(void)
{
	struct cw_batch *memory = cw_memory_new();
	const struct cw_schema *int32 = cw_schema_of(CW_INT32, true);
	const struct cw_schema *schema = pair(memory, "a", int32, "b", cw_schema_of(CW_STRING, true));
	const struct cw_value fields[] = { cw_value_null_of(int32), cw_value_string(text("x")) };
	const struct cw_value items[] = { cw_value_integer(CW_INT8, -1), cw_value_null(), cw_value_float64(1e7) };
	const struct cw_entry entries[] = { { cw_value_string(text("k")), cw_value_boolean(true) },
					    { cw_value_string(text("l")), cw_value_array(items, 3) } };
	const struct {
		struct cw_value value;
		const char *text;
	} cases[] = {
		{ cw_value_null(), "null" },
		{ cw_value_struct(schema, fields), "Struct{b=x}" },
		{ cw_value_array(items, 3), "[-1, null, 1.0E7]" },
		{ cw_value_array(NULL, 0), "[]" },
		{ cw_value_map(entries, 2), "{k=true, l=[-1, null, 1.0E7]}" },
		{ cw_value_bytes(text("abc")), "java.nio.HeapByteBuffer[pos=0 lim=3 cap=3]" },
		{ cw_value_decimal(cw_slice("\xff", 1), 8), "-1E-8" },
		{ cw_value_integer(CW_DATE, 0), "Thu Jan 01 00:00:00 UTC 1970" },
		{ cw_value_integer(CW_TIMESTAMP, -62135769600000), "Sat Jan 01 00:00:00 UTC 1" },
		{ cw_value_integer(CW_INT64, INT64_MIN), "-9223372036854775808" },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct cw_buf out = { 0 };

		cw_value_print(&out, &cases[i].value);
		CU_ASSERT_STRING_EQUAL(out.p, cases[i].text);
		cw_buf_free(&out);
	}
	cw_memory_free(memory);
}

/* ---- validation ---------------------------------------------------------------------------- */

static void test_validate__says_what_kafka_says(void)
{
	struct cw_batch *memory = cw_memory_new();
	const struct cw_schema *int32 = cw_schema_of(CW_INT32, false), *string = cw_schema_of(CW_STRING, false);
	const struct cw_schema *array = cw_schema_array(memory, int32), *map = cw_schema_map(memory, string, array);
	const struct cw_schema *schema = pair(memory, "a", int32, "m", map);
	const struct cw_schema *other = pair(memory, "a", int32, "n", map);
	const struct cw_schema *seven = with_default(memory, CW_INT32, cw_value_integer(CW_INT32, 7));
	const struct cw_schema *defaulted = pair(memory, "a", seven, "b", int32);
	const struct cw_value items[] = { cw_value_integer(CW_INT32, 1), cw_value_string(text("x")) };
	const struct cw_entry entry = { cw_value_string(text("k")), cw_value_array(items, 2) };
	const struct cw_entry null_key = { cw_value_null(), cw_value_array(items, 1) };
	const struct cw_value fields[] = { cw_value_integer(CW_INT32, 1), cw_value_map(&entry, 1) };
	const struct cw_value nulls[] = { cw_value_null(), cw_value_null() };
	const struct cw_value default_and_one[] = { cw_value_null(), cw_value_integer(CW_INT32, 1) };
	const struct {
		const struct cw_schema *schema;
		struct cw_value value;
		const char *name, *error; /* NULL: valid */
	} cases[] = {
		{ int32, cw_value_integer(CW_INT32, 1), NULL, NULL },
		{ cw_schema_of(CW_INT32, true), cw_value_null(), NULL, NULL },
		{ int32, cw_value_null(), NULL, "Invalid value: null used for required value, schema type: INT32" },
		{ int32, cw_value_null(), "f",
		  "Invalid value: null used for required field: \"f\", schema type: INT32" },
		{ int32, cw_value_integer(CW_INT64, 1), NULL,
		  "Invalid Java object for schema with type INT32: class java.lang.Long for value" },
		{ cw_schema_of(CW_DATE, false), cw_value_integer(CW_INT32, 1), "f",
		  "Invalid Java object for schema \"org.apache.kafka.connect.data.Date\" with type INT32: "
		  "class java.lang.Integer for field: \"f\"" },
		{ cw_schema_of(CW_DATE, false), cw_value_integer(CW_TIMESTAMP, 1), NULL, NULL },
		{ cw_schema_decimal(memory, 2, false), cw_value_bytes(text("x")), NULL,
		  "Invalid Java object for schema \"org.apache.kafka.connect.data.Decimal\" with type BYTES: "
		  "class [B for value" },
		{ array, cw_value_array(items, 2), NULL,
		  "Invalid Java object for schema with type INT32: class java.lang.String for element of array value" },
		{ cw_schema_array(memory, NULL), cw_value_array(items, 1), NULL,
		  "No schema defined for element of array value" },
		{ map, cw_value_map(&entry, 1), "f",
		  "Invalid Java object for schema with type INT32: class java.lang.String for element of array value of "
		  "map field: \"f\"" },
		{ map, cw_value_map(&null_key, 1), NULL,
		  "Invalid value: null used for required key of map value, schema type: STRING" },
		{ schema, cw_value_struct(other, fields), NULL, "Struct schemas do not match." },
		{ schema, cw_value_struct(schema, nulls), NULL,
		  "Invalid value: null used for required field: \"a\", schema type: INT32" },
		{ defaulted, cw_value_struct(defaulted, default_and_one), NULL, NULL },
		{ defaulted, cw_value_struct(defaulted, nulls), NULL,
		  "Invalid value: null used for required field: \"b\", schema type: INT32" },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct cw_error err = { 0 };

		CU_ASSERT_EQUAL(cw_value_validate(cases[i].schema, &cases[i].value, cases[i].name, &err),
				cases[i].error ? -1 : 0);
		CU_ASSERT_STRING_EQUAL(err.text, cases[i].error ? cases[i].error : "");
	}
	cw_memory_free(memory);
}

/* ---- projection ---------------------------------------------------------------------------- */

static void test_project__promotes_numbers(void)
{
	static const enum cw_type types[] = { CW_INT8, CW_INT16, CW_INT32, CW_INT64, CW_FLOAT32, CW_FLOAT64 };
	struct cw_batch *memory = cw_memory_new();

	for (size_t i = 0; i < LENGTH(types); i++)
		for (size_t j = 0; j < LENGTH(types); j++) {
			struct cw_value from = types[i] == CW_FLOAT32 ? cw_value_float32(5)
					     : types[i] == CW_FLOAT64 ? cw_value_float64(5)
								      : cw_value_integer(types[i], 5);
			struct cw_value value = of(from, cw_schema_of(types[i], false)), out;
			struct cw_buf printed = { 0 };

			CU_ASSERT_EQUAL(cw_value_project(memory, &value, cw_schema_of(types[j], false), &out, NULL),
					i <= j ? 0 : -1);
			if (i > j)
				continue;
			CU_ASSERT_EQUAL(out.type, types[j]);
			cw_value_print(&printed, &out);
			CU_ASSERT_STRING_EQUAL(printed.p, types[j] >= CW_FLOAT32 ? "5.0" : "5");
			cw_buf_free(&printed);
		}
	cw_memory_free(memory);
}

static void test_project__says_what_does_not_fit(void)
{
	struct cw_batch *memory = cw_memory_new();
	const struct cw_schema *int32 = cw_schema_of(CW_INT32, false), *string = cw_schema_of(CW_STRING, false);
	const struct cw_schema *optional = cw_schema_of(CW_STRING, true);
	struct cw_schema *named = cw_schema_new(memory, CW_STRING);
	const struct cw_schema *from = pair(memory, "a", int32, "b", optional);
	const struct cw_schema *inner = pair(memory, "a", string, "b", optional);
	const struct cw_schema *more = pair(memory, "a", int32, "c", string);
	const struct cw_value fields[] = { cw_value_integer(CW_INT32, 1), cw_value_string(text("x")) };
	const struct {
		struct cw_value value;
		const struct cw_schema *to;
		const char *error;
	} cases[] = {
		{ of(cw_value_string(text("x")), string), int32,
		  "Schema type mismatch. source type: STRING and target type: INT32" },
		{ of(cw_value_string(text("x")), string), named,
		  "Schema name mismatch. source name: null and target name: n" },
		{ of(cw_value_decimal(text("x"), 1), cw_schema_decimal(memory, 1, false)),
		  cw_schema_decimal(memory, 2, false),
		  "Schema parameters not equal. source parameters: {scale=1} and target parameters: {scale=2}" },
		{ of(cw_value_string(text("x")), optional), string,
		  "Writer schema is optional, however, target schema does not provide a default value." },
		{ cw_value_struct(from, fields), inner,
		  "Error projecting a: Schema type mismatch. source type: INT32 and target type: STRING" },
		{ cw_value_struct(from, fields), more,
		  "Required field `c` is missing from source schema: Schema{STRUCT}" },
		{ cw_value_string(text("x")), string, "A value without a schema cannot be projected to another one." },
	};

	named->name = text("n");
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct cw_error err = { 0 };
		struct cw_value out;

		CU_ASSERT_EQUAL(cw_value_project(memory, &cases[i].value, cases[i].to, &out, &err), -1);
		CU_ASSERT_STRING_EQUAL(err.text, cases[i].error);
	}
	cw_memory_free(memory);
}

static void test_project__fills_in_defaults(void)
{
	struct cw_batch *memory = cw_memory_new();
	const struct cw_schema *optional = cw_schema_of(CW_INT32, true);
	const struct cw_schema *seven = with_default(memory, CW_INT32, cw_value_integer(CW_INT32, 7));
	const struct cw_schema *from = pair(memory, "a", optional, "gone", optional);
	const struct cw_schema *to = pair(memory, "a", seven, "new", seven);
	const struct cw_value fields[] = { cw_value_null_of(optional), cw_value_null_of(optional) };
	struct cw_value value = cw_value_struct(from, fields), out;

	CU_ASSERT_EQUAL(cw_value_project(memory, &value, to, &out, NULL), 0);
	CU_ASSERT_EQUAL(out.u.array.items[0].u.integer, 7);
	CU_ASSERT_EQUAL(out.u.array.items[1].u.integer, 7);
	CU_ASSERT_PTR_EQUAL(out.u.array.items[1].schema, seven);
	cw_memory_free(memory);
}

int main(void)
{
	CU_TestInfo schemas[] = {
		{ "constants", test_schema__constants_are_what_new_ones_are },
		{ "decimals", test_schema__decimal_has_its_scale },
		{ "parameters", test_schema__parameters_are_equal_in_any_order },
		{ "empty names", test_schema__an_empty_name_is_one },
		{ "recursive schemas", test_schema__recursive_ones_are_compared_hashed_and_cloned },
		{ "shared schemas", test_schema__shared_ones_take_no_exponential_time },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo values[] = {
		{ "equality", test_value__equality_is_javas },
		{ "defaults", test_value__a_null_field_is_its_default },
		{ "toString()", test_value__prints_as_java_does },
		{ "validation", test_validate__says_what_kafka_says },
		{ "promotion", test_project__promotes_numbers },
		{ "no projection", test_project__says_what_does_not_fit },
		{ "projection with defaults", test_project__fills_in_defaults },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ .pName = "schemas", .pTests = schemas }, { .pName = "values", .pTests = values }, CU_SUITE_INFO_NULL
	};

	setenv("TZ", "UTC", 1);
	return cw_test_main(suites);
}
