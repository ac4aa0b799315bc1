/*
 * What has to be in the store before documents may go there, one thing after the other: each is a few requests,
 * which go on until its kind says that it is there.
 */
#include "sink.h"

#include <stdlib.h>

#include "answer.h"

struct cw_setup *cw_setup_find(const struct cw_sink *sink, const struct cw_setup_kind *kind, const char *name)
{
	struct cw_setup *s = sink->setups;

	while (s && (s->kind != kind || strcmp(s->name, name) != 0))
		s = s->next;
	return s;
}

struct cw_setup *cw_setup_add(struct cw_sink *sink, const struct cw_setup_kind *kind, const char *name)
{
	struct cw_setup *s = cw_text_alloc(sizeof(*s));

	s->kind = kind;
	s->name = cw_text_strdup(name);
	s->next = sink->setups;
	sink->setups = s;
	return s;
}

static struct cw_setup *first_pending(const struct cw_sink *sink)
{
	struct cw_setup *s = sink->setups;

	while (s && s->ready)
		s = s->next;
	return s;
}

bool cw_setup_ready(struct cw_sink *sink, int64_t now_ns)
{
	struct cw_setup *s;
	const struct cw_setup_step *step;

	if (sink->setup_now)
		return false;
	s = first_pending(sink);
	if (!s)
		return true;
	if (s->due_ns > now_ns)
		return false;
	if (!sink->setup_call) {
		sink->setup_call = cw_http_call_new(sink->http);
		sink->setup_call->owner = NULL; /* what tells it from those of bulks */
	}
	sink->setup_now = s;
	step = &s->steps[s->step];
	cw_http_send(sink->setup_call, step->body ? "PUT" : "GET", step->path, cw_slice_str(step->body), false);
	return false;
}

bool cw_setup_pending(const struct cw_sink *sink, int64_t *due_ns)
{
	const struct cw_setup *s = first_pending(sink);

	*due_ns = s && !sink->setup_now ? s->due_ns : INT64_MAX;
	return s != NULL;
}

static void again(struct cw_sink *sink, struct cw_setup *s, const struct cw_http_call *call, enum cw_verdict verdict,
		  const char *why)
{
	unsigned attempt;

	if (verdict == CW_VERDICT_AGAIN && s->failures >= (unsigned)sink->config->max_retries) {
		cw_sink_fail(sink, "the %s %s could not be put, after %u retries: %s", s->kind->what, s->name,
			     s->failures, why);
		return;
	}
	attempt = verdict == CW_VERDICT_AGAIN ? ++s->failures : ++s->pushbacks;
	cw_outcome_note_down(sink, why);
	s->due_ns = cw_sink_now(sink);
	if (!(call->outcome == CW_HTTP_UNREACHABLE && cw_http_has_other(sink->http)))
		s->due_ns += cw_outcome_backoff_ns(sink, attempt, call->retry_after_ms);
}

void cw_setup_done(struct cw_sink *sink, struct cw_http_call *call)
{
	struct cw_setup *s = sink->setup_now;
	enum cw_verdict verdict = CW_VERDICT_PUSHBACK;
	struct cw_item error = { 0 };
	char why[600];

	sink->setup_now = NULL;
	if (call->outcome == CW_HTTP_ANSWERED)
		cw_answer_error(cw_slice(call->answer.p, call->answer.n), &error);
	if (call->outcome == CW_HTTP_ANSWERED && s->kind->answered(sink, s, call, error.type)) {
		cw_outcome_note_up(sink);
		return;
	}
	cw_outcome_describe(call, why, sizeof(why));
	if (call->outcome == CW_HTTP_ANSWERED)
		verdict = cw_answer_status_verdict(call->status, error.type);
	if (call->outcome == CW_HTTP_MISCONFIGURED)
		cw_sink_fail(sink, "%s; this does not pass by itself%s", why, cw_outcome_advice(call));
	else if (verdict == CW_VERDICT_FAIL || verdict == CW_VERDICT_SPLIT)
		cw_sink_fail(sink, "the %s %s could not be put: %s; correct that, or %s", s->kind->what, s->name, why,
			     s->kind->advice);
	else
		again(sink, s, call, verdict, why);
}

void cw_setup_free(struct cw_sink *sink)
{
	while (sink->setups) {
		struct cw_setup *s = sink->setups;

		sink->setups = s->next;
		for (size_t i = 0; i < CW_SETUP_STEPS; i++) {
			free(s->steps[i].path);
			free(s->steps[i].body);
		}
		free(s->name);
		free(s);
	}
	cw_http_call_free(sink->setup_call);
	sink->setup_call = NULL;
}
