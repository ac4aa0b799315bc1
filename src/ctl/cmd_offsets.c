/* offsets set, reset, export, import. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/props.h"
#include "ctl/offsets.h"
#include "ctl/ctl.h"

enum cw_ctl_exit cw_ctl_fetch_offsets(struct cw_ctl *ctl, const char *name, const char *query, json_t **out)
{
	CW_AUTO_FREE char *suffix = cw_format("/offsets%s", query);
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, name, suffix);
	json_t *answer;
	enum cw_ctl_exit result = cw_ctl_get(ctl, path, name, &answer);

	*out = json_incref(json_object_get(answer, "offsets"));
	json_decref(answer);
	return result;
}

/* ---- changes ------------------------------------------------------------------------------- */

/* What would change, as a table or as the body that would be sent. */
static void print_plan(const struct cw_ctl *ctl, const json_t *now, const json_t *entries)
{
	static const char *const heads[] = { "PARTITION", "NOW", "THEN" };
	struct cw_table table = { 0 };
	size_t i;
	json_t *entry, *body;

	if (cw_ctl_is_data(ctl)) {
		body = json_pack("{s:O}", "offsets", entries);
		cw_ctl_print_data(ctl, body);
		json_decref(body);
		return;
	}
	cw_table_heads(&table, heads, 3);
	json_array_foreach((json_t *)entries, i, entry) {
		const json_t *partition = json_object_get(entry, "partition");
		CW_AUTO_FREE char *text = cw_offsets_partition_text(partition);
		CW_AUTO_FREE char *before = cw_offsets_offset_text(cw_offsets_find(now, partition));
		CW_AUTO_FREE char *after = cw_offsets_offset_text(json_object_get(entry, "offset"));

		cw_table_row(&table);
		cw_table_cell(&table, text, CW_COLOR_NONE);
		cw_table_cell(&table, before, CW_COLOR_NONE);
		cw_table_cell(&table, after, strcmp(before, after) ? CW_COLOR_YELLOW : CW_COLOR_NONE);
	}
	cw_ctl_print_table(ctl, &table);
}

/* Only a stopped connector's offsets can be changed: a plan that would be refused says so. */
static enum cw_ctl_exit check_stopped(struct cw_ctl *ctl, const char *name)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, name, "/status");
	json_t *status;
	enum cw_ctl_exit result = cw_ctl_get(ctl, path, name, &status);
	const char *state = cw_json_text(json_object_get(status, "connector"), "state");

	if (result == CW_CTL_OK && (!state || strcmp(state, "STOPPED") != 0)) {
		cw_ctl_complain(ctl, "%s is %s, and offsets can be changed only of a connector that is STOPPED", name,
				state ? state : "in an unknown state");
		cw_ctl_advise_on(ctl, "stop", name, " --wait");
		result = CW_CTL_REFUSED;
	}
	json_decref(status);
	return result;
}

enum cw_ctl_exit cw_ctl_alter_offsets(struct cw_ctl *ctl, const char *name, const json_t *now, const json_t *entries)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, name, "/offsets");
	enum cw_ctl_exit result = CW_CTL_OK;
	struct cw_reply reply;
	json_t *body;

	if (ctl->given & CW_O_DRY_RUN) {
		print_plan(ctl, now, entries);
		return check_stopped(ctl, name);
	}
	body = json_pack("{s:O}", "offsets", entries);
	if (cw_client_call(ctl->client, "PATCH", path, body, &reply))
		result = cw_ctl_refused(ctl, &reply, name);
	else
		cw_ctl_print_result(ctl, name, "offsets altered");
	cw_reply_free(&reply);
	json_decref(body);
	return result;
}

/* ---- export -------------------------------------------------------------------------------- */

enum cw_ctl_exit cw_ctl_offsets_export(struct cw_ctl *ctl)
{
	json_t *offsets, *whole;
	enum cw_ctl_exit result = cw_ctl_fetch_offsets(ctl, ctl->args[0], "", &offsets);
	char *text;

	if (result != CW_CTL_OK)
		return result;
	whole = json_pack("{s:o}", "offsets", offsets);
	if (ctl->output == CW_OUTPUT_YAML) {
		cw_ctl_print_data(ctl, whole);
	} else {
		text = json_dumps(whole, JSON_INDENT(2));
		fprintf(ctl->io.out, "%s\n", text);
		free(text);
	}
	json_decref(whole);
	return CW_CTL_OK;
}

/* ---- of sinks alone ------------------------------------------------------------------------ */

enum cw_ctl_exit cw_ctl_check_is_sink(struct cw_ctl *ctl, const char *name, const char *what)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, name, "");
	json_t *info;
	enum cw_ctl_exit result = cw_ctl_get(ctl, path, name, &info);
	const char *type = cw_json_text(info, "type");

	if (result == CW_CTL_OK && type && strcmp(type, "source") == 0) {
		cw_ctl_complain(ctl, "%s is a source: %s only of a sink; its own partitions and offsets are JSON objects", name,
				what);
		cw_ctl_advise_on(ctl, "offsets get", name, "");
		result = CW_CTL_REFUSED;
	}
	json_decref(info);
	return result;
}

/* ---- set ----------------------------------------------------------------------------------- */

