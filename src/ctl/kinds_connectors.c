#include "ctl/kinds.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/labels.h"
#include "ctl/states.h"

/* ---- connectors ---------------------------------------------------------------------------- */

static enum cw_ctl_exit fetch_connectors(struct cw_ctl *ctl, const char *const *words, int n, json_t **out)
{
	json_t *all, *names = NULL, *name;
	enum cw_ctl_exit result = cw_ctl_get(ctl, "/connectors?expand=status&expand=info", NULL, &all);
	size_t i;

	*out = NULL;
	if (result == CW_CTL_OK && n == 0 && !(ctl->given & CW_O_SELECTOR)) {
		*out = all;
		return CW_CTL_OK;
	}
	if (result == CW_CTL_OK)
		result = cw_ctl_names(ctl, words, n, &names);
	*out = json_object();
	json_array_foreach(names, i, name) {
		json_t *entry = json_object_get(all, json_string_value(name));

		if (entry)
			json_object_set(*out, json_string_value(name), entry);
		else
			result = cw_ctl_worse(result, cw_ctl_unknown(ctl, json_string_value(name)));
	}
	json_decref(names);
	json_decref(all);
	if (json_object_size(*out) == 0 && result != CW_CTL_OK) {
		json_decref(*out);
		*out = NULL;
	}
	return result;
}

static void put_topics(struct cw_table *table, const json_t *config)
{
	static const char *const keys[] = { "topics", "topics.regex", "topic" };
	const char *text = NULL;

	for (size_t i = 0; !text && i < sizeof(keys) / sizeof(keys[0]); i++)
		text = cw_json_text(config, keys[i]);
	cw_table_cell(table, text, CW_COLOR_NONE);
}

/* "env=prod,team=search" */
static void put_labels(struct cw_table *table, const json_t *config)
{
	struct cw_buf text = { 0 };
	size_t n, prefix = strlen(CW_LABEL_PREFIX);
	const char **keys = cw_json_keys(config, &n);

	for (size_t i = 0; i < n; i++)
		if (strncmp(keys[i], CW_LABEL_PREFIX, prefix) == 0)
			cw_buf_printf(&text, "%s%s=%s", text.n ? "," : "", keys[i] + prefix,
				      cw_json_text(config, keys[i]));
	cw_table_cell(table, text.n ? text.p : NULL, CW_COLOR_NONE);
	cw_buf_free(&text);
	free(keys);
}

static void table_connectors(const struct cw_ctl *ctl, const json_t *connectors, struct cw_table *table)
{
	static const char *const heads[] = { "NAME",  "TYPE",	"STATE",  "TASKS",
					     "CLASS", "WORKER", "TOPICS", "LABELS" };
	bool wide = ctl->output == CW_OUTPUT_WIDE;
	size_t n;
	const char **names = cw_json_keys(connectors, &n);

	cw_table_heads(table, heads, wide ? 8 : 5);
	for (size_t i = 0; i < n; i++) {
		const json_t *entry = json_object_get(connectors, names[i]), *status = json_object_get(entry, "status");
		const json_t *config = json_object_get(json_object_get(entry, "info"), "config");
		const char *state = cw_states_summary(status);
		CW_AUTO_FREE char *tasks = cw_states_task_count(status);

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
		put_labels(table, config);
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

		cw_kind_put_name(out, name);
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

const struct cw_kind cw_kind_connectors = { "connectors", { "connector", "c" }, fetch_connectors, cw_kind_put_keys,
					    table_connectors };
const struct cw_kind cw_kind_tasks = { "tasks", { "task" }, fetch_tasks, name_tasks, table_tasks };
