/*
 * letters_found - which dead letters are in their topic already, so that a record that is read again after a crash does
 * not become a second letter.
 *
 * With each offset a sink commits, as its metadata, a mark: how far every partition of the dead letter topic went when
 * the first record was read that the commit does not cover. The letters of records that are not covered are behind it,
 * so only that part of the topic is read. A commit without a mark (of another program, or none) lets all of it be read, but
 * for partitions that hold no record.
 *
 * A letter is known by its context headers, its bytes and its timestamp. Belongs to the task's thread.
 */
#ifndef CW_HOST_LETTERS_FOUND_H
#define CW_HOST_LETTERS_FOUND_H

#include <librdkafka/rdkafka.h>

#include "host/batch.h"
#include "host/task.h"

/* More than that are not remembered: 24 bytes each. */
#define CW_LETTERS_FOUND_MAX 200000u

struct cw_letter_found {
	uint64_t hash; /* of key, value and timestamp */
	int64_t offset;
	int32_t place; /* of its partition in `committed` */
};

struct cw_letters_found {
	struct cw_letter_found *items; /* sorted once all are there */
	size_t n, cap;
	rd_kafka_topic_partition_list_t *committed; /* offset: what is committed, or less than 0; metadata: the mark */
	const char *connector;
};

/* "letters 0=12 1=5": new; NULL when it would be too long for Kafka. */
char *cw_letters_mark(const int64_t *next, int n);
/* What a mark says of a partition; 0 for a partition that it does not name, and without a mark. */
int64_t cw_letters_mark_of(const char *mark, size_t n, int32_t partition);

/* What is looked for, on whose behalf and for how long. */
struct cw_letters_looking {
	const struct cw_task *task;
	const char *topic;                           /* of the letters */
	rd_kafka_t *consumer;                        /* whose group has committed offsets */
	const rd_kafka_topic_partition_list_t *assigned; /* the partitions that it reads */
	int64_t deadline_ms;                         /* monotonic */
};

/*
 * Looks for letters of records of these partitions that are not committed, and forgets what was found before. 0, or -1
 * with *err set (CW_ERR_RETRIABLE when it may succeed later): then some may be found nevertheless.
 */
int cw_letters_look(struct cw_letters_found *found, const struct cw_letters_looking *looking, struct cw_error *err);
bool cw_letters_have(const struct cw_letters_found *found, const struct cw_original *original);
void cw_letters_found_free(struct cw_letters_found *found);

#endif
