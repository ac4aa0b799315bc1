/* Compiling and binding: what is asked for. */
#include "devstore/query.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "devstore/query_impl.h"

#define DEPTH_MAX 50

static struct cw_query *compile(const json_t *dsl, int64_t now_ms, int depth, struct cw_es_error *err);

/* ---- compiling ----------------------------------------------------------------------------- */

static int malformed(const char *name, const char *reason, struct cw_es_error *err)
{
	return cw_es_error_set(err, 400, "parsing_exception", "[%s] %s", name, reason);
}

/* {"field":…}: the one field of a leaf query. Options beside it ("boost") are told apart by not being it. */
static int one_field(const char *name, const json_t *dsl, const char **path, const json_t **value,
		     struct cw_es_error *err)
{
	const char *key;
	json_t *item;

	*path = NULL;
	json_object_foreach((json_t *)dsl, key, item) {
		if (strcmp(key, "boost") == 0 || strcmp(key, "_name") == 0)
			continue;
		if (*path)
			return cw_es_error_set(err, 400, "parsing_exception",
					       "[%s] query doesn't support multiple fields, found [%s] and [%s]", name,
					       *path, key);
		*path = key;
		*value = item;
	}
	return *path ? 0 : malformed(name, "query needs an object with a field name", err);
}

static void add_value(struct cw_query *q, const json_t *json)
{
	q->values = cw_realloc(q->values, (q->n_values + 1) * sizeof(*q->values));
	q->values[q->n_values++] = (struct cw_query_value){ .json = json };
}

static bool is_scalar(const json_t *value)
{
	return value && !json_is_object(value) && !json_is_array(value) && !json_is_null(value);
}

static void read_case(struct cw_query *q, const json_t *options)
{
	q->ignore_case = json_is_true(json_object_get(options, "case_insensitive"));
}

static int compile_term(struct cw_query *q, const char *name, const json_t *dsl, struct cw_es_error *err)
{
	const json_t *value;

	if (one_field(name, dsl, &q->path, &value, err))
		return -1;
	if (json_is_object(value)) {
		read_case(q, value);
		value = json_object_get(value, "value");
	}
	if (!is_scalar(value))
		return malformed(name, "query needs one value, such as {\"status\":404}", err);
	add_value(q, value);
	return 0;
}

static int compile_terms(struct cw_query *q, const char *name, const json_t *dsl, struct cw_es_error *err)
{
	const json_t *values;
	json_t *value;
	size_t i;

	if (one_field(name, dsl, &q->path, &values, err))
		return -1;
	if (!json_is_array(values))
		return malformed(name, "query needs an array of values", err);
	json_array_foreach((json_t *)values, i, value) {
		if (!is_scalar(value))
			return malformed(name, "query takes texts, numbers and booleans only", err);
		add_value(q, value);
	}
	return 0;
}

static int compile_match(struct cw_query *q, const char *name, const json_t *dsl, struct cw_es_error *err)
{
	const json_t *value;
	const char *combine;

	if (one_field(name, dsl, &q->path, &value, err))
		return -1;
	if (json_is_object(value)) {
		combine = json_string_value(json_object_get(value, "operator"));
		q->all_words = combine && strcasecmp(combine, "and") == 0;
		value = json_object_get(value, "query");
	}
	if (!is_scalar(value))
		return malformed(name, "query needs a text to look for", err);
	add_value(q, value);
	return 0;
}

static int compile_pattern(struct cw_query *q, const char *name, const json_t *dsl, struct cw_es_error *err)
{
	const json_t *value;

	if (one_field(name, dsl, &q->path, &value, err))
		return -1;
	if (json_is_object(value)) {
		const json_t *text = json_object_get(value, "value");

		read_case(q, value);
		value = text ? text : json_object_get(value, name);
	}
	q->text = json_string_value(value);
	return q->text ? 0 : malformed(name, "query needs a text", err);
}

