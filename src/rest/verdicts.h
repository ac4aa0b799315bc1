/*
 * verdicts - remembers for a short time which passwords were right and which wrong, so that a slow hash is not computed
 * for each request. Of user and password it keeps a keyed hash (HMAC-SHA256, with a key of this process) and nothing
 * else. Thread safe.
 */
#ifndef CW_REST_VERDICTS_H
#define CW_REST_VERDICTS_H

#include <stdbool.h>
#include <stdint.h>

#include "rest/credentials.h"

#define CW_VERDICT_GOOD_MS 60000
#define CW_VERDICT_BAD_MS 5000 /* a wrong one in a loop; one that is corrected soon counts soon */

struct cw_verdicts;

struct cw_verdicts *cw_verdicts_new(void);
void cw_verdicts_free(struct cw_verdicts *verdicts);

/* `version` is that of the users' file: another one, and nothing is known of it. */
bool cw_verdicts_find(struct cw_verdicts *verdicts, uint64_t version, const struct cw_credentials *credentials,
		      int64_t now_ms, bool *good);
void cw_verdicts_add(struct cw_verdicts *verdicts, uint64_t version, const struct cw_credentials *credentials,
		     int64_t now_ms, bool good);

#endif
