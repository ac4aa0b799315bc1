/* credentials - what an Authorization header field says: RFC 7617 (Basic) and RFC 6750 (Bearer). Pure. */
#ifndef CW_REST_CREDENTIALS_H
#define CW_REST_CREDENTIALS_H

#include <stdbool.h>

enum cw_credentials_kind {
	CW_CREDENTIALS_NONE = 0, /* no header field */
	CW_CREDENTIALS_BASIC,
	CW_CREDENTIALS_BEARER,
	CW_CREDENTIALS_BROKEN /* another scheme, or one of these that cannot be read */
};

/* Start as { 0 }; freed with cw_credentials_free(), which leaves nothing of the secret in memory. */
struct cw_credentials {
	enum cw_credentials_kind kind;
	char *user;   /* BASIC */
	char *secret; /* BASIC: the password; BEARER: the token */
};

/* header: the field's value, NULL: none. */
void cw_credentials_parse(const char *header, struct cw_credentials *out);
void cw_credentials_free(struct cw_credentials *credentials);

#endif
