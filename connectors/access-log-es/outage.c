/* The state of the store as a whole: when it takes nothing, for how long nothing is sent, and what people are told. */
#include "sink.h"

#include "answer.h"

#define DOWN_LOG_NS INT64_C(10000000000)

void cw_outcome_note_down(struct cw_sink *sink, const char *why)
{
	int64_t now = cw_sink_now(sink);

	if (sink->down_logged_ns && now - sink->down_logged_ns < DOWN_LOG_NS)
		return; /* nor when it comes and goes */
	if (!sink->down_since_ns)
		sink->down_since_ns = now;
	sink->down_logged_ns = now;
	cw_log(sink->ctx, CW_LOG_WARN, "the store takes no documents: %s; it is tried again for as long as that lasts "
				       "(%lld s so far, %zu documents wait)",
	       why, (long long)((now - sink->down_since_ns) / 1000000000), sink->docs);
}

void cw_outcome_note_up(struct cw_sink *sink)
{
	if (sink->pressure.outages)
		cw_retrying(sink->ctx, 0, 0, "");
	cw_pressure_worked(&sink->pressure);
	sink->worked_ns = cw_sink_now(sink);
	if (!sink->down_since_ns)
		return;
	cw_log(sink->ctx, CW_LOG_INFO, "the store takes documents again, after %lld s",
	       (long long)((cw_sink_now(sink) - sink->down_since_ns) / 1000000000));
	sink->down_since_ns = 0;
}

void cw_outcome_describe(const struct cw_http_call *call, char *out, size_t size)
{
	struct cw_item error;
	char type[100], reason[300];

	if (call->outcome != CW_HTTP_ANSWERED) {
		snprintf(out, size, "%s: %s", call->url, call->why);
		return;
	}
	cw_answer_error(cw_slice(call->answer.p, call->answer.n), &error);
	cw_answer_text(error.type, type, sizeof(type));
	cw_answer_text(error.reason, reason, sizeof(reason));
	snprintf(out, size, "%s answered with status %u%s%s%s%s", call->url, call->status, *type ? ", " : "", type,
		 *reason ? ": " : "", reason);
}

enum cw_class cw_outcome_class(const struct cw_http_call *call)
{
	struct cw_item error;

	if (call->outcome == CW_HTTP_UNREACHABLE)
		return CW_CLASS_BUSY;
	if (call->outcome == CW_HTTP_MISCONFIGURED)
		return CW_CLASS_INVALID;
	if (call->ran_out && (call->status == 401 || call->status == 403))
		return CW_CLASS_BUSY;
	cw_answer_error(cw_slice(call->answer.p, call->answer.n), &error);
	return cw_class_of_answer(call->status, error.type);
}

const char *cw_outcome_advice(const struct cw_http_call *call)
{
	if (call->outcome == CW_HTTP_MISCONFIGURED)
		return ": check connection.url and the settings under elastic.https.ssl";
	if (call->status == 401 || call->status == 403)
		return ": check connection.username and connection.password, or api.key, and what they may do";
	return ": check connection.url, and what stands before the store";
}

/* Answers that say more of who gave them than of what was asked. */
static bool is_of_url(enum cw_class class)
{
	return class == CW_CLASS_INVALID || class == CW_CLASS_FORBIDDEN;
}

bool cw_outcome_other_url(struct cw_sink *sink, const struct cw_http_call *call, enum cw_class class, int64_t sent_ns,
			  const char *why)
{
	bool news;

	if (!is_of_url(class) || !cw_http_refuse(call, &news))
		return false;
	if (!cw_http_has_other(sink->http))
		cw_outcome_outage(sink, call, sent_ns, why);
	else if (news)
		cw_log(sink->ctx, CW_LOG_WARN, "%s; the URL is set aside, and others are used%s", why,
		       cw_outcome_advice(call));
	return true;
}

int64_t cw_outcome_backoff_ns(const struct cw_sink *sink, unsigned attempt)
{
	return sink->ctx->host->backoff_ms(sink->ctx, attempt, sink->config->retry_backoff_ms,
					   sink->config->retry_backoff_max_ms) * CW_SINK_NS_PER_MS;
}

/*
 * Half of the pause is certain, the other half by chance: with all of it by chance, a bound that keeps requests rare
 * enough for a store in trouble would be longer than somebody whose store is back should wait.
 */
static int64_t pause_ns(const struct cw_sink *sink, unsigned attempt)
{
	int64_t half_ms = cw_pressure_backoff_ms(attempt, sink->config->retry_backoff_ms,
						 sink->config->retry_backoff_max_ms) / 2;

	return (half_ms + sink->ctx->host->backoff_ms(sink->ctx, attempt, half_ms, half_ms)) * CW_SINK_NS_PER_MS;
}

void cw_outcome_wait(struct cw_sink *sink, const struct cw_http_call *call)
{
	if (call->retry_after_ms)
		cw_pressure_pause(&sink->pressure, cw_sink_now(sink) + call->retry_after_ms * CW_SINK_NS_PER_MS);
}

void cw_outcome_outage(struct cw_sink *sink, const struct cw_http_call *call, int64_t sent_ns, const char *why)
{
	int64_t now = cw_sink_now(sink);
	unsigned attempt;

	cw_outcome_note_down(sink, why);
	if (cw_http_is_away(call) && cw_http_has_other(sink->http))
		return;
	cw_outcome_wait(sink, call);
	attempt = cw_pressure_outage(&sink->pressure, sent_ns, now);
	if (!attempt)
		return;
	cw_pressure_pause(&sink->pressure, now + pause_ns(sink, attempt));
	cw_retrying(sink->ctx, attempt, (sink->pressure.resume_ns - now) / CW_SINK_NS_PER_MS, why);
}
