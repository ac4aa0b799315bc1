#include "host/letters_given.h"

#include <string.h>

#include "convert/json_write.h"
#include "data/value.h"

static struct cw_slice bytes_of(struct cw_batch *memory, const struct cw_value *value)
{
	static const struct cw_json_style style = { .numeric_decimals = true };
	struct cw_slice bytes = value->u.bytes;
	struct cw_buf text = { 0 };

	if (value->type == CW_NULL)
		return cw_slice(NULL, 0);
	if (value->type == CW_STRING || value->type == CW_BYTES) {
		bytes.p = bytes.p ? bytes.p : ""; /* empty is not null */
		return bytes;
	}
	if (cw_json_write(&text, value, &style, 0, NULL) != 0)
		cw_value_print(&text, value);
	bytes = cw_slice(memcpy(cw_batch_alloc(memory, text.n), text.p ? text.p : "", text.n), text.n);
	cw_buf_free(&text);
	return bytes;
}

struct cw_original cw_letter_of_given(struct cw_batch *memory, const struct cw_record *given)
{
	struct cw_header *headers = cw_batch_alloc(memory, given->n_headers * sizeof(*headers));

	for (size_t i = 0; i < given->n_headers; i++) {
		struct cw_slice bytes = bytes_of(memory, &given->headers[i].value);

		headers[i].key = given->headers[i].key;
		headers[i].value = bytes.p ? cw_value_bytes(bytes) : cw_value_null();
	}
	return (struct cw_original){
		.topic = given->topic, .key = bytes_of(memory, &given->key), .value = bytes_of(memory, &given->value),
		.headers = headers, .n_headers = given->n_headers, .timestamp_ms = given->timestamp_ms, .offset = -1,
		.partition = -1,
	};
}
