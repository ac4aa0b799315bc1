#include "convert/schema_parameter.h"

void cw_schema_set_parameter(struct cw_batch *memory, struct cw_schema *schema, struct cw_slice name,
			     struct cw_slice value)
{
	struct cw_parameter *list = (struct cw_parameter *)(uintptr_t)schema->parameters;
	size_t n = schema->n_parameters;

	for (size_t i = 0; i < n; i++)
		if (cw_slice_equal(list[i].name, name)) {
			list[i].value = value;
			return;
		}
	if ((n & (n - 1)) == 0) { /* full: room is a power of two */
		struct cw_parameter *more = cw_batch_alloc(memory, (n ? n * 2 : 1) * sizeof(*more));

		if (n)
			memcpy(more, list, n * sizeof(*more));
		schema->parameters = list = more;
	}
	list[n] = (struct cw_parameter){ .name = name, .value = value };
	schema->n_parameters++;
}
