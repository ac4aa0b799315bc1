#include "config/config_def.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/hide.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "config/number.h"

/* How much of a wrong value an error shows: the reason after it must not be pushed out of the text. */
#define VALUE_SHOWN 300u

/* One value, read as its definition's type. */
struct parsed {
	struct cw_slice text; /* trimmed; borrowed from the value */
	bool boolean;
	int64_t integer;
	double real;
};

static const char *const type_names[] = {
	[CW_CONFIG_STRING] = "STRING", [CW_CONFIG_BOOLEAN] = "BOOLEAN", [CW_CONFIG_SHORT] = "SHORT",
	[CW_CONFIG_INT] = "INT",       [CW_CONFIG_LONG] = "LONG",       [CW_CONFIG_DOUBLE] = "DOUBLE",
	[CW_CONFIG_LIST] = "LIST",     [CW_CONFIG_CLASS] = "CLASS",     [CW_CONFIG_PASSWORD] = "PASSWORD",
};

const struct cw_config_def *cw_config_table_at(struct cw_config_table table, size_t i, struct cw_config_def *copy)
{
	const char *def = (const char *)table.defs + i * table.stride;

	memset(copy, 0, sizeof(*copy));
	memcpy(copy, def, table.stride < sizeof(*copy) ? table.stride : sizeof(*copy));
	return copy;
}

bool cw_config_table_find(struct cw_config_table table, const char *name, struct cw_config_def *out)
{
	for (size_t i = 0; i < table.n; i++)
		if (strcmp(cw_config_table_at(table, i, out)->name, name) == 0)
			return true;
	return false;
}

const char *cw_config_type_name(enum cw_config_type type)
{
	return (size_t)type < sizeof(type_names) / sizeof(*type_names) ? type_names[type] : "STRING";
}

static struct cw_slice trim(struct cw_slice text)
{
	while (text.n && (unsigned char)text.p[0] <= ' ') {
		text.p++;
		text.n--;
	}
	while (text.n && (unsigned char)text.p[text.n - 1] <= ' ')
		text.n--;
	return text;
}

/* Takes the next item off a comma-separated list. False at its end. An empty text is an empty list. */
static bool next_item(struct cw_slice *rest, struct cw_slice *item)
{
	const char *comma;

	if (!rest->p)
		return false;
	comma = rest->n ? memchr(rest->p, ',', rest->n) : NULL;
	if (comma) {
		*item = trim(cw_slice(rest->p, (size_t)(comma - rest->p)));
		rest->n -= (size_t)(comma + 1 - rest->p);
		rest->p = comma + 1;
	} else {
		*item = trim(*rest);
		*rest = cw_slice(NULL, 0);
	}
	return true;
}

static struct cw_slice list_items(struct cw_slice text)
{
	return text.n ? text : cw_slice(NULL, 0);
}

static bool item_equals(struct cw_slice item, struct cw_slice choice, bool ignore_case)
{
	return item.n == choice.n &&
	       (ignore_case ? strncasecmp(item.p, choice.p, item.n) : memcmp(item.p, choice.p, item.n)) == 0;
}

/* The choice that a value means, spelled as in the table; a value without choices means itself. */
static bool find_choice(const struct cw_config_def *def, struct cw_slice value, struct cw_slice *choice)
{
	struct cw_slice rest = list_items(cw_slice_str(def->choices));

	if (!def->choices) {
		*choice = value;
		return true;
	}
	while (next_item(&rest, choice))
		if (item_equals(value, *choice, def->flags & CW_CONFIG_IGNORE_CASE))
			return true;
	return false;
}

static bool parse_boolean(struct cw_slice text, bool *out)
{
	*out = item_equals(text, cw_slice_str("true"), true);
	return *out || item_equals(text, cw_slice_str("false"), true);
}

