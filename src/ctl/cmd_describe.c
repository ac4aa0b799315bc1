/* describe and show: one connector, as a whole or its configuration. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ctl/offsets.h"
#include "ctl/states.h"

/* A worker counts once a second: two looks this far apart give a rate. */
#define RATE_MS 1100
#define EVENTS "10" /* the last lines of its log */

struct description {
	const char *name;
	json_t *status, *config;
	json_t *offsets, *events; /* NULL: the worker has none to give */
	struct cw_window window;
};

/* ---- asking -------------------------------------------------------------------------------- */

/* What not every worker has, or not now: NULL then. New. */
static json_t *ask_more(struct cw_ctl *ctl, const char *name, const char *suffix)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, name, suffix);
	struct cw_reply reply;
	json_t *answer = NULL;

	if (cw_client_call(ctl->client, "GET", path, NULL, &reply) == 0)
		answer = json_incref(reply.body);
	cw_reply_free(&reply);
	return answer;
}

static json_t *ask_offsets(struct cw_ctl *ctl, const char *name)
{
	json_t *answer = ask_more(ctl, name, "/offsets"), *offsets = json_incref(json_object_get(answer, "offsets"));

	json_decref(answer);
	return offsets;
}

static bool is_moving(const struct description *d)
{
	const char *state = cw_json_text(json_object_get(d->status, "connector"), "state");

	return state && strcmp(state, "RUNNING") == 0 && d->window.n > 0;
}

static enum cw_ctl_exit ask(struct cw_ctl *ctl, struct description *d)
{
	CW_AUTO_FREE char *status = cw_ctl_path(ctl, d->name, "/status");
	CW_AUTO_FREE char *config = cw_ctl_path(ctl, d->name, "/config");
	enum cw_ctl_exit result = cw_ctl_get(ctl, status, d->name, &d->status);

	if (result == CW_CTL_OK)
		result = cw_ctl_get(ctl, config, d->name, &d->config);
	if (result != CW_CTL_OK)
		return result;
	cw_states_count(ctl, &d->window);
	d->offsets = ask_offsets(ctl, d->name);
	d->events = ask_more(ctl, d->name, "/logs?level=INFO&lines=" EVENTS);
	if (is_moving(d)) {
		cw_ctl_sleep_until(d->window.samples[0].at_ms + RATE_MS);
		cw_states_count(ctl, &d->window);
	}
	return CW_CTL_OK;
}

/* ---- telling ------------------------------------------------------------------------------- */

static void put_title(const struct cw_ctl *ctl, struct cw_buf *out, const char *title)
{
	cw_buf_puts(out, "\n");
	cw_color_put(out, ctl->colors, CW_COLOR_BOLD, title);
	cw_buf_puts(out, "\n");
}

static void put_fact(struct cw_table *table, const char *name, const char *value, enum cw_color color)
{
	if (!value)
		return;
	cw_table_row(table);
	cw_table_cell(table, name, CW_COLOR_BOLD);
	cw_table_cell(table, value, color);
}

/* What its process uses, where the worker counts it. */
static void put_usage(struct cw_table *table, const struct description *d)
{
	char text[32];
	double value;

	if (cw_window_rate(&d->window, d->name, -1, CW_N_CPU, &value))
		put_fact(table, "CPU", cw_percent_text(value, text, sizeof(text)), CW_COLOR_NONE);
	if (cw_window_value(&d->window, d->name, -1, CW_N_MEMORY, &value))
		put_fact(table, "Memory", cw_bytes_text(value, text, sizeof(text)), CW_COLOR_NONE);
}

static void put_facts(const struct cw_ctl *ctl, const struct description *d, struct cw_buf *out)
{
	const json_t *connector = json_object_get(d->status, "connector");
	const char *state = cw_json_text(connector, "state"), *summary = cw_json_text(d->status, "summary_state");
	const json_t *generation = json_object_get(d->status, "generation");
	const json_t *observed = json_object_get(d->status, "observed_generation");
	struct cw_table table = { 0 };

	put_fact(&table, "Name", d->name, CW_COLOR_NONE);
	put_fact(&table, "Type", cw_json_text(d->status, "type"), CW_COLOR_NONE);
	put_fact(&table, "Class", cw_json_text(d->config, "connector.class"), CW_COLOR_NONE);
	put_fact(&table, "State", summary ? summary : state, cw_ctl_state_color(summary ? summary : state));
	if (summary && state && strcmp(summary, state) != 0)
		put_fact(&table, "Connector", state, cw_ctl_state_color(state));
	put_fact(&table, "Worker", cw_json_text(connector, "worker_id"), CW_COLOR_NONE);
	put_fact(&table, "Version", cw_json_text(connector, "version"), CW_COLOR_NONE);
	if (json_is_integer(generation) && json_is_integer(observed)) {
		CW_AUTO_FREE char *text = cw_format("%" JSON_INTEGER_FORMAT "%s", json_integer_value(generation),
						    json_equal(generation, observed) ? "" : " (not in force yet)");

		put_fact(&table, "Generation", text, CW_COLOR_NONE);
	}
	put_usage(&table, d);
	cw_table_render(&table, ctl->colors, out);
	cw_table_free(&table);
}

