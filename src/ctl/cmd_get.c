/* get: connectors, tasks, plugins, offsets, as a table, JSON, YAML or names. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ctl/ctl.h"
#include "ctl/offsets.h"
#include "ctl/yaml.h"

/* What get shows: asked for, and rendered in one of the forms. */
struct kind {
	const char *name, *other_names[3];
	/* *out (new): what -o json prints. words are those after the kind. */
	enum cw_ctl_exit (*fetch)(struct cw_ctl *ctl, const char *const *words, int n, json_t **out);
	void (*names)(const json_t *data, struct cw_buf *out);
	void (*table)(const struct cw_ctl *ctl, const json_t *data, struct cw_table *table);
};

static void put_name(struct cw_buf *out, const char *name)
{
	CW_AUTO_FREE char *shown = cw_text_harmless(name ? name : "-", false);

	cw_buf_printf(out, "%s\n", shown);
}

/* ---- connectors ---------------------------------------------------------------------------- */

static enum cw_ctl_exit fetch_connectors(struct cw_ctl *ctl, const char *const *words, int n, json_t **out)
{
	json_t *all, *names = NULL, *name;
	enum cw_ctl_exit result = cw_ctl_get(ctl, "/connectors?expand=status&expand=info", NULL, &all);
	size_t i;

	*out = NULL;
	if (result == CW_CTL_OK && n == 0) {
		*out = all;
		return CW_CTL_OK;
	}
	if (result == CW_CTL_OK)
		result = cw_ctl_names(ctl, words, n, &names);
	*out = json_object();
	json_array_foreach(names, i, name) {
		json_t *entry = json_object_get(all, json_string_value(name));
		CW_AUTO_FREE char *message = cw_format("Connector %s not found", json_string_value(name));
		struct cw_reply missing = { .status = 404, .message = message };

		if (entry)
			json_object_set(*out, json_string_value(name), entry);
		else
			result = cw_ctl_refused(ctl, &missing, json_string_value(name));
	}
	json_decref(names);
	json_decref(all);
	if (json_object_size(*out) == 0 && result != CW_CTL_OK) {
		json_decref(*out);
		*out = NULL;
	}
	return result;
}

static void name_connectors(const json_t *connectors, struct cw_buf *out)
{
	size_t n;
	const char **names = cw_json_keys(connectors, &n);

	for (size_t i = 0; i < n; i++)
		put_name(out, names[i]);
	free(names);
}

/* "3", or "1 of 3" running. */
static char *task_count(const json_t *tasks)
{
	size_t running = 0, i, n = json_array_size(tasks);
	json_t *task;

	json_array_foreach((json_t *)tasks, i, task) {
		const char *state = cw_json_text(task, "state");

		running += state && (strcmp(state, "RUNNING") == 0 || strcmp(state, "COMPLETED") == 0);
	}
	return running == n ? cw_format("%zu", n) : cw_format("%zu of %zu", running, n);
}

/* One word for all of it, where the worker says it: a connector that RUNs with FAILED tasks is FAILED. */
static const char *summary(const json_t *status)
{
	const char *text = cw_json_text(status, "summary_state");

	return text ? text : cw_json_text(json_object_get(status, "connector"), "state");
}

static void put_topics(struct cw_table *table, const json_t *config)
{
	static const char *const keys[] = { "topics", "topics.regex", "topic" };
	const char *text = NULL;

	for (size_t i = 0; !text && i < sizeof(keys) / sizeof(keys[0]); i++)
		text = cw_json_text(config, keys[i]);
	cw_table_cell(table, text, CW_COLOR_NONE);
}

static void table_connectors(const struct cw_ctl *ctl, const json_t *connectors, struct cw_table *table)
{
	static const char *const heads[] = { "NAME", "TYPE", "STATE", "TASKS", "CLASS", "WORKER", "TOPICS" };
	bool wide = ctl->output == CW_OUTPUT_WIDE;
	size_t n;
	const char **names = cw_json_keys(connectors, &n);

	cw_table_heads(table, heads, wide ? 7 : 5);
	for (size_t i = 0; i < n; i++) {
		const json_t *entry = json_object_get(connectors, names[i]), *status = json_object_get(entry, "status");
		const json_t *config = json_object_get(json_object_get(entry, "info"), "config");
		const char *state = summary(status);
		CW_AUTO_FREE char *tasks = task_count(json_object_get(status, "tasks"));

		cw_table_row(table);
		cw_table_cell(table, names[i], CW_COLOR_NONE);
		cw_table_cell(table, cw_json_text(json_object_get(entry, "info"), "type"), CW_COLOR_NONE);
		cw_table_cell(table, state, cw_ctl_state_color(state));
		cw_table_cell(table, tasks, strchr(tasks, ' ') ? CW_COLOR_YELLOW : CW_COLOR_NONE);
		cw_table_cell(table, cw_json_text(config, "connector.class"), CW_COLOR_NONE);
		if (!wide)
			continue;
		cw_table_cell(table, cw_json_text(json_object_get(status, "connector"), "worker_id"), CW_COLOR_NONE);
		put_topics(table, config);
	}
	free(names);
}

