#include "config/worker_variables.h"

#include <string.h>

#include "base/mem.h"
#include "config/https.h"
#include "config/variables.h"

/* Whether the text has a variable of one of these config providers. */
static bool mentions(const char *text, const struct cw_list *providers)
{
	struct cw_variable variable;

	for (size_t from = 0; cw_variable_find(text, from, &variable); from = variable.end)
		for (size_t i = 0; i < providers->n; i++)
			if (cw_slice_equal(variable.provider, cw_slice_str(providers->items[i])))
				return true;
	return false;
}

bool cw_worker_has_variable(const struct cw_map *raw, const char *key)
{
	static const struct cw_config_def def = { .name = "config.providers", .type = CW_CONFIG_LIST };
	const char *value = cw_map_get(raw, key);
	struct cw_config_memory *memory;
	struct cw_list providers;
	struct cw_variable variable;
	bool found;

	if (!value || !cw_variable_find(value, 0, &variable) ||
	    cw_config_fill((struct cw_config_table){ &def, 1, sizeof(def) }, raw, &providers, &memory, NULL) != 0)
		return false;
	found = mentions(value, &providers);
	cw_config_memory_free(memory);
	return found;
}

/* The hosts that ask inherit from core.dumps whether what they are told may end up in a file. */
static bool is_read_early(const char *key)
{
	return strcmp(key, "plugin.path") == 0 || strcmp(key, "core.dumps") == 0 ||
	       strncmp(key, "config.providers.", strlen("config.providers.")) == 0;
}

bool cw_worker_is_too_early(const struct cw_map *raw, const char *key)
{
	const char *value = cw_map_get(raw, key);
	struct cw_variable variable;

	if (strcmp(key, "config.providers") == 0)
		return value && cw_variable_find(value, 0, &variable);
	return is_read_early(key) && cw_worker_has_variable(raw, key);
}

bool cw_worker_is_hosts(const struct cw_config_def *row)
{
	return strcmp(row->group, "Kafka") == 0 || strcmp(row->group, "Converters") == 0;
}

/* ---- the worker's own -------------------------------------------------------------------------- */

static bool may_have_https(const struct cw_map *raw, const char *listeners)
{
	const char *value = cw_map_get(raw, listeners);

	return value && (strcasestr(value, "https:") || cw_worker_has_variable(raw, listeners));
}

/* Plain ssl.* keys are of the Kafka clients, and of REST where it has none of its own. */
static bool https_reads(const struct cw_map *raw, const char *key)
{
	CW_AUTO_FREE char *prefixed = cw_format(CW_HTTPS_PREFIX "%s", key);
	struct cw_config_def row;

	return cw_config_table_find(cw_worker_table(), prefixed, &row) &&
	       ((may_have_https(raw, "listeners") && !*cw_https_prefix(raw, false)) ||
		(may_have_https(raw, "admin.listeners") && !*cw_https_prefix(raw, true)));
}

static bool is_own(const struct cw_map *raw, const char *key)
{
	struct cw_config_def row;

	if (cw_config_table_find(cw_worker_table(), key, &row))
		return !cw_worker_is_hosts(&row);
	if (strncmp(key, CW_HTTPS_ADMIN_PREFIX, strlen(CW_HTTPS_ADMIN_PREFIX)) == 0)
		return cw_worker_row(key, &row);
	return https_reads(raw, key);
}

void cw_worker_own_variables(const struct cw_map *raw, struct cw_map *own)
{
	for (size_t i = 0; i < raw->n; i++) {
		const struct cw_map_entry *entry = &raw->entries[i];

		if (cw_worker_has_variable(raw, entry->key) && is_own(raw, entry->key))
			cw_map_set(own, entry->key, entry->value);
	}
}

/* ---- checking ---------------------------------------------------------------------------------- */

/* What comes after the value in a sentence of cw_config_check(); the value may hold anything, so it is the last place. */
static const char *reason_of(const char *sentence, const char *key)
{
	CW_AUTO_FREE char *before = cw_format(" for configuration %s: ", key);
	const char *reason = sentence;

	for (const char *at = sentence; (at = strstr(at, before)) != NULL;)
		reason = at += strlen(before);
	return reason;
}

int cw_worker_own_check(const char *key, const char *shown, const char *value, struct cw_error *err)
{
	struct cw_config_def row, plain;
	struct cw_error why = { 0 };
	const char *end;

	if (!cw_worker_row(key, &row))
		return 0;
	plain = row;
	plain.check = NULL;
	if (cw_config_check(&plain, value, &why) != 0)
		return cw_error_set(err, CW_ERR_INVALID, "Invalid value %.300s for configuration %s: %s", shown, key,
				    reason_of(why.text, key));
	if (cw_config_check(&row, value, NULL) == 0)
		return 0;
	/* The check's own sentence quotes what it does not like. */
	end = strstr(row.doc, ". ");
	return cw_error_set(err, CW_ERR_INVALID,
			    "Invalid value %.300s for configuration %s: What it stands for does not fit: %.*s", shown, key,
			    (int)(end ? end + 1 - row.doc : (ptrdiff_t)strlen(row.doc)), row.doc);
}
