/* get: things of a kind as a table, JSON, YAML or names, once or again and again. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "ctl/kinds.h"
#include "ctl/yaml.h"

void cw_kind_put_name(struct cw_buf *out, const char *name)
{
	CW_AUTO_FREE char *shown = cw_text_harmless(name ? name : "-", false);

	cw_buf_printf(out, "%s\n", shown);
}

void cw_kind_put_keys(const json_t *object, struct cw_buf *out)
{
	size_t n;
	const char **names = cw_json_keys(object, &n);

	for (size_t i = 0; i < n; i++)
		cw_kind_put_name(out, names[i]);
	free(names);
}

static const struct cw_kind *const kinds[] = { &cw_kind_connectors, &cw_kind_tasks,  &cw_kind_offsets,
					       &cw_kind_topics,	    &cw_kind_plugins, &cw_kind_loggers };

const char *const cw_ctl_kinds[] = { "connectors", "tasks", "offsets", "topics", "plugins", "loggers", NULL };

static const struct cw_kind *find_kind(const char *word)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(word, kinds[i]->name) == 0)
			return kinds[i];
		for (size_t k = 0; k < 3 && kinds[i]->other_names[k]; k++)
			if (strcmp(word, kinds[i]->other_names[k]) == 0)
				return kinds[i];
	}
	return NULL;
}

struct getting {
	const struct cw_kind *kind;
	const char *const *words;
	int n;
	char *last; /* what a watch showed: shown again only when it changed */
};

static void render(const struct cw_ctl *ctl, const struct cw_kind *kind, const json_t *data, struct cw_buf *out)
{
	struct cw_table table = { 0 };
	char *text;

	if (ctl->output == CW_OUTPUT_YAML) {
		if (ctl->given & (CW_O_WATCH | CW_O_COUNT))
			cw_buf_puts(out, "---\n"); /* a document a look */
		cw_yaml_put(out, data);
	} else if (ctl->output == CW_OUTPUT_JSON) {
		text = json_dumps(data, ctl->io.tty ? JSON_INDENT(2) : JSON_COMPACT);
		cw_buf_printf(out, "%s\n", text);
		free(text);
	} else if (cw_ctl_wants_names(ctl)) {
		kind->names(data, out);
	} else {
		kind->table(ctl, data, &table);
		if (table.n > 1)
			cw_table_render(&table, ctl->colors, out);
		else
			cw_buf_printf(out, "no %s\n", kind->name);
		cw_table_free(&table);
	}
}

static enum cw_ctl_exit look(struct cw_ctl *ctl, void *arg, struct cw_buf *out)
{
	struct getting *getting = arg;
	enum cw_ctl_exit result;
	json_t *data;

	result = getting->kind->fetch(ctl, getting->words, getting->n, &data);
	if (data)
		render(ctl, getting->kind, data, out);
	json_decref(data);
	if (!ctl->io.tty && getting->last && out->n > 0 && strcmp(getting->last, out->p) == 0) {
		cw_buf_free(out);
	} else if (out->n > 0) {
		free(getting->last);
		getting->last = cw_strdup(out->p);
	}
	return result;
}

enum cw_ctl_exit cw_kind_get(struct cw_ctl *ctl, const struct cw_kind *kind, const char *const *words, int n)
{
	struct getting getting = { .kind = kind, .words = words, .n = n };
	enum cw_ctl_exit result = cw_ctl_watch(ctl, look, &getting);

	free(getting.last);
	return result;
}

static enum cw_ctl_exit unknown_kind(const struct cw_ctl *ctl)
{
	struct cw_nearest near = { .name = ctl->n_args > 0 ? ctl->args[0] : "" };
	struct cw_buf list = { 0 };

	for (size_t i = 0; cw_ctl_kinds[i]; i++) {
		cw_buf_printf(&list, "%s%s", i == 0 ? "" : cw_ctl_kinds[i + 1] ? ", " : " and ", cw_ctl_kinds[i]);
		cw_nearest_offer(&near, cw_ctl_kinds[i]);
	}
	if (near.best)
		cw_ctl_complain(ctl, "get knows no %s; did you mean %s?", ctl->args[0], near.best);
	else if (ctl->n_args > 0)
		cw_ctl_complain(ctl, "get knows no %s; there are %s", ctl->args[0], list.p);
	else
		cw_ctl_complain(ctl, "get needs to know what; there are %s", list.p);
	cw_ctl_advise(ctl, "workerctl get --help");
	cw_buf_free(&list);
	return CW_CTL_USAGE;
}

enum cw_ctl_exit cw_ctl_get_kind(struct cw_ctl *ctl)
{
	const struct cw_kind *kind = ctl->n_args ? find_kind(ctl->args[0]) : NULL;

	return kind ? cw_kind_get(ctl, kind, ctl->args + 1, ctl->n_args - 1) : unknown_kind(ctl);
}

enum cw_ctl_exit cw_ctl_list(struct cw_ctl *ctl)
{
	return cw_kind_get(ctl, &cw_kind_connectors, ctl->args, 0);
}

enum cw_ctl_exit cw_ctl_plugins(struct cw_ctl *ctl)
{
	return cw_kind_get(ctl, &cw_kind_plugins, ctl->args, 0);
}

enum cw_ctl_exit cw_ctl_offsets_get(struct cw_ctl *ctl)
{
	return cw_kind_get(ctl, &cw_kind_offsets, ctl->args, ctl->n_args);
}

enum cw_ctl_exit cw_ctl_loggers_get(struct cw_ctl *ctl)
{
	return cw_kind_get(ctl, &cw_kind_loggers, ctl->args, ctl->n_args);
}
