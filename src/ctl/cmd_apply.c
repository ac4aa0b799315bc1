/* apply and create: the worker is brought to what files say. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ctl/diff.h"
#include "ctl/documents.h"

/* What the worker has of a connector. */
struct stored {
	json_t *config; /* NULL: no such connector */
	char *etag;	/* NULL: the worker has none to give */
};

static void stored_free(struct stored *stored)
{
	json_decref(stored->config);
	free(stored->etag);
}

static enum cw_ctl_exit ask(struct cw_ctl *ctl, const char *name, struct stored *out)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, name, "/config");
	enum cw_ctl_exit result = CW_CTL_OK;
	struct cw_reply reply;

	*out = (struct stored){ 0 };
	if (cw_client_call(ctl->client, "GET", path, NULL, &reply) == 0) {
		out->config = json_incref(reply.body);
		out->etag = cw_strdup(reply.etag);
	} else if (reply.status != 404) {
		result = cw_ctl_refused(ctl, &reply, name);
	}
	cw_reply_free(&reply);
	return result;
}

/* The state that a connector will have when all is well. */
static enum cw_ctl_exit goal_of(struct cw_ctl *ctl, const char *name, const struct cw_document *document, bool exists,
				char **out)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, name, "/status");
	const char *state = document->first.state;
	json_t *status = NULL;
	enum cw_ctl_exit result = CW_CTL_OK;

	if (exists && ctl->given & CW_O_WAIT) {
		result = cw_ctl_get(ctl, path, name, &status);
		state = cw_json_text(json_object_get(status, "connector"), "state");
		if (state && strcmp(state, "PAUSED") != 0 && strcmp(state, "STOPPED") != 0)
			state = NULL;
	}
	*out = cw_strdup(state ? state : "RUNNING");
	json_decref(status);
	return result;
}

static json_t *create_body(const struct cw_document *document, const json_t *config)
{
	json_t *body = json_pack("{s:s,s:O}", "name", cw_map_get(&document->config, "name"), "config", config);

	if (document->first.state)
		json_object_set_new(body, "initial_state", json_string(document->first.state));
	if (document->first.offsets)
		json_object_set(body, "initial_offsets", document->first.offsets);
	return body;
}

/* ---- dry runs ------------------------------------------------------------------------------ */

static void show_diff(const struct cw_ctl *ctl, const char *name, const struct stored *stored, const json_t *answer)
{
	const char *change = cw_json_text(answer, "change");
	struct cw_buf out = { 0 };

	if (!(ctl->given & CW_O_DIFF) || !change || strcmp(change, "none") == 0 || cw_ctl_is_data(ctl))
		return;
	cw_color_put(&out, ctl->colors, CW_COLOR_BOLD, name);
	cw_buf_puts(&out, ":\n");
	cw_diff_put_change(&out, ctl->colors, stored->config, json_object_get(answer, "config"));
	cw_ctl_print_buf(ctl, &out);
}

static void print_dry(struct cw_ctl *ctl, const char *name, const json_t *answer)
{
	const char *change = cw_json_text(answer, "change");

	if (change && strcmp(change, "create") == 0)
		cw_ctl_print_result(ctl, name, "would be created");
	else if (change && strcmp(change, "update") == 0)
		cw_ctl_print_result(ctl, name, "would be updated");
	else
		cw_ctl_print_result(ctl, name, "unchanged");
}

/*
 * Asks the worker what would come of it: it checks everything, and hides the values that are secret, which
 * a comparison here could not.
 */
static enum cw_ctl_exit rehearse(struct cw_ctl *ctl, const char *name, const json_t *config,
				 const struct stored *stored)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, name, "/config?dry_run=true");
	enum cw_ctl_exit result = CW_CTL_OK;
	struct cw_reply reply;

	if (cw_client_call(ctl->client, "PUT", path, config, &reply)) {
		result = cw_ctl_refused(ctl, &reply, NULL);
	} else {
		show_diff(ctl, name, stored, reply.body);
		if (ctl->given & CW_O_DRY_RUN)
			print_dry(ctl, name, reply.body);
	}
	cw_reply_free(&reply);
	return result;
}