/* Reads a value as its type. 0, or -1 with the reason. */
static int parse(const struct cw_config_def *def, const char *value, struct parsed *out, const char **reason)
{
	static const char not_a_number[][32] = { "Not a number of type SHORT", "Not a number of type INT",
						 "Not a number of type LONG", "Not a number of type DOUBLE" };
	static const int64_t least[] = { INT16_MIN, INT32_MIN, INT64_MIN };
	static const int64_t most[] = { INT16_MAX, INT32_MAX, INT64_MAX };
	bool ok = true;
	int width;

	out->text = trim(cw_slice_str(value));
	switch (def->type) {
	case CW_CONFIG_BOOLEAN:
		ok = parse_boolean(out->text, &out->boolean);
		*reason = "Expected value to be either true or false";
		break;
	case CW_CONFIG_SHORT:
	case CW_CONFIG_INT:
	case CW_CONFIG_LONG:
		width = (int)def->type - CW_CONFIG_SHORT;
		ok = cw_parse_integer(out->text.p, out->text.n, least[width], most[width], &out->integer);
		*reason = not_a_number[width];
		break;
	case CW_CONFIG_DOUBLE:
		ok = cw_parse_double(out->text.p, out->text.n, &out->real);
		*reason = not_a_number[3];
		break;
	case CW_CONFIG_STRING:
	case CW_CONFIG_LIST:
	case CW_CONFIG_CLASS:
	case CW_CONFIG_PASSWORD:
		break;
	}
	return ok ? 0 : -1;
}

static char *join_list(struct cw_slice text, const char *separator)
{
	struct cw_slice rest = list_items(text), item;
	struct cw_buf out = { 0 };
	bool first = true;

	while (next_item(&rest, &item)) {
		if (!first)
			cw_buf_puts(&out, separator);
		cw_buf_append(&out, item.p, item.n);
		first = false;
	}
	return cw_buf_take(&out);
}

/* The parsed value as text; a PASSWORD is not hidden here. New. */
static char *parsed_text(const struct cw_config_def *def, const struct parsed *parsed)
{
	switch (def->type) {
	case CW_CONFIG_BOOLEAN:
		return cw_strdup(parsed->boolean ? "true" : "false");
	case CW_CONFIG_SHORT:
	case CW_CONFIG_INT:
	case CW_CONFIG_LONG:
		return cw_format("%lld", (long long)parsed->integer);
	case CW_CONFIG_DOUBLE:
		return cw_double_text(parsed->real);
	case CW_CONFIG_LIST:
		return join_list(parsed->text, ",");
	case CW_CONFIG_STRING:
	case CW_CONFIG_CLASS:
	case CW_CONFIG_PASSWORD:
		break;
	}
	return cw_strndup(parsed->text.p, parsed->text.n);
}

char *cw_config_canonical(const struct cw_config_def *def, const char *value)
{
	struct parsed parsed;
	const char *reason;

	if (!value || parse(def, value, &parsed, &reason) < 0)
		return NULL;
	return def->type == CW_CONFIG_PASSWORD ? cw_strdup("[hidden]") : parsed_text(def, &parsed);
}

/* "Invalid value V for configuration K: reason", V without users of URLs and, if it is long, cut at a character's border. */
static int invalid(const struct cw_config_def *def, const char *whole, const char *reason, struct cw_error *err)
{
	CW_AUTO_FREE char *value = cw_hide_userinfo(whole);
	size_t n = strlen(value), shown = 0, step;

	if (def->type == CW_CONFIG_PASSWORD)
		return cw_error_set(err, CW_ERR_INVALID, "Invalid value [hidden] for configuration %s: %s", def->name,
				    reason);
	while (shown < n && shown < VALUE_SHOWN) {
		step = cw_utf8_length(value + shown, n - shown);
		shown += step ? step : 1;
	}
	return cw_error_set(err, CW_ERR_INVALID, "Invalid value %.*s%s for configuration %s: %s", (int)shown, value,
			    shown < n ? "..." : "", def->name, reason);
}

static int range_reason(const struct cw_config_def *def, const struct parsed *parsed, char *reason, size_t size)
{
	bool real = def->type == CW_CONFIG_DOUBLE;

	if (real ? parsed->real < (double)def->min : parsed->integer < def->min)
		snprintf(reason, size, "Value must be at least %lld", (long long)def->min);
	else if (real ? parsed->real > (double)def->max : parsed->integer > def->max)
		snprintf(reason, size, "Value must be no more than %lld", (long long)def->max);
	else
		return 0;
	return -1;
}

static bool is_number(enum cw_config_type type)
{
	return type == CW_CONFIG_SHORT || type == CW_CONFIG_INT || type == CW_CONFIG_LONG || type == CW_CONFIG_DOUBLE;
}

static int choice_error(const struct cw_config_def *def, const char *value, struct cw_error *err)
{
	CW_AUTO_FREE char *choices = join_list(cw_slice_str(def->choices), ", ");
	CW_AUTO_FREE char *reason = cw_format("String must be one of%s: %s",
					      def->flags & CW_CONFIG_IGNORE_CASE ? " (case insensitive)" : "", choices);

	return invalid(def, value, reason, err);
}

