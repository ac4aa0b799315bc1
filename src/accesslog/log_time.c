#include "log_time.h"

#include "text.h"

#define KNOWN_CONVERSIONS "YmdHMSbBehyzZfsTFjaA%"

/* A time taken apart; has_zone: offset_s is known. */
struct parts {
	int64_t year;
	unsigned month, day, hour, minute, second, nanos, digits; /* digits: of the fraction that are shown */
	bool has_zone, has_epoch;
	int32_t offset_s;
	int64_t epoch_s;
	unsigned year_day; /* 0: unknown */
};

static const char months[12][10] = { "January", "February", "March",     "April",   "May",      "June",
				     "July",    "August",   "September", "October", "November", "December" };

/* Exactly n digits; false leaves *p. */
static inline bool digits(const char **p, const char *end, unsigned n, unsigned *out)
{
	unsigned value = 0;

	if ((size_t)(end - *p) < n)
		return false;
	for (unsigned i = 0; i < n; i++) {
		unsigned d = (unsigned char)((*p)[i] - '0');

		if (d > 9)
			return false;
		value = value * 10 + d;
	}
	*p += n;
	*out = value;
	return true;
}

static inline bool literal(const char **p, const char *end, char c)
{
	if (*p == end || **p != c)
		return false;
	(*p)++;
	return true;
}

/* Two digits, or a space and one. */
static bool day_of_month(const char **p, const char *end, unsigned *out)
{
	if (*p < end && **p == ' ') {
		(*p)++;
		return digits(p, end, 1, out);
	}
	return digits(p, end, 2, out);
}

static bool month_short(const char **p, const char *end, unsigned *out)
{
	if (end - *p < 3)
		return false;
	for (unsigned i = 0; i < 12; i++)
		if (memcmp(*p, months[i], 3) == 0) {
			*p += 3;
			*out = i + 1;
			return true;
		}
	return false;
}

static bool month_name(const char **p, const char *end, unsigned *out)
{
	for (unsigned i = 0; i < 12; i++) {
		size_t n = strlen(months[i]);

		if ((size_t)(end - *p) >= n && strncasecmp(*p, months[i], n) == 0) {
			*p += n;
			*out = i + 1;
			return true;
		}
	}
	for (unsigned i = 0; i < 12; i++)
		if (end - *p >= 3 && strncasecmp(*p, months[i], 3) == 0) {
			*p += 3;
			*out = i + 1;
			return true;
		}
	return false;
}

/* "Z", "+02:00", "-0500", "+02" */
static bool zone_offset(const char **p, const char *end, struct parts *t)
{
	unsigned hours, minutes = 0;
	int sign;

	if (literal(p, end, 'Z')) {
		t->has_zone = true;
		t->offset_s = 0;
		return true;
	}
	if (*p == end || (**p != '+' && **p != '-'))
		return false;
	sign = *(*p)++ == '-' ? -1 : 1;
	if (!digits(p, end, 2, &hours) || hours > 18)
		return false;
	if (*p < end && (**p == ':' || (unsigned char)(**p - '0') < 10)) {
		literal(p, end, ':');
		if (!digits(p, end, 2, &minutes) || minutes > 59)
			return false;
	}
	t->has_zone = true;
	t->offset_s = sign * (int32_t)(hours * 3600 + minutes * 60);
	return true;
}

static bool clock_time(const char **p, const char *end, struct parts *t)
{
	return digits(p, end, 2, &t->hour) && literal(p, end, ':') && digits(p, end, 2, &t->minute) &&
	       literal(p, end, ':') && digits(p, end, 2, &t->second);
}

/* One to nine digits of a fraction. */
static bool fraction(const char **p, const char *end, struct parts *t)
{
	unsigned scale = 100000000;

	t->nanos = t->digits = 0;
	while (*p < end && (unsigned char)(**p - '0') < 10 && t->digits < 9) {
		t->nanos += (unsigned)(**p - '0') * scale;
		scale /= 10;
		t->digits++;
		(*p)++;
	}
	return t->digits > 0;
}

/* "Jan 21 2026, 22:23:40", perhaps with " +0000" */
static bool plain_form(const char *p, const char *end, struct parts *t)
{
	unsigned year;

	if (!month_short(&p, end, &t->month) || !literal(&p, end, ' ') || !day_of_month(&p, end, &t->day) ||
	    !literal(&p, end, ' ') || !digits(&p, end, 4, &year) || !literal(&p, end, ',') || !literal(&p, end, ' ') ||
	    !clock_time(&p, end, t))
		return false;
	t->year = year;
	return p == end || (literal(&p, end, ' ') && zone_offset(&p, end, t) && p == end);
}

