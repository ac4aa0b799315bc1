/* schemas/openapi.yaml, as the build embeds it, against the table of routes: each says what the other says. */
#include <ctype.h>
#include <jansson.h>
#include <string.h>

#include "base/mem.h"
#include "config/connector_name.h"
#include "config/worker_config.h"
#include "rest/openapi.h"
#include "rest/routes.h"
#include "unit.h"

static json_t *document;

static int load(void)
{
	CW_AUTO_FREE char *text = cw_openapi_json();

	document = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	return document ? 0 : -1;
}

static int unload(void)
{
	json_decref(document);
	return 0;
}

/* What a "$ref" stands for, or the value itself; NULL: the reference leads nowhere. */
static const json_t *resolved(const json_t *value)
{
	const char *ref = json_string_value(json_object_get(value, "$ref"));
	CW_AUTO_FREE char *path = ref ? cw_strdup(ref) : NULL;
	const json_t *target = document;
	char *rest = NULL;

	if (!ref)
		return value;
	for (char *part = strtok_r(path + 2, "/", &rest); part; part = strtok_r(NULL, "/", &rest))
		target = json_object_get(target, part);
	return target;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static bool expect(bool ok, const struct cw_route *row, const char *what)
{
	if (!ok)
		fprintf(stderr, "\n  %s %s: routes.c and openapi.yaml differ in %s\n", row->method, row->path, what);
	CU_ASSERT_TRUE(ok);
	return ok;
}

static const json_t *operation(const struct cw_route *row)
{
	char key[16] = "";

	for (size_t i = 0; row->method[i]; i++)
		key[i] = (char)tolower((unsigned char)row->method[i]);
	return json_object_get(json_object_get(json_object_get(document, "paths"), row->path), key);
}

static const json_t *parameter(const json_t *operation, const char *in, const char *name)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(operation, "parameters"), i, item)
		if (strcmp(text_of(resolved(item), "in"), in) == 0 && strcmp(text_of(resolved(item), "name"), name) == 0)
			return resolved(item);
	return NULL;
}

static size_t count_parameters(const json_t *operation, const char *in)
{
	json_t *item;
	size_t i, n = 0;

	json_array_foreach(json_object_get(operation, "parameters"), i, item)
		n += strcmp(text_of(resolved(item), "in"), in) == 0;
	return n;
}

/* Whether the operation, somewhere in this value, answers or takes the schema. */
static bool mentions_schema(const json_t *value, const char *media_type, const char *name)
{
	CW_AUTO_FREE char *ref = cw_format("#/components/schemas/%s", name);
	const json_t *content = json_object_get(resolved(value), "content");
	const json_t *schema = json_object_get(json_object_get(content, media_type), "schema");
	json_t *choice;
	size_t i;

	if (strcmp(text_of(schema, "$ref"), ref) == 0)
		return true;
	json_array_foreach(json_object_get(schema, "anyOf"), i, choice)
		if (strcmp(text_of(choice, "$ref"), ref) == 0)
			return true;
	return false;
}

static bool answers_schema(const json_t *operation, const struct cw_route *row)
{
	const char *status;
	json_t *response;

	json_object_foreach(json_object_get(operation, "responses"), status, response)
		if (status[0] == '2' && mentions_schema(response, row->produces, row->schema))
			return true;
	return false;
}

static bool kind_fits(enum cw_query_kind kind, const json_t *parameter)
{
	const json_t *schema = json_object_get(parameter, "schema"), *by_default = json_object_get(schema, "default");
	const char *type = text_of(schema, "type");

	switch (kind) {
	case CW_QUERY_TRUE:
		return strcmp(type, "boolean") == 0 && json_is_false(by_default);
	case CW_QUERY_FALSE:
		return strcmp(type, "boolean") == 0 && json_is_true(by_default);
	case CW_QUERY_EXPAND:
		return strcmp(type, "array") == 0;
	case CW_QUERY_LINES:
		return strcmp(type, "integer") == 0;
	default:
		return strcmp(type, "string") == 0;
	}
}

static void check_parameters(const json_t *operation, const struct cw_route *row)
{
	size_t n = 0;

	for (const char *p = strchr(row->path, '{'); p; p = strchr(p + 1, '{'), n++) {
		CW_AUTO_FREE char *name = cw_format("%.*s", (int)strcspn(p + 1, "}"), p + 1);

		expect(parameter(operation, "path", name) != NULL, row, name);
	}
	expect(count_parameters(operation, "path") == n, row, "the number of parameters in the path");
	n = 0;
	for (const struct cw_route_query *query = row->query; query->name; query++, n++) {
		const json_t *found = parameter(operation, "query", query->name);

		if (!expect(found != NULL, row, query->name))
			continue;
		expect(kind_fits(query->kind, found), row, query->name);
		expect(strcmp(text_of(found, "description"), query->doc) == 0, row, "the documentation of a query parameter");
	}
	expect(count_parameters(operation, "query") == n, row, "the number of query parameters");
}

