#include "convert/json_read.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "convert/json_number.h"
#include "convert/json_text.h"
#include "data/text.h"
#include "data/value.h"

/* Jackson's limits, in bytes of a name and UTF-16 units of a string. */
#define NAME_MAX_BYTES 50000u
#define STRING_MAX_UNITS 20000000u
/* Of more entries than these it is not expected that the next document has them, too. */
#define USUAL_MAX 64u

static int fail_at(struct cw_json_reader *r, const char *p, const char *what)
{
	r->what = what;
	r->at = (size_t)(p - r->start);
	return -1;
}

static int fail(struct cw_json_reader *r, const char *what)
{
	return fail_at(r, r->p, what);
}

void cw_json_reader_init(struct cw_json_reader *reader)
{
	*reader = (struct cw_json_reader){ 0 };
	/* Nobody outside can choose names that fall onto each other. */
	reader->names.seed = (uint64_t)cw_clock_ns() * UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)(uintptr_t)reader;
}

void cw_json_reader_free(struct cw_json_reader *reader)
{
	free(reader->items);
	free(reader->own_entries);
	cw_json_index_free(&reader->names);
}

static void use_own_entries(struct cw_json_reader *r)
{
	r->entries = r->own_entries;
	r->entries_cap = r->own_entries_cap;
}

int cw_json_open(struct cw_json_reader *reader, struct cw_batch *strings, struct cw_batch *nodes, bool exact_numbers,
		 struct cw_slice text)
{
	reader->strings = strings;
	reader->nodes = nodes;
	reader->exact_numbers = exact_numbers;
	reader->depth = 0;
	reader->n_items = reader->n_entries = 0;
	use_own_entries(reader);
	reader->start = reader->p = text.p;
	if (cw_json_to_utf8(strings, &text, &reader->what) < 0)
		return fail(reader, reader->what);
	reader->start = reader->p = text.p;
	reader->end = text.p + text.n;
	return 0;
}

int cw_json_peek(struct cw_json_reader *reader)
{
	while (reader->p < reader->end) {
		char c = *reader->p;

		if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
			return (unsigned char)c;
		reader->p++;
	}
	return -1;
}

/* ---- strings --------------------------------------------------------------------------------- */

/* Past the rest of a string to its closing quote; NULL when there is none. */
static const char *closing_quote(const char *p, const char *end)
{
	for (; p < end && *p != '"'; p++)
		if (*p == '\\' && ++p == end)
			break;
	return p < end ? p : NULL;
}

static bool is_too_long(struct cw_slice s, bool is_name)
{
	if (is_name)
		return s.n > NAME_MAX_BYTES;
	return s.n > STRING_MAX_UNITS && cw_text_length(s) > STRING_MAX_UNITS;
}

/* At the first byte that needs a closer look. */
static int read_odd_string(struct cw_json_reader *r, const char *start, const char *odd, bool is_name,
			   struct cw_slice *out)
{
	const char *end = closing_quote(odd, r->end);

	if (!end)
		return fail_at(r, r->end, "unexpected end of the document in a string");
	if (cw_json_unescape(r->strings, cw_slice(start, (size_t)(end - start)), is_name, out, &r->what) < 0)
		return fail_at(r, odd, r->what);
	r->p = end + 1;
	return 0;
}

/* At the opening quote. */
static int read_string(struct cw_json_reader *r, bool is_name, struct cw_slice *out)
{
	const char *start = ++r->p, *p = start;

	for (;;) {
		size_t length;

		p += cw_json_plain_length(p, (size_t)(r->end - p));
		if (p < r->end && *p == '"')
			break;
		length = p < r->end && (unsigned char)*p >= 0x80 ? cw_utf8_length(p, (size_t)(r->end - p)) : 0;
		if (!length)
			return read_odd_string(r, start, p, is_name, out);
		p += length;
	}
	*out = cw_slice(start, (size_t)(p - start));
	r->p = p + 1;
	return 0;
}

static int read_text(struct cw_json_reader *r, bool is_name, struct cw_slice *out)
{
	const char *start = r->p;

	if (read_string(r, is_name, out) < 0)
		return -1;
	return is_too_long(*out, is_name) ? fail_at(r, start, "a string or name is too long") : 0;
}

/* ---- scalars --------------------------------------------------------------------------------- */

