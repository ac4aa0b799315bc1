#include "devstore/es_error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* A cut in the middle of a character would make the answer invalid UTF-8. */
static void trim_utf8(char *text)
{
	size_t n = strlen(text), i = 0, step;

	for (; i < n; i += step) {
		step = cw_utf8_length(text + i, n - i);
		if (step == 0 && n - i < 4)
			break;
		if (step == 0)
			text[i] = '?', step = 1;
	}
	text[i] = '\0';
}

int cw_es_error_set(struct cw_es_error *err, int status, const char *type, const char *fmt, ...)
{
	va_list ap;

	if (!err || err->status)
		return -1;
	err->status = status;
	snprintf(err->type, sizeof(err->type), "%s", type);
	va_start(ap, fmt);
	vsnprintf(err->reason, sizeof(err->reason), fmt, ap);
	va_end(ap);
	trim_utf8(err->reason);
	return -1;
}

void cw_es_error_cause(struct cw_es_error *err, const char *type, const char *fmt, ...)
{
	va_list ap;

	if (!err || err->cause_type[0])
		return;
	snprintf(err->cause_type, sizeof(err->cause_type), "%s", type);
	va_start(ap, fmt);
	vsnprintf(err->cause, sizeof(err->cause), fmt, ap);
	va_end(ap);
	trim_utf8(err->cause);
}

json_t *cw_es_error_body(const struct cw_es_error *err)
{
	json_t *error = json_pack("{s:[{s:s,s:s}],s:s,s:s}", "root_cause", "type", err->type, "reason", err->reason,
				  "type", err->type, "reason", err->reason);

	if (err->cause_type[0])
		json_object_set_new(error, "caused_by",
				    json_pack("{s:s,s:s}", "type", err->cause_type, "reason", err->cause));
	return json_pack("{s:o,s:i}", "error", error, "status", err->status);
}
