/* Compiling: what is asked for. */
#include "devstore/aggs.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "devstore/aggs_impl.h"

#define DEPTH_MAX 8

static int compile_list(const json_t *dsl, int64_t now_ms, int depth, struct cw_agg ***out, size_t *n,
			struct cw_es_error *err);

static int malformed(const struct cw_agg *agg, const char *reason, struct cw_es_error *err)
{
	return cw_es_error_set(err, 400, "parsing_exception", "aggregation [%s]: %s", agg->name, reason);
}

static int unknown_key(const struct cw_agg *agg, const char *key, struct cw_es_error *err)
{
	return cw_es_error_set(err, 400, "x_content_parse_exception", "aggregation [%s] does not support [%s] here",
			       agg->name, key);
}

/* ---- orders -------------------------------------------------------------------------------- */

static int add_order(struct cw_agg *agg, const json_t *dsl, struct cw_es_error *err)
{
	void *iter = json_object_iter((json_t *)dsl);
	const char *direction = json_string_value(json_object_iter_value(iter));
	struct cw_agg_order *order = &agg->orders[agg->n_orders];

	if (json_object_size(dsl) != 1 || !direction ||
	    (strcmp(direction, "asc") != 0 && strcmp(direction, "desc") != 0) || agg->n_orders == CW_AGG_ORDERS)
		return malformed(
			agg, "[order] is such as {\"_count\":\"desc\"} or {\"_key\":\"asc\"}, or a short list of these",
			err);
	order->by = json_object_iter_key(iter);
	order->descending = strcmp(direction, "desc") == 0;
	agg->n_orders++;
	return 0;
}

static int set_order(struct cw_agg *agg, const json_t *dsl, struct cw_es_error *err)
{
	size_t i;
	json_t *item;

	agg->n_orders = 0;
	if (!json_is_array(dsl))
		return add_order(agg, dsl, err);
	json_array_foreach((json_t *)dsl, i, item)
		if (add_order(agg, item, err))
			return -1;
	return 0;
}

/* An order by something that no child gives would silently be no order. */
static int check_orders(const struct cw_agg *agg, struct cw_es_error *err)
{
	for (size_t i = 0; i < agg->n_orders; i++) {
		const char *by = agg->orders[i].by;
		size_t n = strcspn(by, ".>"), k = 0;

		if (strcmp(by, "_count") == 0 || strcmp(by, "_key") == 0)
			continue;
		while (k < agg->n_children &&
		       (strlen(agg->children[k]->name) != n || strncmp(agg->children[k]->name, by, n) != 0))
			k++;
		if (k == agg->n_children || agg->children[k]->kind == CW_AGG_TERMS ||
		    agg->children[k]->kind == CW_AGG_DATE_HISTOGRAM || agg->children[k]->kind == CW_AGG_FILTERS)
			return cw_es_error_set(err, 400, "aggregation_execution_exception",
					       "Invalid aggregation order path [%s] of aggregation [%s]: it names no "
					       "number of a sub-aggregation",
					       by, agg->name);
	}
	return 0;
}

/* ---- kinds --------------------------------------------------------------------------------- */

static int read_count(const struct cw_agg *agg, const char *key, const json_t *value, int64_t min, int64_t *out,
		      struct cw_es_error *err)
{
	*out = json_integer_value(value);
	if (json_is_integer(value) && *out >= min)
		return 0;
	return cw_es_error_set(err, 400, "illegal_argument_exception",
			       "[%s] of aggregation [%s] is a whole number, %lld or more", key, agg->name,
			       (long long)min);
}

static int set_field(struct cw_agg *agg, const json_t *value, struct cw_es_error *err)
{
	agg->path = json_string_value(value);
	return agg->path ? 0 : malformed(agg, "[field] is the name of a field", err);
}

