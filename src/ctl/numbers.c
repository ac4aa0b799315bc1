#include "ctl/numbers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ctl/prometheus.h"

/* The names of /metrics, without "connect_worker_". */
static const struct {
	const char *name;
	enum cw_number number;
} known[] = {
	{ "task_records_total", CW_N_RECORDS },
	{ "task_records_written_total", CW_N_RECORDS },
	{ "task_bytes_total", CW_N_BYTES },
	{ "task_errors_total", CW_N_ERRORS },
	{ "task_retries_total", CW_N_RETRIES },
	{ "task_restarts_total", CW_N_RESTARTS },
	{ "task_consumer_lag", CW_N_LAG },
	{ "task_records_skipped_total", CW_N_SKIPPED },
	{ "connector_cpu_seconds_total", CW_N_CPU },
	{ "connector_resident_memory_bytes", CW_N_MEMORY },
};

static const char *const json_names[CW_N_COUNT] = {
	"records",  "bytes",	    "errors",	   "retries",		    "skipped",
	"restarts", "consumer_lag", "cpu_seconds", "resident_memory_bytes",
};

static struct cw_task_numbers *task_of(struct cw_numbers *numbers, const char *connector, int task)
{
	struct cw_task_numbers *t;

	for (size_t i = 0; i < numbers->n; i++)
		if (numbers->tasks[i].task == task && strcmp(numbers->tasks[i].connector, connector) == 0)
			return &numbers->tasks[i];
	numbers->tasks = cw_realloc(numbers->tasks, (numbers->n + 1) * sizeof(*numbers->tasks));
	t = &numbers->tasks[numbers->n++];
	*t = (struct cw_task_numbers){ .connector = cw_strdup(connector), .task = task };
	return t;
}

static void take(const char *name, const struct cw_map *labels, double value, void *arg)
{
	static const char prefix[] = "connect_worker_";
	const char *connector = cw_map_get(labels, "connector"), *task = cw_map_get(labels, "task");

	if (!connector || strncmp(name, prefix, sizeof(prefix) - 1) != 0)
		return;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].name, name + sizeof(prefix) - 1) == 0) {
			struct cw_task_numbers *t = task_of(arg, connector, task ? atoi(task) : -1);
			enum cw_number number = known[i].number;

			/* A sink's "records" are those it read: what it wrote says more, in whichever order they come.
			 */
			if (number == CW_N_RECORDS && i == 0 && t->written)
				continue;
			t->written = t->written || i == 1;
			t->value[number] = value;
			t->has[number] = true;
		}
}

static void numbers_free(struct cw_numbers *numbers)
{
	for (size_t i = 0; i < numbers->n; i++)
		free(numbers->tasks[i].connector);
	free(numbers->tasks);
	*numbers = (struct cw_numbers){ 0 };
}

static void drop_first(struct cw_window *window)
{
	numbers_free(&window->samples[0]);
	memmove(&window->samples[0], &window->samples[1], (window->n - 1) * sizeof(window->samples[0]));
	window->n--;
}

int cw_window_add(struct cw_window *window, const char *metrics, int64_t at_ms)
{
	struct cw_numbers numbers = { .at_ms = at_ms };
	int line = cw_prometheus_parse(metrics, take, &numbers);

	if (line) {
		numbers_free(&numbers);
		return line;
	}
	/* The last one that is older than the window stays, so that slow sampling has a rate too. */
	while (window->n == CW_WINDOW_SAMPLES || (window->n > 1 && window->samples[1].at_ms < at_ms - CW_WINDOW_MS))
		drop_first(window);
	window->samples[window->n++] = numbers;
	return 0;
}

void cw_window_free(struct cw_window *window)
{
	while (window->n > 0)
		drop_first(window);
}

static bool sum(const struct cw_numbers *numbers, const char *connector, int task, enum cw_number number, double *out)
{
	bool found = false;

	*out = 0;
	for (size_t i = 0; i < numbers->n; i++) {
		const struct cw_task_numbers *t = &numbers->tasks[i];

		if ((task >= 0 && t->task != task) || !t->has[number] || strcmp(t->connector, connector) != 0)
			continue;
		*out += t->value[number];
		found = true;
	}
	return found;
}

bool cw_window_value(const struct cw_window *window, const char *connector, int task, enum cw_number number,
		     double *out)
{
	return window->n > 0 && sum(&window->samples[window->n - 1], connector, task, number, out);
}

bool cw_window_rate(const struct cw_window *window, const char *connector, int task, enum cw_number number, double *out)
{
	double from, to, previous;
	size_t first, last = window->n - 1;

	if (window->n < 2 || !sum(&window->samples[last], connector, task, number, &to))
		return false;
	/* Back to where counting began: a task that was started again counts from 0. */
	previous = to;
	for (first = last; first > 0; first--) {
		if (!sum(&window->samples[first - 1], connector, task, number, &from) || from > previous)
			break;
		previous = from;
	}
	if (first == last || window->samples[last].at_ms <= window->samples[first].at_ms)
		return false;
	*out = (to - previous) * 1000 / (double)(window->samples[last].at_ms - window->samples[first].at_ms);
	return true;
}

json_t *cw_window_to_json(const struct cw_window *window, const char *connector, int task)
{
	json_t *out = json_object();
	double value;

	for (int i = 0; i < CW_N_COUNT; i++)
		if (cw_window_value(window, connector, task, (enum cw_number)i, &value))
			json_object_set_new(out, json_names[i],
					    i == CW_N_CPU ? json_real(value) : json_integer((json_int_t)value));
	if (cw_window_rate(window, connector, task, CW_N_RECORDS, &value))
		json_object_set_new(out, "records_per_second", json_real(value));
	if (cw_window_rate(window, connector, task, CW_N_BYTES, &value))
		json_object_set_new(out, "bytes_per_second", json_real(value));
	if (cw_window_rate(window, connector, task, CW_N_CPU, &value))
		json_object_set_new(out, "cpu_percent", json_real(value * 100));
	return out;
}
