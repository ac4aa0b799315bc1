/* What settings of the worker itself stand for, for the worker, which loads no plugins: see supervisor/protocol.h. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/hide.h"
#include "base/json_secret.h"
#include "base/mem.h"
#include "config/props.h"
#include "host/catalog.h"
#include "host/commands.h"
#include "host/providers.h"

/* When something has failed already, nobody waits for the rest any longer: a service that is down lets each key wait. */
#define PATIENCE_MS 2000

/* The pairs of what was told and the variable that stands for it. New. */
static json_t *pairs(const struct cw_map *told)
{
	json_t *list = json_array();

	for (size_t i = 0; i < told->n; i++)
		json_array_append_new(list, json_pack("[ss]", told->entries[i].key, told->entries[i].value));
	return list;
}

static void resolve_one(struct cw_providers *providers, const struct cw_map_entry *setting, json_t *values,
			json_t *failures)
{
	struct cw_map one = { 0 }, resolved = { 0 }, failed = { 0 };

	cw_map_set(&one, setting->key, setting->value);
	if (cw_providers_resolve(providers, &one, &resolved, &failed) == 0) {
		if (json_object_set_new(values, setting->key, json_string(cw_map_get(&resolved, setting->key))) != 0)
			json_object_set_new(failures, setting->key, json_string("it stands for what is not UTF-8"));
	} else {
		CW_AUTO_FREE char *why = cw_hide(cw_map_get(&failed, setting->key), &providers->told);

		json_object_set_new(failures, setting->key, json_string(why));
	}
	cw_map_free(&one);
	cw_map_free_secret(&resolved);
	cw_map_free(&failed);
}

/* The provider that was opened last is the one that did not start. */
static void add_unopened(const struct cw_providers *providers, const struct cw_error *err, json_t *failures)
{
	const char *alias = providers->list[providers->n - 1].alias;
	CW_AUTO_FREE char *key = cw_format("config.providers.%s.class", alias);

	json_object_set_new(failures, key,
			    json_sprintf("the config provider %s cannot be started: %s", alias, err->text));
}

static json_t *answer(struct cw_worker_config *worker, const struct cw_map *settings)
{
	struct cw_catalog catalog = { .plugin_path = &worker->plugin_path };
	struct cw_providers providers = { .strict = true };
	json_t *values = json_object(), *failures = json_object(), *told;
	int64_t begun_ms = cw_clock_ms();
	struct cw_error err = { 0 };

	if (cw_providers_open(&providers, &catalog, worker, "", &err) != 0)
		add_unopened(&providers, &err, failures);
	else
		for (size_t i = 0; i < settings->n; i++)
			if (json_object_size(failures) == 0 || cw_clock_ms() < begun_ms + PATIENCE_MS)
				resolve_one(&providers, &settings->entries[i], values, failures);
	told = pairs(&providers.told);
	cw_providers_close(&providers);
	cw_catalog_free(&catalog);
	return json_pack("{sososo}", "values", values, "told", told, "failed", failures);
}

int cw_host_resolve(void)
{
	struct cw_worker_config worker;
	json_t *request = cw_host_read_request(&worker);
	struct cw_map settings = { 0 };
	struct cw_error err = { 0 };
	json_t *resolved;
	int status;

	if (!request)
		return EXIT_FAILURE;
	if (cw_config_from_json(json_object_get(request, "settings"), "settings", &settings, &err) != 0) {
		status = cw_host_fail(&err);
	} else {
		resolved = answer(&worker, &settings);
		status = cw_host_answer(json_incref(resolved));
		cw_json_free_secret(resolved);
	}
	cw_map_free(&settings);
	json_decref(request);
	cw_worker_config_free(&worker);
	return status;
}
