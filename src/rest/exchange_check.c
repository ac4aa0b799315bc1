#include "rest/exchange_impl.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "rest/negotiate.h"
#include "rest/openapi.h"

void cw_exchange_refuse_body(struct cw_exchange *exchange)
{
	CW_AUTO_FREE char *text = cw_format("The request body is larger than the %u bytes that are accepted",
					    CW_REST_BODY_MAX);

	cw_reply_error(&exchange->reply, 413, text);
}

/* What says where a request ends. */
struct framing {
	size_t n_lengths; /* fields that say how long the body is */
	bool bad_name;
};

/* A character of a header field's name (RFC 9110, 5.6.2). */
static bool is_token(char c)
{
	return isalnum((unsigned char)c) || strchr("!#$%&'*+-.^_`|~", c);
}

static enum MHD_Result look_at_field(void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct framing *framing = cls;

	(void)kind;
	(void)value;
	framing->n_lengths += strcasecmp(key, "Content-Length") == 0 || strcasecmp(key, "Transfer-Encoding") == 0;
	framing->bad_name = framing->bad_name || !*key;
	for (const char *p = key; *p; p++)
		framing->bad_name = framing->bad_name || !is_token(*p);
	return MHD_YES;
}

/*
 * What somebody before this server may have read otherwise, so that a part of the body is a request to one of the two
 * (RFC 9112, 5.1 and 6.3). libmicrohttpd takes the first of several lengths, and "Content-Length :" for another field.
 */
static bool refuse_framing(struct cw_exchange *exchange)
{
	struct framing framing = { 0 };

	MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, look_at_field, &framing);
	if (framing.bad_name)
		cw_reply_error(&exchange->reply, 400,
			       "The name of a header field is empty, or has a character that none may have, such as a blank "
			       "before its colon");
	else if (framing.n_lengths > 1)
		cw_reply_error(&exchange->reply, 400,
			       "The length of the body is said more than once: one Content-Length or Transfer-Encoding header "
			       "field is allowed");
	return exchange->reply.status != 0;
}

/*
 * What is answered before the body: bodies whose end is not to be seen, or may be seen elsewhere by others, and such as
 * are far too long, or whose sender waits to hear. The connection is closed after such an answer.
 */
void cw_exchange_refuse_early(struct cw_exchange *exchange)
{
	const char *coding = cw_exchange_header(exchange, "Transfer-Encoding"),
		   *length = cw_exchange_header(exchange, "Content-Length");
	unsigned long long announced = length && !coding ? strtoull(length, NULL, 10) : 0;

	if (refuse_framing(exchange))
		return;
	if (coding && strcasecmp(coding, "chunked") != 0)
		cw_reply_error(&exchange->reply, 501, "The only Transfer-Encoding that is understood is chunked");
	else if (announced > CW_REST_DRAIN_MAX || (announced > CW_REST_BODY_MAX && cw_exchange_header(exchange, "Expec"
														"t")))
		cw_exchange_refuse_body(exchange);
}

static enum MHD_Result add_size(void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
	size_t *size = cls;

	(void)kind;
	*size += strlen(key) + (value ? strlen(value) : 0) + 4;
	return MHD_YES;
}

static enum MHD_Result add_accept(void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
	(void)kind;
	if (value && strcasecmp(key, "Accept") == 0)
		cw_buf_printf(cls, ",%s", value);
	return MHD_YES;
}

/* Several Accept fields count as one list. */
static bool accepts(const struct cw_exchange *exchange, const char *type)
{
	struct cw_buf accept = { 0 };
	bool accepted;

	MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, add_accept, &accept);
	accepted = cw_media_accepted(accept.p, type);
	cw_buf_free(&accept);
	return accepted;
}

static void check_limits(struct cw_exchange *exchange, const char *version)
{
	size_t size = 0;

	MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, add_size, &size);
	if (strlen(exchange->target) > CW_REST_URI_MAX)
		cw_reply_http_error(&exchange->reply, 414);
	else if (size > CW_REST_HEADERS_MAX)
		cw_reply_http_error(&exchange->reply, 431);
	else if (!cw_exchange_header(exchange, "Host") && strcmp(version, "HTTP/1.0") != 0)
		cw_reply_error(&exchange->reply, 400, "An HTTP/1.1 request needs a Host header field");
}

static void reply_options(struct cw_exchange *exchange)
{
	cw_reply_text(&exchange->reply, 200, "text/plain", cw_strdup(exchange->match.allow));
	exchange->reply.allow = exchange->match.allow;
}

static void find_route(struct cw_exchange *exchange)
{
	struct cw_error err = { 0 };

	if (cw_uri_parse(exchange->target, &exchange->uri, &err) < 0) {
		cw_reply_error_of(&exchange->reply, &err);
		return;
	}
	cw_route_find(exchange->method, &exchange->uri, &exchange->match);
	if (!cw_area_has(exchange->endpoint->area, &exchange->uri))
		exchange->match = (struct cw_route_match){ .status = 404 };
	if (exchange->match.route)
		return;
	if (exchange->match.status == 200) {
		reply_options(exchange);
		return;
	}
	cw_reply_http_error(&exchange->reply, exchange->match.status);
	if (exchange->match.status == 405)
		exchange->reply.allow = exchange->match.allow;
}

static void check_media(struct cw_exchange *exchange)
{
	const char *coding = cw_exchange_header(exchange, "Content-Encoding");
	bool writes = strcmp(exchange->method, "POST") == 0 || strcmp(exchange->method, "PUT") == 0 ||
		      strcmp(exchange->method, "PATCH") == 0;

	if (exchange->received > CW_REST_BODY_MAX)
		cw_exchange_refuse_body(exchange);
	else if (writes && exchange->received > 0 &&
		 (!cw_media_is(cw_exchange_header(exchange, "Content-Type"), "application/json") ||
		  (coding && strcasecmp(coding, "identity") != 0)))
		cw_reply_http_error(&exchange->reply, 415);
	else if (!accepts(exchange, exchange->match.route->produces))
		cw_reply_http_error(&exchange->reply, 406);
}

void cw_exchange_check_head(struct cw_exchange *exchange, const char *version)
{
	check_limits(exchange, version);
	if (!exchange->reply.status)
		find_route(exchange);
}

void cw_exchange_check_body(struct cw_exchange *exchange)
{
	if (!exchange->reply.status)
		check_media(exchange);
	if (!exchange->reply.status && exchange->match.route->handler == CW_HANDLER_OPENAPI)
		cw_reply_text(&exchange->reply, 200, exchange->match.route->produces, cw_openapi_json());
}
