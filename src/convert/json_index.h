/*
 * json_index - finds names among many: a hash table that is used again and again.
 *
 * Start as { 0 }, with a seed where names come from strangers. One thread.
 */
#ifndef CW_CONVERT_JSON_INDEX_H
#define CW_CONVERT_JSON_INDEX_H

#include "connect-worker/connector.h"

/* Up to so many names, comparing with each of them is as fast. */
#define CW_JSON_FEW 24u

struct cw_json_index_slot {
	struct cw_slice name; /* p is NULL: free */
	size_t place;
};

struct cw_json_index {
	uint64_t seed;
	struct cw_json_index_slot *slots;
	size_t cap;  /* slots there are */
	size_t used; /* slots of the names at hand, a power of two */
};

/* Forgets the names; there will be at most n. */
void cw_json_index_begin(struct cw_json_index *index, size_t n);
/* The place that came with this name before; when it is new, `place`, which then is its. */
size_t cw_json_index_add(struct cw_json_index *index, struct cw_slice name, size_t place);
/* The name's place, or SIZE_MAX. */
size_t cw_json_index_find(const struct cw_json_index *index, struct cw_slice name);
void cw_json_index_free(struct cw_json_index *index);

/*
 * The entries of an object, whose keys are strings: of equal names the first keeps its place and gets the last one's
 * value. How many entries are left. Forgets the names.
 */
size_t cw_json_unite(struct cw_json_index *index, struct cw_entry *entries, size_t n);

/* A hash of text; other seeds give other collisions. */
uint64_t cw_json_hash(uint64_t seed, struct cw_slice text);

#endif
