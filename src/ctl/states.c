#include "ctl/states.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

static bool is_failed(const json_t *part)
{
	const char *state = cw_json_text(part, "state");

	return state && strcmp(state, "FAILED") == 0;
}

bool cw_states_any_failed(const json_t *connectors)
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

const char *cw_states_summary(const json_t *status)
{
	const char *text = cw_json_text(status, "summary_state");

	return text ? text : cw_json_text(json_object_get(status, "connector"), "state");
}

char *cw_states_task_count(const json_t *status)
{
	const json_t *tasks = json_object_get(status, "tasks");
	size_t running = 0, i, n = json_array_size(tasks);
	json_t *task;

	json_array_foreach((json_t *)tasks, i, task) {
		const char *state = cw_json_text(task, "state");

		running += state && (strcmp(state, "RUNNING") == 0 || strcmp(state, "COMPLETED") == 0);
	}
	return running == n ? cw_format("%zu", n) : cw_format("%zu of %zu", running, n);
}

/* ---- cells --------------------------------------------------------------------------------- */

/* The retries of a task, or of all; false: not known. What is being tried again is counted when that has ended. */
static bool retries(const struct cw_states *look, const char *name, int task, double *out)
{
	const json_t *status = json_object_get(look->connectors, name);
	bool known = false;
	size_t i;
	json_t *entry;

	*out = 0;
	json_array_foreach(json_object_get(status, "tasks"), i, entry) {
		int id = (int)json_integer_value(json_object_get(entry, "id"));
		const json_t *attempt = json_object_get(json_object_get(entry, "retry"), "attempt");
		double under_way = (double)json_integer_value(attempt), counted = 0;

		if (task >= 0 && task != id)
			continue;
		known = cw_window_value(look->window, name, id, CW_N_RETRIES, &counted) || attempt || known;
		*out += counted > under_way ? counted : under_way;
	}
	return known;
}

bool cw_states_value(const struct cw_states *look, const char *name, int task, enum cw_number number, double *out)
{
	if (number == CW_N_RETRIES && retries(look, name, task, out))
		return true;
	return cw_window_value(look->window, name, task, number, out);
}

void cw_states_put_count(struct cw_table *table, const struct cw_states *look, const char *name, int task,
			 enum cw_number number)
{
	char text[32];
	double value;

	cw_table_number(table, cw_states_value(look, name, task, number, &value)
				       ? cw_count_text(value, text, sizeof(text))
				       : NULL);
}

void cw_states_put_rates(struct cw_table *table, const struct cw_states *look, const char *name, int task)
{
	char text[32];
	double value;

	cw_table_number(table, cw_window_rate(look->window, name, task, CW_N_RECORDS, &value)
				       ? cw_count_text(value, text, sizeof(text))
				       : NULL);
	cw_table_number(table, cw_window_rate(look->window, name, task, CW_N_BYTES, &value)
				       ? cw_bytes_rate_text(value, text, sizeof(text))
				       : NULL);
}

static void put_numbers(struct cw_table *table, const struct cw_states *look, const char *name, int task, bool rates)
{
	cw_states_put_count(table, look, name, task, CW_N_RECORDS);
	if (rates)
		cw_states_put_rates(table, look, name, task);
	cw_states_put_count(table, look, name, task, CW_N_LAG);
	cw_states_put_count(table, look, name, task, CW_N_ERRORS);
	cw_states_put_count(table, look, name, task, CW_N_RETRIES);
	cw_states_put_count(table, look, name, task, CW_N_RESTARTS);
}

/* "2 RUNNING", "1 RUNNING, 1 FAILED" in the order of the first of each. */
static char *task_states(const json_t *tasks)
{
	const char *seen[8];
	size_t counts[8] = { 0 }, n = 0, i, k;
	struct cw_buf out = { 0 };
	json_t *task;

	json_array_foreach((json_t *)tasks, i, task) {
		const char *state = cw_json_text(task, "state");

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
		first = i == 0 ? cw_json_text(task, "state") : first;
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

void cw_states_connectors(struct cw_table *table, const struct cw_states *look, bool rates)
{
	static const char *const heads[] = { "NAME", "TYPE", "STATE", "TASKS" };
	size_t n;
	const char **names = cw_json_keys(look->connectors, &n);

	put_heads(table, heads, 4, rates);
	for (size_t i = 0; i < n; i++) {
		const json_t *status = json_object_get(look->connectors, names[i]);
		const char *state = cw_states_summary(status);
		CW_AUTO_FREE char *tasks = task_states(json_object_get(status, "tasks"));

		cw_table_row(table);
		cw_table_cell(table, names[i], CW_COLOR_NONE);
		cw_table_cell(table, cw_json_text(status, "type"), CW_COLOR_NONE);
		cw_table_cell(table, state, cw_ctl_state_color(state));
		cw_table_cell(table, tasks, tasks_color(status));
		put_numbers(table, look, names[i], -1, rates);
	}
	free(names);
}

void cw_states_tasks(struct cw_table *table, const struct cw_states *look, const char *name, bool rates)
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
		cw_table_cell(table, cw_json_text(task, "state"), cw_ctl_state_color(cw_json_text(task, "state")));
		cw_table_cell(table, cw_json_text(task, "worker_id"), CW_COLOR_NONE);
		put_numbers(table, look, name, id, rates);
	}
}

