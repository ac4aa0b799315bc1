#include "ctl/offsets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static char *json_text(const json_t *value)
{
	char *dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY), *text = cw_strdup(dumped ? dumped : "none");

	free(dumped);
	return text;
}

bool cw_offsets_is_sink(const json_t *partition)
{
	return json_is_string(json_object_get(partition, "kafka_topic"));
}

char *cw_offsets_partition_text(const json_t *partition)
{
	const json_t *number = json_object_get(partition, "kafka_partition");

	if (!cw_offsets_is_sink(partition) || !json_is_integer(number))
		return json_text(partition);
	return cw_format("%s:%" JSON_INTEGER_FORMAT, json_string_value(json_object_get(partition, "kafka_topic")),
			 json_integer_value(number));
}

char *cw_offsets_offset_text(const json_t *offset)
{
	const json_t *number = json_object_get(offset, "kafka_offset");

	if (!offset || json_is_null(offset))
		return cw_strdup("none");
	if (json_is_integer(number))
		return cw_format("%" JSON_INTEGER_FORMAT, json_integer_value(number));
	return json_text(offset);
}

/* A number from 0 on. */
static bool read_number(const char *text, json_int_t *out)
{
	char *end;

	if (!*text || text[strspn(text, "0123456789")])
		return false;
	errno = 0;
	*out = strtoll(text, &end, 10);
	return errno == 0;
}

json_t *cw_offsets_read_partition(const char *text)
{
	const char *colon = strrchr(text, ':');
	CW_AUTO_FREE char *topic = NULL;
	json_int_t number;
	json_t *object;

	if (*text == '{') {
		object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
		return object;
	}
	if (!colon || colon == text || !read_number(colon + 1, &number))
		return NULL;
	topic = cw_strndup(text, (size_t)(colon - text));
	return json_pack("{s:s,s:I}", "kafka_topic", topic, "kafka_partition", number);
}

json_t *cw_offsets_read_offset(const char *text, bool of_sink)
{
	json_int_t number;

	if (strcmp(text, "none") == 0)
		return json_null();
	if (of_sink)
		return read_number(text, &number) ? json_pack("{s:I}", "kafka_offset", number) : NULL;
	return *text == '{' ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

const json_t *cw_offsets_find(const json_t *offsets, const json_t *partition)
{
	size_t i;
	json_t *entry;

	json_array_foreach((json_t *)offsets, i, entry)
		if (json_equal(json_object_get(entry, "partition"), partition))
			return json_object_get(entry, "offset");
	return NULL;
}
