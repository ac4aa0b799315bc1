#include "data/date_zone.h"

#include <strings.h>

#define MS_PER_MINUTE 60000

enum { HOURS_ONLY = 1, NO_COLON, COLON };

static bool two_digits(struct cw_slice text, size_t at, int *n)
{
	const char *p = text.p + at;

	if (at + 2 > text.n || p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return false;
	*n = (p[0] - '0') * 10 + (p[1] - '0');
	return true;
}

/* One or two digits: "3:30" is fine after "GMT+" only. */
static bool read_hours(struct cw_date_text *text, bool one_digit, int *hours)
{
	struct cw_slice bytes = text->text;

	if (two_digits(bytes, text->at, hours)) {
		text->at += 2;
		return *hours <= 23;
	}
	if (!one_digit || text->at + 2 > bytes.n || bytes.p[text->at] < '0' || bytes.p[text->at] > '9')
		return false;
	*hours = bytes.p[text->at++] - '0';
	return true;
}

/* "0330" after a sign that was read. */
static bool read_offset(struct cw_date_text *text, int sign, int form, bool one_digit, int32_t *offset_ms)
{
	struct cw_date_text t = *text;
	int hours, minutes = 0;

	if (!read_hours(&t, one_digit, &hours))
		return false;
	if (form == COLON && !cw_date_text_literal(&t, cw_slice(":", 1)))
		return false;
	if (form != HOURS_ONLY) {
		if (!two_digits(t.text, t.at, &minutes) || minutes > 59)
			return false;
		t.at += 2;
	}
	*offset_ms = sign * (hours * 60 + minutes) * MS_PER_MINUTE;
	*text = t;
	return true;
}

/* 1 or -1 and past it, or 0. */
static int read_sign(struct cw_date_text *text)
{
	char c = text->at < text->text.n ? text->text.p[text->at] : '\0';
	int sign = c == '+' ? 1 : c == '-' ? -1 : 0;

	text->at += sign != 0;
	return sign;
}

bool cw_date_zone_iso(struct cw_date_text *text, size_t count, int32_t *offset_ms)
{
	struct cw_date_text t = *text;
	int sign;

	if (cw_date_text_literal(text, cw_slice("Z", 1))) {
		*offset_ms = 0;
		return true;
	}
	sign = read_sign(&t);
	if (!sign || !read_offset(&t, sign, (int)count, false, offset_ms))
		return false;
	*text = t;
	return true;
}

static bool starts_with_gmt(struct cw_slice text, size_t at)
{
	return text.n - at >= 3 && strncasecmp(text.p + at, "GMT", 3) == 0;
}

/* The longest of n names that the text goes on with, without case; NULL: none. */
static const struct cw_date_zone_meaning *longest(const struct cw_date_text *text,
						  const struct cw_date_zone_meaning *names, size_t n)
{
	struct cw_slice rest = cw_slice(text->text.p + text->at, text->text.n - text->at);
	const struct cw_date_zone_meaning *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < n && names[i].name; i++) {
		size_t length = strlen(names[i].name);

		if (length > most && length <= rest.n && strncasecmp(rest.p, names[i].name, length) == 0) {
			best = &names[i];
			most = length;
		}
	}
	return best;
}

static bool read_name(struct cw_date_text *text, const struct cw_date_zone_place *place, int32_t *offset_ms)
{
	const struct cw_date_zone_meaning *zone = place ? longest(text, place->names, CW_DATE_PLACE_NAMES) : NULL;

	if (!zone)
		zone = longest(text, cw_date_zone_names, cw_date_zone_names_n);
	if (!zone)
		return false;
	text->at += strlen(zone->name);
	*offset_ms = zone->offset * MS_PER_MINUTE;
	return true;
}

bool cw_date_zone_general(struct cw_date_text *text, size_t start, const struct cw_date_zone_place *place,
			  int32_t *offset_ms)
{
	struct cw_date_text t = *text;
	int sign = read_sign(&t);
	bool ok;

	if (sign) {
		ok = read_offset(&t, sign, NO_COLON, false, offset_ms);
	} else if (starts_with_gmt(t.text, start)) {
		t.at = start + 3;
		*offset_ms = 0;
		sign = read_sign(&t);
		ok = !sign || read_offset(&t, sign, COLON, true, offset_ms);
	} else {
		ok = read_name(&t, place, offset_ms);
	}
	if (ok)
		*text = t;
	return ok;
}
