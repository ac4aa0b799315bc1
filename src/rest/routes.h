/*
 * routes - the one table of everything the REST API offers. A request is matched against it, and a new
 * endpoint is a new row here and an operation in schemas/openapi.yaml, which must agree with it in all that both
 * say: a test compares them.
 *
 * Pure; the table is constant.
 */
#ifndef CW_REST_ROUTES_H
#define CW_REST_ROUTES_H

#include "herder/herder.h"
#include "rest/uri.h"

/* What a request needs; each role may do what those before it may. */
enum cw_role {
	CW_ROLE_ANYBODY, /* says nothing of connectors: probes, documentation */
	CW_ROLE_VIEWER,  /* reads */
	CW_ROLE_OPERATOR, /* changes what runs: pause, restart, …; sees and replays dead letters */
	CW_ROLE_ADMIN    /* changes configurations, or runs a connector's code with one (validate, preview) */
};

/* "anybody", "read", "operate", "admin": as in a roles file. */
const char *cw_role_name(enum cw_role role);

enum cw_route_handler {
	CW_HANDLER_HERDER, /* the herder is asked, with the row's op */
	CW_HANDLER_OPENAPI /* the OpenAPI document */
};

enum cw_route_body {
	CW_BODY_IGNORED, /* read and dropped */
	CW_BODY_CREATE,  /* CreateConnectorRequest */
	CW_BODY_CONFIG,  /* a flat configuration */
	CW_BODY_PATCH,   /* a flat configuration in which null deletes */
	CW_BODY_OFFSETS, /* ConnectorOffsets */
	CW_BODY_LEVEL,   /* LoggerLevelRequest */
	CW_BODY_PREVIEW  /* PreviewRequest */
};

enum cw_route_answer {
	CW_ANSWER_JSON,    /* 200 and the entity */
	CW_ANSWER_CREATED, /* 201, Location, entity */
	CW_ANSWER_PUT,     /* 200, or 201 and Location when it was made; entity */
	CW_ANSWER_ACCEPTED, /* 202, empty */
	CW_ANSWER_EMPTY,   /* 204 */
	CW_ANSWER_RESTART, /* 202 and the status when flags were given, else 204 */
	CW_ANSWER_HEALTH,  /* 200, 503 or 500, always a WorkerStatus */
	CW_ANSWER_READY,   /* 200 or 503, the status either way */
	CW_ANSWER_PLUGINS, /* 200; other than connectors only when asked for */
	CW_ANSWER_METRICS, /* 200, Prometheus text */
	CW_ANSWER_LOGS,    /* 200: a list, or with CW_OP_FOLLOW a stream (rest/follow.h) */
	CW_ANSWER_LOGGERS  /* 200 and the names, or 204 when it was for the whole cluster */
};

/* A flag of ours beside CW_OP_*; the herder does not see it. */
#define CW_REST_ALL_PLUGINS (1u << 31)

enum cw_query_kind {
	CW_QUERY_TRUE,  /* "true" in any case sets the flag */
	CW_QUERY_FALSE, /* given, and anything but "true", sets the flag */
	CW_QUERY_LEVEL, /* of log lines: a logger's level */
	CW_QUERY_LINES, /* how many of them: a number */
	CW_QUERY_TIME,  /* a time (config/run_until.h) sets the flag */
	CW_QUERY_VERSION, /* a version, or a range of them */
	CW_QUERY_SCOPE, /* "cluster" in any case sets the flag */
	CW_QUERY_EXPAND, /* repeatable; see CW_OP_EXPAND */
	CW_QUERY_WAIT,   /* the state to wait for; answered with 200 and the status then */
	CW_QUERY_TIMEOUT /* how long: seconds, or with a unit "500ms", "30s", "5m", "1h" */
};

#define CW_ROUTE_QUERIES 6
#define CW_NDJSON "application/x-ndjson"

struct cw_route_query {
	const char *name;
	enum cw_query_kind kind;
	uint32_t flag;
	const char *doc;
};

struct cw_route {
	const char *method;
	const char *path; /* "{connector}", "{plugin}", "{logger}" and "{task}" stand for a segment */
	const char *id;   /* operationId of the OpenAPI document */
	const char *tag;
	enum cw_route_handler handler;
	enum cw_op op;
	enum cw_route_body body;
	enum cw_route_answer answer;
	const char *schema;   /* of the answer: a name of schemas/openapi.yaml; NULL: no body */
	const char *produces; /* media type of the answer */
	int32_t deadline_ms;  /* for the herder's part */
	enum cw_role role;
	struct cw_route_query query[CW_ROUTE_QUERIES]; /* ends with name NULL */
	const char *doc;
};

size_t cw_route_count(void);
const struct cw_route *cw_route_at(size_t i);

struct cw_route_match {
	const struct cw_route *route; /* NULL: see status */
	unsigned status; /* 404 no such path, 405 not with this method, 200 OPTIONS */
	char allow[64];  /* methods of the path, "" when there is no such path */
	const char *name; /* connector, plugin or logger: borrowed from the uri */
	int task;
};

/* HEAD finds the row of GET. */
void cw_route_find(const char *method, const struct cw_uri *uri, struct cw_route_match *out);

/* Where a path is answered, when admin.listeners says that some are answered elsewhere. */
enum cw_area {
	CW_AREA_ALL,   /* a listener that answers everything */
	CW_AREA_MAIN,  /* all but what is under /admin */
	CW_AREA_ADMIN  /* what is under /admin, and what says nothing of connectors' configurations: /, /health, … */
};
bool cw_area_has(enum cw_area area, const struct cw_uri *uri);

/* Whether the route is about the connector that its path, or its body, names. */
bool cw_route_is_of_connector(const struct cw_route *route);
/* The connector that a request's path names, as such or by its logger; NULL: none. Borrowed from the uri. */
const char *cw_route_connector(const struct cw_route_match *match);
/* The connector whose logger that is, perhaps: part of the name; NULL: it is no connector's. */
const char *cw_logger_connector(const char *logger);

/* The flags of a request's query parameters; unknown parameters mean nothing (see rest/strays.h). */
uint32_t cw_route_flags(const struct cw_route *route, const struct cw_uri *uri);

/* The version that a request names; NULL: none. Borrowed from the URI. */
const char *cw_route_version(const struct cw_route *route, const struct cw_uri *uri);

#define CW_LOG_LINES_DEFAULT 100

/* Which log lines a request is about: all levels and so many by default. 0, or -1 with *err. */
int cw_route_log_filter(const struct cw_route *route, const struct cw_uri *uri, struct cw_log_filter *out,
			struct cw_error *err);

/* The time that a request asks about, in ms since 1970; 0 without one. 0, or -1 with *err. */
int cw_route_time(const struct cw_route *route, const struct cw_uri *uri, int64_t *epoch_ms, struct cw_error *err);

#define CW_WAIT_DEFAULT_MS 60000
#define CW_WAIT_MAX_MS 86400000

/* What a request waits for and how long at most. 0, or -1 with *err. */
int cw_route_wait(const struct cw_route *route, const struct cw_uri *uri, enum cw_wait *wait, int64_t *wait_ms,
		  struct cw_error *err);

#endif
