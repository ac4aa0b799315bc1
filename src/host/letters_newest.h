/*
 * letters_newest - the newest dead letters of a topic, whatever order its partitions are read in. In a partition those
 * behind are newer; between partitions the records' times say so. Pure.
 */
#ifndef CW_HOST_LETTERS_NEWEST_H
#define CW_HOST_LETTERS_NEWEST_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* Start as { .limit = … }; freed with cw_letters_newest_free(). */
struct cw_letters_newest {
	size_t limit;	     /* so many are wanted */
	json_t **partitions; /* [n] arrays, each of the newest of its partition; NULL: it has none */
	size_t n;
};

/* The next letter of a partition, an object with its "timestamp"; takes it. */
void cw_letters_newest_add(struct cw_letters_newest *newest, int32_t partition, json_t *letter);
/* Those of all partitions, the newest last, each partition's in their order. New. */
json_t *cw_letters_newest_list(const struct cw_letters_newest *newest);
void cw_letters_newest_free(struct cw_letters_newest *newest);

#endif
