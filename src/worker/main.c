/*
 * connect-worker: reads its configuration, then runs the herder on this thread and REST on others.
 *
 * What can be found wrong is found before anything is written or started.
 */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hide.h"
#include "base/log.h"
#include "base/mem.h"
#include "herder/herder.h"
#include "rest/server.h"
#include "store/lock.h"
#include "supervisor/process.h"
#include "worker/broker.h"
#include "worker/converters.h"
#include "worker/cores.h"
#include "worker/files.h"
#include "worker/leftovers.h"
#include "worker/notify.h"
#include "worker/options.h"
#include "worker/settings.h"

struct worker {
	struct cw_worker_options options;
	struct cw_worker_config config;
	char *program; /* connect-host */
	bool unanswered; /* somebody was asked for what settings stand for, and it is not known */
	bool cores_settled;
	struct cw_connector_files *files;
	struct cw_broker *broker;
	struct cw_herder *herder;
	struct cw_rest *rest;
	struct cw_notify notify;
	pthread_t applier;
	bool applying;
	atomic_int signals; /* that ask it to end, so far */
	atomic_bool failed;
};

/* A signal handler has no argument of ours. */
static struct worker *signalled;

static void on_signal(int number)
{
	(void)number;
	cw_notify_stopping(&signalled->notify);
	if (atomic_fetch_add(&signalled->signals, 1) == 0)
		cw_herder_stop(signalled->herder);
	else
		cw_herder_kill(signalled->herder);
}

/* The worker ends by itself, for a reason that was told. */
static void fail(struct worker *w)
{
	atomic_store(&w->failed, true);
	cw_herder_stop(w->herder);
}

static int complain(const char *text)
{
	fprintf(stderr, "connect-worker: %s\n", text);
	return CW_EXIT_FAILURE;
}

/* What variables of settings stand for is not said. */
static int complain_of(const struct worker *w, const struct cw_error *err)
{
	CW_AUTO_FREE char *text = cw_hide(err->text, &w->config.told);

	return complain(text);
}

/* Prints and frees the sentences: the exit status they mean, or -1 when there are none. */
static int complain_all(json_t *errors)
{
	int status = json_array_size(errors) ? CW_EXIT_USAGE : -1;
	const json_t *error;
	size_t i;

	json_array_foreach(errors, i, error)
		complain(json_string_value(error));
	json_decref(errors);
	return status;
}

/* A key that was not in the file: for this process, and through the raw map for every host. */
static void override(struct cw_worker_config *config, const char *key, const char *value, const char **member)
{
	cw_map_set(&config->raw, key, value);
	*member = cw_map_get(&config->raw, key);
}

static void set_logging(struct worker *w)
{
	enum cw_log_level level = CW_LOG_INFO;

	if (w->options.log_format)
		override(&w->config, "log.format", w->options.log_format, &w->config.log_format);
	if (w->options.log_level)
		override(&w->config, "log.level", w->options.log_level, &w->config.log_level);
	cw_log_level_parse(w->config.log_level, &level);
	cw_log_setup(strcasecmp(w->config.log_format, "json") == 0 ? CW_LOG_JSON : CW_LOG_TEXT, level);
}

static json_t *check_plugin_path(const struct cw_worker_config *config)
{
	json_t *errors = json_array();

	for (size_t i = 0; i < config->plugin_path.n; i++) {
		const char *folder = config->plugin_path.items[i];

		if (access(folder, R_OK | X_OK) != 0)
			json_array_append_new(errors, json_sprintf("plugin.path: folder %s cannot be read: %s", folder,
								   strerror(errno)));
	}
	return errors;
}

/* Before anybody tells a secret; core.dumps itself has no variable. */
static void settle_core_files(struct worker *w, const struct cw_worker_config *config)
{
	if (!config->core_dumps && !w->cores_settled)
		cw_cores_forbid();
	w->cores_settled = true;
}

/* What the variables in its own settings stand for. */
static int ask_providers(void *arg, const struct cw_worker_config *known, const struct cw_map *asked,
			 struct cw_worker_answers *answers, struct cw_error *err)
{
	struct worker *w = arg;
	json_t *errors = check_plugin_path(known);
	CW_AUTO_FREE char *program = NULL;

