#include "devstore/search.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "devstore/aggs.h"
#include "devstore/scalar.h"
#include "devstore/wildcard.h"

#define SORTS_MAX 4

struct sort {
	const char *path;
	bool descending;
	const struct cw_es_field *field; /* in the index bound last */
};

struct sort_value {
	bool missing;
	enum cw_field_type type;
	struct cw_scalar scalar;
	char *text; /* owned copy behind scalar.text */
};

struct hit {
	char *index, *id;
	json_t *source;
	int64_t version, seq_no, order;
	struct sort_value values[SORTS_MAX];
};

struct cw_search {
	json_t *body;
	struct cw_query *query;
	struct cw_aggs *aggs;
	bool has_aggs;
	size_t from, size;
	struct sort sorts[SORTS_MAX];
	size_t n_sorts;
	bool track_total, source, version, seq_no;
	int64_t track_up_to;
	const json_t *source_filter; /* a text or an array of texts; NULL: none */
	struct cw_index *index;	     /* running over */
	struct hit *hits;
	size_t n_hits, cap_hits;
	int64_t total, indices;
};

/* ---- the request --------------------------------------------------------------------------- */

static int bad(const char *key, const char *reason, struct cw_es_error *err)
{
	return cw_es_error_set(err, 400, "parsing_exception", "[%s] %s", key, reason);
}

static int read_size(const char *key, const json_t *value, size_t *out, struct cw_es_error *err)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return bad(key, "must be a whole number, 0 or more", err);
	*out = (size_t)json_integer_value(value);
	return 0;
}

static int add_sort(struct cw_search *s, const char *path, const json_t *order, struct cw_es_error *err)
{
	const char *text;

	if (json_is_object(order))
		order = json_object_get(order, "order");
	text = order ? json_string_value(order) : "asc";
	if (!text || (strcmp(text, "asc") != 0 && strcmp(text, "desc") != 0))
		return bad("sort", "order is \"asc\" or \"desc\"", err);
	if (s->n_sorts == SORTS_MAX)
		return bad("sort", "takes at most 4 fields in this store", err);
	s->sorts[s->n_sorts++] = (struct sort){ .path = path, .descending = strcmp(text, "desc") == 0 };
	return 0;
}

static int read_sort(struct cw_search *s, const json_t *value, struct cw_es_error *err)
{
	const char *path;
	json_t *item;
	size_t i;

	if (json_is_string(value))
		return add_sort(s, json_string_value(value), NULL, err);
	if (json_is_object(value)) {
		json_object_foreach((json_t *)value, path, item)
			if (add_sort(s, path, item, err))
				return -1;
		return 0;
	}
	if (!json_is_array(value))
		return bad("sort", "is such as [{\"@timestamp\":\"desc\"}]", err);
	json_array_foreach((json_t *)value, i, item)
		if (json_is_array(item) ? bad("sort", "has a list in a list", err) : read_sort(s, item, err))
			return -1;
	return 0;
}

static int read_total(struct cw_search *s, const json_t *value, struct cw_es_error *err)
{
	if (!json_is_boolean(value) && !(json_is_integer(value) && json_integer_value(value) >= 0))
		return bad("track_total_hits", "is true, false or a number", err);
	s->track_total = !json_is_false(value);
	s->track_up_to = json_is_integer(value) ? json_integer_value(value) : INT64_MAX;
	return 0;
}

static int read_source(struct cw_search *s, const json_t *value, struct cw_es_error *err)
{
	size_t i;
	json_t *item;

	s->source = !json_is_false(value);
	if (json_is_boolean(value))
		return 0;
	if (json_is_object(value))
		value = json_object_get(value, "includes");
	json_array_foreach((json_t *)value, i, item)
		if (!json_is_string(item))
			return bad("_source", "lists names of fields", err);
	if (!json_is_string(value) && !json_is_array(value))
		return bad("_source", "is a boolean, a field, a list of fields, or an object with [includes]", err);
	s->source_filter = value;
	return 0;
}

