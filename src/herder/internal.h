/*
 * internal - what the herder's files share. Everything here belongs to the herder's thread, but for
 * the fields of struct cw_call that are marked as shared.
 */
#ifndef CW_HERDER_INTERNAL_H
#define CW_HERDER_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/log.h"
#include "herder/herder.h"
#include "herder/plan.h"
#include "herder/restarts.h"
#include "store/store.h"
#include "supervisor/hostproc.h"
#include "supervisor/loop.h"
#include "supervisor/oneshot.h"

/* A logger whose level was set, or was there from the start. */
struct cw_logger {
	struct cw_logger *next; /* by name */
	char *name;
	const char *level; /* "INFO" …: static */
	int64_t modified_ms; /* since the epoch; 0: never */
};

/* What a short-lived host is asked on a call's behalf. */
struct cw_question {
	const char *mode; /* "--validate" … */
	json_t *body;     /* owned */
	char *stage;      /* what the call does while it is asked; owned */
	int64_t timeout_ms;
	cw_oneshot_done *done; /* arg is the call; begins with cw_place_leave() */
};

/* One request on its way. Two owners: who made it, and the herder. */
struct cw_call {
	struct cw_call *next;
	struct cw_herder *herder;
	struct cw_request request; /* strings and body are copies */
	char *name;
	json_t *body;
	struct cw_oneshot *oneshot; /* a validation or a question to Kafka under way */
	struct cw_question question; /* while it waits for a place */
	json_t *config;        /* of a create, put or patch: the connector's new config */
	json_t *infos;         /* and what its validation has said, once it is to come into force */
	json_t *offsets;       /* of a create: where it begins; of offsets, and then too: to be stored when Kafka has it;
				  of reading those of a topic: the stored ones */
	enum cw_target target; /* of a create */
	char *if_match, *version;
	int64_t wait_until_ms; /* while it waits for a state */
	void *done_arg;
	/* Shared, guarded by the herder's mutex. */
	void (*done_fn)(void *arg, struct cw_answer *answer); /* NULL: somebody waits for `answered`, or nobody waits */
	struct cw_call **handle; /* who waits knows it by that, until it is answered or given up; may be NULL */
	int owners;
	bool done, given_up;
	struct cw_answer answer;
	pthread_cond_t answered;
	char *stage; /* what it waits for: "validating the configuration of connector x"; may be NULL */
	int64_t stage_epoch_ms;
};

/* Requests that change one connector run one after the other; this is who runs and who waits. */
struct cw_turn {
	struct cw_turn *next;
	char *name;
	struct cw_call *current, *waiting;
};

/* What was last told of the state of a connector or task. Start as { 0 }. */
struct cw_shown {
	const char *state; /* NULL: nothing yet */
	bool trace;        /* the trace, too */
	bool unstored;     /* the store could not take it yet */
};

struct cw_task {
	json_t *config;
	enum cw_task_phase phase;
	bool restart;
	char *trace;
	json_t *metrics; /* the last ones, or NULL */
	json_t *retry;   /* what is being tried again, as the status shows it, or NULL */
	json_t *awaited; /* a text: what keeps it from getting on, or NULL */
	json_t *rate_limit; /* the limits that hold it back, as its host has them, or NULL */
	char *degraded;  /* why it is only called RUNNING; NULL: it gets on */
	int64_t restarts; /* by whomever */
	struct cw_restarts automatic;
	int64_t stop_deadline_ms; /* while STOPPING */
	struct cw_shown shown;
};

struct cw_connector {
	struct cw_connector *next;
	struct cw_herder *herder;
	struct cw_log_scope scope;
	char *name, *kind, *class_name, *file, *version, *trace;
	json_t *config;
	int64_t revision; /* raised with every change of the config; the generation of its statuses */
	int64_t observed; /* the revision that its host was configured for last, or that none is to be configured for */

	/* Wanted. */
	enum cw_target target;
	bool deleting;
	struct cw_call *delete_call; /* answered when it is gone */

	/* Seen: see struct cw_connector_view. */
	bool unconfigured, outdated, failed, host_paused;
	bool new_tasks; /* nothing of the old tasks' states is to be kept at the next "configured" */
	bool drop_tasks; /* it was stopped: its tasks go with the host that still ends, whatever it becomes then */
	enum cw_restart restart;
	enum cw_host_phase phase;
	struct cw_hostproc *host;
	int64_t host_deadline_ms; /* for what the host was asked; 0: none */
	char *host_deadline_reason;
	int64_t heard_ms; /* when the host has said something last */
	bool silent;      /* too long ago, and noticed */
	struct cw_timer silence_timer;
	struct cw_task *tasks;
	size_t n_tasks;
	json_t *unstored; /* "offsets" and "topics" messages that the store could not take yet, in order */
	struct cw_timer store_timer;
	struct cw_restarts restarts; /* of the connector object */
	struct cw_timer restart_timer;
	struct cw_shown shown;
};

