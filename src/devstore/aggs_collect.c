/* Collecting: buckets and numbers, document by document. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "devstore/aggs_impl.h"

/* ---- binding ------------------------------------------------------------------------------- */

static int check_field(const struct cw_agg *agg, struct cw_es_error *err)
{
	bool numeric = agg->kind == CW_AGG_MIN || agg->kind == CW_AGG_MAX || agg->kind == CW_AGG_SUM ||
		       agg->kind == CW_AGG_AVG || agg->kind == CW_AGG_STATS;
	enum cw_field_type type = agg->field->type;

	if (type == CW_FIELD_TEXT)
		return cw_es_error_set(
			err, 400, "illegal_argument_exception",
			"Fielddata is disabled on [%s]: text fields cannot be aggregated; use a keyword field "
			"([%s.keyword], if there is one) instead",
			agg->path, agg->path);
	if (type == CW_FIELD_OBJECT || type == CW_FIELD_OTHER ||
	    (agg->kind == CW_AGG_DATE_HISTOGRAM && type != CW_FIELD_DATE) ||
	    (numeric && (type == CW_FIELD_KEYWORD || type == CW_FIELD_IP)))
		return cw_es_error_set(err, 400, "illegal_argument_exception",
				       "Field [%s] of type [%s] is not supported for aggregation [%s]", agg->path,
				       agg->field->type_name, agg->name);
	return 0;
}

static int bind(struct cw_agg *agg, const struct cw_mapping *mapping, struct cw_es_error *err)
{
	if (agg->path) {
		agg->field = cw_mapping_find(mapping, agg->path);
		if (agg->field && check_field(agg, err))
			return -1;
		if (agg->field && !agg->typed) {
			agg->typed = true;
			agg->type = agg->field->type;
			if (agg->field->format)
				agg->field_format = cw_strdup(cw_date_format_spec(agg->field->format));
		}
		/* Numbers of one index and texts of another have no common buckets. */
		if (agg->field && agg->field->type != agg->type)
			return cw_es_error_set(
				err, 400, "aggregation_execution_exception",
				"the field [%s] of aggregation [%s] has different types in different indices",
				agg->path, agg->name);
	}
	for (size_t i = 0; i < agg->n_queries; i++)
		if (cw_query_bind(agg->queries[i], mapping, err))
			return -1;
	for (size_t i = 0; i < agg->n_children; i++)
		if (bind(agg->children[i], mapping, err))
			return -1;
	return 0;
}

int cw_aggs_bind(struct cw_aggs *aggs, const struct cw_mapping *mapping, struct cw_es_error *err)
{
	for (size_t i = 0; i < aggs->n; i++)
		if (bind(aggs->aggs[i], mapping, err))
			return -1;
	return 0;
}

/* ---- buckets ------------------------------------------------------------------------------- */

int cw_bucket_compare_keys(const struct cw_bucket *a, const struct cw_bucket *b)
{
	return cw_scalar_compare(&a->key, &b->key);
}

static uint64_t hash_bytes(const void *p, size_t n)
{
	const unsigned char *bytes = p;
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++)
		h = (h ^ bytes[i]) * UINT64_C(0x100000001b3);
	return h ^ (h >> 29);
}

static uint64_t hash_key(const struct cw_scalar *key)
{
	switch (key->kind) {
	case CW_SCALAR_TEXT:
		return hash_bytes(key->text, strlen(key->text));
	case CW_SCALAR_IP:
		return hash_bytes(key->ip, sizeof(key->ip));
	case CW_SCALAR_REAL:
		return hash_bytes(&key->real, sizeof(key->real));
	default:
		return hash_bytes(&key->integer, sizeof(key->integer));
	}
}

static void grow(struct cw_agg_state *state)
{
	size_t size = state->table_size ? state->table_size * 2 : 16;

	free(state->table);
	state->table = cw_alloc(size * sizeof(*state->table));
	state->table_size = size;
	for (size_t i = 0; i < state->n; i++) {
		size_t at = state->buckets[i]->hash & (size - 1);

		while (state->table[at])
			at = (at + 1) & (size - 1);
		state->table[at] = state->buckets[i];
	}
}

