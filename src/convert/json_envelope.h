/*
 * json_envelope - a document {"schema":…,"payload":…} to a value with its schema, and back.
 *
 * Internal to the JSON converter.
 */
#ifndef CW_CONVERT_JSON_ENVELOPE_H
#define CW_CONVERT_JSON_ENVELOPE_H

#include "base/arena.h"
#include "convert/json_cache.h"
#include "convert/json_read.h"
#include "convert/json_write.h"

/* What is kept from record to record. */
struct cw_json_envelopes {
	struct cw_json_cache read, written;
	struct cw_arena scratch; /* the document, before it is a value under its schema */
	struct cw_buf schema;    /* a schema's text, before it is in the cache */
};

void cw_json_envelopes_init(struct cw_json_envelopes *envelopes, size_t cache_limit);
void cw_json_envelopes_free(struct cw_json_envelopes *envelopes);

/*
 * The value lives as long as the batch, the text and the envelopes. 0, or -1 with *err set, but for broken JSON, of
 * which the reader says what is wrong.
 */
int cw_json_envelope_read(struct cw_json_envelopes *envelopes, struct cw_json_reader *reader, struct cw_batch *batch,
			  struct cw_slice text, bool replace_null_with_default, struct cw_value *out,
			  struct cw_error *err);
/* Appends the document of a value. 0, or -1 with *err set and the buffer as it was. */
int cw_json_envelope_write(struct cw_json_envelopes *envelopes, struct cw_buf *out, const struct cw_value *value,
			   const struct cw_json_style *style, struct cw_error *err);

#endif
