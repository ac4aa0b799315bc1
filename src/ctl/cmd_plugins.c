/* Commands about plugins: plugins describe, validate. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "config/findings.h"
#include "ctl/documents.h"

/* ---- describe ------------------------------------------------------------------------------ */

/* One key: a line of facts, and what it means below. */
static void put_definition(const struct cw_ctl *ctl, struct cw_buf *out, const json_t *def)
{
	const char *name = cw_json_text(def, "name"), *type = cw_json_text(def, "type");
	const char *value = cw_json_text(def, "default_value");
	const char *importance = cw_json_text(def, "importance"), *doc = cw_json_text(def, "documentation");
	size_t width = ctl->io.tty ? (size_t)ctl->io.width : 100;

	cw_color_put(out, ctl->colors, CW_COLOR_BOLD, name ? name : "-");
	cw_buf_printf(out, "  %s, %s importance, ", type ? type : "?", importance ? importance : "?");
	if (json_is_true(json_object_get(def, "required")))
		cw_color_put(out, ctl->colors, CW_COLOR_YELLOW, "required");
	else if (!value)
		cw_buf_puts(out, "no default");
	else
		cw_buf_printf(out, "default \"%s\"", value);
	cw_buf_puts(out, "\n");
	if (doc && *doc)
		cw_text_wrap(out, doc, 4, width < 100 ? width : 100);
}

static void print_definitions(const struct cw_ctl *ctl, const json_t *defs)
{
	struct cw_buf out = { 0 };
	const char *group = NULL;
	size_t i;
	json_t *def;

	json_array_foreach((json_t *)defs, i, def) {
		const char *own = cw_json_text(def, "group");

		if (own && (!group || strcmp(own, group) != 0)) {
			cw_buf_puts(&out, i ? "\n" : "");
			cw_color_put(&out, ctl->colors, CW_COLOR_CYAN, own);
			cw_buf_puts(&out, "\n\n");
		}
		group = own ? own : group;
		put_definition(ctl, &out, def);
	}
	if (out.n)
		fwrite(out.p, 1, out.n, ctl->io.out);
	cw_buf_free(&out);
}

const char *cw_ctl_simple_name(const char *class_name)
{
	const char *dot = strrchr(class_name, '.');

	return dot ? dot + 1 : class_name;
}

/* What to call a plugin: a class within another one is known by its whole name only. */
static const char *name_to_type(const char *class_name)
{
	return strchr(class_name, '$') ? class_name : cw_ctl_simple_name(class_name);
}

/* "A or B": the plugins that a name most likely means, those within a class of that name or the nearest. New, or NULL. */
static char *meant(struct cw_ctl *ctl, const char *name)
{
	struct cw_nearest near = { .name = cw_ctl_simple_name(name) };
	const char *nearest = NULL;
	struct cw_buf within = { 0 };
	struct cw_reply reply;
	json_t *plugin;
	size_t i;

	cw_client_call(ctl->client, "GET", "/connector-plugins?connectorsOnly=false", NULL, &reply);
	json_array_foreach(reply.body, i, plugin) {
		const char *class_name = cw_json_text(plugin, "class");
		const char *simple = class_name ? cw_ctl_simple_name(class_name) : "";
		size_t n = strcspn(simple, "$");

		cw_nearest_offer(&near, simple);
		if (near.best == simple)
			nearest = name_to_type(class_name);
		if (simple[n] && n == strlen(near.name) && strncasecmp(simple, near.name, n) == 0)
			cw_buf_printf(&within, "%s%s", within.n > 0 ? " or " : "", class_name);
	}
	if (within.n == 0 && nearest && strcmp(nearest, name) != 0)
		cw_buf_puts(&within, nearest);
	cw_reply_free(&reply);
	return within.n > 0 ? cw_buf_take(&within) : NULL;
}

static void advise_on_unknown(struct cw_ctl *ctl)
{
	CW_AUTO_FREE char *others = meant(ctl, ctl->args[0]);

	if (others)
		fprintf(ctl->io.err, "Did you mean %s?\n", others);
	else
		cw_ctl_advise(ctl, "workerctl plugins list");
}

enum cw_ctl_exit cw_ctl_plugin(struct cw_ctl *ctl)
{
	CW_AUTO_FREE char *name = cw_client_escape(ctl->client, ctl->args[0]);
	CW_AUTO_FREE char *path = cw_format("/connector-plugins/%s/config", name);
	json_t *defs;
	enum cw_ctl_exit result = cw_ctl_get(ctl, path, NULL, &defs);

