#include "rest/metrics.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"

#define PREFIX "connect_worker_"

/* All samples of one name: the format wants them together, the herder gives them task by task. */
struct family {
	char *name;
	struct cw_buf text; /* HELP, TYPE, samples */
};

struct families {
	struct family *items;
	size_t n;
	json_t *index; /* name → place in items */
};

/* Help text: only backslash and line feed are special. */
static void put_help(struct cw_buf *out, const char *help)
{
	for (; *help; help++) {
		if (*help == '\n')
			cw_buf_puts(out, "\\n");
		else if (*help == '\\')
			cw_buf_puts(out, "\\\\");
		else
			cw_buf_append(out, help, 1);
	}
}

static struct cw_buf *family(struct families *families, const char *name, const char *type, const char *help)
{
	const json_t *place = json_object_get(families->index, name);
	struct family *item;

	if (place)
		return &families->items[json_integer_value(place)].text;
	json_object_set_new(families->index, name, json_integer((json_int_t)families->n));
	families->items = cw_realloc(families->items, (families->n + 1) * sizeof(*families->items));
	item = &families->items[families->n++];
	*item = (struct family){ .name = cw_strdup(name) };
	if (help && *help) {
		cw_buf_printf(&item->text, "# HELP %s ", name);
		put_help(&item->text, help);
		cw_buf_puts(&item->text, "\n");
	}
	cw_buf_printf(&item->text, "# TYPE %s %s\n", name, type);
	return &item->text;
}

/* Appends name="value" to a label list; the list starts empty. */
static void put_label(struct cw_buf *labels, const char *name, const char *value)
{
	cw_buf_printf(labels, "%s%s=\"", labels->n ? "," : "", name);
	for (; *value; value++) {
		if (*value == '\n')
			cw_buf_puts(labels, "\\n");
		else if (*value == '\\' || *value == '"')
			cw_buf_printf(labels, "\\%c", *value);
		else
			cw_buf_append(labels, value, 1);
	}
	cw_buf_puts(labels, "\"");
}

/* A sample; value must be a number. */
static void put_sample(struct cw_buf *out, const char *name, const struct cw_buf *labels, const json_t *value)
{
	cw_buf_puts(out, name);
	if (labels && labels->n)
		cw_buf_printf(out, "{%s}", labels->p);
	if (json_is_integer(value))
		cw_buf_printf(out, " %" JSON_INTEGER_FORMAT "\n", json_integer_value(value));
	else
		cw_buf_printf(out, " %.15g\n", json_real_value(value));
}

static void put_one(struct cw_buf *out, const char *name, const struct cw_buf *labels)
{
	cw_buf_printf(out, "%s{%s} 1\n", name, labels->p);
}

/* "consumer-lag" behind PREFIX "task_" is connect_worker_task_consumer_lag; counters end in _total. New. */
static char *metric_name(const char *prefix, const char *name, bool counter)
{
	struct cw_buf out = { 0 };
	size_t n;

	cw_buf_puts(&out, prefix);
	for (; *name; name++)
		cw_buf_append(&out, isalnum((unsigned char)*name) ? name : "_", 1);
	n = out.n;
	if (counter && (n < 6 || strcmp(out.p + n - 6, "_total") != 0))
		cw_buf_puts(&out, "_total");
	return cw_buf_take(&out);
}

/* One entry of a "metrics" object. */
static void put_metric(struct families *families, const char *prefix, const char *key, const json_t *metric,
		       const struct cw_buf *labels)
{
	const json_t *value = json_is_number(metric) ? metric : json_object_get(metric, "value");
	const char *kind = json_string_value(json_object_get(metric, "kind"));
	const char *help = json_string_value(json_object_get(metric, "help"));
	bool counter = kind && strcmp(kind, "counter") == 0;
	CW_AUTO_FREE char *name = metric_name(prefix, key, counter);

	if (json_is_number(value))
		put_sample(family(families, name, counter ? "counter" : "gauge", help), name, labels, value);
}

static void put_metrics(struct families *families, const char *prefix, const json_t *metrics,
			const struct cw_buf *labels)
{
	const char *key;
	json_t *metric;

	json_object_foreach((json_t *)metrics, key, metric)
		put_metric(families, prefix, key, metric, labels);
}

