/*
 * answer - what the store's answers hold. Pure: a reader of _bulk answers that allocates nothing.
 */
#ifndef CW_ACCESS_LOG_ANSWER_H
#define CW_ACCESS_LOG_ANSWER_H

#include "connect-worker/connector.h"

/* One item of a _bulk answer. Slices point into the answer; JSON escapes are still in them. */
struct cw_item {
	unsigned status;
	struct cw_slice type, reason, cause; /* of error; empty without one */
};

enum cw_answer_kind {
	CW_ANSWER_BROKEN = 0, /* no answer to a _bulk request, or not all of it */
	CW_ANSWER_CLEAN,      /* "errors":false; nothing more was looked at */
	CW_ANSWER_ITEMS       /* exactly the expected number of items was read */
};

/*
 * Reads a whole _bulk answer to `expected` documents. items: room for `expected`, filled with
 * CW_ANSWER_ITEMS only. *took: milliseconds, or -1.
 */
enum cw_answer_kind cw_answer_read(struct cw_slice body, size_t expected, struct cw_item *items, int64_t *took);

/* error.type and error.reason of an answer that is an error as a whole; empty where it is none. */
void cw_answer_error(struct cw_slice body, struct cw_item *out);

/* The text of a JSON string's inside, escapes undone, at most size - 1 bytes, terminated. For people. */
void cw_answer_text(struct cw_slice json, char *out, size_t size);

#endif
