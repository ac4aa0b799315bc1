/*
 * Questions to short-lived hosts: no more than so many at once, whoever asks; the others wait in order, changes before those
 * who only want to know. While Kafka is away each place is taken for long, and all who ask for the same connector's
 * change to be made wait for that: so changes have a few places of their own.
 */
#include "herder/internal.h"

#include <stdlib.h>

#include "base/mem.h"

static struct cw_question take_question(struct cw_call *call)
{
	struct cw_question question = call->question;

	call->question = (struct cw_question){ 0 };
	return question;
}

/* In the herder's thread: the body has what is the herder's. */
static void forget(struct cw_question question)
{
	json_decref(question.body);
	free(question.stage);
}

static void begin(struct cw_places *places, struct cw_call *call)
{
	struct cw_question question = take_question(call);
	struct cw_error err = { 0 };

	places->taken++;
	cw_call_append(&places->under_way, call);
	cw_call_stage(call, "%s", question.stage);
	if (call->herder->shutdown) /* nobody would wait for the host */
		cw_error_set(&err, CW_ERR_FATAL, "Worker is shutting down");
	else
		call->oneshot = cw_oneshot_start(call->herder->loop, call->herder->program, question.mode, question.body,
						 question.timeout_ms, question.done, call, &err);
	forget(question);
	if (!call->oneshot)
		question.done(call, NULL, &err);
}

static bool has_place_for(const struct cw_places *places, const struct cw_call *call)
{
	return places->taken < places->max + (cw_call_has_turn(call) ? places->for_changes : 0);
}

/* Changes are first, in their order, and then the others in theirs. */
static void queue_up(struct cw_places *places, struct cw_call *call)
{
	struct cw_call **at = &places->waiting;

	while (*at && (cw_call_has_turn(*at) || !cw_call_has_turn(call)))
		at = &(*at)->next;
	call->next = *at;
	*at = call;
}

void cw_place_ask(struct cw_places *places, struct cw_call *call, const struct cw_question *question, const char *busy)
{
	call->question = *question;
	if (has_place_for(places, call)) {
		begin(places, call);
		return;
	}
	cw_call_stage(call, "%s", busy);
	queue_up(places, call);
}

/* Whoever only wanted to know has gone; a change is made all the same. */
static bool is_pointless(struct cw_call *call)
{
	return !cw_call_has_turn(call) && cw_call_is_given_up(call);
}

void cw_place_leave(struct cw_places *places, struct cw_call *call)
{
	struct cw_call *next;

	call->oneshot = NULL;
	cw_call_remove(&places->under_way, call);
	places->taken--;
	while ((next = places->waiting) && has_place_for(places, next)) {
		places->waiting = next->next;
		if (!is_pointless(next)) {
			begin(places, next);
			continue;
		}
		forget(take_question(next));
		cw_call_fail(next, CW_ERR_RETRIABLE, "Nobody waits for the answer any more");
	}
}

static void cancel(struct cw_herder *herder, struct cw_call *call)
{
	bool has_turn = cw_call_has_turn(call);
	CW_AUTO_FREE char *name = cw_strdup(call->name);

	forget(take_question(call));
	cw_oneshot_cancel(call->oneshot);
	call->oneshot = NULL;
	cw_call_fail(call, CW_ERR_FATAL, "Worker is shutting down");
	if (has_turn)
		cw_turn_end(herder, name);
}

void cw_places_cancel(struct cw_herder *herder, struct cw_places *places)
{
	struct cw_call *call;

	while ((call = places->waiting)) {
		places->waiting = call->next;
		cancel(herder, call);
	}
	while ((call = places->under_way)) {
		places->under_way = call->next;
		places->taken--;
		cancel(herder, call);
	}
}
