/* Commands that change connectors by name: patch, pause, resume, stop, delete. */
#include <string.h>

#include "base/mem.h"
#include "ctl/ctl.h"
#include "ctl/diff.h"

/*
 * One request for each name: goes on after a refusal, so that one wrong name does not keep the others from
 * their turn. `goal` is the state that --wait waits for.
 */
static enum cw_ctl_exit each(struct cw_ctl *ctl, const char *method, const char *suffix, const char *done,
			     const char *goal)
{
	json_t *names, *name;
	enum cw_ctl_exit result = cw_ctl_names(ctl, ctl->args, ctl->n_args, &names);
	size_t i;

	json_array_foreach(names, i, name) {
		CW_AUTO_FREE char *path = cw_ctl_path(ctl, json_string_value(name), suffix);
		enum cw_ctl_exit one = cw_ctl_change(ctl, &(struct cw_request){ .method = method, .path = path },
						     json_string_value(name), goal, NULL);

		if (one == CW_CTL_OK)
			cw_ctl_print_result(ctl, json_string_value(name), ctl->given & CW_O_WAIT ? goal : done);
		result = cw_ctl_worse(result, one);
		if (cw_ctl_is_hopeless(one))
			break;
	}
	json_decref(names);
	return result;
}

enum cw_ctl_exit cw_ctl_pause(struct cw_ctl *ctl)
{
	return each(ctl, "PUT", "/pause", "pausing", "PAUSED");
}

enum cw_ctl_exit cw_ctl_resume(struct cw_ctl *ctl)
{
	return each(ctl, "PUT", "/resume", "resuming", "RUNNING");
}

enum cw_ctl_exit cw_ctl_stop(struct cw_ctl *ctl)
{
	return each(ctl, "PUT", "/stop", "stopping", "STOPPED");
}

/* A worker says of a connector that is not there that its topics are reset. */
enum cw_ctl_exit cw_ctl_topics_reset(struct cw_ctl *ctl)
{
	json_t *names, *name;
	enum cw_ctl_exit result = cw_ctl_names(ctl, ctl->args, ctl->n_args, &names);
	size_t i;

	json_array_foreach(names, i, name) {
		const char *connector = json_string_value(name);
		CW_AUTO_FREE char *path = cw_ctl_path(ctl, connector, "/topics/reset");
		struct cw_request request = { .method = "PUT", .path = path };
		enum cw_ctl_exit one = cw_ctl_check_exists(ctl, connector);

		if (one == CW_CTL_OK)
			one = cw_ctl_change(ctl, &request, connector, NULL, NULL);
		if (one == CW_CTL_OK)
			cw_ctl_print_result(ctl, connector, "topics reset");
		result = cw_ctl_worse(result, one);
		if (cw_ctl_is_hopeless(one) || one == CW_CTL_DENIED)
			break;
	}
	json_decref(names);
	return result;
}

/* ---- delete -------------------------------------------------------------------------------- */

static enum cw_ctl_exit delete_one(struct cw_ctl *ctl, const char *name)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, name, "");
	enum cw_ctl_exit result = CW_CTL_OK;
	struct cw_reply reply;

	if (cw_client_call(ctl->client, "DELETE", path, NULL, &reply) == 0)
		cw_ctl_print_result(ctl, name, "deleted");
	else if (reply.status == 404 && ctl->given & CW_O_IGNORE_MISSING)
		cw_ctl_print_result(ctl, name, "not there");
	else
		result = cw_ctl_refused(ctl, &reply, name);
	cw_reply_free(&reply);
	return result;
}

enum cw_ctl_exit cw_ctl_delete(struct cw_ctl *ctl)
{
	return cw_ctl_each_confirmed(ctl, "Delete", delete_one);
}

/* ---- patch --------------------------------------------------------------------------------- */

/* {"k":"v","gone":null} of "k=v", "gone-" from that word on: new. NULL: said what is wrong. */
static json_t *read_changes(const struct cw_ctl *ctl, int first)
{
	json_t *changes = json_object();

	for (int i = first; i < ctl->n_args; i++) {
		const char *word = ctl->args[i], *equals = strchr(word, '=');
		size_t n = equals ? (size_t)(equals - word) : strlen(word) - 1;
		CW_AUTO_FREE char *key = cw_strndup(word, n);

		if (n == 0 || (!equals && word[n] != '-')) {
			cw_ctl_complain(ctl, "%s is neither KEY=VALUE nor KEY-", word);
			cw_ctl_advise(ctl, "workerctl patch --help");
			json_decref(changes);
			return NULL;
		}
		json_object_set_new(changes, key, equals ? json_string(equals + 1) : json_null());
	}
	return changes;
}

/*
 * Secrets look the same before and after: a dry run says itself whether there is a change, and of a real one the ETags of
 * the whole configuration do, where the worker has them.
 */
static bool is_same(const struct cw_reply *before, const struct cw_reply *after)
{
	const char *change = cw_json_text(after->body, "change");

	if (change)
		return strcmp(change, "none") == 0;
	if (before->etag && after->etag)
		return strcmp(before->etag, after->etag) == 0;
	return json_equal(before->body, json_object_get(after->body, "config"));
}

static void say_patched(struct cw_ctl *ctl, const char *name, const struct cw_reply *before,
			const struct cw_reply *after)
{
	bool same = is_same(before, after);
	struct cw_buf diff = { 0 };

	cw_ctl_print_result(ctl, name,
			    same ? "unchanged" : ctl->given & CW_O_DRY_RUN ? "would be updated" : "updated");
	if (!same && !cw_ctl_is_data(ctl) && !cw_ctl_wants_names(ctl))
		cw_diff_put_change(&diff, ctl->colors, before->body, json_object_get(after->body, "config"));
	cw_ctl_print_buf(ctl, &diff);
}

static enum cw_ctl_exit patch(struct cw_ctl *ctl, const char *name, const json_t *changes)
{
	bool dry = ctl->given & CW_O_DRY_RUN;
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, name, dry ? "/config?dry_run=true" : "/config");
	CW_AUTO_FREE char *config = cw_ctl_path(ctl, name, "/config");
	struct cw_request request = { .method = "PATCH", .path = path, .body = changes };
	struct cw_reply before, after = { 0 };
	enum cw_ctl_exit result = cw_ctl_ask(ctl, config, name, &before);

	ctl->class_name = cw_json_text(before.body, "connector.class");
	if (result == CW_CTL_OK)
		result = cw_ctl_change(ctl, &request, name, dry ? NULL : "RUNNING", &after);
	if (result == CW_CTL_OK)
		say_patched(ctl, name, &before, &after);
	cw_reply_free(&after);
	cw_reply_free(&before);
	return result;
}

/* NAME KEY=VALUE…, or with --selector without a name. */
enum cw_ctl_exit cw_ctl_patch(struct cw_ctl *ctl)
{
	int n_names = ctl->given & CW_O_SELECTOR ? 0 : 1;
	json_t *changes = read_changes(ctl, n_names), *names = NULL, *name;
	enum cw_ctl_exit result = changes ? cw_ctl_names(ctl, ctl->args, n_names, &names) : CW_CTL_USAGE;
	size_t i;

	if (result == CW_CTL_OK && ctl->given & CW_O_DRY_RUN)
		result = cw_ctl_need_dry_runs(ctl);
	if (result == CW_CTL_OK)
		json_array_foreach(names, i, name)
			result = cw_ctl_worse(result, patch(ctl, json_string_value(name), changes));
	json_decref(names);
	json_decref(changes);
	return result;
}
