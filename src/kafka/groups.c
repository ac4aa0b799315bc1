#include "kafka/groups.h"

#include <poll.h>
#include <stdint.h>

#include "base/clock.h"

#define COORDINATOR_STEP_MS 200
#define DESCRIBE_MS 5000

static int fail(struct cw_error *err, rd_kafka_resp_err_t code, const char *group, const char *text)
{
	enum cw_error_code class = CW_ERR_FATAL;

	switch (code) {
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
	case RD_KAFKA_RESP_ERR_INVALID_REQUEST:
	case RD_KAFKA_RESP_ERR__INVALID_ARG: class = CW_ERR_INVALID; break;
	case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID: /* what a group with members answers to a stranger's commit */
	case RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP:
	case RD_KAFKA_RESP_ERR_GROUP_SUBSCRIBED_TO_TOPIC:
	case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
		return cw_error_set(err, CW_ERR_CONFLICT, "the consumer group %s still has members", group);
	case RD_KAFKA_RESP_ERR__TIMED_OUT:
	case RD_KAFKA_RESP_ERR__TRANSPORT:
	case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
	case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
	case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
	case RD_KAFKA_RESP_ERR_NOT_COORDINATOR: class = CW_ERR_RETRIABLE; break;
	default: break;
	}
	return cw_error_set(err, class, "%s", text && *text ? text : rd_kafka_err2str(code));
}

/* The result of an admin request that `start` makes; NULL with *err, and the reason in *code, if it is asked for. */
static rd_kafka_event_t *ask(rd_kafka_t *client, rd_kafka_admin_op_t op, const char *group, int timeout_ms,
			     void (*start)(rd_kafka_t *client, void *request, const rd_kafka_AdminOptions_t *options,
					   rd_kafka_queue_t *queue),
			     void *request, rd_kafka_resp_err_t *code, struct cw_error *err)
{
	rd_kafka_resp_err_t failure;
	rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(client, op);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
	rd_kafka_event_t *event;
	char text[200];

	rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, text, sizeof(text));
	start(client, request, options, queue);
	event = rd_kafka_queue_poll(queue, timeout_ms + 1000);
	failure = event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
	if (failure)
		fail(err, failure, group, event ? rd_kafka_event_error_string(event) : NULL);
	if (event && failure) {
		rd_kafka_event_destroy(event);
		event = NULL;
	}
	if (code)
		*code = failure;
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_queue_destroy(queue);
	return event;
}

/* Whether one group's result is an error, with *err set. */
static bool failed(const rd_kafka_group_result_t *result, const char *group, struct cw_error *err)
{
	const rd_kafka_error_t *error = result ? rd_kafka_group_result_error(result) : NULL;

	if (error)
		fail(err, rd_kafka_error_code(error), group, rd_kafka_error_string(error));
	return error != NULL;
}

/* ---- the coordinator ----------------------------------------------------------------------------- */

static void start_describe(rd_kafka_t *client, void *request, const rd_kafka_AdminOptions_t *options,
			   rd_kafka_queue_t *queue)
{
	const char *one = request;

	rd_kafka_DescribeConsumerGroups(client, &one, 1, options, queue);
}

/* What keeps the group's coordinator from answering for it. */
static rd_kafka_resp_err_t describe(rd_kafka_t *client, const char *group, int timeout_ms)
{
	struct cw_error err = { 0 };
	rd_kafka_resp_err_t code;
	rd_kafka_event_t *event = ask(client, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, group, timeout_ms, start_describe,
				      (void *)(uintptr_t)group, &code, &err);
	const rd_kafka_ConsumerGroupDescription_t **groups;
	const rd_kafka_error_t *error;
	size_t n = 0;

	if (!event)
		return code;
	groups = rd_kafka_DescribeConsumerGroups_result_groups(rd_kafka_event_DescribeConsumerGroups_result(event), &n);
	error = n == 1 ? rd_kafka_ConsumerGroupDescription_error(groups[0]) : NULL;
	code = error ? rd_kafka_error_code(error) : RD_KAFKA_RESP_ERR_NO_ERROR;
	rd_kafka_event_destroy(event);
	return code;
}

