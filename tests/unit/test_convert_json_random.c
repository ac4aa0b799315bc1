/*
 * JsonConverter over random schemas and values: what it writes it reads as the same, and no text, however broken, is
 * more than an error.
 */
#include <math.h>

#include "data/schema.h"
#include "data/value.h"
#include "json_fixture.h"
#include "random_data.h"

#define ROUNDS 4000

static const struct cw_random_limits limits = { .finite = true, .depth = 4 };

/* ---- what JSON does not carry ---------------------------------------------------------------- */

static bool carries_schema(const struct cw_schema *schema);

static bool is_minus_zero(double d)
{
	return d == 0 && signbit(d);
}

/* A null among keys that are strings is the name "null". */
static bool carries_map(const struct cw_value *map, bool (*carries)(const struct cw_value *))
{
	bool names = map->schema->key_schema->type == CW_STRING;

	for (size_t i = 0; i < map->u.map.n; i++) {
		const struct cw_entry *entry = &map->u.map.entries[i];

		if ((names && entry->key.type == CW_NULL) || !carries(&entry->key) || !carries(&entry->value))
			return false;
	}
	return true;
}

static bool carries_value(const struct cw_value *value)
{
	switch ((enum cw_type)value->type) {
	case CW_FLOAT32:
		return !is_minus_zero((double)value->u.float32);
	case CW_FLOAT64:
		return !is_minus_zero(value->u.float64);
	case CW_MAP:
		return carries_map(value, carries_value);
	case CW_ARRAY:
	case CW_STRUCT:
		for (size_t i = 0; i < value->u.array.n; i++)
			if (!carries_value(&value->u.array.items[i]))
				return false;
		return true;
	default:
		return true;
	}
}

static bool carries_schema(const struct cw_schema *schema)
{
	if (!schema)
		return true;
	if (schema->default_value && !carries_value(schema->default_value))
		return false;
	for (size_t i = 0; i < schema->n_fields; i++)
		if (!carries_schema(schema->fields[i].schema))
			return false;
	return carries_schema(schema->key_schema) && carries_schema(schema->value_schema);
}

/* ---- properties ------------------------------------------------------------------------------ */

static bool fail(uint64_t seed, const char *what, struct cw_slice text, const struct cw_error *err)
{
	printf("\nseed %llu: %s: %.*s %s\n", (unsigned long long)seed, what, (int)text.n, text.p ? text.p : "",
	       err->text);
	CU_FAIL("see above");
	return false;
}

/* A value of a schema is the same after it was JSON, with its schema. */
static bool round_trip(struct json *json, uint64_t seed)
{
	struct cw_random random = { seed };
	struct cw_batch *memory = &json->arena.batch;
	const struct cw_schema *schema;
	struct cw_value value, again;
	struct cw_slice text = { NULL, 0 };

	cw_arena_reset(&json->arena);
	schema = cw_random_schema(&random, memory, &limits);
	value = cw_random_value(&random, memory, schema, &limits);
	if (!carries_schema(schema) || !carries_value(&value))
		return true;
	if (!json_write(json, &value, &text))
		return fail(seed, "not written", text, &json->err);
	if (!json_read(json, text, &again))
		return fail(seed, "not read", text, &json->err);
	return cw_value_equal(&value, &again) || fail(seed, "not equal", text, &json->err);
}

/* Its document without schema, read without one, is written the same. */
static bool same_text(struct json *json, uint64_t seed)
{
	struct cw_random random = { seed };
	struct cw_batch *memory = &json->arena.batch;
	struct cw_slice text = { NULL, 0 }, again = { NULL, 0 };
	const struct cw_schema *schema;
	struct cw_value value;

	cw_arena_reset(&json->arena);
	schema = cw_random_schema(&random, memory, &limits);
	value = cw_random_value(&random, memory, schema, &limits);
	if (!carries_schema(schema) || !carries_value(&value))
		return true;
	if (!json_write(json, &value, &text) || !json_read(json, text, &value))
		return fail(seed, "not written or read", text, &json->err);
	if (value.type == CW_NULL)
		return true;
	if (!json_write(json, &value, &again))
		return fail(seed, "not written again", text, &json->err);
	return cw_slice_equal(text, again) || fail(seed, "written differently than", text, &json->err);
}

