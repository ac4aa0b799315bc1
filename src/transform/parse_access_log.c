/* ParseAccessLog: a line of an access log becomes its fields, as in the access-log sink, for any connector. */
#include <stdlib.h>

#include "accesslog/line.h"
#include "accesslog/log_time.h"
#include "accesslog/pattern.h"
#include "accesslog/text.h"
#include "accesslog/zone.h"
#include "base/mem.h"
#include "data/schema.h"
#include "data/text.h"
#include "data/value.h"
#include "transform/found.h"
#include "transform/operating.h"
#include "transform/record_transforms.h"

#define PURPOSE "parsing of access logs"
#define SCHEMA_NAME "io.connectworker.AccessLog"

struct config {
	const char *pattern, *pattern_time, *timezone;
	bool raw, set_timestamp;
	struct cw_found_config found;
};

/* The fields of the result, in its order; what a pattern's other groups found and the raw line come after them. */
enum { IP, HOST, IDENT, USER, TIMESTAMP, METHOD, ENDPOINT, PROTOCOL, STATUS, SIZE, REFERRER, USER_AGENT, FIXED };

static const struct {
	const char *name;
	enum cw_type type;
	int field; /* of the line; -1: not by itself */
} fixed[FIXED] = {
	[IP] = { "ip", CW_STRING, -1 },
	[HOST] = { "host", CW_STRING, -1 },
	[IDENT] = { "ident", CW_STRING, CW_LINE_IDENT },
	[USER] = { "user", CW_STRING, CW_LINE_USER },
	[TIMESTAMP] = { "timestamp", CW_TIMESTAMP, -1 },
	[METHOD] = { "method", CW_STRING, CW_LINE_METHOD },
	[ENDPOINT] = { "endpoint", CW_STRING, CW_LINE_ENDPOINT },
	[PROTOCOL] = { "protocol", CW_STRING, CW_LINE_PROTOCOL },
	[STATUS] = { "status", CW_INT32, CW_LINE_STATUS },
	[SIZE] = { "size", CW_INT64, CW_LINE_SIZE },
	[REFERRER] = { "referrer", CW_STRING, CW_LINE_REFERRER },
	[USER_AGENT] = { "user_agent", CW_STRING, CW_LINE_USER_AGENT },
};

struct state {
	const struct config *config;
	bool key;
	struct cw_zone *zone;
	struct cw_pattern *pattern;
	struct cw_time_reader time;
	struct cw_batch *memory;
	const struct cw_schema *schema;
	struct cw_value *values; /* of the line at hand, one for each field of the schema */
};

/* ---- configuration ------------------------------------------------------------------------------ */

static int check_pattern(const char *value, struct cw_error *err)
{
	struct cw_pattern *pattern = cw_pattern_compile(value, err);

	cw_pattern_free(pattern);
	return pattern ? 0 : -1;
}

static int check_timezone(const char *value, struct cw_error *err)
{
	struct cw_zone *zone = cw_zone_open(value, err);

	cw_zone_free(zone);
	return zone ? 0 : -1;
}

