#include "host/question.h"

#include <stdio.h>
#include <stdlib.h>

#include "config/props.h"

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
	return cw_config_from_json(json_object_get(q->request, "config"), "config", &q->config, err);
}

int cw_question_answer(json_t *answer, const struct cw_error *err)
{
	int failed;

	if (!answer)
		answer = json_pack("{s{siss}}", "error", "code", err->code, "text", err->text);
	failed = json_dumpf(answer, stdout, JSON_COMPACT) != 0 || fflush(stdout) != 0;
	json_decref(answer);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

void cw_question_free(struct cw_question *q)
{
	json_decref(q->request);
	cw_map_free(&q->config);
	cw_worker_config_free(&q->worker);
}
