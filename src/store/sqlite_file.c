/* The state file: made, recognised, brought to the newest schema; and its statements, with errors for a person. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/sqlite_impl.h"

#define APPLICATION_ID 0x43575354 /* "CWST": tells our file from other SQLite databases */
#define BUSY_TIMEOUT_MS 250       /* somebody looks into the file with another program; the herder waits */

/* One step for each schema version; step i leads from version i to i + 1. Never changed, only added to. */
static const char *const migrations[] = {
	"CREATE TABLE connectors (name TEXT PRIMARY KEY, kind TEXT NOT NULL, class TEXT NOT NULL, file TEXT NOT NULL,"
	"  config TEXT NOT NULL, target TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE tasks (connector TEXT NOT NULL, task INTEGER NOT NULL, config TEXT NOT NULL,"
	"  PRIMARY KEY (connector, task)) WITHOUT ROWID;"
	"CREATE TABLE offsets (connector TEXT NOT NULL, partition TEXT NOT NULL, offset TEXT NOT NULL,"
	"  updated_ms INTEGER NOT NULL, PRIMARY KEY (connector, partition)) WITHOUT ROWID;"
	"CREATE TABLE statuses (connector TEXT NOT NULL, task INTEGER NOT NULL, state TEXT NOT NULL,"
	"  worker_id TEXT NOT NULL, generation INTEGER NOT NULL, trace TEXT NOT NULL,"
	"  PRIMARY KEY (connector, task)) WITHOUT ROWID;",
	/* As in Kafka Connect's status topic: which task has used a topic first, and when. */
	"CREATE TABLE topics (connector TEXT NOT NULL, topic TEXT NOT NULL, task INTEGER NOT NULL,"
	"  discovered_ms INTEGER NOT NULL, PRIMARY KEY (connector, topic)) WITHOUT ROWID;",
	"CREATE TABLE identity (id TEXT NOT NULL); INSERT INTO identity VALUES (lower(hex(randomblob(16))));",
};
#define SCHEMA_VERSION ((int)(sizeof(migrations) / sizeof(migrations[0])))

int cw_sqlite_failed(const struct cw_sqlite *s, struct cw_error *err)
{
	int code = sqlite3_errcode(s->db), reason = sqlite3_system_errno(s->db);

	switch (code & 0xff) {
	case SQLITE_FULL:
		return cw_error_set(err, CW_ERR_RETRIABLE, "the disk of state file %s is full", s->path);
	case SQLITE_IOERR:
		return cw_error_set(err, CW_ERR_RETRIABLE, "state file %s cannot be read or written: %s", s->path,
				    reason ? strerror(reason) : sqlite3_errmsg(s->db));
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return cw_error_set(err, CW_ERR_RETRIABLE, "state file %s is locked by another program", s->path);
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return cw_error_set(err, CW_ERR_RETRIABLE, "state file %s is read-only for this user", s->path);
	case SQLITE_CANTOPEN:
		return cw_error_set(err, CW_ERR_FATAL, "state file %s cannot be opened: %s", s->path,
				    reason ? strerror(reason) : sqlite3_errmsg(s->db));
	case SQLITE_NOTADB:
		return cw_error_set(err, CW_ERR_FATAL,
				    "%s is not a state file of connect-worker (an SQLite database); "
				    "let offset.storage.file.filename name another file",
				    s->path);
	case SQLITE_CORRUPT:
		return cw_error_set(err, CW_ERR_FATAL,
				    "state file %s is damaged (%s): put back a copy of it, or move it away to begin "
				    "anew", s->path, sqlite3_errmsg(s->db));
	default:
		return cw_error_set(err, CW_ERR_FATAL, "state file %s: %s", s->path, sqlite3_errmsg(s->db));
	}
}

int cw_sqlite_execute(struct cw_sqlite *s, struct cw_error *err, const char *sql)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : cw_sqlite_failed(s, err);
}

static sqlite3_stmt *prepare(struct cw_sqlite *s, struct cw_error *err, const char *sql, const char *types, va_list ap)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL) != SQLITE_OK) {
		cw_sqlite_failed(s, err);
		return NULL;
	}
	for (int i = 0; types[i]; i++)
		if (types[i] == 't')
			sqlite3_bind_text(stmt, i + 1, va_arg(ap, const char *), -1, SQLITE_STATIC);
		else
			sqlite3_bind_int64(stmt, i + 1, va_arg(ap, int64_t));
	return stmt;
}

sqlite3_stmt *cw_sqlite_prepare(struct cw_sqlite *s, struct cw_error *err, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt;
	va_list ap;

	va_start(ap, types);
	stmt = prepare(s, err, sql, types, ap);
	va_end(ap);
	return stmt;
}

int cw_sqlite_change(struct cw_sqlite *s, struct cw_error *err, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt;
	va_list ap;
	int rc = -1;

	va_start(ap, types);
	stmt = prepare(s, err, sql, types, ap);
	va_end(ap);
	if (!stmt)
		return -1;
	if (sqlite3_step(stmt) == SQLITE_DONE)
		rc = 0;
	else
		cw_sqlite_failed(s, err);
	sqlite3_finalize(stmt);
	return rc;
}

