/*
 * Offsets, asked for and altered over REST. A source's are in the store; those of a sink are its consumer group's
 * and those of an exactly-once source in a topic: a short-lived host speaks with Kafka for us.
 */
#include "herder/internal.h"

#include <errno.h>
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

/* ---- what a sink is asked to change --------------------------------------------------------------- */

/* A number, or text that is one. */
static int parse_number(const json_t *value, const char *what, json_int_t *out, struct cw_error *err)
{
	CW_AUTO_FREE char *shown = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	const char *text = json_string_value(value);
	char *end;

	if (json_is_integer(value)) {
		*out = json_integer_value(value);
		return 0;
	}
	if (text && *text) {
		errno = 0;
		*out = strtoll(text, &end, 10);
		if (!*end && !errno)
			return 0;
	}
	return cw_error_set(err, CW_ERR_INVALID,
			    "Failed to parse the following Kafka %s value in the provided offsets: '%s'. %s values for sink "
			    "connectors need to be integers.",
			    what, text ? text : shown, strcmp(what, "partition") == 0 ? "Partition" : "Offset");
}

static int parse_partition(const json_t *partition, const char **topic, json_int_t *number, struct cw_error *err)
{
	const json_t *name = json_object_get(partition, "kafka_topic"), *n = json_object_get(partition, "kafka_partition");

	if (!json_is_object(partition))
		return cw_error_set(err, CW_ERR_INVALID, "The partition for a sink connector offset cannot be null or missing");
	if (!name || !n)
		return cw_error_set(err, CW_ERR_INVALID, "The partition for a sink connector offset must contain the keys "
							 "'kafka_topic' and 'kafka_partition'");
	if (!json_is_string(name) || !*json_string_value(name))
		return cw_error_set(err, CW_ERR_INVALID, "Kafka topic names must be valid strings and may not be null");
	if (json_is_null(n))
		return cw_error_set(err, CW_ERR_INVALID, "Kafka partitions must be valid numbers and may not be null");
	*topic = json_string_value(name);
	if (parse_number(n, "partition", number, err) != 0)
		return -1;
	if (*number < 0 || *number > INT32_MAX)
		return cw_error_set(err, CW_ERR_INVALID, "%lld is no Kafka partition: they are numbered from 0",
				    (long long)*number);
	return 0;
}

/* [TOPIC,PARTITION,OFFSET or null] of one entry; new. */
static json_t *parse_sink_entry(const json_t *entry, struct cw_error *err)
{
	const json_t *offset = json_object_get(entry, "offset"), *value = json_object_get(offset, "kafka_offset");
	json_int_t partition = 0, number = 0;
	const char *topic = NULL;

	if (parse_partition(json_object_get(entry, "partition"), &topic, &partition, err) != 0)
		return NULL;
	if (!offset || json_is_null(offset))
		return json_pack("[sIn]", topic, partition);
	if (!value) {
		cw_error_set(err, CW_ERR_INVALID, "The offset for a sink connector should either be null or contain the key "
						  "'kafka_offset'");
		return NULL;
	}
	if (parse_number(value, "offset", &number, err) != 0)
		return NULL;
	if (number < 0) {
		cw_error_set(err, CW_ERR_INVALID, "%lld is no Kafka offset: they are numbered from 0; null deletes one",
			     (long long)number);
		return NULL;
	}
	return json_pack("[sII]", topic, partition, number);
}

/* ---- what a source is asked to change ------------------------------------------------------------- */

static int check_primitive(const json_t *object, const char *what, struct cw_error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
		if (json_is_object(value) || json_is_array(value))
			return cw_error_set(err, CW_ERR_INVALID, "Offsets may only contain primitive types as values, but field %s of "
					    "the %s contains %s", key, what, json_is_object(value) ? "MAP" : "ARRAY");
	return 0;
}

/* The partition as the store has it, whose keys may be in another order; that order is part of its key in Kafka. */
static const json_t *known_partition(const json_t *stored, const json_t *partition)
{
	const json_t *pair;
	size_t i;

	json_array_foreach(stored, i, pair)
		if (json_equal(json_array_get(pair, 0), partition))
			return json_array_get(pair, 0);
	return partition;
}

/* [PARTITION,OFFSET or null] of one entry; new. */
static json_t *parse_source_entry(const json_t *entry, const json_t *stored, struct cw_error *err)
{
	const json_t *partition = json_object_get(entry, "partition"), *offset = json_object_get(entry, "offset");

	if (!json_is_object(partition)) {
		cw_error_set(err, CW_ERR_INVALID, "The partition of a source offset must be an object, as GET shows it");
		return NULL;
	}
	if (offset && !json_is_null(offset) && !json_is_object(offset)) {
		cw_error_set(err, CW_ERR_INVALID, "The offset of a source partition must be an object, as GET shows it, or null");
		return NULL;
	}
	if (check_primitive(partition, "partition", err) != 0 || check_primitive(offset, "offset", err) != 0)
		return NULL;
	return json_pack("[Oo]", known_partition(stored, partition),
			 offset ? json_incref((json_t *)(uintptr_t)offset) : json_null());
}

/* ---- the change as a list ------------------------------------------------------------------------- */

