/* The id of the Kafka cluster, for the worker, which has no client: see supervisor/protocol.h. */
#include <stdio.h>
#include <stdlib.h>

#include "config/worker_config.h"
#include "host/catalog.h"
#include "host/commands.h"
#include "host/providers.h"
#include "kafka/client.h"

#define TIMEOUT_MS 5000

/* {"id":…}; {} when no broker says it in time. NULL with *err set when there cannot be a client. */
static json_t *ask(const struct cw_worker_config *worker, const struct cw_log_scope *scope, struct cw_error *err)
{
	rd_kafka_conf_t *conf = cw_client_conf(CW_CLIENT_ADMIN, worker, NULL, NULL, err);
	rd_kafka_t *client;
	json_t *answer = json_object();
	char *id;

	if (conf) /* that it cannot be reached is an answer, and no news for the log */
		rd_kafka_conf_set(conf, "log_level", "0", NULL, 0);
	client = conf ? cw_client_new(CW_CLIENT_ADMIN, conf, scope, err) : NULL;
	if (!client) {
		json_decref(answer);
		return NULL;
	}
	id = rd_kafka_clusterid(client, TIMEOUT_MS);
	if (id)
		json_object_set_new(answer, "id", json_string(id));
	rd_kafka_mem_free(client, id);
	rd_kafka_destroy(client);
	return answer;
}

static json_t *resolve_and_ask(struct cw_worker_config *worker, struct cw_error *err)
{
	struct cw_catalog catalog = { .plugin_path = &worker->plugin_path };
	struct cw_providers providers = { 0 };
	struct cw_log_scope scope = { .task = -1 };
	json_t *answer = NULL;

	scope.hidden = &providers.told;
	if (cw_providers_open(&providers, &catalog, worker, "", err) == 0 &&
	    cw_providers_resolve_worker(&providers, worker, err) == 0)
		answer = ask(worker, &scope, err);
	if (!answer)
		cw_providers_hide(&providers, err);
	cw_providers_close(&providers);
	cw_catalog_free(&catalog);
	return answer;
}

int cw_host_cluster(void)
{
	struct cw_worker_config worker;
	json_t *request = cw_host_read_request(&worker);
	struct cw_error err = { 0 };
	json_t *answer;
	int status;

	if (!request)
		return EXIT_FAILURE;
	answer = resolve_and_ask(&worker, &err);
	status = answer ? cw_host_answer(answer) : cw_host_fail(&err);
	json_decref(request);
	cw_worker_config_free(&worker);
	return status;
}
