/*
 * The standalone worker's store: one SQLite file in WAL mode. A commit of configs, targets and tasks
 * waits for the disk (synchronous=FULL). Offsets and statuses are in the file's log before they are
 * acknowledged, so that a killed process loses none, but do not wait for the disk: after a power cut a
 * source goes on from an offset that is a moment older, which at-least-once delivery allows.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/lock.h"
#include "store/sqlite_impl.h"

/* ---- connectors and tasks ------------------------------------------------------------------ */

static json_t *load_json(struct cw_sqlite *s, const char *what, const char *name, const char *json,
			 struct cw_error *err)
{
	json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);

	if (!value)
		cw_error_set(err, CW_ERR_FATAL, "state file %s is damaged: the %s of connector %s is no JSON", s->path,
			     what, name);
	return value;
}

static json_t *load_tasks(struct cw_sqlite *s, const char *name, struct cw_error *err)
{
	sqlite3_stmt *stmt =
		cw_sqlite_prepare(s, err, "SELECT config FROM tasks WHERE connector=? ORDER BY task", "t", name);
	json_t *tasks = json_array();
	int rc = stmt ? SQLITE_ROW : SQLITE_ERROR;

	while (stmt && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		json_t *config = load_json(s, "task configs", name, cw_sqlite_text(stmt, 0), err);

		if (!config)
			break;
		json_array_append_new(tasks, config);
	}
	if (rc == SQLITE_DONE) {
		sqlite3_finalize(stmt);
		return tasks;
	}
	cw_sqlite_failed(s, err); /* unless load_json() has said more */
	sqlite3_finalize(stmt);
	json_decref(tasks);
	return NULL;
}

static int visit_connector(struct cw_sqlite *s, sqlite3_stmt *stmt, cw_store_connector_fn *fn, void *arg,
			   struct cw_error *err)
{
	struct cw_stored_connector c = { .name = cw_sqlite_text(stmt, 0), .kind = cw_sqlite_text(stmt, 1),
					  .class_name = cw_sqlite_text(stmt, 2), .file = cw_sqlite_text(stmt, 3) };
	json_t *config, *tasks;
	int rc = -1;

	if (cw_target_parse(cw_sqlite_text(stmt, 5), &c.target) != 0)
		return cw_error_set(err, CW_ERR_FATAL,
				    "state file %s is damaged: connector %s has the target state \"%s\"",
				    s->path, c.name, cw_sqlite_text(stmt, 5));
	config = load_json(s, "config", c.name, cw_sqlite_text(stmt, 4), err);
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
	struct cw_sqlite *s = (struct cw_sqlite *)store;
	sqlite3_stmt *stmt = cw_sqlite_prepare(s, err, "SELECT name, kind, class, file, config, target FROM connectors"
				     " ORDER BY name", "");
	int step, rc = 0;

	if (!stmt)
		return -1;
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW && rc == 0)
		rc = visit_connector(s, stmt, fn, arg, err);
	if (rc == 0 && step != SQLITE_DONE)
		rc = cw_sqlite_failed(s, err);
	sqlite3_finalize(stmt);
	return rc;
}

static int write_tasks(struct cw_sqlite *s, const char *name, const json_t *tasks, struct cw_error *err)
{
	int rc = cw_sqlite_change(s, err, "DELETE FROM tasks WHERE connector=?", "t", name);

	for (size_t i = 0; rc == 0 && i < json_array_size(tasks); i++) {
		CW_AUTO_FREE char *config = json_dumps(json_array_get(tasks, i), JSON_COMPACT);

		rc = cw_sqlite_change(s, err, "INSERT INTO tasks VALUES (?, ?, ?)", "tit", name, (int64_t)i, config);
	}
	return rc;
}

static int put_connector(struct cw_store *store, const struct cw_stored_connector *c, struct cw_error *err)
{
	struct cw_sqlite *s = (struct cw_sqlite *)store;
	CW_AUTO_FREE char *config = json_dumps(c->config, JSON_COMPACT);
	int rc;

	if (cw_sqlite_begin(s, true, err) != 0)
		return -1;
	rc = cw_sqlite_change(s, err, "INSERT OR REPLACE INTO connectors VALUES (?, ?, ?, ?, ?, ?)", "tttttt",
			      c->name, c->kind, c->class_name, c->file, config, cw_target_name(c->target));
	if (rc == 0)
		rc = write_tasks(s, c->name, c->tasks, err);
	return cw_sqlite_end(s, rc, err);
}

