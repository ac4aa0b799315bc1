#include "index_name.h"

#include "text.h"
#include "zone.h"

#include <stdlib.h>

#define MAX_PARTS 32
#define DAY_S INT64_C(86400)

enum part_kind { PART_TEXT, PART_TOPIC, PART_VALUE, PART_YEAR, PART_YEAR2, PART_MONTH, PART_DAY, PART_HOUR, PART_MINUTE,
		 PART_SECOND, PART_YEAR_DAY, PART_WEEK_YEAR, PART_WEEK };

struct part {
	enum part_kind kind;
	const char *p; /* PART_TEXT: into the copy of the setting */
	size_t n;      /* PART_VALUE: which field */
};

struct cw_index_name {
	char *spec;
	size_t n_parts;
	struct part parts[MAX_PARTS];
	size_t n_fields;
	struct cw_slice fields[CW_INDEX_FIELDS_MAX]; /* into the copy of the setting */
	int64_t unit_s;
	bool topic, routing;
};

/* The letters between %{+ and }; an unknown one is refused. unit_s: how long the part stays the same. */
static const struct {
	const char *letters;
	enum part_kind kind;
	int64_t unit_s;
} dates[] = {
	{ "yyyy", PART_YEAR, DAY_S },     { "YYYY", PART_YEAR, DAY_S },      { "yy", PART_YEAR2, DAY_S },
	{ "MM", PART_MONTH, DAY_S },      { "dd", PART_DAY, DAY_S },         { "HH", PART_HOUR, 3600 },
	{ "mm", PART_MINUTE, 60 },        { "ss", PART_SECOND, 1 },          { "DDD", PART_YEAR_DAY, DAY_S },
	{ "xxxx", PART_WEEK_YEAR, DAY_S }, { "ww", PART_WEEK, DAY_S },
};

static int add_part(struct cw_index_name *name, enum part_kind kind, const char *p, size_t n, struct cw_error *err)
{
	if (name->n_parts == MAX_PARTS)
		return cw_error_set(err, CW_ERR_INVALID, "has more than %d parts", MAX_PARTS);
	name->parts[name->n_parts++] = (struct part){ kind, p, n };
	return 0;
}

/* What no index name may have, whatever its case. */
static bool is_odd(unsigned char c)
{
	return c <= ' ' || c == 0x7f || strchr("\\/*?\"<>|,#:%{}", c);
}

static int check_text(const struct cw_index_name *name, const char *p, size_t n, struct cw_error *err)
{
	for (size_t i = 0; i < n && !name->routing; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c >= 'A' && c <= 'Z')
			return cw_error_set(err, CW_ERR_INVALID, "holds the capital letter %c; index names are lower "
				"case", c);
		if (is_odd(c))
			return cw_error_set(err, CW_ERR_INVALID,
					    "holds a character that index names may not have (spaces and any of \\ / "
					    "* ? \" < > | , # : %% { })");
	}
	return 0;
}

/* What is between "%{+" and "}". */
static int compile_date(struct cw_index_name *name, const char *p, size_t n, struct cw_error *err)
{
	const char *end = p + n;

	while (p < end) {
		size_t run = 1, i;

		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z'))) {
			while (p + run < end && !((p[run] >= 'a' && p[run] <= 'z') || (p[run] >= 'A' && p[run] <= 'Z')))
				run++;
			if (check_text(name, p, run, err) || add_part(name, PART_TEXT, p, run, err))
				return -1;
			p += run;
			continue;
		}
		while (p + run < end && p[run] == *p)
			run++;
		for (i = 0; i < sizeof(dates) / sizeof(*dates); i++)
			if (strlen(dates[i].letters) == run && memcmp(dates[i].letters, p, run) == 0)
				break;
		if (i == sizeof(dates) / sizeof(*dates))
			return cw_error_set(err, CW_ERR_INVALID,
					    "has the date letters %.*s, which are not known; known are yyyy yy MM dd "
					    "HH mm ss DDD xxxx ww, as in "
					    "%%{+yyyy.MM.dd}", (int)(run < 20 ? run : 20), p);
		if (add_part(name, dates[i].kind, NULL, 0, err))
			return -1;
		if (!name->unit_s || dates[i].unit_s < name->unit_s)
			name->unit_s = dates[i].unit_s;
		p += run;
	}
	return n ? 0 : cw_error_set(err, CW_ERR_INVALID, "has an empty %%{+}; a date looks like %%{+yyyy.MM.dd}");
}