static int read_key(struct cw_search *s, const char *key, const json_t *value, struct cw_es_error *err)
{
	if (strcmp(key, "from") == 0)
		return read_size(key, value, &s->from, err);
	if (strcmp(key, "size") == 0)
		return read_size(key, value, &s->size, err);
	if (strcmp(key, "sort") == 0)
		return read_sort(s, value, err);
	if (strcmp(key, "track_total_hits") == 0)
		return read_total(s, value, err);
	if (strcmp(key, "_source") == 0)
		return read_source(s, value, err);
	if (strcmp(key, "version") == 0)
		s->version = json_is_true(value);
	else if (strcmp(key, "seq_no_primary_term") == 0)
		s->seq_no = json_is_true(value);
	else if (strcmp(key, "query") != 0 && strcmp(key, "aggs") != 0 && strcmp(key, "aggregations") != 0 &&
		 strcmp(key, "timeout") != 0 && strcmp(key, "track_scores") != 0)
		return cw_es_error_set(
			err, 400, "parsing_exception",
			"unknown key [%s] in the search request: this store knows query, from, size, sort, aggs, "
			"_source, track_total_hits, version and seq_no_primary_term",
			key);
	return 0;
}

static int read_body(struct cw_search *s, int64_t now_ms, struct cw_es_error *err)
{
	const json_t *aggs = json_object_get(s->body, "aggs");
	const char *key;
	json_t *value;

	if (!aggs)
		aggs = json_object_get(s->body, "aggregations");
	if (s->body && !json_is_object(s->body))
		return cw_es_error_set(err, 400, "parsing_exception", "the search request must be a JSON object");
	json_object_foreach(s->body, key, value)
		if (read_key(s, key, value, err))
			return -1;
	if (s->from + s->size > CW_RESULT_WINDOW)
		return cw_es_error_set(
			err, 400, "illegal_argument_exception",
			"Result window is too large, from + size must be less than or equal to: [%d] but was [%zu]",
			CW_RESULT_WINDOW, s->from + s->size);
	s->query = cw_query_new(json_object_get(s->body, "query"), now_ms, err);
	s->aggs = s->query ? cw_aggs_new(aggs, now_ms, err) : NULL;
	s->has_aggs = aggs != NULL;
	return s->aggs ? 0 : -1;
}

struct cw_search *cw_search_new(const json_t *body, int64_t now_ms, struct cw_es_error *err)
{
	struct cw_search *s = cw_alloc(sizeof(*s));

	s->body = json_incref((json_t *)body);
	s->size = 10;
	s->track_total = s->source = true;
	s->track_up_to = CW_RESULT_WINDOW;
	if (read_body(s, now_ms, err) == 0)
		return s;
	cw_search_free(s);
	return NULL;
}

/* ---- hits ---------------------------------------------------------------------------------- */

static void hit_free(struct hit *hit)
{
	free(hit->index);
	free(hit->id);
	json_decref(hit->source);
	for (size_t i = 0; i < SORTS_MAX; i++)
		free(hit->values[i].text);
}

void cw_search_free(struct cw_search *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_hits; i++)
		hit_free(&s->hits[i]);
	free(s->hits);
	cw_aggs_free(s->aggs);
	cw_query_free(s->query);
	json_decref(s->body);
	free(s);
}

static int compare_values(const struct sort_value *a, const struct sort_value *b, bool descending)
{
	int c;

	if (a->missing || b->missing)
		return a->missing - b->missing; /* last, in either direction */
	c = a->scalar.kind == b->scalar.kind ? cw_scalar_compare(&a->scalar, &b->scalar) : 0;
	return descending ? -c : c;
}

static int compare_hits(const void *pa, const void *pb, void *arg)
{
	const struct hit *a = pa, *b = pb;
	const struct cw_search *s = arg;

	for (size_t i = 0; i < s->n_sorts; i++) {
		int c = compare_values(&a->values[i], &b->values[i], s->sorts[i].descending);

		if (c != 0)
			return c;
	}
	return (a->order > b->order) - (a->order < b->order);
}

static void take_first(const struct cw_scalar *value, void *arg)
{
	struct sort_value *out = arg;

	if (!out->missing)
		return;
	out->missing = false;
	out->scalar = *value;
	if (value->kind == CW_SCALAR_TEXT)
		out->scalar.text = out->text = cw_strdup(value->text);
}

