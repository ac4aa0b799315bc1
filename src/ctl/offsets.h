/*
 * offsets - a connector's offsets as people write and read them: of a sink "TOPIC:PARTITION" and a number, of a
 * source the JSON objects that its plugin chose. Pure.
 */
#ifndef CW_CTL_OFFSETS_H
#define CW_CTL_OFFSETS_H

#include <stdbool.h>

#include <jansson.h>

char *cw_offsets_partition_text(const json_t *partition); /* new */
char *cw_offsets_offset_text(const json_t *offset);	  /* new; null is "none" */
/* The other way round: new, or NULL when it is neither. */
json_t *cw_offsets_read_partition(const char *text);
/* of_sink: a number is an offset of Kafka. "none" is null: the offset is forgotten. */
json_t *cw_offsets_read_offset(const char *text, bool of_sink);
bool cw_offsets_is_sink(const json_t *partition);
/* The offset of a partition among those of an answer: lent. NULL: it has none. */
const json_t *cw_offsets_find(const json_t *offsets, const json_t *partition);

#endif
