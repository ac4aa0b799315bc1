/*
 * record_transforms - the transformations that move fields, headers and topics, each in a file of its own.
 * For record_transforms.c, which lists them.
 */
#ifndef CW_TRANSFORM_RECORD_TRANSFORMS_H
#define CW_TRANSFORM_RECORD_TRANSFORMS_H

#include "transform/transforms.h"

extern const struct cw_plugin cw_drop_headers, cw_insert_header;               /* headers.c */
extern const struct cw_plugin cw_extract_field_key, cw_extract_field_value;    /* extract_field.c */
extern const struct cw_plugin cw_filter;                                       /* filter.c */
extern const struct cw_plugin cw_flatten_key, cw_flatten_value;                /* flatten.c */
extern const struct cw_plugin cw_header_from_key, cw_header_from_value;        /* header_from.c */
extern const struct cw_plugin cw_hoist_field_key, cw_hoist_field_value;        /* hoist_field.c */
extern const struct cw_plugin cw_regex_router;                                 /* regex_router.c */
extern const struct cw_plugin cw_replace_field_key, cw_replace_field_value;    /* replace_field.c */
extern const struct cw_plugin cw_value_to_key;                                 /* value_to_key.c */

/* io.connectworker.transforms */
extern const struct cw_plugin cw_parse_access_log_key, cw_parse_access_log_value; /* parse_access_log.c */
extern const struct cw_plugin cw_regex_key, cw_regex_value;                       /* regex_fields.c */
extern const struct cw_plugin cw_sample;                                          /* sample.c */

#endif
