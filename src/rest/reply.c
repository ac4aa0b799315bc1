#include "rest/reply.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/etag.h"
#include "base/mem.h"

#define JSON "application/json"
#define WARNINGS_MAX 10 /* header fields, which clients and proxies have little room for */
#define WARNING_BYTES_MAX 400

static const struct {
	unsigned status;
	const char *reason;
} reasons[] = {
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 412, "Precondition Failed" },
	{ 413, "Request Entity Too Large" },
	{ 414, "Request-URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 505, "HTTP Version Not Supported" },
};

const char *cw_http_reason(unsigned status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "";
}

void cw_reply_text(struct cw_reply *reply, unsigned status, const char *content_type, char *text)
{
	cw_reply_free(reply);
	reply->status = status;
	reply->content_type = content_type;
	reply->body = text;
	reply->body_n = strlen(text);
}

void cw_reply_error(struct cw_reply *reply, unsigned status, const char *text)
{
	struct cw_buf body = { 0 };

	cw_buf_printf(&body, "{\"error_code\":%u,\"message\":\"", status);
	cw_buf_json_escape(&body, text, strlen(text));
	cw_buf_puts(&body, "\"}");
	cw_reply_text(reply, status, JSON, cw_buf_take(&body));
}

void cw_reply_http_error(struct cw_reply *reply, unsigned status)
{
	CW_AUTO_FREE char *text = cw_format("HTTP %u %s", status, cw_http_reason(status));

	cw_reply_error(reply, status, text);
}

static unsigned error_status(enum cw_error_code code)
{
	switch (code) {
	case CW_ERR_INVALID:
		return 400;
	case CW_ERR_NOT_FOUND:
		return 404;
	case CW_ERR_CONFLICT:
		return 409;
	case CW_ERR_RETRIABLE:
		return 503;
	default:
		return 500;
	}
}

void cw_reply_error_of(struct cw_reply *reply, const struct cw_error *err)
{
	cw_reply_error(reply, error_status(err->code), err->text);
	reply->retry_after = err->code == CW_ERR_RETRIABLE;
}

static unsigned refusal_status(enum cw_refusal refusal)
{
	switch (refusal) {
	case CW_REFUSAL_PRECONDITION: return 412;
	case CW_REFUSAL_FORBIDDEN: return 403;
	default: return 504;
	}
}

/* Kafka Connect's words for a request that took too long, with what the worker was doing. */
static void timeout_text(struct cw_buf *out, const char *text)
{
	static const char head[] = "Request timed out";

	if (strncmp(text, head, sizeof(head) - 1) != 0)
		cw_buf_printf(out, "%s. ", head);
	cw_buf_puts(out, text);
}

void cw_reply_json(struct cw_reply *reply, unsigned status, const json_t *body)
{
	char *text = body ? json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	if (text)
		cw_reply_text(reply, status, JSON, text);
	else
		cw_reply_error(reply, 500, "The worker's answer has no body");
}

static void reply_empty(struct cw_reply *reply, unsigned status)
{
	cw_reply_free(reply);
	reply->status = status;
}

/* Its body is somebody else's to send. */
static void reply_stream(struct cw_reply *reply, const char *content_type)
{
	reply_empty(reply, 200);
	reply->content_type = content_type;
}

static void reply_created(struct cw_reply *reply, const struct cw_answer *answer, const char *name,
			  const char *base_url)
{
	struct cw_buf location = { 0 };

	cw_reply_json(reply, 201, answer->body);
	if (reply->status != 201)
		return;
	cw_buf_printf(&location, "%s/connectors/", base_url);
	cw_uri_encode(&location, name);
	reply->location = cw_buf_take(&location);
}

/* A worker that cannot answer is unhealthy; the probe gets the entity it expects either way. */
static void reply_health(struct cw_reply *reply, const struct cw_answer *answer, bool timed_out)
{
	const char *status = json_string_value(json_object_get(answer->body, "status"));
	struct cw_buf text = { 0 };

	if (answer->error.code == CW_ERR_NONE && status) {
		unsigned code = strcmp(status, "healthy") == 0 ? 200 : strcmp(status, "starting") == 0 ? 503 : 500;

		cw_reply_json(reply, code, answer->body);
		reply->retry_after = code == 503;
		return;
	}
	cw_buf_puts(&text, "{\"status\":\"unhealthy\",\"message\":\"");
	if (timed_out)
		cw_buf_puts(&text, "The worker's main loop did not answer in time. ");
	cw_buf_json_escape(&text, answer->error.text, strlen(answer->error.text));
	cw_buf_puts(&text, "\"}");
	cw_reply_text(reply, 500, JSON, cw_buf_take(&text));
}

/* Everything of it works: probes look at the status code alone. */
static void reply_ready(struct cw_reply *reply, const struct cw_answer *answer)
{
	const char *state = json_string_value(json_object_get(answer->body, "summary_state"));
	bool ready = state && (strcmp(state, "RUNNING") == 0 || strcmp(state, "COMPLETED") == 0);

	cw_reply_json(reply, ready ? 200 : 503, answer->body);
	reply->retry_after = !ready;
}

static bool is_connector(const json_t *plugin)
{
	const char *type = json_string_value(json_object_get(plugin, "type"));

	return type && (strcmp(type, "sink") == 0 || strcmp(type, "source") == 0);
}

static void reply_plugins(struct cw_reply *reply, const struct cw_answer *answer, bool all)
{
	json_t *list = json_array(), *plugin;
	size_t i;

	json_array_foreach(answer->body, i, plugin)
		if (all || is_connector(plugin))
			json_array_append(list, plugin);
	cw_reply_json(reply, 200, list);
	json_decref(list);
}

