/*
 * The two converters with schemas over random ones: a value of any schema is the same after it was Avro, and after it
 * was JSON under its JSON Schema; and no schema or bytes, however broken, are more than an error.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "convert/avro_reader.h"
#include "convert/avro_writer.h"
#include "convert/json_schema_data.h"
#include "data/schema.h"
#include "data/value.h"
#include "random_data.h"
#include "strict_memory.h"
#include "unit.h"

#define ROUNDS 3000

static const struct cw_random_limits values_only = { .no_schema_details = true, .finite = true, .depth = 4 };
static const struct cw_random_limits with_details = { .finite = true, .depth = 3 };

static const struct cw_avro_config avro_config = { .meta_data = true,
						   .enhanced = true,
						   .registry = { .flatten_singleton_unions = true } };
static const struct cw_json_schema_config json_config = { .additional_properties = true,
							  .decimal_format = "BASE64",
							  .registry = { .flatten_singleton_unions = true } };

static int rounds(void)
{
	const char *given = getenv("CW_ROUNDS");

	return given ? atoi(given) : ROUNDS;
}

static void fail(int seed, const char *what, const char *text, const struct cw_error *err)
{
	printf("\n  seed %d: %s: %s\n  %.2000s\n", seed, what, err->text, text ? text : "");
	CU_FAIL("see above");
}

/* ---- Avro --------------------------------------------------------------------------------------- */

struct avro {
	struct cw_batch *memory;
	struct cw_buf text;
	const struct cw_schema *schema;
	struct cw_avro_writer *writer;
	struct cw_avro_reader *reader;
	struct cw_error err;
};

static bool avro_open(struct avro *avro, const char *text, const struct cw_schema *own)
{
	struct cw_avro_document document;

	if (cw_avro_parse(avro->memory, text, NULL, 0, &document, &avro->err))
		return false;
	avro->schema = cw_avro_to_connect(avro->memory, &avro_config, document.root, 0, &avro->err);
	if (avro->schema)
		avro->reader = cw_avro_reader_new(avro->memory, document.root, document.root, avro->schema, &avro->err);
	if (avro->reader)
		avro->writer = cw_avro_writer_new(avro->memory, &avro_config, own ? own : avro->schema, document.root,
						  &avro->err);
	cw_avro_document_free(&document);
	return avro->writer != NULL;
}

/* Two types of one name cannot be in one schema of Avro; random ones have few names. */
static bool is_clash(const struct cw_error *err)
{
	return strncmp(err->text, "Can't redefine", 14) == 0;
}

static bool holds_struct(const struct cw_value *value)
{
	for (size_t i = 0; i < value->u.array.n && value->type == CW_ARRAY; i++)
		if (holds_struct(&value->u.array.items[i]))
			return true;
	for (size_t i = 0; i < value->u.map.n && value->type == CW_MAP; i++)
		if (holds_struct(&value->u.map.entries[i].key) || holds_struct(&value->u.map.entries[i].value))
			return true;
	return value->type == CW_STRUCT;
}

/*
 * A map of Avro has keys that are strings and nothing else; in a default value, nulls in structs are the default
 * values of their fields.
 */
static bool carries_schema(const struct cw_schema *schema)
{
	if (!schema)
		return true;
	if (schema->default_value && holds_struct(schema->default_value))
		return false;
	for (size_t i = 0; i < schema->n_fields; i++)
		if (!carries_schema(schema->fields[i].schema))
			return false;
	if (schema->type == CW_MAP && cw_avro_has_string_keys(&avro_config, schema) &&
	    !cw_schema_equal(schema->key_schema, cw_schema_of(CW_STRING, false)))
		return false;
	return carries_schema(schema->key_schema) && carries_schema(schema->value_schema);
}

static void avro_round_trip(int seed, const struct cw_random_limits *limits)
{
	struct cw_random random = { (uint64_t)seed };
	struct avro avro = { .memory = cw_strict_memory_new() };
	const struct cw_schema *schema = cw_random_schema(&random, avro.memory, limits);
	struct cw_value value = cw_random_value(&random, avro.memory, schema, limits), again;
	struct cw_buf bytes = { 0 };

	if (cw_avro_from_connect(&avro_config, schema, &avro.text, &avro.err))
		fail(seed, "no Avro schema", avro.text.p, &avro.err);
	else if (!avro_open(&avro, avro.text.p, schema))
		is_clash(&avro.err) ? (void)0 : fail(seed, "its Avro schema is not read", avro.text.p, &avro.err);
	else if (carries_schema(schema) && !cw_schema_equal(schema, avro.schema))
		fail(seed, "another schema", avro.text.p, &avro.err);
	else if (value.type == CW_NULL || !limits->no_schema_details)
		(void)0; /* default values take the place of nulls */
	else if (cw_avro_write(avro.writer, &value, &bytes, &avro.err))
		fail(seed, "not written", avro.text.p, &avro.err);
	else if (cw_avro_read(avro.reader, avro.memory, cw_slice(bytes.p, bytes.n), &again, &avro.err))
		fail(seed, "not read", avro.text.p, &avro.err);
	else if (!cw_value_equal(&value, &again))
		fail(seed, "another value", avro.text.p, &avro.err);
	cw_buf_free(&bytes);
	cw_buf_free(&avro.text);
	cw_strict_memory_free(avro.memory);
}

