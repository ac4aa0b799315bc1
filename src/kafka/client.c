#include "kafka/client.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hide.h"
#include "base/mem.h"
#include "config/overrides.h"
#include "kafka/chain.h"
#include "kafka/compression.h"
#include "kafka/oauth.h"
#include "kafka/oauth_keeper.h"
#include "kafka/security.h"

/* How long a call may block that does not hear of a stop. */
#define SLICE_MS 250
#define METADATA_AGE_MIN_MS 10LL
#define METADATA_AGE_MAX_MS 3600000LL
/* So much shorter than a transaction librdkafka wants each request to be. */
#define BEFORE_TRANSACTION_MS 100

static const char *const prefixes[] = { "producer.", "consumer.", "admin." };

/* Every producer: nothing acknowledged is lost or doubled, and a key is in the partition where Java's clients look. */
static const struct cw_client_default producer_defaults[] = {
	{ "acks", "all" },
	{ "enable.idempotence", "true" },
	{ "partitioner", "murmur2_random" },
	{ NULL, NULL },
};

/*
 * Every client: a broker that comes back is found again as soon as Java's clients find it (librdkafka's pauses
 * between two attempts grow to 10 s); and of a broker that hangs somebody else leads the partitions soon, which
 * only new metadata tell (librdkafka asks for them every 5 minutes).
 */
static const struct cw_client_default client_defaults[] = {
	{ "reconnect.backoff.max.ms", "1000" },
	{ "topic.metadata.refresh.interval.ms", "10000" },
	{ NULL, NULL },
};

/* The worker's keys that are every client's. */
static const char *const shared_prefixes[] = { "security.protocol", "sasl.", "ssl.", "bootstrap.servers",
					       "client.dns.lookup", "metadata.max.age.ms", "reconnect.backoff.",
					       "request.timeout.ms", "connections.max.idle.ms" };

/* Java name → librdkafka name; NULL: it has no meaning for librdkafka, or only for one that knows it by its name. */
static const struct {
	const char *java, *native;
} renamed[] = {
	{ "compression.gzip.level", NULL }, /* of the three that of the codec: see kafka/compression.h */
	{ "compression.lz4.level", NULL },
	{ "compression.zstd.level", NULL },
	{ "default.api.timeout.ms", NULL },
	{ "enable.metrics.push", NULL },
	{ "exclude.internal.topics", NULL },
	{ "fetch.max.wait.ms", "fetch.wait.max.ms" },
	{ "interceptor.classes", NULL },
	{ "key.deserializer", NULL },
	{ "key.serializer", NULL },
	{ "max.block.ms", NULL },
	{ "max.partition.fetch.bytes", "max.partition.fetch.bytes" },
	{ "max.poll.records", NULL }, /* the size of our batches */
	{ "max.request.size", "message.max.bytes" },
	{ "metadata.max.idle.ms", NULL },
	{ "metadata.recovery.rebootstrap.trigger.ms", NULL },
	{ "metadata.recovery.strategy", NULL },
	{ "metric.reporters", NULL },
	{ "metrics.num.samples", NULL },
	{ "metrics.recording.level", NULL },
	{ "metrics.sample.window.ms", NULL },
	{ "partitioner.adaptive.partitioning.enable", NULL },
	{ "partitioner.availability.timeout.ms", NULL },
	{ "partitioner.class", NULL },
	{ "receive.buffer.bytes", "socket.receive.buffer.bytes" },
	{ "reconnect.backoff.ms", "reconnect.backoff.ms" },
	{ "request.timeout.ms", "socket.timeout.ms" },
	{ "retry.backoff.max.ms", NULL },
	{ "send.buffer.bytes", "socket.send.buffer.bytes" },
	{ "socket.connection.setup.timeout.max.ms", NULL },
	{ "value.deserializer", NULL },
	{ "value.serializer", NULL },
};

