#include "rest/routes.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "config/run_until.h"

#define JSON "application/json"
#define PROMETHEUS "text/plain"
/* What Kafka Connect grants a request and a health check. */
#define REQUEST_MS 90000
#define HEALTH_MS 10000

#define TEXT(n) #n
#define NUMBER(n) TEXT(n)

#define WAIT                                                                                                       \
	{ "wait", CW_QUERY_WAIT, 0,                                                                                  \
	  "Answer when the connector and its tasks are RUNNING, PAUSED, STOPPED or COMPLETED; 504 says why they are not." }, \
	{                                                                                                            \
		"timeout", CW_QUERY_TIMEOUT, 0, "How long to wait: seconds, or 500ms, 30s, 5m, 1h. One minute without it."     \
	}
#define DRY_RUN                                                                                                    \
	{                                                                                                            \
		"dry_run", CW_QUERY_TRUE, CW_OP_DRY_RUN, "Check everything, change nothing, and answer (200) what would change." \
	}

static const struct cw_route routes[] = {
	{ "GET", "/", "getServerInfo", "worker", CW_HANDLER_HERDER, CW_OP_SERVER_INFO, CW_BODY_IGNORED, CW_ANSWER_JSON,
	  "ServerInfo", JSON, REQUEST_MS, CW_ROLE_ANYBODY, { { 0 } },
	  "The worker's version and the Kafka cluster it is connected to." },
	{ "GET", "/health", "getHealth", "worker", CW_HANDLER_HERDER, CW_OP_HEALTH, CW_BODY_IGNORED, CW_ANSWER_HEALTH,
	  "WorkerStatus", JSON, HEALTH_MS, CW_ROLE_ANYBODY, { { 0 } },
	  "Whether the worker is healthy (200), still starting (503) or unhealthy (500)." },
	{ "GET", "/metrics", "getMetrics", "worker", CW_HANDLER_HERDER, CW_OP_METRICS, CW_BODY_IGNORED,
	  CW_ANSWER_METRICS,
	  "Metrics", PROMETHEUS, HEALTH_MS, CW_ROLE_VIEWER, { { 0 } },
	  "Metrics of the worker, its connectors and their tasks, in Prometheus' text format." },
	{ "GET", "/openapi.json", "getOpenApi", "worker", CW_HANDLER_OPENAPI, CW_OP_SERVER_INFO, CW_BODY_IGNORED,
	  CW_ANSWER_JSON, "OpenApi", JSON, REQUEST_MS, CW_ROLE_ANYBODY, { { 0 } },
	  "This description of the API." },

	{ "GET", "/connectors", "listConnectors", "connectors", CW_HANDLER_HERDER, CW_OP_LIST, CW_BODY_IGNORED,
	  CW_ANSWER_JSON, "ConnectorList", JSON, REQUEST_MS, CW_ROLE_VIEWER,
	  { { "expand", CW_QUERY_EXPAND, CW_OP_EXPAND,
	      "Answer with an object instead of names: status, info, or both by giving it twice." } },
	  "The names of all connectors, in no order; with expand their status and configuration as well." },
	{ "POST", "/connectors", "createConnector", "connectors", CW_HANDLER_HERDER, CW_OP_CREATE, CW_BODY_CREATE,
	  CW_ANSWER_CREATED, "ConnectorInfo", JSON, REQUEST_MS, CW_ROLE_ADMIN, { WAIT, DRY_RUN },
	  "Makes a connector. An existing one of this name is a conflict (409)." },
	{ "GET", "/connectors/{connector}", "getConnector", "connectors", CW_HANDLER_HERDER, CW_OP_GET, CW_BODY_IGNORED,
	  CW_ANSWER_JSON, "ConnectorInfo", JSON, REQUEST_MS, CW_ROLE_VIEWER, { { 0 } },
	  "A connector's configuration, type and tasks." },
	{ "DELETE", "/connectors/{connector}", "deleteConnector", "connectors", CW_HANDLER_HERDER, CW_OP_DELETE,
	  CW_BODY_IGNORED, CW_ANSWER_EMPTY, NULL, JSON, REQUEST_MS, CW_ROLE_ADMIN, { { "ignore_missing", CW_QUERY_TRUE, CW_OP_IGNORE_MISSING, "One that is not there is no error." } },
	  "Stops and deletes a connector. Source offsets and a sink's consumer group stay." },
	{ "GET", "/connectors/{connector}/config", "getConnectorConfig", "connectors", CW_HANDLER_HERDER,
	  CW_OP_GET_CONFIG, CW_BODY_IGNORED, CW_ANSWER_JSON, "ConnectorConfig", JSON, REQUEST_MS, CW_ROLE_VIEWER,
	  { { 0 } }, "A connector's configuration; references to secrets are not resolved." },
	{ "PUT", "/connectors/{connector}/config", "putConnectorConfig", "connectors", CW_HANDLER_HERDER,
	  CW_OP_PUT_CONFIG, CW_BODY_CONFIG, CW_ANSWER_PUT, "ConnectorInfo", JSON, REQUEST_MS, CW_ROLE_ADMIN, { WAIT, DRY_RUN },
	  "Makes a connector (201), or replaces the whole configuration of an existing one (200)." },
	{ "PATCH", "/connectors/{connector}/config", "patchConnectorConfig", "connectors", CW_HANDLER_HERDER,
	  CW_OP_PATCH_CONFIG, CW_BODY_PATCH, CW_ANSWER_JSON, "ConnectorInfo", JSON, REQUEST_MS, CW_ROLE_ADMIN,
	  { WAIT, DRY_RUN },
	  "Changes the keys that are given; null deletes a key." },
	{ "GET", "/connectors/{connector}/status", "getConnectorStatus", "connectors", CW_HANDLER_HERDER, CW_OP_STATUS,
	  CW_BODY_IGNORED, CW_ANSWER_JSON, "ConnectorStateInfo", JSON, REQUEST_MS, CW_ROLE_VIEWER, { WAIT },
	  "The state of a connector and of each of its tasks, with the trace of those that failed." },
	{ "GET", "/connectors/{connector}/ready", "getConnectorReady", "connectors", CW_HANDLER_HERDER, CW_OP_STATUS,
	  CW_BODY_IGNORED, CW_ANSWER_READY, "ConnectorStateInfo", JSON, REQUEST_MS, CW_ROLE_VIEWER, { { 0 } },
	  "The status: with 200 when the connector and all of its tasks are RUNNING or COMPLETED, else with 503." },
	{ "PUT", "/connectors/{connector}/pause", "pauseConnector", "connectors", CW_HANDLER_HERDER, CW_OP_PAUSE,
	  CW_BODY_IGNORED, CW_ANSWER_ACCEPTED, NULL, JSON, REQUEST_MS, CW_ROLE_OPERATOR, { WAIT },
	  "Pauses a connector and its tasks, which stay allocated. Takes effect after the answer." },
	{ "PUT", "/connectors/{connector}/resume", "resumeConnector", "connectors", CW_HANDLER_HERDER, CW_OP_RESUME,
	  CW_BODY_IGNORED, CW_ANSWER_ACCEPTED, NULL, JSON, REQUEST_MS, CW_ROLE_OPERATOR, { WAIT },
	  "Lets a paused or stopped connector run again; begins the next run of tasks that are COMPLETED, of a paused one when "
	  "all of them are." },
	{ "PUT", "/connectors/{connector}/stop", "stopConnector", "connectors", CW_HANDLER_HERDER, CW_OP_STOP,
	  CW_BODY_IGNORED, CW_ANSWER_EMPTY, NULL, JSON, REQUEST_MS, CW_ROLE_OPERATOR, { WAIT },
	  "Stops a connector: its tasks are gone until it is resumed, its configuration and offsets stay." },
	{ "POST", "/connectors/{connector}/restart", "restartConnector", "connectors", CW_HANDLER_HERDER, CW_OP_RESTART,
	  CW_BODY_IGNORED, CW_ANSWER_RESTART, "ConnectorStateInfo", JSON, REQUEST_MS, CW_ROLE_OPERATOR,
	  { { "includeTasks", CW_QUERY_TRUE, CW_OP_INCLUDE_TASKS, "Restart the tasks as well." },
	    { "onlyFailed", CW_QUERY_TRUE, CW_OP_ONLY_FAILED, "Restart only what is FAILED." },
	    WAIT },
	  "Restarts a connector: 204, or with a parameter 202 and the status. With wait=COMPLETED also tasks that are COMPLETED." },
	{ "GET", "/connectors/{connector}/logs", "getConnectorLogs", "connectors", CW_HANDLER_HERDER, CW_OP_LOGS,
	  CW_BODY_IGNORED, CW_ANSWER_LOGS, "LogLines", JSON, REQUEST_MS, CW_ROLE_VIEWER,
	  { { "level", CW_QUERY_LEVEL, 0, "Only lines of this level and of graver ones: ERROR, WARN, INFO or DEBUG." },
	    { "lines", CW_QUERY_LINES, 0, "At most so many; 100 without it. The last 512 are kept, in 64 KiB." },
	    { "follow", CW_QUERY_TRUE, CW_OP_FOLLOW,
	      "Go on with the lines that come, each as a line of JSON; an empty line is a sign of life, and a client "
	      "that is too slow is told how many lines it has missed. At most " NUMBER(CW_LOG_FOLLOWERS_MAX) " clients at a "
	      "time (503)." } },
	  "The last log lines of a connector and its tasks." },
	{ "POST", "/connectors/{connector}/preview", "previewConnector", "connectors", CW_HANDLER_HERDER, CW_OP_PREVIEW,
	  CW_BODY_PREVIEW, CW_ANSWER_JSON, "Preview", JSON, REQUEST_MS, CW_ROLE_ADMIN, { { 0 } },
	  "What each stage of a connector makes of records, up to what its sink would send: nothing is written or "
	  "committed, and no group is joined." },

	{ "GET", "/connectors/{connector}/tasks", "listTasks", "tasks", CW_HANDLER_HERDER, CW_OP_TASKS, CW_BODY_IGNORED,
	  CW_ANSWER_JSON, "TaskList", JSON, REQUEST_MS, CW_ROLE_VIEWER, { { 0 } },
	  "A connector's tasks with their configurations; none when it is stopped." },
	{ "GET", "/connectors/{connector}/tasks/{task}/status", "getTaskStatus", "tasks", CW_HANDLER_HERDER,
	  CW_OP_TASK_STATUS, CW_BODY_IGNORED, CW_ANSWER_JSON, "TaskState", JSON, REQUEST_MS, CW_ROLE_VIEWER, { { 0 } },
	  "The state of one task." },
	{ "POST", "/connectors/{connector}/tasks/{task}/restart", "restartTask", "tasks", CW_HANDLER_HERDER,
	  CW_OP_RESTART_TASK, CW_BODY_IGNORED, CW_ANSWER_EMPTY, NULL, JSON, REQUEST_MS, CW_ROLE_OPERATOR, { WAIT },
	  "Restarts one task." },

	{ "GET", "/connectors/{connector}/offsets", "getOffsets", "offsets", CW_HANDLER_HERDER, CW_OP_OFFSETS,
	  CW_BODY_IGNORED, CW_ANSWER_JSON, "ConnectorOffsets", JSON, REQUEST_MS, CW_ROLE_VIEWER,
	  { { "at", CW_QUERY_TIME, CW_OP_AT,
	      "Of a sink: instead the offset of the first record of this time or later in each partition of its topics, "
	      "or the partition's end. A time such as 2026-01-21T22:23:40Z, or milliseconds since 1970." } },
	  "How far a connector has come, for each of its partitions." },
	{ "PATCH", "/connectors/{connector}/offsets", "alterOffsets", "offsets", CW_HANDLER_HERDER, CW_OP_ALTER_OFFSETS,
	  CW_BODY_OFFSETS, CW_ANSWER_JSON, "Message", JSON, REQUEST_MS, CW_ROLE_ADMIN, { { 0 } },
	  "Sets the offsets of the partitions that are given; a null offset forgets the partition's. Only when STOPPED." },
	{ "DELETE", "/connectors/{connector}/offsets", "resetOffsets", "offsets", CW_HANDLER_HERDER, CW_OP_RESET_OFFSETS,
	  CW_BODY_IGNORED, CW_ANSWER_JSON, "Message", JSON, REQUEST_MS, CW_ROLE_ADMIN, { { 0 } },
	  "Forgets all offsets: the connector begins anew. Only when STOPPED." },

	{ "GET", "/connectors/{connector}/dlq", "listDeadLetters", "dead letters", CW_HANDLER_HERDER, CW_OP_LETTERS,
	  CW_BODY_IGNORED, CW_ANSWER_JSON, "DeadLetters", JSON, REQUEST_MS, CW_ROLE_OPERATOR,
	  { { "letters", CW_QUERY_LINES, 0, "At most so many, the newest of all partitions; 100 without it, and never more than 1000." } },
	  "The records of a sink that could not be processed, as they are in its dead letter topic." },
	{ "POST", "/connectors/{connector}/dlq/replay", "replayDeadLetters", "dead letters", CW_HANDLER_HERDER,
	  CW_OP_REPLAY_LETTERS, CW_BODY_IGNORED, CW_ANSWER_JSON, "ReplayedLetters", JSON, REQUEST_MS, CW_ROLE_OPERATOR, { { 0 } },
	  "Puts the dead letters that were not put back yet where they came from, so that they are read again." },

	{ "GET", "/connectors/{connector}/topics", "getTopics", "topics", CW_HANDLER_HERDER, CW_OP_TOPICS,
	  CW_BODY_IGNORED, CW_ANSWER_JSON, "ActiveTopics", JSON, REQUEST_MS, CW_ROLE_VIEWER, { { 0 } },
	  "The topics that a connector's tasks have used since it was made, or since the last reset." },
	{ "PUT", "/connectors/{connector}/topics/reset", "resetTopics", "topics", CW_HANDLER_HERDER,
	  CW_OP_RESET_TOPICS, CW_BODY_IGNORED, CW_ANSWER_ACCEPTED, NULL, JSON, REQUEST_MS, CW_ROLE_OPERATOR, { { 0 } },
	  "Forgets these topics; those in use come back with their next record." },

	{ "GET", "/connector-plugins", "listPlugins", "plugins", CW_HANDLER_HERDER, CW_OP_PLUGINS, CW_BODY_IGNORED,
	  CW_ANSWER_PLUGINS, "PluginList", JSON, REQUEST_MS, CW_ROLE_VIEWER,
	  { { "connectorsOnly", CW_QUERY_FALSE, CW_REST_ALL_PLUGINS,
	      "false: list transformations, predicates and converters as well." } },
	  "The plugins that this worker can load." },
	{ "GET", "/connector-plugins/{plugin}/config", "getPluginConfig", "plugins", CW_HANDLER_HERDER,
	  CW_OP_PLUGIN_CONFIG, CW_BODY_IGNORED, CW_ANSWER_JSON, "ConfigDefinitionList", JSON, REQUEST_MS,
	  CW_ROLE_VIEWER,
	  { { "version", CW_QUERY_VERSION, 0,
	      "The version that the plugin must have, or a range of versions as [1.0,2.0)." } },
	  "The configuration keys of a plugin." },
	{ "PUT", "/connector-plugins/{plugin}/config/validate", "validateConfig", "plugins", CW_HANDLER_HERDER,
	  CW_OP_VALIDATE, CW_BODY_CONFIG, CW_ANSWER_JSON, "ConfigInfos", JSON, REQUEST_MS, CW_ROLE_ADMIN, { { 0 } },
	  "Checks a connector configuration and reports every error at once; changes nothing." },
	{ "POST", "/connector-plugins/{plugin}/config/preview", "previewConfig", "plugins", CW_HANDLER_HERDER,
	  CW_OP_PREVIEW_CONFIG, CW_BODY_PREVIEW, CW_ANSWER_JSON, "Preview", JSON, REQUEST_MS, CW_ROLE_ADMIN, { { 0 } },
	  "The same preview of a configuration that is in the request, and need not be any connector's." },

	{ "GET", "/admin/loggers", "listLoggers", "loggers", CW_HANDLER_HERDER, CW_OP_LOGGERS, CW_BODY_IGNORED,
	  CW_ANSWER_JSON, "LoggerLevels", JSON, REQUEST_MS, CW_ROLE_VIEWER, { { 0 } },
	  "The levels of all loggers: root, worker (the worker's own process), connectors, and connectors.NAME for each." },
	{ "GET", "/admin/loggers/{logger}", "getLogger", "loggers", CW_HANDLER_HERDER, CW_OP_LOGGER, CW_BODY_IGNORED,
	  CW_ANSWER_JSON, "LoggerLevel", JSON, REQUEST_MS, CW_ROLE_VIEWER, { { 0 } },
	  "The level of one logger." },
	{ "PUT", "/admin/loggers/{logger}", "setLogger", "loggers", CW_HANDLER_HERDER, CW_OP_SET_LOGGER, CW_BODY_LEVEL,
	  CW_ANSWER_LOGGERS, "LoggerNames", JSON, REQUEST_MS, CW_ROLE_ADMIN,
	  { { "scope", CW_QUERY_SCOPE, CW_OP_CLUSTER, "worker (the default) or cluster." } },
	  "Sets the level of a logger and of those below it, until the worker ends: takes effect in the worker and its "
	  "connectors at once." },
};

