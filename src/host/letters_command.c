/* Dead letters of a sink, shown and put back where they came from, for the worker: see supervisor/protocol.h. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json_text.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "config/connector_config.h"
#include "data/number.h"
#include "host/commands.h"
#include "host/letters_newest.h"
#include "host/question.h"
#include "kafka/client.h"
#include "kafka/groups.h"
#include "kafka/read_topic.h"

#define TIMEOUT_MS 30000
#define LETTERS_MAX 1000
/* Of a key, a value or a header's value. */
#define SHOWN_MAX 2000u
#define CONTEXT "__connect.errors."

/* One of a replay, in the order in which they were read. */
struct sent {
	struct letters *letters;
	struct sent *next;
	int32_t partition;
	int64_t offset;
	bool done; /* acknowledged, or none that is to be put back */
};

struct letters {
	struct cw_question q;
	const char *topic;
	char *group; /* which commits how far letters were put back */
	struct cw_letters_newest newest;
	rd_kafka_topic_partition_list_t *replayed; /* offset: before it, all are put back */
	rd_kafka_t *producer;
	struct sent *first, *last;
	int64_t put_back, left;
	struct cw_error failure;
};

/* ---- letters --------------------------------------------------------------------------------- */

/* The last header of that name: one that the record had itself comes first. */
static struct cw_slice context(const rd_kafka_message_t *m, const char *name)
{
	CW_AUTO_FREE char *key = cw_format(CONTEXT "%s", name);
	rd_kafka_headers_t *headers;
	const void *value = NULL;
	size_t n = 0;