static void put_config(const struct cw_ctl *ctl, const struct description *d, struct cw_buf *out)
{
	struct cw_table table = { 0 };
	size_t n;
	const char **keys = cw_json_keys(d->config, &n);

	put_title(ctl, out, "Configuration");
	for (size_t i = 0; i < n; i++) {
		cw_table_row(&table);
		cw_table_cell(&table, keys[i], CW_COLOR_NONE);
		cw_table_cell(&table, cw_json_text(d->config, keys[i]), CW_COLOR_NONE);
	}
	cw_table_render(&table, false, out);
	cw_table_free(&table);
	free(keys);
}

static void put_tasks(const struct cw_ctl *ctl, const struct description *d, struct cw_buf *out)
{
	json_t *connectors = json_pack("{s:O}", d->name, d->status);
	struct cw_states states = { connectors, &d->window };
	struct cw_table table = { 0 };

	put_title(ctl, out, "Tasks");
	if (json_array_size(json_object_get(d->status, "tasks")) == 0) {
		cw_buf_puts(out, "none\n");
	} else {
		cw_states_tasks(&table, &states, d->name, d->window.n > 1);
		cw_table_render(&table, ctl->colors, out);
		cw_table_free(&table);
	}
	json_decref(connectors);
}

static void put_offsets(const struct cw_ctl *ctl, const struct description *d, struct cw_buf *out)
{
	struct cw_table table = { 0 };
	size_t i;
	json_t *entry;

	if (!d->offsets)
		return;
	put_title(ctl, out, "Offsets");
	if (json_array_size(d->offsets) == 0)
		cw_buf_puts(out, "none\n");
	json_array_foreach(d->offsets, i, entry) {
		CW_AUTO_FREE char *partition = cw_offsets_partition_text(json_object_get(entry, "partition"));
		CW_AUTO_FREE char *offset = cw_offsets_offset_text(json_object_get(entry, "offset"));

		cw_table_row(&table);
		cw_table_cell(&table, partition, CW_COLOR_NONE);
		cw_table_cell(&table, offset, CW_COLOR_NONE);
	}
	cw_table_render(&table, ctl->colors, out);
	cw_table_free(&table);
}

static void put_events(const struct cw_ctl *ctl, const struct description *d, struct cw_buf *out)
{
	size_t i;
	json_t *line;

	if (json_array_size(d->events) == 0)
		return;
	put_title(ctl, out, "Events");
	json_array_foreach(d->events, i, line)
		cw_ctl_put_log_line(ctl, out, line);
}

static void print_description(const struct cw_ctl *ctl, const struct description *d)
{
	struct cw_buf out = { 0 };
	json_t *data;

	if (cw_ctl_is_data(ctl)) {
		data = json_pack("{s:s,s:O,s:O,s:o,s:O*,s:O*}", "name", d->name, "status", d->status, "config",
				 d->config, "metrics", cw_window_to_json(&d->window, d->name, -1), "offsets", d->offsets, "events",
				 d->events);
		cw_ctl_print_data(ctl, data);
		json_decref(data);
		return;
	}
	put_facts(ctl, d, &out);
	put_config(ctl, d, &out);
	put_tasks(ctl, d, &out);
	put_offsets(ctl, d, &out);
	put_events(ctl, d, &out);
	cw_states_troubles(ctl, &out, d->status);
	cw_ctl_print_buf(ctl, &out);
}

static enum cw_ctl_exit describe(struct cw_ctl *ctl, const char *name)
{
	struct description d = { .name = name };
	enum cw_ctl_exit result = ask(ctl, &d);
	json_t *connectors;

	if (result == CW_CTL_OK) {
		print_description(ctl, &d);
		connectors = json_pack("{s:O}", name, d.status);
		result = cw_states_any_failed(connectors) ? CW_CTL_FAILED : CW_CTL_OK;
		json_decref(connectors);
	}
	json_decref(d.status);
	json_decref(d.config);
	json_decref(d.offsets);
	json_decref(d.events);
	cw_window_free(&d.window);
	return result;
}

enum cw_ctl_exit cw_ctl_describe(struct cw_ctl *ctl)
{
	json_t *names, *name;
	enum cw_ctl_exit result = cw_ctl_names(ctl, ctl->args, ctl->n_args, &names);
	size_t i;

	json_array_foreach(names, i, name) {
		enum cw_ctl_exit one;

		if (i > 0 && !cw_ctl_is_data(ctl))
			fputs("\n", ctl->io.out);
		one = describe(ctl, json_string_value(name));
		result = cw_ctl_worse(result, one);
		if (cw_ctl_is_hopeless(one))
			break;
	}
	json_decref(names);
	return result;
}

/* ---- show ---------------------------------------------------------------------------------- */

enum cw_ctl_exit cw_ctl_show(struct cw_ctl *ctl)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, ctl->args[0], "/config");
	json_t *config, *whole;
	enum cw_ctl_exit result = cw_ctl_get(ctl, path, ctl->args[0], &config);
	struct cw_buf out = { 0 };

	if (result != CW_CTL_OK)
		return result;
	if (cw_ctl_is_data(ctl)) {
		whole = json_pack("{s:s,s:O}", "name", ctl->args[0], "config", config);
		cw_ctl_print_data(ctl, whole);
		json_decref(whole);
	} else {
		cw_ctl_put_properties(&out, config);
		cw_ctl_print_buf(ctl, &out);
	}
	cw_ctl_warn_of_hidden(ctl, config);
	json_decref(config);
	return CW_CTL_OK;
}
