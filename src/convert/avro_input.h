/*
 * avro_input - the bytes of an Avro value, taken from the front: what Avro's binary encoding is made of.
 *
 * The bytes are not trusted. Functions give 0, or -1 with *in->err set; those that give a pointer, NULL in that case.
 */
#ifndef CW_CONVERT_AVRO_INPUT_H
#define CW_CONVERT_AVRO_INPUT_H

#include "connect-worker/connector.h"

#define CW_AVRO_EMPTY_ITEMS_MAX 100000 /* of a block whose items take no bytes */
#define CW_AVRO_ITEMS_BELIEVED 1024

struct cw_avro_input {
	const unsigned char *p, *end;
	struct cw_batch *batch;
	size_t left; /* values that may still come: bytes are few, and what takes none could come without end */
	int depth;
	struct cw_error *err;
};

static inline int cw_avro_fail(struct cw_avro_input *in, const char *what)
{
	cw_error_set(in->err, CW_ERR_INVALID, "%s", what);
	return -1;
}

static inline int cw_avro_too_short(struct cw_avro_input *in)
{
	return cw_avro_fail(in, "the bytes end before the value does");
}

static inline int cw_avro_read_long(struct cw_avro_input *in, int64_t *out)
{
	uint64_t n = 0;

	for (unsigned shift = 0; shift < 70; shift += 7) {
		unsigned char byte;

		if (in->p == in->end)
			return cw_avro_too_short(in);
		byte = *in->p++;
		if (shift == 63 && byte > 1)
			break;
		n |= (uint64_t)(byte & 0x7F) << shift;
		if (!(byte & 0x80)) {
			*out = (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
			return 0;
		}
	}
	return cw_avro_fail(in, "Invalid long encoding");
}

static inline int cw_avro_read_size(struct cw_avro_input *in, size_t *out)
{
	int64_t n;

	if (cw_avro_read_long(in, &n))
		return -1;
	if (n < 0)
		return cw_avro_fail(in, "Malformed data. Length is negative");
	if ((uint64_t)n > (size_t)(in->end - in->p))
		return cw_avro_too_short(in);
	*out = (size_t)n;
	return 0;
}

/* The next n bytes. */
static inline const unsigned char *cw_avro_read_raw(struct cw_avro_input *in, size_t n)
{
	const unsigned char *p = in->p;

	if ((size_t)(in->end - p) < n) {
		cw_avro_too_short(in);
		return NULL;
	}
	in->p += n;
	return p;
}

/* The bytes behind their length. */
static inline const unsigned char *cw_avro_read_sized(struct cw_avro_input *in, size_t *n)
{
	return cw_avro_read_size(in, n) ? NULL : cw_avro_read_raw(in, *n);
}

/* How many items the next block has; 0: that was the last one. */
static inline int cw_avro_read_block(struct cw_avro_input *in, bool may_be_empty, size_t *out)
{
	int64_t n, size;

	if (cw_avro_read_long(in, &n))
		return -1;
	if (n < 0) { /* the block's size in bytes follows, for those who want to skip it */
		if (n == INT64_MIN || cw_avro_read_long(in, &size))
			return cw_avro_fail(in, "Malformed data. Length is negative");
		n = -n;
	}
	if ((uint64_t)n > (may_be_empty ? CW_AVRO_EMPTY_ITEMS_MAX : (size_t)(in->end - in->p)))
		return may_be_empty ? cw_avro_fail(in, "an array has more items without content than can be read")
				    : cw_avro_too_short(in);
	*out = (size_t)n;
	return 0;
}

/*
 * Room for one more item behind those that are there. `more` is how many the block says are to come, which is believed
 * only so far.
 */
static inline void *cw_avro_make_room(struct cw_avro_input *in, void *items, size_t n, size_t more,
				      size_t *capacity, size_t size)
{
	void *room;

	if (n < *capacity)
		return items;
	if (*capacity)
		*capacity *= 2;
	else
		*capacity = more < CW_AVRO_ITEMS_BELIEVED ? more : CW_AVRO_ITEMS_BELIEVED;
	room = cw_batch_alloc(in->batch, *capacity * size);
	if (n)
		memcpy(room, items, n * size);
	return room;
}

#endif
