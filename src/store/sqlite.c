/*
 * The standalone worker's store: one SQLite file in WAL mode. A commit of configs, targets and tasks
 * waits for the disk (synchronous=FULL). Offsets and statuses are in the file's log before they are
 * acknowledged, so that a killed process loses none, but do not wait for the disk: after a power cut a
 * source goes on from an offset that is a moment older, which at-least-once delivery allows.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/backend.h"
#include "store/lock.h"

#define APPLICATION_ID 0x43575354 /* "CWST": tells our file from other SQLite databases */
#define BUSY_TIMEOUT_MS 250       /* somebody looks into the file with another program; the herder waits */

struct sqlite_store {
	struct cw_store store;
	sqlite3 *db;
	char *path;
	int lock_fd;
};

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
};
#define SCHEMA_VERSION ((int)(sizeof(migrations) / sizeof(migrations[0])))

/* Sets *err to what SQLite's last error means for a person. Always -1. */
static int failed(const struct sqlite_store *s, struct cw_error *err)
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

static int execute(struct sqlite_store *s, struct cw_error *err, const char *sql)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : failed(s, err);
}

/* A statement with its values bound: 't' const char *, 'i' int64_t. Text must outlive the statement. */
static sqlite3_stmt *prepare(struct sqlite_store *s, struct cw_error *err, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt = NULL;
	va_list ap;

	if (sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL) != SQLITE_OK) {
		failed(s, err);
		return NULL;
	}
	va_start(ap, types);
	for (int i = 0; types[i]; i++)
		if (types[i] == 't')
			sqlite3_bind_text(stmt, i + 1, va_arg(ap, const char *), -1, SQLITE_STATIC);
		else
			sqlite3_bind_int64(stmt, i + 1, va_arg(ap, int64_t));
	va_end(ap);
	return stmt;
}

/* Runs a statement that gives no rows, and frees it. NULL: preparing it has failed. */
static int run(struct sqlite_store *s, struct cw_error *err, sqlite3_stmt *stmt)
{
	int rc = -1;

	if (!stmt)
		return -1;
	if (sqlite3_step(stmt) == SQLITE_DONE)
		rc = 0;
	else
		failed(s, err);
	sqlite3_finalize(stmt);
	return rc;
}

