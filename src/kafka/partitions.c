#include "kafka/partitions.h"

#include <regex.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/topic_pattern.h"
#include "kafka/client.h"
#include "kafka/list_offsets.h"

static int add_partitions(rd_kafka_topic_partition_list_t *list, const rd_kafka_metadata_topic_t *topic,
			  struct cw_error *err)
{
	switch (topic->err) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
		break;
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION: /* its name */
		return cw_error_set(err, CW_ERR_FATAL, "topic %s: %s", topic->topic, rd_kafka_err2str(topic->err));
	default:
		return cw_error_set(err, CW_ERR_RETRIABLE, "topic %s: %s", topic->topic, rd_kafka_err2str(topic->err));
	}
	for (int i = 0; i < topic->partition_cnt; i++)
		rd_kafka_topic_partition_list_add(list, topic->topic, topic->partitions[i].id)->offset =
			RD_KAFKA_OFFSET_END;
	return 0;
}

/* topic NULL: of all topics. NULL with *err. */
static const rd_kafka_metadata_t *ask_metadata(const struct cw_kafka_asking *asking, rd_kafka_topic_t *topic,
					       struct cw_error *err)
{
	const rd_kafka_metadata_t *md =
		cw_client_metadata(asking->client, topic, cw_clock_ms() + asking->timeout_ms, asking->stop);

	if (!md)
		cw_error_set(err, CW_ERR_RETRIABLE, "no answer within %d ms", asking->timeout_ms);
	return md;
}

static int add_topic(const struct cw_kafka_asking *asking, const char *name, rd_kafka_topic_partition_list_t *list,
		     struct cw_error *err)
{
	rd_kafka_topic_t *topic = rd_kafka_topic_new(asking->client, name, NULL);
	const rd_kafka_metadata_t *md;
	int status = -1;

	if (!topic)
		return cw_error_set(err, CW_ERR_RETRIABLE, "topic %s: %s", name,
				    rd_kafka_err2str(rd_kafka_last_error()));
	md = ask_metadata(asking, topic, err);
	if (md) {
		status = md->topic_cnt == 1 ? add_partitions(list, &md->topics[0], err) : 0;
		rd_kafka_metadata_destroy(md);
	}
	rd_kafka_topic_destroy(topic);
	return status;
}

static int add_matching(const struct cw_kafka_asking *asking, const char *pattern, rd_kafka_topic_partition_list_t *list,
			struct cw_error *err)
{
	const rd_kafka_metadata_t *md = ask_metadata(asking, NULL, err);
	CW_AUTO_FREE char *whole = cw_topic_pattern_whole(pattern);
	int status = 0;
	regex_t regex;

	if (!md)
		return -1;
	if (regcomp(&regex, whole, REG_EXTENDED | REG_NOSUB) == 0) {
		for (int i = 0; i < md->topic_cnt && status == 0; i++)
			if (regexec(&regex, md->topics[i].topic, 0, NULL, 0) == 0)
				status = add_partitions(list, &md->topics[i], err);
		regfree(&regex);
	}
	rd_kafka_metadata_destroy(md);
	return status;
}

int cw_partitions_of_topics(const struct cw_kafka_asking *asking, const struct cw_list *topics, const char *pattern,
			    rd_kafka_topic_partition_list_t *list, struct cw_error *err)
{
	int status = 0;

	for (size_t i = 0; i < topics->n && status == 0; i++)
		status = add_topic(asking, topics->items[i], list, err);
	if (status == 0 && pattern && *pattern)
		status = add_matching(asking, pattern, list, err);
	return status;
}

const rd_kafka_topic_partition_t *cw_partitions_first_missing(const rd_kafka_topic_partition_list_t *partitions,
							      const rd_kafka_topic_partition_list_t *among)
{
	for (int i = 0; i < partitions->cnt; i++)
		if (!rd_kafka_topic_partition_list_find(among, partitions->elems[i].topic, partitions->elems[i].partition))
			return &partitions->elems[i];
	return NULL;
}

/* Where `when` is in each, as in kafka/list_offsets.h. */
static int ask_offsets(const struct cw_kafka_asking *asking, rd_kafka_topic_partition_list_t *list, int64_t when,
		       struct cw_error *err)
{
	rd_kafka_resp_err_t code =
		cw_list_offsets(asking->client, list, when, cw_clock_ms() + asking->timeout_ms, asking->stop);

	if (code)
		return cw_error_set(err, CW_ERR_RETRIABLE, "%s", rd_kafka_err2str(code));
	for (int i = 0; i < list->cnt; i++)
		if (list->elems[i].err)
			return cw_error_set(err, CW_ERR_RETRIABLE, "partition %d of topic %s: %s",
					    (int)list->elems[i].partition, list->elems[i].topic,
					    rd_kafka_err2str(list->elems[i].err));
	return 0;
}

int cw_partitions_set_time(const struct cw_kafka_asking *asking, int64_t epoch_ms,
			   rd_kafka_topic_partition_list_t *list, struct cw_error *err)
{
	return list->cnt > 0 ? ask_offsets(asking, list, epoch_ms, err) : 0;
}

int cw_partitions_set_ends(const struct cw_kafka_asking *asking, rd_kafka_topic_partition_list_t *list,
			   struct cw_error *err)
{
	rd_kafka_topic_partition_list_t *open = rd_kafka_topic_partition_list_new(list->cnt);
	int status, n = 0;

	for (int i = 0; i < list->cnt; i++)
		if (list->elems[i].offset < 0)
			rd_kafka_topic_partition_list_add(open, list->elems[i].topic, list->elems[i].partition);
	status = open->cnt > 0 ? ask_offsets(asking, open, RD_KAFKA_OFFSET_END, err) : 0;
	for (int i = 0; status == 0 && i < list->cnt; i++)
		if (list->elems[i].offset < 0)
			list->elems[i].offset = open->elems[n++].offset;
	rd_kafka_topic_partition_list_destroy(open);
	return status;
}
