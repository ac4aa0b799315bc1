#include "rest/access.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/gnutls.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/props.h"
#include "rest/tokens.h"
#include "rest/users.h"
#include "rest/verdicts.h"
#include "rest/watched.h"

#define LOOK_AGAIN_MS 500

struct cw_access_rules {
	atomic_int holders;
	uint64_t version;
	struct cw_users users;
	struct cw_tokens tokens;
	struct cw_roles roles;
};

enum { FILE_USERS, FILE_TOKENS, FILE_ROLES, FILES };

struct cw_access {
	struct cw_verdicts *verdicts;
	const char *paths[FILES]; /* borrowed from the configuration; NULL: not configured */
	pthread_mutex_t lock;	  /* guards the rest */
	struct cw_access_rules *rules;
	struct cw_watched seen[FILES];
	int64_t look_ms; /* when the files are looked at again */
};

static void rules_release(struct cw_access_rules *rules)
{
	if (!rules || atomic_fetch_sub(&rules->holders, 1) > 1)
		return;
	cw_users_free(&rules->users);
	cw_tokens_free(&rules->tokens);
	cw_roles_free(&rules->roles);
	free(rules);
}

static int parse_file(int which, char *text, const char *path, bool shared, struct cw_access_rules *rules,
		      struct cw_error *err)
{
	switch (which) {
	case FILE_USERS:
		return cw_users_parse(text, path, &rules->users, err);
	case FILE_TOKENS:
		return cw_tokens_parse(text, path, shared, &rules->tokens, err);
	default:
		return cw_roles_parse(text, path, &rules->roles, err);
	}
}

static int read_file(int which, const char *path, struct cw_access_rules *rules, struct cw_error *err)
{
	size_t n;
	char *text = cw_file_read(path, &n, err);
	int rc;

	if (!text)
		return -1;
	if (strlen(text) != n)
		rc = cw_error_set(err, CW_ERR_INVALID, "%s: has a NUL byte: it is no text file", path);
	else
		rc = parse_file(which, text, path, cw_watched_shared(path), rules, err);
	gnutls_memset(text, 0, n);
	free(text);
	return rc;
}

/* All the files; NULL with *err when one is wrong. */
static struct cw_access_rules *read_rules(const struct cw_access *access, uint64_t version, struct cw_error *err)
{
	static const char *const keys[] = { "rest.authentication.basic.file", "rest.authentication.token.file",
					    "rest.authorization.roles.file" };
	struct cw_access_rules *rules = cw_alloc(sizeof(*rules));

	atomic_init(&rules->holders, 1);
	rules->version = version;
	for (int i = 0; i < FILES; i++) {
		struct cw_error reason = { 0 };

		if (access->paths[i] && read_file(i, access->paths[i], rules, &reason) < 0) {
			cw_error_set(err, CW_ERR_INVALID, "%s: %s", keys[i], reason.text);
			rules_release(rules);
			return NULL;
		}
	}
	return rules;
}

/* Whether a file is not what it was when it was last looked at. */
static bool look(struct cw_access *access)
{
	bool changed = false;

	for (int i = 0; i < FILES; i++)
		if (access->paths[i] && cw_watched_changed(&access->seen[i], access->paths[i]))
			changed = true;
	return changed;
}

struct cw_access *cw_access_new(const struct cw_worker_config *config, struct cw_error *err)
{
	struct cw_access *access = cw_alloc(sizeof(*access));

	access->verdicts = cw_verdicts_new();
	access->paths[FILE_USERS] = config->rest_authentication_basic_file;
	access->paths[FILE_TOKENS] = config->rest_authentication_token_file;
	access->paths[FILE_ROLES] = config->rest_authorization_roles_file;
	pthread_mutex_init(&access->lock, NULL);
	look(access); /* before they are read, so that no change is missed */
	access->rules = read_rules(access, 1, err);
	if (access->rules)
		return access;
	cw_access_free(access);
	return NULL;
}

void cw_access_free(struct cw_access *access)
{
	if (!access)
		return;
	rules_release(access->rules);
	cw_verdicts_free(access->verdicts);
	pthread_mutex_destroy(&access->lock);
	free(access);
}

