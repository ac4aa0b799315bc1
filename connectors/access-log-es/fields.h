/*
 * fields - the values that settings such as `index` and `routing` name, in a line or a structured record. Pure; nothing
 * is copied but numbers.
 */
#ifndef CW_ACCESS_LOG_FIELDS_H
#define CW_ACCESS_LOG_FIELDS_H

#include "index_name.h"
#include "line.h"

/* Values of one record, in the order of the name's fields; lent as long as the record and this are. */
struct cw_field_values {
	struct cw_slice text[CW_INDEX_FIELDS_MAX];
	char digits[CW_INDEX_FIELDS_MAX][24];
};

/* All fields of a name. line NULL: they are those of the record's value. 0, or -1 with *err set to the one that is not there. */
int cw_fields_find(const struct cw_index_name *name, const struct cw_record *record, const struct cw_line *line,
		   struct cw_field_values *values, struct cw_error *err);

#endif
