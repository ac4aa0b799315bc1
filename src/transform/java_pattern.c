/* Alternatives, sequences and repetitions; the cursor and the errors that all parts share. */
#include "transform/java_pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "transform/java_parser.h"

#define MAX_REPEAT 65535u

/* ---- errors and the cursor ---------------------------------------------------------------------- */

static int fail_at(struct cw_java_parser *p, size_t index, const char *what)
{
	if (index < p->n)
		return cw_error_set(p->err, CW_ERR_INVALID, "%s near index %zu\n%.400s\n%*s^", what, index, p->pattern,
				    (int)(index < 400 ? index : 400), "");
	return cw_error_set(p->err, CW_ERR_INVALID, "%s near index %zu\n%.400s", what, index, p->pattern);
}

int cw_java_fail(struct cw_java_parser *p, const char *what)
{
	if (p->at == 0)
		return cw_error_set(p->err, CW_ERR_INVALID, "%s\n%.400s", what, p->pattern);
	return fail_at(p, p->at - 1, what);
}

int cw_java_fail_next(struct cw_java_parser *p, const char *what)
{
	return fail_at(p, p->at, what);
}

int cw_java_refuse(struct cw_java_parser *p, const char *what)
{
	return cw_error_set(p->err, CW_ERR_INVALID,
			    "%s is Java's, and cannot be carried over to PCRE2, near index %zu", what,
			    p->at ? p->at - 1 : 0);
}

