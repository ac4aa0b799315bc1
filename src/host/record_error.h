/* record_error - what is said of a record that cannot be processed: in the log, and in the trace of its task. */
#ifndef CW_HOST_RECORD_ERROR_H
#define CW_HOST_RECORD_ERROR_H

#include "host/task.h"

struct cw_record_error {
	struct cw_task *task;
	const char *stage, *class_name; /* Kafka Connect's stage, and the class that was at work */
	const struct cw_record *record;
	const char *reason;
	enum cw_error_code code; /* its class */
	const struct cw_record *given; /* of a source: the record as the connector gave it; NULL: it is not kept */
};

/* A line in the log, when errors.log.enable says so; errors.log.include.messages decides whether it shows the data. */
void cw_record_error_log(const struct cw_record_error *what);
/* Whether errors.tolerance and the budget of errors allow to go on without the record; else *err says what does not. */
bool cw_record_error_is_tolerated(const struct cw_record_error *what, struct cw_error *err);
/* The error that fails the task. */
void cw_record_error_set(const struct cw_record_error *what, struct cw_error *err);

#endif
