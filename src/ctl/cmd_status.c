/* status: states, and what the tasks count, once or again and again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ctl/ctl.h"
#include "ctl/numbers.h"

struct look {
	json_t *connectors; /* name → ConnectorStateInfo */
	const struct cw_window *window;
};

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static bool is_failed(const json_t *part)
{
	const char *state = text_of(part, "state");

	return state && strcmp(state, "FAILED") == 0;
}

static bool any_failed(const json_t *connectors)
{
	const char *name;
	json_t *status, *task;
	size_t i;

	json_object_foreach((json_t *)connectors, name, status) {
		if (is_failed(json_object_get(status, "connector")))
			return true;
		json_array_foreach(json_object_get(status, "tasks"), i, task)
			if (is_failed(task))
				return true;
	}
	return false;
}

/* ---- cells --------------------------------------------------------------------------------- */

static void put_count(struct cw_table *table, const struct look *look, const char *name, int task,
		      enum cw_number number)
{
	char text[32];
	double value;

	cw_table_number(table, cw_window_value(look->window, name, task, number, &value)
				       ? cw_count_text(value, text, sizeof(text))
				       : NULL);
}

static void put_rates(struct cw_table *table, const struct look *look, const char *name, int task)
{
	char text[32];
	double value;

	cw_table_number(table, cw_window_rate(look->window, name, task, CW_N_RECORDS, &value)
				       ? cw_count_text(value, text, sizeof(text))
				       : NULL);
	cw_table_number(table, cw_window_rate(look->window, name, task, CW_N_BYTES, &value)
				       ? cw_bytes_text(value, text, sizeof(text))
				       : NULL);
}

static void put_numbers(struct cw_table *table, const struct look *look, const char *name, int task, bool rates)
{
	put_count(table, look, name, task, CW_N_RECORDS);
	if (rates)
		put_rates(table, look, name, task);
	put_count(table, look, name, task, CW_N_LAG);
	put_count(table, look, name, task, CW_N_ERRORS);
	put_count(table, look, name, task, CW_N_RETRIES);
	put_count(table, look, name, task, CW_N_RESTARTS);
}

/* "2 RUNNING", "1 RUNNING, 1 FAILED" in the order of the first of each. */
static char *task_states(const json_t *tasks)
{
	const char *seen[8];
	size_t counts[8] = { 0 }, n = 0, i, k;
	struct cw_buf out = { 0 };
	json_t *task;

	json_array_foreach((json_t *)tasks, i, task) {
		const char *state = text_of(task, "state");

		state = state ? state : "?";
		for (k = 0; k < n && strcmp(seen[k], state) != 0; k++)
			;
		if (k == n && n < 8)
			seen[n++] = state;
		if (k < 8)
			counts[k]++;
	}
	for (k = 0; k < n; k++)
		cw_buf_printf(&out, "%s%zu %s", k ? ", " : "", counts[k], seen[k]);
	if (n == 0)
		cw_buf_puts(&out, "none");
	return cw_buf_take(&out);
}

static enum cw_color tasks_color(const json_t *status)
{
	const char *first = NULL;
	size_t i;
	json_t *task;

	json_array_foreach(json_object_get(status, "tasks"), i, task) {
		if (is_failed(task))
			return CW_COLOR_RED;
		first = i == 0 ? text_of(task, "state") : first;
	}
	return cw_ctl_state_color(first);
}

/* ---- tables -------------------------------------------------------------------------------- */

static const char *const number_heads[] = { "#RECORDS", "#RECORDS/S", "#BYTES/S", "#LAG",
					    "#ERRORS",	"#RETRIES",   "#RESTARTS" };

