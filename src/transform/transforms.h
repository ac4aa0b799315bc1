/*
 * transforms - the transformations and predicates that come with the worker, as plugins.
 *
 * Those that work on a key or a value are two plugins each ("…Cast$Key" and "…Cast$Value") with the same functions.
 */
#ifndef CW_TRANSFORM_TRANSFORMS_H
#define CW_TRANSFORM_TRANSFORMS_H

#include "connect-worker/connector.h"

#define CW_TRANSFORMS_PACKAGE "org.apache.kafka.connect.transforms."
#define CW_PREDICATES_PACKAGE "org.apache.kafka.connect.transforms.predicates."
#define CW_OUR_TRANSFORMS_PACKAGE "io.connectworker.transforms." /* what Kafka Connect has not */

/* Both lists end with NULL. */
extern const struct cw_plugin *const cw_value_transforms[]; /* value_transforms.c: what changes types, times and schemas */
extern const struct cw_plugin *const cw_record_transforms[]; /* record_transforms.c: what moves fields, headers and topics */
extern const struct cw_plugin *const cw_predicates[];        /* predicates.c */

#endif
