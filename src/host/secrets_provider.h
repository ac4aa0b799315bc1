/* secrets_provider - the config provider of AWS Secrets Manager: ${ALIAS:NAME-OR-ARN:KEY}. */
#ifndef CW_HOST_SECRETS_PROVIDER_H
#define CW_HOST_SECRETS_PROVIDER_H

#include "connect-worker/connector.h"

extern const struct cw_plugin cw_secrets_manager_config_provider;

#endif
