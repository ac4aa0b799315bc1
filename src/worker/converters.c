#include "worker/converters.h"

#include <string.h>

#include "base/nearest.h"
#include "config/builtin_names.h"
#include "herder/herder.h"
#include "worker/ask.h"

struct converter {
	const char *key, *class_name;
	enum cw_plugin_kind kind;
};

/* What is installed: {"plugins": …}; new. */
static json_t *ask(const struct cw_worker_config *config, const char *program, struct cw_error *err)
{
	struct cw_loop *loop = cw_loop_new(err);
	json_t *question = json_pack("{so}", "worker", cw_worker_config_to_json(config));
	json_t *answer = loop ? cw_host_ask(loop, program, "--plugins", question, err) : NULL;

	json_decref(question);
	cw_loop_free(loop);
	return answer;
}

/* A class that comes with the worker and was most likely meant; NULL: none. */
static const char *nearest_class(const struct converter *converter)
{
	struct cw_nearest full = { .name = converter->class_name }, simple = { .name = converter->class_name };
	const char *class_name;

	for (size_t i = 0; (class_name = cw_builtin_converter_at(converter->kind, i)) != NULL; i++) {
		cw_nearest_offer(&full, class_name);
		cw_nearest_offer(&simple, strrchr(class_name, '.') + 1);
	}
	return simple.best ? simple.best : full.best;
}

static void add_error(json_t *errors, const struct converter *converter)
{
	const char *nearest = nearest_class(converter);

	json_array_append_new(errors, json_sprintf("%s: class %s could not be found%s%s%s", converter->key,
						   converter->class_name, nearest ? "; did you mean \"" : "",
						   nearest ? nearest : "", nearest ? "\"?" : ""));
}

int cw_converters_check(const struct cw_worker_config *config, const char *program, json_t *errors,
			struct cw_error *err)
{
	const struct converter converters[] = {
		{ "key.converter", config->key_converter, CW_PLUGIN_CONVERTER },
		{ "value.converter", config->value_converter, CW_PLUGIN_CONVERTER },
		{ "header.converter", config->header_converter, CW_PLUGIN_HEADER_CONVERTER },
	};
	json_t *installed = NULL;

	for (size_t i = 0; i < sizeof(converters) / sizeof(*converters); i++) {
		const struct converter *converter = &converters[i];

		if (cw_builtin_converter_named(converter->kind, converter->class_name))
			continue;
		if (!installed && !(installed = ask(config, program, err)))
			return -1;
		if (!cw_plugins_have(json_object_get(installed, "plugins"), converter->kind, converter->class_name))
			add_error(errors, converter);
	}
	json_decref(installed);
	return 0;
}
