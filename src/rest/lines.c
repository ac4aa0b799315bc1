#include "rest/lines.h"

#include <string.h>

#define BLANKS " \t\r"

char *cw_line_next(struct cw_lines *lines)
{
	char *line;

	while ((line = strsep(&lines->rest, "\n")) != NULL) {
		size_t n;

		lines->number++;
		line += strspn(line, BLANKS);
		for (n = strlen(line); n && strchr(BLANKS, line[n - 1]); n--)
			line[n - 1] = '\0';
		if (*line && *line != '#')
			return line;
	}
	return NULL;
}

int cw_line_fields(char *line, char **fields, int max)
{
	int n = 0;

	while (*line) {
		bool quoted = *line == '"';
		char *end;

		line += quoted;
		end = quoted ? strchr(line, '"') : line + strcspn(line, BLANKS);
		if (!end)
			return -1;
		if (n < max)
			fields[n] = line;
		n++;
		line = *end ? end + 1 : end;
		*end = '\0';
		line += strspn(line, BLANKS);
	}
	return n;
}
