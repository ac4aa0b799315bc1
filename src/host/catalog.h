/*
 * catalog - the plugins that a host can use, by the names that a config gives them: those that come with the
 * worker first, then those of the shared objects in its folders, which are loaded when they are asked for.
 *
 * Main thread. What was found lives as long as the catalog.
 */
#ifndef CW_HOST_CATALOG_H
#define CW_HOST_CATALOG_H

#include <jansson.h>

#include "config/connector_config.h"
#include "host/plugin.h"

struct cw_catalog {
	const struct cw_list *plugin_path; /* borrowed */
	struct cw_loaded_plugin *loaded; /* what was found in files */
};

bool cw_plugin_converts_headers(const struct cw_plugin *plugin);
/* As cw_plugin_finder asks: a transformation, predicate, converter or config provider. */
const struct cw_plugin *cw_catalog_find(void *catalog, enum cw_plugin_kind kind, const char *asked);
/* The i-th of a kind that comes with the worker; NULL after the last. The catalog is not looked at. */
const struct cw_plugin *cw_catalog_at(void *catalog, enum cw_plugin_kind kind, size_t i);
/*
 * The source or sink whose class is `asked`. `hint` (NULL: none) is the file to try first. NULL with *err set when
 * there is none, or when it is refused.
 */
const struct cw_loaded_plugin *cw_catalog_connector(struct cw_catalog *catalog, const char *asked, const char *hint,
						    struct cw_error *err);
void cw_catalog_free(struct cw_catalog *catalog);

/*
 * {"plugins":[…],"refused":[…]} as supervisor/protocol.h says; new. Each file is looked at in a child
 * process of its own, so that one that crashes while it is loaded, or takes longer than most_ms, is refused like any other.
 * All of it takes at most about five times most_ms.
 */
json_t *cw_catalog_describe(const struct cw_list *plugin_path, int64_t most_ms);

#endif
