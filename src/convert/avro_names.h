/* avro_names - the names of Avro's types, fields and symbols. Pure. */
#ifndef CW_CONVERT_AVRO_NAMES_H
#define CW_CONVERT_AVRO_NAMES_H

#include "connect-worker/connector.h"

/* 0, or -1 with *err set: a letter of any script that Java has in one char, or _; then digits, too. */
int cw_avro_check_name(struct cw_slice name, struct cw_error *err);

struct cw_slice cw_avro_last_part(struct cw_slice name); /* "c" of "a.b.c" */
struct cw_slice cw_avro_namespace(struct cw_slice name); /* "a.b" of it; may be empty */
/* The full name: one that has no dot is in the namespace. The argument itself, or in the memory. */
struct cw_slice cw_avro_full_name(struct cw_batch *memory, struct cw_slice space, struct cw_slice name);

#endif
