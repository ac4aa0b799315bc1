#include "aws_keys.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "aws/credentials.h"
#include "base/clock.h"
#include "base/mem.h"

#define TIMEOUT_MS 5000
/* Keys are found anew so long before they run out, or after half of the time that they have. */
#define RENEW_MS (5 * 60 * 1000)
/* When that fails it is tried again after this, then twice as long, and so on. */
#define RETRY_MS 1000
#define RETRY_MAX_MS 30000
/* How often it is looked whether the clock was set. */
#define LOOK_MS 30000

/*
 * A moment by both clocks. It has come when one of them says so: the one of the time of day may be set back, or be put
 * right after the keys were found by it, and the monotonic one stands still while the machine sleeps.
 */
struct moment {
	int64_t epoch_ms, ms;
};

struct cw_aws_keys {
	struct cw_context stop_ctx; /* first: the thread's questions end when this is asked to stop */
	const struct cw_context *ctx;
	struct cw_aws_place place;
	struct cw_aws_credentials now;
	struct moment end; /* of `now`; epoch_ms INT64_MAX: never */
	pthread_t thread;
	bool threaded;
	atomic_bool stopping;
	pthread_mutex_t lock; /* of `now` and `end`, and for `wake` */
	pthread_cond_t wake;
};

static bool is_stopping(const struct cw_context *ctx)
{
	const struct cw_aws_keys *keys = (const struct cw_aws_keys *)(const void *)ctx;

	return atomic_load(&keys->stopping);
}

static const struct cw_host stop_host = { .size = sizeof(stop_host), .stopping = is_stopping };

static struct moment moment_in(int64_t ms)
{
	return (struct moment){ cw_clock_epoch_ms() + ms, cw_clock_ms() + ms };
}

static bool has_come(struct moment moment)
{
	return moment.ms <= cw_clock_ms() || moment.epoch_ms <= cw_clock_epoch_ms();
}

/* When keys that end then are to be found anew. */
static struct moment when_to_renew(struct moment end)
{
	int64_t left = end.ms - cw_clock_ms();

	return moment_in(left > 2 * RENEW_MS ? left - RENEW_MS : left > 2 * RETRY_MS ? left / 2 : RETRY_MS);
}

/* Until then, or until the task stops. With the lock. */
static void wait_until(struct cw_aws_keys *keys, struct moment moment)
{
	while (!atomic_load(&keys->stopping) && !has_come(moment)) {
		int64_t look = cw_clock_ms() + LOOK_MS, ms = moment.ms < look ? moment.ms : look;
		struct timespec until = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * CW_NS_PER_MS };

		pthread_cond_timedwait(&keys->wake, &keys->lock, &until);
	}
}

/* With the lock, or before there is a thread. */
static void take(struct cw_aws_keys *keys, struct cw_aws_credentials found)
{
	keys->now = found;
	keys->end = (struct moment){ INT64_MAX, INT64_MAX };
	if (found.expires_ms != INT64_MAX)
		keys->end = moment_in(found.expires_ms - cw_clock_epoch_ms());
}

/* Without the lock, but for the moment in which they are taken. */
static int renew(struct cw_aws_keys *keys, struct cw_error *err)
{
	const struct cw_aws_client client = { .timeout_ms = TIMEOUT_MS, .ctx = &keys->stop_ctx };
	struct cw_aws_credentials found = { 0 }, old;

	if (cw_aws_credentials_find(&client, &keys->place, &found, err) != 0)
		return -1;
	pthread_mutex_lock(&keys->lock);
	old = keys->now;
	take(keys, found);
	pthread_mutex_unlock(&keys->lock);
	cw_aws_credentials_free(&old);
	return 0;
}

static void *run(void *arg)
{
	struct cw_aws_keys *keys = arg;
	struct moment due = when_to_renew(keys->end);
	int64_t retry_ms = RETRY_MS;

	pthread_mutex_lock(&keys->lock);
	for (wait_until(keys, due); !atomic_load(&keys->stopping); wait_until(keys, due)) {
		struct cw_error err = { 0 };
		bool renewed;

		pthread_mutex_unlock(&keys->lock);
		renewed = renew(keys, &err) == 0;
		if (!renewed && !atomic_load(&keys->stopping))
			cw_log(keys->ctx, CW_LOG_WARN,
			       "the keys that requests are signed with run out, and new ones are not found yet: %s", err.text);
		due = renewed ? when_to_renew(keys->end) : moment_in(retry_ms);
		retry_ms = renewed ? RETRY_MS : retry_ms * 2 < RETRY_MAX_MS ? retry_ms * 2 : RETRY_MAX_MS;
		pthread_mutex_lock(&keys->lock);
	}
	pthread_mutex_unlock(&keys->lock);
	return NULL;
}

static int find_first(struct cw_aws_keys *keys, struct cw_error *err)
{
	const struct cw_aws_client client = { .timeout_ms = TIMEOUT_MS, .ctx = keys->ctx };
	struct cw_aws_credentials found = { 0 };

	if (cw_aws_credentials_find(&client, &keys->place, &found, err) != 0)
		return -1;
	take(keys, found);
	cw_log(keys->ctx, CW_LOG_INFO, "requests are signed with the keys of %s", keys->now.source);
	if (keys->now.expires_ms == INT64_MAX)
		return 0;
	if (pthread_create(&keys->thread, NULL, run, keys) != 0)
		return cw_error_set(err, CW_ERR_RETRIABLE, "no thread: keys that run out cannot be found anew");
	keys->threaded = true;
	return 0;
}

struct cw_aws_keys *cw_aws_keys_new(const struct cw_context *ctx, const struct cw_es_config *config,
				    struct cw_error *err)
{
	struct cw_aws_keys *keys = cw_alloc(sizeof(*keys));
	pthread_condattr_t attributes;

	keys->ctx = ctx;
	keys->stop_ctx = (struct cw_context){ .size = sizeof(keys->stop_ctx), .host = &stop_host };
	keys->place = (struct cw_aws_place){ .region = config->aws_region, .profile = config->aws_profile };
	pthread_mutex_init(&keys->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&keys->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	if (config->aws_key_id && *config->aws_key_id) {
		take(keys, (struct cw_aws_credentials){ cw_strdup(config->aws_key_id), cw_strdup(config->aws_secret),
							cw_strdup(config->aws_token), INT64_MAX,
							cw_strdup("the settings") });
	} else if (find_first(keys, err) != 0) {
		cw_aws_keys_free(keys);
		return NULL;
	}
	return keys;
}

void cw_aws_keys_free(struct cw_aws_keys *keys)
{
	if (!keys)
		return;
	if (keys->threaded) {
		pthread_mutex_lock(&keys->lock);
		atomic_store(&keys->stopping, true);
		pthread_cond_signal(&keys->wake);
		pthread_mutex_unlock(&keys->lock);
		pthread_join(keys->thread, NULL);
	}
	cw_aws_credentials_free(&keys->now);
	pthread_cond_destroy(&keys->wake);
	pthread_mutex_destroy(&keys->lock);
	free(keys);
}

const struct cw_aws_credentials *cw_aws_keys_hold(struct cw_aws_keys *keys)
{
	pthread_mutex_lock(&keys->lock);
	return &keys->now;
}

void cw_aws_keys_release(struct cw_aws_keys *keys)
{
	pthread_mutex_unlock(&keys->lock);
}

bool cw_aws_keys_run_out(const struct cw_aws_keys *keys, int64_t within_ms)
{
	return has_come((struct moment){ keys->end.epoch_ms - within_ms, keys->end.ms - within_ms });
}
