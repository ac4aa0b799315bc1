#include "ctl/prometheus.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static bool is_name(char c, bool first)
{
	return isalpha((unsigned char)c) || c == '_' || c == ':' || (!first && isdigit((unsigned char)c));
}

/* A name at *p, copied; NULL when there is none. */
static char *take_name(const char **p)
{
	size_t n = 0;

	while (is_name((*p)[n], n == 0))
		n++;
	*p += n;
	return n ? cw_strndup(*p - n, n) : NULL;
}

static void skip_blanks(const char **p)
{
	while (**p == ' ' || **p == '\t')
		++*p;
}

/* "…" with \\, \" and \n; NULL when it is not closed. */
static char *take_value(const char **p)
{
	struct cw_buf out = { 0 };

	if (**p != '"')
		return NULL;
	for (++*p; **p && **p != '"' && **p != '\n'; ++*p) {
		char c = **p;

		if (c == '\\' && (*p)[1]) {
			++*p;
			c = **p == 'n' ? '\n' : **p;
		}
		cw_buf_append(&out, &c, 1);
	}
	if (**p != '"') {
		cw_buf_free(&out);
		return NULL;
	}
	++*p;
	return cw_buf_take(&out);
}

static bool take_labels(const char **p, struct cw_map *labels)
{
	++*p;
	for (skip_blanks(p); **p != '}'; skip_blanks(p)) {
		CW_AUTO_FREE char *name = take_name(p);
		CW_AUTO_FREE char *value = NULL;

		skip_blanks(p);
		if (!name || **p != '=')
			return false;
		++*p;
		skip_blanks(p);
		value = take_value(p);
		if (!value)
			return false;
		cw_map_set(labels, name, value);
		skip_blanks(p);
		if (**p == ',')
			++*p;
		else if (**p != '}')
			return false;
	}
	++*p;
	return true;
}

static bool take_line(const char **p, cw_prometheus_fn fn, void *arg)
{
	struct cw_map labels = { 0 };
	CW_AUTO_FREE char *name = NULL;
	bool ok;
	char *end;
	double value = 0;

	skip_blanks(p);
	if (**p == '#' || **p == '\n' || !**p)
		return true;
	name = take_name(p);
	skip_blanks(p);
	ok = name && (**p != '{' || take_labels(p, &labels));
	if (ok) {
		skip_blanks(p);
		value = strtod(*p, &end);
		ok = end != *p && (*end == '\0' || *end == '\n' || *end == ' ' || *end == '\t');
		*p = end;
	}
	if (ok)
		fn(name, &labels, value, arg);
	cw_map_free(&labels);
	return ok;
}

int cw_prometheus_parse(const char *text, cw_prometheus_fn fn, void *arg)
{
	int line = 1;

	for (const char *p = text; *p; line++) {
		if (!take_line(&p, fn, arg))
			return line;
		p += strcspn(p, "\n"); /* what is left: a comment, or a time stamp */
		p += *p == '\n';
	}
	return 0;
}
