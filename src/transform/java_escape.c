/* What follows a backslash. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transform/java_parser.h"
#include "transform/java_property.h"

#define MAX_CHAR 0x10ffffu

static int hex_digit(uint32_t c)
{
	if (c >= '0' && c <= '9')
		return (int)(c - '0');
	if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
		return (int)((c | 0x20) - 'a' + 10);
	return -1;
}

static bool octal_digit(uint32_t c)
{
	return c >= '0' && c <= '7';
}

/* \0n, \0nn, \0mnn with m up to 3 */
static int read_octal(struct cw_java_parser *p, uint32_t *c)
{
	unsigned most = cw_java_raw(p, 0) <= '3' ? 3 : 2, n = 0;

	*c = 0;
	while (n < most && octal_digit(cw_java_raw(p, 0))) {
		*c = *c * 8 + (cw_java_raw(p, 0) - '0');
		p->at++;
		n++;
	}
	return n ? 0 : cw_java_fail_next(p, "Illegal octal escape sequence");
}

/* Exactly `n` digits. */
static int read_digits(struct cw_java_parser *p, unsigned n, uint32_t *c)
{
	*c = 0;
	for (unsigned i = 0; i < n; i++, p->at++) {
		int digit = hex_digit(cw_java_raw(p, 0));

		if (digit < 0)
			return -1;
		*c = *c * 16 + (uint32_t)digit;
	}
	return 0;
}

static int read_hex(struct cw_java_parser *p, uint32_t *c)
{
	if (cw_java_raw(p, 0) != '{')
		return read_digits(p, 2, c) == 0 ? 0 : cw_java_fail_next(p, "Illegal hexadecimal escape sequence");
	p->at++;
	if (hex_digit(cw_java_raw(p, 0)) < 0)
		return cw_java_fail_next(p, "Illegal hexadecimal escape sequence");
	for (*c = 0; hex_digit(cw_java_raw(p, 0)) >= 0; p->at++) {
		*c = *c * 16 + (uint32_t)hex_digit(cw_java_raw(p, 0));
		if (*c > MAX_CHAR)
			return cw_java_fail(p, "Hexadecimal codepoint is too big");
	}
	if (cw_java_raw(p, 0) != '}')
		return cw_java_fail(p, "Unclosed hexadecimal escape sequence");
	p->at++;
	return 0;
}

/* Two halves of a surrogate pair are one character. */
static int read_unicode(struct cw_java_parser *p, uint32_t *c)
{
	size_t behind;
	uint32_t low;

	if (read_digits(p, 4, c) < 0)
		return cw_java_fail_next(p, "Illegal Unicode escape sequence");
	if (*c < 0xd800 || *c > 0xdbff || cw_java_raw(p, 0) != '\\' || cw_java_raw(p, 1) != 'u')
		return 0;
	behind = p->at;
	p->at += 2;
	if (read_digits(p, 4, &low) < 0)
		return cw_java_fail_next(p, "Illegal Unicode escape sequence");
	if (low >= 0xdc00 && low <= 0xdfff)
		*c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
	else
		p->at = behind;
	return 0;
}

static int read_control(struct cw_java_parser *p, uint32_t *c)
{
	if (p->at >= p->n)
		return cw_java_fail(p, "Illegal control escape sequence");
	*c = p->tokens[p->at++].c ^ 64;
	return 0;
}

static enum cw_java_escape as_char(int rc)
{
	return rc < 0 ? CW_JAVA_ESCAPE_ERROR : CW_JAVA_ESCAPE_CHAR;
}

