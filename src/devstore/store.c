#include "devstore/store.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "base/buf.h"
#include "base/mem.h"

struct cw_index_statements {
	sqlite3_stmt *get, *insert, *replace, *scan;
	struct cw_buf row; /* the document that cw_store_get() lends: a pending SELECT would lock the table */
};

struct cw_store {
	sqlite3 *db;
	pthread_mutex_t lock;
	struct cw_index **indices; /* sorted by name */
	size_t n;
	json_t *templates;
};

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS devstore_index(number INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL,"
	" uuid TEXT NOT NULL, created_ms INTEGER NOT NULL, data_stream INTEGER NOT NULL, mapping TEXT NOT NULL,"
	" settings TEXT NOT NULL, aliases TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS devstore_template(name TEXT PRIMARY KEY, body TEXT NOT NULL);";

static int failed(struct cw_store *store, struct cw_es_error *err)
{
	return cw_es_error_set(err, 503, "sqlite_exception", "the store cannot be read or written: %s",
			       sqlite3_errmsg(store->db));
}

static int fail_statement(sqlite3_stmt *stmt, struct cw_es_error *err)
{
	cw_es_error_set(err, 503, "sqlite_exception", "the store cannot be read or written: %s",
			sqlite3_errmsg(sqlite3_db_handle(stmt)));
	sqlite3_reset(stmt);
	return -1;
}

static int exec(struct cw_store *store, const char *sql, struct cw_es_error *err)
{
	return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : failed(store, err);
}

static sqlite3_stmt *prepare(struct cw_store *store, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
	return stmt;
}

static sqlite3_stmt *prepare_for(struct cw_store *store, const char *before, const struct cw_index *index,
				 const char *after)
{
	CW_AUTO_FREE char *sql = cw_format("%s doc_%lld %s", before, (long long)index->number, after);

	return prepare(store, sql);
}

/* ---- the cache of indices ------------------------------------------------------------------ */

static void index_free(struct cw_index *index)
{
	if (index->statements) {
		sqlite3_finalize(index->statements->get);
		sqlite3_finalize(index->statements->insert);
		sqlite3_finalize(index->statements->replace);
		sqlite3_finalize(index->statements->scan);
		cw_buf_free(&index->statements->row);
		free(index->statements);
	}
	cw_mapping_free(index->mapping);
	json_decref(index->settings);
	json_decref(index->aliases);
	free(index->name);
	free(index);
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct cw_index *const *)a)->name, (*(struct cw_index *const *)b)->name);
}

static void cache_add(struct cw_store *store, struct cw_index *index)
{
	store->indices = cw_realloc(store->indices, (store->n + 1) * sizeof(index));
	store->indices[store->n++] = index;
	qsort(store->indices, store->n, sizeof(index), by_name);
}

static void cache_remove(struct cw_store *store, struct cw_index *index)
{
	size_t i = 0;

	while (store->indices[i] != index)
		i++;
	memmove(&store->indices[i], &store->indices[i + 1], (store->n - i - 1) * sizeof(index));
	store->n--;
	index_free(index);
}

static void cache_clear(struct cw_store *store)
{
	for (size_t i = 0; i < store->n; i++)
		index_free(store->indices[i]);
	store->n = 0;
	json_decref(store->templates);
	store->templates = NULL;
}

static int prepare_index(struct cw_store *store, struct cw_index *index, struct cw_es_error *err)
{
	struct cw_index_statements *s = index->statements = cw_alloc(sizeof(*s));

	s->get = prepare_for(store, "SELECT version, seq, source FROM", index, "WHERE id = ?1");
	s->insert = prepare_for(store, "INSERT INTO", index,
				"(id, version, seq, source) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(id) DO NOTHING");
	s->replace = prepare_for(store, "UPDATE", index, "SET version = ?2, seq = ?3, source = ?4 WHERE id = ?1");
	s->scan = prepare_for(store, "SELECT id, version, seq, source FROM", index,
			      "WHERE source IS NOT NULL ORDER BY rowid");
	return s->get && s->insert && s->replace && s->scan ? 0 : failed(store, err);
}

