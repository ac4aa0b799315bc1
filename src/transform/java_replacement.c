/* Replacements, taken apart once. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "transform/java_regex.h"

#define NO_GROUP UINT32_MAX

/* A piece of text, then perhaps a group. */
struct piece {
	struct cw_slice text; /* in the replacement's own copy */
	uint32_t group;
};

struct cw_java_replacement {
	char *text;
	struct piece *pieces;
	size_t n, cap;
	char *fault; /* where Java would stop; NULL: all is well */
};

static void add(struct cw_java_replacement *r, struct cw_slice text, uint32_t group)
{
	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 8;
		r->pieces = cw_realloc(r->pieces, r->cap * sizeof(*r->pieces));
	}
	r->pieces[r->n].text = text;
	r->pieces[r->n++].group = group;
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool name_char(char c)
{
	return digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* "${name}" with *p behind the brace; NO_GROUP with a fault. */
static uint32_t read_name(struct cw_java_replacement *r, const struct cw_java_regex *regex, const char **p)
{
	const char *start = *p;
	struct cw_slice name;
	unsigned group;

	while (name_char(**p))
		(*p)++;
	name = cw_slice(start, (size_t)(*p - start));
	group = cw_java_regex_named(regex, name);
	if (name.n == 0)
		r->fault = cw_strdup("named capturing group has 0 length name");
	else if (**p != '}')
		r->fault = cw_strdup("named capturing group is missing trailing '}'");
	else if (digit(*start))
		r->fault = cw_format("capturing group name {%.*s} starts with digit character", (int)name.n, name.p);
	else if (group == 0)
		r->fault = cw_format("No group with name {%.*s}", (int)name.n, name.p);
	if (r->fault)
		return NO_GROUP;
	(*p)++;
	return group;
}

/* "$12": as many digits as make a group that there is. */
static uint32_t read_number(struct cw_java_replacement *r, const struct cw_java_regex *regex, const char **p)
{
	uint32_t most = cw_java_regex_groups(regex), group;

	if (!digit(**p)) {
		r->fault =
			cw_strdup(**p ? "Illegal group reference" : "Illegal group reference: group index is missing");
		return NO_GROUP;
	}
	group = (uint32_t)(*(*p)++ - '0');
	while (digit(**p) && group * 10 + (uint32_t)(**p - '0') <= most)
		group = group * 10 + (uint32_t)(*(*p)++ - '0');
	if (group <= most)
		return group;
	r->fault = cw_format("No group %u", group);
	return NO_GROUP;
}

static void take_apart(struct cw_java_replacement *r, const struct cw_java_regex *regex)
{
	const char *p = r->text, *start = p;

	while (*p && !r->fault) {
		struct cw_slice before = cw_slice(start, (size_t)(p - start));

		if (*p == '\\') {
			add(r, before, NO_GROUP);
			start = ++p;
			if (*p)
				p++;
			else
				r->fault = cw_strdup("character to be escaped is missing");
		} else if (*p == '$') {
			p++;
			if (*p == '{') {
				p++;
				add(r, before, read_name(r, regex, &p));
			} else {
				add(r, before, read_number(r, regex, &p));
			}
			start = p;
		} else {
			p++;
		}
	}
	add(r, cw_slice(start, (size_t)(p - start)), NO_GROUP);
}

struct cw_java_replacement *cw_java_replacement_new(const struct cw_java_regex *regex, const char *text)
{
	struct cw_java_replacement *r = cw_alloc(sizeof(*r));

	r->text = cw_strdup(text);
	take_apart(r, regex);
	return r;
}

void cw_java_replacement_free(struct cw_java_replacement *replacement)
{
	if (!replacement)
		return;
	free(replacement->text);
	free(replacement->pieces);
	free(replacement->fault);
	free(replacement);
}

int cw_java_replace_first(struct cw_java_regex *regex, const struct cw_java_replacement *replacement,
			  struct cw_slice text, struct cw_buf *out, struct cw_error *err)
{
	struct cw_slice match;
	size_t before;
	int rc = cw_java_regex_find(regex, text, err);

	if (rc < 0)
		return -1;
	if (rc == 0) {
		cw_buf_append(out, text.p, text.n);
		return 0;
	}
	if (replacement->fault)
		return cw_error_set(err, CW_ERR_INVALID, "%s", replacement->fault);
	match = cw_java_regex_group(regex, 0);
	before = text.n ? (size_t)(match.p - text.p) : 0; /* a match in nothing does not point into it */
	cw_buf_append(out, text.p, before);
	for (size_t i = 0; i < replacement->n; i++) {
		const struct piece *piece = &replacement->pieces[i];
		struct cw_slice group = cw_slice(NULL, 0);

		cw_buf_append(out, piece->text.p, piece->text.n);
		if (piece->group != NO_GROUP)
			group = cw_java_regex_group(regex, piece->group);
		cw_buf_append(out, group.p, group.n);
	}
	if (text.n)
		cw_buf_append(out, match.p + match.n, text.n - before - match.n);
	return 0;
}
