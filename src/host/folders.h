/* folders - where plugins are looked for. */
#ifndef CW_HOST_FOLDERS_H
#define CW_HOST_FOLDERS_H

#include "config/worker_config.h"

/* plugin.path, or the installed folder when it is not set; borrowed from the configuration. */
static inline struct cw_list cw_plugin_folders(const struct cw_worker_config *worker)
{
	static const char *const installed[] = { CW_PLUGINDIR };

	return worker->plugin_path.n ? worker->plugin_path : (struct cw_list){ installed, 1 };
}

#endif
