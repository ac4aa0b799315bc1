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
	const char *inner = strrchr(plugin->class_name, '$');

	return inner && strcmp(inner, "$Key") == 0;
}

static inline const struct cw_value *cw_operating_value(const struct cw_record *record, bool key)
{
	return key ? &record->key : &record->value;
}

/* The same, to be changed once nothing can fail any more. */
static inline struct cw_value *cw_operating_on(struct cw_record *record, bool key)
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

/* Kafka Connect takes a schemaless map's keys for strings; 0, or -1 with Java's sentence about one that is none. */
int cw_require_string_key(const struct cw_value *key, struct cw_error *err);

/* The Java class that Kafka Connect would have this value as ("java.lang.String"), for its sentences. */
const char *cw_java_class(const struct cw_value *value);

/* The map without the entry of that key. */
struct cw_value cw_value_map_remove(struct cw_batch *batch, const struct cw_value *map, struct cw_slice key);

/*
 * Field i of a struct: where it is null and has a default value, that, if it is wanted (replace.null.with.default);
 * then the result is true.
 */
bool cw_operating_field(const struct cw_value *value, size_t i, bool with_default, struct cw_value *out);
/*
 * Whether the value can be put into a field, as Struct.put() checks it; what is inside of the value was checked
 * before.
 */
int cw_operating_put(const struct cw_field *field, const struct cw_value *value, struct cw_error *err);

/* n more headers for the record, to be filled: those that it had are before them. */
struct cw_header *cw_header_add(struct cw_batch *batch, struct cw_record *record, size_t n);

/* start() and stop() of a plugin that keeps nothing but its configuration, which is its state. */
enum cw_result cw_plain_start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			      void **state, struct cw_error *err);
void cw_plain_stop(void *state);

/* The check of a configuration key for a list that may not be empty, in Kafka's words. */
int cw_check_list(const char *value, struct cw_error *err);

#endif