const char *cw_role_name(enum cw_role role)
{
	static const char *const names[] = { "anybody", "read", "operate", "admin" };

	return names[role];
}

bool cw_area_has(enum cw_area area, const struct cw_uri *uri)
{
	static const char *const common[] = { "health", "metrics", "openapi.json" };
	const char *first = uri->n_segments ? uri->segments[0] : "";

	if (area == CW_AREA_ALL)
		return true;
	if (strcmp(first, "admin") == 0 || area == CW_AREA_MAIN)
		return (area == CW_AREA_ADMIN) == (strcmp(first, "admin") == 0);
	for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
		if (strcmp(first, common[i]) == 0)
			return true;
	return !*first;
}

bool cw_route_is_of_connector(const struct cw_route *route)
{
	return route->body == CW_BODY_CREATE || strstr(route->path, "{connector}");
}

const char *cw_logger_connector(const char *logger)
{
	static const char above[] = "connectors.";
	size_t n = sizeof(above) - 1;

	return strncmp(logger, above, n) == 0 && logger[n] ? logger + n : NULL;
}

const char *cw_route_connector(const struct cw_route_match *match)
{
	if (strstr(match->route->path, "{connector}"))
		return match->name;
	return strstr(match->route->path, "{logger}") ? cw_logger_connector(match->name) : NULL;
}

