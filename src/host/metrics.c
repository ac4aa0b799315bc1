#include "host/metrics.h"

struct cw_metric *cw_metrics_get(struct cw_metrics *metrics, enum cw_metric_kind kind, const char *name,
				 const char *help)
{
	size_t n = atomic_load_explicit(&metrics->n, memory_order_relaxed);
	struct cw_metric *m;

	for (size_t i = 0; i < n; i++)
		if (strcmp(metrics->metric[i].name, name) == 0)
			return &metrics->metric[i];
	if (n == CW_METRICS_MAX)
		return NULL;
	m = &metrics->metric[n];
	m->name = name;
	m->help = help;
	m->kind = kind;
	atomic_store_explicit(&metrics->n, n + 1, memory_order_release);
	return m;
}

void cw_metrics_restart(struct cw_metrics *metrics)
{
	size_t n = atomic_load_explicit(&metrics->n, memory_order_relaxed);

	for (size_t i = 0; i < n; i++)
		if (metrics->metric[i].kind == CW_METRIC_COUNTER)
			cw_metric_set(&metrics->metric[i], 0);
}

json_t *cw_metrics_to_json(struct cw_metrics *metrics)
{
	size_t n = atomic_load_explicit(&metrics->n, memory_order_acquire);
	json_t *object = json_object();

	for (size_t i = 0; i < n; i++) {
		struct cw_metric *m = &metrics->metric[i];
		int64_t value = cw_metric_value(m);

		if (value == CW_METRIC_UNKNOWN)
			continue;
		json_object_set_new(object, m->name,
				    json_pack("{s:s,s:s,s:I}", "kind", m->kind == CW_METRIC_GAUGE ? "gauge" : "counter",
					      "help", m->help, "value", (json_int_t)value));
	}
	return object;
}
