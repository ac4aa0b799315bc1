#include "devstore/date_format.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "devstore/date_impl.h"

#define MAX_ALTERNATIVES 8

enum kind { ISO, EPOCH_MILLIS, EPOCH_SECOND, PATTERN };

struct alternative {
	enum kind kind;
	char *pattern; /* PATTERN */
};

struct cw_date_format {
	char *spec;
	struct alternative alternatives[MAX_ALTERNATIVES];
	int n;
};

/* Elasticsearch's named formats, as patterns; those with optional parts are read as ISO 8601. */
static const struct {
	const char *name;
	enum kind kind;
	const char *pattern;
} names[] = {
	{ "strict_date_optional_time", ISO, NULL },
	{ "strict_date_optional_time_nanos", ISO, NULL },
	{ "date_optional_time", ISO, NULL },
	{ "iso8601", ISO, NULL },
	{ "strict_date_time", PATTERN, "yyyy-MM-dd'T'HH:mm:ss.SSSXXX" },
	{ "date_time", PATTERN, "yyyy-MM-dd'T'HH:mm:ss.SSSXXX" },
	{ "strict_date_time_no_millis", PATTERN, "yyyy-MM-dd'T'HH:mm:ssXXX" },
	{ "date_time_no_millis", PATTERN, "yyyy-MM-dd'T'HH:mm:ssXXX" },
	{ "strict_date_hour_minute_second", PATTERN, "yyyy-MM-dd'T'HH:mm:ss" },
	{ "date_hour_minute_second", PATTERN, "yyyy-MM-dd'T'HH:mm:ss" },
	{ "strict_date", PATTERN, "yyyy-MM-dd" },
	{ "date", PATTERN, "yyyy-MM-dd" },
	{ "strict_year_month_day", PATTERN, "yyyy-MM-dd" },
	{ "basic_date", PATTERN, "yyyyMMdd" },
	{ "strict_hour_minute", PATTERN, "HH:mm" },
	{ "epoch_millis", EPOCH_MILLIS, NULL },
	{ "epoch_second", EPOCH_SECOND, NULL },
};

static const char *const months[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};

/* ---- making -------------------------------------------------------------------------------- */

static bool add_alternative(struct cw_date_format *format, const char *text, size_t n, const char **reason)
{
	struct alternative *a = &format->alternatives[format->n];
	bool quoted = false;

	if (n == 0 || format->n == MAX_ALTERNATIVES) {
		*reason = n == 0 ? "it has an empty part" : "it has too many alternatives";
		return false;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == n && memcmp(names[i].name, text, n) == 0) {
			a->kind = names[i].kind;
			a->pattern = cw_strdup(names[i].pattern);
			format->n++;
			return true;
		}
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\'')
			quoted = !quoted;
		else if (!quoted && isalpha((unsigned char)text[i]) && !strchr("yuMdHmsSXZ", text[i])) {
			*reason = "it is no format name known here, and only y M d H m s S X Z can be used in patterns";
			return false;
		}
	}
	if (quoted) {
		*reason = "a quote in it is not closed";
		return false;
	}
	a->kind = PATTERN;
	a->pattern = cw_strndup(text, n);
	format->n++;
	return true;
}

struct cw_date_format *cw_date_format_new(const char *spec, const char **reason)
{
	struct cw_date_format *format = cw_alloc(sizeof(*format));
	const char *ignored, *p = spec, *end;

	format->spec = cw_strdup(spec);
	do {
		end = strstr(p, "||");
		if (!add_alternative(format, p, end ? (size_t)(end - p) : strlen(p), reason ? reason : &ignored)) {
			cw_date_format_free(format);
			return NULL;
		}
		p = end + 2;
	} while (end);
	return format;
}

void cw_date_format_free(struct cw_date_format *format)
{
	if (!format)
		return;
	for (int i = 0; i < format->n; i++)
		free(format->alternatives[i].pattern);
	free(format->spec);
	free(format);
}

const char *cw_date_format_spec(const struct cw_date_format *format)
{
	return format->spec;
}

/* ---- reading ------------------------------------------------------------------------------- */

bool cw_date_read_int(const char **p, int digits, int *out)
{
	int n = 0, value = 0, most = digits < 0 ? -digits : digits;

	while (n < most && isdigit((unsigned char)(*p)[n])) {
		value = value * 10 + ((*p)[n] - '0');
		n++;
	}
	if (n == 0 || (digits > 0 && n != digits))
		return false;
	*p += n;
	*out = value;
	return true;
}

