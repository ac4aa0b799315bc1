/*
 * Offsets, asked for and altered over REST. A source's are in the store; those of a sink are its consumer group's
 * and those of an exactly-once source in a topic: a short-lived host speaks with Kafka for us.
 */
#include "herder/internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

#define TIMEOUT_MS 40000

#define STOP_FIRST                                                                                             \
	"Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the " \
	"specified connector by issuing a 'PUT' request to the '/connectors/%s/stop' endpoint"

static bool is_sink(const struct cw_connector *c)
{
	return strcmp(c->kind, "sink") == 0;
}

static bool is_reset(const struct cw_call *call)
{
	return call->request.op == CW_OP_RESET_OFFSETS;
}

/* ---- the change as a list ------------------------------------------------------------------------- */

/* All that is stored, to nothing; new. */
static json_t *forget_all(const json_t *stored)
{
	json_t *change = json_array();
	const json_t *pair;
	size_t i;

	json_array_foreach(stored, i, pair)
		json_array_append_new(change, json_pack("[On]", json_array_get(pair, 0)));
	return change;
}

/* ---- answers -------------------------------------------------------------------------------------- */

/* What was asked for is stored. */
static void changed(struct cw_herder *herder, struct cw_call *call)
{
	if (call->request.op == CW_OP_CREATE)
		cw_change_come_true(herder, call);
	else
		cw_call_answer(call, json_pack("{ss}", "message", is_reset(call) ?
					       "The offsets for this connector have been reset successfully" :
					       "The offsets for this connector have been altered successfully"));
}

static void answer_pairs(struct cw_call *call, const json_t *pairs)
{
	json_t *list = json_array();
	const json_t *pair;
	size_t i;

	json_array_foreach(pairs, i, pair)
		json_array_append_new(list, json_pack("{sOsO}", "partition", json_array_get(pair, 0), "offset",
						      json_array_get(pair, 1)));
	cw_call_answer(call, json_pack("{so}", "offsets", list));
}

/* Of an exactly-once source, as its tasks begin: what its topic has wins over what is stored. */
static void answer_topic(struct cw_call *call, const json_t *topic)
{
	json_t *pairs = json_copy((json_t *)(uintptr_t)topic);
	json_t *pair;
	size_t i;

	json_array_foreach(call->offsets, i, pair)
		if (!cw_offsets_find(topic, json_array_get(pair, 0)))
			json_array_append(pairs, pair);
	answer_pairs(call, pairs);
	json_decref(pairs);
}

static void answer_group(struct cw_call *call, const json_t *offsets)
{
	json_t *list = json_array();
	const json_t *entry;
	size_t i;

	json_array_foreach(offsets, i, entry)
		json_array_append_new(list, json_pack("{s{sOsO}s{sO}}", "partition", "kafka_partition",
						      json_array_get(entry, 1), "kafka_topic", json_array_get(entry, 0),
						      "offset", "kafka_offset", json_array_get(entry, 2)));
	cw_call_answer(call, json_pack("{so}", "offsets", list));
}

/* What the host, or how it ended, has against it. */
static void fail_asked(struct cw_call *call, const json_t *answer, const struct cw_error *err)
{
	const json_t *error = json_object_get(answer, "error");
	const char *text = error ? json_string_value(json_object_get(error, "text")) : err->text;
	enum cw_error_code code = error ? (enum cw_error_code)json_integer_value(json_object_get(error, "code")) : CW_ERR_FATAL;

	if (!text)
		text = "connect-host gave no reason";
	if (call->request.op == CW_OP_OFFSETS)
		cw_call_fail(call, code, "The offsets of connector %s cannot be read: %s", call->name, text);
	else if (call->request.op == CW_OP_CREATE) /* its group may have members of a connector that has just been deleted */
		cw_call_fail(call, code == CW_ERR_CONFLICT ? CW_ERR_RETRIABLE : code,
			     "The initial offsets of connector %s cannot be set: %s", call->name, text);
	else if (code == CW_ERR_CONFLICT)
		cw_call_fail(call, CW_ERR_FATAL, "Failed to alter consumer group offsets for connector %s either because its tasks "
			     "haven't stopped completely yet or the connector was resumed before the request to alter its "
			     "offsets could be successfully completed: %s. The request can be tried again", call->name, text);
	else
		cw_call_fail(call, code, "Failed to modify offsets for connector %s: %s", call->name, text);
}

/* ---- asking a host -------------------------------------------------------------------------------- */

/* After the topic of an exactly-once source has it, the worker's copy follows; to the turn's end in any case. */
static void on_asked(void *arg, const json_t *answer, const struct cw_error *err)
{
	struct cw_call *call = arg;
	struct cw_herder *herder = call->herder;
	bool changes = cw_call_has_turn(call);
	CW_AUTO_FREE char *name = cw_strdup(call->name);
	struct cw_error store = { 0 };

	cw_place_leave(&herder->questions, call);
	if (!json_is_object(answer) || json_object_get(answer, "error"))
		fail_asked(call, answer, err);
	else if (!changes && call->offsets)
		answer_topic(call, json_object_get(answer, "offsets"));
	else if (!changes)
		answer_group(call, json_object_get(answer, "offsets"));
	else if (call->offsets && cw_store_put_offsets(herder->store, name, call->offsets, &store) != 0)
		cw_call_fail(call, store.code, "%s", store.text);
	else
		changed(herder, call);
	if (changes)
		cw_turn_end(herder, name);
}

