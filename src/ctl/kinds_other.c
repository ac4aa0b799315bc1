#include "ctl/kinds.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ctl/offsets.h"

/* ---- what each connector has --------------------------------------------------------------- */

/*
 * {"NAME":…} of the connectors that are meant; add() puts in one. After a refusal that all would get nothing more is
 * asked.
 */
static enum cw_ctl_exit fetch_each(struct cw_ctl *ctl, const char *const *words, int n,
				   enum cw_ctl_exit (*add)(struct cw_ctl *ctl, const char *connector, json_t *out),
				   json_t **out)
{
	json_t *names, *name;
	enum cw_ctl_exit result = cw_ctl_names(ctl, words, n, &names), one = CW_CTL_OK;
	size_t i;

	*out = names ? json_object() : NULL;
	json_array_foreach(names, i, name) {
		one = add(ctl, json_string_value(name), *out);
		result = cw_ctl_worse(result, one);
		if (cw_ctl_is_hopeless(one) || one == CW_CTL_DENIED)
			break;
	}
	json_decref(names);
	if (*out && json_object_size(*out) == 0 && result != CW_CTL_OK) {
		json_decref(*out);
		*out = NULL;
	}
	return result;
}

/* ---- offsets ------------------------------------------------------------------------------- */

static enum cw_ctl_exit add_offsets(struct cw_ctl *ctl, const char *connector, json_t *out)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, connector, "/offsets");
	json_t *offsets;
	enum cw_ctl_exit result = cw_ctl_get(ctl, path, connector, &offsets);

	if (result == CW_CTL_OK)
		json_object_set_new(out, connector, offsets);
	return result;
}

/* {"NAME":{"offsets":[…]}, …} */
static enum cw_ctl_exit fetch_offsets(struct cw_ctl *ctl, const char *const *words, int n, json_t **out)
{
	return fetch_each(ctl, words, n, add_offsets, out);
}

static void table_offsets(const struct cw_ctl *ctl, const json_t *data, struct cw_table *table)
{
	static const char *const heads[] = { "CONNECTOR", "PARTITION", "OFFSET" };
	size_t n, k;
	const char **names = cw_json_keys(data, &n);
	json_t *entry;

	(void)ctl;
	cw_table_heads(table, heads, 3);
	for (size_t i = 0; i < n; i++)
		json_array_foreach(json_object_get(json_object_get(data, names[i]), "offsets"), k, entry) {
			CW_AUTO_FREE char *partition = cw_offsets_partition_text(json_object_get(entry, "partition"));
			CW_AUTO_FREE char *offset = cw_offsets_offset_text(json_object_get(entry, "offset"));

			cw_table_row(table);
			cw_table_cell(table, names[i], CW_COLOR_NONE);
			cw_table_cell(table, partition, CW_COLOR_NONE);
			cw_table_cell(table, offset, CW_COLOR_NONE);
		}
	free(names);
}

/* ---- topics -------------------------------------------------------------------------------- */

/* A worker says of a connector that is not there what it says of one that has used none. */
static enum cw_ctl_exit add_topics(struct cw_ctl *ctl, const char *connector, json_t *out)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, connector, "/topics");
	json_t *answer;
	enum cw_ctl_exit result = cw_ctl_get(ctl, path, connector, &answer);
	const json_t *topics = json_object_get(json_object_get(answer, connector), "topics");

	if (result == CW_CTL_OK && json_array_size(topics) == 0)
		result = cw_ctl_check_exists(ctl, connector);
	if (result == CW_CTL_OK)
		json_object_update(out, answer);
	json_decref(answer);
	return result;
}

/* {"NAME":{"topics":[…]}, …} */
static enum cw_ctl_exit fetch_topics(struct cw_ctl *ctl, const char *const *words, int n, json_t **out)
{
	return fetch_each(ctl, words, n, add_topics, out);
}

static void table_topics(const struct cw_ctl *ctl, const json_t *data, struct cw_table *table)
{
	static const char *const heads[] = { "CONNECTOR", "TOPIC" };
	size_t n, k;
	const char **names = cw_json_keys(data, &n);
	json_t *topic;

	(void)ctl;
	cw_table_heads(table, heads, 2);
	for (size_t i = 0; i < n; i++)
		json_array_foreach(json_object_get(json_object_get(data, names[i]), "topics"), k, topic) {
			cw_table_row(table);
			cw_table_cell(table, names[i], CW_COLOR_NONE);
			cw_table_cell(table, json_string_value(topic), CW_COLOR_NONE);
		}
	free(names);
}

