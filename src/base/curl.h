/*
 * curl - what all calls that libcurl makes for a host have in common: HTTP and HTTPS alone, TLS 1.2 or newer, no signals,
 * no .netrc, an answer of limited length, and an end as soon as somebody asks for it.
 *
 * Any thread, each call on its own.
 */
#ifndef CW_BASE_CURL_H
#define CW_BASE_CURL_H

#include <stdbool.h>

#include <curl/curl.h>

#include "base/buf.h"

/* Has to live as long as the handle is used. */
struct cw_curl_call {
	struct cw_buf *answer; /* what comes is appended; a secret's is reserved by its owner: one that grows leaves copies */
	size_t answer_max;     /* bytes; with more the call ends with CURLE_WRITE_ERROR */
	bool (*stopping)(const void *arg); /* asked about every second or more often; true ends the call; NULL: never */
	const void *arg;
	char why[CURL_ERROR_SIZE]; /* libcurl's own words; see cw_curl_why() */
};

/* Address, method, times, certificates and logins are the caller's. */
void cw_curl_set_up(CURL *curl, struct cw_curl_call *call);
/* Why a call ended with that code, for people: "Connection refused"; lives as long as the call. */
const char *cw_curl_why(const struct cw_curl_call *call, CURLcode code);
/* Percent-encoded, as in a URL or a form; new. libcurl's own copy is overwritten. */
char *cw_curl_escape(const char *text);

#endif