static bool is_loading(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS || code == RD_KAFKA_RESP_ERR_NOT_COORDINATOR ||
	       code == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE;
}

/*
 * Until the coordinator has loaded what it knows of the group, as after a start of the brokers: librdkafka 2.0 crashes on
 * what such a one answers to a request for offsets. What else is wrong, that request will say; the embedded broker has
 * no descriptions of groups.
 */
static int wait_for_coordinator(rd_kafka_t *client, const char *group, int timeout_ms, struct cw_error *err)
{
	int64_t deadline_ms = cw_clock_ms() + timeout_ms;
	rd_kafka_resp_err_t code;

	while (is_loading(code = describe(client, group, timeout_ms < DESCRIBE_MS ? timeout_ms : DESCRIBE_MS))) {
		if (cw_clock_ms() + COORDINATOR_STEP_MS >= deadline_ms)
			return fail(err, code, group, NULL);
		poll(NULL, 0, COORDINATOR_STEP_MS);
	}
	return 0;
}

/* ---- listing ------------------------------------------------------------------------------------- */

static void start_list(rd_kafka_t *client, void *request, const rd_kafka_AdminOptions_t *options,
		       rd_kafka_queue_t *queue)
{
	rd_kafka_ListConsumerGroupOffsets_t *one = request;

	rd_kafka_ListConsumerGroupOffsets(client, &one, 1, options, queue);
}

rd_kafka_topic_partition_list_t *cw_group_offsets(rd_kafka_t *client, const char *group, int timeout_ms,
						  struct cw_error *err)
{
	rd_kafka_ListConsumerGroupOffsets_t *request;
	rd_kafka_topic_partition_list_t *offsets = NULL;
	const rd_kafka_group_result_t **results;
	rd_kafka_event_t *event;
	size_t n = 0;

	if (wait_for_coordinator(client, group, timeout_ms, err) != 0)
		return NULL;
	request = rd_kafka_ListConsumerGroupOffsets_new(group, NULL);
	event = ask(client, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, group, timeout_ms, start_list, request, NULL, err);
	rd_kafka_ListConsumerGroupOffsets_destroy(request);
	if (!event)
		return NULL;
	results = rd_kafka_ListConsumerGroupOffsets_result_groups(rd_kafka_event_ListConsumerGroupOffsets_result(event),
								  &n);
	if (n == 1 && !failed(results[0], group, err)) {
		offsets = rd_kafka_topic_partition_list_copy(rd_kafka_group_result_partitions(results[0]));
		rd_kafka_topic_partition_list_sort(offsets, NULL, NULL);
	}
	rd_kafka_event_destroy(event);
	return offsets;
}

/* ---- altering ------------------------------------------------------------------------------------ */

static void start_alter(rd_kafka_t *client, void *request, const rd_kafka_AdminOptions_t *options,
			rd_kafka_queue_t *queue)
{
	rd_kafka_AlterConsumerGroupOffsets_t *one = request;

	rd_kafka_AlterConsumerGroupOffsets(client, &one, 1, options, queue);
}

/* The first partition that was refused. */
static int check_partitions(const rd_kafka_topic_partition_list_t *partitions, const char *group, struct cw_error *err)
{
	for (int i = 0; partitions && i < partitions->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &partitions->elems[i];
		struct cw_error one = { 0 };

		if (!p->err)
			continue;
		fail(&one, p->err, group, NULL);
		return cw_error_set(err, one.code, "partition %d of topic %s: %s", (int)p->partition, p->topic, one.text);
	}
	return 0;
}

static int set_offsets(rd_kafka_t *client, const char *group, const rd_kafka_topic_partition_list_t *offsets,
		       int timeout_ms, struct cw_error *err)
{
	rd_kafka_AlterConsumerGroupOffsets_t *request = rd_kafka_AlterConsumerGroupOffsets_new(group, offsets);
	rd_kafka_event_t *event =
		ask(client, RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, group, timeout_ms, start_alter, request, NULL, err);
	const rd_kafka_group_result_t **results;
	size_t n = 0;
	int status = -1;

	rd_kafka_AlterConsumerGroupOffsets_destroy(request);
	if (!event)
		return -1;
	results = rd_kafka_AlterConsumerGroupOffsets_result_groups(
		rd_kafka_event_AlterConsumerGroupOffsets_result(event), &n);
	if (n == 1 && !failed(results[0], group, err))
		status = check_partitions(rd_kafka_group_result_partitions(results[0]), group, err);
	rd_kafka_event_destroy(event);
	return status;
}

