/* Requests that bring a configuration: its validation in a short-lived host, its coming into force. */
#include "herder/internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/etag.h"
#include "base/mem.h"
#include "config/connector_config.h"
#include "config/connector_name.h"
#include "config/props.h"

#define SEE_ALSO \
	"You can also find the above list of errors at the endpoint " \
	"`/connector-plugins/{connectorType}/config/validate`"

void cw_change_fail(struct cw_call *call, const char *error)
{
	cw_call_fail(call, CW_ERR_INVALID,
		     "Connector configuration is invalid and contains the following 1 error(s):\n%s\n%s",
		     error, SEE_ALSO);
}

/* ---- validation ---------------------------------------------------------------------------- */

static void validated(void *arg, const json_t *infos, const struct cw_error *err);

static void fail_validation(struct cw_call *call, const char *reason)
{
	if (cw_call_has_turn(call))
		cw_call_fail(call, CW_ERR_FATAL, "The configuration of connector %s cannot be validated: %s",
			     call->name, reason);
	else
		cw_call_fail(call, CW_ERR_FATAL, "The configuration cannot be validated: %s", reason);
}

void cw_change_check(struct cw_herder *herder, struct cw_call *call)
{
	const char *class_name = json_string_value(json_object_get(call->config, "connector.class"));
	const struct cw_question question = {
		.mode = "--validate",
		.body = json_pack("{sOsssO}", "worker", herder->worker, "class", class_name, "config", call->config),
		.stage = cw_format("validating the configuration of connector %s",
				   cw_call_has_turn(call) ? call->name : class_name),
		.timeout_ms = herder->validate_timeout_ms,
		.done = validated,
	};

	cw_place_ask(&herder->validations, call, &question, "validating other configurations first");
}

int cw_change_require_class(struct cw_call *call, const json_t *config)
{
	const char *class_name = json_string_value(json_object_get(config, "connector.class"));
	struct cw_buf keys = { 0 };
	const char *key;
	json_t *value;

	if (class_name && *class_name)
		return 0;
	json_object_foreach((json_t *)config, key, value)
		cw_buf_printf(&keys, "%s%s", keys.n ? ", " : "", key);
	cw_call_fail(call, CW_ERR_INVALID,
		     "Connector config {%s} contains no connector type; \"connector.class\" must name one",
		     keys.p ? keys.p : "");
	cw_buf_free(&keys);
	return -1;
}

bool cw_change_refused_by_etag(struct cw_call *call, const struct cw_connector *c)
{
	const char *wanted = call->request.if_match, *unwanted = call->request.if_none_match;
	char etag[CW_ETAG_MAX] = "";

	if (c)
		cw_config_etag(c->config, etag);
	if (wanted && !c)
		cw_call_refuse(call, CW_REFUSAL_PRECONDITION, "Connector %s not found, and If-Match wants it to be there",
			       call->name);
	else if (wanted && !cw_etag_listed(wanted, etag, false))
		cw_call_refuse(call, CW_REFUSAL_PRECONDITION,
			       "The configuration of connector %s is another one than that of If-Match: read it again and "
			       "apply your change to that", call->name);
	else if (unwanted && c && cw_etag_listed(unwanted, etag, true))
		cw_call_refuse(call, CW_REFUSAL_PRECONDITION,
			       "Connector %s has a configuration, and If-None-Match wants it to have none, or another one",
			       call->name);
	else
		return false;
	return true;
}

/* The config is the one that it has: nothing restarts. */
static bool answer_unchanged(struct cw_herder *herder, struct cw_call *call, const struct cw_connector *c)
{
	cw_config_etag(c->config, call->answer.etag);
	if (call->request.flags & CW_OP_DRY_RUN)
		cw_change_answer_dry(herder, call, c, c->kind, c->class_name, NULL);
	else
		cw_call_answer(call, cw_view_info(c));
	return true;
}

static bool is_valid(const json_t *infos)
{
	const char *kind = json_string_value(json_object_get(infos, "type"));

	return json_is_object(infos) && (!kind || strcmp(kind, "unknown") != 0) &&
	       json_integer_value(json_object_get(infos, "error_count")) == 0;
}

static void validated(void *arg, const json_t *infos, const struct cw_error *err)
{
	struct cw_call *call = arg;
	struct cw_herder *herder = call->herder;
	bool has_turn = cw_call_has_turn(call), answered = true;
	CW_AUTO_FREE char *name = cw_strdup(call->name);

	if (!has_turn && call->request.op != CW_OP_VALIDATE && is_valid(infos)) {
		cw_preview_begin(herder, call); /* in the same place */
		return;
	}
	cw_place_leave(&herder->validations, call);
	if (json_is_object(infos))
		answered = cw_change_judge(herder, call, infos);
	else
		fail_validation(call, infos ? "connect-host sent no object" : err->text);
	if (has_turn && answered)
		cw_turn_end(herder, name);
}

