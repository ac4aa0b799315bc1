/*
 * bare_consume - the least that a program in C can do to bring access-log lines from Kafka into a
 * store: librdkafka, a scanner by hand, NDJSON with ids, plain sockets. No offsets are committed,
 * nothing is retried, nothing can be configured. What it costs is what the sink is compared with.
 *
 * One thread and one client for each task; task t reads the partitions p with p % tasks == t.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "bench_util.h"
#include "bulk_client.h"
#include "lines.h"

#define QUEUE_MESSAGES 5000
#define LOW_WATER (QUEUE_MESSAGES / 2)
#define BATCH 1000u
#define PARTITIONS_MAX 64
#define STALL_S 20 /* nothing comes for so long: it never will */

struct options {
	const char *brokers, *topic, *host;
	uint16_t port;
	uint64_t count; /* of all tasks: stop after that many */
	size_t tasks, in_flight, body_bytes;
};

struct run {
	struct options options;
	_Atomic uint64_t records, malformed;
	_Atomic int64_t first_us; /* monotonic: the first record */
};

struct task {
	struct run *run;
	size_t number;
	pthread_t thread;
	rd_kafka_t *rk;
	rd_kafka_queue_t *queue;
	struct cw_bench_bulk *bulk;
	int wake_fd;
	int wakes; /* the fetcher must be woken: see wake_fetcher() */
	int32_t partitions[PARTITIONS_MAX];
	size_t n_partitions;
	char prefix[PARTITIONS_MAX][160]; /* of each partition's action lines, up to the offset */
	size_t prefix_n[PARTITIONS_MAX];
	uint64_t woken;
	uint64_t read[PARTITIONS_MAX];
	uint64_t seen; /* of all tasks' records, */
	double seen_s; /* since then */
};

static rd_kafka_t *new_consumer(struct task *task)
{
	const char *const pairs[] = { "bootstrap.servers", task->run->options.brokers,
				      "group.id", "bare-consume",
				      "enable.auto.commit", "false",
				      "enable.auto.offset.store", "false",
				      "fetch.message.max.bytes", "262144",
				      "queued.min.messages", "5000",
				      "queued.max.messages.kbytes", "4096",
				      NULL };
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];
	rd_kafka_t *rk;

	cw_bench_conf(conf, pairs);
	task->wakes = rd_kafka_conf_set(conf, "fetch.queue.backoff.ms", "1", why, sizeof(why)) != RD_KAFKA_CONF_OK;
	rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
	if (!rk)
		cw_bench_die("%s", why);
	return rk;
}

/* Metadata first: the assignment then finds its leaders at once instead of after half a second. */
static void assign(struct task *task)
{
	const struct options *options = &task->run->options;
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTITIONS_MAX);
	int32_t partitions = cw_bench_partitions(task->rk, options->topic, PARTITIONS_MAX);
	rd_kafka_resp_err_t err;

	for (int32_t p = 0; p < partitions; p++) {
		if ((size_t)p % options->tasks != task->number)
			continue;
		rd_kafka_topic_partition_list_add(list, options->topic, p)->offset = RD_KAFKA_OFFSET_BEGINNING;
		task->partitions[task->n_partitions++] = p;
		task->prefix_n[p] = (size_t)snprintf(task->prefix[p], sizeof(task->prefix[p]),
						     "{\"index\":{\"_id\":\"%s+%d+", options->topic, p);
	}
	err = rd_kafka_assign(task->rk, list);
	if (err)
		cw_bench_die("assign: %s", rd_kafka_err2str(err));
	rd_kafka_topic_partition_list_destroy(list);
}

/*
 * librdkafka before 2.2 that once found its queue full looks again only after up to a second. Any
 * request to the leader wakes it. One broker is assumed: one partition stands for all.
 */
static void wake_fetcher(struct task *task)
{
	int64_t low, high;

	rd_kafka_query_watermark_offsets(task->rk, task->run->options.topic, task->partitions[0], &low, &high, 1000);
	task->woken++;
}

static void write_document(struct task *task, const rd_kafka_message_t *message)
{
	size_t prefix_n = task->prefix_n[message->partition];
	char *start, *out;

	while (!(start = cw_bench_bulk_room(task->bulk, CW_BENCH_DOCUMENT_MAX(message->len) + 256)))
		cw_bench_bulk_serve(task->bulk, -1, 1000);
	memcpy(start, task->prefix[message->partition], prefix_n);
	out = cw_bench_decimal(start + prefix_n, (uint64_t)message->offset);
	memcpy(out, "\"}}\n", 4);
	out = cw_bench_document(message->payload, message->len, out + 4);
	if (out)
		cw_bench_bulk_wrote(task->bulk, out);
	else
		task->run->malformed++;
}

/*
 * Takes what the queue holds now, up to BATCH messages: how many there were. One by one, as the sink does:
 * rd_kafka_consume_batch_queue() of librdkafka before 2.1 can lose messages.
 */
static size_t take_batch(struct task *task)
{
	rd_kafka_message_t *message;
	size_t n = 0, records = 0;

	for (; n < BATCH && (message = rd_kafka_consume_queue(task->queue, 0)) != NULL; n++) {
		if (!message->err) {
			write_document(task, message);
			task->read[message->partition]++;
			records++;
		} else if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
			cw_bench_die("consume: %s", rd_kafka_message_errstr(message));
		}
		rd_kafka_message_destroy(message);
	}
	if (records && !task->run->first_us)
		task->run->first_us = (int64_t)(cw_bench_now_s() * 1e6);
	task->run->records += records;
	return n;
}