	if (rd_kafka_message_headers(m, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
	    rd_kafka_header_get_last(headers, key, &value, &n) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return cw_slice(NULL, 0);
	return cw_slice(value, n);
}

static bool is_ours(const struct letters *l, const rd_kafka_message_t *m)
{
	struct cw_slice connector = context(m, "connector.name");

	return !connector.p || cw_slice_equal(connector, cw_slice_str(l->q.name));
}

static int64_t number(struct cw_slice text)
{
	CW_AUTO_FREE char *copy = cw_strndup(text.p ? text.p : "-1", text.p ? text.n : 2);

	return strtoll(copy, NULL, 10);
}

static int64_t replayed_up_to(const struct letters *l, int32_t partition)
{
	const rd_kafka_topic_partition_t *p = rd_kafka_topic_partition_list_find(l->replayed, l->topic, partition);

	return p && p->offset > 0 ? p->offset : 0;
}

/* Text where it is UTF-8 without NUL, else its base64 under NAME_base64; of what is long, the beginning. */
static void put_bytes(json_t *object, const char *name, struct cw_slice bytes)
{
	size_t n = bytes.n > SHOWN_MAX ? cw_text_cut(bytes.p, SHOWN_MAX) : bytes.n;
	struct cw_buf base64 = { 0 };

	if (!bytes.p) {
		json_object_set_new(object, name, json_null());
		return;
	}
	if (cw_utf8_valid(bytes.p, n) && !memchr(bytes.p, '\0', n)) {
		json_object_set_new(object, name, json_stringn(bytes.p, n));
	} else {
		CW_AUTO_FREE char *key = cw_format("%s_base64", name);

		cw_base64_encode(&base64, cw_slice(bytes.p, n));
		json_object_set_new(object, key, json_stringn(base64.p, base64.n));
		cw_buf_free(&base64);
	}
	if (n < bytes.n)
		json_object_set_new(object, "truncated", json_true());
}

static void put_context(json_t *object, const char *name, const rd_kafka_message_t *m, const char *header)
{
	struct cw_slice text = context(m, header);

	if (text.p)
		put_bytes(object, name, text);
}

/* The record's own headers. */
static json_t *own_headers(const rd_kafka_message_t *m)
{
	rd_kafka_headers_t *headers = NULL;
	json_t *list = json_array();
	const char *name;
	const void *value;
	size_t n;

	rd_kafka_message_headers(m, &headers);
	for (size_t i = 0; headers && rd_kafka_header_get_all(headers, i, &name, &value, &n) == 0; i++) {
		json_t *header;

		if (strncmp(name, CONTEXT, strlen(CONTEXT)) == 0)
			continue;
		header = json_pack("{so}", "key", cw_json_from_str(name));
		put_bytes(header, "value", cw_slice(value, n));
		json_array_append_new(list, header);
	}
	return list;
}

static json_t *letter_json(const struct letters *l, const rd_kafka_message_t *m)
{
	json_t *letter = json_pack("{sisIsI}", "partition", (int)m->partition, "offset", (json_int_t)m->offset, "timestamp",
				   (json_int_t)rd_kafka_message_timestamp(m, NULL));

	put_bytes(letter, "key", cw_slice(m->key, m->key_len));
	put_bytes(letter, "value", cw_slice(m->payload, m->len));
	json_object_set_new(letter, "headers", own_headers(m));
	if (context(m, "offset").p) {
		json_t *from = json_object();

		put_context(from, "topic", m, "topic");
		json_object_set_new(from, "partition", json_integer(number(context(m, "partition"))));
		json_object_set_new(from, "offset", json_integer(number(context(m, "offset"))));
		json_object_set_new(letter, "from", from);
	}
	if (context(m, "task.id").p)
		json_object_set_new(letter, "task", json_integer(number(context(m, "task.id"))));
	put_context(letter, "source_partition", m, "source.partition");
	put_context(letter, "source_offset", m, "source.offset");
	put_context(letter, "stage", m, "stage");
	put_context(letter, "class", m, "class.name");
	put_context(letter, "exception", m, "exception.class.name");
	put_context(letter, "message", m, "exception.message");
	json_object_set_new(letter, "replayed", json_boolean(m->offset < replayed_up_to(l, m->partition)));
	return letter;
}

/* ---- showing --------------------------------------------------------------------------------- */

static bool show(void *arg, const rd_kafka_message_t *m)
{
	struct letters *l = arg;

	if (!is_ours(l, m))
		return true;
	cw_letters_newest_add(&l->newest, m->partition, letter_json(l, m));
	return true;
}

/* The newest are wanted; those of others that lie between are looked over. */
static int64_t near_the_end(void *arg, int32_t partition, int64_t first, int64_t end)
{
	const struct letters *l = arg;
	int64_t most = 10 * (int64_t)l->newest.limit;

	(void)partition;
	return end - first > most ? end - most : first;
}

/* ---- putting back ---------------------------------------------------------------------------- */

/* Of a letter without context headers: the only topic that the connector reads, or NULL. */
static const char *only_topic(const struct letters *l)
{
	const char *topics = cw_map_get(&l->q.config, "topics");

	return topics && *topics && !strchr(topics, ',') ? topics : NULL;
}

static void on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *m, void *opaque)
{
	struct sent *sent = m->_private;

	(void)producer;
	(void)opaque;
	sent->done = !m->err;
	sent->letters->put_back += sent->done;
	if (m->err)
		cw_error_set(&sent->letters->failure, CW_ERR_RETRIABLE, "letter %d:%lld could not be put back into topic %s: %s",
			     (int)sent->partition, (long long)sent->offset, rd_kafka_topic_name(m->rkt),
			     rd_kafka_err2str(m->err));
}

static rd_kafka_headers_t *without_context(const rd_kafka_message_t *m)
{
	rd_kafka_headers_t *headers = NULL, *own = rd_kafka_headers_new(8);
	const char *name;
	const void *value;
	size_t n;

	rd_kafka_message_headers(m, &headers);
	for (size_t i = 0; headers && rd_kafka_header_get_all(headers, i, &name, &value, &n) == 0; i++)
		if (strncmp(name, CONTEXT, strlen(CONTEXT)) != 0)
			rd_kafka_header_add(own, name, -1, value, (ssize_t)n);
	return own;
}

/* As it was read there, at the end of its partition. */
static rd_kafka_resp_err_t produce(struct sent *sent, const char *topic, int32_t partition, const rd_kafka_message_t *m)
{
	rd_kafka_headers_t *headers = without_context(m);
	rd_kafka_resp_err_t code =
		rd_kafka_producev(sent->letters->producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
				  RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(m->key, m->key_len),
				  RD_KAFKA_V_VALUE(m->payload, m->len), RD_KAFKA_V_TIMESTAMP(rd_kafka_message_timestamp(m, NULL)),
				  RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(sent), RD_KAFKA_V_END);

	if (code)
		rd_kafka_headers_destroy(headers); /* taken on success only */
	return code;
}

static struct sent *note(struct letters *l, const rd_kafka_message_t *m)
{
	struct sent *sent = cw_alloc(sizeof(*sent));

