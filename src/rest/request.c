#include "rest/request.h"

#include <stdlib.h>
#include <strings.h>

#include "base/json_reason.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "config/connector_name.h"
#include "config/initial_offsets.h"
#include "rest/preview_body.h"
#include "rest/shape.h"
#include "rest/strays.h"

/* What Kafka Connect puts around errors of a configuration; clients look for it. */
#define CONFIG_INVALID_HEAD "Connector configuration is invalid and contains the following 1 error(s):\n"
#define CONFIG_INVALID_TAIL                                         \
	"\nYou can also find the above list of errors at the endpoint " \
	"`/connector-plugins/{connectorType}/config/validate`"

#define NAME_SHOWN 300 /* bytes of each of two names in a sentence */

/* A scalar as text, new; NULL for null, arrays and objects. */
static char *scalar_text(const json_t *value)
{
	if (json_is_string(value))
		return cw_strdup(json_string_value(value));
	if (json_is_number(value) || json_is_boolean(value))
		return json_dumps(value, JSON_ENCODE_ANY);
	return NULL;
}

static int parse_object(const char *text, size_t n, const char *needed, json_t **out, struct cw_error *err)
{
	json_error_t error;
	json_t *json;
	size_t blank = 0;

	while (blank < n && strchr(" \t\r\n", text[blank]) && text[blank])
		blank++;
	if (blank == n)
		return cw_error_set(err, CW_ERR_INVALID, "A request body is required: %s", needed);
	json = json_loadb(text, n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
	if (!json)
		return cw_error_set(err, CW_ERR_INVALID, "Malformed JSON in the request body at line %d, column %d: %s",
				    error.line, error.column, cw_json_reason(&error));
	if (json_is_object(json)) {
		*out = json;
		return 0;
	}
	if (json_is_null(json))
		cw_error_set(err, CW_ERR_INVALID, "A request body is required: %s", needed);
	else
		cw_error_set(err, CW_ERR_INVALID, "The request body must be %s, not %s", needed, cw_shape_name(json));
	json_decref(json);
	return -1;
}

/* A connector that is to be made must be reachable by its name afterwards. */
static int check_new_name(const char *name, struct cw_error *err)
{
	CW_AUTO_FREE char *wrong = cw_connector_name_error(name);

	return wrong ? cw_error_set(err, CW_ERR_INVALID, CONFIG_INVALID_HEAD "%s" CONFIG_INVALID_TAIL, wrong) : 0;
}

static int refuse_other_name(const char *inside, const char *name, struct cw_error *err)
{
	CW_AUTO_FREE char *its = cw_utf8_shortened(inside, NAME_SHOWN), *wanted = cw_utf8_shortened(name, NAME_SHOWN);

	return cw_error_set(err, CW_ERR_INVALID,
			    "Connector name configuration (%s) doesn't match connector name in the URL (%s)", its, wanted);
}

/* The name inside a configuration, when there is one, must be the connector's. */
static int check_config_name(const json_t *config, const char *name, bool patch, struct cw_error *err)
{
	const json_t *value = json_object_get(config, "name");
	CW_AUTO_FREE char *text = value ? scalar_text(value) : NULL;

	if (patch && json_is_null(value))
		return cw_error_set(err, CW_ERR_INVALID,
				    CONFIG_INVALID_HEAD "Missing required configuration \"name\" which has no default "
							"value." CONFIG_INVALID_TAIL);
	return text && strcmp(text, name) != 0 ? refuse_other_name(text, name, err) : 0;
}

static int check_initial_state(json_t *body, struct cw_error *err)
{
	static const char *const states[] = { "RUNNING", "PAUSED", "STOPPED" };
	const json_t *state = json_object_get(body, "initial_state");

	if (!state)
		return 0;
	if (json_is_null(state)) {
		json_object_del(body, "initial_state");
		return 0;
	}
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (json_is_string(state) && strcasecmp(json_string_value(state), states[i]) == 0) {
			json_object_set_new(body, "initial_state", json_string(states[i]));
			return 0;
		}
	if (json_is_string(state))
		return cw_error_set(err, CW_ERR_INVALID,
				    "initial_state is \"%s\", but must be one of RUNNING, PAUSED, STOPPED",
				    json_string_value(state));
	return cw_error_set(err, CW_ERR_INVALID, "initial_state is %s, but must be one of RUNNING, PAUSED, STOPPED",
			    cw_shape_name(state));
}

static int check_create_fields(const json_t *body, struct cw_error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)body, key, value)
		if (strcmp(key, "name") != 0 && strcmp(key, "config") != 0 && strcmp(key, "initial_state") != 0 &&
		    strcmp(key, "initial_offsets") != 0)
			return cw_error_set(err, CW_ERR_INVALID,
					    "Unrecognized field \"%s\": the known fields are config, name, "
					    "initial_state, initial_offsets", key);
	return 0;
}

