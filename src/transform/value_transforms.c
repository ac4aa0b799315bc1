#include "transform/value_transforms.h"

const struct cw_plugin *const cw_value_transforms[] = {
	&cw_cast_key_transform,
	&cw_cast_value_transform,
	&cw_insert_field_key_transform,
	&cw_insert_field_value_transform,
	&cw_mask_field_key_transform,
	&cw_mask_field_value_transform,
	&cw_set_schema_metadata_key_transform,
	&cw_set_schema_metadata_value_transform,
	&cw_timestamp_converter_key_transform,
	&cw_timestamp_converter_value_transform,
	&cw_timestamp_router_transform,
	NULL,
};
