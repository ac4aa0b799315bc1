/*
 * tls - what an https:// listener shows and asks for: key, certificates and trusted signers, from PEM files that are
 * read again when they change.
 *
 * libmicrohttpd makes the sessions; each gets what is in force when it begins, and keeps it. Thread: the listener's.
 */
#ifndef CW_REST_TLS_H
#define CW_REST_TLS_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "config/https.h"

struct cw_tls;
struct cw_tls_files; /* what the files held at one time */

/*
 * `config` must live until cw_tls_free(). NULL with *err: a file that cannot be read, a key that is not the
 * certificate's …
 */
struct cw_tls *cw_tls_new(const struct cw_https_config *config, struct cw_error *err);
void cw_tls_free(struct cw_tls *tls); /* after the last session; NULL is fine */

/* GnuTLS' priority string for the protocols. */
const char *cw_tls_priorities(const struct cw_tls *tls);

/*
 * A new session, before its handshake: gives it keys, and asks for the client's certificate. Release it after the
 * session.
 */
struct cw_tls_files *cw_tls_attach(struct cw_tls *tls, gnutls_session_t session);
void cw_tls_release(struct cw_tls_files *files); /* NULL is fine */

/*
 * The subject of the certificate that the client has shown ("CN=airflow,O=Example", RFC 4514), new, and until when it
 * is good; NULL: it has shown none. After the handshake, which fails for a certificate that is not trusted.
 */
char *cw_tls_peer(gnutls_session_t session, int64_t *until_epoch_ms);

/* libmicrohttpd wants somebody who has certificates; its own sessions have none, and fail. */
int cw_tls_no_certificate(gnutls_session_t session, const gnutls_datum_t *authorities, int n_authorities,
			  const gnutls_pk_algorithm_t *algorithms, int n_algorithms, gnutls_pcert_st **certificates,
			  unsigned *n_certificates, gnutls_privkey_t *key);

#endif
