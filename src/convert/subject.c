#include "convert/subject.h"

static const char *const names[] = {
	[CW_SUBJECT_TOPIC] = "TopicNameStrategy",
	[CW_SUBJECT_RECORD] = "RecordNameStrategy",
	[CW_SUBJECT_TOPIC_RECORD] = "TopicRecordNameStrategy",
};

#define STRATEGIES "io.confluent.kafka.serializers.subject."

int cw_subject_strategy_parse(const char *class_name, enum cw_subject_strategy *out, struct cw_error *err)
{
	const char *simple =
		strncmp(class_name, STRATEGIES, strlen(STRATEGIES)) == 0 ? class_name + strlen(STRATEGIES) : class_name;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(simple, names[i]) == 0) {
			*out = (enum cw_subject_strategy)i;
			return 0;
		}
	return cw_error_set(
		err, CW_ERR_INVALID,
		"is not known; there are TopicNameStrategy, RecordNameStrategy and TopicRecordNameStrategy");
}

int cw_subject_name(enum cw_subject_strategy strategy, struct cw_slice topic, bool is_key, const char *record,
		    struct cw_buf *out, struct cw_error *err)
{
	if (cw_subject_uses_record(strategy) && !*record)
		return cw_error_set(err, CW_ERR_INVALID,
				    "In configuration %s.subject.name.strategy = " STRATEGIES
				    "%s, the message %s must only be a record schema",
				    is_key ? "key" : "value", names[strategy], is_key ? "key" : "value");
	if (strategy != CW_SUBJECT_RECORD)
		cw_buf_append(out, topic.p, topic.n);
	if (strategy == CW_SUBJECT_TOPIC)
		cw_buf_puts(out, is_key ? "-key" : "-value");
	if (strategy == CW_SUBJECT_TOPIC_RECORD)
		cw_buf_puts(out, "-");
	if (strategy != CW_SUBJECT_TOPIC)
		cw_buf_puts(out, record);
	return 0;
}
