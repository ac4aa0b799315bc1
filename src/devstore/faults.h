/*
 * faults - what goes wrong on request, reproducibly.
 *
 * A decision is a pure function of the seed, of the kind of fault and of a number (the n-th request,
 * the n-th item) or of a document's id. Refused documents (item_400) depend on the id alone: they are
 * refused each time they are sent, as by a real mapping; a share of 0.01 refuses the same documents in
 * every run with the same seed. All other faults strike anew at each request or item.
 *
 * Thread safe.
 */
#ifndef CW_DEVSTORE_FAULTS_H
#define CW_DEVSTORE_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "devstore/es_error.h"

struct cw_faults;

/* What happens to one request. */
struct cw_request_fault {
	int status;	 /* 0: answer it; 429 or 503 instead */
	bool reset;	 /* do the work, then cut the connection in the middle of the answer */
	bool malformed;	 /* do the work, then answer with something else */
	int slow_ms;	 /* wait this long before doing anything */
	int late_ms;	 /* wait this long after the work is done */
	int retry_after; /* seconds for the Retry-After header; 0: none */
	uint64_t number; /* of the request, for the decisions about its items */
};

struct cw_faults *cw_faults_new(void);
void cw_faults_free(struct cw_faults *faults);

/*
 * Replaces the settings by those of a JSON object (absent keys: no such fault); numbering and counters
 * start again. 0, or -1 with *err set (status 400) and nothing changed.
 */
int cw_faults_set(struct cw_faults *faults, const json_t *object, struct cw_es_error *err);
void cw_faults_clear(struct cw_faults *faults);
/* {"settings":{…},"counters":{…}}. New. */
json_t *cw_faults_to_json(struct cw_faults *faults);

/* Draws for the next request. Only _bulk requests count, unless the scope is "all". */
struct cw_request_fault cw_faults_request(struct cw_faults *faults, bool bulk);
/* 0, 400, 403, 429 or 500 for item `item` of a bulk request; id may be NULL (none given). */
int cw_faults_item(struct cw_faults *faults, uint64_t request, uint64_t item, const char *id);
bool cw_faults_any_item(struct cw_faults *faults); /* could cw_faults_item() say anything but 0? */

#endif
