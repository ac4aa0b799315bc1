/* json_fixture - a JsonConverter that is started from a configuration, and documents as the tests spell them. */
#ifndef CW_TESTS_JSON_FIXTURE_H
#define CW_TESTS_JSON_FIXTURE_H

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "config/config_def.h"
#include "convert/converters.h"
#include "unit.h"

struct json {
	void *state, *config;
	struct cw_config_memory *memory;
	struct cw_arena arena; /* what the test makes and reads */
	struct cw_error err;   /* of the last call */
};

/* Keys and values in turn, ended by NULL; converter.type is set. -1 with json->err set when it cannot start. */
static inline int json_start(struct json *json, const char *const *pairs)
{
	const struct cw_plugin *plugin = &cw_json_converter;
	struct cw_config_table table = { plugin->config, plugin->n_config, plugin->config_def_size };
	struct cw_map config = { 0 };
	int rc;

	*json = (struct json){ 0 };
	cw_arena_init(&json->arena, 4096);
	cw_map_set(&config, "converter.type", "value");
	for (; *pairs; pairs += 2)
		cw_map_set(&config, pairs[0], pairs[1]);
	json->config = cw_alloc(plugin->config_size);
	rc = cw_config_fill(table, &config, json->config, &json->memory, &json->err);
	if (rc == 0 && plugin->converter->start(NULL, plugin, json->config, CW_CONVERT_VALUE, &json->state, &json->err))
		rc = -1;
	cw_map_free(&config);
	return rc;
}

#define JSON_CONFIG(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define JSON_PLAIN JSON_CONFIG("schemas.enable", "false")
#define JSON_ENVELOPES JSON_CONFIG("schemas.enable", "true")

static inline void json_stop(struct json *json)
{
	if (json->state)
		cw_json_converter.converter->stop(json->state);
	cw_config_memory_free(json->memory);
	cw_arena_free(&json->arena);
	free(json->config);
}

static inline bool json_read(struct json *json, struct cw_slice text, struct cw_value *out)
{
	static const struct cw_convert_place place = { { "t", 1 }, { NULL, 0 } };

	json->err = (struct cw_error){ 0 };
	return cw_json_converter.converter->to_value(json->state, &json->arena.batch, &place, text, out, &json->err) ==
	       CW_OK;
}

static inline bool json_write(struct json *json, const struct cw_value *value, struct cw_slice *out)
{
	static const struct cw_convert_place place = { { "t", 1 }, { NULL, 0 } };

	json->err = (struct cw_error){ 0 };
	return cw_json_converter.converter->from_value(json->state, &json->arena.batch, &place, value, out,
						       &json->err) == CW_OK;
}

/* The text with " for ' in memory of exactly its size, so that a sanitizer sees who reads beyond it. */
static inline struct cw_slice json_quoted(const char *text, size_t n)
{
	char *p = malloc(n ? n : 1);

	for (size_t i = 0; i < n; i++)
		p[i] = text[i] == '\'' ? '"' : text[i];
	return cw_slice(p, n);
}

#define json_free(slice) free((void *)(uintptr_t)(slice).p)

/* Whether it is this text with " for '; NULL: null. */
static inline bool json_is(struct cw_slice got, const char *expected)
{
	struct cw_slice wanted;
	bool same;

	if (!expected || !got.p)
		return !expected && !got.p;
	wanted = json_quoted(expected, strlen(expected));
	same = cw_slice_equal(got, wanted);
	json_free(wanted);
	return same;
}

#endif
