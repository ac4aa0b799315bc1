/* schema_json - a schema's text as JSON, read as leniently as Jackson does for Kafka Connect's converters. Pure. */
#ifndef CW_CONVERT_SCHEMA_JSON_H
#define CW_CONVERT_SCHEMA_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "connect-worker/connector.h"

/*
 * New, or NULL with *err set. Whole numbers beyond 64 bits are reals, reals beyond double the greatest one, and halves
 * of a character (\ud800) U+FFFD. Comments like those of C are passed over where the format has them.
 */
json_t *cw_schema_json(const char *text, bool comments, struct cw_error *err);

#endif
