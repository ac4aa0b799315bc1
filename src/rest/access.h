/*
 * access - who asks, and what he may: users, tokens and roles from their files, which are read again when they change.
 *
 * A file that cannot be read any more, or has become wrong, is logged; what it said before stays in force. Thread safe.
 */
#ifndef CW_REST_ACCESS_H
#define CW_REST_ACCESS_H

#include "config/worker_config.h"
#include "rest/credentials.h"
#include "rest/roles.h"

struct cw_access;
struct cw_access_rules; /* what the files said at one time */

/* Reads the files. NULL with *err when one cannot be read or is wrong. */
struct cw_access *cw_access_new(const struct cw_worker_config *config, struct cw_error *err);
void cw_access_free(struct cw_access *access); /* NULL is fine; what callers hold stays */

/* Who asks. Start as { 0 }; freed with cw_caller_free(). */
struct cw_caller {
	char *user; /* NULL: nobody in particular; nobody was asked */
	struct cw_access_rules *rules;
};
void cw_caller_free(struct cw_caller *caller);

enum cw_verdict {
	CW_VERDICT_GOOD,    /* *caller says who it is */
	CW_VERDICT_UNKNOWN, /* a password to verify: cw_access_verify() */
	CW_VERDICT_MISSING, /* no credentials */
	CW_VERDICT_BAD,	    /* wrong ones, or not of a kind that is taken here */
	CW_VERDICT_EXPIRED  /* a token that was good */
};

/* Reads changed files, at most every half second; then what can be said without slow work. */
enum cw_verdict cw_access_check(struct cw_access *access, const struct cw_credentials *credentials,
				struct cw_caller *caller);
/* After UNKNOWN: the verdict, by the slow hash of the password. It is remembered for a short time. */
enum cw_verdict cw_access_verify(struct cw_access *access, const struct cw_credentials *credentials,
				 struct cw_caller *caller);
/* A caller whom something else vouches for: a client certificate, a Unix socket; or, user NULL, who was not asked. */
void cw_access_take(struct cw_access *access, const char *user, struct cw_caller *caller);

/* Whether users, tokens or roles are configured: then nobody is let in who is not known. */
bool cw_access_is_on(const struct cw_access *access);
/* Whether users or tokens are. */
bool cw_access_has_users(const struct cw_access *access);
bool cw_access_takes(const struct cw_access *access, enum cw_credentials_kind kind);

const struct cw_roles *cw_caller_roles(const struct cw_caller *caller);

#endif
