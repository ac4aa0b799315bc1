#include "base/map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static struct cw_map_entry *find(const struct cw_map *map, const char *key)
{
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->entries[i].key, key) == 0)
			return &map->entries[i];
	return NULL;
}

void cw_map_set(struct cw_map *map, const char *key, const char *value)
{
	struct cw_map_entry *entry = find(map, key);

	if (entry) {
		char *copy = cw_strdup(value);

		cw_free_secret(entry->value); /* it may be one */
		entry->value = copy;
		return;
	}
	if (map->n == map->cap) {
		map->cap = map->cap ? map->cap * 2 : 16;
		map->entries = cw_realloc(map->entries, map->cap * sizeof(*map->entries));
	}
	map->entries[map->n++] = (struct cw_map_entry){ cw_strdup(key), cw_strdup(value) };
}

const char *cw_map_get(const struct cw_map *map, const char *key)
{
	const struct cw_map_entry *entry = find(map, key);

	return entry ? entry->value : NULL;
}

bool cw_map_remove(struct cw_map *map, const char *key)
{
	struct cw_map_entry *entry = find(map, key);
	size_t after;

	if (!entry)
		return false;
	free(entry->key);
	cw_free_secret(entry->value);
	after = map->n - (size_t)(entry - map->entries) - 1;
	memmove(entry, entry + 1, after * sizeof(*entry));
	map->n--;
	return true;
}

void cw_map_copy(struct cw_map *to, const struct cw_map *from)
{
	for (size_t i = 0; i < from->n; i++)
		cw_map_set(to, from->entries[i].key, from->entries[i].value);
}

void cw_map_copy_prefixed(struct cw_map *to, const struct cw_map *from, const char *prefix)
{
	size_t n = strlen(prefix);

	for (size_t i = 0; i < from->n; i++)
		if (strncmp(from->entries[i].key, prefix, n) == 0)
			cw_map_set(to, from->entries[i].key + n, from->entries[i].value);
}

bool cw_map_equal(const struct cw_map *a, const struct cw_map *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const char *value = cw_map_get(b, a->entries[i].key);

		if (!value || strcmp(value, a->entries[i].value) != 0)
			return false;
	}
	return true;
}

void cw_map_free(struct cw_map *map)
{
	for (size_t i = 0; i < map->n; i++) {
		free(map->entries[i].key);
		free(map->entries[i].value);
	}
	free(map->entries);
	*map = (struct cw_map){ 0 };
}

void cw_map_free_secret(struct cw_map *map)
{
	for (size_t i = 0; i < map->n; i++) {
		explicit_bzero(map->entries[i].key, strlen(map->entries[i].key));
		explicit_bzero(map->entries[i].value, strlen(map->entries[i].value));
	}
	cw_map_free(map);
}

json_t *cw_map_to_json(const struct cw_map *map)
{
	json_t *object = json_object();

	for (size_t i = 0; i < map->n; i++)
		json_object_set_new(object, map->entries[i].key, json_string(map->entries[i].value));
	return object;
}

void cw_map_from_json(struct cw_map *map, const json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
		if (json_is_string(value))
			cw_map_set(map, key, json_string_value(value));
}

void cw_map_change(struct cw_map *map, const json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		if (json_is_string(value))
			cw_map_set(map, key, json_string_value(value));
		else
			cw_map_remove(map, key);
	}
}
