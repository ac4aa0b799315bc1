#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "devstore/date_format.h"
#include "devstore/date_impl.h"

static int64_t unit_ms(char unit)
{
	switch (unit) {
	case 's':
		return 1000;
	case 'm':
		return 60000;
	case 'h':
	case 'H':
		return 3600000;
	case 'd':
		return CW_DAY_MS;
	case 'w':
		return 7 * CW_DAY_MS;
	default:
		return 0;
	}
}

int64_t cw_date_floor(int64_t ms, char unit)
{
	struct cw_date_fields f;
	int64_t out = 0;

	if (unit == 'w') /* weeks start on Monday; 1970-01-05 was one */
		return cw_date_floor_div(ms - 4 * CW_DAY_MS, 7 * CW_DAY_MS) * 7 * CW_DAY_MS + 4 * CW_DAY_MS;
	if (unit_ms(unit))
		return cw_date_floor_div(ms, unit_ms(unit)) * unit_ms(unit);
	cw_date_fields_of(ms, &f);
	f.hour = f.minute = f.second = f.ms = 0;
	f.day = 1;
	if (unit == 'y')
		f.month = 1;
	else if (unit == 'Q')
		f.month = (f.month - 1) / 3 * 3 + 1;
	cw_date_fields_to_ms(&f, &out);
	return out;
}

int64_t cw_date_add(int64_t ms, int64_t n, char unit)
{
	struct cw_date_fields f;
	int64_t month, out = ms;

	if (unit_ms(unit))
		return ms + n * unit_ms(unit);
	cw_date_fields_of(ms, &f);
	month = f.month - 1 + n * (unit == 'y' ? 12 : unit == 'Q' ? 3 : 1);
	f.year += cw_date_floor_div(month, 12);
	f.month = (int)(month - cw_date_floor_div(month, 12) * 12) + 1;
	if (f.day > cw_date_days_in_month(f.year, f.month))
		f.day = cw_date_days_in_month(f.year, f.month);
	cw_date_fields_to_ms(&f, &out);
	return out;
}

static bool apply_math(const char *p, bool round_up, int64_t *ms)
{
	while (*p) {
		char op = *p++;
		int n = 1;

		if (op != '+' && op != '-' && op != '/')
			return false;
		if (op != '/' && isdigit((unsigned char)*p) && !cw_date_read_int(&p, -9, &n))
			return false;
		if (!*p || !strchr("yMwdhHms", *p))
			return false;
		if (op == '/') {
			*ms = cw_date_floor(*ms, *p);
			if (round_up)
				*ms = cw_date_add(*ms, 1, *p) - 1;
		} else {
			*ms = cw_date_add(*ms, op == '-' ? -n : n, *p);
		}
		p++;
	}
	return true;
}

bool cw_date_math(const struct cw_date_format *format, const char *text, int64_t now_ms, bool round_up, int64_t *ms)
{
	const char *bars = strstr(text, "||");
	CW_AUTO_FREE char *date = NULL;

	if (strncmp(text, "now", 3) == 0) {
		*ms = now_ms;
		return apply_math(text + 3, round_up, ms);
	}
	if (!bars)
		return cw_date_parse_rounded(format, text, round_up, ms);
	date = cw_strndup(text, (size_t)(bars - text));
	return cw_date_parse(format, date, ms) && apply_math(bars + 2, round_up, ms);
}

int64_t cw_date_interval(const char *text)
{
	const char *p = text;
	int n;

	if (!cw_date_read_int(&p, -9, &n) || n == 0)
		return -1;
	if (strcmp(p, "ms") == 0)
		return n;
	if (!*p || p[1] || !strchr("smhd", *p))
		return -1;
	return n * unit_ms(*p);
}
