#include "store_template.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static const char builtin[] =
#include "access-log-index-template.inc"
;

#define BASE_PRIORITY 200

char *cw_store_template_json(const char *pattern, size_t fixed, bool stream, json_t *settings)
{
	json_t *root = json_loads(builtin, 0, NULL);
	char *text = NULL;

	if (!root)
		abort(); /* it was checked when it was built */
	json_object_set_new(root, "index_patterns", json_pack("[s]", pattern));
	json_object_set_new(root, "priority", json_integer(BASE_PRIORITY + (json_int_t)fixed));
	if (json_object_size(settings))
		json_object_set(json_object_get(root, "template"), "settings", settings);
	if (stream)
		json_object_set_new(root, "data_stream", json_object());
	text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	return text ? text : cw_text_strdup("");
}

char *cw_store_template_name(const char *pattern, size_t fixed)
{
	struct cw_text name = { 0 };

	while (fixed && strchr("-_.", pattern[fixed - 1]))
		fixed--;
	cw_text_append(&name, pattern, fixed);
	cw_text_append(&name, "", 1);
	return name.p;
}
