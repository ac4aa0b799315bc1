/*
 * Index templates: each is looked for, and written when it is not there, before any document goes out, as
 * an index that was created without it keeps the store's guesses for ever.
 */
#include "sink.h"

#include <stdlib.h>

#include "store_template.h"

enum { LOOK = 0, PUT };

static bool answered(struct cw_sink *sink, struct cw_setup *setup, const struct cw_http_call *call,
		     struct cw_slice error)
{
	(void)error;
	if (call->status == 404 && setup->step == LOOK) {
		setup->step = PUT;
		return true;
	}
	if (call->status != 200)
		return false;
	setup->ready = true;
	cw_log(sink->ctx, CW_LOG_INFO, setup->step == PUT ? "put the index template %s" : "the index template %s is there",
	       setup->name);
	return true;
}

static const struct cw_setup_kind kind = {
	.what = "index template",
	.failed = "could not be put",
	.advice = "set template.enable to false and put a template yourself",
	.unknown = " (Elasticsearch before 7.8 has no /_index_template: there that is the only way, with PUT /_template)",
	.answered = answered,
};

static char *make_path(const char *name)
{
	struct cw_text path = { 0 };

	cw_text_puts(&path, "/_index_template/");
	cw_http_escape(&path, name, strlen(name));
	cw_text_append(&path, "", 1);
	return path.p;
}

/* The name of the template for these indices. */
static struct cw_text make_name(const struct cw_sink *sink, const char *pattern, size_t fixed)
{
	const char *configured = sink->config->template_name;
	struct cw_text name = { 0 };
	char *start;

	if (configured && !sink->template_per_topic) {
		cw_text_append(&name, configured, strlen(configured) + 1);
		return name;
	}
	start = cw_store_template_name(pattern, fixed);
	if (configured)
		cw_text_printf(&name, "%s-%s", configured, start);
	else
		cw_text_puts(&name, start);
	cw_text_append(&name, "", 1);
	free(start);
	return name;
}

static char *make_body(const struct cw_sink *sink, const char *pattern, size_t fixed)
{
	json_t *settings = json_object();
	struct cw_text all = { 0 };
	char *body;

	cw_lifecycle_settings(sink->config, settings);
	cw_text_printf(&all, "%s%s", pattern, sink->config->alias_bootstrap ? "-*" : "");
	cw_text_append(&all, "", 1);
	body = cw_store_template_json(all.p, fixed, sink->streams, settings);
	cw_text_free(&all);
	json_decref(settings);
	return body;
}

void cw_templates_need(struct cw_sink *sink, struct cw_slice topic)
{
	char pattern[CW_INDEX_NAME_MAX + 1];
	size_t fixed = cw_index_name_pattern(sink->index, topic, pattern);
	struct cw_text name = make_name(sink, pattern, fixed);
	struct cw_setup *setup;

	if (!cw_setup_find(sink, &kind, name.p)) {
		setup = cw_setup_add(sink, &kind, name.p);
		setup->step = sink->config->template_overwrite ? PUT : LOOK;
		setup->steps[LOOK].path = make_path(name.p);
		setup->steps[PUT].path = make_path(name.p);
		setup->steps[PUT].body = make_body(sink, pattern, fixed);
	}
	cw_text_free(&name);
}
