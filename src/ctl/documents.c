#include "ctl/documents.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "config/props.h"

/* ---- variables ----------------------------------------------------------------------------- */

/* The length of "${NAME}" where p begins, or 0. Others than capital letters are left for the worker. */
static size_t reference(const char *p)
{
	size_t n = 2;

	if (strncmp(p, "${", 2) != 0 || isdigit((unsigned char)p[2]))
		return 0;
	while (isupper((unsigned char)p[n]) || isdigit((unsigned char)p[n]) || p[n] == '_')
		n++;
	return n > 2 && p[n] == '}' ? n + 1 : 0;
}

char *cw_document_expand(const char *text, const struct cw_map *env, char **missing)
{
	struct cw_buf out = { 0 };
	size_t n;

	while (*text) {
		if (*text == '$' && (n = reference(text + 1)) > 0) {
			cw_buf_append(&out, text + 1, n);
			text += n + 1;
		} else if ((n = reference(text)) > 0) {
			CW_AUTO_FREE char *name = cw_strndup(text + 2, n - 3);

			if (!cw_map_get(env, name)) {
				*missing = cw_strdup(name);
				cw_buf_free(&out);
				return NULL;
			}
			cw_buf_puts(&out, cw_map_get(env, name));
			text += n;
		} else {
			cw_buf_append(&out, text++, 1);
		}
	}
	return cw_buf_take(&out);
}

static enum cw_ctl_exit expand(const struct cw_ctl *ctl, struct cw_document *document)
{
	enum cw_ctl_exit result = CW_CTL_OK;

	for (size_t i = 0; i < document->config.n; i++) {
		struct cw_map_entry *entry = &document->config.entries[i];
		CW_AUTO_FREE char *missing = NULL;
		char *text = cw_document_expand(entry->value, ctl->io.env, &missing);

		if (text) {
			free(entry->value);
			entry->value = text;
			continue;
		}
		cw_ctl_complain(ctl, "%s: ${%s} in %s is not set in the environment; $${%s} would be that text itself",
				document->where, missing, entry->key, missing);
		result = CW_CTL_USAGE;
	}
	return result;
}

/* ---- one file ------------------------------------------------------------------------------ */

static enum cw_ctl_exit add(const struct cw_ctl *ctl, struct cw_documents *out, const char *where, const char *text,
			    size_t n)
{
	struct cw_document document = { 0 };
	struct cw_error err = { 0 };

	if (cw_connector_file_parse(text, n, where, &document.config, &document.first, &err)) {
		cw_ctl_complain(ctl, "%s", err.text);
		return CW_CTL_USAGE;
	}
	document.where = cw_strdup(where);
	out->list = cw_realloc(out->list, (out->n + 1) * sizeof(*out->list));
	out->list[out->n++] = document;
	return expand(ctl, &out->list[out->n - 1]);
}

/* JSON that is an array holds a document in each element. */
static enum cw_ctl_exit add_array(const struct cw_ctl *ctl, struct cw_documents *out, const char *name,
				  const json_t *array)
{
	enum cw_ctl_exit result = CW_CTL_OK;
	size_t i;
	json_t *element;

	json_array_foreach((json_t *)array, i, element) {
		CW_AUTO_FREE char *where = cw_format("%s: document %zu", name, i + 1);
		char *text = json_dumps(element, JSON_COMPACT | JSON_ENCODE_ANY);

		result = cw_ctl_worse(result, add(ctl, out, where, text, strlen(text)));
		free(text);
	}
	return result;
}

static bool is_blank(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isspace((unsigned char)text[i]))
			return false;
	return true;
}

/* Where the line "---" begins, or the end. */
static const char *find_rule(const char *text, const char *end)
{
	for (const char *line = text; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t n = (size_t)((stop ? stop : end) - line);

		if (n >= 3 && memcmp(line, "---", 3) == 0 && is_blank(line + 3, n - 3))
			return line;
		line = stop ? stop + 1 : end;
	}
	return end;
}

static enum cw_ctl_exit add_parts(const struct cw_ctl *ctl, struct cw_documents *out, const char *name,
				  const char *text, size_t n)
{
	const char *end = text + n, *rule = find_rule(text, end);
	enum cw_ctl_exit result = CW_CTL_OK;
	size_t number = 0;

	if (rule == end)
		return add(ctl, out, name, text, n);
	for (;; rule = find_rule(text, end)) {
		if (!is_blank(text, (size_t)(rule - text))) {
			CW_AUTO_FREE char *where = cw_format("%s: document %zu", name, ++number);

			result = cw_ctl_worse(result, add(ctl, out, where, text, (size_t)(rule - text)));
		}
		if (rule == end)
			return result;
		text = memchr(rule, '\n', (size_t)(end - rule));
		if (!text)
			return result;
	}
}