size_t cw_route_count(void)
{
	return sizeof(routes) / sizeof(routes[0]);
}

const struct cw_route *cw_route_at(size_t i)
{
	return &routes[i];
}

/* An int as Java reads one: a sign and digits, no blanks. */
static bool parse_task(const char *text, int *out)
{
	const char *digits = text + (*text == '-' || *text == '+');
	long n;

	if (!*digits || digits[strspn(digits, "0123456789")])
		return false;
	errno = 0;
	n = strtol(text, NULL, 10);
	if (errno || n < INT32_MIN || n > INT32_MAX)
		return false;
	*out = (int)n;
	return true;
}

static bool segment_is(const char *pattern, size_t n, const char *segment)
{
	return strlen(segment) == n && memcmp(pattern, segment, n) == 0;
}

/* Whether a path fits a pattern. *task_ok is false when "{task}" stands for no number. */
static bool path_matches(const char *pattern, const struct cw_uri *uri, struct cw_route_match *out, bool *task_ok)
{
	size_t i = 0;

	*task_ok = true;
	for (pattern++; *pattern; i++) {
		size_t n = strcspn(pattern, "/");

		if (i == uri->n_segments)
			return false;
		if (segment_is(pattern, n, "{task}"))
			*task_ok = parse_task(uri->segments[i], &out->task);
		else if (pattern[0] == '{')
			out->name = uri->segments[i];
		else if (!segment_is(pattern, n, uri->segments[i]))
			return false;
		pattern += n + (pattern[n] == '/');
	}
	return i == uri->n_segments;
}

