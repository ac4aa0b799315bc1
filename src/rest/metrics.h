/*
 * metrics - the herder's numbers in Prometheus' text exposition format, 0.0.4.
 *
 * Names come from the numbers' own: "records" of a task, a counter, is
 * connect_worker_task_records_total{connector="x",task="0"}; a gauge has no suffix. Characters that
 * Prometheus does not allow in a name become "_". HELP and TYPE are written once for each family, from the
 * first metric of it.
 */
#ifndef CW_REST_METRICS_H
#define CW_REST_METRICS_H

#include <stdint.h>

#include <jansson.h>

#define CW_METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

struct cw_metrics_process {
	const char *version;
	int64_t start_epoch_ms, now_epoch_ms;
};

/*
 * Renders the answer to CW_OP_METRICS. Pure. New text, never NULL; whatever in the answer has not the
 * expected shape is left out. A worker's number may also be given bare ("name": 5): then it is a gauge.
 */
char *cw_metrics_render(const json_t *answer, const struct cw_metrics_process *process);

#endif
