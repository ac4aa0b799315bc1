/*
 * oauth - logins at Kafka with a token of an identity provider (SASL OAUTHBEARER, the client credentials grant of
 * OAuth 2.0): what is needed for one, from Kafka's own keys and librdkafka's. Pure.
 *
 * The worker and its connectors have the same login whatever librdkafka is built with: oauth_keeper fetches the tokens.
 */
#ifndef CW_KAFKA_OAUTH_H
#define CW_KAFKA_OAUTH_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "connect-worker/connector.h"

/* When a token is renewed, as in Kafka's sasl.login.refresh.*. */
struct cw_oauth_window {
	double factor, jitter; /* of its time; jitter: so much later at most */
	int64_t min_ms;	       /* not sooner after it came */
	int64_t buffer_ms;     /* not later before it expires; both give way to a token that is short-lived */
};

struct cw_oauth {
	char *url, *client_id, *client_secret;
	char *scope;		  /* NULL: none */
	char *ca;		  /* PEM file of who may sign the certificate of the endpoint; NULL: the system's */
	char *sub_claim;	  /* the claim of a token that names who logs in */
	struct cw_map extensions; /* sent to the broker with each token */
	bool urlencode;		  /* id and secret, before they become HTTP's user and password */
	int64_t connect_timeout_ms, read_timeout_ms;
	int64_t backoff_ms, backoff_max_ms; /* of the pauses after failures */
	struct cw_oauth_window window;
};

/*
 * The settings of a client as they are gathered, later ones over earlier ones. `key` is one of those, with its value
 * checked: 0, or -1 with *err, which begins with as_given.
 */
bool cw_oauth_is(const char *key);
int cw_oauth_set(struct cw_map *settings, const char *key, const char *value, const char *as_given,
		 struct cw_error *err);
/* The options of OAuthBearerLoginModule, in the place of those that an earlier sasl.jaas.config had. The same. */
int cw_oauth_set_options(struct cw_map *settings, const struct cw_map *options, const char *as_given,
			 struct cw_error *err);
void cw_oauth_drop_options(struct cw_map *settings);
/* Before the keys of a level that has a sasl.jaas.config of its own: who logs in according to those above it. */
void cw_oauth_drop_client(struct cw_map *settings);

/*
 * Puts the settings into a conf whose mechanism is OAUTHBEARER, as sasl.oauthbearer.config; another conf stays as it
 * is. 0, or -1 with *err when something is missing.
 */
int cw_oauth_to_conf(rd_kafka_conf_t *conf, const struct cw_map *settings, struct cw_error *err);
/* And back: false when the conf has none. Freed with cw_oauth_free() in both cases. */
bool cw_oauth_from_conf(const rd_kafka_conf_t *conf, struct cw_oauth *out);
void cw_oauth_free(struct cw_oauth *oauth); /* overwrites it, too */

/* How long after now_ms a token that has come now and expires at expires_ms is renewed; random as in base/retry. */
int64_t cw_oauth_renew_after_ms(const struct cw_oauth_window *window, int64_t now_ms, int64_t expires_ms,
				uint64_t random);

#endif
