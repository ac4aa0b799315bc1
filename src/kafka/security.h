/*
 * security - Kafka's own keys of logins and TLS, as Java has them, in librdkafka's: sasl.jaas.config,
 * ssl.truststore.* and ssl.keystore.*. What librdkafka cannot do is an error that says what can be done instead. Logins
 * by token are gathered for kafka/oauth.h.
 */
#ifndef CW_KAFKA_SECURITY_H
#define CW_KAFKA_SECURITY_H

#include <librdkafka/rdkafka.h>

#include "base/map.h"
#include "connect-worker/connector.h"

/* A key of a config, on its way to librdkafka. */
struct cw_client_key {
	const struct cw_map *all; /* the config that it is of */
	const char *prefix;       /* before it, there: "consumer." */
	const char *key, *value;
	const char *as_given;     /* with the prefix, for people */
	struct cw_map *oauth;     /* settings of a login by token, gathered for cw_oauth_to_conf() */
};

/* 0, or -1 with *err, which says nothing of a secret's value. */
int cw_native_set(rd_kafka_conf_t *conf, const char *name, const char *value, const char *as_given,
		  struct cw_error *err);

bool cw_security_is(const char *key); /* cw_security_set() is for it */
int cw_security_set(rd_kafka_conf_t *conf, const struct cw_client_key *key, struct cw_error *err);

/* What a librdkafka of this version (rd_kafka_version()) cannot do of what is asked for: a sentence, new, or NULL. */
char *cw_security_warning(const rd_kafka_conf_t *conf, int version);

#endif
