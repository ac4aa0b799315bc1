#include "host/host.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hide.h"
#include "base/mem.h"
#include "host/bounds.h"
#include "host/orphan.h"
#include "host/owned.h"
#include "host/catalog.h"
#include "host/context.h"
#include "host/crash.h"
#include "host/log_lines.h"
#include "host/providers.h"
#include "host/task_config.h"
#include "host/topics.h"
#include "kafka/client.h"
#include "kafka/security.h"
#include "supervisor/protocol.h"

#define METRICS_MS 1000
/* How long a host whose worker is gone may take to drain. */
#define ORPHAN_TIMEOUT_MS 5000

struct host {
	struct cw_link link;
	struct cw_log_lines log_lines;
	struct cw_orphan orphan;
	const char *connector;
	char *identity; /* NULL: it was not told */
	struct cw_log_scope scope;
	char label[160];      /* for crash reports */
	struct cw_task *self; /* the connector's own context: a task that never runs */
	struct cw_worker_config worker;
	bool has_worker;
	bool has_log_level; /* told by the worker, which wins over its configuration */
	struct cw_catalog catalog;
	struct cw_providers providers;
	const struct cw_loaded_plugin *plugin; /* in the catalog */
	struct cw_stages stages;
	struct cw_map raw; /* the connector's config as it was given */
	struct cw_map config; /* with what its variables stand for */
	void *plugin_config;
	struct cw_config_memory *plugin_memory;
	void *state; /* the plugin's connector */
	bool started;
	struct cw_task **tasks;
	size_t n_tasks;
	struct cw_bounds *bounds; /* of the run that goes on, or was the last one */
	struct cw_owned owned;
	struct cw_limits limits;
	int64_t next_metrics_ms;
	bool stopping;
	int64_t stop_deadline_ms;
};

static const char *text_of(const json_t *message, const char *key)
{
	return json_string_value(json_object_get(message, key));
}

/* Fills *resolved with what the variables of a config stand for. */
static int resolve(struct host *host, const struct cw_map *config, struct cw_map *resolved, struct cw_error *err)
{
	struct cw_map failed = { 0 };
	int ret = cw_providers_resolve(&host->providers, config, resolved, &failed);

	if (ret != 0)
		cw_error_set(err, CW_ERR_INVALID, "%s: %s", failed.entries[0].key, failed.entries[0].value);
	cw_map_free(&failed);
	return ret;
}

/* ---- the connector ---- */

static json_t *task_configs(struct host *host, struct cw_error *err)
{
	struct cw_task_configs configs = { .connector = &host->config };
	json_t *list = NULL;

	if (cw_task_configs_make(&configs, host->plugin, &host->self->context, host->state, host->plugin_config, err) == 0) {
		list = json_array();
		for (size_t i = 0; i < configs.n && !err->code; i++)
			json_array_append_new(list, cw_task_config_told(&configs.tasks[i], &host->raw, &host->config, err));
	}
	cw_task_configs_free(&configs);
	if (!err->code)
		return list;
	json_decref(list);
	return NULL;
}

static int start_connector(struct host *host, struct cw_error *err)
{
	if (host->plugin->ops.start &&
	    host->plugin->ops.start(&host->self->context, host->plugin_config, &host->state, err) != CW_OK)
		return cw_error_set(err, CW_ERR_FATAL, "the connector did not start");
	host->started = true;
	return 0;
}

static void stop_connector(struct host *host)
{
	if (host->started && host->plugin->ops.stop)
		host->plugin->ops.stop(host->state);
	host->started = false;
	host->state = NULL;
}

/* The worker's config and the connector's, with what their variables stand for. */
static int load_configs(struct host *host, const json_t *message, struct cw_error *err)
{
	const char *identity = text_of(message, "identity");

	host->identity = identity ? cw_strdup(identity) : NULL;
	cw_map_from_json(&host->raw, json_object_get(message, "config"));
	if (cw_worker_config_from_json(json_object_get(message, "worker"), &host->worker, err) != 0)
		return -1;
	host->has_worker = true;
	cw_orphan_set_drain(&host->orphan, host->worker.task_shutdown_graceful_timeout_ms);
	host->catalog.plugin_path = &host->worker.plugin_path;
	if (cw_providers_open(&host->providers, &host->catalog, &host->worker, host->connector, err) != 0 ||
	    cw_providers_resolve_worker(&host->providers, &host->worker, err) != 0)
		return -1;
	/* A variable may stand for it. */
	cw_orphan_set_drain(&host->orphan, host->worker.task_shutdown_graceful_timeout_ms);
	return resolve(host, &host->raw, &host->config, err);
}

