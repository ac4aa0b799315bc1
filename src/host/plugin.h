/*
 * plugin - loads plugins: dlopen, one symbol, the ABI check. Runs in connect-host only.
 *
 * What was used stays loaded: a thread of the plugin might still be inside it.
 */
#ifndef CW_HOST_PLUGIN_H
#define CW_HOST_PLUGIN_H

#include "connect-worker/connector.h"

/* A descriptor as this worker knows it: what an older plugin lacks is zero. */
struct cw_loaded_plugin {
	struct cw_plugin plugin; /* its functions are those below */
	struct cw_connector_ops ops; /* sources and sinks */
	union {
		struct cw_transformation_ops transformation;
		struct cw_predicate_ops predicate;
		struct cw_converter_ops converter;
		struct cw_config_provider_ops config_provider;
	} other_ops;
	char *file;
	void *handle; /* of dlopen(3): each plugin of a file has one */
	struct cw_loaded_plugin *next;
};

/* The plugins of a file, linked by next, in its order. NULL with *err set to why the file is refused. New. */
struct cw_loaded_plugin *cw_plugin_load(const char *file, struct cw_error *err);
/* Forgets one that was never used, code and all. */
void cw_plugin_unload(struct cw_loaded_plugin *plugin);
/* Forgets one that was used; its code stays loaded. NULL is fine. */
void cw_plugin_free(struct cw_loaded_plugin *plugin);

#endif
