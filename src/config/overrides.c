#include "config/overrides.h"

#include <string.h>

#include "base/mem.h"

static const char *const prefixes[CW_OVERRIDE_KINDS] = { "producer.override.", "consumer.override.",
							 "admin.override." };

const char *cw_override_prefix(enum cw_override_kind kind)
{
	return prefixes[kind];
}

const char *cw_override_setting(const char *key, enum cw_override_kind *kind)
{
	for (size_t i = 0; i < CW_OVERRIDE_KINDS; i++) {
		size_t n = strlen(prefixes[i]);

		if (strncmp(key, prefixes[i], n) != 0 || !key[n])
			continue;
		if (kind)
			*kind = (enum cw_override_kind)i;
		return key + n;
	}
	return NULL;
}

bool cw_override_allowed(const struct cw_worker_config *worker, const char *setting)
{
	static const char *const of_principal[] = { "security.protocol", "sasl.jaas.config", "sasl.mechanism" };
	static const struct cw_list principal = { of_principal, sizeof(of_principal) / sizeof(*of_principal) };
	const char *policy = worker->connector_client_config_override_policy;
	const struct cw_list *allowed = NULL;

	if (strcmp(policy, "Principal") == 0)
		allowed = &principal;
	else if (strcmp(policy, "Allowlist") == 0)
		allowed = &worker->connector_client_config_override_allowlist;
	for (size_t i = 0; allowed && i < allowed->n; i++)
		if (strcmp(allowed->items[i], setting) == 0)
			return true;
	return strcmp(policy, "All") == 0;
}

char *cw_override_refusal(const struct cw_worker_config *worker, const char *key, const char *setting)
{
	return cw_format("The '%s' policy does not allow '%s' to be overridden in the connector configuration (%s).",
			 worker->connector_client_config_override_policy, setting, key);
}
