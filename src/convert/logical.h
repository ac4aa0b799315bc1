/* logical - the logical types of schemas that have only their names, as those from registries may. */
#ifndef CW_CONVERT_LOGICAL_H
#define CW_CONVERT_LOGICAL_H

#include "connect-worker/connector.h"

/* Gives a schema whose name is that of a logical type, and whose type is the one that carries it, the logical type. */
void cw_make_logical(struct cw_schema *schema);

#endif