static void check_access(const json_t *operation, const struct cw_route *row)
{
	const json_t *responses = json_object_get(operation, "responses");
	bool open = row->role == CW_ROLE_ANYBODY;

	expect(strcmp(text_of(operation, "x-role"), cw_role_name(row->role)) == 0, row, "x-role");
	expect(open == (json_object_get(operation, "security") != NULL), row, "security");
	expect(open == !json_object_get(responses, "401"), row, "the answer 401");
	expect(open == !json_object_get(responses, "403"), row, "the answer 403");
}

/* What follows from the row: a wait may be over, a body or a parameter wrong, and a dry run refused. */
static void check_statuses(const json_t *operation, const struct cw_route *row)
{
	const json_t *responses = json_object_get(operation, "responses");
	bool waits = false;

	for (const struct cw_route_query *query = row->query; query->name; query++)
		waits = waits || query->kind == CW_QUERY_WAIT;
	expect(waits == (json_object_get(responses, "504") != NULL), row, "the answer 504");
	expect(json_object_get(responses, "400") || (!waits && strcmp(row->method, "GET") == 0), row, "the answer 400");
}

static void test_document__says_what_the_table_says(void)
{
	static const char *const bodies[] = { NULL, "CreateConnectorRequest", "ConnectorConfig", "ConnectorConfigPatch",
					      "ConnectorOffsets", "LoggerLevelRequest", "PreviewRequest" };

	for (size_t i = 0; i < cw_route_count(); i++) {
		const struct cw_route *row = cw_route_at(i);
		const json_t *op = operation(row), *body = json_object_get(op, "requestBody");

		if (!expect(op != NULL, row, "whether there is one"))
			continue;
		expect(strcmp(text_of(op, "operationId"), row->id) == 0, row, "operationId");
		expect(strcmp(text_of(op, "summary"), row->doc) == 0, row, "summary");
		expect(strcmp(json_string_value(json_array_get(json_object_get(op, "tags"), 0)), row->tag) == 0, row, "tags");
		expect(!row->schema || answers_schema(op, row), row, "the schema of the answer");
		expect(!body == !bodies[row->body], row, "whether there is a body");
		expect(!body || mentions_schema(body, "application/json", bodies[row->body]), row, "the schema of the body");
		check_parameters(op, row);
		check_access(op, row);
		check_statuses(op, row);
	}
}

static bool in_table(const char *path, const char *method)
{
	for (size_t i = 0; i < cw_route_count(); i++)
		if (strcmp(cw_route_at(i)->path, path) == 0 && strcasecmp(cw_route_at(i)->method, method) == 0)
			return true;
	return false;
}

static void test_document__says_nothing_else(void)
{
	const char *path, *method;
	json_t *methods, *op;

	json_object_foreach(json_object_get(document, "paths"), path, methods)
		json_object_foreach(methods, method, op) {
			if (!in_table(path, method))
				fprintf(stderr, "\n  %s %s is in openapi.yaml, but not in routes.c\n", method, path);
			CU_ASSERT_TRUE(in_table(path, method));
		}
	CU_ASSERT_STRING_EQUAL(text_of(json_object_get(document, "info"), "version"), PACKAGE_VERSION);
}

static void check_refs(const json_t *value)
{
	const char *key;
	json_t *item;
	size_t i;

	if (!resolved(value))
		fprintf(stderr, "\n  %s leads nowhere\n", text_of(value, "$ref"));
	CU_ASSERT_PTR_NOT_NULL(resolved(value));
	json_object_foreach((json_t *)value, key, item)
		check_refs(item);
	json_array_foreach(value, i, item)
		check_refs(item);
}

static void test_document__has_no_loose_end(void)
{
	check_refs(document);
}

static void test_document__says_how_long_a_name_may_be(void)
{
	const json_t *schemas = json_object_get(json_object_get(document, "components"), "schemas");
	const json_t *properties = json_object_get(json_object_get(schemas, "CreateConnectorRequest"), "properties");
	CW_AUTO_FREE char *words = cw_format("at most %d bytes", CW_CONNECTOR_NAME_MAX);

	CU_ASSERT_PTR_NOT_NULL(strstr(text_of(json_object_get(properties, "name"), "description"), words));
}

/* Whoever grants a role reads what it is in the key's documentation: each operation by its last word or its tag. */
static void test_roles__are_documented_with_all_that_they_may(void)
{
	struct cw_config_def def = { 0 };

	CU_ASSERT_TRUE_FATAL(cw_config_table_find(cw_worker_table(), "rest.authorization.roles.file", &def));
	for (size_t i = 0; i < cw_route_count(); i++) {
		const struct cw_route *row = cw_route_at(i);

		if (row->role == CW_ROLE_OPERATOR)
			expect(strstr(def.doc, strrchr(row->path, '/') + 1) || strstr(def.doc, row->tag), row,
			       "the role operate, of which rest.authorization.roles.file says nothing like this");
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "every route of the table", test_document__says_what_the_table_says },
		{ "no route beside the table", test_document__says_nothing_else },
		{ "references", test_document__has_no_loose_end },
		{ "roles", test_roles__are_documented_with_all_that_they_may },
		{ "names", test_document__says_how_long_a_name_may_be },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ .pName = "openapi", .pInitFunc = load, .pCleanupFunc = unload, .pTests = tests },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