static int compile_range(struct cw_query *q, const char *name, const json_t *dsl, struct cw_es_error *err)
{
	const json_t *bounds;
	const char *key;
	json_t *value;

	if (one_field(name, dsl, &q->path, &bounds, err))
		return -1;
	if (!json_is_object(bounds))
		return malformed(name, "query needs an object with gt, gte, lt or lte", err);
	json_object_foreach((json_t *)bounds, key, value) {
		struct cw_query_bound *bound = strcmp(key, "gt") == 0	 ? &q->gt
					       : strcmp(key, "gte") == 0 ? &q->gte
					       : strcmp(key, "lt") == 0	 ? &q->lt
					       : strcmp(key, "lte") == 0 ? &q->lte
									 : NULL;

		if (!bound && strcmp(key, "boost") != 0 && strcmp(key, "format") != 0 && strcmp(key, "_name") != 0)
			return cw_es_error_set(err, 400, "parsing_exception", "[range] query does not support [%s]",
					       key);
		if (!bound || json_is_null(value))
			continue;
		if (!is_scalar(value))
			return malformed(name, "bounds are texts or numbers", err);
		bound->json = value;
	}
	return 0;
}

static int compile_exists(struct cw_query *q, const char *name, const json_t *dsl, struct cw_es_error *err)
{
	q->path = json_string_value(json_object_get(dsl, "field"));
	return q->path ? 0 : malformed(name, "query needs [field]", err);
}

static int compile_ids(struct cw_query *q, const char *name, const json_t *dsl, struct cw_es_error *err)
{
	const json_t *values = json_object_get(dsl, "values");
	json_t *value;
	size_t i;

	if (!json_is_array(values))
		return malformed(name, "query needs [values], an array of ids", err);
	json_array_foreach((json_t *)values, i, value) {
		if (!json_is_string(value))
			return malformed(name, "ids are texts", err);
		add_value(q, value);
	}
	return 0;
}

static int compile_phrase(struct cw_query *q, const char *name, const json_t *dsl, struct cw_es_error *err)
{
	if (compile_match(q, name, dsl, err))
		return -1;
	q->all_words = true;
	return 0;
}

static int compile_nothing(struct cw_query *q, const char *name, const json_t *dsl, struct cw_es_error *err)
{
	(void)q;
	(void)name;
	(void)dsl;
	(void)err;
	return 0;
}

static int compile_clauses(struct cw_query *q, int clause, const json_t *dsl, struct cw_es_error *err)
{
	size_t n = json_is_array(dsl) ? json_array_size(dsl) : 1;

	q->clauses[clause] = cw_alloc((n + 1) * sizeof(struct cw_query *));
	for (size_t i = 0; i < n; i++) {
		struct cw_query *child =
			compile(json_is_array(dsl) ? json_array_get(dsl, i) : dsl, q->now_ms, q->depth + 1, err);

		if (!child)
			return -1;
		q->clauses[clause][q->n_clauses[clause]++] = child;
	}
	return 0;
}

static int compile_bool(struct cw_query *q, const char *name, const json_t *dsl, struct cw_es_error *err)
{
	static const char *const names[CW_Q_CLAUSES] = { "must", "filter", "should", "must_not" };
	const json_t *needed = json_object_get(dsl, "minimum_should_match");
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)dsl, key, value) {
		int clause = 0;

		while (clause < CW_Q_CLAUSES && strcmp(names[clause], key) != 0)
			clause++;
		if (clause < CW_Q_CLAUSES ? compile_clauses(q, clause, value, err) : 0)
			return -1;
		if (clause == CW_Q_CLAUSES && strcmp(key, "boost") != 0 && strcmp(key, "minimum_should_match") != 0 &&
		    strcmp(key, "_name") != 0)
			return cw_es_error_set(err, 400, "parsing_exception", "[bool] query does not support [%s]",
					       key);
	}
	q->should_needed = q->n_clauses[CW_Q_SHOULD] > 0 && q->n_clauses[CW_Q_MUST] + q->n_clauses[CW_Q_FILTER] == 0;
	if (needed && (!json_is_integer(needed) || json_integer_value(needed) < 0))
		return malformed(name, "[minimum_should_match] must be a whole number here", err);
	if (needed)
		q->should_needed = (size_t)json_integer_value(needed);
	return 0;
}