/* "[a][b]", or nothing for the record's key. */
static int add_value(struct cw_index_name *name, struct cw_slice path, struct cw_error *err)
{
	if (name->n_fields == CW_INDEX_FIELDS_MAX)
		return cw_error_set(err, CW_ERR_INVALID, "has more than %d fields", CW_INDEX_FIELDS_MAX);
	name->fields[name->n_fields] = path;
	return add_part(name, PART_VALUE, NULL, name->n_fields++, err);
}

static bool is_path(struct cw_slice path)
{
	size_t i = 0, start;

	while (i < path.n) {
		if (path.p[i++] != '[')
			return false;
		for (start = i; i < path.n && path.p[i] != ']' && path.p[i] != '['; i++)
			;
		if (i == start || i == path.n || path.p[i++] != ']')
			return false;
	}
	return path.n > 0;
}

/* What is between "%{" and "}". */
static int compile_part(struct cw_index_name *name, struct cw_slice what, struct cw_error *err)
{
	if (what.n && *what.p == '+')
		return compile_date(name, what.p + 1, what.n - 1, err);
	if (cw_slice_equal(what, cw_slice_str("topic"))) {
		name->topic = true;
		return add_part(name, PART_TOPIC, NULL, 0, err);
	}
	if (cw_slice_equal(what, cw_slice_str("key")))
		return add_value(name, cw_slice(NULL, 0), err);
	if (is_path(what))
		return add_value(name, what, err);
	return cw_error_set(err, CW_ERR_INVALID, "has %%{%.*s}, which is not known; known are %%{topic}, %%{key}, fields such "
			    "as %%{[status]} and dates such as %%{+yyyy.MM.dd}", (int)(what.n < 40 ? what.n : 40), what.p);
}

static int compile(struct cw_index_name *name, struct cw_error *err)
{
	const char *p = name->spec;

	while (*p) {
		const char *open = strstr(p, "%{"), *close;
		size_t n = open ? (size_t)(open - p) : strlen(p);

		if (n && (check_text(name, p, n, err) || add_part(name, PART_TEXT, p, n, err)))
			return -1;
		if (!open)
			return 0;
		close = strchr(open, '}');
		if (!close)
			return cw_error_set(err, CW_ERR_INVALID, "has a %%{ without its }");
		p = close + 1;
		if (compile_part(name, cw_slice(open + 2, (size_t)(close - open - 2)), err))
			return -1;
	}
	return 0;
}

static struct cw_index_name *compile_spec(const char *spec, bool routing, struct cw_error *err)
{
	struct cw_index_name *name = cw_text_alloc(sizeof(*name));

	name->spec = cw_text_strdup(spec);
	name->routing = routing;
	if (compile(name, err))
		goto fail;
	if (!*spec) {
		cw_error_set(err, CW_ERR_INVALID, "is empty");
		goto fail;
	}
	if (!routing && strchr("-_+.", *spec)) {
		cw_error_set(err, CW_ERR_INVALID, "starts with %c; an index may not start with any of - _ + .", *spec);
		goto fail;
	}
	if (strlen(spec) > 200) {
		cw_error_set(err, CW_ERR_INVALID, "is longer than 200 characters");
		goto fail;
	}
	return name;
fail:
	cw_index_name_free(name);
	return NULL;
}

struct cw_index_name *cw_index_name_compile(const char *spec, struct cw_error *err)
{
	return compile_spec(spec, false, err);
}

struct cw_index_name *cw_index_name_compile_routing(const char *spec, struct cw_error *err)
{
	return compile_spec(spec, true, err);
}

void cw_index_name_free(struct cw_index_name *name)
{
	if (!name)
		return;
	free(name->spec);
	free(name);
}

int64_t cw_index_name_unit_s(const struct cw_index_name *name)
{
	return name->unit_s;
}

bool cw_index_name_uses_topic(const struct cw_index_name *name)
{
	return name->topic;
}

size_t cw_index_name_fields(const struct cw_index_name *name)
{
	return name->n_fields;
}

struct cw_slice cw_index_name_field(const struct cw_index_name *name, size_t i)
{
	return name->fields[i];
}

const char *cw_index_name_key(const struct cw_index_name *name)
{
	return name->routing ? "routing" : "index";
}

/* A bounded name under construction. */
struct writer {
	char *out;
	size_t n;
	bool routing, full;
};

/* One character, of one byte unless it is beyond ASCII. */
static void put_char(struct writer *w, const char *p, size_t n)
{
	w->full = w->full || w->n + n > CW_INDEX_NAME_MAX; /* it is cut here, though a shorter one would fit */
	if (w->full)
		return;
	memcpy(w->out + w->n, p, n);
	if (*p >= 'A' && *p <= 'Z' && !w->routing)
		w->out[w->n] |= 0x20;
	w->n += n;
}

