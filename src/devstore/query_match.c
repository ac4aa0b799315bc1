/* Matching: what a document answers. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "devstore/query_impl.h"
#include "devstore/wildcard.h"

struct test {
	const struct cw_query *query;
	bool hit;
};

static bool same_network(const unsigned char *a, const unsigned char *b, int bits)
{
	int bytes = bits / 8, rest = bits % 8;

	if (memcmp(a, b, (size_t)bytes) != 0)
		return false;
	return rest == 0 || (a[bytes] ^ b[bytes]) >> (8 - rest) == 0;
}

/* Is `word` one of the words of a text, without case? Words are runs of letters and digits. */
static bool has_word(const char *text, const char *word, size_t n)
{
	for (const char *p = text; *p;) {
		size_t len = 0;

		while (isalnum((unsigned char)p[len]) || (unsigned char)p[len] >= 0x80 || p[len] == '_')
			len++;
		if (len == n && strncasecmp(p, word, n) == 0)
			return true;
		p += len ? len : 1;
	}
	return false;
}

static bool has_words(const char *text, const char *words, bool all)
{
	size_t wanted = 0, found = 0;

	for (const char *p = words; *p;) {
		size_t len = 0;

		while (isalnum((unsigned char)p[len]) || (unsigned char)p[len] >= 0x80 || p[len] == '_')
			len++;
		if (len) {
			wanted++;
			found += has_word(text, p, len);
		}
		p += len ? len : 1;
	}
	return all ? wanted > 0 && found == wanted : found > 0;
}

static bool equal(const struct cw_query *q, const struct cw_query_value *wanted, const struct cw_scalar *value)
{
	if (!wanted->fits)
		return false;
	if (value->kind == CW_SCALAR_IP)
		return same_network(wanted->scalar.ip, value->ip, wanted->prefix);
	if (value->kind != CW_SCALAR_TEXT)
		return cw_scalar_compare(&wanted->scalar, value) == 0;
	if (q->field->type == CW_FIELD_TEXT && q->node == CW_Q_MATCH)
		return has_words(value->text, wanted->scalar.text, q->all_words);
	if (q->field->type == CW_FIELD_TEXT)
		return has_word(value->text, wanted->scalar.text, strlen(wanted->scalar.text));
	return q->ignore_case ? strcasecmp(value->text, wanted->scalar.text) == 0
			      : strcmp(value->text, wanted->scalar.text) == 0;
}

static void test_values(const struct cw_scalar *value, void *arg)
{
	struct test *t = arg;

	for (size_t i = 0; !t->hit && i < t->query->n_values; i++)
		t->hit = equal(t->query, &t->query->values[i], value);
}

static int compare_bound(const struct cw_scalar *value, const struct cw_query_bound *bound)
{
	if (value->kind == CW_SCALAR_INTEGER && bound->scalar.kind == CW_SCALAR_REAL) {
		double real = (double)value->integer;

		return (real > bound->scalar.real) - (real < bound->scalar.real);
	}
	return cw_scalar_compare(value, &bound->scalar);
}

static void test_range(const struct cw_scalar *value, void *arg)
{
	struct test *t = arg;
	const struct cw_query *q = t->query;

	if ((!q->gt.json || compare_bound(value, &q->gt) > 0) && (!q->gte.json || compare_bound(value, &q->gte) >= 0) &&
	    (!q->lt.json || compare_bound(value, &q->lt) < 0) && (!q->lte.json || compare_bound(value, &q->lte) <= 0))
		t->hit = true;
}

static void test_exists(const struct cw_scalar *value, void *arg)
{
	struct test *t = arg;

	(void)value;
	t->hit = true;
}

static bool pattern_matches(const struct cw_query *q, const char *text)
{
	size_t n = strlen(q->text);

	if (q->node == CW_Q_PREFIX)
		return q->ignore_case ? strncasecmp(text, q->text, n) == 0 : strncmp(text, q->text, n) == 0;
	return cw_wildcard_match(q->text, n, text, strlen(text));
}

static void test_pattern(const struct cw_scalar *value, void *arg)
{
	struct test *t = arg;

	if (value->kind == CW_SCALAR_TEXT && pattern_matches(t->query, value->text))
		t->hit = true;
}

/* Fields that every document has beside its source. */
static bool meta_matches(const struct cw_query *q, const char *text)
{
	if (q->node == CW_Q_EXISTS)
		return true;
	if (q->node == CW_Q_PREFIX || q->node == CW_Q_WILDCARD)
		return pattern_matches(q, text);
	for (size_t i = 0; i < q->n_values; i++) {
		const char *wanted = json_string_value(q->values[i].json);

		if (wanted && strcmp(wanted, text) == 0)
			return true;
	}
	return false;
}

static bool leaf_matches(const struct cw_query *q, const struct cw_document *document)
{
	struct test t = { .query = q };

	if (q->node == CW_Q_IDS || strcmp(q->path, "_id") == 0)
		return meta_matches(q, document->id);
	if (strcmp(q->path, "_index") == 0)
		return meta_matches(q, document->index);
	if (q->node == CW_Q_EXISTS && q->field &&
	    (q->field->type == CW_FIELD_OBJECT || q->field->type == CW_FIELD_OTHER)) {
		const json_t *value = cw_document_get(document->source, q->path);

		return value && !json_is_null(value);
	}
	if (q->field)
		cw_document_scalars(document->source, q->path, q->field,
				    q->node == CW_Q_RANGE    ? test_range
				    : q->node == CW_Q_EXISTS ? test_exists
				    : q->text		     ? test_pattern
							     : test_values,
				    &t);
	return t.hit;
}

static size_t count_matches(const struct cw_query *q, int clause, const struct cw_document *document)
{
	size_t n = 0;

	for (size_t i = 0; i < q->n_clauses[clause]; i++)
		n += cw_query_matches(q->clauses[clause][i], document);
	return n;
}

bool cw_query_matches(const struct cw_query *q, const struct cw_document *document)
{
	switch (q->node) {
	case CW_Q_MATCH_ALL:
		return true;
	case CW_Q_MATCH_NONE:
		return false;
	case CW_Q_BOOL:
		return count_matches(q, CW_Q_MUST, document) == q->n_clauses[CW_Q_MUST] &&
		       count_matches(q, CW_Q_FILTER, document) == q->n_clauses[CW_Q_FILTER] &&
		       count_matches(q, CW_Q_MUST_NOT, document) == 0 &&
		       (q->should_needed == 0 || count_matches(q, CW_Q_SHOULD, document) >= q->should_needed);
	default:
		return leaf_matches(q, document);
	}
}

bool cw_query_matches_all(const struct cw_query *query)
{
	return query->node == CW_Q_MATCH_ALL;
}