/* A fraction of a second of up to nine digits; what is finer than milliseconds is cut. */
static bool read_fraction(const char **p, int *ms)
{
	int n = 0, value = 0;

	while (n < 9 && isdigit((unsigned char)(*p)[n])) {
		if (n < 3)
			value = value * 10 + ((*p)[n] - '0');
		n++;
	}
	if (n == 0)
		return false;
	for (int i = n; i < 3; i++)
		value *= 10;
	*p += n;
	*ms = value;
	return true;
}

static bool read_offset(const char **p, int *minutes)
{
	int sign, h, m = 0;

	if (**p == 'Z') {
		++*p;
		*minutes = 0;
		return true;
	}
	if (**p != '+' && **p != '-')
		return false;
	sign = **p == '-' ? -1 : 1;
	++*p;
	if (!cw_date_read_int(p, 2, &h))
		return false;
	if (**p == ':')
		++*p;
	if (isdigit((unsigned char)**p) && !cw_date_read_int(p, 2, &m))
		return false;
	*minutes = sign * (h * 60 + m);
	return h <= 18 && m < 60;
}

static bool parse_iso_time(const char **p, struct cw_date_fields *f)
{
	if (!cw_date_read_int(p, 2, &f->hour))
		return false;
	f->unit = 'h';
	if (**p == ':') {
		++*p;
		if (!cw_date_read_int(p, 2, &f->minute))
			return false;
		f->unit = 'm';
		if (**p == ':') {
			++*p;
			if (!cw_date_read_int(p, 2, &f->second))
				return false;
			f->unit = 's';
			if (**p == '.' || **p == ',') {
				++*p;
				if (!read_fraction(p, &f->ms))
					return false;
				f->unit = 'S';
			}
		}
	}
	return **p == '\0' || read_offset(p, &f->offset_minutes);
}

/* The time that the fields name: its beginning, or its last millisecond. */
static bool finish(const struct cw_date_fields *f, bool round_up, int64_t *ms)
{
	if (!cw_date_fields_to_ms(f, ms))
		return false;
	if (round_up && f->unit != 'S')
		*ms = cw_date_add(*ms, 1, f->unit) - 1;
	return true;
}

static bool parse_iso(const char *p, bool round_up, int64_t *ms)
{
	struct cw_date_fields f = { .month = 1, .day = 1, .unit = 'y' };
	int year;

	if (!cw_date_read_int(&p, 4, &year))
		return false;
	f.year = year;
	if (*p == '-') {
		p++;
		if (!cw_date_read_int(&p, 2, &f.month))
			return false;
		f.unit = 'M';
		if (*p == '-') {
			p++;
			if (!cw_date_read_int(&p, 2, &f.day))
				return false;
			f.unit = 'd';
		}
	}
	if (*p == 'T') {
		p++;
		if (*p && !parse_iso_time(&p, &f))
			return false;
	}
	return *p == '\0' && finish(&f, round_up, ms);
}

static bool parse_epoch(const char *text, int64_t unit_ms, int64_t *ms)
{
	char *end;
	long long value = strtoll(text, &end, 10);

	if (end == text || isspace((unsigned char)*text) || value > INT64_MAX / unit_ms || value < INT64_MIN / unit_ms)
		return false;
	if (*end == '.')
		for (end++; isdigit((unsigned char)*end); end++)
			;
	*ms = value * unit_ms;
	return *end == '\0';
}

static bool read_month_name(const char **p, int *month)
{
	for (int i = 0; i < 12; i++)
		if (strncmp(*p, months[i], 3) == 0) {
			*month = i + 1;
			*p += 3;
			return true;
		}
	return false;
}

/* One run of the same pattern letter. */
static bool read_letter(char letter, int width, const char **p, struct cw_date_fields *f)
{
	int year;

	switch (letter) {
	case 'y':
	case 'u':
		if (!cw_date_read_int(p, width <= 1 ? -9 : width, &year))
			return false;
		f->year = width == 2 ? 2000 + year : year;
		return true;
	case 'M':
		return width == 3 ? read_month_name(p, &f->month) : cw_date_read_int(p, width == 1 ? -2 : 2, &f->month);
	case 'd':
		return cw_date_read_int(p, width == 1 ? -2 : 2, &f->day);
	case 'H':
		return cw_date_read_int(p, width == 1 ? -2 : 2, &f->hour);
	case 'm':
		return cw_date_read_int(p, width == 1 ? -2 : 2, &f->minute);
	case 's':
		return cw_date_read_int(p, width == 1 ? -2 : 2, &f->second);
	case 'S':
		return read_fraction(p, &f->ms);
	default:
		return read_offset(p, &f->offset_minutes);
	}
}

