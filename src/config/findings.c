#include "config/findings.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/json_text.h"
#include "base/mem.h"

#define HEAD "Connector configuration is invalid and contains the following "
#define TAIL "You can also find the above list of errors at the endpoint"

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool any_has(const json_t *said, const char *part)
{
	const json_t *sentence;
	size_t i;

	json_array_foreach(said, i, sentence)
		if (strstr(json_string_value(sentence), part))
			return true;
	return false;
}

static bool is_said(const json_t *said, const char *sentence)
{
	const json_t *other;
	size_t i;

	json_array_foreach(said, i, other)
		if (strcmp(json_string_value(other), sentence) == 0)
			return true;
	return false;
}

/* "Invalid value null for configuration K: Value must be non-null": what was given for K is none, as was said of it. */
static bool is_echo(const json_t *said, const char *sentence)
{
	static const char head[] = "Invalid value null", end[] = ": Value must be non-null";
	size_t n = strlen(sentence), after = strlen(end);
	CW_AUTO_FREE char *key = NULL;

	if (!starts_with(sentence, head) || n < strlen(head) + after || strcmp(sentence + n - after, end) != 0)
		return false;
	/* " for configuration K:" */
	key = cw_strndup(sentence + strlen(head), n - strlen(head) - after + 1);
	return any_has(said, key);
}

/* An unknown key that is also the hint of the error about the key that it stands for. */
static bool is_known_unknown(const json_t *said, const char *sentence)
{
	static const char head[] = "unknown key \"";
	const char *end = strncasecmp(sentence, head, strlen(head)) == 0 ? strchr(sentence + strlen(head), '"') : NULL;
	CW_AUTO_FREE char *part = end ? cw_strndup(sentence + 1, (size_t)(end - sentence)) : NULL;

	return part && any_has(said, part);
}

bool cw_findings_add(json_t *said, const char *sentence)
{
	if (is_said(said, sentence) || is_echo(said, sentence) || is_known_unknown(said, sentence))
		return false;
	json_array_append_new(said, cw_json_from_str(sentence));
	return true;
}

char *cw_findings_message(const char *message)
{
	const char *line = starts_with(message, HEAD) ? strchr(message, '\n') : NULL;
	json_t *said = json_array(), *sentence;
	struct cw_buf out = { 0 };
	size_t i;

	for (; line && !starts_with(line + 1, TAIL); line = strchr(line + 1, '\n')) {
		CW_AUTO_FREE char *one = cw_strndup(line + 1, strcspn(line + 1, "\n"));

		cw_findings_add(said, one);
	}
	if (json_array_size(said) > 0)
		cw_buf_printf(&out, HEAD "%zu error(s):", json_array_size(said));
	json_array_foreach(said, i, sentence)
		cw_buf_printf(&out, "\n%s", json_string_value(sentence));
	json_decref(said);
	return out.n > 0 ? cw_buf_take(&out) : NULL;
}
