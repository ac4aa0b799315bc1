/*
 * random_data - schemas and values that follow from a seed, for property tests: the same seed gives the same ones.
 *
 * A test that fails prints its seed.
 */
#ifndef CW_TESTS_RANDOM_DATA_H
#define CW_TESTS_RANDOM_DATA_H

#include "connect-worker/connector.h"

struct cw_random {
	uint64_t state; /* start with any seed */
};

uint64_t cw_random_next(struct cw_random *random);
/* 0…n-1 */
size_t cw_random_below(struct cw_random *random, size_t n);
/* n random bytes, half of the time; otherwise those given with some changed, left out or doubled. In the memory. */
struct cw_slice cw_random_bytes(struct cw_random *random, struct cw_batch *memory, struct cw_slice like);

/* What a converter can carry; the rest is left out. */
struct cw_random_limits {
	bool no_schema_details; /* no version, doc, parameters and default values */
	bool string_keys_only;  /* in maps */
	bool finite;            /* no NaN and infinity */
	int depth;              /* containers in containers, at most */
};

const struct cw_schema *cw_random_schema(struct cw_random *random, struct cw_batch *memory,
					 const struct cw_random_limits *limits);
/* Decimals have their schema's scale, maps no two equal keys. */
struct cw_value cw_random_value(struct cw_random *random, struct cw_batch *memory, const struct cw_schema *schema,
				const struct cw_random_limits *limits);

#endif