	if (json_array_size(errors) > 0)
		cw_error_set(err, CW_ERR_INVALID, "%s", json_string_value(json_array_get(errors, 0)));
	json_decref(errors);
	if (err->code)
		return -1;
	settle_core_files(w, known);
	program = cw_host_program(err);
	w->unanswered = !program || cw_settings_ask(program, known, asked, answers, err) != 0 || answers->failed.n > 0;
	return err->code ? -1 : 0;
}

/* -1: go on; else the exit status: of a failure, not of a mistake in the file, when config providers do not answer. */
static int load_config(struct worker *w)
{
	json_t *errors, *warnings, *warning;
	size_t i;

	if (cw_worker_config_load(w->options.worker_file, ask_providers, w, &w->config, &errors, &warnings) != 0) {
		json_decref(warnings);
		complain_all(errors);
		return w->unanswered ? CW_EXIT_FAILURE : CW_EXIT_USAGE;
	}
	json_decref(errors);
	set_logging(w);
	json_array_foreach(warnings, i, warning)
		log_warn(NULL, "%s", json_string_value(warning));
	json_decref(warnings);
	/* What is kept of a broker that forgets would be wrong the next time. */
	if (w->options.embedded && !cw_map_get(&w->config.raw, "offset.storage.file.filename"))
		override(&w->config, "offset.storage.file.filename", ":memory:",
			 &w->config.offset_storage_file_filename);
	return -1;
}

/* -1: go on; else the exit status: of a failure, not of a mistake in the file, as the class may not be installed. */
static int check_converters(struct worker *w)
{
	struct cw_error err = { 0 };
	json_t *errors = json_array();

	if (cw_converters_check(&w->config, w->program, errors, &err) != 0) {
		json_decref(errors);
		return complain(err.text);
	}
	return complain_all(errors) < 0 ? -1 : CW_EXIT_FAILURE;
}

/* Finds what is wrong without changing anything. -1: nothing. */
static int check(struct worker *w)
{
	struct cw_error err = { 0 };
	json_t *errors = check_plugin_path(&w->config);
	int status;

	if (json_array_size(errors) > 0)
		return complain_all(errors);
	json_decref(errors);
	if (cw_store_lock_check(w->config.offset_storage_file_filename, &err) != 0 ||
	    cw_rest_check(&w->config, &err) != 0)
		return complain_of(w, &err);
	w->files = cw_connector_files_load(w->options.connector_files, w->options.n_connector_files, &errors);
	if (json_array_size(errors) > 0)
		return complain_all(errors);
	w->program = cw_host_program(&err);
	status = w->program ? check_converters(w) : complain(err.text);
	if (status < 0 && cw_connector_files_validate(w->files, w->program, &w->config, errors, &err) != 0)
		status = complain(err.text);
	if (status < 0)
		return complain_all(errors);
	json_decref(errors);
	return status;
}

static int start_broker(struct worker *w, struct cw_error *err)
{
	CW_AUTO_FREE char *leftovers = NULL;

	if (!w->options.embedded)
		return 0;
	w->broker = cw_broker_start(w->program, err);
	if (!w->broker)
		return -1;
	w->config.embedded_broker = true;
	override(&w->config, "bootstrap.servers", cw_broker_bootstrap(w->broker), &w->config.bootstrap_servers);
	log_info(NULL, "embedded broker: bootstrap.servers=%s", w->config.bootstrap_servers);
	log_warn(NULL, "the embedded broker is volatile: it forgets everything when the worker ends, and keeps only "
		       "the newest 5 MiB or 100,000 records of a partition");
	leftovers = cw_leftovers(w->config.offset_storage_file_filename, err);
	if (leftovers)
		log_warn(NULL, "%s", leftovers);
	return err->code == CW_ERR_NONE ? 0 : -1;
}

static void on_broker_gone(void *arg, const char *trace)
{
	struct worker *w = arg;

	log_error(NULL, "the embedded broker is gone, and what it held with it: %s", trace);
	fail(w);
}