/* ---- tasks --------------------------------------------------------------------------------- */

/* [{"connector":…,"id":…,"state":…,"worker_id":…}, …] */
static enum cw_ctl_exit fetch_tasks(struct cw_ctl *ctl, const char *const *words, int n, json_t **out)
{
	json_t *connectors, *task;
	enum cw_ctl_exit result = fetch_connectors(ctl, words, n, &connectors);
	size_t n_names, i;
	const char **names = cw_json_keys(connectors, &n_names);

	*out = connectors ? json_array() : NULL;
	for (size_t k = 0; k < n_names; k++)
		json_array_foreach(json_object_get(json_object_get(json_object_get(connectors, names[k]), "status"),
						   "tasks"),
				   i, task) {
			json_t *row = json_pack("{s:s}", "connector", names[k]);

			json_object_update(row, task);
			json_array_append_new(*out, row);
		}
	free(names);
	json_decref(connectors);
	return result;
}

static void name_tasks(const json_t *tasks, struct cw_buf *out)
{
	size_t i;
	json_t *task;

	json_array_foreach((json_t *)tasks, i, task) {
		CW_AUTO_FREE char *name = cw_format("%s/%" JSON_INTEGER_FORMAT, cw_json_text(task, "connector"),
						    json_integer_value(json_object_get(task, "id")));

		put_name(out, name);
	}
}

static void table_tasks(const struct cw_ctl *ctl, const json_t *tasks, struct cw_table *table)
{
	static const char *const heads[] = { "CONNECTOR", "#TASK", "STATE", "WORKER", "TRACE" };
	bool wide = ctl->output == CW_OUTPUT_WIDE;
	size_t i;
	json_t *task;

	cw_table_heads(table, heads, wide ? 5 : 4);
	json_array_foreach((json_t *)tasks, i, task) {
		CW_AUTO_FREE char *id =
			cw_format("%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(task, "id")));
		const char *trace = cw_json_text(task, "trace");
		CW_AUTO_FREE char *line = trace ? cw_strndup(trace, strcspn(trace, "\n")) : NULL;

		cw_table_row(table);
		cw_table_cell(table, cw_json_text(task, "connector"), CW_COLOR_NONE);
		cw_table_number(table, id);
		cw_table_cell(table, cw_json_text(task, "state"), cw_ctl_state_color(cw_json_text(task, "state")));
		cw_table_cell(table, cw_json_text(task, "worker_id"), CW_COLOR_NONE);
		if (wide)
			cw_table_cell(table, line, CW_COLOR_NONE);
	}
}

/* ---- plugins ------------------------------------------------------------------------------- */

static enum cw_ctl_exit fetch_plugins(struct cw_ctl *ctl, const char *const *words, int n, json_t **out)
{
	*out = NULL;
	if (n == 0)
		return cw_ctl_get(ctl, "/connector-plugins?connectorsOnly=false", NULL, out);
	cw_ctl_complain(ctl, "get plugins lists all of them");
	cw_ctl_advise(ctl, "workerctl plugins describe %s", words[0]);
	return CW_CTL_USAGE;
}

static void name_plugins(const json_t *plugins, struct cw_buf *out)
{
	size_t i;
	json_t *plugin;

	json_array_foreach((json_t *)plugins, i, plugin)
		put_name(out, cw_json_text(plugin, "class"));
}

static void table_plugins(const struct cw_ctl *ctl, const json_t *plugins, struct cw_table *table)
{
	static const char *const keys[] = { "class", "type", "version" };
	static const char *const heads[] = { "CLASS", "TYPE", "VERSION" };
	size_t i;
	json_t *plugin;

	(void)ctl;
	cw_table_heads(table, heads, 3);
	json_array_foreach((json_t *)plugins, i, plugin) {
		cw_table_row(table);
		for (size_t k = 0; k < 3; k++)
			cw_table_cell(table, cw_json_text(plugin, keys[k]), CW_COLOR_NONE);
	}
}

/* ---- offsets ------------------------------------------------------------------------------- */

/* {"NAME":{"offsets":[…]}, …} */
static enum cw_ctl_exit fetch_offsets(struct cw_ctl *ctl, const char *const *words, int n, json_t **out)
{
	enum cw_ctl_exit result, one;
	json_t *names, *name, *offsets;
	size_t i;

	result = n ? cw_ctl_names(ctl, words, n, &names) : cw_ctl_get(ctl, "/connectors", NULL, &names);
	*out = result == CW_CTL_OK ? json_object() : NULL;
	json_array_foreach(names, i, name) {
		CW_AUTO_FREE char *path = cw_ctl_path(ctl, json_string_value(name), "/offsets");

		one = cw_ctl_get(ctl, path, json_string_value(name), &offsets);
		if (one == CW_CTL_OK)
			json_object_set_new(*out, json_string_value(name), offsets);
		result = cw_ctl_worse(result, one);
	}
	json_decref(names);
	if (*out && json_object_size(*out) == 0 && result != CW_CTL_OK) {
		json_decref(*out);
		*out = NULL;
	}
	return result;
}

static void table_offsets(const struct cw_ctl *ctl, const json_t *data, struct cw_table *table)
{
	static const char *const heads[] = { "CONNECTOR", "PARTITION", "OFFSET" };
	size_t n, k;
	const char **names = cw_json_keys(data, &n);
	json_t *entry;

	(void)ctl;
	cw_table_heads(table, heads, 3);
	for (size_t i = 0; i < n; i++)
		json_array_foreach(json_object_get(json_object_get(data, names[i]), "offsets"), k, entry) {
			CW_AUTO_FREE char *partition = cw_offsets_partition_text(json_object_get(entry, "partition"));
			CW_AUTO_FREE char *offset = cw_offsets_offset_text(json_object_get(entry, "offset"));

			cw_table_row(table);
			cw_table_cell(table, names[i], CW_COLOR_NONE);
			cw_table_cell(table, partition, CW_COLOR_NONE);
			cw_table_cell(table, offset, CW_COLOR_NONE);
		}
	free(names);
}

/* ---- get ----------------------------------------------------------------------------------- */

static const struct kind kinds[] = {
	{ "connectors", { "connector", "c" }, fetch_connectors, name_connectors, table_connectors },
	{ "tasks", { "task" }, fetch_tasks, name_tasks, table_tasks },
	{ "plugins", { "plugin" }, fetch_plugins, name_plugins, table_plugins },
	{ "offsets", { "offset" }, fetch_offsets, name_connectors, table_offsets },
};

const char *const cw_ctl_kinds[] = { "connectors", "tasks", "plugins", "offsets", NULL };

static const struct kind *find_kind(const char *word)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(word, kinds[i].name) == 0)
			return &kinds[i];
		for (size_t k = 0; k < 3 && kinds[i].other_names[k]; k++)
			if (strcmp(word, kinds[i].other_names[k]) == 0)
				return &kinds[i];
	}
	return NULL;
}