static int begin(struct sqlite_store *s, bool durable, struct cw_error *err)
{
	if (execute(s, err, durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL") != 0)
		return -1;
	return execute(s, err, "BEGIN IMMEDIATE");
}

/* Ends the transaction: commits when rc is 0, else undoes it. */
static int end(struct sqlite_store *s, int rc, struct cw_error *err)
{
	if (rc == 0 && execute(s, err, "COMMIT") == 0)
		return 0;
	if (!sqlite3_get_autocommit(s->db))
		execute(s, NULL, "ROLLBACK");
	return -1;
}

static const char *text(sqlite3_stmt *stmt, int column)
{
	const char *p = (const char *)sqlite3_column_text(stmt, column);

	return p ? p : "";
}

/* ---- connectors and tasks ------------------------------------------------------------------ */

static json_t *load_json(struct sqlite_store *s, const char *what, const char *name, const char *json,
			 struct cw_error *err)
{
	json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);

	if (!value)
		cw_error_set(err, CW_ERR_FATAL, "state file %s is damaged: the %s of connector %s is no JSON", s->path,
			     what, name);
	return value;
}

static json_t *load_tasks(struct sqlite_store *s, const char *name, struct cw_error *err)
{
	sqlite3_stmt *stmt = prepare(s, err, "SELECT config FROM tasks WHERE connector=? ORDER BY task", "t", name);
	json_t *tasks = json_array();
	int rc = stmt ? SQLITE_ROW : SQLITE_ERROR;

	while (stmt && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		json_t *config = load_json(s, "task configs", name, text(stmt, 0), err);

		if (!config)
			break;
		json_array_append_new(tasks, config);
	}
	if (rc == SQLITE_DONE) {
		sqlite3_finalize(stmt);
		return tasks;
	}
	failed(s, err); /* unless load_json() has said more */
	sqlite3_finalize(stmt);
	json_decref(tasks);
	return NULL;
}

static int visit_connector(struct sqlite_store *s, sqlite3_stmt *stmt, cw_store_connector_fn *fn, void *arg,
			   struct cw_error *err)
{
	struct cw_stored_connector c = { .name = text(stmt, 0), .kind = text(stmt, 1), .class_name = text(stmt, 2),
					  .file = text(stmt, 3) };
	json_t *config, *tasks;
	int rc = -1;

	if (cw_target_parse(text(stmt, 5), &c.target) != 0)
		return cw_error_set(err, CW_ERR_FATAL,
				    "state file %s is damaged: connector %s has the target state \"%s\"",
				    s->path, c.name, text(stmt, 5));
	config = load_json(s, "config", c.name, text(stmt, 4), err);
	tasks = config ? load_tasks(s, c.name, err) : NULL;
	if (tasks) {
		c.config = config;
		c.tasks = tasks;
		rc = fn(arg, &c);
	}
	json_decref(config);
	json_decref(tasks);
	return rc;
}

static int each_connector(struct cw_store *store, cw_store_connector_fn *fn, void *arg, struct cw_error *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	sqlite3_stmt *stmt = prepare(s, err, "SELECT name, kind, class, file, config, target FROM connectors"
				     " ORDER BY name", "");
	int step, rc = 0;

	if (!stmt)
		return -1;
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW && rc == 0)
		rc = visit_connector(s, stmt, fn, arg, err);
	if (rc == 0 && step != SQLITE_DONE)
		rc = failed(s, err);
	sqlite3_finalize(stmt);
	return rc;
}

static int write_tasks(struct sqlite_store *s, const char *name, const json_t *tasks, struct cw_error *err)
{
	int rc = run(s, err, prepare(s, err, "DELETE FROM tasks WHERE connector=?", "t", name));

	for (size_t i = 0; rc == 0 && i < json_array_size(tasks); i++) {
		CW_AUTO_FREE char *config = json_dumps(json_array_get(tasks, i), JSON_COMPACT);

		rc = run(s, err, prepare(s, err, "INSERT INTO tasks VALUES (?, ?, ?)", "tit", name, (int64_t)i,
					 config));
	}
	return rc;
}

static int put_connector(struct cw_store *store, const struct cw_stored_connector *c, struct cw_error *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	CW_AUTO_FREE char *config = json_dumps(c->config, JSON_COMPACT);
	int rc;

	if (begin(s, true, err) != 0)
		return -1;
	rc = run(s, err, prepare(s, err, "INSERT OR REPLACE INTO connectors VALUES (?, ?, ?, ?, ?, ?)", "tttttt",
				 c->name, c->kind, c->class_name, c->file, config, cw_target_name(c->target)));
	if (rc == 0)
		rc = write_tasks(s, c->name, c->tasks, err);
	return end(s, rc, err);
}

static int put_target(struct cw_store *store, const char *name, enum cw_target target, struct cw_error *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	int rc;

	if (begin(s, true, err) != 0)
		return -1;
	rc = run(s, err, prepare(s, err, "UPDATE connectors SET target=? WHERE name=?", "tt", cw_target_name(target),
				 name));
	if (rc == 0 && target == CW_TARGET_STOPPED)
		rc = write_tasks(s, name, NULL, err);
	return end(s, rc, err);
}

static int put_tasks(struct cw_store *store, const char *name, const json_t *tasks, struct cw_error *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;

	if (begin(s, true, err) != 0)
		return -1;
	return end(s, write_tasks(s, name, tasks, err), err);
}

