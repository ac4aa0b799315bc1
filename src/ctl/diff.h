/* diff - what is between two flat configs, key by key: "+ a=1", "- b=2", "~ c=3 → 4". Pure. */
#ifndef CW_CTL_DIFF_H
#define CW_CTL_DIFF_H

#include <stdbool.h>

#include <jansson.h>

#include "base/buf.h"

/* Each line after two blanks. How many there are; NULL is an empty config. */
size_t cw_diff_put(struct cw_buf *out, bool colors, const json_t *before, const json_t *after);
/* Of a change that is known to be one: what shows nowhere in it is a hidden value. */
void cw_diff_put_change(struct cw_buf *out, bool colors, const json_t *before, const json_t *after);

#endif
