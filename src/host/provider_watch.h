/*
 * provider_watch - what config providers answered and that does not hold for ever: each is asked for again when its
 * time is over, on a thread of the watch. When nobody answers, what there is holds on, and is asked for again.
 */
#ifndef CW_HOST_PROVIDER_WATCH_H
#define CW_HOST_PROVIDER_WATCH_H

#include "host/configured.h"

struct cw_provider {
	const char *alias; /* of the worker's config */
	struct cw_configured configured;
	void *state; /* NULL: not started */
	bool started;
};

struct cw_provider_watch;

/*
 * Asks: 0 with *text (new; NULL when there is nothing) and *ttl_ms (INT64_MAX: for ever), or -1 with *err. Under the
 * watch's lock.
 */
int cw_provider_ask(const struct cw_provider *provider, const char *path, const char *name, char **text,
		    int64_t *ttl_ms, struct cw_error *err);

struct cw_provider_watch *cw_provider_watch_new(const char *connector); /* the name is borrowed */
/* Around each use of a provider: a provider is for one thread at a time. */
void cw_provider_watch_lock(struct cw_provider_watch *watch);
void cw_provider_watch_unlock(struct cw_provider_watch *watch);
/*
 * Under the lock. The provider is borrowed; path, name and text are copied. An answer other than the one before counts
 * as a change.
 */
void cw_provider_watch_hold(struct cw_provider_watch *watch, const struct cw_provider *provider, const char *path,
			    const char *name, const char *text, int64_t ttl_ms);
/* Under the lock: what is held of that, lent; NULL when nothing is. */
const char *cw_provider_watch_held(const struct cw_provider_watch *watch, const struct cw_provider *provider,
				   const char *path, const char *name);
/* Starts the thread when anything is held; changed() is called on it, once, with the variable. */
void cw_provider_watch_start(struct cw_provider_watch *watch, void (*changed)(void *arg, const char *variable),
			     void *arg);
/* Ends it; NULL is fine. What it holds is overwritten. */
void cw_provider_watch_free(struct cw_provider_watch *watch);

#endif
