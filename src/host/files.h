/* files - the *.so files of plugin folders. */
#ifndef CW_HOST_FILES_H
#define CW_HOST_FILES_H

#include "connect-worker/connector.h"

struct cw_files {
	char **names;
	size_t n, cap;
};

/*
 * Of the folders of plugin.path in order, then of the installed one unless it is among them; each folder's by name.
 * Those that cannot be read have none. Free with cw_files_free().
 */
void cw_files_list(const struct cw_list *plugin_path, const char *installed, struct cw_files *files);
void cw_files_free(struct cw_files *files);

#endif
