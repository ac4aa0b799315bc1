#include "host/providers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hide.h"
#include "base/mem.h"
#include "config/variables.h"
#include "host/context.h"

static int open_provider(struct cw_providers *providers, struct cw_provider *provider, struct cw_catalog *catalog,
			 const struct cw_map *worker, struct cw_error *err)
{
	CW_AUTO_FREE char *key = cw_format("config.providers.%s.class", provider->alias);
	CW_AUTO_FREE char *prefix = cw_format("config.providers.%s.param.", provider->alias);
	const struct cw_config_def class_def = { .name = key, .type = CW_CONFIG_CLASS };
	CW_AUTO_FREE char *asked = cw_config_canonical(&class_def, cw_map_get(worker, key));
	const struct cw_config_provider_ops *ops;
	struct cw_map settings = { 0 };
	int ret;

	if (!asked)
		return cw_error_set(err, CW_ERR_INVALID,
				    "Missing required configuration \"%s\" which has no default value.", key);
	cw_map_copy_prefixed(&settings, worker, prefix);
	ret = cw_configured_make(&provider->configured, catalog, CW_PLUGIN_CONFIG_PROVIDER, asked, key, &settings, prefix,
				 err);
	cw_map_free(&settings);
	if (ret != 0)
		return -1;
	ops = provider->configured.plugin->config_provider;
	if (ops->start(&providers->scope.context, provider->configured.plugin, provider->configured.config, &provider->state,
		       err) != CW_OK)
		return cw_error_set(err, CW_ERR_FATAL, "the config provider %s did not start", provider->alias);
	provider->started = true;
	return 0;
}

int cw_providers_open(struct cw_providers *providers, struct cw_catalog *catalog, const struct cw_worker_config *worker,
		      const char *connector, struct cw_error *err)
{
	const struct cw_list *aliases = &worker->config_providers;

	providers->scope.context = (struct cw_context){ .size = sizeof(providers->scope.context), .task = -1,
							.connector = connector, .host = cw_context_functions() };
	providers->scope.scope =
		(struct cw_log_scope){ .connector = connector, .task = -1, .hidden = &providers->told };
	providers->watch = cw_provider_watch_new(connector);
	providers->list = cw_alloc(aliases->n * sizeof(*providers->list));
	for (size_t i = 0; i < aliases->n; i++) {
		providers->list[i].alias = cw_strdup(aliases->items[i]);
		providers->n++;
		if (open_provider(providers, &providers->list[i], catalog, &worker->raw, err) != 0)
			return -1;
	}
	return 0;
}

void cw_providers_hide(const struct cw_providers *providers, struct cw_error *err)
{
	CW_AUTO_FREE char *text = cw_hide(err->text, &providers->told);

	snprintf(err->text, sizeof(err->text), "%s", text);
}

void cw_providers_close(struct cw_providers *providers)
{
	atomic_store(&providers->scope.stop, true);
	cw_provider_watch_free(providers->watch);
	for (size_t i = 0; i < providers->n; i++) {
		struct cw_provider *provider = &providers->list[i];

		if (provider->started)
			provider->configured.plugin->config_provider->stop(provider->state);
		cw_configured_free(&provider->configured);
		free((char *)(uintptr_t)provider->alias);
	}
	free(providers->list);
	cw_map_free_secret(&providers->told);
	*providers = (struct cw_providers){ 0 };
}

/* ---- variables ------------------------------------------------------------------------------- */

static struct cw_provider *find(struct cw_providers *providers, struct cw_slice alias)
{
	for (size_t i = 0; i < providers->n; i++)
		if (cw_slice_equal(alias, cw_slice_str(providers->list[i].alias)))
			return &providers->list[i];
	return NULL;
}

/* That this text is not to be seen. */
static void remember(struct cw_providers *providers, const char *text, const struct cw_variable *variable,
		     const char *value)
{
	CW_AUTO_FREE char *shown = cw_strndup(value + variable->start, variable->end - variable->start);
	CW_AUTO_FREE_SECRET char *secret = cw_trimmed(text);

	cw_map_set(&providers->told, secret, shown);
}

