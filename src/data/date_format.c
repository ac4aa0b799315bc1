/* Patterns are compiled, and times printed. */
#include "data/date_format.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "data/calendar.h"
#include "data/date_fields.h"
#include "data/date_names.h"
#include "data/date_pattern.h"

#define LETTERS "GyMdkHmsSEDFwWahKzZYuXL"
#define ISO_ZONE_MAX 3     /* most X's */
#define DIGITS_MAX 309     /* what java.text.DecimalFormat pads to at most */
#define CENTURY_BEFORE 80  /* years */

/* ---- compiling ------------------------------------------------------------------------------- */

static struct cw_date_item *add_item(struct cw_date_format *format, char letter)
{
	struct cw_date_item *item = &format->items[format->n++];

	item->letter = letter;
	return item;
}

/* One more character of text; neighbours are one item. */
static void add_literal(struct cw_date_format *format, char c, char **end)
{
	struct cw_date_item *last = format->n ? &format->items[format->n - 1] : NULL;

	if (!last || last->letter != CW_DATE_LITERAL) {
		last = add_item(format, CW_DATE_LITERAL);
		last->literal.p = *end;
	}
	*(*end)++ = c;
	last->literal.n++;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What is known of a field once its last letter is. */
static int check_field(const struct cw_date_format *format, struct cw_error *err)
{
	const struct cw_date_item *item = format->n ? &format->items[format->n - 1] : NULL;

	if (item && item->letter == 'X' && item->count > ISO_ZONE_MAX)
		return cw_error_set(err, CW_ERR_INVALID, "invalid ISO 8601 format: length=%zu", item->count);
	return 0;
}

static int compile(struct cw_date_format *format, struct cw_slice pattern, struct cw_error *err)
{
	char *end = format->literals, before = '\0'; /* the letter before, '\0' after anything else */
	bool quoted = false;

	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.p[i], letter = !quoted && is_letter(c) ? c : '\0';

		if (letter && !strchr(LETTERS, letter))
			return cw_error_set(err, CW_ERR_INVALID, "Illegal pattern character '%c'", letter);
		if (letter != before && check_field(format, err) < 0)
			return -1;
		if (letter)
			(letter == before ? &format->items[format->n - 1] : add_item(format, letter))->count++;
		else if (c != '\'')
			add_literal(format, c, &end);
		else if (i + 1 < pattern.n && pattern.p[i + 1] == '\'')
			add_literal(format, pattern.p[i++], &end);
		else
			quoted = !quoted;
		before = letter;
	}
	if (quoted)
		return cw_error_set(err, CW_ERR_INVALID, "Unterminated quote");
	return check_field(format, err);
}

/* Whether a field is a number, which then bounds the one before it. */
static bool is_number(const struct cw_date_item *item)
{
	switch (item->letter) {
	case 'M':
	case 'L':
		return item->count <= 2;
	case CW_DATE_LITERAL:
	case 'G':
	case 'E':
	case 'a':
	case 'z':
	case 'Z':
	case 'X':
		return false;
	default:
		return true;
	}
}

/* 80 years before now: the same date and time of day, or the last day of a shorter month. */
static void set_century(struct cw_date_format *format, int64_t now_ms)
{
	struct cw_civil now = cw_civil_from_ms(now_ms);
	int64_t year = now.year - CENTURY_BEFORE, next, day;

	next = cw_civil_days(year, now.month + 1, 1);
	day = cw_civil_days(year, now.month, now.day);
	if (day >= next)
		day = next - 1;
	format->century_start = day * CW_MS_PER_DAY + (now_ms - cw_floor_div(now_ms, CW_MS_PER_DAY) * CW_MS_PER_DAY);
	format->century_year = (int32_t)year;
}

struct cw_date_format *cw_date_format_new(struct cw_slice pattern, int64_t now_ms, struct cw_error *err)
{
	struct cw_date_format *format = cw_alloc(sizeof(*format));

	format->items = cw_alloc((pattern.n + 1) * sizeof(*format->items));
	format->literals = cw_alloc(pattern.n + 1);
	if (compile(format, pattern, err) < 0) {
		cw_date_format_free(format);
		return NULL;
	}
	for (size_t i = 0; i + 1 < format->n; i++)
		format->items[i].exact_width = is_number(&format->items[i + 1]);
	set_century(format, now_ms);
	format->here = cw_date_zone_here();
	return format;
}

