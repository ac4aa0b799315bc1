/* avro_plan - what a reader does, step by step. Made by avro_plan.c, followed by avro_read.c; internal to both. */
#ifndef CW_CONVERT_AVRO_PLAN_H
#define CW_CONVERT_AVRO_PLAN_H

#include "convert/avro_reader.h"

enum cw_avro_step {
	CW_READ_NULL,
	CW_READ_BOOLEAN,
	CW_READ_INTEGER, /* int and long */
	CW_READ_FLOAT,
	CW_READ_DOUBLE,
	CW_READ_BYTES, /* bytes and string */
	CW_READ_FIXED,
	CW_READ_ENUM,
	CW_READ_ARRAY,
	CW_READ_ENTRIES, /* a map from an array of records */
	CW_READ_MAP,
	CW_READ_RECORD,
	CW_READ_UNION,
	CW_READ_MEMBER, /* a member of a union, which becomes a field of a struct */
	CW_READ_ANYTHING,
	CW_READ_REFUSE
};

struct cw_avro_node {
	enum cw_avro_step step;
	bool is_int;                    /* CW_READ_INTEGER: of 32 bits */
	bool may_be_empty;              /* CW_READ_ARRAY: its items may take no bytes at all */
	int32_t scale;                  /* of a Decimal */
	const struct cw_schema *schema; /* of the value; NULL: it is only passed over */
	size_t size;                    /* CW_READ_FIXED; CW_READ_MEMBER: the field */
	const struct cw_avro_node **children;
	size_t n;
	const ptrdiff_t *to; /* CW_READ_RECORD: the field that each child becomes; -1: none */
	/*
	 * CW_READ_RECORD: what the fields are before any is read; CW_READ_ENUM: what each symbol becomes; type 255:
	 * refused
	 */
	const struct cw_value *values;
	const char *why; /* CW_READ_REFUSE */
};

struct cw_avro_reader {
	const struct cw_avro_node *root;
	bool raw; /* the whole of the bytes is the value */
};

#define CW_AVRO_REFUSED 255

#endif
