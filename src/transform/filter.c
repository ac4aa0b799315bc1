/* Filter: what comes here goes no further. A predicate decides what comes. */
#include "transform/operating.h"
#include "transform/record_transforms.h"

static enum cw_result apply(void *state, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	(void)state;
	(void)batch;
	(void)record;
	(void)err;
	return CW_DROP;
}

static const struct cw_transformation_ops ops = {
	.size = sizeof(ops), .flags = CW_TRANSFORMATION_NO_HEADERS | CW_TRANSFORMATION_EDITS,
	.start = cw_plain_start, .apply = apply, .stop = cw_plain_stop,
};

const struct cw_plugin cw_filter = {
	CW_PLUGIN_HEAD(CW_PLUGIN_TRANSFORMATION),
	.class_name = CW_TRANSFORMS_PACKAGE "Filter",
	.version = PACKAGE_VERSION,
	.doc = "Drops every record that its predicate lets come here; without a predicate, every record.",
	.config_def_size = sizeof(struct cw_config_def),
	.transformation = &ops,
};