/* A whole number from 0 on; -1: it is none. */
static long long number_of(const char *value)
{
	CW_AUTO_FREE char *trimmed = cw_trimmed(value);
	char *end;
	long long n = strtoll(trimmed, &end, 10);

	return end == trimmed || *end || n < 0 ? -1 : n;
}

static long long kbytes_of(long long bytes)
{
	return bytes / 1024 + (bytes % 1024 > 0);
}

/* How much a producer keeps of what Kafka has not got yet. librdkafka counts values only, in kilobytes, at least one. */
static int set_buffer_memory(rd_kafka_conf_t *conf, const char *value, const char *as_given, struct cw_error *err)
{
	long long bytes = number_of(value), kbytes = bytes > 0 ? kbytes_of(bytes) : 1;
	char text[24];

	if (bytes < 0)
		return cw_error_set(err, CW_ERR_INVALID, "%s: it is a number of bytes, not less than 0", as_given);
	snprintf(text, sizeof(text), "%lld", kbytes < INT_MAX ? kbytes : INT_MAX);
	return cw_native_set(conf, "queue.buffering.max.kbytes", text, as_given, err);
}

/*
 * After how long Java asks for topics and partitions again. librdkafka has a key of that name for something else, knows
 * only up to an hour, and does not ask at all with 0.
 */
static int set_metadata_age(rd_kafka_conf_t *conf, const char *value, const char *as_given, struct cw_error *err)
{
	long long n = number_of(value);
	char ms[24];

	if (n < 0)
		return cw_error_set(err, CW_ERR_INVALID, "%s: it is a time in milliseconds, not less than 0", as_given);
	snprintf(ms, sizeof(ms), "%lld", n < METADATA_AGE_MIN_MS ? METADATA_AGE_MIN_MS : n > METADATA_AGE_MAX_MS ?
		 METADATA_AGE_MAX_MS : n);
	return cw_native_set(conf, "topic.metadata.refresh.interval.ms", ms, as_given, err);
}

static bool is_known(const rd_kafka_conf_t *conf, const char *key)
{
	size_t n;

	return rd_kafka_conf_get(conf, key, NULL, &n) == RD_KAFKA_CONF_OK;
}

static int set_java(rd_kafka_conf_t *conf, const struct cw_client_key *given, struct cw_error *err)
{
	const char *key = given->key, *value = given->value, *as_given = given->as_given;

	/* Every librdkafka tries all addresses of a name; the older ones do not know the key. */
	if (strcmp(key, "client.dns.lookup") == 0 && strcmp(value, "use_all_dns_ips") == 0)
		return 0;
	if (strcmp(key, "metadata.max.age.ms") == 0)
		return set_metadata_age(conf, value, as_given, err);
	if (strcmp(key, "buffer.memory") == 0)
		return set_buffer_memory(conf, value, as_given, err);
	if (cw_security_is(key))
		return cw_security_set(conf, given, err);
	if (strcmp(key, "ssl.endpoint.identification.algorithm") == 0 && *value == '\0')
		return cw_native_set(conf, key, "none", as_given, err);
	for (size_t i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++)
		if (strcmp(renamed[i].java, key) == 0 && (renamed[i].native || !is_known(conf, key)))
			return renamed[i].native ? cw_native_set(conf, renamed[i].native, value, as_given, err) : 0;
	return cw_native_set(conf, key, value, as_given, err);
}

static bool is_shared(const char *key)
{
	for (size_t i = 0; i < sizeof(shared_prefixes) / sizeof(shared_prefixes[0]); i++)
		if (strncmp(key, shared_prefixes[i], strlen(shared_prefixes[i])) == 0)
			return true;
	return false;
}

/* All keys of `from` that begin with prefix. */
static int set_prefixed(rd_kafka_conf_t *conf, const struct cw_map *from, const char *prefix, struct cw_map *oauth,
			struct cw_error *err)
{
	CW_AUTO_FREE char *login = cw_format("%ssasl.jaas.config", prefix);
	size_t n = strlen(prefix);

