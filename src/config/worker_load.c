#include "config/worker_load.h"

#include <stdlib.h>
#include <string.h>

#include "base/hide.h"
#include "base/json_text.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "config/https.h"
#include "config/props.h"
#include "config/worker_keys.h"
#include "config/worker_rest.h"
#include "config/worker_variables.h"

struct findings {
	const struct cw_map *raw, *places;
	const struct cw_map *told; /* what no sentence may say, as for cw_hide() */
	json_t *errors, *warnings;
};

/* Adds "PLACE: sentence", or the sentence alone where the key stands in no file. */
CW_PRINTF(4, 5)
static void report(const struct findings *findings, json_t *to, const char *key, const char *fmt, ...)
{
	const char *place = cw_map_get(findings->places, key);
	struct cw_buf sentence = { 0 };
	va_list ap;

	if (place)
		cw_buf_printf(&sentence, "%s: ", place);
	va_start(ap, fmt);
	cw_buf_vprintf(&sentence, fmt, ap);
	va_end(ap);
	json_array_append_new(to, cw_json_from_text(sentence.p, sentence.n));
	cw_buf_free(&sentence);
}

/* ---- unknown keys ------------------------------------------------------------------------------ */

/* "prodcer.acks" means "producer.acks": the candidate is the prefix before the rest of the key. */
static char *with_prefix(const char *prefix, const char *key)
{
	for (const char *dot = prefix; (dot = strchr(dot, '.')) != NULL; dot++) {
		key = strchr(key, '.');
		if (!key)
			return NULL;
		key++;
	}
	return cw_format("%s%s", prefix, key);
}

/* The known key that an unknown one most likely means: new, or NULL. */
static char *nearest_key(const char *key)
{
	struct cw_config_table table = cw_worker_table();
	struct cw_nearest nearest = { .name = key };
	struct cw_config_def row;
	char *best = NULL;
	size_t n;
	const struct cw_worker_key *keys = cw_worker_keys(&n);

	for (size_t i = 0; i < table.n; i++)
		cw_nearest_offer(&nearest, cw_config_table_at(table, i, &row)->name);
	best = cw_strdup(nearest.best);
	for (size_t i = 0; i < n; i++) {
		bool prefix = keys[i].name[strlen(keys[i].name) - 1] == '.';
		char *candidate = prefix ? with_prefix(keys[i].name, key) : cw_strdup(keys[i].name);
		const char *before = nearest.best;

		if (candidate)
			cw_nearest_offer(&nearest, candidate);
		if (nearest.best != before) {
			free(best);
			best = candidate;
		} else {
			free(candidate);
		}
	}
	return best;
}

/* ---- what is written in the file --------------------------------------------------------------- */

/* "admin.listeners.https.X" is checked as "listeners.https.X". */
static void check_admin_https(const struct findings *findings, const char *key, const char *value)
{
	struct cw_config_def row;
	struct cw_error err = { 0 };

	if (!cw_worker_row(key, &row)) {
		report(findings, findings->errors, key,
		       "unknown key \"%s\": the keys of HTTPS are those of " CW_HTTPS_PREFIX "*", key);
		return;
	}
	if (!cw_worker_has_variable(findings->raw, key) && cw_config_check(&row, value, &err) < 0)
		report(findings, findings->errors, key, "%s", err.text);
}

static void check_other_key(const struct findings *findings, const char *key, const char *value)
{
	struct cw_config_def def;
	bool in_table = cw_config_table_find(cw_worker_table(), key, &def);
	const struct cw_worker_key *known = cw_worker_key_find(key);
	CW_AUTO_FREE char *nearest = NULL;

	if (in_table && (!known || strcmp(known->name, key) != 0))
		return; /* a prefix says nothing of a key that has a row of its own */
	if (known && known->kind == CW_KEY_HTTPS) {
		check_admin_https(findings, key, value);
	} else if (!known) {
		nearest = nearest_key(key);
		if (nearest)
			report(findings, findings->warnings, key, "unknown key \"%s\" is ignored; did you mean \"%s\"?",
			       key, nearest);
		else
			report(findings, findings->warnings, key, "unknown key \"%s\" is ignored", key);
	} else if (known->kind == CW_KEY_NO_EFFECT) {
		report(findings, findings->warnings, key, "%s %s", key, known->doc);
	} else if (known->kind == CW_KEY_UNSUPPORTED && *value) {
		report(findings, findings->errors, key, "%s %s", key, known->doc);
	}
}

/* What variables stand for is checked when it is known. */
static void check_row(const struct findings *findings, const struct cw_config_def *row)
{
	struct cw_error err = { 0 };

	if (!cw_worker_has_variable(findings->raw, row->name) &&
	    cw_config_check(row, cw_map_get(findings->raw, row->name), &err) < 0)
		report(findings, findings->errors, row->name, "%s", err.text);
}

