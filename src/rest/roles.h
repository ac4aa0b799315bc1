/*
 * roles - who may do what with which connectors: lines USER ROLE CONNECTOR…, USER and CONNECTOR being patterns. What
 * several lines give adds up; nothing takes away. Pure.
 */
#ifndef CW_REST_ROLES_H
#define CW_REST_ROLES_H

#include <jansson.h>

#include "rest/routes.h"

struct cw_role_line {
	char *user;
	enum cw_role role;
	char **connectors;
	size_t n;
};

/* Start as { 0 }; freed with cw_roles_free() whatever cw_roles_parse() returned. Read-only afterwards. */
struct cw_roles {
	struct cw_role_line *items;
	size_t n;
	bool any; /* false: there is no such file, every user may do everything */
};

/* `text` is cut up; `path` is for the sentence. 0, or -1 with *err. */
int cw_roles_parse(char *text, const char *path, struct cw_roles *out, struct cw_error *err);
void cw_roles_free(struct cw_roles *roles);

/*
 * The most that a user may do with a connector; connector NULL: with any that he may do most with. ANYBODY: nothing.
 * user NULL: nobody was asked who he is, and everything is allowed.
 */
enum cw_role cw_roles_of(const struct cw_roles *roles, const char *user, const char *connector);

/* A list or an object of connectors by name, without those that the user may not read. New. */
json_t *cw_roles_filter(const struct cw_roles *roles, const char *user, const json_t *connectors);
/* The same of loggers: without those of connectors that the user may not read. */
json_t *cw_roles_filter_loggers(const struct cw_roles *roles, const char *user, const json_t *loggers);

#endif
