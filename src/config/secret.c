#include "config/secret.h"

#include <string.h>

bool cw_secret_by_name(const char *key)
{
	static const char *const words[] = { "password", "passphrase", "secret", "token", "jaas", "credential",
					     "api.key", "ssl.key", "private", "user.info" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcasestr(key, words[i]))
			return true;
	return false;
}

bool cw_secret_is_reference(const char *value)
{
	size_t n = strlen(value);

	return n > 4 && strncmp(value, "${", 2) == 0 && value[n - 1] == '}' && strchr(value, ':') &&
	       strchr(value, '}') == value + n - 1;
}
