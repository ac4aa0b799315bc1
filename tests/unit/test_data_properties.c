/* What holds for any schema and any value: checked for many random ones. */
#include <math.h>

#include "data/number.h"
#include "data/schema.h"
#include "data/value.h"
#include "data/values.h"
#include "random_data.h"
#include "strict_memory.h"
#include "unit.h"

#define SEEDS 4000u

static const struct cw_random_limits anything = { .depth = 3 };

#define CHECK(seed, what)                                                                                     \
	do {                                                                                                  \
		if (!(what))                                                                                  \
			fprintf(stderr, "%s: seed %llu: %s\n", __func__, (unsigned long long)(seed), #what);  \
		CU_ASSERT_TRUE(what);                                                                         \
	} while (0)

/* A schema of this seed, and what follows from it. */
static const struct cw_schema *schema_of(uint64_t seed, struct cw_random *random, struct cw_batch *memory)
{
	*random = (struct cw_random){ seed };
	return cw_random_schema(random, memory, &anything);
}

static void test_schema__equal_ones_are_equal_and_a_clone_stands_alone(void)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct cw_batch *a = cw_strict_memory_new(), *b = cw_strict_memory_new(), *c = cw_strict_memory_new();
		struct cw_random random;
		const struct cw_schema *schema = schema_of(seed, &random, a), *same = schema_of(seed, &random, b);
		const struct cw_schema *clone;
		uint64_t hash = cw_schema_hash(schema);

		CHECK(seed, cw_schema_equal(schema, same));
		CHECK(seed, hash == cw_schema_hash(same));
		clone = cw_schema_clone(c, schema);
		cw_strict_memory_free(a);
		CHECK(seed, cw_schema_equal(clone, same));
		CHECK(seed, hash == cw_schema_hash(clone));
		cw_strict_memory_free(b);
		cw_strict_memory_free(c);
	}
}

/* One change anywhere in a schema. */
static const struct cw_schema *changed(const struct cw_schema *schema, struct cw_random *random,
				       struct cw_batch *memory)
{
	struct cw_schema *copy = cw_schema_copy(memory, schema);
	struct cw_field *fields;
	size_t i;

	if (schema->value_schema && cw_random_below(random, 2)) {
		copy->value_schema = changed(schema->value_schema, random, memory);
	} else if (schema->n_fields && cw_random_below(random, 3)) {
		i = cw_random_below(random, schema->n_fields);
		copy->fields = fields = cw_batch_alloc(memory, schema->n_fields * sizeof(*fields));
		memcpy(fields, schema->fields, schema->n_fields * sizeof(*fields));
		if (cw_random_below(random, 2))
			fields[i].schema = changed(fields[i].schema, random, memory);
		else
			fields[i].name = cw_slice_str("another name");
	} else {
		switch (cw_random_below(random, 4)) {
		case 0:
			copy->optional = !copy->optional;
			break;
		case 1:
			copy->version++;
			break;
		case 2:
			copy->doc = cw_slice_str("another doc");
			break;
		default:
			copy->name = cw_slice_str("another name");
			break;
		}
	}
	return copy;
}

static void test_schema__any_change_makes_it_unequal(void)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct cw_batch *memory = cw_strict_memory_new();
		struct cw_random random;
		const struct cw_schema *schema = schema_of(seed, &random, memory);

		CHECK(seed, !cw_schema_equal(schema, changed(schema, &random, memory)));
		cw_strict_memory_free(memory);
	}
}

static void test_value__is_valid_and_equal_to_its_clone(void)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct cw_batch *a = cw_strict_memory_new(), *b = cw_strict_memory_new(), *c = cw_strict_memory_new();
		struct cw_random random;
		const struct cw_schema *schema = schema_of(seed, &random, b);
		struct cw_value value, clone, again;
		struct cw_buf text = { 0 }, clone_text = { 0 };
		struct cw_random values = random;
		struct cw_error err = { 0 };
		uint64_t hash;

		value = cw_random_value(&random, a, schema, &anything);
		again = cw_random_value(&values, c, schema, &anything);
		clone = cw_value_clone(b, &value);
		CHECK(seed, cw_value_equal(&value, &clone));
		CHECK(seed, cw_value_validate(schema, &value, NULL, &err) == 0);
		hash = cw_value_hash(&value);
		cw_value_print(&text, &value);
		cw_strict_memory_free(a);
		cw_value_print(&clone_text, &clone);
		CHECK(seed, cw_value_equal(&again, &clone));
		CHECK(seed, hash == cw_value_hash(&clone));
		CHECK(seed, text.n == clone_text.n && memcmp(text.p, clone_text.p, text.n) == 0);
		cw_buf_free(&text);
		cw_buf_free(&clone_text);
		cw_strict_memory_free(b);
		cw_strict_memory_free(c);
	}
}

