/*
 * policy - what the store says of a document or a request, sorted into classes by status and error type, and what
 * becomes of each class. Pure: tables.
 */
#ifndef CW_ACCESS_LOG_POLICY_H
#define CW_ACCESS_LOG_POLICY_H

#include "answer.h"
#include "config.h"

enum cw_class {
	CW_CLASS_WRITTEN = 0,
	CW_CLASS_PRESENT,       /* was there already, from an earlier attempt: nothing to do */
	CW_CLASS_BUSY,          /* the store has too much to do, or is away: passes */
	CW_CLASS_BLOCKED,       /* the index may not be written now, as with a full disk: passes */
	CW_CLASS_ERROR,         /* something went wrong in the store, or its answer is none */
	CW_CLASS_CONFLICT,      /* somebody else changed the document at the same time */
	CW_CLASS_MALFORMED,     /* this document can never be stored */
	CW_CLASS_MISSING_INDEX, /* not there and not to be made, or closed */
	CW_CLASS_FORBIDDEN,     /* the rights are not there */
	CW_CLASS_TOO_LARGE,     /* of requests only: their halves are sent */
	CW_CLASS_REFUSED,       /* of requests only: the store itself calls something in it bad, one document or all */
	CW_CLASS_INVALID,       /* of requests only: nothing but another configuration helps */
	CW_CLASSES
};

enum cw_policy {
	CW_POLICY_RETRY = 0,
	CW_POLICY_DEAD_LETTER, /* errors.tolerance decides: the dead letter topic, or the task fails */
	CW_POLICY_DROP,
	CW_POLICY_FAIL
};

struct cw_policies {
	enum cw_policy of[CW_CLASSES];
	const struct cw_list *types; /* TYPE:POLICY and STATUS:POLICY, which come before the classes; lent */
	unsigned max_retries;
};

void cw_policies_init(struct cw_policies *policies, const struct cw_es_config *config);

/* `once`: it was sent with "create" or an external version, so that a conflict says that it is there. */
enum cw_class cw_class_of_item(const struct cw_item *item, bool once);

/* Of an HTTP status that is not 200; type: error.type of the body, or empty. */
enum cw_class cw_class_of_answer(unsigned status, struct cw_slice type);

/* Whether a class passes by itself, so that it is retried without a limit unless somebody wants something else. */
bool cw_class_passes(enum cw_class class);

/*
 * What becomes of a document of a class after `attempts` vain ones. What may pass is tried max.retries times before
 * anything else than RETRY is done.
 */
enum cw_policy cw_policy_of_item(const struct cw_policies *policies, enum cw_class class, const struct cw_item *item,
				 unsigned attempts);

/*
 * The same for a request as a whole. What is no document's fault, errors of the store's own, is retried without a
 * limit unless the policy is FAIL.
 */
enum cw_policy cw_policy_of_request(const struct cw_policies *policies, enum cw_class class, unsigned attempts);

/* The key that says what becomes of a class; NULL: there is none. */
const char *cw_class_key(enum cw_class class);

/* Checks a value of behavior.on.error.types. */
int cw_policy_check_types(const char *value, struct cw_error *err);

#endif
