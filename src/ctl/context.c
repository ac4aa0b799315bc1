#include "ctl/context.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/props.h"

#define CURRENT "current"
#define DEFAULT_URL "http://127.0.0.1:8083"

/* ---- the file ------------------------------------------------------------------------------ */

char *cw_context_path(const struct cw_ctl *ctl)
{
	const char *path = cw_ctl_env(ctl, "WORKERCTL_CONFIG"), *base = cw_ctl_env(ctl, "XDG_CONFIG_HOME");
	const char *home = cw_ctl_env(ctl, "HOME");

	if (path)
		return cw_strdup(path);
	if (base)
		return cw_format("%s/workerctl/config", base);
	return home ? cw_format("%s/.config/workerctl/config", home) : NULL;
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

static bool has_secrets(const struct cw_map *contexts)
{
	for (size_t i = 0; i < contexts->n; i++) {
		const char *key = contexts->entries[i].key;

		if (ends_with(key, ".password") || ends_with(key, ".token") ||
		    (ends_with(key, ".url") && strchr(contexts->entries[i].value, '@')))
			return true;
	}
	return false;
}

enum cw_ctl_exit cw_context_load(const struct cw_ctl *ctl, struct cw_map *out)
{
	CW_AUTO_FREE char *path = cw_context_path(ctl), *quoted = NULL;
	struct cw_error err = { 0 };
	struct stat st;

	if (!path || stat(path, &st) != 0)
		return CW_CTL_OK;
	if (cw_props_load(path, out, &err)) {
		cw_ctl_complain(ctl, "%s", err.text);
		return CW_CTL_USAGE;
	}
	if ((st.st_mode & 077) == 0 || !has_secrets(out))
		return CW_CTL_OK;
	cw_map_free(out);
	cw_ctl_complain(ctl, "%s holds secrets and others can read it, so it is not used", path);
	quoted = cw_ctl_quoted(path);
	cw_ctl_advise(ctl, "chmod 600 %s", quoted);
	return CW_CTL_USAGE;
}

/* Every folder on the way; those that are made are for their owner only. */
static void make_folders(char *path)
{
	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(path, 0700);
		*p = '/';
	}
}

static int write_file(const char *path, const struct cw_buf *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool written = fd >= 0 && fchmod(fd, 0600) == 0 && write(fd, text->p, text->n) == (ssize_t)text->n;

	if (fd >= 0)
		close(fd);
	return written ? 0 : -1;
}

/* As a whole or not at all: written beside it, and renamed. */
enum cw_ctl_exit cw_context_save(const struct cw_ctl *ctl, const struct cw_map *contexts)
{
	CW_AUTO_FREE char *path = cw_context_path(ctl), *fresh = NULL;
	struct cw_buf text = { 0 };
	json_t *json;
	int result = -1;

	if (!path) {
		cw_ctl_complain(ctl, "contexts need a home: neither WORKERCTL_CONFIG nor HOME is set");
		return CW_CTL_USAGE;
	}
	make_folders(path);
	fresh = cw_format("%s.new", path);
	json = cw_map_to_json(contexts);
	cw_buf_puts(&text, "# Workers and how to speak with them; see workerctl(1).\n");
	cw_ctl_put_properties(&text, json);
	json_decref(json);
	if (write_file(fresh, &text) == 0)
		result = rename(fresh, path);
	if (result != 0)
		cw_ctl_complain(ctl, "%s cannot be written: %s", path, strerror(errno));
	cw_buf_free(&text);
	return result == 0 ? CW_CTL_OK : CW_CTL_USAGE;
}

/* ---- its content --------------------------------------------------------------------------- */

static bool is_of(const char *key, const char *name)
{
	size_t n = strlen(name);

	return strncmp(key, name, n) == 0 && key[n] == '.';
}

bool cw_context_exists(const struct cw_map *contexts, const char *name)
{
	for (size_t i = 0; i < contexts->n; i++)
		if (is_of(contexts->entries[i].key, name))
			return true;
	return false;
}

void cw_context_get(const struct cw_map *contexts, const char *name, struct cw_map *out)
{
	for (size_t i = 0; i < contexts->n; i++)
		if (is_of(contexts->entries[i].key, name))
			cw_map_set(out, contexts->entries[i].key + strlen(name) + 1, contexts->entries[i].value);
}

void cw_context_remove(struct cw_map *contexts, const char *name)
{
	for (size_t i = contexts->n; i > 0; i--) {
		CW_AUTO_FREE char *key = cw_strdup(contexts->entries[i - 1].key);

		if (is_of(key, name))
			cw_map_remove(contexts, key);
	}
	if (cw_map_get(contexts, CURRENT) && strcmp(cw_map_get(contexts, CURRENT), name) == 0)
		cw_map_remove(contexts, CURRENT);
}

