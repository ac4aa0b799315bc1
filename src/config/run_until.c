#include "config/run_until.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/mem.h"

enum cw_run_until cw_run_until_parse(const char *text)
{
	static const char *const names[] = { "forever", "end", "time", "offsets" };

	for (int i = 0; text && i < 4; i++)
		if (strcasecmp(text, names[i]) == 0)
			return (enum cw_run_until)i;
	return CW_RUN_FOREVER;
}

/* Digits only, up to INT64_MAX. */
static int parse_digits(const char *text, size_t n, int64_t *out)
{
	CW_AUTO_FREE char *copy = cw_strndup(text, n);
	char *end;

	errno = 0;
	*out = strtoll(copy, &end, 10);
	return n == 0 || copy[strspn(copy, "0123456789")] || errno ? -1 : 0;
}

/* "Z", "+02:00" or "-0230" at the end of a time: seconds east of UTC. */
static int parse_zone(const char *text, int *east_s)
{
	unsigned hours, minutes;
	int n = 0;

	*east_s = 0;
	if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
		return 0;
	if ((*text != '+' && *text != '-') ||
	    (sscanf(text + 1, "%2u:%2u%n", &hours, &minutes, &n) != 2 && sscanf(text + 1, "%2u%2u%n", &hours, &minutes, &n) != 2) ||
	    text[1 + n] || hours > 18 || minutes > 59)
		return -1;
	*east_s = (int)(hours * 3600 + minutes * 60) * (*text == '-' ? -1 : 1);
	return 0;
}

/* ".123", up to nine digits: milliseconds; *end is what follows. */
static int parse_fraction(const char *text, int64_t *ms, const char **end)
{
	size_t n = *text == '.' ? strspn(text + 1, "0123456789") : 0;
	int64_t scale = 100;

	*ms = 0;
	if (*text == '.' && (n == 0 || n > 9))
		return -1;
	for (size_t i = 0; i < n; i++, scale /= 10)
		*ms += (text[1 + i] - '0') * scale;
	*end = text + (n ? n + 1 : 0);
	return 0;
}

int cw_run_until_time(const char *text, int64_t *epoch_ms, struct cw_error *err)
{
	struct tm tm = { 0 };
	const char *rest;
	int64_t ms;
	int east_s;

	if (parse_digits(text, strlen(text), epoch_ms) == 0)
		return 0;
	rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (!rest || parse_fraction(rest, &ms, &rest) != 0 || parse_zone(rest, &east_s) != 0)
		return cw_error_set(err, CW_ERR_INVALID, "Not a time such as 2026-01-21T22:23:40Z or 2026-01-21T22:23:40+02:00, nor "
				    "milliseconds since 1970");
	*epoch_ms = ((int64_t)timegm(&tm) - east_s) * 1000 + ms;
	return 0;
}

int cw_run_until_offset(const char *text, size_t *topic_n, int32_t *partition, int64_t *offset, struct cw_error *err)
{
	const char *last = strrchr(text, ':'), *first = NULL;
	int64_t number = 0;

	for (const char *p = text; last && p < last; p++)
		if (*p == ':')
			first = p;
	if (!first || first == text || parse_digits(first + 1, (size_t)(last - first - 1), &number) != 0 || number > INT32_MAX ||
	    parse_digits(last + 1, strlen(last + 1), offset) != 0)
		return cw_error_set(err, CW_ERR_INVALID, "\"%.200s\" is not TOPIC:PARTITION:OFFSET", text);
	*topic_n = (size_t)(first - text);
	*partition = (int32_t)number;
	return 0;
}

int cw_run_until_time_check(const char *value, struct cw_error *err)
{
	int64_t epoch_ms;

	return *value ? cw_run_until_time(value, &epoch_ms, err) : 0;
}

int cw_run_until_offsets_check(const char *value, struct cw_error *err)
{
	CW_AUTO_FREE char *copy = cw_strdup(value);
	char *rest = copy, *item;
	int status = 0;

	while (status == 0 && (item = strsep(&rest, ",")) != NULL) {
		size_t topic_n;
		int32_t partition;
		int64_t offset;

		if (*item)
			status = cw_run_until_offset(item, &topic_n, &partition, &offset, err);
	}
	return status;
}