struct cw_plugins {
	json_t *list; /* "plugins" of --plugins, or NULL */
	json_t *by_class; /* of the list: full class → {"plugin", "types": key → type} */
	int64_t at_ms;
	struct cw_oneshot *oneshot;
	struct cw_call *waiting;
};

/* Hosts that answer questions at the same time: so many, and no more. */
struct cw_places {
	int max, taken;
	int for_changes; /* so many more than max, which only requests that have their turn take */
	struct cw_call *under_way, *waiting; /* for a free place: changes, then others, each in order */
};

enum cw_kafka_state { CW_KAFKA_UNKNOWN = 0, CW_KAFKA_REACHABLE, CW_KAFKA_UNREACHABLE };

struct cw_cluster {
	char *id; /* NULL: not known yet */
	enum cw_kafka_state state; /* when it was asked last */
	int64_t asked_ms;
	struct cw_oneshot *oneshot;
	struct cw_call *waiting; /* for the first answer, until the timer */
	struct cw_timer timer;
};

struct cw_herder {
	const struct cw_worker_config *config;
	json_t *worker; /* the "worker" object for hosts */
	char *worker_id, *program;
	char *identity; /* of its store: whose tasks are whose, beyond restarts and new addresses */
	struct cw_store *store;
	struct cw_loop *loop;
	struct cw_watch wakeup;
	struct cw_connector *connectors; /* by name */
	struct cw_turn *turns;
	struct cw_plugins plugins;
	struct cw_cluster cluster;
	struct cw_logger *loggers;
	struct cw_log_rings *logs;
	struct cw_timer logs_timer;
	struct cw_places validations; /* and previews */
	struct cw_call *waiting; /* for a state of their connector */
	struct cw_timer wait_timer;
	struct cw_places questions; /* to Kafka, of offsets and dead letters */
	int hosts_lock_fd; /* -1: none */
	struct cw_timer hosts_timer;
	int64_t hosts_deadline_ms;
	bool held;
	int64_t configure_timeout_ms, validate_timeout_ms;
	int64_t silence_least_ms; /* a host that has said nothing for a shorter time is never called silent */
	int64_t host_starts, host_crashes, host_kills;
	unsigned random; /* seed of the jitter of restarts */
	bool running, shutdown, killing;
	int64_t shutdown_deadline_ms;

	/* Shared. */
	pthread_mutex_t mutex;
	struct cw_call *queue, **queue_end; /* guarded by mutex */
	bool closed;                        /* guarded by mutex: nothing is taken any more */
	bool given_up;                      /* guarded by mutex: a request that waits for a state was */
	atomic_bool stop_wanted, kill_wanted;
	int wakeup_fd;
};

/*
 * call.c: answering. Each takes the herder's share of the call. cw_call_answer() of a request that waits for a state
 * answers later, when it is so.
 */
