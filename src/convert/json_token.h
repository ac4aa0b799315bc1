/*
 * json_token - what a JSON reader reads that has no parts. Internal to the reader.
 *
 * 0, or -1 with the reader's what and at set.
 */
#ifndef CW_CONVERT_JSON_TOKEN_H
#define CW_CONVERT_JSON_TOKEN_H

#include "convert/json_read.h"

static inline int cw_json_fail_at(struct cw_json_reader *reader, const char *p, const char *what)
{
	reader->what = what;
	reader->at = (size_t)(p - reader->start);
	return -1;
}

static inline int cw_json_fail(struct cw_json_reader *reader, const char *what)
{
	return cw_json_fail_at(reader, reader->p, what);
}

/* A string, or with is_name the name of a member, from its opening quote on. */
int cw_json_read_text(struct cw_json_reader *reader, bool is_name, struct cw_slice *out);
/* What is no array or object; c is the character that is next. */
int cw_json_read_scalar(struct cw_json_reader *reader, int c, struct cw_value *out);

#endif
