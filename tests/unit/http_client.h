/* http_client - enough HTTP over a raw socket to send what no good client would. Nothing waits longer than 10 s. */
#ifndef CW_TESTS_HTTP_CLIENT_H
#define CW_TESTS_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_answer {
	int status; /* 0: the connection was closed, or nothing came in time */
	char *head; /* status line and header fields */
	char *body;
	size_t body_n;
};

/* A connection to "http://HOST:PORT", or -1. */
int http_open(const char *url);
bool http_send(int fd, const void *p, size_t n);
/* The next answer; head_only after a HEAD. Freed with http_answer_free() whatever it is. */
void http_receive(int fd, bool head_only, struct http_answer *out);
/* Sends a whole request on a new connection and takes the answer. */
void http_exchange(const char *url, const char *request, size_t n, bool head_only, struct http_answer *out);
/* A header field's value, new, or NULL. */
char *http_header(const struct http_answer *answer, const char *name);
void http_answer_free(struct http_answer *answer);
/* Whether the server has closed a connection, waiting for it at most so long. */
bool http_is_closed(int fd, int64_t within_ms);

#endif
