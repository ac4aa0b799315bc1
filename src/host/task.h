/*
 * task - one task of a connector: its thread, its plugin state, and what the main thread tells it.
 *
 * The main thread makes, starts, signals and joins tasks; everything else belongs to the task's own
 * thread. What crosses between the two is atomic or guarded by `lock`, as marked.
 */
#ifndef CW_HOST_TASK_H
#define CW_HOST_TASK_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/log.h"
#include "base/retry.h"
#include "config/connector_config.h"
#include "config/worker_config.h"
#include "host/budget.h"
#include "host/limits.h"
#include "host/link.h"
#include "host/metrics.h"
#include "host/plugin.h"
#include "host/progress.h"
#include "host/stages.h"
#include "kafka/create_topic.h"

/* For stored_seq: the worker is gone, so there is nothing to wait for. */
#define CW_NEVER_STORED UINT64_MAX
/* The longest pause before the second attempt of what errors.retry.* is about, as in Kafka Connect. */
#define CW_RETRY_BASE_MS 300

struct cw_source_partition {
	char *json;         /* the object, compact, keys in the plugin's order */
	char *offset_field;
	char *stored_json;  /* of source_offset(): lent to the plugin */
	json_t *sent;       /* [partition,offset] as it was last given to the worker to be stored; NULL: never */
	struct cw_source_partition *next;
};

struct cw_bounds;
struct cw_owned;

/* Of what a source's producer sends: see source_batches.c. */
enum cw_batch_size { CW_BATCHES_AS_SET, CW_BATCHES_SMALL, CW_BATCHES_OF_ONE };

struct cw_task {
	struct cw_context context; /* first: the plugin's view, container of which this is */
	struct cw_log_scope scope;
	char label[160];           /* for crash reports */
	struct cw_link *link;
	const char *identity;     /* of the worker, borrowed; NULL: it was not told */
	const struct cw_loaded_plugin *plugin;
	const struct cw_stages *stages; /* what its records go through */
	const struct cw_worker_config *worker;
	struct cw_map config;
	struct cw_map told; /* of struct cw_providers: what is not to be seen in logs and traces */
	struct cw_connector_config framework; /* parsed from config */
	void *plugin_config;
	struct cw_config_memory *framework_memory, *plugin_memory;
	void *state; /* the plugin's task */
	void *loop;  /* the running task's struct cw_sink or struct cw_source; its thread's */
	json_t *offsets; /* [[partition,offset]…] as stored when the task started */
	struct cw_source_partition *partitions;
	struct cw_metrics metrics;
	struct cw_progress progress;
	struct cw_budget budget; /* of errors that are tolerated; its thread's */
	unsigned random; /* seed of this task's jitter */
	int64_t retry_after_ms; /* monotonic: a call of the plugin has asked for no other one before; its thread's */
	atomic_flag completes_in_vain; /* was said of the plugin */
	uint64_t sent_seq; /* of the newest "offsets" message; its thread's */

	struct cw_bounds *bounds;   /* shared by the tasks of a run, each with a reference: where the sink's run ends */
	struct cw_limits *limits;   /* shared by them, too */
	unsigned starts_in_vain;    /* of a sink's, since a partition was nobody's; its thread's */
	struct cw_owned *owned;     /* shared by them, too: what the sink's have got */
	bool without_headers; /* sinks: the plugin does not look at them */
	enum cw_batch_size batches; /* of a source; its thread's */
	bool starts_over; /* with CW_RETRY: the loop has ended for nothing else, so that it starts again at once; its thread's */
	bool ends_transactions; /* sources: the plugin does, and the loop's struct cw_source hears of it; its thread's */

	/* From the main thread to the task; each change is followed by a write to wake_fd. */
	int wake_fd;
	_Atomic bool stop, pause;
	_Atomic int64_t stop_deadline_ms;  /* monotonic */
	_Atomic int64_t drain_deadline_ms; /* before it: what is left is for the last commit and for Kafka's good-bye */
	_Atomic uint64_t topics_round;    /* host/topics.h: raised when topics are to be told again; 0: none is told */
	_Atomic uint64_t stored_seq;      /* the newest "offsets" message that the worker stored; or CW_NEVER_STORED */