static void put_heads(struct cw_table *table, const char *const *first, size_t n_first, bool rates)
{
	const char *heads[CW_TABLE_COLUMNS];
	size_t n = 0;

	for (size_t i = 0; i < n_first; i++)
		heads[n++] = first[i];
	for (size_t i = 0; i < sizeof(number_heads) / sizeof(number_heads[0]); i++)
		if (rates || (i != 1 && i != 2))
			heads[n++] = number_heads[i];
	cw_table_heads(table, heads, n);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void put_connectors(struct cw_table *table, const struct look *look, bool rates)
{
	static const char *const heads[] = { "NAME", "TYPE", "STATE", "TASKS" };
	const char **names = cw_alloc((json_object_size(look->connectors) + 1) * sizeof(*names)), *name;
	size_t n = 0;
	json_t *status;

	json_object_foreach(look->connectors, name, status)
		names[n++] = name;
	qsort(names, n, sizeof(*names), by_name);
	put_heads(table, heads, 4, rates);
	for (size_t i = 0; i < n; i++) {
		const char *state;
		CW_AUTO_FREE char *tasks = NULL;

		status = json_object_get(look->connectors, names[i]);
		state = text_of(json_object_get(status, "connector"), "state");
		tasks = task_states(json_object_get(status, "tasks"));
		cw_table_row(table);
		cw_table_cell(table, names[i], CW_COLOR_NONE);
		cw_table_cell(table, text_of(status, "type"), CW_COLOR_NONE);
		cw_table_cell(table, state, cw_ctl_state_color(state));
		cw_table_cell(table, tasks, tasks_color(status));
		put_numbers(table, look, names[i], -1, rates);
	}
	free(names);
}

static void put_tasks(struct cw_table *table, const struct look *look, const char *name, bool rates)
{
	static const char *const heads[] = { "TASK", "STATE", "WORKER" };
	const json_t *status = json_object_get(look->connectors, name);
	size_t i;
	json_t *task;

	put_heads(table, heads, 3, rates);
	json_array_foreach(json_object_get(status, "tasks"), i, task) {
		int id = (int)json_integer_value(json_object_get(task, "id"));
		CW_AUTO_FREE char *number = cw_format("%d", id);

		cw_table_row(table);
		cw_table_cell(table, number, CW_COLOR_NONE);
		cw_table_cell(table, text_of(task, "state"), cw_ctl_state_color(text_of(task, "state")));
		cw_table_cell(table, text_of(task, "worker_id"), CW_COLOR_NONE);
		put_numbers(table, look, name, id, rates);
	}
}

static void put_trace(const struct cw_ctl *ctl, struct cw_buf *out, const char *who, const json_t *part)
{
	const char *trace = text_of(part, "trace");

	if (!trace || !*trace)
		return;
	cw_buf_puts(out, "\n");
	cw_color_put(out, ctl->colors, CW_COLOR_RED, who);
	cw_buf_puts(out, ":\n");
	cw_text_wrap(out, trace, 4, ctl->io.tty ? (size_t)ctl->io.width : 4096);
}

static void put_traces(const struct cw_ctl *ctl, struct cw_buf *out, const json_t *status)
{
	size_t i;
	json_t *task;

	put_trace(ctl, out, "connector", json_object_get(status, "connector"));
	json_array_foreach(json_object_get(status, "tasks"), i, task) {
		CW_AUTO_FREE char *who =
			cw_format("task %" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(task, "id")));

		put_trace(ctl, out, who, task);
	}
}

static void render(const struct cw_ctl *ctl, const struct look *look, bool rates, struct cw_buf *out)
{
	const char *name = ctl->n_args ? ctl->args[0] : NULL;
	struct cw_table table = { 0 };

	if (json_object_size(look->connectors) == 0) {
		cw_buf_puts(out, "no connectors\n");
		return;
	}
	put_connectors(&table, look, rates);
	cw_table_render(&table, ctl->colors, out);
	cw_table_free(&table);
	if (!name)
		return;
	if (json_array_size(json_object_get(json_object_get(look->connectors, name), "tasks")) > 0) {
		cw_buf_puts(out, "\n");
		put_tasks(&table, look, name, rates);
		cw_table_render(&table, ctl->colors, out);
		cw_table_free(&table);
	}
	put_traces(ctl, out, json_object_get(look->connectors, name));
}

/* ---- lines: a watch that is not on a terminal ---------------------------------------------- */

static void put_pair(struct cw_buf *out, const struct cw_window *window, const char *name, int task,
		     enum cw_number number, const char *key, bool rate)
{
	double value;
	bool known = rate ? cw_window_rate(window, name, task, number, &value)
			  : cw_window_value(window, name, task, number, &value);

	if (known)
		cw_buf_printf(out, " %s=%.0f", key, value);
}

static void put_pairs(struct cw_buf *out, const struct cw_window *window, const char *name, int task)
{
	put_pair(out, window, name, task, CW_N_RECORDS, "records", false);
	put_pair(out, window, name, task, CW_N_RECORDS, "records/s", true);
	put_pair(out, window, name, task, CW_N_BYTES, "bytes/s", true);
	put_pair(out, window, name, task, CW_N_LAG, "lag", false);
	put_pair(out, window, name, task, CW_N_ERRORS, "errors", false);
	put_pair(out, window, name, task, CW_N_RETRIES, "retries", false);
	put_pair(out, window, name, task, CW_N_RESTARTS, "restarts", false);
	cw_buf_puts(out, "\n");
}

/* "TIME NAME STATE tasks=…", and with a name asked for a line for each of its tasks. */
static void render_lines(const struct cw_ctl *ctl, const struct look *look, const char *time, struct cw_buf *out)
{
	const char *name, *state;
	json_t *status, *task;
	size_t i;

	json_object_foreach(look->connectors, name, status) {
		state = text_of(json_object_get(status, "connector"), "state");
		cw_buf_printf(out, "%s %s %s tasks=%zu", time, name, state ? state : "-",
			      json_array_size(json_object_get(status, "tasks")));
		put_pairs(out, look->window, name, -1);
		if (ctl->n_args == 0)
			continue;
		json_array_foreach(json_object_get(status, "tasks"), i, task) {
			int id = (int)json_integer_value(json_object_get(task, "id"));

			state = text_of(task, "state");
			cw_buf_printf(out, "%s %s-%d %s", time, name, id, state ? state : "-");
			put_pairs(out, look->window, name, id);
		}
	}
}

