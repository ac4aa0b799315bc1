/*
 * registry_http - one request to a Schema Registry that may be at several URLs.
 *
 * A URL that does not answer, or with a status that may pass (408, 429, 500, 502, 503, 504), gives way to the next
 * one; when none answers, the round is made again after a random wait, max.retries times. All of it ends early when
 * the task is asked to stop. A Retry-After is kept to; one that is longer than retries.max.wait.ms is told to the
 * framework, whose errors.retry.timeout counts then. One thread.
 */
#ifndef CW_CONVERT_REGISTRY_HTTP_H
#define CW_CONVERT_REGISTRY_HTTP_H

#include <jansson.h>

#include "convert/registry_config.h"

struct cw_registry_http;

struct cw_registry_answer {
	long status;
	json_t *body; /* NULL: none, or no JSON */
	char *url;    /* which registry said so, without credentials; owned by the client */
};

/* config and ctx outlive it. NULL with *err set when the configuration cannot be used. */
struct cw_registry_http *cw_registry_http_new(const struct cw_context *ctx, const struct cw_registry_config *config,
					      struct cw_error *err);
void cw_registry_http_free(struct cw_registry_http *http); /* NULL is fine */

/*
 * GET when body is NULL, else POST. CW_OK: a registry answered, with any status but those above; the caller frees
 * answer->body. CW_RETRY: none did. CW_FAIL: none can with this configuration. *err then says which URL and why.
 */
enum cw_result cw_registry_http_call(struct cw_registry_http *http, const char *path, const char *body,
				     struct cw_registry_answer *answer, struct cw_error *err);

#endif
