/*
 * edit - the copy of a map or struct in which a transformation changes some fields, made once however many they are;
 * of a map that belongs to its value alone (cw_batch_own() in base/arena.h), that map itself.
 *
 * All memory is the batch's. Fields that are not changed share what they point to with the original. Who edits does
 * not refer to the value from anywhere else, which is what CW_TRANSFORMATION_EDITS says of a transformation.
 */
#ifndef CW_TRANSFORM_EDIT_H
#define CW_TRANSFORM_EDIT_H

#include "data/value.h"

/* The configuration key that all transformations of fields have; `config` is the struct with a member replace_null. */
#define CW_REPLACE_NULL_KEY(config)                                                                                  \
	{                                                                                                             \
		.name = "replace.null.with.default", .type = CW_CONFIG_BOOLEAN, .default_value = "true",              \
		.importance = CW_MEDIUM,                                                                              \
		.doc = "Whether a field that is null and has a default value gets it; otherwise it stays null.",      \
		.offset = offsetof(config, replace_null)                                                              \
	}

struct cw_map_edit {
	struct cw_entry *entries;
	size_t n;
};

/* Where a changed schemaless map with up to `more` new entries goes: into the map itself, or into new memory. */
struct cw_entry *cw_map_edit_room(struct cw_batch *batch, const struct cw_value *map, size_t more);
/* A schemaless map, or a copy of it, with room for `more` new entries. */
void cw_map_edit_begin(struct cw_map_edit *edit, struct cw_batch *batch, const struct cw_value *map, size_t more);
/* The value of a key, to be changed; a new one is null and the last entry. The key is lent for the batch's life. */
struct cw_value *cw_map_edit_at(struct cw_map_edit *edit, struct cw_slice key);
static inline struct cw_value cw_map_edit_end(const struct cw_map_edit *edit)
{
	return cw_value_map(edit->entries, edit->n);
}

/*
 * Whether a struct is as it would be after each of its fields was read and put again, as Kafka Connect's
 * transformations do: none is null that has a default value (where that is wanted) or may not be null.
 */
bool cw_struct_is_settled(const struct cw_value *value, bool replace_null);
/*
 * The fields of a struct read and put into one of another schema, which has the same fields first and may have more:
 * to be changed. NULL with *err set when one is null that may not be.
 */
struct cw_value *cw_struct_edit(struct cw_batch *batch, const struct cw_value *value, const struct cw_schema *to,
				bool replace_null, struct cw_error *err);

#endif
