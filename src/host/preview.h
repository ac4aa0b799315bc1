/*
 * preview - what each stage of a connector makes of single records, up to what its sink would send; for connect-host
 * --preview (supervisor/protocol.h). Shared by its files: preview_command.c (the command), preview.c (records through
 * the stages), preview_json.c (how they are shown), preview_sink.c (where a sink's records come from, and its rendering),
 * preview_source.c (what a source gives).
 *
 * Nothing is written, committed or joined, and what config providers answered is not shown. Main thread.
 */
#ifndef CW_HOST_PREVIEW_H
#define CW_HOST_PREVIEW_H

#include <jansson.h>

#include "host/batch.h"
#include "host/pipeline.h"
#include "host/task.h"
#include "supervisor/protocol.h"

/* Of all that is shown: an answer that is larger is of no use to anybody. */
#define CW_PREVIEW_BYTES_MAX (16u << 20)

struct cw_preview {
	const json_t *request;  /* the request's body: see schemas/openapi.yaml */
	struct cw_task *task;   /* a task that never runs; its loop is this */
	struct cw_host host;    /* what its plugin may call */
	struct cw_map hidden;   /* what is not to be seen, as for cw_hide() */
	struct cw_stages stages;
	struct cw_pipeline pipeline;
	struct cw_task_batch *batch; /* a sink: the records that have come through all stages */
	json_t *records;        /* the answer's */
	size_t *shown_at;       /* [CW_PREVIEW_MAX]: where in `records` a record of the batch is */
	size_t bytes;           /* that are shown so far */
};

/* ---- preview.c ---- */

/*
 * Takes a record through the stages and appends what they make of it to the answer; `entry` is what is said of the
 * record itself. Whether it has come through.
 */
bool cw_preview_run(struct cw_preview *preview, struct cw_batch *batch, struct cw_record *record, json_t *entry);
/* 0, or -1 with *err when too much is shown. */
int cw_preview_check_size(const struct cw_preview *preview, struct cw_error *err);
/* {"stage","class","message"}, the reason without what is hidden; new. */
json_t *cw_preview_error(const struct cw_preview *preview, const char *stage, const char *class_name,
			 const char *reason);

/* ---- preview_json.c ---- */

/* {"topic","partition","timestamp","key","value","headers"} of a record as it is; new. */
json_t *cw_preview_record(struct cw_preview *preview, struct cw_batch *memory, const struct cw_record *record);
/* Puts "text", or "base64" of what is none, without what is hidden. */
void cw_preview_put(const struct cw_preview *preview, json_t *to, struct cw_slice bytes);
/* The text without what is hidden; what is no UTF-8 becomes U+FFFD. New. */
json_t *cw_preview_text(const struct cw_preview *preview, struct cw_slice text);

/* ---- preview_sink.c ---- */

/* 0, or -1 with *err. */
int cw_preview_sink(struct cw_preview *preview, struct cw_error *err);
/* Of struct cw_host, while a plugin renders. */
void cw_preview_rendered(const struct cw_context *ctx, const struct cw_batch *batch, size_t i,
			 const struct cw_rendering *rendering);
int cw_preview_reject(const struct cw_context *ctx, struct cw_batch *batch, size_t i, const char *reason,
		      struct cw_error *err);

/* ---- preview_source.c ---- */

/* *end: a bounded source has no more. *failure (new, or NULL): why no more records came. 0, or -1 with *err. */
int cw_preview_source(struct cw_preview *preview, bool *end, json_t **failure, struct cw_error *err);

#endif
