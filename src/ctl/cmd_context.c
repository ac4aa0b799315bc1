/* context list, show, use, set, delete. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ctl/context.h"
#include "ctl/worker_url.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

/* What may be shown of a setting; new. */
static char *shown(const char *key, const char *value)
{
	const char *scheme = strstr(value, "://"), *at = strrchr(value, '@');

	if (strcmp(key, "password") == 0 || strcmp(key, "token") == 0)
		return cw_strdup("[hidden]");
	if (strcmp(key, "url") == 0 && at && (!scheme || scheme < at))
		return cw_format("%.*s[hidden]%s", scheme ? (int)(scheme + 3 - value) : 0, value, at);
	return cw_strdup(value);
}

/* The settings of a context that may be shown: new. */
static json_t *shown_settings(const struct cw_map *contexts, const char *name)
{
	struct cw_map settings = { 0 };
	json_t *out = json_object();

	cw_context_get(contexts, name, &settings);
	for (size_t i = 0; i < settings.n; i++) {
		CW_AUTO_FREE char *text = shown(settings.entries[i].key, settings.entries[i].value);

		json_object_set_new(out, settings.entries[i].key, json_string(text));
	}
	cw_map_free(&settings);
	return out;
}

static enum cw_ctl_exit missing(const struct cw_ctl *ctl, const char *name)
{
	cw_ctl_complain(ctl, "there is no context %s", name);
	cw_ctl_advise(ctl, "workerctl context list");
	return CW_CTL_NOT_FOUND;
}

/* ---- list, show ---------------------------------------------------------------------------- */

static void print_list(const struct cw_ctl *ctl, const struct cw_map *contexts, const json_t *names)
{
	static const char *const heads[] = { "CURRENT", "NAME", "SERVER", "CREDENTIALS" };
	const char *current = cw_map_get(contexts, "current");
	struct cw_table table = { 0 };
	size_t i;
	json_t *entry;

	cw_table_heads(&table, heads, 4);
	json_array_foreach((json_t *)names, i, entry) {
		const char *name = json_string_value(entry);
		json_t *settings = shown_settings(contexts, name);
		const char *user = cw_json_text(settings, "user");

		cw_table_row(&table);
		cw_table_cell(&table, current && strcmp(current, name) == 0 ? "*" : "", CW_COLOR_GREEN);
		cw_table_cell(&table, name, CW_COLOR_NONE);
		cw_table_cell(&table, cw_json_text(settings, "url"), CW_COLOR_NONE);
		cw_table_cell(&table,
			      cw_json_text(settings, "token")  ? "token"
			      : user			       ? user
			      : cw_json_text(settings, "cert") ? "certificate"
							       : NULL,
			      CW_COLOR_NONE);
		json_decref(settings);
	}
	cw_ctl_print_table(ctl, &table);
}

static json_t *list_data(const struct cw_map *contexts, const json_t *names)
{
	const char *current = cw_map_get(contexts, "current");
	json_t *out = json_object(), *entry;
	size_t i;

	json_array_foreach((json_t *)names, i, entry) {
		json_t *settings = shown_settings(contexts, json_string_value(entry));

		json_object_set_new(settings, "current",
				    json_boolean(current && strcmp(current, json_string_value(entry)) == 0));
		json_object_set_new(out, json_string_value(entry), settings);
	}
	return out;
}

enum cw_ctl_exit cw_ctl_context_list(struct cw_ctl *ctl)
{
	struct cw_map contexts = { 0 };
	enum cw_ctl_exit result = cw_context_load(ctl, &contexts);
	json_t *names = cw_context_names(&contexts), *entry, *data;
	size_t i;

	if (result != CW_CTL_OK) {
		json_decref(names);
		return result;
	}
	if (cw_ctl_is_data(ctl)) {
		data = list_data(&contexts, names);
		cw_ctl_print_data(ctl, data);
		json_decref(data);
	} else if (cw_ctl_wants_names(ctl)) {
		json_array_foreach(names, i, entry)
			fprintf(ctl->io.out, "%s\n", json_string_value(entry));
	} else if (json_array_size(names) == 0) {
		fputs("no contexts; 'workerctl context set NAME --server URL' makes one\n", ctl->io.out);
	} else {
		print_list(ctl, &contexts, names);
	}
	json_decref(names);
	cw_map_free(&contexts);
	return CW_CTL_OK;
}

enum cw_ctl_exit cw_ctl_context_show(struct cw_ctl *ctl)
{
	struct cw_map contexts = { 0 };
	enum cw_ctl_exit result = cw_context_load(ctl, &contexts);
	const char *name = ctl->n_args ? ctl->args[0] : cw_map_get(&contexts, "current");
	struct cw_buf text = { 0 };
	json_t *settings;

	if (result == CW_CTL_OK && (!name || !cw_context_exists(&contexts, name)))
		result = missing(ctl, name ? name : "that is current");
	if (result == CW_CTL_OK) {
		settings = shown_settings(&contexts, name);
		json_object_set_new(settings, "name", json_string(name));
		if (cw_ctl_is_data(ctl)) {
			cw_ctl_print_data(ctl, settings);
		} else {
			cw_ctl_put_properties(&text, settings);
			cw_ctl_print_buf(ctl, &text);
		}
		json_decref(settings);
	}
	cw_map_free(&contexts);
	return result;
}

/* ---- use, set, delete ---------------------------------------------------------------------- */