	if (from && cw_map_get(from, login))
		cw_oauth_drop_client(oauth);
	for (size_t i = 0; from && i < from->n; i++) {
		const struct cw_map_entry *e = &from->entries[i];

		if (strncmp(e->key, prefix, n) != 0)
			continue;
		if (set_java(conf, &(struct cw_client_key){ from, prefix, e->key + n, e->value, e->key, oauth }, err) != 0)
			return -1;
	}
	return 0;
}

static int set_defaults(rd_kafka_conf_t *conf, const struct cw_client_default *defaults, struct cw_error *err)
{
	for (; defaults && defaults->key; defaults++)
		if (cw_native_set(conf, defaults->key, defaults->value, defaults->key, err) != 0)
			return -1;
	return 0;
}

static int set_given(rd_kafka_conf_t *conf, enum cw_client_kind kind, const struct cw_worker_config *worker,
		     const struct cw_map *connector, struct cw_map *oauth, struct cw_error *err)
{
	for (size_t i = 0; i < worker->raw.n; i++) {
		const struct cw_map_entry *e = &worker->raw.entries[i];
		struct cw_client_key key = { &worker->raw, "", e->key, e->value, e->key, oauth };

		if (is_shared(e->key) && set_java(conf, &key, err) != 0)
			return -1;
	}
	return set_prefixed(conf, &worker->raw, prefixes[kind], oauth, err) ||
	       set_prefixed(conf, connector, cw_override_prefix((enum cw_override_kind)kind), oauth, err) ||
	       cw_oauth_to_conf(conf, oauth, err);
}

static int set_all(rd_kafka_conf_t *conf, enum cw_client_kind kind, const struct cw_worker_config *worker,
		   const struct cw_map *connector, const struct cw_client_default *defaults, struct cw_error *err)
{
	struct cw_map oauth = { 0 };
	int ret;

	if (cw_native_set(conf, "bootstrap.servers", worker->bootstrap_servers, "bootstrap.servers", err) != 0)
		return -1;
	if (set_defaults(conf, client_defaults, err) != 0)
		return -1;
	if (kind == CW_CLIENT_PRODUCER && set_defaults(conf, producer_defaults, err) != 0)
		return -1;
	if (set_defaults(conf, defaults, err) != 0)
		return -1;
	ret = set_given(conf, kind, worker, connector, &oauth, err);
	cw_map_free_secret(&oauth);
	if (ret == 0 && kind == CW_CLIENT_PRODUCER)
		ret = cw_compression_set_level(conf, &worker->raw, connector, err);
	return ret;
}

/*
 * The framework's time for an answer must be shorter than a transaction, or librdkafka refuses both: it shortens
 * only what nobody has set.
 */
static void fit_into_transaction(rd_kafka_conf_t *conf)
{
	int64_t most = cw_client_number(conf, "transaction.timeout.ms", INT64_MAX) - BEFORE_TRANSACTION_MS;
	char value[32], text[256];

	if (cw_client_number(conf, "socket.timeout.ms", 0) != CW_CLIENT_ANSWER_MS || most >= CW_CLIENT_ANSWER_MS)
		return;
	snprintf(value, sizeof(value), "%lld", (long long)most);
	rd_kafka_conf_set(conf, "socket.timeout.ms", value, text, sizeof(text));
}

/* A record that is larger than all of its queue librdkafka would take never. */
static void fit_largest_record(rd_kafka_conf_t *conf)
{
	int64_t least = kbytes_of(cw_client_number(conf, "message.max.bytes", 0));
	char value[32], text[256];

	if (cw_client_number(conf, "queue.buffering.max.kbytes", least) >= least)
		return;
	snprintf(value, sizeof(value), "%lld", (long long)least);
	rd_kafka_conf_set(conf, "queue.buffering.max.kbytes", value, text, sizeof(text));
}

