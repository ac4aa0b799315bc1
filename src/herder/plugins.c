/* What is installed, as a short-lived connect-host tells it. */
#include "herder/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define FRESH_MS 60000      /* a list younger than this is answered at once */
#define RESCAN_MS 1000      /* an unknown name is looked for again when the list is older */
#define SCAN_TIMEOUT_MS 30000

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

static const char *short_name(const char *class_name)
{
	const char *dot = strrchr(class_name, '.');

	return dot ? dot + 1 : class_name;
}

/* Without "Connector" at the end, when something is left then. */
static size_t bare_length(const char *name)
{
	size_t n = strlen(name);

	return n > strlen("Connector") && ends_with(name, "Connector") ? n - strlen("Connector") : n;
}

static bool same_bare(const char *a, const char *b)
{
	size_t n = bare_length(a);

	return n == bare_length(b) && memcmp(a, b, n) == 0;
}

bool cw_class_matches(const char *full, const char *name)
{
	return same_bare(full, name) || same_bare(short_name(full), name);
}

const json_t *cw_plugins_find(const struct cw_herder *herder, const char *name)
{
	const json_t *plugin;
	size_t i;

	if (!name || !*name)
		return NULL;
	json_array_foreach(herder->plugins.list, i, plugin) {
		const char *class_name = json_string_value(json_object_get(plugin, "class"));

		if (class_name && cw_class_matches(class_name, name))
			return plugin;
	}
	return NULL;
}

/* ---- answers ------------------------------------------------------------------------------- */

static void add_infos(json_t *list, const json_t *plugins, const char *type)
{
	const json_t *plugin;
	size_t i;

	json_array_foreach(plugins, i, plugin) {
		const char *its = json_string_value(json_object_get(plugin, "type"));
		json_t *info = json_object();

		if (its && strcmp(its, type) == 0) {
			json_object_set(info, "class", json_object_get(plugin, "class"));
			json_object_set(info, "type", json_object_get(plugin, "type"));
			json_object_set(info, "version", json_object_get(plugin, "version"));
			json_array_append(list, info);
		}
		json_decref(info);
	}
}

static json_t *infos(const struct cw_herder *herder)
{
	/* Kafka Connect's order. */
	static const char *const types[] = { "sink", "source", "transformation", "predicate", "converter",
					     "header_converter" };
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		add_infos(list, herder->plugins.list, types[i]);
	return list;
}

static void answer(struct cw_herder *herder, struct cw_call *call)
{
	const json_t *plugin;

	if (call->request.op == CW_OP_PLUGINS) {
		cw_call_answer(call, infos(herder));
		return;
	}
	plugin = cw_plugins_find(herder, call->name);
	if (plugin)
		cw_call_answer(call, json_incref(json_object_get(plugin, "config")));
	else
		cw_call_fail(call, CW_ERR_NOT_FOUND, "Unknown plugin %s.", call->name ? call->name : "");
}

/* ---- scanning ------------------------------------------------------------------------------ */

static void warn_of_refused(const json_t *found)
{
	const json_t *refused;
	size_t i;

	json_array_foreach(json_object_get(found, "refused"), i, refused) {
		const char *file = json_string_value(json_object_get(refused, "file"));
		const char *reason = json_string_value(json_object_get(refused, "reason"));

		log_warn(NULL, "plugin %s is not used: %s", file ? file : "?", reason ? reason : "no reason given");
	}
}

static void on_scanned(void *arg, const json_t *found, const struct cw_error *err)
{
	struct cw_herder *herder = arg;
	struct cw_plugins *plugins = &herder->plugins;
	json_t *list = json_object_get(found, "plugins");
	struct cw_call *waiting = plugins->waiting, *next;

	plugins->oneshot = NULL;
	plugins->waiting = NULL;
	if (json_is_array(list)) {
		if (!plugins->list)
			warn_of_refused(found);
		json_decref(plugins->list);
		plugins->list = json_incref(list);
		plugins->at_ms = cw_clock_ms();
	} else {
		log_error(NULL, "the plugins cannot be listed: %s", found ? "connect-host sent no list" : err->text);
	}
	for (; waiting; waiting = next) {
		next = waiting->next;
		if (json_is_array(list))
			answer(herder, waiting);
		else
			cw_call_fail(waiting, CW_ERR_FATAL, "The plugins cannot be listed: %s",
				     found ? "connect-host sent no list" : err->text);
	}
}

void cw_plugins_refresh(struct cw_herder *herder)
{
	struct cw_error err = { 0 };
	json_t *question;

	if (herder->plugins.oneshot)
		return;
	question = json_pack("{sO}", "worker", herder->worker);
	herder->plugins.oneshot = cw_oneshot_start(herder->loop, herder->program, "--plugins", question,
						   SCAN_TIMEOUT_MS, on_scanned, herder, &err);
	json_decref(question);
	if (!herder->plugins.oneshot)
		on_scanned(herder, NULL, &err);
}

void cw_plugins_request(struct cw_herder *herder, struct cw_call *call)
{
	struct cw_plugins *plugins = &herder->plugins;
	int64_t age = plugins->list ? cw_clock_ms() - plugins->at_ms : INT64_MAX;
	bool known = call->request.op == CW_OP_PLUGINS || cw_plugins_find(herder, call->name);

	if (age < (known ? FRESH_MS : RESCAN_MS)) {
		answer(herder, call);
		return;
	}
	cw_call_stage(call, "listing the plugins");
	cw_call_append(&plugins->waiting, call);
	cw_plugins_refresh(herder);
}

void cw_plugins_cancel(struct cw_herder *herder)
{
	struct cw_call *call;

	cw_oneshot_cancel(herder->plugins.oneshot);
	herder->plugins.oneshot = NULL;
	while ((call = herder->plugins.waiting)) {
		herder->plugins.waiting = call->next;
		cw_call_fail(call, CW_ERR_FATAL, "Worker is shutting down");
	}
}
