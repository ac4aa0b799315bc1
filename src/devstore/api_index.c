/* Indices, their mappings, index templates, data streams. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "devstore/api.h"
#include "devstore/wildcard.h"
#include "devstore/write.h"

static json_t *acknowledged(void)
{
	return json_pack("{s:b}", "acknowledged", 1);
}

/* What a handler does with each index of an expression, under the lock. */
static void each_index(struct cw_call *call, json_t *(*show)(const struct cw_index *index))
{
	struct cw_es_error err = { 0 };
	struct cw_index **indices;
	json_t *body = json_object();
	size_t n;

	cw_store_lock(call->api->store);
	if (cw_api_resolve(call, call->index, &indices, &n, &err) == 0) {
		for (size_t i = 0; i < n; i++)
			json_object_set_new(body, indices[i]->name, show(indices[i]));
		free(indices);
	}
	cw_store_unlock(call->api->store);
	if (err.status) {
		json_decref(body);
		cw_api_fail(call, &err);
		return;
	}
	cw_api_send(call, 200, body);
}

static json_t *show_settings(const struct cw_index *index)
{
	json_t *settings = json_object(), *inner = json_object_get(index->settings, "index"), *value;
	json_t *out = json_object();
	const char *key;

	/* Templates say "number_of_shards" or {"index":{"number_of_shards"…}}: one form comes out. */
	json_object_foreach(index->settings, key, value)
		if (strcmp(key, "index") != 0)
			json_object_set(settings, strncmp(key, "index.", 6) == 0 ? key + 6 : key, value);
	if (json_is_object(inner))
		json_object_update(settings, inner);
	json_object_set_new(settings, "provided_name", json_string(index->name));
	json_object_set_new(settings, "uuid", json_string(index->uuid));
	json_object_set_new(settings, "creation_date", json_sprintf("%lld", (long long)index->created_ms));
	json_object_set_new(out, "index", settings);
	return out;
}

static json_t *show_index(const struct cw_index *index)
{
	return json_pack("{s:O,s:O,s:o}", "aliases", index->aliases, "mappings", index->mapping->json, "settings",
			 show_settings(index));
}

static json_t *show_mapping(const struct cw_index *index)
{
	return json_pack("{s:O}", "mappings", index->mapping->json);
}

static json_t *show_settings_only(const struct cw_index *index)
{
	return json_pack("{s:o}", "settings", show_settings(index));
}

void cw_api_index_get(struct cw_call *call)
{
	each_index(call, show_index);
}

void cw_api_mapping_get(struct cw_call *call)
{
	each_index(call, show_mapping);
}

void cw_api_settings_get(struct cw_call *call)
{
	each_index(call, show_settings_only);
}

/* ---- changes, each in a transaction of its own --------------------------------------------- */

typedef int change(struct cw_call *call, const json_t *body, struct cw_es_error *err);

/* Reads the body, runs the change between begin and commit, and answers. True: it was made. */
static bool make(struct cw_call *call, change *fn)
{
	struct cw_es_error err = { 0 };
	struct cw_store *store = call->api->store;
	json_t *body;

	if (cw_api_body(call, &body))
		return false;
	cw_store_lock(store);
	if (cw_store_begin(store, &err) == 0) {
		if (fn(call, body, &err))
			cw_store_rollback(store);
		else
			cw_store_commit(store, &err);
	}
	cw_store_unlock(store);
	json_decref(body);
	if (err.status)
		cw_api_fail(call, &err);
	return !err.status;
}

static int put_index(struct cw_call *call, const json_t *body, struct cw_es_error *err)
{
	if (cw_store_index_find(call->api->store, call->index))
		return cw_es_error_set(err, 400, "resource_already_exists_exception", "index [%s] already exists",
				       call->index);
	return cw_index_create(call->api->store, call->index, body, err) ? 0 : -1;
}

void cw_api_index_put(struct cw_call *call)
{
	if (make(call, put_index))
		cw_api_send(
			call, 200,
			json_pack("{s:b,s:b,s:s}", "acknowledged", 1, "shards_acknowledged", 1, "index", call->index));
}

static int delete_index(struct cw_call *call, const json_t *body, struct cw_es_error *err)
{
	struct cw_index **indices;
	size_t n;
	int failed = 0;

	(void)body;
	if (cw_api_resolve(call, call->index, &indices, &n, err))
		return -1;
	for (size_t i = 0; i < n && !failed; i++)
		failed = cw_store_index_remove(call->api->store, indices[i], err);
	free(indices);
	return failed;
}

void cw_api_index_delete(struct cw_call *call)
{
	if (make(call, delete_index))
		cw_api_send(call, 200, acknowledged());
}

static int put_mapping(struct cw_call *call, const json_t *body, struct cw_es_error *err)
{
	struct cw_index **indices;
	size_t n;
	int failed = 0;

	if (!json_is_object(body))
		return cw_es_error_set(err, 400, "parse_exception", "the body must be a JSON object with [properties]");
	if (cw_api_resolve(call, call->index, &indices, &n, err))
		return -1;
	for (size_t i = 0; i < n && !failed; i++)
		failed = cw_mapping_merge(indices[i]->mapping, body, err) ||
			 cw_store_index_save(call->api->store, indices[i], err);
	free(indices);
	return failed ? -1 : 0;
}