rd_kafka_conf_t *cw_client_conf(enum cw_client_kind kind, const struct cw_worker_config *worker,
				const struct cw_map *connector, const struct cw_client_default *defaults,
				struct cw_error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();

	if (set_all(conf, kind, worker, connector, defaults, err) != 0) {
		rd_kafka_conf_destroy(conf);
		return NULL;
	}
	if (kind == CW_CLIENT_PRODUCER) {
		fit_into_transaction(conf);
		fit_largest_record(conf);
	}
	return conf;
}

/* That a producer ends itself where it is to (see host/source_refused.h), and that this is an experiment of librdkafka's. */
static bool is_no_news(const char *facility, const char *text)
{
	return (strcmp(facility, "CONFWARN") == 0 && strstr(text, "property enable.gapless.guarantee is")) ||
	       (strcmp(facility, "FATAL") == 0 && strstr(text, "Gap-less ordering"));
}

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	const struct cw_log_scope *scope = rd_kafka_opaque(rk);
	enum cw_log_level ours = level <= LOG_ERR ? CW_LOG_WARN : level <= LOG_NOTICE ? CW_LOG_INFO : CW_LOG_DEBUG;

	if (is_no_news(facility, text))
		ours = CW_LOG_DEBUG;
	cw_log_write(scope, ours, "kafka %s: %s", facility, text);
}

rd_kafka_t *cw_client_new(enum cw_client_kind kind, rd_kafka_conf_t *conf, const struct cw_log_scope *scope,
			  struct cw_error *err)
{
	struct cw_oauth_keeper *keeper = cw_oauth_keeper_new(conf, scope);
	int certificates_fd = cw_chain_to_file(conf, rd_kafka_version());
	char text[512];
	rd_kafka_t *rk;

	rd_kafka_conf_set_log_cb(conf, on_log);
	rd_kafka_conf_set_opaque(conf, (void *)(uintptr_t)scope);
	rk = rd_kafka_new(kind == CW_CLIENT_CONSUMER ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER, conf, text, sizeof(text));
	if (certificates_fd >= 0)
		close(certificates_fd); /* it has read them */
	if (!rk) {
		rd_kafka_conf_destroy(conf);
		cw_error_set(err, CW_ERR_INVALID, "the Kafka client cannot be made: %s", text);
		return NULL;
	}
	if (keeper && cw_oauth_keeper_start(keeper, rk, err) != 0) {
		rd_kafka_destroy(rk);
		return NULL;
	}
	return rk;
}

const rd_kafka_metadata_t *cw_client_metadata(rd_kafka_t *client, rd_kafka_topic_t *topic, int64_t deadline_ms,
					      const _Atomic bool *stop)
{
	const rd_kafka_metadata_t *md;
	int64_t left;

	while ((left = deadline_ms - cw_clock_ms()) > 0 && !(stop && atomic_load(stop))) {
		int64_t asked_ms = cw_clock_ms();

		if (rd_kafka_metadata(client, !topic, topic, &md, left < SLICE_MS ? (int)left : SLICE_MS) ==
		    RD_KAFKA_RESP_ERR_NO_ERROR)
			return md;
		if (cw_clock_ms() - asked_ms < SLICE_MS / 10)
			poll(NULL, 0, SLICE_MS / 10); /* a connection that broke at once */
	}
	return NULL;
}

char *cw_client_text(const rd_kafka_conf_t *conf, const char *key)
{
	size_t size = 0;
	char *text;

	if (rd_kafka_conf_get(conf, key, NULL, &size) != RD_KAFKA_CONF_OK || size == 0)
		return cw_strdup("");
	text = cw_alloc(size);
	rd_kafka_conf_get(conf, key, text, &size);
	return text;
}

int64_t cw_client_number(const rd_kafka_conf_t *conf, const char *key, int64_t otherwise)
{
	char value[64], *end;
	size_t size = sizeof(value);
	long long n;

	if (rd_kafka_conf_get(conf, key, value, &size) != RD_KAFKA_CONF_OK)
		return otherwise;
	n = strtoll(value, &end, 10);
	return end == value || *end ? otherwise : n;
}
