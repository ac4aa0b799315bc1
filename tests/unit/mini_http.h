/*
 * mini_http - an HTTP server in the test's own process that gives the answers it was told and keeps what
 * it was asked. One thread of its own; its functions may be called from the test's.
 */
#ifndef CW_TESTS_MINI_HTTP_H
#define CW_TESTS_MINI_HTTP_H

struct mini_http;

struct mini_http *mini_http_start(void); /* on a free port of 127.0.0.1; NULL: not possible */
/* The same with TLS; identity: PEM with the key and the certificate, lent for as long as it runs. */
struct mini_http *mini_http_start_tls(const char *identity);
void mini_http_stop(struct mini_http *http);
int mini_http_port(const struct mini_http *http);
/* A port that was free a moment ago and that nobody listens on. */
int mini_http_free_port(void);

/* From now on; path as sent, without the query. Anything else is answered with 404 and no body. */
void mini_http_answer(struct mini_http *http, const char *method, const char *path, int status, const char *body);
/* The Retry-After, in seconds, of every answer from now on; 0: none. */
void mini_http_retry_after(struct mini_http *http, int seconds);
/* The ETag of every answer from now on; "": none. */
void mini_http_etag(struct mini_http *http, const char *etag);
/* A Warning field of every answer from now on; "" ends it. */
void mini_http_warning(struct mini_http *http, const char *warning);
/* "METHOD path?query body\n", with " if ETAG" before the body where it has an If-Match, for each request since mini_http_forget(): new. */
char *mini_http_requests(struct mini_http *http);
void mini_http_forget(struct mini_http *http);
/* "Name: value\n" for each header of the last request, in its order: new. */
char *mini_http_headers(struct mini_http *http);
/* The Authorization header of the last request, "" when it had none. */
const char *mini_http_authorization(const struct mini_http *http);

#endif