/* Every entry of the body, parsed; new. NULL with *err. */
static json_t *parse_change(const struct cw_connector *c, const json_t *body, const json_t *stored,
			    struct cw_error *err)
{
	json_t *change = json_array();
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(body, "offsets"), i, entry) {
		json_t *one = is_sink(c) ? parse_sink_entry(entry, err) : parse_source_entry(entry, stored, err);

		if (!one) {
			json_decref(change);
			return NULL;
		}
		json_array_append_new(change, one);
	}
	return change;
}

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

static void answer_changed(struct cw_call *call)
{
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
	bool changes = call->request.op != CW_OP_OFFSETS;
	CW_AUTO_FREE char *name = cw_strdup(call->name);
	struct cw_error store = { 0 };

	call->oneshot = NULL;
	cw_call_remove(&herder->asking, call);
	if (!json_is_object(answer) || json_object_get(answer, "error"))
		fail_asked(call, answer, err);
	else if (!changes)
		answer_group(call, json_object_get(answer, "offsets"));
	else if (call->config && cw_store_put_offsets(herder->store, name, call->config, &store) != 0)
		cw_call_fail(call, store.code, "%s", store.text);
	else
		answer_changed(call);
	if (changes)
		cw_turn_end(herder, name);
}

/* Takes the question; false when it was answered at once. */
static bool ask(struct cw_herder *herder, struct cw_call *call, const struct cw_connector *c, json_t *more)
{
	json_t *question = json_pack("{sOsssO}", "worker", herder->worker, "name", c->name, "config", c->config);
	struct cw_error err = { 0 };

	json_object_update(question, more);
	json_decref(more);
	cw_call_stage(call, "asking Kafka for the offsets of connector %s", c->name);
	call->oneshot = cw_oneshot_start(herder->loop, herder->program, "--offsets", question, TIMEOUT_MS, on_asked, call,
					 &err);
	json_decref(question);
	if (call->oneshot) {
		cw_call_append(&herder->asking, call);
		return true;
	}
	fail_asked(call, NULL, &err);
	return false;
}

void cw_offsets_cancel_all(struct cw_herder *herder)
{
	struct cw_call *call;

	while ((call = herder->asking)) {
		bool changes = call->request.op != CW_OP_OFFSETS && call->request.op != CW_OP_LETTERS;
		CW_AUTO_FREE char *name = cw_strdup(call->name);

		herder->asking = call->next;
		cw_oneshot_cancel(call->oneshot);
		call->oneshot = NULL;
		cw_call_fail(call, CW_ERR_FATAL, "Worker is shutting down");
		if (changes)
			cw_turn_end(herder, name);
	}
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

void cw_offsets_read(struct cw_herder *herder, struct cw_call *call, const struct cw_connector *c)
{
	bool at = call->request.flags & CW_OP_AT;
	struct cw_error err = { 0 };
	json_t *pairs;

	if (is_sink(c) && !at && !cw_offsets_are_told(herder, call, "offsets"))
		return;
	if (is_sink(c)) {
		ask(herder, call, c, at ? json_pack("{sI}", "at", (json_int_t)call->request.at_ms) : json_object());
		return;
	}
	if (at) {
		cw_call_fail(call, CW_ERR_INVALID,
			     "Only in a sink's topics a time has offsets, and connector %s is a source", c->name);
		return;
	}
	pairs = cw_store_get_offsets(herder->store, c->name, &err);
	if (pairs)
		answer_pairs(call, pairs);
	else
		cw_call_fail(call, err.code, "%s", err.text);
	json_decref(pairs);
}

static bool exactly_once(const struct cw_herder *herder)
{
	return strcasecmp(herder->config->exactly_once_source_support, "enabled") == 0;
}

static const char *offsets_topic(const struct cw_herder *herder, const struct cw_connector *c)
{
	const char *own = json_string_value(json_object_get(c->config, "offsets.storage.topic"));

	return own && *own ? own : herder->config->offset_storage_topic;
}

/* true: answered. */
static bool change_source(struct cw_herder *herder, struct cw_call *call, const struct cw_connector *c)
{
	struct cw_error err = { 0 };
	json_t *stored = cw_store_get_offsets(herder->store, c->name, &err);
	json_t *change = !stored ? NULL : is_reset(call) ? forget_all(stored) : parse_change(c, call->body, stored, &err);
	bool answered = true;

	if (change && exactly_once(herder)) {
		call->config = json_incref(change); /* for the store, afterwards */
		answered = !ask(herder, call, c, json_pack("{sOss}", "offsets", change, "topic", offsets_topic(herder, c)));
	} else if (!change || cw_store_put_offsets(herder->store, c->name, change, &err) != 0) {
		cw_call_fail(call, err.code, "%s", err.text);
	} else {
		answer_changed(call);
	}
	json_decref(change);
	json_decref(stored);
	return answered;
}

static bool change_sink(struct cw_herder *herder, struct cw_call *call, const struct cw_connector *c)
{
	struct cw_error err = { 0 };
	json_t *change = is_reset(call) ? json_string("reset") : parse_change(c, call->body, NULL, &err);

	if (change && !cw_offsets_are_told(herder, call, "offsets")) {
		json_decref(change);
		return true;
	}
	if (change)
		return !ask(herder, call, c, json_pack("{so}", "change", change));
	cw_call_fail(call, err.code, "%s", err.text);
	return true;
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
	return is_sink(c) ? change_sink(herder, call, c) : change_source(herder, call, c);
}
