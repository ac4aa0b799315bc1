/* The last lines of connectors: what their hosts log, and what this worker logs about them. */
#include "herder/internal.h"

#include "base/clock.h"

#define BEAT_MS 15000 /* half of what a connection may be idle */

static void on_line(void *arg, const struct cw_log_scope *scope, enum cw_log_level level, int64_t epoch_ms,
		    const char *message, size_t n)
{
	if (scope && scope->connector)
		cw_log_rings_add(arg, scope, level, epoch_ms, message, n);
}

static void on_beat(void *arg)
{
	struct cw_herder *herder = arg;

	if (cw_log_rings_beat(herder->logs) > 0)
		cw_loop_set_timer(herder->loop, &herder->logs_timer, cw_clock_ms() + BEAT_MS);
}

void cw_logs_init(struct cw_herder *herder)
{
	herder->logs = cw_log_rings_new();
	herder->logs_timer = (struct cw_timer){ .fn = on_beat, .arg = herder };
	cw_log_observe(on_line, herder->logs);
}

void cw_logs_free(struct cw_herder *herder)
{
	cw_log_observe(NULL, NULL);
	cw_log_rings_free(herder->logs);
}

struct cw_log_rings *cw_herder_logs(struct cw_herder *herder)
{
	return herder->logs;
}

void cw_logs_request(struct cw_herder *herder, struct cw_call *call)
{
	if (!cw_connector_find(herder, call->name)) {
		cw_call_fail(call, CW_ERR_NOT_FOUND, "Connector %s not found", call->name);
	} else if (call->request.flags & CW_OP_FOLLOW) {
		if (!herder->logs_timer.active)
			cw_loop_set_timer(herder->loop, &herder->logs_timer, cw_clock_ms() + BEAT_MS);
		cw_call_answer(call, NULL);
	} else {
		cw_call_answer(call, cw_log_rings_read(herder->logs, call->name, &call->request.log_filter));
	}
}

void cw_logs_message(struct cw_connector *c, const json_t *message)
{
	const char *name = json_string_value(json_object_get(message, "level"));
	const json_t *text = json_object_get(message, "message"), *task = json_object_get(message, "task");
	struct cw_log_scope scope = { .connector = c->name,
				      .task = json_is_integer(task) ? (int)json_integer_value(task) : -1 };
	enum cw_log_level level;

	if (json_is_string(text) && name && cw_log_level_parse(name, &level) == 0)
		cw_log_rings_add(c->herder->logs, &scope, level, json_integer_value(json_object_get(message, "time")),
				 json_string_value(text), json_string_length(text));
}
