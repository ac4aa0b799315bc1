/* top: what the connectors do now, and what that costs. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ctl/kinds.h"
#include "ctl/states.h"

/* A worker counts once a second, so that a rate needs two looks a little further apart. */
#define FIRST_RATE_MS 1200

/* The fastest first; what has no rate comes last, in the order of names. */
struct rated {
	const char *name;
	double rate; /* -1: none */
};

static int by_rate(const void *a, const void *b)
{
	const struct rated *x = a, *y = b;

	if (x->rate != y->rate)
		return x->rate > y->rate ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* The names in the order of the table: an array to free. */
static struct rated *order(const struct cw_states *states, size_t *n)
{
	const char **names = cw_json_keys(states->connectors, n);
	struct rated *out = cw_alloc((*n + 1) * sizeof(*out));

	for (size_t i = 0; i < *n; i++) {
		out[i].name = names[i];
		if (!cw_window_rate(states->window, names[i], -1, CW_N_RECORDS, &out[i].rate))
			out[i].rate = -1;
	}
	free(names);
	if (*n > 0)
		qsort(out, *n, sizeof(*out), by_rate);
	return out;
}

/* ---- the table ----------------------------------------------------------------------------- */

/* Of one processor: two that are busy are 200 %. */
static void put_cpu(struct cw_table *table, const struct cw_states *states, const char *name)
{
	char text[32];
	double value;

	cw_table_number(table, cw_window_rate(states->window, name, -1, CW_N_CPU, &value)
				       ? cw_percent_text(value, text, sizeof(text))
				       : NULL);
}

static void put_memory(struct cw_table *table, const struct cw_states *states, const char *name)
{
	char text[32];
	double value;

	cw_table_number(table, cw_window_value(states->window, name, -1, CW_N_MEMORY, &value)
				       ? cw_bytes_text(value, text, sizeof(text))
				       : NULL);
}

static void put_row(struct cw_table *table, const struct cw_states *states, const char *name, bool wide)
{
	const json_t *status = json_object_get(states->connectors, name);
	const char *state = cw_states_summary(status);
	CW_AUTO_FREE char *tasks = cw_states_task_count(status);

	cw_table_row(table);
	cw_table_cell(table, name, CW_COLOR_NONE);
	cw_table_cell(table, state, cw_ctl_state_color(state));
	cw_table_cell(table, tasks, strchr(tasks, ' ') ? CW_COLOR_YELLOW : CW_COLOR_NONE);
	cw_states_put_rates(table, states, name, -1);
	cw_states_put_count(table, states, name, -1, CW_N_LAG);
	cw_states_put_count(table, states, name, -1, CW_N_ERRORS);
	put_cpu(table, states, name);
	put_memory(table, states, name);
	if (!wide)
		return;
	cw_states_put_count(table, states, name, -1, CW_N_RECORDS);
	cw_states_put_count(table, states, name, -1, CW_N_RETRIES);
	cw_states_put_count(table, states, name, -1, CW_N_SKIPPED);
	cw_states_put_count(table, states, name, -1, CW_N_RESTARTS);
}

static void put_table(const struct cw_ctl *ctl, const struct cw_states *states, struct cw_buf *out)
{
	static const char *const heads[] = { "NAME",	 "STATE",   "TASKS",	"#RECORDS/S", "#BYTES/S",
					     "#LAG",	 "#ERRORS", "#CPU",	"#MEMORY",    "#RECORDS",
					     "#RETRIES", "#SKIPPED", "#RESTARTS" };
	bool wide = ctl->output == CW_OUTPUT_WIDE;
	struct cw_table table = { 0 };
	size_t n;
	struct rated *rows = order(states, &n);

	cw_table_heads(&table, heads, wide ? 13 : 9);
	for (size_t i = 0; i < n; i++)
		put_row(&table, states, rows[i].name, wide);
	cw_table_render(&table, ctl->colors, out);
	cw_table_free(&table);
	free(rows);
}

/* ---- looking ------------------------------------------------------------------------------- */

static void print_data(const struct cw_ctl *ctl, const struct cw_states *states)
{
	json_t *data = json_object(), *status;
	const char *name;

	json_object_foreach(states->connectors, name, status)
		json_object_set_new(data, name, cw_states_with_metrics(states, name));
	cw_ctl_print_data(ctl, data);
	json_decref(data);
}

static void print_look(const struct cw_ctl *ctl, const struct cw_states *states, struct cw_buf *out)
{
	size_t n;
	struct rated *rows;

	if (cw_ctl_is_data(ctl)) {
		print_data(ctl, states);
	} else if (cw_ctl_wants_names(ctl)) {
		rows = order(states, &n);
		for (size_t i = 0; i < n; i++)
			cw_kind_put_name(out, rows[i].name);
		free(rows);
	} else if (json_object_size(states->connectors) == 0) {
		cw_buf_puts(out, "no connectors\n");
	} else {
		put_table(ctl, states, out);
	}
}

static enum cw_ctl_exit look(struct cw_ctl *ctl, void *arg, struct cw_buf *out)
{
	struct cw_window *window = arg;
	struct cw_states states = { .window = window };
	enum cw_ctl_exit result;

	if (window->n == 0) {
		cw_states_count(ctl, window);
		if (window->n > 0)
			cw_ctl_sleep_until(window->samples[0].at_ms + FIRST_RATE_MS);
	}
	result = cw_states_fetch(ctl, NULL, &states.connectors);
	if (result == CW_CTL_OK)
		result = cw_states_choose(ctl, &states.connectors);
	if (json_object_size(states.connectors) > 0 || result == CW_CTL_OK) {
		cw_states_count(ctl, window);
		print_look(ctl, &states, out);
	}
	json_decref(states.connectors);
	return result;
}

static bool is_for_people(const struct cw_ctl *ctl)
{
	return ctl->io.tty && !cw_ctl_is_data(ctl) && !cw_ctl_wants_names(ctl);
}

/* On a terminal until it is interrupted, else one look. */
enum cw_ctl_exit cw_ctl_top(struct cw_ctl *ctl)
{
	struct cw_window window = { 0 };
	enum cw_ctl_exit result;

	if (is_for_people(ctl) && !(ctl->given & CW_O_COUNT))
		ctl->given |= CW_O_WATCH;
	result = cw_ctl_watch(ctl, look, &window);
	cw_window_free(&window);
	return result;
}
