/* test_devstore - what the unit tests of connect-devstore share. */
#ifndef CW_TESTS_TEST_DEVSTORE_H
#define CW_TESTS_TEST_DEVSTORE_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "devstore/mapping.h"
#include "devstore/write.h"
#include "unit.h"

/* 2026-01-21T22:23:40Z */
#define NOW_MS INT64_C(1769034220000)

static inline json_t *parse(const char *text)
{
	json_error_t error;
	json_t *value = json_loads(text, JSON_DECODE_ANY, &error);

	if (!value)
		fprintf(stderr, "test data: %s in %s\n", error.text, text);
	return value;
}

/* Compares with expected JSON, and shows what is there instead. Takes `got`. */
static inline bool same(json_t *got, const char *expected)
{
	json_t *want = parse(expected);
	bool equal = json_equal(got, want);
	char *text = json_dumps(got, JSON_COMPACT | JSON_ENCODE_ANY);

	if (!equal)
		fprintf(stderr, "\n  got      %s\n  expected %s\n", text, expected);
	free(text);
	json_decref(want);
	json_decref(got);
	return equal;
}

static const char mappings_text[] =
	"{\"dynamic\":\"strict\",\"properties\":{\"ip\":{\"type\":\"ip\"},\"status\":{\"type\":\"short\"},"
	"\"size\":{\"type\":\"long\"},\"@timestamp\":{\"type\":\"date\"},\"method\":{\"type\":\"keyword\"},"
	"\"ok\":{\"type\":\"boolean\"},\"took\":{\"type\":\"float\"},\"agent\":{\"type\":\"text\",\"fields\":"
	"{\"raw\":{\"type\":\"keyword\"}}},\"geo\":{\"properties\":{\"city\":{\"type\":\"keyword\"}}},"
	"\"loose\":{\"type\":\"short\",\"ignore_malformed\":true}}}";

static inline struct cw_mapping *make_mapping(const char *text)
{
	struct cw_es_error err = { 0 };
	json_t *json = parse(text);
	struct cw_mapping *mapping = cw_mapping_new(json, &err);

	if (!mapping)
		fprintf(stderr, "\n  mapping: %s\n", err.reason);
	json_decref(json);
	return mapping;
}

static inline struct cw_write doc(enum cw_bulk_op op, const char *id, const char *source)
{
	return (struct cw_write){ .op = op,
				  .index = "logs",
				  .id = id,
				  .version = -1,
				  .if_seq_no = -1,
				  .if_primary_term = -1,
				  .source = cw_slice(source, strlen(source)) };
}

/* The status, in a transaction of its own. */
static inline int apply(struct cw_store *store, struct cw_write write, struct cw_written *written)
{
	struct cw_es_error err = { 0 };
	struct cw_written ignored;

	if (!written)
		written = &ignored;
	cw_store_begin(store, &err);
	if (cw_write_apply(store, &write, written, &err))
		cw_store_rollback(store);
	else
		cw_store_commit(store, &err);
	return err.status ? err.status : written->status;
}

static inline void set_template(struct cw_store *store, const char *name, const char *body)
{
	struct cw_es_error err = { 0 };
	json_t *json = parse(body);

	CU_ASSERT_EQUAL(cw_template_check(name, json, &err), 0);
	CU_ASSERT_EQUAL(cw_store_template_set(store, name, json, &err), 0);
	json_decref(json);
}

#endif
