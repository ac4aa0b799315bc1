#include "data/values.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "data/calendar.h"
#include "data/date_format.h"
#include "data/entries.h"
#include "data/number.h"
#include "data/schema.h"
#include "data/text.h"
#include "data/value.h"
#include "data/values_merge.h"
#include "data/values_tokens.h"

enum { DATE, TIME, TIMESTAMP, TEMPORALS };

static const struct {
	const char *pattern;
	size_t length; /* of the text, in UTF-16 units */
	enum cw_type type;
} temporals[TEMPORALS] = {
	[DATE] = { "yyyy-MM-dd", 10, CW_DATE },
	[TIME] = { "HH:mm:ss.SSS'Z'", 13, CW_TIME },
	[TIMESTAMP] = { "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", 24, CW_TIMESTAMP },
};

/* More bytes cannot be one: the longest has 24 units of three bytes at most, each perhaps after a backslash. */
#define TEMPORAL_MAX 128u

struct cw_values {
	struct cw_date_format *formats[TEMPORALS];
};

enum outcome {
	PARSED,
	FAILED,  /* not what it looked like; it may be read as something else */
	TOO_DEEP /* and that is the end of it */
};

struct parser {
	const struct cw_values *values;
	struct cw_batch *memory;
	struct cw_tokens tokens;
	int depth;
};

static enum outcome parse(struct parser *p, bool embedded, struct cw_value *out);

struct cw_values *cw_values_new(void)
{
	struct cw_values *values = cw_alloc(sizeof(*values));

	for (int i = 0; i < TEMPORALS; i++)
		values->formats[i] = cw_date_format_new(cw_slice_str(temporals[i].pattern), 0, NULL);
	return values;
}

void cw_values_free(struct cw_values *values)
{
	if (!values)
		return;
	for (int i = 0; i < TEMPORALS; i++)
		cw_date_format_free(values->formats[i]);
	free(values);
}

static struct cw_value typed(struct cw_value value)
{
	value.schema = cw_schema_of(value.type, false);
	return value;
}

/* ---- dates --------------------------------------------------------------------------------- */

/* The text without the backslashes before colons. False when it is too long. */
static bool without_escapes(struct cw_slice text, char *to, size_t *n)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\\' && i + 1 < text.n && text.p[i + 1] == ':')
			continue;
		if (*n == TEMPORAL_MAX)
			return false;
		to[(*n)++] = text.p[i];
	}
	return true;
}

/* Whether two pieces of text, one after the other, are a date, time or timestamp by their length and form. */
static bool parse_temporal(struct parser *p, struct cw_slice token, struct cw_slice rest, struct cw_value *out)
{
	char text[TEMPORAL_MAX];
	size_t n = 0, length;
	int64_t ms;

	if (!without_escapes(token, text, &n) || !without_escapes(rest, text, &n))
		return false;
	length = cw_text_length(cw_slice(text, n));
	for (int i = 0; i < TEMPORALS; i++)
		if (length == temporals[i].length) {
			if (cw_date_format_parse(p->values->formats[i], cw_slice(text, n), &ms) < 0)
				return false;
			*out = typed(cw_value_integer(temporals[i].type, cw_zone_utc(ms)));
			return true;
		}
	return false;
}

/* Four more tokens: what the two colons of a time of day make of it. Empty, and nothing taken, when there are fewer. */
static struct cw_slice four_tokens(struct cw_tokens *tokens)
{
	size_t start = cw_tokens_mark(tokens);

	for (int i = 0; i < 4; i++) {
		if (!cw_tokens_left(tokens)) {
			cw_tokens_rewind(tokens, start);
			return cw_slice(NULL, 0);
		}
		cw_tokens_take(tokens);
	}
	return cw_slice(tokens->text.p + start, tokens->at - start);
}

static bool parse_temporal_tokens(struct parser *p, struct cw_slice token, struct cw_value *out)
{
	size_t start = cw_tokens_mark(&p->tokens);
	struct cw_slice rest = four_tokens(&p->tokens);

	if (rest.n && parse_temporal(p, token, rest, out))
		return true;
	cw_tokens_rewind(&p->tokens, start);
	return parse_temporal(p, token, cw_slice(NULL, 0), out);
}

/* ---- numbers ------------------------------------------------------------------------------- */

static struct cw_value integer_of(int64_t n)
{
	enum cw_type type = n == (int8_t)n    ? CW_INT8
			    : n == (int16_t)n ? CW_INT16
			    : n == (int32_t)n ? CW_INT32
					      : CW_INT64;

	return cw_value_integer(type, n);
}

