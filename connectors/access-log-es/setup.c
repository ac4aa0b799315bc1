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
	struct cw_setup *s = cw_text_alloc(sizeof(*s)), **last = &sink->setups;

	s->kind = kind;
	s->name = cw_text_strdup(name);
	while (*last)
		last = &(*last)->next;
	*last = s;
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
	if (!sink->setup_call) {
		sink->setup_call = cw_http_call_new(sink->http);
		sink->setup_call->owner = NULL; /* what tells it from those of bulks */
	}
	sink->setup_now = s;
	sink->setup_sent_ns = now_ns;
	step = &s->steps[s->step];
	cw_http_send(sink->setup_call, step->body ? "PUT" : "GET", step->path, cw_slice_str(step->body), false);
	return false;
}

bool cw_setup_pending(const struct cw_sink *sink)
{
	return first_pending(sink) != NULL;
}

bool cw_setup_is_made(struct cw_slice error)
{
	return cw_slice_equal(error, cw_slice_str("resource_already_exists_exception"));
}

bool cw_setup_look_again(struct cw_sink *sink, struct cw_setup *setup)
{
	if (setup->looks++ > sink->policies.max_retries)
		return false;
	setup->step = 0;
	cw_pressure_pause(&sink->pressure, cw_sink_now(sink) + cw_outcome_backoff_ns(sink, setup->looks));
	return true;
}

/* What Elasticsearch says of paths and methods that it does not have. */
static bool is_unknown(const struct cw_http_call *call)
{
	return call->outcome == CW_HTTP_ANSWERED && (call->status == 400 || call->status == 405);
}

/* The store did not do it. */
static void failed(struct cw_sink *sink, struct cw_setup *s, const struct cw_http_call *call)
{
	enum cw_class class = cw_outcome_class(call);
	char why[600];

	cw_outcome_describe(call, why, sizeof(why));
	if (cw_outcome_other_url(sink, call, class, sink->setup_sent_ns, why))
		return;
	if (cw_policy_of_request(&sink->policies, class, s->failures) == CW_POLICY_RETRY) {
		s->failures++;
		cw_outcome_outage(sink, call, sink->setup_sent_ns, why);
	} else if (call->outcome == CW_HTTP_MISCONFIGURED) {
		cw_sink_fail(sink, "%s; this does not pass by itself%s", why, cw_outcome_advice(call));
	} else {
		cw_sink_fail(sink, "the %s %s %s%s: %s; correct that, or %s%s", s->kind->what, s->name, s->kind->failed,
			     s->failures || s->looks ? ", after several attempts" : "", why, s->kind->advice,
			     is_unknown(call) && s->kind->unknown ? s->kind->unknown : "");
	}
}

void cw_setup_done(struct cw_sink *sink, struct cw_http_call *call)
{
	struct cw_setup *s = sink->setup_now;
	struct cw_item error = { 0 };

	sink->setup_now = NULL;
	if (call->outcome == CW_HTTP_ANSWERED)
		cw_answer_error(cw_slice(call->answer.p, call->answer.n), &error);
	if (call->outcome == CW_HTTP_ANSWERED && s->kind->answered(sink, s, call, error.type))
		cw_outcome_note_up(sink);
	else
		failed(sink, s, call);
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
