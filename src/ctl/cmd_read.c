/* Commands that only look: list, show, plugins, plugin, validate, health. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/props.h"
#include "ctl/ctl.h"

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keys of an object in the order of the alphabet: an array to free, of *n lent texts. */
static const char **sorted_keys(const json_t *object, size_t *n)
{
	const char **keys = cw_alloc((json_object_size(object) + 1) * sizeof(*keys)), *key;
	json_t *value;

	*n = 0;
	json_object_foreach((json_t *)object, key, value)
		keys[(*n)++] = key;
	qsort(keys, *n, sizeof(*keys), by_text);
	return keys;
}

/* ---- list ---------------------------------------------------------------------------------- */

static void print_names(const struct cw_ctl *ctl, const json_t *connectors)
{
	size_t n;
	const char **names = sorted_keys(connectors, &n);

	for (size_t i = 0; i < n; i++)
		fprintf(ctl->io.out, "%s\n", names[i]);
	free(names);
}

/* "3", or "1 of 3" running. */
static char *task_count(const json_t *tasks)
{
	size_t running = 0, i, n = json_array_size(tasks);
	json_t *task;

	json_array_foreach((json_t *)tasks, i, task) {
		const char *state = text_of(task, "state");

		running += state && (strcmp(state, "RUNNING") == 0 || strcmp(state, "COMPLETED") == 0);
	}
	return running == n ? cw_format("%zu", n) : cw_format("%zu of %zu", running, n);
}

static void print_list(const struct cw_ctl *ctl, const json_t *connectors)
{
	static const char *const heads[] = { "NAME", "TYPE", "STATE", "TASKS", "CLASS" };
	struct cw_table table = { 0 };
	size_t n;
	const char **names = sorted_keys(connectors, &n);

	cw_table_heads(&table, heads, 5);
	for (size_t i = 0; i < n; i++) {
		const json_t *entry = json_object_get(connectors, names[i]), *status = json_object_get(entry, "status");
		const json_t *info = json_object_get(entry, "info");
		const char *state = text_of(json_object_get(status, "connector"), "state");
		CW_AUTO_FREE char *tasks = task_count(json_object_get(status, "tasks"));

		cw_table_row(&table);
		cw_table_cell(&table, names[i], CW_COLOR_NONE);
		cw_table_cell(&table, text_of(info, "type"), CW_COLOR_NONE);
		cw_table_cell(&table, state, cw_ctl_state_color(state));
		cw_table_cell(&table, tasks, strchr(tasks, ' ') ? CW_COLOR_YELLOW : CW_COLOR_NONE);
		cw_table_cell(&table, text_of(json_object_get(info, "config"), "connector.class"), CW_COLOR_NONE);
	}
	cw_ctl_print_table(ctl, &table);
	free(names);
}

enum cw_ctl_exit cw_ctl_list(struct cw_ctl *ctl)
{
	json_t *connectors;
	enum cw_ctl_exit result = cw_ctl_get(ctl, "/connectors?expand=status&expand=info", NULL, &connectors);

	if (result != CW_CTL_OK)
		return result;
	if (ctl->given & CW_O_QUIET)
		print_names(ctl, connectors);
	else if (ctl->json)
		cw_ctl_print_json(ctl, connectors);
	else if (json_object_size(connectors) == 0)
		fputs("no connectors\n", ctl->io.out);
	else
		print_list(ctl, connectors);
	json_decref(connectors);
	return CW_CTL_OK;
}

/* ---- show ---------------------------------------------------------------------------------- */

/* As java.util.Properties would read it back. */
static void put_property_text(struct cw_buf *out, const char *text, bool key)
{
	for (const char *p = text; *p; p++) {
		if (*p == '\n')
			cw_buf_puts(out, "\\n");
		else if (*p == '\r')
			cw_buf_puts(out, "\\r");
		else if (*p == '\t')
			cw_buf_puts(out, "\\t");
		else if (*p == '\\' || (key && strchr("=: #!", *p)) || (*p == ' ' && p == text))
			cw_buf_printf(out, "\\%c", *p);
		else
			cw_buf_append(out, p, 1);
	}
}

static void print_properties(const struct cw_ctl *ctl, const json_t *config)
{
	struct cw_buf out = { 0 };
	size_t n;
	const char **keys = sorted_keys(config, &n);

	for (size_t i = 0; i < n; i++) {
		const char *value = text_of(config, keys[i]);

		put_property_text(&out, keys[i], true);
		cw_buf_puts(&out, "=");
		put_property_text(&out, value ? value : "", false);
		cw_buf_puts(&out, "\n");
	}
	fwrite(out.p, 1, out.n, ctl->io.out);
	cw_buf_free(&out);
	free(keys);
}

