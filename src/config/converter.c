#include "config/converter.h"

#include <string.h>

/* Whether `name` is the full class name, its last part, or that without `suffix`. */
static bool names_class(const char *name, const char *full, const char *suffix)
{
	const char *simple = strrchr(full, '.') + 1;
	size_t n = strlen(simple) - strlen(suffix);

	return strcmp(name, full) == 0 || strcmp(name, simple) == 0 ||
	       (strlen(name) == n && memcmp(name, simple, n) == 0);
}

enum cw_converter cw_converter_parse(const char *class_name)
{
	if (names_class(class_name, CW_STRING_CONVERTER, "Converter"))
		return CW_CONVERTER_STRING;
	if (names_class(class_name, CW_BYTE_ARRAY_CONVERTER, "Converter"))
		return CW_CONVERTER_BYTE_ARRAY;
	return CW_CONVERTER_UNSUPPORTED;
}

bool cw_header_converter_known(const char *class_name)
{
	return names_class(class_name, CW_SIMPLE_HEADER_CONVERTER, "HeaderConverter");
}

int cw_converter_check(const char *value, struct cw_error *err)
{
	if (cw_converter_parse(value) != CW_CONVERTER_UNSUPPORTED)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "This version has no such converter; it supports " CW_STRING_CONVERTER
			    " and " CW_BYTE_ARRAY_CONVERTER);
}

int cw_header_converter_check(const char *value, struct cw_error *err)
{
	if (cw_header_converter_known(value))
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "This version has no such header converter; it supports "
			    CW_SIMPLE_HEADER_CONVERTER);
}