static int compile_terms(struct cw_agg *agg, const json_t *dsl, int64_t now_ms, struct cw_es_error *err)
{
	const char *key;
	json_t *value;
	int64_t size = 10;

	(void)now_ms;
	agg->min_doc_count = 1;
	agg->orders[0] = (struct cw_agg_order){ .by = "_count", .descending = true };
	agg->n_orders = 1;
	json_object_foreach((json_t *)dsl, key, value) {
		int bad = 0;

		if (strcmp(key, "field") == 0)
			bad = set_field(agg, value, err);
		else if (strcmp(key, "size") == 0)
			bad = read_count(agg, key, value, 1, &size, err);
		else if (strcmp(key, "min_doc_count") == 0)
			bad = read_count(agg, key, value, 0, &agg->min_doc_count, err);
		else if (strcmp(key, "order") == 0)
			bad = set_order(agg, value, err);
		else if (strcmp(key, "shard_size") != 0 && strcmp(key, "show_term_doc_count_error") != 0)
			bad = unknown_key(agg, key, err);
		if (bad)
			return -1;
	}
	agg->size = (size_t)size;
	return agg->path ? 0 : malformed(agg, "needs [field]", err);
}

static int set_calendar(struct cw_agg *agg, const json_t *value, struct cw_es_error *err)
{
	static const struct {
		const char *name, *code;
		char unit;
	} units[] = {
		{ "second", "1s", 's' }, { "minute", "1m", 'm' }, { "hour", "1h", 'h' },    { "day", "1d", 'd' },
		{ "week", "1w", 'w' },	 { "month", "1M", 'M' },  { "quarter", "1q", 'Q' }, { "year", "1y", 'y' }
	};
	const char *text = json_string_value(value);

	for (size_t i = 0; text && i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(units[i].name, text) == 0 || strcmp(units[i].code, text) == 0) {
			agg->unit = units[i].unit;
			return 0;
		}
	return malformed(
		agg, "[calendar_interval] is one of minute, hour, day, week, month, quarter, year, or 1m, 1h …", err);
}

static int set_fixed(struct cw_agg *agg, const json_t *value, struct cw_es_error *err)
{
	agg->interval_ms = json_is_string(value) ? cw_date_interval(json_string_value(value)) : -1;
	return agg->interval_ms > 0
		       ? 0
		       : malformed(agg, "[fixed_interval] is such as \"30s\", \"1m\", \"2h\" or \"1d\"", err);
}

static int set_offset(struct cw_agg *agg, const json_t *value, struct cw_es_error *err)
{
	const char *text = json_string_value(value);
	bool minus = text && *text == '-';

	agg->offset_ms = text ? cw_date_interval(text + (minus || *text == '+')) : -1;
	if (agg->offset_ms < 0)
		return malformed(agg, "[offset] is such as \"+6h\" or \"-30m\"", err);
	if (minus)
		agg->offset_ms = -agg->offset_ms;
	return 0;
}

static int set_format(struct cw_agg *agg, const json_t *value, struct cw_es_error *err)
{
	const char *reason = "it must be a text";

	agg->format = json_is_string(value) ? cw_date_format_new(json_string_value(value), &reason) : NULL;
	return agg->format ? 0
			   : cw_es_error_set(err, 400, "illegal_argument_exception",
					     "Invalid format of aggregation [%s]: %s", agg->name, reason);
}

static int set_time_zone(const struct cw_agg *agg, const json_t *value, struct cw_es_error *err)
{
	const char *text = json_string_value(value);

	if (text && (strcmp(text, "UTC") == 0 || strcmp(text, "Z") == 0 || strcmp(text, "+00:00") == 0))
		return 0;
	return malformed(agg, "[time_zone] can only be UTC in this store", err);
}

