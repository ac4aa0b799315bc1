/*
 * routes - the one table of everything the REST API offers. A request is matched against it, the OpenAPI
 * document is written from it, and a new endpoint is a new row (and, when its answer has a new shape, a
 * schema in schemas/openapi-base.json).
 *
 * Pure; the table is constant.
 */
#ifndef CW_REST_ROUTES_H
#define CW_REST_ROUTES_H

#include "herder/herder.h"
#include "rest/uri.h"

/* What may be asked of whom, for the day that requests are authorised. */
enum cw_role {
	CW_ROLE_ANYBODY, /* says nothing of connectors: probes, documentation */
	CW_ROLE_VIEWER,  /* reads */
	CW_ROLE_OPERATOR, /* changes what runs: pause, restart, … */
	CW_ROLE_ADMIN    /* changes configurations */
};

enum cw_route_handler {
	CW_HANDLER_HERDER, /* one cw_herder_call() with the row's op */
	CW_HANDLER_OPENAPI /* the OpenAPI document */
};

enum cw_route_body {
	CW_BODY_IGNORED, /* read and dropped */
	CW_BODY_CREATE,  /* CreateConnectorRequest */
	CW_BODY_CONFIG,  /* a flat configuration */
	CW_BODY_PATCH    /* a flat configuration in which null deletes */
};

enum cw_route_answer {
	CW_ANSWER_JSON,    /* 200 and the entity */
	CW_ANSWER_CREATED, /* 201, Location, entity */
	CW_ANSWER_PUT,     /* 200, or 201 and Location when it was made; entity */
	CW_ANSWER_ACCEPTED, /* 202, empty */
	CW_ANSWER_EMPTY,   /* 204 */
	CW_ANSWER_RESTART, /* 202 and the status when flags were given, else 204 */
	CW_ANSWER_HEALTH,  /* 200, 503 or 500, always a WorkerStatus */
	CW_ANSWER_PLUGINS, /* 200; other than connectors only when asked for */
	CW_ANSWER_METRICS  /* 200, Prometheus text */
};

/* A flag of ours beside CW_OP_*; the herder does not see it. */
#define CW_REST_ALL_PLUGINS (1u << 31)

enum cw_query_kind {
	CW_QUERY_TRUE,  /* "true" in any case sets the flag */
	CW_QUERY_FALSE, /* given, and anything but "true", sets the flag */
	CW_QUERY_EXPAND /* repeatable; see CW_OP_EXPAND */
};

struct cw_route_query {
	const char *name;
	enum cw_query_kind kind;
	uint32_t flag;
	const char *doc;
};

struct cw_route {
	const char *method;
	const char *path; /* "{connector}", "{plugin}" and "{task}" stand for a segment */
	const char *id;   /* operationId of the OpenAPI document */
	const char *tag;
	enum cw_route_handler handler;
	enum cw_op op;
	enum cw_route_body body;
	enum cw_route_answer answer;
	const char *schema;   /* of the answer: a name of schemas/openapi-base.json; NULL: no body */
	const char *produces; /* media type of the answer */
	int32_t deadline_ms;  /* for the herder's part */
	enum cw_role role;
	struct cw_route_query query[3]; /* ends with name NULL */
	const char *doc;
};

size_t cw_route_count(void);
const struct cw_route *cw_route_at(size_t i);

struct cw_route_match {
	const struct cw_route *route; /* NULL: see status */
	unsigned status; /* 404 no such path, 405 not with this method, 200 OPTIONS */
	char allow[64];  /* methods of the path, "" when there is no such path */
	const char *name; /* connector or plugin: borrowed from the uri */
	int task;
};

/* HEAD finds the row of GET. */
void cw_route_find(const char *method, const struct cw_uri *uri, struct cw_route_match *out);

/* The flags of a request's query parameters; unknown parameters mean nothing. */
uint32_t cw_route_flags(const struct cw_route *route, const struct cw_uri *uri);

#endif
