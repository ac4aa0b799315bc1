/*
 * json_write - values to JSON documents, byte for byte as Kafka Connect's JsonConverter has them written by Jackson:
 * structs and maps with string keys are objects, other maps arrays of pairs, bytes base64, a Date its days, Time and
 * Timestamp their milliseconds; not-a-number and the infinities are strings.
 *
 * What is written is appended to a buffer; one that is used again and again allocates nothing. One thread.
 */
#ifndef CW_CONVERT_JSON_WRITE_H
#define CW_CONVERT_JSON_WRITE_H

#include "base/buf.h"
#include "connect-worker/connector.h"

struct cw_json_style {
	bool numeric_decimals; /* a Decimal is a number, else the base64 of its unscaled bytes */
	bool null_is_default;  /* a null whose schema has a default value is written as that */
};

/*
 * A value, with or without schema; CW_NULL is "null". 0, or -1 with *err set to Kafka's sentence and the buffer as it
 * was. `depth`: how many brackets it will stand in; more than 1000 in all are an error.
 */
int cw_json_write(struct cw_buf *out, const struct cw_value *value, const struct cw_json_style *style, unsigned depth,
		  struct cw_error *err);
/* A string in its quotes. What is no UTF-8 becomes U+FFFD. */
void cw_json_write_string(struct cw_buf *out, struct cw_slice text);
/* The JSON form of a schema, as JsonConverter.asJsonSchema(). As cw_json_write(). */
int cw_json_write_schema(struct cw_buf *out, const struct cw_schema *schema, const struct cw_json_style *style,
			 unsigned depth, struct cw_error *err);

#endif
