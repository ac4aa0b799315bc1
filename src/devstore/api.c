#include "devstore/api.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "devstore/filter_path.h"
#include "devstore/wildcard.h"

enum { GET = 1, HEAD = 2, POST = 4, PUT = 8, DELETE = 16 };

static const char *const method_names[] = { "GET", "HEAD", "POST", "PUT", "DELETE" };

#define WRITE_PARAMETERS "refresh,routing,timeout,wait_for_active_shards,pipeline,require_alias,require_data_stream"
#define FIND_PARAMETERS "ignore_unavailable,allow_no_indices,expand_wildcards,q,preference,routing"

/* {index} and {name} of a path are given to the handler; an {index} never starts with "_" (but "_all"). */
static const struct route {
	int methods;
	const char *path;
	void (*handler)(struct cw_call *call);
	const char *parameters; /* beside the common ones */
} routes[] = {
	{ GET | HEAD, "", cw_api_root, "" },
	{ GET, "_cluster/health", cw_api_health, "wait_for_status,timeout,level,master_timeout" },
	{ GET, "_cluster/health/{index}", cw_api_health, "wait_for_status,timeout,level,master_timeout" },
	{ GET, "_cat/indices", cw_api_cat_indices, "v,h,s,format,bytes,health,expand_wildcards" },
	{ GET, "_cat/indices/{index}", cw_api_cat_indices, "v,h,s,format,bytes,health,expand_wildcards" },
	{ GET, "_faults", cw_api_faults_get, "" },
	{ POST | PUT, "_faults", cw_api_faults_set, "" },
	{ DELETE, "_faults", cw_api_faults_clear, "" },
	{ GET | HEAD, "_index_template", cw_api_template_get, "flat_settings,master_timeout,local" },
	{ GET | HEAD, "_index_template/{name}", cw_api_template_get, "flat_settings,master_timeout,local" },
	{ PUT | POST, "_index_template/{name}", cw_api_template_put, "create,cause,master_timeout" },
	{ DELETE, "_index_template/{name}", cw_api_template_delete, "timeout,master_timeout" },
	{ GET, "_data_stream/{name}", cw_api_data_stream_get, "expand_wildcards" },
	{ PUT, "_data_stream/{name}", cw_api_data_stream_put, "timeout" },
	{ DELETE, "_data_stream/{name}", cw_api_data_stream_delete, "expand_wildcards" },
	{ POST | PUT, "_bulk", cw_api_bulk, WRITE_PARAMETERS ",_source" },
	{ POST | PUT, "{index}/_bulk", cw_api_bulk, WRITE_PARAMETERS ",_source" },
	{ GET | POST, "_search", cw_api_search, FIND_PARAMETERS ",from,size,sort,_source,track_total_hits,timeout" },
	{ GET | POST, "{index}/_search", cw_api_search,
	  FIND_PARAMETERS ",from,size,sort,_source,track_total_hits,timeout" },
	{ GET | POST, "_count", cw_api_count, FIND_PARAMETERS },
	{ GET | POST, "{index}/_count", cw_api_count, FIND_PARAMETERS },
	{ GET | POST, "_refresh", cw_api_refresh, "ignore_unavailable,allow_no_indices,expand_wildcards" },
	{ GET | POST, "{index}/_refresh", cw_api_refresh, "ignore_unavailable,allow_no_indices,expand_wildcards" },
	{ GET | POST, "_flush", cw_api_refresh,
	  "ignore_unavailable,allow_no_indices,expand_wildcards,force,wait_if_ongoing" },
	{ GET | POST, "{index}/_flush", cw_api_refresh,
	  "ignore_unavailable,allow_no_indices,expand_wildcards,force,wait_if_ongoing" },
	{ GET, "_mapping", cw_api_mapping_get, "ignore_unavailable,allow_no_indices,expand_wildcards" },
	{ GET, "{index}/_mapping", cw_api_mapping_get, "ignore_unavailable,allow_no_indices,expand_wildcards" },
	{ PUT | POST, "{index}/_mapping", cw_api_mapping_put, "ignore_unavailable,timeout,master_timeout" },
	{ GET, "{index}/_settings", cw_api_settings_get, "ignore_unavailable,flat_settings" },
	{ GET | HEAD, "{index}", cw_api_index_get,
	  "ignore_unavailable,allow_no_indices,expand_wildcards,flat_settings" },
	{ PUT, "{index}", cw_api_index_put, "timeout,master_timeout,wait_for_active_shards" },
	{ DELETE, "{index}", cw_api_index_delete,
	  "ignore_unavailable,allow_no_indices,expand_wildcards,timeout,master_timeout" },
	{ GET | HEAD, "{index}/_doc/{name}", cw_api_doc_get, "realtime,refresh,routing,preference,_source,version" },
	{ GET | HEAD, "{index}/_source/{name}", cw_api_source_get, "realtime,refresh,routing,preference" },
	{ POST, "{index}/_doc", cw_api_doc_put, WRITE_PARAMETERS ",op_type" },
	{ PUT | POST, "{index}/_doc/{name}", cw_api_doc_put,
	  WRITE_PARAMETERS ",op_type,version,version_type,if_seq_no,if_primary_term" },
	{ DELETE, "{index}/_doc/{name}", cw_api_doc_delete,
	  WRITE_PARAMETERS ",version,version_type,if_seq_no,if_primary_term" },
	{ PUT | POST, "{index}/_create/{name}", cw_api_doc_create, WRITE_PARAMETERS ",version,version_type" },
	{ POST, "{index}/_update/{name}", cw_api_doc_update,
	  WRITE_PARAMETERS ",retry_on_conflict,if_seq_no,if_primary_term,_source" },
};

