/*
 * sqlite_impl - what the files of the SQLite store share: statements and transactions, and the database file
 * (sqlite_file.c). Belongs to the herder's thread.
 */
#ifndef CW_STORE_SQLITE_IMPL_H
#define CW_STORE_SQLITE_IMPL_H

#include <sqlite3.h>

#include "store/backend.h"

struct cw_sqlite {
	struct cw_store store;
	sqlite3 *db;
	char *path;
	int lock_fd;
};

/* Makes the file, and the folders above it, readable for its owner only. */
int cw_sqlite_make_file(const char *path, struct cw_error *err);
/* Opens s->path, which is ours or empty, with the newest schema. */
int cw_sqlite_open_database(struct cw_sqlite *s, struct cw_error *err);

/* Sets *err to what SQLite's last error means for a person. Always -1. */
int cw_sqlite_failed(const struct cw_sqlite *s, struct cw_error *err);
int cw_sqlite_execute(struct cw_sqlite *s, struct cw_error *err, const char *sql);
/* A statement with its values bound: 't' const char *, 'i' int64_t. Text must outlive the statement. NULL with *err. */
sqlite3_stmt *cw_sqlite_prepare(struct cw_sqlite *s, struct cw_error *err, const char *sql, const char *types, ...);
/* Runs a statement that gives no rows. */
int cw_sqlite_change(struct cw_sqlite *s, struct cw_error *err, const char *sql, const char *types, ...);
/* A transaction; a durable one waits for the disk when it ends. */
int cw_sqlite_begin(struct cw_sqlite *s, bool durable, struct cw_error *err);
/* Commits when rc is 0, else undoes it. */
int cw_sqlite_end(struct cw_sqlite *s, int rc, struct cw_error *err);
/* A column as text, "" for a null; the statement's. */
const char *cw_sqlite_text(sqlite3_stmt *stmt, int column);

#endif
