#include "host/builtin.h"

#include "convert/converters.h"
#include "host/file_providers.h"
#include "host/secrets_provider.h"
#include "transform/transforms.h"

static const struct cw_plugin *const converters[] = {
	&cw_string_converter, &cw_byte_array_converter, &cw_boolean_converter, &cw_short_converter,
	&cw_integer_converter, &cw_long_converter, &cw_float_converter, &cw_double_converter,
	&cw_json_converter, &cw_avro_converter, &cw_json_schema_converter, &cw_simple_header_converter,
	NULL,
};

static const struct cw_plugin *const providers[] = {
	&cw_file_config_provider, &cw_directory_config_provider, &cw_env_var_config_provider,
	&cw_secrets_manager_config_provider, NULL,
};

const struct cw_plugin *cw_builtin_at(size_t i)
{
	static const struct cw_plugin *const *const lists[] = { converters, cw_value_transforms, cw_record_transforms, cw_predicates,
							  providers };

	for (size_t k = 0; k < sizeof(lists) / sizeof(*lists); k++)
		for (const struct cw_plugin *const *p = lists[k]; *p; p++)
			if (i-- == 0)
				return *p;
	return NULL;
}
