/*
 * stages - which plugins the records of a connector go through, as its config says: converters of key, value and
 * headers, and the chain of transformations with their predicates.
 *
 * Made on the main thread, once; the tasks borrow it and start the plugins for themselves (host/pipeline.h).
 */
#ifndef CW_HOST_STAGES_H
#define CW_HOST_STAGES_H

#include "config/worker_config.h"
#include "host/configured.h"

struct cw_stage_transform {
	struct cw_configured transformation, predicate;
	bool negate;
};

struct cw_stages {
	struct cw_configured key, value, header;
	/*
	 * CW_STRING or CW_BYTES: the bytes of a Kafka record are the value (StringConverter with UTF-8,
	 * ByteArrayConverter); CW_NULL: they are not.
	 */
	enum cw_type key_direct, value_direct;
	struct cw_stage_transform *transforms;
	size_t n_transforms;
};

/* *stages is zero before. 0, or -1 with *err; what was made is freed by cw_stages_free() in both cases. */
int cw_stages_make(struct cw_stages *stages, struct cw_catalog *catalog, const struct cw_map *config,
		   const struct cw_worker_config *worker, struct cw_error *err);
void cw_stages_free(struct cw_stages *stages);

#endif