static const struct cw_config_def defs[] = {
	{ .name = "pattern",
	  .type = CW_CONFIG_STRING,
	  .check = check_pattern,
	  .importance = CW_MEDIUM,
	  .doc = "Regular expression (PCRE2) with named groups for lines of another form: ip, timestamp, request or "
		 "method, endpoint and protocol, status, size, referrer, user_agent, ident, user; other groups "
		 "become fields of their name. Without it the forms of synthetic-log, Apache common and Apache "
		 "combined are read.",
	  .offset = offsetof(struct config, pattern) },
	{ .name = "pattern.timestamp.format",
	  .type = CW_CONFIG_STRING,
	  .check = cw_log_time_check_format,
	  .importance = CW_LOW,
	  .doc = "How the group timestamp of pattern is read, in strptime's letters: %d/%b/%Y:%H:%M:%S %z. Without "
		 "it the known forms and ISO 8601 are recognised.",
	  .offset = offsetof(struct config, pattern_time) },
	{ .name = "timezone",
	  .type = CW_CONFIG_STRING,
	  .default_value = "UTC",
	  .check = check_timezone,
	  .importance = CW_MEDIUM,
	  .doc = "The time zone of times that name none: UTC, an offset such as +02:00, or a name such as "
		 "Europe/Berlin.",
	  .offset = offsetof(struct config, timezone) },
	{ .name = "include.raw",
	  .type = CW_CONFIG_BOOLEAN,
	  .default_value = "false",
	  .importance = CW_LOW,
	  .doc = "Whether the whole line becomes a field, raw, too.",
	  .offset = offsetof(struct config, raw) },
	{ .name = "set.timestamp",
	  .type = CW_CONFIG_BOOLEAN,
	  .default_value = "false",
	  .importance = CW_LOW,
	  .doc = "Whether the record's own timestamp becomes the line's, too, as TimestampRouter and InsertField use "
		 "it.",
	  .offset = offsetof(struct config, set_timestamp) },
	CW_FOUND_OUTPUT_KEY(struct config, found),
	CW_FOUND_MISMATCH_KEY(struct config, found),
};

static const struct cw_schema *make_schema(struct state *state)
{
	struct cw_field *fields;
	struct cw_schema *schema;
	size_t extras = 0, n = FIXED;

	while (state->pattern && cw_pattern_extra(state->pattern, extras))
		extras++;
	schema = cw_schema_struct(state->memory, FIXED + extras + state->config->raw, &fields);
	schema->name = cw_slice_str(SCHEMA_NAME);
	for (size_t i = 0; i < FIXED; i++) {
		fields[i].name = cw_slice_str(fixed[i].name);
		fields[i].schema = cw_schema_of(fixed[i].type, true);
	}
	for (size_t i = 0; i < extras; i++, n++) {
		fields[n].name = cw_slice_str(cw_pattern_extra(state->pattern, i));
		fields[n].schema = cw_schema_of(CW_STRING, true);
	}
	if (state->config->raw) {
		fields[n].name = cw_slice_str("raw");
		fields[n].schema = cw_schema_of(CW_STRING, true);
	}
	return schema;
}

static void stop(void *context)
{
	struct state *state = context;

	cw_zone_free(state->zone);
	cw_pattern_free(state->pattern);
	cw_memory_free(state->memory);
	free(state->values);
	free(state);
}

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    void **out, struct cw_error *err)
{
	const struct config *c = config;
	struct state *state = cw_alloc(sizeof(*state));

	(void)ctx;
	state->config = c;
	state->key = cw_operates_on_key(plugin);
	state->memory = cw_memory_new();
	state->zone = cw_zone_open(c->timezone, err);
	state->pattern = c->pattern ? cw_pattern_compile(c->pattern, err) : NULL;
	if (!state->zone || (c->pattern && !state->pattern)) {
		stop(state);
		return CW_FAIL;
	}
	state->time.zone = state->zone;
	state->time.format = c->pattern_time;
	state->schema = make_schema(state);
	state->values = cw_alloc(state->schema->n_fields * sizeof(*state->values));
	*out = state;
	return CW_OK;
}

/* ---- lines -------------------------------------------------------------------------------------- */

/* A field's text: what Apache escaped is undone, and what is no UTF-8 replaced. */
static struct cw_value text_of(struct cw_batch *batch, const struct cw_line *line, struct cw_slice text, bool special)
{
	char *plain;

	if (!text.p)
		return cw_value_null();
	if (special && line->escapes && memchr(text.p, '\\', text.n)) {
		plain = cw_batch_alloc(batch, text.n);
		text = cw_slice(plain, cw_text_unescape(plain, text.p, text.n));
	}
	return cw_value_string(special ? cw_text_decode(batch, text) : text);
}

static struct cw_value number_of(struct cw_slice digits, enum cw_type type)
{
	int64_t n = 0;

	if (!digits.p)
		return cw_value_null();
	for (size_t i = 0; i < digits.n; i++)
		n = n * 10 + (digits.p[i] - '0');
	return cw_value_integer(type, n);
}

