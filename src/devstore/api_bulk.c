/* Many documents: one transaction, one result an item. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "devstore/api.h"
#include "devstore/filter_path.h"
#include "devstore/write.h"

enum part {
	P_INDEX,
	P_ID,
	P_VERSION,
	P_RESULT,
	P_SHARDS,
	P_SEQ_NO,
	P_TERM,
	P_STATUS,
	P_ERROR_TYPE,
	P_ERROR_REASON,
	P_ERROR_CAUSE,
	N_PARTS
};

static const char *const parts[N_PARTS] = { "_index",	  "_id",	  "_version",	    "result",
					    "_shards",	  "_seq_no",	  "_primary_term",  "status",
					    "error.type", "error.reason", "error.caused_by" };

/* What is wanted of each item, worked out once: rendering filters nothing after that. */
struct answer {
	struct cw_buf items;
	bool keep[4][N_PARTS]; /* by operation */
	bool any[4];
	bool errors;
};

static void choose_parts(struct answer *answer, const char *filter)
{
	for (int op = 0; op < 4; op++)
		for (int part = 0; part < N_PARTS; part++) {
			CW_AUTO_FREE char *path = cw_format("items.%s.%s", cw_bulk_op_names[op], parts[part]);

			answer->keep[op][part] = cw_filter_keeps(filter, path);
		}
}

static void separate(struct cw_buf *out, size_t start)
{
	if (out->n > start)
		cw_buf_append(out, ",", 1);
}

static void render_text(struct cw_buf *out, size_t start, bool keep, const char *name, const char *value)
{
	if (!keep)
		return;
	separate(out, start);
	cw_buf_append(out, "\"", 1);
	cw_buf_puts(out, name);
	cw_buf_append(out, "\":\"", 3);
	cw_buf_json_escape(out, value, strlen(value));
	cw_buf_append(out, "\"", 1);
}

static void render_number(struct cw_buf *out, size_t start, bool keep, const char *name, int64_t value)
{
	if (!keep)
		return;
	separate(out, start);
	cw_buf_printf(out, "\"%s\":%lld", name, (long long)value);
}

static void render_error(struct cw_buf *out, size_t start, const bool *keep, const struct cw_es_error *err)
{
	size_t inner;

	if (!keep[P_ERROR_TYPE] && !keep[P_ERROR_REASON] && !keep[P_ERROR_CAUSE])
		return;
	separate(out, start);
	cw_buf_puts(out, "\"error\":{");
	inner = out->n;
	render_text(out, inner, keep[P_ERROR_TYPE], "type", err->type);
	render_text(out, inner, keep[P_ERROR_REASON], "reason", err->reason);
	if (keep[P_ERROR_CAUSE] && err->cause_type[0]) {
		separate(out, inner);
		cw_buf_puts(out, "\"caused_by\":{");
		inner = out->n;
		render_text(out, inner, true, "type", err->cause_type);
		render_text(out, inner, true, "reason", err->cause);
		cw_buf_puts(out, "}");
	}
	cw_buf_puts(out, "}");
}

static void render_item(struct answer *answer, const struct cw_write *write, const struct cw_written *written,
			const struct cw_es_error *err)
{
	const bool *keep = answer->keep[write->op];
	struct cw_buf *out = &answer->items;
	const char *id = write->id ? write->id : written->made_id;
	size_t before = out->n, start;

	separate(out, 0);
	cw_buf_printf(out, "{\"%s\":{", cw_bulk_op_names[write->op]);
	start = out->n;
	render_text(out, start, keep[P_INDEX], "_index", write->index);
	if (write->id || *id)
		render_text(out, start, keep[P_ID], "_id", id);
	if (err->status) {
		render_number(out, start, keep[P_STATUS], "status", err->status);
		render_error(out, start, keep, err);
		answer->errors = true;
	} else {
		render_number(out, start, keep[P_VERSION], "_version", written->version);
		render_text(out, start, keep[P_RESULT], "result", written->result);
		if (keep[P_SHARDS]) {
			separate(out, start);
			cw_buf_puts(out, "\"_shards\":{\"total\":1,\"successful\":1,\"failed\":0}");
		}
		render_number(out, start, keep[P_SEQ_NO], "_seq_no", written->seq_no);
		render_number(out, start, keep[P_TERM], "_primary_term", 1);
		render_number(out, start, keep[P_STATUS], "status", written->status);
	}
	if (out->n == start)
		out->n = before; /* nothing of it is wanted */
	else
		cw_buf_append(out, "}}", 2);
}