static int check_list(const struct cw_config_def *def, struct cw_slice text, struct cw_error *err)
{
	struct cw_slice rest = list_items(text), item, choice;
	CW_AUTO_FREE char *shown = NULL;
	CW_AUTO_FREE char *joined = join_list(text, ", ");

	shown = cw_format("[%s]", joined);
	if (!text.n && (def->flags & CW_CONFIG_NOT_EMPTY))
		return invalid(def, shown, "List may not be empty", err);
	while (next_item(&rest, &item)) {
		CW_AUTO_FREE char *one = cw_strndup(item.p, item.n);

		if (!item.n && !(def->flags & CW_CONFIG_EMPTY_ITEMS))
			return invalid(def, shown, "List may not contain an empty item", err);
		if (!find_choice(def, item, &choice))
			return choice_error(def, one, err);
	}
	return 0;
}

/* The plugin's own check. A reason that quotes a secret is not passed on. */
static int custom_check(const struct cw_config_def *def, const char *value, struct cw_error *err)
{
	struct cw_error why = { 0 };
	const char *reason = why.text;
	CW_AUTO_FREE char *shown = NULL;

	if (!def->check || def->check(value, &why) == 0)
		return 0;
	if (!why.text[0] || (def->type == CW_CONFIG_PASSWORD && *value && strstr(why.text, value)))
		reason = "The value is not valid";
	if (def->type == CW_CONFIG_LIST) { /* as Kafka prints a list */
		CW_AUTO_FREE char *items = join_list(trim(cw_slice_str(value)), ", ");

		shown = cw_format("[%s]", items);
	}
	return invalid(def, shown ? shown : value, reason, err);
}

int cw_config_check(const struct cw_config_def *def, const char *value, struct cw_error *err)
{
	struct parsed parsed = { 0 };
	struct cw_slice choice;
	const char *reason = NULL;
	char range[64];
	CW_AUTO_FREE char *text = NULL;

	if (!value && (def->flags & CW_CONFIG_REQUIRED))
		return cw_error_set(err, CW_ERR_INVALID,
				    "Missing required configuration \"%s\" which has no default value.", def->name);
	if (!value)
		return 0;
	if (parse(def, value, &parsed, &reason) < 0)
		return invalid(def, value, reason, err);
	text = parsed_text(def, &parsed);
	if (is_number(def->type) && (def->flags & CW_CONFIG_RANGE) &&
	    range_reason(def, &parsed, range, sizeof(range)) < 0)
		return invalid(def, text, range, err);
	if (def->type == CW_CONFIG_LIST) {
		if (check_list(def, parsed.text, err) < 0)
			return -1;
	} else if (!is_number(def->type) && def->type != CW_CONFIG_BOOLEAN) {
		if (!parsed.text.n && (def->flags & CW_CONFIG_NOT_EMPTY))
			return invalid(def, text, "String may not be empty", err);
		if (!find_choice(def, parsed.text, &choice))
			return choice_error(def, text, err);
	}
	return custom_check(def, text, err);
}

bool cw_config_follow_up(const struct cw_config_def *def, const char *value, struct cw_error *err)
{
	struct parsed parsed;
	const char *reason;

	if (!value || !is_number(def->type) || !(def->flags & CW_CONFIG_RANGE) ||
	    parse(def, value, &parsed, &reason) == 0)
		return false;
	cw_error_set(err, CW_ERR_INVALID, "Invalid value null for configuration %s: Value must be non-null", def->name);
	return true;
}

/* ---- filling a struct ------------------------------------------------------------------------ */

struct cw_config_memory {
	struct block {
		void *p;
		size_t size;
	} *blocks;
	size_t n;
};

static void *own(struct cw_config_memory *memory, void *block, size_t size)
{
	memory->blocks = cw_realloc(memory->blocks, (memory->n + 1) * sizeof(*memory->blocks));
	memory->blocks[memory->n++] = (struct block){ block, size };
	return block;
}

void cw_config_memory_free(struct cw_config_memory *memory)
{
	if (!memory)
		return;
	for (size_t i = 0; i < memory->n; i++) {
		explicit_bzero(memory->blocks[i].p, memory->blocks[i].size);
		free(memory->blocks[i].p);
	}
	free(memory->blocks);
	free(memory);
}

/* A string of the struct; one of the choices is spelled as in the table, so that strcmp() is enough. */
static const char *own_text(const struct cw_config_def *def, struct cw_slice text, struct cw_config_memory *memory)
{
	struct cw_slice choice;

	if (!find_choice(def, text, &choice))
		choice = text;
	return own(memory, cw_strndup(choice.n ? choice.p : "", choice.n), choice.n);
}

