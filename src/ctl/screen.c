#include "ctl/screen.h"

#include <stdio.h>
#include <string.h>

/* "\033[…m": its length; 0: there is none here. */
static size_t color_length(const char *p, const char *end)
{
	const char *start = p;

	if (end - p < 3 || p[0] != '\033' || p[1] != '[')
		return 0;
	for (p += 2; p < end && *p != 'm'; p++)
		;
	return p < end ? (size_t)(p + 1 - start) : 0;
}

/* Characters beyond the last column are left out, but no color: the one that begins before it ends behind it. */
static void put_line(struct cw_buf *out, const char *line, size_t n, size_t columns)
{
	const char *end = line + n;
	size_t column = 0, color;

	for (const char *p = line; p < end; p += color ? color : 1) {
		color = color_length(p, end);
		if (!color && ((unsigned char)*p & 0xc0) != 0x80)
			column++;
		if (color || columns == 0 || column <= columns)
			cw_buf_append(out, p, color ? color : 1);
	}
	cw_buf_puts(out, "\n");
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

void cw_screen_put(struct cw_buf *out, const char *text, size_t rows, size_t columns)
{
	size_t lines = count_lines(text), shown = rows > 0 && lines > rows ? rows - 1 : lines;

	for (size_t i = 0; i < shown; i++) {
		size_t n = strcspn(text, "\n");

		put_line(out, text, n, columns);
		text += n + 1;
	}
	if (shown < lines) {
		char rest[64];

		put_line(out, rest, (size_t)snprintf(rest, sizeof(rest), "… %zu more lines", lines - shown), columns);
	}
}
