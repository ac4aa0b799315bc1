/* value_transforms - the transformations that change types, times and schemas; for the files of this list only. */
#ifndef CW_TRANSFORM_VALUE_TRANSFORMS_H
#define CW_TRANSFORM_VALUE_TRANSFORMS_H

#include "transform/transforms.h"

extern const struct cw_plugin cw_cast_key_transform, cw_cast_value_transform,         /* cast.c */
	cw_insert_field_key_transform, cw_insert_field_value_transform,               /* insert_field.c */
	cw_mask_field_key_transform, cw_mask_field_value_transform,                   /* mask_field.c */
	cw_set_schema_metadata_key_transform, cw_set_schema_metadata_value_transform, /* set_schema_metadata.c */
	cw_timestamp_converter_key_transform, cw_timestamp_converter_value_transform, /* timestamp_converter.c */
	cw_timestamp_router_transform;                                                /* timestamp_router.c */

#endif
