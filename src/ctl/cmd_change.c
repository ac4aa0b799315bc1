/* Commands that change something: create, apply, pause, resume, stop, restart, delete. */
#include <string.h>

#include "base/mem.h"
#include "config/props.h"
#include "ctl/ctl.h"

/* A connector's file, with a name in it. CW_CTL_OK and *out, or said what is wrong. */
static enum cw_ctl_exit load(const struct cw_ctl *ctl, const char *path, struct cw_map *out)
{
	struct cw_error err = { 0 };

	if (cw_connector_file_load(path, out, &err)) {
		cw_ctl_complain(ctl, "%s", err.text);
		return CW_CTL_USAGE;
	}
	if (cw_map_get(out, "name") && *cw_map_get(out, "name"))
		return CW_CTL_OK;
	cw_ctl_complain(ctl, "%s: \"name\" is missing: what the connector is to be called", path);
	return CW_CTL_USAGE;
}

enum cw_ctl_exit cw_ctl_create(struct cw_ctl *ctl)
{
	struct cw_map config = { 0 };
	enum cw_ctl_exit result = load(ctl, ctl->args[0], &config);
	const char *name = cw_map_get(&config, "name");
	struct cw_reply reply;
	json_t *body;

	if (result == CW_CTL_OK) {
		body = json_pack("{s:s,s:o}", "name", name, "config", cw_map_to_json(&config));
		if (ctl->initial_state)
			json_object_set_new(body, "initial_state", json_string(ctl->initial_state));
		if (cw_client_call(ctl->client, "POST", "/connectors", body, &reply))
			result = cw_ctl_refused(ctl, &reply, NULL);
		else
			cw_ctl_print_result(ctl, name, "created");
		cw_reply_free(&reply);
		json_decref(body);
	}
	cw_map_free(&config);
	return result;
}

/* ---- apply --------------------------------------------------------------------------------- */

/* Does the worker have exactly this config? Unreachable or refused: not known to. */
static bool is_unchanged(struct cw_ctl *ctl, const char *path, const json_t *config)
{
	struct cw_reply reply;
	bool same = cw_client_call(ctl->client, "GET", path, NULL, &reply) == 0 && json_equal(reply.body, config);

	cw_reply_free(&reply);
	return same;
}

static enum cw_ctl_exit apply_config(struct cw_ctl *ctl, const char *file, const char *name, const json_t *config)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, name, "/config");
	enum cw_ctl_exit result = CW_CTL_OK;
	struct cw_reply reply;

	if (is_unchanged(ctl, path, config)) {
		cw_ctl_print_result(ctl, name, "unchanged");
		return CW_CTL_OK;
	}
	if (cw_client_call(ctl->client, "PUT", path, config, &reply)) {
		cw_ctl_complain(ctl, "%s: %s", file, reply.message);
		result = reply.status ? CW_CTL_REFUSED : CW_CTL_UNREACHABLE;
	} else {
		cw_ctl_print_result(ctl, name, reply.status == 201 ? "created" : "updated");
	}
	cw_reply_free(&reply);
	return result;
}

/* Every file is read before the first is applied: a mistake in the last changes nothing. */
enum cw_ctl_exit cw_ctl_apply(struct cw_ctl *ctl)
{
	struct cw_map *configs = cw_alloc((size_t)ctl->n_args * sizeof(*configs));
	enum cw_ctl_exit result = CW_CTL_OK;

	for (int i = 0; i < ctl->n_args; i++)
		result = cw_ctl_worse(result, load(ctl, ctl->args[i], &configs[i]));
	for (int i = 0, go = result == CW_CTL_OK; go && i < ctl->n_args; i++) {
		json_t *config = cw_map_to_json(&configs[i]);

		result = cw_ctl_worse(result, apply_config(ctl, ctl->args[i], cw_map_get(&configs[i], "name"), config));
		json_decref(config);
		go = result != CW_CTL_UNREACHABLE;
	}
	for (int i = 0; i < ctl->n_args; i++)
		cw_map_free(&configs[i]);
	cw_free_ptr(&configs);
	return result;
}

/* ---- one request for each name ------------------------------------------------------------- */

/* Goes on after a refusal, so that one wrong name does not keep the others from their turn. */
static enum cw_ctl_exit each(struct cw_ctl *ctl, const char *method, const char *suffix, const char *done)
{
	enum cw_ctl_exit result = CW_CTL_OK;

	for (int i = 0; i < ctl->n_args && result != CW_CTL_UNREACHABLE; i++) {
		CW_AUTO_FREE char *path = cw_ctl_path(ctl, ctl->args[i], suffix);
		struct cw_reply reply;

		if (cw_client_call(ctl->client, method, path, NULL, &reply))
			result = cw_ctl_worse(result, cw_ctl_refused(ctl, &reply, ctl->args[i]));
		else
			cw_ctl_print_result(ctl, ctl->args[i], done);
		cw_reply_free(&reply);
	}
	return result;
}

enum cw_ctl_exit cw_ctl_pause(struct cw_ctl *ctl)
{
	return each(ctl, "PUT", "/pause", "pausing");
}

enum cw_ctl_exit cw_ctl_resume(struct cw_ctl *ctl)
{
	return each(ctl, "PUT", "/resume", "resuming");
}

enum cw_ctl_exit cw_ctl_stop(struct cw_ctl *ctl)
{
	return each(ctl, "PUT", "/stop", "stopping");
}

enum cw_ctl_exit cw_ctl_delete(struct cw_ctl *ctl)
{
	return each(ctl, "DELETE", "", "deleted");
}

enum cw_ctl_exit cw_ctl_restart(struct cw_ctl *ctl)
{
	CW_AUTO_FREE char *suffix = NULL;

	if (ctl->task >= 0)
		suffix = cw_format("/tasks/%d/restart", ctl->task);
	else
		suffix = cw_format("/restart?includeTasks=%s&onlyFailed=%s",
				   ctl->given & CW_O_INCLUDE_TASKS ? "true" : "false",
				   ctl->given & CW_O_ONLY_FAILED ? "true" : "false");
	return each(ctl, "POST", suffix, "restarting");
}
