/*
 * herder - decides what should run, and makes it so. One thread owns all control state: an event
 * loop over a request queue, the hosts' sockets, timers and child exits. Other threads hand it a
 * request and wait for the answer.
 *
 * The JSON of requests and answers is that of Kafka Connect's REST API (entities of the contract);
 * the herder knows nothing of HTTP. Errors carry a class that REST maps to a status.
 */
#ifndef CW_HERDER_HERDER_H
#define CW_HERDER_HERDER_H

#include <jansson.h>

#include "config/worker_config.h"
#include "connect-worker/connector.h"

enum cw_op {
	CW_OP_SERVER_INFO,   /* → {"version","commit","kafka_cluster_id"} */
	CW_OP_HEALTH,        /* → {"status":"healthy"|"starting"|"unhealthy","message"} */
	CW_OP_LIST,          /* flags EXPAND_*; → ["a"…], or {"a":{"status":…,"info":…}…} */
	CW_OP_CREATE,        /* body {"name","config","initial_state"?}; → ConnectorInfo; CONFLICT when it exists */
	CW_OP_GET,           /* → ConnectorInfo */
	CW_OP_GET_CONFIG,    /* → {key:text…} */
	CW_OP_PUT_CONFIG,    /* body: flat config; → ConnectorInfo, answer.created; no change: nothing restarts */
	CW_OP_PATCH_CONFIG,  /* body: flat config, null deletes; → ConnectorInfo */
	CW_OP_DELETE,        /* → none, when its tasks are gone */
	CW_OP_STATUS,        /* → ConnectorStateInfo */
	CW_OP_TASKS,         /* → [TaskInfo…] */
	CW_OP_TASK_STATUS,   /* task; → TaskState */
	CW_OP_PAUSE,         /* → none */
	CW_OP_RESUME,        /* → none */
	CW_OP_STOP,          /* → none */
	CW_OP_RESTART,       /* flags INCLUDE_TASKS, ONLY_FAILED; → none, or ConnectorStateInfo when either is set */
	CW_OP_RESTART_TASK,  /* task; → none */
	CW_OP_OFFSETS,       /* sources; → {"offsets":[{"partition","offset"}…]} */
	CW_OP_PLUGINS,       /* → [PluginInfo…] */
	CW_OP_PLUGIN_CONFIG, /* name: plugin; → [definition…] */
	CW_OP_VALIDATE,      /* name: plugin; body: flat config; → ConfigInfos */
	CW_OP_METRICS        /* → {"worker":{metrics},"connectors":{NAME:{"state","type","class","tasks":[{"id","state",
				  "restarts","metrics":{…as in supervisor/protocol.h}}…]}}} */
};

enum {
	CW_OP_EXPAND_STATUS = 1u << 0,
	CW_OP_EXPAND_INFO = 1u << 1,
	CW_OP_EXPAND = 1u << 2, /* some expand was asked for, perhaps an unknown one */
	CW_OP_INCLUDE_TASKS = 1u << 3,
	CW_OP_ONLY_FAILED = 1u << 4
};

/* All borrowed for the call. */
struct cw_request {
	enum cw_op op;
	uint32_t flags;
	const char *name; /* connector, or plugin */
	int task;
	const json_t *body; /* checked for nothing but being JSON */
};

struct cw_answer {
	struct cw_error error; /* code CW_ERR_NONE: success */
	json_t *body;          /* new, or NULL; freed with json_decref */
	bool created;          /* PUT_CONFIG made a new connector */
};

struct cw_herder;
struct cw_loop; /* supervisor/loop.h */

/* Opens the store and starts what it holds; the thread runs until cw_herder_stop(). NULL with *err set. */
struct cw_herder *cw_herder_new(const struct cw_worker_config *config, const char *worker_id, struct cw_error *err);
/* Until cw_herder_run() is called: another worker id, when the real port is known later. */
void cw_herder_set_worker_id(struct cw_herder *herder, const char *worker_id);
/* Its event loop, for main() to watch something of its own; before cw_herder_run(), or from a callback of the loop. */
struct cw_loop *cw_herder_loop(struct cw_herder *herder);
/* Runs the event loop on the calling thread; returns once stopped and every host is gone. */
void cw_herder_run(struct cw_herder *herder);
/* Drains within task.shutdown.graceful.timeout.ms; a second call ends at once. Async-signal-safe. */
void cw_herder_stop(struct cw_herder *herder);
void cw_herder_free(struct cw_herder *herder);

/*
 * Makes a request and waits for its answer, at most timeout_ms; then error.code is CW_ERR_RETRIABLE and
 * the text says what the herder was doing. Any thread but the herder's.
 */
void cw_herder_call(struct cw_herder *herder, const struct cw_request *request, int64_t timeout_ms,
		    struct cw_answer *answer);

#endif
