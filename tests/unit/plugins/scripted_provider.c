/*
 * ScriptedProvider - a config provider for tests of the framework: ${ALIAS:TEXT} stands for TEXT, for `ttl.ms`
 * milliseconds. It hangs for ever, and logs "hangs in …" before, as `hang.in` says:
 *   watch   when it is asked by another thread than the one that started it, as it is when an answer's time is over
 *   stop    when it is stopped
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connect-worker/connector.h"

struct config {
	const char *hang_in;
	int64_t ttl_ms;
};

struct state {
	const struct cw_context *ctx;
	const struct config *config;
	pthread_t starter;
};

static const struct cw_config_def defs[] = {
	{ .name = "hang.in", .type = CW_CONFIG_STRING, .default_value = "", .doc = "Where it hangs.",
	  .offset = offsetof(struct config, hang_in) },
	{ .name = "ttl.ms", .type = CW_CONFIG_LONG, .default_value = "9223372036854775807", .doc = "How long a text holds.",
	  .offset = offsetof(struct config, ttl_ms) },
};

static void hang(const struct state *s, const char *where)
{
	if (strcmp(s->config->hang_in, where) != 0)
		return;
	cw_log(s->ctx, CW_LOG_INFO, "hangs in %s", where);
	for (;;)
		pause();
}

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    void **state, struct cw_error *err)
{
	struct state *s = calloc(1, sizeof(*s));

	(void)plugin;
	(void)err;
	s->ctx = ctx;
	s->config = config;
	s->starter = pthread_self();
	*state = s;
	return CW_OK;
}

static enum cw_result get(void *state, const char *path, const char *key, char **text, int64_t *ttl_ms,
			  struct cw_error *err)
{
	const struct state *s = state;

	(void)path;
	(void)err;
	if (!pthread_equal(s->starter, pthread_self()))
		hang(s, "watch");
	*text = strdup(key);
	*ttl_ms = s->config->ttl_ms;
	return CW_OK;
}

static void stop(void *state)
{
	hang(state, "stop");
	free(state);
}

static const struct cw_config_provider_ops ops = { sizeof(ops), 0, start, get, stop };

static const struct cw_plugin descriptor = {
	CW_PLUGIN_HEAD(CW_PLUGIN_CONFIG_PROVIDER),
	.class_name = "test.ScriptedProvider",
	.version = "1",
	.doc = "Answers as a test says.",
	.config = defs,
	.n_config = sizeof(defs) / sizeof(defs[0]),
	.config_def_size = sizeof(defs[0]),
	.config_size = sizeof(struct config),
	.config_provider = &ops,
};

const struct cw_plugin *const cw_plugin = &descriptor;
