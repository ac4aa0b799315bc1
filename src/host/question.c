#include "host/question.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hide.h"
#include "base/mem.h"
#include "config/props.h"

static int resolve(struct cw_question *q, struct cw_error *err)
{
	struct cw_map raw = { 0 }, failed = { 0 };
	int status = -1;

	q->catalog.plugin_path = &q->worker.plugin_path;
	if (cw_config_from_json(json_object_get(q->request, "config"), "config", &raw, err) == 0 &&
	    cw_providers_open(&q->providers, &q->catalog, &q->worker, q->name, err) == 0 &&
	    cw_providers_resolve_worker(&q->providers, &q->worker, err) == 0) {
		cw_providers_resolve(&q->providers, &raw, &q->config, &failed);
		status = 0;
	}
	cw_map_free(&failed);
	cw_map_free(&raw);
	return status;
}

int cw_question_read(struct cw_question *q, struct cw_error *err)
{
	json_error_t where;

	q->request = json_loadf(stdin, 0, &where);
	if (!json_is_object(q->request))
		return cw_error_set(err, CW_ERR_INVALID, "standard input is not a JSON object: %s", where.text);
	q->name = json_string_value(json_object_get(q->request, "name"));
	q->scope = (struct cw_log_scope){ .connector = q->name, .task = -1 };
	if (!q->name)
		return cw_error_set(err, CW_ERR_INVALID, "the request has no \"name\"");
	if (cw_worker_config_from_json(json_object_get(q->request, "worker"), &q->worker, err) != 0)
		return -1;
	return resolve(q, err);
}

/* Kafka's words about a client may have in them what it was configured with. */
static json_t *hidden_error(const struct cw_question *q, const struct cw_error *err)
{
	CW_AUTO_FREE char *text = cw_hide(err->text, &q->providers.told);

	return json_pack("{s{siss}}", "error", "code", err->code, "text", text);
}

int cw_question_answer(const struct cw_question *q, json_t *answer, const struct cw_error *err)
{
	int failed;

	if (!answer)
		answer = hidden_error(q, err);
	failed = json_dumpf(answer, stdout, JSON_COMPACT) != 0 || fflush(stdout) != 0;
	json_decref(answer);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

void cw_question_free(struct cw_question *q)
{
	json_decref(q->request);
	cw_providers_close(&q->providers);
	cw_catalog_free(&q->catalog);
	cw_map_free_secret(&q->config);
	cw_worker_config_free(&q->worker);
}