/* An array, or none, whatever form it had. */
static int check_initial_offsets(json_t *body, struct cw_error *err)
{
	json_t *offsets;

	if (cw_initial_offsets_parse(json_object_get(body, "initial_offsets"), &offsets, err) != 0)
		return -1;
	if (offsets)
		json_object_set_new(body, "initial_offsets", offsets);
	else
		json_object_del(body, "initial_offsets");
	return 0;
}

/* The body's name without the blanks around it, new; "" when there is none. NULL with *err. */
static char *create_name(const json_t *body, struct cw_error *err)
{
	const json_t *value = json_object_get(body, "name");
	char *text = value ? scalar_text(value) : NULL;
	char *start = text;
	size_t n;

	if (value && !text && !json_is_null(value)) {
		cw_error_set(err, CW_ERR_INVALID, "name must be a string, not %s", cw_shape_name(value));
		return NULL;
	}
	if (!text)
		return cw_strdup("");
	start += strspn(start, " \t\r\n");
	n = strlen(start);
	while (n > 0 && strchr(" \t\r\n", start[n - 1]))
		n--;
	memmove(text, start, n);
	text[n] = '\0';
	return text;
}

static int make_create(struct cw_rest_request *out, struct cw_error *err)
{
	const json_t *config = json_object_get(out->body, "config");

	if (check_create_fields(out->body, err) < 0 || check_initial_state(out->body, err) < 0 ||
	    check_initial_offsets(out->body, err) < 0)
		return -1;
	out->name = create_name(out->body, err);
	if (!out->name)
		return -1;
	if (!config || json_is_null(config))
		return cw_error_set(err, CW_ERR_INVALID,
				    "config is required: an object with the connector's configuration");
	if (!json_is_object(config))
		return cw_error_set(err, CW_ERR_INVALID, "config must be an object, not %s", cw_shape_name(config));
	if (cw_shape_check_config(config, "config.", err) < 0 || check_config_name(config, out->name, false, err) < 0 ||
	    check_new_name(out->name, err) < 0)
		return -1;
	json_object_set_new(out->body, "name", json_string(out->name));
	out->herder.name = out->name;
	return 0;
}

/* A class without the suffix that Kafka Connect lets people leave out. */
static size_t class_stem(const char *class)
{
	static const char suffix[] = "Connector";
	size_t n = strlen(class), suffix_n = sizeof(suffix) - 1;

	return n > suffix_n && strcmp(class + n - suffix_n, suffix) == 0 ? n - suffix_n : n;
}

/* Whether one names what the other names, as a full class, a simple one, or one without the suffix. */
static bool same_class(const char *a, const char *b)
{
	size_t a_n = class_stem(a), b_n = class_stem(b), n = a_n < b_n ? a_n : b_n;

	return memcmp(a + a_n - n, b + b_n - n, n) == 0;
}

static int check_class(const json_t *config, const char *plugin, struct cw_error *err)
{
	const char *class = json_string_value(json_object_get(config, "connector.class"));

	if (!class || same_class(class, plugin))
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "Included connector type %s does not match request type %s", class,
			    plugin);
}

static int make_config(const struct cw_route_match *match, struct cw_rest_request *out, struct cw_error *err)
{
	bool patch = match->route->body == CW_BODY_PATCH;

	if (cw_shape_check_config(out->body, "", err) < 0)
		return -1;
	if (match->route->op == CW_OP_VALIDATE)
		return check_class(out->body, match->name, err);
	if (check_config_name(out->body, match->name, patch, err) < 0)
		return -1;
	return patch ? 0 : check_new_name(match->name, err);
}

