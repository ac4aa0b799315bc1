#include "host/file_providers.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/props.h"
#include "transform/java_regex.h"

#define PROVIDERS_PACKAGE "org.apache.kafka.common.config.provider."

/* ---- allowed.paths --------------------------------------------------------------------------- */

struct paths_config {
	struct cw_list allowed;
};

struct paths {
	const struct cw_context *ctx;
	char **allowed; /* normalised; none: all paths are */
	size_t n;
};

/* As java.nio.file.Path.normalize() of an absolute path, or of one without "..": new. */
static char *normalise(const char *path)
{
	struct cw_buf out = { 0 };

	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 2 && strncmp(path, "..", 2) == 0) {
			while (out.n > 0 && out.p[--out.n] != '/')
				;
		} else if (n > 0 && !(n == 1 && *path == '.')) {
			cw_buf_puts(&out, "/");
			cw_buf_append(&out, path, n);
		}
		path += n + (path[n] == '/');
	}
	if (out.n == 0)
		cw_buf_puts(&out, "/");
	out.p[out.n] = '\0';
	return cw_buf_take(&out);
}

/* "/a/b" is in "/a", "/ab" is not. */
static bool is_in(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strcmp(folder, "/") == 0 || (strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0'));
}

/* The path to open, new; NULL when it is not allowed, which is no error for Kafka. */
static char *allowed_path(const struct paths *paths, const char *path)
{
	CW_AUTO_FREE char *normal = NULL;

	if (paths->n == 0)
		return cw_strdup(path);
	if (*path == '/')
		normal = normalise(path);
	for (size_t i = 0; normal && i < paths->n; i++)
		if (is_in(normal, paths->allowed[i]))
			return cw_strdup(normal);
	cw_log(paths->ctx, CW_LOG_WARN, "The path %s is not allowed to be accessed", path);
	return NULL;
}

static void stop_paths(void *state)
{
	struct paths *paths = state;

	for (size_t i = 0; i < paths->n; i++)
		free(paths->allowed[i]);
	free(paths->allowed);
	free(paths);
}

static enum cw_result start_paths(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
				  void **state, struct cw_error *err)
{
	const struct paths_config *c = config;
	struct paths *paths = cw_alloc(sizeof(*paths));
	struct stat st;

	(void)plugin;
	paths->ctx = ctx;
	paths->allowed = cw_alloc(c->allowed.n * sizeof(*paths->allowed));
	for (size_t i = 0; i < c->allowed.n && !err->code; i++) {
		const char *path = c->allowed.items[i];

		if (*path != '/')
			cw_error_set(err, CW_ERR_INVALID, "Path %s is not absolute", path);
		else if (stat(path, &st) != 0)
			cw_error_set(err, CW_ERR_INVALID, "Path %s does not exist", path);
		else
			paths->allowed[paths->n++] = normalise(path);
	}
	if (err->code) {
		stop_paths(paths);
		return CW_FAIL;
	}
	*state = paths;
	return CW_OK;
}

static const struct cw_config_def paths_defs[] = {
	{ .name = "allowed.paths", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_MEDIUM,
	  .doc = "Files and folders that may be read, as absolute paths; with what is in them. Empty: all.",
	  .offset = offsetof(struct paths_config, allowed) },
};

/* ---- files ----------------------------------------------------------------------------------- */

static enum cw_result get_from_file(void *state, const char *path, const char *key, char **text, int64_t *ttl_ms,
				    struct cw_error *err)
{
	CW_AUTO_FREE char *allowed = *path ? allowed_path(state, path) : NULL;
	struct cw_map properties = { 0 };

	(void)ttl_ms;
	if (!allowed)
		return CW_OK;
	if (cw_props_load(allowed, &properties, NULL) != 0) {
		cw_error_set(err, CW_ERR_INVALID, "Could not read properties from file %s", path);
		return CW_FAIL;
	}
	*text = cw_strdup(cw_map_get(&properties, key));
	cw_map_free_secret(&properties); /* of all keys of the file */
	return CW_OK;
}

static enum cw_result get_from_folder(void *state, const char *path, const char *key, char **text, int64_t *ttl_ms,
				      struct cw_error *err)
{
	CW_AUTO_FREE char *allowed = *path ? allowed_path(state, path) : NULL;
	CW_AUTO_FREE char *file = allowed ? cw_format("%s/%s", allowed, key) : NULL;
	struct stat st;
	size_t n;

	(void)ttl_ms;
	if (!file || !*key || strchr(key, '/') || stat(file, &st) != 0 || !S_ISREG(st.st_mode))
		return CW_OK;
	*text = cw_file_read(file, &n, NULL);
	if (*text)
		return CW_OK;
	cw_error_set(err, CW_ERR_INVALID, "Could not read file %s for property %s", file, key);
	return CW_FAIL;
}

/* ---- environment ----------------------------------------------------------------------------- */

struct env_config {
	const char *pattern;
};

static enum cw_result start_env(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
				void **state, struct cw_error *err)
{
	(void)ctx;
	(void)plugin;
	*state = cw_java_regex_compile(((const struct env_config *)config)->pattern, err);
	return *state ? CW_OK : CW_FAIL;
}

static enum cw_result get_from_env(void *state, const char *path, const char *key, char **text, int64_t *ttl_ms,
				   struct cw_error *err)
{
	int matches;

	(void)ttl_ms;
	if (*path) {
		cw_error_set(err, CW_ERR_INVALID, "Path is not supported for EnvVarConfigProvider, invalid value '%s'", path);
		return CW_FAIL;
	}
	matches = cw_java_regex_matches(state, cw_slice_str(key), err);
	if (matches > 0)
		*text = cw_strdup(getenv(key));
	return matches < 0 ? CW_FAIL : CW_OK;
}

static void stop_env(void *state)
{
	cw_java_regex_free(state);
}

static const struct cw_config_def env_defs[] = {
	{ .name = "allowlist.pattern", .default_value = ".*", .importance = CW_MEDIUM, .check = cw_java_regex_check,
	  .doc = "Regular expression that the whole name of a variable has to match.",
	  .offset = offsetof(struct env_config, pattern) },
};

/* ---- descriptors ----------------------------------------------------------------------------- */

static const struct cw_config_provider_ops file_ops = { sizeof(file_ops), 0, start_paths, get_from_file, stop_paths };
static const struct cw_config_provider_ops folder_ops = { sizeof(folder_ops), 0, start_paths, get_from_folder,
							  stop_paths };
static const struct cw_config_provider_ops env_ops = { sizeof(env_ops), 0, start_env, get_from_env, stop_env };

#define PROVIDER(name, text, defs, struct_type, ops)                                                            \
	{ CW_PLUGIN_HEAD(CW_PLUGIN_CONFIG_PROVIDER), .class_name = PROVIDERS_PACKAGE name, .version = PACKAGE_VERSION,    \
	  .doc = text, .config = defs, .n_config = sizeof(defs) / sizeof(*(defs)),                              \
	  .config_def_size = sizeof(struct cw_config_def), .config_size = sizeof(struct_type), .config_provider = ops }

const struct cw_plugin cw_file_config_provider =
	PROVIDER("FileConfigProvider", "${file:PATH:KEY}: a key of a properties file.", paths_defs, struct paths_config,
		 &file_ops);
const struct cw_plugin cw_directory_config_provider =
	PROVIDER("DirectoryConfigProvider", "${dir:FOLDER:FILE}: what is in a file.", paths_defs, struct paths_config,
		 &folder_ops);
const struct cw_plugin cw_env_var_config_provider =
	PROVIDER("EnvVarConfigProvider", "${env:NAME}: a variable of the worker's environment.", env_defs, struct env_config,
		 &env_ops);
