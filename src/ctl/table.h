/*
 * table - text in aligned columns, with colors where they are wanted. Pure.
 *
 * Start as { 0 }. Cells are copied in. Rows may have fewer cells than the first.
 */
#ifndef CW_CTL_TABLE_H
#define CW_CTL_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum cw_color { CW_COLOR_NONE = 0, CW_COLOR_BOLD, CW_COLOR_GREEN, CW_COLOR_YELLOW, CW_COLOR_RED, CW_COLOR_CYAN };

#define CW_TABLE_COLUMNS 16

struct cw_cell {
	char *text;
	enum cw_color color;
	bool right; /* aligned to the right, as numbers are */
};

struct cw_table {
	struct cw_cell (*rows)[CW_TABLE_COLUMNS];
	size_t n, cap;
};

void cw_table_row(struct cw_table *table); /* begins a row */
/* The next cell of the last row. text NULL: "-". Control characters are shown as "?", tabs as a blank. */
void cw_table_cell(struct cw_table *table, const char *text, enum cw_color color);
void cw_table_number(struct cw_table *table, const char *text); /* aligned to the right */
/* A row of bold heads; those that start with "#" (which is not shown) are aligned to the right. */
void cw_table_heads(struct cw_table *table, const char *const *heads, size_t n);
void cw_table_render(const struct cw_table *table, bool colors, struct cw_buf *out);
void cw_table_free(struct cw_table *table);

void cw_color_put(struct cw_buf *out, bool colors, enum cw_color color, const char *text);
/*
 * What comes from a worker must not move the cursor: control characters and broken UTF-8 become "?", tabs a blank.
 * With keep_lines, line ends and tabs stay. New.
 */
char *cw_text_harmless(const char *text, bool keep_lines);
/* Columns that UTF-8 text takes on a terminal, one a character. */
size_t cw_text_width(const char *text);
/* Text as lines of at most `width` columns, each after `indent` blanks. */
void cw_text_wrap(struct cw_buf *out, const char *text, size_t indent, size_t width);

/* "1,234,567"; size of out at least 32. */
const char *cw_count_text(double value, char *out, size_t size);
/* "1.2 MB" */
const char *cw_bytes_text(double bytes, char *out, size_t size);
/* "1.2 MB/s" */
const char *cw_bytes_rate_text(double per_second, char *out, size_t size);
/* Of a share that is 1 when it is whole: "12.5 %" */
const char *cw_percent_text(double share, char *out, size_t size);

#endif
