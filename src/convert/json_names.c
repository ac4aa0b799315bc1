#include "convert/json_names.h"

#include "data/schema.h"

const char *cw_json_type_name(enum cw_type type)
{
	return type == CW_FLOAT32 ? "float" : type == CW_FLOAT64 ? "double" : cw_type_name_lower(type);
}

enum cw_type cw_json_type_of(struct cw_slice name)
{
	for (enum cw_type type = CW_INT8; type <= CW_STRUCT; type++)
		if (cw_slice_equal(name, cw_slice_str(cw_json_type_name(type))))
			return type;
	return CW_NULL;
}

enum cw_type cw_json_logical_name(struct cw_slice name)
{
	static const char package[] = "org.apache.kafka.connect.data.";
	static const struct {
		const char *name;
		enum cw_type type;
	} types[] = {
		{ CW_DECIMAL_NAME, CW_DECIMAL },
		{ CW_DATE_NAME, CW_DATE },
		{ CW_TIME_NAME, CW_TIME },
		{ CW_TIMESTAMP_NAME, CW_TIMESTAMP },
	};

	if (name.n < sizeof(package) || memcmp(name.p, package, sizeof(package) - 1) != 0)
		return CW_NULL;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (cw_slice_equal(name, cw_slice_str(types[i].name)))
			return types[i].type;
	return CW_NULL;
}
