/*
 * record_values - values as JSON that says all of them. The Java side of the tests (tests/stack/services/connect)
 * writes the same, so that what both workers' connectors were given can be compared.
 */
#ifndef CW_TESTS_RECORD_VALUES_H
#define CW_TESTS_RECORD_VALUES_H

#include <connect-worker/connector.h>

static void write_value(FILE *out, const struct cw_value *value);

static void write_text(FILE *out, struct cw_slice s)
{
	putc('"', out);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ')
			fprintf(out, "\\u%04x", c);
		else
			putc(c, out);
	}
	putc('"', out);
}

static void write_hex(FILE *out, struct cw_slice s)
{
	putc('"', out);
	for (size_t i = 0; i < s.n; i++)
		fprintf(out, "%02x", (unsigned char)s.p[i]);
	putc('"', out);
}

static const char *schema_type(const struct cw_schema *schema)
{
	static const char *const names[] = {
		[CW_INT8] = "int8",	  [CW_INT16] = "int16",	    [CW_INT32] = "int32",   [CW_INT64] = "int64",
		[CW_FLOAT32] = "float32", [CW_FLOAT64] = "float64", [CW_BOOLEAN] = "boolean", [CW_STRING] = "string",
		[CW_BYTES] = "bytes",	  [CW_ARRAY] = "array",	    [CW_MAP] = "map",	    [CW_STRUCT] = "struct",
		[CW_DECIMAL] = "bytes",	  [CW_DATE] = "int32",	    [CW_TIME] = "int32",    [CW_TIMESTAMP] = "int64",
	};

	return names[schema->type];
}

static void write_schema(FILE *out, const struct cw_schema *schema)
{
	if (!schema) {
		fputs("null", out);
		return;
	}
	fprintf(out, "{\"type\":\"%s\",\"optional\":%s", schema_type(schema), schema->optional ? "true" : "false");
	if (schema->name.p) {
		fputs(",\"name\":", out);
		write_text(out, schema->name);
	}
	if (schema->version)
		fprintf(out, ",\"version\":%d", (int)schema->version);
	if (schema->default_value) {
		fputs(",\"default\":", out);
		write_value(out, schema->default_value);
	}
	if (schema->type == CW_STRUCT) {
		fputs(",\"fields\":[", out);
		for (size_t i = 0; i < schema->n_fields; i++) {
			fputs(i ? ",[" : "[", out);
			write_text(out, schema->fields[i].name);
			putc(',', out);
			write_schema(out, schema->fields[i].schema);
			putc(']', out);
		}
		putc(']', out);
	}
	if (schema->type == CW_MAP) {
		fputs(",\"keys\":", out);
		write_schema(out, schema->key_schema);
	}
	if (schema->type == CW_MAP || schema->type == CW_ARRAY) {
		fputs(",\"values\":", out);
		write_schema(out, schema->value_schema);
	}
	putc('}', out);
}

/* Its bits, which no two languages print differently. */
static void write_double(FILE *out, const char *tag, double d)
{
	int64_t bits;

	memcpy(&bits, &d, sizeof(bits));
	fprintf(out, "{\"%s\":%lld}", tag, (long long)bits);
}

static void write_items(FILE *out, const struct cw_value *value)
{
	putc('[', out);
	for (size_t i = 0; i < value->u.array.n; i++) {
		if (i)
			putc(',', out);
		write_value(out, &value->u.array.items[i]);
	}
	putc(']', out);
}

static void write_map(FILE *out, const struct cw_value *value)
{
	fputs("{\"map\":[", out);
	for (size_t i = 0; i < value->u.map.n; i++) {
		fputs(i ? ",[" : "[", out);
		write_value(out, &value->u.map.entries[i].key);
		putc(',', out);
		write_value(out, &value->u.map.entries[i].value);
		putc(']', out);
	}
	fputs("]}", out);
}

static void write_value(FILE *out, const struct cw_value *value)
{
	static const char *const tags[] = {
		[CW_INT8] = "byte", [CW_INT16] = "short", [CW_INT32] = "integer", [CW_INT64] = "long"
	};

	switch ((enum cw_type)value->type) {
	case CW_NULL:
		fputs("null", out);
		break;
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_INT64:
		fprintf(out, "{\"%s\":%lld}", tags[value->type], (long long)value->u.integer);
		break;
	case CW_FLOAT32:
		write_double(out, "float", value->u.float32);
		break;
	case CW_FLOAT64:
		write_double(out, "double", value->u.float64);
		break;
	case CW_BOOLEAN:
		fputs(value->u.boolean ? "true" : "false", out);
		break;
	case CW_STRING:
		write_text(out, value->u.bytes);
		break;
	case CW_BYTES:
		fputs("{\"bytes\":", out);
		write_hex(out, value->u.bytes);
		putc('}', out);
		break;
	case CW_DECIMAL:
		fputs("{\"decimal\":[", out);
		write_hex(out, value->u.bytes);
		fprintf(out, ",%d]}", (int)value->scale);
		break;
	case CW_DATE:
	case CW_TIME:
	case CW_TIMESTAMP:
		fprintf(out, "{\"millis\":%lld}", (long long)value->u.integer);
		break;
	case CW_ARRAY:
		write_items(out, value);
		break;
	case CW_STRUCT:
		fputs("{\"struct\":", out);
		write_items(out, value);
		putc('}', out);
		break;
	case CW_MAP:
		write_map(out, value);
		break;
	}
}

/* {"schema":…,"value":…}. */
static void write_data(FILE *out, const struct cw_value *value)
{
	fputs("{\"schema\":", out);
	write_schema(out, value->schema);
	fputs(",\"value\":", out);
	write_value(out, value);
	putc('}', out);
}

#endif