static bool parse_pattern(const char *pattern, const char *p, bool round_up, int64_t *ms)
{
	static const char units[] = "yMdhmsS", letters[] = "yMdHmsS";
	struct cw_date_fields f = { .year = 1970, .month = 1, .day = 1, .unit = 'y' };
	const char *letter;
	bool quoted = false;

	while (*pattern) {
		int width = 1;

		if (*pattern == '\'') {
			quoted = !quoted;
			pattern++;
			continue;
		}
		if (quoted || !isalpha((unsigned char)*pattern)) {
			if (*p++ != *pattern++)
				return false;
			continue;
		}
		while (pattern[width] == pattern[0])
			width++;
		if (!read_letter(*pattern, width, &p, &f))
			return false;
		letter = strchr(letters, *pattern);
		if (letter && units[letter - letters] && strchr(units, f.unit) < units + (letter - letters))
			f.unit = units[letter - letters];
		pattern += width;
	}
	return *p == '\0' && finish(&f, round_up, ms);
}

bool cw_date_parse_rounded(const struct cw_date_format *format, const char *text, bool round_up, int64_t *ms)
{
	for (int i = 0; i < format->n; i++) {
		const struct alternative *a = &format->alternatives[i];
		bool ok = a->kind == ISO	    ? parse_iso(text, round_up, ms)
			  : a->kind == EPOCH_MILLIS ? parse_epoch(text, 1, ms)
			  : a->kind == EPOCH_SECOND ? parse_epoch(text, 1000, ms)
						    : parse_pattern(a->pattern, text, round_up, ms);

		if (ok)
			return true;
	}
	return false;
}

bool cw_date_parse(const struct cw_date_format *format, const char *text, int64_t *ms)
{
	return cw_date_parse_rounded(format, text, false, ms);
}

/* ---- printing ------------------------------------------------------------------------------ */

static void print_letter(char letter, int width, const struct cw_date_fields *f, struct cw_buf *out)
{
	switch (letter) {
	case 'y':
	case 'u':
		cw_buf_printf(out, "%0*lld", width, (long long)(width == 2 ? f->year % 100 : f->year));
		break;
	case 'M':
		if (width == 3)
			cw_buf_puts(out, months[f->month - 1]);
		else
			cw_buf_printf(out, "%0*d", width, f->month);
		break;
	case 'd':
		cw_buf_printf(out, "%0*d", width, f->day);
		break;
	case 'H':
		cw_buf_printf(out, "%0*d", width, f->hour);
		break;
	case 'm':
		cw_buf_printf(out, "%0*d", width, f->minute);
		break;
	case 's':
		cw_buf_printf(out, "%0*d", width, f->second);
		break;
	case 'S': {
		char digits[16];

		snprintf(digits, sizeof(digits), "%03d000000", f->ms);
		cw_buf_append(out, digits, (size_t)(width < 9 ? width : 9));
		break;
	}
	default:
		cw_buf_puts(out, letter == 'X' ? "Z" : "+0000");
	}
}

static void print_pattern(const char *pattern, int64_t ms, struct cw_buf *out)
{
	struct cw_date_fields f;
	bool quoted = false;

	cw_date_fields_of(ms, &f);
	while (*pattern) {
		int width = 1;

		if (*pattern == '\'') {
			quoted = !quoted;
			pattern++;
		} else if (quoted || !isalpha((unsigned char)*pattern)) {
			cw_buf_append(out, pattern++, 1);
		} else {
			while (pattern[width] == pattern[0])
				width++;
			print_letter(*pattern, width, &f, out);
			pattern += width;
		}
	}
}

void cw_date_print(const struct cw_date_format *format, int64_t ms, struct cw_buf *out)
{
	const struct alternative *a = &format->alternatives[0];

	switch (a->kind) {
	case EPOCH_MILLIS:
		cw_buf_printf(out, "%lld", (long long)ms);
		break;
	case EPOCH_SECOND:
		cw_buf_printf(out, "%lld", (long long)cw_date_floor_div(ms, 1000));
		break;
	case PATTERN:
		print_pattern(a->pattern, ms, out);
		break;
	case ISO:
		print_pattern("yyyy-MM-dd'T'HH:mm:ss.SSSX", ms, out);
	}
}
