/*
 * converter - between the bytes of a Kafka record and the data model, for one of key and value.
 *
 * Text and bytes need no conversion here: a value is a slice of the record. Other converters find
 * their place behind the same two functions.
 */
#ifndef CW_HOST_CONVERTER_H
#define CW_HOST_CONVERTER_H

#include "connect-worker/connector.h"

struct cw_converter {
	uint8_t type; /* CW_STRING or CW_BYTES */
};

/* `class_name` as a configuration has it; -1 with *err set when this version does not have it. */
int cw_converter_init(struct cw_converter *converter, const char *class_name, struct cw_error *err);

static inline struct cw_value cw_converter_to_value(const struct cw_converter *converter, const void *p, size_t n)
{
	struct cw_value v = cw_value_null();

	if (p) {
		v.type = converter->type;
		v.u.bytes = cw_slice(p, n);
	}
	return v;
}

/* 0, or -1 with *err set when the value is of a type that the converter cannot write. p is NULL for a null. */
int cw_converter_from_value(const struct cw_converter *converter, const struct cw_value *value, struct cw_slice *out,
			    struct cw_error *err);

#endif
