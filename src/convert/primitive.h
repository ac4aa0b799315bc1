/* primitive - what the descriptors of the converters have in common. */
#ifndef CW_CONVERT_PRIMITIVE_H
#define CW_CONVERT_PRIMITIVE_H

#include "connect-worker/connector.h"

/* A required key of every converter, which the worker sets by where the converter is used. */
#define CW_CONVERTER_TYPE                                                                                     \
	{                                                                                                     \
		.name = "converter.type", .type = CW_CONFIG_STRING, .flags = CW_CONFIG_REQUIRED,              \
		.choices = "key,value,header", .importance = CW_LOW,                                          \
		.doc = "What the converter is used for. Set by the worker.", .offset = CW_CONFIG_NOT_STORED   \
	}

#endif
