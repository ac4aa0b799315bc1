/*
 * json_value - values that are filled in where they stand. One that is made elsewhere and copied has to wait for the
 * stores that made it, which is most of what reading a small value costs.
 *
 * Internal to the JSON reader and its conversions.
 */
#ifndef CW_CONVERT_JSON_VALUE_H
#define CW_CONVERT_JSON_VALUE_H

#include "connect-worker/connector.h"

static inline void cw_json_set(struct cw_value *out, enum cw_type type)
{
	memset(out, 0, sizeof(*out));
	out->type = (uint8_t)type;
}

static inline void cw_json_set_boolean(struct cw_value *out, bool b)
{
	cw_json_set(out, CW_BOOLEAN);
	out->u.boolean = b;
}

static inline void cw_json_set_integer(struct cw_value *out, enum cw_type type, int64_t n)
{
	cw_json_set(out, type);
	out->u.integer = n;
}

static inline void cw_json_set_double(struct cw_value *out, double d)
{
	cw_json_set(out, CW_FLOAT64);
	out->u.float64 = d;
}

static inline void cw_json_set_bytes(struct cw_value *out, enum cw_type type, struct cw_slice bytes)
{
	cw_json_set(out, type);
	out->u.bytes = bytes;
}

#endif
