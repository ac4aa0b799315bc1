/* Texts are read under a pattern. */
#include "data/calendar.h"
#include "data/date_fields.h"
#include "data/date_format.h"
#include "data/date_names.h"
#include "data/date_pattern.h"
#include "data/date_text.h"
#include "data/date_zone.h"

/* What is read so far. */
struct reading {
	const struct cw_date_format *format;
	struct cw_date_text text;
	struct cw_date_fields fields;
	bool first_year; /* two digits that may be the first or the last year of the century */
};

/* A number: exactly as many characters as there are letters when a number follows, blanks before it included. */
static bool read_number(struct reading *r, const struct cw_date_item *item, size_t start, struct cw_date_number *number)
{
	size_t end = r->text.text.n;

	if (item->exact_width) {
		end = cw_date_text_window(r->text.text, start, item->count);
		if (end == 0)
			return false;
	}
	return cw_date_text_number(&r->text, end, number);
}

static bool read_plain(struct reading *r, const struct cw_date_item *item, size_t start, enum cw_date_field field)
{
	struct cw_date_number number;

	if (!read_number(r, item, start, &number))
		return false;
	cw_date_fields_set(&r->fields, field, number.value);
	return true;
}

/* One whose last value stands for 0: 24 for 'k', 12 for 'h'. */
static bool read_from_1(struct reading *r, const struct cw_date_item *item, size_t start, enum cw_date_field field,
			int32_t last)
{
	if (!read_plain(r, item, start, field))
		return false;
	if (r->fields.value[field] == last)
		r->fields.value[field] = 0;
	return true;
}

/* A year of two digits under one or two letters is in the century that the format is for. */
static bool read_year(struct reading *r, const struct cw_date_item *item, size_t start, enum cw_date_field field)
{
	int32_t first = r->format->century_year % 100;
	struct cw_date_number number;

	if (!read_number(r, item, start, &number))
		return false;
	if (item->count <= 2 && number.two_digits) {
		r->first_year = number.value == first;
		number.value += r->format->century_year / 100 * 100 + (number.value < first ? 100 : 0);
	}
	cw_date_fields_set(&r->fields, field, number.value);
	return true;
}

/* A name, short or long; blanks before it are not skipped. */
static bool read_name(struct reading *r, size_t start, const char *const *names, int n_names, int n,
		      enum cw_date_field field, int32_t first)
{
	int i;

	r->text.at = start;
	i = cw_date_text_name(&r->text, names, n_names);
	if (i < 0)
		return false;
	cw_date_fields_set(&r->fields, field, first + i % n);
	return true;
}

static bool read_month(struct reading *r, const struct cw_date_item *item, size_t start)
{
	struct cw_date_number number;

	if (item->count >= 3)
		return read_name(r, start, cw_date_months, 2 * CW_DATE_MONTHS, CW_DATE_MONTHS, CW_DATE_MONTH, 0);
	if (!read_number(r, item, start, &number))
		return false;
	cw_date_fields_set(&r->fields, CW_DATE_MONTH, (int32_t)((uint32_t)number.value - 1));
	return true;
}

static bool read_iso_weekday(struct reading *r, const struct cw_date_item *item, size_t start)
{
	struct cw_date_number number;

	if (!read_number(r, item, start, &number))
		return false;
	cw_date_fields_set_iso_weekday(&r->fields, number.value);
	return true;
}

static bool read_zone(struct reading *r, const struct cw_date_item *item, size_t start)
{
	int32_t offset;

	if (item->letter == 'X' ? !cw_date_zone_iso(&r->text, item->count, &offset) :
				  !cw_date_zone_general(&r->text, start, r->format->here, &offset))
		return false;
	cw_date_fields_set(&r->fields, CW_DATE_ZONE, offset);
	return true;
}

static bool read_field(struct reading *r, const struct cw_date_item *item)
{
	size_t start = r->text.at;

	cw_date_text_skip_blanks(&r->text);
	if (r->text.at == r->text.text.n)
		return false;
	switch (item->letter) {
	case 'G':
		return read_name(r, start, cw_date_eras, 2 * CW_DATE_ERAS, CW_DATE_ERAS, CW_DATE_ERA, 0);
	case 'y': return read_year(r, item, start, CW_DATE_YEAR);
	case 'Y': return read_year(r, item, start, CW_DATE_WEEK_YEAR);
	case 'M':
	case 'L': return read_month(r, item, start);
	case 'w': return read_plain(r, item, start, CW_DATE_WEEK_OF_YEAR);
	case 'W': return read_plain(r, item, start, CW_DATE_WEEK_OF_MONTH);
	case 'D': return read_plain(r, item, start, CW_DATE_DAY_OF_YEAR);
	case 'd': return read_plain(r, item, start, CW_DATE_DAY_OF_MONTH);
	case 'F': return read_plain(r, item, start, CW_DATE_WEEKDAY_IN_MONTH);
	case 'E':
		return read_name(r, start, cw_date_weekdays, 2 * CW_DATE_WEEKDAYS, CW_DATE_WEEKDAYS, CW_DATE_WEEKDAY,
				 1);
	case 'u': return read_iso_weekday(r, item, start);
	case 'a': return read_name(r, start, cw_date_halves, CW_DATE_HALVES, CW_DATE_HALVES, CW_DATE_AM_PM, 0);
	case 'H': return read_plain(r, item, start, CW_DATE_HOUR_OF_DAY);
	case 'k': return read_from_1(r, item, start, CW_DATE_HOUR_OF_DAY, 24);
	case 'K': return read_plain(r, item, start, CW_DATE_HOUR);
	case 'h': return read_from_1(r, item, start, CW_DATE_HOUR, 12);
	case 'm': return read_plain(r, item, start, CW_DATE_MINUTE);
	case 's': return read_plain(r, item, start, CW_DATE_SECOND);
	case 'S': return read_plain(r, item, start, CW_DATE_MILLISECOND);
	default: return read_zone(r, item, start);
	}
}

int cw_date_format_parse(const struct cw_date_format *format, struct cw_slice text, int64_t *ms)
{
	struct reading r = { .format = format, .text = { .text = text } };
	bool ok = true;

	for (size_t i = 0; ok && i < format->n; i++) {
		const struct cw_date_item *item = &format->items[i];

		ok = item->letter == CW_DATE_LITERAL ? cw_date_text_literal(&r.text, item->literal) :
						       read_field(&r, item);
	}
	if (!ok || r.text.at == 0)
		return -1;
	*ms = cw_date_fields_ms(&r.fields);
	if (r.first_year && *ms < format->century_start) {
		r.fields.value[CW_DATE_YEAR] += 100;
		r.fields.value[CW_DATE_WEEK_YEAR] += 100;
		*ms = cw_date_fields_ms(&r.fields);
	}
	return 0;
}
