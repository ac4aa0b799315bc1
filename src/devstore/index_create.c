#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "devstore/wildcard.h"
#include "devstore/write.h"

static int bad_name(const char *name, const char *reason, struct cw_es_error *err)
{
	return cw_es_error_set(err, 400, "invalid_index_name_exception", "Invalid index name [%.255s], %s", name,
			       reason);
}

int cw_index_name_check(const char *name, struct cw_es_error *err)
{
	if (!*name || strlen(name) > 255)
		return bad_name(name, "must have 1 to 255 bytes", err);
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return bad_name(name, "must not be '.' or '..'", err);
	if (strchr("_-+", *name))
		return bad_name(name, "must not start with '_', '-', or '+'", err);
	for (const char *p = name; *p; p++) {
		if (strchr("\\/*?\"<>| ,#:", *p) || iscntrl((unsigned char)*p))
			return bad_name(
				name,
				"must not contain the following characters [ , \", *, \\, <, |, ,, >, /, ?, #, :]",
				err);
		if (isupper((unsigned char)*p))
			return bad_name(name, "must be lowercase", err);
	}
	return 0;
}

/* ---- templates ----------------------------------------------------------------------------- */

static int bad_template(const char *name, const char *reason, struct cw_es_error *err)
{
	return cw_es_error_set(err, 400, "illegal_argument_exception", "index template [%s] is not valid: %s", name,
			       reason);
}

static int check_patterns(const char *name, const json_t *body, struct cw_es_error *err)
{
	const json_t *patterns = json_object_get(body, "index_patterns");
	size_t i;
	json_t *pattern;

	if (json_is_string(patterns))
		return 0;
	if (!json_is_array(patterns) || json_array_size(patterns) == 0)
		return bad_template(name, "[index_patterns] must be a list of at least one pattern", err);
	json_array_foreach((json_t *)patterns, i, pattern)
		if (!json_is_string(pattern))
			return bad_template(name, "[index_patterns] must be a list of strings", err);
	return 0;
}

static int check_keys(const char *name, const json_t *body, const char *const *known, struct cw_es_error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)body, key, value) {
		struct cw_nearest near = { .name = key };
		size_t i = 0;

		for (; known[i] && strcmp(known[i], key) != 0; i++)
			cw_nearest_offer(&near, known[i]);
		if (!known[i])
			return cw_es_error_set(err, 400, "x_content_parse_exception", "[%s] unknown field [%s]%s%s%s",
					       name, key, near.best ? " did you mean [" : "",
					       near.best ? near.best : "", near.best ? "]?" : "");
	}
	return 0;
}

int cw_template_check(const char *name, const json_t *body, struct cw_es_error *err)
{
	static const char *const keys[] = { "index_patterns",
					    "template",
					    "priority",
					    "version",
					    "composed_of",
					    "_meta",
					    "data_stream",
					    "allow_auto_create",
					    "ignore_missing_component_templates",
					    "deprecated",
					    NULL };
	static const char *const inner[] = {
		"settings", "mappings", "aliases", "lifecycle", "data_stream_options", NULL
	};
	const json_t *template = json_object_get(body, "template"), *composed = json_object_get(body, "composed_of");
	const json_t *priority = json_object_get(body, "priority");
	struct cw_mapping *mapping;

	if (!json_is_object(body))
		return bad_template(name, "the body must be a JSON object", err);
	if (check_keys("index_template", body, keys, err) || check_patterns(name, body, err))
		return -1;
	if (json_array_size(composed) > 0)
		return bad_template(name, "[composed_of] names component templates, which this store does not have",
				    err);
	if (priority && (!json_is_integer(priority) || json_integer_value(priority) < 0))
		return bad_template(name, "[priority] must be a whole number, 0 or more", err);
	if (template && !json_is_object(template))
		return bad_template(name, "[template] must be an object", err);
	if (check_keys("template", template, inner, err))
		return -1;
	mapping = cw_mapping_new(json_object_get(template, "mappings"), err);
	cw_mapping_free(mapping);
	return mapping ? 0 : -1;
}

static bool matches(const json_t *template, const char *name)
{
	const json_t *patterns = json_object_get(template, "index_patterns");
	size_t i;
	json_t *pattern;

	if (json_is_string(patterns))
		return cw_wildcard_list(json_string_value(patterns), name);
	json_array_foreach((json_t *)patterns, i, pattern)
		if (cw_wildcard_match(json_string_value(pattern), json_string_length(pattern), name, strlen(name)))
			return true;
	return false;
}

/* The matching template with the highest priority, or NULL. */
static const json_t *best_template(struct cw_store *store, const char *name)
{
	const json_t *best = NULL;
	json_int_t priority = -1;
	const char *key;
	json_t *template;

	json_object_foreach((json_t *)cw_store_templates(store), key, template) {
		json_int_t p = json_integer_value(json_object_get(template, "priority"));

		if (p > priority && matches(template, name)) {
			best = template;
			priority = p;
		}
	}
	return best;
}

/* ---- making an index ----------------------------------------------------------------------- */

static void make_uuid(char *out, size_t size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned char random[32] = { 0 };
	ssize_t got = getrandom(random, sizeof(random), 0);

	(void)got; /* 32 bytes never come short, and an id need not be secret */
	for (size_t i = 0; i + 1 < size; i++)
		out[i] = digits[random[i % sizeof(random)] & 63];
	out[size - 1] = '\0';
}

static void overlay(json_t *to, const json_t *from)
{
	if (json_is_object(from))
		json_object_update_recursive(to, (json_t *)from);
}

static int check_body(const json_t *body, struct cw_es_error *err)
{
	static const char *const keys[] = { "settings", "mappings", "aliases", NULL };

	if (body && !json_is_object(body))
		return cw_es_error_set(err, 400, "parse_exception", "the body must be a JSON object");
	return check_keys("create_index", body, keys, err);
}

struct cw_index *cw_index_create(struct cw_store *store, const char *name, const json_t *body, struct cw_es_error *err)
{
	struct cw_index index = { 0 };
	const json_t *best, *template;
	json_t *mappings;

	if (cw_index_name_check(name, err) || check_body(body, err))
		return NULL;
	best = best_template(store, name);
	template = json_object_get(best, "template");
	mappings = json_object();
	overlay(mappings, json_object_get(template, "mappings"));
	overlay(mappings, json_object_get(body, "mappings"));
	index.mapping = cw_mapping_new(mappings, err);
	json_decref(mappings);
	if (!index.mapping)
		return NULL;
	index.name = cw_strdup(name);
	index.created_ms = cw_clock_epoch_ms();
	index.data_stream = json_object_get(best, "data_stream") != NULL;
	make_uuid(index.uuid, sizeof(index.uuid) - 1);
	index.settings = json_object();
	overlay(index.settings, json_object_get(template, "settings"));
	overlay(index.settings, json_object_get(body, "settings"));
	index.aliases = json_object();
	overlay(index.aliases, json_object_get(template, "aliases"));
	overlay(index.aliases, json_object_get(body, "aliases"));
	return cw_store_index_add(store, &index, err);
}
