/* question - what a command of connect-host about one connector is asked on stdin: {"worker","name","config",…}. */
#ifndef CW_HOST_QUESTION_H
#define CW_HOST_QUESTION_H

#include <jansson.h>

#include "base/log.h"
#include "base/map.h"
#include "config/worker_config.h"

struct cw_question {
	json_t *request;
	struct cw_worker_config worker;
	struct cw_map config;
	const char *name;
	struct cw_log_scope scope;
};

/* *question is zero before. 0, or -1 with *err; cw_question_free() in both cases. */
int cw_question_read(struct cw_question *question, struct cw_error *err);
/* Prints the answer, which is taken; NULL: {"error":{"code","text"}}. The exit status. */
int cw_question_answer(json_t *answer, const struct cw_error *err);
void cw_question_free(struct cw_question *question);

#endif
