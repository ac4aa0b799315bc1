/* date_pattern - a compiled pattern, for the files of date_format only. */
#ifndef CW_DATA_DATE_PATTERN_H
#define CW_DATA_DATE_PATTERN_H

#include <stdbool.h>

#include "connect-worker/connector.h"
#include "data/date_zone_names.h"

#define CW_DATE_LITERAL '\0'

/* Text that stands for itself, or one field. */
struct cw_date_item {
	char letter;      /* CW_DATE_LITERAL: the text */
	bool exact_width; /* a number follows without anything between: this one has `count` characters */
	size_t count;     /* of the letter */
	struct cw_slice literal;
};

struct cw_date_format {
	struct cw_date_item *items;
	size_t n;
	char *literals;        /* what the items' texts point into */
	int64_t century_start; /* years of two digits are in the hundred years from this time, in ms … */
	int32_t century_year;  /* … which is in this year */
	const struct cw_date_zone_place *here; /* what names of time zones mean where the process is; NULL: the usual */
};

#endif