void cw_date_format_free(struct cw_date_format *format)
{
	if (!format)
		return;
	free(format->items);
	free(format->literals);
	free(format);
}

/* ---- printing -------------------------------------------------------------------------------- */

static void print_number(struct cw_buf *out, int64_t n, size_t width)
{
	char digits[20], *end = digits + sizeof(digits), *p = end;
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;

	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (n < 0)
		cw_buf_append(out, "-", 1);
	for (size_t i = (size_t)(end - p); i < width && i < DIGITS_MAX; i++)
		cw_buf_append(out, "0", 1);
	cw_buf_append(out, p, (size_t)(end - p));
}

/* Two letters clip to the last two digits. */
static void print_year(struct cw_buf *out, int64_t year, size_t count)
{
	print_number(out, count == 2 ? year % 100 : year, count);
}

static void print_name(struct cw_buf *out, const char *const *names, int n, int i, size_t count)
{
	cw_buf_puts(out, names[count >= 4 ? n + i : i]);
}

static void print_month(struct cw_buf *out, int month, size_t count)
{
	if (count >= 3)
		print_name(out, cw_date_months, CW_DATE_MONTHS, month - 1, count);
	else
		print_number(out, month, count);
}

static void print_field(struct cw_buf *out, const struct cw_date_item *item, const struct cw_date_parts *t)
{
	size_t count = item->count;

	switch (item->letter) {
	case 'G': cw_buf_puts(out, cw_date_eras[t->year > 0]); break;
	case 'y': print_year(out, t->year > 0 ? t->year : 1 - t->year, count); break;
	case 'Y': print_year(out, t->week_year, count); break;
	case 'M':
	case 'L': print_month(out, t->month, count); break;
	case 'w': print_number(out, t->week_of_year, count); break;
	case 'W': print_number(out, t->week_of_month, count); break;
	case 'D': print_number(out, t->day_of_year, count); break;
	case 'd': print_number(out, t->day, count); break;
	case 'F': print_number(out, t->weekday_in_month, count); break;
	case 'E': print_name(out, cw_date_weekdays, CW_DATE_WEEKDAYS, t->weekday, count); break;
	case 'u': print_number(out, t->weekday ? t->weekday : 7, count); break;
	case 'a': cw_buf_puts(out, cw_date_halves[t->hour >= 12]); break;
	case 'H': print_number(out, t->hour, count); break;
	case 'k': print_number(out, t->hour ? t->hour : 24, count); break;
	case 'K': print_number(out, t->hour % 12, count); break;
	case 'h': print_number(out, t->hour % 12 ? t->hour % 12 : 12, count); break;
	case 'm': print_number(out, t->minute, count); break;
	case 's': print_number(out, t->second, count); break;
	case 'S': print_number(out, t->ms, count); break;
	case 'z': cw_buf_puts(out, count < 4 ? "UTC" : "Coordinated Universal Time"); break;
	case 'Z': cw_buf_puts(out, "+0000"); break;
	case 'X': cw_buf_puts(out, "Z"); break;
	default: cw_buf_append(out, item->literal.p, item->literal.n); break;
	}
}

void cw_date_format_print(const struct cw_date_format *format, int64_t ms, struct cw_buf *out)
{
	struct cw_date_parts parts = cw_date_parts_of(ms);

	for (size_t i = 0; i < format->n; i++)
		print_field(out, &format->items[i], &parts);
}

void cw_date_print(struct cw_buf *out, int64_t ms)
{
	struct cw_civil c = cw_civil_from_ms(cw_zone_local(ms, NULL));
	bool only_time = ms < CW_MS_PER_DAY, only_date = !only_time && ms % CW_MS_PER_DAY == 0;

	if (!only_time)
		cw_buf_printf(out, "%04" PRId64 "-%02d-%02d%s", c.year > 0 ? c.year : 1 - c.year, c.month, c.day,
			      only_date ? "" : "T");
	if (!only_date)
		cw_buf_printf(out, "%02d:%02d:%02d.%03dZ", c.hour, c.minute, c.second, c.ms);
}
