/* http_impl - the inside of http, shared by its files: http.c (calls), http_setup.c (what is the same in all of them),
 * http_sign.c (what AWS wants). */
#ifndef CW_ACCESS_LOG_HTTP_IMPL_H
#define CW_ACCESS_LOG_HTTP_IMPL_H

#include <curl/curl.h>
#include <poll.h>

#include "http.h"

struct cw_http {
	const struct cw_es_config *config;
	struct cw_aws_keys *keys; /* lent; NULL: requests are not signed */
	CURLM *multi;
	struct curl_slist *headers, *headers_gzip, *headers_json;
	int64_t (*now)(void *);
	void *now_arg;
	int64_t timer_ns; /* when curl wants to be called; INT64_MAX: not */
	struct pollfd *sockets, *polled; /* polled: what was given to ppoll(), as the other changes meanwhile */
	size_t n_sockets, cap_sockets, cap_polled;
	struct cw_http_call *done, *done_last;
	struct cw_hosts hosts;
	struct cw_http_call *probe; /* asks a host that is set aside whether it is there again; NULL: not needed yet */
};

/* Appends the answer to the call's. */
size_t cw_http_on_answer(char *p, size_t size, size_t n, void *call);
int cw_http_on_socket(CURL *easy, curl_socket_t fd, int what, void *http, void *unused);
int cw_http_on_timer(CURLM *multi, long ms, void *http);

/* As many as its hosts need. */
void cw_http_keep_connections(struct cw_http *http);

/*
 * Gives the call the keys of now to sign with. The headers of the signed request: `list`, the keys' token, and what says
 * what its body is, as the signature has it. Freed with cw_http_sign_free().
 */
struct curl_slist *cw_http_sign(struct cw_http_call *call, const struct curl_slist *list, struct cw_slice body);
void cw_http_sign_free(struct curl_slist *headers); /* they may hold a token */

/* The handle of a call, with all that does not change. */
CURL *cw_http_make_easy(struct cw_http_call *call);

#endif