/* "who:" and what is said of it below; nothing when nothing is. */
static void put_trouble(const struct cw_ctl *ctl, struct cw_buf *out, enum cw_color color, const char *who, const char *text)
{
	if (!text || !*text)
		return;
	cw_buf_puts(out, "\n");
	cw_color_put(out, ctl->colors, color, who);
	cw_buf_puts(out, ":\n");
	cw_text_wrap(out, text, 4, ctl->io.tty ? (size_t)ctl->io.width : 4096);
}

/* What a task tries again, and why, unless that is said already: new. NULL: nothing. */
static char *retry_text(const json_t *task, const char *said)
{
	const json_t *retry = json_object_get(task, "retry"), *attempt = json_object_get(retry, "attempt");
	const char *stage = cw_json_text(retry, "stage"), *at = cw_json_text(retry, "next_attempt_at");
	const char *cause = cw_json_text(retry, "cause");
	bool is_said = !cause || !*cause || (said && strstr(said, cause));

	if (!stage || !json_is_integer(attempt))
		return NULL;
	return cw_format("%s is being tried again (attempt %" JSON_INTEGER_FORMAT "%s%s)%s%s", stage,
			 json_integer_value(attempt), at ? ", the next one at " : "", at ? at : "", is_said ? "" : ": ",
			 is_said ? "" : cause);
}

void cw_states_troubles(const struct cw_ctl *ctl, struct cw_buf *out, const json_t *status)
{
	const char *degraded = cw_json_text(status, "degraded");
	size_t i;
	json_t *task;

	put_trouble(ctl, out, CW_COLOR_YELLOW, "DEGRADED", degraded);
	put_trouble(ctl, out, CW_COLOR_RED, "connector", cw_json_text(json_object_get(status, "connector"), "trace"));
	json_array_foreach(json_object_get(status, "tasks"), i, task) {
		CW_AUTO_FREE char *who =
			cw_format("task %" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(task, "id")));
		CW_AUTO_FREE char *retry = retry_text(task, degraded);

		put_trouble(ctl, out, CW_COLOR_YELLOW, who, retry);
		put_trouble(ctl, out, CW_COLOR_RED, who, cw_json_text(task, "trace"));
	}
}

/* ---- data ---------------------------------------------------------------------------------- */

json_t *cw_states_with_metrics(const struct cw_states *look, const char *name)
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

/* ---- asking -------------------------------------------------------------------------------- */

enum cw_ctl_exit cw_states_fetch(struct cw_ctl *ctl, const char *name, json_t **out)
{
	CW_AUTO_FREE char *path = name ? cw_ctl_path(ctl, name, "/status") : cw_strdup("/connectors?expand=status");
	json_t *answer, *entry;
	const char *key;
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

enum cw_ctl_exit cw_states_choose(struct cw_ctl *ctl, json_t **connectors)
{
	json_t *names, *name, *chosen;
	enum cw_ctl_exit result;
	size_t i;

	if (ctl->n_args == 0 && !(ctl->given & CW_O_SELECTOR))
		return CW_CTL_OK;
	chosen = json_object();
	result = cw_ctl_names(ctl, ctl->args, ctl->n_args, &names);
	json_array_foreach(names, i, name) {
		json_t *status = json_object_get(*connectors, json_string_value(name));

		if (status)
			json_object_set(chosen, json_string_value(name), status);
		else
			result = cw_ctl_worse(result, cw_ctl_unknown(ctl, json_string_value(name)));
	}
	json_decref(names);
	json_decref(*connectors);
	*connectors = chosen;
	return result;
}

void cw_states_count(struct cw_ctl *ctl, struct cw_window *window)
{
	struct cw_reply reply;

	if (cw_client_call(ctl->client, "GET", "/metrics", NULL, &reply) == 0 && reply.text.n > 0)
		cw_window_add(window, reply.text.p, cw_clock_ms());
	cw_reply_free(&reply);
}