static void test_avro__values_come_back(void)
{
	for (int seed = 0; seed < rounds(); seed++) {
		avro_round_trip(seed, &values_only);
		avro_round_trip(seed, &with_details);
	}
}

/* Bytes in memory that ends where they end, so that a sanitizer sees who reads on. */
static struct cw_slice exactly(struct cw_slice bytes)
{
	char *copy = malloc(bytes.n ? bytes.n : 1);

	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	return cw_slice(copy, bytes.n);
}

static void read_broken_avro(struct cw_random *random, struct avro *avro, struct cw_slice like)
{
	struct cw_slice bytes = exactly(cw_random_bytes(random, avro->memory, like));
	struct cw_buf out = { 0 };
	struct cw_value value;
	struct cw_error err = { 0 };

	if (cw_avro_read(avro->reader, avro->memory, bytes, &value, &err) == 0)
		CU_ASSERT_EQUAL(cw_avro_write(avro->writer, &value, &out, &err), 0);
	cw_buf_free(&out);
	free((char *)(uintptr_t)bytes.p);
}

static void test_avro__broken_schemas_and_bytes_are_errors(void)
{
	for (int seed = 0; seed < rounds(); seed++) {
		struct cw_random random = { (uint64_t)seed };
		struct avro avro = { .memory = cw_strict_memory_new() };
		const struct cw_schema *schema = cw_random_schema(&random, avro.memory, &values_only);
		struct cw_value value = cw_random_value(&random, avro.memory, schema, &values_only);
		struct cw_buf bytes = { 0 };
		char *text;

		CU_ASSERT_EQUAL(cw_avro_from_connect(&avro_config, schema, &avro.text, &avro.err), 0);
		if (avro_open(&avro, avro.text.p, schema)) {
			if (value.type != CW_NULL)
				cw_avro_write(avro.writer, &value, &bytes, &avro.err);
			for (int i = 0; i < 10; i++)
				read_broken_avro(&random, &avro, cw_slice(bytes.p, bytes.n));
		}
		for (int i = 0; i < 3; i++) {
			struct cw_slice broken =
				cw_random_bytes(&random, avro.memory, cw_slice(avro.text.p, avro.text.n));

			text = cw_strndup(broken.p ? broken.p : "", broken.n);
			avro.writer = NULL;
			avro.reader = NULL;
			avro.err = (struct cw_error){ 0 };
			if (avro_open(&avro, text, NULL))
				read_broken_avro(&random, &avro, cw_slice(bytes.p, bytes.n));
			else
				CU_ASSERT_TRUE(avro.err.text[0]);
			free(text);
		}
		cw_buf_free(&bytes);
		cw_buf_free(&avro.text);
		cw_strict_memory_free(avro.memory);
	}
}

/* Two schemas of no relation: planned or refused, and then read without harm. */
static void test_avro__any_two_schemas(void)
{
	for (int seed = 0; seed < rounds(); seed++) {
		struct cw_random random = { (uint64_t)seed };
		struct cw_batch *memory = cw_strict_memory_new();
		struct cw_avro_document documents[2];
		const struct cw_schema *schema = NULL;
		struct cw_error err = { 0 };
		struct avro avro = { .memory = memory };
		bool valid = true;

		for (int i = 0; i < 2; i++) {
			struct cw_buf text = { 0 };

			cw_avro_from_connect(&avro_config, cw_random_schema(&random, memory, &values_only), &text,
					     &err);
			documents[i] = (struct cw_avro_document){ 0 };
			valid = cw_avro_parse(memory, text.p, NULL, 0, &documents[i], &err) == 0 && valid;
			cw_buf_free(&text);
		}
		if (valid) {
			cw_avro_can_read(documents[0].root, documents[1].root, &err);
			schema = cw_avro_to_connect(memory, &avro_config, documents[1].root, 0, &err);
			avro.reader = cw_avro_reader_new(memory, documents[0].root, documents[1].root, schema, &err);
			avro.writer = cw_avro_writer_new(memory, &avro_config, schema, documents[1].root, &err);
		}
		for (int i = 0; i < 5 && avro.reader && avro.writer; i++)
			read_broken_avro(&random, &avro, cw_slice("\2\2\2\2\0\0", 6));
		cw_avro_document_free(&documents[0]);
		cw_avro_document_free(&documents[1]);
		cw_strict_memory_free(memory);
	}
}

