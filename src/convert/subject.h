/* subject - under which subject of the registry a schema is kept. Pure. */
#ifndef CW_CONVERT_SUBJECT_H
#define CW_CONVERT_SUBJECT_H

#include "base/buf.h"
#include "connect-worker/connector.h"

enum cw_subject_strategy { CW_SUBJECT_TOPIC = 0, CW_SUBJECT_RECORD, CW_SUBJECT_TOPIC_RECORD };

/* By class name, with or without its package. 0, or -1 with *err set to which there are. */
int cw_subject_strategy_parse(const char *class_name, enum cw_subject_strategy *out, struct cw_error *err);

/* Whether the subject depends on the schema's name. */
static inline bool cw_subject_uses_record(enum cw_subject_strategy strategy)
{
	return strategy != CW_SUBJECT_TOPIC;
}

/*
 * Appends the subject. `record` is the full name of the schema, empty when it has none, which only
 * CW_SUBJECT_TOPIC can do without: 0, or -1 with *err set to Confluent's sentence.
 */
int cw_subject_name(enum cw_subject_strategy strategy, struct cw_slice topic, bool is_key, const char *record,
		    struct cw_buf *out, struct cw_error *err);

#endif
