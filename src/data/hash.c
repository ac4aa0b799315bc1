#include "data/number.h"
#include "data/schema.h"
#include "data/value.h"

/* Schemas are hashed so many levels deep: recursive ones have no end, and the upper levels tell schemas apart. */
#define SCHEMA_LEVELS 3

static uint64_t mix(uint64_t h, uint64_t n)
{
	h = (h ^ n) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ (h >> 29);
}

static uint64_t mix_bytes(uint64_t h, struct cw_slice s)
{
	uint64_t word;

	h = mix(h, s.n);
	for (; s.n >= sizeof(word); s = cw_slice(s.p + sizeof(word), s.n - sizeof(word))) {
		memcpy(&word, s.p, sizeof(word));
		h = mix(h, word);
	}
	word = 0;
	if (s.n)
		memcpy(&word, s.p, s.n);
	return mix(h, word);
}

/* All NaNs are one. */
static uint64_t double_bits(double d)
{
	uint64_t bits;

	if (d != d)
		return UINT64_C(0x7ff8000000000000);
	memcpy(&bits, &d, sizeof(bits));
	return bits;
}

static uint64_t entry_hash(const struct cw_entry *entry, uint64_t seed)
{
	return mix(cw_value_hash_seeded(&entry->key, seed), cw_value_hash_seeded(&entry->value, seed));
}

uint64_t cw_value_hash(const struct cw_value *value)
{
	return cw_value_hash_seeded(value, 0);
}

uint64_t cw_value_hash_seeded(const struct cw_value *value, uint64_t seed)
{
	uint64_t h = mix(seed, value->type);

	switch ((enum cw_type)value->type) {
	case CW_NULL:
		return h;
	case CW_BOOLEAN:
		return mix(h, value->u.boolean);
	case CW_FLOAT32:
		return mix(h, double_bits((double)value->u.float32));
	case CW_FLOAT64:
		return mix(h, double_bits(value->u.float64));
	case CW_STRING:
	case CW_BYTES:
		return mix_bytes(h, value->u.bytes);
	case CW_DECIMAL:
		return mix_bytes(mix(h, (uint64_t)value->scale), cw_decimal_minimal(value->u.bytes));
	case CW_ARRAY:
	case CW_STRUCT:
		for (size_t i = 0; i < value->u.array.n; i++)
			h = mix(h, cw_value_hash_seeded(&value->u.array.items[i], seed));
		return h;
	case CW_MAP: {
		uint64_t sum = 0; /* the same in any order */

		for (size_t i = 0; i < value->u.map.n; i++)
			sum += entry_hash(&value->u.map.entries[i], seed);
		return mix(h, sum);
	}
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_INT64:
	case CW_DATE:
	case CW_TIME:
	case CW_TIMESTAMP:
		break;
	}
	return mix(h, (uint64_t)value->u.integer);
}

static uint64_t schema_hash(const struct cw_schema *schema, int levels)
{
	uint64_t h = 0, parameters = 0;

	if (!schema)
		return 1;
	h = mix(h, (uint64_t)schema->type << 1 | schema->optional);
	h = mix(h, (uint64_t)schema->version);
	h = mix_bytes(mix_bytes(h, schema->name), schema->doc);
	h = mix(h, schema->n_fields);
	if (schema->default_value)
		h = mix(h, cw_value_hash(schema->default_value));
	for (size_t i = 0; i < schema->n_parameters; i++)
		parameters += mix_bytes(mix_bytes(0, schema->parameters[i].name), schema->parameters[i].value);
	h = mix(h, parameters);
	for (size_t i = 0; i < schema->n_fields; i++)
		h = mix_bytes(h, schema->fields[i].name);
	if (levels == 1)
		return h;
	for (size_t i = 0; i < schema->n_fields; i++)
		h = mix(h, schema_hash(schema->fields[i].schema, levels - 1));
	h = mix(h, schema_hash(schema->key_schema, levels - 1));
	return mix(h, schema_hash(schema->value_schema, levels - 1));
}

uint64_t cw_schema_hash(const struct cw_schema *schema)
{
	return schema_hash(schema, SCHEMA_LEVELS);
}
