#include "rest/strays.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/nearest.h"
#include "base/utf8.h"

#define STRAYS_MAX 5 /* header fields, of which clients take so many only */
#define SHOWN 60u    /* bytes of a name or a value */

/* How much of a text is shown: whole characters. */
static int shown(const char *text)
{
	return (int)cw_utf8_cut(text, strlen(text), SHOWN);
}

/* Between workers of Kafka Connect, who forward requests to each other; it means nothing to a single one. */
static bool is_internal(const char *name)
{
	return strcmp(name, "forward") == 0;
}

static const struct cw_route_query *find(const struct cw_route *route, const char *name)
{
	for (const struct cw_route_query *query = route->query; query->name; query++)
		if (strcmp(query->name, name) == 0)
			return query;
	return NULL;
}

static void put_unknown(struct cw_buf *out, const struct cw_route *route, const char *name)
{
	struct cw_nearest near = { .name = name };

	for (const struct cw_route_query *query = route->query; query->name; query++)
		cw_nearest_offer(&near, query->name);
	cw_buf_printf(out, "query parameter \"%.*s\" is ignored by %s %s", shown(name), name, route->method, route->path);
	if (near.best) {
		cw_buf_printf(out, "; did you mean \"%s\"?", near.best);
		return;
	}
	cw_buf_puts(out, route->query[0].name ? ", which takes " : ", which takes none");
	for (const struct cw_route_query *query = route->query; query->name; query++)
		cw_buf_printf(out, "%s%s", query == route->query ? "" : ", ", query->name);
}

/* What a value that means nothing is taken for; nothing is put of one that means something, or is an error. */
static void put_value(struct cw_buf *out, const struct cw_route_query *query, const char *value, bool waits)
{
	static const char *const booleans[] = { "true", "false" }, *const scopes[] = { "worker", "cluster" },
				 *const views[] = { "status", "info" };
	int (*compare)(const char *, const char *) = query->kind == CW_QUERY_EXPAND ? strcmp : strcasecmp;
	const char *const *known, *taken_for;

	switch (query->kind) {
	case CW_QUERY_TRUE:
	case CW_QUERY_FALSE: known = booleans; taken_for = "taken for false"; break;
	case CW_QUERY_SCOPE: known = scopes; taken_for = "taken for worker"; break;
	case CW_QUERY_EXPAND: known = views; taken_for = "ignored"; break;
	case CW_QUERY_TIMEOUT: cw_buf_puts(out, waits ? "" : "query parameter \"timeout\" is ignored without \"wait\""); return;
	default: return;
	}
	if (compare(value, known[0]) != 0 && compare(value, known[1]) != 0)
		cw_buf_printf(out, "the value \"%.*s\" of query parameter \"%s\" is %s; there are %s and %s", shown(value),
			      value, query->name, taken_for, known[0], known[1]);
}

/* ---- dry runs ---- */

#define DRY_RUN "dry_run"

/* However it is written: dryRun, dry-run, dryrun. */
static bool is_dry_run(const char *name)
{
	const char *letter = "dryrun";

	for (; *name; name++) {
		if (*name == '_' || *name == '-')
			continue;
		if (tolower((unsigned char)*name) != *letter)
			return false;
		letter++;
	}
	return !*letter;
}

/* Whether a dry run of it would be another thing than itself. */
static bool changes_something(const struct cw_route *route)
{
	return strcmp(route->method, "GET") != 0 && route->op != CW_OP_VALIDATE && route->op != CW_OP_PREVIEW &&
	       route->op != CW_OP_PREVIEW_CONFIG;
}

static int refuse_dry_run(const struct cw_route *route, const struct cw_uri_param *param, const char *first,
			  struct cw_error *err)
{
	bool no = strcasecmp(param->value, "false") == 0, yes = strcasecmp(param->value, "true") == 0;

	if (!find(route, DRY_RUN) && no)
		return 0;
	if (!find(route, DRY_RUN))
		return cw_error_set(err, CW_ERR_INVALID,
				    "%s %s has no dry run, so nothing was done: without the parameter \"%.*s\" it is",
				    route->method, route->path, shown(param->key), param->key);
	if (strcmp(param->key, DRY_RUN) != 0)
		return cw_error_set(err, CW_ERR_INVALID, "The parameter \"%.*s\" is written " DRY_RUN,
				    shown(param->key), param->key);
	if ((yes || no) && strcasecmp(param->value, first) == 0)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID,
			    "The parameter " DRY_RUN " is \"%.*s\", but must be true or false, and once",
			    shown(param->value), param->value);
}

int cw_strays_refuse(const struct cw_route *route, const struct cw_uri *uri, struct cw_error *err)
{
	const char *first = cw_uri_param(uri, DRY_RUN);

	for (size_t i = 0; changes_something(route) && i < uri->n_params; i++) {
		const struct cw_uri_param *param = &uri->params[i];

		if (is_dry_run(param->key) && refuse_dry_run(route, param, first ? first : "", err) < 0)
			return -1;
	}
	return 0;
}

/* ---- sentences ---- */

json_t *cw_strays_of(const struct cw_route *route, const struct cw_uri *uri)
{
	json_t *sentences = json_array();
	size_t more = 0;

	for (size_t i = 0; i < uri->n_params; i++) {
		const struct cw_uri_param *param = &uri->params[i];
		const struct cw_route_query *query = find(route, param->key);
		struct cw_buf text = { 0 };

		if (is_dry_run(param->key) && changes_something(route))
			continue; /* taken or refused */
		if (query)
			put_value(&text, query, param->value, cw_uri_param(uri, "wait") != NULL);
		else if (!is_internal(param->key))
			put_unknown(&text, route, param->key);
		if (text.n > 0 && json_array_size(sentences) < STRAYS_MAX)
			json_array_append_new(sentences, json_stringn(text.p, text.n));
		else
			more += text.n > 0;
		cw_buf_free(&text);
	}
	if (more > 0)
		json_array_append_new(sentences, json_sprintf("and %zu more query parameters are ignored", more));
	return sentences;
}
