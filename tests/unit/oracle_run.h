/* oracle_run - one case through connect-worker's converters, transformations and predicates. */
#ifndef CW_TESTS_ORACLE_RUN_H
#define CW_TESTS_ORACLE_RUN_H

#include "oracle_case.h"

/* What came out, in the memory that the case was run with. */
struct oracle_outcome {
	const char *stage; /* that failed; NULL: none. As in the files */
	const char *way;   /* "in" or "out" for a converter, else NULL */
	int step;          /* in the chain, where it failed or dropped the record */
	bool dropped;
	struct cw_error error;
	struct cw_slice topic, key, value;
	int32_t partition;
	int64_t timestamp_ms;
	struct oracle_header {
		struct cw_slice key, value;
	} *headers;
	size_t n_headers;
};

void oracle_run(const struct oracle_file *file, const json_t *test, struct cw_batch *memory,
		struct oracle_outcome *out);

#endif
