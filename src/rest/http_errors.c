/*
 * http_errors - JSON for what libmicrohttpd refuses by itself, and no harm from it.
 *
 * A request that is no HTTP (a broken header line or chunk, a head that is larger than the connection's
 * memory, HTTP/2 …) is answered by libmicrohttpd without a callback of ours, with an HTML page, and it has
 * no option to change that; to a broken Content-Length 0.9.75 even sends its head twice. All answers go
 * through its exported MHD_queue_response(), though, its own included. The definition here comes first for
 * the dynamic linker: answers of ours, known by their X-Request-Id, are passed on; instead of a page of the
 * library the error body that clients of this API parse is sent, and the connection closed, as the library
 * would have done. Should a libmicrohttpd be used that calls itself directly, those answers are HTML again,
 * no more.
 *
 * Once the connection is closed its memory is gone. libmicrohttpd looks at that after each refusal but two: when
 * there is no room for one more parameter of the query, and none for a cookie, 0.9.75 to 0.9.77 go on reading the
 * request in memory that they have freed. Nobody here asks libmicrohttpd for either (the query is rest/uri's), so
 * neither is kept, by the same means, and there is always room: a long query or many cookies are what other long
 * targets and heads are.
 */
#include <dlfcn.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "rest/exchange.h"
#include "rest/reply.h"

#define DRAIN_MAX (256u << 10)

/* libmicrohttpd's own function of that name, into a pointer to such a function; NULL: there is none. */
static void find_own(const char *name, void *function, size_t size)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	memcpy(function, &symbol, size);
}

/* ---- refusals ---- */

static void error_reply(unsigned status, struct cw_reply *reply)
{
	CW_AUTO_FREE char *text = cw_format("HTTP 400 %s: this is not a request that can be read", cw_http_reason(400));

	if (status == 400)
		cw_reply_error(reply, status, text);
	else
		cw_reply_http_error(reply, status);
}

static void send_all(int fd, gnutls_session_t session, const struct cw_buf *out)
{
	if (session)
		gnutls_record_send(session, out->p, out->n);
	else
		send(fd, out->p, out->n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void cw_http_error_send(int fd, gnutls_session_t session, unsigned status)
{
	struct cw_reply reply = { 0 };
	struct cw_buf out = { 0 };
	char id[CW_REQUEST_ID_MAX + 1];

	error_reply(status, &reply);
	cw_request_id_make(id);
	cw_buf_printf(&out,
		      "HTTP/1.1 %u %s\r\nConnection: close\r\nServer: connect-worker/%s\r\nX-Request-Id: %s\r\n"
		      "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
		      status, cw_http_reason(status), PACKAGE_VERSION, id, reply.content_type, reply.body_n,
		      reply.body);
	send_all(fd, session, &out);
	cw_buf_free(&out);
	cw_reply_free(&reply);
}

/* Closing with unread bytes would reset the connection, perhaps before the client has read the answer. */
static void drop_unread(int fd)
{
	char dropped[4096];
	size_t n = 0;
	ssize_t got;

	while (n < DRAIN_MAX && (got = recv(fd, dropped, sizeof(dropped), MSG_DONTWAIT)) > 0)
		n += (size_t)got;
}

static void send_error(struct MHD_Connection *connection, unsigned status)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	const struct cw_connection *socket = info ? info->socket_context : NULL;

	if (!socket)
		return;
	cw_http_error_send(socket->fd, socket->session, status);
	drop_unread(socket->fd);
}

enum MHD_Result MHD_queue_response(struct MHD_Connection *connection, unsigned int status,
				   struct MHD_Response *response)
{
	enum MHD_Result (*queue)(struct MHD_Connection *, unsigned int, struct MHD_Response *);

	find_own("MHD_queue_response", &queue, sizeof(queue));
	if (!queue)
		return MHD_NO;
	if (!response || MHD_get_response_header(response, "X-Request-Id"))
		return queue(connection, status, response);
	send_error(connection, status);
	return MHD_NO;
}

/* ---- what is not kept ---- */

enum MHD_Result MHD_set_connection_value_n(struct MHD_Connection *connection, enum MHD_ValueKind kind, const char *key,
					   size_t key_size, const char *value, size_t value_size)
{
	enum MHD_Result (*set)(struct MHD_Connection *, enum MHD_ValueKind, const char *, size_t, const char *, size_t);

	if (kind == MHD_GET_ARGUMENT_KIND)
		return MHD_YES;
	find_own("MHD_set_connection_value_n", &set, sizeof(set));
	return set ? set(connection, kind, key, key_size, value, value_size) : MHD_NO;
}

/* Without the field there are no cookies, and no copy to take them apart in. */
enum MHD_Result MHD_lookup_connection_value_n(struct MHD_Connection *connection, enum MHD_ValueKind kind,
					      const char *key, size_t key_size, const char **value,
					      size_t *value_size)
{
	enum MHD_Result (*look)(struct MHD_Connection *, enum MHD_ValueKind, const char *, size_t, const char **,
				size_t *);

	if (key && strcasecmp(key, MHD_HTTP_HEADER_COOKIE) == 0)
		return MHD_NO;
	find_own("MHD_lookup_connection_value_n", &look, sizeof(look));
	return look ? look(connection, kind, key, key_size, value, value_size) : MHD_NO;
}
