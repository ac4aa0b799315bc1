/* address - addresses as Kafka Connect's listeners and bootstrap.servers write them. Pure. */
#ifndef CW_CONFIG_ADDRESS_H
#define CW_CONFIG_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "connect-worker/connector.h"

enum cw_scheme { CW_SCHEME_HTTP = 0, CW_SCHEME_HTTPS, CW_SCHEME_UNIX };

struct cw_address {
	enum cw_scheme scheme;
	char host[256]; /* without brackets; empty: all addresses. UNIX: the absolute path of the socket */
	uint16_t port;  /* 0: any free one */
};

/*
 * "http://HOST:PORT", "https://HOST:PORT" (an IPv6 address in brackets, a slash at the end is fine), "unix:/PATH".
 * 0, or -1 with *err set to what is wrong with it.
 */
int cw_address_parse(const char *text, struct cw_address *out, struct cw_error *err);
/* Only this machine can reach it: 127.x.x.x, ::1, localhost, and Unix sockets. */
bool cw_address_is_loopback(const struct cw_address *listener);

/* Checks of whole keys: "http://…,unix:/…", of which one may be empty, and "host:port,host:port". */
int cw_listeners_check(const char *value, struct cw_error *err);
int cw_admin_listeners_check(const char *value, struct cw_error *err);
int cw_bootstrap_servers_check(const char *value, struct cw_error *err);

#endif
