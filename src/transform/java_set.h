/*
 * java_set - sets of characters as Java's classes build them, [a-z&&[^aeiou]], and how they are written for PCRE2.
 *
 * A set is the union of code point ranges, of what may stand in brackets ("\p{Lu}") and of whole PCRE2 expressions that
 * take one character. PCRE2 has no intersection: of ranges it is computed, of anything else it becomes a look-ahead.
 * For java_regex only.
 */
#ifndef CW_TRANSFORM_JAVA_SET_H
#define CW_TRANSFORM_JAVA_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct cw_java_range {
	uint32_t first, last;
};

/* Start as { 0 }, which is the empty set. Freed with cw_java_set_free(). */
struct cw_java_set {
	struct cw_java_range *ranges;
	size_t n, cap;
	struct cw_buf items;  /* inside of brackets */
	struct cw_buf others; /* "A|B": expressions */
};

void cw_java_set_range(struct cw_java_set *set, uint32_t first, uint32_t last);
/* Without regard to case, as Java has it by default: for ASCII only. */
void cw_java_set_range_ascii_case(struct cw_java_set *set, uint32_t first, uint32_t last);
/* … and by Unicode, as (?u) asks for. */
void cw_java_set_range_unicode_case(struct cw_java_set *set, uint32_t first, uint32_t last);
void cw_java_set_items(struct cw_java_set *set, const char *items, bool negated);

void cw_java_set_add(struct cw_java_set *set, const struct cw_java_set *other);
void cw_java_set_intersect(struct cw_java_set *set, const struct cw_java_set *other);
void cw_java_set_negate(struct cw_java_set *set);
bool cw_java_set_empty(const struct cw_java_set *set); /* nothing was ever added */

/* One expression that takes one character of the set. */
void cw_java_set_write(struct cw_buf *out, struct cw_java_set *set);
/* One character outside of brackets or in them, escaped. */
void cw_java_char_write(struct cw_buf *out, uint32_t c);

void cw_java_set_free(struct cw_java_set *set);

#endif
