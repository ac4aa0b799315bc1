#include "host/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/mem.h"
#include "config/connector_config.h"
#include "config/props.h"
#include "config/worker_config.h"
#include "host/catalog.h"
#include "host/context.h"
#include "host/creation.h"
#include "host/providers.h"
#include "kafka/client.h"

/* For one file; the worker waits for half a minute. */
#define PLUGIN_LOAD_MS 5000

int cw_host_fail(const struct cw_error *err)
{
	fprintf(stderr, "connect-host: %s\n", err->text);
	return EXIT_FAILURE;
}

json_t *cw_host_read_request(struct cw_worker_config *worker)
{
	struct cw_error err = { 0 };
	json_error_t where;
	json_t *request = json_loadf(stdin, 0, &where);

	if (!json_is_object(request) || !json_is_object(json_object_get(request, "worker"))) {
		fprintf(stderr, "connect-host: standard input is not a JSON object with a \"worker\" object: %s\n",
			where.text);
		json_decref(request);
		return NULL;
	}
	if (cw_worker_config_from_json(json_object_get(request, "worker"), worker, &err) != 0) {
		cw_host_fail(&err);
		json_decref(request);
		return NULL;
	}
	return request;
}

int cw_host_answer(json_t *answer)
{
	int failed = json_dumpf(answer, stdout, JSON_COMPACT) != 0 || fflush(stdout) != 0;

	json_decref(answer);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int cw_host_plugins(void)
{
	struct cw_worker_config worker;
	json_t *request = cw_host_read_request(&worker);
	int status;

	if (!request)
		return EXIT_FAILURE;
	status = cw_host_answer(cw_catalog_describe(&worker.plugin_path, PLUGIN_LOAD_MS));
	json_decref(request);
	cw_worker_config_free(&worker);
	return status;
}

/*
 * Configures a client as the tasks will: what librdkafka refuses is an error of the key that its sentence
 * starts with, or of the class when that key is the worker's.
 */
static void check_client(struct cw_validation *validation, const struct cw_worker_config *worker,
			 const struct cw_map *config, enum cw_client_kind kind)
{
	struct cw_error err = { 0 };
	rd_kafka_conf_t *conf = cw_client_conf(kind, worker, config, NULL, &err);

	if (conf) {
		rd_kafka_conf_destroy(conf);
	} else {
		CW_AUTO_FREE char *key = cw_strndup(err.text, strcspn(err.text, ":"));

		cw_validation_invalid(validation, cw_map_get(config, key) ? key : "connector.class", err.text);
	}
}

/* Looked at together: a class, its config, and where it is to run. */
struct question {
	const struct cw_worker_config *worker; /* with what its variables stand for */
	const char *asked;
	const struct cw_map *raw;
	struct cw_map config, failed; /* with what its variables stand for; and why some stand for nothing */
};

static void report_pattern(void *arg, const char *key, const char *text)
{
	cw_validation_invalid(arg, key, text);
}

static void check_clients(struct cw_validation *validation, const struct question *question, uint32_t kind)
{
	const char *dlq = cw_map_get(&question->config, "errors.deadletterqueue.topic.name");

	const bool creates = kind == CW_PLUGIN_SOURCE && question->worker->topic_creation_enable &&
			     cw_topic_groups_used(&question->config);

	if (kind == CW_PLUGIN_SINK)
		check_client(validation, question->worker, &question->config, CW_CLIENT_CONSUMER);
	if (creates || (dlq && *dlq))
		check_client(validation, question->worker, &question->config, CW_CLIENT_ADMIN);
	if (creates)
		cw_creation_check(&question->config, report_pattern, validation);
	if (kind == CW_PLUGIN_SOURCE || (dlq && *dlq))
		check_client(validation, question->worker, &question->config, CW_CLIENT_PRODUCER);
}

static json_t *validate(const struct question *question, struct cw_catalog *catalog)
{
	struct cw_error err = { 0 };
	const struct cw_plugin_finder finder = { cw_catalog_find, cw_catalog_at, catalog };
	const struct cw_loaded_plugin *plugin = cw_catalog_connector(catalog, question->asked, NULL, &err);
	const char *name = cw_map_get(&question->config, "name");
	/* As tasks have it: plugins find themselves in the same place. */
	struct cw_task scope = {
		.context = { .size = sizeof(scope.context), .task = -1, .connector = name ? name : "",
			     .host = cw_context_functions() },
		.scope = { .connector = name, .task = -1 },
	};
	const struct cw_validation_request request = {
		.config = &question->config, .raw = question->raw, .failed = &question->failed,
		.plugin = plugin ? &plugin->plugin : NULL, .ctx = &scope.context, .worker = question->worker,
		.finder = &finder,
	};
	struct cw_validation *validation = cw_validate(&request);
	json_t *answer;
	char *message;

	if (plugin)
		check_clients(validation, question, plugin->plugin.kind);
	answer = cw_validation_to_json(validation);
	message = cw_validation_message(validation);
	json_object_set_new(answer, "type",
			    json_string(!plugin ? "unknown" : plugin->plugin.kind == CW_PLUGIN_SOURCE ? "source" : "sink"));
	json_object_set_new(answer, "class", json_string(plugin ? plugin->plugin.class_name : question->asked));
	json_object_set_new(answer, "version", plugin ? json_string(plugin->plugin.version) : json_null());
	json_object_set_new(answer, "file", plugin ? cw_json_from_str(plugin->file) : json_null());
	json_object_set_new(answer, "message", cw_json_from_str(message));
	free(message);
	cw_validation_free(validation);
	return answer;
}

/* Resolves variables around the validation: NULL with *err when the worker's providers do not work. */
static json_t *resolve_and_validate(struct cw_worker_config *worker, const char *asked, const struct cw_map *raw,
				    struct cw_error *err)
{
	struct question question = { .worker = worker, .asked = asked, .raw = raw };
	struct cw_catalog catalog = { .plugin_path = &worker->plugin_path };
	const char *name = cw_map_get(raw, "name");
	struct cw_providers providers = { 0 };
	json_t *answer = NULL;

	if (cw_providers_open(&providers, &catalog, worker, name ? name : "", err) == 0 &&
	    cw_providers_resolve_worker(&providers, worker, err) == 0) {
		cw_providers_resolve(&providers, raw, &question.config, &question.failed);
		answer = validate(&question, &catalog);
	}
	cw_map_free_secret(&question.config);
	cw_map_free(&question.failed);
	cw_providers_close(&providers);
	cw_catalog_free(&catalog);
	return answer;
}

int cw_host_validate(void)
{
	struct cw_worker_config worker;
	json_t *request = cw_host_read_request(&worker);
	const char *asked = json_string_value(json_object_get(request, "class"));
	struct cw_map config = { 0 };
	struct cw_error err = { 0 };
	json_t *answer = NULL;
	int status;

	if (!request)
		return EXIT_FAILURE;
	if (!asked)
		cw_error_set(&err, CW_ERR_INVALID, "the request has no \"class\"");
	else
		cw_config_from_json(json_object_get(request, "config"), "config", &config, &err);
	if (!err.code)
		answer = resolve_and_validate(&worker, asked, &config, &err);
	status = answer ? cw_host_answer(answer) : cw_host_fail(&err);
	cw_map_free(&config);
	json_decref(request);
	cw_worker_config_free(&worker);
	return status;
}
