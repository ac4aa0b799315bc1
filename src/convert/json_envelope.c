#include "convert/json_envelope.h"

#include "convert/json_convert.h"
#include "convert/json_names.h"

/* Blocks of the arena that holds one document at a time. */
#define SCRATCH_BLOCK ((size_t)16 << 10)

/* The two halves, as they were read. */
struct halves {
	bool has_schema, has_payload, has_others;
	const struct cw_json_cached *known; /* the schema; NULL: it is to be made of `schema` */
	struct cw_value schema, payload;
	struct cw_slice schema_text;
};

void cw_json_envelopes_init(struct cw_json_envelopes *envelopes, size_t cache_limit)
{
	*envelopes = (struct cw_json_envelopes){ 0 };
	cw_json_cache_init(&envelopes->read, cache_limit);
	cw_json_cache_init(&envelopes->written, cache_limit);
	cw_arena_init(&envelopes->scratch, SCRATCH_BLOCK);
}

void cw_json_envelopes_free(struct cw_json_envelopes *envelopes)
{
	cw_json_cache_free(&envelopes->read);
	cw_json_cache_free(&envelopes->written);
	cw_arena_free(&envelopes->scratch);
	cw_buf_free(&envelopes->schema);
}

/* A schema that the cache has is passed over, any other is read. */
static int read_schema(struct cw_json_cache *cache, struct cw_json_reader *reader, struct halves *halves)
{
	const char *start;

	halves->has_schema = true;
	halves->known = NULL;
	if (cw_json_peek(reader) == '{')
		halves->known = cw_json_cache_find_text(cache, cw_slice(reader->p, (size_t)(reader->end - reader->p)));
	if (halves->known) {
		reader->p += halves->known->text.n;
		return 0;
	}
	start = reader->p;
	if (cw_json_read_value(reader, &halves->schema) < 0)
		return -1;
	halves->schema_text = cw_slice(start, (size_t)(reader->p - start));
	return 0;
}

static int read_halves(struct cw_json_cache *cache, struct cw_json_reader *reader, struct halves *halves)
{
	struct cw_value other;
	struct cw_slice name;
	bool first = true;
	int rc;

	if (cw_json_peek(reader) < 0)
		return 0;
	if (cw_json_peek(reader) != '{')
		return cw_json_read_value(reader, &other);
	if (cw_json_enter_object(reader) < 0)
		return -1;
	for (; (rc = cw_json_next_member(reader, first, &name)) > 0; first = false) {
		if (cw_slice_equal(name, cw_slice_str(CW_JSON_SCHEMA))) {
			rc = read_schema(cache, reader, halves);
		} else if (cw_slice_equal(name, cw_slice_str(CW_JSON_PAYLOAD))) {
			halves->has_payload = true;
			rc = cw_json_read_value(reader, &halves->payload);
		} else {
			halves->has_others = true;
			rc = cw_json_read_value(reader, &other);
		}
		if (rc < 0)
			return -1;
	}
	return rc;
}

/* The schema outlives the values: it is in the cache, or while that is full in the batch. */
static int schema_of(struct cw_json_cache *cache, struct cw_json_conversion *conversion, const struct halves *halves,
		     const struct cw_schema **out)
{
	const struct cw_json_cached *entry = halves->known;

	if (!entry) {
		if (cw_json_convert_schema(conversion, &halves->schema, out) < 0)
			return -1;
		if (!*out)
			return 0;
		entry = cw_json_cache_add_text(cache, halves->schema_text, *out);
	}
	if (entry)
		*out = entry->schema;
	return 0;
}

int cw_json_envelope_read(struct cw_json_envelopes *envelopes, struct cw_json_reader *reader, struct cw_batch *batch,
			  struct cw_slice text, bool replace_null_with_default, struct cw_value *out,
			  struct cw_error *err)
{
	struct cw_batch *scratch = &envelopes->scratch.batch;
	struct cw_json_conversion conversion = {
		.memory = batch,
		.scratch = scratch,
		.names = &reader->names,
		.replace_null_with_default = replace_null_with_default,
		.err = err,
	};
	const struct cw_schema *schema = NULL;
	struct halves halves = { 0 };

	cw_arena_reset(&envelopes->scratch);
	if (cw_json_open(reader, batch, scratch, true, text) < 0 ||
	    read_halves(&envelopes->read, reader, &halves) < 0)
		return -1;
	if (!halves.has_schema || !halves.has_payload || halves.has_others)
		return cw_error_set(err, CW_ERR_INVALID,
				    "JsonConverter with schemas.enable requires \"schema\" and \"payload\" fields and "
				    "may not contain additional fields. If you are trying to deserialize plain JSON "
				    "data, set schemas.enable=false in your converter configuration.");
	if (schema_of(&envelopes->read, &conversion, &halves, &schema) < 0)
		return -1;
	return cw_json_convert(&conversion, schema, &halves.payload, out);
}

static int write_schema(struct cw_json_envelopes *envelopes, struct cw_buf *out, const struct cw_schema *schema,
			const struct cw_json_style *style, struct cw_error *err)
{
	const struct cw_json_cached *entry;

	if (!schema) {
		cw_buf_puts(out, "null");
		return 0;
	}
	entry = cw_json_cache_find_schema(&envelopes->written, schema);
	if (entry) {
		cw_buf_append(out, entry->text.p, entry->text.n);
		return 0;
	}
	envelopes->schema.n = 0;
	if (cw_json_write_schema(&envelopes->schema, schema, style, 1, err) < 0)
		return -1;
	cw_json_cache_add_schema(&envelopes->written, cw_slice(envelopes->schema.p, envelopes->schema.n), schema);
	cw_buf_append(out, envelopes->schema.p, envelopes->schema.n);
	return 0;
}

int cw_json_envelope_write(struct cw_json_envelopes *envelopes, struct cw_buf *out, const struct cw_value *value,
			   const struct cw_json_style *style, struct cw_error *err)
{
	size_t start = out->n;

	cw_buf_puts(out, "{\"" CW_JSON_SCHEMA "\":");
	if (write_schema(envelopes, out, value->schema, style, err) == 0) {
		cw_buf_puts(out, ",\"" CW_JSON_PAYLOAD "\":");
		if (cw_json_write(out, value, style, 1, err) == 0) {
			cw_buf_puts(out, "}");
			return 0;
		}
	}
	out->n = start;
	return -1;
}
