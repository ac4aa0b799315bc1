/*
 * avro_print - what printing a Connect schema as an Avro schema is made of: names, default values, properties. Used by
 * avro_from_connect.c, internal to both.
 */
#ifndef CW_CONVERT_AVRO_PRINT_H
#define CW_CONVERT_AVRO_PRINT_H

#include "convert/avro_data.h"

/* A named type that has been printed. */
struct cw_avro_named {
	const struct cw_schema *schema;
	char *name; /* with its namespace */
	bool entry; /* of a map: the array around it is not part of it */
};

struct cw_avro_printer {
	const struct cw_avro_config *config;
	struct cw_buf *out;
	struct cw_avro_named *named;
	size_t n_named;
	int unnamed; /* structs without a name, so far */
	int depth;
	const char *space; /* the namespace around */
	struct cw_error *err;
};

/* ,"name":"text" */
void cw_avro_put_property(struct cw_buf *out, const char *name, struct cw_slice text);

/* The name of a struct, enumeration, fixed or map entry, or the next one that is free. New. */
char *cw_avro_name_of(struct cw_avro_printer *p, const struct cw_schema *schema);
/* Where the last part of a name begins. */
size_t cw_avro_simple_at(const char *name);
/* Prints the name of a type that was printed before. False: it was not. */
bool cw_avro_put_known(struct cw_avro_printer *p, const struct cw_schema *schema, bool entry);
/* Begins a named type: {"type":…,"name":…,"namespace":… ; takes the name. */
void cw_avro_begin_named(struct cw_avro_printer *p, const char *type, const struct cw_schema *schema, char *name,
			 bool entry);

/* A default value as JSON; and whether it is one that Avro takes for a field, as the JSON of some is not. */
void cw_avro_put_value(struct cw_avro_printer *p, const struct cw_schema *schema, const struct cw_value *value);
bool cw_avro_valid_default(const struct cw_avro_config *config, const struct cw_schema *schema,
			   const struct cw_value *value);

/* What follows the type's own members. */
void cw_avro_put_properties(struct cw_avro_printer *p, const struct cw_schema *schema);
/* A parameter of a Decimal's schema that is a number. 0, or -1 with the error set. */
int cw_avro_integer_parameter(struct cw_avro_printer *p, const struct cw_schema *schema, const char *name,
			      int64_t otherwise, int64_t *out);

#endif