static bool white_space(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool line_end(const struct cw_java_parser *p, uint32_t c)
{
	if (p->flags & CW_JAVA_UNIX_LINES)
		return c == '\n';
	return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

static void skip_comments(struct cw_java_parser *p)
{
	for (;;) {
		while (white_space(cw_java_raw(p, 0)))
			p->at++;
		if (cw_java_raw(p, 0) != '#')
			return;
		while (p->at < p->n && !line_end(p, p->tokens[p->at].c))
			p->at++;
	}
}

uint32_t cw_java_peek(struct cw_java_parser *p)
{
	if (p->flags & CW_JAVA_COMMENTS)
		skip_comments(p);
	if (p->at >= p->n)
		return CW_JAVA_END;
	return p->tokens[p->at].c + (p->tokens[p->at].quoted ? 0x110000u : 0);
}

/* ---- repetitions -------------------------------------------------------------------------------- */

/* A number at the cursor, in decimal; -1 with the error set when it is too large. */
static int read_count(struct cw_java_parser *p, unsigned *count)
{
	uint64_t n = 0;

	for (;;) {
		uint32_t c = cw_java_peek(p);

		if (c < '0' || c > '9')
			break;
		n = n * 10 + (c - '0');
		if (n > INT32_MAX)
			return cw_java_fail_next(p, "Illegal repetition range");
		p->at++;
	}
	if (n > MAX_REPEAT)
		return cw_java_refuse(p, "a repetition of more than 65535");
	*count = (unsigned)n;
	return 0;
}

/* The inside of "{2}", "{2,}", "{2,5}", with the cursor behind "{". */
static int read_counts(struct cw_java_parser *p, struct cw_buf *out)
{
	unsigned least, most;

	if (cw_java_raw(p, 0) < '0' || cw_java_raw(p, 0) > '9')
		return cw_java_fail_next(p, "Illegal repetition");
	if (read_count(p, &least) < 0)
		return -1;
	most = least;
	cw_buf_printf(out, "{%u", least);
	if (cw_java_peek(p) == ',') {
		p->at++;
		cw_buf_puts(out, ",");
		if (cw_java_peek(p) != '}') {
			if (read_count(p, &most) < 0)
				return -1;
			cw_buf_printf(out, "%u", most);
		}
	}
	if (cw_java_peek(p) != '}')
		return cw_java_fail_next(p, "Unclosed counted closure");
	if (most < least)
		return cw_java_fail(p, "Illegal repetition range");
	p->at++;
	cw_buf_puts(out, "}");
	return 0;
}

/* What repeats the atom before it; nothing is written when nothing does. */
static int read_repetition(struct cw_java_parser *p, struct cw_buf *out)
{
	uint32_t c = cw_java_peek(p), type;

	if (c != '*' && c != '+' && c != '?' && c != '{')
		return 0;
	p->at++;
	if (c != '{')
		cw_buf_printf(out, "%c", (char)c);
	else if (read_counts(p, out) < 0)
		return -1;
	type = cw_java_peek(p);
	if (type == '?' || type == '+') {
		p->at++;
		cw_buf_printf(out, "%c", (char)type);
	}
	return 0;
}

/* ---- the whole ---------------------------------------------------------------------------------- */

static int read_class(struct cw_java_parser *p, struct cw_buf *out)
{
	struct cw_java_set set = { 0 };
	int rc = cw_java_class_read(p, &set);

	if (rc == 0)
		cw_java_set_write(out, &set);
	cw_java_set_free(&set);
	return rc;
}

/* One atom; 1 when nothing was written that could be repeated. */
static int read_atom(struct cw_java_parser *p, uint32_t token, struct cw_buf *out)
{
	char what[40];

	if (token == '{') {
		cw_buf_puts(out, "(?:)"); /* as Java: nothing, as often as it says */
		return 0;
	}
	p->at++;
	switch (token) {
	case '(': return cw_java_group_read(p, out);
	case '[': return read_class(p, out);
	case '\\': return cw_java_atom_escape(p, out);
	case '^': cw_java_line_start_write(p, out); return 0;
	case '$': cw_java_line_end_write(p, out, p->flags & CW_JAVA_MULTILINE); return 0;
	case '.': cw_java_dot_write(p, out); return 0;
	case '*':
	case '+':
	case '?':
		snprintf(what, sizeof(what), "Dangling meta character '%c'", (char)token);
		return cw_java_fail(p, what);
	default: return cw_java_char_add(p, out, cw_java_plain(token));
	}
}

/* What is one item for PCRE2: a character, an escape, one pair of brackets or parentheses; else it needs a group. */
static bool repeatable(const struct cw_buf *atom)
{
	return strncmp(atom->p, "\\A", 2) != 0 && strncmp(atom->p, "\\G", 2) != 0 && strncmp(atom->p, "\\z", 2) != 0 &&
	       strncmp(atom->p, "(?=", 3) != 0 && strncmp(atom->p, "(?!", 3) != 0;
}

/*
 * The atom and its repetition. What Java repeats possessively, and \R in any repetition, gives nothing back from within
 * one round either; PCRE2 needs to be told so.
 */
static void write_repeated(struct cw_buf *out, const struct cw_buf *atom, const struct cw_buf *repetition)
{
	bool possessive = repetition->p[repetition->n - 1] == '+' && repetition->n > 1;

	if (strcmp(atom->p, CW_JAVA_LINE_BREAK) == 0 || (possessive && atom->p[0] == '('))
		cw_buf_printf(out, "(?>%s)%s", atom->p, repetition->p);
	else if (repeatable(atom))
		cw_buf_printf(out, "%s%s", atom->p, repetition->p);
	else
		cw_buf_printf(out, "(?:%s)%s", atom->p, repetition->p);
}

static int read_sequence(struct cw_java_parser *p, struct cw_buf *out)
{
	int rc = 0;

	while (rc >= 0) {
		struct cw_buf atom = { 0 }, repetition = { 0 };
		uint32_t token = cw_java_peek(p);

		if (token == CW_JAVA_END || token == '|' || token == ')')
			break;
		rc = read_atom(p, token, &atom);
		if (rc == 0)
			rc = read_repetition(p, &repetition);
		if (rc >= 0 && repetition.n)
			write_repeated(out, &atom, &repetition);
		else if (rc >= 0)
			cw_buf_append(out, atom.p, atom.n);
		cw_buf_free(&atom);
		cw_buf_free(&repetition);
	}
	return rc < 0 ? -1 : 0;
}

int cw_java_alternatives_read(struct cw_java_parser *p, struct cw_buf *out)
{
	for (;;) {
		if (read_sequence(p, out) < 0)
			return -1;
		if (cw_java_peek(p) != '|')
			return 0;
		p->at++;
		cw_buf_puts(out, "|");
	}
}

/* Characters, with \Q…\E undone; -1 when the pattern is no UTF-8. */
static int read_tokens(struct cw_java_parser *p, size_t bytes)
{
	const unsigned char *text = (const unsigned char *)p->pattern;
	bool quoted = false;
	size_t i = 0;

	p->tokens = cw_alloc((bytes + 1) * sizeof(*p->tokens));
	while (i < bytes) {
		size_t n = cw_utf8_length(p->pattern + i, bytes - i);
		uint32_t c = text[i];

		if (n == 0)
			return cw_error_set(p->err, CW_ERR_INVALID, "is no valid UTF-8 at byte %zu", i);
		if (c == '\\' && text[i + 1] == (quoted ? 'E' : 'Q')) {
			quoted = !quoted;
			i += 2;
			continue;
		}
		if (n > 1)
			c &= 0x7fu >> n;
		for (size_t k = 1; k < n; k++)
			c = c << 6 | (text[i + k] & 0x3f);
		p->tokens[p->n].c = c;
		p->tokens[p->n++].quoted = quoted;
		i += n;
		if (c == '\\' && !quoted && i < bytes && text[i] < 0x80) { /* what it escapes is no "\" of a "\Q" */
			p->tokens[p->n].c = text[i++];
			p->tokens[p->n++].quoted = false;
		}
	}
	return 0;
}

static int read_pattern(struct cw_java_parser *p, struct cw_buf *out)
{
	if (cw_java_alternatives_read(p, out) < 0)
		return -1;
	cw_buf_append(out, "", 0);
	if (p->at >= p->n)
		return 0;
	return cw_java_fail(p, "Unmatched closing ')'");
}

int cw_java_pattern_translate(const char *pattern, struct cw_buf *out, struct cw_java_names *names,
			      struct cw_error *err)
{
	struct cw_java_parser p = { .pattern = pattern, .names = names, .err = err };
	int rc = read_tokens(&p, strlen(pattern));

	if (rc == 0)
		rc = read_pattern(&p, out);
	if (rc == 0 && p.needs_total) { /* once more, now that the number of groups is known */
		p.total = p.groups;
		p.total_known = true;
		p.groups = 0;
		p.at = 0;
		p.flags = 0;
		cw_buf_free(out);
		cw_java_names_free(names);
		rc = read_pattern(&p, out);
	}
	free(p.tokens);
	return rc;
}

void cw_java_names_free(struct cw_java_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->items[i].name);
	free(names->items);
	*names = (struct cw_java_names){ 0 };
}