/* ---- apply --------------------------------------------------------------------------------- */

static enum cw_ctl_exit send(struct cw_ctl *ctl, const struct cw_document *document, const json_t *config,
			     const struct stored *stored)
{
	const char *name = cw_map_get(&document->config, "name");
	CW_AUTO_FREE char *path = stored->config ? cw_ctl_path(ctl, name, "/config") : cw_strdup("/connectors");
	CW_AUTO_FREE char *goal = NULL;
	json_t *body = stored->config ? json_incref((json_t *)config) : create_body(document, config);
	struct cw_request request = { .method = stored->config ? "PUT" : "POST",
				      .path = path,
				      .body = body,
				      .if_match = stored->etag };
	struct cw_reply reply = { 0 };
	enum cw_ctl_exit result = goal_of(ctl, name, document, stored->config, &goal);

	if (result == CW_CTL_OK)
		result = cw_ctl_change(ctl, &request, name, goal, &reply);
	if (result == CW_CTL_OK && stored->config && stored->etag && reply.etag &&
	    strcmp(stored->etag, reply.etag) == 0)
		cw_ctl_print_result(ctl, name, "unchanged");
	else if (result == CW_CTL_OK)
		cw_ctl_print_result(ctl, name, stored->config ? "updated" : "created");
	cw_reply_free(&reply);
	json_decref(body);
	return result;
}

static enum cw_ctl_exit apply(struct cw_ctl *ctl, const struct cw_document *document)
{
	const char *name = cw_map_get(&document->config, "name");
	json_t *config = cw_map_to_json(&document->config);
	struct stored stored;
	enum cw_ctl_exit result = ask(ctl, name, &stored);

	ctl->class_name = cw_map_get(&document->config, "connector.class");
	if (result == CW_CTL_OK && json_equal(stored.config, config))
		cw_ctl_print_result(ctl, name, "unchanged");
	else if (result == CW_CTL_OK) {
		if (ctl->given & (CW_O_DIFF | CW_O_DRY_RUN))
			result = rehearse(ctl, name, config, &stored);
		if (result == CW_CTL_OK && !(ctl->given & CW_O_DRY_RUN))
			result = send(ctl, document, config, &stored);
	}
	stored_free(&stored);
	json_decref(config);
	return result;
}

/* ---- prune --------------------------------------------------------------------------------- */

static bool is_described(const struct cw_documents *documents, const char *name)
{
	for (size_t i = 0; i < documents->n; i++)
		if (strcmp(cw_map_get(&documents->list[i].config, "name"), name) == 0)
			return true;
	return false;
}

static enum cw_ctl_exit delete_one(struct cw_ctl *ctl, const char *name)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, name, "");
	enum cw_ctl_exit result = CW_CTL_OK;
	struct cw_reply reply;

	if (ctl->given & CW_O_DRY_RUN) {
		cw_ctl_print_result(ctl, name, "would be deleted");
		return CW_CTL_OK;
	}
	if (cw_client_call(ctl->client, "DELETE", path, NULL, &reply) && reply.status != 404)
		result = cw_ctl_refused(ctl, &reply, name);
	else
		cw_ctl_print_result(ctl, name, "deleted");
	cw_reply_free(&reply);
	return result;
}

/* Deletes what no document describes, of those that --match and --selector leave. */
static enum cw_ctl_exit prune(struct cw_ctl *ctl, const struct cw_documents *documents)
{
	const char *match = cw_ctl_value(ctl, CW_O_MATCH);
	json_t *existing, *surplus = json_array(), *name;
	enum cw_ctl_exit result = cw_ctl_existing(ctl, &existing);
	size_t i;

	json_array_foreach(existing, i, name)
		if (!is_described(documents, json_string_value(name)) &&
		    (!match || fnmatch(match, json_string_value(name), 0) == 0))
			json_array_append(surplus, name);
	if (!(ctl->given & CW_O_DRY_RUN) && !cw_ctl_confirm(ctl, "Delete", surplus))
		result = CW_CTL_REFUSED;
	if (result == CW_CTL_OK)
		json_array_foreach(surplus, i, name)
			result = cw_ctl_worse(result, delete_one(ctl, json_string_value(name)));
	json_decref(surplus);
	json_decref(existing);
	return result;
}

