#include "host/provider_watch.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "base/mem.h"

/* Between two questions for one answer, whatever its time; and after a question that was not answered, at most. */
#define PAUSE_MIN_MS 100
#define RETRY_MS 30000

struct held {
	struct held *next;
	const struct cw_provider *provider;
	char *path, *name, *text;
	int64_t due_ms, ttl_ms; /* monotonic */
};

struct cw_provider_watch {
	struct cw_log_scope scope;
	void (*changed)(void *arg, const char *variable);
	void *arg;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	bool running; /* the owner's: there is a thread to join */
	/* Under the lock: */
	struct held *held;
	const struct held *other; /* what is not as it was */
	_Atomic bool stop; /* set without it, so that it is seen while a provider is asked */
};

int cw_provider_ask(const struct cw_provider *provider, const char *path, const char *name, char **text,
		    int64_t *ttl_ms, struct cw_error *err)
{
	const struct cw_config_provider_ops *ops = provider->configured.plugin->config_provider;
	struct cw_error why = { 0 };

	*text = NULL;
	*ttl_ms = INT64_MAX;
	if (ops->get(provider->state, path, name, text, ttl_ms, &why) == CW_OK)
		return 0;
	cw_error_set(&why, CW_ERR_FATAL, "the config provider %s gave no answer", provider->alias);
	return cw_error_set(err, why.code, "%s", why.text);
}

/* ---- what is held ------------------------------------------------------------------------------ */

static struct held *find(const struct cw_provider_watch *watch, const struct cw_provider *provider, const char *path,
			 const char *name)
{
	struct held *held = watch->held;

	while (held && (held->provider != provider || strcmp(held->path, path) != 0 || strcmp(held->name, name) != 0))
		held = held->next;
	return held;
}

static void set_due(struct held *held, int64_t ttl_ms)
{
	held->ttl_ms = ttl_ms < PAUSE_MIN_MS ? PAUSE_MIN_MS : ttl_ms;
	/* A sum that does not fit is as good as for ever. */
	held->due_ms = held->ttl_ms > INT64_MAX / 2 ? INT64_MAX : cw_clock_ms() + held->ttl_ms;
}

void cw_provider_watch_hold(struct cw_provider_watch *watch, const struct cw_provider *provider, const char *path,
			    const char *name, const char *text, int64_t ttl_ms)
{
	struct held *held = find(watch, provider, path, name);

	if (!held) {
		held = cw_alloc(sizeof(*held));
		*held = (struct held){ .next = watch->held, .provider = provider, .path = cw_strdup(path),
				       .name = cw_strdup(name), .text = cw_strdup(text) };
		watch->held = held;
	} else if (strcmp(held->text, text) != 0) {
		watch->other = held;
	}
	set_due(held, ttl_ms);
	pthread_cond_signal(&watch->wake);
}

const char *cw_provider_watch_held(const struct cw_provider_watch *watch, const struct cw_provider *provider,
				   const char *path, const char *name)
{
	const struct held *held = find(watch, provider, path, name);

	return held ? held->text : NULL;
}

static struct held *next_due(const struct cw_provider_watch *watch)
{
	struct held *next = watch->held;

	for (struct held *held = watch->held; held; held = held->next)
		if (held->due_ms < next->due_ms)
			next = held;
	return next;
}

/* ---- the thread -------------------------------------------------------------------------------- */

static char *variable_of(const struct held *held)
{
	return cw_format("${%s:%s%s%s}", held->provider->alias, held->path, *held->path ? ":" : "", held->name);
}

/* Asks for one again. An answer that is not there any more is no other one: a restart would only end the connector. */
static void check(struct cw_provider_watch *watch, struct held *held)
{
	CW_AUTO_FREE char *variable = variable_of(held);
	CW_AUTO_FREE_SECRET char *text = NULL;
	struct cw_error why = { 0 };
	int64_t ttl_ms;

	if (cw_provider_ask(held->provider, held->path, held->name, &text, &ttl_ms, &why) == 0 && text) {
		if (strcmp(held->text, text) != 0)
			watch->other = held;
		set_due(held, ttl_ms);
		return;
	}
	set_due(held, held->ttl_ms < RETRY_MS ? held->ttl_ms : RETRY_MS);
	if (!watch->stop)
		log_warn(&watch->scope, "whether %s has changed cannot be seen, what it stood for is used on: %s", variable,
			 why.code ? why.text : "the config provider has nothing for it any more");
}

static void *run(void *arg)
{
	struct cw_provider_watch *watch = arg;
	CW_AUTO_FREE char *variable = NULL;

	pthread_mutex_lock(&watch->lock);
	while (!watch->stop && !watch->other) {
		struct held *next = next_due(watch);

		if (next && next->due_ms <= cw_clock_ms())
			check(watch, next);
		else
			cw_condition_wait(&watch->wake, &watch->lock, next ? next->due_ms : INT64_MAX);
	}
	if (watch->other && !watch->stop)
		variable = variable_of(watch->other);
	pthread_mutex_unlock(&watch->lock);
	if (variable)
		watch->changed(watch->arg, variable);
	return NULL;
}

/* ---- life -------------------------------------------------------------------------------------- */

struct cw_provider_watch *cw_provider_watch_new(const char *connector)
{
	struct cw_provider_watch *watch = cw_alloc(sizeof(*watch));

	watch->scope = (struct cw_log_scope){ .connector = connector, .task = -1 };
	pthread_mutex_init(&watch->lock, NULL);
	cw_condition_init(&watch->wake);
	return watch;
}

void cw_provider_watch_lock(struct cw_provider_watch *watch)
{
	pthread_mutex_lock(&watch->lock);
}

void cw_provider_watch_unlock(struct cw_provider_watch *watch)
{
	pthread_mutex_unlock(&watch->lock);
}

void cw_provider_watch_start(struct cw_provider_watch *watch, void (*changed)(void *arg, const char *variable),
			     void *arg)
{
	bool needed;

	pthread_mutex_lock(&watch->lock);
	needed = watch->held != NULL;
	pthread_mutex_unlock(&watch->lock);
	if (!needed || watch->running)
		return;
	watch->changed = changed;
	watch->arg = arg;
	watch->running = pthread_create(&watch->thread, NULL, run, watch) == 0;
	if (!watch->running)
		log_warn(&watch->scope, "no thread: what config providers answer is not asked for again");
}

void cw_provider_watch_free(struct cw_provider_watch *watch)
{
	if (!watch)
		return;
	watch->stop = true;
	pthread_mutex_lock(&watch->lock);
	pthread_cond_signal(&watch->wake);
	pthread_mutex_unlock(&watch->lock);
	if (watch->running)
		pthread_join(watch->thread, NULL);
	for (struct held *held = watch->held, *next; held; held = next) {
		next = held->next;
		free(held->path);
		free(held->name);
		cw_free_secret(held->text);
		free(held);
	}
	pthread_cond_destroy(&watch->wake);
	pthread_mutex_destroy(&watch->lock);
	free(watch);
}
