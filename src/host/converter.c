#include "host/converter.h"

#include <string.h>

int cw_converter_init(struct cw_converter *converter, const char *class_name, struct cw_error *err)
{
	const char *dot = strrchr(class_name, '.'), *simple = dot ? dot + 1 : class_name;

	if (strcmp(simple, "StringConverter") == 0 || strcmp(simple, "String") == 0) {
		converter->type = CW_STRING;
		return 0;
	}
	if (strcmp(simple, "ByteArrayConverter") == 0 || strcmp(simple, "ByteArray") == 0) {
		converter->type = CW_BYTES;
		return 0;
	}
	return cw_error_set(err, CW_ERR_INVALID,
			    "the converter %s is not supported by this version; it has StringConverter and ByteArrayConverter",
			    class_name);
}

int cw_converter_from_value(const struct cw_converter *converter, const struct cw_value *value, struct cw_slice *out,
			    struct cw_error *err)
{
	if (value->type == converter->type || (value->type == CW_STRING && converter->type == CW_BYTES) ||
	    (value->type == CW_BYTES && converter->type == CW_STRING)) {
		*out = value->u.bytes;
		if (!out->p)
			out->p = ""; /* empty is not null */
		return 0;
	}
	if (value->type == CW_NULL) {
		*out = cw_slice(NULL, 0);
		return 0;
	}
	return cw_error_set(err, CW_ERR_FATAL, "a value of type %u cannot be written as text or bytes", value->type);
}
