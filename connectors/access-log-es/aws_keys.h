/*
 * aws_keys - the keys that requests are signed with for AWS: those of the settings, or else those that are found where
 * AWS's own tools look (src/aws/credentials.h). What runs out is found anew well before it does, by a thread of its own, so
 * that no request waits for that.
 */
#ifndef CW_ACCESS_LOG_AWS_KEYS_H
#define CW_ACCESS_LOG_AWS_KEYS_H

#include "aws/http.h"
#include "config.h"

struct cw_aws_keys;

/* Takes seconds where they have to be found. NULL with *err: CW_ERR_RETRIABLE when they may be found later. */
struct cw_aws_keys *cw_aws_keys_new(const struct cw_context *ctx, const struct cw_es_config *config,
				    struct cw_error *err);
void cw_aws_keys_free(struct cw_aws_keys *keys);

/* Those of now, lent until cw_aws_keys_release(), which follows soon. */
const struct cw_aws_credentials *cw_aws_keys_hold(struct cw_aws_keys *keys);
void cw_aws_keys_release(struct cw_aws_keys *keys);
/* While they are held: whether their time is over within so many ms, whatever was done to the clock meanwhile. */
bool cw_aws_keys_run_out(const struct cw_aws_keys *keys, int64_t within_ms);

#endif
