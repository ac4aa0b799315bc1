/* Dead letters of a sink, shown and put back over REST: a short-lived host speaks with Kafka for us. */
#include "herder/internal.h"

#include <string.h>

#include "base/mem.h"

#define TIMEOUT_MS 100000

static bool is_replay(const struct cw_call *call)
{
	return call->request.op == CW_OP_REPLAY_LETTERS;
}

static void fail(struct cw_call *call, const json_t *answer, const struct cw_error *err)
{
	const json_t *error = json_object_get(answer, "error");
	const char *text = error ? json_string_value(json_object_get(error, "text")) : err->text;
	enum cw_error_code code = error ? (enum cw_error_code)json_integer_value(json_object_get(error, "code")) : CW_ERR_FATAL;

	cw_call_fail(call, code, "The dead letters of connector %s cannot be %s: %s", call->name,
		     is_replay(call) ? "put back" : "read", text ? text : "connect-host gave no reason");
}

static void on_answer(void *arg, const json_t *answer, const struct cw_error *err)
{
	struct cw_call *call = arg;
	struct cw_herder *herder = call->herder;
	bool turn = cw_call_has_turn(call);
	CW_AUTO_FREE char *name = cw_strdup(call->name);

	cw_place_leave(&herder->questions, call);
	if (!json_is_object(answer) || json_object_get(answer, "error"))
		fail(call, answer, err);
	else
		cw_call_answer(call, json_deep_copy(answer));
	if (turn)
		cw_turn_end(herder, name);
}

/* Whether the call was answered at once. */
static bool ask(struct cw_herder *herder, struct cw_call *call, const struct cw_connector *c)
{
	struct cw_question question = { .mode = "--letters", .timeout_ms = TIMEOUT_MS, .done = on_answer };

	if (is_replay(call) && strcmp(c->kind, "sink") != 0) {
		cw_call_fail(call, CW_ERR_INVALID, "Connector %s is a source: its dead letters were never in a topic that they could "
						   "be put back into", c->name);
		return true;
	}
	if (!cw_offsets_are_told(herder, call, "dead letters"))
		return true;
	question.body = json_pack("{sOsssOsIsb}", "worker", herder->worker, "name", c->name, "config", c->config, "limit",
				  (json_int_t)call->request.log_filter.lines, "replay", (int)is_replay(call));
	question.stage = cw_format("asking Kafka for the dead letters of connector %s", c->name);
	cw_place_ask(&herder->questions, call, &question, "asking Kafka what others want to know first");
	return false;
}

void cw_letters_read(struct cw_herder *herder, struct cw_call *call, const struct cw_connector *c)
{
	ask(herder, call, c);
}

bool cw_letters_replay(struct cw_herder *herder, struct cw_call *call)
{
	const struct cw_connector *c = cw_connector_find(herder, call->name);

	if (c)
		return ask(herder, call, c);
	cw_call_fail(call, CW_ERR_NOT_FOUND, "Connector %s not found", call->name);
	return true;
}