void cw_api_mapping_put(struct cw_call *call)
{
	if (make(call, put_mapping))
		cw_api_send(call, 200, acknowledged());
}

/* Everything can be found at once here: there is nothing to do but to look whether it exists. */
void cw_api_refresh(struct cw_call *call)
{
	struct cw_es_error err = { 0 };
	struct cw_index **indices;
	size_t n = 0;

	cw_store_lock(call->api->store);
	if (cw_api_resolve(call, call->index, &indices, &n, &err) == 0)
		free(indices);
	cw_store_unlock(call->api->store);
	if (err.status)
		cw_api_fail(call, &err);
	else
		cw_api_send(call, 200,
			    json_pack("{s:{s:I,s:I,s:i}}", "_shards", "total", (json_int_t)n, "successful",
				      (json_int_t)n, "failed", 0));
}

/* ---- index templates ----------------------------------------------------------------------- */

void cw_api_template_get(struct cw_call *call)
{
	json_t *list = json_array(), *body;
	const char *name;
	struct cw_es_error err = { 0 };

	cw_store_lock(call->api->store);
	json_object_foreach((json_t *)cw_store_templates(call->api->store), name, body)
		if (!call->name || cw_wildcard_list(call->name, name))
			json_array_append_new(
				list, json_pack("{s:s,s:o}", "name", name, "index_template", json_deep_copy(body)));
	cw_store_unlock(call->api->store);
	if (json_array_size(list) == 0 && call->name && !strchr(call->name, '*')) {
		cw_es_error_set(&err, 404, "resource_not_found_exception", "index template matching [%s] not found",
				call->name);
		json_decref(list);
		cw_api_fail(call, &err);
		return;
	}
	cw_api_send(call, 200, json_pack("{s:o}", "index_templates", list));
}

static int put_template(struct cw_call *call, const json_t *body, struct cw_es_error *err)
{
	if (cw_api_flag(call, "create") && json_object_get(cw_store_templates(call->api->store), call->name))
		return cw_es_error_set(err, 400, "illegal_argument_exception", "index template [%s] already exists",
				       call->name);
	if (cw_template_check(call->name, body, err))
		return -1;
	return cw_store_template_set(call->api->store, call->name, body, err);
}

void cw_api_template_put(struct cw_call *call)
{
	if (make(call, put_template))
		cw_api_send(call, 200, acknowledged());
}

static int delete_template(struct cw_call *call, const json_t *body, struct cw_es_error *err)
{
	(void)body;
	if (!json_object_get(cw_store_templates(call->api->store), call->name))
		return cw_es_error_set(err, 404, "index_template_missing_exception", "index_template [%s] missing",
				       call->name);
	return cw_store_template_set(call->api->store, call->name, NULL, err);
}

void cw_api_template_delete(struct cw_call *call)
{
	if (make(call, delete_template))
		cw_api_send(call, 200, acknowledged());
}

/* ---- data streams: here an index that only takes "create" ---------------------------------- */

static json_t *show_stream(const struct cw_index *index)
{
	return json_pack("{s:s,s:{s:s},s:[{s:s,s:s}],s:i,s:s}", "name", index->name, "timestamp_field", "name",
			 "@timestamp", "indices", "index_name", index->name, "index_uuid", index->uuid, "generation", 1,
			 "status", "GREEN");
}

void cw_api_data_stream_get(struct cw_call *call)
{
	struct cw_es_error err = { 0 };
	struct cw_store *store = call->api->store;
	json_t *list = json_array();

	cw_store_lock(store);
	for (size_t i = 0; i < cw_store_index_count(store); i++) {
		const struct cw_index *index = cw_store_index_at(store, i);

		if (index->data_stream && cw_wildcard_list(call->name, index->name))
			json_array_append_new(list, show_stream(index));
	}
	cw_store_unlock(store);
	if (json_array_size(list) == 0 && !strchr(call->name, '*')) {
		cw_es_error_set(&err, 404, "index_not_found_exception", "no such index [%s]", call->name);
		json_decref(list);
		cw_api_fail(call, &err);
		return;
	}
	cw_api_send(call, 200, json_pack("{s:o}", "data_streams", list));
}

static int put_data_stream(struct cw_call *call, const json_t *body, struct cw_es_error *err)
{
	struct cw_index *index;

	(void)body;
	call->index = call->name;
	if (put_index(call, NULL, err))
		return -1;
	index = cw_store_index_find(call->api->store, call->name);
	if (index->data_stream)
		return 0;
	return cw_es_error_set(err, 400, "illegal_argument_exception",
			       "no matching index template found for data stream [%s]", call->name);
}

void cw_api_data_stream_put(struct cw_call *call)
{
	if (make(call, put_data_stream))
		cw_api_send(call, 200, acknowledged());
}

void cw_api_data_stream_delete(struct cw_call *call)
{
	call->index = call->name;
	cw_api_index_delete(call);
}
