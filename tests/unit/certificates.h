/* certificates - a certificate authority of a test's own: made in memory, with GnuTLS, valid as long as asked for. */
#ifndef CW_TESTS_CERTIFICATES_H
#define CW_TESTS_CERTIFICATES_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

struct test_ca {
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t certificate;
};

void test_ca_make(struct test_ca *ca, const char *subject);
/* One that the other has signed, as stands between that and those whom it issues certificates. */
void test_ca_make_under(struct test_ca *ca, const struct test_ca *other, const char *subject);
void test_ca_free(struct test_ca *ca);
/* Its certificate as PEM. New. */
char *test_ca_pem(const struct test_ca *ca);

enum test_purpose { TEST_SERVER, TEST_CLIENT };
/*
 * Key and certificate as PEM, in one text; valid from now for that many seconds (negative: it has ended). The key is
 * encrypted where there is a password. New.
 */
char *test_ca_issue(const struct test_ca *ca, enum test_purpose purpose, const char *subject, int seconds,
		    const char *password);

#endif