static struct cw_bucket *bucket_new(struct cw_aggs *aggs, const struct cw_agg *agg, struct cw_agg_state *state,
				    const struct cw_scalar *key, uint64_t hash)
{
	struct cw_bucket *bucket = cw_alloc(sizeof(*bucket));

	bucket->hash = hash;
	if (key)
		bucket->key = *key;
	if (key && key->kind == CW_SCALAR_TEXT)
		bucket->key.text = bucket->text = cw_strdup(key->text);
	bucket->children = cw_alloc((agg->n_children + 1) * sizeof(*bucket->children));
	if (state->n == state->cap) {
		state->cap = state->cap ? state->cap * 2 : 8;
		state->buckets = cw_realloc(state->buckets, state->cap * sizeof(bucket));
	}
	state->buckets[state->n++] = bucket;
	aggs->buckets++;
	return bucket;
}

static struct cw_bucket *bucket_for(struct cw_aggs *aggs, const struct cw_agg *agg, struct cw_agg_state *state,
				    const struct cw_scalar *key)
{
	uint64_t hash = hash_key(key);
	struct cw_bucket *bucket;
	size_t at;

	if (state->n * 2 >= state->table_size)
		grow(state);
	at = hash & (state->table_size - 1);
	while ((bucket = state->table[at])) {
		if (bucket->hash == hash && cw_scalar_compare(&bucket->key, key) == 0)
			return bucket;
		at = (at + 1) & (state->table_size - 1);
	}
	return state->table[at] = bucket_new(aggs, agg, state, key, hash);
}

/* ---- documents ----------------------------------------------------------------------------- */

struct collecting {
	struct cw_aggs *aggs;
	const struct cw_agg *agg;
	struct cw_agg_state *state;
	const struct cw_document *document;
};

static void collect(struct cw_aggs *aggs, const struct cw_agg *agg, struct cw_agg_state *state,
		    const struct cw_document *document);

static void count_document(const struct collecting *c, struct cw_bucket *bucket)
{
	if (bucket->last == c->aggs->documents)
		return;
	bucket->last = c->aggs->documents;
	bucket->docs++;
	for (size_t i = 0; i < c->agg->n_children; i++)
		collect(c->aggs, c->agg->children[i], &bucket->children[i], c->document);
}

static void collect_term(const struct cw_scalar *value, void *arg)
{
	const struct collecting *c = arg;

	count_document(c, bucket_for(c->aggs, c->agg, c->state, value));
}

static void collect_date(const struct cw_scalar *value, void *arg)
{
	const struct collecting *c = arg;
	const struct cw_agg *agg = c->agg;
	struct cw_scalar key = { .kind = CW_SCALAR_INTEGER };
	int64_t ms = value->integer - agg->offset_ms, rest;

	if (agg->interval_ms > 0) {
		rest = ms % agg->interval_ms;
		ms -= rest < 0 ? rest + agg->interval_ms : rest;
	} else {
		ms = cw_date_floor(ms, agg->unit);
	}
	key.integer = ms + agg->offset_ms;
	count_document(c, bucket_for(c->aggs, agg, c->state, &key));
}

static void collect_number(const struct cw_scalar *value, void *arg)
{
	struct cw_agg_state *state = ((struct collecting *)arg)->state;
	double number = value->kind == CW_SCALAR_REAL	   ? value->real
			: value->kind == CW_SCALAR_INTEGER ? (double)value->integer
							   : 0;

	state->min = state->count == 0 || number < state->min ? number : state->min;
	state->max = state->count == 0 || number > state->max ? number : state->max;
	state->sum += number;
	state->count++;
}

static void collect_filters(const struct collecting *c)
{
	const struct cw_agg *agg = c->agg;

	while (c->state->n < agg->n_queries)
		bucket_new(c->aggs, agg, c->state, NULL, 0);
	for (size_t i = 0; i < agg->n_queries; i++)
		if (cw_query_matches(agg->queries[i], c->document))
			count_document(c, c->state->buckets[i]);
}

static void collect(struct cw_aggs *aggs, const struct cw_agg *agg, struct cw_agg_state *state,
		    const struct cw_document *document)
{
	struct collecting c = { .aggs = aggs, .agg = agg, .state = state, .document = document };

	if (agg->kind == CW_AGG_FILTER || agg->kind == CW_AGG_FILTERS)
		collect_filters(&c);
	else if (agg->field)
		cw_document_scalars(document->source, agg->path, agg->field,
				    agg->kind == CW_AGG_TERMS || agg->kind == CW_AGG_CARDINALITY ? collect_term
				    : agg->kind == CW_AGG_DATE_HISTOGRAM			 ? collect_date
												 : collect_number,
				    &c);
}

void cw_aggs_collect(struct cw_aggs *aggs, const struct cw_document *document)
{
	aggs->documents++;
	for (size_t i = 0; i < aggs->n; i++)
		collect(aggs, aggs->aggs[i], &aggs->states[i], document);
}
