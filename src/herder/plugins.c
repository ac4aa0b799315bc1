/* What is installed, as a short-lived connect-host tells it. */
#include "herder/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/plugin_names.h"
#include "config/version_range.h"

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

static const char *text_of(const json_t *plugin, const char *key)
{
	const char *text = json_string_value(json_object_get(plugin, key));

	return text ? text : "";
}

static enum cw_plugin_kind kind_of(const json_t *plugin)
{
	return cw_plugin_kind_parse(text_of(plugin, "type"));
}

bool cw_plugins_is_connector(const json_t *plugin)
{
	enum cw_plugin_kind kind = kind_of(plugin);

	return kind == CW_PLUGIN_SOURCE || kind == CW_PLUGIN_SINK;
}

/* Connectors are named more freely than the other kinds, whose names have to be those of Kafka Connect. */
static bool is_named(const json_t *plugin, const char *name)
{
	if (cw_plugins_is_connector(plugin))
		return cw_class_matches(text_of(plugin, "class"), name);
	return cw_plugin_named(kind_of(plugin), text_of(plugin, "class"), name);
}

/* Every key and its type. */
static json_t *types_of(const json_t *plugin)
{
	json_t *types = json_object();
	const json_t *definition;
	size_t i;

	json_array_foreach(json_object_get(plugin, "config"), i, definition)
		json_object_set(types, text_of(definition, "name"), json_object_get(definition, "type"));
	return types;
}

/* A list of a thousand connectors asks for their plugins some thousand times. */
static json_t *index_of(const json_t *list)
{
	json_t *index = json_object(), *plugin;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)list, i, plugin)
		if (!json_object_get(index, text_of(plugin, "class")))
			json_object_set_new(index, text_of(plugin, "class"),
					    json_pack("{sOso}", "plugin", plugin, "types", types_of(plugin)));
	return index;
}

/* A name that a connector and another plugin have is the connector's. */
const json_t *cw_plugins_find(const struct cw_herder *herder, const char *name)
{
	const json_t *plugin, *other = NULL;
	size_t i;

	if (!name || !*name)
		return NULL;
	plugin = json_object_get(json_object_get(herder->plugins.by_class, name), "plugin");
	if (plugin)
		return plugin;
	json_array_foreach(herder->plugins.list, i, plugin) {
		if (!is_named(plugin, name))
			continue;
		if (cw_plugins_is_connector(plugin))
			return plugin;
		if (!other)
			other = plugin;
	}
	return other;
}

/* Converters convert headers, too, unless they say that they do not: Kafka Connect lists them twice. */
static bool is_listed_as(const json_t *plugin, enum cw_plugin_kind kind)
{
	enum cw_plugin_kind its = kind_of(plugin);

	return its == kind || (its == CW_PLUGIN_CONVERTER && kind == CW_PLUGIN_HEADER_CONVERTER &&
				!json_is_false(json_object_get(plugin, "headers")));
}

static const json_t *find_of(const json_t *plugins, enum cw_plugin_kind kind, const char *name)
{
	const json_t *plugin;
	size_t i;

	json_array_foreach(plugins, i, plugin)
		if (is_listed_as(plugin, kind) && is_named(plugin, name))
			return plugin;
	return NULL;
}

bool cw_plugins_have(const json_t *plugins, enum cw_plugin_kind kind, const char *name)
{
	return find_of(plugins, kind, name) != NULL;
}

static const json_t *types_in_index(const struct cw_herder *herder, const json_t *plugin)
{
	return plugin ? json_object_get(json_object_get(herder->plugins.by_class, text_of(plugin, "class")), "types") : NULL;
}

const json_t *cw_plugins_types(const struct cw_herder *herder, const char *connector)
{
	const json_t *plugin = cw_plugins_find(herder, connector);

	return plugin && cw_plugins_is_connector(plugin) ? types_in_index(herder, plugin) : NULL;
}

const json_t *cw_plugins_types_of(const struct cw_herder *herder, enum cw_plugin_kind kind, const char *name)
{
	return types_in_index(herder, find_of(herder->plugins.list, kind, name));
}

