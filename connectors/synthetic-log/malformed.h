/* malformed - breaks a valid line in one of the ways that logs are broken in. */
#ifndef CW_SYNTHETIC_MALFORMED_H
#define CW_SYNTHETIC_MALFORMED_H

#include "generator.h"

/* line: n bytes, in a buffer of CW_SYNTHETIC_LINE_MAX. `draw` decides where. Returns the new length. */
size_t cw_malform(enum cw_malformed kind, enum cw_line_format format, uint64_t draw, char *line, size_t n);

#endif
