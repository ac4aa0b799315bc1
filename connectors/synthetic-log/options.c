#include "options.h"

#include <stdlib.h>

#include "log_clock.h"

const char *const cw_methods[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE" };
const size_t cw_methods_n = sizeof(cw_methods) / sizeof(cw_methods[0]);

/* ---- weights -------------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct cw_slice trim(struct cw_slice s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = cw_slice(s.p + 1, s.n - 1);
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* "12", "0.5": no sign, no exponent. */
static bool parse_weight(struct cw_slice text, double *out)
{
	char copy[32], *end;
	bool digits = false;

	if (text.n == 0 || text.n >= sizeof(copy))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		digits |= is_digit(text.p[i]);
		if (!is_digit(text.p[i]) && text.p[i] != '.')
			return false;
	}
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	*out = strtod(copy, &end);
	return digits && *end == '\0' && *out <= 1e9;
}

static int method_id(struct cw_slice name, struct cw_error *err)
{
	for (size_t i = 0; i < cw_methods_n; i++)
		if (cw_slice_equal(name, cw_slice_str(cw_methods[i])))
			return (int)i;
	return cw_error_set(
		err, CW_ERR_INVALID,
		"\"%.*s\" is no method; the methods are GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS and TRACE",
		(int)name.n, name.p);
}

static int status_id(struct cw_slice name, struct cw_error *err)
{
	if (name.n == 3 && name.p[0] >= '2' && name.p[0] <= '5' && is_digit(name.p[1]) && is_digit(name.p[2]))
		return (name.p[0] - '0') * 100 + (name.p[1] - '0') * 10 + (name.p[2] - '0');
	return cw_error_set(err, CW_ERR_INVALID, "\"%.*s\" is no status; a status is a number from 200 to 599",
			    (int)name.n, name.p);
}

static int add_weight(struct cw_slice item, int (*id_of)(struct cw_slice name, struct cw_error *err),
		      struct cw_weights *out, struct cw_error *err)
{
	const char *colon = memchr(item.p, ':', item.n);
	struct cw_slice name, weight;
	double value;
	int id;

	if (!colon)
		return cw_error_set(err, CW_ERR_INVALID,
				    "\"%.*s\" has no weight; write pairs NAME:WEIGHT with commas between", (int)item.n,
				    item.p);
	name = trim(cw_slice(item.p, (size_t)(colon - item.p)));
	weight = trim(cw_slice(colon + 1, item.n - (size_t)(colon + 1 - item.p)));
	id = id_of(name, err);
	if (id < 0)
		return -1;
	if (!parse_weight(weight, &value))
		return cw_error_set(err, CW_ERR_INVALID,
				    "the weight \"%.*s\" of %.*s is no number from 0 to 1000000000", (int)weight.n,
				    weight.p, (int)name.n, name.p);
	for (size_t i = 0; i < out->n; i++)
		if (out->items[i].id == id)
			return cw_error_set(err, CW_ERR_INVALID, "%.*s is there twice", (int)name.n, name.p);
	if (out->n == CW_WEIGHTS_MAX)
		return cw_error_set(err, CW_ERR_INVALID, "more than %d pairs", CW_WEIGHTS_MAX);
	out->items[out->n].id = id;
	out->items[out->n++].weight = value;
	return 0;
}

static int parse_weights(const char *text, int (*id_of)(struct cw_slice name, struct cw_error *err),
			 struct cw_weights *out, struct cw_error *err)
{
	double total = 0;

	out->n = 0;
	for (const char *p = text;; p++) {
		size_t n = strcspn(p, ",");

		if (add_weight(trim(cw_slice(p, n)), id_of, out, err) != 0)
			return -1;
		p += n;
		if (*p == '\0')
			break;
	}
	for (size_t i = 0; i < out->n; i++)
		total += out->items[i].weight;
	return total > 0 ? 0 : cw_error_set(err, CW_ERR_INVALID, "at least one weight must be above 0");
}

int cw_method_weights_parse(const char *text, struct cw_weights *out, struct cw_error *err)
{
	return parse_weights(text, method_id, out, err);
}

int cw_status_weights_parse(const char *text, struct cw_weights *out, struct cw_error *err)
{
	return parse_weights(text, status_id, out, err);
}

/* ---- start.time ------------------------------------------------------------------------------------ */

static bool take_number(const char **p, size_t digits, int *out)
{
	*out = 0;
	for (size_t i = 0; i < digits; i++, (*p)++) {
		if (!is_digit(**p))
			return false;
		*out = *out * 10 + (**p - '0');
	}
	return true;
}

static bool take_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

/* ".123", up to nanoseconds; what is below a millisecond is dropped. */
static bool take_fraction(const char **p, int *ms)
{
	int scale = 100;

	*ms = 0;
	if (!take_char(p, '.'))
		return true;
	if (!is_digit(**p))
		return false;
	for (; is_digit(**p); (*p)++, scale /= 10)
		*ms += (**p - '0') * scale;
	return true;
}

