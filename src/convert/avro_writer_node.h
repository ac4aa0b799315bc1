/*
 * avro_writer_node - what a writer does, step by step. Made by avro_writer.c, followed by avro_write.c; internal to
 * both.
 */
#ifndef CW_CONVERT_AVRO_WRITER_NODE_H
#define CW_CONVERT_AVRO_WRITER_NODE_H

#include "convert/avro_writer.h"

/* How values of one Connect schema become one type of Avro. */
struct cw_avro_node_out {
	const struct cw_schema *schema;
	const struct cw_avro_schema *avro; /* a union only with `members` */
	/* CW_ARRAY: the items; CW_MAP: keys and values; CW_STRUCT: for each of Avro's fields; members: for each field
	 */
	const struct cw_avro_node_out *const *children;
	const ptrdiff_t *from;           /* CW_STRUCT: the field's number; -1: fixed bytes */
	const struct cw_slice *defaults; /* CW_STRUCT: those bytes */
	bool failed;                     /* there is no way */
	bool members;                    /* the schema is a struct that stands for a union */
	bool in_union, has_null;
	int64_t place, null_place; /* the type's and null's number in the union */
};

struct cw_avro_writer {
	const struct cw_avro_config *config;
	const struct cw_avro_node_out *root; /* NULL: schemaless */
	bool raw;                            /* the value's bytes are all there is */
};

int cw_avro_write_node(const struct cw_avro_writer *writer, const struct cw_avro_node_out *node,
		       const struct cw_value *value, struct cw_buf *out, struct cw_error *err);

#endif
