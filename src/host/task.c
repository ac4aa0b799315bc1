#include "host/task.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hide.h"
#include "base/mem.h"
#include "config/overrides.h"
#include "host/bounds.h"
#include "host/context.h"
#include "host/crash.h"

struct cw_task *cw_task_new(int id, int tasks, const char *connector, const struct cw_loaded_plugin *plugin,
			    const struct cw_worker_config *worker, struct cw_link *link, const struct cw_map *config,
			    const struct cw_map *told, json_t *offsets)
{
	struct cw_task *task = cw_alloc(sizeof(*task));

	cw_map_copy(&task->config, config);
	cw_map_copy(&task->told, told);
	task->context = (struct cw_context){ .size = sizeof(task->context), .task = id, .tasks = tasks,
					     .connector = cw_strdup(connector), .host = cw_context_functions() };
	task->scope = (struct cw_log_scope){ .connector = task->context.connector, .task = id,
					      .hidden = &task->told };
	snprintf(task->label, sizeof(task->label), "task %d of connector %s", id, connector);
	task->link = link;
	task->plugin = plugin;
	task->worker = worker;
	task->offsets = offsets;
	task->random = (unsigned)cw_clock_ns() ^ (unsigned)id * 2654435761u;
	task->topics_round = worker->topic_tracking_enable;
	cw_progress_init(&task->progress);
	task->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	pthread_mutex_init(&task->lock, NULL);
	return task;
}

void cw_task_wake(struct cw_task *task)
{
	uint64_t one = 1;
	ssize_t ignored = write(task->wake_fd, &one, sizeof(one));

	(void)ignored; /* full means that it is awake */
}

void cw_task_clear_wake(struct cw_task *task)
{
	uint64_t n;
	ssize_t ignored = read(task->wake_fd, &n, sizeof(n));

	(void)ignored;
}

void cw_task_sleep(struct cw_task *task, int64_t timeout_ms)
{
	struct pollfd pfd = { .fd = task->wake_fd, .events = POLLIN };

	if (poll(&pfd, 1, timeout_ms > 60000 ? 60000 : (int)timeout_ms) > 0)
		cw_task_clear_wake(task);
}

int64_t cw_task_left_ms(struct cw_task *task, int64_t deadline_ms)
{
	int64_t left = deadline_ms - cw_clock_ms(), until_drained;

	if (cw_task_stopping(task)) {
		until_drained = atomic_load(&task->drain_deadline_ms) - cw_clock_ms();
		if (until_drained < left)
			left = until_drained;
	}
	return left > 0 ? left : 0;
}

int64_t cw_task_closing_ms(struct cw_task *task, int64_t most_ms)
{
	int64_t left;

	if (!cw_task_stopping(task))
		return most_ms;
	left = (atomic_load(&task->stop_deadline_ms) - cw_clock_ms()) / 2;
	return left < 0 ? 0 : left < most_ms ? left : most_ms;
}

int64_t cw_task_retry_ms(struct cw_task *task, struct cw_retry *retry, const struct cw_retry_policy *policy)
{
	int64_t now = cw_clock_ms(), after_ms = task->retry_after_ms > now ? task->retry_after_ms - now : 0;

	task->retry_after_ms = 0;
	return cw_retry_next(retry, policy, now, after_ms, cw_jitter(&task->random));
}

int64_t cw_task_backoff_ms(struct cw_task *task, unsigned attempt, int64_t base_ms, int64_t max_ms)
{
	return cw_backoff_ms(attempt, base_ms, max_ms, cw_jitter(&task->random));
}

struct cw_metric *cw_task_limited_metric(struct cw_task *task)
{
	return cw_metrics_get(&task->metrics, CW_METRIC_COUNTER, "rate_limit_held_ms",
			      "Milliseconds for which the rate limit has held the task back.");
}

void cw_task_report(struct cw_task *task, const char *state, const char *trace)
{
	json_t *message = json_pack("{s:s,s:i,s:s}", "type", "status", "task", task->context.task, "state", state);

	if (trace) {
		CW_AUTO_FREE char *shown = cw_hide(trace, &task->told);

		json_object_set_new(message, "trace", json_string(shown));
	}
	cw_link_send(task->link, message);
}