/* True: a fault took the place of the item's own result. */
static bool strike_item(struct cw_call *call, const struct cw_write *write, size_t i, struct cw_es_error *err)
{
	int status = cw_faults_item(call->api->faults, call->fault.number, i, write->id);

	if (status == 429)
		cw_es_error_set(err, 429, "es_rejected_execution_exception", "rejected execution: a fault on request");
	else if (status == 400)
		cw_es_error_set(err, 400, "document_parsing_exception",
				"failed to parse document with id '%s': a fault on request",
				write->id ? write->id : "");
	else if (status == 403)
		cw_es_error_set(err, 403, "cluster_block_exception",
				"index [%s] blocked by: [FORBIDDEN/12/index read-only / allow delete (api)]: a fault on request",
				write->index);
	else if (status == 500)
		cw_es_error_set(err, 500, "exception", "something broke: a fault on request");
	return status != 0;
}

/* 0, or -1 with *err when the store itself fails; then nothing of the request was kept. */
static int run(struct cw_call *call, const struct cw_bulk *bulk, struct answer *answer, struct cw_es_error *err)
{
	struct cw_store *store = call->api->store;
	bool faults = cw_faults_any_item(call->api->faults);

	if (cw_store_begin(store, err))
		return -1;
	for (size_t i = 0; i < bulk->n; i++) {
		const struct cw_write *write = &bulk->items[i].write;
		struct cw_es_error item_error = { 0 };
		struct cw_written written = { 0 };

		if (!faults || !strike_item(call, write, i, &item_error))
			cw_write_apply(store, write, &written, &item_error);
		if (item_error.status == 503) {
			*err = item_error;
			cw_store_rollback(store);
			return -1;
		}
		render_item(answer, write, &written, &item_error);
	}
	return cw_store_commit(store, err);
}

static void send(struct cw_call *call, struct answer *answer, int64_t took_ms, const char *filter)
{
	struct cw_buf *out = &call->response->body;
	size_t start;

	cw_buf_reserve(out, answer->items.n + 64);
	cw_buf_puts(out, "{");
	start = out->n;
	render_number(out, start, cw_filter_keeps(filter, "took"), "took", took_ms);
	if (cw_filter_keeps(filter, "errors")) {
		separate(out, start);
		cw_buf_puts(out, answer->errors ? "\"errors\":true" : "\"errors\":false");
	}
	if (answer->items.n > 0) {
		separate(out, start);
		cw_buf_puts(out, "\"items\":[");
		cw_buf_append(out, answer->items.p, answer->items.n);
		cw_buf_puts(out, "]");
	}
	cw_buf_puts(out, "}");
	call->response->status = 200;
}

void cw_api_bulk(struct cw_call *call)
{
	const struct cw_buf *body = &call->request->body;
	const char *filter = cw_http_query(call->request, "filter_path");
	int64_t start_ms = cw_clock_ms();
	struct answer answer = { .errors = false };
	struct cw_es_error err = { 0 };
	struct cw_bulk bulk = { 0 };

	if (cw_bulk_parse(body->p, body->n, call->index, &bulk, &err) == 0) {
		choose_parts(&answer, filter);
		cw_store_lock(call->api->store);
		run(call, &bulk, &answer, &err);
		cw_store_unlock(call->api->store);
		cw_bulk_free(&bulk);
	}
	if (err.status)
		cw_api_fail(call, &err);
	else
		send(call, &answer, cw_clock_ms() - start_ms, filter);
	cw_buf_free(&answer.items);
}
