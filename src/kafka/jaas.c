#include "kafka/jaas.h"

#include <stdlib.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"

struct reader {
	const char *p;
	char *token; /* NULL: the end */
	bool quoted;
};

static void skip_blanks(struct reader *r)
{
	for (;;) {
		r->p += strspn(r->p, " \t\r\n");
		if (strncmp(r->p, "//", 2) == 0)
			r->p += strcspn(r->p, "\n");
		else if (strncmp(r->p, "/*", 2) == 0)
			r->p = strstr(r->p + 2, "*/") ? strstr(r->p + 2, "*/") + 2 : r->p + strlen(r->p);
		else
			return;
	}
}

/* The inside of "…", with \n and the like; the end of the text ends it, too. */
static char *read_quoted(struct reader *r)
{
	static const char names[] = "ntrbf", means[] = "\n\t\r\b\f";
	char quote = *r->p++, *out = cw_alloc(strlen(r->p) + 1);
	size_t n = 0;

	for (; *r->p && *r->p != quote; r->p++) {
		const char *name;

		if (*r->p == '\\' && r->p[1]) {
			name = strchr(names, *++r->p);
			out[n++] = name ? means[name - names] : *r->p;
		} else {
			out[n++] = *r->p;
		}
	}
	r->p += *r->p == quote;
	return out;
}

/* "=", ";", a quoted text or a word. */
static const char *next(struct reader *r)
{
	size_t n;

	cw_free_secret(r->token);
	r->token = NULL;
	skip_blanks(r);
	r->quoted = *r->p == '"' || *r->p == '\'';
	if (r->quoted) {
		r->token = read_quoted(r);
	} else if (*r->p) {
		n = *r->p == '=' || *r->p == ';' ? 1 : strcspn(r->p, " \t\r\n=;\"'");
		r->token = cw_strndup(r->p, n);
		r->p += n;
	}
	return r->token;
}

static bool is_sign(const struct reader *r, const char *sign)
{
	return r->token && !r->quoted && strcmp(r->token, sign) == 0;
}

static bool is_flag(const char *text)
{
	static const char *const flags[] = { "required", "requisite", "sufficient", "optional" };

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (strcasecmp(flags[i], text) == 0)
			return true;
	return false;
}

static int read_option(struct reader *r, struct cw_jaas *out, struct cw_error *err)
{
	CW_AUTO_FREE char *name = cw_strdup(r->token);

	next(r);
	if (!is_sign(r, "="))
		return cw_error_set(err, CW_ERR_INVALID, "an option of its login module has no value: NAME=\"VALUE\" is an option");
	next(r);
	if (!r->token || is_sign(r, ";") || is_sign(r, "="))
		return cw_error_set(err, CW_ERR_INVALID, "the option %.60s of its login module has no value", name);
	cw_map_set(&out->options, name, r->token);
	return 0;
}

static int read_entry(struct reader *r, struct cw_jaas *out, struct cw_error *err)
{
	if (!next(r))
		return cw_error_set(err, CW_ERR_INVALID, "it names no login module");
	out->module = cw_strdup(r->token);
	if (!next(r) || !is_flag(r->token))
		return cw_error_set(err, CW_ERR_INVALID, "its login module is not followed by required");
	while (next(r) && !is_sign(r, ";"))
		if (read_option(r, out, err) != 0)
			return -1;
	if (!r->token)
		return cw_error_set(err, CW_ERR_INVALID, "it does not end with a semicolon");
	if (next(r))
		return cw_error_set(err, CW_ERR_INVALID, "it has more than one login module");
	return 0;
}

int cw_jaas_parse(const char *text, struct cw_jaas *out, struct cw_error *err)
{
	struct reader r = { .p = text };
	int ret;

	*out = (struct cw_jaas){ 0 };
	ret = read_entry(&r, out, err);
	cw_free_secret(r.token);
	return ret;
}

static void put_quoted(struct cw_buf *out, const char *text)
{
	cw_buf_puts(out, "\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			cw_buf_puts(out, "\\");
		cw_buf_append(out, text, 1);
	}
	cw_buf_puts(out, "\"");
}

char *cw_jaas_text(const struct cw_jaas *jaas)
{
	struct cw_buf out = { 0 };
	size_t size = strlen(jaas->module) + sizeof(" required;");

	for (size_t i = 0; i < jaas->options.n; i++)
		size += strlen(jaas->options.entries[i].key) + 2 * strlen(jaas->options.entries[i].value) + sizeof(" =\"\"");
	cw_buf_reserve(&out, size); /* at once: a buffer that grows leaves copies */
	cw_buf_printf(&out, "%s required", jaas->module);
	for (size_t i = 0; i < jaas->options.n; i++) {
		cw_buf_printf(&out, " %s=", jaas->options.entries[i].key);
		put_quoted(&out, jaas->options.entries[i].value);
	}
	cw_buf_puts(&out, ";");
	return cw_buf_take(&out);
}

void cw_jaas_free(struct cw_jaas *jaas)
{
	free(jaas->module);
	cw_map_free_secret(&jaas->options);
	*jaas = (struct cw_jaas){ 0 };
}

const char *cw_jaas_module(const struct cw_jaas *jaas)
{
	const char *dot = strrchr(jaas->module, '.');

	return dot ? dot + 1 : jaas->module;
}