static void start_forget(rd_kafka_t *client, void *request, const rd_kafka_AdminOptions_t *options,
			 rd_kafka_queue_t *queue)
{
	rd_kafka_DeleteConsumerGroupOffsets_t *one = request;

	rd_kafka_DeleteConsumerGroupOffsets(client, &one, 1, options, queue);
}

static int forget_offsets(rd_kafka_t *client, const char *group, const rd_kafka_topic_partition_list_t *partitions,
			  int timeout_ms, struct cw_error *err)
{
	rd_kafka_DeleteConsumerGroupOffsets_t *request = rd_kafka_DeleteConsumerGroupOffsets_new(group, partitions);
	rd_kafka_event_t *event =
		ask(client, RD_KAFKA_ADMIN_OP_DELETECONSUMERGROUPOFFSETS, group, timeout_ms, start_forget, request, NULL, err);
	const rd_kafka_group_result_t **results;
	size_t n = 0;
	int status = -1;

	rd_kafka_DeleteConsumerGroupOffsets_destroy(request);
	if (!event)
		return -1;
	results = rd_kafka_DeleteConsumerGroupOffsets_result_groups(
		rd_kafka_event_DeleteConsumerGroupOffsets_result(event), &n);
	if (n == 1 && !failed(results[0], group, err))
		status = check_partitions(rd_kafka_group_result_partitions(results[0]), group, err);
	rd_kafka_event_destroy(event);
	return status;
}

int cw_group_alter_offsets(rd_kafka_t *client, const char *group, const rd_kafka_topic_partition_list_t *offsets,
			   int timeout_ms, struct cw_error *err)
{
	rd_kafka_topic_partition_list_t *set = rd_kafka_topic_partition_list_new(offsets->cnt);
	rd_kafka_topic_partition_list_t *forget = rd_kafka_topic_partition_list_new(offsets->cnt);
	int status = 0;

	for (int i = 0; i < offsets->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &offsets->elems[i];

		rd_kafka_topic_partition_list_add(p->offset < 0 ? forget : set, p->topic, p->partition)->offset = p->offset;
	}
	if (set->cnt)
		status = set_offsets(client, group, set, timeout_ms, err);
	if (status == 0 && forget->cnt)
		status = forget_offsets(client, group, forget, timeout_ms, err);
	rd_kafka_topic_partition_list_destroy(set);
	rd_kafka_topic_partition_list_destroy(forget);
	return status;
}

/* ---- deleting ------------------------------------------------------------------------------------ */

static void start_delete(rd_kafka_t *client, void *request, const rd_kafka_AdminOptions_t *options,
			 rd_kafka_queue_t *queue)
{
	rd_kafka_DeleteGroup_t *one = request;

	rd_kafka_DeleteGroups(client, &one, 1, options, queue);
}

int cw_group_delete(rd_kafka_t *client, const char *group, int timeout_ms, struct cw_error *err)
{
	rd_kafka_DeleteGroup_t *request = rd_kafka_DeleteGroup_new(group);
	rd_kafka_event_t *event =
		ask(client, RD_KAFKA_ADMIN_OP_DELETEGROUPS, group, timeout_ms, start_delete, request, NULL, err);
	const rd_kafka_group_result_t **results;
	const rd_kafka_error_t *error;
	size_t n = 0;
	int status = 0;

	rd_kafka_DeleteGroup_destroy(request);
	if (!event)
		return -1;
	results = rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event), &n);
	error = n == 1 ? rd_kafka_group_result_error(results[0]) : NULL;
	if (error && rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND)
		status = fail(err, rd_kafka_error_code(error), group, rd_kafka_error_string(error));
	rd_kafka_event_destroy(event);
	return status;
}
