#include "config/http_headers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "config/number.h"

#define BLANKS " \t\r\n"

/* Cuts the blanks off both ends, in place. */
static char *trim(char *text)
{
	size_t n;

	text += strspn(text, BLANKS);
	for (n = strlen(text); n && strchr(BLANKS, text[n - 1]); n--)
		text[n - 1] = '\0';
	return text;
}

/* The next rule of a comma-separated list, whose double quotes are dropped, in place; NULL at its end. */
static char *next_rule(char **rest)
{
	char *start = *rest, *to = start, *from;
	bool quoted = false;

	if (!start)
		return NULL;
	for (from = start; *from && (quoted || *from != ','); from++)
		if (*from == '"')
			quoted = !quoted;
		else
			*to++ = *from;
	*rest = *from ? from + 1 : NULL;
	*to = '\0';
	return start;
}

/* What may stand in a field's value: no control characters, so that no rule can end the head. */
static bool is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

static bool is_token(const char *text)
{
	return *text &&
	       !text[strspn(text, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")];
}

static int set_value(struct cw_header_rule *rule, bool date, const char *value, struct cw_error *err)
{
	if (!date) {
		rule->value = cw_strdup(value);
		return 0;
	}
	if (!cw_parse_integer(value, strlen(value), -INT64_C(1000000000000000), INT64_C(1000000000000000),
			      &rule->offset_ms))
		return cw_error_set(err, CW_ERR_INVALID,
				    "Invalid header value '%s'. A date is a number of milliseconds from now", value);
	return 0;
}

static int parse_rule(char *text, struct cw_header_rule *rule, struct cw_error *err)
{
	static const char *const actions[] = { "set", "add", "setDate", "addDate" };
	char *name, *value;
	int action = 0;

	text = trim(text);
	name = text + strcspn(text, BLANKS);
	value = strchr(name, ':');
	if (!*name || !value)
		return cw_error_set(err, CW_ERR_INVALID,
				    "Invalid format of header config '%s'. Expected: '[action] [header name]:[header "
				    "value]'",
				    text);
	*name++ = '\0';
	*value++ = '\0';
	while (action < 4 && strcasecmp(actions[action], text) != 0)
		action++;
	if (action == 4)
		return cw_error_set(err, CW_ERR_INVALID,
				    "Invalid header config action: '%s'. Expected one of [set, add, setDate, addDate]",
				    text);
	name = trim(name);
	value = trim(value);
	if (!is_token(name))
		return cw_error_set(err, CW_ERR_INVALID,
				    "Invalid header name '%s'. The '[header name]' cannot contain whitespace", name);
	if (!is_plain(value))
		return cw_error_set(err, CW_ERR_INVALID, "The value of header '%s' has a control character", name);
	if (strcasecmp(name, "Content-Length") == 0 || strcasecmp(name, "Transfer-Encoding") == 0 ||
	    strcasecmp(name, "Connection") == 0)
		return cw_error_set(err, CW_ERR_INVALID, "Header '%s' is the server's own: a rule cannot change it",
				    name);
	rule->name = cw_strdup(name);
	rule->add = action % 2 == 1;
	return set_value(rule, action >= 2, value, err);
}

int cw_header_rules_parse(const char *text, struct cw_header_rules *out, struct cw_error *err)
{
	CW_AUTO_FREE char *copy = cw_strdup(text);
	char *rest = trim(copy), *rule;

	if (!*rest)
		return 0;
	while ((rule = next_rule(&rest)) != NULL) {
		out->items = cw_realloc(out->items, (out->n + 1) * sizeof(*out->items));
		out->items[out->n] = (struct cw_header_rule){ 0 };
		out->n++;
		if (parse_rule(rule, &out->items[out->n - 1], err) < 0)
			return -1;
	}
	return 0;
}

void cw_header_rules_free(struct cw_header_rules *rules)
{
	for (size_t i = 0; i < rules->n; i++) {
		free(rules->items[i].name);
		free(rules->items[i].value);
	}
	free(rules->items);
	*rules = (struct cw_header_rules){ 0 };
}

int cw_header_rules_check(const char *value, struct cw_error *err)
{
	struct cw_header_rules rules = { 0 };
	int rc = cw_header_rules_parse(value, &rules, err);

	cw_header_rules_free(&rules);
	return rc;
}