/* The lock is held. */
static void refresh(struct cw_access *access)
{
	struct cw_access_rules *rules;
	struct cw_error err = { 0 };
	int64_t now_ms = cw_clock_ms();

	if (now_ms < access->look_ms)
		return;
	access->look_ms = now_ms + LOOK_AGAIN_MS;
	if (!look(access))
		return;
	rules = read_rules(access, access->rules->version + 1, &err);
	if (!rules) {
		log_error(NULL, "%s; what it said before stays in force", err.text);
		return;
	}
	log_info(NULL, "REST: users, tokens and roles were read again");
	rules_release(access->rules);
	access->rules = rules;
}

void cw_access_take(struct cw_access *access, const char *user, struct cw_caller *caller)
{
	cw_caller_free(caller);
	pthread_mutex_lock(&access->lock);
	refresh(access);
	caller->rules = access->rules;
	atomic_fetch_add(&caller->rules->holders, 1);
	pthread_mutex_unlock(&access->lock);
	caller->user = cw_strdup(user);
}

void cw_caller_free(struct cw_caller *caller)
{
	rules_release(caller->rules);
	free(caller->user);
	*caller = (struct cw_caller){ 0 };
}

static enum cw_verdict check_token(const char *token, struct cw_caller *caller)
{
	const struct cw_token *found = cw_tokens_find(&caller->rules->tokens, token);

	if (!found)
		return CW_VERDICT_BAD;
	if (cw_clock_epoch_ms() >= found->until_epoch_ms)
		return CW_VERDICT_EXPIRED;
	caller->user = cw_strdup(found->name);
	return CW_VERDICT_GOOD;
}

static enum cw_verdict check_password(struct cw_access *access, const struct cw_credentials *credentials,
				      struct cw_caller *caller)
{
	bool good;

	if (caller->rules->users.n == 0)
		return CW_VERDICT_BAD;
	if (!cw_verdicts_find(access->verdicts, caller->rules->version, credentials, cw_clock_ms(), &good))
		return CW_VERDICT_UNKNOWN;
	if (good)
		caller->user = cw_strdup(credentials->user);
	return good ? CW_VERDICT_GOOD : CW_VERDICT_BAD;
}

enum cw_verdict cw_access_check(struct cw_access *access, const struct cw_credentials *credentials,
				struct cw_caller *caller)
{
	enum cw_verdict verdict = CW_VERDICT_BAD;

	cw_access_take(access, NULL, caller);
	switch (credentials->kind) {
	case CW_CREDENTIALS_NONE:
		verdict = CW_VERDICT_MISSING;
		break;
	case CW_CREDENTIALS_BASIC:
		verdict = check_password(access, credentials, caller);
		break;
	case CW_CREDENTIALS_BEARER:
		verdict = check_token(credentials->secret, caller);
		break;
	case CW_CREDENTIALS_BROKEN:
		break;
	}
	/* Without a user's name the rules say that everything is allowed: nobody gets hold of them so. */
	if (verdict != CW_VERDICT_GOOD)
		cw_caller_free(caller);
	return verdict;
}

enum cw_verdict cw_access_verify(struct cw_access *access, const struct cw_credentials *credentials,
				 struct cw_caller *caller)
{
	enum cw_verdict verdict = cw_access_check(access, credentials, caller);
	bool good;

	if (verdict != CW_VERDICT_UNKNOWN)
		return verdict; /* another thread was faster */
	cw_access_take(access, credentials->user, caller);
	good = cw_users_verify(&caller->rules->users, credentials->user, credentials->secret);
	cw_verdicts_add(access->verdicts, caller->rules->version, credentials, cw_clock_ms(), good);
	if (!good)
		cw_caller_free(caller);
	return good ? CW_VERDICT_GOOD : CW_VERDICT_BAD;
}

bool cw_access_is_on(const struct cw_access *access)
{
	return cw_access_has_users(access) || access->paths[FILE_ROLES];
}

bool cw_access_has_users(const struct cw_access *access)
{
	return access->paths[FILE_USERS] || access->paths[FILE_TOKENS];
}

bool cw_access_takes(const struct cw_access *access, enum cw_credentials_kind kind)
{
	return kind == CW_CREDENTIALS_BASIC ? access->paths[FILE_USERS] != NULL : access->paths[FILE_TOKENS] != NULL;
}

const struct cw_roles *cw_caller_roles(const struct cw_caller *caller)
{
	return &caller->rules->roles;
}
