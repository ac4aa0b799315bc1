/*
 * operating - what a transformation works on: the record's key or its value, as the class that was asked for says,
 * and the fields in it. Kafka Connect's wording of errors is kept.
 */
#ifndef CW_TRANSFORM_OPERATING_H
#define CW_TRANSFORM_OPERATING_H

#include "connect-worker/connector.h"

/* Whether the class asked for is …$Key. */
static inline bool cw_operates_on_key(const struct cw_plugin *plugin)
{
	size_t n = strlen(plugin->class_name);

	return n > 4 && strcmp(plugin->class_name + n - 4, "$Key") == 0;
}

static inline const struct cw_value *cw_operating_value(const struct cw_record *record, bool key)
{
	return key ? &record->key : &record->value;
}

static inline void cw_operating_set(struct cw_record *record, bool key, struct cw_value value)
{
	if (key)
		record->key = value;
	else
		record->value = value;
}

/*
 * Requirements.requireMap(), requireStruct() and their like, with Kafka's sentence:
 * "Only Map objects supported in absence of schema for [field insertion], found: java.lang.String". 0 or -1.
 */
int cw_require_map(const struct cw_value *value, const char *purpose, struct cw_error *err);
int cw_require_struct(const struct cw_value *value, const char *purpose, struct cw_error *err);

/* The Java class that Kafka Connect would have this value as ("java.lang.String"), for its sentences. */
const char *cw_java_class(const struct cw_value *value);

/* A map with one more entry, or another value for a key that it has; the order is a LinkedHashMap's. */
struct cw_value cw_map_put(struct cw_batch *batch, const struct cw_value *map, struct cw_slice key, struct cw_value value);
struct cw_value cw_map_remove(struct cw_batch *batch, const struct cw_value *map, struct cw_slice key);

#endif