static void allow(struct cw_route_match *out, const char *method)
{
	size_t n = strlen(out->allow);

	snprintf(out->allow + n, sizeof(out->allow) - n, "%s%s", n ? ", " : "", method);
}

void cw_route_find(const char *method, const struct cw_uri *uri, struct cw_route_match *out)
{
	const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
	bool number_wrong = false;

	*out = (struct cw_route_match){ .status = 404 };
	for (size_t i = 0; i < cw_route_count(); i++) {
		struct cw_route_match try = { 0 };
		bool task_ok;

		if (!path_matches(routes[i].path, uri, &try, &task_ok))
			continue;
		allow(out, routes[i].method);
		if (strcmp(routes[i].method, "GET") == 0)
			allow(out, "HEAD");
		if (strcmp(routes[i].method, wanted) != 0)
			continue;
		number_wrong = !task_ok;
		out->route = &routes[i];
		out->name = try.name;
		out->task = try.task;
	}
	if (!out->allow[0])
		return;
	allow(out, "OPTIONS");
	out->status = out->route || strcmp(method, "OPTIONS") == 0 ? 200 : 405;
	if (number_wrong) {
		out->route = NULL;
		out->status = 404;
	}
}

static uint32_t expand_flag(const char *value)
{
	if (strcmp(value, "status") == 0)
		return CW_OP_EXPAND_STATUS;
	return strcmp(value, "info") == 0 ? CW_OP_EXPAND_INFO : 0;
}

