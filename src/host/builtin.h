/* builtin - the plugins that come with the worker: converters, transformations, predicates and config
 * providers. */
#ifndef CW_HOST_BUILTIN_H
#define CW_HOST_BUILTIN_H

#include "connect-worker/connector.h"

/* The i-th of all; NULL after the last. */
const struct cw_plugin *cw_builtin_at(size_t i);

#endif
