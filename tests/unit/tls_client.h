/* tls_client - one HTTP exchange over TLS, with or without a certificate of the client's own. */
#ifndef CW_TESTS_TLS_CLIENT_H
#define CW_TESTS_TLS_CLIENT_H

#include "http_client.h"

struct tls_client {
	const char *ca;	      /* PEM: whom the server's certificate must be signed by */
	const char *identity; /* PEM with key and certificate, NULL: none */
	const char *priorities; /* NULL: GnuTLS' own */
};

/* answer->status 0: no handshake, or no answer. Freed with http_answer_free(). */
void tls_exchange(const char *url, const struct tls_client *client, const char *request, struct http_answer *answer);

#endif