static uint32_t expand_flags(const struct cw_route_query *query, const struct cw_uri *uri)
{
	uint32_t flags = query->flag;

	for (size_t i = 0; i < uri->n_params; i++)
		if (strcmp(uri->params[i].key, query->name) == 0)
			flags |= expand_flag(uri->params[i].value);
	return flags;
}

static uint32_t query_flags(const struct cw_route_query *query, const struct cw_uri *uri, const char *value)
{
	switch (query->kind) {
	case CW_QUERY_TRUE: return strcasecmp(value, "true") == 0 ? query->flag : 0;
	case CW_QUERY_FALSE: return strcasecmp(value, "true") != 0 ? query->flag : 0;
	case CW_QUERY_SCOPE: return strcasecmp(value, "cluster") == 0 ? query->flag : 0;
	case CW_QUERY_TIME: return query->flag;
	case CW_QUERY_EXPAND: return expand_flags(query, uri);
	case CW_QUERY_LEVEL:
	case CW_QUERY_LINES:
	case CW_QUERY_VERSION:
	case CW_QUERY_WAIT:
	case CW_QUERY_TIMEOUT: break; /* no flag */
	}
	return 0;
}

uint32_t cw_route_flags(const struct cw_route *route, const struct cw_uri *uri)
{
	uint32_t flags = 0;

	for (const struct cw_route_query *query = route->query; query->name; query++) {
		const char *value = cw_uri_param(uri, query->name);

		flags |= value ? query_flags(query, uri, value) : 0;
	}
	return flags;
}

