/* key_set - a set of hashes of keys. Pure memory. */
#ifndef CW_ACCESS_LOG_KEY_SET_H
#define CW_ACCESS_LOG_KEY_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Start zeroed; freed with cw_key_set_free(). */
struct cw_key_set {
	uint64_t *slots; /* 0: free */
	size_t n, cap;   /* cap: 0, or a power of two and more than n */
};

/* Empty, with room for so many. */
void cw_key_set_reset(struct cw_key_set *set, size_t room);
/* There has to be room for it, and it is not 0. */
void cw_key_set_add(struct cw_key_set *set, uint64_t key);
bool cw_key_set_has(const struct cw_key_set *set, uint64_t key);
/* Whether they have one in common. */
bool cw_key_set_meets(const struct cw_key_set *set, const struct cw_key_set *other);
void cw_key_set_free(struct cw_key_set *set);

#endif
