#include "rest/roles.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "rest/lines.h"

#define FIELDS_MAX 64

static bool matches(const char *pattern, const char *text)
{
	return fnmatch(pattern, text, FNM_NOESCAPE) == 0;
}

static int parse_role(const char *text, enum cw_role *out, struct cw_error *err)
{
	for (int role = CW_ROLE_VIEWER; role <= CW_ROLE_ADMIN; role++)
		if (strcasecmp(text, cw_role_name((enum cw_role)role)) == 0) {
			*out = (enum cw_role)role;
			return 0;
		}
	return cw_error_set(err, CW_ERR_INVALID, "the roles are read, operate and admin, not \"%.40s\"", text);
}

static int parse_line(char *line, struct cw_roles *out, struct cw_error *err)
{
	struct cw_role_line *item;
	char *fields[FIELDS_MAX];
	enum cw_role role = CW_ROLE_ANYBODY;
	int n = cw_line_fields(line, fields, FIELDS_MAX);

	if (n < 0)
		return cw_error_set(err, CW_ERR_INVALID, "a double quote is not closed");
	if (n < 3)
		return cw_error_set(err, CW_ERR_INVALID,
				    "a line is USER ROLE CONNECTOR..., as in: airflow operate logs-*");
	if (n > FIELDS_MAX)
		return cw_error_set(err, CW_ERR_INVALID,
				    "a line has at most %d connectors; go on in another one for the same user",
				    FIELDS_MAX - 2);
	if (parse_role(fields[1], &role, err) < 0)
		return -1;
	out->items = cw_realloc(out->items, (out->n + 1) * sizeof(*out->items));
	item = &out->items[out->n++];
	*item = (struct cw_role_line){ .user = cw_strdup(fields[0]), .role = role, .n = (size_t)n - 2 };
	item->connectors = cw_alloc(item->n * sizeof(*item->connectors));
	for (size_t i = 0; i < item->n; i++)
		item->connectors[i] = cw_strdup(fields[i + 2]);
	return 0;
}

int cw_roles_parse(char *text, const char *path, struct cw_roles *out, struct cw_error *err)
{
	struct cw_lines lines = { text, 0 };
	struct cw_error reason = { 0 };
	char *line;

	out->any = true;
	while ((line = cw_line_next(&lines)) != NULL)
		if (parse_line(line, out, &reason) < 0)
			return cw_error_set(err, CW_ERR_INVALID, "%s:%d: %s", path, lines.number, reason.text);
	return 0;
}

void cw_roles_free(struct cw_roles *roles)
{
	for (size_t i = 0; i < roles->n; i++) {
		for (size_t k = 0; k < roles->items[i].n; k++)
			free(roles->items[i].connectors[k]);
		free(roles->items[i].connectors);
		free(roles->items[i].user);
	}
	free(roles->items);
	*roles = (struct cw_roles){ 0 };
}

static bool concerns(const struct cw_role_line *line, const char *connector)
{
	if (!connector)
		return true;
	for (size_t i = 0; i < line->n; i++)
		if (matches(line->connectors[i], connector))
			return true;
	return false;
}

enum cw_role cw_roles_of(const struct cw_roles *roles, const char *user, const char *connector)
{
	enum cw_role most = CW_ROLE_ANYBODY;

	if (!roles->any || !user)
		return CW_ROLE_ADMIN;
	for (size_t i = 0; i < roles->n; i++) {
		const struct cw_role_line *line = &roles->items[i];

		if (line->role > most && matches(line->user, user) && concerns(line, connector))
			most = line->role;
	}
	return most;
}

static const char *itself(const char *connector)
{
	return connector;
}

/* connector_of() tells the connector that an entry is about; NULL: none, and everybody may read it who may read any. */
static json_t *filter(const struct cw_roles *roles, const char *user, const json_t *entries,
		      const char *(*connector_of)(const char *name))
{
	json_t *out = json_is_array(entries) ? json_array() : json_object(), *value;
	const char *name;
	size_t i;

	json_array_foreach(entries, i, value)
		if (cw_roles_of(roles, user, connector_of(json_string_value(value))) >= CW_ROLE_VIEWER)
			json_array_append(out, value);
	json_object_foreach((json_t *)(uintptr_t)entries, name, value)
		if (cw_roles_of(roles, user, connector_of(name)) >= CW_ROLE_VIEWER)
			json_object_set(out, name, value);
	return out;
}

json_t *cw_roles_filter(const struct cw_roles *roles, const char *user, const json_t *connectors)
{
	return filter(roles, user, connectors, itself);
}

json_t *cw_roles_filter_loggers(const struct cw_roles *roles, const char *user, const json_t *loggers)
{
	return filter(roles, user, loggers, cw_logger_connector);
}
