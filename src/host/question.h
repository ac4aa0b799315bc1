/*
 * question - what a command of connect-host about one connector is asked on stdin: {"worker","name","config",…}, and what
 * the variables in it stand for.
 */
#ifndef CW_HOST_QUESTION_H
#define CW_HOST_QUESTION_H

#include <jansson.h>

#include "base/log.h"
#include "base/map.h"
#include "config/worker_config.h"
#include "host/catalog.h"
#include "host/providers.h"

struct cw_question {
	json_t *request;
	struct cw_worker_config worker;
	struct cw_map config; /* what cannot be resolved is as it was, since it may not be needed */
	struct cw_catalog catalog;
	struct cw_providers providers;
	const char *name;
	struct cw_log_scope scope;
};

/* *question is zero before. 0, or -1 with *err; cw_question_free() in both cases. */
int cw_question_read(struct cw_question *question, struct cw_error *err);
/* Prints the answer, which is taken; NULL: {"error":{"code","text"}}, without what variables stand for. The exit status. */
int cw_question_answer(const struct cw_question *question, json_t *answer, const struct cw_error *err);
void cw_question_free(struct cw_question *question);

#endif