static bool parse_number(struct parser *p, struct cw_slice token, struct cw_value *out)
{
	struct cw_slice unscaled;
	int32_t scale;
	int64_t n;
	float f;
	double d;

	if (cw_decimal_parse(p->memory, token, &unscaled, &scale) < 0)
		return false;
	if (cw_decimal_whole(unscaled, scale, &n)) {
		*out = typed(integer_of(n));
	} else if (scale != 0 && isfinite(f = cw_decimal_to_float(unscaled, scale))) {
		*out = typed(cw_value_float32(f));
	} else if (scale != 0 && isfinite(d = cw_decimal_to_double(unscaled, scale))) {
		*out = typed(cw_value_float64(d));
	} else {
		*out = cw_value_decimal(unscaled, scale);
		out->schema = cw_schema_decimal(p->memory, scale, false);
	}
	return true;
}

/* ---- arrays -------------------------------------------------------------------------------- */

struct items {
	struct cw_value *items;
	size_t n, cap;
};

static void add_item(struct parser *p, struct items *list, const struct cw_value *item)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 8;
		struct cw_value *items = cw_batch_alloc(p->memory, cap * sizeof(*items));

		if (list->n)
			memcpy(items, list->items, list->n * sizeof(*items));
		list->items = items;
		list->cap = cap;
	}
	list->items[list->n++] = *item;
}

static enum outcome end_array(struct parser *p, struct items *list, const struct cw_merge *merge, struct cw_value *out)
{
	for (size_t i = 0; i < list->n; i++) {
		if (!merge->common)
			list->items[i].schema = NULL;
		else if (cw_merge_align(&list->items[i], merge->common) < 0)
			return FAILED;
	}
	*out = cw_value_array(list->items, list->n);
	out->schema = cw_schema_array(p->memory, merge->common);
	return PARSED;
}

static enum outcome parse_array(struct parser *p, struct cw_value *out)
{
	struct items list = { 0 };
	struct cw_merge merge = { 0 };

	while (cw_tokens_left(&p->tokens)) {
		struct cw_value item;
		enum outcome outcome;
		size_t mark;

		if (cw_tokens_accept(&p->tokens, "]"))
			return end_array(p, &list, &merge, out);
		if (cw_tokens_accept(&p->tokens, ","))
			return FAILED;
		outcome = parse(p, true, &item);
		if (outcome != PARSED)
			return outcome;
		cw_merge_add(&merge, &item);
		add_item(p, &list, &item);
		mark = cw_tokens_mark(&p->tokens);
		if (cw_tokens_accept(&p->tokens, "]"))
			cw_tokens_rewind(&p->tokens, mark);
		else if (!cw_tokens_accept(&p->tokens, ","))
			return FAILED;
	}
	return FAILED;
}

/* ---- maps ---------------------------------------------------------------------------------- */

/* Values are made to fit when the keys are; keys that become equal are one. */
static enum outcome end_map(struct parser *p, const struct cw_entries *entries, const struct cw_merge *keys,
			    const struct cw_merge *values, struct cw_value *out)
{
	const struct cw_schema *key_schema = keys->common, *value_schema = key_schema ? values->common : NULL;
	struct cw_entries aligned = { .memory = p->memory };

	for (size_t i = 0; i < entries->n; i++) {
		struct cw_entry entry = entries->entries[i];

		entry.value.schema = NULL;
		if (!key_schema)
			entry.key.schema = NULL;
		else if (cw_merge_align(&entry.key, key_schema) < 0 ||
			 (value_schema && cw_merge_align(&entry.value, value_schema) < 0))
			return FAILED;
		cw_entries_put(&aligned, &entry.key, &entry.value);
	}
	*out = cw_value_map(aligned.entries, aligned.n);
	out->schema = cw_schema_map(p->memory, key_schema, value_schema);
	return PARSED;
}

static enum outcome parse_map(struct parser *p, struct cw_value *out)
{
	struct cw_entries entries = { .memory = p->memory };
	struct cw_merge keys = { 0 }, values = { 0 };

	while (cw_tokens_left(&p->tokens)) {
		struct cw_value key, value;
		enum outcome outcome;

		if (cw_tokens_accept(&p->tokens, "}"))
			return end_map(p, &entries, &keys, &values, out);
		if (cw_tokens_accept(&p->tokens, ","))
			return FAILED;
		outcome = parse(p, true, &key);
		if (outcome != PARSED)
			return outcome;
		if (key.type == CW_NULL || !cw_tokens_accept(&p->tokens, ":"))
			return FAILED;
		outcome = parse(p, true, &value);
		if (outcome != PARSED)
			return outcome;
		cw_entries_put(&entries, &key, &value);
		cw_tokens_accept(&p->tokens, ",");
		cw_merge_add(&keys, &key);
		cw_merge_add(&values, &value);
	}
	return FAILED;
}

