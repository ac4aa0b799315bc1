/* Rendering: buckets in order, as Elasticsearch prints them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "devstore/aggs_impl.h"

struct rendering {
	size_t buckets;
	struct cw_es_error *err;
};

static json_t *render(struct rendering *r, const struct cw_agg *agg, const struct cw_agg_state *state);

/* ---- numbers ------------------------------------------------------------------------------- */

static json_t *number_or_null(const struct cw_agg_state *state, double value)
{
	return state && state->count > 0 ? json_real(value) : json_null();
}

/* A date's metric as a text beside the number. */
static json_t *with_text(const struct cw_agg *agg, const struct cw_agg_state *state, double value)
{
	json_t *object = json_pack("{s:o}", "value", number_or_null(state, value));
	struct cw_date_format *format;
	struct cw_buf text = { 0 };

	if (agg->type == CW_FIELD_DATE && agg->typed && state->count > 0) {
		format = cw_date_format_new(agg->field_format, NULL);
		cw_date_print(format, (int64_t)value, &text);
		json_object_set_new(object, "value_as_string", json_stringn(text.p, text.n));
		cw_buf_free(&text);
		cw_date_format_free(format);
	}
	return object;
}

static json_t *render_metric(const struct cw_agg *agg, const struct cw_agg_state *state)
{
	double avg = state->count > 0 ? state->sum / (double)state->count : 0;

	switch (agg->kind) {
	case CW_AGG_MIN:
		return with_text(agg, state, state->min);
	case CW_AGG_MAX:
		return with_text(agg, state, state->max);
	case CW_AGG_SUM:
		return json_pack("{s:f}", "value", state->sum);
	case CW_AGG_AVG:
		return with_text(agg, state, avg);
	case CW_AGG_STATS:
		return json_pack("{s:I,s:o,s:o,s:o,s:f}", "count", (json_int_t)state->count, "min",
				 number_or_null(state, state->min), "max", number_or_null(state, state->max), "avg",
				 number_or_null(state, avg), "sum", state->sum);
	case CW_AGG_CARDINALITY:
		return json_pack("{s:I}", "value", (json_int_t)state->n);
	default:
		return json_pack("{s:I}", "value", (json_int_t)state->count);
	}
}

/* The number an order by a child's path means. */
static double metric_of(const struct cw_agg *agg, const struct cw_bucket *bucket, const char *path)
{
	size_t n = strcspn(path, ".>"), k = 0;
	const char *part = path[n] ? path + n + 1 : "";
	const struct cw_agg_state *s;

	while (strlen(agg->children[k]->name) != n || strncmp(agg->children[k]->name, path, n) != 0)
		k++;
	s = &bucket->children[k];
	switch (agg->children[k]->kind) {
	case CW_AGG_FILTER:
		return s->n > 0 ? (double)s->buckets[0]->docs : 0;
	case CW_AGG_CARDINALITY:
		return (double)s->n;
	case CW_AGG_MIN:
		return s->min;
	case CW_AGG_MAX:
		return s->max;
	case CW_AGG_SUM:
		return s->sum;
	case CW_AGG_VALUE_COUNT:
		return (double)s->count;
	default:
		return strcmp(part, "min") == 0	    ? s->min
		       : strcmp(part, "max") == 0   ? s->max
		       : strcmp(part, "sum") == 0   ? s->sum
		       : strcmp(part, "count") == 0 ? (double)s->count
		       : s->count > 0		    ? s->sum / (double)s->count
						    : 0;
	}
}

/* ---- order --------------------------------------------------------------------------------- */

static int compare_by(const struct cw_agg *agg, const struct cw_agg_order *order, const struct cw_bucket *a,
		      const struct cw_bucket *b)
{
	double x, y;
	int c;

	if (strcmp(order->by, "_key") == 0) {
		c = cw_bucket_compare_keys(a, b);
	} else if (strcmp(order->by, "_count") == 0) {
		c = (a->docs > b->docs) - (a->docs < b->docs);
	} else {
		x = metric_of(agg, a, order->by);
		y = metric_of(agg, b, order->by);
		c = (x > y) - (x < y);
	}
	return order->descending ? -c : c;
}

static int compare(const void *pa, const void *pb, void *arg)
{
	const struct cw_bucket *a = *(struct cw_bucket *const *)pa, *b = *(struct cw_bucket *const *)pb;
	const struct cw_agg *agg = arg;

	for (size_t i = 0; i < agg->n_orders; i++) {
		int c = compare_by(agg, &agg->orders[i], a, b);

		if (c != 0)
			return c;
	}
	return cw_bucket_compare_keys(a, b);
}

static struct cw_bucket **sorted(const struct cw_agg *agg, const struct cw_agg_state *state)
{
	struct cw_bucket **out = cw_alloc((state->n + 1) * sizeof(*out));

	if (state->n > 0)
		memcpy(out, state->buckets, state->n * sizeof(*out));
	qsort_r(out, state->n, sizeof(*out), compare, (void *)agg);
	return out;
}

/* ---- buckets ------------------------------------------------------------------------------- */

static int count_bucket(struct rendering *r)
{
	if (++r->buckets <= CW_BUCKETS_MAX)
		return 0;
	return cw_es_error_set(r->err, 400, "too_many_buckets_exception",
			       "Trying to create too many buckets. Must be less than or equal to: [%d]",
			       CW_BUCKETS_MAX);
}

static void set_date_key(const struct cw_agg *agg, json_t *object, int64_t ms)
{
	struct cw_date_format *own = agg->format ? NULL : cw_date_format_new(agg->field_format, NULL);
	struct cw_buf text = { 0 };

	cw_date_print(agg->format ? agg->format : own, ms, &text);
	json_object_set_new(object, "key_as_string", json_stringn(text.p, text.n));
	json_object_set_new(object, "key", json_integer(ms));
	cw_buf_free(&text);
	cw_date_format_free(own);
}