/* Appends what the variable stands for, or itself when nobody knows. */
static int append_variable(struct cw_providers *providers, const char *key, const char *value,
			   const struct cw_variable *variable, struct cw_buf *out, struct cw_error *err)
{
	struct cw_provider *provider = find(providers, variable->provider);
	CW_AUTO_FREE char *path = cw_strndup(variable->path.p ? variable->path.p : "", variable->path.n);
	CW_AUTO_FREE char *name = cw_strndup(variable->key.p, variable->key.n);
	CW_AUTO_FREE_SECRET char *text = NULL;
	int64_t ttl_ms = INT64_MAX;
	struct cw_error why = { 0 };

	if (provider && cw_provider_ask(provider, path, name, &text, &ttl_ms, &why) != 0) {
		/* A task that starts again does not fail by what another does not need. */
		text = cw_strdup(cw_provider_watch_held(providers->watch, provider, path, name));
		if (!text)
			return cw_error_set(err, why.code, "%s", why.text);
		log_warn(&providers->scope.scope, "%s: what %.*s stood for is used on: %s", key,
			 (int)(variable->end - variable->start), value + variable->start, why.text);
	}
	if (text && ttl_ms < INT64_MAX)
		cw_provider_watch_hold(providers->watch, provider, path, name, text, ttl_ms);
	if (text) {
		cw_buf_puts(out, text);
		remember(providers, text, variable, value);
		return 0;
	}
	if (provider && providers->strict)
		return cw_error_set(err, CW_ERR_INVALID, "the config provider %s has nothing under that name",
				    provider->alias);
	if (provider)
		log_warn(&providers->scope.scope, "%s: %.*s stands for nothing, and is left as it is", key,
			 (int)(variable->end - variable->start), value + variable->start);
	cw_buf_append(out, value + variable->start, variable->end - variable->start);
	return 0;
}

/* New; NULL with *err. */
static char *resolve(struct cw_providers *providers, const char *key, const char *value, struct cw_error *err)
{
	struct cw_buf out = { 0 };
	struct cw_variable variable;
	size_t from = 0;

	while (cw_variable_find(value, from, &variable)) {
		int ret;

		cw_buf_append(&out, value + from, variable.start - from);
		/* Neither the providers nor what was told is for two threads at a time. */
		cw_provider_watch_lock(providers->watch);
		ret = append_variable(providers, key, value, &variable, &out, err);
		cw_provider_watch_unlock(providers->watch);
		if (ret != 0) {
			cw_buf_free_secret(&out);
			return NULL;
		}
		from = variable.end;
	}
	cw_buf_puts(&out, value + from);
	return cw_buf_take(&out);
}

int cw_providers_resolve(struct cw_providers *providers, const struct cw_map *config, struct cw_map *resolved,
			 struct cw_map *failed)
{
	for (size_t i = 0; i < config->n; i++) {
		const struct cw_map_entry *entry = &config->entries[i];
		struct cw_error why = { 0 };
		CW_AUTO_FREE_SECRET char *value = providers->n ? resolve(providers, entry->key, entry->value, &why) : NULL;

		cw_map_set(resolved, entry->key, value ? value : entry->value);
		if (why.code)
			cw_map_set(failed, entry->key, why.text);
	}
	return failed->n ? -1 : 0;
}

int cw_providers_resolve_worker(struct cw_providers *providers, struct cw_worker_config *worker, struct cw_error *err)
{
	struct cw_map resolved = { 0 }, failed = { 0 };
	int ret = cw_providers_resolve(providers, &worker->raw, &resolved, &failed);

	if (ret != 0) {
		cw_error_set(err, CW_ERR_INVALID, "%s of the worker: %s", failed.entries[0].key, failed.entries[0].value);
	} else {
		cw_worker_config_free(worker);
		ret = cw_worker_config_from_map(&resolved, worker, err);
	}
	cw_map_free_secret(&resolved);
	cw_map_free(&failed);
	return ret;
}

void cw_providers_watch(struct cw_providers *providers, void (*changed)(void *arg, const char *variable), void *arg)
{
	cw_provider_watch_start(providers->watch, changed, arg);
}