/* ---- values -------------------------------------------------------------------------------- */

/* The next token of a string, before its quote or the end of the text: one that has no end is a string, too. */
static bool take_quoted(struct cw_tokens *tokens, struct cw_slice *token)
{
	if (!cw_tokens_left(tokens) || cw_tokens_accept(tokens, "\""))
		return false;
	*token = cw_tokens_take(tokens);
	return true;
}

/* The tokens of a string, n bytes of them, one after the other. */
static struct cw_slice joined(struct cw_batch *memory, struct cw_tokens tokens, size_t n)
{
	char *start = cw_batch_alloc(memory, n), *p = start;
	struct cw_slice token;

	for (; take_quoted(&tokens, &token); p += token.n)
		memcpy(p, token.p, token.n);
	return cw_slice(start, n);
}

/* The rest of a string after its quote. It is a part of the text, unless blank tokens of it were lost. */
static struct cw_value parse_quoted(struct parser *p)
{
	const struct cw_tokens start = p->tokens;
	struct cw_slice content = cw_slice("", 0), token;
	bool in_one_piece = true;
	struct cw_value value;

	while (take_quoted(&p->tokens, &token)) {
		if (content.n == 0)
			content.p = token.p;
		in_one_piece = in_one_piece && token.p == content.p + content.n;
		content.n += token.n;
	}
	if (!in_one_piece)
		content = joined(p->memory, start, content.n);
	if (parse_temporal(p, content, cw_slice(NULL, 0), &value))
		return value;
	return typed(cw_value_string(content));
}

/* "null", "true" or "false"; outside of arrays and maps it must be all that is left. */
static bool parse_literal(struct parser *p, bool embedded, const char *literal)
{
	size_t start = cw_tokens_mark(&p->tokens);

	if (cw_tokens_accept(&p->tokens, literal) && (embedded || !cw_tokens_left(&p->tokens)))
		return true;
	cw_tokens_rewind(&p->tokens, start);
	return false;
}

/* An array or map, if one starts here. A broken one is not taken. */
static enum outcome parse_container(struct parser *p, struct cw_value *out)
{
	size_t start = cw_tokens_mark(&p->tokens);
	bool is_array = cw_tokens_accept(&p->tokens, "[");
	enum outcome outcome;

	if (!is_array && !cw_tokens_accept(&p->tokens, "{"))
		return FAILED;
	if (p->depth == CW_VALUES_DEPTH)
		return TOO_DEEP;
	p->depth++;
	outcome = is_array ? parse_array(p, out) : parse_map(p, out);
	p->depth--;
	if (outcome == FAILED)
		cw_tokens_rewind(&p->tokens, start);
	return outcome;
}

static enum outcome parse_token(struct parser *p, bool embedded, struct cw_slice token, struct cw_value *out)
{
	int digit;
	bool starts_with_digit = cw_digit_read(token, &digit) > 0;

	if (starts_with_digit && parse_temporal_tokens(p, token, out))
		return PARSED;
	if ((starts_with_digit || token.p[0] == '+' || token.p[0] == '-') && parse_number(p, token, out))
		return PARSED;
	if (embedded)
		return FAILED;
	*out = typed(cw_value_string(p->tokens.text));
	return PARSED;
}

static enum outcome parse(struct parser *p, bool embedded, struct cw_value *out)
{
	struct cw_slice token;
	enum outcome outcome;

	*out = cw_value_null();
	if (!cw_tokens_left(&p->tokens))
		return PARSED;
	if (embedded && cw_tokens_accept(&p->tokens, "\"")) {
		*out = parse_quoted(p);
		return PARSED;
	}
	if (parse_literal(p, embedded, "null"))
		return PARSED;
	if (parse_literal(p, embedded, "true")) {
		*out = typed(cw_value_boolean(true));
		return PARSED;
	}
	if (parse_literal(p, embedded, "false")) {
		*out = typed(cw_value_boolean(false));
		return PARSED;
	}
	outcome = parse_container(p, out);
	if (outcome != FAILED)
		return outcome;
	token = cw_tokens_take(&p->tokens);
	if (cw_tokens_trim(token).n > 0)
		return parse_token(p, embedded, cw_tokens_trim(token), out);
	*out = typed(cw_value_string(token));
	return PARSED;
}

int cw_values_parse(const struct cw_values *values, struct cw_batch *memory, struct cw_slice text,
		    struct cw_value *out)
{
	struct parser p = { .values = values, .memory = memory, .tokens = { .text = text } };

	if (text.n == 0) {
		*out = typed(cw_value_string(cw_slice("", 0)));
		return 0;
	}
	return parse(&p, false, out) == PARSED ? 0 : -1;
}
