/*
 * field_path - the way to a field that a setting names: field.syntax.version.
 *
 * V1: the whole text is the name of a field. V2: names are divided by dots; a name in backticks may hold dots, and \`
 * in it a backtick that stands before a dot. An empty V2 path has no step, and fails for every record, as in Kafka
 * Connect.
 */
#ifndef CW_TRANSFORM_FIELD_PATH_H
#define CW_TRANSFORM_FIELD_PATH_H

#include "connect-worker/connector.h"

struct cw_field_path {
	char *text; /* as it was given */
	struct cw_slice *steps;
	size_t n;
	char *names; /* what the steps point into */
};

/* 0, or -1 with *err set to Kafka's sentence about backticks. Freed with cw_field_path_free(), also after an error. */
int cw_field_path_parse(struct cw_field_path *path, const char *text, bool nested, struct cw_error *err);
void cw_field_path_free(struct cw_field_path *path);

/*
 * The schema at the path's end, *to NULL when there is none. 0, or -1 with *err when a step goes into something that is
 * no struct.
 */
int cw_field_path_schema(const struct cw_field_path *path, const struct cw_schema *schema, const struct cw_schema **to,
			 struct cw_error *err);
/*
 * The value at the path's end in a struct, under the schema found before: null where a struct on the way is. The
 * default values of structs on the way are used, of the last field with_default only. 0 or -1.
 */
int cw_field_path_in_struct(const struct cw_field_path *path, const struct cw_value *value, bool with_default,
			    struct cw_value *out, struct cw_error *err);
/* … and in a schemaless map; null where there is no such entry. */
int cw_field_path_in_map(const struct cw_field_path *path, const struct cw_value *map, struct cw_value *out,
			 struct cw_error *err);

#endif
