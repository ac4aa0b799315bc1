/* Classes in brackets: ranges, unions [a-c[x-z]], intersections [a-z&&[^aeiou]]. */
#include "transform/java_parser.h"

static int read_items(struct cw_java_parser *p, bool closes, struct cw_java_set *set);

/* The end of a range; -1 with the error set when there is none. */
static int read_range_end(struct cw_java_parser *p, uint32_t first, uint32_t *last)
{
	uint32_t token = cw_java_peek(p);

	*last = cw_java_plain(token);
	if (token == CW_JAVA_END)
		return cw_java_fail_next(p, "Illegal character range");
	p->at++;
	if (token == '\\') {
		enum cw_java_escape kind = cw_java_escape_read(p, true, true, last);

		if (kind == CW_JAVA_ESCAPE_ERROR)
			return -1;
		if (kind != CW_JAVA_ESCAPE_CHAR)
			return cw_java_fail(p, "Illegal character range");
	}
	return *last < first ? cw_java_fail(p, "Illegal character range") : 0;
}

/* What the backslash at the cursor is: 1 when that is all of it, 0 with a character, -1. */
static int read_escape(struct cw_java_parser *p, struct cw_java_set *set, uint32_t *c)
{
	bool in_range = cw_java_raw(p, 2) == '-';
	uint32_t letter;

	p->at++;
	letter = cw_java_raw(p, 0);
	if (letter == 'p' || letter == 'P') {
		p->at++;
		return cw_java_property_read(p, letter == 'P', set) < 0 ? -1 : 1;
	}
	switch (cw_java_escape_read(p, true, in_range, c)) {
	case CW_JAVA_ESCAPE_CHAR: return 0;
	case CW_JAVA_ESCAPE_CLASS: cw_java_class_add(p, set, *c); return 1;
	default: return -1;
	}
}

/* A character, a range or an escape, at the cursor. */
static int read_item(struct cw_java_parser *p, struct cw_java_set *set)
{
	uint32_t token = cw_java_peek(p), first = cw_java_plain(token), last, behind;

	if (token == '\\') {
		int rc = read_escape(p, set, &first);

		if (rc != 0)
			return rc < 0 ? -1 : 0;
	} else {
		p->at++;
	}
	last = first;
	if (cw_java_peek(p) == '-') {
		behind = cw_java_raw(p, 1);
		if (behind != '[' && behind != ']') {
			p->at++;
			if (read_range_end(p, first, &last) < 0)
				return -1;
		}
	}
	cw_java_range_add(p, set, first, last);
	return 0;
}

/* A class within a class, with the cursor at its "[". */
static int read_nested(struct cw_java_parser *p, struct cw_java_set *set)
{
	struct cw_java_set inner = { 0 };
	int rc;

	p->at++;
	rc = cw_java_class_read(p, &inner);
	if (rc == 0)
		cw_java_set_add(set, &inner);
	cw_java_set_free(&inner);
	return rc;
}

/* What is right of "&&": classes, or characters up to the closing bracket, which stays. */
static int read_right_side(struct cw_java_parser *p, bool any_left, struct cw_java_set *right)
{
	bool any = false;

	for (;;) {
		uint32_t token = cw_java_peek(p);

		if (token == ']' || token == '&')
			break;
		if ((token == '[' ? read_nested(p, right) : read_items(p, false, right)) < 0)
			return -1;
		any = true;
	}
	if (!any && !any_left)
		return cw_java_fail(p, "Bad class syntax");
	return any ? 0 : cw_java_refuse(p, "an intersection && with nothing on its right side");
}

static int read_intersection(struct cw_java_parser *p, bool any_left, struct cw_java_set *set)
{
	struct cw_java_set right = { 0 };
	int rc;

	p->at += 2;
	rc = read_right_side(p, any_left, &right);
	if (rc == 0 && any_left)
		cw_java_set_intersect(set, &right);
	else if (rc == 0)
		cw_java_set_add(set, &right);
	cw_java_set_free(&right);
	return rc;
}

/* Up to a "]" that closes the class; a "]" that would leave it empty is a character. */
static int read_items(struct cw_java_parser *p, bool closes, struct cw_java_set *set)
{
	struct cw_java_set own = { 0 };
	bool any = false;
	int rc = 0;

	if (++p->depth > CW_JAVA_DEPTH)
		rc = cw_java_refuse(p, "a nesting of more than 100 groups and classes");
	while (rc == 0) {
		uint32_t token = cw_java_peek(p);

		if (token == CW_JAVA_END) {
			rc = cw_java_fail(p, "Unclosed character class");
			break;
		}
		if (token == ']' && any)
			break;
		if (token == '[')
			rc = read_nested(p, &own);
		else if (token == '&' && cw_java_raw(p, 1) == '&')
			rc = read_intersection(p, any, &own);
		else
			rc = read_item(p, &own);
		any = true;
	}
	p->depth--;
	if (rc == 0) {
		p->at += closes;
		cw_java_set_add(set, &own);
	}
	cw_java_set_free(&own);
	return rc;
}

int cw_java_class_read(struct cw_java_parser *p, struct cw_java_set *set)
{
	bool negated = cw_java_raw(p, 0) == '^';

	p->at += negated;
	if (read_items(p, true, set) < 0)
		return -1;
	if (negated)
		cw_java_set_negate(set);
	return 0;
}
