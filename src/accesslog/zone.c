#include "zone.h"

#include <errno.h>
#include <stdlib.h>

#include "text.h"

#define DAY_S INT64_C(86400)
#define FILE_MAX (1u << 20)

/* When daylight time begins or ends each year: Mm.w.d, Jn or n of the POSIX TZ string, and the hour. */
struct rule {
	char kind; /* 'M', 'J', or 'n' */
	int month, week, day;
	int32_t time_s;
};

struct cw_zone {
	size_t n;
	int64_t *at;      /* transitions, ascending, UTC seconds */
	int32_t *offset;  /* n + 1: before the first, after each */
	bool has_rule;    /* for times after the last transition */
	bool has_daylight;
	int32_t standard, daylight;
	struct rule begin, end;
};

int64_t cw_days_from_date(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400;
	unsigned yoe = (unsigned)(y - era * 400), doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + (int64_t)(yoe * 365 + yoe / 4 - yoe / 100 + doy) - 719468;
}

void cw_date_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	unsigned doe = (unsigned)(z - era * 146097), yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

	*day = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = (int64_t)yoe + era * 400 + (*month <= 2);
}

static bool leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

unsigned cw_days_in_month(int64_t year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && leap(year) ? 29 : days[month - 1];
}

/* The local second of a year at which the rule says the clock changes. */
static int64_t rule_at(const struct rule *rule, int64_t year)
{
	int64_t day = cw_days_from_date(year, 1, 1);

	if (rule->kind == 'M') {
		unsigned length = cw_days_in_month(year, (unsigned)rule->month);
		int64_t first = cw_days_from_date(year, (unsigned)rule->month, 1);
		int first_weekday = (int)(((first + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
		int date = 1 + (rule->day - first_weekday + 7) % 7 + (rule->week - 1) * 7;

		while (date > (int)length)
			date -= 7;
		day = first + date - 1;
	} else if (rule->kind == 'J') {
		day += rule->day - 1 + (leap(year) && rule->day >= 60); /* 29 February is never counted */
	} else {
		day += rule->day;
	}
	return day * DAY_S + rule->time_s;
}

static int32_t rule_offset(const struct cw_zone *zone, int64_t local_s)
{
	int64_t year, begin, end;
	unsigned month, day;
	bool summer;

	if (!zone->has_daylight)
		return zone->standard;
	cw_date_from_days((local_s - (((local_s % DAY_S) + DAY_S) % DAY_S)) / DAY_S, &year, &month, &day);
	begin = rule_at(&zone->begin, year); /* in standard time: the skipped hour is read as standard */
	if (zone->daylight > zone->standard)
		begin += zone->daylight - zone->standard;
	end = rule_at(&zone->end, year); /* in daylight time: the doubled hour is read as the first */
	summer = begin < end ? local_s >= begin && local_s < end : local_s >= begin || local_s < end;
	return summer ? zone->daylight : zone->standard;
}

int32_t cw_zone_offset(const struct cw_zone *zone, int64_t local_s)
{
	size_t low = 0, high = zone->n;

	/* transition i is behind a local time that has reached it by both clocks, the old and the new one */
	while (low < high) {
		size_t i = (low + high) / 2;
		int32_t most = zone->offset[i] > zone->offset[i + 1] ? zone->offset[i] : zone->offset[i + 1];

		if (local_s >= zone->at[i] + most)
			low = i + 1;
		else
			high = i;
	}
	if (low == zone->n && zone->has_rule)
		return rule_offset(zone, local_s);
	return zone->offset[low];
}

void cw_zone_free(struct cw_zone *zone)
{
	if (!zone)
		return;
	free(zone->at);
	free(zone->offset);
	free(zone);
}

/* ---- the POSIX TZ string ------------------------------------------------------------------------ */

static const char *read_int(const char *p, int max, int *out)
{
	int value = 0;

	if (*p < '0' || *p > '9')
		return NULL;
	while (*p >= '0' && *p <= '9') {
		value = value * 10 + (*p++ - '0');
		if (value > max)
			return NULL;
	}
	*out = value;
	return p;
}

/* [+-]h[h][:mm[:ss]] */
static const char *read_hms(const char *p, int32_t *out)
{
	int sign = 1, part[3] = { 0 };

	if (*p == '+' || *p == '-')
		sign = *p++ == '-' ? -1 : 1;
	for (int i = 0; i < 3; i++) {
		if (i > 0) {
			if (*p != ':')
				break;
			p++;
		}
		p = read_int(p, i == 0 ? 167 : 59, &part[i]);
		if (!p)
			return NULL;
	}
	*out = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
	return p;
}

static const char *skip_name(const char *p)
{
	const char *start = p;

	if (*p == '<') {
		p = strchr(p, '>');
		return p ? p + 1 : NULL;
	}
	while ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z'))
		p++;
	return p > start ? p : NULL;
}

static const char *read_rule(const char *p, struct rule *rule)
{
	if (!p || *p != ',')
		return NULL;
	p++;
	rule->time_s = 2 * 3600;
	rule->kind = *p == 'M' || *p == 'J' ? *p++ : 'n';
	if (rule->kind == 'M') {
		p = read_int(p, 12, &rule->month);
		p = p && *p == '.' ? read_int(p + 1, 5, &rule->week) : NULL;
		p = p && *p == '.' ? read_int(p + 1, 6, &rule->day) : NULL;
		if (!p || rule->month == 0 || rule->week == 0)
			return NULL;
	} else {
		p = read_int(p, 365, &rule->day);
	}
	if (p && *p == '/')
		p = read_hms(p + 1, &rule->time_s);
	return p;
}

/* "CET-1CEST,M3.5.0,M10.5.0/3"; POSIX counts offsets westward. */
static bool read_posix(const char *p, struct cw_zone *zone)
{
	p = skip_name(p);
	p = p ? read_hms(p, &zone->standard) : NULL;
	if (!p)
		return false;
	zone->standard = -zone->standard;
	if (*p == '\0')
		return true;
	zone->has_daylight = true;
	zone->daylight = zone->standard + 3600;
	p = skip_name(p);
	if (p && *p != ',') {
		p = read_hms(p, &zone->daylight);
		zone->daylight = -zone->daylight;
	}
	p = read_rule(p, &zone->begin);
	p = read_rule(p, &zone->end);
	return p && *p == '\0';
}

/* ---- TZif --------------------------------------------------------------------------------------- */

static uint32_t be32(const char *at)
{
	const unsigned char *p = (const unsigned char *)at;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const char *p)
{
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

/* Six counts of a TZif header. */
struct counts {
	uint32_t isutc, isstd, leap, time, type, chars;
};

static bool read_header(const char *p, size_t n, struct counts *c)
{
	if (n < 44 || memcmp(p, "TZif", 4) != 0)
		return false;
	c->isutc = be32(p + 20);
	c->isstd = be32(p + 24);
	c->leap = be32(p + 28);
	c->time = be32(p + 32);
	c->type = be32(p + 36);
	c->chars = be32(p + 40);
	return c->time < 10000 && c->type > 0 && c->type < 257 && c->chars < 10000 && c->leap < 1000 &&
	       c->isutc < 1000 && c->isstd < 1000;
}

static size_t data_size(const struct counts *c, size_t time_size)
{
	return c->time * (time_size + 1) + c->type * 6 + c->chars + c->leap * (time_size + 4) + c->isstd + c->isutc;
}

/* The second data block (64-bit times), then the rule between two newlines. */
static bool read_data(const char *p, size_t n, const struct counts *c, struct cw_zone *zone)
{
	const char *index = p + c->time * 8, *types = index + c->time;
	size_t size = data_size(c, 8);
	const char *stop;
	char rule[64];

	if (n < size + 2 || p[size] != '\n')
		return false;
	zone->n = c->time;
	zone->at = cw_text_alloc((c->time + 1) * sizeof(*zone->at));
	zone->offset = cw_text_alloc((c->time + 1) * sizeof(*zone->offset));
	zone->offset[0] = (int32_t)be32(types);
	for (size_t i = 0; i < c->time; i++) {
		unsigned type = (unsigned char)index[i];

		if (type >= c->type)
			return false;
		zone->at[i] = be64(p + i * 8);
		zone->offset[i + 1] = (int32_t)be32(types + type * 6);
	}
	p += size + 1;
	n -= size + 1;
	stop = memchr(p, '\n', n);
	if (!stop || (size_t)(stop - p) >= sizeof(rule))
		return false;
	memcpy(rule, p, (size_t)(stop - p));
	rule[stop - p] = '\0';
	zone->has_rule = rule[0] != '\0';
	return !zone->has_rule || read_posix(rule, zone);
}

struct cw_zone *cw_zone_parse(const char *p, size_t n)
{
	struct cw_zone *zone;
	struct counts c;
	size_t skip;

	if (!read_header(p, n, &c) || p[4] < '2')
		return NULL;
	skip = 44 + data_size(&c, 4);
	if (n < skip || !read_header(p + skip, n - skip, &c))
		return NULL;
	skip += 44;
	zone = cw_text_alloc(sizeof(*zone));
	if (!read_data(p + skip, n - skip, &c, zone)) {
		cw_zone_free(zone);
		return NULL;
	}
	return zone;
}

/* ---- names -------------------------------------------------------------------------------------- */

/* Digits only: one or two, else -1. */
static int hours_or_minutes(const char *p, size_t n)
{
	if (n < 1 || n > 2 || strspn(p, "0123456789") < n)
		return -1;
	return n == 1 ? p[0] - '0' : (p[0] - '0') * 10 + p[1] - '0';
}

/* UTC, or h, hh, hhmm or hh:mm after a sign. */
static bool fixed_offset(const char *name, int32_t *offset)
{
	int hours, minutes = 0, sign;
	size_t n;

	if (strcmp(name, "UTC") == 0 || strcmp(name, "GMT") == 0 || strcmp(name, "Z") == 0) {
		*offset = 0;
		return true;
	}
	if (*name != '+' && *name != '-')
		return false;
	sign = *name++ == '-' ? -1 : 1;
	n = strlen(name);
	hours = hours_or_minutes(name, n > 2 ? 2 : n);
	if (n == 4)
		minutes = hours_or_minutes(name + 2, 2);
	else if (n == 5 && name[2] == ':')
		minutes = hours_or_minutes(name + 3, 2);
	else if (n > 2)
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return hours >= 0 && hours <= 18 && minutes >= 0 && minutes < 60;
}

static bool safe_name(const char *name)
{
	return *name && *name != '/' && *name != '.' && !strstr(name, "..") && strlen(name) < 64 &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == strlen(name);
}

static struct cw_zone *open_file(const char *name)
{
	const char *dir = getenv("TZDIR");
	struct cw_zone *zone = NULL;
	char path[512], *data;
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", dir && *dir ? dir : "/usr/share/zoneinfo", name);
	file = fopen(path, "rbe");
	if (!file)
		return NULL;
	data = cw_text_alloc(FILE_MAX);
	n = fread(data, 1, FILE_MAX, file);
	if (!ferror(file))
		zone = cw_zone_parse(data, n);
	free(data);
	fclose(file);
	return zone;
}

struct cw_zone *cw_zone_open(const char *name, struct cw_error *err)
{
	struct cw_zone *zone;
	int32_t offset;

	if (fixed_offset(name, &offset)) {
		zone = cw_text_alloc(sizeof(*zone));
		zone->offset = cw_text_alloc(sizeof(*zone->offset));
		zone->offset[0] = offset;
		return zone;
	}
	zone = safe_name(name) ? open_file(name) : NULL;
	if (!zone)
		cw_error_set(err, CW_ERR_INVALID,
			     "is no time zone: use UTC, an offset such as +02:00, or a name such as Europe/Berlin, "
			     "for which the time zone database has to be installed (Debian package: tzdata)");
	return zone;
}
