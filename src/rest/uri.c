#include "rest/uri.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "base/utf8.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What a part of the target decodes to, new; NULL with *err set. */
static char *decode(const char *p, size_t n, bool plus_is_blank, struct cw_error *err)
{
	char *out = cw_alloc(n + 1);
	size_t length = 0;

	for (size_t i = 0; i < n; i++) {
		char c = p[i];

		if (c == '%') {
			int high = n - i > 2 ? hex(p[i + 1]) : -1;
			int low = high >= 0 ? hex(p[i + 2]) : -1;

			if (low < 0) {
				cw_error_set(err, CW_ERR_INVALID,
					     "The request target has a broken percent-encoding: \"%%\" must be "
					     "followed by two hexadecimal digits (a percent sign itself is %%25)");
				goto fail;
			}
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && plus_is_blank) {
			c = ' ';
		}
		if (c == '\0') {
			cw_error_set(err, CW_ERR_INVALID, "The request target contains a NUL byte (%%00)");
			goto fail;
		}
		out[length++] = c;
	}
	if (!cw_utf8_valid(out, length)) {
		cw_error_set(err, CW_ERR_INVALID, "The request target is not valid UTF-8 once it is percent-decoded");
		goto fail;
	}
	return out;
fail:
	free(out);
	return NULL;
}

static int check_segment(const char *segment, struct cw_error *err)
{
	if (!*segment)
		return cw_error_set(err, CW_ERR_INVALID, "The path has an empty segment (\"//\")");
	if (strchr(segment, '/'))
		return cw_error_set(err, CW_ERR_INVALID,
				    "A path segment contains an encoded slash (%%2F): no name here can contain \"/\"");
	if (strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0)
		return cw_error_set(err, CW_ERR_INVALID,
				    "A path segment is \"%s\": no name here can be \".\" or \"..\"",
				    segment);
	return 0;
}

static int parse_path(const char *path, size_t n, struct cw_uri *out, struct cw_error *err)
{
	const char *p = path + 1, *end = path + n;

	while (p < end) {
		const char *slash = memchr(p, '/', (size_t)(end - p));
		const char *stop = slash ? slash : end;
		const char *matrix = memchr(p, ';', (size_t)(stop - p));
		char *segment = decode(p, (size_t)((matrix ? matrix : stop) - p), false, err);

		if (!segment)
			return -1;
		out->segments = cw_realloc(out->segments, (out->n_segments + 1) * sizeof(*out->segments));
		out->segments[out->n_segments++] = segment;
		if (check_segment(segment, err) < 0)
			return -1;
		p = stop + 1;
	}
	return 0;
}

static int parse_query(const char *query, struct cw_uri *out, struct cw_error *err)
{
	while (*query) {
		size_t n = strcspn(query, "&");
		const char *equals = memchr(query, '=', n);
		size_t key_n = equals ? (size_t)(equals - query) : n;
		char *key, *value;

		if (n > 0) {
			key = decode(query, key_n, true, err);
			value = key ? decode(equals ? equals + 1 : "", equals ? n - key_n - 1 : 0, true, err) : NULL;
			if (!value) {
				free(key);
				return -1;
			}
			out->params = cw_realloc(out->params, (out->n_params + 1) * sizeof(*out->params));
			out->params[out->n_params++] = (struct cw_uri_param){ key, value };
		}
		query += n + (query[n] == '&');
	}
	return 0;
}

int cw_uri_parse(const char *raw, struct cw_uri *out, struct cw_error *err)
{
	const char *query;
	size_t n;

	if (strncasecmp(raw, "http://", 7) == 0 || strncasecmp(raw, "https://", 8) == 0) {
		raw = strstr(raw, "://") + 3;
		raw += strcspn(raw, "/?");
		if (*raw != '/')
			raw = "/";
	}
	if (*raw != '/')
		return cw_error_set(err, CW_ERR_INVALID, "The request target must be a path that starts with \"/\"");
	n = strcspn(raw, "?#");
	query = raw[n] == '?' ? raw + n + 1 : "";
	if (parse_path(raw, n, out, err) < 0)
		return -1;
	return parse_query(query, out, err);
}

void cw_uri_free(struct cw_uri *uri)
{
	for (size_t i = 0; i < uri->n_segments; i++)
		free(uri->segments[i]);
	for (size_t i = 0; i < uri->n_params; i++) {
		free(uri->params[i].key);
		free(uri->params[i].value);
	}
	free(uri->segments);
	free(uri->params);
	*uri = (struct cw_uri){ 0 };
}

const char *cw_uri_param(const struct cw_uri *uri, const char *key)
{
	for (size_t i = 0; i < uri->n_params; i++)
		if (strcmp(uri->params[i].key, key) == 0)
			return uri->params[i].value;
	return NULL;
}

void cw_uri_encode(struct cw_buf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (isalnum(c) || strchr("-._~", c))
			cw_buf_append(out, text, 1);
		else
			cw_buf_printf(out, "%%%02X", c);
	}
}
