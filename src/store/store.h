/*
 * store - what survives the worker: connectors with their configs and target states, task configs,
 * source offsets, statuses, the topics that connectors have used, and a name of its own.
 *
 * One interface; the implementation is chosen where the store is opened. Everything that a function
 * returned 0 for survives a kill -9 of the process; configs, target states and task configs survive a
 * power cut too. A change is made whole or not at all.
 *
 * Errors: CW_ERR_RETRIABLE when it may work later (disk full, I/O error, locked), CW_ERR_FATAL when a
 * person must act (not our file, a newer schema, damaged). Nothing has changed then.
 * Threads: all calls for one store from one thread at a time.
 */
#ifndef CW_STORE_STORE_H
#define CW_STORE_STORE_H

#include <jansson.h>

#include "connect-worker/connector.h"

/* What a person asked for. */
enum cw_target { CW_TARGET_STARTED = 0, CW_TARGET_PAUSED, CW_TARGET_STOPPED };

const char *cw_target_name(enum cw_target target); /* "STARTED", "PAUSED", "STOPPED": as in Kafka's config topic */
int cw_target_parse(const char *name, enum cw_target *out);

/* As stored. Borrowed for the call that hands it over, or that takes it. */
struct cw_stored_connector {
	const char *name;
	const char *kind;       /* "source", "sink" or "unknown" */
	const char *class_name; /* the full name of connector.class, as found when it was validated; may be "" */
	const char *file;       /* the plugin's file at that time, a hint only; may be "" */
	const json_t *config;   /* object of strings */
	enum cw_target target;
	const json_t *tasks;    /* array of configs (objects of strings); empty: none computed */
};

/* A status, of a task or (task -1) of the connector itself. */
struct cw_stored_status {
	const char *connector;
	int task;
	const char *state; /* Kafka Connect's names, and COMPLETED */
	const char *worker_id;
	int64_t generation;
	const char *trace; /* "" when there is none */
};

struct cw_store;

/* The worker's own file; ":memory:" keeps nothing and locks nothing. `holder` says who we are to a second worker. */
struct cw_store *cw_store_open_sqlite(const char *path, const char *holder, struct cw_error *err);
void cw_store_close(struct cw_store *store); /* NULL is fine */

/* What this store is called, for good, and no other one: 32 hexadecimal digits. New; NULL with *err set. */
char *cw_store_get_id(struct cw_store *store, struct cw_error *err);

typedef int cw_store_connector_fn(void *arg, const struct cw_stored_connector *connector);
typedef int cw_store_status_fn(void *arg, const struct cw_stored_status *status);

/* Calls fn for each, in order of the names (and tasks); stops when it returns non-zero, and returns that. */
int cw_store_each_connector(struct cw_store *store, cw_store_connector_fn *fn, void *arg, struct cw_error *err);
int cw_store_each_status(struct cw_store *store, cw_store_status_fn *fn, void *arg, struct cw_error *err);

/* Creates or replaces: kind, class, config, target and tasks. */
int cw_store_put_connector(struct cw_store *store, const struct cw_stored_connector *connector, struct cw_error *err);
/* STOPPED also forgets the task configs, in the same transaction. */
int cw_store_put_target(struct cw_store *store, const char *name, enum cw_target target, struct cw_error *err);
int cw_store_put_tasks(struct cw_store *store, const char *name, const json_t *tasks, struct cw_error *err);
/* With its tasks, statuses and topics; its source offsets stay, as in Kafka Connect. */
int cw_store_delete_connector(struct cw_store *store, const char *name, struct cw_error *err);

int cw_store_put_status(struct cw_store *store, const struct cw_stored_status *status, struct cw_error *err);
/* Of tasks from `from` on (0: all tasks). */
int cw_store_delete_statuses(struct cw_store *store, const char *connector, int from, struct cw_error *err);

/*
 * Source offsets: [[partition, offset]…], objects both; a null offset deletes. All in one transaction.
 * A partition is the same one when its keys and values are, in whatever order the keys came.
 */
int cw_store_put_offsets(struct cw_store *store, const char *connector, const json_t *offsets, struct cw_error *err);
/* New array of [partition, offset], ordered by partition; NULL with *err set. */
json_t *cw_store_get_offsets(struct cw_store *store, const char *connector, struct cw_error *err);

/* Notes that a task of the connector has used the topics (array of names); those known already stay as they are. */
int cw_store_put_topics(struct cw_store *store, const char *connector, int task, const json_t *topics,
			struct cw_error *err);
int cw_store_delete_topics(struct cw_store *store, const char *connector, struct cw_error *err);
/* New array of the names of a connector's topics, in their order; NULL with *err set. */
json_t *cw_store_get_topics(struct cw_store *store, const char *connector, struct cw_error *err);

#endif
