#include "convert/json_shape.h"

/* Longer ones are not worth it. */
#define TEXT_MAX 128u

void cw_json_shape_learn(struct cw_json_shape *shape, size_t i, struct cw_slice text, struct cw_slice name)
{
	size_t before = i > 0 ? 2 : 1;

	if (i > shape->n)
		return;
	shape->n = i;
	shape->text.n = i > 0 ? shape->members[i - 1].at + shape->members[i - 1].n : 0;
	/* Blanks or escapes come and go. */
	if (i == CW_JSON_SHAPE_MAX || text.n > TEXT_MAX || name.p != text.p + before || text.n != before + name.n + 2)
		return;
	shape->members[i].at = (uint32_t)shape->text.n;
	shape->members[i].n = (uint32_t)text.n;
	cw_buf_append(&shape->text, text.p, text.n);
	shape->n = i + 1;
}

void cw_json_shape_free(struct cw_json_shape *shape)
{
	cw_buf_free(&shape->text);
	shape->n = 0;
}
