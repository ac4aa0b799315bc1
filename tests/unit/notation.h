/*
 * notation - values, schemas and records written down as text, for tables of cases.
 *
 * A value is JSON; {"$int8": 5} and its like ($int16, $int32, $float32, $bytes, $date, $time, $timestamp, $decimal) are
 * schemaless values of another type than JSON has. With a schema it is "@SCHEMA JSON". Schemas are int32, string?
 * (optional), int32=5 (with a default value), decimal(2), array(T), map(K,V), struct{a:int32,b:string?}, each perhaps
 * with #name and %version behind the type.
 */
#ifndef CW_TESTS_NOTATION_H
#define CW_TESTS_NOTATION_H

#include "base/buf.h"
#include "connect-worker/connector.h"

/* Aborts the test program when the text is none of these. Everything is in the memory. */
struct cw_value cw_note_value(struct cw_batch *memory, const char *text);
const struct cw_schema *cw_note_schema(struct cw_batch *memory, const char *text);
/* Back to text: struct fields in their order, blanks only after "@SCHEMA". */
void cw_note_print(struct cw_buf *out, const struct cw_value *value);
void cw_note_print_schema(struct cw_buf *out, const struct cw_schema *schema);

#endif
