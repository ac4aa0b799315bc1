/*
 * kafka_tool - what the tests ask of a Kafka cluster, in a process that starts in milliseconds.
 *
 * kafka_tool -b BROKERS [-X KEY=VALUE]... COMMAND
 *   create TOPIC PARTITIONS[xREPLICAS] [KEY=VALUE]...   settings of the topic; replicas on the brokers 1, 2, 3 in turn
 *   partitions TOPIC TOTAL      raises the number of partitions
 *   delete TOPIC
 *   remake TOPIC PARTITIONS [KEY=VALUE]...   deletes it and creates it again, without a pause
 *   configure TOPIC KEY=VALUE...   these settings of the topic, and no others
 *   deny topic|group NAME read|write   to who does not log in
 *   permit topic|group NAME     forgets who was denied what
 *   settings TOPIC KEY...       a line KEY=VALUE for each of these settings of the topic
 *   restrict USER PREFIX        the user may write to topics whose names begin so, and not create any topic
 *   release USER                takes that back
 *   produce TOPIC [hex]         a record for each line of standard input, round robin; hex: as hex_record.h says
 *   consume TOPIC [meta|hex]    the values that are there now, one a line, committed transactions only;
 *                               meta: partition, offset, timestamp, key (- for none) and value, tab-separated;
 *                               hex: all of the record, as hex_record.h says
 *   count TOPIC                 how many records consume would print
 *   offsets TOPIC               a line for each partition: partition, first and next offset
 *   groups                      the consumer groups that there are, one a line
 *   topics                      the names of all topics, one a line
 *   leaders TOPIC               a line for each partition: partition, id of the broker that leads it (-1: none)
 *   coordinator GROUP           the id of the broker that coordinates the group
 *   committed GROUP TOPIC       a line for each partition: partition, committed offset (-1: none)
 *
 * Exit status: 0, 1 with a sentence on standard error, 2 for a wrong call.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>

#include "hex_record.h"
#include "tool.h"

/* What consume prints of a record. */
enum print { PRINT_NOTHING, PRINT_VALUE, PRINT_META, PRINT_HEX };

