#include "store/store.h"

#include <string.h>

#include "store/backend.h"

static const char *const target_names[] = { "STARTED", "PAUSED", "STOPPED" };

const char *cw_target_name(enum cw_target target)
{
	return target_names[target];
}

int cw_target_parse(const char *name, enum cw_target *out)
{
	for (int i = 0; i < 3; i++)
		if (strcmp(name, target_names[i]) == 0) {
			*out = (enum cw_target)i;
			return 0;
		}
	return -1;
}

void cw_store_close(struct cw_store *store)
{
	if (store)
		store->ops->close(store);
}

char *cw_store_get_id(struct cw_store *store, struct cw_error *err)
{
	return store->ops->get_id(store, err);
}

int cw_store_each_connector(struct cw_store *store, cw_store_connector_fn *fn, void *arg, struct cw_error *err)
{
	return store->ops->each_connector(store, fn, arg, err);
}

int cw_store_each_status(struct cw_store *store, cw_store_status_fn *fn, void *arg, struct cw_error *err)
{
	return store->ops->each_status(store, fn, arg, err);
}

int cw_store_put_connector(struct cw_store *store, const struct cw_stored_connector *connector, struct cw_error *err)
{
	return store->ops->put_connector(store, connector, err);
}

int cw_store_put_target(struct cw_store *store, const char *name, enum cw_target target, struct cw_error *err)
{
	return store->ops->put_target(store, name, target, err);
}

int cw_store_put_tasks(struct cw_store *store, const char *name, const json_t *tasks, struct cw_error *err)
{
	return store->ops->put_tasks(store, name, tasks, err);
}

int cw_store_delete_connector(struct cw_store *store, const char *name, struct cw_error *err)
{
	return store->ops->delete_connector(store, name, err);
}

int cw_store_put_status(struct cw_store *store, const struct cw_stored_status *status, struct cw_error *err)
{
	return store->ops->put_status(store, status, err);
}

int cw_store_delete_statuses(struct cw_store *store, const char *connector, int from, struct cw_error *err)
{
	return store->ops->delete_statuses(store, connector, from, err);
}

int cw_store_put_offsets(struct cw_store *store, const char *connector, const json_t *offsets, struct cw_error *err)
{
	return store->ops->put_offsets(store, connector, offsets, err);
}

json_t *cw_store_get_offsets(struct cw_store *store, const char *connector, struct cw_error *err)
{
	return store->ops->get_offsets(store, connector, err);
}

int cw_store_put_topics(struct cw_store *store, const char *connector, int task, const json_t *topics,
			struct cw_error *err)
{
	return store->ops->put_topics(store, connector, task, topics, err);
}

int cw_store_delete_topics(struct cw_store *store, const char *connector, struct cw_error *err)
{
	return store->ops->delete_topics(store, connector, err);
}

json_t *cw_store_get_topics(struct cw_store *store, const char *connector, struct cw_error *err)
{
	return store->ops->get_topics(store, connector, err);
}
