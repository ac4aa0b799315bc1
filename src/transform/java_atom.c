/* What stands for itself or for a place in the text: characters, escapes, anchors, back references. */
#include <stdio.h>
#include <stdlib.h>

#include "transform/java_parser.h"

/* The word characters of \b: Java's letters and digits, and the marks on them. */
#define BOUNDARY_WORD "[\\p{L}\\p{Nd}\\p{Mn}_]"
#define BOUNDARY_WORD_UNICODE "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\x{200c}\\x{200d}]"
#define LINE_END "[\\r\\x{85}\\x{2028}\\x{2029}]"

static bool has_case(uint32_t c)
{
	return c >= 0x80 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

int cw_java_char_add(struct cw_java_parser *p, struct cw_buf *out, uint32_t c)
{
	struct cw_java_set set = { 0 };

	if (c >= 0xd800 && c <= 0xdfff)
		return cw_java_refuse(p, "half of a surrogate pair");
	if (!(p->flags & CW_JAVA_IGNORE_CASE) || !has_case(c)) {
		cw_java_char_write(out, c);
		return 0;
	}
	cw_java_range_add(p, &set, c, c);
	cw_java_set_write(out, &set);
	cw_java_set_free(&set);
	return 0;
}

static void write_boundary(const struct cw_java_parser *p, struct cw_buf *out, bool inside)
{
	const char *word = p->flags & CW_JAVA_UNICODE_CLASS ? BOUNDARY_WORD_UNICODE : BOUNDARY_WORD;

	if (inside)
		cw_buf_printf(out, "(?:(?<=%s)(?=%s)|(?<!%s)(?!%s))", word, word, word, word);
	else
		cw_buf_printf(out, "(?:(?<=%s)(?!%s)|(?<!%s)(?=%s))", word, word, word, word);
}

/* "^" under (?m) is at the start of a line, but not behind a last line end. */
void cw_java_line_start_write(const struct cw_java_parser *p, struct cw_buf *out)
{
	if (!(p->flags & CW_JAVA_MULTILINE))
		cw_buf_puts(out, "\\A");
	else if (p->flags & CW_JAVA_UNIX_LINES)
		cw_buf_puts(out, "(?:(?<![^\\n])(?!\\z))");
	else
		cw_buf_puts(out, "(?:(?!\\z)(?:\\A|(?<=[\\n\\x{85}\\x{2028}\\x{2029}])|(?<=\\r)(?!\\n)))");
}

void cw_java_line_end_write(const struct cw_java_parser *p, struct cw_buf *out, bool multiline)
{
	if (p->flags & CW_JAVA_UNIX_LINES)
		cw_buf_puts(out, multiline ? "(?=\\n|\\z)" : "(?=\\n?\\z)");
	else if (multiline)
		cw_buf_puts(out, "(?=\\z|" LINE_END "|(?<!\\r)\\n)");
	else
		cw_buf_puts(out, "(?=(?:\\r\\n|(?<!\\r)\\n|" LINE_END ")?\\z)");
}

void cw_java_dot_write(const struct cw_java_parser *p, struct cw_buf *out)
{
	if (p->flags & CW_JAVA_DOT_ALL)
		cw_buf_puts(out, ".");
	else
		cw_buf_puts(out, p->flags & CW_JAVA_UNIX_LINES ? "[^\\n]" : "[^\\n\\r\\x{85}\\x{2028}\\x{2029}]");
}

static int write_reference(struct cw_java_parser *p, struct cw_buf *out, unsigned group)
{
	if (!p->total_known && group > p->groups)
		p->needs_total = true;
	if (group > p->groups && group > p->total) {
		cw_buf_puts(out, "(?!)"); /* a group that is not there never matches */
		return 0;
	}
	if (!(p->flags & CW_JAVA_IGNORE_CASE)) {
		cw_buf_printf(out, "\\g{%u}", group);
		return 0;
	}
	if (!(p->flags & CW_JAVA_UNICODE_CASE))
		return cw_java_refuse(p, "a back reference under (?i) without (?u)");
	cw_buf_printf(out, "(?i:\\g{%u})", group);
	return 0;
}

/* \1, and further digits as long as there is such a group already. */
static int read_reference(struct cw_java_parser *p, struct cw_buf *out, unsigned group)
{
	for (;;) {
		uint32_t c = cw_java_peek(p);

		if (c < '0' || c > '9' || group * 10 + (c - '0') > p->groups)
			return write_reference(p, out, group);
		group = group * 10 + (c - '0');
		p->at++;
	}
}

static int read_named_reference(struct cw_java_parser *p, struct cw_buf *out)
{
	char *name, what[128];
	unsigned group;

	if (cw_java_raw(p, 0) != '<')
		return cw_java_fail_next(p, "\\k is not followed by '<' for named capturing group");
	p->at++;
	name = cw_java_group_name(p);
	if (!name)
		return -1;
	group = cw_java_group_find(p->names, name);
	snprintf(what, sizeof(what), "named capturing group <%s> does not exist", name);
	free(name);
	return group ? write_reference(p, out, group) : cw_java_fail(p, what);
}

static int write_other_escape(struct cw_java_parser *p, struct cw_buf *out, uint32_t letter)
{
	switch (letter) {
	case 'A': cw_buf_puts(out, "\\A"); return 0;
	case 'G': cw_buf_puts(out, "\\G"); return 0;
	case 'z': cw_buf_puts(out, "\\z"); return 0;
	case 'Z': cw_java_line_end_write(p, out, false); return 0;
	case 'R': cw_buf_puts(out, CW_JAVA_LINE_BREAK); return 0;
	case 'X': cw_buf_puts(out, "\\X"); return 0;
	case 'B': write_boundary(p, out, true); return 0;
	case 'k': return read_named_reference(p, out);
	case 'b':
		if (cw_java_raw(p, 0) == '{' && cw_java_raw(p, 1) == 'g')
			return cw_java_refuse(p, "\\b{g}, the boundary of a grapheme,");
		write_boundary(p, out, false);
		return 0;
	default: return read_reference(p, out, letter - '0');
	}
}

int cw_java_atom_escape(struct cw_java_parser *p, struct cw_buf *out)
{
	struct cw_java_set set = { 0 };
	uint32_t c = cw_java_raw(p, 0);
	int rc = 0;

	if (c == 'p' || c == 'P') {
		p->at++;
		rc = cw_java_property_read(p, c == 'P', &set);
	} else {
		switch (cw_java_escape_read(p, false, false, &c)) {
		case CW_JAVA_ESCAPE_CHAR: return cw_java_char_add(p, out, c);
		case CW_JAVA_ESCAPE_CLASS: cw_java_class_add(p, &set, c); break;
		case CW_JAVA_ESCAPE_OTHER: return write_other_escape(p, out, c);
		default: return -1;
		}
	}
	if (rc == 0)
		cw_java_set_write(out, &set);
	cw_java_set_free(&set);
	return rc;
}