void cw_task_send_metrics(struct cw_task *task)
{
	json_t *metrics = cw_metrics_to_json(&task->metrics);

	cw_progress_put_metrics(&task->progress, cw_clock_ms(), metrics);
	cw_link_send(task->link, json_pack("{s:s,s:i,s:o,s:o*,s:o*,s:o*}", "type", "metrics", "task", task->context.task,
					   "metrics", metrics, "retry", cw_progress_retry_json(&task->progress, &task->told),
					   "awaited", cw_progress_awaited_json(&task->progress), "rate_limit", task->limits ? cw_limits_to_json(task->limits) : NULL));
}

struct cw_topic_maker cw_task_topic_maker(const struct cw_task *task)
{
	return (struct cw_topic_maker){ .worker = task->worker, .connector = &task->config, .name = task->context.connector,
					.task = task->context.task, .scope = &task->scope, .stop = &task->stop };
}

enum cw_result cw_task_open_plugin(struct cw_task *task, struct cw_error *err)
{
	return task->plugin->ops.task_start(&task->context, task->plugin_config, &task->state, err);
}

void cw_task_close_plugin(struct cw_task *task)
{
	struct cw_source_partition *p, *next;

	task->plugin->ops.task_stop(task->state);
	task->state = NULL;
	for (p = task->partitions; p; p = next) {
		next = p->next;
		free(p->json);
		free(p->offset_field);
		free(p->stored_json);
		json_decref(p->sent);
		free(p);
	}
	task->partitions = NULL;
}

/* The worker may allow less now than when the connector was made. */
static int check_overrides(const struct cw_task *task, struct cw_error *err)
{
	for (size_t i = 0; i < task->config.n; i++) {
		const char *key = task->config.entries[i].key, *setting = cw_override_setting(key, NULL);
		CW_AUTO_FREE char *text = NULL;

		if (!setting || cw_override_allowed(task->worker, setting))
			continue;
		text = cw_override_refusal(task->worker, key, setting);
		return cw_error_set(err, CW_ERR_INVALID, "%s", text);
	}
	return 0;
}

int cw_task_configure(struct cw_task *task, struct cw_error *err)
{
	const struct cw_plugin *plugin = &task->plugin->plugin;
	struct cw_config_table own = { plugin->config, plugin->n_config, plugin->config_def_size };

	if (check_overrides(task, err) != 0)
		return -1;
	task->plugin_config = cw_alloc(plugin->config_size);
	return cw_config_fill(cw_connector_table(plugin->kind), &task->config, &task->framework,
			      &task->framework_memory, err) != 0 ||
			       cw_config_fill(own, &task->config, task->plugin_config, &task->plugin_memory, err) != 0 ?
		       -1 :
		       0;
}

static void open_budget(struct cw_task *task)
{
	const struct cw_connector_config *config = &task->framework;

	task->budget = (struct cw_budget){ .count = config->errors_budget_count, .percent = config->errors_budget_percent,
					   .window_ms = config->errors_budget_window_ms };
}

/* Whatever wakes the task: what it has left behind may do so still. But for a stop. */
static void sleep_out(struct cw_task *task, int64_t ms)
{
	int64_t until = cw_clock_ms() + ms, left;

	while (!cw_task_stopping(task) && (left = until - cw_clock_ms()) > 0)
		cw_task_sleep(task, left);
}

/* Before the next attempt. */
static void wait_for_start(struct cw_task *task, struct cw_retry *retry, const struct cw_retry_policy *policy,
			   const struct cw_error *why)
{
	int64_t wait_ms = cw_task_retry_ms(task, retry, policy);

	log_warn(&task->scope, "starts again in %lld ms (attempt %u): %s", (long long)wait_ms, retry->attempt, why->text);
	cw_progress_retry(&task->progress, "START", retry->attempt, wait_ms, why->text);
	cw_progress_busy(&task->progress, cw_clock_ms());
	sleep_out(task, wait_ms);
	cw_progress_retry_over(&task->progress);
}

/* Runs the task, again while the loop says that starting over may help. */
static enum cw_result run(struct cw_task *task, struct cw_error *err)
{
	struct cw_retry_policy policy = { .timeout_ms = -1, .base_ms = CW_RETRY_BASE_MS };
	struct cw_retry retry = { 0 };

