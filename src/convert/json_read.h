/*
 * json_read - a JSON document to values, as Kafka Connect's JsonConverter has it read: objects are maps from string to
 * value with the last of equal names at the place of the first, arrays, strings, booleans and nulls are what they are.
 *
 * What Jackson accepts is accepted and what it refuses is refused, in all of UTF-8, UTF-16 and UTF-32. Whatever follows
 * the first value of a document is not looked at. Strings without escapes are slices of the text.
 *
 * A reader is used again from document to document and then allocates nothing but from the batch. One thread.
 */
#ifndef CW_CONVERT_JSON_READ_H
#define CW_CONVERT_JSON_READ_H

#include "connect-worker/connector.h"
#include "convert/json_index.h"
#include "convert/json_shape.h"

/* Nesting of arrays and objects, in documents that are read and in those that are written. */
#define CW_JSON_DEPTH_MAX 1000u

/*
 * With exact numbers, what is no integer of 64 bits is a value of this type: u.bytes is the number as it is written,
 * and scale whether it has a fraction or an exponent. No such value leaves the converter.
 */
#define CW_JSON_NUMBER CW_DECIMAL

struct cw_json_reader {
	/* Since cw_json_open(). */
	struct cw_batch *strings; /* where strings go that are no slices of the text */
	struct cw_batch *nodes;   /* where arrays and maps go */
	bool exact_numbers;       /* else integers are CW_INT64, modulo 2^64, and other numbers CW_FLOAT64 */
	const char *start, *p, *end;
	unsigned depth;
	const char *what; /* after -1: what is wrong, and where: a byte of the document as UTF-8 */
	size_t at;
	/* Kept from document to document. */
	struct cw_value *items; /* of the arrays that are being read, the innermost last */
	size_t n_items, items_cap;
	struct cw_entry *entries; /* likewise of objects: own_entries, or where those of the outermost one will stay */
	size_t n_entries, entries_cap;
	struct cw_entry *own_entries;
	size_t own_entries_cap, usual_entries; /* as many as the last outermost object had */
	struct cw_json_index names;
	struct cw_json_shape shape; /* of the last outermost object */
	bool is_new_shape;
};

/* Zeroes the reader. */
void cw_json_reader_init(struct cw_json_reader *reader);
void cw_json_reader_free(struct cw_json_reader *reader);

/* Begins a document. The values live as long as both batches and the text. 0 or -1. */
int cw_json_open(struct cw_json_reader *reader, struct cw_batch *strings, struct cw_batch *nodes, bool exact_numbers,
		 struct cw_slice text);
/* The next character that is no blank, which stays; -1 at the end. */
int cw_json_peek(struct cw_json_reader *reader);
/* Reads the value that is next. 0 or -1. */
int cw_json_read_value(struct cw_json_reader *reader, struct cw_value *out);
/*
 * An object member by member. Enter it at its "{"; then each 1 is a name whose value has to be read next, 0 the end of
 * the object, -1 an error. `first`: it is the first call after entering.
 */
int cw_json_enter_object(struct cw_json_reader *reader);
int cw_json_next_member(struct cw_json_reader *reader, bool first, struct cw_slice *name);

/* A whole document; CW_NULL when it has nothing but blanks. 0 or -1. */
int cw_json_read(struct cw_json_reader *reader, struct cw_batch *batch, struct cw_slice text, struct cw_value *out);

#endif
