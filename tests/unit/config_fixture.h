/* config_fixture - a sink and a source to validate configs for, and worker files that exist for one load. */
#ifndef CW_TESTS_CONFIG_FIXTURE_H
#define CW_TESTS_CONFIG_FIXTURE_H

#include <unistd.h>

#include "base/mem.h"
#include "config/connector_config.h"
#include "config/worker_load.h"
#include "unit.h"

struct fixture_config {
	const char *url, *user, *password;
	int32_t batch_size;
};

static inline int fixture_url_check(const char *value, struct cw_error *err)
{
	return strncmp(value, "http", 4) == 0 ? 0 : cw_error_set(err, CW_ERR_INVALID, "A URL begins with http");
}

static const struct cw_config_def fixture_table[] = {
	{ .name = "connection.url", .flags = CW_CONFIG_REQUIRED, .importance = CW_HIGH, .group = "Connection",
	  .doc = "Where the store is.", .check = fixture_url_check, .offset = offsetof(struct fixture_config, url) },
	{ .name = "connection.username", .group = "Connection", .doc = "User.",
	  .offset = offsetof(struct fixture_config, user) },
	{ .name = "connection.password", .type = CW_CONFIG_PASSWORD, .group = "Connection", .doc = "Password.",
	  .offset = offsetof(struct fixture_config, password) },
	{ .name = "batch.size", .type = CW_CONFIG_INT, .default_value = "2000", .flags = CW_CONFIG_RANGE, .min = 1,
	  .max = 1000000, .doc = "Records in a request.", .offset = offsetof(struct fixture_config, batch_size) },
	{ .name = "old.key", .flags = CW_CONFIG_NO_EFFECT, .doc = "Has no effect: it is gone since version 1.",
	  .offset = CW_CONFIG_NOT_STORED },
};

/* Quotes the password on purpose: the framework must not let it through. */
static inline void fixture_validate(const struct cw_context *ctx, const void *config, struct cw_validation *validation)
{
	const struct fixture_config *c = config;

	(void)ctx;
	if (!c->user != !c->password) {
		char text[200];

		snprintf(text, sizeof(text), "user \"%s\" and password \"%s\" go together", c->user ? c->user : "",
			 c->password ? c->password : "");
		cw_validation_invalid(validation, "connection.username", text);
	}
}

static const struct cw_connector_ops fixture_ops = { .size = sizeof(fixture_ops), .validate = fixture_validate };

static const struct cw_connector_ops fixture_once_ops = { .size = sizeof(fixture_once_ops), .validate = fixture_validate,
							  .flags = CW_SOURCE_EXACTLY_ONCE };

#define FIXTURE_PLUGIN(plugin_kind, name, ops)                                                                \
	{ CW_PLUGIN_HEAD(plugin_kind), .class_name = name, .version = "1.2.0", .doc = "For tests.",           \
	  .config = fixture_table, .n_config = sizeof(fixture_table) / sizeof(*fixture_table),                \
	  .config_def_size = sizeof(*fixture_table), .config_size = sizeof(struct fixture_config),            \
	  .connector = ops }

static const struct cw_plugin fixture_sink =
	FIXTURE_PLUGIN(CW_PLUGIN_SINK, "com.example.TestSinkConnector", &fixture_ops);
static const struct cw_plugin fixture_source =
	FIXTURE_PLUGIN(CW_PLUGIN_SOURCE, "com.example.TestSourceConnector", &fixture_once_ops);

/*
 * A config without fault for the plugin, changed by "key=value\nkey=value": a key alone is taken out.
 * Free with cw_map_free().
 */
static inline struct cw_map fixture_connector(const struct cw_plugin *plugin, const char *changes)
{
	struct cw_map config = { 0 };
	CW_AUTO_FREE char *copy = cw_strdup(changes);
	char *rest = copy, *line;

	cw_map_set(&config, "name", "c1");
	cw_map_set(&config, "connector.class", plugin ? plugin->class_name : "NoSuchSink");
	cw_map_set(&config, "connection.url", "http://127.0.0.1:9200");
	if (plugin && plugin->kind == CW_PLUGIN_SINK)
		cw_map_set(&config, "topics", "logs");
	while (*copy && (line = strsep(&rest, "\n")) != NULL) {
		char *equals = strchr(line, '=');

		if (!equals) {
			cw_map_remove(&config, line);
			continue;
		}
		*equals = '\0';
		cw_map_set(&config, line, equals + 1);
	}
	return config;
}

/* What is answered when it is asked for what settings stand for, and what it was asked for. */
struct fixture_provider {
	const char *values, *failed, *told; /* "key|text\nkey|text" */
	const char *error;
	int times;
	char asked[1000]; /* "key|text\n" of each */
};

static inline void fixture_pairs(struct cw_map *map, const char *text)
{
	CW_AUTO_FREE char *copy = cw_strdup(text ? text : "");
	char *rest = copy, *line;

	while (*copy && (line = strsep(&rest, "\n")) != NULL) {
		char *bar = strchr(line, '|');

		*bar = '\0';
		cw_map_set(map, line, bar + 1);
	}
}

static inline int fixture_ask(void *arg, const struct cw_worker_config *known, const struct cw_map *asked,
			      struct cw_worker_answers *answers, struct cw_error *err)
{
	struct fixture_provider *provider = arg;

	CU_ASSERT_TRUE(known->config_providers.n > 0);
	provider->times++;
	for (size_t i = 0; i < asked->n; i++) {
		size_t n = strlen(provider->asked);

		snprintf(provider->asked + n, sizeof(provider->asked) - n, "%s|%s\n", asked->entries[i].key,
			 asked->entries[i].value);
	}
	if (provider->error)
		return cw_error_set(err, CW_ERR_FATAL, "%s", provider->error);
	fixture_pairs(&answers->values, provider->values);
	fixture_pairs(&answers->failed, provider->failed);
	fixture_pairs(&answers->told, provider->told);
	return 0;
}

/* Loads a worker file of this text. */
static inline int fixture_load_asking(const char *text, struct fixture_provider *provider,
				      struct cw_worker_config *config, json_t **errors, json_t **warnings)
{
	char path[] = "worker-XXXXXX";
	int fd = mkstemp(path), ret;

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	ret = cw_worker_config_load(path, fixture_ask, provider, config, errors, warnings);
	unlink(path);
	return ret;
}

static inline int fixture_load_worker(const char *text, struct cw_worker_config *config, json_t **errors,
				      json_t **warnings)
{
	struct fixture_provider nobody = { 0 };

	return fixture_load_asking(text, &nobody, config, errors, warnings);
}

/* The i-th sentence, its file's random name cut off ("12: …"), or "" when there is none. */
static inline const char *fixture_sentence(const json_t *array, size_t i)
{
	const char *text = json_string_value(json_array_get(array, i));

	if (!text)
		return "";
	return strncmp(text, "worker-", 7) == 0 && strchr(text, ':') ? strchr(text, ':') + 1 : text;
}

#endif
