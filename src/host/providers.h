/*
 * providers - config providers: what stands for ${provider:[path:]key} in a config. The worker's file names them
 * (config.providers, config.providers.ALIAS.class, config.providers.ALIAS.param.*); variables are resolved in the
 * host, when a connector or task starts or is validated, and nowhere else.
 *
 * Main thread. What secrets stood for is overwritten when it is freed.
 */
#ifndef CW_HOST_PROVIDERS_H
#define CW_HOST_PROVIDERS_H

#include "config/worker_config.h"
#include "host/configured.h"
#include "host/provider_watch.h"
#include "host/task.h"

struct cw_providers {
	struct cw_task scope; /* what the plugins are told of where they are; it never runs, but it stops */
	struct cw_provider *list;
	size_t n;
	bool strict; /* what stands for nothing is an error, as it would otherwise be taken for the value */
	struct cw_map told; /* by what variables stood for: the variables, which may be seen instead */
	struct cw_provider_watch *watch; /* of what does not hold for ever */
};

/*
 * Starts the providers of the worker's config, which is borrowed like the connector's name. *providers is zero before and
 * stays where it is. 0, or -1 with *err; close it in both cases.
 */
int cw_providers_open(struct cw_providers *providers, struct cw_catalog *catalog, const struct cw_worker_config *worker,
		      const char *connector, struct cw_error *err);
/*
 * *resolved (empty before) gets all of `config`, with what the variables stand for; those of unknown providers and keys
 * stay as they are, the latter unless `strict`. *failed gets why for each key that cannot be resolved: 0, or -1 when there
 * is one.
 */
int cw_providers_resolve(struct cw_providers *providers, const struct cw_map *config, struct cw_map *resolved,
			 struct cw_map *failed);
/* Resolves the worker's own config in place. 0, or -1 with *err. */
int cw_providers_resolve_worker(struct cw_providers *providers, struct cw_worker_config *worker, struct cw_error *err);
/* An error's text without what variables stood for. */
void cw_providers_hide(const struct cw_providers *providers, struct cw_error *err);
/*
 * From now on providers are asked again when what they answered is to hold no longer. changed() is called once, on a
 * thread of its own, with a variable that stands for something else now; then nothing is asked any more.
 */
void cw_providers_watch(struct cw_providers *providers, void (*changed)(void *arg, const char *variable), void *arg);
/* Ends that thread first; what it waits for ends soon. */
void cw_providers_close(struct cw_providers *providers);

#endif
