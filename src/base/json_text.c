#include "base/json_text.h"

#include <string.h>

#include "base/buf.h"

json_t *cw_json_from_text(const char *p, size_t n)
{
	struct cw_buf text = { 0 };
	json_t *json;

	cw_buf_utf8(&text, p, n);
	json = json_stringn(text.p, text.n);
	cw_buf_free(&text);
	return json;
}

json_t *cw_json_from_str(const char *text)
{
	return cw_json_from_text(text, strlen(text));
}