static void put_state(struct families *families, const char *name, const char *help, const json_t *owner,
		      const struct cw_buf *labels)
{
	const char *state = json_string_value(json_object_get(owner, "state"));
	struct cw_buf all = { 0 };

	if (!state)
		return;
	cw_buf_puts(&all, labels->p);
	put_label(&all, "state", state);
	put_one(family(families, name, "gauge", help), name, &all);
	cw_buf_free(&all);
}

static void put_task(struct families *families, const char *connector, const json_t *task)
{
	const json_t *id = json_object_get(task, "id"), *restarts = json_object_get(task, "restarts");
	static const char restarts_name[] = PREFIX "task_restarts_total";
	struct cw_buf labels = { 0 };
	char number[24];
	const char *key;
	json_t *metric;

	if (!json_is_integer(id))
		return;
	snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(id));
	put_label(&labels, "connector", connector);
	put_label(&labels, "task", number);
	put_state(families, PREFIX "task_state", "The state of the task, as a label; always 1.", task, &labels);
	if (json_is_number(restarts))
		put_sample(family(families, restarts_name, "counter", "How often the task was started again."),
			   restarts_name, &labels, restarts);
	json_object_foreach(json_object_get(task, "metrics"), key, metric)
		if (!restarts || strcmp(key, "restarts") != 0)
			put_metric(families, PREFIX "task_", key, metric, &labels);
	cw_buf_free(&labels);
}

static void put_connector(struct families *families, const char *name, const json_t *connector)
{
	const char *type = json_string_value(json_object_get(connector, "type"));
	const char *class = json_string_value(json_object_get(connector, "class"));
	static const char info[] = PREFIX "connector_info";
	struct cw_buf labels = { 0 };
	json_t *task;
	size_t i;

	put_label(&labels, "connector", name);
	put_state(families, PREFIX "connector_state", "The state of the connector, as a label; always 1.", connector,
		  &labels);
	put_metrics(families, PREFIX "connector_", json_object_get(connector, "metrics"), &labels);
	put_label(&labels, "type", type ? type : "unknown");
	put_label(&labels, "class", class ? class : "");
	put_one(family(families, info, "gauge", "The type and class of the connector, as labels; always 1."), info,
		&labels);
	cw_buf_free(&labels);
	json_array_foreach(json_object_get(connector, "tasks"), i, task)
		put_task(families, name, task);
}

/* A number of ours, unless the herder gave one of this name. */
static void put_own(struct families *families, const char *name, const char *help, double value)
{
	if (!json_object_get(families->index, name))
		cw_buf_printf(family(families, name, "gauge", help), "%s %.15g\n", name, value);
}

static void put_worker(struct families *families, const json_t *answer, const struct cw_metrics_process *process)
{
	json_t *connectors = json_object_get(answer, "connectors");
	static const char info[] = PREFIX "info";
	struct cw_buf version = { 0 };
	size_t tasks = 0;
	const char *key;
	json_t *value;

	put_label(&version, "version", process->version);
	put_one(family(families, info, "gauge", "The worker's version, as a label; always 1."), info, &version);
	cw_buf_free(&version);
	put_metrics(families, PREFIX, json_object_get(answer, "worker"), NULL);
	json_object_foreach(connectors, key, value)
		tasks += json_array_size(json_object_get(value, "tasks"));
	put_own(families, PREFIX "connector_count", "Connectors that exist on this worker.",
		(double)json_object_size(connectors));
	put_own(families, PREFIX "task_count", "Tasks of all connectors.", (double)tasks);
	put_own(families, PREFIX "uptime_seconds", "Seconds since the worker was started.",
		(double)(process->now_epoch_ms - process->start_epoch_ms) / 1000);
	put_own(families, "process_start_time_seconds", "When the worker was started, in seconds since 1970.",
		(double)process->start_epoch_ms / 1000);
	put_metrics(families, "process_", json_object_get(answer, "process"), NULL);
}

char *cw_metrics_render(const json_t *answer, const struct cw_metrics_process *process)
{
	struct families families = { .index = json_object() };
	struct cw_buf out = { 0 };
	json_t *connector;
	const char *name;

	put_worker(&families, answer, process);
	json_object_foreach(json_object_get(answer, "connectors"), name, connector)
		put_connector(&families, name, connector);
	for (size_t i = 0; i < families.n; i++) {
		cw_buf_append(&out, families.items[i].text.p, families.items[i].text.n);
		cw_buf_free(&families.items[i].text);
		free(families.items[i].name);
	}
	free(families.items);
	json_decref(families.index);
	return cw_buf_take(&out);
}