static int parse_wait(const char *value, enum cw_wait *wait, struct cw_error *err)
{
	for (int i = CW_WAIT_RUNNING; i <= CW_WAIT_COMPLETED; i++)
		if (strcasecmp(value, cw_wait_name((enum cw_wait)i)) == 0) {
			*wait = (enum cw_wait)i;
			return 0;
		}
	return cw_error_set(err, CW_ERR_INVALID,
			    "The parameter wait is \"%.40s\", but must be one of RUNNING, PAUSED, STOPPED, COMPLETED", value);
}

static int parse_timeout(const char *value, int64_t *out_ms, struct cw_error *err)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = { { "", 1000 }, { "s", 1000 }, { "ms", 1 }, { "m", 60000 }, { "h", 3600000 } };
	char *end;
	double n = strtod(value, &end);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (end > value && value[strspn(value, "0123456789.")] == *end && strcmp(end, units[i].unit) == 0 &&
		    n * units[i].ms <= CW_WAIT_MAX_MS) {
			*out_ms = (int64_t)(n * units[i].ms);
			return 0;
		}
	return cw_error_set(err, CW_ERR_INVALID, "The parameter timeout is \"%.40s\", but must be a number of seconds, or a "
						 "number with ms, s, m or h, of at most a day", value);
}