/* What the Kafka client cannot do of what is asked for. */
static void warn_of_client(const struct host *host)
{
	bool sink = host->plugin->plugin.kind == CW_PLUGIN_SINK;
	struct cw_error refused = { 0 }; /* its tasks say it */
	rd_kafka_conf_t *conf = cw_client_conf(sink ? CW_CLIENT_CONSUMER : CW_CLIENT_PRODUCER, &host->worker, &host->config,
					       NULL, &refused);
	CW_AUTO_FREE char *warning = conf ? cw_security_warning(conf, rd_kafka_version()) : NULL;

	if (warning)
		log_warn(&host->scope, "%s", warning);
	if (conf)
		rd_kafka_conf_destroy(conf);
}

static int load(struct host *host, const json_t *message, struct cw_error *err)
{
	const char *asked, *hint = text_of(message, "file");
	struct cw_config_table table;

	if (load_configs(host, message, err) != 0)
		return -1;
	asked = cw_map_get(&host->config, "connector.class");
	if (!asked)
		return cw_error_set(err, CW_ERR_INVALID, "the connector's config has no connector.class");
	host->plugin = cw_catalog_connector(&host->catalog, asked, hint, err);
	if (!host->plugin)
		return -1;
	table = (struct cw_config_table){ host->plugin->plugin.config, host->plugin->plugin.n_config,
					  host->plugin->plugin.config_def_size };
	host->plugin_config = cw_alloc(host->plugin->plugin.config_size);
	if (cw_config_fill(table, &host->config, host->plugin_config, &host->plugin_memory, err) != 0)
		return -1;
	if (cw_stages_make(&host->stages, &host->catalog, &host->config, &host->worker, err) != 0 ||
	    cw_limits_set(&host->limits, &host->config, err) != 0)
		return -1;
	host->self = cw_task_new(-1, 0, host->connector, host->plugin, &host->worker, &host->link, &host->config,
				  &host->providers.told, NULL);
	warn_of_client(host);
	return 0;
}

/* A thread of the providers. */
static void on_changed_secret(void *arg, const char *variable)
{
	struct host *host = arg;

	log_info(&host->scope, "%s stands for something else now: the connector is restarted, as config.action.reload says",
		 variable);
	cw_link_send(&host->link, json_pack("{s:s}", "type", "reload"));
}

/* Answers "configure" and "restart". */
static void answer_configured(struct host *host, struct cw_error *err)
{
	json_t *tasks = NULL;

	if (!err->code && start_connector(host, err) == 0)
		tasks = task_configs(host, err);
	if (!tasks) {
		CW_AUTO_FREE char *trace = cw_hide(err->text, &host->providers.told);

		log_error(&host->scope, "cannot start: %s", trace);
		cw_link_send(&host->link, json_pack("{s:s,s:s}", "type", "failed", "trace", trace));
		return;
	}
	cw_link_send(&host->link, json_pack("{s:s,s:s,s:s,s:s,s:o}", "type", "configured", "class",
					    host->plugin->plugin.class_name, "version", host->plugin->plugin.version,
					    "kind", host->plugin->plugin.kind == CW_PLUGIN_SOURCE ? "source" : "sink",
					    "tasks", tasks));
}

static bool restarts_on_change(const struct host *host)
{
	const char *action = cw_map_get(&host->config, "config.action.reload");

	return !action || strcasecmp(action, "none") != 0;
}

static void on_configure(struct host *host, const json_t *message)
{
	struct cw_error err = { 0 };

	load(host, message, &err);
	answer_configured(host, &err);
	if (host->started && restarts_on_change(host))
		cw_providers_watch(&host->providers, on_changed_secret, host);
}

static void on_restart(struct host *host)
{
	struct cw_error err = { 0 };

	stop_connector(host);
	answer_configured(host, &err);
}

/* ---- tasks ---- */

static struct cw_task *task_at(const struct host *host, json_int_t id)
{
	return id >= 0 && (size_t)id < host->n_tasks ? host->tasks[id] : NULL;
}

/* Before a task is started again: whoever has COMPLETED a run begins the next one, which ends somewhere else. */
static void begin_next_run(struct host *host, const struct cw_task *old)
{
	if (!old || !atomic_load(&old->completed) || old->bounds != host->bounds)
		return;
	cw_bounds_unref(host->bounds);
	host->bounds = cw_bounds_new();
}

