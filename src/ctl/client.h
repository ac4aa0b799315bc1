/*
 * client - requests to the worker's REST API over libcurl, one at a time on one kept-alive connection.
 *
 * Not thread safe. Credentials are used and never printed, also those in the URL (http://user:password@host).
 */
#ifndef CW_CTL_CLIENT_H
#define CW_CTL_CLIENT_H

#include <stdint.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/map.h"
#include "connect-worker/connector.h"

struct cw_client;

struct cw_request {
	const char *method, *path; /* path starts with "/" and is encoded already */
	const json_t *body;	   /* NULL: none */
	const char *if_match;	   /* NULL: none */
};

/* Why no answer came, as far as somebody can do something about it. */
enum cw_client_failure {
	CW_CLIENT_ANSWERED = 0,
	CW_CLIENT_NO_ANSWER,
	CW_CLIENT_BAD_FILE,  /* a file of certificates or a key is no such thing, or they do not belong together */
	CW_CLIENT_UNTRUSTED, /* the worker's certificate is not one to trust */
	CW_CLIENT_NO_TLS,    /* somebody is there who speaks no TLS */
	CW_CLIENT_WANTS_CERTIFICATE, /* the worker asks for one, and none was shown */
	CW_CLIENT_NO_HTTP    /* somebody is there, who does not answer in HTTP */
};

struct cw_reply {
	int status;	    /* of HTTP; 0: no answer came */
	enum cw_client_failure failure; /* of status 0 */
	json_t *body;	    /* NULL: none, or it is not JSON */
	struct cw_buf text; /* the body as it came */
	char *etag;	    /* NULL: it has none */
	char *message;	    /* of an error, one sentence: the worker's own, or why no answer came; else NULL */
};

/*
 * target says where and how: url (as cw_worker_url_read() has it), ca, cert, key (files), insecure ("true"), user,
 * password, token. Only url is needed. NULL with *err (CW_ERR_INVALID).
 */
struct cw_client *cw_client_new(const struct cw_map *target, int64_t timeout_ms, struct cw_error *err);
void cw_client_free(struct cw_client *client);
const char *cw_client_url(const struct cw_client *client); /* to show: without credentials */
void cw_client_set_timeout(struct cw_client *client, int64_t timeout_ms);
/* Who is told of the warnings of every answer, as soon as they come; a text is as it came. */
void cw_client_on_warning(struct cw_client *client, void (*warn)(void *arg, const char *text), void *arg);

/* Makes a request. 0 with an answer of 2xx, -1 else. *reply is always set; free it with cw_reply_free(). */
int cw_client_send(struct cw_client *client, const struct cw_request *request, struct cw_reply *reply);
/* The same without a precondition. */
int cw_client_call(struct cw_client *client, const char *method, const char *path, const json_t *body,
		   struct cw_reply *reply);

/* Where the lines of an answer that goes on are to go. */
struct cw_client_lines {
	void (*line)(void *arg, const char *line); /* without its end; "" is a sign of life */
	void *arg;
	int stop_fd;	   /* the reading ends when something can be read from it; -1: never */
	int64_t silence_ms; /* a worker that says nothing for so long is gone */
};

enum cw_client_end { CW_CLIENT_ENDED, CW_CLIENT_STOPPED, CW_CLIENT_FAILED };

/*
 * GET of lines until they end, stop_fd says so, or it fails: then *reply has the refusal, or status 0 and why no (more)
 * answer came. Only an answer of 200 has lines. Free *reply in any case.
 */
enum cw_client_end cw_client_follow(struct cw_client *client, const char *path, const struct cw_client_lines *lines,
				    struct cw_reply *reply);

void cw_reply_free(struct cw_reply *reply);

/* A connector's or plugin's name as a segment of a path. New. */
char *cw_client_escape(const struct cw_client *client, const char *name);

#endif
