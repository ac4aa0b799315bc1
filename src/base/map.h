/*
 * map - an ordered map from string to string: a configuration as its author wrote it.
 *
 * Start as { 0 }. Keys and values are copied in and owned by the map; cw_map_get() lends until the
 * map changes. Sizes are those of a configuration (tens of keys): look-ups are linear.
 */
#ifndef CW_BASE_MAP_H
#define CW_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct cw_map_entry {
	char *key, *value;
};

struct cw_map {
	struct cw_map_entry *entries;
	size_t n, cap;
};

void cw_map_set(struct cw_map *map, const char *key, const char *value); /* replaces in place, or appends */
const char *cw_map_get(const struct cw_map *map, const char *key);       /* NULL: absent */
bool cw_map_remove(struct cw_map *map, const char *key);
void cw_map_copy(struct cw_map *to, const struct cw_map *from); /* sets all of from's in to */
/* Sets those of from's whose key begins so, without it. */
void cw_map_copy_prefixed(struct cw_map *to, const struct cw_map *from, const char *prefix);
bool cw_map_equal(const struct cw_map *a, const struct cw_map *b); /* in any order */
void cw_map_free(struct cw_map *map);
void cw_map_free_secret(struct cw_map *map); /* overwrites it first */

/* A new JSON object of strings; and back: non-string values must have been refused or made text before. */
json_t *cw_map_to_json(const struct cw_map *map);
void cw_map_from_json(struct cw_map *map, const json_t *object);
/* Sets the keys of the object that are text, and removes those that are null. */
void cw_map_change(struct cw_map *map, const json_t *object);

#endif