int cw_route_wait(const struct cw_route *route, const struct cw_uri *uri, enum cw_wait *wait, int64_t *wait_ms,
		  struct cw_error *err)
{
	*wait = CW_WAIT_NONE;
	*wait_ms = CW_WAIT_DEFAULT_MS;
	for (const struct cw_route_query *query = route->query; query->name; query++) {
		const char *value = cw_uri_param(uri, query->name);

		if (value && query->kind == CW_QUERY_WAIT && parse_wait(value, wait, err) != 0)
			return -1;
		if (value && query->kind == CW_QUERY_TIMEOUT && parse_timeout(value, wait_ms, err) != 0)
			return -1;
	}
	return 0;
}

const char *cw_route_version(const struct cw_route *route, const struct cw_uri *uri)
{
	for (const struct cw_route_query *query = route->query; query->name; query++)
		if (query->kind == CW_QUERY_VERSION)
			return cw_uri_param(uri, query->name);
	return NULL;
}

static int parse_lines(const char *name, const char *value, size_t *out, struct cw_error *err)
{
	size_t digits = strspn(value, "0123456789");

	if (digits == 0 || value[digits] || digits > 9)
		return cw_error_set(err, CW_ERR_INVALID,
				    "The parameter %s is \"%.40s\", but must be a number of %s", name, value, name);
	*out = strtoul(value, NULL, 10);
	return 0;
}

int cw_route_log_filter(const struct cw_route *route, const struct cw_uri *uri, struct cw_log_filter *out,
			struct cw_error *err)
{
	*out = (struct cw_log_filter){ CW_LOG_DEBUG, CW_LOG_LINES_DEFAULT };
	for (const struct cw_route_query *query = route->query; query->name; query++) {
		const char *value = cw_uri_param(uri, query->name);

		if (value && query->kind == CW_QUERY_LEVEL && !cw_logger_level_parse(value, &out->level))
			return cw_error_set(err, CW_ERR_INVALID,
					    "The parameter level is \"%.40s\", but must be one of ERROR, WARN, INFO, DEBUG",
					    value);
		if (value && query->kind == CW_QUERY_LINES && parse_lines(query->name, value, &out->lines, err) != 0)
			return -1;
	}
	return 0;
}

int cw_route_time(const struct cw_route *route, const struct cw_uri *uri, int64_t *epoch_ms, struct cw_error *err)
{
	*epoch_ms = 0;
	for (const struct cw_route_query *query = route->query; query->name; query++) {
		const char *value = query->kind == CW_QUERY_TIME ? cw_uri_param(uri, query->name) : NULL;

		if (value && cw_run_until_time(value, epoch_ms, NULL) != 0)
			return cw_error_set(err, CW_ERR_INVALID,
					    "The parameter %s is \"%.40s\", but must be a time such as "
					    "2026-01-21T22:23:40Z, or milliseconds since 1970", query->name, value);
	}
	return 0;
}
