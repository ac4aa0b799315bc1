#include "kafka/newest.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define SLICE_MS 250
/* Offsets that are no records (the ends of transactions, what was compacted away) make it necessary to look further. */
#define FURTHER 10
#define ROUNDS 3

struct part {
	const char *topic;
	int partition;
	int64_t first, end; /* what it has */
	int64_t from, next; /* what is read, and how far that is */
};

struct reading {
	struct cw_newest *newest;
	struct part *parts;
	size_t n;
	int64_t deadline_ms;
};

/* ---- the newest so far ----------------------------------------------------------------------------- */

static int64_t time_of(const rd_kafka_message_t *m)
{
	rd_kafka_timestamp_type_t type;

	return rd_kafka_message_timestamp(m, &type);
}

static bool is_newer(const rd_kafka_message_t *a, const rd_kafka_message_t *b)
{
	if (a->rkt == b->rkt && a->partition == b->partition)
		return a->offset > b->offset;
	return time_of(a) != time_of(b) ? time_of(a) > time_of(b) : a->offset > b->offset;
}

/* Takes the message. */
static void keep(struct cw_newest *newest, rd_kafka_message_t *m)
{
	size_t at = newest->n;

	while (at > 0 && !is_newer(m, newest->messages[at - 1]))
		at--;
	if (newest->n < newest->max) {
		memmove(newest->messages + at + 1, newest->messages + at, (newest->n++ - at) * sizeof(*newest->messages));
		newest->messages[at] = m;
		return;
	}
	if (at == 0) {
		rd_kafka_message_destroy(m);
		return;
	}
	rd_kafka_message_destroy(newest->messages[0]);
	memmove(newest->messages, newest->messages + 1, (at - 1) * sizeof(*newest->messages));
	newest->messages[at - 1] = m;
}

static void forget(struct cw_newest *newest)
{
	while (newest->n > 0)
		rd_kafka_message_destroy(newest->messages[--newest->n]);
}

void cw_newest_free(struct cw_newest *newest)
{
	forget(newest);
	free(newest->messages);
	newest->messages = NULL;
}

/* ---- which offsets there are ------------------------------------------------------------------------ */

static int refuse_topic(const char *topic, rd_kafka_resp_err_t code, struct cw_error *err)
{
	bool wrong = code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
		     code == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION || code == RD_KAFKA_RESP_ERR__INVALID_ARG ||
		     code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;

	return cw_error_set(err, wrong ? CW_ERR_INVALID : CW_ERR_RETRIABLE, "topic %s cannot be read: %s", topic,
			    rd_kafka_err2str(code));
}

static int add_topic(struct reading *r, struct cw_reader *reader, const char *topic, struct cw_error *err)
{
	struct cw_reader_range *ranges = NULL;
	int n = 0;
	rd_kafka_resp_err_t code = cw_reader_ranges(reader, topic, r->deadline_ms, NULL, &ranges, &n);

	if (!code) {
		r->parts = cw_realloc(r->parts, (r->n + (size_t)n) * sizeof(*r->parts));
		for (int i = 0; i < n; i++)
			r->parts[r->n++] = (struct part){ .topic = topic, .partition = i, .first = ranges[i].next,
							  .end = ranges[i].end };
	}
	free(ranges);
	return code ? refuse_topic(topic, code, err) : 0;
}

/* ---- reading ---------------------------------------------------------------------------------------- */

/* The last `span` offsets of each partition. */
static void assign(struct reading *r, struct cw_reader *reader, int64_t span)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)r->n);

	for (size_t i = 0; i < r->n; i++) {
		struct part *p = &r->parts[i];

		p->from = p->next = p->end - p->first > span ? p->end - span : p->first;
		if (p->next < p->end)
			rd_kafka_topic_partition_list_add(list, p->topic, p->partition)->offset = p->from;
	}
	cw_reader_assign(reader, list);
	rd_kafka_topic_partition_list_destroy(list);
}

static struct part *part_of(const struct reading *r, const rd_kafka_message_t *m)
{
	const char *topic = m->rkt ? rd_kafka_topic_name(m->rkt) : "";

	for (size_t i = 0; i < r->n; i++)
		if (r->parts[i].partition == m->partition && strcmp(r->parts[i].topic, topic) == 0)
			return &r->parts[i];
	return NULL;
}

static bool has_all(const struct reading *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->parts[i].next < r->parts[i].end)
			return false;
	return true;
}

/* Takes the message. */
static int take(struct reading *r, rd_kafka_message_t *m, struct cw_error *err)
{
	struct part *p = part_of(r, m);
	int failed = 0;

	switch (m->err) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
		if (p && m->offset < p->end) {
			p->next = m->offset + 1;
			keep(r->newest, m);
			return 0;
		}
		/* fall through */
	case RD_KAFKA_RESP_ERR__PARTITION_EOF:
		if (p)
			p->next = p->end;
		break;
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR__FATAL:
		failed = cw_error_set(err, CW_ERR_INVALID, "the topic cannot be read: %s", rd_kafka_message_errstr(m));
		break;
	default: break; /* which time may heal */
	}
	rd_kafka_message_destroy(m);
	return failed;
}

static int read_assigned(struct reading *r, struct cw_reader *reader, struct cw_error *err)
{
	while (!has_all(r)) {
		rd_kafka_message_t *m = cw_reader_poll(reader, SLICE_MS);

		if (m && take(r, m, err) != 0)
			return -1;
		if (cw_clock_ms() > r->deadline_ms)
			return cw_error_set(err, CW_ERR_RETRIABLE, "the newest records of topic %s did not come in time",
					    r->parts[0].topic);
	}
	return 0;
}

static bool could_go_further(const struct reading *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->parts[i].from > r->parts[i].first)
			return true;
	return false;
}

static int read_newest(struct reading *r, struct cw_reader *reader, struct cw_error *err)
{
	int64_t span = (int64_t)r->newest->max;

	for (int round = 0; round < ROUNDS; round++, span *= FURTHER) {
		forget(r->newest);
		assign(r, reader, span);
		if (read_assigned(r, reader, err) != 0)
			return -1;
		if (r->newest->n == r->newest->max || !could_go_further(r))
			break;
	}
	return 0;
}

int cw_newest_read(struct cw_newest *newest, struct cw_reader *reader, const struct cw_list *topics, int64_t deadline_ms,
		   struct cw_error *err)
{
	struct reading r = { .newest = newest, .deadline_ms = deadline_ms };
	int failed = 0;

	newest->messages = cw_alloc((newest->max + 1) * sizeof(*newest->messages));
	for (size_t i = 0; i < topics->n && !failed; i++)
		failed = add_topic(&r, reader, topics->items[i], err);
	if (!failed)
		failed = read_newest(&r, reader, err);
	free(r.parts);
	return failed;
}
