#include "host/plugin.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/connector_config.h"

/* Copies what the plugin has of a struct that carries its size; the rest stays zero. */
static void copy_sized(void *to, size_t to_size, const void *from, size_t from_size)
{
	memcpy(to, from, from_size < to_size ? from_size : to_size);
}

static int check(const struct cw_loaded_plugin *p, const char *file, struct cw_error *err)
{
	const struct cw_plugin *d = &p->plugin;

	if (!d->class_name || !*d->class_name || !d->version)
		return cw_error_set(err, CW_ERR_INVALID, "%s: its descriptor has no class name or no version", file);
	if (d->kind != CW_PLUGIN_SOURCE && d->kind != CW_PLUGIN_SINK)
		return cw_error_set(err, CW_ERR_INVALID, "%s: its descriptor is of kind %u, this worker knows 1 (source) "
				    "and 2 (sink)", file, d->kind);
	if (!d->connector || !p->ops.task_start || !p->ops.task_stop ||
	    !(d->kind == CW_PLUGIN_SOURCE ? (bool)p->ops.poll : (bool)p->ops.put))
		return cw_error_set(err, CW_ERR_INVALID, "%s: its descriptor lacks task_start, task_stop or %s", file,
				    d->kind == CW_PLUGIN_SOURCE ? "poll" : "put");
	if (d->n_config && (!d->config || d->config_def_size < offsetof(struct cw_config_def, offset) + sizeof(size_t)))
		return cw_error_set(err, CW_ERR_INVALID, "%s: its config_def_size is %zu, at least %zu is right", file,
				    d->config_def_size, offsetof(struct cw_config_def, offset) + sizeof(size_t));
	return 0;
}

static int check_abi(const struct cw_plugin *d, const char *file, struct cw_error *err)
{
	if (d->abi_major == CW_ABI_MAJOR && d->abi_minor <= CW_ABI_MINOR)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "%s: built for connector ABI %u.%u, this worker has %u.%u: %s", file,
			    d->abi_major, d->abi_minor, CW_ABI_MAJOR, CW_ABI_MINOR,
			    d->abi_major < CW_ABI_MAJOR ? "build the connector again with this worker's header" :
							  "install a newer worker");
}

struct cw_loaded_plugin *cw_plugin_load(const char *file, struct cw_error *err)
{
	void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	const struct cw_plugin *const *symbol;
	struct cw_loaded_plugin *p;

	if (!handle) {
		cw_error_set(err, CW_ERR_INVALID, "%s: cannot be loaded: %s", file, dlerror());
		return NULL;
	}
	symbol = dlsym(handle, "cw_plugin");
	if (!symbol || !*symbol) {
		cw_error_set(err, CW_ERR_INVALID, "%s: exports no symbol cw_plugin, so it is no plugin of connect-worker",
			     file);
		dlclose(handle);
		return NULL;
	}
	if (check_abi(*symbol, file, err) != 0) {
		dlclose(handle);
		return NULL;
	}
	p = cw_alloc(sizeof(*p));
	copy_sized(&p->plugin, sizeof(p->plugin), *symbol, (*symbol)->size);
	if (p->plugin.connector)
		copy_sized(&p->ops, sizeof(p->ops), p->plugin.connector, p->plugin.connector->size);
	p->plugin.connector = &p->ops;
	p->file = cw_strdup(file);
	p->handle = handle;
	if (check(p, file, err) != 0) {
		cw_plugin_unload(p);
		return NULL;
	}
	return p;
}

void cw_plugin_free(struct cw_loaded_plugin *p)
{
	if (!p)
		return;
	free(p->file);
	free(p);
}

void cw_plugin_unload(struct cw_loaded_plugin *p)
{
	dlclose(p->handle);
	cw_plugin_free(p);
}

bool cw_plugin_class_matches(const char *class_name, const char *asked)
{
	const char *dot = strrchr(class_name, '.'), *simple = dot ? dot + 1 : class_name;
	size_t n = strlen(simple), suffix = strlen("Connector");

	if (strcmp(class_name, asked) == 0 || strcmp(simple, asked) == 0)
		return true;
	return n > suffix && strcmp(simple + n - suffix, "Connector") == 0 && strlen(asked) == n - suffix &&
	       strncmp(simple, asked, n - suffix) == 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The *.so files of all folders, each folder's by name. */
struct files {
	char **names;
	size_t n, cap;
};

static void list_files(const struct cw_list *folders, struct files *files)
{
	for (size_t i = 0; i < folders->n; i++) {
		size_t first = files->n;
		DIR *dir = opendir(folders->items[i]);
		struct dirent *entry;

		while (dir && (entry = readdir(dir)) != NULL) {
			size_t n = strlen(entry->d_name);

			if (n < 4 || strcmp(entry->d_name + n - 3, ".so") != 0)
				continue;
			if (files->n == files->cap) {
				files->cap = files->cap ? files->cap * 2 : 16;
				files->names = cw_realloc(files->names, files->cap * sizeof(*files->names));
			}
			files->names[files->n++] = cw_format("%s/%s", folders->items[i], entry->d_name);
		}
		if (dir)
			closedir(dir);
		if (files->n > first)
			qsort(files->names + first, files->n - first, sizeof(*files->names), by_name);
	}
}

static void free_files(struct files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->names[i]);
	free(files->names);
}