static void on_start_task(struct host *host, const json_t *message)
{
	json_int_t id = json_integer_value(json_object_get(message, "task"));
	json_int_t count = json_integer_value(json_object_get(message, "tasks"));
	struct cw_map config = { 0 }, resolved = { 0 };
	struct cw_error err = { 0 };

	if (id < 0 || id >= 100000 || !host->plugin)
		return;
	if ((size_t)id >= host->n_tasks) {
		host->tasks = cw_realloc(host->tasks, ((size_t)id + 1) * sizeof(*host->tasks));
		memset(host->tasks + host->n_tasks, 0, ((size_t)id + 1 - host->n_tasks) * sizeof(*host->tasks));
		host->n_tasks = (size_t)id + 1;
	}
	begin_next_run(host, host->tasks[id]);
	cw_task_free(host->tasks[id]); /* the worker starts a task again only when it has ended */
	cw_map_from_json(&config, json_object_get(message, "config"));
	resolve(host, &config, &resolved, &err);
	host->tasks[id] = cw_task_new((int)id, (int)count, host->connector, host->plugin, &host->worker, &host->link,
				      &resolved, &host->providers.told, json_deep_copy(json_object_get(message, "offsets")));
	cw_map_free(&config);
	cw_map_free_secret(&resolved);
	host->tasks[id]->stages = &host->stages;
	host->tasks[id]->identity = host->identity;
	host->tasks[id]->bounds = cw_bounds_ref(host->bounds);
	host->tasks[id]->owned = &host->owned;
	host->tasks[id]->limits = &host->limits;
	if (err.code)
		cw_task_fail(host->tasks[id], err.text);
	else
		cw_task_start(host->tasks[id], json_is_true(json_object_get(message, "paused")));
}

static void send_metrics(struct host *host)
{
	for (size_t i = 0; i < host->n_tasks; i++)
		if (host->tasks[i])
			cw_task_send_metrics(host->tasks[i]);
}

static void set_paused(struct host *host, bool paused)
{
	for (size_t i = 0; i < host->n_tasks; i++)
		if (host->tasks[i])
			cw_task_set_paused(host->tasks[i], paused);
}

/* Keys that nothing was made of but the limits. The new values have no variables. */
static void change_keys(struct host *host, const json_t *changes)
{
	struct cw_error err = { 0 };

	cw_map_change(&host->raw, changes);
	cw_map_change(&host->config, changes);
	if (cw_limits_set(&host->limits, &host->config, &err) != 0)
		log_warn(&host->scope, "the rate limit stays as it is: %s", err.text);
	for (size_t i = 0; i < host->n_tasks; i++)
		if (host->tasks[i])
			cw_task_wake(host->tasks[i]);
}

static void forget_topics(struct host *host)
{
	for (size_t i = 0; i < host->n_tasks; i++)
		if (host->tasks[i])
			cw_topics_forget(host->tasks[i]);
}

static void stop_all(struct host *host, int64_t timeout_ms)
{
	host->stopping = true;
	host->stop_deadline_ms = cw_clock_ms() + timeout_ms;
	for (size_t i = 0; i < host->n_tasks; i++)
		if (host->tasks[i])
			cw_task_stop(host->tasks[i], timeout_ms);
}

static bool all_ended(const struct host *host)
{
	for (size_t i = 0; i < host->n_tasks; i++)
		if (host->tasks[i] && !cw_task_ended(host->tasks[i]))
			return false;
	return true;
}

static void set_log(const struct host *host)
{
	enum cw_log_level level = CW_LOG_INFO;
	int told = cw_log_get_level();

	cw_log_level_parse(host->worker.log_level, &level);
	cw_log_setup(strcmp(host->worker.log_format, "json") == 0 ? CW_LOG_JSON : CW_LOG_TEXT, level);
	if (host->has_log_level)
		cw_log_set_level(told);
}

static void set_log_level(struct host *host, const char *name)
{
	int level;

	if (!cw_logger_level_parse(name, &level))
		return;
	host->has_log_level = true;
	cw_log_set_level(level);
}

