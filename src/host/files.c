#include "host/files.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_folder(const char *folder, struct cw_files *files)
{
	size_t first = files->n;
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL) {
		size_t n = strlen(entry->d_name);

		if (n < 4 || strcmp(entry->d_name + n - 3, ".so") != 0)
			continue;
		if (files->n == files->cap) {
			files->cap = files->cap ? files->cap * 2 : 16;
			files->names = cw_realloc(files->names, files->cap * sizeof(*files->names));
		}
		files->names[files->n++] = cw_format("%s/%s", folder, entry->d_name);
	}
	if (dir)
		closedir(dir);
	if (files->n > first)
		qsort(files->names + first, files->n - first, sizeof(*files->names), by_name);
}

static bool is_same_folder(const char *a, const char *b)
{
	struct stat first, second;

	return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}

void cw_files_list(const struct cw_list *plugin_path, const char *installed, struct cw_files *files)
{
	bool listed = false;

	for (size_t i = 0; i < plugin_path->n; i++) {
		list_folder(plugin_path->items[i], files);
		listed = listed || is_same_folder(plugin_path->items[i], installed);
	}
	if (!listed)
		list_folder(installed, files);
}

void cw_files_free(struct cw_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->names[i]);
	free(files->names);
	*files = (struct cw_files){ 0 };
}