static int delete_connector(struct cw_store *store, const char *name, struct cw_error *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	int rc;

	if (begin(s, true, err) != 0)
		return -1;
	rc = run(s, err, prepare(s, err, "DELETE FROM connectors WHERE name=?", "t", name));
	if (rc == 0)
		rc = write_tasks(s, name, NULL, err);
	if (rc == 0)
		rc = run(s, err, prepare(s, err, "DELETE FROM statuses WHERE connector=?", "t", name));
	return end(s, rc, err);
}

/* ---- statuses ------------------------------------------------------------------------------ */

static int each_status(struct cw_store *store, cw_store_status_fn *fn, void *arg, struct cw_error *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	sqlite3_stmt *stmt = prepare(s, err, "SELECT connector, task, state, worker_id, generation, trace FROM statuses"
				     " ORDER BY connector, task", "");
	int step, rc = 0;

	if (!stmt)
		return -1;
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW && rc == 0) {
		struct cw_stored_status status = {
			.connector = text(stmt, 0), .task = sqlite3_column_int(stmt, 1), .state = text(stmt, 2),
			.worker_id = text(stmt, 3), .generation = sqlite3_column_int64(stmt, 4), .trace = text(stmt, 5),
		};

		rc = fn(arg, &status);
	}
	if (rc == 0 && step != SQLITE_DONE)
		rc = failed(s, err);
	sqlite3_finalize(stmt);
	return rc;
}

static int put_status(struct cw_store *store, const struct cw_stored_status *status, struct cw_error *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	int rc;

	if (begin(s, false, err) != 0)
		return -1;
	rc = run(s, err, prepare(s, err, "INSERT OR REPLACE INTO statuses VALUES (?, ?, ?, ?, ?, ?)", "tittit",
				 status->connector, (int64_t)status->task, status->state, status->worker_id,
				 status->generation, status->trace));
	return end(s, rc, err);
}

static int delete_statuses(struct cw_store *store, const char *connector, int from, struct cw_error *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	int rc;

	if (begin(s, false, err) != 0)
		return -1;
	rc = run(s, err, prepare(s, err, "DELETE FROM statuses WHERE connector=? AND task>=?", "ti", connector,
				 (int64_t)from));
	return end(s, rc, err);
}

/* ---- source offsets ------------------------------------------------------------------------ */

static int write_offset(struct sqlite_store *s, const char *connector, const json_t *pair, struct cw_error *err)
{
	const json_t *partition = json_array_get(pair, 0), *offset = json_array_get(pair, 1);
	CW_AUTO_FREE char *key = NULL;
	CW_AUTO_FREE char *value = NULL;

	if (json_array_size(pair) != 2 || !json_is_object(partition) ||
	    !(json_is_object(offset) || json_is_null(offset)))
		return cw_error_set(err, CW_ERR_INVALID,
				    "a source offset must be a pair of objects, partition and offset (the offset may "
				    "be null)");
	/* Sorted keys: the same partition is always the same bytes. */
	key = json_dumps(partition, JSON_COMPACT | JSON_SORT_KEYS);
	if (json_is_null(offset))
		return run(s, err, prepare(s, err, "DELETE FROM offsets WHERE connector=? AND partition=?", "tt",
					   connector, key));
	value = json_dumps(offset, JSON_COMPACT);
	return run(s, err, prepare(s, err, "INSERT OR REPLACE INTO offsets VALUES (?, ?, ?, ?)", "ttti", connector, key,
				   value, cw_clock_epoch_ms()));
}

static int put_offsets(struct cw_store *store, const char *connector, const json_t *offsets, struct cw_error *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	int rc = 0;

	if (begin(s, false, err) != 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < json_array_size(offsets); i++)
		rc = write_offset(s, connector, json_array_get(offsets, i), err);
	return end(s, rc, err);
}