static int load_counts(struct cw_store *store, struct cw_index *index, struct cw_es_error *err)
{
	sqlite3_stmt *stmt =
		prepare_for(store, "SELECT count(source), count(*), coalesce(max(seq), -1) FROM", index, "");
	int result = -1;

	if (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
		index->docs = sqlite3_column_int64(stmt, 0);
		index->deleted = sqlite3_column_int64(stmt, 1) - index->docs;
		index->next_seq = sqlite3_column_int64(stmt, 2) + 1;
		result = 0;
	} else {
		failed(store, err);
	}
	sqlite3_finalize(stmt);
	return result;
}

static json_t *column_json(sqlite3_stmt *stmt, int column)
{
	return json_loadb((const char *)sqlite3_column_text(stmt, column), (size_t)sqlite3_column_bytes(stmt, column),
			  JSON_ALLOW_NUL, NULL);
}

static int load_index(struct cw_store *store, sqlite3_stmt *stmt, struct cw_es_error *err)
{
	struct cw_index *index = cw_alloc(sizeof(*index));
	json_t *mapping = column_json(stmt, 5);

	index->number = sqlite3_column_int64(stmt, 0);
	index->name = cw_strdup((const char *)sqlite3_column_text(stmt, 1));
	snprintf(index->uuid, sizeof(index->uuid), "%s", (const char *)sqlite3_column_text(stmt, 2));
	index->created_ms = sqlite3_column_int64(stmt, 3);
	index->data_stream = sqlite3_column_int(stmt, 4);
	index->mapping = cw_mapping_new(mapping, err);
	index->settings = column_json(stmt, 6);
	index->aliases = column_json(stmt, 7);
	json_decref(mapping);
	if (!index->mapping || prepare_index(store, index, err) || load_counts(store, index, err)) {
		index_free(index);
		return -1;
	}
	cache_add(store, index);
	return 0;
}

static int load_all(struct cw_store *store, struct cw_es_error *err)
{
	sqlite3_stmt *stmt;
	int step, bad = 0;

	cache_clear(store);
	store->templates = json_object();
	stmt = prepare(store, "SELECT number, name, uuid, created_ms, data_stream, mapping, settings, aliases"
			      " FROM devstore_index");
	while (!bad && (step = sqlite3_step(stmt)) == SQLITE_ROW)
		bad = load_index(store, stmt, err);
	sqlite3_finalize(stmt);
	if (bad || step != SQLITE_DONE)
		return failed(store, err);
	stmt = prepare(store, "SELECT name, body FROM devstore_template");
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW)
		json_object_set_new(store->templates, (const char *)sqlite3_column_text(stmt, 0), column_json(stmt, 1));
	sqlite3_finalize(stmt);
	return step == SQLITE_DONE ? 0 : failed(store, err);
}

/* ---- opening ------------------------------------------------------------------------------- */

#define APPLICATION_ID 0x43574431 /* "CWD1": what tells our files from other SQLite files */

static int cannot_open(struct cw_store *store, const char *path, struct cw_error *err)
{
	if (sqlite3_errcode(store->db) == SQLITE_BUSY)
		return cw_error_set(err, CW_ERR_CONFLICT, "%s: another process has it open", path);
	return cw_error_set(err, CW_ERR_FATAL, "%s: %s", path, sqlite3_errmsg(store->db));
}

static int check_owner(struct cw_store *store, const char *path, struct cw_error *err)
{
	sqlite3_stmt *stmt = prepare(store, "SELECT (SELECT count(*) FROM sqlite_master), application_id"
					    " FROM pragma_application_id");
	int result;

	if (!stmt || sqlite3_step(stmt) != SQLITE_ROW)
		result = cannot_open(store, path, err);
	else if (sqlite3_column_int64(stmt, 0) > 0 && sqlite3_column_int64(stmt, 1) != APPLICATION_ID)
		result = cw_error_set(err, CW_ERR_FATAL, "%s: is an SQLite file of another program", path);
	else
		result = 0;
	sqlite3_finalize(stmt);
	return result;
}

static int open_file(struct cw_store *store, const char *path, struct cw_error *err)
{
	CW_AUTO_FREE char *setup = cw_format("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL;"
					     "PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
					     "PRAGMA application_id=%d",
					     APPLICATION_ID);
	struct cw_es_error ignored = { 0 };

	if (sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL))
		return cannot_open(store, path, err);
	sqlite3_busy_timeout(store->db, 2000);
	if (check_owner(store, path, err))
		return -1;
	/* One process owns the file: the exclusive lock says so to a second one, and needs no shared memory. */
	if (exec(store, setup, &ignored) || exec(store, schema, &ignored) || load_all(store, &ignored))
		return cannot_open(store, path, err);
	return 0;
}

