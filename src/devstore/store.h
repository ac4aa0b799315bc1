/*
 * store - indices, templates and documents in SQLite: one file, or memory.
 *
 * Each index has its own table, so that counting, reading and dropping it cost nothing to the others.
 * Deleted documents leave their version behind, so that an older external version stays refused.
 *
 * Threads: take cw_store_lock() around everything but open and close; what a call lends (indices,
 * rows) is good until cw_store_unlock(). Writes go between cw_store_begin() and cw_store_commit().
 */
#ifndef CW_DEVSTORE_STORE_H
#define CW_DEVSTORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "connect-worker/connector.h"
#include "devstore/es_error.h"
#include "devstore/mapping.h"

struct cw_store;

struct cw_index {
	int64_t number; /* of its table */
	char *name;
	char uuid[24];
	int64_t created_ms;
	bool data_stream;
	struct cw_mapping *mapping;
	json_t *settings, *aliases;
	int64_t docs, deleted; /* live documents; tombstones */
	int64_t next_seq;
	struct cw_index_statements *statements;
};

struct cw_row {
	const char *id;
	int64_t version, seq_no;
	bool deleted;
	struct cw_slice source;
};

/* ":memory:" or a file, made when it is missing. NULL with *err set. */
struct cw_store *cw_store_open(const char *path, struct cw_error *err);
void cw_store_close(struct cw_store *store);

void cw_store_lock(struct cw_store *store);
void cw_store_unlock(struct cw_store *store);

/* 0, or -1 with *err (503): nothing since begin was kept, and indices lent before are gone. */
int cw_store_begin(struct cw_store *store, struct cw_es_error *err);
int cw_store_commit(struct cw_store *store, struct cw_es_error *err);
void cw_store_rollback(struct cw_store *store);

/* ---- indices, in the order of their names ---- */
size_t cw_store_index_count(const struct cw_store *store);
struct cw_index *cw_store_index_at(const struct cw_store *store, size_t i);
struct cw_index *cw_store_index_find(const struct cw_store *store, const char *name); /* NULL: none */
/* Takes over what *index holds (name, mapping, settings, aliases). */
struct cw_index *cw_store_index_add(struct cw_store *store, const struct cw_index *index, struct cw_es_error *err);
int cw_store_index_save(struct cw_store *store, struct cw_index *index, struct cw_es_error *err); /* its mapping */
int cw_store_index_remove(struct cw_store *store, struct cw_index *index, struct cw_es_error *err);

/* ---- index templates: {name: body} ---- */
const json_t *cw_store_templates(const struct cw_store *store);
/* body NULL: removes it. */
int cw_store_template_set(struct cw_store *store, const char *name, const json_t *body, struct cw_es_error *err);

/* ---- documents ---- */
/* 1 and *out, 0 when there is none, -1 with *err. */
int cw_store_get(struct cw_index *index, const char *id, struct cw_row *out, struct cw_es_error *err);
/* A document that is not there yet: 1 when it was added, 0 when the id is taken, -1. */
int cw_store_insert(struct cw_index *index, const struct cw_row *row, struct cw_es_error *err);
/* Writes over the row `before` that cw_store_get() found under the same id. */
int cw_store_replace(struct cw_index *index, const struct cw_row *before, const struct cw_row *row,
		     struct cw_es_error *err);
/* Live documents in the order they came; fn returns false to stop. 0 or -1. */
int cw_store_scan(struct cw_index *index, bool (*fn)(const struct cw_row *row, void *arg), void *arg,
		  struct cw_es_error *err);

#endif