void cw_call_answer(struct cw_call *call, json_t *body); /* takes body; NULL: none */
void cw_call_answer_now(struct cw_call *call, json_t *body); /* whatever it waits for */
void cw_call_refuse(struct cw_call *call, enum cw_refusal refusal, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void cw_call_fail(struct cw_call *call, enum cw_error_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void cw_call_stage(struct cw_call *call, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool cw_call_is_given_up(struct cw_call *call); /* nobody waits for its answer any more */
void cw_call_append(struct cw_call **list, struct cw_call *call);
void cw_call_remove(struct cw_call **list, struct cw_call *call);

/* cluster.c: the Kafka cluster. */
void cw_cluster_info(struct cw_herder *herder, struct cw_call *call);
/* "reachable", "unreachable" or "unknown", as it was found out last; asks again when that is long ago. */
const char *cw_cluster_reachable(struct cw_herder *herder);
void cw_cluster_cancel(struct cw_herder *herder);
void cw_cluster_free(struct cw_herder *herder);

/* connector.c: one connector's life. */
struct cw_connector *cw_connector_find(const struct cw_herder *herder, const char *name);
/* Makes it from what is stored, without driving it. */
struct cw_connector *cw_connector_add(struct cw_herder *herder, const struct cw_stored_connector *stored);
/* Kind, class, file and config of what is stored. */
void cw_connector_set_config(struct cw_connector *c, const struct cw_stored_connector *stored);
void cw_connector_set_tasks(struct cw_connector *c, const json_t *configs);
/* Its tasks, and their statuses in the store, are forgotten: it was stopped, and nothing of it lives any more. */
void cw_connector_drop_tasks(struct cw_connector *c);
/* Does what the plan says until nothing is left, and records the states. May free it when it is being deleted. */
void cw_connector_drive(struct cw_connector *c);
/* Its host, if any, is to be replaced: its config has changed, or all of it is restarted. */
void cw_connector_remake(struct cw_connector *c);
void cw_connector_fail(struct cw_connector *c, const char *trace);
void cw_connector_remove(struct cw_connector *c); /* frees it; it has no host any more */
/* View and the memory behind it (free tasks with free()). */
void cw_connector_view(const struct cw_connector *c, struct cw_connector_view *out, struct cw_task_view **tasks);
void cw_task_set_phase(struct cw_connector *c, size_t task, enum cw_task_phase phase, const char *trace);
void cw_connector_arm(struct cw_connector *c); /* the kill timer, from all deadlines */

/* The connector object alone is to be restarted; its trace is forgotten. */
void cw_connector_restart(struct cw_connector *c);

/* recovery.c: what has FAILED is started again by itself. */
void cw_recovery_failed(struct cw_connector *c, struct cw_restarts *restarts, int task); /* task -1: the connector */
/* The connector's own value of a number, or the worker's. One with a variable in it is the worker's, too. */
int64_t cw_recovery_setting(const struct cw_connector *c, const char *key, int64_t workers);
/* When the task, or (-1) the connector, that has FAILED is started again by itself (cw_clock_ms()); 0: it is not. */
int64_t cw_recovery_next(const struct cw_connector *c, int task);
void cw_recovery_arm(struct cw_connector *c); /* the timer, from all that is pending */
void cw_recovery_run(void *connector);        /* the timer's */
void cw_recovery_forget(struct cw_connector *c); /* somebody has decided otherwise */

/* watchdog.c: after each metrics of a task. */
void cw_watchdog_look(struct cw_connector *c, size_t task);
void cw_watchdog_forget(struct cw_task *task);
/* A host starts; has said something; is gone. */
void cw_watchdog_begin(struct cw_connector *c);
void cw_watchdog_heard(struct cw_connector *c);
void cw_watchdog_end(struct cw_connector *c);
void cw_watchdog_listen(void *connector); /* the timer's: whether it is silent */
/* Why the connector is DEGRADED, new; NULL: it is not. */
char *cw_watchdog_reason(const struct cw_connector *c);

/* messages.c: what hosts say. */
void cw_host_message(void *connector, const json_t *message);
void cw_host_gone(void *connector, const struct cw_hostproc_end *end);

/* states.c: logs and stores the states that have changed, or that could not be stored before. */
void cw_states_show(struct cw_connector *c);

/* unstored.c: takes a checked message of offsets or topics; what cannot be stored now is stored later, in order. */
void cw_unstored_take(struct cw_connector *c, const json_t *message);
void cw_unstored_try_later(struct cw_connector *c); /* sets the timer that calls the next one */
void cw_unstored_retry(void *connector);
/* Changes [[partition, offset]…] as the store will have them once it can take what is kept. */
void cw_unstored_lay_over(const struct cw_connector *c, json_t *offsets);
/* The run of that task (-1: of all) is over: what it has told is stored, but acknowledged to nobody. */
void cw_unstored_disown(struct cw_connector *c, int task);
/* Stores what is kept, now or never: some records may be produced again by the next run. */
void cw_unstored_give_up(struct cw_connector *c);
/*
 * Adds a message of offsets to those that could not be stored. There is one for each task, with the newest offset of
 * each partition, so that they do not grow while the disk is full.
 */
void cw_offsets_keep(json_t *unstored, const json_t *message);

/* views.c: entities of the contract; new references. */
json_t *cw_view_info(const struct cw_connector *c);
json_t *cw_view_status(const struct cw_connector *c);
json_t *cw_view_task_status(const struct cw_connector *c, size_t task);
json_t *cw_view_tasks(const struct cw_connector *c);
json_t *cw_view_metrics(const struct cw_herder *herder);

/* waits.c: requests that wait for a state. */
void cw_wait_park(struct cw_herder *herder, struct cw_call *call); /* answers it at once when it is so */
void cw_wait_check(const struct cw_connector *c);                  /* its state may have changed */
void cw_wait_gone(struct cw_herder *herder, const char *name);     /* it was deleted */
void cw_wait_drop_given_up(struct cw_herder *herder);
void cw_wait_cancel_all(struct cw_herder *herder);

/*
 * offsets_parse.c: [[partition, offset or null]…] of {"partition","offset"} as REST has them; of a sink
 * [[topic, number, offset or null]…]. A source's partitions are as they are stored. New; NULL with *err.
 */
json_t *cw_offsets_parse(bool sink, const json_t *offsets, const json_t *stored, struct cw_error *err);

/* The pair of that partition, whose members may be in another order there; NULL: none. */
const json_t *cw_offsets_find(const json_t *pairs, const json_t *partition);

/* offsets.c. cw_offsets_change() says whether the call was answered at once; otherwise cw_turn_end() follows. */
void cw_offsets_read(struct cw_herder *herder, struct cw_call *call, const struct cw_connector *c);
bool cw_offsets_change(struct cw_herder *herder, struct cw_call *call);
/*
 * A connector that is to be made, of call->config and that kind, begins at call->offsets: then cw_change_come_true().
 * Whether the call was answered at once, as above.
 */
bool cw_offsets_begin(struct cw_herder *herder, struct cw_call *call, bool sink);

/* Whether the broker tells what groups have committed; else the call has failed: "The `what` of connector …". */
bool cw_offsets_are_told(struct cw_herder *herder, struct cw_call *call, const char *what);
/* letters.c, as offsets.c. */
void cw_letters_read(struct cw_herder *herder, struct cw_call *call, const struct cw_connector *c);
bool cw_letters_replay(struct cw_herder *herder, struct cw_call *call);

/*
 * places.c. Takes the question, asks it as soon as there is a place, and keeps the place until cw_place_leave(), which
 * answers nothing. A host that cannot be started is done at once. busy: what the call waits for until there is a place.
 */
void cw_place_ask(struct cw_places *places, struct cw_call *call, const struct cw_question *question, const char *busy);
void cw_place_leave(struct cw_places *places, struct cw_call *call);
void cw_places_cancel(struct cw_herder *herder, struct cw_places *places); /* the worker ends */

/* topics.c */
void cw_topics_read(struct cw_herder *herder, struct cw_call *call);
void cw_topics_reset(struct cw_herder *herder, struct cw_call *call);

/* loggers.c */
void cw_loggers_init(struct cw_herder *herder);
void cw_loggers_free(struct cw_herder *herder);
void cw_loggers_request(struct cw_herder *herder, struct cw_call *call);
/* Tells a host that has just started, before anything else. */
void cw_loggers_tell(const struct cw_connector *c);
/* The connector is being removed. */
void cw_loggers_drop(const struct cw_connector *c);

/* logs.c */
void cw_logs_init(struct cw_herder *herder);
void cw_logs_free(struct cw_herder *herder);
void cw_logs_request(struct cw_herder *herder, struct cw_call *call);
/* A line of a connector's host. */
void cw_logs_message(struct cw_connector *c, const json_t *message);

/* secrets.c: what is not shown, and what stands for it. */
/*
 * The config with "[hidden]" for passwords, and for whatever may be one as long as the plugin is not known that it is
 * for, unless the worker shows them; new. named_in: the config that says whose settings those of converters,
 * transformations and predicates are, where this one does not: the connector's, of a task.
 */
json_t *cw_secrets_hide(const struct cw_herder *herder, const char *class_name, const json_t *config,
			const json_t *named_in);
/* Whether all plugins are known that a config's keys may be for. */
bool cw_secrets_are_clear(const struct cw_herder *herder, const char *class_name, const json_t *config);
/* Puts what is stored back where "[hidden]" came back. -1 with *err when there is nothing for a key of a password. */
int cw_secrets_restore(const struct cw_herder *herder, const struct cw_connector *stored, json_t *config,
		       struct cw_error *err);

/* requests.c */
/* The etag of a config. */
void cw_config_etag(const json_t *config, char out[CW_ETAG_MAX]);
void cw_request_run(struct cw_herder *herder, struct cw_call *call);
void cw_request_cancel_waiting(struct cw_herder *herder); /* what waits for its turn is told that the worker ends */
/* Whether it is one of those that change a connector, one after the other; of those that ask a host. */
bool cw_call_has_turn(const struct cw_call *call);
/* The request on this connector is done: the next one runs. */
void cw_turn_end(struct cw_herder *herder, const char *name);

/*
 * changes.c: create, put, patch, validate. Those that return bool say whether the call was answered at
 * once; otherwise it is later, and cw_turn_end() follows.
 */
/* Whether the call was refused, since its if_match does not hold; c may be NULL. */
bool cw_change_refused_by_etag(struct cw_call *call, const struct cw_connector *c);
void cw_change_fail(struct cw_call *call, const char *error); /* with the one error that the configuration has */
int cw_change_prepare_create(struct cw_call *call); /* its name and config; -1: it was answered with what is wrong */
bool cw_change_create(struct cw_herder *herder, struct cw_call *call);
bool cw_change_put(struct cw_herder *herder, struct cw_call *call);
bool cw_change_patch(struct cw_herder *herder, struct cw_call *call);
void cw_change_validate(struct cw_herder *herder, struct cw_call *call);

/*
 * live.c: what a new config changes, when that restarts nothing: {key: text or null}, new; else NULL. The configs of its
 * tasks with that (NULL: as they are), new. The change comes into force; stored has those tasks.
 */
json_t *cw_live_find(const struct cw_connector *c, const json_t *config);
json_t *cw_live_tasks(const struct cw_connector *c, const json_t *changes);
void cw_live_change(struct cw_connector *c, const struct cw_stored_connector *stored, const json_t *changes);

/* What a config in a request goes through. Those that return bool say whether the call was refused, and is answered. */
json_t *cw_change_parse_config(const json_t *body, struct cw_error *err); /* new; NULL with *err */
/* The config of c with a patch applied, in which null deletes; new. NULL with *err. */
json_t *cw_change_patched(const struct cw_connector *c, const json_t *patch, struct cw_error *err);
/* The name in the config must be the connector's; an absent one is filled in. -1: the call was answered. */
int cw_change_agree_on_name(struct cw_call *call, json_t *config, const char *name);
int cw_change_require_class(struct cw_call *call, const json_t *config); /* -1: the call was answered */
bool cw_change_refused_class(struct cw_call *call); /* it must be that of the path */
/* It has "[hidden]" for what is not known. */
bool cw_change_refused_secrets(const struct cw_herder *herder, struct cw_call *call, const struct cw_connector *stored);
/* Validates call->config, as soon as there is a place, and goes on as the call's operation says. */
void cw_change_check(struct cw_herder *herder, struct cw_call *call);
/*
 * verdict.c: answers with what the validation found, or call->config comes into force; whether the call is answered, or
 * is later, as above.
 */
bool cw_change_judge(struct cw_herder *herder, struct cw_call *call, const json_t *infos);
/* What would be, were it not a dry run: ConnectorInfo and what would have to be done. */
void cw_change_answer_dry(const struct cw_herder *herder, struct cw_call *call, const struct cw_connector *c,
			  const char *kind, const char *class_name, const json_t *warnings);
/* call->config, which call->infos finds valid, is stored, answered, and comes into force. */
void cw_change_come_true(struct cw_herder *herder, struct cw_call *call);

/* preview.c */
void cw_preview_request(struct cw_herder *herder, struct cw_call *call);
/* call->config is valid. The call keeps its place among the validations. */
void cw_preview_begin(struct cw_herder *herder, struct cw_call *call);

/* plugins.c */
void cw_plugins_refresh(struct cw_herder *herder);
void cw_plugins_request(struct cw_herder *herder, struct cw_call *call);
void cw_plugins_cancel(struct cw_herder *herder);
/* Whether the call waits for the first list, which is under way: then it is run again. */
bool cw_plugins_await_first(struct cw_herder *herder, struct cw_call *call);
/* The plugin that a connector.class or a path names: full name, short name, or that without "Connector". */
const json_t *cw_plugins_find(const struct cw_herder *herder, const char *name);
/* A source or a sink. */
bool cw_plugins_is_connector(const json_t *plugin);
/* The keys of such a connector and the types that their definitions give them; NULL: it is not known. */
const json_t *cw_plugins_types(const struct cw_herder *herder, const char *connector);
/* The same of a plugin of another kind, by a name that a validation finds it by. */
const json_t *cw_plugins_types_of(const struct cw_herder *herder, enum cw_plugin_kind kind, const char *name);
/* "Connector" dropped from the end, as Kafka Connect compares. */
bool cw_class_matches(const char *full, const char *name);

#endif
