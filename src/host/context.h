/* context - the functions that a plugin may call (struct cw_host), on behalf of a task or connector. */
#ifndef CW_HOST_CONTEXT_H
#define CW_HOST_CONTEXT_H

#include "host/task.h"

const struct cw_host *cw_context_functions(void);

/* The configs that task_configs() makes. */
struct cw_task_configs {
	const struct cw_map *connector;
	struct cw_map *tasks;
	size_t n;
	int max;
	bool too_many;
};

/*
 * Lets the plugin divide its work; configs->connector is set, all else zero. 0, or -1 with *err; freed in both cases.
 */
int cw_task_configs_make(struct cw_task_configs *configs, const struct cw_loaded_plugin *plugin,
			 const struct cw_context *ctx, void *connector, const void *plugin_config, struct cw_error *err);
void cw_task_configs_free(struct cw_task_configs *configs);

/* sink_records.c, sink_put.c: reject(), drop() and complete() of a sink's context. */
int cw_sink_reject(struct cw_task *task, struct cw_batch *batch, size_t i, const char *reason, struct cw_error *err);
int cw_sink_drop(struct cw_task *task, struct cw_batch *batch, size_t i, const char *reason, bool letter,
		 struct cw_error *err);
void cw_sink_complete(struct cw_task *task, struct cw_batch *batch);
/* source_boundary.c: end_transaction() of a source's context. */
void cw_source_end_transaction(struct cw_task *task, const struct cw_batch *batch, bool commit);

#endif
