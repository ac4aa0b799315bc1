/* serde_impl - what serde.c, serde_read.c and serde_write.c share. */
#ifndef CW_CONVERT_SERDE_IMPL_H
#define CW_CONVERT_SERDE_IMPL_H

#include "convert/serde.h"
#include "convert/subject.h"

#define CW_SERDE_HEAD 5 /* bytes before the value */

/* A reader that is kept, as values refer to its schemas: of a schema, read as that of `latest`, with a version. */
struct cw_serde_reader {
	int32_t id, version, latest; /* latest is -1 for the schema itself */
	void *reader;
	struct cw_batch *memory;
};

/* What is known of one schema id in one topic. */
struct cw_serde_origin {
	int32_t id, version, latest; /* as in struct cw_serde_reader */
	struct cw_slice topic;
	uint64_t hash;
	int64_t found_ns;
	struct cw_serde_reader *reader; /* NULL: no more are kept */
};

/* How values of one Connect schema are written to one topic. */
struct cw_serde_target {
	struct cw_slice topic;
	int32_t id;
	void *writer;
	bool own; /* the writer is its own, and not that of the Connect schema's text */
	int64_t found_ns;
};

/* What is known of one Connect schema. */
struct cw_serde_writer {
	struct cw_batch *memory;
	const struct cw_schema *schema; /* NULL: schemaless */
	uint64_t hash, used;
	char *text, *name;
	void *writer; /* by that text */
	struct cw_serde_target *targets;
	size_t n_targets, cap_targets;
};

struct cw_serde {
	const struct cw_context *ctx;
	const struct cw_serde_format *ops;
	const void *format;
	const struct cw_registry_config *config;
	struct cw_registry *registry;
	bool is_key;
	enum cw_subject_strategy strategy;
	struct cw_serde_origin **origins; /* an open table of cap_origins (a power of two) */
	size_t n_origins, cap_origins;
	struct cw_serde_reader **readers;
	size_t n_readers;
	struct cw_serde_writer *writers;
	size_t n_writers;
	struct cw_serde_writer *last; /* the one that was used last */
	uint64_t calls;
	struct cw_buf out;
};

/* The subject, NUL-terminated in *out. */
int cw_serde_subject(const struct cw_serde *serde, struct cw_slice topic, const char *record, struct cw_buf *out,
		     struct cw_error *err);
/* Sets *err to a sentence that begins with `what` (with a place for the topic). Returns result. */
enum cw_result cw_serde_fail(const char *what, struct cw_slice topic, enum cw_result result,
			     const struct cw_error *cause, struct cw_error *err);

void cw_serde_readers_free(struct cw_serde *serde);
void cw_serde_writers_free(struct cw_serde *serde);

#endif