/* Bytes that are no character become part of it one by one. */
static void put(struct writer *w, const char *p, size_t n)
{
	for (size_t i = 0, length; i < n; i += length) {
		length = cw_text_utf8_length(p + i, n - i);
		length = length ? length : 1;
		put_char(w, p + i, length);
	}
}

static void put_digits(struct writer *w, uint64_t v, unsigned width)
{
	char text[20];

	for (unsigned i = width; i-- > 0; v /= 10)
		text[i] = (char)('0' + v % 10);
	put(w, text, width);
}

/*
 * What a record says: whatever an index name may not have becomes '_', and what may not be first is left out there. `none`
 * stands where nothing else does.
 */
static void put_words(struct writer *w, struct cw_slice text, const char *none)
{
	if (w->routing) {
		put(w, text.p, text.n);
		return;
	}
	for (size_t i = 0, length; i < text.n; i += length ? length : 1) {
		const char *p = text.p + i;
		bool odd;

		length = cw_text_utf8_length(p, text.n - i);
		odd = length == 0 || is_odd((unsigned char)*p);
		if (w->n || !(odd || strchr("-_+.", *p)))
			put_char(w, odd ? "_" : p, odd ? 1 : length);
	}
	if (w->n == 0)
		put(w, none, strlen(none));
}

static void put_topic(struct writer *w, struct cw_slice topic)
{
	put_words(w, topic, "topic");
}

/* The ISO week: that of its Thursday. */
static void week_of(int64_t days, int64_t *year, unsigned *week)
{
	int64_t thursday = days - ((days + 3) % 7 + 7) % 7 + 3;
	unsigned month, day;

	cw_date_from_days(thursday, year, &month, &day);
	*week = (unsigned)(thursday - cw_days_from_date(*year, 1, 1)) / 7 + 1;
}

static void put_date(struct writer *w, enum part_kind kind, int64_t epoch_s)
{
	int64_t days = epoch_s / DAY_S - (epoch_s % DAY_S < 0), year, week_year;
	unsigned month, day, week, second = (unsigned)(epoch_s - days * DAY_S);

	cw_date_from_days(days, &year, &month, &day);
	week_of(days, &week_year, &week);
	switch (kind) {
	case PART_YEAR: put_digits(w, (uint64_t)year, 4); break;
	case PART_YEAR2: put_digits(w, (uint64_t)year % 100, 2); break;
	case PART_MONTH: put_digits(w, month, 2); break;
	case PART_DAY: put_digits(w, day, 2); break;
	case PART_HOUR: put_digits(w, second / 3600, 2); break;
	case PART_MINUTE: put_digits(w, second / 60 % 60, 2); break;
	case PART_SECOND: put_digits(w, second % 60, 2); break;
	case PART_YEAR_DAY: put_digits(w, (uint64_t)(days - cw_days_from_date(year, 1, 1) + 1), 3); break;
	case PART_WEEK_YEAR: put_digits(w, (uint64_t)week_year, 4); break;
	case PART_WEEK: put_digits(w, week, 2); break;
	default: break;
	}
}

size_t cw_index_name_render(const struct cw_index_name *name, struct cw_slice topic, const struct cw_slice *values,
			    int64_t epoch_s, char *out)
{
	struct writer w = { .out = out, .routing = name->routing };

	for (size_t i = 0; i < name->n_parts; i++) {
		const struct part *part = &name->parts[i];

		if (part->kind == PART_TEXT)
			put(&w, part->p, part->n);
		else if (part->kind == PART_TOPIC)
			put_topic(&w, topic);
		else if (part->kind == PART_VALUE)
			put_words(&w, values[part->n], "value");
		else
			put_date(&w, part->kind, epoch_s);
	}
	out[w.n] = '\0';
	return w.n;
}

size_t cw_index_name_pattern(const struct cw_index_name *name, struct cw_slice topic, char *out)
{
	struct writer w = { .out = out };
	const char *star;
	size_t last = 0; /* where the last '*' ends, so that two in a row become one */

	for (size_t i = 0; i < name->n_parts; i++) {
		const struct part *part = &name->parts[i];

		if (part->kind == PART_TEXT) {
			/* punctuation between two changing parts belongs to them */
			if (last && w.n == last && i + 1 < name->n_parts && name->parts[i + 1].kind > PART_TOPIC &&
			    name->parts[i - 1].kind > PART_TOPIC)
				continue;
			put(&w, part->p, part->n);
		} else if (part->kind == PART_TOPIC && topic.n) {
			put_topic(&w, topic);
		} else if (!last || w.n != last) {
			put(&w, "*", 1);
			last = w.n;
		}
	}
	out[w.n] = '\0';
	star = strchr(out, '*');
	return star ? (size_t)(star - out) : w.n;
}