/* A copy with its outermost map's entries in another order. */
static struct cw_value shuffled(const struct cw_value *map, struct cw_random *random, struct cw_batch *memory)
{
	struct cw_value copy = cw_value_clone(memory, map);
	struct cw_entry *entries = cw_batch_alloc(memory, map->u.map.n * sizeof(*entries));

	if (map->u.map.n == 0)
		return copy;
	memcpy(entries, copy.u.map.entries, map->u.map.n * sizeof(*entries));
	for (size_t i = map->u.map.n - 1; i > 0; i--) {
		size_t j = cw_random_below(random, i + 1);
		struct cw_entry entry = entries[i];

		entries[i] = entries[j];
		entries[j] = entry;
	}
	copy.u.map.entries = entries;
	return copy;
}

static void test_value__maps_are_equal_in_any_order(void)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct cw_batch *memory = cw_strict_memory_new();
		struct cw_random random = { seed };
		struct cw_random_limits flat = { .depth = 1 };
		const struct cw_schema *keys = cw_random_schema(&random, memory, &flat);
		const struct cw_schema *schema = cw_schema_map(memory, keys, cw_random_schema(&random, memory, &flat));
		struct cw_value value = cw_random_value(&random, memory, schema, &flat), other, changed_one;

		other = shuffled(&value, &random, memory);
		CHECK(seed, cw_value_equal(&value, &other));
		CHECK(seed, cw_value_hash(&value) == cw_value_hash(&other));
		if (other.u.map.n) {
			struct cw_entry *entries = (struct cw_entry *)(uintptr_t)other.u.map.entries;

			changed_one = cw_value_string(cw_slice_str("not a value that is made here"));
			entries[cw_random_below(&random, other.u.map.n)].value = changed_one;
			CHECK(seed, !cw_value_equal(&value, &other));
		}
		cw_strict_memory_free(memory);
	}
}

static bool has_defaults(const struct cw_schema *schema)
{
	if (!schema)
		return false;
	for (size_t i = 0; i < schema->n_fields; i++)
		if (has_defaults(schema->fields[i].schema))
			return true;
	return schema->default_value || has_defaults(schema->key_schema) || has_defaults(schema->value_schema);
}

/* To an equal schema a value stays what it is, but for nulls in structs that stand for a default value. */
static void test_value__projects_to_an_equal_schema(void)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct cw_batch *memory = cw_strict_memory_new();
		struct cw_random random;
		const struct cw_schema *schema = schema_of(seed, &random, memory);
		const struct cw_schema *same = cw_schema_clone(memory, schema);
		const struct cw_schema *third = cw_schema_clone(memory, schema);
		struct cw_value value = cw_random_value(&random, memory, schema, &anything), out, again;
		struct cw_error err = { 0 };

		CHECK(seed, cw_value_project(memory, &value, same, &out, &err) == 0);
		CHECK(seed, cw_value_validate(same, &out, NULL, &err) == 0);
		CHECK(seed, has_defaults(schema) || cw_value_equal(&value, &out));
		CHECK(seed, cw_value_project(memory, &out, third, &again, &err) == 0);
		CHECK(seed, cw_value_equal(&out, &again));
		cw_strict_memory_free(memory);
	}
}

/* One digit fewer, rounded, is another number. */
static bool is_shortest(double d, const char *text, size_t n)
{
	int digits = 0;
	char shorter[40];

	for (size_t i = 0; i < n && text[i] != 'E'; i++)
		digits += text[i] >= '0' && text[i] <= '9' && (digits > 0 || text[i] != '0');
	if (digits <= 2)
		return true;
	snprintf(shorter, sizeof(shorter), "%.*e", digits - 2, d);
	/* "1200.0" and "0.0012" have zeros that say where the point is. */
	return strtod(shorter, NULL) != d || text[n - 1] == '0';
}

static void test_number__doubles_read_back(void)
{
	struct cw_random random = { 1 };
	char text[CW_DOUBLE_TEXT_MAX];

	for (int i = 0; i < 100000; i++) {
		uint64_t bits = cw_random_next(&random);
		uint32_t low = (uint32_t)bits;
		double d, back;
		float f, float_back;
		size_t n;

		memcpy(&d, &bits, sizeof(d));
		if (i % 2)
			d = (double)(int64_t)(bits >> 30) / pow(10, (double)(bits % 12));
		memcpy(&f, &low, sizeof(f));
		if (isnan(d) || isnan(f))
			continue;
		n = cw_double_print(d, text);
		CHECK(bits, cw_double_parse(cw_slice(text, n), &back) == 0 && back == d);
		CHECK(bits, isinf(d) || is_shortest(d, text, n));
		n = cw_float_print(f, text);
		CHECK(bits, cw_float_parse(cw_slice(text, n), &float_back) == 0 && float_back == f);
	}
}

