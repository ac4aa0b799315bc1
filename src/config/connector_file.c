/* Connector files and flat configs in JSON. */
#include "config/props.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/json_reason.h"
#include "base/mem.h"
#include "config/initial_offsets.h"
#include "config/number.h"

static const char *type_name(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT: return "an object";
	case JSON_ARRAY: return "an array";
	case JSON_STRING: return "a string";
	case JSON_INTEGER:
	case JSON_REAL: return "a number";
	case JSON_TRUE:
	case JSON_FALSE: return "a boolean";
	case JSON_NULL: break;
	}
	return "null";
}

/* A scalar as a config's text: new, or NULL with *err set. */
static char *scalar_text(const json_t *value, const char *what, const char *key, struct cw_error *err)
{
	if (json_is_string(value)) {
		if (strlen(json_string_value(value)) == json_string_length(value))
			return cw_strdup(json_string_value(value));
		cw_error_set(err, CW_ERR_INVALID, "%s: the value of \"%s\" contains a NUL character", what, key);
		return NULL;
	}
	if (json_is_integer(value))
		return cw_format("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	if (json_is_real(value))
		return cw_double_text(json_real_value(value));
	if (json_is_boolean(value))
		return cw_strdup(json_is_true(value) ? "true" : "false");
	if (json_is_null(value))
		cw_error_set(err, CW_ERR_INVALID, "%s: Invalid value null for configuration %s: "
			     "Null value can not be supplied as the configuration value.", what, key);
	else
		cw_error_set(err, CW_ERR_INVALID, "%s: the value of \"%s\" is %s; it must be a string, "
			     "a number or a boolean", what, key, type_name(value));
	return NULL;
}

int cw_config_from_json(const json_t *object, const char *what, struct cw_map *out, struct cw_error *err)
{
	struct cw_map config = { 0 };
	const char *key;
	json_t *value;

	if (!object)
		return cw_error_set(err, CW_ERR_INVALID, "%s is missing; it must be a JSON object of keys and values",
				    what);
	if (!json_is_object(object))
		return cw_error_set(err, CW_ERR_INVALID, "%s is %s; it must be a JSON object of keys and values", what,
				    type_name(object));
	json_object_foreach((json_t *)object, key, value) {
		CW_AUTO_FREE char *text = NULL;

		if (!*key)
			cw_error_set(err, CW_ERR_INVALID, "%s: a key is empty", what);
		else
			text = scalar_text(value, what, key, err);
		if (!text) {
			cw_map_free(&config);
			return -1;
		}
		cw_map_set(&config, key, text);
	}
	cw_map_copy(out, &config);
	cw_map_free(&config);
	return 0;
}

static const char *known_state(const char *text)
{
	static const char *const states[] = { "RUNNING", "PAUSED", "STOPPED" };

	for (size_t i = 0; i < 3; i++)
		if (strcasecmp(text, states[i]) == 0)
			return states[i];
	return NULL;
}

static int check_create_fields(const json_t *object, const char *name, struct cw_error *err)
{
	const json_t *connector = json_object_get(object, "name");
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
		if (strcmp(key, "name") != 0 && strcmp(key, "config") != 0 && strcmp(key, "initial_state") != 0 &&
		    strcmp(key, "initial_offsets") != 0)
			return cw_error_set(err, CW_ERR_INVALID, "%s: unknown field \"%s\"; next to \"config\" there "
					    "may be \"name\", \"initial_state\" and \"initial_offsets\"", name, key);
	if (connector && !json_is_string(connector))
		return cw_error_set(err, CW_ERR_INVALID, "%s: \"name\" is %s; it must be a string", name,
				    type_name(connector));
	return 0;
}

static int read_first(const json_t *object, const char *name, struct cw_connector_first *first, struct cw_error *err)
{
	const json_t *state = json_object_get(object, "initial_state");
	struct cw_error why = { 0 };

	if (state && !json_is_null(state)) {
		first->state = json_is_string(state) ? known_state(json_string_value(state)) : NULL;
		if (!first->state)
			return cw_error_set(err, CW_ERR_INVALID, "%s: \"initial_state\" must be RUNNING, PAUSED or STOPPED",
					    name);
	}
	if (cw_initial_offsets_parse(json_object_get(object, "initial_offsets"), &first->offsets, &why) != 0)
		return cw_error_set(err, why.code, "%s: %s", name, why.text);
	return 0;
}

static int create_form(const json_t *object, const char *name, struct cw_map *out, struct cw_connector_first *first,
		       struct cw_error *err)
{
	const char *outer, *inner;

	if (check_create_fields(object, name, err) < 0 || read_first(object, name, first, err) < 0 ||
	    cw_config_from_json(json_object_get(object, "config"), name, out, err) < 0)
		return -1;
	outer = json_string_value(json_object_get(object, "name"));
	inner = cw_map_get(out, "name");
	if (outer && inner && strcmp(outer, inner) != 0)
		return cw_error_set(err, CW_ERR_INVALID, "%s: the connector has two names: \"name\" is \"%s\", "
				    "\"name\" in \"config\" is \"%s\"", name, outer, inner);
	if (outer && !inner)
		cw_map_set(out, "name", outer);
	return 0;
}

static int parse_json(const char *text, size_t n, const char *name, struct cw_map *out,
		      struct cw_connector_first *first, struct cw_error *err)
{
	json_error_t at;
	json_t *object = json_loadb(text, n, JSON_REJECT_DUPLICATES, &at);
	int ret;

	if (!object)
		return cw_error_set(err, CW_ERR_INVALID, "%s:%d:%d: not valid JSON: %s", name,
				    at.line > 0 ? at.line : 1, at.column > 0 ? at.column : 1, cw_json_reason(&at));
	if (json_is_object(json_object_get(object, "config")))
		ret = create_form(object, name, out, first, err);
	else
		ret = cw_config_from_json(object, name, out, err);
	json_decref(object);
	return ret;
}

static bool looks_like_json(const char *text, size_t n, const char *name)
{
	const char *end = strrchr(name, '.');
	size_t i = n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	while (i < n && text[i] && strchr(" \t\f\r\n", text[i]))
		i++;
	return (i < n && (text[i] == '{' || text[i] == '[')) || (end && strcasecmp(end, ".json") == 0);
}

int cw_connector_file_parse(const char *text, size_t n, const char *name, struct cw_map *out,
			    struct cw_connector_first *first, struct cw_error *err)
{
	bool bom = n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
	const char *connector;
	int ret;

	*first = (struct cw_connector_first){ .state = NULL };
	if (looks_like_json(text, n, name))
		ret = parse_json(text + (bom ? 3 : 0), n - (bom ? 3 : 0), name, out, first, err);
	else
		ret = cw_props_parse(text, n, name, out, err);
	connector = cw_map_get(out, "name");
	if (ret == 0 && out->n == 0)
		ret = cw_error_set(err, CW_ERR_INVALID, "%s: has no configuration in it", name);
	else if (ret == 0 && !connector)
		ret = cw_error_set(err, CW_ERR_INVALID, "%s: \"name\" is missing; every connector needs one", name);
	else if (ret == 0 && !*connector)
		ret = cw_error_set(err, CW_ERR_INVALID, "%s: \"name\" is empty; every connector needs one", name);
	if (ret < 0) {
		cw_map_free(out);
		json_decref(first->offsets);
		*first = (struct cw_connector_first){ .state = NULL };
	}
	return ret;
}

int cw_connector_file_load_first(const char *path, struct cw_map *out, struct cw_connector_first *first,
				 struct cw_error *err)
{
	size_t n;
	CW_AUTO_FREE char *text = cw_file_read(path, &n, err);

	return text ? cw_connector_file_parse(text, n, path, out, first, err) : -1;
}

int cw_connector_file_load(const char *path, struct cw_map *out, struct cw_error *err)
{
	struct cw_connector_first first;

	if (cw_connector_file_load_first(path, out, &first, err) < 0)
		return -1;
	if (first.state && strcmp(first.state, "RUNNING") != 0)
		cw_error_set(err, CW_ERR_INVALID, "%s: \"initial_state\" %s is not possible here; create the "
			     "connector over REST (POST /connectors)", path, first.state);
	else if (first.offsets)
		cw_error_set(err, CW_ERR_INVALID, "%s: \"initial_offsets\" are not possible here; create the connector over "
			     "REST (POST /connectors)", path);
	else
		return 0;
	json_decref(first.offsets);
	cw_map_free(out);
	return -1;
}