/* Who waits in vain says where it stands, instead of waiting for ever. */
static void check_stall(struct task *task)
{
	const struct run *run = task->run;
	char where[PARTITIONS_MAX * 48] = "";
	size_t used = 0;

	if (run->records != task->seen || task->seen_s == 0) {
		task->seen = run->records;
		task->seen_s = cw_bench_now_s();
	}
	if (cw_bench_now_s() - task->seen_s < STALL_S)
		return;
	for (size_t i = 0; i < task->n_partitions; i++) {
		int32_t p = task->partitions[i];
		int64_t low = -1, high = -1;

		rd_kafka_query_watermark_offsets(task->rk, run->options.topic, p, &low, &high, 1000);
		used += (size_t)snprintf(where + used, sizeof(where) - used, "; partition %d: %llu of %lld", p,
					 (unsigned long long)task->read[p], (long long)high);
	}
	cw_bench_die("%llu of %llu records came, and no more for %d s%s", (unsigned long long)run->records,
		     (unsigned long long)run->options.count, STALL_S, where);
}

static void *run_task(void *arg)
{
	struct task *task = arg;
	const struct options *options = &task->run->options;
	bool filled = false; /* the queue held enough for the fetcher to have stopped */

	while (task->run->records < options->count) {
		size_t n = take_batch(task), queued = rd_kafka_queue_length(task->queue);
		uint64_t drained;

		if (n + queued >= LOW_WATER)
			filled = true;
		if (filled && queued < LOW_WATER && task->wakes) {
			wake_fetcher(task);
			filled = false;
		}
		if (n || task->run->records >= options->count)
			continue;
		check_stall(task);
		cw_bench_bulk_flush(task->bulk);
		cw_bench_bulk_serve(task->bulk, task->wake_fd, 100);
		if (read(task->wake_fd, &drained, sizeof(drained)) < 0)
			continue; /* nothing new: a socket was ready, or the time is over */
	}
	cw_bench_bulk_drain(task->bulk);
	return NULL;
}

static void start(struct task *task)
{
	static const uint64_t one = 1;
	const struct options *options = &task->run->options;

	task->rk = new_consumer(task);
	rd_kafka_poll_set_consumer(task->rk);
	task->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	task->queue = rd_kafka_queue_get_consumer(task->rk);
	rd_kafka_queue_io_event_enable(task->queue, task->wake_fd, &one, sizeof(one));
	task->bulk = cw_bench_bulk_open(options->host, options->port, "bench", options->in_flight, options->body_bytes);
	assign(task);
	if (pthread_create(&task->thread, NULL, run_task, task) != 0)
		cw_bench_die("no thread");
}

/* "127.0.0.1:9200", with or without http:// before it. */
static void parse_url(char *url, struct options *options)
{
	char *host = strncmp(url, "http://", 7) == 0 ? url + 7 : url, *colon = strchr(host, ':');

	if (!colon)
		cw_bench_die("--url: \"%s\" is not HOST:PORT", url);
	*colon = '\0';
	options->host = host;
	options->port = (uint16_t)cw_bench_number("--url", colon + 1);
}

static void parse_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = { { "brokers", 1, 0, 'b' },    { "topic", 1, 0, 't' },
					       { "url", 1, 0, 'u' },	    { "count", 1, 0, 'n' },
					       { "tasks", 1, 0, 'k' },	    { "in-flight", 1, 0, 'f' },
					       { "body-bytes", 1, 0, 'y' }, { 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (c == 'b')
			options->brokers = optarg;
		else if (c == 't')
			options->topic = optarg;
		else if (c == 'u')
			parse_url(optarg, options);
		else if (c == 'n')
			options->count = cw_bench_number("--count", optarg);
		else if (c == 'k')
			options->tasks = cw_bench_number("--tasks", optarg);
		else if (c == 'f')
			options->in_flight = cw_bench_number("--in-flight", optarg);
		else if (c == 'y')
			options->body_bytes = cw_bench_number("--body-bytes", optarg);
		else
			exit(2);
	}
	if (!options->topic || !options->host || !options->count || !options->tasks || !options->in_flight)
		cw_bench_die("usage: bare_consume --brokers B --topic T --url HOST:PORT --count N [--tasks N] "
			     "[--in-flight N] [--body-bytes N]");
}

int main(int argc, char **argv)
{
	struct run run = { .options = { .brokers = "127.0.0.1:9092", .tasks = 1, .in_flight = 4, .body_bytes = 524288 } };
	struct task *tasks;
	uint64_t acknowledged = 0, woken = 0;
	double end;

	parse_options(argc, argv, &run.options);
	tasks = cw_alloc(run.options.tasks * sizeof(*tasks));
	for (size_t i = 0; i < run.options.tasks; i++) {
		tasks[i].run = &run;
		tasks[i].number = i;
		start(&tasks[i]);
	}
	for (size_t i = 0; i < run.options.tasks; i++) {
		pthread_join(tasks[i].thread, NULL);
		acknowledged += cw_bench_bulk_acknowledged(tasks[i].bulk);
		woken += tasks[i].woken;
		cw_bench_bulk_close(tasks[i].bulk);
	}
	end = cw_bench_now_s();
	printf("{\"records\":%llu,\"acknowledged\":%llu,\"malformed\":%llu,\"seconds\":%.6f,\"cpu_s\":%.6f,"
	       "\"peak_kb\":%ld,\"woken\":%llu}\n",
	       (unsigned long long)run.records, (unsigned long long)acknowledged, (unsigned long long)run.malformed,
	       end - (double)run.first_us / 1e6, cw_bench_cpu_s(), cw_bench_peak_kb(), (unsigned long long)woken);
	return acknowledged + run.malformed == run.records ? 0 : 1;
}
