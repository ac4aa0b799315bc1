/*
 * Plugins for records that answer as their config says, for tests of the framework; all in one object.
 *
 * ScriptedTransform   takes values "v<number>": drop.every, fail.every, retry (so often at each multiple of
 *                     retry.every, or while the file retry.while exists); else it appends `append` to the value, sets
 *                     the topic to `topic` and adds a header `header` with the value 7, when these are given.
 * NumberIsAtLeast     a predicate: whether the number is at least `least`; fail.at is a number it cannot tell of.
 * ScriptedConverter   text with "<" before and ">" after it on Kafka's side: other bytes fail. Numbers that are
 *                     multiples of fail.every fail, too; retry as above.
 *
 * tests/integration builds it by itself, also as what is to be refused:
 *   -DTRANSFORMATION_BYTES=n   a table of functions that ends early
 *   -DSTRANGE_KIND             a kind that no worker knows
 *   -DNO_END                   a chain of plugins that bites its tail
 */
#include <stdlib.h>
#include <unistd.h>

#include "connect-worker/connector.h"

#ifndef TRANSFORMATION_BYTES
#define TRANSFORMATION_BYTES sizeof(struct cw_transformation_ops)
#endif
#ifdef STRANGE_KIND
#define CONVERTER_KIND 77
#else
#define CONVERTER_KIND CW_PLUGIN_CONVERTER
#endif

struct config {
	const char *append, *topic, *header, *retry_while;
	int32_t drop_every, fail_every, retry_every, retry, least, fail_at;
	bool start_fails;
};

struct state {
	const struct config *config;
	int tries;
};

#define KEY(key, kind, otherwise, member) \
	{ .name = key, .type = kind, .default_value = otherwise, .doc = "Of the script.", \
	  .offset = offsetof(struct config, member) }

static const struct cw_config_def defs[] = {
	KEY("append", CW_CONFIG_STRING, "", append),	   KEY("topic", CW_CONFIG_STRING, "", topic),
	KEY("header", CW_CONFIG_STRING, "", header),	   KEY("drop.every", CW_CONFIG_INT, "0", drop_every),
	KEY("fail.every", CW_CONFIG_INT, "0", fail_every), KEY("retry.every", CW_CONFIG_INT, "0", retry_every),
	KEY("retry", CW_CONFIG_INT, "0", retry),	   KEY("least", CW_CONFIG_INT, "0", least),
	KEY("retry.while", CW_CONFIG_STRING, "", retry_while),
	KEY("fail.at", CW_CONFIG_INT, "0", fail_at),	   KEY("start.fails", CW_CONFIG_BOOLEAN, "false", start_fails),
};

/* The number after the first letter; -1 for what is no such text. */
static long number_of(struct cw_slice text)
{
	char digits[24];
	size_t n = text.n && text.n < sizeof(digits) ? text.n - 1 : 0;

	if (n == 0)
		return -1;
	memcpy(digits, text.p + 1, n);
	digits[n] = '\0';
	return atol(digits);
}

static bool is_multiple(long number, int32_t of)
{
	return of && number >= 0 && number % of == 0;
}

/* What the script says of a number, but for what it drops. */
static enum cw_result consult(struct state *s, long number, struct cw_error *err)
{
	bool waits = *s->config->retry_while && access(s->config->retry_while, F_OK) == 0;

	if (waits || (is_multiple(number, s->config->retry_every) && s->tries < s->config->retry)) {
		s->tries++;
		cw_error_set(err, CW_ERR_RETRIABLE, "not now");
		return CW_RETRY;
	}
	s->tries = 0;
	if (is_multiple(number, s->config->fail_every)) {
		cw_error_set(err, CW_ERR_INVALID, "%ld is a bad number", number);
		return CW_FAIL;
	}
	return CW_OK;
}

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    void **state, struct cw_error *err)
{
	struct state *s;

	(void)ctx;
	if (((const struct config *)config)->start_fails) {
		cw_error_set(err, CW_ERR_INVALID, "%s does not want to", plugin->class_name);
		return CW_FAIL;
	}
	s = calloc(1, sizeof(*s));
	s->config = config;
	*state = s;
	return CW_OK;
}

static void stop(void *state)
{
	free(state);
}

/* ---- the transformation ---- */

