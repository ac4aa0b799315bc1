/* states - the states of connectors and what their tasks count, as tables: for status, top and describe. */
#ifndef CW_CTL_STATES_H
#define CW_CTL_STATES_H

#include "ctl/ctl.h"
#include "ctl/numbers.h"

struct cw_states {
	json_t *connectors; /* name → ConnectorStateInfo */
	const struct cw_window *window;
};

/* The states of all connectors, or of one: CW_CTL_OK and *out (new), or said what is wrong. */
enum cw_ctl_exit cw_states_fetch(struct cw_ctl *ctl, const char *name, json_t **out);
/* Leaves those of all that words and labels name, and says which are not there. */
enum cw_ctl_exit cw_states_choose(struct cw_ctl *ctl, json_t **connectors);
/* Takes a sample of /metrics. A worker without it (Kafka's own) has no numbers; that is no failure. */
void cw_states_count(struct cw_ctl *ctl, struct cw_window *window);

void cw_states_connectors(struct cw_table *table, const struct cw_states *states, bool rates);
void cw_states_tasks(struct cw_table *table, const struct cw_states *states, const char *name, bool rates);
/* Why it is DEGRADED, what its tasks try again, and the traces of what FAILED. */
void cw_states_troubles(const struct cw_ctl *ctl, struct cw_buf *out, const json_t *status);
/* One word for all of it, where the worker says it: a connector that RUNs with FAILED tasks is FAILED. */
const char *cw_states_summary(const json_t *status);
/* How many tasks run or have run, of how many: "3", or "1 of 3". New. */
char *cw_states_task_count(const json_t *status);
/* A number of a connector, as cw_window_value() has it, with what is being tried again among the retries. */
bool cw_states_value(const struct cw_states *states, const char *name, int task, enum cw_number number, double *out);
/* Cells of numbers, "-" for what is not known. task -1: the connector's own, or the sum of its tasks. */
void cw_states_put_count(struct cw_table *table, const struct cw_states *states, const char *name, int task,
			 enum cw_number number);
void cw_states_put_rates(struct cw_table *table, const struct cw_states *states, const char *name, int task);
/* ConnectorStateInfo with "metrics" in it, and in each task. New. */
json_t *cw_states_with_metrics(const struct cw_states *states, const char *name);
bool cw_states_any_failed(const json_t *connectors);

#endif
