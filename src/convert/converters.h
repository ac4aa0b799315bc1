/*
 * converters - the converters and header converters that come with the worker, as plugins.
 *
 * Each is found by its Java class name, its simple name, and that without "Converter" or "HeaderConverter".
 */
#ifndef CW_CONVERT_CONVERTERS_H
#define CW_CONVERT_CONVERTERS_H

#include "connect-worker/connector.h"

extern const struct cw_plugin cw_string_converter, cw_byte_array_converter, cw_boolean_converter, cw_short_converter,
	cw_integer_converter, cw_long_converter, cw_float_converter, cw_double_converter, /* primitive.c */
	cw_simple_header_converter,                                                       /* simple_header.c */
	cw_json_converter,                                                                /* json_converter.c */
	cw_avro_converter, cw_json_schema_converter;                                      /* avro_converter.c, json_schema_converter.c */

#endif
