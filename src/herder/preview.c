/*
 * Previews: what a connector would make of records. The config is validated like any other; then a short-lived host
 * takes the records through its stages.
 */
#include "herder/internal.h"

/* More than a host takes to read the newest records of a topic, or to poll a source. */
#define TIMEOUT_MS 40000

/* For the plugins of a config without a name. */
#define NAMELESS "preview"

/* ---- the host's answer -------------------------------------------------------------------------------- */

static void on_previewed(void *arg, const json_t *answer, const struct cw_error *err)
{
	struct cw_call *call = arg;
	const json_t *error = json_object_get(answer, "records") ? NULL : json_object_get(answer, "error");
	const char *text = json_string_value(json_object_get(error, "text"));

	cw_place_leave(&call->herder->validations, call);
	if (!json_is_object(answer))
		cw_call_fail(call, CW_ERR_FATAL, "There is no preview: %s", answer ? "connect-host sent no object" : err->text);
	else if (error)
		cw_call_fail(call, (enum cw_error_code)json_integer_value(json_object_get(error, "code")), "%s",
			     text ? text : "connect-host gave no reason");
	else
		cw_call_answer(call, json_incref((json_t *)(uintptr_t)answer));
}

/* What a source is told of where it is: it shows what it would give next. */
static json_t *stored_offsets(const struct cw_herder *herder, const struct cw_call *call, struct cw_error *err)
{
	return call->request.op == CW_OP_PREVIEW ? cw_store_get_offsets(herder->store, call->name, err) : json_array();
}

void cw_preview_begin(struct cw_herder *herder, struct cw_call *call)
{
	struct cw_error err = { 0 };
	json_t *offsets = stored_offsets(herder, call, &err);
	json_t *question = json_pack("{sOsOsOsOso*}", "worker", herder->worker, "name",
				     json_object_get(call->config, "name"), "config", call->config, "preview", call->body,
				     "offsets", offsets);

	cw_call_stage(call, "making the preview that was asked for of %s", call->name);
	call->oneshot = NULL;
	if (!err.code)
		call->oneshot = cw_oneshot_start(herder->loop, herder->program, "--preview", question, TIMEOUT_MS,
						 on_previewed, call, &err);
	json_decref(question);
	if (!call->oneshot)
		on_previewed(call, NULL, &err);
}

/* ---- the request -------------------------------------------------------------------------------------- */

/* The config that is meant, in call->config; false: the call was answered. */
static bool take_config(struct cw_herder *herder, struct cw_call *call, const struct cw_connector *c)
{
	const json_t *given = json_object_get(call->body, "config");
	struct cw_error err = { 0 };
	json_t *none = json_object();

	call->config = c ? cw_change_patched(c, given ? given : none, &err) : cw_change_parse_config(given, &err);
	json_decref(none);
	if (!call->config) {
		cw_call_fail(call, err.code, "%s", err.text);
		return false;
	}
	if (c)
		return cw_change_agree_on_name(call, call->config, call->name) == 0 &&
		       cw_change_require_class(call, call->config) == 0 && !cw_change_refused_secrets(herder, call, c);
	if (!json_object_get(call->config, "name"))
		json_object_set_new(call->config, "name", json_string(NAMELESS));
	return !cw_change_refused_class(call) && !cw_change_refused_secrets(herder, call, NULL);
}

void cw_preview_request(struct cw_herder *herder, struct cw_call *call)
{
	const struct cw_connector *c = NULL;

	if (call->request.op == CW_OP_PREVIEW) {
		c = cw_connector_find(herder, call->name);
		if (!c) {
			cw_call_fail(call, CW_ERR_NOT_FOUND, "Connector %s not found", call->name);
			return;
		}
	}
	if (take_config(herder, call, c))
		cw_change_check(herder, call);
}