static void test_number__powers_of_two_read_back(void)
{
	char text[CW_DOUBLE_TEXT_MAX];

	for (int e = -1074; e < 1024; e++) {
		double d = ldexp(1, e), back;
		float f = (float)d, float_back;
		size_t n = cw_double_print(d, text);

		CHECK(e, cw_double_parse(cw_slice(text, n), &back) == 0 && back == d);
		n = cw_float_print(f, text);
		CHECK(e, cw_float_parse(cw_slice(text, n), &float_back) == 0 && float_back == f);
	}
}

static struct cw_value random_decimal(struct cw_random *random, struct cw_batch *memory)
{
	int32_t scale = (int32_t)cw_random_below(random, 80) - 30;
	const struct cw_random_limits none = { 0 };

	return cw_random_value(random, memory, cw_schema_decimal(memory, scale, false), &none);
}

static void test_number__decimals_read_back(void)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct cw_batch *memory = cw_strict_memory_new();
		struct cw_random random = { seed };
		struct cw_value value = random_decimal(&random, memory), back = value;
		struct cw_buf text = { 0 };

		cw_decimal_print(&text, value.u.bytes, value.scale);
		CHECK(seed, cw_decimal_parse(memory, cw_slice(text.p, text.n), &back.u.bytes, &back.scale) == 0);
		CHECK(seed, cw_value_equal(&value, &back));
		text.n = 0;
		cw_decimal_print_plain(&text, value.u.bytes, value.scale);
		CHECK(seed, cw_decimal_parse(memory, cw_slice(text.p, text.n), &back.u.bytes, &back.scale) == 0);
		CHECK(seed, cw_decimal_to_double(value.u.bytes, value.scale) ==
				    cw_decimal_to_double(back.u.bytes, back.scale));
		CHECK(seed, cw_decimal_to_int64(value.u.bytes, value.scale) ==
				    cw_decimal_to_int64(back.u.bytes, back.scale));
		cw_buf_free(&text);
		cw_strict_memory_free(memory);
	}
}

static struct cw_value reread(const struct cw_values *values, struct cw_batch *memory, const struct cw_value *value)
{
	struct cw_buf text = { 0 };
	struct cw_slice copy;
	struct cw_value out;

	cw_values_print(&text, value);
	copy = cw_slice(memcpy(cw_batch_alloc(memory, text.n), text.p, text.n), text.n);
	CU_ASSERT_EQUAL(cw_values_parse(values, memory, copy, &out), 0);
	cw_buf_free(&text);
	return out;
}

/* A number that lost its fraction to a float may be read as an integer then, but that is what it stays. */
static void test_values__numbers_settle(void)
{
	struct cw_values *values = cw_values_new();

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct cw_batch *memory = cw_strict_memory_new();
		struct cw_random random = { seed };
		struct cw_value number = random_decimal(&random, memory), once, twice, thrice;

		once = reread(values, memory, &number);
		twice = reread(values, memory, &once);
		thrice = reread(values, memory, &twice);
		CHECK(seed, cw_value_equal(&twice, &thrice));
		cw_strict_memory_free(memory);
	}
	cw_values_free(values);
}

static void test_base64__reads_back(void)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct cw_batch *memory = cw_strict_memory_new();
		struct cw_random random = { seed };
		struct cw_slice bytes = cw_random_bytes(&random, memory, cw_slice("", 0)), back;
		struct cw_buf text = { 0 };

		cw_base64_encode(&text, bytes);
		CHECK(seed, cw_base64_decode(memory, cw_slice(text.p, text.n), &back) == 0);
		CHECK(seed, cw_slice_equal(bytes, back));
		cw_buf_free(&text);
		cw_strict_memory_free(memory);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "schemas equal their clones", test_schema__equal_ones_are_equal_and_a_clone_stands_alone },
		{ "schemas differ", test_schema__any_change_makes_it_unequal },
		{ "values equal their clones", test_value__is_valid_and_equal_to_its_clone },
		{ "maps in any order", test_value__maps_are_equal_in_any_order },
		{ "projection", test_value__projects_to_an_equal_schema },
		{ "doubles read back", test_number__doubles_read_back },
		{ "powers of two read back", test_number__powers_of_two_read_back },
		{ "decimals read back", test_number__decimals_read_back },
		{ "numbers in headers settle", test_values__numbers_settle },
		{ "base64 reads back", test_base64__reads_back },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "data properties", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
