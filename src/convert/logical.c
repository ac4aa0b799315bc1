#include "convert/logical.h"

#include "convert/json_names.h"
#include "data/schema.h"

void cw_make_logical(struct cw_schema *schema)
{
	enum cw_type logical = cw_json_logical_name(schema->name);

	if (logical != CW_NULL && cw_type_physical(logical) == schema->type)
		schema->type = (uint8_t)logical;
}