/* Random bytes of what documents of one kind are made of: names that come again, go, and stand twice; blanks, escapes. */
static struct cw_slice random_document(struct cw_random *random, struct cw_batch *memory)
{
	static const char *const members[] = {
		"\"a\":1", "\"a\":2", "\"b\":{\"a\":1,\"a\":2}", "\"long name of more than sixteen bytes\":[1,{\"a\":3}]",
		"\"b\" :true", "\"\\u0061\":4", "\"\":5", "\"gr\xc3\xbc\xc3\x9f\":\"x\"", " \"a\":6", "\"c\":1e2", "\"c\":", "\"d\"",
	};
	struct cw_buf text = { 0 };
	size_t n = cw_random_below(random, 6);
	struct cw_slice out;

	cw_buf_puts(&text, "{");
	for (size_t i = 0; i < n; i++) {
		/* Mostly the same one at the same place, and seldom one that is wrong. */
		size_t usual = i, other = cw_random_below(random, cw_random_below(random, 8) == 0 ? 12 : 10);

		cw_buf_printf(&text, "%s%s", i ? "," : "", members[cw_random_below(random, 3) ? usual : other]);
	}
	cw_buf_puts(&text, cw_random_below(random, 20) ? "}" : ",}");
	out = cw_slice(memcpy(cw_batch_alloc(memory, text.n), text.p, text.n), text.n);
	cw_buf_free(&text);
	return out;
}

/* What a reader has read before does not show in what it reads. */
static void test_sequence__each_document_is_read_as_by_a_new_reader(void)
{
	struct cw_random random = { 1 };
	struct json json;

	CU_ASSERT_EQUAL_FATAL(json_start(&json, JSON_PLAIN), 0);
	for (size_t i = 0; i < 20 * ROUNDS; i++) {
		struct cw_slice text;
		struct cw_value value, alone;
		struct json fresh;
		bool read, read_alone;

		cw_arena_reset(&json.arena);
		text = random_document(&random, &json.arena.batch);
		json_start(&fresh, JSON_PLAIN);
		read = json_read(&json, text, &value);
		read_alone = json_read(&fresh, text, &alone);
		if (read != read_alone || (read && !cw_value_equal(&value, &alone)) ||
		    strcmp(json.err.text, fresh.err.text) != 0)
			fail(i, "read differently than by a new reader", text, &json.err);
		json_stop(&fresh);
	}
	json_stop(&json);
}

/* A document with some bytes changed is an error, or a value whose document is read again. */
static bool survives(struct json *json, uint64_t seed)
{
	struct cw_random random = { seed };
	struct cw_batch *memory = &json->arena.batch;
	struct cw_slice text = { NULL, 0 }, exact, again;
	struct cw_value value;
	bool ok = true;

	cw_arena_reset(&json->arena);
	value = cw_random_value(&random, memory, cw_random_schema(&random, memory, &limits), &limits);
	if (!json_write(json, &value, &text))
		return fail(seed, "not written", text, &json->err);
	text = cw_random_bytes(&random, memory, text);
	exact = json_quoted(text.p, text.n); /* in memory of its size */
	if (json_read(json, exact, &value) && json_write(json, &value, &again) && again.p &&
	    !json_read(json, again, &value))
		ok = fail(seed, "not read again", again, &json->err);
	json_free(exact);
	return ok;
}

static void over_seeds(const char *const *config, bool (*property)(struct json *json, uint64_t seed))
{
	struct json json;

	CU_ASSERT_EQUAL(json_start(&json, config), 0);
	for (uint64_t seed = 1; seed <= ROUNDS && property(&json, seed); seed++)
		;
	json_stop(&json);
}

static void test_envelopes__are_read_as_what_was_written(void)
{
	over_seeds(JSON_CONFIG("replace.null.with.default", "false"), round_trip);
}

static void test_plain__is_written_as_it_was_read(void)
{
	over_seeds(JSON_PLAIN, same_text);
}

static void test_broken__is_an_error_at_most(void)
{
	over_seeds(JSON_PLAIN, survives);
	over_seeds(JSON_ENVELOPES, survives);
	over_seeds(JSON_CONFIG("decimal.format", "numeric", "schemas.cache.size", "2"), survives);
}

int main(void)
{
	static CU_TestInfo tests[] = {
		{ "envelopes: read as what was written", test_envelopes__are_read_as_what_was_written },
		{ "plain: written as it was read", test_plain__is_written_as_it_was_read },
		{ "sequence: as by a new reader", test_sequence__each_document_is_read_as_by_a_new_reader },
		{ "broken: an error at most", test_broken__is_an_error_at_most },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "JsonConverter, random", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
