/*
 * plugin - loads plugins: dlopen, one symbol, the ABI check. Runs in connect-host only.
 *
 * What was used stays loaded: a thread of the plugin might still be inside it.
 */
#ifndef CW_HOST_PLUGIN_H
#define CW_HOST_PLUGIN_H

#include <jansson.h>

#include "connect-worker/connector.h"

/* A descriptor as this worker knows it: what an older plugin lacks is zero. */
struct cw_loaded_plugin {
	struct cw_plugin plugin;
	struct cw_connector_ops ops;
	char *file;
	void *handle; /* of dlopen(3) */
};

/* NULL with *err set to why the file is refused. New. */
struct cw_loaded_plugin *cw_plugin_load(const char *file, struct cw_error *err);
/* Forgets one that was never used, code and all. */
void cw_plugin_unload(struct cw_loaded_plugin *plugin);
/* Forgets one that was used; its code stays loaded. NULL is fine. */
void cw_plugin_free(struct cw_loaded_plugin *plugin);

/* Whether `asked` names the class: in full, by simple name, or without the suffix "Connector". */
bool cw_plugin_class_matches(const char *class_name, const char *asked);

/*
 * The plugin whose class is `asked`, in the *.so files of the folders, in order. `hint` (NULL: none) is
 * the file to try first. NULL with *err set when there is none.
 */
struct cw_loaded_plugin *cw_plugin_find(const struct cw_list *folders, const char *asked, const char *hint,
					struct cw_error *err);

/*
 * {"plugins":[…],"refused":[…]} as supervisor/protocol.h says; new. Each file is looked at in a child
 * process of its own, so that one that crashes while it is loaded is refused like any other.
 */
json_t *cw_plugins_describe(const struct cw_list *folders);

#endif
