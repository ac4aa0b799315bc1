#include "convert/json_read.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/mem.h"
#include "convert/json_text.h"
#include "convert/json_token.h"
#include "data/value.h"

/* Of more entries than these it is not expected that the next document has them, too. */
#define USUAL_MAX 64u

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
	cw_json_shape_free(&reader->shape);
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
		return cw_json_fail(reader, reader->what);
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

/* ---- arrays and objects ---------------------------------------------------------------------- */

/* Past a bracket. */
static int enter(struct cw_json_reader *r)
{
	if (++r->depth > CW_JSON_DEPTH_MAX)
		return cw_json_fail(r, "more than 1000 levels of nesting");
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
		return cw_json_fail(r, "unexpected end of the document");
	if (first)
		return 1;
	if (c != ',')
		return cw_json_fail(r, "a comma or the closing bracket is expected");
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
		return cw_json_fail(reader, "a name in double quotes is expected");
	if (cw_json_read_text(reader, true, name) < 0)
		return -1;
	if (cw_json_peek(reader) != ':')
		return cw_json_fail(reader, "a colon is expected after a name");
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
	size_t size = r->usual_entries * sizeof(*r->entries) + r->nodes->spare;

	r->is_new_shape = false;
	if (r->usual_entries == 0)
		return;
	r->entries = cw_batch_alloc(r->nodes, size);
	r->entries_cap = r->usual_entries;
	cw_batch_own(r->nodes, r->entries, size);
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
		return cw_json_read_scalar(r, c, push_item(r));
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
	return cw_json_read_scalar(r, c, &entry->value);
}

/* As cw_json_next_member(), of the outermost object. */
static int next_outermost_member(struct cw_json_reader *r, size_t i, struct cw_slice *name)
{
	const char *start = r->p;
	size_t same = cw_json_shape_match(&r->shape, i, cw_slice(start, (size_t)(r->end - start)), name);
	int rc = 1;

	r->p += same;
	if (same)
		return 1;
	rc = cw_json_next_member(r, i == 0, name);
	if (rc > 0) {
		r->is_new_shape = true;
		cw_json_shape_learn(&r->shape, i, cw_slice(start, (size_t)(r->p - start)), *name);
	}
	return rc;
}

/* How many entries there are when the last value of equal names has taken the place of the first. */
static size_t unite_outermost(struct cw_json_reader *r, size_t n)
{
	size_t kept = r->is_new_shape ? cw_json_unite(&r->names, r->entries, n) : n;

	if (kept < n)
		r->shape.n = 0;
	return kept;
}

static int read_outermost_members(struct cw_json_reader *r)
{
	struct cw_slice name;
	int rc;

	for (size_t i = 0; (rc = next_outermost_member(r, i, &name)) > 0; i++)
		if (read_member(r, name) < 0)
			return -1;
	return rc;
}

static int read_outermost(struct cw_json_reader *r, struct container *out)
{
	begin_document(r);
	if (read_outermost_members(r) < 0) {
		r->shape.n = 0; /* nobody has looked whether its names are distinct */
		return -1;
	}
	out->type = CW_MAP;
	out->n = unite_outermost(r, r->n_entries);
	out->p = end_document(r, out->n);
	r->n_entries = 0;
	return 0;
}

static int read_object(struct cw_json_reader *r, struct container *out)
{
	size_t base = r->n_entries;
	bool first = true;
	struct cw_slice name;
	int rc;

	if (enter(r) < 0)
		return -1;
	if (r->depth == 1)
		return read_outermost(r, out);
	for (; (rc = cw_json_next_member(r, first, &name)) > 0; first = false)
		if (read_member(r, name) < 0)
			return -1;
	out->type = CW_MAP;
	out->n = cw_json_unite(&r->names, r->entries + base, r->n_entries - base);
	out->p = copy_of(r->nodes, r->entries + base, out->n * sizeof(*r->entries));
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
		return cw_json_read_scalar(reader, c, out);
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
