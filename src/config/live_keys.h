/*
 * live_keys - keys of a connector's configuration whose change restarts nothing: its labels (config/labels.h), which
 * nobody reads where it runs, and its rate limits, which it is told of while it runs. Pure.
 */
#ifndef CW_CONFIG_LIVE_KEYS_H
#define CW_CONFIG_LIVE_KEYS_H

#include <stdbool.h>

#include <jansson.h>

/* What changes from one configuration, keys and texts, to the other: {key: new text, or null: it is gone}; new. */
json_t *cw_live_changes(const json_t *from, const json_t *to);
/* Whether all of the changes are of such keys, and none of the new texts has a variable in it. */
bool cw_live_only(const json_t *changes);
/* Whether all of them are labels. */
bool cw_live_labels_only(const json_t *changes);
/* Makes the changes where a configuration has what `from` had: not where somebody has put something else there. */
void cw_live_apply(json_t *config, const json_t *from, const json_t *changes);

#endif
