/*
 * java_parser - what the parts of the pattern translator share: where it is in the pattern and under which flags.
 * For java_pattern.c, java_group.c, java_atom.c, java_class.c and java_escape.c only.
 */
#ifndef CW_TRANSFORM_JAVA_PARSER_H
#define CW_TRANSFORM_JAVA_PARSER_H

#include <stdint.h>

#include "transform/java_pattern.h"
#include "transform/java_set.h"

#define CW_JAVA_END UINT32_MAX /* behind the last character */
#define CW_JAVA_DEPTH 100      /* of groups and classes in each other */

/* \R: by itself it gives back the second half of "\r\n" when the rest does not match, repeated it does not. */
#define CW_JAVA_LINE_BREAK "(?:\\r\\n|[\\n\\x{b}\\f\\r\\x{85}\\x{2028}\\x{2029}])"

enum {
	CW_JAVA_IGNORE_CASE = 1u << 0,  /* i */
	CW_JAVA_MULTILINE = 1u << 1,    /* m */
	CW_JAVA_DOT_ALL = 1u << 2,      /* s */
	CW_JAVA_UNIX_LINES = 1u << 3,   /* d */
	CW_JAVA_UNICODE_CASE = 1u << 4, /* u */
	CW_JAVA_COMMENTS = 1u << 5,     /* x */
	CW_JAVA_UNICODE_CLASS = 1u << 6 /* U */
};

/* A character of the pattern; quoted by \Q…\E it stands for itself. */
struct cw_java_token {
	uint32_t c;
	bool quoted;
};

struct cw_java_parser {
	const char *pattern;
	struct cw_java_token *tokens;
	size_t n, at;
	unsigned flags, depth;
	unsigned groups;       /* opened so far */
	unsigned total;        /* in the whole pattern, once that is known; 0 before */
	bool total_known;
	bool needs_total;      /* a reference was met that only the total can judge */
	struct cw_java_names *names;
	struct cw_error *err;
};

/* What a backslash can be. */
enum cw_java_escape {
	CW_JAVA_ESCAPE_ERROR = -1,
	CW_JAVA_ESCAPE_CHAR,  /* one character */
	CW_JAVA_ESCAPE_CLASS, /* a predefined class: its letter */
	CW_JAVA_ESCAPE_OTHER  /* anything that is no character: its letter or digit */
};

/* The token at the cursor, without a look at white space and comments. */
static inline uint32_t cw_java_raw(const struct cw_java_parser *p, size_t ahead)
{
	return p->at + ahead < p->n && !p->tokens[p->at + ahead].quoted ? p->tokens[p->at + ahead].c : CW_JAVA_END;
}

/* The next character that means something, past what (?x) lets be skipped; quoted ones are 0x110000 and more. */
uint32_t cw_java_peek(struct cw_java_parser *p);
/* The character behind a token, also a quoted one. */
static inline uint32_t cw_java_plain(uint32_t token)
{
	return token != CW_JAVA_END && token >= 0x110000u ? token - 0x110000u : token;
}

/*
 * Java's sentence about the pattern, whose fault is before the cursor or (next) at it, and ours about what PCRE2 cannot
 * do. All -1.
 */
int cw_java_fail(struct cw_java_parser *p, const char *what);
int cw_java_fail_next(struct cw_java_parser *p, const char *what);
int cw_java_refuse(struct cw_java_parser *p, const char *what);

/* Alternatives up to the end of the group or pattern. 0 or -1. */
int cw_java_alternatives_read(struct cw_java_parser *p, struct cw_buf *out);

/* A group, with the cursor behind "(". 0, 1 when it was flags only, which nothing can repeat, or -1. */
int cw_java_group_read(struct cw_java_parser *p, struct cw_buf *out);
/* A group's name and the ">" behind it; new, NULL with the error set. Then its number; 0: there is none. */
char *cw_java_group_name(struct cw_java_parser *p);
unsigned cw_java_group_find(const struct cw_java_names *names, const char *name);

/* A character that stands for itself, and what follows a backslash outside of classes. 0 or -1. */
int cw_java_char_add(struct cw_java_parser *p, struct cw_buf *out, uint32_t c);
int cw_java_atom_escape(struct cw_java_parser *p, struct cw_buf *out);
/* "^", "$" and "." under the flags that hold. */
void cw_java_line_start_write(const struct cw_java_parser *p, struct cw_buf *out);
void cw_java_line_end_write(const struct cw_java_parser *p, struct cw_buf *out, bool multiline);
void cw_java_dot_write(const struct cw_java_parser *p, struct cw_buf *out);

/* The cursor is behind the backslash. in_range: next to a "-", where \v is one character. */
enum cw_java_escape cw_java_escape_read(struct cw_java_parser *p, bool in_class, bool in_range, uint32_t *c);
/* \p and \P, with the cursor behind that letter. 0 or -1. */
int cw_java_property_read(struct cw_java_parser *p, bool negated, struct cw_java_set *set);
/* \d, \W and their like. */
void cw_java_class_add(const struct cw_java_parser *p, struct cw_java_set *set, uint32_t letter);
/* A range, under the flags that hold. */
void cw_java_range_add(const struct cw_java_parser *p, struct cw_java_set *set, uint32_t first, uint32_t last);
/* A class, with the cursor behind its "[". 0 or -1. */
int cw_java_class_read(struct cw_java_parser *p, struct cw_java_set *set);

#endif
