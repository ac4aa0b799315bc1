#include "rest/credentials.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <gnutls/gnutls.h>

#include "base/mem.h"
#include "base/utf8.h"

/* Longer ones no header of ours could bring. */
#define SECRET_MAX 4096

static bool is_token_text(const char *text)
{
	size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/");

	return n > 0 && !text[n + strspn(text + n, "=")];
}

/* Base64 of USER:PASSWORD, without NUL. */
static bool parse_basic(const char *text, struct cw_credentials *out)
{
	gnutls_datum_t encoded = { (unsigned char *)text, (unsigned)strlen(text) }, plain = { 0 };
	const char *colon;
	bool good;

	if (!is_token_text(text) || gnutls_base64_decode2(&encoded, &plain) < 0)
		return false;
	colon = plain.data ? memchr(plain.data, ':', plain.size) : NULL;
	good = colon && colon > (char *)plain.data && !memchr(plain.data, '\0', plain.size) &&
	       cw_utf8_valid((char *)plain.data, plain.size);
	if (good) {
		size_t user_n = (size_t)(colon - (char *)plain.data);

		out->user = cw_strndup((char *)plain.data, user_n);
		out->secret = cw_strndup(colon + 1, plain.size - user_n - 1);
	}
	if (plain.data)
		gnutls_memset(plain.data, 0, plain.size);
	gnutls_free(plain.data);
	return good;
}

void cw_credentials_parse(const char *header, struct cw_credentials *out)
{
	*out = (struct cw_credentials){ 0 };
	if (!header)
		return;
	out->kind = CW_CREDENTIALS_BROKEN;
	if (strlen(header) > SECRET_MAX)
		return;
	if (strncasecmp(header, "Basic ", 6) == 0) {
		if (parse_basic(header + 6 + strspn(header + 6, " "), out))
			out->kind = CW_CREDENTIALS_BASIC;
	} else if (strncasecmp(header, "Bearer ", 7) == 0) {
		const char *token = header + 7 + strspn(header + 7, " ");

		if (is_token_text(token)) {
			out->secret = cw_strdup(token);
			out->kind = CW_CREDENTIALS_BEARER;
		}
	}
}

void cw_credentials_free(struct cw_credentials *credentials)
{
	if (credentials->secret)
		gnutls_memset(credentials->secret, 0, strlen(credentials->secret));
	free(credentials->secret);
	free(credentials->user);
	*credentials = (struct cw_credentials){ 0 };
}