enum cw_ctl_exit cw_ctl_show(struct cw_ctl *ctl)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, ctl->args[0], "/config");
	json_t *config, *whole;
	enum cw_ctl_exit result = cw_ctl_get(ctl, path, ctl->args[0], &config);

	if (result != CW_CTL_OK)
		return result;
	if (ctl->json) {
		whole = json_pack("{s:s,s:O}", "name", ctl->args[0], "config", config);
		cw_ctl_print_json(ctl, whole);
		json_decref(whole);
	} else {
		print_properties(ctl, config);
	}
	json_decref(config);
	return CW_CTL_OK;
}

/* ---- plugins ------------------------------------------------------------------------------- */

static void print_plugins(const struct cw_ctl *ctl, const json_t *plugins)
{
	static const char *const heads[] = { "CLASS", "TYPE", "VERSION" };
	struct cw_table table = { 0 };
	size_t i;
	json_t *plugin;

	cw_table_heads(&table, heads, 3);
	json_array_foreach((json_t *)plugins, i, plugin) {
		cw_table_row(&table);
		cw_table_cell(&table, text_of(plugin, "class"), CW_COLOR_NONE);
		cw_table_cell(&table, text_of(plugin, "type"), CW_COLOR_NONE);
		cw_table_cell(&table, text_of(plugin, "version"), CW_COLOR_NONE);
	}
	cw_ctl_print_table(ctl, &table);
}

enum cw_ctl_exit cw_ctl_plugins(struct cw_ctl *ctl)
{
	json_t *plugins, *plugin;
	size_t i;
	enum cw_ctl_exit result = cw_ctl_get(ctl, "/connector-plugins?connectorsOnly=false", NULL, &plugins);

	if (result != CW_CTL_OK)
		return result;
	if (ctl->given & CW_O_QUIET)
		json_array_foreach(plugins, i, plugin)
			fprintf(ctl->io.out, "%s\n", text_of(plugin, "class") ? text_of(plugin, "class") : "-");
	else if (ctl->json)
		cw_ctl_print_json(ctl, plugins);
	else if (json_array_size(plugins) == 0)
		fputs("no plugins\n", ctl->io.out);
	else
		print_plugins(ctl, plugins);
	json_decref(plugins);
	return CW_CTL_OK;
}

/* One key: a line of facts, and what it means below. */
static void put_definition(const struct cw_ctl *ctl, struct cw_buf *out, const json_t *def)
{
	const char *name = text_of(def, "name"), *type = text_of(def, "type"), *value = text_of(def, "default_value");
	const char *importance = text_of(def, "importance"), *doc = text_of(def, "documentation");
	size_t width = ctl->io.tty ? (size_t)ctl->io.width : 100;

	cw_color_put(out, ctl->colors, CW_COLOR_BOLD, name ? name : "-");
	cw_buf_printf(out, "  %s, %s importance, ", type ? type : "?", importance ? importance : "?");
	if (json_is_true(json_object_get(def, "required")))
		cw_color_put(out, ctl->colors, CW_COLOR_YELLOW, "required");
	else if (!value)
		cw_buf_puts(out, "no default");
	else
		cw_buf_printf(out, "default \"%s\"", value);
	cw_buf_puts(out, "\n");
	if (doc && *doc)
		cw_text_wrap(out, doc, 4, width < 100 ? width : 100);
}

static void print_definitions(const struct cw_ctl *ctl, const json_t *defs)
{
	struct cw_buf out = { 0 };
	const char *group = NULL;
	size_t i;
	json_t *def;

	json_array_foreach((json_t *)defs, i, def) {
		const char *own = text_of(def, "group");

		if (own && (!group || strcmp(own, group) != 0)) {
			cw_buf_puts(&out, i ? "\n" : "");
			cw_color_put(&out, ctl->colors, CW_COLOR_CYAN, own);
			cw_buf_puts(&out, "\n\n");
		}
		group = own ? own : group;
		put_definition(ctl, &out, def);
	}
	if (out.n)
		fwrite(out.p, 1, out.n, ctl->io.out);
	cw_buf_free(&out);
}

enum cw_ctl_exit cw_ctl_plugin(struct cw_ctl *ctl)
{
	CW_AUTO_FREE char *name = cw_client_escape(ctl->client, ctl->args[0]);
	CW_AUTO_FREE char *path = cw_format("/connector-plugins/%s/config", name);
	json_t *defs;
	enum cw_ctl_exit result = cw_ctl_get(ctl, path, NULL, &defs);

