/* address - addresses as Kafka Connect's listeners and bootstrap.servers write them. Pure. */
#ifndef CW_CONFIG_ADDRESS_H
#define CW_CONFIG_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "connect-worker/connector.h"

struct cw_address {
	char host[256]; /* without brackets; empty: all addresses */
	uint16_t port;  /* 0: any free one */
};

/* "http://HOST:PORT", an IPv6 address in brackets. 0, or -1 with *err set to what is wrong with it. */
int cw_address_parse(const char *text, struct cw_address *out, struct cw_error *err);
/* Only this machine can reach it: 127.x.x.x, ::1, localhost. */
bool cw_address_is_loopback(const struct cw_address *listener);

/* Checks of whole keys: "http://…,http://…" and "host:port,host:port". */
int cw_listeners_check(const char *value, struct cw_error *err);
int cw_bootstrap_servers_check(const char *value, struct cw_error *err);

#endif