static int compile_constant_score(struct cw_query *q, const char *name, const json_t *dsl, struct cw_es_error *err)
{
	const json_t *filter = json_object_get(dsl, "filter");

	if (!filter)
		return malformed(name, "requires a [filter] element", err);
	return compile_clauses(q, CW_Q_FILTER, filter, err);
}

static const struct {
	const char *name;
	enum cw_query_node node;
	int (*compile)(struct cw_query *q, const char *name, const json_t *dsl, struct cw_es_error *err);
} kinds[] = {
	{ "match_all", CW_Q_MATCH_ALL, compile_nothing },
	{ "match_none", CW_Q_MATCH_NONE, compile_nothing },
	{ "term", CW_Q_TERMS, compile_term },
	{ "terms", CW_Q_TERMS, compile_terms },
	{ "match", CW_Q_MATCH, compile_match },
	{ "match_phrase", CW_Q_MATCH, compile_phrase },
	{ "range", CW_Q_RANGE, compile_range },
	{ "exists", CW_Q_EXISTS, compile_exists },
	{ "prefix", CW_Q_PREFIX, compile_pattern },
	{ "wildcard", CW_Q_WILDCARD, compile_pattern },
	{ "ids", CW_Q_IDS, compile_ids },
	{ "bool", CW_Q_BOOL, compile_bool },
	{ "constant_score", CW_Q_BOOL, compile_constant_score },
};

static int compile_named(struct cw_query *q, const char *name, const json_t *dsl, struct cw_es_error *err)
{
	struct cw_nearest near = { .name = name };

	if (!json_is_object(dsl))
		return cw_es_error_set(err, 400, "parsing_exception",
				       "[%s] query malformed, no start_object after query name", name);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		cw_nearest_offer(&near, kinds[i].name);
		if (strcmp(kinds[i].name, name) == 0) {
			q->node = kinds[i].node;
			return kinds[i].compile(q, name, dsl, err);
		}
	}
	return cw_es_error_set(err, 400, "parsing_exception", "unknown query [%s]%s%s%s", name,
			       near.best ? " did you mean [" : "", near.best ? near.best : "", near.best ? "]?" : "");
}

static struct cw_query *compile(const json_t *dsl, int64_t now_ms, int depth, struct cw_es_error *err)
{
	struct cw_query *q = cw_alloc(sizeof(*q));
	void *iter = json_object_iter((json_t *)dsl);

	q->now_ms = now_ms;
	q->depth = depth;
	if (depth > DEPTH_MAX)
		cw_es_error_set(err, 400, "parsing_exception", "the query is nested more than %d levels deep",
				DEPTH_MAX);
	else if (json_object_size(dsl) != 1)
		cw_es_error_set(err, 400, "parsing_exception",
				"a query is an object with one key, its kind; this one has %zu", json_object_size(dsl));
	else
		compile_named(q, json_object_iter_key(iter), json_object_iter_value(iter), err);
	if (err->status) {
		cw_query_free(q);
		return NULL;
	}
	return q;
}

struct cw_query *cw_query_new(const json_t *dsl, int64_t now_ms, struct cw_es_error *err)
{
	json_t *all = dsl ? json_incref((json_t *)dsl) : json_pack("{s:{}}", "match_all");
	struct cw_query *q = compile(all, now_ms, 0, err);

	if (q)
		q->dsl = all;
	else
		json_decref(all);
	return q;
}

void cw_query_free(struct cw_query *q)
{
	if (!q)
		return;
	for (int clause = 0; clause < CW_Q_CLAUSES; clause++) {
		for (size_t i = 0; i < q->n_clauses[clause]; i++)
			cw_query_free(q->clauses[clause][i]);
		free(q->clauses[clause]);
	}
	free(q->values);
	json_decref((json_t *)q->dsl);
	free(q);
}

