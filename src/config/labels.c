#include "config/labels.h"

#include <string.h>

#include "base/mem.h"
#include "config/validation.h"

static const struct cw_config_def definition = {
	.type = CW_CONFIG_STRING, .importance = CW_LOW, .group = "Labels", .width = CW_WIDTH_MEDIUM,
	.offset = CW_CONFIG_NOT_STORED, .check = cw_label_check_value,
	.doc = "A label, which changes nothing of what the connector does: clients choose connectors by it, as "
	       "workerctl get connectors -l NAME=VALUE.",
};

int cw_label_check_name(const char *name, struct cw_error *err)
{
	static const char legal[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/";

	if (*name && !name[strspn(name, legal)])
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "The name of a label has only letters, digits, \".\", \"_\", \"-\" and "
						 "\"/\", as team in " CW_LABEL_PREFIX "team");
}

int cw_label_check_value(const char *value, struct cw_error *err)
{
	for (const char *p = value; *p; p++)
		if (*p == ',' || (unsigned char)*p < 0x20 || *p == 0x7f)
			return cw_error_set(err, CW_ERR_INVALID, "A label has no commas and no control characters");
	return 0;
}

bool cw_is_label(const char *key)
{
	return strncmp(key, CW_LABEL_PREFIX, strlen(CW_LABEL_PREFIX)) == 0;
}

static void check_label(struct cw_validation *validation, const char *key, int order)
{
	struct cw_config_def def = definition;
	struct cw_validated *entry;
	struct cw_error err = { 0 };

	def.name = key;
	def.display_name = key + strlen(CW_LABEL_PREFIX);
	entry = cw_validation_define(validation, &def, order);
	if (!entry)
		return; /* the plugin has a key of that name, which is its own affair */
	cw_validation_check(validation, (size_t)(entry - validation->keys));
	if (cw_label_check_name(key + strlen(CW_LABEL_PREFIX), &err) != 0)
		cw_validation_refuse(validation, key, err.text);
}

void cw_validate_labels(struct cw_validation *validation)
{
	const struct cw_map *config = validation->config;
	int order = 0;

	for (size_t i = 0; i < config->n; i++)
		if (cw_is_label(config->entries[i].key))
			check_label(validation, config->entries[i].key, ++order);
}