struct getting {
	const struct kind *kind;
	const char *const *words;
	int n;
	char *last; /* what a watch showed: shown again only when it changed */
};

static void render(const struct cw_ctl *ctl, const struct kind *kind, const json_t *data, struct cw_buf *out)
{
	struct cw_table table = { 0 };
	char *text;

	if (ctl->output == CW_OUTPUT_YAML) {
		cw_yaml_put(out, data);
	} else if (ctl->output == CW_OUTPUT_JSON) {
		text = json_dumps(data, ctl->io.tty ? JSON_INDENT(2) : JSON_COMPACT);
		cw_buf_printf(out, "%s\n", text);
		free(text);
	} else if (ctl->output == CW_OUTPUT_NAME || ctl->given & CW_O_QUIET) {
		kind->names(data, out);
	} else {
		kind->table(ctl, data, &table);
		if (table.n > 1)
			cw_table_render(&table, ctl->colors, out);
		else
			cw_buf_printf(out, "no %s\n", kind->name);
		cw_table_free(&table);
	}
}

static enum cw_ctl_exit look(struct cw_ctl *ctl, void *arg, struct cw_buf *out)
{
	struct getting *getting = arg;
	enum cw_ctl_exit result;
	json_t *data;

	result = getting->kind->fetch(ctl, getting->words, getting->n, &data);
	if (data)
		render(ctl, getting->kind, data, out);
	json_decref(data);
	if (!ctl->io.tty && getting->last && out->n > 0 && strcmp(getting->last, out->p) == 0) {
		cw_buf_free(out);
	} else if (out->n > 0) {
		free(getting->last);
		getting->last = cw_strdup(out->p);
	}
	return result;
}

static enum cw_ctl_exit get(struct cw_ctl *ctl, struct getting *getting)
{
	enum cw_ctl_exit result = cw_ctl_watch(ctl, look, getting);

	free(getting->last);
	return result;
}

enum cw_ctl_exit cw_ctl_get_kind(struct cw_ctl *ctl)
{
	struct getting getting = { .kind = ctl->n_args ? find_kind(ctl->args[0]) : NULL,
				   .words = ctl->args + 1,
				   .n = ctl->n_args - 1 };

	if (getting.kind)
		return get(ctl, &getting);
	if (ctl->n_args > 0)
		cw_ctl_complain(ctl, "get knows no %s; there are connectors, tasks, plugins and offsets", ctl->args[0]);
	else
		cw_ctl_complain(ctl, "get needs to know what: connectors, tasks, plugins or offsets");
	cw_ctl_advise(ctl, "workerctl get --help");
	return CW_CTL_USAGE;
}

enum cw_ctl_exit cw_ctl_list(struct cw_ctl *ctl)
{
	return get(ctl, &(struct getting){ .kind = &kinds[0] });
}

enum cw_ctl_exit cw_ctl_plugins(struct cw_ctl *ctl)
{
	return get(ctl, &(struct getting){ .kind = find_kind("plugins") });
}

enum cw_ctl_exit cw_ctl_offsets_get(struct cw_ctl *ctl)
{
	return get(ctl, &(struct getting){ .kind = find_kind("offsets"), .words = ctl->args, .n = ctl->n_args });
}
