/* status: states, and what the tasks count, once or again and again. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ctl/kinds.h"
#include "ctl/states.h"

/* Whether words or labels name connectors; without, all are meant. */
static bool names_some(const struct cw_ctl *ctl)
{
	return ctl->n_args > 0 || ctl->given & CW_O_SELECTOR;
}

/* The one connector that is named by its name, or NULL. */
static const char *single(const struct cw_ctl *ctl)
{
	bool plain = ctl->n_args == 1 && !(ctl->given & CW_O_SELECTOR) && !cw_ctl_is_pattern(ctl->args[0]);

	return plain ? ctl->args[0] : NULL;
}

/* Of one that was asked for alone there is more to show, however it was named. */
static const char *in_detail(const struct cw_ctl *ctl, const struct cw_states *look)
{
	return names_some(ctl) && json_object_size(look->connectors) == 1 ?
		       json_object_iter_key(json_object_iter(look->connectors)) :
		       NULL;
}

static void render(const struct cw_ctl *ctl, const struct cw_states *look, bool rates, struct cw_buf *out)
{
	const char *name = in_detail(ctl, look);
	struct cw_table table = { 0 };

	if (json_object_size(look->connectors) == 0) {
		cw_buf_puts(out, "no connectors\n");
		return;
	}
	cw_states_connectors(&table, look, rates);
	cw_table_render(&table, ctl->colors, out);
	cw_table_free(&table);
	if (!name)
		return;
	if (json_array_size(json_object_get(json_object_get(look->connectors, name), "tasks")) > 0) {
		cw_buf_puts(out, "\n");
		cw_states_tasks(&table, look, name, rates);
		cw_table_render(&table, ctl->colors, out);
		cw_table_free(&table);
	}
	cw_states_troubles(ctl, out, json_object_get(look->connectors, name));
}

/* ---- lines: a watch that is not on a terminal ---------------------------------------------- */

static void put_pair(struct cw_buf *out, const struct cw_states *look, const char *name, int task,
		     enum cw_number number, const char *key, bool rate)
{
	double value;
	bool known = rate ? cw_window_rate(look->window, name, task, number, &value)
			  : cw_states_value(look, name, task, number, &value);

	if (known)
		cw_buf_printf(out, " %s=%.0f", key, value);
}

static void put_pairs(struct cw_buf *out, const struct cw_states *look, const char *name, int task)
{
	put_pair(out, look, name, task, CW_N_RECORDS, "records", false);
	put_pair(out, look, name, task, CW_N_RECORDS, "records/s", true);
	put_pair(out, look, name, task, CW_N_BYTES, "bytes/s", true);
	put_pair(out, look, name, task, CW_N_LAG, "lag", false);
	put_pair(out, look, name, task, CW_N_ERRORS, "errors", false);
	put_pair(out, look, name, task, CW_N_RETRIES, "retries", false);
	put_pair(out, look, name, task, CW_N_RESTARTS, "restarts", false);
	put_pair(out, look, name, task, CW_N_MEMORY, "memory", false);
	cw_buf_puts(out, "\n");
}

/* "TIME NAME STATE tasks=…", and with a name asked for a line for each of its tasks. */
static void render_lines(const struct cw_ctl *ctl, const struct cw_states *look, const char *time, struct cw_buf *out)
{
	const char *name, *state;
	json_t *status, *task;
	size_t i;

	json_object_foreach(look->connectors, name, status) {
		state = cw_states_summary(status);
		cw_buf_printf(out, "%s %s %s tasks=%zu", time, name, state ? state : "-",
			      json_array_size(json_object_get(status, "tasks")));
		put_pairs(out, look, name, -1);
		if (!names_some(ctl))
			continue;
		json_array_foreach(json_object_get(status, "tasks"), i, task) {
			int id = (int)json_integer_value(json_object_get(task, "id"));

			state = cw_json_text(task, "state");
			cw_buf_printf(out, "%s %s-%d %s", time, name, id, state ? state : "-");
			put_pairs(out, look, name, id);
		}
	}
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static json_t *to_data(const struct cw_ctl *ctl, const struct cw_states *look)
{
	json_t *out, *status;
	const char *name;

	if (single(ctl))
		return cw_states_with_metrics(look, single(ctl));
	out = json_object();
	json_object_foreach(look->connectors, name, status)
		json_object_set_new(out, name, cw_states_with_metrics(look, name));
	return out;
}

/* ---- looking ------------------------------------------------------------------------------- */

static bool watches(const struct cw_ctl *ctl)
{
	return ctl->given & (CW_O_WATCH | CW_O_COUNT);
}

static void print_look(const struct cw_ctl *ctl, const struct cw_states *look, struct cw_buf *out)
{
	char time[32];
	json_t *data;

	if (cw_ctl_is_data(ctl)) {
		data = to_data(ctl, look);
		cw_ctl_print_data(ctl, data);
		json_decref(data);
	} else if (cw_ctl_wants_names(ctl)) {
		cw_kind_put_keys(look->connectors, out);
	} else if (watches(ctl) && !ctl->io.tty) {
		cw_clock_iso(cw_clock_epoch_ms(), time, sizeof(time));
		render_lines(ctl, look, time, out);
	} else {
		render(ctl, look, watches(ctl), out);
	}
}

static enum cw_ctl_exit look_once(struct cw_ctl *ctl, void *window, struct cw_buf *out)
{
	struct cw_states look = { .window = window };
	enum cw_ctl_exit result = cw_states_fetch(ctl, single(ctl), &look.connectors);

	if (result == CW_CTL_OK && !single(ctl))
		result = cw_states_choose(ctl, &look.connectors);
	if (json_object_size(look.connectors) > 0 || result == CW_CTL_OK) {
		cw_states_count(ctl, window);
		print_look(ctl, &look, out);
		if (cw_states_any_failed(look.connectors))
			result = cw_ctl_worse(result, CW_CTL_FAILED);
	}
	json_decref(look.connectors);
	return result;
}

enum cw_ctl_exit cw_ctl_status(struct cw_ctl *ctl)
{
	struct cw_window window = { 0 };
	enum cw_ctl_exit result = cw_ctl_watch(ctl, look_once, &window);

	cw_window_free(&window);
	return result;
}