/* Takes what is to be asked. */
static void ask(struct cw_herder *herder, struct cw_call *call, const json_t *config, json_t *more)
{
	const struct cw_question question = {
		.mode = "--offsets",
		.body = json_pack("{sOsssO}", "worker", herder->worker, "name", call->name, "config", config),
		.stage = cw_format("asking Kafka for the offsets of connector %s", call->name),
		.timeout_ms = TIMEOUT_MS,
		.done = on_asked,
	};

	json_object_update(question.body, more);
	json_decref(more);
	cw_place_ask(&herder->questions, call, &question, "asking Kafka what others want to know first");
}

/* ---- the requests --------------------------------------------------------------------------------- */

bool cw_offsets_are_told(struct cw_herder *herder, struct cw_call *call, const char *what)
{
	if (!herder->config->embedded_broker)
		return true;
	cw_call_fail(call, CW_ERR_INVALID, "The %s of connector %s cannot be had: the embedded broker does not tell what consumer "
					   "groups have committed, and a broker of your own does (bootstrap.servers)", what,
		     call->name);
	return false;
}

static bool exactly_once(const struct cw_herder *herder)
{
	return strcasecmp(herder->config->exactly_once_source_support, "enabled") == 0;
}

static const char *offsets_topic(const struct cw_herder *herder, const json_t *config)
{
	const char *own = json_string_value(json_object_get(config, "offsets.storage.topic"));

	return own && *own ? own : herder->config->offset_storage_topic;
}

void cw_offsets_read(struct cw_herder *herder, struct cw_call *call, const struct cw_connector *c)
{
	bool at = call->request.flags & CW_OP_AT;
	struct cw_error err = { 0 };
	json_t *pairs;

	if (is_sink(c) && !at && !cw_offsets_are_told(herder, call, "offsets"))
		return;
	if (is_sink(c)) {
		ask(herder, call, c->config, at ? json_pack("{sI}", "at", (json_int_t)call->request.at_ms) : json_object());
		return;
	}
	if (at) {
		cw_call_fail(call, CW_ERR_INVALID,
			     "Only in a sink's topics a time has offsets, and connector %s is a source", c->name);
		return;
	}
	pairs = cw_store_get_offsets(herder->store, c->name, &err);
	if (!pairs) {
		cw_call_fail(call, err.code, "%s", err.text);
	} else if (exactly_once(herder)) {
		call->offsets = pairs;
		ask(herder, call, c->config, json_pack("{ss}", "topic", offsets_topic(herder, c->config)));
	} else {
		answer_pairs(call, pairs);
		json_decref(pairs);
	}
}

/*
 * Takes the change, of a connector of that config; a reset is of what is stored, and the topic may have more. true:
 * answered.
 */
static bool change_source(struct cw_herder *herder, struct cw_call *call, const json_t *config, json_t *change,
			  bool reset)
{
	struct cw_error err = { 0 };

	if (exactly_once(herder)) {
		call->offsets = change; /* for the store, afterwards */
		ask(herder, call, config, json_pack("{soss}", "offsets", reset ? json_string("reset") : json_incref(change),
						    "topic", offsets_topic(herder, config)));
		return false;
	}
	if (cw_store_put_offsets(herder->store, call->name, change, &err) != 0)
		cw_call_fail(call, err.code, "%s", err.text);
	else
		changed(herder, call);
	json_decref(change);
	return true;
}

/* The same of a sink's. */
static bool change_group(struct cw_herder *herder, struct cw_call *call, const json_t *config, json_t *change)
{
	ask(herder, call, config, json_pack("{so}", "change", change));
	return false;
}

/* Where the connector is to be, as the entries say; NULL: at its beginning. true: answered. */
static bool change(struct cw_herder *herder, struct cw_call *call, const json_t *config, bool sink,
		   const json_t *entries)
{
	struct cw_error err = { 0 };
	json_t *stored = sink ? json_array() : cw_store_get_offsets(herder->store, call->name, &err), *list = NULL;

	if (stored && entries)
		list = cw_offsets_parse(sink, entries, stored, &err);
	else if (stored)
		list = sink ? json_string("reset") : forget_all(stored);
	json_decref(stored);
	if (list && sink && !cw_offsets_are_told(herder, call, "offsets")) {
		json_decref(list);
		return true;
	}
	if (list)
		return sink ? change_group(herder, call, config, list) : change_source(herder, call, config, list, !entries);
	cw_call_fail(call, err.code, "%s", err.text);
	return true;
}

bool cw_offsets_begin(struct cw_herder *herder, struct cw_call *call, bool sink)
{
	json_t *entries = call->offsets;
	bool answered;

	call->offsets = NULL;
	answered = change(herder, call, call->config, sink, entries);
	json_decref(entries);
	return answered;
}

bool cw_offsets_change(struct cw_herder *herder, struct cw_call *call)
{
	const struct cw_connector *c = cw_connector_find(herder, call->name);

	if (!is_reset(call) && json_array_size(json_object_get(call->body, "offsets")) == 0) {
		cw_call_fail(call, CW_ERR_INVALID, "Partitions / offsets need to be provided for an alter offsets request");
		return true;
	}
	if (!c) {
		cw_call_fail(call, CW_ERR_NOT_FOUND, "Connector %s not found", call->name);
		return true;
	}
	if (c->target != CW_TARGET_STOPPED || c->phase != CW_HOST_NONE) {
		cw_call_fail(call, CW_ERR_INVALID, STOP_FIRST, c->name);
		return true;
	}
	return change(herder, call, c->config, is_sink(c),
		      is_reset(call) ? NULL : json_object_get(call->body, "offsets"));
}