static int compile_date_histogram(struct cw_agg *agg, const json_t *dsl, int64_t now_ms, struct cw_es_error *err)
{
	const char *key;
	json_t *value;

	(void)now_ms;
	agg->orders[0] = (struct cw_agg_order){ .by = "_key" };
	agg->n_orders = 1;
	json_object_foreach((json_t *)dsl, key, value) {
		int bad = 0;

		if (strcmp(key, "field") == 0)
			bad = set_field(agg, value, err);
		else if (strcmp(key, "fixed_interval") == 0)
			bad = set_fixed(agg, value, err);
		else if (strcmp(key, "calendar_interval") == 0)
			bad = set_calendar(agg, value, err);
		else if (strcmp(key, "min_doc_count") == 0)
			bad = read_count(agg, key, value, 0, &agg->min_doc_count, err);
		else if (strcmp(key, "order") == 0)
			bad = set_order(agg, value, err);
		else if (strcmp(key, "offset") == 0)
			bad = set_offset(agg, value, err);
		else if (strcmp(key, "format") == 0)
			bad = set_format(agg, value, err);
		else if (strcmp(key, "time_zone") == 0)
			bad = set_time_zone(agg, value, err);
		else
			bad = unknown_key(agg, key, err);
		if (bad)
			return -1;
	}
	if (!agg->path || (agg->interval_ms > 0) == (agg->unit != 0))
		return malformed(agg, "needs [field], and either [fixed_interval] or [calendar_interval]", err);
	return 0;
}

static int add_query(struct cw_agg *agg, const char *name, const json_t *dsl, int64_t now_ms, struct cw_es_error *err)
{
	struct cw_query *query = cw_query_new(dsl, now_ms, err);

	if (!query)
		return -1;
	agg->queries = cw_realloc(agg->queries, (agg->n_queries + 1) * sizeof(query));
	agg->query_names = cw_realloc(agg->query_names, (agg->n_queries + 1) * sizeof(name));
	agg->queries[agg->n_queries] = query;
	agg->query_names[agg->n_queries++] = name;
	return 0;
}

static int compile_filter(struct cw_agg *agg, const json_t *dsl, int64_t now_ms, struct cw_es_error *err)
{
	return add_query(agg, NULL, dsl, now_ms, err);
}

static int compile_filters(struct cw_agg *agg, const json_t *dsl, int64_t now_ms, struct cw_es_error *err)
{
	const json_t *filters = json_object_get(dsl, "filters");
	const char *key;
	json_t *value;

	if (!json_is_object(filters))
		return malformed(agg, "needs [filters], an object of named queries", err);
	json_object_foreach((json_t *)filters, key, value)
		if (add_query(agg, key, value, now_ms, err))
			return -1;
	return 0;
}

static int compile_metric(struct cw_agg *agg, const json_t *dsl, int64_t now_ms, struct cw_es_error *err)
{
	const char *key;
	json_t *value;

	(void)now_ms;
	json_object_foreach((json_t *)dsl, key, value) {
		if (strcmp(key, "field") == 0		      ? set_field(agg, value, err)
		    : strcmp(key, "precision_threshold") == 0 ? 0
							      : unknown_key(agg, key, err))
			return -1;
	}
	return agg->path ? 0 : malformed(agg, "needs [field]", err);
}

static const struct {
	const char *name;
	enum cw_agg_kind kind;
	int (*compile)(struct cw_agg *agg, const json_t *dsl, int64_t now_ms, struct cw_es_error *err);
} kinds[] = {
	{ "terms", CW_AGG_TERMS, compile_terms },
	{ "date_histogram", CW_AGG_DATE_HISTOGRAM, compile_date_histogram },
	{ "filter", CW_AGG_FILTER, compile_filter },
	{ "filters", CW_AGG_FILTERS, compile_filters },
	{ "min", CW_AGG_MIN, compile_metric },
	{ "max", CW_AGG_MAX, compile_metric },
	{ "sum", CW_AGG_SUM, compile_metric },
	{ "avg", CW_AGG_AVG, compile_metric },
	{ "value_count", CW_AGG_VALUE_COUNT, compile_metric },
	{ "stats", CW_AGG_STATS, compile_metric },
	{ "cardinality", CW_AGG_CARDINALITY, compile_metric },
};

static int compile_kind(struct cw_agg *agg, const char *name, const json_t *dsl, int64_t now_ms,
			struct cw_es_error *err)
{
	struct cw_nearest near = { .name = name };

	if (!json_is_object(dsl))
		return malformed(agg, "its kind must be followed by an object", err);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		cw_nearest_offer(&near, kinds[i].name);
		if (strcmp(kinds[i].name, name) == 0) {
			agg->kind = kinds[i].kind;
			return kinds[i].compile(agg, dsl, now_ms, err);
		}
	}
	return cw_es_error_set(err, 400, "parsing_exception", "Unknown aggregation type [%s]%s%s%s", name,
			       near.best ? " did you mean [" : "", near.best ? near.best : "", near.best ? "]?" : "");
}

