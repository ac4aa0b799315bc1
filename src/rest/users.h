/*
 * users - a htpasswd file: who has which password. Only hashes that are slow to guess are taken: bcrypt
 * (htpasswd -B), SHA-512 crypt and yescrypt (mkpasswd).
 */
#ifndef CW_REST_USERS_H
#define CW_REST_USERS_H

#include "connect-worker/connector.h"

struct cw_htpasswd_user {
	char *name, *hash;
};

/* Start as { 0 }; freed with cw_users_free() whatever cw_users_parse() returned. Read-only afterwards. */
struct cw_users {
	struct cw_htpasswd_user *items;
	size_t n;
};

/* `text` is cut up; `path` is for the sentence. 0, or -1 with *err (it never holds a hash). */
int cw_users_parse(char *text, const char *path, struct cw_users *out, struct cw_error *err);
void cw_users_free(struct cw_users *users);

/*
 * Whether that is the user's password. Takes as long as the hash was made to, for an unknown user too. Any thread, but
 * none that others wait for.
 */
bool cw_users_verify(const struct cw_users *users, const char *name, const char *password);

#endif
