/* store_template - the index template that the connector puts into the store, made from schemas/. Pure. */
#ifndef CW_ACCESS_LOG_STORE_TEMPLATE_H
#define CW_ACCESS_LOG_STORE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

/*
 * The template for the indices that `pattern` matches, `fixed` characters of which come before its first
 * '*'; of two templates that match an index, the one with more of them wins. stream: they are data
 * streams. settings: of the indices; empty: none. New; freed with free().
 */
char *cw_store_template_json(const char *pattern, size_t fixed, bool stream, json_t *settings);

/* The name it gets when none is configured: what the pattern starts with. New; freed with free(). */
char *cw_store_template_name(const char *pattern, size_t fixed);

#endif