struct cw_store *cw_store_open(const char *path, struct cw_error *err)
{
	struct cw_store *store = cw_alloc(sizeof(*store));

	pthread_mutex_init(&store->lock, NULL);
	if (open_file(store, path, err) == 0)
		return store;
	cw_store_close(store);
	return NULL;
}

void cw_store_close(struct cw_store *store)
{
	if (!store)
		return;
	cache_clear(store);
	free(store->indices);
	sqlite3_close(store->db);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

void cw_store_lock(struct cw_store *store)
{
	pthread_mutex_lock(&store->lock);
}

void cw_store_unlock(struct cw_store *store)
{
	pthread_mutex_unlock(&store->lock);
}

int cw_store_begin(struct cw_store *store, struct cw_es_error *err)
{
	return exec(store, "BEGIN IMMEDIATE", err);
}

int cw_store_commit(struct cw_store *store, struct cw_es_error *err)
{
	if (exec(store, "COMMIT", err) == 0)
		return 0;
	cw_store_rollback(store);
	return -1;
}

void cw_store_rollback(struct cw_store *store)
{
	struct cw_es_error ignored = { 0 };

	if (!sqlite3_get_autocommit(store->db))
		exec(store, "ROLLBACK", &ignored);
	load_all(store, &ignored);
}

/* ---- indices and templates ----------------------------------------------------------------- */

size_t cw_store_index_count(const struct cw_store *store)
{
	return store->n;
}

struct cw_index *cw_store_index_at(const struct cw_store *store, size_t i)
{
	return store->indices[i];
}

struct cw_index *cw_store_index_find(const struct cw_store *store, const char *name)
{
	struct cw_index key = { .name = (char *)name }, *keyp = &key, **found;

	found = store->n ? bsearch(&keyp, store->indices, store->n, sizeof(keyp), by_name) : NULL;
	return found ? *found : NULL;
}

static int bind_json(sqlite3_stmt *stmt, int at, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);

	return sqlite3_bind_text(stmt, at, text, -1, free);
}

static int run_once(struct cw_store *store, sqlite3_stmt *stmt, struct cw_es_error *err)
{
	int result = stmt && sqlite3_step(stmt) == SQLITE_DONE ? 0 : failed(store, err);

	sqlite3_finalize(stmt);
	return result;
}

struct cw_index *cw_store_index_add(struct cw_store *store, const struct cw_index *made, struct cw_es_error *err)
{
	struct cw_index *index = cw_alloc(sizeof(*index));
	CW_AUTO_FREE char *create = NULL;
	sqlite3_stmt *stmt;

