#include "rest/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

#define BACKLOG 128

/* "http://HOST:PORT" into its parts. */
static int parse(const char *listener, char *host, size_t host_size, char *port, size_t port_size, struct cw_error *err)
{
	static const char scheme[] = "http://";
	const char *start = listener + sizeof(scheme) - 1, *colon;
	char *end;
	size_t n;

	if (strncasecmp(listener, "https://", 8) == 0)
		return cw_error_set(err, CW_ERR_INVALID,
				    "listeners: \"%s\": HTTPS is not supported, put a TLS proxy in front of http://",
				    listener);
	if (strncasecmp(listener, scheme, sizeof(scheme) - 1) != 0)
		return cw_error_set(err, CW_ERR_INVALID,
				    "listeners: \"%s\" must look like http://HOST:PORT", listener);
	colon = strrchr(start, ':');
	if (!colon || strtol(colon + 1, &end, 10) < 0 || strtol(colon + 1, &end, 10) > 65535 || end == colon + 1 ||
	    (*end && strcmp(end, "/") != 0) || !strchr("0123456789", colon[1]))
		return cw_error_set(err, CW_ERR_INVALID,
				    "listeners: \"%s\" must end in a port between 0 and 65535, as in "
				    "http://127.0.0.1:8083", listener);
	n = (size_t)(colon - start);
	if (n >= 2 && start[0] == '[' && start[n - 1] == ']') {
		start++;
		n -= 2;
	} else if (memchr(start, ':', n)) {
		return cw_error_set(err, CW_ERR_INVALID,
				    "listeners: \"%s\": an IPv6 address must be in brackets, as in http://[::1]:8083",
				    listener);
	}
	if (n >= host_size || (size_t)(end - colon - 1) >= port_size)
		return cw_error_set(err, CW_ERR_INVALID, "listeners: \"%s\" is too long", listener);
	memcpy(host, start, n);
	host[n] = '\0';
	memcpy(port, colon + 1, (size_t)(end - colon - 1));
	port[end - colon - 1] = '\0';
	return 0;
}

static int listen_on(const struct addrinfo *address)
{
	int on = 1, off = 0;
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (address->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	on = errno;
	close(fd);
	errno = on;
	return -1;
}

static void describe(const char *host, struct cw_listener *out)
{
	struct sockaddr_storage bound = { 0 };
	socklen_t n = sizeof(bound);
	bool six, any = !*host;

	getsockname(out->fd, (struct sockaddr *)&bound, &n);
	six = bound.ss_family == AF_INET6;
	if (any)
		host = "0.0.0.0";
	snprintf(out->url, sizeof(out->url), strchr(host, ':') ? "http://[%.60s]:%u" : "http://%.60s:%u", host,
		 ntohs(six ? ((struct sockaddr_in6 *)&bound)->sin6_port : ((struct sockaddr_in *)&bound)->sin_port));
	if (any)
		log_warn(NULL, "REST listens on all interfaces, and asks nobody who he is: %s", out->url);
}

int cw_listener_open(const char *listener, struct cw_listener *out, struct cw_error *err)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	struct addrinfo *addresses = NULL;
	char host[64], port[8];
	int rc;

	if (parse(listener, host, sizeof(host), port, sizeof(port), err) < 0)
		return -1;
	if (!*host)
		hints.ai_family = AF_INET;
	rc = getaddrinfo(*host ? host : NULL, port, &hints, &addresses);
	/* Without /etc/hosts nobody may know localhost; it is loopback all the same (RFC 6761). */
	if (rc && strcasecmp(host, "localhost") == 0)
		rc = getaddrinfo("127.0.0.1", port, &hints, &addresses);
	if (rc)
		return cw_error_set(err, CW_ERR_INVALID, "listeners: \"%s\": the host cannot be resolved: %s", listener,
				    gai_strerror(rc));
	out->fd = -1;
	for (const struct addrinfo *address = addresses; address && out->fd < 0; address = address->ai_next)
		out->fd = listen_on(address);
	rc = errno;
	freeaddrinfo(addresses);
	if (out->fd < 0)
		return cw_error_set(err, CW_ERR_FATAL, "REST cannot listen on %s: %s", listener, strerror(rc));
	describe(host, out);
	return 0;
}
