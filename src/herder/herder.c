#include "herder/herder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "herder/internal.h"
#include "store/lock.h"
#include "supervisor/process.h"

#define CONFIGURE_TIMEOUT_MS 60000
#define VALIDATE_TIMEOUT_MS 30000
#define SILENCE_LEAST_MS 5000 /* hosts send metrics every second */
#define VALIDATIONS_MAX 4 /* processes at once */
#define QUESTIONS_MAX 8   /* the same; while Kafka is away, each lives for a minute or so */
#define QUESTIONS_OF_CHANGES 2 /* beyond these */
#define HOSTS_POLL_MS 20
#define HOSTS_EXTRA_MS 5000 /* beyond the drain of an earlier worker's hosts */

/* ---- starting ------------------------------------------------------------------------------ */

static int load_connector(void *arg, const struct cw_stored_connector *stored)
{
	cw_connector_add(arg, stored);
	return 0;
}

/* What was completed stays so over a restart of the worker; everything else starts again. */
static int load_status(void *arg, const struct cw_stored_status *status)
{
	struct cw_connector *c = cw_connector_find(arg, status->connector);

	if (c && status->task >= 0 && (size_t)status->task < c->n_tasks && strcmp(status->state, "COMPLETED") == 0)
		cw_task_set_phase(c, (size_t)status->task, CW_TASK_COMPLETED, NULL);
	return 0;
}

static void skip_completed(struct cw_connector *c)
{
	for (size_t i = 0; i < c->n_tasks; i++)
		if (c->tasks[i].phase != CW_TASK_COMPLETED)
			return;
	c->unconfigured = c->n_tasks == 0;
	c->observed = c->unconfigured ? 0 : c->revision;
}

static int open_store(struct cw_herder *herder, struct cw_error *err)
{
	const char *path = herder->config->offset_storage_file_filename;
	const struct cw_list *listeners = &herder->config->listeners;

	herder->store = cw_store_open_sqlite(path, listeners->n ? listeners->items[0] : herder->worker_id, err);
	if (!herder->store)
		return -1;
	herder->identity = cw_store_get_id(herder->store, err);
	if (!herder->identity)
		return -1;
	if (strcmp(path, ":memory:") != 0) {
		herder->hosts_lock_fd = cw_hosts_lock_open(path, err);
		if (herder->hosts_lock_fd < 0)
			return -1;
	}
	if (cw_store_each_connector(herder->store, load_connector, herder, err) != 0 ||
	    cw_store_each_status(herder->store, load_status, herder, err) != 0)
		return -1;
	for (struct cw_connector *c = herder->connectors; c; c = c->next)
		skip_completed(c);
	return 0;
}

static void on_wakeup(void *arg, uint32_t events);
static void on_hosts_poll(void *arg);

static int open_loop(struct cw_herder *herder, struct cw_error *err)
{
	herder->loop = cw_loop_new(err);
	if (!herder->loop)
		return -1;
	herder->wakeup_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (herder->wakeup_fd < 0)
		return cw_error_set(err, CW_ERR_FATAL, "eventfd: %s", strerror(errno));
	return cw_loop_watch(herder->loop, &herder->wakeup, herder->wakeup_fd, EPOLLIN, err);
}

struct cw_herder *cw_herder_new(const struct cw_worker_config *config, const char *worker_id, struct cw_error *err)
{
	struct cw_herder *herder = cw_alloc(sizeof(*herder));

	herder->config = config;
	herder->worker = cw_worker_config_to_json(config);
	herder->worker_id = cw_strdup(worker_id);
	herder->wakeup_fd = herder->hosts_lock_fd = -1;
	herder->wakeup = (struct cw_watch){ .fd = -1, .fn = on_wakeup, .arg = herder };
	herder->hosts_timer = (struct cw_timer){ .fn = on_hosts_poll, .arg = herder };
	herder->configure_timeout_ms = CONFIGURE_TIMEOUT_MS;
	herder->validate_timeout_ms = VALIDATE_TIMEOUT_MS;
	herder->validations.max = VALIDATIONS_MAX;
	herder->questions.max = QUESTIONS_MAX;
	herder->questions.for_changes = QUESTIONS_OF_CHANGES;
	herder->silence_least_ms = SILENCE_LEAST_MS;
	herder->random = (unsigned)cw_clock_ns();
	herder->queue_end = &herder->queue;
	cw_loggers_init(herder);
	cw_logs_init(herder);
	pthread_mutex_init(&herder->mutex, NULL);
	herder->program = cw_host_program(err);
	if (!herder->program || open_loop(herder, err) != 0 || open_store(herder, err) != 0) {
		cw_herder_free(herder);
		return NULL;
	}
	return herder;
}

void cw_herder_set_worker_id(struct cw_herder *herder, const char *worker_id)
{
	free(herder->worker_id);
	herder->worker_id = cw_strdup(worker_id);
}

struct cw_loop *cw_herder_loop(struct cw_herder *herder)
{
	return herder->loop;
}

void cw_herder_free(struct cw_herder *herder)
{
	if (!herder)
		return;
	while (herder->connectors)
		cw_connector_remove(herder->connectors);
	cw_loop_unset_timer(herder->loop, &herder->wait_timer);
	cw_loop_unset_timer(herder->loop, &herder->logs_timer);
	cw_cluster_free(herder);
	cw_loop_unwatch(herder->loop, &herder->wakeup);
	cw_loop_free(herder->loop);
	cw_store_close(herder->store);
	if (herder->wakeup_fd >= 0)
		close(herder->wakeup_fd);
	if (herder->hosts_lock_fd >= 0)
		close(herder->hosts_lock_fd);
	pthread_mutex_destroy(&herder->mutex);
	cw_loggers_free(herder);
	cw_logs_free(herder);
	json_decref(herder->plugins.list);
	json_decref(herder->plugins.by_class);
	json_decref(herder->worker);
	free(herder->worker_id);
	free(herder->identity);
	free(herder->program);
	free(herder);
}

