#include "rest/preview_body.h"

#include "rest/shape.h"
#include "supervisor/protocol.h"

/* Whether all members have one of these names; `where` stands before the field in the sentence. */
static int check_fields(const json_t *object, const char *where, const char *const *known, const char *list,
			struct cw_error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		size_t i = 0;

		while (known[i] && strcmp(known[i], key) != 0)
			i++;
		if (!known[i])
			return cw_error_set(err, CW_ERR_INVALID, "Unrecognized field \"%s%s\": the known fields are %s", where,
					    key, list);
	}
	return 0;
}

/* ---- one record ---------------------------------------------------------------------------------------- */

/* Text, {"base64":text}, or null. */
static int check_bytes(const json_t *value, const char *where, const char *key, struct cw_error *err)
{
	const char *wants = "must be text, {\"base64\": text} or null; JSON is given as text";

	if (!value || json_is_null(value) || json_is_string(value))
		return 0;
	if (!json_is_object(value))
		return cw_error_set(err, CW_ERR_INVALID, "%s%s is %s, but %s", where, key, cw_shape_name(value), wants);
	if (json_object_size(value) != 1 || !json_is_string(json_object_get(value, "base64")))
		return cw_error_set(err, CW_ERR_INVALID, "%s%s %s", where, key, wants);
	return 0;
}

static int check_number(const json_t *object, const char *where, const char *key, json_int_t least, json_int_t most,
			struct cw_error *err)
{
	const json_t *value = json_object_get(object, key);

	if (!value)
		return 0;
	if (!json_is_integer(value))
		return cw_error_set(err, CW_ERR_INVALID, "%s%s is %s, but must be a whole number", where, key,
				    json_is_number(value) ? "a fraction" : cw_shape_name(value));
	if (json_integer_value(value) < least || json_integer_value(value) > most)
		return cw_error_set(err, CW_ERR_INVALID, "%s%s is %lld, but must be %lld to %lld", where, key,
				    (long long)json_integer_value(value), (long long)least, (long long)most);
	return 0;
}

static int check_topic(const json_t *object, const char *where, struct cw_error *err)
{
	const json_t *topic = json_object_get(object, "topic");

	if (!topic || (json_is_string(topic) && *json_string_value(topic)))
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "%stopic must be the name of a topic%s%s", where,
			    json_is_string(topic) ? "" : ", not ", json_is_string(topic) ? "" : cw_shape_name(topic));
}

static int check_headers(const json_t *headers, const char *where, struct cw_error *err)
{
	static const char *const known[] = { "key", "value", NULL };
	const json_t *header;
	size_t i;

	if (headers && !json_is_array(headers))
		return cw_error_set(err, CW_ERR_INVALID, "%sheaders must be an array of objects with key and value, not %s", where,
				    cw_shape_name(headers));
	json_array_foreach(headers, i, header) {
		char inside[64];

		snprintf(inside, sizeof(inside), "%sheaders[%zu].", where, i);
		if (!json_is_object(header) || !json_is_string(json_object_get(header, "key")))
			return cw_error_set(err, CW_ERR_INVALID, "%sheaders[%zu] must be an object with a key, which is text, and a "
					    "value", where, i);
		if (check_fields(header, inside, known, "key, value", err) != 0 ||
		    check_bytes(json_object_get(header, "value"), inside, "value", err) != 0)
			return -1;
	}
	return 0;
}

static int check_record(const json_t *record, size_t i, struct cw_error *err)
{
	static const char *const known[] = { "topic", "partition", "offset", "timestamp", "key", "value", "headers", NULL };
	char where[32];

	snprintf(where, sizeof(where), "records[%zu].", i);
	if (!json_is_object(record))
		return cw_error_set(err, CW_ERR_INVALID, "records[%zu] must be an object, not %s", i, cw_shape_name(record));
	if (check_fields(record, where, known, "topic, partition, offset, timestamp, key, value, headers", err) != 0 ||
	    check_topic(record, where, err) != 0 ||
	    check_number(record, where, "partition", 0, INT32_MAX, err) != 0 ||
	    check_number(record, where, "offset", 0, INT64_MAX, err) != 0)
		return -1;
	if (!json_is_null(json_object_get(record, "timestamp")) &&
	    check_number(record, where, "timestamp", 0, INT64_MAX, err) != 0)
		return -1;
	if (check_bytes(json_object_get(record, "key"), where, "key", err) != 0 ||
	    check_bytes(json_object_get(record, "value"), where, "value", err) != 0)
		return -1;
	return check_headers(json_object_get(record, "headers"), where, err);
}

/* ---- the body ------------------------------------------------------------------------------------------ */

static int check_records(const json_t *records, struct cw_error *err)
{
	const json_t *record;
	size_t i;

	if (!records)
		return 0;
	if (!json_is_array(records))
		return cw_error_set(err, CW_ERR_INVALID, "records must be an array, not %s", cw_shape_name(records));
	if (json_array_size(records) == 0 || json_array_size(records) > CW_PREVIEW_MAX)
		return cw_error_set(err, CW_ERR_INVALID, "records has %zu of them, but must have 1 to %d",
				    json_array_size(records), CW_PREVIEW_MAX);
	json_array_foreach(records, i, record)
		if (check_record(record, i, err) != 0)
			return -1;
	return 0;
}

/* Where the records come from is said at most once. */
static int check_origin(const json_t *body, struct cw_error *err)
{
	bool records = json_object_get(body, "records"), newest = json_object_get(body, "topic") ||
								  json_object_get(body, "last");

	if (records && newest)
		return cw_error_set(err, CW_ERR_INVALID, "Either records are given, or they are the last ones of a topic: not both");
	if (json_object_get(body, "first") && (records || newest))
		return cw_error_set(err, CW_ERR_INVALID, "first is for sources, which give their own records: without records, "
				    "topic and last");
	return 0;
}

static int check_given_config(const json_t *body, bool needed, struct cw_error *err)
{
	const json_t *config = json_object_get(body, "config");

	if (!config && needed)
		return cw_error_set(err, CW_ERR_INVALID,
				    "config is required: an object with the connector's configuration");
	if (config && !json_is_object(config))
		return cw_error_set(err, CW_ERR_INVALID, "config must be an object, not %s", cw_shape_name(config));
	return config ? cw_shape_check_config(config, "config.", err) : 0;
}

int cw_preview_body_check(const json_t *body, bool needs_config, struct cw_error *err)
{
	static const char *const known[] = { "config", "records", "topic", "last", "first", NULL };

	if (check_fields(body, "", known, "config, records, topic, last, first", err) != 0 ||
	    check_given_config(body, needs_config, err) != 0 || check_origin(body, err) != 0 ||
	    check_topic(body, "", err) != 0 || check_number(body, "", "last", 1, CW_PREVIEW_MAX, err) != 0 ||
	    check_number(body, "", "first", 1, CW_PREVIEW_MAX, err) != 0)
		return -1;
	return check_records(json_object_get(body, "records"), err);
}