/* "21/Jan/2026:22:23:40 +0000" */
static bool apache_form(const char *p, const char *end, struct parts *t)
{
	unsigned year;

	if (!digits(&p, end, 2, &t->day) || !literal(&p, end, '/') || !month_short(&p, end, &t->month) ||
	    !literal(&p, end, '/') || !digits(&p, end, 4, &year) || !literal(&p, end, ':') || !clock_time(&p, end, t))
		return false;
	t->year = year;
	return p == end || (literal(&p, end, ' ') && zone_offset(&p, end, t) && p == end);
}

/* "2026-01-21T22:23:40.123+01:00", zone and fraction as it likes, a space for the T too */
static bool iso_form(const char *p, const char *end, struct parts *t)
{
	unsigned year;

	if (!digits(&p, end, 4, &year) || !literal(&p, end, '-') || !digits(&p, end, 2, &t->month) ||
	    !literal(&p, end, '-') || !digits(&p, end, 2, &t->day) ||
	    !(literal(&p, end, 'T') || literal(&p, end, ' ')) || !clock_time(&p, end, t))
		return false;
	t->year = year;
	if ((literal(&p, end, '.') || literal(&p, end, ',')) && !fraction(&p, end, t))
		return false;
	return p == end || (zone_offset(&p, end, t) && p == end);
}

static bool known_form(struct cw_slice text, struct parts *t)
{
	const char *p = text.p, *end = p + text.n;

	if (text.n < 19)
		return false;
	if (p[0] > '9')
		return plain_form(p, end, t);
	return p[2] == '/' ? apache_form(p, end, t) : iso_form(p, end, t);
}

/* ---- a given format ----------------------------------------------------------------------------- */

static void skip_letters(const char **p, const char *end)
{
	while (*p < end && (unsigned char)((**p | 0x20) - 'a') < 26)
		(*p)++;
}

static bool epoch(const char **p, const char *end, struct parts *t)
{
	int64_t value = 0;
	const char *start = *p;

	while (*p < end && (unsigned char)(**p - '0') < 10 && *p - start < 12)
		value = value * 10 + (*(*p)++ - '0');
	t->has_epoch = t->has_zone = *p > start;
	t->epoch_s = value;
	return t->has_epoch;
}

static bool conversion(char c, const char **p, const char *end, struct parts *t)
{
	unsigned value = 0;

	switch (c) {
	case 'Y':
		if (!digits(p, end, 4, &value))
			return false;
		t->year = value;
		return true;
	case 'y':
		if (!digits(p, end, 2, &value))
			return false;
		t->year = value < 69 ? 2000 + value : 1900 + value;
		return true;
	case 'm': return digits(p, end, 2, &t->month);
	case 'd':
	case 'e': return day_of_month(p, end, &t->day) || digits(p, end, 1, &t->day);
	case 'H': return digits(p, end, 2, &t->hour);
	case 'M': return digits(p, end, 2, &t->minute);
	case 'S': return digits(p, end, 2, &t->second);
	case 'j': return digits(p, end, 3, &t->year_day);
	case 'b':
	case 'B':
	case 'h': return month_name(p, end, &t->month);
	case 'f': return fraction(p, end, t);
	case 'z': return zone_offset(p, end, t);
	case 's': return epoch(p, end, t);
	case 'T': return clock_time(p, end, t);
	case 'F': return conversion('Y', p, end, t) && literal(p, end, '-') && conversion('m', p, end, t) &&
			 literal(p, end, '-') && conversion('d', p, end, t);
	case 'a':
	case 'A':
	case 'Z': skip_letters(p, end); return true; /* names of days and zones say nothing certain */
	default: return literal(p, end, c); /* %% */
	}
}

static bool given_form(const char *format, struct cw_slice text, struct parts *t)
{
	const char *p = text.p, *end = p + text.n;

	for (; *format; format++) {
		if (*format == '%' && format[1]) {
			if (!conversion(*++format, &p, end, t))
				return false;
		} else if (!literal(&p, end, *format)) {
			return false;
		}
	}
	return p == end;
}

int cw_log_time_check_format(const char *format, struct cw_error *err)
{
	bool date = false;

	for (const char *p = format; *p; p++) {
		if (*p != '%')
			continue;
		p++;
		if (*p == '\0')
			return cw_error_set(err, CW_ERR_INVALID, "ends in a single %%; write %%%% for the character "
				"itself");
		if (!strchr(KNOWN_CONVERSIONS, *p))
			return cw_error_set(err, CW_ERR_INVALID,
					    "holds %%%c, which is not known; known are %%Y %%y %%m %%d %%e %%j %%H "
					    "%%M %%S %%T %%F %%b %%B %%h %%f %%z %%Z %%s %%a %%A and %%%%", *p);
		date = date || strchr("YyFs", *p);
	}
	return date ? 0 : cw_error_set(err, CW_ERR_INVALID, "holds no year: %%Y, %%y, %%F or %%s");
}

