#include "certificates.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "unit.h"

#define MUST(call) CU_ASSERT_TRUE_FATAL((call) >= 0)

static gnutls_x509_privkey_t make_key(void)
{
	gnutls_x509_privkey_t key;

	MUST(gnutls_x509_privkey_init(&key));
	MUST(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
	return key;
}

static gnutls_x509_crt_t make_certificate(gnutls_x509_privkey_t key, const char *subject, int seconds)
{
	static unsigned char serial;
	gnutls_x509_crt_t certificate;
	time_t now = time(NULL);

	serial++;
	MUST(gnutls_x509_crt_init(&certificate));
	MUST(gnutls_x509_crt_set_version(certificate, 3));
	MUST(gnutls_x509_crt_set_serial(certificate, &serial, 1));
	MUST(gnutls_x509_crt_set_dn(certificate, subject, NULL));
	MUST(gnutls_x509_crt_set_key(certificate, key));
	MUST(gnutls_x509_crt_set_activation_time(certificate, now - 86400));
	MUST(gnutls_x509_crt_set_expiration_time(certificate, now + seconds));
	return certificate;
}

static char *pem_of(gnutls_x509_crt_t certificate)
{
	gnutls_datum_t out;
	char *text;

	MUST(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &out));
	text = cw_strndup((char *)out.data, out.size);
	gnutls_free(out.data);
	return text;
}

void test_ca_make_under(struct test_ca *ca, const struct test_ca *other, const char *subject)
{
	ca->key = make_key();
	ca->certificate = make_certificate(ca->key, subject, 3600);
	MUST(gnutls_x509_crt_set_basic_constraints(ca->certificate, 1, -1));
	MUST(gnutls_x509_crt_set_key_usage(ca->certificate, GNUTLS_KEY_KEY_CERT_SIGN));
	MUST(gnutls_x509_crt_sign2(ca->certificate, other->certificate, other->key, GNUTLS_DIG_SHA256, 0));
}

void test_ca_make(struct test_ca *ca, const char *subject)
{
	test_ca_make_under(ca, ca, subject); /* by itself */
}

void test_ca_free(struct test_ca *ca)
{
	gnutls_x509_crt_deinit(ca->certificate);
	gnutls_x509_privkey_deinit(ca->key);
}

char *test_ca_pem(const struct test_ca *ca)
{
	return pem_of(ca->certificate);
}

char *test_ca_issue(const struct test_ca *ca, enum test_purpose purpose, const char *subject, int seconds,
		    const char *password)
{
	gnutls_x509_privkey_t key = make_key();
	gnutls_x509_crt_t certificate = make_certificate(key, subject, seconds);
	CW_AUTO_FREE char *pem = NULL;
	static const unsigned char loopback[] = { 127, 0, 0, 1 };
	gnutls_datum_t key_pem;
	char *both;

	MUST(gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, loopback, sizeof(loopback),
						  GNUTLS_FSAN_SET));
	MUST(gnutls_x509_crt_set_key_purpose_oid(
		certificate, purpose == TEST_SERVER ? GNUTLS_KP_TLS_WWW_SERVER : GNUTLS_KP_TLS_WWW_CLIENT, 0));
	MUST(gnutls_x509_crt_sign2(certificate, ca->certificate, ca->key, GNUTLS_DIG_SHA256, 0));
	pem = pem_of(certificate);
	MUST(gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, password,
					       password ? GNUTLS_PKCS_PBES2_AES_256 : 0, &key_pem));
	both = cw_format("%.*s%s", (int)key_pem.size, (char *)key_pem.data, pem);
	gnutls_free(key_pem.data);
	gnutls_x509_crt_deinit(certificate);
	gnutls_x509_privkey_deinit(key);
	return both;
}
