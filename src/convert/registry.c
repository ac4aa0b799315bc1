#include "convert/registry.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/curl.h"
#include "base/mem.h"
#include "convert/registry_http.h"

#define REFERENCES_MAX 1000

struct kept {
	struct cw_registry_schema schema;
	char *subject; /* latest ones only */
	uint64_t used; /* when, in calls */
	int64_t read_ns;
};

/* The least recently used one makes room. */
struct cache {
	struct kept *items;
	size_t n, capacity;
	uint64_t calls;
};

struct cw_registry {
	const struct cw_context *ctx;
	const struct cw_registry_config *config;
	struct cw_registry_http *http;
	struct cache by_id, latest;
	struct kept passing; /* what is lent when nothing may be kept */
};

/* ---- what is kept ------------------------------------------------------------------------------- */

void cw_registry_schema_free(struct cw_registry_schema *schema)
{
	for (size_t i = 0; i < schema->n_references; i++) {
		free(schema->references[i].name);
		free(schema->references[i].text);
	}
	free(schema->references);
	free(schema->type);
	free(schema->text);
	free(schema->referred);
	*schema = (struct cw_registry_schema){ 0 };
}

struct cw_registry_schema cw_registry_schema_clone(const struct cw_registry_schema *schema)
{
	struct cw_registry_schema copy = *schema;

	copy.type = cw_strdup(schema->type);
	copy.text = cw_strdup(schema->text);
	copy.referred = cw_strdup(schema->referred);
	copy.references = cw_alloc(schema->n_references * sizeof(*copy.references));
	for (size_t i = 0; i < schema->n_references; i++) {
		copy.references[i].name = cw_strdup(schema->references[i].name);
		copy.references[i].text = cw_strdup(schema->references[i].text);
	}
	return copy;
}

static void kept_free(struct kept *kept)
{
	cw_registry_schema_free(&kept->schema);
	free(kept->subject);
	*kept = (struct kept){ 0 };
}

static void cache_free(struct cache *cache)
{
	for (size_t i = 0; i < cache->n; i++)
		kept_free(&cache->items[i]);
	free(cache->items);
}

static struct kept *cache_find(struct cache *cache, int32_t id, const char *subject)
{
	for (size_t i = 0; i < cache->n; i++) {
		struct kept *kept = &cache->items[i];

		if (subject ? strcmp(kept->subject, subject) == 0 : kept->schema.id == id) {
			kept->used = ++cache->calls;
			return kept;
		}
	}
	return NULL;
}

/* A free place, empty. */
static struct kept *cache_place(struct cache *cache, struct kept *passing)
{
	struct kept *kept = passing;

	if (cache->n < cache->capacity) {
		cache->items = cw_realloc(cache->items, (cache->n + 1) * sizeof(*cache->items));
		kept = &cache->items[cache->n++];
		*kept = (struct kept){ 0 };
	} else if (cache->n) {
		kept = &cache->items[0];
		for (size_t i = 1; i < cache->n; i++)
			if (cache->items[i].used < kept->used)
				kept = &cache->items[i];
	}
	kept_free(kept);
	kept->used = ++cache->calls;
	return kept;
}

/* ---- answers ------------------------------------------------------------------------------------ */

static enum cw_error_code code_of(long status)
{
	switch (status) {
	case 401:
	case 403: return CW_ERR_FATAL;
	case 404: return CW_ERR_NOT_FOUND;
	case 409: return CW_ERR_CONFLICT;
	default: return CW_ERR_INVALID;
	}
}

static enum cw_result refuse(const struct cw_registry_answer *answer, const char *what, const char *of,
			     struct cw_error *err)
{
	const char *message = json_string_value(json_object_get(answer->body, "message"));
	json_int_t code = json_integer_value(json_object_get(answer->body, "error_code"));

	if (answer->status >= 200 && answer->status < 300)
		cw_error_set(err, CW_ERR_INVALID, "%s of %s: %s answered with what is no answer of a Schema Registry",
			     what, of, answer->url);
	else if (message)
		cw_error_set(err, code_of(answer->status), "%s of %s: %s; error code: %lld", what, of, message,
			     (long long)(code ? code : answer->status));
	else
		cw_error_set(err, code_of(answer->status),
			     "%s of %s: %s answered with HTTP status %ld and no message of a Schema Registry", what, of,
			     answer->url, answer->status);
	return CW_FAIL;
}

/* CW_OK with an answer of status 2xx whose body is an object; the caller frees the body. */
static enum cw_result call(struct cw_registry *registry, const char *path, const char *body, const char *what,
			   const char *of, struct cw_registry_answer *answer, struct cw_error *err)
{
	struct cw_error cause = { 0 };
	enum cw_result result = cw_registry_http_call(registry->http, path, body, answer, &cause);

	if (result != CW_OK) {
		cw_error_set(err, cause.code, "%s of %s: %s", what, of, cause.text);
		return result;
	}
	if (answer->status < 200 || answer->status >= 300 || !json_is_object(answer->body)) {
		refuse(answer, what, of, err);
		json_decref(answer->body);
		answer->body = NULL;
		return CW_FAIL;
	}
	return CW_OK;
}