static int put_target(struct cw_store *store, const char *name, enum cw_target target, struct cw_error *err)
{
	struct cw_sqlite *s = (struct cw_sqlite *)store;
	int rc;

	if (cw_sqlite_begin(s, true, err) != 0)
		return -1;
	rc = cw_sqlite_change(s, err, "UPDATE connectors SET target=? WHERE name=?", "tt", cw_target_name(target),
			      name);
	if (rc == 0 && target == CW_TARGET_STOPPED)
		rc = write_tasks(s, name, NULL, err);
	return cw_sqlite_end(s, rc, err);
}

static int put_tasks(struct cw_store *store, const char *name, const json_t *tasks, struct cw_error *err)
{
	struct cw_sqlite *s = (struct cw_sqlite *)store;

	if (cw_sqlite_begin(s, true, err) != 0)
		return -1;
	return cw_sqlite_end(s, write_tasks(s, name, tasks, err), err);
}

static int delete_connector(struct cw_store *store, const char *name, struct cw_error *err)
{
	struct cw_sqlite *s = (struct cw_sqlite *)store;
	int rc;

	if (cw_sqlite_begin(s, true, err) != 0)
		return -1;
	rc = cw_sqlite_change(s, err, "DELETE FROM connectors WHERE name=?", "t", name);
	if (rc == 0)
		rc = write_tasks(s, name, NULL, err);
	if (rc == 0)
		rc = cw_sqlite_change(s, err, "DELETE FROM statuses WHERE connector=?", "t", name);
	if (rc == 0)
		rc = cw_sqlite_change(s, err, "DELETE FROM topics WHERE connector=?", "t", name);
	return cw_sqlite_end(s, rc, err);
}

/* ---- the store itself ---------------------------------------------------------------------- */

static char *get_id(struct cw_store *store, struct cw_error *err)
{
	struct cw_sqlite *s = (struct cw_sqlite *)store;
	sqlite3_stmt *stmt = cw_sqlite_prepare(s, err, "SELECT id FROM identity", "");
	char *id = NULL;

	if (!stmt)
		return NULL;
	if (sqlite3_step(stmt) == SQLITE_ROW)
		id = cw_strdup(cw_sqlite_text(stmt, 0));
	else
		cw_sqlite_failed(s, err);
	sqlite3_finalize(stmt);
	return id;
}

/* ---- statuses ------------------------------------------------------------------------------ */

static int each_status(struct cw_store *store, cw_store_status_fn *fn, void *arg, struct cw_error *err)
{
	struct cw_sqlite *s = (struct cw_sqlite *)store;
	sqlite3_stmt *stmt = cw_sqlite_prepare(
		s, err, "SELECT connector, task, state, worker_id, generation, trace FROM statuses ORDER BY connector, task",
		"");
	int step, rc = 0;

	if (!stmt)
		return -1;
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW && rc == 0) {
		struct cw_stored_status status = {
			.connector = cw_sqlite_text(stmt, 0), .task = sqlite3_column_int(stmt, 1),
			.state = cw_sqlite_text(stmt, 2), .worker_id = cw_sqlite_text(stmt, 3),
			.generation = sqlite3_column_int64(stmt, 4), .trace = cw_sqlite_text(stmt, 5),
		};

		rc = fn(arg, &status);
	}
	if (rc == 0 && step != SQLITE_DONE)
		rc = cw_sqlite_failed(s, err);
	sqlite3_finalize(stmt);
	return rc;
}

static int put_status(struct cw_store *store, const struct cw_stored_status *status, struct cw_error *err)
{
	struct cw_sqlite *s = (struct cw_sqlite *)store;
	int rc;

	if (cw_sqlite_begin(s, false, err) != 0)
		return -1;
	rc = cw_sqlite_change(s, err, "INSERT OR REPLACE INTO statuses VALUES (?, ?, ?, ?, ?, ?)", "tittit",
			      status->connector, (int64_t)status->task, status->state, status->worker_id,
			      status->generation, status->trace);
	return cw_sqlite_end(s, rc, err);
}

static int delete_statuses(struct cw_store *store, const char *connector, int from, struct cw_error *err)
{
	struct cw_sqlite *s = (struct cw_sqlite *)store;
	int rc;

	if (cw_sqlite_begin(s, false, err) != 0)
		return -1;
	rc = cw_sqlite_change(s, err, "DELETE FROM statuses WHERE connector=? AND task>=?", "ti", connector,
			      (int64_t)from);
	return cw_sqlite_end(s, rc, err);
}

/* ---- source offsets ------------------------------------------------------------------------ */

static int write_offset(struct cw_sqlite *s, const char *connector, const json_t *pair, struct cw_error *err)
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
		return cw_sqlite_change(s, err, "DELETE FROM offsets WHERE connector=? AND partition=?", "tt",
					connector, key);
	value = json_dumps(offset, JSON_COMPACT);
	return cw_sqlite_change(s, err, "INSERT OR REPLACE INTO offsets VALUES (?, ?, ?, ?)", "ttti", connector, key,
				value, cw_clock_epoch_ms());
}

