/*
 * transforms - the transformations and predicates that come with the worker, as plugins.
 *
 * Those that work on a key or a value are two plugins each ("…Cast$Key" and "…Cast$Value") with the same functions.
 */
#ifndef CW_TRANSFORM_TRANSFORMS_H
#define CW_TRANSFORM_TRANSFORMS_H

#include "base/arena.h"

#define CW_TRANSFORMS_PACKAGE "org.apache.kafka.connect.transforms."
#define CW_PREDICATES_PACKAGE "org.apache.kafka.connect.transforms.predicates."
#define CW_OUR_TRANSFORMS_PACKAGE "io.connectworker.transforms." /* what Kafka Connect has not */

/*
 * A flag of transformations beside those of <connect-worker/connector.h>: it changes maps as transform/edit.h does, or
 * not at all, and takes no value from the record to anywhere else.
 */
#define CW_TRANSFORMATION_EDITS (1u << 16)

/* Any transformation's apply(): what is not known to be such a one may leave a second reference to what was owned. */
static inline enum cw_result cw_transformation_apply(const struct cw_plugin *plugin, void *state, struct cw_batch *batch,
						 struct cw_record *record, struct cw_error *err)
{
	if (!(plugin->transformation->flags & CW_TRANSFORMATION_EDITS))
		cw_batch_disown(batch);
	return plugin->transformation->apply(state, batch, record, err);
}

/* The first members of a plugin that comes with the worker. `table` is an array, `type` the struct that it fills. */
#define CW_OWN_PLUGIN(plugin_kind, class, text, table, type)                                                          \
	CW_PLUGIN_HEAD(plugin_kind), .class_name = (class), .version = PACKAGE_VERSION, .doc = (text),                \
				     .config = (table), .n_config = sizeof(table) / sizeof((table)[0]),               \
				     .config_def_size = sizeof(struct cw_config_def), .config_size = sizeof(type)

/* All lists end with NULL. */
extern const struct cw_plugin *const cw_value_transforms[]; /* value_transforms.c: what changes types, times and schemas */
extern const struct cw_plugin *const cw_record_transforms[]; /* record_transforms.c: what moves fields, headers and topics */
extern const struct cw_plugin *const cw_predicates[];        /* predicates.c */

#endif
