/*
 * transform_fixture - a transformation or predicate that is configured, given a record and asked, with records and
 * results as text (notation.h).
 */
#ifndef CW_TESTS_TRANSFORM_FIXTURE_H
#define CW_TESTS_TRANSFORM_FIXTURE_H

#include "base/buf.h"
#include "connect-worker/connector.h"

/* A plugin that was started. */
struct cw_transform_run {
	const struct cw_plugin *plugin;
	struct cw_config_memory *memory;
	void *config, *state;
	bool started;
	struct cw_batch *batch; /* of all its records */
};

/* From the three lists, by the end of its class name ("Cast$Value"). Aborts when there is none. */
const struct cw_plugin *cw_transform_find(const char *name);

/*
 * config: "key=value" divided by newlines or " ; ". 0, or -1 with *err: what a key's check or start() said. Freed with
 * cw_transform_end(), also after an error.
 */
int cw_transform_begin(struct cw_transform_run *run, const char *name, const char *config, struct cw_error *err);
void cw_transform_end(struct cw_transform_run *run);

/*
 * A record: "topic=t ; key=V ; value=V ; header.NAME=V", all but the last optional, in this order or another; a text
 * without any of these words is the value. Defaults: topic t, partition 0, offset 0, timestamp 1000, nulls.
 */
struct cw_record cw_transform_record(struct cw_batch *batch, const char *text);
/* What differs between two records, as in the notation above: "value=…", "key=… ; header.h=…"; "same" when nothing
 * does. */
void cw_transform_print(struct cw_buf *out, const struct cw_record *before, const struct cw_record *after);

/* A row of a table: what comes out is what cw_transform_apply() says, or "refused: …". */
struct cw_transform_row {
	const char *name, *config, *record, *expected;
};

/* Fails the running test for each row that is not as expected, and says how on stderr. */
void cw_transform_check(const struct cw_transform_row *rows, size_t n);
#define CW_TRANSFORM_CHECK(rows) cw_transform_check(rows, sizeof(rows) / sizeof((rows)[0]))

/*
 * Applies it twice to the same record, and once to one that may be changed where it lies; the result of all is in *out:
 * what differs, "drop", or "error: …".
 */
void cw_transform_apply(struct cw_transform_run *run, const char *record, struct cw_buf *out);

#endif
