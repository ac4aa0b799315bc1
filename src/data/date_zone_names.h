/*
 * date_zone_names - the names of time zones, short and long, as Java 17 has them in English, with what they meant in
 * 2024; and those that mean something else to a process in some place, since Java asks the process's own zone first:
 * CST is China's in Asia/Shanghai and Chicago's elsewhere. Which place it is does not follow from the C library's
 * tzname: Asia/Riyadh has AST in Java only.
 */
#ifndef CW_DATA_DATE_ZONE_NAMES_H
#define CW_DATA_DATE_ZONE_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct cw_date_zone_meaning {
	const char *name; /* NULL: no more */
	int16_t offset;   /* in minutes east of UTC, daylight saving included */
};

extern const struct cw_date_zone_meaning cw_date_zone_names[];
extern const size_t cw_date_zone_names_n;

#define CW_DATE_PLACE_NAMES 4
struct cw_date_zone_place {
	const char *ids; /* of tz's database, between spaces */
	struct cw_date_zone_meaning names[CW_DATE_PLACE_NAMES];
};

/* That of a zone of tz's database; NULL: names mean there what they do everywhere. */
const struct cw_date_zone_place *cw_date_zone_place(const char *id);
/* That of the process's zone: of TZ, or of what /etc/localtime links to. */
const struct cw_date_zone_place *cw_date_zone_here(void);

#endif