static void check_all(const struct findings *findings)
{
	const struct cw_map *raw = findings->raw;
	struct cw_config_table table = cw_worker_table();
	struct cw_config_def row;

	for (size_t i = 0; i < table.n; i++)
		check_row(findings, cw_config_table_at(table, i, &row));
	for (size_t i = 0; i < raw->n; i++) {
		const char *key = raw->entries[i].key;

		check_other_key(findings, key, raw->entries[i].value);
		if (cw_worker_is_too_early(raw, key))
			report(findings, findings->errors, key,
			       "%s is read before a config provider can be asked: write the value itself", key);
	}
}

/* ---- what variables stand for ------------------------------------------------------------------ */

void cw_worker_answers_free(struct cw_worker_answers *answers)
{
	cw_map_free_secret(&answers->values);
	cw_map_free(&answers->failed);
	cw_map_free_secret(&answers->told);
}

static void check_answer(const struct findings *findings, const struct cw_map_entry *asked, const char *value)
{
	struct cw_error err = { 0 };

	if (!value)
		report(findings, findings->errors, asked->key, "%s: %.300s cannot be resolved: there is no answer", asked->key,
		       asked->value);
	else if (cw_worker_own_check(asked->key, asked->value, value, &err) != 0)
		report(findings, findings->errors, asked->key, "%s", err.text);
}

static void check_answers(const struct findings *findings, const struct cw_map *asked,
			  const struct cw_worker_answers *answers)
{
	for (size_t i = 0; i < answers->failed.n; i++) {
		const char *key = answers->failed.entries[i].key, *why = answers->failed.entries[i].value;
		const char *text = cw_map_get(asked, key);

		if (text)
			report(findings, findings->errors, key, "%s: %.300s cannot be resolved: %s", key, text, why);
		else
			report(findings, findings->errors, key, "%s: %s", key, why);
	}
	for (size_t i = 0; i < asked->n && !answers->failed.n; i++)
		check_answer(findings, &asked->entries[i], cw_map_get(&answers->values, asked->entries[i].key));
}

static void resolve(struct cw_worker_config *config, cw_worker_ask_fn *ask, void *arg, struct findings *findings)
{
	struct cw_map asked = { 0 };
	struct cw_worker_answers answers = { 0 };
	struct cw_error err = { 0 };

	cw_worker_own_variables(&config->raw, &asked);
	if (asked.n == 0)
		return;
	if (ask(arg, config, &asked, &answers, &err) == 0)
		check_answers(findings, &asked, &answers);
	if (!err.code && json_array_size(findings->errors) == 0)
		cw_worker_config_resolve(config, &answers.values, &answers.told, &err);
	if (err.code)
		json_array_append_new(findings->errors, cw_json_from_str(err.text));
	cw_worker_answers_free(&answers);
	cw_map_free(&asked);
}

/* ---- loading ----------------------------------------------------------------------------------- */

static void report_rest(void *arg, bool is_error, const char *key, const char *text)
{
	const struct findings *findings = arg;
	CW_AUTO_FREE char *shown = cw_hide(text, findings->told);

	report(findings, is_error ? findings->errors : findings->warnings, key, "%s", shown);
}

static int load(const char *path, struct cw_map *raw, struct cw_map *places, struct cw_error *err)
{
	size_t n;
	CW_AUTO_FREE char *text = cw_file_read(path, &n, err);

	return text ? cw_props_parse_places(text, n, path, raw, places, err) : -1;
}

/* What takes all keys together. */
static void make(struct cw_map *raw, cw_worker_ask_fn *ask, void *arg, struct cw_worker_config *out,
		 struct findings *findings)
{
	struct cw_error err = { 0 };

	if (cw_worker_config_from_map(raw, out, &err) < 0) {
		json_array_append_new(findings->errors, cw_json_from_str(err.text));
		return;
	}
	resolve(out, ask, arg, findings);
	findings->told = &out->told;
	if (json_array_size(findings->errors) == 0)
		cw_worker_rest_check(out, report_rest, findings);
}

int cw_worker_config_load(const char *path, cw_worker_ask_fn *ask, void *arg, struct cw_worker_config *out,
			  json_t **errors, json_t **warnings)
{
	struct cw_map raw = { 0 }, places = { 0 };
	struct findings findings = { .raw = &raw, .places = &places, .errors = json_array(), .warnings = json_array() };
	struct cw_error err = { 0 };

	*out = (struct cw_worker_config){ 0 };
	if (path && load(path, &raw, &places, &err) < 0)
		json_array_append_new(findings.errors, cw_json_from_str(err.text));
	else
		check_all(&findings);
	if (json_array_size(findings.errors) == 0)
		make(&raw, ask, arg, out, &findings);
	if (json_array_size(findings.errors))
		cw_worker_config_free(out);
	cw_map_free_secret(&raw);
	cw_map_free(&places);
	*errors = findings.errors;
	*warnings = findings.warnings;
	return json_array_size(findings.errors) ? -1 : 0;
}
