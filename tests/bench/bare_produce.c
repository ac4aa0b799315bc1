/*
 * bare_produce - the least that a program in C can do to bring access-log lines into Kafka with
 * acks=all and idempotence: librdkafka and lines that are made beforehand. Every delivery report is
 * counted. What it costs is what the source is compared with. It also fills topics, and sends at a
 * steady rate lines that carry the time, for measuring latency.
 *
 * The plain loop hands librdkafka what it takes. An idempotent producer of librdkafka 2.0.2 has one
 * request in flight for each partition, and while a second batch is ready its broker thread spins.
 * With --gated a partition gets its next batch, of exactly the size at which librdkafka sends, when the
 * one before is answered: nothing spins, at a fraction of the price.
 *
 * One thread and one producer for each task.
 */
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "bench_util.h"
#include "lines.h"

#define POOL_LINES 8192u /* made once and sent over and over */
#define PARTITIONS_MAX 64
#define PLAIN_BATCH 500u
#define GATED_BATCH 5000u
#define GATED_PARTITIONS 4
#define QUEUE_MESSAGES "20000" /* GATED_PARTITIONS * GATED_BATCH */
#define FLUSH_TIMEOUT_MS 60000

struct options {
	const char *brokers, *topic, *linger_ms;
	uint64_t count, rate; /* rate 0: as fast as possible */
	size_t tasks;
	int stamp, gated;
};

struct run {
	struct options options;
	char *pool;
	size_t ends[POOL_LINES + 1];
};

struct task {
	struct run *run;
	pthread_t thread;
	rd_kafka_t *rk;
	rd_kafka_topic_t *topic;
	uint64_t count, delivered, failed;
	int32_t partitions;
	size_t unanswered[PARTITIONS_MAX]; /* records sent and not reported yet */
};

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
	struct task *task = opaque;

	(void)rk;
	if (task->run->options.gated)
		task->unanswered[message->partition]--;
	if (message->err) {
		fprintf(stderr, "delivery: %s\n", rd_kafka_err2str(message->err));
		task->failed++;
	} else {
		task->delivered++;
	}
}

static void start(struct task *task)
{
	const struct options *options = &task->run->options;
	const char *const pairs[] = { "bootstrap.servers", options->brokers,
				      "acks", "all",
				      "enable.idempotence", "true",
				      "queue.buffering.max.messages", QUEUE_MESSAGES,
				      "linger.ms", options->linger_ms,
				      NULL };
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];

	cw_bench_conf(conf, pairs);
	if (options->gated)
		cw_bench_conf(conf, (const char *const[]){ "batch.num.messages", "5000", NULL });
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	rd_kafka_conf_set_opaque(conf, task);
	task->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	if (!task->rk)
		cw_bench_die("%s", why);
	task->topic = rd_kafka_topic_new(task->rk, options->topic, NULL);
	task->partitions = cw_bench_partitions(task->rk, options->topic, PARTITIONS_MAX);
	if (options->gated && task->partitions > GATED_PARTITIONS)
		cw_bench_die("--gated: the topic has %d partitions, the queue has room for the batches of %d", task->partitions,
			     GATED_PARTITIONS);
}

static void make_pool(struct run *run)
{
	size_t n = 0;

	run->pool = cw_alloc((size_t)POOL_LINES * CW_BENCH_LINE_MAX);
	for (size_t k = 0; k < POOL_LINES; k++) {
		run->ends[k] = n;
		n += cw_bench_line(k, 0, run->pool + n);
	}
	run->ends[POOL_LINES] = n;
	run->pool = cw_realloc(run->pool, n);
}

/* The lines from number `first` on as slices of the pool: nothing is copied, nothing is to be freed. */
static void fill(const struct run *run, uint64_t first, rd_kafka_message_t *messages, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = (size_t)((first + i) % POOL_LINES);

		messages[i].payload = run->pool + run->ends[k];
		messages[i].len = run->ends[k + 1] - run->ends[k];
	}
}

static void produce_plain(struct task *task)
{
	rd_kafka_message_t *messages = cw_alloc(PLAIN_BATCH * sizeof(*messages));

	for (uint64_t sent = 0; sent < task->count;) {
		size_t n = task->count - sent < PLAIN_BATCH ? (size_t)(task->count - sent) : PLAIN_BATCH, begin = 0;

		fill(task->run, sent, messages, n);
		while (begin < n) {
			int taken = rd_kafka_produce_batch(task->topic, RD_KAFKA_PARTITION_UA, 0, messages + begin,
							   (int)(n - begin));

			begin += taken > 0 ? (size_t)taken : 0;
			if (begin < n && messages[begin].err != RD_KAFKA_RESP_ERR__QUEUE_FULL)
				cw_bench_die("produce: %s", rd_kafka_err2str(messages[begin].err));
			rd_kafka_poll(task->rk, begin < n ? 10 : 0);
		}
		sent += n;
	}
	free(messages);
}