/* ---- JSON Schema -------------------------------------------------------------------------------- */

/* JSON has no negative zero. */
static bool carries(const struct cw_value *value)
{
	switch ((enum cw_type)value->type) {
	case CW_FLOAT32: return value->u.float32 != 0 || !signbit(value->u.float32);
	case CW_FLOAT64: return value->u.float64 != 0 || !signbit(value->u.float64);
	case CW_MAP:
		for (size_t i = 0; i < value->u.map.n; i++)
			if (!carries(&value->u.map.entries[i].key) || !carries(&value->u.map.entries[i].value))
				return false;
		return true;
	case CW_ARRAY:
	case CW_STRUCT:
		for (size_t i = 0; i < value->u.array.n; i++)
			if (!carries(&value->u.array.items[i]))
				return false;
		return true;
	default: return true;
	}
}

static void json_round_trip(int seed, struct cw_json_schema_reader *reader)
{
	struct cw_random random = { (uint64_t)seed };
	struct cw_batch *memory = cw_strict_memory_new();
	const struct cw_schema *schema = cw_random_schema(&random, memory, &values_only), *same = NULL;
	struct cw_value value = cw_random_value(&random, memory, schema, &values_only), again;
	struct cw_buf text = { 0 }, json = { 0 };
	struct cw_registry_schema source = { 0 };
	struct cw_error err = { 0 };

	if (cw_json_schema_from_connect(&json_config, schema, &text, &err))
		fail(seed, "no JSON Schema", text.p, &err);
	source.text = text.p;
	if (err.code == CW_ERR_NONE)
		same = cw_json_schema_to_connect(memory, &json_config, &source, 0, &err);
	if (!same)
		fail(seed, "its JSON Schema is not read", text.p, &err);
	else if (!cw_schema_equal(schema, same))
		fail(seed, "another schema", text.p, &err);
	else if (carries(&value)) {
		if (cw_json_schema_write(&json_config, &value, &json, &err))
			fail(seed, "not written", text.p, &err);
		else if (cw_json_schema_read(reader, same, memory, cw_slice(json.p, json.n), &again, &err))
			fail(seed, "not read", json.p, &err);
		else if (!cw_value_equal(&value, &again))
			fail(seed, "another value", json.p, &err);
	}
	cw_buf_free(&text);
	cw_buf_free(&json);
	cw_strict_memory_free(memory);
}

static void test_json__values_come_back(void)
{
	struct cw_json_schema_reader reader;

	cw_json_schema_reader_init(&reader);
	for (int seed = 0; seed < rounds(); seed++)
		json_round_trip(seed, &reader);
	cw_json_schema_reader_free(&reader);
}

static void test_json__broken_schemas_and_texts_are_errors(void)
{
	struct cw_json_schema_reader reader;

	cw_json_schema_reader_init(&reader);
	for (int seed = 0; seed < rounds(); seed++) {
		struct cw_random random = { (uint64_t)seed };
		struct cw_batch *memory = cw_strict_memory_new();
		const struct cw_schema *schema = cw_random_schema(&random, memory, &with_details), *read;
		struct cw_value value = cw_random_value(&random, memory, schema, &with_details), again;
		struct cw_buf text = { 0 }, json = { 0 };
		struct cw_error err = { 0 };

		CU_ASSERT_EQUAL(cw_json_schema_from_connect(&json_config, schema, &text, &err), 0);
		cw_json_schema_write(&json_config, &value, &json, &err);
		for (int i = 0; i < 5; i++) {
			struct cw_slice broken = cw_random_bytes(&random, memory, cw_slice(text.p, text.n));
			struct cw_slice bytes = exactly(cw_random_bytes(&random, memory, cw_slice(json.p, json.n)));
			struct cw_registry_schema source = { .text = cw_strndup(broken.p ? broken.p : "", broken.n) };
			struct cw_error why = { 0 };

			read = cw_json_schema_to_connect(memory, &json_config, &source, 0, &why);
			CU_ASSERT_TRUE(read || why.text[0]);
			cw_json_schema_read(&reader, read ? read : schema, memory, bytes, &again, &why);
			free(source.text);
			free((char *)(uintptr_t)bytes.p);
		}
		cw_buf_free(&text);
		cw_buf_free(&json);
		cw_strict_memory_free(memory);
	}
	cw_json_schema_reader_free(&reader);
}

static CU_TestInfo tests[] = {
	{ "avro: values come back", test_avro__values_come_back },
	{ "avro: broken schemas and bytes are errors", test_avro__broken_schemas_and_bytes_are_errors },
	{ "avro: any two schemas", test_avro__any_two_schemas },
	{ "json: values come back", test_json__values_come_back },
	{ "json: broken schemas and texts are errors", test_json__broken_schemas_and_texts_are_errors },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	CU_SuiteInfo suites[] = { { .pName = "registry, random", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