/* ---- running ------------------------------------------------------------------------------- */

static void drive_all(struct cw_herder *herder)
{
	struct cw_connector *next;

	for (struct cw_connector *c = herder->connectors; c; c = next) {
		next = c->next;
		cw_connector_drive(c);
	}
}

/* Hosts whose worker died end by themselves; ours must not work beside them. */
static void on_hosts_poll(void *arg)
{
	struct cw_herder *herder = arg;
	bool late = cw_clock_ms() >= herder->hosts_deadline_ms;

	herder->held = !cw_hosts_lock_try(herder->hosts_lock_fd);
	if (herder->held && !late) {
		cw_loop_set_timer(herder->loop, &herder->hosts_timer, cw_clock_ms() + HOSTS_POLL_MS);
		return;
	}
	if (herder->held)
		log_warn(NULL, "a connect-host of an earlier worker still lives; connectors are started beside it");
	herder->held = false;
	drive_all(herder);
}

static void begin_shutdown(struct cw_herder *herder)
{
	int64_t timeout = herder->config->task_shutdown_graceful_timeout_ms;

	herder->shutdown = true;
	herder->shutdown_deadline_ms = cw_clock_ms() + timeout;
	log_info(NULL, "stopping: draining for at most %lld ms", (long long)timeout);
	cw_loop_unset_timer(herder->loop, &herder->hosts_timer);
	cw_wait_cancel_all(herder);
	cw_places_cancel(herder, &herder->questions);
	cw_request_cancel_waiting(herder);
	cw_places_cancel(herder, &herder->validations);
	cw_plugins_cancel(herder);
	cw_cluster_cancel(herder);
	/* A host that was already told to stop has no longer than this either. */
	for (struct cw_connector *c = herder->connectors; c; c = c->next)
		if (c->phase == CW_HOST_ENDING && c->host_deadline_ms > herder->shutdown_deadline_ms) {
			c->host_deadline_ms = herder->shutdown_deadline_ms;
			cw_connector_arm(c);
		}
	drive_all(herder);
}

static void kill_all(struct cw_herder *herder)
{
	log_warn(NULL, "asked to end at once: what still runs is killed");
	herder->killing = true;
	for (struct cw_connector *c = herder->connectors; c; c = c->next)
		if (c->host)
			cw_hostproc_kill(c->host, "the worker was asked to end at once");
}

static struct cw_call *take_queue(struct cw_herder *herder)
{
	struct cw_call *calls;

	pthread_mutex_lock(&herder->mutex);
	calls = herder->queue;
	herder->queue = NULL;
	herder->queue_end = &herder->queue;
	pthread_mutex_unlock(&herder->mutex);
	return calls;
}

static void on_wakeup(void *arg, uint32_t events)
{
	struct cw_herder *herder = arg;
	struct cw_call *call, *next;
	uint64_t count;

	(void)events;
	if (read(herder->wakeup_fd, &count, sizeof(count)) != sizeof(count))
		return;
	cw_wait_drop_given_up(herder);
	for (call = take_queue(herder); call; call = next) {
		next = call->next;
		cw_request_run(herder, call);
	}
	if (atomic_load(&herder->stop_wanted) && !herder->shutdown)
		begin_shutdown(herder);
	if (atomic_load(&herder->kill_wanted) && !herder->killing)
		kill_all(herder);
}

static bool hosts_live(const struct cw_herder *herder)
{
	for (const struct cw_connector *c = herder->connectors; c; c = c->next)
		if (c->host)
			return true;
	return false;
}

/* Nothing is taken any more, and who still waits is told so. */
static void close_queue(struct cw_herder *herder)
{
	struct cw_call *call, *next;

	pthread_mutex_lock(&herder->mutex);
	herder->closed = true;
	pthread_mutex_unlock(&herder->mutex);
	cw_log_rings_close(herder->logs);
	for (call = take_queue(herder); call; call = next) {
		next = call->next;
		cw_call_fail(call, CW_ERR_FATAL, "Worker is shutting down");
	}
}

void cw_herder_run(struct cw_herder *herder)
{
	if (herder->hosts_lock_fd >= 0) {
		herder->held = true;
		herder->hosts_deadline_ms =
			cw_clock_ms() + herder->config->task_shutdown_graceful_timeout_ms + HOSTS_EXTRA_MS;
		on_hosts_poll(herder);
	}
	drive_all(herder);
	cw_plugins_refresh(herder);
	while (!herder->shutdown || hosts_live(herder))
		cw_loop_step(herder->loop, -1);
	close_queue(herder);
}

static void wake_up(struct cw_herder *herder)
{
	int reason = errno;
	uint64_t one = 1;
	ssize_t ignored;

	ignored = write(herder->wakeup_fd, &one, sizeof(one));
	(void)ignored;
	errno = reason;
}

void cw_herder_stop(struct cw_herder *herder)
{
	atomic_store(&herder->stop_wanted, true);
	wake_up(herder);
}

void cw_herder_kill(struct cw_herder *herder)
{
	atomic_store(&herder->stop_wanted, true);
	atomic_store(&herder->kill_wanted, true);
	wake_up(herder);
}
