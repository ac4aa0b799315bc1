#include "base/hide.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"

/* The longest key that the bytes begin with; NULL: none. */
static const struct cw_map_entry *hidden_at(const char *p, size_t n, const struct cw_map *hidden)
{
	const struct cw_map_entry *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < hidden->n; i++) {
		size_t length = strlen(hidden->entries[i].key);

		if (length >= CW_HIDE_MIN && length > longest && length <= n && memcmp(p, hidden->entries[i].key, length) == 0) {
			best = &hidden->entries[i];
			longest = length;
		}
	}
	return best;
}

void cw_hide_bytes(struct cw_buf *out, const char *p, size_t n, const struct cw_map *hidden)
{
	while (n > 0) {
		const struct cw_map_entry *entry = hidden_at(p, n, hidden);
		size_t length = entry ? strlen(entry->key) : 1;

		if (entry)
			cw_buf_puts(out, entry->value);
		else
			cw_buf_append(out, p, 1);
		p += length;
		n -= length;
	}
}

/* ---- URLs ---- */

#define SCHEME_END "://"
#define SCHEME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-"

/* How long the "${provider:path:key}" is that the text begins with; 0: it does not. */
static size_t reference_length(const char *p)
{
	const char *end = p[0] == '$' && p[1] == '{' ? strchr(p, '}') : NULL;

	return end ? (size_t)(end + 1 - p) : 0;
}

/* Whether a URL is over here: with the text, at a blank or a quote, or at the next one of a list. */
static bool is_end_of_url(const char *p)
{
	const char *next = p + 1;

	if (!*p || isspace((unsigned char)*p) || *p == '"')
		return true;
	if (*p != ',')
		return false;
	next += strspn(next, " \t");
	return strncmp(next + strspn(next, SCHEME_CHARS), SCHEME_END, sizeof(SCHEME_END) - 1) == 0;
}

/* Whether that is no "host:port", though there is a colon: then it is rather the beginning of "user:pass/word@". */
static bool is_odd_authority(const char *p, const char *end)
{
	const char *colon = memchr(p, ':', (size_t)(end - p));

	return colon && *p != '[' && colon + 1 + strspn(colon + 1, "0123456789") != end;
}

/* The "@" behind the user of a URL, whose scheme ends before p; NULL: it has none. */
static const char *end_of_user(const char *p)
{
	const char *start = p, *path = NULL, *in_authority = NULL, *anywhere = NULL;

	for (size_t step; !is_end_of_url(p); p += step) {
		size_t reference = reference_length(p);

		step = reference ? reference : 1;
		path = !path && strchr("/?#", *p) ? p : path;
		anywhere = *p == '@' ? p : anywhere;
		in_authority = *p == '@' && !path ? p : in_authority;
	}
	if (in_authority || !anywhere)
		return in_authority;
	return is_odd_authority(start, path) ? anywhere : NULL;
}

/* Whether there is anything but references to config providers. */
static bool has_secret(const char *p, const char *end)
{
	while (p < end && (*p == ':' || reference_length(p)))
		p += *p == ':' ? 1 : reference_length(p);
	return p < end;
}

char *cw_hide_userinfo(const char *text)
{
	struct cw_buf out = { 0 };
	const char *scheme;

	while ((scheme = strstr(text, SCHEME_END)) != NULL) {
		const char *user = scheme + sizeof(SCHEME_END) - 1, *at = end_of_user(user);

		cw_buf_append(&out, text, (size_t)(user - text));
		text = user;
		if (!at || !has_secret(user, at))
			continue;
		cw_buf_puts(&out, CW_HIDDEN);
		text = at;
	}
	cw_buf_puts(&out, text);
	return cw_buf_take(&out);
}

/* ---- texts ---- */

char *cw_hide(const char *text, const struct cw_map *hidden)
{
	CW_AUTO_FREE char *without_users = cw_hide_userinfo(text);
	struct cw_buf shown = { 0 }, out = { 0 };

	cw_hide_bytes(&shown, without_users, strlen(without_users), hidden);
	cw_buf_utf8(&out, shown.p, shown.n);
	cw_buf_free(&shown);
	return cw_buf_take(&out);
}

char *cw_trimmed(const char *text)
{
	size_t n;

	text += strspn(text, " \t\r\n");
	for (n = strlen(text); n && strchr(" \t\r\n", text[n - 1]); n--)
		;
	return cw_strndup(text, n);
}