/* Every file is read before the first is applied: a mistake in the last changes nothing. */
enum cw_ctl_exit cw_ctl_apply(struct cw_ctl *ctl)
{
	struct cw_documents documents;
	enum cw_ctl_exit result = cw_documents_load(ctl, &documents);

	if (result == CW_CTL_OK && ctl->given & (CW_O_DIFF | CW_O_DRY_RUN))
		result = cw_ctl_need_dry_runs(ctl);
	if (result == CW_CTL_OK) {
		for (size_t i = 0; i < documents.n && result != CW_CTL_UNREACHABLE; i++) {
			ctl->about = documents.list[i].where;
			result = cw_ctl_worse(result, apply(ctl, &documents.list[i]));
		}
		ctl->about = NULL;
		if (ctl->given & CW_O_PRUNE && result == CW_CTL_OK)
			result = prune(ctl, &documents);
	}
	cw_documents_free(&documents);
	return result;
}

/* ---- create -------------------------------------------------------------------------------- */

static enum cw_ctl_exit create(struct cw_ctl *ctl, struct cw_document *document)
{
	const char *name = cw_map_get(&document->config, "name");
	bool dry = ctl->given & CW_O_DRY_RUN;
	json_t *config = cw_map_to_json(&document->config), *body;
	enum cw_ctl_exit result;
	struct cw_request request = { .method = "POST", .path = dry ? "/connectors?dry_run=true" : "/connectors" };

	ctl->class_name = cw_map_get(&document->config, "connector.class");
	if (ctl->initial_state)
		document->first.state = ctl->initial_state;
	body = create_body(document, config);
	request.body = body;
	result = cw_ctl_change(ctl, &request, name,
			       dry			 ? NULL
			       : document->first.state ? document->first.state
							 : "RUNNING",
			       NULL);
	if (result == CW_CTL_OK)
		cw_ctl_print_result(ctl, name, dry ? "would be created" : "created");
	json_decref(body);
	json_decref(config);
	return result;
}

/* "create NAME KEY=VALUE…" */
static enum cw_ctl_exit create_from_words(struct cw_ctl *ctl)
{
	struct cw_document document = { 0 };
	enum cw_ctl_exit result = CW_CTL_OK;

	cw_map_set(&document.config, "name", ctl->args[0]);
	for (int i = 1; i < ctl->n_args && result == CW_CTL_OK; i++) {
		const char *equals = strchr(ctl->args[i], '=');
		CW_AUTO_FREE char *key = equals ? cw_strndup(ctl->args[i], (size_t)(equals - ctl->args[i])) : NULL;

		if (key && *key) {
			cw_map_set(&document.config, key, equals + 1);
			continue;
		}
		cw_ctl_complain(ctl, "%s is not KEY=VALUE", ctl->args[i]);
		cw_ctl_advise(ctl, "workerctl create --help");
		result = CW_CTL_USAGE;
	}
	if (result == CW_CTL_OK)
		result = create(ctl, &document);
	cw_map_free(&document.config);
	return result;
}

enum cw_ctl_exit cw_ctl_create(struct cw_ctl *ctl)
{
	struct cw_documents documents = { 0 };
	enum cw_ctl_exit result = ctl->given & CW_O_DRY_RUN ? cw_ctl_need_dry_runs(ctl) : CW_CTL_OK;

	if (result == CW_CTL_OK && ctl->n_args > 1 && strchr(ctl->args[1], '='))
		return create_from_words(ctl);
	if (result == CW_CTL_OK && (result = cw_documents_load(ctl, &documents)) == CW_CTL_USAGE)
		cw_ctl_advise(ctl, "workerctl create --help");
	for (size_t i = 0; i < documents.n && result != CW_CTL_UNREACHABLE; i++) {
		ctl->about = documents.n > 1 ? documents.list[i].where : NULL;
		result = cw_ctl_worse(result, create(ctl, &documents.list[i]));
	}
	cw_documents_free(&documents);
	return result;
}