json_t *cw_context_names(const struct cw_map *contexts)
{
	json_t *seen = json_object(), *names = json_array();
	const char **keys;
	size_t n;

	for (size_t i = 0; i < contexts->n; i++) {
		const char *key = contexts->entries[i].key, *dot = strchr(key, '.');
		CW_AUTO_FREE char *name = dot ? cw_strndup(key, (size_t)(dot - key)) : NULL;

		if (name)
			json_object_set_new(seen, name, json_null());
	}
	keys = cw_json_keys(seen, &n);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(names, json_string(keys[i]));
	free(keys);
	json_decref(seen);
	return names;
}

/* ---- what a command line speaks with ------------------------------------------------------- */

void cw_context_take_options(const struct cw_ctl *ctl, struct cw_map *target)
{
	static const struct {
		uint64_t option;
		const char *key;
	} options[] = { { CW_O_SERVER, "url" },
			{ CW_O_USER, "user" },
			{ CW_O_CA, "ca" },
			{ CW_O_CERT, "cert" },
			{ CW_O_KEY, "key" } };

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (cw_ctl_value(ctl, options[i].option))
			cw_map_set(target, options[i].key, cw_ctl_value(ctl, options[i].option));
	if (ctl->given & CW_O_INSECURE)
		cw_map_set(target, "insecure", "true");
}

static void take_environment(const struct cw_ctl *ctl, struct cw_map *target)
{
	static const char *const variables[][2] = { { "WORKERCTL_USER", "user" },
						    { "WORKERCTL_PASSWORD", "password" },
						    { "WORKERCTL_TOKEN", "token" } };

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		if (cw_ctl_env(ctl, variables[i][0]))
			cw_map_set(target, variables[i][1], cw_ctl_env(ctl, variables[i][0]));
}

/*
 * A context that is named, else the URL that is, else the current context: the credentials of a context go
 * to no other server unless both are named.
 */
static enum cw_ctl_exit choose(const struct cw_ctl *ctl, struct cw_map *out)
{
	const char *name = cw_ctl_value(ctl, CW_O_CONTEXT), *url = cw_ctl_env(ctl, "CONNECT_URL");
	struct cw_map contexts = { 0 };
	enum cw_ctl_exit result;

	if (!name && !cw_ctl_value(ctl, CW_O_SERVER))
		name = cw_ctl_env(ctl, "WORKERCTL_CONTEXT");
	if (!name && (cw_ctl_value(ctl, CW_O_SERVER) || url)) {
		cw_map_set(out, "url", url ? url : DEFAULT_URL);
		return CW_CTL_OK;
	}
	result = cw_context_load(ctl, &contexts);
	if (result == CW_CTL_OK && !name)
		name = cw_map_get(&contexts, CURRENT);
	if (result == CW_CTL_OK && name && !cw_context_exists(&contexts, name)) {
		cw_ctl_complain(ctl, "there is no context %s", name);
		cw_ctl_advise(ctl, "workerctl context list");
		result = CW_CTL_NOT_FOUND;
	} else if (result == CW_CTL_OK && name) {
		cw_context_get(&contexts, name, out);
	}
	cw_map_free(&contexts);
	if (!cw_map_get(out, "url"))
		cw_map_set(out, "url", DEFAULT_URL);
	return result;
}

enum cw_ctl_exit cw_context_target(const struct cw_ctl *ctl, struct cw_map *out)
{
	enum cw_ctl_exit result = choose(ctl, out);

	take_environment(ctl, out);
	cw_context_take_options(ctl, out);
	if (result == CW_CTL_OK && cw_ctl_value(ctl, CW_O_USER) && !cw_ctl_env(ctl, "WORKERCTL_PASSWORD") &&
	    ctl->io.in_tty) {
		CW_AUTO_FREE char *password = cw_context_read_secret(ctl, "Password: ");

		cw_map_set(out, "password", password ? password : "");
	}
	return result;
}

/* ---- secrets ------------------------------------------------------------------------------- */

char *cw_context_read_secret(const struct cw_ctl *ctl, const char *prompt)
{
	struct termios before, quiet;
	bool hides = ctl->io.in_tty && tcgetattr(fileno(ctl->io.in), &before) == 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (hides) {
		fputs(prompt, ctl->io.err);
		fflush(ctl->io.err);
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(fileno(ctl->io.in), TCSAFLUSH, &quiet);
	}
	n = getline(&line, &size, ctl->io.in);
	if (hides) {
		tcsetattr(fileno(ctl->io.in), TCSAFLUSH, &before);
		fputs("\n", ctl->io.err);
	}
	if (n <= 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}
