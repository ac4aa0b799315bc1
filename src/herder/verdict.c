/* What follows from the validation of a configuration: an answer, or that it comes into force. */
#include "herder/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "config/connector_config.h"

static void fail_unknown_class(struct cw_herder *herder, struct cw_call *call, enum cw_error_code code)
{
	const char *class_name = json_string_value(json_object_get(call->config, "connector.class"));
	struct cw_nearest nearest = { .name = class_name };
	struct cw_buf known = { 0 };
	const json_t *plugin;
	size_t i;

	json_array_foreach(herder->plugins.list, i, plugin) {
		const char *name = json_string_value(json_object_get(plugin, "class"));
		const char *dot = name ? strrchr(name, '.') : NULL;

		if (!name || !cw_plugins_is_connector(plugin))
			continue;
		cw_nearest_offer(&nearest, name);
		cw_nearest_offer(&nearest, dot ? dot + 1 : name);
		cw_buf_printf(&known, "%s%s", known.n ? ", " : "", name);
	}
	if (herder->plugins.list)
		cw_call_fail(call, code,
			     "Failed to find any class that implements Connector and which name matches %s, available "
			     "connectors are: %s%s%s%s",
			     class_name, known.p ? known.p : "none", nearest.best ? " (did you mean " : "",
			     nearest.best ? nearest.best : "", nearest.best ? "?)" : "");
	else
		cw_call_fail(call, code,
			     "Failed to find any class that implements Connector and which name matches %s; GET "
			     "/connector-plugins lists those that there are",
			     class_name);
	cw_buf_free(&known);
}

static void fail_with_errors(struct cw_call *call, const json_t *infos)
{
	CW_AUTO_FREE char *message = cw_config_infos_message(infos);

	cw_call_fail(call, CW_ERR_INVALID, "%s", message);
}

void cw_change_answer_dry(const struct cw_herder *herder, struct cw_call *call, const struct cw_connector *c,
			  const char *kind, const char *class_name, const json_t *warnings)
{
	bool same = c && json_equal(c->config, call->config);

	cw_call_answer_now(call, json_pack("{sssos[]sssbssso}", "name", call->name, "config",
				       cw_secrets_hide(herder, class_name, call->config, call->config), "tasks", "type", kind,
				       "dry_run", 1, "change", same ? "none" : c ? "update" : "create", "warnings",
				       warnings ? json_deep_copy(warnings) : json_array()));
}

/* What a validation has said of the config. */
static const char *kind_of(const json_t *infos)
{
	const char *kind = json_string_value(json_object_get(infos, "type"));

	return kind ? kind : "unknown";
}

static const char *class_of(const struct cw_call *call, const json_t *infos)
{
	const char *class_name = json_string_value(json_object_get(infos, "class"));

	return class_name ? class_name : json_string_value(json_object_get(call->config, "connector.class"));
}

/* What is needed of it later; new through and through, since the call may end on another thread. */
static json_t *brief(const struct cw_call *call, const json_t *infos)
{
	return json_pack("{s:s,s:s*,s:s*}", "type", kind_of(infos), "class", class_of(call, infos), "file",
			 json_string_value(json_object_get(infos, "file")));
}

/* The valid config is stored; made a connector, or put into force. -1 with *err. */
static int take_config(struct cw_herder *herder, struct cw_call *call, struct cw_error *err)
{
	const char *kind = kind_of(call->infos), *class_name = class_of(call, call->infos);
	const char *file = json_string_value(json_object_get(call->infos, "file"));
	struct cw_connector *c = cw_connector_find(herder, call->name);
	json_t *live = c ? cw_live_find(c, call->config) : NULL;
	json_t *tasks = c ? cw_live_tasks(c, live) : json_array();
	struct cw_stored_connector stored = {
		call->name, kind, class_name, file ? file : "", call->config, c ? c->target : call->target, tasks,
	};
	int status = cw_store_put_connector(herder->store, &stored, err);

	call->answer.created = !c;
	if (status == 0 && live) {
		cw_live_change(c, &stored, live);
	} else if (status == 0 && c) {
		cw_connector_set_config(c, &stored);
		cw_connector_remake(c);
		log_info(&c->scope, "configuration changed");
	} else if (status == 0) {
		c = cw_connector_add(herder, &stored);
		log_info(&c->scope, "created: %s", class_name);
	}
	json_decref(live);
	json_decref(tasks);
	return status;
}

