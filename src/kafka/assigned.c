#include "kafka/assigned.h"

#include <stdint.h>
#include <string.h>

#define TOPIC_NAME_MAX 249

/* ---- one member ---------------------------------------------------------------------------------- */

struct bytes {
	const unsigned char *at;
	size_t left;
};

/* A big-endian number of this many bytes; -1, too, when there are not so many. */
static int32_t take_number(struct bytes *b, size_t n)
{
	uint32_t value = 0;

	if (b->left < n)
		return -1;
	for (size_t i = 0; i < n; i++)
		value = value << 8 | b->at[i];
	b->at += n;
	b->left -= n;
	return n == 2 ? (int16_t)value : (int32_t)value;
}

static int take_name(struct bytes *b, char name[static TOPIC_NAME_MAX + 1])
{
	int32_t n = take_number(b, 2);

	if (n < 0 || n > TOPIC_NAME_MAX || (size_t)n > b->left)
		return -1;
	memcpy(name, b->at, (size_t)n);
	name[n] = '\0';
	b->at += n;
	b->left -= (size_t)n;
	return 0;
}

static int take_topic(struct bytes *b, rd_kafka_topic_partition_list_t *list)
{
	char name[TOPIC_NAME_MAX + 1];
	int32_t n;

	if (take_name(b, name) != 0)
		return -1;
	n = take_number(b, 4);
	if (n < 0 || (size_t)n > b->left / 4)
		return -1;
	for (int32_t i = 0; i < n; i++)
		rd_kafka_topic_partition_list_add(list, name, take_number(b, 4));
	return 0;
}

int cw_assigned_parse(const void *bytes, size_t n, rd_kafka_topic_partition_list_t *list)
{
	struct bytes b = { bytes, n };
	int32_t version, topics;

	if (n == 0)
		return 0;
	version = take_number(&b, 2);
	topics = take_number(&b, 4);
	if (version < 0 || topics < 0)
		return -1;
	for (int32_t i = 0; i < topics; i++)
		if (take_topic(&b, list) != 0)
			return -1;
	return 0; /* what follows is the assignor's */
}

/* ---- all of them --------------------------------------------------------------------------------- */

static rd_kafka_topic_partition_list_t *assigned_in(const struct rd_kafka_group_info *info, struct cw_error *err)
{
	rd_kafka_topic_partition_list_t *list;

	if (info->err || strcmp(info->state, "Stable") != 0) {
		cw_error_set(err, CW_ERR_RETRIABLE, "the consumer group %s is not stable: %s", info->group,
			     info->err ? rd_kafka_err2str(info->err) : info->state);
		return NULL;
	}
	list = rd_kafka_topic_partition_list_new(info->member_cnt);
	for (int i = 0; i < info->member_cnt; i++) {
		const struct rd_kafka_group_member_info *member = &info->members[i];

		if (cw_assigned_parse(member->member_assignment, (size_t)member->member_assignment_size, list) == 0)
			continue;
		cw_error_set(err, CW_ERR_RETRIABLE, "what the member %s of the consumer group %s has is written in an unknown form",
			     member->member_id, info->group);
		rd_kafka_topic_partition_list_destroy(list);
		return NULL;
	}
	return list;
}

/*
 * Not by rd_kafka_DescribeConsumerGroups(): librdkafka 2.0 aborts the process when the answer to that comes after the
 * time is over.
 */
rd_kafka_topic_partition_list_t *cw_group_assigned(rd_kafka_t *client, const char *group, int timeout_ms,
						   struct cw_error *err)
{
	const struct rd_kafka_group_list *groups = NULL;
	rd_kafka_topic_partition_list_t *list = NULL;
	rd_kafka_resp_err_t error = rd_kafka_list_groups(client, group, &groups, timeout_ms);

	/* With _PARTIAL some of the brokers have not answered in time; one that cannot be reached makes it another error. */
	if (groups && groups->group_cnt == 1 && (!error || error == RD_KAFKA_RESP_ERR__PARTIAL))
		list = assigned_in(&groups->groups[0], err);
	else
		cw_error_set(err, CW_ERR_RETRIABLE, "no broker tells of the consumer group %s: %s", group,
			     rd_kafka_err2str(error));
	if (groups)
		rd_kafka_group_list_destroy(groups);
	return list;
}