static int put_offsets(struct cw_store *store, const char *connector, const json_t *offsets, struct cw_error *err)
{
	struct cw_sqlite *s = (struct cw_sqlite *)store;
	int rc = 0;

	if (cw_sqlite_begin(s, false, err) != 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < json_array_size(offsets); i++)
		rc = write_offset(s, connector, json_array_get(offsets, i), err);
	return cw_sqlite_end(s, rc, err);
}

static json_t *get_offsets(struct cw_store *store, const char *connector, struct cw_error *err)
{
	struct cw_sqlite *s = (struct cw_sqlite *)store;
	sqlite3_stmt *stmt = cw_sqlite_prepare(s, err,
				     "SELECT partition, offset FROM offsets WHERE connector=? ORDER BY partition",
				     "t", connector);
	json_t *offsets = json_array();
	int step = stmt ? SQLITE_ROW : SQLITE_ERROR;

	while (stmt && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		json_t *partition = load_json(s, "offsets", connector, cw_sqlite_text(stmt, 0), err);
		json_t *offset = load_json(s, "offsets", connector, cw_sqlite_text(stmt, 1), err);

		if (!partition || !offset) {
			json_decref(partition);
			json_decref(offset);
			break;
		}
		json_array_append_new(offsets, json_pack("[oo]", partition, offset));
	}
	if (step != SQLITE_DONE) {
		cw_sqlite_failed(s, err);
		json_decref(offsets);
		offsets = NULL;
	}
	sqlite3_finalize(stmt);
	return offsets;
}

/* ---- topics -------------------------------------------------------------------------------- */

static int put_topics(struct cw_store *store, const char *connector, int task, const json_t *topics,
		      struct cw_error *err)
{
	struct cw_sqlite *s = (struct cw_sqlite *)store;
	int rc = 0;

	if (cw_sqlite_begin(s, false, err) != 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < json_array_size(topics); i++)
		rc = cw_sqlite_change(s, err, "INSERT OR IGNORE INTO topics VALUES (?, ?, ?, ?)", "ttii", connector,
				      json_string_value(json_array_get(topics, i)), (int64_t)task, cw_clock_epoch_ms());
	return cw_sqlite_end(s, rc, err);
}

static int delete_topics(struct cw_store *store, const char *connector, struct cw_error *err)
{
	struct cw_sqlite *s = (struct cw_sqlite *)store;

	if (cw_sqlite_begin(s, false, err) != 0)
		return -1;
	return cw_sqlite_end(s, cw_sqlite_change(s, err, "DELETE FROM topics WHERE connector=?", "t", connector), err);
}

static json_t *get_topics(struct cw_store *store, const char *connector, struct cw_error *err)
{
	struct cw_sqlite *s = (struct cw_sqlite *)store;
	sqlite3_stmt *stmt = cw_sqlite_prepare(s, err, "SELECT topic FROM topics WHERE connector=? ORDER BY topic", "t",
					       connector);
	json_t *topics = json_array();
	int step = stmt ? SQLITE_ROW : SQLITE_ERROR;

	while (stmt && (step = sqlite3_step(stmt)) == SQLITE_ROW)
		json_array_append_new(topics, json_string(cw_sqlite_text(stmt, 0)));
	if (step != SQLITE_DONE) {
		cw_sqlite_failed(s, err);
		json_decref(topics);
		topics = NULL;
	}
	sqlite3_finalize(stmt);
	return topics;
}

/* ---- opening and closing ------------------------------------------------------------------- */

static void sqlite_close(struct cw_store *store)
{
	struct cw_sqlite *s = (struct cw_sqlite *)store;

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
	.put_topics = put_topics,
	.delete_topics = delete_topics,
	.get_topics = get_topics,
	.get_id = get_id,
};

struct cw_store *cw_store_open_sqlite(const char *path, const char *holder, struct cw_error *err)
{
	struct cw_sqlite *s = cw_alloc(sizeof(*s));
	bool memory = strcmp(path, ":memory:") == 0;

	*s = (struct cw_sqlite){ .store.ops = &sqlite_ops, .path = cw_strdup(path), .lock_fd = -1 };
	if (!memory && (cw_sqlite_make_file(path, err) != 0 || (s->lock_fd = cw_store_lock(path, holder, err)) < 0))
		goto failed;
	if (cw_sqlite_open_database(s, err) != 0)
		goto failed;
	return &s->store;
failed:
	sqlite_close(&s->store);
	return NULL;
}