int cw_sqlite_begin(struct cw_sqlite *s, bool durable, struct cw_error *err)
{
	if (cw_sqlite_execute(s, err, durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL") != 0)
		return -1;
	return cw_sqlite_execute(s, err, "BEGIN IMMEDIATE");
}

int cw_sqlite_end(struct cw_sqlite *s, int rc, struct cw_error *err)
{
	if (rc == 0 && cw_sqlite_execute(s, err, "COMMIT") == 0)
		return 0;
	if (!sqlite3_get_autocommit(s->db))
		cw_sqlite_execute(s, NULL, "ROLLBACK");
	return -1;
}

const char *cw_sqlite_text(sqlite3_stmt *stmt, int column)
{
	const char *p = (const char *)sqlite3_column_text(stmt, column);

	return p ? p : "";
}

/* ---- opening ------------------------------------------------------------------------------- */

static int pragma_int(struct cw_sqlite *s, const char *pragma, int *out, struct cw_error *err)
{
	sqlite3_stmt *stmt = cw_sqlite_prepare(s, err, pragma, "");
	int rc = -1;

	if (!stmt)
		return -1;
	if (sqlite3_step(stmt) == SQLITE_ROW) {
		*out = sqlite3_column_int(stmt, 0);
		rc = 0;
	} else {
		cw_sqlite_failed(s, err);
	}
	sqlite3_finalize(stmt);
	return rc;
}

/* Ours, or empty; in *version its schema version (0: empty). */
static int recognise(struct cw_sqlite *s, int *version, struct cw_error *err)
{
	int id = 0, tables = 0;

	if (pragma_int(s, "PRAGMA application_id", &id, err) != 0 ||
	    pragma_int(s, "PRAGMA user_version", version, err) != 0 ||
	    pragma_int(s, "SELECT count(*) FROM sqlite_schema", &tables, err) != 0)
		return -1;
	if (id != APPLICATION_ID && (tables > 0 || id != 0 || *version != 0))
		return cw_error_set(err, CW_ERR_FATAL,
				    "%s is an SQLite database of another program; "
				    "let offset.storage.file.filename name another file",
				    s->path);
	if (*version > SCHEMA_VERSION)
		return cw_error_set(err, CW_ERR_FATAL,
				    "state file %s has schema version %d, written by a newer connect-worker; "
				    "this one knows versions up to %d",
				    s->path, *version, SCHEMA_VERSION);
	return 0;
}

static int migrate(struct cw_sqlite *s, int version, struct cw_error *err)
{
	if (version == SCHEMA_VERSION)
		return 0;
	if (cw_sqlite_begin(s, true, err) != 0)
		return -1;
	for (int rc = 0; version < SCHEMA_VERSION; version++)
		if ((rc = cw_sqlite_execute(s, err, migrations[version])) != 0)
			return cw_sqlite_end(s, rc, err);
	CW_AUTO_FREE char *mark =
		cw_format("PRAGMA application_id=%d; PRAGMA user_version=%d", APPLICATION_ID, SCHEMA_VERSION);

	return cw_sqlite_end(s, cw_sqlite_execute(s, err, mark), err);
}

/* Makes what is missing of a folder and those above it. */
static int make_folders(char *folder)
{
	for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(folder, 0755) != 0 && errno != EEXIST)
			return -1;
		*slash = '/';
	}
	return mkdir(folder, 0700) != 0 && errno != EEXIST ? -1 : 0;
}

/* It holds configs, passwords among them. */
int cw_sqlite_make_file(const char *path, struct cw_error *err)
{
	CW_AUTO_FREE char *folder = cw_strdup(path);
	char *slash = strrchr(folder, '/');
	int fd;

	if (slash && slash != folder) {
		*slash = '\0';
		if (make_folders(folder) != 0)
			return cw_error_set(err, CW_ERR_FATAL, "cannot make the folder of state file %s: %s", path,
					    strerror(errno));
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return cw_error_set(err, CW_ERR_FATAL, "cannot open state file %s: %s", path, strerror(errno));
	close(fd);
	return 0;
}

int cw_sqlite_open_database(struct cw_sqlite *s, struct cw_error *err)
{
	int version = 0;

	if (sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		return s->db ? cw_sqlite_failed(s, err) : cw_error_set(err, CW_ERR_FATAL, "SQLite: out of memory");
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_TIMEOUT_MS);
	if (recognise(s, &version, err) != 0)
		return -1;
	/* A small cache: the state is small, and memory counts. */
	if (cw_sqlite_execute(s, err, "PRAGMA journal_mode=WAL; PRAGMA cache_size=-256;"
				      "PRAGMA journal_size_limit=1048576") != 0)
		return -1;
	return migrate(s, version, err);
}
