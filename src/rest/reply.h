/*
 * reply - what goes back over HTTP: from the herder's answer, or from an error, to status, headers and body.
 *
 * Pure. Every error has the body {"error_code":…,"message":…}, error_code being the status.
 */
#ifndef CW_REST_REPLY_H
#define CW_REST_REPLY_H

#include <stddef.h>

#include "rest/metrics.h"
#include "rest/request.h"

#define CW_REST_RETRY_AFTER_S 5

/* Start as { 0 }; freed with cw_reply_free(). */
struct cw_reply {
	unsigned status;
	const char *content_type; /* NULL: no body */
	char *body;
	size_t body_n;
	char *location;     /* NULL: none */
	const char *allow;  /* borrowed; NULL: none */
	char etag[CW_ETAG_MAX]; /* "": none */
	json_t *warnings;   /* sentences, see cw_reply_warning(); NULL: none */
	bool retry_after;
};

/* Any error. `text` is taken as UTF-8; broken bytes become U+FFFD. */
void cw_reply_error(struct cw_reply *reply, unsigned status, const char *text);
void cw_reply_error_of(struct cw_reply *reply, const struct cw_error *err);
/* The answers of the framework below: "HTTP 404 Not Found", and the like. */
void cw_reply_http_error(struct cw_reply *reply, unsigned status);
/* A status's reason phrase, "" when unknown. */
const char *cw_http_reason(unsigned status);

/* What an answer depends on beside the request. */
struct cw_reply_context {
	const char *base_url; /* "http://host:port", which Location starts with */
	bool timed_out;       /* the answer came at the end of the route's deadline */
	const char *if_none_match; /* the client's copy; NULL: it has none */
	struct cw_metrics_process process;
};

/* The herder's answer to a request. */
void cw_reply_answer(struct cw_reply *reply, const struct cw_route *route, const struct cw_rest_request *request,
		     const struct cw_answer *answer, const struct cw_reply_context *context);

/*
 * The i-th Warning field of the reply, as in 299 connect-worker "…": a sentence about a config that was taken, or about
 * what was ignored of the query. New; NULL after the last. The entity of the answer is Kafka Connect's and has no place
 * for them. Of very many the first are sent.
 */
char *cw_reply_warning(const struct cw_reply *reply, size_t i);

void cw_reply_json(struct cw_reply *reply, unsigned status, const json_t *body);
/* Takes the text. */
void cw_reply_text(struct cw_reply *reply, unsigned status, const char *content_type, char *text);
void cw_reply_free(struct cw_reply *reply);

#endif
