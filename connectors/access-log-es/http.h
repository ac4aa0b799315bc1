/*
 * http - requests to the store, several at a time, on connections that are kept. One thread: everything
 * moves inside cw_http_send() and cw_http_drive(). URLs take turns; one that does not answer is set
 * aside, and asked now and then whether it is there again.
 */
#ifndef CW_ACCESS_LOG_HTTP_H
#define CW_ACCESS_LOG_HTTP_H

#include "config.h"
#include "hosts.h"
#include "text.h"

enum cw_http_outcome {
	CW_HTTP_ANSWERED = 0, /* status and answer are complete */
	CW_HTTP_UNREACHABLE,  /* no answer, or half of one: connection refused, reset, timeout … */
	CW_HTTP_MISCONFIGURED /* nothing but another configuration helps: a certificate that is not trusted … */
};

#define CW_HTTP_ANSWER_MAX (16u << 20)

struct cw_http_call {
	void *owner; /* the caller's */
	size_t answer_max; /* the caller's, too: bytes that are taken; CW_HTTP_ANSWER_MAX from the start */
	/* once it is done: */
	enum cw_http_outcome outcome;
	unsigned status;
	int64_t retry_after_ms; /* 0: none was asked for */
	struct cw_text answer;
	bool ran_out; /* it was signed with keys whose time was over; new ones come */
	char why[300]; /* for other outcomes than ANSWERED: a clause */
	const char *url;
	/* of http.c: */
	struct cw_http *http;
	void *easy;
	struct cw_text target, host_url;
	void *signed_headers; /* of the request, where it is signed */
	char error[256];
	size_t host;
	bool active, too_much; /* too_much: the answer was longer than answer_max */
	struct cw_http_call *next;
};

struct cw_http;

struct cw_aws_keys;

/* keys: to sign with, lent; NULL: not at all. now: the monotonic clock, in ns. NULL with *err set. */
struct cw_http *cw_http_new(const struct cw_es_config *config, struct cw_aws_keys *keys, int64_t (*now)(void *),
			    void *now_arg, struct cw_error *err);
/* Ends what is under way. */
void cw_http_free(struct cw_http *http);

struct cw_http_call *cw_http_call_new(struct cw_http *http);
/* Its answer is not needed any more: the memory of a large one is given back. */
void cw_http_call_clear(struct cw_http_call *call);
/* Ends it if it is under way. */
void cw_http_call_free(struct cw_http_call *call);

/*
 * Starts a call. method: POST with NDJSON, PUT with JSON, or GET; path: from "/". The body is lent until
 * the call is done. gzip: the body of a POST is compressed.
 */
void cw_http_send(struct cw_http_call *call, const char *method, const char *path, struct cw_slice body, bool gzip);

/*
 * Moves what can be moved, then waits until something can be, one of fds is readable, or timeout_ns
 * passed (0: does not wait), and moves that. Returns whether one of fds is readable.
 */
bool cw_http_drive(struct cw_http *http, const int *fds, size_t n, int64_t timeout_ns);

/* The next call that is done, or NULL. */
struct cw_http_call *cw_http_done(struct cw_http *http);

/* The URLs of the store's nodes, beside those of the configuration. */
void cw_http_list(struct cw_http *http, char *const *urls, size_t n);

/* Whether it was this URL that failed, and not the store behind all of them: no answer, or a gateway's. */
bool cw_http_is_away(const struct cw_http_call *call);

/*
 * The call's URL answered as no store of ours does, or cannot be used with this configuration: it is set aside. Returns
 * whether another one may do; *news: it is to be told, as it was not set aside for that before, or was tried again.
 */
bool cw_http_refuse(const struct cw_http_call *call, bool *news);

/* Whether another URL may be worth a try at once. */
bool cw_http_has_other(const struct cw_http *http);

/* Appends s as part of a path, percent-encoded. */
void cw_http_escape(struct cw_text *out, const char *s, size_t n);

#endif