static void set_sort_value(const struct cw_search *s, size_t i, const struct cw_document *document,
			   struct sort_value *out)
{
	const struct sort *sort = &s->sorts[i];
	const char *meta = strcmp(sort->path, "_id") == 0      ? document->id
			   : strcmp(sort->path, "_index") == 0 ? document->index
							       : NULL;

	out->missing = true;
	if (meta) {
		const struct cw_scalar scalar = { .kind = CW_SCALAR_TEXT, .text = meta };

		out->type = CW_FIELD_KEYWORD;
		take_first(&scalar, out);
	} else if (sort->field) {
		out->type = sort->field->type;
		cw_document_scalars(document->source, sort->path, sort->field, take_first, out);
	}
}

/* Keeps the best from + size of what came so far: sorted and cut each time twice as many are there. */
static void cut_hits(struct cw_search *s, size_t keep)
{
	if (s->n_hits > 0)
		qsort_r(s->hits, s->n_hits, sizeof(*s->hits), compare_hits, s);
	while (s->n_hits > keep)
		hit_free(&s->hits[--s->n_hits]);
}

static void add_hit(struct cw_search *s, const struct cw_row *row, const struct cw_document *document)
{
	size_t keep = s->from + s->size;
	struct hit *hit;

	if (keep == 0 || (s->n_sorts == 0 && s->n_hits >= keep))
		return;
	if (s->n_hits >= keep * 2 + 64)
		cut_hits(s, keep);
	if (s->n_hits == s->cap_hits) {
		s->cap_hits = s->cap_hits ? s->cap_hits * 2 : 64;
		s->hits = cw_realloc(s->hits, s->cap_hits * sizeof(*s->hits));
	}
	hit = &s->hits[s->n_hits++];
	*hit = (struct hit){ .index = cw_strdup(document->index),
			     .id = cw_strdup(document->id),
			     .source = json_incref((json_t *)document->source),
			     .version = row->version,
			     .seq_no = row->seq_no,
			     .order = s->total };
	for (size_t i = 0; i < s->n_sorts; i++)
		set_sort_value(s, i, document, &hit->values[i]);
}

/* ---- running ------------------------------------------------------------------------------- */

static int bind_sorts(struct cw_search *s, struct cw_es_error *err)
{
	for (size_t i = 0; i < s->n_sorts; i++) {
		struct sort *sort = &s->sorts[i];

		if (*sort->path == '_')
			continue;
		sort->field = cw_mapping_find(s->index->mapping, sort->path);
		if (!sort->field && s->index->docs > 0)
			return cw_es_error_set(err, 400, "query_shard_exception",
					       "No mapping found for [%s] in order to sort on", sort->path);
		if (sort->field && sort->field->type == CW_FIELD_TEXT)
			return cw_es_error_set(
				err, 400, "illegal_argument_exception",
				"Fielddata is disabled on [%s]: text fields cannot be sorted; use a keyword "
				"field ([%s.keyword], if there is one) instead",
				sort->path, sort->path);
	}
	return 0;
}

static bool on_row(const struct cw_row *row, void *arg)
{
	struct cw_search *s = arg;
	struct cw_document document = { .index = s->index->name, .id = row->id };
	json_t *source = json_loadb(row->source.p, row->source.n, JSON_ALLOW_NUL, NULL);

	document.source = source;
	if (cw_query_matches(s->query, &document)) {
		add_hit(s, row, &document);
		s->total++;
		if (s->has_aggs)
			cw_aggs_collect(s->aggs, &document);
	}
	json_decref(source);
	/* Where the total is known beforehand, the first hits are all there is to look at. */
	return s->has_aggs || s->n_sorts > 0 || !cw_query_matches_all(s->query) || s->n_hits < s->from + s->size;
}

int cw_search_run(struct cw_search *s, struct cw_index *index, struct cw_es_error *err)
{
	bool all = cw_query_matches_all(s->query) && !s->has_aggs && s->n_sorts == 0;
	int64_t before = s->total;

	s->index = index;
	s->indices++;
	if (cw_query_bind(s->query, index->mapping, err) || cw_aggs_bind(s->aggs, index->mapping, err) ||
	    bind_sorts(s, err))
		return -1;
	if ((!all || s->n_hits < s->from + s->size) && cw_store_scan(index, on_row, s, err))
		return -1;
	if (all)
		s->total = before + index->docs;
	return 0;
}

