#include "host/record_error.h"

#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "data/value.h"

/* How much of a key or value a line of the log shows. */
#define SHOWN 1000

static const char *timestamp_type(const struct cw_record *r)
{
	return r->timestamp_type == CW_TIMESTAMP_CREATE ? "CreateTime" :
	       r->timestamp_type == CW_TIMESTAMP_LOG_APPEND ? "LogAppendTime" : NULL;
}

/* As Kafka Connect prints a consumed record. */
static void put_consumed(struct cw_buf *out, const struct cw_record *r)
{
	const char *type = timestamp_type(r);

	cw_buf_printf(out, ", where consumed record is {topic='%.*s', partition=%d, offset=%lld", (int)r->original_topic.n,
		      r->original_topic.p, (int)r->original_partition, (long long)r->offset);
	if (type)
		cw_buf_printf(out, ", timestamp=%lld, timestampType=%s", (long long)r->timestamp_ms, type);
	cw_buf_puts(out, "}");
}

static void put_polled(struct cw_buf *out, const struct cw_record *r)
{
	cw_buf_printf(out, ", where source record is = {topic='%.*s'", (int)r->topic.n, r->topic.p);
	if (r->source_partition) {
		cw_buf_printf(out, ", sourcePartition=%s, sourceOffset=", r->source_partition->json);
		cw_value_print(out, &r->source_offset);
	}
	cw_buf_puts(out, "}");
}

static void put_where(struct cw_buf *out, const struct cw_record_error *what)
{
	cw_buf_printf(out, "Error encountered in task %s-%d. Executing stage '%s' with class '%s'",
		      what->task->context.connector, (int)what->task->context.task, what->stage, what->class_name);
	if (what->task->plugin->plugin.kind == CW_PLUGIN_SINK)
		put_consumed(out, what->record);
	else
		put_polled(out, what->record);
	cw_buf_puts(out, ".");
}

static void put_data(struct cw_buf *out, const char *name, const struct cw_value *value)
{
	struct cw_buf text = { 0 };

	if (value->type == CW_STRING || value->type == CW_BYTES)
		cw_buf_append(&text, value->u.bytes.p, value->u.bytes.n > SHOWN ? SHOWN : value->u.bytes.n);
	else
		cw_value_print(&text, value);
	cw_buf_printf(out, "; its %s: %.*s", name, (int)(text.n > SHOWN ? SHOWN : text.n), text.p ? text.p : "");
	cw_buf_free(&text);
}

void cw_record_error_log(const struct cw_record_error *what)
{
	const struct cw_connector_config *config = &what->task->framework;
	struct cw_buf text = { 0 };

	if (!config->errors_log_enable)
		return;
	put_where(&text, what);
	cw_buf_printf(&text, " %s", what->reason);
	if (config->errors_log_include_messages) {
		put_data(&text, "key", &what->record->key);
		put_data(&text, "value", &what->record->value);
	}
	log_error(&what->task->scope, "%s", text.p);
	cw_buf_free(&text);
}

void cw_record_error_set(const struct cw_record_error *what, struct cw_error *err)
{
	struct cw_buf text = { 0 };

	put_where(&text, what);
	cw_error_set(err, CW_ERR_FATAL, "Tolerance exceeded in error handler. %s Caused by: %s", text.p, what->reason);
	cw_buf_free(&text);
}

bool cw_record_error_is_tolerated(const struct cw_record_error *what, struct cw_error *err)
{
	struct cw_budget *budget = &what->task->budget;
	int64_t now = cw_clock_ms(), records, errors;

	if (strcasecmp(what->task->framework.errors_tolerance, "all") != 0) {
		cw_record_error_set(what, err);
		return false;
	}
	if (!cw_budget_spend(budget, now))
		return true;
	cw_budget_sum(budget, now, &records, &errors);
	cw_error_set(err, CW_ERR_FATAL,
		     "%lld of %lld records could not be processed in %lld s, which is more than errors.budget.* allows; the last "
		     "one: %s",
		     (long long)errors, (long long)records, (long long)(budget->window_ms / 1000), what->reason);
	return false;
}
