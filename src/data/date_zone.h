/* date_zone - time zones in the text of a date: "+0330", "GMT-3:30", "Z", "PST". Pure. */
#ifndef CW_DATA_DATE_ZONE_H
#define CW_DATA_DATE_ZONE_H

#include <stdint.h>

#include "data/date_text.h"
#include "data/date_zone_names.h"

/* Reads what the letters X (1 to 3 of them) mean: "Z" or a sign and hours, with minutes from two on, ":" with three. */
bool cw_date_zone_iso(struct cw_date_text *text, size_t count, int32_t *offset_ms);
/*
 * Reads what z and Z mean: a name, "GMT" with or without hours and minutes, or "+hhmm". `start` is where the field
 * began, before blanks. Names are read without case, the longest one: of the place (NULL: none) before all others.
 */
bool cw_date_zone_general(struct cw_date_text *text, size_t start, const struct cw_date_zone_place *place,
			  int32_t *offset_ms);

#endif
