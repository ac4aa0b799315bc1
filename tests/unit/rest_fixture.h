/* rest_fixture - the real server on free ports of loopback, configured by properties, with a fake herder behind it. */
#ifndef CW_TESTS_REST_FIXTURE_H
#define CW_TESTS_REST_FIXTURE_H

#include "config/worker_config.h"
#include "fake_herder.h"
#include "http_client.h"
#include "rest/server.h"

struct rest_fixture {
	struct cw_worker_config config;
	struct cw_herder *herder;
	struct cw_rest *rest;
	char url[320]; /* of the first listener; outlives the server */
};

/*
 * `properties`: more lines of a worker's file; NULL: the first listener alone, http on any port. A fatal assertion
 * when it fails.
 */
void rest_fixture_up(struct rest_fixture *f, const char *properties);
void rest_fixture_down(struct rest_fixture *f);

/*
 * A configuration from lines; false, with the first sentence in text, when it is wrong. Freed by
 * cw_worker_config_free().
 */
bool rest_fixture_config(const char *properties, struct cw_worker_config *out, char text[1400]);

/* A request with these header lines on a connection of its own. */
void rest_fixture_ask(const struct rest_fixture *f, const char *method, const char *target, const char *headers,
		      struct http_answer *answer);
/* The same: the status alone. */
int rest_fixture_status(const struct rest_fixture *f, const char *method, const char *target, const char *headers);
/* Whether GET /connectors/a with these header lines is answered with that status, within ten seconds. */
bool rest_fixture_becomes(const struct rest_fixture *f, const char *headers, int status);

/* Asserts it; prints otherwise of which row (or case) what is expected, and what there is; got may be NULL. */
void rest_fixture_check(bool good, const char *row, const char *what, const char *got);
/* Asserts that a server with these lines does not start, with a sentence that has this part. */
void rest_fixture_refuses(const char *lines, const char *part);

/* A new file with that text; its path, new. The folder is removed by rest_fixture_remove_files(). */
char *rest_fixture_file(const char *name, const char *text, unsigned mode);
void rest_fixture_remove_files(void);

#endif
