/* converter - the converters of this version, by the names that Kafka Connect knows them. Pure. */
#ifndef CW_CONFIG_CONVERTER_H
#define CW_CONFIG_CONVERTER_H

#include <stdbool.h>

#include "connect-worker/connector.h"

#define CW_STRING_CONVERTER "org.apache.kafka.connect.storage.StringConverter"
#define CW_BYTE_ARRAY_CONVERTER "org.apache.kafka.connect.converters.ByteArrayConverter"
#define CW_SIMPLE_HEADER_CONVERTER "org.apache.kafka.connect.storage.SimpleHeaderConverter"

enum cw_converter { CW_CONVERTER_UNSUPPORTED = 0, CW_CONVERTER_STRING, CW_CONVERTER_BYTE_ARRAY };

/* By full class name, simple name, or simple name without "Converter". */
enum cw_converter cw_converter_parse(const char *class_name);
bool cw_header_converter_known(const char *class_name);

/* Checks for definitions of key.converter, value.converter and header.converter: reasons that say what there is. */
int cw_converter_check(const char *value, struct cw_error *err);
int cw_header_converter_check(const char *value, struct cw_error *err);

#endif