enum cw_ctl_exit cw_ctl_context_use(struct cw_ctl *ctl)
{
	struct cw_map contexts = { 0 };
	enum cw_ctl_exit result = cw_context_load(ctl, &contexts);

	if (result == CW_CTL_OK && !cw_context_exists(&contexts, ctl->args[0]))
		result = missing(ctl, ctl->args[0]);
	if (result == CW_CTL_OK) {
		cw_map_set(&contexts, "current", ctl->args[0]);
		result = cw_context_save(ctl, &contexts);
	}
	if (result == CW_CTL_OK)
		cw_ctl_print_result(ctl, ctl->args[0], "is used from now on");
	cw_map_free(&contexts);
	return result;
}

/* Secrets come from standard input, since everybody sees a command line. False: there was none. */
static bool take_secrets(const struct cw_ctl *ctl, struct cw_map *settings)
{
	CW_AUTO_FREE char *password = NULL, *token = NULL;

	if (ctl->given & CW_O_PASSWORD_STDIN) {
		password = cw_context_read_secret(ctl, "Password: ");
		if (!password)
			return false;
		cw_map_set(settings, "password", password);
		cw_map_remove(settings, "token");
	}
	if (ctl->given & CW_O_TOKEN_STDIN) {
		token = cw_context_read_secret(ctl, "Token: ");
		if (!token)
			return false;
		cw_map_set(settings, "token", token);
		cw_map_remove(settings, "user");
		cw_map_remove(settings, "password");
	}
	return true;
}

/* Files are found from everywhere. */
static void make_absolute(struct cw_map *settings)
{
	static const char *const keys[] = { "ca", "cert", "key" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *path = cw_map_get(settings, keys[i]);
		CW_AUTO_FREE char *whole = path ? realpath(path, NULL) : NULL;

		if (whole)
			cw_map_set(settings, keys[i], whole);
	}
}

static void put_settings(struct cw_map *contexts, const char *name, const struct cw_map *settings)
{
	cw_context_remove(contexts, name);
	for (size_t i = 0; i < settings->n; i++) {
		CW_AUTO_FREE char *key = cw_format("%s.%s", name, settings->entries[i].key);

		cw_map_set(contexts, key, settings->entries[i].value);
	}
}

static enum cw_ctl_exit check_url(const struct cw_ctl *ctl, const char *text)
{
	struct cw_worker_url url;
	struct cw_error err = { 0 };
	int result = cw_worker_url_read(text, &url, &err);

	if (result)
		cw_ctl_complain(ctl, "%s", err.text);
	cw_worker_url_free(&url);
	return result ? CW_CTL_USAGE : CW_CTL_OK;
}

static enum cw_ctl_exit check_settings(const struct cw_ctl *ctl, const char *name, const struct cw_map *settings)
{
	if (name[strspn(name, NAME_CHARS)]) {
		cw_ctl_complain(ctl, "a context's name has letters, digits, - and _ only, not as in %s", name);
		return CW_CTL_USAGE;
	}
	if (!cw_map_get(settings, "url")) {
		cw_ctl_complain(ctl, "a new context needs a server");
		cw_ctl_advise(ctl, "workerctl context set %s --server http://127.0.0.1:8083", name);
		return CW_CTL_USAGE;
	}
	return check_url(ctl, cw_map_get(settings, "url"));
}

/* The first one is used at once. */
enum cw_ctl_exit cw_ctl_context_set(struct cw_ctl *ctl)
{
	const char *name = ctl->args[0];
	struct cw_map contexts = { 0 }, settings = { 0 };
	enum cw_ctl_exit result = cw_context_load(ctl, &contexts);
	CW_AUTO_FREE char *current = NULL;
	bool is_new = !cw_context_exists(&contexts, name);

	current = cw_strdup(contexts.n ? cw_map_get(&contexts, "current") : name);
	cw_context_get(&contexts, name, &settings);
	cw_context_take_options(ctl, &settings);
	make_absolute(&settings);
	if (result == CW_CTL_OK)
		result = check_settings(ctl, name, &settings);
	if (result == CW_CTL_OK && !take_secrets(ctl, &settings)) {
		cw_ctl_complain(ctl, "there is no line on standard input to read the secret from");
		result = CW_CTL_USAGE;
	}
	if (result == CW_CTL_OK) {
		put_settings(&contexts, name, &settings);
		if (current)
			cw_map_set(&contexts, "current", current);
		result = cw_context_save(ctl, &contexts);
	}
	if (result == CW_CTL_OK)
		cw_ctl_print_result(ctl, name, is_new ? "created" : "updated");
	cw_map_free(&settings);
	cw_map_free(&contexts);
	return result;
}

enum cw_ctl_exit cw_ctl_context_delete(struct cw_ctl *ctl)
{
	struct cw_map contexts = { 0 };
	json_t *names = json_pack("[s]", ctl->args[0]);
	enum cw_ctl_exit result = cw_context_load(ctl, &contexts);

	if (result == CW_CTL_OK && !cw_context_exists(&contexts, ctl->args[0]))
		result = missing(ctl, ctl->args[0]);
	if (result == CW_CTL_OK && !cw_ctl_confirm(ctl, "Forget the context", names))
		result = CW_CTL_REFUSED;
	if (result == CW_CTL_OK) {
		cw_context_remove(&contexts, ctl->args[0]);
		result = cw_context_save(ctl, &contexts);
	}
	if (result == CW_CTL_OK)
		cw_ctl_print_result(ctl, ctl->args[0], "deleted");
	json_decref(names);
	cw_map_free(&contexts);
	return result;
}