struct cw_loaded_plugin *cw_plugin_find(const struct cw_list *folders, const char *asked, const char *hint,
					struct cw_error *err)
{
	struct cw_loaded_plugin *found = NULL;
	struct files files = { 0 };
	struct cw_buf refused = { 0 };

	if (hint) {
		found = cw_plugin_load(hint, NULL);
		if (found && cw_plugin_class_matches(found->plugin.class_name, asked))
			return found;
		if (found)
			cw_plugin_unload(found);
		found = NULL;
	}
	list_files(folders, &files);
	for (size_t i = 0; i < files.n && !found; i++) {
		struct cw_error why = { 0 };
		struct cw_loaded_plugin *p = cw_plugin_load(files.names[i], &why);

		if (p && cw_plugin_class_matches(p->plugin.class_name, asked))
			found = p;
		else if (p)
			cw_plugin_unload(p);
		else
			cw_buf_printf(&refused, "; refused: %s", why.text);
	}
	if (!found)
		cw_error_set(err, CW_ERR_NOT_FOUND, "Failed to find any class that implements Connector and which name "
			     "matches %s%s", asked, refused.p ? refused.p : "");
	free_files(&files);
	cw_buf_free(&refused);
	return found;
}

static json_t *describe(const struct cw_loaded_plugin *p)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:o}", "class", p->plugin.class_name, "type",
			 p->plugin.kind == CW_PLUGIN_SOURCE ? "source" : "sink", "version", p->plugin.version, "doc",
			 p->plugin.doc ? p->plugin.doc : "", "file", p->file, "config",
			 cw_plugin_config_to_json(&p->plugin));
}

static void describe_in_child(const char *file, int fd)
{
	struct cw_error err = { 0 };
	struct cw_loaded_plugin *p = cw_plugin_load(file, &err);
	json_t *json = p ? describe(p) : json_pack("{s:s,s:s}", "file", file, "reason", err.text);
	int failed = !json || json_dumpfd(json, fd, JSON_COMPACT) != 0;

	_exit(failed ? 1 : 0); /* destructors of a stranger's code are not run */
}

static json_t *read_all(int fd)
{
	struct cw_buf text = { 0 };
	json_t *json;
	ssize_t n;

	do {
		cw_buf_reserve(&text, 65536);
		n = read(fd, text.p + text.n, 65536);
		if (n > 0)
			text.n += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	json = json_loadb(text.p, text.n, 0, NULL);
	cw_buf_free(&text);
	return json;
}

static json_t *describe_file(const char *file)
{
	int fds[2], status = 0;
	json_t *json;
	pid_t pid;

	if (pipe(fds) != 0 || (pid = fork()) < 0)
		return json_pack("{s:s,s:s}", "file", file, "reason", strerror(errno));
	if (pid == 0) {
		close(fds[0]);
		describe_in_child(file, fds[1]);
	}
	close(fds[1]);
	json = read_all(fds[0]);
	close(fds[0]);
	waitpid(pid, &status, 0);
	if (json)
		return json;
	if (WIFSIGNALED(status))
		return json_pack("{s:s,s:o}", "file", file, "reason",
				 json_sprintf("%s: loading it ended with signal %d (%s)", file, WTERMSIG(status),
					      strsignal(WTERMSIG(status))));
	return json_pack("{s:s,s:o}", "file", file, "reason", json_sprintf("%s: loading it ended the process", file));
}

json_t *cw_plugins_describe(const struct cw_list *folders)
{
	json_t *plugins = json_array(), *refused = json_array();
	struct files files = { 0 };

	list_files(folders, &files);
	for (size_t i = 0; i < files.n; i++) {
		json_t *one = describe_file(files.names[i]);

		json_array_append_new(json_object_get(one, "class") ? plugins : refused, one);
	}
	free_files(&files);
	return json_pack("{s:o,s:o}", "plugins", plugins, "refused", refused);
}