static void name_topics(const json_t *data, struct cw_buf *out)
{
	const char *name;
	json_t *entry, *topic, *all = json_object();
	size_t i;

	json_object_foreach((json_t *)data, name, entry)
		json_array_foreach(json_object_get(entry, "topics"), i, topic)
			json_object_set(all, json_string_value(topic), topic);
	cw_kind_put_keys(all, out);
	json_decref(all);
}

/* ---- plugins ------------------------------------------------------------------------------- */

static enum cw_ctl_exit fetch_plugins(struct cw_ctl *ctl, const char *const *words, int n, json_t **out)
{
	*out = NULL;
	if (n == 0 && !(ctl->given & CW_O_SELECTOR))
		return cw_ctl_get(ctl, "/connector-plugins?connectorsOnly=false", NULL, out);
	cw_ctl_complain(ctl, "get plugins lists all of them");
	cw_ctl_advise(ctl, "workerctl plugins describe %s", n ? words[0] : "NAME");
	return CW_CTL_USAGE;
}

static void name_plugins(const json_t *plugins, struct cw_buf *out)
{
	size_t i;
	json_t *plugin;

	json_array_foreach((json_t *)plugins, i, plugin)
		cw_kind_put_name(out, cw_json_text(plugin, "class"));
}

static void table_plugins(const struct cw_ctl *ctl, const json_t *plugins, struct cw_table *table)
{
	static const char *const keys[] = { "class", "type", "version" };
	static const char *const heads[] = { "CLASS", "TYPE", "VERSION" };
	size_t i;
	json_t *plugin;

	(void)ctl;
	cw_table_heads(table, heads, 3);
	json_array_foreach((json_t *)plugins, i, plugin) {
		cw_table_row(table);
		for (size_t k = 0; k < 3; k++)
			cw_table_cell(table, cw_json_text(plugin, keys[k]), CW_COLOR_NONE);
	}
}

/* ---- loggers ------------------------------------------------------------------------------- */

static bool fits_any(const char *name, const char *const *words, int n)
{
	for (int i = 0; i < n; i++)
		if (fnmatch(words[i], name, 0) == 0)
			return true;
	return n == 0;
}

/* {"root":{"level":"INFO","last_modified":…}, …} */
static enum cw_ctl_exit fetch_loggers(struct cw_ctl *ctl, const char *const *words, int n, json_t **out)
{
	json_t *all, *logger;
	enum cw_ctl_exit result;
	const char *name;

	*out = NULL;
	if (ctl->given & CW_O_SELECTOR) {
		cw_ctl_complain(ctl, "loggers have no labels; those of connectors are called connectors.NAME");
		cw_ctl_advise(ctl, "workerctl get loggers 'connectors.*'");
		return CW_CTL_USAGE;
	}
	result = cw_ctl_get(ctl, "/admin/loggers", NULL, &all);
	if (result != CW_CTL_OK)
		return result;
	*out = json_object();
	json_object_foreach(all, name, logger)
		if (fits_any(name, words, n))
			json_object_set(*out, name, logger);
	json_decref(all);
	if (json_object_size(*out) > 0)
		return CW_CTL_OK;
	json_decref(*out);
	*out = NULL;
	cw_ctl_complain(ctl, "no logger is called %s", words[0]);
	cw_ctl_advise(ctl, "workerctl get loggers");
	return CW_CTL_NOT_FOUND;
}

static void table_loggers(const struct cw_ctl *ctl, const json_t *data, struct cw_table *table)
{
	static const char *const heads[] = { "LOGGER", "LEVEL", "CHANGED" };
	size_t n;
	const char **names = cw_json_keys(data, &n);
	char time[32];

	(void)ctl;
	cw_table_heads(table, heads, 3);
	for (size_t i = 0; i < n; i++) {
		const json_t *logger = json_object_get(data, names[i]), *at = json_object_get(logger, "last_modified");

		if (json_is_integer(at))
			cw_clock_iso(json_integer_value(at), time, sizeof(time));
		cw_table_row(table);
		cw_table_cell(table, names[i], CW_COLOR_NONE);
		cw_table_cell(table, cw_json_text(logger, "level"), CW_COLOR_NONE);
		cw_table_cell(table, json_is_integer(at) ? time : NULL, CW_COLOR_NONE);
	}
	free(names);
}

const struct cw_kind cw_kind_offsets = { "offsets", { "offset" }, fetch_offsets, cw_kind_put_keys, table_offsets };
const struct cw_kind cw_kind_topics = { "topics", { "topic" }, fetch_topics, name_topics, table_topics };
const struct cw_kind cw_kind_plugins = { "plugins", { "plugin" }, fetch_plugins, name_plugins, table_plugins };
const struct cw_kind cw_kind_loggers = { "loggers", { "logger" }, fetch_loggers, cw_kind_put_keys, table_loggers };
