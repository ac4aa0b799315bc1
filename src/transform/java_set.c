#include "transform/java_set.h"

#include <stdlib.h>

#include "base/mem.h"

#define MAX_CHAR 0x10ffffu
#define SURROGATE_FIRST 0xd800u
#define SURROGATE_LAST 0xdfffu

void cw_java_set_free(struct cw_java_set *set)
{
	free(set->ranges);
	cw_buf_free(&set->items);
	cw_buf_free(&set->others);
	*set = (struct cw_java_set){ 0 };
}

bool cw_java_set_empty(const struct cw_java_set *set)
{
	return set->n == 0 && set->items.n == 0 && set->others.n == 0;
}

static bool only_ranges(const struct cw_java_set *set)
{
	return set->items.n == 0 && set->others.n == 0;
}

void cw_java_set_range(struct cw_java_set *set, uint32_t first, uint32_t last)
{
	if (set->n == set->cap) {
		set->cap = set->cap ? set->cap * 2 : 8;
		set->ranges = cw_realloc(set->ranges, set->cap * sizeof(*set->ranges));
	}
	set->ranges[set->n].first = first;
	set->ranges[set->n++].last = last;
}

/* The part of first…last that lies in from…to, moved by `by`. */
static void add_moved(struct cw_java_set *set, uint32_t first, uint32_t last, uint32_t from, uint32_t to, int32_t by)
{
	if (first < from)
		first = from;
	if (last > to)
		last = to;
	if (first <= last)
		cw_java_set_range(set, (uint32_t)((int32_t)first + by), (uint32_t)((int32_t)last + by));
}

void cw_java_set_range_ascii_case(struct cw_java_set *set, uint32_t first, uint32_t last)
{
	cw_java_set_range(set, first, last);
	add_moved(set, first, last, 'A', 'Z', 'a' - 'A');
	add_moved(set, first, last, 'a', 'z', 'A' - 'a');
}

static void add_other(struct cw_java_set *set, struct cw_buf *expression)
{
	if (set->others.n)
		cw_buf_puts(&set->others, "|");
	cw_buf_append(&set->others, expression->p, expression->n);
	cw_buf_free(expression);
}

static bool contains(uint32_t first, uint32_t last, uint32_t c)
{
	return first <= c && c <= last;
}

static void write_range(struct cw_buf *out, uint32_t first, uint32_t last)
{
	cw_java_char_write(out, first);
	if (first == last)
		return;
	cw_buf_puts(out, "-");
	cw_java_char_write(out, last);
}

/* Brackets around the ranges; text that is UTF-8 has no surrogates, and PCRE2 takes none in a pattern. */
static bool write_ranges(struct cw_buf *out, const struct cw_java_range *ranges, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		uint32_t first = ranges[i].first, last = ranges[i].last;

		if (first < SURROGATE_FIRST && last >= SURROGATE_FIRST) {
			write_range(out, first, SURROGATE_FIRST - 1);
			first = SURROGATE_LAST + 1;
			any = true;
		}
		if (first >= SURROGATE_FIRST && first <= SURROGATE_LAST)
			first = SURROGATE_LAST + 1;
		if (first <= last) {
			write_range(out, first, last);
			any = true;
		}
	}
	return any;
}

void cw_java_set_range_unicode_case(struct cw_java_set *set, uint32_t first, uint32_t last)
{
	struct cw_java_range range = { first, last };
	struct cw_buf expression = { 0 };

	/* Java takes the two Turkish letters for an i, PCRE2 does not */
	if (contains(first, last, 'i') || contains(first, last, 'I')) {
		cw_java_set_range(set, 0x130, 0x131);
	} else if (contains(first, last, 0x130) || contains(first, last, 0x131)) {
		cw_java_set_range(set, 'i', 'i');
		cw_java_set_range(set, 'I', 'I');
		cw_java_set_range(set, 0x130, 0x131);
	}
	cw_buf_puts(&expression, "(?i:[");
	if (write_ranges(&expression, &range, 1)) {
		cw_buf_puts(&expression, "])");
		add_other(set, &expression);
	}
	cw_buf_free(&expression);
}

void cw_java_set_items(struct cw_java_set *set, const char *items, bool negated)
{
	struct cw_buf expression = { 0 };

	if (!negated) {
		cw_buf_puts(&set->items, items);
		return;
	}
	cw_buf_printf(&expression, "[^%s]", items);
	add_other(set, &expression);
}