static struct cw_value field_of(struct cw_batch *batch, const struct cw_line *line, int field, enum cw_type type)
{
	if (type != CW_STRING)
		return number_of(line->field[field], type);
	return text_of(batch, line, line->field[field], line->special >> field & 1);
}

/* The line's time in milliseconds; that of the record where a pattern has no group for it. -1 with *fault. */
static int read_time(struct state *state, const struct cw_line *line, const struct cw_record *record,
		     struct cw_value *out, struct cw_line_fault *fault)
{
	struct cw_slice text = line->field[CW_LINE_TIME];
	const struct cw_log_time *time;

	*out = cw_value_null();
	if (!text.p) {
		if (state->pattern && !cw_pattern_has_time(state->pattern) && record->timestamp_ms >= 0)
			*out = cw_value_integer(CW_TIMESTAMP, record->timestamp_ms);
		return 0;
	}
	time = cw_log_time_read(&state->time, text);
	if (!time)
		return cw_line_fail(fault, line->text, text.p, "timestamp", "a time in a known form");
	*out = cw_value_integer(CW_TIMESTAMP, time->epoch_s * 1000 + time->nanos / 1000000);
	return 0;
}

static int parse(struct state *state, struct cw_batch *batch, const struct cw_record *record, struct cw_slice text,
		 struct cw_line_fault *fault)
{
	struct cw_value *values = state->values;
	struct cw_line line;
	size_t n = FIXED;

	if (state->pattern ? cw_pattern_scan(state->pattern, text, &line, fault) : cw_line_scan(text, &line, fault))
		return -1;
	for (size_t i = 0; i < FIXED; i++)
		if (fixed[i].field >= 0)
			values[i] = field_of(batch, &line, fixed[i].field, fixed[i].type);
	values[IP] = values[HOST] = cw_value_null();
	values[line.address ? IP : HOST] = field_of(batch, &line, CW_LINE_CLIENT, CW_STRING);
	if (read_time(state, &line, record, &values[TIMESTAMP], fault) < 0)
		return -1;
	for (size_t i = 0; i < line.n_extra; i++)
		values[n++] = text_of(batch, &line, line.extra[i].value, true);
	if (state->config->raw)
		values[n] = cw_value_string(cw_text_decode(batch, line.text));
	return 0;
}

static enum cw_result apply(void *context, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	struct state *state = context;
	const struct cw_found_config *found = &state->config->found;
	const struct cw_value *value = cw_operating_value(record, state->key), *time = &state->values[TIMESTAMP];
	struct cw_line_fault fault = { 0 };
	struct cw_slice text;

	if (value->type == CW_NULL)
		return CW_OK;
	if (cw_found_text(value, PURPOSE, &text, err) < 0)
		return CW_FAIL;
	if (parse(state, batch, record, text, &fault) < 0)
		return cw_found_mismatch(found, err, "The line is not understood: %s at character %zu is not %s",
					 fault.field, fault.column, fault.wants);
	if (state->config->set_timestamp && time->type != CW_NULL)
		record->timestamp_ms = time->u.integer;
	cw_operating_set(record, state->key,
			 cw_found_make(batch, state->schema, state->values, cw_found_as_struct(found, value)));
	return CW_OK;
}

static const struct cw_transformation_ops ops = {
	.size = sizeof(ops), .flags = CW_TRANSFORMATION_NO_HEADERS, .start = start, .apply = apply, .stop = stop,
};

#define PLUGIN(part)                                                                                                  \
	{                                                                                                             \
		CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_OUR_TRANSFORMS_PACKAGE "ParseAccessLog$" part,             \
			      "Takes a line of an access log apart into ip, timestamp, method, endpoint, "            \
			      "protocol, status, size, referrer and user_agent.",                                     \
			      defs, struct config),                                                                   \
			.transformation = &ops                                                                        \
	}

const struct cw_plugin cw_parse_access_log_key = PLUGIN("Key"), cw_parse_access_log_value = PLUGIN("Value");
