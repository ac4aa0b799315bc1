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

#include "base/log_rings.h"
#include "config/worker_config.h"
#include "connect-worker/connector.h"

enum cw_op {
	CW_OP_SERVER_INFO,   /* → {"version","commit","kafka_cluster_id"} */
	CW_OP_HEALTH,        /* → {"status":"healthy"|"starting"|"unhealthy","message"} */
	CW_OP_LIST,          /* flags EXPAND_*; → ["a"…], or {"a":{"status":…,"info":…}…} */
	CW_OP_CREATE,        /* body {"name","config","initial_state"?,"initial_offsets"?}; → ConnectorInfo; CONFLICT when
				it exists */
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
	CW_OP_OFFSETS,       /* → {"offsets":[{"partition","offset"}…]}; with AT those of a time in a sink's topics */
	CW_OP_ALTER_OFFSETS, /* body {"offsets":[{"partition","offset"}…]}; only when STOPPED; → {"message"} */
	CW_OP_RESET_OFFSETS, /* only when STOPPED; → {"message"} */
	CW_OP_PLUGINS,       /* → [PluginInfo…] */
	CW_OP_PLUGIN_CONFIG, /* name: plugin, version; → [definition…] */
	CW_OP_VALIDATE,      /* name: plugin; body: flat config; → ConfigInfos */
	CW_OP_METRICS,       /* → {"process":{metrics of this process},"worker":{metrics},"connectors":{NAME:{"state",
				  "type","class","metrics":{of its process, if it has one},"tasks":[{"id","state","restarts",
				  "metrics":{…as in supervisor/protocol.h}}…]}}} */
	CW_OP_TOPICS,        /* → {NAME:{"topics":[topic…]}}, of an unknown connector an empty list */
	CW_OP_RESET_TOPICS,  /* → none, of an unknown connector too */
	CW_OP_LOGGERS,       /* → {LOGGER:{"level","last_modified"}…}, in the order of the names */
	CW_OP_LOGGER,        /* name: logger; → {"level","last_modified"} */
	CW_OP_SET_LOGGER,    /* name: logger; body {"level"}; → [LOGGER…], it and those below it, in their order */
	CW_OP_LOGS,          /* log_filter; → [{"time","level","task"?,"message"}…]; with FOLLOW none: cw_herder_logs() */
	CW_OP_PREVIEW,       /* body {"config"?,"records"|"topic"|…}, config: a patch; → what its stages make of records */
	CW_OP_PREVIEW_CONFIG, /* name: plugin; the same of the flat config in the body */
	CW_OP_LETTERS,       /* log_filter.lines: how many; → DeadLetters */
	CW_OP_REPLAY_LETTERS /* → ReplayedLetters */
};

enum {
	CW_OP_EXPAND_STATUS = 1u << 0,
	CW_OP_EXPAND_INFO = 1u << 1,
	CW_OP_EXPAND = 1u << 2, /* some expand was asked for, perhaps an unknown one */
	CW_OP_INCLUDE_TASKS = 1u << 3,
	CW_OP_ONLY_FAILED = 1u << 4,
	CW_OP_DRY_RUN = 1u << 5,       /* CREATE, PUT_CONFIG, PATCH_CONFIG: checks everything and changes nothing */
	CW_OP_IGNORE_MISSING = 1u << 6, /* DELETE: one that is not there is no error */
	CW_OP_CLUSTER = 1u << 7,        /* SET_LOGGER: on all workers; here there is one */
	CW_OP_FOLLOW = 1u << 8,        /* LOGS: the lines that come are wanted, too */
	CW_OP_AT = 1u << 9             /* OFFSETS: of at_ms */
};

/* A state that a request may wait for before it is answered. */
enum cw_wait {
	CW_WAIT_NONE = 0,
	CW_WAIT_RUNNING,  /* and every task RUNNING or COMPLETED */
	CW_WAIT_PAUSED,   /* and no task at work */
	CW_WAIT_STOPPED,  /* its tasks are gone */
	CW_WAIT_COMPLETED /* every task */
};

/* "RUNNING" …; NULL for CW_WAIT_NONE. */
static inline const char *cw_wait_name(enum cw_wait wait)
{
	static const char *const names[] = { NULL, "RUNNING", "PAUSED", "STOPPED", "COMPLETED" };

	return names[wait];
}

