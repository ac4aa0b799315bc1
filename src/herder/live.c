/* Changes of a connector's configuration that restart nothing: config/live_keys.h. */
#include "herder/internal.h"

#include "config/live_keys.h"

json_t *cw_live_find(const struct cw_connector *c, const json_t *config)
{
	json_t *changes = cw_live_changes(c->config, config);

	/* A host that is just being configured has the old limits already, and does not hear of new ones in time. */
	if (cw_live_only(changes) && (c->phase != CW_HOST_CONFIGURING || cw_live_labels_only(changes)))
		return changes;
	json_decref(changes);
	return NULL;
}

json_t *cw_live_tasks(const struct cw_connector *c, const json_t *changes)
{
	json_t *tasks = json_array();

	for (size_t i = 0; i < c->n_tasks && c->target != CW_TARGET_STOPPED; i++) {
		json_t *config = json_copy(c->tasks[i].config);

		if (c->phase != CW_HOST_CONFIGURING) /* else those that it is about to tell come */
			cw_live_apply(config, c->config, changes);
		json_array_append_new(tasks, config);
	}
	return tasks;
}

static void log_change(const struct cw_connector *c, const json_t *changes)
{
	struct cw_buf keys = { 0 };
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)changes, key, value)
		cw_buf_printf(&keys, "%s%s", keys.n ? ", " : "", key);
	log_info(&c->scope, "changed while it runs: %s", keys.p ? keys.p : "");
	cw_buf_free(&keys);
}

void cw_live_change(struct cw_connector *c, const struct cw_stored_connector *stored, const json_t *changes)
{
	bool observed = c->observed == c->revision;

	cw_connector_set_config(c, stored);
	if (observed)
		c->observed = c->revision;
	for (size_t i = 0; i < json_array_size(stored->tasks); i++) {
		json_decref(c->tasks[i].config);
		c->tasks[i].config = json_deep_copy(json_array_get(stored->tasks, i));
	}
	if (c->phase == CW_HOST_READY)
		cw_hostproc_send(c->host, json_pack("{sssO}", "type", "change", "config", changes));
	log_change(c, changes);
}
