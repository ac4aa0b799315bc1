/*
 * json_shape - the names of the last document's members as they stand in it. Documents of a stream are alike: where the
 * next one has the same text in the same place, it need not be read again, and its names are as distinct as those were.
 *
 * Internal to the JSON reader. Zero it to start; cw_json_shape_free() at the end.
 */
#ifndef CW_CONVERT_JSON_SHAPE_H
#define CW_CONVERT_JSON_SHAPE_H

#include "base/buf.h"
#include "connect-worker/connector.h"

#define CW_JSON_SHAPE_MAX 64u

struct cw_json_shape {
	struct {
		uint32_t at, n; /* ,"name": in the text; the first one has no comma */
	} members[CW_JSON_SHAPE_MAX];
	size_t n;
	struct cw_buf text;
};

static inline bool cw_json_same_8(const char *a, const char *b)
{
	uint64_t x, y;

	memcpy(&x, a, 8);
	memcpy(&y, b, 8);
	return x == y;
}

/* n bytes: most names have a few. */
static inline bool cw_json_same(const char *a, const char *b, size_t n)
{
	if (n < 8)
		return memcmp(a, b, n) == 0;
	for (size_t i = 0; i + 8 < n; i += 8)
		if (!cw_json_same_8(a + i, b + i))
			return false;
	return cw_json_same_8(a + n - 8, b + n - 8);
}

/*
 * Whether the text begins like member i, where the one before it has ended: then *name is its name, in the text. How
 * many bytes that takes, to where the value is; 0: it is another, or somehow else.
 */
static inline size_t cw_json_shape_match(const struct cw_json_shape *shape, size_t i, struct cw_slice text,
					 struct cw_slice *name)
{
	size_t n, before = i > 0 ? 2 : 1;

	if (i >= shape->n)
		return 0;
	n = shape->members[i].n;
	if (text.n < n || !cw_json_same(text.p, shape->text.p + shape->members[i].at, n))
		return 0;
	*name = cw_slice(text.p + before, n - before - 2);
	return n;
}

/* Member i, which was another, has this text up to its value and this name; members behind it are forgotten. */
void cw_json_shape_learn(struct cw_json_shape *shape, size_t i, struct cw_slice text, struct cw_slice name);
void cw_json_shape_free(struct cw_json_shape *shape);

#endif
