#include "kafka/read_topic.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "kafka/reader.h"

/* How long a call may block that does not hear of a stop. */
#define SLICE_MS 250
/* So many partitions are read at the same time, since something is read ahead of each. */
#define AT_ONCE 8

struct state {
	const struct cw_topic_reading *reading;
	int64_t deadline_ms;
	struct cw_reader_range *partitions; /* next: read up to here; end: is to be read up to there */
	int n;
	int from, to; /* those before `from` are read, those before `to` are being read */
	bool enough;
};

static bool stopped(const struct state *s)
{
	return s->reading->stop && atomic_load(s->reading->stop);
}

/* The end of a timeout that begins now. */
static int64_t deadline_of(const struct cw_topic_reading *reading)
{
	int64_t deadline_ms = cw_clock_ms() + reading->timeout_ms;

	return reading->deadline_ms && reading->deadline_ms < deadline_ms ? reading->deadline_ms : deadline_ms;
}

static int out_of_time(const struct state *s, const char *why, struct cw_error *err)
{
	return cw_error_set(err, CW_ERR_RETRIABLE, "%s in topic %s could not be read in time: %s", s->reading->what,
			    s->reading->topic, why);
}

static bool is_read(const struct state *s, int i)
{
	return s->partitions[i].next >= s->partitions[i].end;
}

static bool has_assigned(const struct state *s)
{
	for (int i = s->from; i < s->to; i++)
		if (!is_read(s, i))
			return false;
	return true;
}

static void take_record(struct state *s, const rd_kafka_message_t *m)
{
	struct cw_reader_range *p = &s->partitions[m->partition];

	p->next = m->offset + 1;
	if (m->offset < p->end && !s->reading->take(s->reading->arg, m))
		s->enough = true;
}

static int take_message(struct state *s, const rd_kafka_message_t *m, struct cw_error *err)
{
	const struct cw_topic_reading *reading = s->reading;

	switch (m->err) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
		if (m->partition < s->n)
			take_record(s, m);
		return 0;
	case RD_KAFKA_RESP_ERR__PARTITION_EOF: /* what is left behind was no record: the ends of transactions */
		if (m->partition >= 0 && m->partition < s->n)
			s->partitions[m->partition].next = m->offset;
		return 0;
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR__FATAL:
		return cw_error_set(err, CW_ERR_FATAL, "%s in topic %s cannot be read: %s", reading->what, reading->topic,
				    rd_kafka_message_errstr(m));
	default:
		log_warn(reading->scope, "reading topic %s: %s", reading->topic, rd_kafka_message_errstr(m));
		return 0;
	}
}

static int read_assigned(struct state *s, struct cw_reader *reader, struct cw_error *err)
{
	while (!s->enough && !has_assigned(s)) {
		rd_kafka_message_t *m = cw_reader_poll(reader, SLICE_MS);
		int failed = m ? take_message(s, m, err) : 0;

		if (m && !m->err && s->reading->however_long)
			s->deadline_ms = deadline_of(s->reading);
		if (m)
			rd_kafka_message_destroy(m);
		if (failed)
			return failed;
		if (stopped(s))
			return out_of_time(s, "the task was stopped", err);
		if (cw_clock_ms() > s->deadline_ms)
			return out_of_time(s, s->deadline_ms == s->reading->deadline_ms ?
						      "it is long, or a transaction that wrote to it is still open" :
						      "a transaction that wrote to it may still be open", err);
	}
	return 0;
}

static void choose_start(const struct cw_topic_reading *reading, int32_t i, struct cw_reader_range *p)
{
	int64_t from = reading->from ? reading->from(reading->arg, i, p->next, p->end) : p->next;

	p->next = from < p->next ? p->next : from > p->end ? p->end : from;
}

/* How far the topic goes now, with what is in open transactions: only a client that reads uncommitted is told. */
static int look_for_ends(struct state *s, struct cw_error *err)
{
	const struct cw_topic_reading *reading = s->reading;
	struct cw_reader *client =
		cw_reader_new(reading->worker, reading->connector, reading->scope, "read_uncommitted", err);
	rd_kafka_resp_err_t code;

	if (!client)
		return -1;
	code = cw_reader_ranges(client, reading->topic, s->deadline_ms, reading->stop, &s->partitions, &s->n);
	cw_reader_free(client);
	if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART && s->n == 0 && reading->may_be_missing)
		return 0;
	if (code == RD_KAFKA_RESP_ERR__TIMED_OUT && s->n == 0)
		return out_of_time(s, "no broker has told of it", err);
	if (code && s->n == 0)
		return cw_error_set(err, CW_ERR_RETRIABLE, "topic %s cannot be read: %s", reading->topic, rd_kafka_err2str(code));
	for (int i = 0; i < s->n && !code; i++)
		choose_start(reading, i, &s->partitions[i]);
	return code ? out_of_time(s, rd_kafka_err2str(code), err) : 0;
}

/* The next partitions that have something. Whether there are any. */
static bool assign_more(struct state *s, struct cw_reader *reader)
{
	rd_kafka_topic_partition_list_t *some = rd_kafka_topic_partition_list_new(AT_ONCE);
	bool any;

	for (s->from = s->to; s->to < s->n && some->cnt < AT_ONCE; s->to++)
		if (!is_read(s, s->to))
			rd_kafka_topic_partition_list_add(some, s->reading->topic, s->to)->offset =
				s->partitions[s->to].next;
	any = some->cnt > 0;
	if (any)
		cw_reader_assign(reader, some);
	rd_kafka_topic_partition_list_destroy(some);
	return any;
}

static bool has_anything(const struct state *s)
{
	for (int i = 0; i < s->n; i++)
		if (!is_read(s, i))
			return true;
	return false;
}

static int read_committed(struct state *s, struct cw_error *err)
{
	const struct cw_topic_reading *reading = s->reading;
	struct cw_reader *reader;
	int failed = 0;

	if (!has_anything(s))
		return 0;
	reader = cw_reader_new(reading->worker, reading->connector, reading->scope, "read_committed", err);
	if (!reader)
		return -1;
	while (!failed && !s->enough && assign_more(s, reader))
		failed = read_assigned(s, reader, err);
	cw_reader_free(reader);
	return failed;
}

int cw_topic_read(const struct cw_topic_reading *reading, struct cw_error *err)
{
	struct state s = { .reading = reading, .deadline_ms = deadline_of(reading) };
	int failed = look_for_ends(&s, err);

	if (!failed)
		failed = read_committed(&s, err);
	free(s.partitions);
	return failed;
}