static bool int32_of(const json_t *body, const char *key, int32_t *out)
{
	const json_t *n = json_object_get(body, key);

	if (!json_is_integer(n) || json_integer_value(n) < 0 || json_integer_value(n) > INT32_MAX)
		return false;
	*out = (int32_t)json_integer_value(n);
	return true;
}

/* ---- registering, looking up -------------------------------------------------------------------- */

static char *request_body(const char *type, const char *text, const char *referred)
{
	json_t *body = json_object();
	char *dumped;

	json_object_set_new(body, "schema", json_string(text));
	if (strcmp(type, "AVRO") != 0)
		json_object_set_new(body, "schemaType", json_string(type));
	if (referred)
		json_object_set_new(body, "references", json_loads(referred, 0, NULL));
	dumped = json_dumps(body, JSON_COMPACT);
	json_decref(body);
	return dumped;
}

static enum cw_result post(struct cw_registry *registry, const char *path, const char *body, const char *what,
			   const char *subject, int32_t *id, int32_t *version, struct cw_error *err)
{
	struct cw_registry_answer answer;
	enum cw_result result;

	if (!body) {
		cw_error_set(err, CW_ERR_INVALID, "%s of subject %s: the schema is not valid UTF-8", what, subject);
		return CW_FAIL;
	}
	result = call(registry, path, body, what, subject, &answer, err);
	if (result != CW_OK)
		return result;
	if (!int32_of(answer.body, "id", id) || (version && !int32_of(answer.body, "version", version)))
		result = refuse(&answer, what, subject, err);
	json_decref(answer.body);
	return result;
}

enum cw_result cw_registry_register(struct cw_registry *registry, const char *subject, const char *type,
				    const char *text, int32_t *id, struct cw_error *err)
{
	CW_AUTO_FREE char *name = cw_curl_escape(subject);
	CW_AUTO_FREE char *path =
		cw_format("/subjects/%s/versions%s", name, registry->config->normalize ? "?normalize=true" : "");
	char *body = request_body(type, text, NULL);
	enum cw_result result = post(registry, path, body, "registering the schema", subject, id, NULL, err);

	free(body);
	return result;
}

enum cw_result cw_registry_lookup(struct cw_registry *registry, const char *subject, const char *type, const char *text,
				  const char *referred, int32_t *id, int32_t *version, struct cw_error *err)
{
	CW_AUTO_FREE char *name = cw_curl_escape(subject);
	CW_AUTO_FREE char *path =
		cw_format("/subjects/%s?deleted=true%s", name, registry->config->normalize ? "&normalize=true" : "");
	char *body = request_body(type, text, referred);
	enum cw_result result = post(registry, path, body, "looking up the schema", subject, id, version, err);

	free(body);
	return result;
}

/* ---- reading ------------------------------------------------------------------------------------ */

static bool has_reference(const struct cw_registry_schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->n_references; i++)
		if (strcmp(schema->references[i].name, name) == 0)
			return true;
	return false;
}

static enum cw_result add_references(struct cw_registry *registry, struct cw_registry_schema *schema,
				     const json_t *list, int depth, struct cw_error *err);

static enum cw_result add_reference(struct cw_registry *registry, struct cw_registry_schema *schema,
				    const json_t *reference, int depth, struct cw_error *err)
{
	const char *name = json_string_value(json_object_get(reference, "name"));
	const char *subject = json_string_value(json_object_get(reference, "subject"));
	struct cw_registry_answer answer;
	enum cw_result result;
	const char *text;
	int32_t version;

	if (!name || !subject || !int32_of(reference, "version", &version)) {
		cw_error_set(err, CW_ERR_INVALID, "a reference of the schema names no subject and version");
		return CW_FAIL;
	}
	if (has_reference(schema, name))
		return CW_OK;
	CW_AUTO_FREE char *escaped = cw_curl_escape(subject);
	CW_AUTO_FREE char *path = cw_format("/subjects/%s/versions/%d?deleted=true", escaped, (int)version);

	result = call(registry, path, NULL, "retrieving the referred schema", subject, &answer, err);
	if (result != CW_OK)
		return result;
	text = json_string_value(json_object_get(answer.body, "schema"));
	if (!text)
		result = refuse(&answer, "retrieving the referred schema", subject, err);
	else
		result = add_references(registry, schema, json_object_get(answer.body, "references"), depth + 1, err);
	if (result == CW_OK && !has_reference(schema, name)) {
		schema->references =
			cw_realloc(schema->references, (schema->n_references + 1) * sizeof(*schema->references));
		schema->references[schema->n_references++] =
			(struct cw_registry_reference){ .name = cw_strdup(name), .text = cw_strdup(text) };
	}
	json_decref(answer.body);
	return result;
}