/* ---- JSON ---------------------------------------------------------------------------------- */

/* ConnectorStateInfo with "metrics" in it, and in each task. */
static json_t *with_metrics(const struct look *look, const char *name)
{
	json_t *status = json_deep_copy(json_object_get(look->connectors, name)), *task;
	size_t i;

	json_object_set_new(status, "metrics", cw_window_to_json(look->window, name, -1));
	json_array_foreach(json_object_get(status, "tasks"), i, task)
		json_object_set_new(
			task, "metrics",
			cw_window_to_json(look->window, name, (int)json_integer_value(json_object_get(task, "id"))));
	return status;
}

static json_t *to_json(const struct cw_ctl *ctl, const struct look *look)
{
	json_t *out, *status;
	const char *name;

	if (ctl->n_args)
		return with_metrics(look, ctl->args[0]);
	out = json_object();
	json_object_foreach(look->connectors, name, status)
		json_object_set_new(out, name, with_metrics(look, name));
	return out;
}

/* ---- looking ------------------------------------------------------------------------------- */

static enum cw_ctl_exit fetch_connectors(struct cw_ctl *ctl, json_t **out)
{
	const char *name = ctl->n_args ? ctl->args[0] : NULL, *key;
	CW_AUTO_FREE char *path = name ? cw_ctl_path(ctl, name, "/status") : cw_strdup("/connectors?expand=status");
	json_t *answer, *entry;
	enum cw_ctl_exit result = cw_ctl_get(ctl, path, name, &answer);

	*out = NULL;
	if (result != CW_CTL_OK)
		return result;
	*out = json_object();
	if (name)
		json_object_set(*out, name, answer);
	else
		json_object_foreach(answer, key, entry)
			if (json_object_get(entry, "status"))
				json_object_set(*out, key, json_object_get(entry, "status"));
	json_decref(answer);
	return CW_CTL_OK;
}

/* A worker without /metrics (Kafka's own) has no numbers; that is no failure. */
static void fetch_numbers(struct cw_ctl *ctl, struct cw_window *window)
{
	struct cw_reply reply;

	if (cw_client_call(ctl->client, "GET", "/metrics", NULL, &reply) == 0 && reply.text.n > 0)
		cw_window_add(window, reply.text.p, cw_clock_ms());
	cw_reply_free(&reply);
}

static void print_look(const struct cw_ctl *ctl, const struct look *look, bool watch)
{
	struct cw_buf out = { 0 };
	char time[32];

	cw_clock_iso(cw_clock_epoch_ms(), time, sizeof(time));
	if (watch && !ctl->io.tty) {
		render_lines(ctl, look, time, &out);
	} else {
		if (watch)
			cw_buf_printf(&out, "\033[H\033[2J%s  %s\n", time, cw_client_url(ctl->client));
		render(ctl, look, watch, &out);
	}
	if (out.n > 0)
		fwrite(out.p, 1, out.n, ctl->io.out);
	fflush(ctl->io.out);
	cw_buf_free(&out);
}

static enum cw_ctl_exit look_once(struct cw_ctl *ctl, struct cw_window *window, bool watch)
{
	struct look look = { .window = window };
	enum cw_ctl_exit result = fetch_connectors(ctl, &look.connectors);
	json_t *json;

	if (result != CW_CTL_OK)
		return result;
	fetch_numbers(ctl, window);
	if (ctl->json) {
		json = to_json(ctl, &look);
		cw_ctl_print_json(ctl, json);
		json_decref(json);
	} else {
		print_look(ctl, &look, watch);
	}
	result = any_failed(look.connectors) ? CW_CTL_FAILED : CW_CTL_OK;
	json_decref(look.connectors);
	return result;
}

static void wait_until(int64_t until_ms)
{
	struct timespec at = { .tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

/*
 * A worker that is away for a while (a restart) does not end a watch: it says so and looks again. An answer
 * that refuses does.
 */
enum cw_ctl_exit cw_ctl_status(struct cw_ctl *ctl)
{
	bool watch = ctl->given & (CW_O_WATCH | CW_O_COUNT);
	struct cw_window window = { 0 };
	enum cw_ctl_exit result = CW_CTL_OK;
	int64_t next_ms = cw_clock_ms();

	for (int64_t i = 0; !watch || ctl->count == 0 || i < ctl->count; i++) {
		if (i > 0)
			wait_until(next_ms);
		result = look_once(ctl, &window, watch);
		if (!watch || result == CW_CTL_REFUSED || (i == 0 && result == CW_CTL_UNREACHABLE) ||
		    ferror(ctl->io.out))
			break;
		next_ms += ctl->interval_ms;
		if (next_ms < cw_clock_ms())
			next_ms = cw_clock_ms();
	}
	cw_window_free(&window);
	return result;
}