static void add_header(struct cw_batch *batch, struct cw_record *record, const char *key)
{
	struct cw_header *headers = cw_batch_alloc(batch, (record->n_headers + 1) * sizeof(*headers));

	if (record->n_headers)
		memcpy(headers, record->headers, record->n_headers * sizeof(*headers));
	headers[record->n_headers].key = cw_slice_str(key);
	headers[record->n_headers].value = cw_value_string(cw_slice_str("7"));
	record->headers = headers;
	record->n_headers++;
}

static enum cw_result apply(void *state, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	struct state *s = state;
	const struct config *c = s->config;
	long number = number_of(record->value.u.bytes);
	enum cw_result result = consult(s, number, err);
	size_t n = strlen(c->append);

	if (result != CW_OK)
		return result;
	if (is_multiple(number, c->drop_every))
		return CW_DROP;
	if (n) {
		char *text = cw_batch_alloc(batch, record->value.u.bytes.n + n);

		memcpy(text, record->value.u.bytes.p, record->value.u.bytes.n);
		memcpy(text + record->value.u.bytes.n, c->append, n);
		record->value = cw_value_string(cw_slice(text, record->value.u.bytes.n + n));
	}
	if (*c->topic)
		record->topic = cw_slice_str(c->topic);
	if (*c->header)
		add_header(batch, record, c->header);
	return CW_OK;
}

/* ---- the predicate ---- */

static enum cw_result test(void *state, const struct cw_record *record, bool *holds, struct cw_error *err)
{
	const struct state *s = state;
	long number = number_of(record->value.u.bytes);

	if (s->config->fail_at && number == s->config->fail_at) {
		cw_error_set(err, CW_ERR_INVALID, "cannot tell of %ld", number);
		return CW_FAIL;
	}
	*holds = number >= s->config->least;
	return CW_OK;
}

/* ---- the converter ---- */

static enum cw_result start_converter(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
				      enum cw_converter_role role, void **state, struct cw_error *err)
{
	(void)role;
	return start(ctx, plugin, config, state, err);
}

static enum cw_result to_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
			       struct cw_slice bytes, struct cw_value *out, struct cw_error *err)
{
	(void)batch;
	(void)place;
	if (!bytes.p) {
		*out = cw_value_null();
		return CW_OK;
	}
	if (bytes.n < 2 || bytes.p[0] != '<' || bytes.p[bytes.n - 1] != '>') {
		cw_error_set(err, CW_ERR_INVALID, "no brackets");
		return CW_FAIL;
	}
	*out = cw_value_string(cw_slice(bytes.p + 1, bytes.n - 2));
	return consult(state, number_of(out->u.bytes), err);
}

static enum cw_result from_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
				 const struct cw_value *value, struct cw_slice *out, struct cw_error *err)
{
	char *text;
	size_t n = value->u.bytes.n;

	(void)place;
	*out = cw_slice(NULL, 0);
	if (value->type == CW_NULL)
		return CW_OK;
	text = cw_batch_alloc(batch, n + 2);
	text[0] = '<';
	memcpy(text + 1, value->u.bytes.p, n);
	text[n + 1] = '>';
	*out = cw_slice(text, n + 2);
	return consult(state, number_of(value->u.bytes), err);
}

/* ---- all of them ---- */

#define PLUGIN(plugin_kind, name)                                                                \
	CW_PLUGIN_HEAD(plugin_kind), .class_name = name, .version = "1",                         \
	.doc = "Answers as a test says.", .config = defs, .n_config = sizeof(defs) / sizeof(defs[0]), \
	.config_def_size = sizeof(defs[0]), .config_size = sizeof(struct config)

static const struct cw_transformation_ops transformation = { TRANSFORMATION_BYTES, 0, start, apply, stop };
static const struct cw_predicate_ops predicate = { sizeof(predicate), 0, start, test, stop };
static const struct cw_converter_ops converter = { sizeof(converter), 0, start_converter, to_value, from_value, stop };

#ifdef NO_END
static const struct cw_plugin descriptor;
#define NEXT &descriptor
#else
#define NEXT NULL
#endif

static const struct cw_plugin the_converter = { PLUGIN(CONVERTER_KIND, "test.ScriptedConverter"),
						.converter = &converter, .next = NEXT };
static const struct cw_plugin the_predicate = { PLUGIN(CW_PLUGIN_PREDICATE, "test.NumberIsAtLeast"),
						.predicate = &predicate, .next = &the_converter };
static const struct cw_plugin descriptor = { PLUGIN(CW_PLUGIN_TRANSFORMATION, "test.ScriptedTransform"),
					     .transformation = &transformation, .next = &the_predicate };

const struct cw_plugin *const cw_plugin = &descriptor;
