#include "ctl/warnings.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* Behind the quoted string that begins at p, its text put into out; NULL: there is no whole one. */
static const char *read_quoted(const char *p, struct cw_buf *out)
{
	if (*p++ != '"')
		return NULL;
	for (; *p && *p != '"'; p++) {
		p += *p == '\\' && p[1];
		cw_buf_append(out, p, 1);
	}
	return *p ? p + 1 : NULL;
}

/* "299 agent "text"", and perhaps a date: behind it, or NULL. */
static const char *read_warning(const char *p, struct cw_buf *text)
{
	struct cw_buf date = { 0 };
	size_t agent;

	if (strspn(p, "0123456789") != 3 || p[3] != ' ')
		return NULL;
	p += 4;
	agent = strcspn(p, " ,\"");
	p = agent > 0 && p[agent] == ' ' ? read_quoted(p + agent + 1, text) : NULL;
	if (p && strncmp(p, " \"", 2) == 0) {
		p = read_quoted(p + 1, &date);
		cw_buf_free(&date);
	}
	return p;
}

char *cw_warning_next(const char **at)
{
	const char *start = *at + strspn(*at, " \t,"), *end;
	struct cw_buf text = { 0 };

	if (!*start)
		return NULL;
	end = read_warning(start, &text);
	if (!end) {
		cw_buf_free(&text);
		cw_buf_puts(&text, start);
		end = start + strlen(start);
	}
	*at = end;
	return text.n > 0 ? cw_buf_take(&text) : cw_strdup("");
}
