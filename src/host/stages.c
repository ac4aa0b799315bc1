#include "host/stages.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "convert/converters.h"

/* ---- converters ------------------------------------------------------------------------------ */

static bool is_utf8(const char *encoding)
{
	return !encoding || strcasecmp(encoding, "UTF-8") == 0 || strcasecmp(encoding, "UTF8") == 0;
}

static enum cw_type direct_type(const struct cw_plugin *plugin, const struct cw_map *settings)
{
	if (plugin == &cw_byte_array_converter)
		return CW_BYTES;
	if (plugin == &cw_string_converter && is_utf8(cw_map_get(settings, "converter.encoding")))
		return CW_STRING;
	return CW_NULL;
}

struct place {
	const char *key, *type, *own, *workers; /* the classes that the connector (NULL: none) and the worker name */
	enum cw_plugin_kind kind;
};

/* A connector's own converter has nothing of the worker's settings. */
static int make_converter(struct cw_configured *stage, struct cw_catalog *catalog, const struct place *place,
			  const struct cw_map *config, const struct cw_map *worker, enum cw_type *direct,
			  struct cw_error *err)
{
	const char *asked = place->own ? place->own : place->workers;
	CW_AUTO_FREE char *prefix = cw_format("%s.", place->key);
	struct cw_map settings = { 0 };
	int ret;

	cw_map_copy_prefixed(&settings, place->own ? config : worker, prefix);
	cw_map_set(&settings, "converter.type", place->type);
	ret = cw_configured_make(stage, catalog, place->kind, asked, place->key, &settings, prefix, err);
	*direct = direct_type(stage->plugin, &settings);
	cw_map_free(&settings);
	return ret;
}

static int make_converters(struct cw_stages *stages, struct cw_catalog *catalog, const struct cw_connector_config *own,
			   const struct cw_map *config, const struct cw_worker_config *worker, struct cw_error *err)
{
	const struct place key = { "key.converter", "key", own->key_converter, worker->key_converter,
				   CW_PLUGIN_CONVERTER };
	const struct place value = { "value.converter", "value", own->value_converter, worker->value_converter,
				     CW_PLUGIN_CONVERTER };
	const struct place header = { "header.converter", "header", own->header_converter, worker->header_converter,
				      CW_PLUGIN_HEADER_CONVERTER };
	enum cw_type ignored;

	if (make_converter(&stages->key, catalog, &key, config, &worker->raw, &stages->key_direct, err) != 0 ||
	    make_converter(&stages->value, catalog, &value, config, &worker->raw, &stages->value_direct, err) != 0)
		return -1;
	return make_converter(&stages->header, catalog, &header, config, &worker->raw, &ignored, err);
}

/* ---- transformations ------------------------------------------------------------------------- */

/* The plugin that PREFIXtype names, with the settings PREFIX*. */
static int make_aliased(struct cw_configured *stage, struct cw_catalog *catalog, enum cw_plugin_kind kind,
			const char *prefix, const struct cw_map *config, struct cw_error *err)
{
	CW_AUTO_FREE char *key = cw_format("%stype", prefix);
	const struct cw_config_def class_def = { .name = key, .type = CW_CONFIG_CLASS };
	CW_AUTO_FREE char *asked = cw_config_canonical(&class_def, cw_map_get(config, key));
	struct cw_map settings = { 0 };
	int ret;

	if (!asked)
		return cw_error_set(err, CW_ERR_INVALID,
				    "Missing required configuration \"%s\" which has no default value.", key);
	cw_map_copy_prefixed(&settings, config, prefix);
	ret = cw_configured_make(stage, catalog, kind, asked, key, &settings, prefix, err);
	cw_map_free(&settings);
	return ret;
}

static int make_transform(struct cw_stage_transform *transform, struct cw_catalog *catalog, const char *alias,
			  const struct cw_map *config, struct cw_error *err)
{
	CW_AUTO_FREE char *prefix = cw_format("transforms.%s.", alias);
	CW_AUTO_FREE char *predicate_key = cw_format("%spredicate", prefix);
	CW_AUTO_FREE char *negate_key = cw_format("%snegate", prefix);
	const struct cw_config_def string_def = { .name = predicate_key, .type = CW_CONFIG_STRING };
	CW_AUTO_FREE char *predicate = cw_config_canonical(&string_def, cw_map_get(config, predicate_key));
	CW_AUTO_FREE char *predicate_prefix = cw_format("predicates.%s.", predicate ? predicate : "");
	const char *negate = cw_map_get(config, negate_key);

	if (make_aliased(&transform->transformation, catalog, CW_PLUGIN_TRANSFORMATION, prefix, config, err) != 0)
		return -1;
	if (!predicate)
		return 0;
	transform->negate = negate && strcasecmp(negate, "true") == 0;
	return make_aliased(&transform->predicate, catalog, CW_PLUGIN_PREDICATE, predicate_prefix, config, err);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static int make_transforms(struct cw_stages *stages, struct cw_catalog *catalog, const struct cw_list *aliases,
			   const struct cw_map *config, struct cw_error *err)
{
	stages->transforms = cw_alloc(aliases->n * sizeof(*stages->transforms));
	for (size_t i = 0; i < aliases->n; i++) {
		stages->n_transforms++; /* counted first, so that what is half made is freed */
		if (make_transform(&stages->transforms[i], catalog, aliases->items[i], config, err) != 0)
			return -1;
	}
	return 0;
}

int cw_stages_make(struct cw_stages *stages, struct cw_catalog *catalog, const struct cw_map *config,
		   const struct cw_worker_config *worker, struct cw_error *err)
{
	struct cw_connector_config framework = { 0 };
	struct cw_config_memory *memory = NULL;
	int ret;

	if (cw_config_fill(cw_connector_table((enum cw_plugin_kind)0), config, &framework, &memory, err) != 0)
		return -1;
	ret = make_converters(stages, catalog, &framework, config, worker, err);
	if (ret == 0)
		ret = make_transforms(stages, catalog, &framework.transforms, config, err);
	cw_config_memory_free(memory);
	return ret;
}

void cw_stages_free(struct cw_stages *stages)
{
	cw_configured_free(&stages->key);
	cw_configured_free(&stages->value);
	cw_configured_free(&stages->header);
	for (size_t i = 0; i < stages->n_transforms; i++) {
		cw_configured_free(&stages->transforms[i].transformation);
		cw_configured_free(&stages->transforms[i].predicate);
	}
	free(stages->transforms);
	*stages = (struct cw_stages){ 0 };
}
