/* file_providers - Kafka's config providers: properties files, folders of files, environment variables. */
#ifndef CW_HOST_FILE_PROVIDERS_H
#define CW_HOST_FILE_PROVIDERS_H

#include "connect-worker/connector.h"

extern const struct cw_plugin cw_file_config_provider, cw_directory_config_provider, cw_env_var_config_provider;

#endif
