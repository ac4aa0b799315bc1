#include "kafka/oauth_keeper.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/mem.h"
#include "base/repeats.h"
#include "base/retry.h"
#include "kafka/oauth.h"
#include "kafka/oauth_token.h"

#define NAME "connect-worker"
/* However short-lived tokens are, an endpoint is not asked more often. */
#define RENEWAL_MIN_MS 500
#define FAILURE_MIN_MS 50 /* also where the settings ask for no pause */
/* How often the clock is looked at: a machine may have slept, and its clock may have been set. */
#define LOOK_MS 30000

struct cw_oauth_keeper {
	const struct cw_log_scope *scope;
	struct cw_oauth oauth;
	rd_kafka_t *client;
	pthread_t thread;
	bool running;
	atomic_bool stop; /* changed with the lock, for `changed` */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* The thread's own. */
	struct cw_repeats said;
	struct cw_retry retry;
	unsigned random;
};

/* ---- the thread ---------------------------------------------------------------------------------- */

static void wait_ms(struct cw_oauth_keeper *k, int64_t ms)
{
	int64_t until_ms = cw_clock_ms() + ms;

	pthread_mutex_lock(&k->lock);
	while (!atomic_load(&k->stop) && cw_condition_wait(&k->changed, &k->lock, until_ms))
		;
	pthread_mutex_unlock(&k->lock);
}

/* Until that time has passed by either clock. */
static void wait_for_renewal(struct cw_oauth_keeper *k, int64_t ms)
{
	int64_t monotonic_ms = cw_clock_ms() + ms, epoch_ms = cw_clock_epoch_ms() + ms;

	while (!atomic_load(&k->stop)) {
		int64_t left_ms = monotonic_ms - cw_clock_ms(), by_date_ms = epoch_ms - cw_clock_epoch_ms();

		if (by_date_ms < left_ms)
			left_ms = by_date_ms;
		if (left_ms <= 0)
			return;
		wait_ms(k, left_ms < LOOK_MS ? left_ms : LOOK_MS);
	}
}

/* librdkafka's own words for a refusal may show the token. */
static int hand_over(struct cw_oauth_keeper *k, const struct cw_oauth_token *token, struct cw_error *err)
{
	const struct cw_map *extensions = &k->oauth.extensions;
	const char **list = cw_alloc((2 * extensions->n + 1) * sizeof(*list));
	rd_kafka_resp_err_t refused;
	char why[512];

	for (size_t i = 0; i < extensions->n; i++) {
		list[2 * i] = extensions->entries[i].key;
		list[2 * i + 1] = extensions->entries[i].value;
	}
	refused = rd_kafka_oauthbearer_set_token(k->client, token->text, token->expires_ms, token->principal, list,
						 2 * extensions->n, why, sizeof(why));
	free(list);
	explicit_bzero(why, sizeof(why));
	if (!refused)
		return 0;
	return cw_error_set(err, CW_ERR_RETRIABLE, "the Kafka client does not take the token of %.200s: %s",
			    k->oauth.client_id, rd_kafka_err2str(refused));
}

static int64_t time_of_renewal(struct cw_oauth_keeper *k, const struct cw_oauth_token *token)
{
	int64_t now_ms = cw_clock_epoch_ms();
	int64_t after_ms = cw_oauth_renew_after_ms(&k->oauth.window, now_ms, token->expires_ms, cw_jitter(&k->random));

	if (k->retry.attempt)
		log_info(k->scope, "login at Kafka: %s has a token again", token->principal);
	log_debug(k->scope, "login at Kafka: a token for %s, valid for %lld s, renewed after %lld s", token->principal,
		  (long long)(token->expires_ms - now_ms) / 1000, (long long)after_ms / 1000);
	k->retry = (struct cw_retry){ 0 };
	k->said = (struct cw_repeats){ 0 };
	return after_ms < RENEWAL_MIN_MS ? RENEWAL_MIN_MS : after_ms;
}

/* How long the client has no need of another token; -1 with *err, and *after_ms as the endpoint wants it. */
static int64_t get_token(struct cw_oauth_keeper *k, int64_t *after_ms, struct cw_error *err)
{
	struct cw_oauth_token token;
	int64_t renewal_ms = -1;

	if (cw_oauth_token_fetch(&k->oauth, &k->stop, &token, after_ms, err) == 0 && hand_over(k, &token, err) == 0)
		renewal_ms = time_of_renewal(k, &token);
	cw_oauth_token_free(&token);
	return renewal_ms;
}

