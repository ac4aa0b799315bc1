/* variables - ${provider:[path:]key} in the values of a config, as Kafka's ConfigTransformer finds them. Pure. */
#ifndef CW_CONFIG_VARIABLES_H
#define CW_CONFIG_VARIABLES_H

#include <stdbool.h>

#include "connect-worker/connector.h"

struct cw_variable {
	size_t start, end; /* of all of it */
	struct cw_slice provider, path, key; /* the path is empty when there is none */
};

/* The first variable of the text at or after `from`. */
bool cw_variable_find(const char *text, size_t from, struct cw_variable *out);

#endif