/* ---- the answer ---------------------------------------------------------------------------- */

static bool source_keeps(const json_t *filter, const char *key)
{
	size_t i;
	json_t *item;

	if (json_is_string(filter))
		return cw_wildcard_list(json_string_value(filter), key);
	json_array_foreach((json_t *)filter, i, item)
		if (cw_wildcard_list(json_string_value(item), key))
			return true;
	return false;
}

static json_t *render_source(const struct cw_search *s, json_t *source)
{
	json_t *out, *value;
	const char *key;

	if (!s->source_filter)
		return json_incref(source);
	out = json_object();
	json_object_foreach(source, key, value)
		if (source_keeps(s->source_filter, key))
			json_object_set(out, key, value);
	return out;
}

static json_t *render_sort_value(const struct sort_value *value)
{
	char ip[64];

	if (value->missing)
		return json_null();
	switch (value->scalar.kind) {
	case CW_SCALAR_TEXT:
		return json_string(value->text);
	case CW_SCALAR_IP:
		cw_ip_print(value->scalar.ip, ip, sizeof(ip));
		return json_string(ip);
	case CW_SCALAR_REAL:
		return json_real(value->scalar.real);
	default:
		return json_integer(value->scalar.integer);
	}
}

static json_t *render_hit(const struct cw_search *s, const struct hit *hit)
{
	json_t *out = json_pack("{s:s,s:s}", "_index", hit->index, "_id", hit->id), *values;

	if (s->version)
		json_object_set_new(out, "_version", json_integer(hit->version));
	if (s->seq_no) {
		json_object_set_new(out, "_seq_no", json_integer(hit->seq_no));
		json_object_set_new(out, "_primary_term", json_integer(1));
	}
	json_object_set_new(out, "_score", s->n_sorts > 0 ? json_null() : json_real(1.0));
	if (s->source)
		json_object_set_new(out, "_source", render_source(s, hit->source));
	if (s->n_sorts > 0) {
		values = json_array();
		for (size_t i = 0; i < s->n_sorts; i++)
			json_array_append_new(values, render_sort_value(&hit->values[i]));
		json_object_set_new(out, "sort", values);
	}
	return out;
}

json_t *cw_search_render(struct cw_search *s, int64_t took_ms, struct cw_es_error *err)
{
	json_t *aggs = cw_aggs_render(s->aggs, err), *list = json_array(), *hits = json_object(), *out;
	bool more = s->total > s->track_up_to;

	cut_hits(s, s->from + s->size);
	for (size_t i = s->from; i < s->n_hits; i++)
		json_array_append_new(list, render_hit(s, &s->hits[i]));
	if (s->track_total)
		json_object_set_new(hits, "total",
				    json_pack("{s:I,s:s}", "value", (json_int_t)(more ? s->track_up_to : s->total),
					      "relation", more ? "gte" : "eq"));
	json_object_set_new(hits, "max_score", s->n_sorts > 0 || s->n_hits == 0 ? json_null() : json_real(1.0));
	json_object_set_new(hits, "hits", list);
	out = json_pack("{s:I,s:b,s:{s:I,s:I,s:i,s:i},s:o}", "took", (json_int_t)took_ms, "timed_out", 0, "_shards",
			"total", (json_int_t)s->indices, "successful", (json_int_t)s->indices, "skipped", 0, "failed",
			0, "hits", hits);
	if (aggs && s->has_aggs)
		json_object_set(out, "aggregations", aggs);
	if (!aggs) {
		json_decref(out);
		out = NULL;
	}
	json_decref(aggs);
	return out;
}

/* ---- counting ------------------------------------------------------------------------------ */

int64_t cw_count_run(const json_t *body, int64_t now_ms, struct cw_index *const *indices, size_t n,
		     struct cw_es_error *err)
{
	struct cw_search *s;
	int64_t total = -1;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)body, key, value)
		if (strcmp(key, "query") != 0)
			return cw_es_error_set(err, 400, "parsing_exception", "request does not support [%s]", key);
	s = cw_search_new(body, now_ms, err);
	if (!s)
		return -1;
	s->size = 0;
	for (size_t i = 0; i < n; i++)
		if (cw_search_run(s, indices[i], err))
			goto done;
	total = s->total;
done:
	cw_search_free(s);
	return total;
}