static void handle(struct host *host, const json_t *message)
{
	const char *type = text_of(message, "type"), *level = text_of(message, "level");
	struct cw_task *task = task_at(host, json_integer_value(json_object_get(message, "task")));
	int64_t timeout_ms = json_integer_value(json_object_get(message, "timeout_ms"));

	if (strcmp(type, "configure") == 0 && !host->plugin)
		on_configure(host, message);
	else if (strcmp(type, "restart") == 0 && host->plugin)
		on_restart(host);
	else if (strcmp(type, "start_task") == 0)
		on_start_task(host, message);
	else if (strcmp(type, "stop_task") == 0 && task)
		cw_task_stop(task, timeout_ms);
	else if (strcmp(type, "pause") == 0 || strcmp(type, "resume") == 0)
		set_paused(host, *type == 'p');
	else if (strcmp(type, "offsets_stored") == 0 && task)
		cw_task_offsets_stored(task, (uint64_t)json_integer_value(json_object_get(message, "seq")));
	else if (strcmp(type, "log_level") == 0 && level)
		set_log_level(host, level);
	else if (strcmp(type, "change") == 0 && host->plugin)
		change_keys(host, json_object_get(message, "config"));
	else if (strcmp(type, "forget_topics") == 0)
		forget_topics(host);
	else if (strcmp(type, "stop") == 0)
		stop_all(host, timeout_ms);
}

static void loop(struct host *host)
{
	while (!host->stopping || (!all_ended(host) && cw_clock_ms() < host->stop_deadline_ms)) {
		int64_t now = cw_clock_ms(), until = host->next_metrics_ms - now;
		json_t *message = NULL;
		int received;

		if (host->stopping && until > 10)
			until = 10; /* the end of a task is not a message to ourselves */
		received = cw_link_receive(&host->link, until > 0 ? (int)until : 0, &message);
		if (received > 0) {
			bool had_worker = host->has_worker;

			handle(host, message);
			if (host->has_worker && !had_worker)
				set_log(host);
		}
		json_decref(message);
		if (received < 0 && !host->stopping) {
			log_warn(&host->scope, "the worker is gone: drains and ends");
			for (size_t i = 0; i < host->n_tasks; i++) /* nobody is left to wait for, as tasks know before they end */
				if (host->tasks[i])
					cw_task_offsets_stored(host->tasks[i], CW_NEVER_STORED);
			stop_all(host, host->has_worker ? host->worker.task_shutdown_graceful_timeout_ms : ORPHAN_TIMEOUT_MS);
		} else if (received < 0) {
			usleep(10000);
		}
		if (cw_clock_ms() >= host->next_metrics_ms) {
			send_metrics(host);
			host->next_metrics_ms = cw_clock_ms() + METRICS_MS;
		}
	}
}

int cw_host_run(const char *connector)
{
	struct host host = { .connector = connector, .scope = { connector, -1 } };

	fcntl(CW_HOST_FD, F_SETFD, FD_CLOEXEC);
	fcntl(CW_HOST_CRASH_FD, F_SETFD, FD_CLOEXEC);
	fcntl(CW_HOST_LOCK_FD, F_SETFD, FD_CLOEXEC);
	cw_crash_install(CW_HOST_CRASH_FD);
	host.bounds = cw_bounds_new();
	cw_owned_init(&host.owned);
	cw_limits_init(&host.limits);
	snprintf(host.label, sizeof(host.label), "connector %s", connector);
	cw_crash_label(host.label);
	cw_link_open(&host.link, CW_HOST_FD);
	cw_log_lines_open(&host.log_lines, &host.link);
	cw_orphan_open(&host.orphan, CW_HOST_FD, ORPHAN_TIMEOUT_MS, &host.scope);
	loop(&host);
	if (!all_ended(&host))
		_exit(3); /* a task that does not end cannot be joined; the process's end ends it */
	for (size_t i = 0; i < host.n_tasks; i++)
		cw_task_free(host.tasks[i]);
	free(host.tasks);
	stop_connector(&host);
	cw_task_free(host.self);
	cw_config_memory_free(host.plugin_memory);
	free(host.plugin_config);
	cw_providers_close(&host.providers);
	cw_stages_free(&host.stages);
	cw_bounds_unref(host.bounds);
	cw_owned_free(&host.owned);
	cw_limits_free(&host.limits);
	cw_catalog_free(&host.catalog);
	cw_orphan_close(&host.orphan); /* no plugin's call comes any more that may hang */
	cw_map_free_secret(&host.config);
	cw_map_free(&host.raw);
	free(host.identity);
	if (host.has_worker)
		cw_worker_config_free(&host.worker);
	cw_log_lines_close(&host.log_lines);
	cw_link_close(&host.link);
	return EXIT_SUCCESS;
}
