/* secret - which keys hold secrets when no definition says so, and which values only refer to one. Pure. */
#ifndef CW_CONFIG_SECRET_H
#define CW_CONFIG_SECRET_H

#include <stdbool.h>

/* By words such as "password" and "token" in the key. */
bool cw_secret_by_name(const char *key);

/* "${provider:path:key}", all of it: a config provider knows the secret, the value does not. */
bool cw_secret_is_reference(const char *value);

#endif
