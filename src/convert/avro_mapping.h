/*
 * avro_mapping - what is at hand while Avro schemas become Connect's. Internal to avro_to_connect.c and
 * avro_annotate.c.
 */
#ifndef CW_CONVERT_AVRO_MAPPING_H
#define CW_CONVERT_AVRO_MAPPING_H

#include "convert/avro_data.h"
#include "data/seen.h"

/* A use of a record inside itself: it shares the fields, and becomes a copy once the record is done. */
struct cw_avro_cycle {
	struct cw_avro_cycle *next;
	const struct cw_schema *record;
	struct cw_schema *copy;
};

/* A record that is being mapped, and those around it. */
struct cw_avro_open {
	const struct cw_avro_open *outer;
	const struct cw_avro_schema *avro;
	const struct cw_schema *schema;
};

struct cw_avro_mapping {
	struct cw_batch *memory;
	const struct cw_avro_config *config;
	const struct cw_avro_open *open;
	struct cw_seen done[2]; /* Avro's schema to Connect's, required and optional */
	struct cw_avro_cycle *cycles;
	int depth, unions;
	struct cw_error *err;
};

/* What the place where a schema is used adds to it. */
struct cw_avro_use {
	bool optional;
	const json_t *default_value; /* NULL: none */
	struct cw_slice doc;         /* p is NULL: none */
	int32_t version;             /* 0: none */
};

/* Two texts put together, and a number's text, in the memory. */
struct cw_slice cw_avro_join(struct cw_avro_mapping *m, const char *first, struct cw_slice second);
struct cw_slice cw_avro_number(struct cw_avro_mapping *m, int64_t n);
/* Whether documentation of types is kept in parameters. */
bool cw_avro_keeps_docs(const struct cw_avro_mapping *m);

/*
 * Gives a schema what Avro keeps in properties: documentation, version, parameters, name and default value, and the
 * logical type that follows from its name. 0, or -1 with the error set.
 */
int cw_avro_annotate(struct cw_avro_mapping *m, const struct cw_avro_schema *avro, const struct cw_avro_use *use,
		     struct cw_schema *schema);

#endif
