/* screen - what of a text a terminal shows at once. Pure. */
#ifndef CW_CTL_SCREEN_H
#define CW_CTL_SCREEN_H

#include <stddef.h>

#include "base/buf.h"

/*
 * The text (lines that end with "\n", colors in them) as at most `rows` lines of at most `columns` characters; where it
 * has more lines, the last one says how many are not there. rows 0: any number. columns 0: any width.
 */
void cw_screen_put(struct cw_buf *out, const char *text, size_t rows, size_t columns);

#endif