	_Atomic bool completed; /* set by the thread before it says so */
	pthread_mutex_t lock;
	bool ended;   /* lock: the thread has said its last status */
	bool stopped; /* lock: "stopped" was asked for; whoever comes second says it */
	bool running; /* main thread: there is a thread to join */
	pthread_t thread;
};

/* A task that is not started. Takes offsets (may be NULL); the rest is borrowed for its life. */
struct cw_task *cw_task_new(int id, int tasks, const char *connector, const struct cw_loaded_plugin *plugin,
			    const struct cw_worker_config *worker, struct cw_link *link, const struct cw_map *config,
			    const struct cw_map *told, json_t *offsets);
void cw_task_start(struct cw_task *task, bool paused);
/* Instead of starting it: it has FAILED. */
void cw_task_fail(struct cw_task *task, const char *trace);
void cw_task_set_paused(struct cw_task *task, bool paused);
/* Asks it to end; "stopped" is sent to the worker when it has (at once when it had ended before). */
void cw_task_stop(struct cw_task *task, int64_t timeout_ms);
void cw_task_offsets_stored(struct cw_task *task, uint64_t seq);
/* The connector's limits have changed: it looks at them. */
void cw_task_wake(struct cw_task *task);
/* Any thread. */
void cw_task_send_metrics(struct cw_task *task);
bool cw_task_ended(struct cw_task *task);
/* Joins the thread (which must have ended or be about to) and frees all. */
void cw_task_free(struct cw_task *task);

/* ---- for the task's own thread ---- */

static inline bool cw_task_stopping(const struct cw_task *task)
{
	return atomic_load_explicit(&((struct cw_task *)(uintptr_t)task)->stop, memory_order_acquire);
}

static inline bool cw_task_paused(struct cw_task *task)
{
	return atomic_load_explicit(&task->pause, memory_order_relaxed);
}

/*
 * Milliseconds until a deadline (monotonic), never negative; those of a task that was asked to end are over
 * when it has to say good-bye. For what waits on others: records, plugins, brokers.
 */
int64_t cw_task_left_ms(struct cw_task *task, int64_t deadline_ms);
/* How long the good-bye itself may take: half of what is left until the end, at most most_ms. */
int64_t cw_task_closing_ms(struct cw_task *task, int64_t most_ms);
/* Waits until woken by the main thread or timeout_ms passed. */
void cw_task_sleep(struct cw_task *task, int64_t timeout_ms);
/* Takes back what was written to wake_fd. */
void cw_task_clear_wake(struct cw_task *task);
/* "RUNNING", "PAUSED", "FAILED", "COMPLETED"; trace may be NULL. */
void cw_task_report(struct cw_task *task, const char *state, const char *trace);
/* The counter of the time for which the rate limit has held it back. */
struct cw_metric *cw_task_limited_metric(struct cw_task *task);
/* After CW_RETRY of a plugin: cw_retry_next(), with what the call has asked for. */
int64_t cw_task_retry_ms(struct cw_task *task, struct cw_retry *retry, const struct cw_retry_policy *policy);
int64_t cw_task_backoff_ms(struct cw_task *task, unsigned attempt, int64_t base_ms, int64_t max_ms);

/* Topics are created on behalf of the task; its config and scope are borrowed. */
struct cw_topic_maker cw_task_topic_maker(const struct cw_task *task);

/* Fills what the config stands for, once, before anything runs. 0, or -1 with *err. */
int cw_task_configure(struct cw_task *task, struct cw_error *err);
/* The loops. CW_OK: was stopped; CW_END: completed; CW_FAIL with *err; CW_RETRY: start again from the stored offsets. */
enum cw_result cw_source_task_run(struct cw_task *task, struct cw_error *err);
enum cw_result cw_sink_task_run(struct cw_task *task, struct cw_error *err);
/* Between run's set-up and its loop: creates the plugin's task. cw_task_close_plugin() ends it. */
enum cw_result cw_task_open_plugin(struct cw_task *task, struct cw_error *err);
void cw_task_close_plugin(struct cw_task *task);

#endif