static struct cw_list own_list(const struct cw_config_def *def, struct cw_slice text, struct cw_config_memory *memory)
{
	struct cw_slice rest = list_items(text), item;
	const char **items;
	size_t n = 0;

	while (next_item(&rest, &item))
		n++;
	if (n == 0)
		return (struct cw_list){ NULL, 0 };
	items = own(memory, cw_alloc(n * sizeof(*items)), n * sizeof(*items));
	rest = list_items(text);
	for (size_t i = 0; next_item(&rest, &item); i++)
		items[i] = own_text(def, item, memory);
	return (struct cw_list){ items, n };
}

#define STORE(type, value)                             \
	do {                                           \
		type member_ = (value);                \
		memcpy(member, &member_, sizeof(member_)); \
	} while (0)

/* Writes one member; a null value is 0, false, NULL or an empty list. */
static void store(const struct cw_config_def *def, const char *value, void *member, struct cw_config_memory *memory)
{
	struct parsed parsed = { 0 };
	const char *reason;

	if (value)
		parse(def, value, &parsed, &reason);
	switch (def->type) {
	case CW_CONFIG_BOOLEAN: STORE(bool, parsed.boolean); break;
	case CW_CONFIG_SHORT: STORE(int16_t, (int16_t)parsed.integer); break;
	case CW_CONFIG_INT: STORE(int32_t, (int32_t)parsed.integer); break;
	case CW_CONFIG_LONG: STORE(int64_t, parsed.integer); break;
	case CW_CONFIG_DOUBLE: STORE(double, parsed.real); break;
	case CW_CONFIG_LIST: STORE(struct cw_list, own_list(def, parsed.text, memory)); break;
	case CW_CONFIG_STRING:
	case CW_CONFIG_CLASS:
	case CW_CONFIG_PASSWORD:
		STORE(const char *, value ? own_text(def, parsed.text, memory) : NULL);
		break;
	}
}

int cw_config_fill(struct cw_config_table table, const struct cw_map *config, void *out,
		   struct cw_config_memory **memory, struct cw_error *err)
{
	struct cw_config_def def;

	*memory = NULL;
	for (size_t i = 0; i < table.n; i++) {
		cw_config_table_at(table, i, &def);
		if (cw_config_check(&def, cw_map_get(config, def.name), err) < 0)
			return -1;
	}
	*memory = cw_alloc(sizeof(**memory));
	for (size_t i = 0; i < table.n; i++) {
		const char *value = cw_map_get(config, cw_config_table_at(table, i, &def)->name);

		if (def.offset != CW_CONFIG_NOT_STORED)
			store(&def, value ? value : def.default_value, (char *)out + def.offset, *memory);
	}
	return 0;
}

/* ---- description ----------------------------------------------------------------------------- */

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *dependents(const struct cw_config_def *def)
{
	struct cw_slice rest = list_items(cw_slice_str(def->dependents)), item;
	json_t *array = json_array();

	while (next_item(&rest, &item))
		json_array_append_new(array, json_stringn(item.p, item.n));
	return array;
}

json_t *cw_config_def_to_json(const struct cw_config_def *def, int order)
{
	static const char *const importances[] = { "HIGH", "MEDIUM", "LOW" };
	static const char *const widths[] = { "NONE", "SHORT", "MEDIUM", "LONG" };
	CW_AUTO_FREE char *default_value = cw_config_canonical(def, def->default_value);
	json_t *object = json_object();

	json_object_set_new(object, "name", json_string(def->name));
	json_object_set_new(object, "type", json_string(cw_config_type_name(def->type)));
	json_object_set_new(object, "required", json_boolean(def->flags & CW_CONFIG_REQUIRED));
	json_object_set_new(object, "default_value", text_or_null(default_value));
	json_object_set_new(object, "importance",
			    json_string(importances[def->importance <= CW_LOW ? def->importance : CW_LOW]));
	json_object_set_new(object, "documentation", json_string(def->doc ? def->doc : ""));
	json_object_set_new(object, "group", text_or_null(def->group));
	json_object_set_new(object, "width",
			    json_string(widths[def->width <= CW_WIDTH_LONG ? def->width : CW_WIDTH_NONE]));
	json_object_set_new(object, "display_name", json_string(def->display_name ? def->display_name : def->name));
	json_object_set_new(object, "dependents", dependents(def));
	json_object_set_new(object, "order", json_integer(def->order ? def->order : def->group ? order : -1));
	return object;
}
