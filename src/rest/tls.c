#include "rest/tls.h"

#include <stdlib.h>
#include <string.h>

#include <gnutls/x509.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/props.h"
#include "rest/watched.h"

#define LOOK_AGAIN_MS 1000

struct cw_tls_files {
	gnutls_certificate_credentials_t credentials;
	int holders; /* sessions, and the struct cw_tls while they are in force */
};

struct cw_tls {
	const struct cw_https_config *config;
	char *priorities;
	struct cw_tls_files *files;
	struct cw_watched keystore, truststore;
	int64_t look_ms; /* when the files are looked at again */
};

/* The text of a setting or of the file it names. New; NULL with *err, or when neither is given. */
static char *read_pem(const char *text, const char *path, const char *key, struct cw_error *err)
{
	struct cw_error reason = { 0 };
	char *pem;
	size_t n;

	if (text)
		return cw_strdup(text);
	if (!path)
		return NULL;
	pem = cw_file_read(path, &n, &reason);
	if (pem && strlen(pem) == n && strstr(pem, "-----BEGIN "))
		return pem;
	if (!pem)
		cw_error_set(err, CW_ERR_INVALID, "%s: %s", key, reason.text);
	else
		cw_error_set(err, CW_ERR_INVALID,
			     "%s: %s is no PEM file; a JKS or PKCS12 store is made one with: keytool -importkeystore "
			     "-srckeystore FILE.jks -destkeystore FILE.p12 -deststoretype PKCS12, and: openssl pkcs12 "
			     "-in FILE.p12 -out FILE.pem",
			     key, path);
	free(pem);
	return NULL;
}

static void forget(char *secret)
{
	if (secret)
		gnutls_memset(secret, 0, strlen(secret));
	free(secret);
}

static gnutls_datum_t datum(const char *text)
{
	return (gnutls_datum_t){ (unsigned char *)text, (unsigned)strlen(text) };
}

/* The key and the chain: both are in the file, or each is a setting. */
static int set_key(const struct cw_https_config *config, gnutls_certificate_credentials_t credentials,
		   struct cw_error *err)
{
	CW_AUTO_FREE char *name = cw_format("%sssl.keystore.%s", config->prefix, config->key ? "key" : "location");
	char *key = read_pem(config->key, config->keystore_location, name, err);
	const char *chain = config->certificate_chain ? config->certificate_chain : key;
	gnutls_datum_t key_datum, chain_datum;
	int rc;

	if (!key)
		return -1;
	key_datum = datum(key);
	chain_datum = datum(chain);
	rc = gnutls_certificate_set_x509_key_mem2(credentials, &chain_datum, &key_datum, GNUTLS_X509_FMT_PEM,
						  config->key_password, 0);
	forget(key);
	if (rc >= 0)
		return 0;
	if (rc == GNUTLS_E_DECRYPTION_FAILED || rc == GNUTLS_E_INVALID_PASSWORD)
		return cw_error_set(err, CW_ERR_INVALID, "%s: the private key is encrypted, and %sssl.key.password %s",
				    name, config->prefix, config->key_password ? "does not open it" : "is not set");
	if (rc == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
		return cw_error_set(
			err, CW_ERR_INVALID,
			"%s: the private key is not that of the first certificate; the server's comes first", name);
	return cw_error_set(err, CW_ERR_INVALID, "%s: no private key with its certificate can be read from it: %s",
			    name, gnutls_strerror(rc));
}

static int set_trust(const struct cw_https_config *config, gnutls_certificate_credentials_t credentials,
		     struct cw_error *err)
{
	CW_AUTO_FREE char *name = cw_format("%sssl.truststore.%s", config->prefix,
					    config->truststore_certificates ? "certificates" : "location");
	CW_AUTO_FREE char *pem = NULL;
	gnutls_datum_t trusted;
	int n;

	if (config->client_auth == CW_CLIENT_AUTH_NONE)
		return 0;
	pem = read_pem(config->truststore_certificates, config->truststore_location, name, err);
	if (!pem)
		return -1;
	trusted = datum(pem);
	n = gnutls_certificate_set_x509_trust_mem(credentials, &trusted, GNUTLS_X509_FMT_PEM);
	if (n > 0)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "%s: no certificate can be read from it: %s", name,
			    n < 0 ? gnutls_strerror(n) : "it has none");
}

static struct cw_tls_files *read_files(const struct cw_https_config *config, struct cw_error *err)
{
	struct cw_tls_files *files = cw_alloc(sizeof(*files));

	files->holders = 1;
	if (gnutls_certificate_allocate_credentials(&files->credentials) < 0) {
		free(files);
		cw_error_set(err, CW_ERR_FATAL, "TLS cannot be set up");
		return NULL;
	}
	if (set_key(config, files->credentials, err) == 0 && set_trust(config, files->credentials, err) == 0)
		return files;
	cw_tls_release(files);
	return NULL;
}

void cw_tls_release(struct cw_tls_files *files)
{
	if (!files || --files->holders > 0)
		return;
	gnutls_certificate_free_credentials(files->credentials);
	free(files);
}