enum cw_ctl_exit cw_ctl_offsets_set(struct cw_ctl *ctl)
{
	const char *name = ctl->args[0];
	json_t *partition = cw_offsets_read_partition(ctl->args[1]), *offset = NULL, *now = NULL, *entries;
	enum cw_ctl_exit result = CW_CTL_USAGE;

	if (!partition)
		cw_ctl_complain(ctl, "%s is no partition: of a sink it is TOPIC:NUMBER, of a source a JSON object",
				ctl->args[1]);
	else if (!(offset = cw_offsets_read_offset(ctl->args[2], cw_offsets_is_sink(partition))))
		cw_ctl_complain(ctl, "%s is no offset: of a sink it is a number, of a source JSON, or \"none\"",
				ctl->args[2]);
	else
		result = *ctl->args[1] == '{' ? CW_CTL_OK : cw_ctl_check_is_sink(ctl, name, "a partition is TOPIC:NUMBER");
	if (result == CW_CTL_OK && ctl->given & CW_O_DRY_RUN)
		result = cw_ctl_fetch_offsets(ctl, name, "", &now);
	if (!partition || !offset)
		cw_ctl_advise_on(ctl, "offsets get", name, "");
	if (result == CW_CTL_OK) {
		entries = json_pack("[{s:O,s:O}]", "partition", partition, "offset", offset);
		result = cw_ctl_alter_offsets(ctl, name, now, entries);
		json_decref(entries);
	}
	json_decref(now);
	json_decref(offset);
	json_decref(partition);
	return result;
}

/* ---- reset --------------------------------------------------------------------------------- */

static enum cw_ctl_exit plan_reset(struct cw_ctl *ctl, const char *name)
{
	json_t *now, *entries = json_array(), *entry;
	enum cw_ctl_exit result = cw_ctl_fetch_offsets(ctl, name, "", &now);
	size_t i;

	json_array_foreach(now, i, entry)
		json_array_append_new(entries, json_pack("{s:O,s:n}", "partition", json_object_get(entry, "partition"),
							 "offset"));
	if (result == CW_CTL_OK)
		result = cw_ctl_alter_offsets(ctl, name, now, entries);
	json_decref(entries);
	json_decref(now);
	return result;
}

static enum cw_ctl_exit reset(struct cw_ctl *ctl, const char *name)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, name, "/offsets");
	enum cw_ctl_exit result = CW_CTL_OK;
	struct cw_reply reply;

	if (cw_client_call(ctl->client, "DELETE", path, NULL, &reply))
		result = cw_ctl_refused(ctl, &reply, name);
	else
		cw_ctl_print_result(ctl, name, "offsets reset");
	cw_reply_free(&reply);
	return result;
}

enum cw_ctl_exit cw_ctl_offsets_reset(struct cw_ctl *ctl)
{
	json_t *names, *name;
	enum cw_ctl_exit result;
	size_t i;

	if (!(ctl->given & CW_O_DRY_RUN))
		return cw_ctl_each_confirmed(ctl, "Forget the offsets of", reset);
	result = cw_ctl_names(ctl, ctl->args, ctl->n_args, &names);
	json_array_foreach(names, i, name)
		result = cw_ctl_worse(result, plan_reset(ctl, json_string_value(name)));
	json_decref(names);
	return result;
}

/* ---- import -------------------------------------------------------------------------------- */

static json_t *read_entries(const struct cw_ctl *ctl, const char *path)
{
	struct cw_error err = { 0 };
	json_error_t at;
	size_t n;
	CW_AUTO_FREE char *text = NULL;
	json_t *whole, *entries;

	if (strcmp(path, "-") == 0) {
		whole = json_loadf(ctl->io.in, JSON_REJECT_DUPLICATES, &at);
	} else {
		text = cw_file_read(path, &n, &err);
		if (!text) {
			cw_ctl_complain(ctl, "%s", err.text);
			return NULL;
		}
		whole = json_loadb(text, n, JSON_REJECT_DUPLICATES, &at);
	}
	entries = json_incref(json_object_get(whole, "offsets"));
	if (!whole)
		cw_ctl_complain(ctl, "%s:%d:%d: not valid JSON: %s", strcmp(path, "-") == 0 ? "standard input" : path, at.line,
				at.column, at.text);
	else if (!json_is_array(entries))
		cw_ctl_complain(ctl, "%s: there is no array \"offsets\" in it, as 'workerctl offsets export' writes it",
				path);
	json_decref(whole);
	if (!json_is_array(entries)) {
		json_decref(entries);
		entries = NULL;
	}
	return entries;
}

enum cw_ctl_exit cw_ctl_offsets_import(struct cw_ctl *ctl)
{
	const char *path = ctl->n_files ? ctl->files[0] : ctl->n_args > 1 ? ctl->args[1] : NULL;
	json_t *entries = NULL, *now = NULL;
	enum cw_ctl_exit result;

	if (!path && ctl->io.in_tty)
		cw_ctl_wrong(ctl, "the offsets come from a FILE, or with - from this terminal");
	else
		entries = read_entries(ctl, path ? path : "-");
	result = entries ? CW_CTL_OK : CW_CTL_USAGE;
	if (result == CW_CTL_OK && ctl->given & CW_O_DRY_RUN)
		result = cw_ctl_fetch_offsets(ctl, ctl->args[0], "", &now);
	if (result == CW_CTL_OK)
		result = cw_ctl_alter_offsets(ctl, ctl->args[0], now, entries);
	json_decref(now);
	json_decref(entries);
	return result;
}