void cw_change_come_true(struct cw_herder *herder, struct cw_call *call)
{
	struct cw_connector *c;
	struct cw_error err = { 0 };

	if (take_config(herder, call, &err) != 0) {
		cw_call_fail(call, err.code, "The configuration of connector %s cannot be stored: %s", call->name,
			     err.text);
		return;
	}
	c = cw_connector_find(herder, call->name);
	cw_config_etag(c->config, call->answer.etag);
	cw_call_answer(call, cw_view_info(c));
	cw_connector_drive(c);
}

/* Of a connector that is to be made: whether it can begin there; else the call is answered. */
static bool can_begin(struct cw_call *call, const json_t *infos)
{
	bool sink = strcmp(kind_of(infos), "sink") == 0;
	struct cw_error err = { 0 };
	json_t *list = call->offsets ? cw_offsets_parse(sink, call->offsets, NULL, &err) : NULL;

	json_decref(list);
	if (err.code)
		cw_call_fail(call, err.code, "%s", err.text);
	return !err.code;
}

bool cw_change_judge(struct cw_herder *herder, struct cw_call *call, const json_t *infos)
{
	const char *kind = json_string_value(json_object_get(infos, "type"));
	const struct cw_log_scope scope = { .connector = call->name, .task = -1 };
	bool only_validate = call->request.op == CW_OP_VALIDATE;
	bool by_plugin = only_validate || call->request.op == CW_OP_PREVIEW_CONFIG;
	/* What --validate tells us beyond Kafka Connect's ConfigInfos. */
	static const char *const ours[] = { "type", "class", "version", "file", "message" };
	const json_t *warnings = json_object_get(infos, "warnings"), *warning;
	size_t i;

	if (kind && strcmp(kind, "unknown") == 0) {
		fail_unknown_class(herder, call, by_plugin ? CW_ERR_NOT_FOUND : CW_ERR_INVALID);
		return true;
	}
	if (only_validate) {
		json_t *answer = json_deep_copy(infos); /* whoever asked has it on another thread */

		for (size_t k = 0; k < sizeof(ours) / sizeof(ours[0]); k++)
			json_object_del(answer, ours[k]);
		json_object_set(answer, "name", json_object_get(call->config, "connector.class"));
		cw_call_answer(call, answer);
		return true;
	}
	if (json_integer_value(json_object_get(infos, "error_count")) > 0) {
		fail_with_errors(call, infos);
		return true;
	}
	/* Something has been installed since. Plugins that could not be listed are not listed again by ourselves. */
	if (herder->plugins.list && !cw_secrets_are_clear(herder, class_of(call, infos), call->config))
		cw_plugins_refresh(herder);
	json_array_foreach(warnings, i, warning)
		log_warn(&scope, "%s", json_string_value(warning));
	if (json_array_size(warnings) > 0)
		call->answer.warnings = json_deep_copy(warnings);
	if (!can_begin(call, infos))
		return true;
	if (call->request.flags & CW_OP_DRY_RUN) {
		cw_change_answer_dry(herder, call, cw_connector_find(herder, call->name), kind_of(infos), class_of(call, infos),
			   warnings);
		return true;
	}
	call->infos = brief(call, infos);
	if (call->offsets)
		return cw_offsets_begin(herder, call, strcmp(kind_of(infos), "sink") == 0);
	cw_change_come_true(herder, call);
	return true;
}
