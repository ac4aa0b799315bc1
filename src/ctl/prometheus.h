/* prometheus - reads the text format of /metrics, sample by sample. Pure. */
#ifndef CW_CTL_PROMETHEUS_H
#define CW_CTL_PROMETHEUS_H

#include "base/map.h"

/* A sample; name and labels are lent for the call. */
typedef void (*cw_prometheus_fn)(const char *name, const struct cw_map *labels, double value, void *arg);

/* 0, or the number of the first line that is not of the format (the samples before it were given). */
int cw_prometheus_parse(const char *text, cw_prometheus_fn fn, void *arg);

#endif