void cw_java_set_add(struct cw_java_set *set, const struct cw_java_set *other)
{
	struct cw_buf copy = { 0 };

	for (size_t i = 0; i < other->n; i++)
		cw_java_set_range(set, other->ranges[i].first, other->ranges[i].last);
	cw_buf_append(&set->items, other->items.p, other->items.n);
	if (other->others.n) {
		cw_buf_append(&copy, other->others.p, other->others.n);
		add_other(set, &copy);
	}
}

/* ---- algebra ------------------------------------------------------------------------------------ */

static int by_first(const void *a, const void *b)
{
	const struct cw_java_range *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

/* Sorted, and none touching another. */
static void normalise(struct cw_java_set *set)
{
	size_t n = 0;

	if (set->n == 0)
		return;
	qsort(set->ranges, set->n, sizeof(*set->ranges), by_first);
	for (size_t i = 1; i < set->n; i++) {
		if (set->ranges[i].first <= set->ranges[n].last + 1) {
			if (set->ranges[i].last > set->ranges[n].last)
				set->ranges[n].last = set->ranges[i].last;
		} else {
			set->ranges[++n] = set->ranges[i];
		}
	}
	set->n = n + 1;
}

static void negate_ranges(struct cw_java_set *set)
{
	struct cw_java_set result = { 0 };
	uint32_t next = 0;

	normalise(set);
	for (size_t i = 0; i < set->n; i++) {
		if (set->ranges[i].first > next)
			cw_java_set_range(&result, next, set->ranges[i].first - 1);
		next = set->ranges[i].last + 1;
	}
	if (next <= MAX_CHAR)
		cw_java_set_range(&result, next, MAX_CHAR);
	cw_java_set_free(set);
	*set = result;
}

/* The set becomes the one expression that is given. */
static void become(struct cw_java_set *set, struct cw_buf *expression)
{
	cw_java_set_free(set);
	set->others = *expression;
}

void cw_java_set_negate(struct cw_java_set *set)
{
	struct cw_buf expression = { 0 };

	if (only_ranges(set)) {
		negate_ranges(set);
		return;
	}
	cw_buf_puts(&expression, "(?!");
	cw_java_set_write(&expression, set);
	cw_buf_puts(&expression, ")(?s:.)");
	become(set, &expression);
}

static void intersect_ranges(struct cw_java_set *set, const struct cw_java_set *other)
{
	struct cw_java_set result = { 0 };

	for (size_t i = 0; i < set->n; i++)
		for (size_t k = 0; k < other->n; k++)
			add_moved(&result, set->ranges[i].first, set->ranges[i].last, other->ranges[k].first,
				  other->ranges[k].last, 0);
	normalise(&result);
	cw_java_set_free(set);
	*set = result;
}

void cw_java_set_intersect(struct cw_java_set *set, const struct cw_java_set *other)
{
	struct cw_java_set right = { 0 };
	struct cw_buf expression = { 0 };

	if (only_ranges(set) && only_ranges(other)) {
		intersect_ranges(set, other);
		return;
	}
	cw_java_set_add(&right, other);
	cw_buf_puts(&expression, "(?=");
	cw_java_set_write(&expression, set);
	cw_buf_puts(&expression, ")");
	cw_java_set_write(&expression, &right);
	cw_java_set_free(&right);
	become(set, &expression);
}

/* ---- writing ------------------------------------------------------------------------------------ */

static bool word_char(uint32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

void cw_java_char_write(struct cw_buf *out, uint32_t c)
{
	if (word_char(c))
		cw_buf_printf(out, "%c", (char)c);
	else if (c > 0x20 && c < 0x7f)
		cw_buf_printf(out, "\\%c", (char)c);
	else
		cw_buf_printf(out, "\\x{%x}", c);
}

void cw_java_set_write(struct cw_buf *out, struct cw_java_set *set)
{
	struct cw_buf brackets = { 0 };
	bool any;

	normalise(set);
	cw_buf_puts(&brackets, "[");
	any = write_ranges(&brackets, set->ranges, set->n);
	any = any || set->items.n;
	cw_buf_append(&brackets, set->items.p, set->items.n);
	cw_buf_puts(&brackets, "]");
	if (set->others.n) {
		cw_buf_puts(out, "(?:");
		if (any) {
			cw_buf_append(out, brackets.p, brackets.n);
			cw_buf_puts(out, "|");
		}
		cw_buf_append(out, set->others.p, set->others.n);
		cw_buf_puts(out, ")");
	} else if (any) {
		cw_buf_append(out, brackets.p, brackets.n);
	} else {
		cw_buf_puts(out, "(?!)"); /* no character at all */
	}
	cw_buf_free(&brackets);
}
