/*
 * values_merge - the one schema for all elements of an array or map that was read from text, and making them fit it, as
 * Kafka Connect's Values does.
 */
#ifndef CW_DATA_VALUES_MERGE_H
#define CW_DATA_VALUES_MERGE_H

#include "connect-worker/connector.h"

/* Start as { 0 }. */
struct cw_merge {
	const struct cw_schema *common; /* NULL: none yet, or, when `apart`, none at all */
	bool apart;
};

/* Takes one more value into account; nulls fit everything. */
void cw_merge_add(struct cw_merge *merge, const struct cw_value *value);

/* Makes a value one of the schema. -1 when it cannot be. */
int cw_merge_align(struct cw_value *value, const struct cw_schema *to);

#endif