static int read_number(struct cw_json_reader *r, struct cw_value *out)
{
	struct cw_json_number number;
	const char *start = r->p, *end = cw_json_number_scan(start, r->end, &number, &r->what);

	if (!end)
		return fail(r, r->what);
	r->p = end;
	if (r->depth == 0 && end < r->end && cw_json_peek(r) >= 0 && r->p == end)
		return fail(r, "a blank is expected after a number");
	if (cw_json_number_is_long(&number) || (!r->exact_numbers && !number.decimal)) {
		*out = cw_value_int64(cw_json_number_int64(&number));
	} else if (!r->exact_numbers) {
		*out = cw_value_float64(cw_json_number_double(&number));
	} else {
		*out = cw_value_of(CW_JSON_NUMBER);
		out->u.bytes = cw_slice(start, (size_t)(end - start));
		out->scale = number.decimal;
	}
	return 0;
}

static bool continues_word(char c)
{
	return (unsigned char)c >= 0x7f || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (c >= 'a' && c <= 'z');
}

static int read_word(struct cw_json_reader *r, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0 ||
	    (r->p + n < r->end && continues_word(r->p[n])))
		return fail(r, "unknown word; a value, \"true\", \"false\" or \"null\", is expected");
	r->p += n;
	return 0;
}

static int read_string_value(struct cw_json_reader *r, struct cw_value *out)
{
	*out = cw_value_of(CW_STRING);
	return read_text(r, false, &out->u.bytes);
}

/* What is no array or object; c is the character that is next. */
static int read_scalar(struct cw_json_reader *r, int c, struct cw_value *out)
{
	switch (c) {
	case '"':
		return read_string_value(r, out);
	case 't':
		*out = cw_value_boolean(true);
		return read_word(r, "true");
	case 'f':
		*out = cw_value_boolean(false);
		return read_word(r, "false");
	case 'n':
		*out = cw_value_null();
		return read_word(r, "null");
	default:
		if (c == '-' || (c >= '0' && c <= '9'))
			return read_number(r, out);
		return fail(r, c < 0 ? "unexpected end of the document" : "unexpected character, a value is expected");
	}
}

/* ---- arrays and objects ---------------------------------------------------------------------- */

/* Past a bracket. */
static int enter(struct cw_json_reader *r)
{
	if (++r->depth > CW_JSON_DEPTH_MAX)
		return fail(r, "more than 1000 levels of nesting");
	r->p++;
	return 0;
}

/*
 * What stands before the next item: 1 with the reader at the item, 0 past the closing bracket, -1. The first item has
 * no comma before it.
 */
static int next_item(struct cw_json_reader *r, bool first, char close)
{
	int c = cw_json_peek(r);

	if (c == close) {
		r->p++;
		r->depth--;
		return 0;
	}
	if (c < 0)
		return fail(r, "unexpected end of the document");
	if (first)
		return 1;
	if (c != ',')
		return fail(r, "a comma or the closing bracket is expected");
	r->p++;
	return 1;
}

int cw_json_enter_object(struct cw_json_reader *reader)
{
	return enter(reader);
}

int cw_json_next_member(struct cw_json_reader *reader, bool first, struct cw_slice *name)
{
	int rc = next_item(reader, first, '}');

	if (rc <= 0)
		return rc;
	if (cw_json_peek(reader) != '"')
		return fail(reader, "a name in double quotes is expected");
	if (read_text(reader, true, name) < 0)
		return -1;
	if (cw_json_peek(reader) != ':')
		return fail(reader, "a colon is expected after a name");
	reader->p++;
	return 1;
}

/* Room for one more item; where it is holds until the next call. */
static struct cw_value *push_item(struct cw_json_reader *r)
{
	if (r->n_items == r->items_cap) {
		r->items_cap = r->items_cap ? 2 * r->items_cap : 64;
		r->items = cw_realloc(r->items, r->items_cap * sizeof(*r->items));
	}
	return &r->items[r->n_items++];
}

static void *copy_of(struct cw_batch *memory, const void *p, size_t size)
{
	return size ? memcpy(cw_batch_alloc(memory, size), p, size) : NULL;
}

/* Documents of a stream are alike: the entries of one that has no more than the last are read to where they stay. */
static void begin_document(struct cw_json_reader *r)
{
	if (r->usual_entries == 0)
		return;
	r->entries = cw_batch_alloc(r->nodes, r->usual_entries * sizeof(*r->entries));
	r->entries_cap = r->usual_entries;
}