static void reply_success(struct cw_reply *reply, const struct cw_route *route, const struct cw_rest_request *request,
			  const struct cw_answer *answer, const struct cw_reply_context *context)
{
	if (request->herder.flags & CW_OP_DRY_RUN) {
		cw_reply_json(reply, 200, answer->body);
		return;
	}
	switch (route->answer) {
	case CW_ANSWER_CREATED:
		reply_created(reply, answer, request->herder.name, context->base_url);
		break;
	case CW_ANSWER_PUT:
		if (answer->created)
			reply_created(reply, answer, request->herder.name, context->base_url);
		else
			cw_reply_json(reply, 200, answer->body);
		break;
	case CW_ANSWER_ACCEPTED:
	case CW_ANSWER_EMPTY:
		if (request->herder.wait != CW_WAIT_NONE)
			cw_reply_json(reply, 200, answer->body);
		else
			reply_empty(reply, route->answer == CW_ANSWER_ACCEPTED ? 202 : 204);
		break;
	case CW_ANSWER_RESTART:
		if (request->herder.wait != CW_WAIT_NONE)
			cw_reply_json(reply, 200, answer->body);
		else if (request->herder.flags)
			cw_reply_json(reply, 202, answer->body);
		else
			reply_empty(reply, 204);
		break;
	case CW_ANSWER_LOGS:
		if (request->herder.flags & CW_OP_FOLLOW)
			reply_stream(reply, CW_NDJSON);
		else
			cw_reply_json(reply, 200, answer->body);
		break;
	case CW_ANSWER_LOGGERS:
		if (request->herder.flags & CW_OP_CLUSTER)
			reply_empty(reply, 204);
		else
			cw_reply_json(reply, 200, answer->body);
		break;
	case CW_ANSWER_READY:
		reply_ready(reply, answer);
		break;
	case CW_ANSWER_PLUGINS:
		reply_plugins(reply, answer, request->flags & CW_REST_ALL_PLUGINS);
		break;
	case CW_ANSWER_METRICS:
		cw_reply_text(reply, 200, CW_METRICS_CONTENT_TYPE, cw_metrics_render(answer->body, &context->process));
		break;
	default:
		cw_reply_json(reply, 200, answer->body);
	}
}

/* The sentence inside a quoted string of HTTP. */
static void put_quoted(struct cw_buf *out, const char *text)
{
	size_t n = strlen(text);

	while (n > WARNING_BYTES_MAX || (n && text[n] && ((unsigned char)text[n] & 0xC0) == 0x80))
		n--;
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '"' || text[i] == '\\')
			cw_buf_puts(out, "\\");
		cw_buf_append(out, (unsigned char)text[i] < ' ' || text[i] == 0x7f ? " " : &text[i], 1);
	}
	cw_buf_puts(out, text[n] ? "..." : "");
}

char *cw_reply_warning(const struct cw_reply *reply, size_t i)
{
	size_t n = json_array_size(reply->warnings);
	struct cw_buf out = { 0 };

	if (i >= n || i > WARNINGS_MAX)
		return NULL;
	cw_buf_puts(&out, "299 connect-worker \"");
	if (i < WARNINGS_MAX)
		put_quoted(&out, json_string_value(json_array_get(reply->warnings, i)));
	else
		cw_buf_printf(&out, "and %zu more: PUT /connector-plugins/PLUGIN/config/validate says them all",
			      n - WARNINGS_MAX);
	cw_buf_puts(&out, "\"");
	return cw_buf_take(&out);
}

/* A client that has this version already is told so. */
static void reply_etag(struct cw_reply *reply, const struct cw_route *route, const struct cw_answer *answer,
		       const struct cw_reply_context *context)
{
	bool known = context->if_none_match && *answer->etag &&
		     cw_etag_listed(context->if_none_match, answer->etag, true);

	if (known && strcmp(route->method, "GET") == 0)
		reply_empty(reply, 304);
	memcpy(reply->etag, answer->etag, sizeof(reply->etag));
}

void cw_reply_answer(struct cw_reply *reply, const struct cw_route *route, const struct cw_rest_request *request,
		     const struct cw_answer *answer, const struct cw_reply_context *context)
{
	bool timed_out = context->timed_out && answer->error.code == CW_ERR_RETRIABLE &&
			 answer->refusal == CW_REFUSAL_NONE;
	struct cw_buf text = { 0 };

	if (route->answer == CW_ANSWER_HEALTH) {
		reply_health(reply, answer, timed_out);
	} else if (timed_out) {
		/* 500, as Kafka Connect has it: whether it took effect is unknown. */
		timeout_text(&text, answer->error.text);
		cw_reply_error(reply, 500, text.p);
		cw_buf_free(&text);
	} else if (answer->refusal != CW_REFUSAL_NONE) {
		cw_reply_error(reply, refusal_status(answer->refusal), answer->error.text);
	} else if (answer->error.code != CW_ERR_NONE) {
		const char *all = json_string_value(answer->body);

		cw_reply_error(reply, error_status(answer->error.code), all ? all : answer->error.text);
		reply->retry_after = answer->error.code == CW_ERR_RETRIABLE;
	} else {
		reply_success(reply, route, request, answer, context);
		reply_etag(reply, route, answer, context);
		reply->warnings = json_incref(answer->warnings);
	}
}

void cw_reply_free(struct cw_reply *reply)
{
	free(reply->body);
	free(reply->location);
	json_decref(reply->warnings);
	*reply = (struct cw_reply){ 0 };
}
