/* timestamp - a time in one of the forms that TimestampConverter knows. */
#ifndef CW_TRANSFORM_TIMESTAMP_H
#define CW_TRANSFORM_TIMESTAMP_H

#include "connect-worker/connector.h"
#include "data/date_format.h"

enum cw_timestamp_form { CW_FORM_STRING, CW_FORM_UNIX, CW_FORM_DATE, CW_FORM_TIME, CW_FORM_TIMESTAMP };

enum cw_unix_precision { CW_UNIX_SECONDS, CW_UNIX_MILLISECONDS, CW_UNIX_MICROSECONDS, CW_UNIX_NANOSECONDS };

struct cw_timestamp_target {
	enum cw_timestamp_form form;
	enum cw_unix_precision precision;    /* of numbers, read and written */
	const struct cw_date_format *format; /* of strings, read and written; NULL: none, so none is read */
	struct cw_slice pattern;             /* of the format */
};

/* The type of a value in a form. */
enum cw_type cw_timestamp_type(enum cw_timestamp_form form);
/* The form of values with a schema: 0, or -1 with *err when they are no times. */
int cw_timestamp_form_of_schema(const struct cw_schema *schema, enum cw_timestamp_form *form, struct cw_error *err);
/* Changes a time, a null to a null. Without a schema its form follows from its type. Text is in the batch. 0 or -1. */
int cw_timestamp_convert(struct cw_value *value, const struct cw_timestamp_target *target, struct cw_batch *batch,
			 struct cw_buf *scratch, struct cw_error *err);

#endif