/* ---- answers ------------------------------------------------------------------------------- */

static int by_class(const void *a, const void *b)
{
	return strcmp(text_of(*(const json_t *const *)a, "class"), text_of(*(const json_t *const *)b, "class"));
}

/* Those of a kind, by class. */
static void add_infos(json_t *list, const json_t *plugins, enum cw_plugin_kind kind)
{
	const json_t **found = cw_alloc((json_array_size(plugins) + 1) * sizeof(*found)), *plugin;
	size_t i, n = 0;

	json_array_foreach(plugins, i, plugin)
		if (is_listed_as(plugin, kind))
			found[n++] = plugin;
	qsort(found, n, sizeof(*found), by_class);
	for (i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:O,s:s,s:O*}", "class", json_object_get(found[i], "class"), "type",
						      cw_plugin_kind_name(kind), "version",
						      json_object_get(found[i], "version")));
	free(found);
}

static json_t *infos(const struct cw_herder *herder)
{
	/* Kafka Connect's order. */
	static const enum cw_plugin_kind kinds[] = { CW_PLUGIN_SINK, CW_PLUGIN_SOURCE, CW_PLUGIN_TRANSFORMATION,
						     CW_PLUGIN_PREDICATE, CW_PLUGIN_CONVERTER,
						     CW_PLUGIN_HEADER_CONVERTER };
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		add_infos(list, herder->plugins.list, kinds[i]);
	return list;
}

/* As Kafka Connect tells it. Whether the call was refused. */
static bool refused_version(struct cw_call *call, const json_t *plugin)
{
	const char *wanted = call->request.version, *version = text_of(plugin, "version");
	int in = wanted ? cw_version_in_range(version, wanted) : 1;

	if (in > 0)
		return false;
	cw_call_fail(call, CW_ERR_INVALID, in < 0 ? "%s of plugin %s is neither a version nor a range of versions, as 1.2 or "
		     "[1.0,2.0); available is %s" : "Version %s of plugin %s not found; available is %s", wanted,
		     text_of(plugin, "class"), version);
	return true;
}

static void answer(struct cw_herder *herder, struct cw_call *call)
{
	const json_t *plugin;

	if (call->request.op == CW_OP_PLUGINS) {
		cw_call_answer(call, infos(herder));
		return;
	}
	plugin = cw_plugins_find(herder, call->name);
	if (!plugin)
		cw_call_fail(call, CW_ERR_NOT_FOUND, "Unknown plugin %s.", call->name ? call->name : "");
	else if (!refused_version(call, plugin))
		cw_call_answer(call, json_incref(json_object_get(plugin, "config")));
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

/* Of the others the plugins' list is not the answer. */
static bool is_of_plugins(const struct cw_call *call)
{
	return call->request.op == CW_OP_PLUGINS || call->request.op == CW_OP_PLUGIN_CONFIG;
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
		bool first = !plugins->list;

		json_decref(plugins->list);
		json_decref(plugins->by_class);
		plugins->list = json_incref(list);
		plugins->by_class = index_of(list);
		if (first)
			warn_of_refused(found);
		plugins->at_ms = cw_clock_ms();
	} else {
		log_error(NULL, "the plugins cannot be listed: %s", found ? "connect-host sent no list" : err->text);
	}
	for (; waiting; waiting = next) {
		next = waiting->next;
		if (!is_of_plugins(waiting))
			cw_request_run(herder, waiting);
		else if (json_is_array(list))
			answer(herder, waiting);
		else
			cw_call_fail(waiting, CW_ERR_FATAL, "The plugins cannot be listed: %s",
				     found ? "connect-host sent no list" : err->text);
	}
}

bool cw_plugins_await_first(struct cw_herder *herder, struct cw_call *call)
{
	struct cw_plugins *plugins = &herder->plugins;

	if (plugins->list || !plugins->oneshot)
		return false;
	cw_call_stage(call, "listing the plugins, which say what is a password");
	cw_call_append(&plugins->waiting, call);
	return true;
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