static enum cw_ctl_exit add_text(const struct cw_ctl *ctl, struct cw_documents *out, const char *name,
				 const char *text, size_t n)
{
	json_t *json = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
	enum cw_ctl_exit result = json_is_array(json) ? add_array(ctl, out, name, json)
						      : add_parts(ctl, out, name, text, n);

	json_decref(json);
	return result;
}

static enum cw_ctl_exit add_stdin(const struct cw_ctl *ctl, struct cw_documents *out)
{
	struct cw_buf text = { 0 };
	enum cw_ctl_exit result;
	char part[4096];
	size_t n;

	while ((n = fread(part, 1, sizeof(part), ctl->io.in)) > 0)
		cw_buf_append(&text, part, n);
	result = add_text(ctl, out, "standard input", text.n ? text.p : "", text.n);
	cw_buf_free(&text);
	return result;
}

static enum cw_ctl_exit add_file(const struct cw_ctl *ctl, struct cw_documents *out, const char *path)
{
	struct cw_error err = { 0 };
	size_t n;
	CW_AUTO_FREE char *text = cw_file_read(path, &n, &err);

	if (text)
		return add_text(ctl, out, path, text, n);
	cw_ctl_complain(ctl, "%s", err.text);
	return CW_CTL_USAGE;
}

/* ---- folders ------------------------------------------------------------------------------- */

static int is_document(const struct dirent *entry)
{
	const char *end = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && end && (strcasecmp(end, ".json") == 0 || strcasecmp(end, ".properties") == 0);
}

static enum cw_ctl_exit add_folder(const struct cw_ctl *ctl, struct cw_documents *out, const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, is_document, alphasort);
	enum cw_ctl_exit result = CW_CTL_OK;

	if (n <= 0) {
		cw_ctl_complain(ctl, "%s: %s", path, n < 0 ? "cannot be read" : "has no .properties or .json file");
		if (n == 0)
			free(entries);
		return CW_CTL_USAGE;
	}
	for (int i = 0; i < n; i++) {
		CW_AUTO_FREE char *file = cw_format("%s/%s", path, entries[i]->d_name);

		result = cw_ctl_worse(result, add_file(ctl, out, file));
		free(entries[i]);
	}
	free(entries);
	return result;
}

static enum cw_ctl_exit add_path(const struct cw_ctl *ctl, struct cw_documents *out, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0)
		return add_stdin(ctl, out);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return add_folder(ctl, out, path);
	return add_file(ctl, out, path);
}

/* ---- all ----------------------------------------------------------------------------------- */

static enum cw_ctl_exit check_names(const struct cw_ctl *ctl, const struct cw_documents *documents)
{
	for (size_t i = 0; i < documents->n; i++)
		for (size_t k = 0; k < i; k++) {
			const char *name = cw_map_get(&documents->list[i].config, "name");

			if (strcmp(name, cw_map_get(&documents->list[k].config, "name")) == 0) {
				cw_ctl_complain(ctl, "%s: the connector %s is described already, in %s",
						documents->list[i].where, name, documents->list[k].where);
				return CW_CTL_USAGE;
			}
		}
	return CW_CTL_OK;
}

enum cw_ctl_exit cw_documents_load(const struct cw_ctl *ctl, struct cw_documents *out)
{
	enum cw_ctl_exit result = CW_CTL_OK;

	*out = (struct cw_documents){ 0 };
	for (int i = 0; i < ctl->n_files; i++)
		result = cw_ctl_worse(result, add_path(ctl, out, ctl->files[i]));
	for (int i = 0; i < ctl->n_args; i++)
		result = cw_ctl_worse(result, add_path(ctl, out, ctl->args[i]));
	if (result == CW_CTL_OK)
		result = check_names(ctl, out);
	if (result != CW_CTL_OK)
		cw_documents_free(out);
	return result;
}

void cw_documents_free(struct cw_documents *documents)
{
	for (size_t i = 0; i < documents->n; i++) {
		free(documents->list[i].where);
		cw_map_free(&documents->list[i].config);
		json_decref(documents->list[i].first.offsets);
	}
	free(documents->list);
	*documents = (struct cw_documents){ 0 };
}
