/* configured - a plugin that is no connector, with its settings; main thread, until it is freed. */
#ifndef CW_HOST_CONFIGURED_H
#define CW_HOST_CONFIGURED_H

#include "host/catalog.h"

struct cw_configured {
	const struct cw_plugin *plugin; /* NULL: none */
	void *config;                   /* the struct that its table fills */
	struct cw_config_memory *memory;
};

/*
 * Finds the class `asked`, which is the value of `key`, and fills its config from `settings`, whose keys stand under
 * `prefix` in the config that an error talks of. *out is zero before. 0, or -1 with *err; free it in both cases.
 */
int cw_configured_make(struct cw_configured *out, struct cw_catalog *catalog, enum cw_plugin_kind kind, const char *asked,
		       const char *key, const struct cw_map *settings, const char *prefix, struct cw_error *err);
void cw_configured_free(struct cw_configured *configured);

#endif
