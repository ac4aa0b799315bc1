/* Source offsets and topics that hosts tell: stored at once, or, while the store is in trouble, as soon as it can. */
#include "herder/internal.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define RETRY_MS 1000

void cw_unstored_try_later(struct cw_connector *c)
{
	if (!c->store_timer.active)
		cw_loop_set_timer(c->herder->loop, &c->store_timer, cw_clock_ms() + RETRY_MS);
}

/* Stores one message; offsets are acknowledged to the run of the task that has told them. */
static int store_message(struct cw_connector *c, const json_t *message, struct cw_error *err)
{
	const json_t *task = json_object_get(message, "task"), *seq = json_object_get(message, "seq");

	if (strcmp(json_string_value(json_object_get(message, "type")), "topics") == 0)
		return cw_store_put_topics(c->herder->store, c->name, (int)json_integer_value(task),
					   json_object_get(message, "topics"), err);
	if (cw_store_put_offsets(c->herder->store, c->name, json_object_get(message, "offsets"), err) != 0)
		return -1;
	if (c->host && seq)
		cw_hostproc_send(c->host, json_pack("{sssOsO}", "type", "offsets_stored", "task", task, "seq", seq));
	return 0;
}

/* ---- what is kept -------------------------------------------------------------------------- */

static bool find_partition(const json_t *offsets, const json_t *partition, size_t *at)
{
	for (*at = 0; *at < json_array_size(offsets); ++*at)
		if (json_equal(json_array_get(json_array_get(offsets, *at), 0), partition))
			return true;
	return false;
}

/* The offsets of the task that are kept already. */
static json_t *find_task(const json_t *messages, const json_t *task)
{
	json_t *message;
	size_t i;

	json_array_foreach(messages, i, message)
		if (json_object_get(message, "offsets") && json_equal(json_object_get(message, "task"), task))
			return message;
	return NULL;
}

void cw_offsets_keep(json_t *unstored, const json_t *message)
{
	json_t *kept = find_task(unstored, json_object_get(message, "task")), *offsets, *pair;
	size_t i, at;

	if (!kept) {
		json_array_append_new(unstored, json_deep_copy(message));
		return;
	}
	offsets = json_object_get(kept, "offsets");
	json_object_set(kept, "seq", json_object_get(message, "seq"));
	json_array_foreach(json_object_get(message, "offsets"), i, pair)
		if (find_partition(offsets, json_array_get(pair, 0), &at))
			json_array_set(offsets, at, pair);
		else
			json_array_append(offsets, pair);
}

static void lay_pair_over(json_t *offsets, json_t *pair)
{
	const json_t *partition = json_array_get(pair, 0), *offset = json_array_get(pair, 1);
	size_t at;
	bool found = find_partition(offsets, partition, &at);

	if (json_is_null(offset) && found)
		json_array_remove(offsets, at);
	else if (json_is_object(offset) && found)
		json_array_set(offsets, at, pair);
	else if (json_is_object(offset) && json_is_object(partition))
		json_array_append(offsets, pair);
}

void cw_unstored_lay_over(const struct cw_connector *c, json_t *offsets)
{
	const json_t *message;
	json_t *pair;
	size_t i, k;

	json_array_foreach(c->unstored, i, message)
		json_array_foreach(json_object_get(message, "offsets"), k, pair)
			lay_pair_over(offsets, pair);
}

void cw_unstored_disown(struct cw_connector *c, int task)
{
	json_t *message;
	size_t i;

	json_array_foreach(c->unstored, i, message)
		if (task < 0 || json_integer_value(json_object_get(message, "task")) == task)
			json_object_del(message, "seq");
}

/* ---- now, later, never --------------------------------------------------------------------- */

/* What is no offset or topic ends the host that has sent it, and everything that waits behind it. */
static void refuse(struct cw_connector *c, const struct cw_error *err)
{
	CW_AUTO_FREE char *reason = cw_format("it sent bad offsets or topics: %s", err->text);

	json_array_clear(c->unstored);
	if (c->host)
		cw_hostproc_kill(c->host, reason);
}

/* -1 with *err: some are left, the first of which cannot be stored. */
static int store_kept(struct cw_connector *c, struct cw_error *err)
{
	while (json_array_size(c->unstored) > 0) {
		if (store_message(c, json_array_get(c->unstored, 0), err) != 0)
			return -1;
		json_array_remove(c->unstored, 0);
	}
	return 0;
}

void cw_unstored_retry(void *arg)
{
	struct cw_connector *c = arg;
	struct cw_error err = { 0 };
	bool kept = json_array_size(c->unstored) > 0;

	if (store_kept(c, &err) != 0 && err.code == CW_ERR_INVALID)
		refuse(c, &err);
	else if (err.code)
		cw_unstored_try_later(c);
	else if (kept)
		log_info(&c->scope, "source offsets and topics are stored again");
	cw_states_show(c);
}

void cw_unstored_take(struct cw_connector *c, const json_t *message)
{
	struct cw_error err = { 0 };

	if (json_array_size(c->unstored) == 0) {
		if (store_message(c, message, &err) == 0)
			return;
		if (err.code == CW_ERR_INVALID) {
			refuse(c, &err);
			return;
		}
		log_error(&c->scope, "source offsets and topics cannot be stored, trying again every %d ms: %s", RETRY_MS,
			  err.text);
		cw_unstored_try_later(c);
	}
	if (json_object_get(message, "offsets"))
		cw_offsets_keep(c->unstored, message);
	else
		json_array_append_new(c->unstored, json_deep_copy(message)); /* a topic comes once only */
}

void cw_unstored_give_up(struct cw_connector *c)
{
	struct cw_error err = { 0 };

	if (store_kept(c, &err) != 0)
		log_error(&c->scope, "the last source offsets are not stored, some records will come again: %s",
			  err.text);
	json_array_clear(c->unstored);
}