static json_t *get_offsets(struct cw_store *store, const char *connector, struct cw_error *err)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	sqlite3_stmt *stmt = prepare(s, err,
				     "SELECT partition, offset FROM offsets WHERE connector=? ORDER BY partition",
				     "t", connector);
	json_t *offsets = json_array();
	int step = stmt ? SQLITE_ROW : SQLITE_ERROR;

	while (stmt && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		json_t *partition = load_json(s, "offsets", connector, text(stmt, 0), err);
		json_t *offset = load_json(s, "offsets", connector, text(stmt, 1), err);

		if (!partition || !offset) {
			json_decref(partition);
			json_decref(offset);
			break;
		}
		json_array_append_new(offsets, json_pack("[oo]", partition, offset));
	}
	if (step != SQLITE_DONE) {
		failed(s, err);
		json_decref(offsets);
		offsets = NULL;
	}
	sqlite3_finalize(stmt);
	return offsets;
}

/* ---- opening and closing ------------------------------------------------------------------- */

static int pragma_int(struct sqlite_store *s, const char *pragma, int *out, struct cw_error *err)
{
	sqlite3_stmt *stmt = prepare(s, err, pragma, "");
	int rc = -1;

	if (!stmt)
		return -1;
	if (sqlite3_step(stmt) == SQLITE_ROW) {
		*out = sqlite3_column_int(stmt, 0);
		rc = 0;
	} else {
		failed(s, err);
	}
	sqlite3_finalize(stmt);
	return rc;
}

/* Ours, or empty; in *version its schema version (0: empty). */
static int recognise(struct sqlite_store *s, int *version, struct cw_error *err)
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

static int migrate(struct sqlite_store *s, int version, struct cw_error *err)
{
	if (version == SCHEMA_VERSION)
		return 0;
	if (begin(s, true, err) != 0)
		return -1;
	for (int rc = 0; version < SCHEMA_VERSION; version++)
		if ((rc = execute(s, err, migrations[version])) != 0)
			return end(s, rc, err);
	CW_AUTO_FREE char *mark =
		cw_format("PRAGMA application_id=%d; PRAGMA user_version=%d", APPLICATION_ID, SCHEMA_VERSION);

	return end(s, execute(s, err, mark), err);
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

/* The file holds configs, passwords among them: it is made readable for its owner only. */
static int make_file(const char *path, struct cw_error *err)
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

static int open_database(struct sqlite_store *s, struct cw_error *err)
{
	int version = 0;

	if (sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		return s->db ? failed(s, err) : cw_error_set(err, CW_ERR_FATAL, "SQLite: out of memory");
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_TIMEOUT_MS);
	if (recognise(s, &version, err) != 0)
		return -1;
	/* A small cache: the state is small, and memory counts. */
	if (execute(s, err, "PRAGMA journal_mode=WAL; PRAGMA cache_size=-256; PRAGMA journal_size_limit=1048576") != 0)
		return -1;
	return migrate(s, version, err);
}

static void sqlite_close(struct cw_store *store)
{
	struct sqlite_store *s = (struct sqlite_store *)store;

	sqlite3_close(s->db);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s->path);
	free(s);
}

static const struct cw_store_ops sqlite_ops = {
	.close = sqlite_close,
	.each_connector = each_connector,
	.each_status = each_status,
	.put_connector = put_connector,
	.put_target = put_target,
	.put_tasks = put_tasks,
	.delete_connector = delete_connector,
	.put_status = put_status,
	.delete_statuses = delete_statuses,
	.put_offsets = put_offsets,
	.get_offsets = get_offsets,
};

struct cw_store *cw_store_open_sqlite(const char *path, const char *holder, struct cw_error *err)
{
	struct sqlite_store *s = cw_alloc(sizeof(*s));
	bool memory = strcmp(path, ":memory:") == 0;

	*s = (struct sqlite_store){ .store.ops = &sqlite_ops, .path = cw_strdup(path), .lock_fd = -1 };
	if (!memory && (make_file(path, err) != 0 || (s->lock_fd = cw_store_lock(path, holder, err)) < 0))
		goto failed;
	if (open_database(s, err) != 0)
		goto failed;
	return &s->store;
failed:
	sqlite_close(&s->store);
	return NULL;
}
