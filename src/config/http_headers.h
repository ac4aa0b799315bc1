/*
 * http_headers - response.http.headers.config: header fields that every answer of REST gets, in the syntax of Kafka
 * Connect: "ACTION NAME: VALUE", several separated by commas, one with commas in it in double quotes.
 *
 * Pure.
 */
#ifndef CW_CONFIG_HTTP_HEADERS_H
#define CW_CONFIG_HTTP_HEADERS_H

#include <stdint.h>

#include "connect-worker/connector.h"

struct cw_header_rule {
	char *name;
	char *value;	   /* NULL: a date */
	int64_t offset_ms; /* of a date: added to the present */
	bool add;	   /* beside one of this name that is there already; else in its place */
};

/* Start as { 0 }; freed with cw_header_rules_free() whatever cw_header_rules_parse() returned. */
struct cw_header_rules {
	struct cw_header_rule *items;
	size_t n;
};

/* 0, or -1 with *err in Kafka Connect's words. An empty text has no rules. */
int cw_header_rules_parse(const char *text, struct cw_header_rules *out, struct cw_error *err);
void cw_header_rules_free(struct cw_header_rules *rules);

/* A check of the whole key. */
int cw_header_rules_check(const char *value, struct cw_error *err);

#endif
