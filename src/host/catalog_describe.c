/* What is installed, for GET /connector-plugins. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json_text.h"
#include "base/mem.h"
#include "config/plugin_names.h"
#include "host/builtin.h"
#include "host/catalog.h"
#include "host/files.h"

/* So many may take all their time before the others are not looked at. */
#define FILES_THAT_HANG 4

static json_t *describe(const struct cw_plugin *plugin, const char *file)
{
	json_t *object = json_pack("{s:s,s:s,s:s,s:s,s:o*,s:o}", "class", plugin->class_name, "type",
				   cw_plugin_kind_name((enum cw_plugin_kind)plugin->kind), "version", plugin->version,
				   "doc", plugin->doc ? plugin->doc : "", "file", file ? cw_json_from_str(file) : NULL, "config",
				   cw_plugin_config_to_json(plugin));

	if (plugin->kind == CW_PLUGIN_CONVERTER && !cw_plugin_converts_headers(plugin))
		json_object_set_new(object, "headers", json_false());
	return object;
}

/* The name of a file is any bytes, and what the loader says of it has it in it. */
static json_t *refusal(const char *file, const char *reason)
{
	return json_pack("{s:o,s:o}", "file", cw_json_from_str(file), "reason", cw_json_from_str(reason));
}

static void describe_in_child(const char *file, int fd)
{
	struct cw_error err = { 0 };
	const struct cw_loaded_plugin *p = cw_plugin_load(file, &err);
	json_t *json = p ? json_array() : refusal(file, err.text);
	int failed;

	for (; p; p = p->next)
		json_array_append_new(json, describe(&p->plugin, p->file));
	failed = !json || json_dumpfd(json, fd, JSON_COMPACT) != 0;

	_exit(failed ? 1 : 0); /* destructors of a stranger's code are not run */
}

/* Whether there is something to read, or the end, before then. */
static bool wait_readable(int fd, int64_t until_ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int64_t left_ms;
	int n = 0;

	while (n <= 0 && (left_ms = until_ms - cw_clock_ms()) > 0) {
		n = poll(&pfd, 1, (int)left_ms);
		if (n < 0 && errno != EINTR)
			return false;
	}
	return n > 0;
}

/* What a child has to say, new; NULL: nothing, or, where *late says so, not all of it in time. */
static json_t *read_all(int fd, int64_t until_ms, bool *late)
{
	struct cw_buf text = { 0 };
	json_t *json;
	ssize_t n = 1;

	while ((n > 0 || (n < 0 && errno == EINTR)) && !(*late = !wait_readable(fd, until_ms))) {
		cw_buf_reserve(&text, 65536);
		n = read(fd, text.p + text.n, 65536);
		if (n > 0)
			text.n += (size_t)n;
	}
	json = *late ? NULL : json_loadb(text.p, text.n, 0, NULL);
	cw_buf_free(&text);
	return json;
}

/* How a child that has said nothing came to its end; new. */
static char *end_of(pid_t pid, const char *file)
{
	int status = 0;

	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		return cw_format("%s: loading it ended with signal %d (%s)", file, WTERMSIG(status),
				 strsignal(WTERMSIG(status)));
	return cw_format("%s: loading it ended the process", file);
}

/* The child is not waited for: what hangs in the system, as a file of a server that is away may, cannot be ended. */
static char *give_up(pid_t pid, const char *file, int64_t most_ms)
{
	kill(pid, SIGKILL);
	return cw_format("%s: loading it takes longer than %lld ms", file, (long long)most_ms);
}

/* An array of its plugins, or an object that says why it is refused; new. */
static json_t *describe_file(const char *file, int64_t most_ms)
{
	CW_AUTO_FREE char *how = NULL;
	bool late = false;
	json_t *json;
	int fds[2];
	pid_t pid;

	if (pipe(fds) != 0 || (pid = fork()) < 0)
		return refusal(file, strerror(errno));
	if (pid == 0) {
		close(fds[0]);
		describe_in_child(file, fds[1]);
	}
	close(fds[1]);
	json = read_all(fds[0], cw_clock_ms() + most_ms, &late);
	close(fds[0]);
	if (json) {
		waitpid(pid, NULL, 0);
		return json;
	}
	how = late ? give_up(pid, file, most_ms) : end_of(pid, file);
	return refusal(file, how);
}

/* Files that are not looked at any more, since others have taken all the time. */
static json_t *no_time_for(const char *file)
{
	CW_AUTO_FREE char *why = cw_format("%s: it was not looked at, since files before it took too long", file);

	return refusal(file, why);
}

json_t *cw_catalog_describe(const struct cw_list *plugin_path, int64_t most_ms)
{
	int64_t until_ms = cw_clock_ms() + most_ms * FILES_THAT_HANG;
	json_t *plugins = json_array(), *refused = json_array();
	const struct cw_plugin *builtin;
	struct cw_files files = { 0 };

	for (size_t i = 0; (builtin = cw_builtin_at(i)) != NULL; i++)
		json_array_append_new(plugins, describe(builtin, NULL));
	cw_files_list(plugin_path, CW_PLUGINDIR, &files);
	for (size_t i = 0; i < files.n; i++) {
		bool has_time = cw_clock_ms() < until_ms;
		json_t *one = has_time ? describe_file(files.names[i], most_ms) : no_time_for(files.names[i]);

		if (json_is_array(one))
			json_array_extend(plugins, one);
		else
			json_array_append(refused, one);
		json_decref(one);
	}
	cw_files_free(&files);
	return json_pack("{s:o,s:o}", "plugins", plugins, "refused", refused);
}
