/* One document. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "devstore/api.h"
#include "devstore/write.h"

/* ---- reading ------------------------------------------------------------------------------- */

/* The document as new JSON, NULL when there is none or with *err. */
static json_t *load(struct cw_call *call, struct cw_row *row, struct cw_es_error *err)
{
	struct cw_index *index = cw_store_index_find(call->api->store, call->index);
	int found;

	if (!index) {
		cw_es_error_set(err, 404, "index_not_found_exception", "no such index [%s]", call->index);
		return NULL;
	}
	found = cw_store_get(index, call->name, row, err);
	if (found <= 0 || row->deleted)
		return NULL;
	return json_loadb(row->source.p, row->source.n, JSON_ALLOW_NUL, NULL);
}

void cw_api_doc_get(struct cw_call *call)
{
	struct cw_es_error err = { 0 };
	struct cw_row row = { 0 };
	json_t *source;

	cw_store_lock(call->api->store);
	source = load(call, &row, &err);
	cw_store_unlock(call->api->store);
	if (err.status)
		cw_api_fail(call, &err);
	else if (!source)
		cw_api_send(call, 404,
			    json_pack("{s:s,s:s,s:b}", "_index", call->index, "_id", call->name, "found", 0));
	else
		cw_api_send(call, 200,
			    json_pack("{s:s,s:s,s:I,s:I,s:i,s:b,s:o}", "_index", call->index, "_id", call->name,
				      "_version", (json_int_t)row.version, "_seq_no", (json_int_t)row.seq_no,
				      "_primary_term", 1, "found", 1, "_source", source));
}

void cw_api_source_get(struct cw_call *call)
{
	struct cw_es_error err = { 0 };
	struct cw_row row = { 0 };
	json_t *source;

	cw_store_lock(call->api->store);
	source = load(call, &row, &err);
	cw_store_unlock(call->api->store);
	if (!source)
		cw_es_error_set(&err, 404, "resource_not_found_exception", "Document not found [%s]/[%s]", call->index,
				call->name);
	if (source)
		cw_api_send(call, 200, source);
	else
		cw_api_fail(call, &err);
}

/* ---- writing ------------------------------------------------------------------------------- */

static int read_number(const struct cw_call *call, const char *name, int64_t *out, struct cw_es_error *err)
{
	const char *text = cw_http_query(call->request, name);
	char *end;

	if (!text)
		return 0;
	*out = strtoll(text, &end, 10);
	if (*text && !*end && *out >= 0)
		return 0;
	return cw_es_error_set(err, 400, "illegal_argument_exception",
			       "Failed to parse long parameter [%s] with value [%s]", name, text);
}

static int read_parameters(struct cw_call *call, struct cw_write *write, struct cw_es_error *err)
{
	const char *op_type = cw_http_query(call->request, "op_type");

	if (op_type && strcmp(op_type, "create") == 0)
		write->op = CW_BULK_CREATE;
	else if (op_type && strcmp(op_type, "index") != 0)
		return cw_es_error_set(err, 400, "illegal_argument_exception",
				       "opType must be 'create' or 'index', found: [%s]", op_type);
	if (cw_version_type_parse(cw_http_query(call->request, "version_type"), &write->version_type))
		return cw_es_error_set(err, 400, "illegal_argument_exception", "No version type match [%s]",
				       cw_http_query(call->request, "version_type"));
	if (read_number(call, "version", &write->version, err) ||
	    read_number(call, "if_seq_no", &write->if_seq_no, err) ||
	    read_number(call, "if_primary_term", &write->if_primary_term, err))
		return -1;
	if ((write->version >= 0) != (write->version_type != CW_VERSION_INTERNAL))
		return cw_es_error_set(err, 400, "action_request_validation_exception",
				       "Validation Failed: 1: [version] and an external [version_type] go together;");
	return 0;
}

static json_t *result_json(const struct cw_write *write, const struct cw_written *written)
{
	return json_pack("{s:s,s:s,s:I,s:s,s:{s:i,s:i,s:i},s:I,s:i}", "_index", write->index, "_id",
			 write->id ? write->id : written->made_id, "_version", (json_int_t)written->version, "result",
			 written->result, "_shards", "total", 1, "successful", 1, "failed", 0, "_seq_no",
			 (json_int_t)written->seq_no, "_primary_term", 1);
}

static void write_document(struct cw_call *call, enum cw_bulk_op op)
{
	const struct cw_buf *body = &call->request->body;
	struct cw_store *store = call->api->store;
	struct cw_es_error err = { 0 };
	struct cw_written written;
	struct cw_write write = { .op = op,
				  .index = call->index,
				  .id = call->name,
				  .pipeline = cw_http_query(call->request, "pipeline"),
				  .version = -1,
				  .if_seq_no = -1,
				  .if_primary_term = -1,
				  .source = cw_slice(body->p, body->n) };

	if (read_parameters(call, &write, &err) == 0) {
		cw_store_lock(store);
		if (cw_store_begin(store, &err) == 0) {
			if (cw_write_apply(store, &write, &written, &err))
				cw_store_rollback(store);
			else
				cw_store_commit(store, &err);
		}
		cw_store_unlock(store);
	}
	if (err.status)
		cw_api_fail(call, &err);
	else
		cw_api_send(call, written.status, result_json(&write, &written));
}

void cw_api_doc_put(struct cw_call *call)
{
	write_document(call, CW_BULK_INDEX);
}

void cw_api_doc_create(struct cw_call *call)
{
	write_document(call, CW_BULK_CREATE);
}

void cw_api_doc_update(struct cw_call *call)
{
	write_document(call, CW_BULK_UPDATE);
}

void cw_api_doc_delete(struct cw_call *call)
{
	write_document(call, CW_BULK_DELETE);
}
