#include "config/topic_pattern.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/*
 * The C library writes repetitions out when it compiles: each + on top of another one doubles what is there, and thirty
 * are minutes and gigabytes. So their size is known before.
 */
#define SIZE_MAX_WRITTEN_OUT 5000
#define NESTED_MAX 16

struct measure {
	size_t before[NESTED_MAX]; /* of each open group: the size of what stands before it */
	size_t nested;
	size_t size, last; /* of the innermost group: without its last part, and that */
	bool repeated;     /* the last part is, already */
};

static size_t limited(size_t size)
{
	return size > SIZE_MAX_WRITTEN_OUT ? SIZE_MAX_WRITTEN_OUT + 1 : size;
}

static void add_part(struct measure *m, size_t size)
{
	m->size = limited(m->size + m->last);
	m->last = size;
	m->repeated = false;
}

static void repeat(struct measure *m, size_t times)
{
	m->last = limited((m->last + 1) * (m->repeated && times < 2 ? 2 : times));
	m->repeated = true;
}

/* From "[" to its "]". */
static const char *skip_set(const char *p)
{
	const char *first = p + 1 + (p[1] == '^');
	const char *end = *first ? strchr(first + 1, ']') : NULL;

	return end ? end : p + strlen(p) - 1;
}

/* "{2,30}": 30. */
static size_t most_times(const char *p)
{
	long most = 1;

	for (p++; *p && *p != '}'; p++)
		if (isdigit((unsigned char)*p)) {
			char *end;
			long n = strtol(p, &end, 10);

			most = n > most ? n : most;
			p = end - 1;
		}
	return most > SIZE_MAX_WRITTEN_OUT ? SIZE_MAX_WRITTEN_OUT : (size_t)most;
}

/* One part of the pattern; where it ends. */
static const char *measure_part(struct measure *m, const char *p)
{
	switch (*p) {
	case '\\':
		add_part(m, 1);
		return p[1] ? p + 1 : p;
	case '[':
		add_part(m, 1);
		return skip_set(p);
	case '(':
		add_part(m, 0);
		m->before[m->nested++] = m->size;
		m->size = 0;
		return p;
	case ')':
		if (m->nested == 0)
			break;
		m->last = limited(m->size + m->last + 1);
		m->size = m->before[--m->nested];
		return p;
	case '+':
		repeat(m, 2);
		return p;
	case '*':
	case '?':
		repeat(m, 1);
		return p;
	case '{':
		repeat(m, most_times(p));
		return p + strcspn(p, "}") - (strchr(p, '}') == NULL);
	default: break;
	}
	add_part(m, 1);
	return p;
}

static bool is_too_large(const char *pattern)
{
	struct measure m = { .nested = 0 };

	for (const char *p = pattern; *p; p++) {
		if (*p == '(' && m.nested == NESTED_MAX)
			return true;
		p = measure_part(&m, p);
		if (m.size + m.last > SIZE_MAX_WRITTEN_OUT)
			return true;
	}
	return false;
}

/* Java's \d and (?…) would silently mean something else. */
static int check_java(const char *pattern, struct cw_error *err)
{
	for (const char *p = strchr(pattern, '\\'); p && p[1]; p = strchr(p + 2, '\\'))
		if (strchr("dDpPhHvVRQEAzZ", p[1]))
			return cw_error_set(err, CW_ERR_INVALID, "\"\\%c\" is not known here: this is a POSIX "
					    "extended regular expression; write [0-9] for a digit", p[1]);
	if (strstr(pattern, "(?"))
		return cw_error_set(err, CW_ERR_INVALID, "\"(?\" is not known here: this is a POSIX extended regular "
				    "expression");
	return 0;
}

int cw_topic_pattern_check(const char *pattern, struct cw_error *err)
{
	regex_t regex;
	char reason[128];
	int status;

	if (check_java(pattern, err) != 0)
		return -1;
	if (is_too_large(pattern))
		return cw_error_set(err, CW_ERR_INVALID, "it is too large: with its repetitions (*, +, ?, {}) written out it "
				    "may have about %d characters, and its groups may be nested %d deep", SIZE_MAX_WRITTEN_OUT,
				    NESTED_MAX);
	status = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
	if (status == 0) {
		regfree(&regex);
		return 0;
	}
	regerror(status, &regex, reason, sizeof(reason));
	return cw_error_set(err, CW_ERR_INVALID, "Not a valid regular expression: %s", reason);
}

char *cw_topic_pattern_whole(const char *pattern)
{
	return cw_format("^(%s)$", pattern);
}

bool cw_topic_pattern_matches(const char *pattern, const char *topic)
{
	CW_AUTO_FREE char *whole = cw_topic_pattern_whole(pattern);
	struct cw_error err = { 0 };
	regex_t regex;
	bool found;

	if (cw_topic_pattern_check(pattern, &err) != 0 || regcomp(&regex, whole, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	found = regexec(&regex, topic, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}