/* ---- writing ------------------------------------------------------------------------------------ */

static char *put2(char *out, unsigned v)
{
	out[0] = (char)('0' + v / 10);
	out[1] = (char)('0' + v % 10);
	return out + 2;
}

static char *put_zone(char *out, int32_t offset_s)
{
	unsigned minutes = (unsigned)(offset_s < 0 ? -offset_s : offset_s) / 60;

	if (offset_s == 0) {
		*out++ = 'Z';
		return out;
	}
	*out++ = offset_s < 0 ? '-' : '+';
	out = put2(out, minutes / 60);
	*out++ = ':';
	return put2(out, minutes % 60);
}

static void write_time(struct cw_log_time *to, const struct parts *t)
{
	char *out = to->text;
	unsigned scale = 100000000;

	out = put2(out, (unsigned)t->year / 100);
	out = put2(out, (unsigned)t->year % 100);
	*out++ = '-';
	out = put2(out, t->month);
	*out++ = '-';
	out = put2(out, t->day);
	*out++ = 'T';
	out = put2(out, t->hour);
	*out++ = ':';
	out = put2(out, t->minute);
	*out++ = ':';
	out = put2(out, t->second);
	if (t->digits)
		*out++ = '.';
	for (unsigned i = 0; i < t->digits; i++, scale /= 10)
		*out++ = (char)('0' + t->nanos / scale % 10);
	if (t->has_zone)
		out = put_zone(out, t->offset_s);
	to->n = (size_t)(out - to->text);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static void from_epoch(struct parts *t, int64_t epoch_s)
{
	int64_t days = floor_div(epoch_s, 86400);
	unsigned second = (unsigned)(epoch_s - days * 86400);

	cw_date_from_days(days, &t->year, &t->month, &t->day);
	t->hour = second / 3600;
	t->minute = second / 60 % 60;
	t->second = second % 60;
	t->has_zone = true;
	t->offset_s = 0;
}

static const struct cw_log_time *finish(struct cw_time_reader *reader, struct parts *t)
{
	int64_t local_s;

	if (t->has_epoch)
		from_epoch(t, t->epoch_s);
	if (t->year_day) {
		if (t->year_day > 365 + (cw_days_in_month(t->year, 2) == 29))
			return NULL;
		cw_date_from_days(cw_days_from_date(t->year, 1, 1) + t->year_day - 1, &t->year, &t->month, &t->day);
	}
	if (t->month < 1 || t->month > 12 || t->day < 1 || t->day > cw_days_in_month(t->year, t->month) ||
	    t->hour > 23 || t->minute > 59 || t->second > 59 || t->year < 1 || t->year > 9999)
		return NULL;
	local_s = cw_days_from_date(t->year, t->month, t->day) * 86400 + t->hour * 3600 + t->minute * 60 + t->second;
	if (!t->has_zone && reader->zone) {
		t->has_zone = true;
		t->offset_s = cw_zone_offset(reader->zone, local_s);
	}
	reader->last.epoch_s = t->has_zone ? local_s - t->offset_s : local_s;
	reader->last.bucket = reader->unit_s ? floor_div(reader->last.epoch_s, reader->unit_s) : 0;
	reader->last.nanos = t->nanos;
	write_time(&reader->last, t);
	return &reader->last;
}

const struct cw_log_time *cw_log_time_convert(struct cw_time_reader *reader, struct cw_slice text)
{
	struct parts t = { .month = 1, .day = 1 };
	const struct cw_log_time *time;

	reader->raw_n = 0; /* an empty text is no time, so this never matches */
	if (text.n == 0 || text.n > 256)
		return NULL;
	if (!(reader->format ? given_form(reader->format, text, &t) : known_form(text, &t)))
		return NULL;
	time = finish(reader, &t);
	if (time && text.n <= sizeof(reader->raw)) {
		memcpy(reader->raw, text.p, text.n);
		reader->raw_n = text.n;
	}
	return time;
}

const struct cw_log_time *cw_log_time_from_ms(struct cw_time_reader *reader, int64_t epoch_ms)
{
	struct parts t = { .digits = 3 };
	int64_t epoch_s = floor_div(epoch_ms, 1000);

	reader->raw_n = 0;
	t.nanos = (unsigned)(epoch_ms - epoch_s * 1000) * 1000000;
	from_epoch(&t, epoch_s);
	return finish(reader, &t);
}