static const struct cw_entry *end_document(struct cw_json_reader *r, size_t n)
{
	const struct cw_entry *entries = r->entries;

	if (entries == r->own_entries)
		entries = copy_of(r->nodes, entries, n * sizeof(*entries));
	use_own_entries(r);
	r->usual_entries = n <= USUAL_MAX ? n : 0;
	return entries;
}

static void more_entries(struct cw_json_reader *r)
{
	const struct cw_entry *lent = r->entries != r->own_entries ? r->entries : NULL;

	if (r->n_entries >= r->own_entries_cap) {
		r->own_entries_cap = r->n_entries ? 2 * r->n_entries : 64;
		r->own_entries = cw_realloc(r->own_entries, r->own_entries_cap * sizeof(*r->own_entries));
	}
	if (lent)
		memcpy(r->own_entries, lent, r->n_entries * sizeof(*lent));
	use_own_entries(r);
}

static struct cw_entry *push_entry(struct cw_json_reader *r)
{
	if (r->n_entries == r->entries_cap)
		more_entries(r);
	return &r->entries[r->n_entries++];
}

/* An array or object that was read. It becomes a value where it belongs: reading it has moved what was pushed. */
struct container {
	enum cw_type type;
	const void *p;
	size_t n;
};

static int read_container(struct cw_json_reader *r, struct container *out);

static inline bool opens_container(int c)
{
	return c == '{' || c == '[';
}

static void set_container(struct cw_value *out, const struct container *container)
{
	*out = container->type == CW_MAP ? cw_value_map(container->p, container->n) :
					   cw_value_array(container->p, container->n);
}

static int read_item(struct cw_json_reader *r)
{
	struct container inner;
	int c = cw_json_peek(r);

	if (!opens_container(c))
		return read_scalar(r, c, push_item(r));
	if (read_container(r, &inner) < 0)
		return -1;
	set_container(push_item(r), &inner);
	return 0;
}

static int read_array(struct cw_json_reader *r, struct container *out)
{
	size_t base = r->n_items;
	bool first = true;
	int rc;

	if (enter(r) < 0)
		return -1;
	for (; (rc = next_item(r, first, ']')) > 0; first = false)
		if (read_item(r) < 0)
			return -1;
	out->type = CW_ARRAY;
	out->n = r->n_items - base;
	out->p = copy_of(r->nodes, r->items + base, out->n * sizeof(*r->items));
	r->n_items = base;
	return rc;
}

static int read_member(struct cw_json_reader *r, struct cw_slice name)
{
	struct container inner;
	struct cw_entry *entry;
	int c = cw_json_peek(r);

	if (opens_container(c)) {
		if (read_container(r, &inner) < 0)
			return -1;
		entry = push_entry(r);
		entry->key = cw_value_string(name);
		set_container(&entry->value, &inner);
		return 0;
	}
	entry = push_entry(r);
	entry->key = cw_value_string(name);
	return read_scalar(r, c, &entry->value);
}

static int read_object(struct cw_json_reader *r, struct container *out)
{
	size_t base = r->n_entries;
	bool first = true, outermost = r->depth == 0;
	struct cw_slice name;
	int rc;

	if (enter(r) < 0)
		return -1;
	if (outermost)
		begin_document(r);
	for (; (rc = cw_json_next_member(r, first, &name)) > 0; first = false)
		if (read_member(r, name) < 0)
			return -1;
	out->type = CW_MAP;
	out->n = cw_json_unite(&r->names, r->entries + base, r->n_entries - base);
	out->p = outermost ? end_document(r, out->n) :
			     copy_of(r->nodes, r->entries + base, out->n * sizeof(*r->entries));
	r->n_entries = base;
	return rc;
}

static int read_container(struct cw_json_reader *r, struct container *out)
{
	return *r->p == '{' ? read_object(r, out) : read_array(r, out);
}

/* ---- documents ------------------------------------------------------------------------------- */

int cw_json_read_value(struct cw_json_reader *reader, struct cw_value *out)
{
	struct container container;
	int c = cw_json_peek(reader);

	if (!opens_container(c))
		return read_scalar(reader, c, out);
	if (read_container(reader, &container) < 0)
		return -1;
	set_container(out, &container);
	return 0;
}

int cw_json_read(struct cw_json_reader *reader, struct cw_batch *batch, struct cw_slice text, struct cw_value *out)
{
	if (cw_json_open(reader, batch, batch, false, text) < 0)
		return -1;
	if (cw_json_peek(reader) < 0) {
		*out = cw_value_null();
		return 0;
	}
	return cw_json_read_value(reader, out);
}