/* ---- binding ------------------------------------------------------------------------------- */

static int misfit(const struct cw_query *q, const json_t *value, struct cw_es_error *err)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

	cw_es_error_set(err, 400, "query_shard_exception",
			"failed to create query: %.200s is no value for field [%s] of type [%s]", text, q->path,
			q->field->type_name);
	free(text);
	return -1;
}

/* "10.0.0.0/8" as a term of an ip field. */
static bool read_network(struct cw_query_value *value)
{
	const char *text = json_string_value(value->json), *slash = text ? strchr(text, '/') : NULL;
	CW_AUTO_FREE char *address = slash ? cw_strndup(text, (size_t)(slash - text)) : NULL;
	char *end;
	long bits;

	if (!slash || !cw_ip_parse(address, value->scalar.ip))
		return false;
	bits = strtol(slash + 1, &end, 10) + (strchr(address, ':') ? 0 : 96);
	value->scalar.kind = CW_SCALAR_IP;
	value->prefix = (int)bits;
	return *end == '\0' && slash[1] && bits >= 0 && bits <= 128;
}

static int bind_values(struct cw_query *q, struct cw_es_error *err)
{
	for (size_t i = 0; q->field && i < q->n_values; i++) {
		struct cw_query_value *v = &q->values[i];
		int64_t ms;

		v->prefix = 128;
		v->fits = cw_scalar_read(q->field, v->json, &v->scalar) ||
			  (q->field->type == CW_FIELD_IP && read_network(v));
		if (!v->fits && q->field->type == CW_FIELD_DATE && json_is_string(v->json) &&
		    cw_date_math(q->field->format, json_string_value(v->json), q->now_ms, false, &ms)) {
			v->scalar = (struct cw_scalar){ .kind = CW_SCALAR_INTEGER, .integer = ms };
			v->fits = true;
		}
		/* A number out of the field's range is in no document; what is no number at all is a mistake. */
		if (!v->fits && !(q->field->type == CW_FIELD_INTEGER && json_is_number(v->json)))
			return misfit(q, v->json, err);
	}
	return 0;
}

static int bind_bound(const struct cw_query *q, struct cw_query_bound *bound, bool round_up, struct cw_es_error *err)
{
	if (!bound->json || !q->field)
		return 0;
	if (q->field->type == CW_FIELD_DATE && json_is_string(bound->json)) {
		bound->scalar.kind = CW_SCALAR_INTEGER;
		if (cw_date_math(q->field->format, json_string_value(bound->json), q->now_ms, round_up,
				 &bound->scalar.integer))
			return 0;
	} else if (q->field->type == CW_FIELD_INTEGER) {
		struct cw_es_field wide = { .type = CW_FIELD_REAL };

		/* Bounds may be fractions, or beyond what the field can hold. */
		if (cw_scalar_read(&wide, bound->json, &bound->scalar))
			return 0;
	} else if (cw_scalar_read(q->field, bound->json, &bound->scalar)) {
		return 0;
	}
	return misfit(q, bound->json, err);
}

int cw_query_bind(struct cw_query *q, const struct cw_mapping *mapping, struct cw_es_error *err)
{
	for (int clause = 0; clause < CW_Q_CLAUSES; clause++)
		for (size_t i = 0; i < q->n_clauses[clause]; i++)
			if (cw_query_bind(q->clauses[clause][i], mapping, err))
				return -1;
	if (!q->path)
		return 0;
	q->field = cw_mapping_find(mapping, q->path);
	if (bind_values(q, err) || bind_bound(q, &q->gt, true, err) || bind_bound(q, &q->gte, false, err) ||
	    bind_bound(q, &q->lt, false, err) || bind_bound(q, &q->lte, true, err))
		return -1;
	return 0;
}
