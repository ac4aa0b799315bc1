/* connect-host --preview: see supervisor/protocol.h. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/props.h"
#include "host/catalog.h"
#include "host/commands.h"
#include "host/context.h"
#include "host/preview.h"
#include "host/providers.h"

/* What was asked, and what has to be loaded to answer it. */
struct question {
	const json_t *request;
	struct cw_worker_config worker;
	struct cw_catalog catalog;
	struct cw_providers providers;
	struct cw_map raw, config; /* as given; with what its variables stand for */
	const char *name;
	const struct cw_loaded_plugin *plugin;
};

/* ---- what is not to be seen ------------------------------------------------------------------------------- */

static void hide_passwords(struct cw_map *hidden, const struct question *q)
{
	const struct cw_config_table table = { q->plugin->plugin.config, q->plugin->plugin.n_config,
					       q->plugin->plugin.config_def_size };

	for (size_t i = 0; i < table.n; i++) {
		struct cw_config_def copy;
		const struct cw_config_def *def = cw_config_table_at(table, i, &copy);
		const char *value = def->type == CW_CONFIG_PASSWORD ? cw_map_get(&q->config, def->name) : NULL;

		if (value && !cw_map_get(hidden, value))
			cw_map_set(hidden, value, "[hidden]");
	}
}

/* As they are inside a JSON document. */
static void hide_escaped(struct cw_map *hidden)
{
	for (size_t i = 0, n = hidden->n; i < n; i++) {
		CW_AUTO_FREE char *replacement = cw_strdup(hidden->entries[i].value);
		struct cw_buf escaped = { 0 };

		cw_buf_json_escape(&escaped, hidden->entries[i].key, strlen(hidden->entries[i].key));
		if (escaped.p && strcmp(escaped.p, hidden->entries[i].key) != 0)
			cw_map_set(hidden, escaped.p, replacement);
		cw_buf_free(&escaped);
	}
}

/* ---- the question ----------------------------------------------------------------------------------------- */

static int resolve(struct question *q, struct cw_error *err)
{
	struct cw_map failed = { 0 };

	q->catalog.plugin_path = &q->worker.plugin_path;
	if (cw_providers_open(&q->providers, &q->catalog, &q->worker, q->name, err) != 0 ||
	    cw_providers_resolve_worker(&q->providers, &q->worker, err) != 0)
		return -1;
	if (cw_providers_resolve(&q->providers, &q->raw, &q->config, &failed) != 0)
		cw_error_set(err, CW_ERR_INVALID, "%s: %s", failed.entries[0].key, failed.entries[0].value);
	cw_map_free(&failed);
	return err->code ? -1 : 0;
}

static int read_question(struct question *q, struct cw_error *err)
{
	const char *asked;

	q->name = json_string_value(json_object_get(q->request, "name"));
	if (!q->name)
		return cw_error_set(err, CW_ERR_INVALID, "the request has no \"name\"");
	if (cw_config_from_json(json_object_get(q->request, "config"), "config", &q->raw, err) != 0 || resolve(q, err) != 0)
		return -1;
	asked = cw_map_get(&q->config, "connector.class");
	if (!asked)
		return cw_error_set(err, CW_ERR_INVALID, "the connector's config has no connector.class");
	q->plugin = cw_catalog_connector(&q->catalog, asked, NULL, err);
	return q->plugin ? 0 : -1;
}

/* ---- the answer ------------------------------------------------------------------------------------------- */

/* A Schema Registry is asked and not written to: a schema that it does not know is an error of the converter. */
static void register_nothing(struct cw_map *settings)
{
	static const char *const keys[] = { "key.converter.auto.register.schemas", "value.converter.auto.register.schemas",
					    "header.converter.auto.register.schemas" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		cw_map_set(settings, keys[i], "false");
}

/* A task that is never started: what its plugins learn and ask goes to the preview. */
static int make_task(struct cw_preview *preview, struct question *q, struct cw_error *err)
{
	struct cw_task *task;

	register_nothing(&q->config);
	register_nothing(&q->worker.raw);
	cw_map_copy(&preview->hidden, &q->providers.told);
	hide_passwords(&preview->hidden, q);
	hide_escaped(&preview->hidden);
	preview->host = *cw_context_functions();
	preview->host.rendered = cw_preview_rendered;
	preview->host.reject = cw_preview_reject;
	task = cw_task_new(0, 1, q->name, q->plugin, &q->worker, NULL, &q->config, &preview->hidden,
			   json_deep_copy(json_object_get(q->request, "offsets")));
	task->context.host = &preview->host;
	task->loop = preview;
	task->stages = &preview->stages;
	preview->task = task;
	if (cw_stages_make(&preview->stages, &q->catalog, &q->config, &q->worker, err) != 0)
		return -1;
	/* Every converter is a stage that can be looked at, also one that could be left out. */
	preview->stages.key_direct = preview->stages.value_direct = CW_NULL;
	return 0;
}

static int run_sink(struct cw_preview *preview, struct cw_error *err)
{
	bool headers = (preview->task->plugin->ops.flags & CW_SINK_NO_HEADERS) == 0;

	if (cw_task_configure(preview->task, err) != 0 ||
	    cw_pipeline_start(&preview->pipeline, preview->task, headers, err) != CW_OK)
		return -1;
	return cw_preview_sink(preview, err);
}

static json_t *run(struct cw_preview *preview, struct question *q, struct cw_error *err)
{
	const struct cw_plugin *plugin = &q->plugin->plugin;
	bool source = plugin->kind == CW_PLUGIN_SOURCE, end = false;
	json_t *failure = NULL, *answer;

	if (make_task(preview, q, err) != 0 ||
	    (source ? cw_preview_source(preview, &end, &failure, err) : run_sink(preview, err)) != 0) {
		json_decref(failure);
		return NULL;
	}
	answer = json_pack("{sssssssssO}", "name", q->name, "type", source ? "source" : "sink", "class", plugin->class_name,
			   "version", plugin->version, "records", preview->records);
	if (source)
		json_object_set_new(answer, "end", json_boolean(end));
	if (failure)
		json_object_set_new(answer, "error", failure);
	return answer;
}

static void free_preview(struct cw_preview *preview)
{
	cw_pipeline_stop(&preview->pipeline);
	cw_stages_free(&preview->stages);
	cw_task_free(preview->task);
	cw_task_batch_free(preview->batch);
	cw_map_free(&preview->hidden);
	json_decref(preview->records);
	free(preview->shown_at);
}

static json_t *error_json(const struct question *q, struct cw_preview *preview, const struct cw_error *err)
{
	if (preview->hidden.n == 0)
		cw_map_copy(&preview->hidden, &q->providers.told);
	return json_pack("{s{siso}}", "error", "code", err->code, "text", cw_preview_text(preview, cw_slice_str(err->text)));
}

int cw_host_preview(void)
{
	struct question q = { .request = NULL };
	json_t *request = cw_host_read_request(&q.worker), *answer = NULL;
	struct cw_preview preview = { .request = json_object_get(request, "preview"), .records = json_array() };
	struct cw_error err = { 0 };
	int status;

	if (!request) {
		json_decref(preview.records);
		return EXIT_FAILURE;
	}
	q.request = request;
	if (read_question(&q, &err) == 0)
		answer = run(&preview, &q, &err);
	status = cw_host_answer(answer ? answer : error_json(&q, &preview, &err));
	free_preview(&preview);
	cw_map_free(&q.raw);
	cw_map_free_secret(&q.config);
	cw_providers_close(&q.providers);
	cw_catalog_free(&q.catalog);
	json_decref(request);
	cw_worker_config_free(&q.worker);
	return status;
}
