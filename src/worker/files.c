#include "worker/files.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json_text.h"
#include "base/mem.h"
#include "config/connector_name.h"
#include "config/findings.h"
#include "config/props.h"
#include "worker/ask.h"

#define APPLY_TIMEOUT_MS 90000

struct file {
	const char *path;
	struct cw_map config;
	struct cw_map places; /* key → "FILE:LINE", for .properties */
	struct cw_connector_first first;
};

struct cw_connector_files {
	struct file *items;
	size_t n;
};

static void add_error(json_t *errors, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add_error(json_t *errors, const char *format, ...)
{
	struct cw_buf text = { 0 };
	va_list ap;

	va_start(ap, format);
	cw_buf_vprintf(&text, format, ap);
	va_end(ap);
	json_array_append_new(errors, cw_json_from_text(text.p, text.n));
	cw_buf_free(&text);
}

/* Where a key was set: its line, or the file. */
static const char *place(const struct file *file, const char *key)
{
	const char *line = cw_map_get(&file->places, key);

	return line ? line : file->path;
}

static void check_name(const struct cw_connector_files *files, const struct file *file, json_t *errors)
{
	const char *name = cw_map_get(&file->config, "name");
	CW_AUTO_FREE char *error = cw_connector_name_error(name);

	if (error)
		add_error(errors, "%s: %s", place(file, "name"), error);
	for (const struct file *other = files->items; other < file; other++) {
		const char *its = cw_map_get(&other->config, "name");

		if (its && strcmp(its, name) == 0)
			add_error(errors, "%s: connector %s is already in %s", place(file, "name"), name, other->path);
	}
}

static void load_file(const struct cw_connector_files *files, struct file *file, json_t *errors)
{
	struct cw_error err = { 0 };
	struct cw_map again = { 0 };
	const char *class_name;
	char *text;
	size_t n;

	if (cw_connector_file_load_first(file->path, &file->config, &file->first, &err) != 0) {
		add_error(errors, "%s", err.text);
		return;
	}
	text = cw_file_read(file->path, &n, NULL);
	if (text && text[strspn(text, " \t\r\n\f")] != '{')
		cw_props_parse_places(text, n, file->path, &again, &file->places, NULL);
	free(text);
	cw_map_free(&again);
	check_name(files, file, errors);
	class_name = cw_map_get(&file->config, "connector.class");
	if (!class_name || !*class_name)
		add_error(errors, "%s: contains no connector type; \"connector.class\" must name one", file->path);
}

struct cw_connector_files *cw_connector_files_load(char *const *paths, int n, json_t **errors)
{
	struct cw_connector_files *files = cw_alloc(sizeof(*files));

	*errors = json_array();
	files->items = cw_alloc(((size_t)n + 1) * sizeof(*files->items));
	for (files->n = 0; files->n < (size_t)n; files->n++) {
		files->items[files->n].path = paths[files->n];
		load_file(files, &files->items[files->n], *errors);
	}
	return files;
}

/* ---- validation ---------------------------------------------------------------------------- */

static void take_errors(const struct file *file, const json_t *infos, json_t *errors)
{
	const json_t *info, *error;
	json_t *said = json_array();
	size_t i, j;

	json_array_foreach(json_object_get(infos, "configs"), i, info) {
		const json_t *value = json_object_get(info, "value");
		const char *key = json_string_value(json_object_get(value, "name"));

		json_array_foreach(json_object_get(value, "errors"), j, error)
			if (cw_findings_add(said, json_string_value(error)))
				add_error(errors, "%s: %s", place(file, key ? key : ""), json_string_value(error));
	}
	json_decref(said);
}

static int validate_file(struct cw_loop *loop, const char *program, json_t *worker, const struct file *file,
			 json_t *errors, struct cw_error *err)
{
	json_t *question = json_pack("{sOssso}", "worker", worker, "class",
				     cw_map_get(&file->config, "connector.class"), "config",
				     cw_map_to_json(&file->config));
	struct cw_error why = { 0 };
	json_t *answer = cw_host_ask(loop, program, "--validate", question, &why);

	json_decref(question);
	if (!answer)
		return cw_error_set(err, CW_ERR_FATAL, "%s: cannot be validated: %s", file->path, why.text);
	take_errors(file, answer, errors);
	json_decref(answer);
	return 0;
}

int cw_connector_files_validate(const struct cw_connector_files *files, const char *program,
				const struct cw_worker_config *config, json_t *errors, struct cw_error *err)
{
	struct cw_loop *loop = cw_loop_new(err);
	json_t *worker = cw_worker_config_to_json(config);
	int rc = loop ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < files->n; i++)
		rc = validate_file(loop, program, worker, &files->items[i], errors, err);
	json_decref(worker);
	cw_loop_free(loop);
	return rc;
}

/* ---- applying ------------------------------------------------------------------------------ */

/* How it is to begin counts for a connector that does not exist yet. */
static void create(const struct file *file, struct cw_herder *herder, json_t *config, struct cw_answer *answer)
{
	json_t *body = json_pack("{sssOss*sO*}", "name", cw_map_get(&file->config, "name"), "config", config,
				 "initial_state", file->first.state, "initial_offsets", file->first.offsets);
	struct cw_request request = { .op = CW_OP_CREATE, .body = body };

	cw_herder_call(herder, &request, APPLY_TIMEOUT_MS, answer);
	json_decref(body);
}

int cw_connector_files_apply(const struct cw_connector_files *files, struct cw_herder *herder, struct cw_error *err)
{
	for (size_t i = 0; i < files->n; i++) {
		const struct file *file = &files->items[i];
		json_t *config = cw_map_to_json(&file->config);
		struct cw_request request = {
			.op = CW_OP_PUT_CONFIG, .name = cw_map_get(&file->config, "name"), .body = config,
		};
		struct cw_answer answer = { .error.code = CW_ERR_CONFLICT };

		if (file->first.state || file->first.offsets)
			create(file, herder, config, &answer);
		if (answer.error.code == CW_ERR_CONFLICT)
			cw_herder_call(herder, &request, APPLY_TIMEOUT_MS, &answer);
		json_decref(config);
		cw_answer_free(&answer);
		if (answer.error.code != CW_ERR_NONE)
			return cw_error_set(err, answer.error.code, "%s: %s", file->path, answer.error.text);
	}
	return 0;
}

void cw_connector_files_free(struct cw_connector_files *files)
{
	if (!files)
		return;
	for (size_t i = 0; i < files->n; i++) {
		cw_map_free(&files->items[i].config);
		cw_map_free(&files->items[i].places);
		json_decref(files->items[i].first.offsets);
	}
	free(files->items);
	free(files);
}
