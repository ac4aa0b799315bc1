/* oracle_case - the files of tests/oracle/cases (tests/oracle/README.md says what is in them). */
#ifndef CW_TESTS_ORACLE_CASE_H
#define CW_TESTS_ORACLE_CASE_H

#include <jansson.h>
#include <stdio.h>

#include "connect-worker/connector.h"

struct oracle_file {
	FILE *in;
	json_t *head;
	char *line;
	size_t cap;
};

/* Exits with a sentence when the file cannot be read, or is not what it should be. */
void oracle_file_open(struct oracle_file *file, const char *path);
/* The next case, new; NULL at the end. */
json_t *oracle_file_next(struct oracle_file *file);
void oracle_file_close(struct oracle_file *file);

/* Bytes of a case or an outcome in memory; p is NULL for a null. */
struct cw_slice oracle_bytes(const struct oracle_file *file, struct cw_batch *memory, const json_t *json);
/* The names of the converters that read ("in") or write ("out"): of key, value, headers. */
const json_t *oracle_converters(const struct oracle_file *file, const json_t *test, const char *way);
/* A member's text, or another text when it has none. */
const char *oracle_text(const json_t *object, const char *name, const char *otherwise);

#endif
