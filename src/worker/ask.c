#include "worker/ask.h"

#include <stdint.h>

#define ASK_TIMEOUT_MS 30000

struct question {
	bool done;
	json_t *answer;
	struct cw_error err;
};

static void on_answer(void *arg, const json_t *answer, const struct cw_error *err)
{
	struct question *question = arg;

	question->done = true;
	question->answer = json_incref((json_t *)(uintptr_t)answer); /* no copy: there may be secrets in it */
	question->err = *err;
}

json_t *cw_host_ask(struct cw_loop *loop, const char *program, const char *mode, const json_t *question,
		    struct cw_error *err)
{
	struct question asked = { 0 };

	if (!cw_oneshot_start(loop, program, mode, question, ASK_TIMEOUT_MS, on_answer, &asked, err))
		return NULL;
	while (!asked.done)
		cw_loop_step(loop, -1);
	if (!asked.answer)
		*err = asked.err;
	return asked.answer;
}
