/*
 * Topics that are not there when the first record is to go to them, created by the connector's own settings
 * (topic.creation.*). Without such settings the brokers decide, when they are asked for the topic.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "host/creation.h"
#include "host/source.h"
#include "kafka/create_topic.h"

enum cw_result cw_source_open_creation(struct cw_source *source, struct cw_error *err)
{
	const struct cw_task *task = source->task;

	if (!task->worker->topic_creation_enable || !cw_topic_groups_used(&task->config))
		return CW_OK;
	source->creation = cw_creation_new(&task->config, err);
	return source->creation ? CW_OK : CW_FAIL;
}

static int make(const struct cw_source *source, const struct cw_topic_group *group, const char *topic,
		struct cw_error *err)
{
	const struct cw_topic_maker maker = cw_task_topic_maker(source->task);
	CW_AUTO_FREE char *keys = cw_format(CW_TOPIC_CREATION "%s.* decides", group->name);
	const struct cw_new_topic new_topic = {
		.name = topic, .partitions = group->partitions, .replication_factor = group->replication_factor,
		.settings = &group->settings, .purpose = "which the connector writes to", .keys = keys,
	};

	log_info(&source->scope, "topic %s is not there: it is created as " CW_TOPIC_CREATION "%s.* says", topic, group->name);
	return cw_topic_make(source->producer, &new_topic, &maker, err);
}

/* What is there now. CW_OK: the topic, or there is no more to be done about it; CW_RETRY with *err; CW_FAIL. */
static enum cw_result look_or_make(struct cw_source *source, struct cw_source_topic *t, struct cw_error *err)
{
	const struct cw_topic_group *group;

	switch (cw_source_count_partitions(source, t)) {
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
		break;
	case RD_KAFKA_RESP_ERR__TIMED_OUT:
		cw_error_set(err, CW_ERR_RETRIABLE, "Kafka does not say whether topic %s is there", t->name);
		return CW_RETRY;
	default:
		return CW_OK;
	}
	group = cw_creation_find(source->creation, t->name, err);
	if (!group)
		return CW_FAIL;
	if (make(source, group, t->name, err) == 0)
		return CW_OK;
	return err->code == CW_ERR_RETRIABLE ? CW_RETRY : CW_FAIL;
}

enum cw_result cw_source_create_topic(struct cw_source *source, struct cw_source_topic *t, struct cw_error *err)
{
	struct cw_task *task = source->task;
	enum cw_result result;
	unsigned attempt = 0;

	while ((result = look_or_make(source, t, err)) == CW_RETRY) {
		int64_t wait_ms =
			cw_task_backoff_ms(task, ++attempt, CW_RETRY_BASE_MS, task->framework.errors_retry_delay_max_ms);

		cw_metric_add(source->retries, 1);
		log_warn(&source->scope, "tried again in %lld ms (attempt %u): %s", (long long)wait_ms, attempt, err->text);
		cw_progress_retry(&task->progress, "KAFKA_PRODUCE", attempt, wait_ms, err->text);
		*err = (struct cw_error){ 0 };
		result = cw_source_wait(source, wait_ms, err);
		cw_progress_retry_over(&task->progress);
		if (result != CW_OK)
			break;
	}
	return result;
}
