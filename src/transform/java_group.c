/* Groups: their kinds, names and flags. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "transform/java_parser.h"

/* The letters and digits of a group's name, with the cursor at the first; new, NULL with the error set. */
char *cw_java_group_name(struct cw_java_parser *p)
{
	struct cw_buf name = { 0 };

	for (;;) {
		uint32_t c = cw_java_raw(p, 0);
		bool is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z', is_digit = c >= '0' && c <= '9';

		if (!is_letter && !(is_digit && name.n))
			break;
		cw_buf_printf(&name, "%c", (char)c);
		p->at++;
	}
	if (name.n == 0)
		cw_java_fail_next(p, "capturing group name does not start with a Latin letter");
	else if (cw_java_raw(p, 0) != '>')
		cw_java_fail(p, "named capturing group is missing trailing '>'");
	else {
		p->at++;
		return cw_buf_take(&name);
	}
	cw_buf_free(&name);
	return NULL;
}

unsigned cw_java_group_find(const struct cw_java_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->items[i].name, name) == 0)
			return names->items[i].group;
	return 0;
}

/* The flags before ")" or ":". */
static int read_flags(struct cw_java_parser *p)
{
	static const char letters[] = "imsduxU";
	bool on = true;

	for (;;) {
		uint32_t c = cw_java_peek(p);
		const char *known = c && c < 0x80 ? strchr(letters, (int)c) : NULL;
		unsigned flag;

		if (c == '-' && on) {
			on = false;
		} else if (c == 'c') {
			return cw_java_refuse(p, "(?c), canonical equivalence,");
		} else if (known) {
			flag = 1u << (known - letters);
			if (flag == CW_JAVA_UNICODE_CLASS)
				flag |= CW_JAVA_UNICODE_CASE;
			p->flags = on ? p->flags | flag : p->flags & ~flag;
		} else {
			return 0;
		}
		p->at++;
	}
}

static void add_name(struct cw_java_names *names, char *name, unsigned group)
{
	if (names->n == names->cap) {
		names->cap = names->cap ? names->cap * 2 : 8;
		names->items = cw_realloc(names->items, names->cap * sizeof(*names->items));
	}
	names->items[names->n].name = name;
	names->items[names->n++].group = group;
}

static int read_named_group(struct cw_java_parser *p, struct cw_buf *out)
{
	char *name = cw_java_group_name(p), what[128];

	if (!name)
		return -1;
	if (cw_java_group_find(p->names, name)) {
		snprintf(what, sizeof(what), "Named capturing group <%s> is already defined", name);
		free(name);
		return cw_java_fail(p, what);
	}
	add_name(p->names, name, ++p->groups);
	cw_buf_puts(out, "(");
	return 0;
}

/* "(?<": a look-behind or a name. */
static int open_angle(struct cw_java_parser *p, struct cw_buf *out, bool *wrap)
{
	uint32_t c = cw_java_raw(p, 0);

	if (c != '=' && c != '!')
		return read_named_group(p, out);
	p->at++;
	cw_buf_printf(out, "(?:(?<%c", (char)c);
	*wrap = true;
	return 0;
}

/*
 * What opens the group, with the cursor behind "(". A look-around comes in another group, so that it can be repeated:
 * *wrap. (?i) alone opens nothing: 1.
 */
static int open_group(struct cw_java_parser *p, struct cw_buf *out, bool *wrap)
{
	uint32_t c;

	*wrap = false;
	if (cw_java_peek(p) != '?') {
		p->groups++;
		cw_buf_puts(out, "(");
		return 0;
	}
	p->at++;
	c = cw_java_raw(p, 0);
	switch (c) {
	case ':':
	case '>':
		p->at++;
		cw_buf_printf(out, "(?%c", (char)c);
		return 0;
	case '=':
	case '!':
		p->at++;
		cw_buf_printf(out, "(?:(?%c", (char)c);
		*wrap = true;
		return 0;
	case '<': p->at++; return open_angle(p, out, wrap);
	case '$':
	case '@': return cw_java_fail_next(p, "Unknown group type");
	default: break;
	}
	if (read_flags(p) < 0)
		return -1;
	c = cw_java_peek(p);
	p->at++;
	if (c == ')')
		return 1;
	if (c != ':')
		return cw_java_fail(p, "Unknown inline modifier");
	cw_buf_puts(out, "(?:");
	return 0;
}

/* A group, with the cursor behind "("; 1 when it was flags only, which nothing can repeat. */
int cw_java_group_read(struct cw_java_parser *p, struct cw_buf *out)
{
	unsigned flags = p->flags;
	bool wrap;
	int rc = open_group(p, out, &wrap);

	if (rc != 0)
		return rc;
	if (++p->depth > CW_JAVA_DEPTH)
		return cw_java_refuse(p, "a nesting of more than 100 groups and classes");
	if (cw_java_alternatives_read(p, out) < 0)
		return -1;
	p->depth--;
	if (cw_java_peek(p) != ')')
		return cw_java_fail_next(p, "Unclosed group");
	p->at++;
	p->flags = flags;
	cw_buf_puts(out, wrap ? "))" : ")");
	return 0;
}
