#include "tls_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

#include "base/buf.h"
#include "base/mem.h"

static gnutls_datum_t datum(const char *text)
{
	return (gnutls_datum_t){ (unsigned char *)text, (unsigned)strlen(text) };
}

/* Sends the request and reads until the server closes. */
static void talk(gnutls_session_t session, const char *request, struct cw_buf *got)
{
	char piece[4096];
	ssize_t n;

	if (gnutls_record_send(session, request, strlen(request)) < 0)
		return;
	while ((n = gnutls_record_recv(session, piece, sizeof(piece))) > 0 || n == GNUTLS_E_INTERRUPTED ||
	       n == GNUTLS_E_AGAIN)
		if (n > 0)
			cw_buf_append(got, piece, (size_t)n);
		else if (n == GNUTLS_E_AGAIN)
			return; /* the socket's deadline */
}

static void take_apart(struct cw_buf *got, struct http_answer *answer)
{
	char *end = got->p ? strstr(got->p, "\r\n\r\n") : NULL;

	if (!end || sscanf(got->p, "HTTP/1.1 %d", &answer->status) != 1)
		return;
	answer->head = cw_strndup(got->p, (size_t)(end + 4 - got->p));
	answer->body = cw_strdup(end + 4);
	answer->body_n = strlen(answer->body);
}

static void exchange(gnutls_session_t session, int fd, const char *request, struct http_answer *answer)
{
	struct cw_buf got = { 0 };
	int rc;

	gnutls_transport_set_int(session, fd);
	do
		rc = gnutls_handshake(session);
	while (rc < 0 && !gnutls_error_is_fatal(rc) && rc != GNUTLS_E_AGAIN);
	if (rc == 0)
		talk(session, request, &got);
	take_apart(&got, answer);
	cw_buf_free(&got);
}

void tls_exchange(const char *url, const struct tls_client *client, const char *request, struct http_answer *answer)
{
	gnutls_certificate_credentials_t credentials;
	gnutls_datum_t ca = datum(client->ca), identity = datum(client->identity ? client->identity : "");
	gnutls_session_t session;
	int fd = http_open(url);

	*answer = (struct http_answer){ 0 };
	gnutls_certificate_allocate_credentials(&credentials);
	gnutls_certificate_set_x509_trust_mem(credentials, &ca, GNUTLS_X509_FMT_PEM);
	if (client->identity)
		gnutls_certificate_set_x509_key_mem2(credentials, &identity, &identity, GNUTLS_X509_FMT_PEM, NULL, 0);
	gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_FORCE_CLIENT_CERT);
	gnutls_priority_set_direct(session, client->priorities ? client->priorities : "NORMAL", NULL);
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_session_set_verify_cert(session, NULL, 0);
	if (fd >= 0) {
		exchange(session, fd, request, answer);
		close(fd);
	}
	gnutls_deinit(session);
	gnutls_certificate_free_credentials(credentials);
}
