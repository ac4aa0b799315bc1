#include "config/plugin_names.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *name, *suffix;
} kinds[] = {
	[CW_PLUGIN_SOURCE] = { "source", "Connector" },
	[CW_PLUGIN_SINK] = { "sink", "Connector" },
	[CW_PLUGIN_TRANSFORMATION] = { "transformation", "Transformation" },
	[CW_PLUGIN_PREDICATE] = { "predicate", "Predicate" },
	[CW_PLUGIN_CONVERTER] = { "converter", "Converter" },
	[CW_PLUGIN_HEADER_CONVERTER] = { "header_converter", "HeaderConverter" },
	[CW_PLUGIN_CONFIG_PROVIDER] = { "config_provider", "ConfigProvider" },
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

const char *cw_plugin_kind_name(enum cw_plugin_kind kind)
{
	return (size_t)kind < KINDS ? kinds[kind].name : NULL;
}

enum cw_plugin_kind cw_plugin_kind_parse(const char *name)
{
	for (size_t i = CW_PLUGIN_SOURCE; i < KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return (enum cw_plugin_kind)i;
	return (enum cw_plugin_kind)0;
}

bool cw_plugin_named(enum cw_plugin_kind kind, const char *class_name, const char *asked)
{
	const char *dot = strrchr(class_name, '.'), *simple = dot ? dot + 1 : class_name;
	size_t n = strlen(simple), suffix;
	/* Theirs are names as in ${file:…} and ${secretsmanager:…}. */
	int (*compare)(const char *, const char *, size_t) = kind == CW_PLUGIN_CONFIG_PROVIDER ? strncasecmp : strncmp;

	if (strcmp(class_name, asked) == 0)
		return true;
	if (strchr(simple, '$') || !cw_plugin_kind_name(kind))
		return false;
	if (strcmp(simple, asked) == 0)
		return true;
	suffix = strlen(kinds[kind].suffix);
	return n > suffix && strcmp(simple + n - suffix, kinds[kind].suffix) == 0 && strlen(asked) == n - suffix &&
	       compare(simple, asked, n - suffix) == 0;
}