#define N_ROUTES (sizeof(routes) / sizeof(routes[0]))

/* ---- what handlers use --------------------------------------------------------------------- */

void cw_api_send(struct cw_call *call, int status, json_t *body)
{
	json_t *kept = cw_filter_apply(cw_http_query(call->request, "filter_path"), body);
	size_t flags = cw_api_flag(call, "pretty") ? JSON_INDENT(2) : JSON_COMPACT;
	/* 16 digits: 0.1 stays "0.1". */
	char *text = json_dumps(kept, flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION(16));

	call->response->status = status;
	cw_buf_puts(&call->response->body, text ? text : "{}");
	if (cw_api_flag(call, "pretty"))
		cw_buf_puts(&call->response->body, "\n");
	free(text);
	json_decref(kept);
	json_decref(body);
}

void cw_api_fail(struct cw_call *call, const struct cw_es_error *err)
{
	json_t *body = cw_es_error_body(err);
	char *text = json_dumps(body, cw_api_flag(call, "pretty") ? JSON_INDENT(2) : JSON_COMPACT);

	call->response->status = err->status;
	call->response->body.n = 0;
	cw_buf_puts(&call->response->body, text ? text : "{}");
	free(text);
	json_decref(body);
}

bool cw_api_flag(const struct cw_call *call, const char *name)
{
	const char *value = cw_http_query(call->request, name);

	return value && strcmp(value, "false") != 0;
}

