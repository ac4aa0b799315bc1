#include "rest/openapi.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>

#include "rest/routes.h"

/* schemas/openapi-base.json as a string; made by the build. */
static const char base_text[] =
#include "rest/openapi_base.inc"
	;

static json_t *schema_ref(const char *name)
{
	return json_pack("{s:o}", "$ref", json_sprintf("#/components/schemas/%s", name));
}

static json_t *content(const char *media_type, const char *schema)
{
	return json_pack("{s:{s:o}}", media_type, "schema", schema_ref(schema));
}

static void add_response(json_t *responses, unsigned status, const char *doc, const char *media_type,
			 const char *schema)
{
	json_t *response = json_pack("{s:s}", "description", doc);
	char code[8];

	snprintf(code, sizeof(code), "%u", status);
	if (schema)
		json_object_set_new(response, "content", content(media_type, schema));
	json_object_set_new(responses, code, response);
}

static void add_location(json_t *responses)
{
	json_object_set_new(json_object_get(responses, "201"), "headers",
			    json_pack("{s:{s:s,s:{s:s}}}", "Location", "description", "The URL of the new connector.",
				      "schema", "type", "string"));
}

static void add_error(json_t *responses, const char *status, const char *name)
{
	if (!json_object_get(responses, status))
		json_object_set_new(responses, status,
				    json_pack("{s:o}", "$ref", json_sprintf("#/components/responses/%s", name)));
}

static json_t *success_responses(const struct cw_route *route)
{
	json_t *responses = json_object();

	switch (route->answer) {
	case CW_ANSWER_CREATED:
		add_response(responses, 201, "Made.", route->produces, route->schema);
		add_location(responses);
		break;
	case CW_ANSWER_PUT:
		add_response(responses, 200, "Replaced.", route->produces, route->schema);
		add_response(responses, 201, "Made.", route->produces, route->schema);
		add_location(responses);
		break;
	case CW_ANSWER_ACCEPTED:
		add_response(responses, 202, "Accepted; takes effect after the answer.", NULL, NULL);
		break;
	case CW_ANSWER_EMPTY:
		add_response(responses, 204, "Done.", NULL, NULL);
		break;
	case CW_ANSWER_RESTART:
		add_response(responses, 202, "Accepted; what is restarted reads RESTARTING.", route->produces,
			     route->schema);
		add_response(responses, 204, "Done.", NULL, NULL);
		break;
	case CW_ANSWER_HEALTH:
		add_response(responses, 200, "Healthy.", route->produces, route->schema);
		add_response(responses, 500, "Unhealthy.", route->produces, route->schema);
		add_response(responses, 503, "Starting.", route->produces, route->schema);
		break;
	default:
		add_response(responses, 200, "The answer.", route->produces, route->schema);
	}
	return responses;
}

static json_t *operation_responses(const struct cw_route *route)
{
	json_t *responses = success_responses(route);

	if (route->body != CW_BODY_IGNORED)
		add_error(responses, "400", "BadRequest");
	if (strchr(route->path, '{'))
		add_error(responses, "404", "NotFound");
	if (route->body == CW_BODY_CREATE || route->body == CW_BODY_CONFIG || route->body == CW_BODY_PATCH)
		add_error(responses, "409", "Conflict");
	if (route->handler == CW_HANDLER_HERDER) {
		add_error(responses, "500", "Failed");
		add_error(responses, "503", "Unavailable");
	}
	return responses;
}

static json_t *query_parameter(const struct cw_route_query *query)
{
	json_t *parameter = json_pack("{s:s,s:s,s:s}", "name", query->name, "in", "query", "description", query->doc);

	if (query->kind == CW_QUERY_EXPAND)
		json_object_set_new(parameter, "schema",
				    json_pack("{s:s,s:{s:s,s:[s,s]}}", "type", "array", "items", "type", "string",
					      "enum", "status", "info"));
	else
		json_object_set_new(parameter, "schema", json_pack("{s:s,s:b}", "type", "boolean", "default",
								   query->kind == CW_QUERY_FALSE));
	return parameter;
}

static json_t *operation_parameters(const struct cw_route *route)
{
	json_t *parameters = json_array();

	for (const char *p = strchr(route->path, '{'); p; p = strchr(p + 1, '{'))
		json_array_append_new(parameters, json_pack("{s:o}", "$ref",
							    json_sprintf("#/components/parameters/%.*s",
									 (int)strcspn(p + 1, "}"), p + 1)));
	for (const struct cw_route_query *query = route->query; query->name; query++)
		json_array_append_new(parameters, query_parameter(query));
	return parameters;
}

static json_t *operation(const struct cw_route *route)
{
	static const char *const roles[] = { "anybody", "viewer", "operator", "admin" };
	static const char *const bodies[] = { NULL, "CreateConnectorRequest", "ConnectorConfig",
					      "ConnectorConfigPatch" };
	json_t *operation = json_pack("{s:s,s:[s],s:s,s:s}", "operationId", route->id, "tags", route->tag, "summary",
				      route->doc, "x-role", roles[route->role]);
	json_t *parameters = operation_parameters(route);

	if (json_array_size(parameters) > 0)
		json_object_set(operation, "parameters", parameters);
	json_decref(parameters);
	if (bodies[route->body])
		json_object_set_new(operation, "requestBody",
				    json_pack("{s:b,s:o}", "required", 1, "content",
					      content("application/json", bodies[route->body])));
	json_object_set_new(operation, "responses", operation_responses(route));
	return operation;
}

static void lower(const char *text, char *out)
{
	while ((*out++ = (char)tolower((unsigned char)*text++)))
		;
}

json_t *cw_openapi_json(const char *version)
{
	json_t *document = json_loads(base_text, JSON_REJECT_DUPLICATES, NULL);
	json_t *paths = json_object_get(document, "paths");

	assert(json_is_object(paths));
	json_object_set_new(json_object_get(document, "info"), "version", json_string(version));
	for (size_t i = 0; i < cw_route_count(); i++) {
		const struct cw_route *route = cw_route_at(i);
		char method[16];

		if (!json_object_get(paths, route->path))
			json_object_set_new(paths, route->path, json_object());
		lower(route->method, method);
		json_object_set_new(json_object_get(paths, route->path), method, operation(route));
	}
	return document;
}
