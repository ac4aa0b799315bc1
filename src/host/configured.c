#include "host/configured.h"

#include <stdlib.h>

#include "base/mem.h"

int cw_configured_make(struct cw_configured *out, struct cw_catalog *catalog, enum cw_plugin_kind kind, const char *asked,
		       const char *key, const struct cw_map *settings, const char *prefix, struct cw_error *err)
{
	struct cw_error why = { 0 };
	struct cw_config_table table;

	out->plugin = cw_catalog_find(catalog, kind, asked);
	if (!out->plugin)
		return cw_error_set(err, CW_ERR_INVALID,
				    "Invalid value %s for configuration %s: Class %s could not be found.", asked, key, asked);
	table = (struct cw_config_table){ out->plugin->config, out->plugin->n_config, out->plugin->config_def_size };
	out->config = cw_alloc(out->plugin->config_size);
	if (cw_config_fill(table, settings, out->config, &out->memory, &why) == 0)
		return 0;
	return cw_error_set(err, why.code, "%s (of the settings %s*)", why.text, prefix);
}

void cw_configured_free(struct cw_configured *configured)
{
	cw_config_memory_free(configured->memory);
	free(configured->config);
	*configured = (struct cw_configured){ 0 };
}
