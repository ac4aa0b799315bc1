#include "config/worker_keys.h"

#include <string.h>

#define DISTRIBUTED "has no effect in standalone mode"
#define OWN_CLIENTS "has no effect: set producer.KEY or consumer.KEY, for the clients of connectors"
#define NOT_YET "has no effect: this version does not have this feature"
#define JAVA "has no effect: it is about the Java virtual machine"

static const struct cw_worker_key keys[] = {
	/* What the Kafka clients of connectors read. */
	{ "ssl.", CW_KEY_CLIENT,
	  "TLS to the brokers, with PEM files: ssl.ca.location, ssl.certificate.location, ssl.key.location, "
	  "ssl.key.password; or Kafka's ssl.truststore.* and ssl.keystore.* of the type PEM (PKCS12, too, for a key store)." },
	{ "sasl.", CW_KEY_CLIENT,
	  "Authentication to the brokers: sasl.mechanism, sasl.username and sasl.password, or sasl.jaas.config with the login "
	  "module for PLAIN, SCRAM, OAUTHBEARER or GSSAPI; for OAUTHBEARER sasl.oauthbearer.token.endpoint.url, too." },
	{ "client.dns.lookup", CW_KEY_CLIENT, "How broker names are resolved." },
	{ "request.timeout.ms", CW_KEY_CLIENT, "How long a client waits for a broker's answer, in milliseconds." },
	{ "reconnect.backoff.ms", CW_KEY_CLIENT, "Pause before a lost connection is made again, in milliseconds." },
	{ "reconnect.backoff.max.ms", CW_KEY_CLIENT, "The longest such pause, in milliseconds." },
	{ "metadata.max.age.ms", CW_KEY_CLIENT,
	  "After how long the brokers are asked for topics and partitions again, in milliseconds, at most an hour; 10000 "
	  "without it. Sinks with topics.regex find new topics then." },
	{ "connections.max.idle.ms", CW_KEY_CLIENT, "Idle time after which a connection is closed, in milliseconds." },
	{ "producer.", CW_KEY_CLIENT, "Settings of the producers of source connectors, as in producer.linger.ms." },
	{ "consumer.", CW_KEY_CLIENT, "Settings of the consumers of sink connectors, as in consumer.fetch.min.bytes." },
	{ "admin.", CW_KEY_CLIENT, "Settings of the admin clients of connectors, which create topics." },

	/* For admin.listeners what a row of the table is for listeners. */
	{ "admin.listeners.https.", CW_KEY_HTTPS,
	  "HTTPS on admin.listeners, where it differs: the same keys as under listeners.https." },

	/* Kafka Connect reads these for the worker's own clients, which standalone mode does not have. */
	{ "client.id", CW_KEY_NO_EFFECT, OWN_CLIENTS },
	{ "client.rack", CW_KEY_NO_EFFECT, OWN_CLIENTS },
	{ "retry.backoff.ms", CW_KEY_NO_EFFECT, OWN_CLIENTS },
	{ "retry.backoff.max.ms", CW_KEY_NO_EFFECT, OWN_CLIENTS },
	{ "socket.connection.setup.timeout.ms", CW_KEY_NO_EFFECT, OWN_CLIENTS },
	{ "socket.connection.setup.timeout.max.ms", CW_KEY_NO_EFFECT, OWN_CLIENTS },
	{ "send.buffer.bytes", CW_KEY_NO_EFFECT, OWN_CLIENTS },
	{ "receive.buffer.bytes", CW_KEY_NO_EFFECT, OWN_CLIENTS },

	/* What plugins read: the converters of connectors without converters of their own, and config providers. */
	{ "key.converter.", CW_KEY_PLUGIN, "Settings of key.converter, as its class has them." },
	{ "value.converter.", CW_KEY_PLUGIN, "Settings of value.converter, as its class has them." },
	{ "header.converter.", CW_KEY_PLUGIN, "Settings of header.converter, as its class has them." },
	{ "config.providers.", CW_KEY_PLUGIN, "Class (ALIAS.class) and settings (ALIAS.param.*) of config providers." },

	/* Distributed mode. */
	{ "config.storage.", CW_KEY_NO_EFFECT, DISTRIBUTED },
	{ "status.storage.", CW_KEY_NO_EFFECT, DISTRIBUTED },
	{ "session.timeout.ms", CW_KEY_NO_EFFECT, DISTRIBUTED },
	{ "heartbeat.interval.ms", CW_KEY_NO_EFFECT, DISTRIBUTED },
	{ "rebalance.timeout.ms", CW_KEY_NO_EFFECT, DISTRIBUTED },
	{ "worker.sync.timeout.ms", CW_KEY_NO_EFFECT, DISTRIBUTED },
	{ "worker.unsync.backoff.ms", CW_KEY_NO_EFFECT, DISTRIBUTED },
	{ "scheduled.rebalance.max.delay.ms", CW_KEY_NO_EFFECT, DISTRIBUTED },
	{ "connect.protocol", CW_KEY_NO_EFFECT, DISTRIBUTED },
	{ "inter.worker.", CW_KEY_NO_EFFECT, DISTRIBUTED },
	{ "metadata.recovery.strategy", CW_KEY_NO_EFFECT, DISTRIBUTED },
	{ "metadata.recovery.rebootstrap.trigger.ms", CW_KEY_NO_EFFECT, DISTRIBUTED },

	/* Known, without effect here. */
	{ "rest.advertised.listener", CW_KEY_NO_EFFECT, NOT_YET },
	{ "plugin.discovery", CW_KEY_NO_EFFECT, JAVA },
	{ "listeners.https.ssl.provider", CW_KEY_NO_EFFECT, JAVA },
	{ "listeners.https.ssl.keymanager.algorithm", CW_KEY_NO_EFFECT, JAVA },
	{ "listeners.https.ssl.trustmanager.algorithm", CW_KEY_NO_EFFECT, JAVA },
	{ "listeners.https.ssl.secure.random.implementation", CW_KEY_NO_EFFECT, JAVA },
	{ "listeners.https.ssl.endpoint.identification.algorithm", CW_KEY_NO_EFFECT,
	  "has no effect: it is about connections to other workers" },
	{ "metric.reporters", CW_KEY_NO_EFFECT, "has no effect: metrics are served at /metrics" },
	{ "metrics.", CW_KEY_NO_EFFECT, "has no effect: metrics are served at /metrics" },
	{ "auto.include.jmx.reporter", CW_KEY_NO_EFFECT, JAVA },
	{ "internal.key.converter", CW_KEY_NO_EFFECT, "has no effect: Kafka Connect dropped it in 3.0" },
	{ "internal.value.converter", CW_KEY_NO_EFFECT, "has no effect: Kafka Connect dropped it in 3.0" },
	{ "internal.key.converter.", CW_KEY_NO_EFFECT, "has no effect: Kafka Connect dropped it in 3.0" },
	{ "internal.value.converter.", CW_KEY_NO_EFFECT, "has no effect: Kafka Connect dropped it in 3.0" },

	/* To run on without these would be wrong or unsafe. */
	{ "rest.extension.classes", CW_KEY_UNSUPPORTED,
	  "is a list of Java classes; what such extensions are used for is built in: users with passwords "
	  "(rest.authentication.basic.file), tokens (rest.authentication.token.file), client certificates "
	  "(listeners.https.ssl.client.auth) and roles (rest.authorization.roles.file)" },
	{ "listeners.https.ssl.cipher.suites", CW_KEY_UNSUPPORTED,
	  "is not supported: the secure suites of the protocols are used; leave it empty" },
	{ "rest.host.name", CW_KEY_UNSUPPORTED, "was dropped by Kafka Connect 3.0: use listeners" },
	{ "rest.port", CW_KEY_UNSUPPORTED, "was dropped by Kafka Connect 3.0: use listeners" },
};

const struct cw_worker_key *cw_worker_keys(size_t *n)
{
	*n = sizeof(keys) / sizeof(*keys);
	return keys;
}

const struct cw_worker_key *cw_worker_key_find(const char *name)
{
	const struct cw_worker_key *best = NULL;
	size_t best_n = 0;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		size_t n = strlen(keys[i].name);

		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
		if (keys[i].name[n - 1] == '.' && strncmp(keys[i].name, name, n) == 0 && n > best_n && name[n]) {
			best = &keys[i];
			best_n = n;
		}
	}
	return best;
}
