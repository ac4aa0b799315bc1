/*
 * java_property - the names in \p{…} of Java's regular expressions, and the PCRE2 brackets that mean the same.
 *
 * Both follow the Unicode version that they were built with; where those differ, so does a property of new characters.
 */
#ifndef CW_TRANSFORM_JAVA_PROPERTY_H
#define CW_TRANSFORM_JAVA_PROPERTY_H

#include <stdbool.h>
#include <stddef.h>

struct cw_java_property {
	const char *items; /* inside of brackets */
	bool negated;
};

/*
 * What is in the braces, n bytes. case_insensitive: under (?i), where the classes of upper, lower and title case
 * letters are one; posix_unicode: under (?U), where \p{Alpha} is not ASCII's. NULL: `buffer` then holds why. A
 * script's items are written to the buffer.
 */
const struct cw_java_property *cw_java_property_find(const char *name, size_t n, bool case_insensitive,
						     bool posix_unicode, struct cw_java_property *scratch,
						     char *buffer, size_t size);

/* The predefined classes \d, \s and \w, those of (?U) or ASCII's. */
const char *cw_java_class_items(char letter, bool unicode);

#endif
