#include "config/address.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#include "base/mem.h"
#include "config/number.h"

/* Splits "HOST:PORT"; least is the lowest port. */
static int parse_address(const char *text, int64_t least, struct cw_address *out, struct cw_error *err)
{
	const char *colon = strrchr(text, ':'), *host = text, *end;
	int64_t port;

	if (!colon || strchr(colon, ']'))
		return cw_error_set(err, CW_ERR_INVALID, "\"%s\" has no port; write HOST:PORT", text);
	if (!cw_parse_integer(colon + 1, strlen(colon + 1), least, UINT16_MAX, &port))
		return cw_error_set(err, CW_ERR_INVALID, "The port of \"%s\" must be a number from %d to 65535", text,
				    (int)least);
	end = colon;
	if (*host == '[') {
		if (end[-1] != ']')
			return cw_error_set(err, CW_ERR_INVALID, "\"%s\" has a \"[\" without its \"]\"", text);
		host++;
		end--;
	} else if (memchr(host, ':', (size_t)(end - host))) {
		return cw_error_set(err, CW_ERR_INVALID, "An IPv6 address stands in brackets, as in [::1]:8083, "
				    "not \"%s\"", text);
	}
	if ((size_t)(end - host) >= sizeof(out->host))
		return cw_error_set(err, CW_ERR_INVALID, "The host name is longer than 255 bytes");
	if (strcspn(host, " \t/@[") < (size_t)(end - host))
		return cw_error_set(err, CW_ERR_INVALID, "\"%s\" is not a host name or address with a port", text);
	memcpy(out->host, host, (size_t)(end - host));
	out->host[end - host] = '\0';
	out->port = (uint16_t)port;
	return 0;
}

static int parse_path(const char *text, const char *path, struct cw_address *out, struct cw_error *err)
{
	/* "unix:///PATH" is what some clients write. */
	if (strncmp(path, "//", 2) == 0)
		path += 2;
	if (*path != '/' || !path[1])
		return cw_error_set(err, CW_ERR_INVALID,
				    "A Unix socket is unix:/PATH with an absolute path, not \"%s\"", text);
	if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return cw_error_set(err, CW_ERR_INVALID,
				    "The path of a Unix socket has at most %zu bytes, \"%s\" is longer",
				    sizeof(((struct sockaddr_un *)0)->sun_path) - 1, path);
	memcpy(out->host, path, strlen(path) + 1);
	out->port = 0;
	return 0;
}

int cw_address_parse(const char *text, struct cw_address *out, struct cw_error *err)
{
	static const struct {
		const char *prefix;
		enum cw_scheme scheme;
	} schemes[] = { { "http://", CW_SCHEME_HTTP }, { "https://", CW_SCHEME_HTTPS }, { "unix:", CW_SCHEME_UNIX } };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		size_t n = strlen(schemes[i].prefix), rest = strlen(text);
		CW_AUTO_FREE char *address = NULL;

		if (strncasecmp(text, schemes[i].prefix, n) != 0)
			continue;
		out->scheme = schemes[i].scheme;
		if (out->scheme == CW_SCHEME_UNIX)
			return parse_path(text, text + n, out, err);
		address = cw_strndup(text + n, rest - n - (text[rest - 1] == '/' && rest > n));
		return parse_address(address, 0, out, err);
	}
	return cw_error_set(err, CW_ERR_INVALID,
			    "A listener is http://HOST:PORT, https://HOST:PORT or unix:/PATH, not \"%s\"", text);
}

bool cw_address_is_loopback(const struct cw_address *listener)
{
	const char *host = listener->host;

	return listener->scheme == CW_SCHEME_UNIX || strcmp(host, "::1") == 0 || strcasecmp(host, "localhost") == 0 ||
	       (strncmp(host, "127.", 4) == 0 && !host[strspn(host, "0123456789.")]);
}

/* Calls check() for each item; the value was read as a list without empty items, or is checked for them here. */
static int each_item(const char *value, int (*check)(const char *item, struct cw_error *err), struct cw_error *err)
{
	CW_AUTO_FREE char *copy = cw_strdup(value);
	char *rest = copy, *item;

	while ((item = strsep(&rest, ",")) != NULL) {
		size_t n;

		item += strspn(item, " \t");
		for (n = strlen(item); n && strchr(" \t", item[n - 1]); n--)
			item[n - 1] = '\0';
		if (check(item, err) < 0)
			return -1;
	}
	return 0;
}

static int listener_check(const char *item, struct cw_error *err)
{
	struct cw_address listener;

	return cw_address_parse(item, &listener, err);
}

int cw_listeners_check(const char *value, struct cw_error *err)
{
	return each_item(value, listener_check, err);
}

int cw_admin_listeners_check(const char *value, struct cw_error *err)
{
	return value[strspn(value, " \t")] ? each_item(value, listener_check, err) : 0;
}

static int server_check(const char *item, struct cw_error *err)
{
	const char *scheme = strstr(item, "://");
	struct cw_address server;

	if (parse_address(scheme ? scheme + 3 : item, 1, &server, err) < 0)
		return -1;
	if (!server.host[0])
		return cw_error_set(err, CW_ERR_INVALID, "\"%s\" has no host; write HOST:PORT", item);
	return 0;
}

int cw_bootstrap_servers_check(const char *value, struct cw_error *err)
{
	return each_item(value, server_check, err);
}
