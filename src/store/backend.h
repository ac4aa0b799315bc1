/* backend - what an implementation of the store provides; store.c checks nothing and hands on. */
#ifndef CW_STORE_BACKEND_H
#define CW_STORE_BACKEND_H

#include "store/store.h"

struct cw_store_ops {
	void (*close)(struct cw_store *store);
	char *(*get_id)(struct cw_store *store, struct cw_error *err);
	int (*each_connector)(struct cw_store *store, cw_store_connector_fn *fn, void *arg, struct cw_error *err);
	int (*each_status)(struct cw_store *store, cw_store_status_fn *fn, void *arg, struct cw_error *err);
	int (*put_connector)(struct cw_store *store, const struct cw_stored_connector *connector, struct cw_error *err);
	int (*put_target)(struct cw_store *store, const char *name, enum cw_target target, struct cw_error *err);
	int (*put_tasks)(struct cw_store *store, const char *name, const json_t *tasks, struct cw_error *err);
	int (*delete_connector)(struct cw_store *store, const char *name, struct cw_error *err);
	int (*put_status)(struct cw_store *store, const struct cw_stored_status *status, struct cw_error *err);
	int (*delete_statuses)(struct cw_store *store, const char *connector, int from, struct cw_error *err);
	int (*put_offsets)(struct cw_store *store, const char *connector, const json_t *offsets, struct cw_error *err);
	json_t *(*get_offsets)(struct cw_store *store, const char *connector, struct cw_error *err);
	int (*put_topics)(struct cw_store *store, const char *connector, int task, const json_t *topics,
			  struct cw_error *err);
	int (*delete_topics)(struct cw_store *store, const char *connector, struct cw_error *err);
	json_t *(*get_topics)(struct cw_store *store, const char *connector, struct cw_error *err);
};

/* The head of every implementation's own struct. */
struct cw_store {
	const struct cw_store_ops *ops;
};

#endif
