#include "config/address.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

int cw_address_parse(const char *text, struct cw_address *out, struct cw_error *err)
{
	static const char http[] = "http://", https[] = "https://";

	if (strncasecmp(text, https, strlen(https)) == 0)
		return cw_error_set(err, CW_ERR_INVALID, "TLS listeners are not supported by this version: use "
				    "http:// on 127.0.0.1, behind a proxy that speaks TLS");
	if (strncasecmp(text, http, strlen(http)) != 0)
		return cw_error_set(err, CW_ERR_INVALID, "A listener is http://HOST:PORT, not \"%s\"", text);
	return parse_address(text + strlen(http), 0, out, err);
}

bool cw_address_is_loopback(const struct cw_address *listener)
{
	return strncmp(listener->host, "127.", 4) == 0 || strcmp(listener->host, "::1") == 0 ||
	       strcasecmp(listener->host, "localhost") == 0;
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