/* Why an answer is an error, where its class alone does not tell. */
enum cw_refusal {
	CW_REFUSAL_NONE = 0,
	CW_REFUSAL_UNREACHED,   /* the request was carried out, the state that it waits for was not reached */
	CW_REFUSAL_PRECONDITION, /* if_match or if_none_match did not hold */
	CW_REFUSAL_FORBIDDEN     /* the worker's configuration does not allow it */
};

/* All borrowed for the call. */
struct cw_request {
	enum cw_op op;
	uint32_t flags;
	const char *name; /* connector, or plugin */
	int task;
	const json_t *body; /* checked for nothing but being JSON */
	/*
	 * CREATE, PUT_CONFIG, PATCH_CONFIG, STATUS, PAUSE, RESUME, STOP, RESTART: answered when it is so, with ConnectorInfo
	 * of the first three and ConnectorStateInfo of the others.
	 */
	enum cw_wait wait;
	int64_t wait_ms;      /* at most so long */
	struct cw_log_filter log_filter; /* LOGS, LETTERS */
	int64_t at_ms;        /* OFFSETS with AT: since the epoch */
	const char *version;  /* PLUGIN_CONFIG: a version that must be there, or a range of them; NULL: any */
	/* PUT_CONFIG, PATCH_CONFIG, DELETE: base/etag.h's fields of what the config must have, or must not; NULL: any */
	const char *if_match, *if_none_match;
};

#define CW_ETAG_MAX 24

struct cw_answer {
	struct cw_error error; /* code CW_ERR_NONE: success */
	enum cw_refusal refusal;
	/* New, or NULL; freed with json_decref. Of an error whose sentences error.text is too short for: all, as a string. */
	json_t *body;
	json_t *warnings;      /* of a config that was taken, and of a dry run: sentences; NULL: none. New. */
	bool created;          /* PUT_CONFIG made a new connector */
	char etag[CW_ETAG_MAX]; /* of the connector's config: CREATE, GET, GET_CONFIG, PUT_CONFIG, PATCH_CONFIG; else "" */
};

/* What it owns. */
static inline void cw_answer_free(struct cw_answer *answer)
{
	json_decref(answer->body);
	json_decref(answer->warnings);
	answer->body = answer->warnings = NULL;
}

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
/* Drains within task.shutdown.graceful.timeout.ms, however often it is called. Async-signal-safe. */
void cw_herder_stop(struct cw_herder *herder);
/* Ends at once: what still runs is killed. Async-signal-safe. */
void cw_herder_kill(struct cw_herder *herder);
void cw_herder_free(struct cw_herder *herder);

/* Whether a list of plugins, as connect-host tells it (supervisor/protocol.h), has one of that kind and name. Pure. */
bool cw_plugins_have(const json_t *plugins, enum cw_plugin_kind kind, const char *name);

/*
 * The last lines of its connectors, for who follows them after the herder has answered CW_OP_LOGS. Any thread, until
 * cw_herder_free().
 */
struct cw_log_rings *cw_herder_logs(struct cw_herder *herder);

/*
 * Makes a request and waits for its answer, at most timeout_ms; then error.code is CW_ERR_RETRIABLE and
 * the text says what the herder was doing. Any thread but the herder's.
 */
void cw_herder_call(struct cw_herder *herder, const struct cw_request *request, int64_t timeout_ms,
		    struct cw_answer *answer);

/*
 * Makes a request and does not wait for its answer: done() gets it once, on the herder's thread (or, when that has
 * ended, within this call), and owns its body. It may not block, nor call the herder.
 *
 * *call, which the caller keeps until then, is set as long as the request can be given up, and NULL before and
 * afterwards; call may be NULL. It is the herder's: look at it through cw_herder_give_up() only.
 */
struct cw_call;
void cw_herder_start(struct cw_herder *herder, const struct cw_request *request,
		     void (*done)(void *arg, struct cw_answer *answer), void *arg, struct cw_call **call);

/*
 * Nobody waits for the answer any longer: done() will not be called, and *answer is what cw_herder_call() says when its
 * time is over. The request is still carried out, but waits for no state any more. False: it was not started yet, or
 * done() has been called or is about to be. Any thread.
 */
bool cw_herder_give_up(struct cw_herder *herder, struct cw_call **call, struct cw_answer *answer);

#endif
