/*
 * builtin_names - the converters that come with the worker, by name: what connect-worker, which links none of them, can
 * know without asking a host. Pure.
 */
#ifndef CW_CONFIG_BUILTIN_NAMES_H
#define CW_CONFIG_BUILTIN_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "connect-worker/connector.h"

/* The class of the i-th that can be a CW_PLUGIN_CONVERTER, or a CW_PLUGIN_HEADER_CONVERTER; NULL after the last. */
const char *cw_builtin_converter_at(enum cw_plugin_kind kind, size_t i);
/* Whether `asked` names one of them. */
bool cw_builtin_converter_named(enum cw_plugin_kind kind, const char *asked);

#endif
