/*
 * exchange - which method gets which status: one table of both, so that methods and statuses each occur
 * as often as their weights say and combinations that make no sense (304 to a POST) do not.
 */
#ifndef CW_SYNTHETIC_EXCHANGE_H
#define CW_SYNTHETIC_EXCHANGE_H

#include "alias.h"
#include "options.h"
#include "site.h"

enum cw_size_rule {
	CW_SIZE_NONE = 0, /* no body */
	CW_SIZE_BODY,     /* the endpoint's */
	CW_SIZE_PART,     /* a range of it */
	CW_SIZE_ANSWER,   /* a short confirmation */
	CW_SIZE_REDIRECT,
	CW_SIZE_ERROR
};

/* One combination, with its texts as they are in a line: between the time and the path, and the path and the size. */
struct cw_exchange {
	char before[32];
	char after[CW_PROTOCOLS][48];
	uint8_t before_n, after_n;
	uint8_t size_rule; /* enum cw_size_rule */
	bool changing;     /* neither GET nor HEAD */
	uint16_t error_size;
	uint16_t status;
};

struct cw_exchanges {
	struct cw_exchange *table;
	struct cw_alias pick;
};

/* Start as { 0 }. 0, or -1 without memory. */
int cw_exchanges_init(struct cw_exchanges *exchanges, enum cw_line_format format, const struct cw_weights *methods,
		      const struct cw_weights *statuses);
void cw_exchanges_free(struct cw_exchanges *exchanges);

#endif