static enum cw_result add_references(struct cw_registry *registry, struct cw_registry_schema *schema,
				     const json_t *list, int depth, struct cw_error *err)
{
	enum cw_result result = CW_OK;

	if (depth > 100 || json_array_size(list) > REFERENCES_MAX || schema->n_references > REFERENCES_MAX) {
		cw_error_set(err, CW_ERR_INVALID, "the schema refers to more schemas than can be read");
		return CW_FAIL;
	}
	for (size_t i = 0; i < json_array_size(list) && result == CW_OK; i++)
		result = add_reference(registry, schema, json_array_get(list, i), depth, err);
	return result;
}

/* The schema that an answer describes. On failure it is empty. */
static enum cw_result read_schema(struct cw_registry *registry, const struct cw_registry_answer *answer,
				  const char *what, const char *of, struct cw_registry_schema *schema,
				  struct cw_error *err)
{
	const char *text = json_string_value(json_object_get(answer->body, "schema"));
	const char *type = json_string_value(json_object_get(answer->body, "schemaType"));
	const json_t *references = json_object_get(answer->body, "references");
	enum cw_result result;

	if (!text)
		return refuse(answer, what, of, err);
	schema->text = cw_strdup(text);
	schema->type = cw_strdup(type ? type : "AVRO");
	int32_of(answer->body, "id", &schema->id);
	int32_of(answer->body, "version", &schema->version);
	if (json_array_size(references))
		schema->referred = json_dumps(references, JSON_COMPACT);
	result = add_references(registry, schema, references, 0, err);
	if (result != CW_OK)
		cw_registry_schema_free(schema);
	return result;
}

enum cw_result cw_registry_by_id(struct cw_registry *registry, int32_t id, const char *subject,
				 const struct cw_registry_schema **out, struct cw_error *err)
{
	struct kept *kept = cache_find(&registry->by_id, id, NULL);
	CW_AUTO_FREE char *of = cw_format("id %d", (int)id);
	struct cw_registry_schema schema = { 0 };
	struct cw_registry_answer answer;
	enum cw_result result;

	if (kept) {
		*out = &kept->schema;
		return CW_OK;
	}
	CW_AUTO_FREE char *name = subject ? cw_curl_escape(subject) : NULL;
	CW_AUTO_FREE char *path =
		cw_format("/schemas/ids/%d?fetchMaxId=false%s%s", (int)id, name ? "&subject=" : "", name ? name : "");

	result = call(registry, path, NULL, "retrieving the schema", of, &answer, err);
	if (result != CW_OK)
		return result;
	result = read_schema(registry, &answer, "retrieving the schema", of, &schema, err);
	json_decref(answer.body);
	if (result != CW_OK)
		return result;
	kept = cache_place(&registry->by_id, &registry->passing);
	kept->schema = schema;
	kept->schema.id = id;
	*out = &kept->schema;
	return CW_OK;
}

static bool fresh(const struct cw_registry *registry, const struct kept *kept)
{
	int32_t ttl_s = registry->config->latest_cache_ttl_s;

	return ttl_s < 0 || registry->ctx->host->now_ns(registry->ctx) - kept->read_ns < (int64_t)ttl_s * 1000000000;
}

enum cw_result cw_registry_latest(struct cw_registry *registry, const char *subject,
				  const struct cw_registry_schema **out, struct cw_error *err)
{
	struct kept *kept = cache_find(&registry->latest, 0, subject);
	struct cw_registry_schema schema = { 0 };
	struct cw_registry_answer answer;
	enum cw_result result;

	if (kept && fresh(registry, kept)) {
		*out = &kept->schema;
		return CW_OK;
	}
	CW_AUTO_FREE char *name = cw_curl_escape(subject);
	CW_AUTO_FREE char *path = cw_format("/subjects/%s/versions/latest", name);

	result = call(registry, path, NULL, "retrieving the latest version", subject, &answer, err);
	if (result != CW_OK)
		return result;
	result = read_schema(registry, &answer, "retrieving the latest version", subject, &schema, err);
	json_decref(answer.body);
	if (result != CW_OK)
		return result;
	if (kept)
		kept_free(kept);
	else
		kept = cache_place(&registry->latest, &registry->passing);
	kept->schema = schema;
	kept->subject = cw_strdup(subject);
	kept->read_ns = registry->ctx->host->now_ns(registry->ctx);
	kept->used = ++registry->latest.calls;
	*out = &kept->schema;
	return CW_OK;
}

/* ---- ------------------------------------------------------------------------------------------- */

struct cw_registry *cw_registry_new(const struct cw_context *ctx, const struct cw_registry_config *config,
				    struct cw_error *err)
{
	struct cw_registry_http *http = cw_registry_http_new(ctx, config, err);
	struct cw_registry *registry;

	if (!http)
		return NULL;
	registry = cw_alloc(sizeof(*registry));
	registry->ctx = ctx;
	registry->config = config;
	registry->http = http;
	registry->by_id.capacity = (size_t)config->max_schemas;
	registry->latest.capacity = (size_t)config->latest_cache_size;
	return registry;
}

void cw_registry_free(struct cw_registry *registry)
{
	if (!registry)
		return;
	cw_registry_http_free(registry->http);
	cache_free(&registry->by_id);
	cache_free(&registry->latest);
	kept_free(&registry->passing);
	free(registry);
}
