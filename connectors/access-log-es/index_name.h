/*
 * index_name - names made of text, %{topic}, %{key}, %{[field]} and %{+yyyy.MM.dd} for the event's time in UTC: the
 * `index` setting, and `routing`, which may be any text.
 *
 * Compiled once, pure. The letters of the date are those of Joda time as Logstash and Filebeat users
 * know them: yyyy yy MM dd HH mm ss DDD, and xxxx with ww for the week of the year; [a][b] is the field b of the
 * field a, as there.
 */
#ifndef CW_ACCESS_LOG_INDEX_NAME_H
#define CW_ACCESS_LOG_INDEX_NAME_H

#include "connect-worker/connector.h"

#define CW_INDEX_NAME_MAX 255
#define CW_INDEX_FIELDS_MAX 8

struct cw_index_name;

/* NULL with *err set to the reason. Freed with cw_index_name_free(). */
struct cw_index_name *cw_index_name_compile(const char *spec, struct cw_error *err);
/* The same for `routing`: nothing is refused or replaced for what index names may not have. */
struct cw_index_name *cw_index_name_compile_routing(const char *spec, struct cw_error *err);
void cw_index_name_free(struct cw_index_name *name);

/* Seconds for which a topic's index stays the same; 0: for ever. */
int64_t cw_index_name_unit_s(const struct cw_index_name *name);
bool cw_index_name_uses_topic(const struct cw_index_name *name);

/* How many values of the record are part of it, and which: "[a][b]", or empty for the record's key. */
size_t cw_index_name_fields(const struct cw_index_name *name);
struct cw_slice cw_index_name_field(const struct cw_index_name *name, size_t i);
/* "index" or "routing". */
const char *cw_index_name_key(const struct cw_index_name *name);

/*
 * The index for an event, which is UTF-8 whatever it is made of: ASCII lower-cased, what an index name may not have in a
 * topic or value replaced by '_', and left out at its start as '-', '_', '+' and '.' are, cut between characters at
 * CW_INDEX_NAME_MAX bytes. values: those of its fields. Returns the length; out has room for CW_INDEX_NAME_MAX + 1 and is
 * terminated. Of a routing nothing is replaced.
 */
size_t cw_index_name_render(const struct cw_index_name *name, struct cw_slice topic, const struct cw_slice *values,
			    int64_t epoch_s, char *out);

/*
 * The pattern of all the indices for an index template: '*' for what changes. With `topic` its name
 * stands in it, with an empty slice '*' does. Same bounds as above. Returns how many characters come
 * before the first '*'.
 */
size_t cw_index_name_pattern(const struct cw_index_name *name, struct cw_slice topic, char *out);

#endif
