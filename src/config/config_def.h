/*
 * config_def - what a table of config definitions is good for: checking and parsing values, filling
 * the struct its offsets point into, and describing itself in Kafka Connect's JSON.
 *
 * Error texts are Kafka's where Kafka has one ("Invalid value x for configuration tasks.max: Not a
 * number of type INT").
 */
#ifndef CW_CONFIG_CONFIG_DEF_H
#define CW_CONFIG_CONFIG_DEF_H

#include <jansson.h>

#include "base/map.h"
#include "connect-worker/connector.h"

/* A table, perhaps of an older plugin: defs are `stride` bytes apart. */
struct cw_config_table {
	const struct cw_config_def *defs;
	size_t n, stride;
};

/* Works for any stride; fields that an older table lacks read as zero through *copy. */
const struct cw_config_def *cw_config_table_at(struct cw_config_table table, size_t i, struct cw_config_def *copy);
bool cw_config_table_find(struct cw_config_table table, const char *name, struct cw_config_def *out);

/*
 * Checks one value (NULL: not given) against its definition: type, range, choices, check().
 * 0, or -1 with *err set to Kafka's sentence.
 */
int cw_config_check(const struct cw_config_def *def, const char *value, struct cw_error *err);

/* Kafka reports a non-number twice where a range holds ("Value must be non-null"): true with *err set to the second. */
bool cw_config_follow_up(const struct cw_config_def *def, const char *value, struct cw_error *err);

/*
 * The parsed value as Kafka prints it: trimmed, lower-case booleans, lists joined by ",", a PASSWORD as
 * "[hidden]". New; NULL for null and for what cannot be parsed.
 */
char *cw_config_canonical(const struct cw_config_def *def, const char *value);

/* Memory behind a filled struct: strings and lists. It is overwritten when it is freed: there may be secrets in it. */
struct cw_config_memory;
void cw_config_memory_free(struct cw_config_memory *memory);

/*
 * Fills the members that the table's offsets point at, defaults included: strings trimmed, one of the
 * choices spelled as in the table, null as 0, false, NULL or an empty list. *memory owns what they
 * point to. 0, or -1 with *err set to the first error; then *memory is NULL and nothing is owned.
 */
int cw_config_fill(struct cw_config_table table, const struct cw_map *config, void *out,
		   struct cw_config_memory **memory, struct cw_error *err);

const char *cw_config_type_name(enum cw_config_type type); /* "BOOLEAN" … */

/* The definition object of GET /connector-plugins/P/config. `order` stands in for an order of 0 in a group. New. */
json_t *cw_config_def_to_json(const struct cw_config_def *def, int order);

#endif
