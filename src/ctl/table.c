#include "ctl/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"

#define GAP 2 /* blanks between columns */

static const char *const codes[] = { "", "\033[1m", "\033[32m", "\033[33m", "\033[31m", "\033[36m" };

void cw_color_put(struct cw_buf *out, bool colors, enum cw_color color, const char *text)
{
	colors = colors && color != CW_COLOR_NONE;
	if (colors)
		cw_buf_puts(out, codes[color]);
	cw_buf_puts(out, text);
	if (colors)
		cw_buf_puts(out, "\033[0m");
}

size_t cw_text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

char *cw_text_harmless(const char *text, bool keep_lines)
{
	size_t n = strlen(text), step;
	struct cw_buf out = { 0 };

	for (size_t i = 0; i < n; i += step) {
		unsigned char c = (unsigned char)text[i];
		bool control = (c < 0x20 && !(keep_lines && (c == '\n' || c == '\t'))) || c == 0x7f;

		step = cw_utf8_length(text + i, n - i);
		if (step == 0 || control || (step == 2 && c == 0xc2 && (unsigned char)text[i + 1] < 0xa0)) {
			cw_buf_puts(&out, c == '\t' ? " " : "?");
			step = step ? step : 1;
		} else {
			cw_buf_append(&out, text + i, step);
		}
	}
	return cw_buf_take(&out);
}

static char *harmless(const char *text)
{
	return cw_text_harmless(text, false);
}

void cw_table_row(struct cw_table *table)
{
	if (table->n == table->cap) {
		table->cap = table->cap ? table->cap * 2 : 16;
		table->rows = cw_realloc(table->rows, table->cap * sizeof(*table->rows));
	}
	memset(table->rows[table->n++], 0, sizeof(*table->rows));
}

static struct cw_cell *add(struct cw_table *table, const char *text)
{
	struct cw_cell *row = table->rows[table->n - 1];
	size_t i = 0;

	while (i < CW_TABLE_COLUMNS - 1 && row[i].text)
		i++;
	free(row[i].text);
	row[i].text = harmless(text ? text : "-");
	return &row[i];
}

void cw_table_cell(struct cw_table *table, const char *text, enum cw_color color)
{
	add(table, text)->color = color;
}

void cw_table_number(struct cw_table *table, const char *text)
{
	add(table, text)->right = true;
}

void cw_table_heads(struct cw_table *table, const char *const *heads, size_t n)
{
	cw_table_row(table);
	for (size_t i = 0; i < n; i++) {
		bool right = *heads[i] == '#';
		struct cw_cell *cell = add(table, heads[i] + right);

		cell->color = CW_COLOR_BOLD;
		cell->right = right;
	}
}

static void pad(struct cw_buf *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		cw_buf_append(out, " ", 1);
}

static void render_row(const struct cw_cell *row, const size_t *widths, bool colors, struct cw_buf *out)
{
	for (size_t i = 0; i < CW_TABLE_COLUMNS && row[i].text; i++) {
		size_t blanks = widths[i] - cw_text_width(row[i].text);
		bool last = i + 1 == CW_TABLE_COLUMNS || !row[i + 1].text;

		if (row[i].right)
			pad(out, blanks);
		cw_color_put(out, colors, row[i].color, row[i].text);
		if (!last)
			pad(out, GAP + (row[i].right ? 0 : blanks));
	}
	cw_buf_puts(out, "\n");
}

void cw_table_render(const struct cw_table *table, bool colors, struct cw_buf *out)
{
	size_t widths[CW_TABLE_COLUMNS] = { 0 };

	for (size_t r = 0; r < table->n; r++)
		for (size_t i = 0; i < CW_TABLE_COLUMNS && table->rows[r][i].text; i++) {
			size_t width = cw_text_width(table->rows[r][i].text);

			widths[i] = width > widths[i] ? width : widths[i];
		}
	for (size_t r = 0; r < table->n; r++)
		render_row(table->rows[r], widths, colors, out);
}

void cw_table_free(struct cw_table *table)
{
	for (size_t r = 0; r < table->n; r++)
		for (size_t i = 0; i < CW_TABLE_COLUMNS; i++)
			free(table->rows[r][i].text);
	free(table->rows);
	*table = (struct cw_table){ 0 };
}

void cw_text_wrap(struct cw_buf *out, const char *text, size_t indent, size_t width)
{
	CW_AUTO_FREE char *clean = NULL;
	size_t room = width > indent + 20 ? width - indent : 20, column = 0;

	/* Line ends in the text are kept; the rest is made harmless line by line. */
	for (const char *line = text; *line;) {
		size_t n = strcspn(line, "\n");

		free(clean);
		clean = cw_strndup(line, n);
		{
			CW_AUTO_FREE char *safe = harmless(clean);

			column = 0;
			for (const char *p = safe; *p;) {
				size_t word = strcspn(p, " "), blank = strspn(p + word, " ");
				CW_AUTO_FREE char *part = cw_strndup(p, word);
				size_t w = cw_text_width(part);

				if (column > 0 && column + 1 + w > room) {
					cw_buf_puts(out, "\n");
					column = 0;
				}
				if (column == 0)
					pad(out, indent);
				else
					cw_buf_puts(out, " ");
				cw_buf_puts(out, part);
				column += w + (column > 0);
				p += word + blank;
			}
		}
		cw_buf_puts(out, "\n");
		line += n + (line[n] == '\n');
	}
}

const char *cw_count_text(double value, char *out, size_t size)
{
	char digits[32];
	int n, at = 0;

	if (!isfinite(value) || fabs(value) >= 1e18) {
		snprintf(out, size, "?");
		return out;
	}
	n = snprintf(digits, sizeof(digits), "%.0f", fabs(value));
	if (value <= -0.5)
		out[at++] = '-';
	for (int i = 0; i < n && (size_t)at + 2 < size; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return out;
}

static const char *put_bytes(double bytes, const char *behind, char *out, size_t size)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	int unit = 0;

	while (bytes >= 999.95 && unit < 4) {
		bytes /= 1000;
		unit++;
	}
	snprintf(out, size, unit == 0 ? "%.0f %s%s" : "%.1f %s%s", bytes, units[unit], behind);
	return out;
}

const char *cw_bytes_text(double bytes, char *out, size_t size)
{
	return put_bytes(bytes, "", out, size);
}

const char *cw_bytes_rate_text(double per_second, char *out, size_t size)
{
	return put_bytes(per_second, "/s", out, size);
}

const char *cw_percent_text(double share, char *out, size_t size)
{
	snprintf(out, size, "%.1f %%", share * 100);
	return out;
}
