/* Requests that bring a configuration: what shape their bodies have to have. */
#include "herder/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "config/connector_name.h"
#include "config/initial_offsets.h"
#include "config/props.h"

json_t *cw_change_parse_config(const json_t *body, struct cw_error *err)
{
	struct cw_map map = { 0 };
	json_t *config = NULL;

	if (cw_config_from_json(body, "config", &map, err) == 0)
		config = cw_map_to_json(&map);
	cw_map_free(&map);
	return config;
}

static char *trimmed(const char *text)
{
	size_t n;

	while (isspace((unsigned char)*text))
		text++;
	n = strlen(text);
	while (n > 0 && isspace((unsigned char)text[n - 1]))
		n--;
	return cw_strndup(text, n);
}

int cw_change_agree_on_name(struct cw_call *call, json_t *config, const char *name)
{
	const char *inside = json_string_value(json_object_get(config, "name"));

	if (inside && strcmp(inside, name) != 0) {
		cw_call_fail(call, CW_ERR_INVALID,
			     "Connector name configuration (%s) doesn't match connector name in the URL (%s)",
			     inside, name);
		return -1;
	}
	if (!inside)
		json_object_set_new(config, "name", json_string(name));
	return 0;
}

static int check_create_fields(const json_t *body, struct cw_error *err)
{
	const char *key;
	json_t *value;

	if (!json_is_object(body))
		return cw_error_set(err, CW_ERR_INVALID, "The body must be a JSON object with \"name\" and \"config\"");
	json_object_foreach((json_t *)body, key, value)
		if (strcmp(key, "name") != 0 && strcmp(key, "config") != 0 && strcmp(key, "initial_state") != 0 &&
		    strcmp(key, "initial_offsets") != 0)
			return cw_error_set(err, CW_ERR_INVALID,
					    "Unrecognized field \"%s\"; known are config, name, initial_state, initial_offsets",
					    key);
	value = json_object_get(body, "name");
	if (value && !json_is_null(value) && !json_is_string(value))
		return cw_error_set(err, CW_ERR_INVALID, "\"name\" must be a string");
	return 0;
}

static int parse_initial_state(const json_t *value, enum cw_target *out, struct cw_error *err)
{
	static const char *const names[] = { "RUNNING", "PAUSED", "STOPPED" };

	*out = CW_TARGET_STARTED;
	if (!value || json_is_null(value))
		return 0;
	for (int i = 0; i < 3; i++)
		if (json_is_string(value) && strcasecmp(json_string_value(value), names[i]) == 0) {
			*out = (enum cw_target)i;
			return 0;
		}
	return cw_error_set(err, CW_ERR_INVALID, "\"initial_state\" must be one of RUNNING, PAUSED, STOPPED");
}

int cw_change_prepare_create(struct cw_call *call)
{
	const char *given = json_string_value(json_object_get(call->body, "name"));
	CW_AUTO_FREE char *name = trimmed(given ? given : "");
	CW_AUTO_FREE char *error = NULL;
	struct cw_error err = { 0 };

	if (check_create_fields(call->body, &err) != 0 ||
	    parse_initial_state(json_object_get(call->body, "initial_state"), &call->target, &err) != 0 ||
	    cw_initial_offsets_parse(json_object_get(call->body, "initial_offsets"), &call->offsets, &err) != 0 ||
	    !(call->config = cw_change_parse_config(json_object_get(call->body, "config"), &err))) {
		cw_call_fail(call, err.code, "%s", err.text);
		return -1;
	}
	if (json_object_get(call->config, "name") && cw_change_agree_on_name(call, call->config, name) != 0)
		return -1;
	error = cw_connector_name_error(name);
	if (error) {
		cw_change_fail(call, error);
		return -1;
	}
	json_object_set_new(call->config, "name", json_string(name));
	free(call->name);
	call->name = name;
	name = NULL;
	return 0;
}
