/*
 * Index templates: each is looked for, and written when it is not there, before any document goes out, as
 * an index that was created without it keeps the store's guesses for ever.
 */
#include "sink.h"

#include <stdlib.h>

#include "answer.h"
#include "store_template.h"

static char *make_path(const char *name)
{
	struct cw_text path = { 0 };

	cw_text_puts(&path, "/_index_template/");
	cw_http_escape(&path, name, strlen(name));
	cw_text_append(&path, "", 1);
	return path.p;
}

void cw_templates_need(struct cw_sink *sink, struct cw_slice topic)
{
	char pattern[CW_INDEX_NAME_MAX + 1];
	size_t fixed = cw_index_name_pattern(sink->index, topic, pattern);
	const char *configured = sink->config->template_name;
	struct cw_sink_template *t;
	struct cw_text name = { 0 };

	if (configured && !sink->template_per_topic) {
		cw_text_append(&name, configured, strlen(configured) + 1);
	} else {
		char *start = cw_store_template_name(pattern, fixed);

		if (configured)
			cw_text_printf(&name, "%s-%s", configured, start);
		else
			cw_text_puts(&name, start);
		cw_text_append(&name, "", 1);
		free(start);
	}
	for (t = sink->templates; t; t = t->next)
		if (strcmp(t->name, name.p) == 0) {
			cw_text_free(&name);
			return;
		}
	t = cw_es_alloc(sizeof(*t));
	t->name = name.p;
	t->path = make_path(t->name);
	t->json = cw_store_template_json(pattern, fixed, sink->streams);
	t->put = sink->config->template_overwrite;
	t->next = sink->templates;
	sink->templates = t;
}

bool cw_templates_ready(struct cw_sink *sink, int64_t now_ns)
{
	struct cw_sink_template *t;

	if (sink->template_now)
		return false;
	for (t = sink->templates; t && t->ready; t = t->next)
		;
	if (!t)
		return true;
	if (t->due_ns > now_ns)
		return false;
	if (!sink->template_call) {
		sink->template_call = cw_http_call_new(sink->http);
		sink->template_call->owner = NULL; /* what tells it from those of bulks */
	}
	sink->template_now = t;
	cw_http_send(sink->template_call, t->put ? "PUT" : "GET", t->path,
		     t->put ? cw_slice_str(t->json) : cw_slice(NULL, 0), false);
	return false;
}

bool cw_templates_pending(const struct cw_sink *sink, int64_t *due_ns)
{
	const struct cw_sink_template *t = sink->templates;

	while (t && t->ready)
		t = t->next;
	*due_ns = t && !sink->template_now ? t->due_ns : INT64_MAX;
	return t != NULL;
}

static void again(struct cw_sink *sink, struct cw_sink_template *t, const struct cw_http_call *call,
		  enum cw_verdict verdict, const char *why)
{
	unsigned attempt;

	if (verdict == CW_VERDICT_AGAIN && t->failures >= (unsigned)sink->config->max_retries) {
		cw_sink_fail(sink, "the index template %s could not be put, after %u retries: %s", t->name,
			     t->failures, why);
		return;
	}
	attempt = verdict == CW_VERDICT_AGAIN ? ++t->failures : ++t->pushbacks;
	cw_outcome_note_down(sink, why);
	t->due_ns = cw_sink_now(sink);
	if (!(call->outcome == CW_HTTP_UNREACHABLE && cw_http_has_other(sink->http)))
		t->due_ns += cw_outcome_backoff_ns(sink, attempt, call->retry_after_ms);
}

void cw_templates_done(struct cw_sink *sink, struct cw_http_call *call)
{
	struct cw_sink_template *t = sink->template_now;
	enum cw_verdict verdict = CW_VERDICT_PUSHBACK;
	struct cw_item error = { 0 };
	char why[600];

	sink->template_now = NULL;
	if (call->outcome == CW_HTTP_ANSWERED && call->status == 200) {
		cw_outcome_note_up(sink);
		t->ready = true;
		cw_log(sink->ctx, CW_LOG_INFO, t->put ? "put the index template %s" : "the index template %s is there",
		       t->name);
		return;
	}
	if (call->outcome == CW_HTTP_ANSWERED && call->status == 404 && !t->put) {
		cw_outcome_note_up(sink);
		t->put = true;
		return;
	}
	cw_outcome_describe(call, why, sizeof(why));
	if (call->outcome == CW_HTTP_ANSWERED) {
		cw_answer_error(cw_slice(call->answer.p, call->answer.n), &error);
		verdict = cw_answer_status_verdict(call->status, error.type);
	}
	if (call->outcome == CW_HTTP_MISCONFIGURED)
		cw_sink_fail(sink, "%s; this does not pass by itself%s", why, cw_outcome_advice(call));
	else if (verdict == CW_VERDICT_FAIL || verdict == CW_VERDICT_SPLIT)
		cw_sink_fail(sink, "the index template %s could not be put: %s; correct that, or set template.enable "
				   "to false and put a template yourself", t->name, why);
	else
		again(sink, t, call, verdict, why);
}

void cw_templates_free(struct cw_sink *sink)
{
	while (sink->templates) {
		struct cw_sink_template *t = sink->templates;

		sink->templates = t->next;
		free(t->name);
		free(t->path);
		free(t->json);
		free(t);
	}
	cw_http_call_free(sink->template_call);
	sink->template_call = NULL;
}
