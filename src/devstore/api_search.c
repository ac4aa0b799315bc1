/* Searching and counting. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "devstore/api.h"
#include "devstore/search.h"

/* "field:value AND field:value", "*": the little of the query string that is handy with curl. */
static json_t *query_of_q(const char *q, struct cw_es_error *err)
{
	json_t *filter;

	if (strcmp(q, "*") == 0 || strcmp(q, "*:*") == 0)
		return json_pack("{s:{}}", "match_all");
	filter = json_array();
	for (const char *p = q; *p;) {
		const char *and = strstr(p, " AND ");
		size_t n = and ? (size_t)(and - p) : strlen(p), colon = strcspn(p, ":");
		CW_AUTO_FREE char *field = cw_strndup(p, colon < n ? colon : n);
		CW_AUTO_FREE char *value = colon < n ? cw_strndup(p + colon + 1, n - colon - 1) : NULL;

		if (!value || !*value || !*field || strpbrk(field, " ()\"")) {
			cw_es_error_set(err, 400, "parsing_exception",
					"[q] can be * or field:value, joined by AND, in this store; got [%s]", q);
			json_decref(filter);
			return NULL;
		}
		if (value[0] == '"' && strlen(value) > 1 && value[strlen(value) - 1] == '"')
			json_array_append_new(filter,
					      json_pack("{s:{s:s%}}", "match", field, value + 1, strlen(value) - 2));
		else if (strchr(value, '*'))
			json_array_append_new(filter, json_pack("{s:{s:s}}", "wildcard", field, value));
		else
			json_array_append_new(filter, json_pack("{s:{s:s}}", "match", field, value));
		p += n + (and ? 5 : 0);
	}
	return json_pack("{s:{s:o}}", "bool", "filter", filter);
}

/* "@timestamp:desc,status" */
static json_t *sort_of_parameter(const char *text)
{
	json_t *list = json_array();

	for (const char *p = text; *p;) {
		size_t n = strcspn(p, ","), colon = strcspn(p, ":");
		CW_AUTO_FREE char *field = cw_strndup(p, colon < n ? colon : n);
		CW_AUTO_FREE char *order = colon < n ? cw_strndup(p + colon + 1, n - colon - 1) : cw_strdup("asc");

		json_array_append_new(list, json_pack("{s:s}", field, order));
		p += n + (p[n] == ',');
	}
	return list;
}

static void set_number(json_t *body, const char *key, const char *text)
{
	char *end;
	long long number = text ? strtoll(text, &end, 10) : 0;

	if (text)
		json_object_set_new(body, key, *text && !*end ? json_integer(number) : json_string(text));
}

/* Query parameters take the place of the body's keys. */
static int apply_parameters(struct cw_call *call, json_t *body, struct cw_es_error *err)
{
	const char *q = cw_http_query(call->request, "q"), *sort = cw_http_query(call->request, "sort");
	const char *total = cw_http_query(call->request, "track_total_hits");
	const char *source = cw_http_query(call->request, "_source");
	json_t *query;

	set_number(body, "from", cw_http_query(call->request, "from"));
	set_number(body, "size", cw_http_query(call->request, "size"));
	if (sort)
		json_object_set_new(body, "sort", sort_of_parameter(sort));
	if (total && (strcmp(total, "true") == 0 || strcmp(total, "false") == 0))
		json_object_set_new(body, "track_total_hits", json_boolean(strcmp(total, "true") == 0));
	else
		set_number(body, "track_total_hits", total);
	if (source && (strcmp(source, "true") == 0 || strcmp(source, "false") == 0))
		json_object_set_new(body, "_source", json_boolean(strcmp(source, "true") == 0));
	else if (source)
		json_object_set_new(body, "_source", json_string(source));
	if (!q)
		return 0;
	query = query_of_q(q, err);
	if (query)
		json_object_set_new(body, "query", query);
	return query ? 0 : -1;
}

/* The request's body with its parameters: 0 with *out new, or -1: answered. */
static int read_request(struct cw_call *call, json_t **out)
{
	struct cw_es_error err = { 0 };

	if (cw_api_body(call, out))
		return -1;
	if (!*out)
		*out = json_object();
	if (!json_is_object(*out))
		cw_es_error_set(&err, 400, "parsing_exception", "the search request must be a JSON object");
	else
		apply_parameters(call, *out, &err);
	if (!err.status)
		return 0;
	json_decref(*out);
	cw_api_fail(call, &err);
	return -1;
}

static json_t *search(struct cw_call *call, const json_t *body, struct cw_es_error *err)
{
	int64_t start_ms = cw_clock_ms();
	struct cw_search *s = cw_search_new(body, cw_clock_epoch_ms(), err);
	struct cw_index **indices = NULL;
	json_t *out = NULL;
	size_t n;

	if (!s || cw_api_resolve(call, call->index, &indices, &n, err))
		goto done;
	for (size_t i = 0; i < n; i++)
		if (cw_search_run(s, indices[i], err))
			goto done;
	out = cw_search_render(s, cw_clock_ms() - start_ms, err);
done:
	free(indices);
	cw_search_free(s);
	return out;
}

void cw_api_search(struct cw_call *call)
{
	struct cw_es_error err = { 0 };
	json_t *body, *answer;

	if (read_request(call, &body))
		return;
	cw_store_lock(call->api->store);
	answer = search(call, body, &err);
	cw_store_unlock(call->api->store);
	json_decref(body);
	if (answer)
		cw_api_send(call, 200, answer);
	else
		cw_api_fail(call, &err);
}

void cw_api_count(struct cw_call *call)
{
	struct cw_es_error err = { 0 };
	struct cw_index **indices;
	int64_t total = -1;
	json_t *body;
	size_t n = 0;

	if (read_request(call, &body))
		return;
	cw_store_lock(call->api->store);
	if (cw_api_resolve(call, call->index, &indices, &n, &err) == 0) {
		total = cw_count_run(body, cw_clock_epoch_ms(), indices, n, &err);
		free(indices);
	}
	cw_store_unlock(call->api->store);
	json_decref(body);
	if (err.status)
		cw_api_fail(call, &err);
	else
		cw_api_send(call, 200,
			    json_pack("{s:I,s:{s:I,s:I,s:i,s:i}}", "count", (json_int_t)total, "_shards", "total",
				      (json_int_t)n, "successful", (json_int_t)n, "skipped", 0, "failed", 0));
}