/* The outer shape; what the entries may be depends on the connector. */
static int check_offsets(const json_t *body, struct cw_error *err)
{
	const json_t *offsets = json_object_get(body, "offsets"), *entry;
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach((json_t *)body, key, value)
		if (strcmp(key, "offsets") != 0)
			return cw_error_set(err, CW_ERR_INVALID, "Unrecognized field \"%s\": the known field is offsets", key);
	if (offsets && !json_is_null(offsets) && !json_is_array(offsets))
		return cw_error_set(err, CW_ERR_INVALID, "offsets must be an array, not %s", cw_shape_name(offsets));
	json_array_foreach(offsets, i, entry)
		if (!json_is_object(entry))
			return cw_error_set(err, CW_ERR_INVALID,
					    "offsets[%zu] must be an object with partition and offset, not %s", i,
					    cw_shape_name(entry));
	return 0;
}

/* Other fields mean nothing, as in Kafka Connect; which levels there are is for the herder to say. */
static int make_level(struct cw_rest_request *out, struct cw_error *err)
{
	const json_t *level = json_object_get(out->body, "level");
	char *text;

	if (!level || json_is_null(level))
		return cw_error_set(err, CW_ERR_INVALID, "Desired 'level' parameter was not specified in request.");
	text = scalar_text(level);
	if (!text)
		return cw_error_set(err, CW_ERR_INVALID, "level must be a string, not %s", cw_shape_name(level));
	json_object_set_new(out->body, "level", json_string(text));
	free(text);
	return 0;
}

static int make_preview(const struct cw_route_match *match, struct cw_rest_request *out, struct cw_error *err)
{
	const json_t *config = json_object_get(out->body, "config");
	bool of_plugin = match->route->op == CW_OP_PREVIEW_CONFIG;

	if (cw_preview_body_check(out->body, of_plugin, err) < 0)
		return -1;
	return of_plugin ? check_class(config, match->name, err) : check_config_name(config, match->name, true, err);
}

static const char *needed_body(enum cw_route_body body)
{
	switch (body) {
	case CW_BODY_CREATE: return "a JSON object with name and config";
	case CW_BODY_OFFSETS: return "a JSON object with offsets";
	case CW_BODY_LEVEL: return "a JSON object with level";
	case CW_BODY_PREVIEW: return "a JSON object with records, topic or first, or with none of them";
	default: return "a JSON object with the connector's configuration";
	}
}

int cw_rest_request_make(const struct cw_route_match *match, const struct cw_uri *uri, const char *body, size_t n,
			 struct cw_rest_request *out, struct cw_error *err)
{
	const struct cw_route *route = match->route;

	out->flags = cw_route_flags(route, uri);
	out->herder = (struct cw_request){ .op = route->op,
					   .flags = out->flags & ~CW_REST_ALL_PLUGINS,
					   .name = match->name,
					   .task = match->task,
					   .version = cw_route_version(route, uri) };
	if (cw_strays_refuse(route, uri, err) < 0)
		return -1;
	if (cw_route_wait(route, uri, &out->herder.wait, &out->herder.wait_ms, err) < 0 ||
	    cw_route_log_filter(route, uri, &out->herder.log_filter, err) < 0 ||
	    cw_route_time(route, uri, &out->herder.at_ms, err) < 0)
		return -1;
	if (route->body == CW_BODY_IGNORED)
		return 0;
	if (parse_object(body, n, needed_body(route->body), &out->body, err) < 0)
		return -1;
	if (route->body == CW_BODY_OFFSETS ? check_offsets(out->body, err) < 0 :
	    route->body == CW_BODY_CREATE  ? make_create(out, err) < 0 :
	    route->body == CW_BODY_LEVEL   ? make_level(out, err) < 0 :
	    route->body == CW_BODY_PREVIEW ? make_preview(match, out, err) < 0 :
					     make_config(match, out, err) < 0)
		return -1;
	out->herder.body = out->body;
	return 0;
}

void cw_rest_request_free(struct cw_rest_request *request)
{
	free(request->name);
	json_decref(request->body);
	*request = (struct cw_rest_request){ 0 };
}
