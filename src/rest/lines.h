/*
 * lines - the small text files of REST's security: lines of fields, blank lines and comments ("# …") left out.
 * Pure.
 */
#ifndef CW_REST_LINES_H
#define CW_REST_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Start with the NUL-terminated text in `rest`; it is cut up in place. */
struct cw_lines {
	char *rest;
	int number; /* of the line last given, from 1 */
};

/* The next line, without blanks around it; NULL at the end. */
char *cw_line_next(struct cw_lines *lines);

/*
 * Cuts a line into its fields at blanks; one with blanks in it stands in double quotes. How many there are, of which at
 * most `max` are in fields[]; -1 when a quote is not closed.
 */
int cw_line_fields(char *line, char **fields, int max);

#endif