static bool letter(uint32_t c)
{
	return c < 0x80 && (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

enum cw_java_escape cw_java_escape_read(struct cw_java_parser *p, bool in_class, bool in_range, uint32_t *c)
{
	static const char simple[] = "tnrfae", values[] = "\t\n\r\f\a\033";
	const char *known;

	if (p->at >= p->n)
		return as_char(cw_java_fail(p, "Unescaped trailing backslash"));
	*c = p->tokens[p->at++].c;
	if (*c < 0x80 && *c && (known = strchr(simple, (int)*c)) != NULL) {
		*c = (uint32_t)(unsigned char)values[known - simple];
		return CW_JAVA_ESCAPE_CHAR;
	}
	switch (*c) {
	case '0': return as_char(read_octal(p, c));
	case 'x': return as_char(read_hex(p, c));
	case 'u': return as_char(read_unicode(p, c));
	case 'c': return as_char(read_control(p, c));
	case 'N': return as_char(cw_java_refuse(p, "\\N{…}, a character's name,"));
	case 'v':
		if (in_range) {
			*c = '\v';
			return CW_JAVA_ESCAPE_CHAR;
		}
		return CW_JAVA_ESCAPE_CLASS;
	default: break;
	}
	if (*c < 0x80 && *c && strchr("dDsSwWhHV", (int)*c))
		return CW_JAVA_ESCAPE_CLASS;
	if (!in_class && *c < 0x80 && *c && strchr("123456789ABGRXZbkz", (int)*c))
		return CW_JAVA_ESCAPE_OTHER;
	if (letter(*c) || (*c >= '1' && *c <= '9'))
		return as_char(cw_java_fail(p, "Illegal/unsupported escape sequence"));
	return CW_JAVA_ESCAPE_CHAR;
}

void cw_java_class_add(const struct cw_java_parser *p, struct cw_java_set *set, uint32_t class_letter)
{
	bool negated = class_letter < 'a';

	cw_java_set_items(set, cw_java_class_items((char)(class_letter | 0x20), p->flags & CW_JAVA_UNICODE_CLASS),
			  negated);
}

void cw_java_range_add(const struct cw_java_parser *p, struct cw_java_set *set, uint32_t first, uint32_t last)
{
	if (!(p->flags & CW_JAVA_IGNORE_CASE))
		cw_java_set_range(set, first, last);
	else if (p->flags & CW_JAVA_UNICODE_CASE)
		cw_java_set_range_unicode_case(set, first, last);
	else
		cw_java_set_range_ascii_case(set, first, last);
}

/* The name of a property, in braces or one letter: where it is in `name`, NUL-terminated. */
static int read_property_name(struct cw_java_parser *p, char name[96])
{
	size_t n = 0;
	bool braces = cw_java_raw(p, 0) == '{';

	p->at += braces;
	do {
		uint32_t c = cw_java_raw(p, 0);

		if (c == '}' && braces)
			break;
		if (p->at >= p->n)
			return cw_java_fail(p, "Unclosed character family");
		name[n++] = c > 0x20 && c < 0x7f ? (char)c : ' ';
		p->at++;
	} while (braces && n < 95);
	name[n] = '\0';
	if (n == 0)
		return cw_java_fail(p, "Empty character family");
	if (braces && cw_java_raw(p, 0) != '}')
		return cw_java_fail(p, "Unknown character property name");
	p->at += braces;
	return 0;
}

int cw_java_property_read(struct cw_java_parser *p, bool negated, struct cw_java_set *set)
{
	char name[96], buffer[200], what[320];
	struct cw_java_property scratch;
	const struct cw_java_property *property;

	if (read_property_name(p, name) < 0)
		return -1;
	property = cw_java_property_find(name, strlen(name), p->flags & CW_JAVA_IGNORE_CASE,
					 p->flags & CW_JAVA_UNICODE_CLASS, &scratch, buffer, sizeof(buffer));
	if (!property && buffer[0]) {
		snprintf(what, sizeof(what), "\\p{%s} %s", name, buffer);
		return cw_error_set(p->err, CW_ERR_INVALID, "%s", what);
	}
	if (!property) {
		snprintf(what, sizeof(what), "Unknown character property name {%s}", name);
		return cw_java_fail(p, what);
	}
	cw_java_set_items(set, property->items, property->negated != negated);
	return 0;
}
