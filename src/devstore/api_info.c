/* The store itself: who it is, how it is, its faults. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "devstore/api.h"

void cw_api_root(struct cw_call *call)
{
	cw_api_send(call, 200,
		    json_pack("{s:s,s:s,s:s,s:{s:s,s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:s},s:s}", "name", "connect-devstore",
			      "cluster_name", "connect-devstore", "cluster_uuid", "devstore-devstore-devs", "version",
			      "number", CW_ES_VERSION, "build_flavor", "default", "build_type", "tar", "build_hash",
			      "connect-devstore-" PACKAGE_VERSION, "build_date", "2024-08-05T00:00:00.000Z",
			      "build_snapshot", 0, "lucene_version", "9.11.1", "minimum_wire_compatibility_version",
			      "7.17.0", "minimum_index_compatibility_version", "7.0.0", "tagline",
			      "You Know, for Search (connect-devstore: for development and tests only)"));
}

void cw_api_health(struct cw_call *call)
{
	struct cw_es_error err = { 0 };
	struct cw_index **indices;
	size_t n;

	cw_store_lock(call->api->store);
	if (cw_api_resolve(call, call->index, &indices, &n, &err) == 0)
		free(indices);
	cw_store_unlock(call->api->store);
	if (err.status) {
		cw_api_fail(call, &err);
		return;
	}
	cw_api_send(call, 200,
		    json_pack("{s:s,s:s,s:b,s:i,s:i,s:I,s:I,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:f}", "cluster_name",
			      "connect-devstore", "status", "green", "timed_out", 0, "number_of_nodes", 1,
			      "number_of_data_nodes", 1, "active_primary_shards", (json_int_t)n, "active_shards",
			      (json_int_t)n, "relocating_shards", 0, "initializing_shards", 0, "unassigned_shards", 0,
			      "delayed_unassigned_shards", 0, "number_of_pending_tasks", 0, "number_of_in_flight_fetch",
			      0, "task_max_waiting_in_queue_millis", 0, "active_shards_percent_as_number", 100.0));
}

/* ---- _cat/indices -------------------------------------------------------------------------- */

static const char *const columns[] = {
	"health", "status", "index", "uuid", "pri", "rep", "docs.count", "docs.deleted"
};

#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void cell(const struct cw_index *index, size_t column, char *out, size_t size)
{
	static const char *const fixed[N_COLUMNS] = { "green", "open", NULL, NULL, "1", "0", NULL, NULL };

	if (fixed[column])
		snprintf(out, size, "%s", fixed[column]);
	else if (column == 2)
		snprintf(out, size, "%s", index->name);
	else if (column == 3)
		snprintf(out, size, "%s", index->uuid);
	else
		snprintf(out, size, "%lld", (long long)(column == 6 ? index->docs : index->deleted));
}

/* The columns asked for by "h", all without it: how many, -1 with *err. */
static int pick_columns(const struct cw_call *call, size_t out[16], struct cw_es_error *err)
{
	const char *h = cw_http_query(call->request, "h");
	int n = 0;

	for (size_t i = 0; !h && i < N_COLUMNS; i++)
		out[n++] = i;
	for (const char *p = h ? h : ""; *p && n < 16;) {
		size_t len = strcspn(p, ","), i = 0;

		while (i < N_COLUMNS && (strlen(columns[i]) != len || strncmp(columns[i], p, len) != 0))
			i++;
		if (i == N_COLUMNS)
			return cw_es_error_set(err, 400, "illegal_argument_exception",
					       "[h] has a column [%.*s] that this store does not have", (int)len, p);
		out[n++] = i;
		p += len + (p[len] == ',');
	}
	return n;
}

static void send_cat_json(struct cw_call *call, struct cw_index *const *indices, size_t n, const size_t *picked, int k)
{
	json_t *list = json_array();
	char text[300];

	for (size_t i = 0; i < n; i++) {
		json_t *row = json_object();

		for (int c = 0; c < k; c++) {
			cell(indices[i], picked[c], text, sizeof(text));
			json_object_set_new(row, columns[picked[c]], json_string(text));
		}
		json_array_append_new(list, row);
	}
	cw_api_send(call, 200, list);
}

static void send_cat_text(struct cw_call *call, struct cw_index *const *indices, size_t n, const size_t *picked, int k)
{
	bool heads = cw_api_flag(call, "v");
	struct cw_buf *out = &call->response->body;
	int width[16] = { 0 };
	char text[300];

	for (int c = 0; c < k; c++) {
		width[c] = heads ? (int)strlen(columns[picked[c]]) : 0;
		for (size_t i = 0; i < n; i++) {
			cell(indices[i], picked[c], text, sizeof(text));
			width[c] = (int)strlen(text) > width[c] ? (int)strlen(text) : width[c];
		}
	}
	for (size_t i = heads ? 0 : 1; i <= n; i++)
		for (int c = 0; c < k; c++) {
			/* Row 0 is that of the heads. */
			if (i == 0)
				snprintf(text, sizeof(text), "%s", columns[picked[c]]);
			else
				cell(indices[i - 1], picked[c], text, sizeof(text));
			if (c + 1 < k)
				cw_buf_printf(out, picked[c] >= 4 ? "%*s " : "%-*s ", width[c], text);
			else
				cw_buf_printf(out, "%*s\n", width[c], text);
		}
	call->response->content_type = "text/plain; charset=UTF-8";
}

void cw_api_cat_indices(struct cw_call *call)
{
	const char *format = cw_http_query(call->request, "format");
	struct cw_es_error err = { 0 };
	struct cw_index **indices;
	size_t n, picked[16];
	int k;

	k = pick_columns(call, picked, &err);
	cw_store_lock(call->api->store);
	if (k >= 0 && cw_api_resolve(call, call->index, &indices, &n, &err) == 0) {
		if (format && strcmp(format, "json") == 0)
			send_cat_json(call, indices, n, picked, k);
		else
			send_cat_text(call, indices, n, picked, k);
		free(indices);
	}
	cw_store_unlock(call->api->store);
	if (err.status)
		cw_api_fail(call, &err);
}

/* ---- faults -------------------------------------------------------------------------------- */

void cw_api_faults_get(struct cw_call *call)
{
	cw_api_send(call, 200, cw_faults_to_json(call->api->faults));
}

void cw_api_faults_set(struct cw_call *call)
{
	struct cw_es_error err = { 0 };
	json_t *body;

	if (cw_api_body(call, &body))
		return;
	if (cw_faults_set(call->api->faults, body, &err))
		cw_api_fail(call, &err);
	else
		cw_api_faults_get(call);
	json_decref(body);
}

void cw_api_faults_clear(struct cw_call *call)
{
	cw_faults_clear(call->api->faults);
	cw_api_faults_get(call);
}
