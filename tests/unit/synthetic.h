/* synthetic - settings of SyntheticLogSource for its unit tests, as the framework would fill them. */
#ifndef CW_TESTS_SYNTHETIC_H
#define CW_TESTS_SYNTHETIC_H

#include <stdarg.h>

#include "base/mem.h"
#include "config/config_def.h"
#include "generator.h"

struct cw_settings {
	struct cw_synthetic_options options;
	struct cw_config_memory *memory;
	struct cw_error err;
};

/* "key=value" texts up to NULL; the topic is "logs" unless given. 0, or -1 with settings->err. */
static inline int cw_settings_vfill(struct cw_settings *settings, va_list ap)
{
	struct cw_config_table table = { cw_plugin->config, cw_plugin->n_config, cw_plugin->config_def_size };
	struct cw_map map = { 0 };
	const char *pair;
	int result;

	memset(settings, 0, sizeof(*settings));
	cw_map_set(&map, "topic", "logs");
	while ((pair = va_arg(ap, const char *))) {
		const char *value = strchr(pair, '=');
		char *key = cw_strndup(pair, (size_t)(value - pair));

		cw_map_set(&map, key, value + 1);
		free(key);
	}
	result = cw_config_fill(table, &map, &settings->options, &settings->memory, &settings->err);
	cw_map_free(&map);
	return result;
}

static inline int cw_settings_fill(struct cw_settings *settings, ...)
{
	va_list ap;
	int result;

	va_start(ap, settings);
	result = cw_settings_vfill(settings, ap);
	va_end(ap);
	return result;
}

static inline void cw_settings_free(struct cw_settings *settings)
{
	cw_config_memory_free(settings->memory);
	settings->memory = NULL;
}

/* A generator of these settings; ends the test when they are wrong. */
static inline struct cw_synthetic *cw_settings_generator(uint32_t tasks, ...)
{
	struct cw_settings settings;
	struct cw_synthetic *g = NULL;
	va_list ap;

	va_start(ap, tasks);
	if (cw_settings_vfill(&settings, ap) == 0)
		g = cw_synthetic_new(&settings.options, tasks, &settings.err);
	va_end(ap);
	cw_settings_free(&settings);
	if (!g) {
		fprintf(stderr, "settings: %s\n", settings.err.text);
		abort();
	}
	return g;
}

#endif