/* ---- the requests -------------------------------------------------------------------------- */

bool cw_change_refused_secrets(const struct cw_herder *herder, struct cw_call *call, const struct cw_connector *stored)
{
	struct cw_error err = { 0 };

	if (cw_secrets_restore(herder, stored, call->config, &err) == 0)
		return false;
	cw_change_fail(call, err.text);
	return true;
}

bool cw_change_create(struct cw_herder *herder, struct cw_call *call)
{
	if (cw_connector_find(herder, call->name)) {
		cw_call_fail(call, CW_ERR_CONFLICT, "Connector %s already exists", call->name);
		return true;
	}
	if (cw_change_require_class(call, call->config) != 0 || cw_change_refused_secrets(herder, call, NULL))
		return true;
	cw_change_check(herder, call);
	return false;
}

bool cw_change_put(struct cw_herder *herder, struct cw_call *call)
{
	const struct cw_connector *c = cw_connector_find(herder, call->name);
	CW_AUTO_FREE char *error = cw_connector_name_error(call->name);
	struct cw_error err = { 0 };

	call->config = cw_change_parse_config(call->body, &err);
	if (!call->config) {
		cw_call_fail(call, err.code, "%s", err.text);
		return true;
	}
	if (cw_change_agree_on_name(call, call->config, call->name) != 0)
		return true;
	if (error) {
		cw_change_fail(call, error);
		return true;
	}
	if (cw_change_refused_by_etag(call, c) || cw_change_refused_secrets(herder, call, c))
		return true;
	if (c && json_equal(c->config, call->config))
		return answer_unchanged(herder, call, c);
	if (cw_change_require_class(call, call->config) != 0)
		return true;
	cw_change_check(herder, call);
	return false;
}

json_t *cw_change_patched(const struct cw_connector *c, const json_t *patch, struct cw_error *err)
{
	json_t *config = json_copy(c->config), *changes = json_object(), *parsed;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)patch, key, value) {
		if (json_is_null(value))
			json_object_del(config, key);
		else
			json_object_set(changes, key, value);
	}
	parsed = cw_change_parse_config(json_is_object(patch) ? changes : patch, err);
	json_decref(changes);
	if (parsed) {
		json_object_update(config, parsed);
		json_decref(parsed);
		return config;
	}
	json_decref(config);
	return NULL;
}

bool cw_change_patch(struct cw_herder *herder, struct cw_call *call)
{
	const struct cw_connector *c = cw_connector_find(herder, call->name);
	struct cw_error err = { 0 };

	if (!c) {
		cw_call_fail(call, CW_ERR_NOT_FOUND, "Connector %s not found", call->name);
		return true;
	}
	call->config = cw_change_patched(c, call->body, &err);
	if (!call->config) {
		cw_call_fail(call, err.code, "%s", err.text);
		return true;
	}
	if (!json_object_get(call->config, "name")) {
		cw_change_fail(call, "Missing required configuration \"name\" which has no default value.");
		return true;
	}
	if (cw_change_agree_on_name(call, call->config, call->name) != 0)
		return true;
	if (cw_change_refused_by_etag(call, c) || cw_change_refused_secrets(herder, call, c))
		return true;
	if (json_equal(c->config, call->config))
		return answer_unchanged(herder, call, c);
	if (cw_change_require_class(call, call->config) != 0)
		return true;
	cw_change_check(herder, call);
	return false;
}

/* As Kafka Connect compares the class in the body with the one in the path: by suffix, without "Connector". */
static bool path_matches(const char *class_name, const char *plugin)
{
	return cw_class_matches(class_name, plugin) || cw_class_matches(plugin, class_name);
}

bool cw_change_refused_class(struct cw_call *call)
{
	const char *class_name = json_string_value(json_object_get(call->config, "connector.class"));

	if (cw_change_require_class(call, call->config) != 0)
		return true;
	if (path_matches(class_name, call->name))
		return false;
	cw_call_fail(call, CW_ERR_INVALID, "Included connector type %s does not match request type %s", class_name,
		     call->name);
	return true;
}

void cw_change_validate(struct cw_herder *herder, struct cw_call *call)
{
	struct cw_error err = { 0 };

	call->config = cw_change_parse_config(call->body, &err);
	if (!call->config) {
		cw_call_fail(call, err.code, "%s", err.text);
		return;
	}
	if (cw_change_refused_class(call))
		return;
	cw_change_check(herder, call);
}
