/* schema_parameter - adds parameters to a schema that is being made. */
#ifndef CW_CONVERT_SCHEMA_PARAMETER_H
#define CW_CONVERT_SCHEMA_PARAMETER_H

#include "connect-worker/connector.h"

/* Adds the parameter, or replaces its value. The schema's parameters must all have come to it this way. */
void cw_schema_set_parameter(struct cw_batch *memory, struct cw_schema *schema, struct cw_slice name,
			     struct cw_slice value);

#endif