	if (cw_task_configure(task, err) != 0)
		return CW_FAIL;
	policy.max_ms = task->framework.errors_retry_delay_max_ms;
	open_budget(task);
	for (;;) {
		enum cw_result result;
		int64_t began_ms = cw_clock_ms();
		unsigned ends = task->progress.ends;

		*err = (struct cw_error){ 0 };
		task->starts_over = false;
		result = task->plugin->plugin.kind == CW_PLUGIN_SOURCE ? cw_source_task_run(task, err) :
									 cw_sink_task_run(task, err);
		if (result != CW_RETRY)
			return result;
		if (cw_task_stopping(task))
			return CW_OK;
		cw_retry_ran(&retry, &policy, began_ms, cw_clock_ms(), task->progress.ends != ends);
		if (!task->starts_over)
			wait_for_start(task, &retry, &policy, err);
		cw_metrics_restart(&task->metrics); /* what was read and not delivered is read, and counted, again */
	}
}

static void say_stopped(struct cw_task *task)
{
	cw_link_send(task->link, json_pack("{s:s,s:i}", "type", "stopped", "task", task->context.task));
}

static void *task_main(void *arg)
{
	struct cw_task *task = arg;
	struct cw_error err = { 0 };
	enum cw_result result;

	cw_crash_thread();
	cw_crash_label(task->label);
	result = run(task, &err);
	if (result == CW_END)
		log_info(&task->scope, "completed: %s", task->plugin->plugin.kind == CW_PLUGIN_SOURCE ?
								"every record is acknowledged" :
								"every record of the run is written");
	else if (result != CW_OK)
		log_error(&task->scope, "failed: %s", err.text);
	cw_progress_made(&task->progress, cw_clock_ms(), 0);
	cw_progress_retry_over(&task->progress);
	cw_task_send_metrics(task); /* the last ones are kept */
	atomic_store(&task->completed, result == CW_END);
	if (result == CW_END)
		cw_task_report(task, "COMPLETED", NULL);
	else if (result != CW_OK)
		cw_task_report(task, "FAILED", err.text);
	pthread_mutex_lock(&task->lock);
	task->ended = true;
	if (task->stopped)
		say_stopped(task);
	pthread_mutex_unlock(&task->lock);
	return NULL;
}

void cw_task_fail(struct cw_task *task, const char *trace)
{
	log_error(&task->scope, "failed: %s", trace);
	cw_task_report(task, "FAILED", trace);
	task->ended = true;
}

void cw_task_start(struct cw_task *task, bool paused)
{
	pthread_attr_t attr;

	atomic_store(&task->pause, paused);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, (size_t)1 << 20);
	if (pthread_create(&task->thread, &attr, task_main, task) == 0) {
		task->running = true;
	} else {
		cw_task_fail(task, "no thread can be started for the task");
	}
	pthread_attr_destroy(&attr);
}

void cw_task_set_paused(struct cw_task *task, bool paused)
{
	atomic_store(&task->pause, paused);
	cw_task_wake(task);
}

void cw_task_stop(struct cw_task *task, int64_t timeout_ms)
{
	int64_t now = cw_clock_ms();

	atomic_store(&task->stop_deadline_ms, now + timeout_ms);
	atomic_store(&task->drain_deadline_ms, now + timeout_ms * 2 / 3);
	atomic_store(&task->stop, true);
	cw_task_wake(task);
	pthread_mutex_lock(&task->lock);
	if (task->ended && !task->stopped)
		say_stopped(task);
	task->stopped = true;
	pthread_mutex_unlock(&task->lock);
}

void cw_task_offsets_stored(struct cw_task *task, uint64_t seq)
{
	atomic_store(&task->stored_seq, seq);
	cw_task_wake(task);
}

bool cw_task_ended(struct cw_task *task)
{
	bool ended;

	pthread_mutex_lock(&task->lock);
	ended = task->ended;
	pthread_mutex_unlock(&task->lock);
	return ended;
}

void cw_task_free(struct cw_task *task)
{
	if (!task)
		return;
	if (task->running)
		pthread_join(task->thread, NULL);
	close(task->wake_fd);
	pthread_mutex_destroy(&task->lock);
	cw_progress_free(&task->progress);
	cw_config_memory_free(task->framework_memory);
	cw_config_memory_free(task->plugin_memory);
	free(task->plugin_config);
	cw_map_free(&task->config);
	cw_map_free(&task->told);
	json_decref(task->offsets);
	cw_bounds_unref(task->bounds);
	free((char *)(uintptr_t)task->context.connector);
	free(task);
}
