#include "host/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "config/plugin_names.h"
#include "host/builtin.h"
#include "host/files.h"

/* What the caller wants. */
struct wanted {
	bool (*takes)(enum cw_plugin_kind wanted, const struct cw_plugin *plugin);
	enum cw_plugin_kind kind;
	const char *asked;
};

bool cw_plugin_converts_headers(const struct cw_plugin *plugin)
{
	return plugin->kind == CW_PLUGIN_HEADER_CONVERTER ||
	       (plugin->kind == CW_PLUGIN_CONVERTER && !(plugin->converter->flags & CW_CONVERTER_NO_HEADERS));
}

static bool takes_kind(enum cw_plugin_kind wanted, const struct cw_plugin *plugin)
{
	return wanted == CW_PLUGIN_HEADER_CONVERTER ? cw_plugin_converts_headers(plugin) : plugin->kind == wanted;
}

static bool takes_connector(enum cw_plugin_kind wanted, const struct cw_plugin *plugin)
{
	(void)wanted;
	return plugin->kind == CW_PLUGIN_SOURCE || plugin->kind == CW_PLUGIN_SINK;
}

static bool suits(const struct wanted *wanted, const struct cw_plugin *plugin)
{
	return wanted->takes(wanted->kind, plugin) &&
	       cw_plugin_named((enum cw_plugin_kind)plugin->kind, plugin->class_name, wanted->asked);
}

/* Keeps what suits of a file's plugins and unloads the rest. */
static struct cw_loaded_plugin *keep_first(struct cw_catalog *catalog, const struct wanted *wanted,
					   struct cw_loaded_plugin *list)
{
	struct cw_loaded_plugin *found = NULL, *next;

	for (; list; list = next) {
		next = list->next;
		if (!found && suits(wanted, &list->plugin)) {
			found = list;
			found->next = catalog->loaded;
			catalog->loaded = found;
		} else {
			cw_plugin_unload(list);
		}
	}
	return found;
}

/* What was found before, else the first in the files. Sentences on refused ones are appended to *refused. */
static struct cw_loaded_plugin *search(struct cw_catalog *catalog, const struct wanted *wanted, struct cw_buf *refused)
{
	struct cw_loaded_plugin *found = NULL;
	struct cw_files files = { 0 };

	for (struct cw_loaded_plugin *p = catalog->loaded; p; p = p->next)
		if (suits(wanted, &p->plugin))
			return p;
	cw_files_list(catalog->plugin_path, CW_PLUGINDIR, &files);
	for (size_t i = 0; i < files.n && !found; i++) {
		struct cw_error why = { 0 };

		found = keep_first(catalog, wanted, cw_plugin_load(files.names[i], &why));
		if (why.code)
			cw_buf_printf(refused, "; refused: %s", why.text);
	}
	cw_files_free(&files);
	return found;
}

const struct cw_plugin *cw_catalog_at(void *catalog, enum cw_plugin_kind kind, size_t i)
{
	const struct cw_plugin *plugin;

	(void)catalog;
	for (size_t k = 0; (plugin = cw_builtin_at(k)) != NULL; k++)
		if (takes_kind(kind, plugin) && i-- == 0)
			break;
	return plugin;
}

const struct cw_plugin *cw_catalog_find(void *catalog, enum cw_plugin_kind kind, const char *asked)
{
	struct wanted wanted = { takes_kind, kind, asked };
	const struct cw_plugin *plugin;
	struct cw_loaded_plugin *found;
	struct cw_buf refused = { 0 };

	for (size_t i = 0; (plugin = cw_builtin_at(i)) != NULL; i++)
		if (suits(&wanted, plugin))
			return plugin;
	found = search(catalog, &wanted, &refused);
	cw_buf_free(&refused);
	return found ? &found->plugin : NULL;
}

const struct cw_loaded_plugin *cw_catalog_connector(struct cw_catalog *catalog, const char *asked, const char *hint,
						    struct cw_error *err)
{
	struct wanted wanted = { takes_connector, (enum cw_plugin_kind)0, asked };
	struct cw_loaded_plugin *found = hint ? keep_first(catalog, &wanted, cw_plugin_load(hint, NULL)) : NULL;
	struct cw_buf refused = { 0 };

	if (!found)
		found = search(catalog, &wanted, &refused);
	if (!found)
		cw_error_set(err, CW_ERR_NOT_FOUND, "Failed to find any class that implements Connector and which name "
			     "matches %s%s", asked, refused.p ? refused.p : "");
	cw_buf_free(&refused);
	return found;
}

void cw_catalog_free(struct cw_catalog *catalog)
{
	while (catalog->loaded) {
		struct cw_loaded_plugin *next = catalog->loaded->next;

		cw_plugin_free(catalog->loaded);
		catalog->loaded = next;
	}
}