	*index = *made;
	stmt = prepare(store,
		       "INSERT INTO devstore_index(name, uuid, created_ms, data_stream, mapping, settings, aliases)"
		       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
	sqlite3_bind_text(stmt, 1, index->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, index->uuid, -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 3, index->created_ms);
	sqlite3_bind_int(stmt, 4, index->data_stream);
	bind_json(stmt, 5, index->mapping->json);
	bind_json(stmt, 6, index->settings);
	bind_json(stmt, 7, index->aliases);
	if (run_once(store, stmt, err))
		goto fail;
	index->number = sqlite3_last_insert_rowid(store->db);
	create = cw_format("CREATE TABLE doc_%lld(rowid INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL,"
			   " version INTEGER NOT NULL, seq INTEGER NOT NULL, source BLOB)",
			   (long long)index->number);
	if (exec(store, create, err) || prepare_index(store, index, err))
		goto fail;
	cache_add(store, index);
	return index;
fail:
	index_free(index);
	return NULL;
}

int cw_store_index_save(struct cw_store *store, struct cw_index *index, struct cw_es_error *err)
{
	sqlite3_stmt *stmt = prepare(store, "UPDATE devstore_index SET mapping = ?2, settings = ?3, aliases = ?4"
					    " WHERE number = ?1");

	sqlite3_bind_int64(stmt, 1, index->number);
	bind_json(stmt, 2, index->mapping->json);
	bind_json(stmt, 3, index->settings);
	bind_json(stmt, 4, index->aliases);
	return run_once(store, stmt, err);
}

int cw_store_index_remove(struct cw_store *store, struct cw_index *index, struct cw_es_error *err)
{
	CW_AUTO_FREE char *sql = cw_format("DROP TABLE doc_%lld; DELETE FROM devstore_index WHERE number = %lld",
					   (long long)index->number, (long long)index->number);

	if (exec(store, sql, err))
		return -1;
	cache_remove(store, index);
	return 0;
}

const json_t *cw_store_templates(const struct cw_store *store)
{
	return store->templates;
}

int cw_store_template_set(struct cw_store *store, const char *name, const json_t *body, struct cw_es_error *err)
{
	sqlite3_stmt *stmt = prepare(store, body ? "INSERT INTO devstore_template(name, body) VALUES(?1, ?2)"
						   " ON CONFLICT(name) DO UPDATE SET body = excluded.body"
						 : "DELETE FROM devstore_template WHERE name = ?1");

	sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
	if (body)
		bind_json(stmt, 2, body);
	if (run_once(store, stmt, err))
		return -1;
	if (body)
		json_object_set_new(store->templates, name, json_deep_copy(body));
	else
		json_object_del(store->templates, name);
	return 0;
}

/* ---- documents ----------------------------------------------------------------------------- */

static void read_source(sqlite3_stmt *stmt, int column, struct cw_row *out)
{
	out->deleted = sqlite3_column_type(stmt, column) == SQLITE_NULL;
	out->source = cw_slice(sqlite3_column_blob(stmt, column), (size_t)sqlite3_column_bytes(stmt, column));
}

int cw_store_get(struct cw_index *index, const char *id, struct cw_row *out, struct cw_es_error *err)
{
	sqlite3_stmt *stmt = index->statements->get;
	struct cw_buf *copy = &index->statements->row;
	int step;

	sqlite3_bind_text(stmt, 1, id, -1, SQLITE_TRANSIENT);
	step = sqlite3_step(stmt);
	if (step == SQLITE_DONE) {
		sqlite3_reset(stmt);
		return 0;
	}
	if (step != SQLITE_ROW)
		return fail_statement(stmt, err);
	*out = (struct cw_row){ .id = id,
				.version = sqlite3_column_int64(stmt, 0),
				.seq_no = sqlite3_column_int64(stmt, 1) };
	read_source(stmt, 2, out);
	copy->n = 0;
	cw_buf_append(copy, out->source.p, out->source.n);
	out->source.p = copy->p;
	sqlite3_reset(stmt);
	return 1;
}

static int write_row(struct cw_index *index, sqlite3_stmt *stmt, const struct cw_row *row, struct cw_es_error *err)
{
	sqlite3_bind_text(stmt, 1, row->id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 2, row->version);
	sqlite3_bind_int64(stmt, 3, index->next_seq);
	if (row->deleted)
		sqlite3_bind_null(stmt, 4);
	else
		sqlite3_bind_blob64(stmt, 4, row->source.p, row->source.n, SQLITE_STATIC);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		return fail_statement(stmt, err);
	sqlite3_reset(stmt);
	return 0;
}

int cw_store_insert(struct cw_index *index, const struct cw_row *row, struct cw_es_error *err)
{
	if (write_row(index, index->statements->insert, row, err))
		return -1;
	if (sqlite3_changes(sqlite3_db_handle(index->statements->insert)) == 0)
		return 0;
	index->next_seq++;
	if (row->deleted)
		index->deleted++;
	else
		index->docs++;
	return 1;
}

int cw_store_replace(struct cw_index *index, const struct cw_row *before, const struct cw_row *row,
		     struct cw_es_error *err)
{
	if (write_row(index, index->statements->replace, row, err))
		return -1;
	index->next_seq++;
	index->docs += before->deleted - row->deleted;
	index->deleted += row->deleted - before->deleted;
	return 0;
}

int cw_store_scan(struct cw_index *index, bool (*fn)(const struct cw_row *row, void *arg), void *arg,
		  struct cw_es_error *err)
{
	sqlite3_stmt *stmt = index->statements->scan;
	int step;

	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct cw_row row = { .id = (const char *)sqlite3_column_text(stmt, 0),
				      .version = sqlite3_column_int64(stmt, 1),
				      .seq_no = sqlite3_column_int64(stmt, 2) };

		read_source(stmt, 3, &row);
		if (!fn(&row, arg))
			break;
	}
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		return fail_statement(stmt, err);
	sqlite3_reset(stmt);
	return 0;
}
