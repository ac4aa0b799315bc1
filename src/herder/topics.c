/* The topics that connectors have used, asked for and forgotten over REST. */
#include "herder/internal.h"

#include <string.h>

/* Whether the call was refused. */
static bool refused(const struct cw_herder *herder, struct cw_call *call)
{
	if (!herder->config->topic_tracking_enable)
		cw_call_refuse(call, CW_REFUSAL_FORBIDDEN, "Topic tracking is disabled.");
	else if (call->request.op == CW_OP_RESET_TOPICS && !herder->config->topic_tracking_allow_reset)
		cw_call_refuse(call, CW_REFUSAL_FORBIDDEN, "Topic tracking reset is disabled.");
	else
		return false;
	return true;
}

void cw_topics_read(struct cw_herder *herder, struct cw_call *call)
{
	struct cw_error err = { 0 };
	json_t *topics;

	if (refused(herder, call))
		return;
	topics = cw_store_get_topics(herder->store, call->name, &err);
	if (topics)
		cw_call_answer(call, json_pack("{s{so}}", call->name, "topics", topics));
	else
		cw_call_fail(call, err.code, "%s", err.text);
}

/* What its host has told and the store could not take is forgotten, too. */
static void drop_unstored(struct cw_connector *c)
{
	for (size_t i = json_array_size(c->unstored); i-- > 0;)
		if (strcmp(json_string_value(json_object_get(json_array_get(c->unstored, i), "type")), "topics") == 0)
			json_array_remove(c->unstored, i);
}

void cw_topics_reset(struct cw_herder *herder, struct cw_call *call)
{
	struct cw_connector *c = cw_connector_find(herder, call->name);
	struct cw_error err = { 0 };

	if (refused(herder, call))
		return;
	if (cw_store_delete_topics(herder->store, call->name, &err) != 0) {
		cw_call_fail(call, err.code, "%s", err.text);
		return;
	}
	if (c)
		drop_unstored(c);
	if (c && c->host)
		cw_hostproc_send(c->host, json_pack("{ss}", "type", "forget_topics"));
	cw_call_answer(call, NULL);
}
