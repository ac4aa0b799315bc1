#include "rest/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 128

/* Binds and listens; closes fd, with errno kept, when that fails. */
static int listen_at(int fd, const struct sockaddr *address, socklen_t n)
{
	int failure;

	if (bind(fd, address, n) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	failure = errno;
	close(fd);
	errno = failure;
	return -1;
}

/* ---- TCP ---- */

static int listen_on(const struct addrinfo *address)
{
	int on = 1, off = 0;
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (address->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	return listen_at(fd, address->ai_addr, address->ai_addrlen);
}

static void describe(struct cw_listener *out)
{
	const char *host = *out->address.host ? out->address.host : "0.0.0.0";
	const char *scheme = out->address.scheme == CW_SCHEME_HTTPS ? "https" : "http";
	struct sockaddr_storage bound = { 0 };
	socklen_t n = sizeof(bound);
	bool six;

	getsockname(out->fd, (struct sockaddr *)&bound, &n);
	six = bound.ss_family == AF_INET6;
	out->address.port = ntohs(six ? ((struct sockaddr_in6 *)&bound)->sin6_port :
					((struct sockaddr_in *)&bound)->sin_port);
	snprintf(out->url, sizeof(out->url), strchr(host, ':') ? "%s://[%s]:%u" : "%s://%s:%u", scheme, host,
		 out->address.port);
}

static int open_tcp(const char *listener, struct cw_listener *out, struct cw_error *err)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	struct addrinfo *addresses = NULL;
	const char *host = out->address.host;
	char port[8];
	int rc;

	snprintf(port, sizeof(port), "%u", out->address.port);
	if (!*host)
		hints.ai_family = AF_INET;
	rc = getaddrinfo(*host ? host : NULL, port, &hints, &addresses);
	/* Without /etc/hosts nobody may know localhost; it is loopback all the same (RFC 6761). */
	if (rc && strcasecmp(host, "localhost") == 0)
		rc = getaddrinfo("127.0.0.1", port, &hints, &addresses);
	if (rc)
		return cw_error_set(err, CW_ERR_INVALID, "listeners: \"%s\": the host cannot be resolved: %s", listener,
				    gai_strerror(rc));
	for (const struct addrinfo *address = addresses; address && out->fd < 0; address = address->ai_next)
		out->fd = listen_on(address);
	rc = errno;
	freeaddrinfo(addresses);
	if (out->fd < 0)
		return cw_error_set(err, CW_ERR_FATAL, "REST cannot listen on %s: %s", listener, strerror(rc));
	describe(out);
	return 0;
}

/* ---- Unix sockets ---- */

/*
 * Removes a socket file that a process left behind when it died. -1 with *err when it is in use, or is something
 * else.
 */
static int remove_stale(const struct sockaddr_un *address, struct cw_error *err)
{
	struct stat st;
	int fd, rc, failure;

	if (lstat(address->sun_path, &st) != 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return cw_error_set(err, CW_ERR_FATAL,
				    "REST cannot listen on unix:%s: there is a file that is no socket",
				    address->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	rc = connect(fd, (const struct sockaddr *)address, sizeof(*address));
	failure = errno;
	close(fd);
	if (rc != 0 && failure == ECONNREFUSED && unlink(address->sun_path) == 0)
		return 0;
	return cw_error_set(err, CW_ERR_FATAL, "REST cannot listen on unix:%s: another process listens on it",
			    address->sun_path);
}

static int open_unix(unsigned mode, struct cw_listener *out, struct cw_error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat st = { 0 };
	int fd;

	memcpy(address.sun_path, out->address.host, strnlen(out->address.host, sizeof(address.sun_path) - 1));
	if (remove_stale(&address, err) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* The file gets the mode that the socket has, less the umask; what that took away is given afterwards. */
	if (fd >= 0)
		fchmod(fd, mode);
	out->fd = fd < 0 ? -1 : listen_at(fd, (struct sockaddr *)&address, sizeof(address));
	if (out->fd < 0)
		return cw_error_set(err, CW_ERR_FATAL, "REST cannot listen on unix:%s: %s", address.sun_path,
				    strerror(errno));
	chmod(address.sun_path, mode);
	lstat(address.sun_path, &st);
	out->device = st.st_dev;
	out->inode = st.st_ino;
	snprintf(out->url, sizeof(out->url), "unix:%s", address.sun_path);
	return 0;
}

int cw_listener_open(const char *listener, unsigned socket_mode, struct cw_listener *out, struct cw_error *err)
{
	struct cw_error reason = { 0 };

	*out = (struct cw_listener){ .fd = -1 };
	if (cw_address_parse(listener, &out->address, &reason) < 0)
		return cw_error_set(err, CW_ERR_INVALID, "listeners: %s", reason.text);
	return out->address.scheme == CW_SCHEME_UNIX ? open_unix(socket_mode, out, err) : open_tcp(listener, out, err);
}

void cw_listener_close(struct cw_listener *listener)
{
	struct stat st;

	if (listener->fd < 0)
		return;
	/* Not another's that has taken its place. */
	if (listener->address.scheme == CW_SCHEME_UNIX && lstat(listener->address.host, &st) == 0 &&
	    st.st_dev == listener->device && st.st_ino == listener->inode)
		unlink(listener->address.host);
	close(listener->fd);
	listener->fd = -1;
}