int cw_api_body(struct cw_call *call, json_t **out)
{
	const struct cw_buf *body = &call->request->body;
	struct cw_es_error err = { 0 };
	json_error_t error;

	*out = NULL;
	if (body->n == 0)
		return 0;
	*out = json_loadb(body->p, body->n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	if (*out)
		return 0;
	cw_es_error_set(&err, 400, "parse_exception", "the request's body is no JSON: line %d, column %d: %s",
			error.line, error.column, error.text);
	cw_api_fail(call, &err);
	return -1;
}

static bool named_by(const struct cw_index *index, const char *expression)
{
	const char *alias;
	json_t *value;

	if (cw_wildcard_list(expression, index->name))
		return true;
	json_object_foreach(index->aliases, alias, value)
		if (cw_wildcard_list(expression, alias))
			return true;
	return false;
}

static int check_names(struct cw_call *call, const char *expression, struct cw_es_error *err)
{
	struct cw_store *store = call->api->store;

	for (const char *p = expression; *p;) {
		size_t n = strcspn(p, ","), i = 0;
		CW_AUTO_FREE char *name = cw_strndup(p, n);

		if (!strchr(name, '*') && *name != '-') {
			while (i < cw_store_index_count(store) && !named_by(cw_store_index_at(store, i), name))
				i++;
			if (i == cw_store_index_count(store))
				return cw_es_error_set(err, 404, "index_not_found_exception", "no such index [%s]",
						       name);
		}
		p += n + (p[n] == ',');
	}
	return 0;
}

int cw_api_resolve(struct cw_call *call, const char *expression, struct cw_index ***out, size_t *n,
		   struct cw_es_error *err)
{
	struct cw_store *store = call->api->store;

	if (!expression || strcmp(expression, "_all") == 0)
		expression = "*";
	if (!cw_api_flag(call, "ignore_unavailable") && check_names(call, expression, err))
		return -1;
	*out = cw_alloc((cw_store_index_count(store) + 1) * sizeof(**out));
	*n = 0;
	for (size_t i = 0; i < cw_store_index_count(store); i++)
		if (named_by(cw_store_index_at(store, i), expression))
			(*out)[(*n)++] = cw_store_index_at(store, i);
	return 0;
}

/* ---- dispatch ------------------------------------------------------------------------------ */

static bool path_matches(const struct route *route, struct cw_call *call)
{
	const struct cw_http_request *request = call->request;
	const char *p = route->path;
	size_t i = 0;

	call->index = call->name = NULL;
	for (; *p && i < request->n_segments; i++) {
		size_t n = strcspn(p, "/");
		const char *segment = request->segments[i];

		if (strncmp(p, "{index}", n) == 0) {
			if (*segment == '_' && strcmp(segment, "_all") != 0)
				return false;
			call->index = segment;
		} else if (strncmp(p, "{name}", n) == 0) {
			call->name = segment;
		} else if (strlen(segment) != n || strncmp(p, segment, n) != 0) {
			return false;
		}
		p += n + (p[n] == '/');
	}
	return !*p && i == request->n_segments && !request->too_deep;
}

struct parameter_check {
	const char *known;
	char *unknown;
	char *nearest;
};

#define COMMON_PARAMETERS "pretty,human,error_trace,filter_path,format"

static bool on_parameter(const char *name, void *arg)
{
	struct parameter_check *check = arg;
	const char *lists[] = { check->known, COMMON_PARAMETERS };
	struct cw_nearest near = { .name = name };
	CW_AUTO_FREE char *best = NULL;

	for (int i = 0; i < 2; i++)
		for (const char *p = lists[i]; *p;) {
			size_t n = strcspn(p, ",");
			CW_AUTO_FREE char *known = cw_strndup(p, n);

			if (strcmp(known, name) == 0)
				return true;
			cw_nearest_offer(&near, known);
			if (near.best == known) {
				free(best);
				best = cw_strdup(known);
				near.best = best;
			}
			p += n + (p[n] == ',');
		}
	check->unknown = cw_strdup(name);
	check->nearest = cw_strdup(near.best);
	return false;
}

static int check_parameters(const struct route *route, const struct cw_http_request *request, struct cw_es_error *err)
{
	struct parameter_check check = { .known = route->parameters };

	cw_http_each_query(request, on_parameter, &check);
	if (check.unknown)
		cw_es_error_set(err, 400, "illegal_argument_exception",
				"request [%s] contains unrecognized parameter: [%s]%s%s%s", request->path,
				check.unknown, check.nearest ? " -> did you mean [" : "",
				check.nearest ? check.nearest : "", check.nearest ? "]?" : "");
	free(check.unknown);
	free(check.nearest);
	return err->status ? -1 : 0;
}

/* application/json, application/x-ndjson, and Elasticsearch's own names for them. */
static int check_body(const struct cw_http_request *request, struct cw_es_error *err)
{
	static const char *const types[] = { "application/json", "application/x-ndjson",
					     "application/vnd.elasticsearch+json",
					     "application/vnd.elasticsearch+x-ndjson" };
	const char *type = request->content_type ? request->content_type : "";
	size_t n = strcspn(type, "; ");

	if (request->body_too_large)
		return cw_es_error_set(err, 413, "content_too_long_exception",
				       "entity content is too long for the limit of [%zu] bytes", CW_HTTP_BODY_MAX);
	if (request->body_broken)
		return cw_es_error_set(err, 400, "illegal_argument_exception",
				       "the body is not what Content-Encoding says: gzip or identity");
	if (request->body.n == 0)
		return 0;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strlen(types[i]) == n && strncasecmp(types[i], type, n) == 0)
			return 0;
	return cw_es_error_set(err, 406, "media_type_header_exception", "Content-Type header [%s] is not supported",
			       type);
}

