/* plugin_names - the names by which plugins are asked for, as Kafka Connect knows them. Pure. */
#ifndef CW_CONFIG_PLUGIN_NAMES_H
#define CW_CONFIG_PLUGIN_NAMES_H

#include <stdbool.h>

#include "connect-worker/connector.h"

/*
 * Whether `asked` names the class of a plugin of that kind: in full, by its last part, or by that without the
 * kind's suffix ("Connector", "Converter" …). A nested class ("…Cast$Value") has its full name only.
 */
bool cw_plugin_named(enum cw_plugin_kind kind, const char *class_name, const char *asked);

/* What REST calls a kind: "source", "transformation" …; NULL for a kind that this worker does not know. */
const char *cw_plugin_kind_name(enum cw_plugin_kind kind);
/* And back: 0 for none of these. */
enum cw_plugin_kind cw_plugin_kind_parse(const char *name);

#endif