/* "host:port" as others should call this worker. */
static char *worker_id(const struct worker *w, const char *url)
{
	const char *address = strstr(url, "://") ? strstr(url, "://") + 3 : url, *colon = strrchr(address, ':');
	CW_AUTO_FREE char *host = cw_strndup(address, colon ? (size_t)(colon - address) : strlen(address));
	char name[256] = "localhost";

	/* All addresses, or none that others could use: by our own name. */
	if (strncmp(url, "unix:", 5) == 0)
		colon = NULL;
	if (!colon || !*host || strcmp(host, "0.0.0.0") == 0 || strcmp(host, "[::]") == 0) {
		gethostname(name, sizeof(name) - 1);
		free(host);
		host = cw_strdup(name);
	}
	if (w->config.rest_advertised_host_name) {
		free(host);
		host = cw_strdup(w->config.rest_advertised_host_name);
	}
	if (w->config.rest_advertised_port > 0)
		return cw_format("%s:%d", host, (int)w->config.rest_advertised_port);
	return cw_format("%s%s", host, colon ? colon : "");
}

static int start(struct worker *w, struct cw_error *err)
{
	CW_AUTO_FREE char *id = NULL;

	if (start_broker(w, err) != 0)
		return -1;
	w->herder = cw_herder_new(&w->config, "", err);
	if (!w->herder)
		return -1;
	if (w->broker && cw_broker_attach(w->broker, cw_herder_loop(w->herder), on_broker_gone, w, err) != 0)
		return -1;
	w->rest = cw_rest_start(&w->config, w->herder, err);
	if (!w->rest)
		return -1;
	id = worker_id(w, cw_rest_address(w->rest));
	cw_herder_set_worker_id(w->herder, id);
	return 0;
}

static void *apply_files(void *arg)
{
	struct worker *w = arg;
	struct cw_error err = { 0 };

	if (cw_connector_files_apply(w->files, w->herder, &err) == 0)
		return NULL;
	if (atomic_load(&w->signals) > 0) {
		log_warn(NULL, "the worker ends before all connector files are applied: %s", err.text);
		return NULL;
	}
	complain(err.text);
	fail(w);
	return NULL;
}

static void handle_signals(void (*handler)(int number))
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };

	sigemptyset(&action.sa_mask);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

static void run(struct worker *w)
{
	const char *state = w->config.offset_storage_file_filename;

	signalled = w;
	handle_signals(on_signal);
	log_info(NULL, "connect-worker %s ready: %s, state in %s", PACKAGE_VERSION, cw_rest_address(w->rest),
		 strcmp(state, ":memory:") == 0 ? "memory only" : state);
	cw_notify_ready(&w->notify, cw_herder_loop(w->herder), cw_rest_address(w->rest));
	if (w->options.n_connector_files > 0)
		w->applying = pthread_create(&w->applier, NULL, apply_files, w) == 0;
	cw_herder_run(w->herder);
	handle_signals(SIG_DFL); /* nothing is left to drain */
	if (w->applying)
		pthread_join(w->applier, NULL);
	log_info(NULL, "stopped");
}

static void stop(struct worker *w)
{
	cw_rest_stop(w->rest);
	cw_broker_free(w->broker);
	cw_notify_close(&w->notify);
	cw_herder_free(w->herder);
	cw_connector_files_free(w->files);
	cw_worker_config_free(&w->config);
	free(w->program);
}

int main(int argc, char **argv)
{
	struct worker w = { 0 };
	struct cw_error err = { 0 };
	int status = cw_worker_options_parse(argc, argv, &w.options);

	if (status >= 0)
		return status;
	mallopt(M_ARENA_MAX, 2); /* a few threads that allocate little: memory counts more */
	mallopt(M_MXFAST, 0); /* many small pieces of JSON at a time: joining them later costs more than at once */
	signal(SIGPIPE, SIG_IGN);
	cw_notify_init(&w.notify);
	status = load_config(&w);
	if (status >= 0)
		return status;
	settle_core_files(&w, &w.config);
	status = check(&w);
	if (status < 0 && start(&w, &err) != 0)
		status = complain_of(&w, &err);
	if (status < 0) {
		run(&w);
		status = atomic_load(&w.failed) ? CW_EXIT_FAILURE : CW_EXIT_OK;
	}
	stop(&w);
	return status;
}