static int method_bit(const char *method)
{
	for (int i = 0; i < 5; i++)
		if (strcmp(method_names[i], method) == 0)
			return 1 << i;
	return 0;
}

static const char *list_methods(int methods, char out[CW_HTTP_ALLOW])
{
	out[0] = '\0';
	for (int i = 0; i < 5; i++)
		if (methods & 1 << i) {
			strcat(out, *out ? ", " : "");
			strcat(out, method_names[i]);
		}
	return out;
}

static const struct route *find_route(struct cw_call *call, struct cw_es_error *err, int *allowed)
{
	int bit = method_bit(call->request->method);

	*allowed = 0;
	for (size_t i = 0; i < N_ROUTES; i++) {
		if (!path_matches(&routes[i], call))
			continue;
		if (routes[i].methods & bit)
			return &routes[i];
		*allowed |= routes[i].methods;
	}
	if (*allowed) {
		char names[CW_HTTP_ALLOW];

		cw_es_error_set(err, 405, "method_not_allowed",
				"Incorrect HTTP method for uri [%s] and method [%s], allowed: [%s]",
				call->request->path, call->request->method, list_methods(*allowed, names));
	} else {
		cw_es_error_set(err, 400, "illegal_argument_exception", "no handler found for uri [%s] and method [%s]",
				call->request->path, call->request->method);
	}
	return NULL;
}

/* True: the fault is the answer. */
static bool strike(struct cw_call *call, bool bulk, struct cw_es_error *err)
{
	call->fault = cw_faults_request(call->api->faults, bulk);
	if (call->fault.slow_ms > 0)
		cw_http_wait(call->request->server, call->fault.slow_ms);
	call->response->reset = call->fault.reset;
	if (!call->fault.status)
		return false;
	call->response->retry_after = call->fault.retry_after;
	if (call->fault.status == 429)
		cw_es_error_set(err, 429, "es_rejected_execution_exception", "rejected execution: a fault on request");
	else
		cw_es_error_set(err, 503, "unavailable_shards_exception", "unavailable: a fault on request");
	return true;
}

/* What something between a store and its client may answer with. */
static void write_nonsense(struct cw_http_response *response)
{
	response->body.n = 0;
	cw_buf_puts(&response->body, "<html><body>a fault on request</body></html>");
	response->status = 200;
}

void cw_api_handle(void *arg, const struct cw_http_request *request, struct cw_http_response *response)
{
	struct cw_call call = { .api = arg, .request = request, .response = response };
	struct cw_es_error err = { 0 };
	const struct route *route;
	int allowed;

	route = find_route(&call, &err, &allowed);
	if (!route && allowed)
		list_methods(allowed, response->allow);
	if (route && (request->n_segments == 0 || strcmp(request->segments[0], "_faults") != 0))
		strike(&call, route->handler == cw_api_bulk, &err);
	if (err.status || check_parameters(route, request, &err) || check_body(request, &err)) {
		cw_api_fail(&call, &err);
		return;
	}
	route->handler(&call);
	if (call.fault.late_ms > 0)
		cw_http_wait(request->server, call.fault.late_ms);
	if (call.fault.malformed)
		write_nonsense(response);
}