	if (result == CW_CTL_NOT_FOUND)
		advise_on_unknown(ctl);
	if (result != CW_CTL_OK)
		return result;
	if (cw_ctl_is_data(ctl))
		cw_ctl_print_data(ctl, defs);
	else
		print_definitions(ctl, defs);
	json_decref(defs);
	return CW_CTL_OK;
}

/* ---- validate ------------------------------------------------------------------------------ */

/* Each thing once: of an unknown key that an error names, nothing more is said. */
static void print_warnings(const struct cw_ctl *ctl, const json_t *infos, json_t *said)
{
	size_t i;
	json_t *warning;

	json_array_foreach(json_object_get(infos, "warnings"), i, warning)
		if (json_is_string(warning) && cw_findings_add(said, json_string_value(warning))) {
			CW_AUTO_FREE char *shown = cw_text_harmless(json_string_value(warning), true);

			fprintf(ctl->io.out, "warning: %s\n", shown);
		}
}

static void print_errors(const struct cw_ctl *ctl, const json_t *infos, json_t *said)
{
	static const char *const heads[] = { "KEY", "ERROR" };
	struct cw_table table = { 0 };
	size_t i, k;
	json_t *config, *error;

	cw_table_heads(&table, heads, 2);
	json_array_foreach(json_object_get(infos, "configs"), i, config) {
		const json_t *value = json_object_get(config, "value");

		json_array_foreach(json_object_get(value, "errors"), k, error) {
			if (!json_is_string(error) || !cw_findings_add(said, json_string_value(error)))
				continue;
			cw_table_row(&table);
			cw_table_cell(&table, cw_json_text(value, "name"), CW_COLOR_YELLOW);
			cw_table_cell(&table, json_string_value(error), CW_COLOR_NONE);
		}
	}
	cw_ctl_print_table(ctl, &table);
}

static enum cw_ctl_exit report(struct cw_ctl *ctl, const char *where, const json_t *infos)
{
	json_int_t errors = json_integer_value(json_object_get(infos, "error_count"));
	json_t *said = json_array();

	if (cw_ctl_is_data(ctl)) {
		cw_ctl_print_data(ctl, infos);
	} else if (errors == 0) {
		if (!(ctl->given & CW_O_QUIET))
			fprintf(ctl->io.out, "%s is valid\n", where);
		print_warnings(ctl, infos, said);
	} else {
		fprintf(ctl->io.out, "%s is not valid:\n", where);
		print_errors(ctl, infos, said);
		print_warnings(ctl, infos, said);
	}
	json_decref(said);
	return errors == 0 ? CW_CTL_OK : CW_CTL_REFUSED;
}

static enum cw_ctl_exit validate(struct cw_ctl *ctl, const struct cw_document *document)
{
	const char *class_name = cw_map_get(&document->config, "connector.class");
	CW_AUTO_FREE char *name = NULL, *path = NULL;
	enum cw_ctl_exit result;
	struct cw_reply reply;
	json_t *body;

	if (!class_name) {
		cw_ctl_complain(ctl, "%s: connector.class is missing: the plugin to check it against", document->where);
		cw_ctl_advise(ctl, "workerctl plugins list");
		return CW_CTL_USAGE;
	}
	name = cw_client_escape(ctl->client, class_name);
	path = cw_format("/connector-plugins/%s/config/validate", name);
	body = cw_map_to_json(&document->config);
	if (cw_client_call(ctl->client, "PUT", path, body, &reply))
		result = cw_ctl_refused(ctl, &reply, NULL);
	else
		result = report(ctl, document->where, reply.body);
	ctl->about = document->where;
	cw_ctl_warn_of_hidden(ctl, body);
	ctl->about = NULL;
	cw_reply_free(&reply);
	json_decref(body);
	return result;
}

enum cw_ctl_exit cw_ctl_validate(struct cw_ctl *ctl)
{
	struct cw_documents documents;
	enum cw_ctl_exit result = cw_documents_load(ctl, &documents);

	for (size_t i = 0; i < documents.n && result != CW_CTL_UNREACHABLE; i++)
		result = cw_ctl_worse(result, validate(ctl, &documents.list[i]));
	cw_documents_free(&documents);
	return result;
}