static void after_failure(struct cw_oauth_keeper *k, int64_t after_ms, const struct cw_error *err)
{
	const struct cw_retry_policy for_ever = { -1, k->oauth.backoff_ms, k->oauth.backoff_max_ms };
	int64_t now_ms = cw_clock_ms(), ms;

	if (atomic_load(&k->stop))
		return;
	if (cw_repeats_say(&k->said, err->text, now_ms))
		log_warn(k->scope, "login at Kafka: %s; it is tried again", err->text);
	ms = cw_retry_next(&k->retry, &for_ever, now_ms, after_ms, cw_jitter(&k->random));
	wait_ms(k, ms < FAILURE_MIN_MS ? FAILURE_MIN_MS : ms);
}

static void *keep(void *arg)
{
	struct cw_oauth_keeper *k = arg;

	while (!atomic_load(&k->stop)) {
		struct cw_error err = { 0 };
		int64_t after_ms = 0, renewal_ms = get_token(k, &after_ms, &err);

		if (renewal_ms >= 0)
			wait_for_renewal(k, renewal_ms);
		else
			after_failure(k, after_ms, &err);
	}
	return NULL;
}

/* ---- the client's life ---------------------------------------------------------------------------- */

/* librdkafka wants to be asked for tokens when somebody polls it; the thread does not wait for that. */
static void on_refresh(rd_kafka_t *client, const char *config, void *opaque)
{
	(void)client;
	(void)config;
	(void)opaque;
}

/* Before the client's insides go. */
static rd_kafka_resp_err_t on_destroy(rd_kafka_t *client, void *arg)
{
	struct cw_oauth_keeper *k = arg;

	(void)client;
	if (!k->running)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	pthread_mutex_lock(&k->lock);
	atomic_store(&k->stop, true);
	pthread_cond_broadcast(&k->changed);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	k->running = false;
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* librdkafka takes more interceptors of a client only while it makes it. */
static rd_kafka_resp_err_t on_new(rd_kafka_t *client, const rd_kafka_conf_t *conf, void *arg, char *text, size_t size)
{
	(void)conf;
	(void)text;
	(void)size;
	return rd_kafka_interceptor_add_on_destroy(client, NAME, on_destroy, arg);
}

static rd_kafka_resp_err_t on_conf_destroy(void *arg)
{
	struct cw_oauth_keeper *k = arg;

	cw_oauth_free(&k->oauth);
	pthread_cond_destroy(&k->changed);
	pthread_mutex_destroy(&k->lock);
	free(k);
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

struct cw_oauth_keeper *cw_oauth_keeper_new(rd_kafka_conf_t *conf, const struct cw_log_scope *scope)
{
	struct cw_oauth oauth;
	struct cw_oauth_keeper *k;

	if (!cw_oauth_from_conf(conf, &oauth)) {
		cw_oauth_free(&oauth);
		return NULL;
	}
	k = cw_alloc(sizeof(*k));
	k->oauth = oauth;
	k->scope = scope;
	k->random = (unsigned)(cw_clock_ns() ^ (int64_t)(uintptr_t)k);
	pthread_mutex_init(&k->lock, NULL);
	cw_condition_init(&k->changed);
	rd_kafka_conf_set_oauthbearer_token_refresh_cb(conf, on_refresh);
	rd_kafka_conf_interceptor_add_on_new(conf, NAME, on_new, k);
	rd_kafka_conf_interceptor_add_on_conf_destroy(conf, NAME, on_conf_destroy, k);
	return k;
}

int cw_oauth_keeper_start(struct cw_oauth_keeper *k, rd_kafka_t *client, struct cw_error *err)
{
	sigset_t all, before;
	int failed;

	k->client = client;
	/* Signals are the process's other threads'. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&k->thread, NULL, keep, k);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	k->running = !failed;
	return failed ? cw_error_set(err, CW_ERR_RETRIABLE, "the thread for the login at Kafka cannot be started: %s",
				     strerror(failed)) : 0;
}
