/* Offsets as REST has them, for the store and for hosts. */
#include "herder/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* ---- what a sink is asked to change --------------------------------------------------------------- */

/* A number, or text that is one. */
static int parse_number(const json_t *value, const char *what, json_int_t *out, struct cw_error *err)
{
	CW_AUTO_FREE char *shown = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	const char *text = json_string_value(value);
	char *end;

	if (json_is_integer(value)) {
		*out = json_integer_value(value);
		return 0;
	}
	if (text && *text) {
		errno = 0;
		*out = strtoll(text, &end, 10);
		if (!*end && !errno)
			return 0;
	}
	return cw_error_set(err, CW_ERR_INVALID,
			    "Failed to parse the following Kafka %s value in the provided offsets: '%s'. %s values for sink "
			    "connectors need to be integers.",
			    what, text ? text : shown, strcmp(what, "partition") == 0 ? "Partition" : "Offset");
}

static int parse_partition(const json_t *partition, const char **topic, json_int_t *number, struct cw_error *err)
{
	const json_t *name = json_object_get(partition, "kafka_topic"), *n = json_object_get(partition, "kafka_partition");

	if (!json_is_object(partition))
		return cw_error_set(err, CW_ERR_INVALID, "The partition for a sink connector offset cannot be null or missing");
	if (!name || !n)
		return cw_error_set(err, CW_ERR_INVALID, "The partition for a sink connector offset must contain the keys "
							 "'kafka_topic' and 'kafka_partition'");
	if (!json_is_string(name) || !*json_string_value(name))
		return cw_error_set(err, CW_ERR_INVALID, "Kafka topic names must be valid strings and may not be null");
	if (json_is_null(n))
		return cw_error_set(err, CW_ERR_INVALID, "Kafka partitions must be valid numbers and may not be null");
	*topic = json_string_value(name);
	if (parse_number(n, "partition", number, err) != 0)
		return -1;
	if (*number < 0 || *number > INT32_MAX)
		return cw_error_set(err, CW_ERR_INVALID, "%lld is no Kafka partition: they are numbered from 0",
				    (long long)*number);
	return 0;
}

/* [TOPIC,PARTITION,OFFSET or null] of one entry; new. */
static json_t *parse_sink_entry(const json_t *entry, struct cw_error *err)
{
	const json_t *offset = json_object_get(entry, "offset"), *value = json_object_get(offset, "kafka_offset");
	json_int_t partition = 0, number = 0;
	const char *topic = NULL;

	if (parse_partition(json_object_get(entry, "partition"), &topic, &partition, err) != 0)
		return NULL;
	if (!offset || json_is_null(offset))
		return json_pack("[sIn]", topic, partition);
	if (!value) {
		cw_error_set(err, CW_ERR_INVALID, "The offset for a sink connector should either be null or contain the key "
						  "'kafka_offset'");
		return NULL;
	}
	if (parse_number(value, "offset", &number, err) != 0)
		return NULL;
	if (number < 0) {
		cw_error_set(err, CW_ERR_INVALID, "%lld is no Kafka offset: they are numbered from 0; null deletes one",
			     (long long)number);
		return NULL;
	}
	return json_pack("[sII]", topic, partition, number);
}

/* ---- what a source is asked to change ------------------------------------------------------------- */

static int check_primitive(const json_t *object, const char *what, struct cw_error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
		if (json_is_object(value) || json_is_array(value))
			return cw_error_set(err, CW_ERR_INVALID, "Offsets may only contain primitive types as values, but field %s of "
					    "the %s contains %s", key, what, json_is_object(value) ? "MAP" : "ARRAY");
	return 0;
}

const json_t *cw_offsets_find(const json_t *pairs, const json_t *partition)
{
	const json_t *pair;
	size_t i;

	json_array_foreach(pairs, i, pair)
		if (json_equal(json_array_get(pair, 0), partition))
			return pair;
	return NULL;
}

/* [PARTITION,OFFSET or null] of one entry; new. */
static json_t *parse_source_entry(const json_t *entry, const json_t *stored, struct cw_error *err)
{
	const json_t *partition = json_object_get(entry, "partition"), *offset = json_object_get(entry, "offset");
	const json_t *known = cw_offsets_find(stored, partition);

	if (!json_is_object(partition)) {
		cw_error_set(err, CW_ERR_INVALID, "The partition of a source offset must be an object, as GET shows it");
		return NULL;
	}
	if (offset && !json_is_null(offset) && !json_is_object(offset)) {
		cw_error_set(err, CW_ERR_INVALID, "The offset of a source partition must be an object, as GET shows it, or null");
		return NULL;
	}
	if (check_primitive(partition, "partition", err) != 0 || check_primitive(offset, "offset", err) != 0)
		return NULL;
	/* As the store has it: the order of its members is part of its key in Kafka. */
	return json_pack("[Oo]", known ? json_array_get(known, 0) : partition,
			 offset ? json_incref((json_t *)(uintptr_t)offset) : json_null());
}

/* ---- a list of them -------------------------------------------------------------------------------- */

json_t *cw_offsets_parse(bool sink, const json_t *offsets, const json_t *stored, struct cw_error *err)
{
	json_t *change = json_array();
	const json_t *entry;
	size_t i;

	json_array_foreach(offsets, i, entry) {
		json_t *one = sink ? parse_sink_entry(entry, err) : parse_source_entry(entry, stored, err);

		if (!one) {
			json_decref(change);
			return NULL;
		}
		json_array_append_new(change, one);
	}
	return change;
}