static int compile_body(struct cw_agg *agg, const json_t *dsl, int64_t now_ms, int depth, struct cw_es_error *err)
{
	const char *key, *kind = NULL;
	json_t *value, *below = NULL;

	json_object_foreach((json_t *)dsl, key, value) {
		if (strcmp(key, "aggs") == 0 || strcmp(key, "aggregations") == 0)
			below = value;
		else if (strcmp(key, "meta") == 0)
			continue;
		else if (kind)
			return cw_es_error_set(err, 400, "parsing_exception",
					       "Found two aggregation type definitions in [%s]: [%s] and [%s]",
					       agg->name, kind, key);
		else
			kind = key;
	}
	if (!kind)
		return malformed(agg, "Missing definition for aggregation", err);
	if (compile_kind(agg, kind, json_object_get(dsl, kind), now_ms, err) ||
	    (below && compile_list(below, now_ms, depth + 1, &agg->children, &agg->n_children, err)))
		return -1;
	if (agg->n_children > 0 && agg->kind >= CW_AGG_MIN)
		return malformed(agg, "this kind cannot have sub-aggregations", err);
	return check_orders(agg, err);
}

static void agg_free(struct cw_agg *agg)
{
	for (size_t i = 0; i < agg->n_children; i++)
		agg_free(agg->children[i]);
	for (size_t i = 0; i < agg->n_queries; i++)
		cw_query_free(agg->queries[i]);
	free(agg->queries);
	free(agg->query_names);
	free(agg->children);
	cw_date_format_free(agg->format);
	free(agg->field_format);
	free(agg);
}

static int compile_list(const json_t *dsl, int64_t now_ms, int depth, struct cw_agg ***out, size_t *n,
			struct cw_es_error *err)
{
	const char *name;
	json_t *body;

	if (!json_is_object(dsl) || depth > DEPTH_MAX)
		return cw_es_error_set(
			err, 400, "parsing_exception",
			"aggregations are an object of named aggregations, nested at most %d levels deep", DEPTH_MAX);
	*out = cw_alloc((json_object_size(dsl) + 1) * sizeof(struct cw_agg *));
	json_object_foreach((json_t *)dsl, name, body) {
		struct cw_agg *agg = (*out)[(*n)++] = cw_alloc(sizeof(*agg));

		agg->name = name;
		if (compile_body(agg, body, now_ms, depth, err))
			return -1;
	}
	return 0;
}

/* ---- the whole ----------------------------------------------------------------------------- */

struct cw_aggs *cw_aggs_new(const json_t *dsl, int64_t now_ms, struct cw_es_error *err)
{
	struct cw_aggs *aggs = cw_alloc(sizeof(*aggs));

	aggs->dsl = json_incref((json_t *)dsl);
	if (dsl && compile_list(dsl, now_ms, 0, &aggs->aggs, &aggs->n, err)) {
		cw_aggs_free(aggs);
		return NULL;
	}
	aggs->states = cw_alloc((aggs->n + 1) * sizeof(*aggs->states));
	return aggs;
}

static void state_free(const struct cw_agg *agg, struct cw_agg_state *state)
{
	for (size_t i = 0; i < state->n; i++) {
		struct cw_bucket *bucket = state->buckets[i];

		for (size_t k = 0; k < agg->n_children; k++)
			state_free(agg->children[k], &bucket->children[k]);
		free(bucket->children);
		free(bucket->text);
		free(bucket);
	}
	free(state->buckets);
	free(state->table);
}

void cw_aggs_free(struct cw_aggs *aggs)
{
	if (!aggs)
		return;
	for (size_t i = 0; i < aggs->n; i++) {
		if (aggs->states)
			state_free(aggs->aggs[i], &aggs->states[i]);
		agg_free(aggs->aggs[i]);
	}
	free(aggs->states);
	free(aggs->aggs);
	json_decref(aggs->dsl);
	free(aggs);
}