/* "", "Z", "+02:00", "-0530" */
static bool take_zone(const char **p, int *offset_s)
{
	int hours, minutes, sign = **p == '-' ? -1 : 1;

	*offset_s = 0;
	if (**p == '\0' || take_char(p, 'Z'))
		return true;
	if (!take_char(p, '+') && !take_char(p, '-'))
		return false;
	if (!take_number(p, 2, &hours))
		return false;
	take_char(p, ':');
	if (!take_number(p, 2, &minutes) || hours > 18 || minutes > 59)
		return false;
	*offset_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool parse_iso(const char *p, int64_t *epoch_ms)
{
	struct cw_civil c = { 0 };
	int ms = 0, offset_s = 0;

	if (!take_number(&p, 4, &c.year) || !take_char(&p, '-') || !take_number(&p, 2, &c.month) ||
	    !take_char(&p, '-') || !take_number(&p, 2, &c.day))
		return false;
	if (c.year < 1970 || c.month < 1 || c.month > 12 || c.day < 1 || c.day > cw_civil_month_days(c.year, c.month))
		return false;
	if (*p != '\0') {
		if (!take_char(&p, 'T') && !take_char(&p, ' '))
			return false;
		if (!take_number(&p, 2, &c.hour) || !take_char(&p, ':') || !take_number(&p, 2, &c.minute))
			return false;
		if (take_char(&p, ':') && (!take_number(&p, 2, &c.second) || !take_fraction(&p, &ms)))
			return false;
		if (!take_zone(&p, &offset_s) || c.hour > 23 || c.minute > 59 || c.second > 59)
			return false;
	}
	*epoch_ms = (cw_civil_epoch(&c) - offset_s) * 1000 + ms;
	return *p == '\0' && *epoch_ms >= 0;
}

int cw_start_time_parse(const char *text, struct cw_start_time *out, struct cw_error *err)
{
	size_t n = strlen(text);

	*out = (struct cw_start_time){ .now = strcmp(text, "now") == 0 };
	if (out->now || parse_iso(text, &out->epoch_ms))
		return 0;
	if (n > 0 && n <= 15 && strspn(text, "0123456789") == n) {
		out->epoch_ms = strtoll(text, NULL, 10);
		if (out->epoch_ms < INT64_C(253402300800000))
			return 0;
	}
	return cw_error_set(
		err, CW_ERR_INVALID,
		"not a time from 1970 to 9999; write 2026-01-21T22:23:40Z, milliseconds since the epoch, or now");
}

/* ---- meaning ------------------------------------------------------------------------------------- */

enum cw_line_format cw_synthetic_format(const struct cw_synthetic_options *options)
{
	static const char *const names[] = { "access", "common", "combined", "json" };

	for (int i = 0; i < 4; i++)
		if (strcmp(options->format, names[i]) == 0)
			return (enum cw_line_format)i;
	return CW_LINE_ACCESS;
}

double cw_synthetic_log_rate(const struct cw_synthetic_options *options)
{
	if (options->log_records_per_second > 0)
		return options->log_records_per_second;
	if (options->records_per_second > 0)
		return options->records_per_second / options->time_speed;
	return CW_DEFAULT_LOG_RATE;
}

uint64_t cw_synthetic_quota(uint64_t count, uint32_t tasks, uint32_t task)
{
	return count / tasks + (task < count % tasks);
}

bool cw_synthetic_conflict(const struct cw_synthetic_options *o, unsigned i, const char **key, char *text, size_t size)
{
	const struct {
		bool broken;
		const char *key, *text;
	} rules[] = {
		{ o->time_speed != 1 && o->records_per_second == 0, "time.speed",
		  "time.speed needs records.per.second above 0; for a back-fill at full speed set "
		  "log.records.per.second" },
		{ o->time_speed != 1 && o->log_records_per_second > 0, "time.speed",
		  "time.speed and log.records.per.second both say how fast the log's clock runs; set one of them" },
		{ (o->time_speed != 1 || o->log_records_per_second > 0) && strcmp(o->start_time, "now") == 0,
		  "start.time",
		  "start.time=now takes the log's time from the wall clock; "
		  "with time.speed or log.records.per.second it must be a fixed time" },
		{ o->burst_interval_s > 0 && o->burst_duration_s > o->burst_interval_s, "error.burst.duration.seconds",
		  "error.burst.duration.seconds may not be longer than error.burst.interval.seconds" },
		{ o->latency_probe && strcmp(o->format, "common") == 0, "latency.probe",
		  "latency.probe writes into the referrer, which format=common has not; use access, combined or json" },
	};

	for (unsigned n = 0; n < sizeof(rules) / sizeof(rules[0]); n++) {
		if (rules[n].broken && i-- == 0) {
			*key = rules[n].key;
			snprintf(text, size, "%s", rules[n].text);
			return true;
		}
	}
	return false;
}
