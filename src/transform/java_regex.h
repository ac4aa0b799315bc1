/*
 * java_regex - java.util.regex on top of PCRE2, for settings that were written for Kafka Connect.
 *
 * A pattern is read as Java reads it (Java 17) and written anew for PCRE2, so that nothing means something else by
 * accident: "$" and "." know Java's line terminators, (?i) is for ASCII unless (?u) is there, classes have unions and
 * intersections, \b goes by Unicode letters. What Java refuses is refused with Java's words; what PCRE2 cannot do
 * (character names, blocks, canonical equivalence, look-behinds of varying length, back references under (?i)) is
 * refused by a sentence that names it.
 *
 * What is left: both follow the Unicode version that they were built with. Java leaves in a group what an attempt that
 * was given up had put there, which is not done here. A combining mark counts for \b as what it stands on; one that
 * stands on nothing counts as a letter. One thread for each.
 */
#ifndef CW_TRANSFORM_JAVA_REGEX_H
#define CW_TRANSFORM_JAVA_REGEX_H

#include "base/buf.h"
#include "connect-worker/connector.h"

struct cw_java_regex;
struct cw_java_replacement;

/* Pattern.compile(). NULL with *err set to "Unclosed group near index 3\n…" or our sentence. */
struct cw_java_regex *cw_java_regex_compile(const char *pattern, struct cw_error *err);
void cw_java_regex_free(struct cw_java_regex *regex); /* NULL is fine */

/* As a check of a configuration key: "Invalid regex: …". 0 or -1. */
int cw_java_regex_check(const char *pattern, struct cw_error *err);

/* Matcher.matches(), for the whole text: 1, 0, or -1 with *err when it takes too much effort. */
int cw_java_regex_matches(struct cw_java_regex *regex, struct cw_slice text, struct cw_error *err);
/* Matcher.find(), the first match anywhere: the same; then its groups, from 0. p is NULL: took no part. */
int cw_java_regex_find(struct cw_java_regex *regex, struct cw_slice text, struct cw_error *err);
struct cw_slice cw_java_regex_group(const struct cw_java_regex *regex, unsigned group);
unsigned cw_java_regex_groups(const struct cw_java_regex *regex);
/* The number of a named group, 0 when there is none. */
unsigned cw_java_regex_named(const struct cw_java_regex *regex, struct cw_slice name);

/*
 * A replacement with $1, ${name} and backslashes, for this pattern. One that Java finds fault with is made all the
 * same, as Java says so only when it replaces.
 */
struct cw_java_replacement *cw_java_replacement_new(const struct cw_java_regex *regex, const char *text);
void cw_java_replacement_free(struct cw_java_replacement *replacement); /* NULL is fine */

/* Matcher.replaceFirst(): appended to *out. 0, or -1 with *err set to Java's sentence. */
int cw_java_replace_first(struct cw_java_regex *regex, const struct cw_java_replacement *replacement,
			  struct cw_slice text, struct cw_buf *out, struct cw_error *err);

#endif
