/*
 * scalar - one value of a document as its field's type understands it, to be compared.
 *
 * Pure. Texts are borrowed from the JSON value they were read from.
 */
#ifndef CW_DEVSTORE_SCALAR_H
#define CW_DEVSTORE_SCALAR_H

#include <stdbool.h>
#include <stdint.h>

#include "devstore/mapping.h"

enum cw_scalar_kind { CW_SCALAR_INTEGER, CW_SCALAR_REAL, CW_SCALAR_TEXT, CW_SCALAR_IP };

struct cw_scalar {
	enum cw_scalar_kind kind;
	int64_t integer; /* also booleans (0, 1) and dates (milliseconds) */
	double real;
	const char *text;
	unsigned char ip[16]; /* IPv4 as mapped */
	char number[32];      /* the text of a number that is read as keyword */
};

/* Reads a leaf (no array, no object, no null). False: it is no value of that type. */
bool cw_scalar_read(const struct cw_es_field *field, const json_t *value, struct cw_scalar *out);
/* Negative, zero, positive. Both of the same field. */
int cw_scalar_compare(const struct cw_scalar *a, const struct cw_scalar *b);

/* Calls fn for each leaf value of a field in a document, arrays unrolled, nulls and malformed values left out. */
void cw_document_scalars(const json_t *document, const char *path, const struct cw_es_field *field,
			 void (*fn)(const struct cw_scalar *value, void *arg), void *arg);

/* "1.2.3.4", "::1" → 16 bytes. */
bool cw_ip_parse(const char *text, unsigned char out[16]);
/* The canonical text; size of out at least 46. */
void cw_ip_print(const unsigned char ip[16], char *out, size_t size);

#endif