static bool look(struct cw_tls *tls)
{
	const struct cw_https_config *config = tls->config;
	bool key = config->keystore_location && cw_watched_changed(&tls->keystore, config->keystore_location);
	bool trust = config->truststore_location && cw_watched_changed(&tls->truststore, config->truststore_location);

	return key || trust;
}

struct cw_tls *cw_tls_new(const struct cw_https_config *config, struct cw_error *err)
{
	struct cw_tls *tls = cw_alloc(sizeof(*tls));

	tls->config = config;
	tls->priorities = cw_format("NORMAL:-VERS-ALL%s%s:%%SERVER_PRECEDENCE", config->tls13 ? ":+VERS-TLS1.3" : "",
				    config->tls12 ? ":+VERS-TLS1.2" : "");
	look(tls); /* before they are read, so that no change is missed */
	tls->files = read_files(config, err);
	if (tls->files)
		return tls;
	cw_tls_free(tls);
	return NULL;
}

void cw_tls_free(struct cw_tls *tls)
{
	if (!tls)
		return;
	cw_tls_release(tls->files);
	free(tls->priorities);
	free(tls);
}

const char *cw_tls_priorities(const struct cw_tls *tls)
{
	return tls->priorities;
}

/* A renewed certificate; what is wrong with it is logged once. */
static void refresh(struct cw_tls *tls)
{
	struct cw_tls_files *files;
	struct cw_error err = { 0 };
	int64_t now_ms = cw_clock_ms();

	if (now_ms < tls->look_ms)
		return;
	tls->look_ms = now_ms + LOOK_AGAIN_MS;
	if (!look(tls))
		return;
	files = read_files(tls->config, &err);
	if (!files) {
		log_error(NULL, "%s; what was read before stays in force", err.text);
		return;
	}
	log_info(NULL, "REST: key and certificates of TLS were read again");
	cw_tls_release(tls->files);
	tls->files = files;
}

/* Nonzero ends the handshake. A client that shows nothing is none of ours: where it must, the library refuses it. */
static int verify_client(gnutls_session_t session)
{
	gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID,
					  .data = (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT };
	unsigned n = 0, status = 0;

	if (!gnutls_certificate_get_peers(session, &n) || n == 0)
		return 0;
	if (gnutls_certificate_verify_peers(session, &purpose, 1, &status) == 0 && status == 0)
		return 0;
	log_info(NULL, "REST refused a client's certificate: %s",
		 status & GNUTLS_CERT_EXPIRED	       ? "it has expired" :
		 status & GNUTLS_CERT_NOT_ACTIVATED    ? "it is not valid yet" :
		 status & GNUTLS_CERT_SIGNER_NOT_FOUND ? "nobody whom the truststore knows has signed it" :
		 status & GNUTLS_CERT_PURPOSE_MISMATCH ? "it is not for clients" :
							 "it is not trusted");
	return GNUTLS_E_CERTIFICATE_ERROR;
}

struct cw_tls_files *cw_tls_attach(struct cw_tls *tls, gnutls_session_t session)
{
	static const gnutls_certificate_request_t requests[] = { GNUTLS_CERT_IGNORE, GNUTLS_CERT_REQUEST,
								 GNUTLS_CERT_REQUIRE };

	refresh(tls);
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, tls->files->credentials);
	gnutls_certificate_server_set_request(session, requests[tls->config->client_auth]);
	gnutls_session_set_verify_function(session, verify_client);
	tls->files->holders++;
	return tls->files;
}

char *cw_tls_peer(gnutls_session_t session, int64_t *until_epoch_ms)
{
	unsigned n = 0;
	const gnutls_datum_t *certificates = gnutls_certificate_get_peers(session, &n);
	gnutls_datum_t subject = { 0 };
	gnutls_x509_crt_t certificate;
	char *out = NULL;

	if (!certificates || n == 0 || gnutls_x509_crt_init(&certificate) < 0)
		return NULL;
	if (gnutls_x509_crt_import(certificate, &certificates[0], GNUTLS_X509_FMT_DER) == 0 &&
	    gnutls_x509_crt_get_dn3(certificate, &subject, 0) == 0) {
		out = cw_strndup((char *)subject.data, subject.size);
		*until_epoch_ms = (int64_t)gnutls_x509_crt_get_expiration_time(certificate) * 1000;
		gnutls_free(subject.data);
	}
	gnutls_x509_crt_deinit(certificate);
	return out;
}

int cw_tls_no_certificate(gnutls_session_t session, const gnutls_datum_t *authorities, int n_authorities,
			  const gnutls_pk_algorithm_t *algorithms, int n_algorithms, gnutls_pcert_st **certificates,
			  unsigned *n_certificates, gnutls_privkey_t *key)
{
	(void)session;
	(void)authorities;
	(void)n_authorities;
	(void)algorithms;
	(void)n_algorithms;
	(void)certificates;
	(void)n_certificates;
	(void)key;
	return -1;
}