void tool_die(const char *fmt, ...)
{
	va_list ap;

	fputs("kafka_tool: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

static void usage(void) __attribute__((noreturn));

static void usage(void)
{
	fputs("usage: kafka_tool -b BROKERS [-X KEY=VALUE]... create|partitions|delete|remake|configure|settings|deny|permit|"
	      "restrict|release|produce|consume|count|offsets|topics|groups|leaders|coordinator|committed ARGUMENT...\n",
	      stderr);
	exit(2);
}

void tool_set(rd_kafka_conf_t *conf, const char *key, const char *value)
{
	char text[512];

	if (rd_kafka_conf_set(conf, key, value, text, sizeof(text)) != RD_KAFKA_CONF_OK)
		tool_die("%s", text);
}

rd_kafka_t *tool_client(rd_kafka_type_t type, rd_kafka_conf_t *conf)
{
	char text[512];
	rd_kafka_t *rk = rd_kafka_new(type, conf, text, sizeof(text));

	if (!rk)
		tool_die("%s", text);
	return rk;
}

/* ---- producing ------------------------------------------------------------------------------ */

static void delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
	(void)rk;
	(void)opaque;
	if (message->err)
		tool_die("a record was not delivered: %s", rd_kafka_err2str(message->err));
}

static rd_kafka_resp_err_t produce_line(rd_kafka_t *rk, const char *topic, char *line, size_t n, bool hex)
{
	if (hex)
		return hex_record_produce(rk, topic, line);
	return rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_VALUE(line, n),
				 RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
}

static void produce(rd_kafka_conf_t *conf, const char *topic, bool hex)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	rd_kafka_t *rk;

	tool_set(conf, "enable.idempotence", "true");
	tool_set(conf, "sticky.partitioning.linger.ms", "0");
	rd_kafka_conf_set_dr_msg_cb(conf, delivered);
	rk = tool_client(RD_KAFKA_PRODUCER, conf);
	while ((n = getline(&line, &room, stdin)) >= 0) {
		rd_kafka_resp_err_t err;

		if (n > 0 && line[n - 1] == '\n')
			line[--n] = '\0';
		while ((err = produce_line(rk, topic, line, (size_t)n, hex)) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
			rd_kafka_poll(rk, 100);
		if (err)
			tool_die("cannot produce: %s", rd_kafka_err2str(err));
		rd_kafka_poll(rk, 0);
	}
	free(line);
	if (rd_kafka_flush(rk, TOOL_TIMEOUT_MS))
		tool_die("not every record was delivered within %d s", TOOL_TIMEOUT_MS / 1000);
	rd_kafka_destroy(rk);
}

/* ---- reading -------------------------------------------------------------------------------- */

/* All partitions of the topic, offsets not set. */
static rd_kafka_topic_partition_list_t *partitions_of(rd_kafka_t *rk, const char *topic)
{
	rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t err = rd_kafka_metadata(rk, 0, rkt, &metadata, TOOL_TIMEOUT_MS);

	if (err)
		tool_die("no metadata: %s", rd_kafka_err2str(err));
	if (metadata->topics[0].err)
		tool_die("%s: %s", topic, rd_kafka_err2str(metadata->topics[0].err));
	for (int i = 0; i < metadata->topics[0].partition_cnt; i++)
		rd_kafka_topic_partition_list_add(list, topic, i);
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_topic_destroy(rkt);
	return list;
}

static void print_message(const rd_kafka_message_t *m, enum print print)
{
	if (print == PRINT_HEX) {
		hex_record_print(m);
		return;
	}
	if (print == PRINT_META) {
		rd_kafka_timestamp_type_t type;

		printf("%d\t%lld\t%lld\t", m->partition, (long long)m->offset,
		       (long long)rd_kafka_message_timestamp(m, &type));
		if (m->key)
			fwrite(m->key, 1, m->key_len, stdout);
		else
			putchar('-');
		putchar('\t');
	}
	fwrite(m->payload, 1, m->len, stdout);
	putchar('\n');
}

/* One partition is read up to where it ended at the start, so that a topic that grows is read once, too. */
static int64_t end_of(rd_kafka_t *rk, const char *topic, int32_t partition)
{
	int64_t low, high;
	rd_kafka_resp_err_t err = rd_kafka_query_watermark_offsets(rk, topic, partition, &low, &high, TOOL_TIMEOUT_MS);

	if (err)
		tool_die("%s [%d]: %s", topic, partition, rd_kafka_err2str(err));
	return high;
}

/* Takes one message; whether it is the last of its partition. ends[p]: offset that partition p is read to. */
static bool take(const rd_kafka_message_t *m, int64_t *ends, enum print print, long long *count)
{
	bool beyond, last;

	if (m->err && m->err != RD_KAFKA_RESP_ERR__PARTITION_EOF)
		tool_die("cannot read: %s", rd_kafka_message_errstr(m));
	if (ends[m->partition] < 0)
		return false;
	/* transactions end in records that nobody sees: then the end of the partition says it */
	beyond = m->err || m->offset >= ends[m->partition];
	last = beyond || m->offset + 1 == ends[m->partition];
	if (!beyond) {
		++*count;
		if (print != PRINT_NOTHING)
			print_message(m, print);
	}
	if (last)
		ends[m->partition] = -1;
	return last;
}

static void consume(rd_kafka_conf_t *conf, const char *topic, enum print print)
{
	rd_kafka_topic_partition_list_t *list;
	rd_kafka_queue_t *queue;
	rd_kafka_t *rk;
	long long count = 0;
	int64_t *ends;
	int open;

	tool_set(conf, "group.id", "kafka_tool");
	tool_set(conf, "enable.auto.commit", "false");
	tool_set(conf, "enable.partition.eof", "true");
	tool_set(conf, "isolation.level", "read_committed");
	tool_set(conf, "fetch.wait.max.ms", "20");
	rk = tool_client(RD_KAFKA_CONSUMER, conf);
	list = partitions_of(rk, topic);
	open = list->cnt;
	ends = calloc((size_t)list->cnt, sizeof(*ends));
	if (!ends)
		tool_die("out of memory");
	for (int i = 0; i < list->cnt; i++) {
		list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
		ends[i] = end_of(rk, topic, i);
	}
	rd_kafka_assign(rk, list);
	queue = rd_kafka_queue_get_consumer(rk);
	while (open > 0) {
		static rd_kafka_message_t *batch[5000];
		/* the batch call waits its whole time for a full batch */
		ssize_t n = rd_kafka_consume_batch_queue(queue, 20, batch, sizeof(batch) / sizeof(batch[0]));

		for (ssize_t i = 0; i < n; i++) {
			if (take(batch[i], ends, print, &count))
				open--;
			rd_kafka_message_destroy(batch[i]);
		}
	}
	if (print == PRINT_NOTHING)
		printf("%lld\n", count);
	free(ends);
	rd_kafka_queue_destroy(queue);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_consumer_close(rk);
	rd_kafka_destroy(rk);
}

static void offsets(rd_kafka_conf_t *conf, const char *topic)
{
	rd_kafka_t *rk = tool_client(RD_KAFKA_CONSUMER, conf);
	rd_kafka_topic_partition_list_t *list = partitions_of(rk, topic);

	for (int i = 0; i < list->cnt; i++) {
		int64_t low, high;
		rd_kafka_resp_err_t err = rd_kafka_query_watermark_offsets(rk, topic, i, &low, &high, TOOL_TIMEOUT_MS);

		if (err)
			tool_die("%s [%d]: %s", topic, i, rd_kafka_err2str(err));
		printf("%d\t%lld\t%lld\n", i, (long long)low, (long long)high);
	}
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_destroy(rk);
}

static void topics(rd_kafka_conf_t *conf)
{
	rd_kafka_t *rk = tool_client(RD_KAFKA_PRODUCER, conf);
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t err = rd_kafka_metadata(rk, 1, NULL, &metadata, TOOL_TIMEOUT_MS);

	if (err)
		tool_die("no metadata: %s", rd_kafka_err2str(err));
	for (int i = 0; i < metadata->topic_cnt; i++)
		puts(metadata->topics[i].topic);
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_destroy(rk);
}

static void committed(rd_kafka_conf_t *conf, const char *group, const char *topic)
{
	rd_kafka_topic_partition_list_t *list;
	rd_kafka_resp_err_t err;
	rd_kafka_t *rk;

	tool_set(conf, "group.id", group);
	rk = tool_client(RD_KAFKA_CONSUMER, conf);
	list = partitions_of(rk, topic);
	err = rd_kafka_committed(rk, list, TOOL_TIMEOUT_MS);
	if (err)
		tool_die("%s: %s", group, rd_kafka_err2str(err));
	for (int i = 0; i < list->cnt; i++)
		printf("%d\t%lld\n", list->elems[i].partition,
		       list->elems[i].offset >= 0 ? (long long)list->elems[i].offset : -1LL);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_destroy(rk);
}

/* The consumer groups that the brokers know, whatever their state. */
static void groups(rd_kafka_conf_t *conf)
{
	rd_kafka_t *rk = tool_client(RD_KAFKA_PRODUCER, conf);
	const struct rd_kafka_group_list *list;
	rd_kafka_resp_err_t err = rd_kafka_list_groups(rk, NULL, &list, TOOL_TIMEOUT_MS);

	if (err)
		tool_die("groups: %s", rd_kafka_err2str(err));
	for (int i = 0; i < list->group_cnt; i++)
		printf("%s\n", list->groups[i].group);
	rd_kafka_group_list_destroy(list);
	rd_kafka_destroy(rk);
}

static void leaders(rd_kafka_conf_t *conf, const char *topic)
{
	rd_kafka_t *rk = tool_client(RD_KAFKA_PRODUCER, conf);
	rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t err = rd_kafka_metadata(rk, 0, rkt, &metadata, TOOL_TIMEOUT_MS);

	if (err)
		tool_die("no metadata: %s", rd_kafka_err2str(err));
	for (int i = 0; i < metadata->topics[0].partition_cnt; i++)
		printf("%d\t%d\n", metadata->topics[0].partitions[i].id, metadata->topics[0].partitions[i].leader);
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_topic_destroy(rkt);
	rd_kafka_destroy(rk);
}

static void coordinator(rd_kafka_conf_t *conf, const char *group)
{
	rd_kafka_t *rk = tool_client(RD_KAFKA_PRODUCER, conf);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	const rd_kafka_ConsumerGroupDescription_t **groups;
	const rd_kafka_error_t *error;
	rd_kafka_event_t *event;
	size_t n;

	rd_kafka_DescribeConsumerGroups(rk, &group, 1, NULL, queue);
	event = rd_kafka_queue_poll(queue, TOOL_TIMEOUT_MS);
	if (!event || rd_kafka_event_error(event))
		tool_die("%s: %s", group, event ? rd_kafka_event_error_string(event) : "no answer");
	groups = rd_kafka_DescribeConsumerGroups_result_groups(rd_kafka_event_DescribeConsumerGroups_result(event), &n);
	error = rd_kafka_ConsumerGroupDescription_error(groups[0]);
	if (error)
		tool_die("%s: %s", group, rd_kafka_error_string(error));
	printf("%d\n", rd_kafka_Node_id(rd_kafka_ConsumerGroupDescription_coordinator(groups[0])));
	rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
	rd_kafka_destroy(rk);
}

int main(int argc, char **argv)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	const char *command;
	bool brokers = false;
	int option, n;

	while ((option = getopt(argc, argv, "b:X:")) != -1) {
		char *value;

		if (option == 'b') {
			tool_set(conf, "bootstrap.servers", optarg);
			brokers = true;
		} else if (option == 'X' && (value = strchr(optarg, '='))) {
			*value++ = '\0';
			tool_set(conf, optarg, value);
		} else {
			usage();
		}
	}
	n = argc - optind - 1;
	argv += optind;
	if (!brokers || n < 0)
		usage();
	command = *argv++;
	if (tool_admin(conf, command, argv, n))
		;
	else if (strcmp(command, "produce") == 0 && (n == 1 || n == 2))
		produce(conf, argv[0], n == 2 && strcmp(argv[1], "hex") == 0);
	else if (strcmp(command, "consume") == 0 && (n == 1 || n == 2))
		consume(conf, argv[0], n == 1 ? PRINT_VALUE : strcmp(argv[1], "hex") == 0 ? PRINT_HEX : PRINT_META);
	else if (strcmp(command, "count") == 0 && n == 1)
		consume(conf, argv[0], PRINT_NOTHING);
	else if (strcmp(command, "offsets") == 0 && n == 1)
		offsets(conf, argv[0]);
	else if (strcmp(command, "groups") == 0 && n == 0)
		groups(conf);
	else if (strcmp(command, "topics") == 0 && n == 0)
		topics(conf);
	else if (strcmp(command, "leaders") == 0 && n == 1)
		leaders(conf, argv[0]);
	else if (strcmp(command, "coordinator") == 0 && n == 1)
		coordinator(conf, argv[0]);
	else if (strcmp(command, "committed") == 0 && n == 2)
		committed(conf, argv[0], argv[1]);
	else
		usage();
	if (fflush(stdout))
		tool_die("cannot write");
	return EXIT_SUCCESS;
}
