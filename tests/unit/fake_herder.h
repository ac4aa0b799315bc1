/*
 * fake_herder - a herder for tests of REST: canned answers, and a record of what was asked.
 *
 * The name in a request decides: "missing", "exists", "busy", "broken", "invalid" give the error of that
 * kind, "unreached" waits for its state in vain, "forbidden" is not allowed, "slow" waits until fake_herder_open(),
 * "new" is made by a PUT, "failed" has failed; all others exist. Configs have the etag "e1".
 */
#ifndef CW_TESTS_FAKE_HERDER_H
#define CW_TESTS_FAKE_HERDER_H

#include "herder/herder.h"

struct cw_herder *fake_herder_new(void);
void fake_herder_free(struct cw_herder *herder);

/* What CW_OP_HEALTH says from now on: a status, or NULL for an error. */
void fake_herder_health(struct cw_herder *herder, const char *status);

/*
 * The last request since the last call of this, as "OP name task flags wait STATE MS if ETAG body" without what is not given; ""
 * when there was none. New.
 */
char *fake_herder_last(struct cw_herder *herder);

/* Waits until n requests for "slow" wait at the gate; false after 10 seconds. */
bool fake_herder_await_slow(struct cw_herder *herder, int n);
/* Waits until nobody wants the answers of those any more; false after 10 seconds. */
bool fake_herder_await_given_up(struct cw_herder *herder);
/* They are answered, on this thread. */
void fake_herder_open(struct cw_herder *herder);

#endif