	*sent = (struct sent){ .letters = l, .partition = m->partition, .offset = m->offset };
	if (l->last)
		l->last->next = sent;
	else
		l->first = sent;
	l->last = sent;
	return sent;
}

/* Where the next replay begins: in each partition at the first letter that is not back. New. */
static rd_kafka_topic_partition_list_t *next_offsets(const struct letters *l)
{
	rd_kafka_topic_partition_list_t *next = rd_kafka_topic_partition_list_new(1), *stopped = rd_kafka_topic_partition_list_new(1);

	for (const struct sent *sent = l->first; sent; sent = sent->next) {
		rd_kafka_topic_partition_t *p = rd_kafka_topic_partition_list_find(next, l->topic, sent->partition);

		if (rd_kafka_topic_partition_list_find(stopped, l->topic, sent->partition))
			continue;
		if (!sent->done) {
			rd_kafka_topic_partition_list_add(stopped, l->topic, sent->partition);
			continue;
		}
		if (!p)
			p = rd_kafka_topic_partition_list_add(next, l->topic, sent->partition);
		p->offset = sent->offset + 1;
	}
	rd_kafka_topic_partition_list_destroy(stopped);
	return next;
}

static bool put_back(void *arg, const rd_kafka_message_t *m)
{
	struct letters *l = arg;
	struct cw_slice from = context(m, "topic");
	CW_AUTO_FREE char *topic = from.p ? cw_strndup(from.p, from.n) : cw_strdup(only_topic(l));
	int32_t partition = from.p ? (int32_t)number(context(m, "partition")) : RD_KAFKA_PARTITION_UA;
	struct sent *sent = note(l, m);
	rd_kafka_resp_err_t code;

	if (!is_ours(l, m) || !topic) {
		sent->done = true;
		l->left += !topic;
		return true;
	}
	while ((code = produce(sent, topic, partition, m)) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		rd_kafka_poll(l->producer, 100);
	if (code)
		cw_error_set(&l->failure, CW_ERR_FATAL, "letter %d:%lld cannot be put back into topic %s: %s",
			     (int)m->partition, (long long)m->offset, topic, rd_kafka_err2str(code));
	/* One after the other: what is behind one that does not go would be put back again with the next replay. */
	else if (rd_kafka_flush(l->producer, TIMEOUT_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
		cw_error_set(&l->failure, CW_ERR_RETRIABLE, "the brokers did not acknowledge letter %d:%lld",
			     (int)m->partition, (long long)m->offset);
	return !l->failure.code;
}

static int64_t behind_replayed(void *arg, int32_t partition, int64_t first, int64_t end)
{
	(void)first;
	(void)end;
	return replayed_up_to(arg, partition);
}

/* ---- the two questions ----------------------------------------------------------------------- */

static int read_letters(struct letters *l, int64_t (*from)(void *, int32_t, int64_t, int64_t),
			bool (*take)(void *, const rd_kafka_message_t *), struct cw_error *err)
{
	const struct cw_topic_reading reading = {
		.worker = &l->q.worker, .connector = &l->q.config, .scope = &l->q.scope, .topic = l->topic,
		.what = "the dead letters", .timeout_ms = TIMEOUT_MS, .from = from, .take = take, .arg = l,
	};

	return cw_topic_read(&reading, err);
}

static json_t *list_letters(struct letters *l, struct cw_error *err)
{
	json_int_t limit = json_integer_value(json_object_get(l->q.request, "limit"));

	l->newest.limit = limit > LETTERS_MAX ? LETTERS_MAX : (size_t)limit;
	if (read_letters(l, near_the_end, show, err) != 0)
		return NULL;
	return json_pack("{ssso}", "topic", l->topic, "letters", cw_letters_newest_list(&l->newest));
}

static int open_producer(struct letters *l, struct cw_error *err)
{
	rd_kafka_conf_t *conf = cw_client_conf(CW_CLIENT_PRODUCER, &l->q.worker, &l->q.config, NULL, err);

	if (!conf)
		return -1;
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	l->producer = cw_client_new(CW_CLIENT_PRODUCER, conf, &l->q.scope, err);
	return l->producer ? 0 : -1;
}

/* What is back is committed, so that none is put back twice, whatever became of those behind it. */
static int commit(const struct letters *l, rd_kafka_t *admin, struct cw_error *err)
{
	rd_kafka_topic_partition_list_t *next = next_offsets(l);
	int status = next->cnt > 0 ? cw_group_alter_offsets(admin, l->group, next, TIMEOUT_MS, err) : 0;

	rd_kafka_topic_partition_list_destroy(next);
	return status;
}

/* Those that were not put back yet. */
static json_t *replay(struct letters *l, rd_kafka_t *admin, struct cw_error *err)
{
	struct cw_error why = { 0 };

	if (open_producer(l, err) != 0)
		return NULL;
	read_letters(l, behind_replayed, put_back, &why);
	if (l->failure.code)
		why = l->failure;
	if (commit(l, admin, err) != 0)
		return NULL;
	if (why.code) {
		cw_error_set(err, why.code, "%s; %lld were put back before", why.text, (long long)l->put_back);
		return NULL;
	}
	return json_pack("{sssIsI}", "topic", l->topic, "replayed", (json_int_t)l->put_back, "left", (json_int_t)l->left);
}

static json_t *ask(struct letters *l, struct cw_error *err)
{
	rd_kafka_conf_t *conf = cw_client_conf(CW_CLIENT_ADMIN, &l->q.worker, &l->q.config, NULL, err);
	rd_kafka_t *admin = conf ? cw_client_new(CW_CLIENT_ADMIN, conf, &l->q.scope, err) : NULL;
	json_t *answer = NULL;

	if (!admin)
		return NULL;
	l->replayed = cw_group_offsets(admin, l->group, TIMEOUT_MS, err);
	if (l->replayed)
		answer = json_is_true(json_object_get(l->q.request, "replay")) ? replay(l, admin, err) : list_letters(l, err);
	/* The client goes with the process: its end would wait for an answer that a broker owes it. */
	return answer;
}

int cw_host_letters(void)
{
	struct letters l = { 0 };
	struct cw_error err = { 0 };
	json_t *answer = NULL;
	int status;

	if (cw_question_read(&l.q, &err) == 0) {
		l.topic = cw_map_get(&l.q.config, "errors.deadletterqueue.topic.name");
		l.group = cw_format("connect-%s-replayed", l.q.name);
		if (l.topic && *l.topic)
			answer = ask(&l, &err);
		else
			cw_error_set(&err, CW_ERR_INVALID, "the connector has no errors.deadletterqueue.topic.name");
	}
	status = cw_question_answer(&l.q, answer, &err);
	if (l.producer) {
		rd_kafka_purge(l.producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		rd_kafka_flush(l.producer, 1000);
		rd_kafka_destroy(l.producer);
	}
	if (l.replayed)
		rd_kafka_topic_partition_list_destroy(l.replayed);
	while (l.first) {
		struct sent *next = l.first->next;

		free(l.first);
		l.first = next;
	}
	cw_letters_newest_free(&l.newest);
	free(l.group);
	cw_question_free(&l.q);
	return status;
}