static void set_key(const struct cw_agg *agg, json_t *object, const struct cw_scalar *key)
{
	char ip[64];

	switch (key->kind) {
	case CW_SCALAR_TEXT:
		json_object_set_new(object, "key", json_string(key->text));
		break;
	case CW_SCALAR_IP:
		cw_ip_print(key->ip, ip, sizeof(ip));
		json_object_set_new(object, "key", json_string(ip));
		break;
	case CW_SCALAR_REAL:
		json_object_set_new(object, "key", json_real(key->real));
		break;
	default:
		if (agg->type == CW_FIELD_DATE) {
			set_date_key(agg, object, key->integer);
			break;
		}
		json_object_set_new(object, "key", json_integer(key->integer));
		if (agg->type == CW_FIELD_BOOLEAN)
			json_object_set_new(object, "key_as_string", json_string(key->integer ? "true" : "false"));
	}
}

static void set_children(struct rendering *r, const struct cw_agg *agg, const struct cw_bucket *bucket, json_t *object)
{
	const struct cw_agg_state none = { 0 };

	for (size_t i = 0; i < agg->n_children; i++)
		json_object_set_new(object, agg->children[i]->name,
				    render(r, agg->children[i], bucket ? &bucket->children[i] : &none));
}

/* bucket NULL: an empty one. key NULL: it has none. */
static json_t *render_bucket(struct rendering *r, const struct cw_agg *agg, const struct cw_scalar *key,
			     const struct cw_bucket *bucket)
{
	json_t *object = json_object();

	if (key)
		set_key(agg, object, key);
	json_object_set_new(object, "doc_count", json_integer(bucket ? bucket->docs : 0));
	set_children(r, agg, bucket, object);
	return object;
}

static json_t *render_terms(struct rendering *r, const struct cw_agg *agg, const struct cw_agg_state *state)
{
	struct cw_bucket **buckets = sorted(agg, state);
	json_t *list = json_array();
	int64_t others = 0;

	for (size_t i = 0; i < state->n; i++) {
		if (json_array_size(list) == agg->size || buckets[i]->docs < agg->min_doc_count)
			others += buckets[i]->docs >= agg->min_doc_count ? buckets[i]->docs : 0;
		else if (count_bucket(r) == 0)
			json_array_append_new(list, render_bucket(r, agg, &buckets[i]->key, buckets[i]));
	}
	free(buckets);
	return json_pack("{s:i,s:I,s:o}", "doc_count_error_upper_bound", 0, "sum_other_doc_count", (json_int_t)others,
			 "buckets", list);
}

static int64_t next_key(const struct cw_agg *agg, int64_t key)
{
	return agg->interval_ms > 0 ? key + agg->interval_ms
				    : cw_date_add(key - agg->offset_ms, 1, agg->unit) + agg->offset_ms;
}

/* Empty buckets between two that are not empty, when the histogram asks for buckets without documents. */
static void fill_gap(struct rendering *r, const struct cw_agg *agg, json_t *list, int64_t from, int64_t to)
{
	struct cw_scalar key = { .kind = CW_SCALAR_INTEGER };

	for (key.integer = next_key(agg, from); key.integer < to; key.integer = next_key(agg, key.integer)) {
		if (count_bucket(r))
			return;
		json_array_append_new(list, render_bucket(r, agg, &key, NULL));
	}
}

static json_t *render_histogram(struct rendering *r, const struct cw_agg *agg, const struct cw_agg_state *state)
{
	struct cw_bucket **buckets = sorted(agg, state);
	bool by_key = strcmp(agg->orders[0].by, "_key") == 0, down = agg->orders[0].descending;
	json_t *list = json_array();

	for (size_t i = 0; i < state->n; i++) {
		int64_t key = buckets[i]->key.integer;

		if (i > 0 && by_key && !down && agg->min_doc_count == 0)
			fill_gap(r, agg, list, buckets[i - 1]->key.integer, key);
		if (buckets[i]->docs >= agg->min_doc_count && count_bucket(r) == 0)
			json_array_append_new(list, render_bucket(r, agg, &buckets[i]->key, buckets[i]));
	}
	free(buckets);
	return json_pack("{s:o}", "buckets", list);
}

static json_t *render_filters(struct rendering *r, const struct cw_agg *agg, const struct cw_agg_state *state)
{
	json_t *object = json_object();

	for (size_t i = 0; i < agg->n_queries; i++)
		if (count_bucket(r) == 0)
			json_object_set_new(object, agg->query_names[i],
					    render_bucket(r, agg, NULL, i < state->n ? state->buckets[i] : NULL));
	return json_pack("{s:o}", "buckets", object);
}

static json_t *render(struct rendering *r, const struct cw_agg *agg, const struct cw_agg_state *state)
{
	switch (agg->kind) {
	case CW_AGG_TERMS:
		return render_terms(r, agg, state);
	case CW_AGG_DATE_HISTOGRAM:
		return render_histogram(r, agg, state);
	case CW_AGG_FILTER:
		return render_bucket(r, agg, NULL, state->n > 0 ? state->buckets[0] : NULL);
	case CW_AGG_FILTERS:
		return render_filters(r, agg, state);
	default:
		return render_metric(agg, state);
	}
}

json_t *cw_aggs_render(const struct cw_aggs *aggs, struct cw_es_error *err)
{
	struct rendering r = { .err = err };
	json_t *object = json_object();

	for (size_t i = 0; i < aggs->n; i++)
		json_object_set_new(object, aggs->aggs[i]->name, render(&r, aggs->aggs[i], &aggs->states[i]));
	if (!err->status)
		return object;
	json_decref(object);
	return NULL;
}