	if (result != CW_CTL_OK)
		return result;
	if (ctl->json)
		cw_ctl_print_json(ctl, defs);
	else
		print_definitions(ctl, defs);
	json_decref(defs);
	return CW_CTL_OK;
}

/* ---- validate ------------------------------------------------------------------------------ */

static void print_warnings(const struct cw_ctl *ctl, const json_t *infos)
{
	size_t i;
	json_t *warning;

	json_array_foreach(json_object_get(infos, "warnings"), i, warning)
		if (json_is_string(warning))
			fprintf(ctl->io.out, "warning: %s\n", json_string_value(warning));
}

static void print_errors(const struct cw_ctl *ctl, const json_t *infos)
{
	static const char *const heads[] = { "KEY", "ERROR" };
	struct cw_table table = { 0 };
	size_t i, k;
	json_t *config, *error;

	cw_table_heads(&table, heads, 2);
	json_array_foreach(json_object_get(infos, "configs"), i, config) {
		const json_t *value = json_object_get(config, "value");

		json_array_foreach(json_object_get(value, "errors"), k, error) {
			cw_table_row(&table);
			cw_table_cell(&table, text_of(value, "name"), CW_COLOR_YELLOW);
			cw_table_cell(&table, json_string_value(error), CW_COLOR_NONE);
		}
	}
	cw_ctl_print_table(ctl, &table);
}

static enum cw_ctl_exit report(struct cw_ctl *ctl, const json_t *infos)
{
	json_int_t errors = json_integer_value(json_object_get(infos, "error_count"));

	if (ctl->json) {
		cw_ctl_print_json(ctl, infos);
	} else if (errors == 0) {
		fprintf(ctl->io.out, "%s is valid\n", ctl->args[0]);
		print_warnings(ctl, infos);
	} else {
		print_errors(ctl, infos);
		print_warnings(ctl, infos);
	}
	return errors == 0 ? CW_CTL_OK : CW_CTL_REFUSED;
}

enum cw_ctl_exit cw_ctl_validate(struct cw_ctl *ctl)
{
	struct cw_map config = { 0 };
	struct cw_error err = { 0 };
	struct cw_reply reply = { 0 };
	enum cw_ctl_exit result = CW_CTL_USAGE;
	const char *class_name;
	json_t *body = NULL;

	if (cw_connector_file_load(ctl->args[0], &config, &err)) {
		cw_ctl_complain(ctl, "%s", err.text);
	} else if (!(class_name = cw_map_get(&config, "connector.class"))) {
		cw_ctl_complain(ctl, "%s: connector.class is missing: the plugin to check it against", ctl->args[0]);
	} else {
		CW_AUTO_FREE char *name = cw_client_escape(ctl->client, class_name);
		CW_AUTO_FREE char *path = cw_format("/connector-plugins/%s/config/validate", name);

		body = cw_map_to_json(&config);
		if (cw_client_call(ctl->client, "PUT", path, body, &reply))
			result = cw_ctl_refused(ctl, &reply, NULL);
		else
			result = report(ctl, reply.body);
	}
	cw_reply_free(&reply);
	json_decref(body);
	cw_map_free(&config);
	return result;
}

/* ---- health -------------------------------------------------------------------------------- */

enum cw_ctl_exit cw_ctl_health(struct cw_ctl *ctl)
{
	struct cw_reply reply;
	enum cw_ctl_exit result = CW_CTL_OK;
	const char *status;
	struct cw_buf line = { 0 };

	if (cw_client_call(ctl->client, "GET", "/health", NULL, &reply))
		result = reply.status ? CW_CTL_REFUSED : CW_CTL_UNREACHABLE;
	status = text_of(reply.body, "status");
	if (!status) {
		cw_ctl_complain(ctl, "%s", reply.message ? reply.message : "the worker's answer has no \"status\"");
		result = result == CW_CTL_OK ? CW_CTL_REFUSED : result;
	} else if (ctl->json) {
		cw_ctl_print_json(ctl, reply.body);
	} else {
		cw_color_put(&line, ctl->colors, cw_ctl_state_color(status), status);
		fprintf(ctl->io.out, "%s: %s\n", line.p,
			text_of(reply.body, "message") ? text_of(reply.body, "message") : "");
	}
	cw_buf_free(&line);
	cw_reply_free(&reply);
	return result;
}