static void produce_gated(struct task *task)
{
	rd_kafka_message_t *messages = cw_alloc(GATED_BATCH * sizeof(*messages));

	for (uint64_t sent = 0; sent < task->count;) {
		uint64_t before = sent;

		for (int32_t p = 0; p < task->partitions && sent < task->count; p++) {
			size_t n = task->count - sent < GATED_BATCH ? (size_t)(task->count - sent) : GATED_BATCH;

			if (task->unanswered[p])
				continue;
			fill(task->run, sent, messages, n);
			if (rd_kafka_produce_batch(task->topic, p, 0, messages, (int)n) != (int)n)
				cw_bench_die("produce: %s", rd_kafka_err2str(messages[n - 1].err));
			task->unanswered[p] = n;
			sent += n;
		}
		rd_kafka_poll(task->rk, sent == before ? 100 : 0);
	}
	free(messages);
}

static void sleep_until(double when)
{
	struct timespec t = { .tv_sec = (time_t)when, .tv_nsec = (long)((when - (double)(time_t)when) * 1e9) };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static int64_t epoch_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* One by one, each at its time. */
static void produce_paced(struct task *task)
{
	const struct options *options = &task->run->options;
	double began = cw_bench_now_s();

	for (uint64_t k = 0; k < task->count; k++) {
		char line[CW_BENCH_LINE_MAX];
		int32_t partition = (int32_t)(k % (uint64_t)task->partitions);
		size_t n;

		sleep_until(began + (double)k * (double)options->tasks / (double)options->rate);
		n = cw_bench_line(k, options->stamp ? epoch_us() : 0, line);
		while (rd_kafka_produce(task->topic, partition, RD_KAFKA_MSG_F_COPY, line, n, NULL, 0, NULL) != 0) {
			if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
				cw_bench_die("produce: %s", rd_kafka_err2str(rd_kafka_last_error()));
			rd_kafka_poll(task->rk, 10);
		}
		rd_kafka_poll(task->rk, 0);
	}
}

static void *run_task(void *arg)
{
	struct task *task = arg;

	if (task->run->options.rate)
		produce_paced(task);
	else if (task->run->options.gated)
		produce_gated(task);
	else
		produce_plain(task);
	if (rd_kafka_flush(task->rk, FLUSH_TIMEOUT_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
		cw_bench_die("not everything was delivered in %d ms", FLUSH_TIMEOUT_MS);
	return NULL;
}

static void parse_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = { { "brokers", 1, 0, 'b' }, { "topic", 1, 0, 't' },     { "count", 1, 0, 'n' },
					       { "tasks", 1, 0, 'k' },	 { "rate", 1, 0, 'r' },	     { "stamp", 0, 0, 's' },
					       { "gated", 0, 0, 'g' },	 { "linger-ms", 1, 0, 'l' }, { 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (c == 'b')
			options->brokers = optarg;
		else if (c == 't')
			options->topic = optarg;
		else if (c == 'n')
			options->count = cw_bench_number("--count", optarg);
		else if (c == 'k')
			options->tasks = cw_bench_number("--tasks", optarg);
		else if (c == 'r')
			options->rate = cw_bench_number("--rate", optarg);
		else if (c == 's')
			options->stamp = 1;
		else if (c == 'g')
			options->gated = 1;
		else if (c == 'l')
			options->linger_ms = optarg;
		else
			exit(2);
	}
	if (!options->topic || !options->count || !options->tasks)
		cw_bench_die("usage: bare_produce --brokers B --topic T --count N [--tasks N] [--rate PER_SECOND] [--stamp] "
			     "[--linger-ms MS] [--gated]");
}

int main(int argc, char **argv)
{
	struct run run = { .options = { .brokers = "127.0.0.1:9092", .tasks = 1, .linger_ms = "5" } };
	struct task *tasks;
	uint64_t delivered = 0, failed = 0;
	double began = cw_bench_now_s();

	parse_options(argc, argv, &run.options);
	make_pool(&run);
	tasks = cw_alloc(run.options.tasks * sizeof(*tasks));
	for (size_t i = 0; i < run.options.tasks; i++) {
		tasks[i].run = &run;
		tasks[i].count = run.options.count / run.options.tasks + (i < run.options.count % run.options.tasks);
		start(&tasks[i]);
		if (pthread_create(&tasks[i].thread, NULL, run_task, &tasks[i]) != 0)
			cw_bench_die("no thread");
	}
	for (size_t i = 0; i < run.options.tasks; i++) {
		pthread_join(tasks[i].thread, NULL);
		delivered += tasks[i].delivered;
		failed += tasks[i].failed;
		rd_kafka_topic_destroy(tasks[i].topic);
		rd_kafka_destroy(tasks[i].rk);
	}
	printf("{\"records\":%llu,\"failed\":%llu,\"seconds\":%.6f,\"cpu_s\":%.6f,\"peak_kb\":%ld,\"line_bytes\":%.1f}\n",
	       (unsigned long long)delivered, (unsigned long long)failed, cw_bench_now_s() - began,
	       cw_bench_cpu_s(), cw_bench_peak_kb(), (double)run.ends[POOL_LINES] / POOL_LINES);
	return delivered == run.options.count ? 0 : 1;
}
