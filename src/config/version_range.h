/* version_range - which versions of a plugin will do: "1.2", "latest", "[1.0,2.0)", "(,2.0],[3.0,)". Pure. */
#ifndef CW_CONFIG_VERSION_RANGE_H
#define CW_CONFIG_VERSION_RANGE_H

/* Numbers by their size, "1.0" like "1.0.0", and "1.0-rc1" before "1.0". Below, at or above 0. */
int cw_version_compare(const char *a, const char *b);
/* 1: in the range; 0: not; -1: the range cannot be understood. An empty one and "latest" hold everything. */
int cw_version_in_range(const char *version, const char *range);

#endif
