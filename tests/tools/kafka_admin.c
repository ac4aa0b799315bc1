/* kafka_admin - the part of kafka_tool that changes a cluster, and looks at what its topics are like. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kafka_tool.h"

static int number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end || end == text || n < 1 || n > 10000)
		die("%s is no number of partitions", text);
	return (int)n;
}

/* Waits for the one result of an admin request; errors[] is what the request's kind of result holds. */
static void admin_finish(rd_kafka_event_t *event)
{
	const rd_kafka_topic_result_t **results = NULL;
	size_t n = 0;

	if (!event)
		die("no answer from the broker");
	if (rd_kafka_event_error(event))
		die("%s", rd_kafka_event_error_string(event));
	switch (rd_kafka_event_type(event)) {
	case RD_KAFKA_EVENT_CREATETOPICS_RESULT:
		results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
		break;
	case RD_KAFKA_EVENT_CREATEPARTITIONS_RESULT:
		results = rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event), &n);
		break;
	case RD_KAFKA_EVENT_DELETETOPICS_RESULT:
		results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &n);
		break;
	case RD_KAFKA_EVENT_CREATEACLS_RESULT:
	case RD_KAFKA_EVENT_DELETEACLS_RESULT:
		break;
	default:
		die("unexpected answer %s", rd_kafka_event_name(event));
	}
	for (size_t i = 0; i < n; i++)
		if (rd_kafka_topic_result_error(results[i]))
			die("%s: %s", rd_kafka_topic_result_name(results[i]), rd_kafka_topic_result_error_string(results[i]));
	rd_kafka_event_destroy(event);
}

static void create_topic(rd_kafka_t *rk, rd_kafka_queue_t *queue, char **args, int n_args)
{
	char text[512];
	rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(args[0], number(args[1]), 1, text, sizeof(text));

	if (!topic)
		die("%s", text);
	for (int i = 2; i < n_args; i++) {
		char *value = strchr(args[i], '=');

		if (!value)
			usage();
		*value++ = '\0';
		rd_kafka_NewTopic_set_config(topic, args[i], value);
	}
	rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
	admin_finish(rd_kafka_queue_poll(queue, TIMEOUT_MS));
	rd_kafka_NewTopic_destroy(topic);
}

static void add_partitions(rd_kafka_t *rk, rd_kafka_queue_t *queue, const char *name, const char *total)
{
	char text[512];
	rd_kafka_NewPartitions_t *parts = rd_kafka_NewPartitions_new(name, (size_t)number(total), text, sizeof(text));

	if (!parts)
		die("%s", text);
	rd_kafka_CreatePartitions(rk, &parts, 1, NULL, queue);
	admin_finish(rd_kafka_queue_poll(queue, TIMEOUT_MS));
	rd_kafka_NewPartitions_destroy(parts);
}

static void delete_topic(rd_kafka_t *rk, rd_kafka_queue_t *queue, const char *name)
{
	rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(name);

	rd_kafka_DeleteTopics(rk, &topic, 1, NULL, queue);
	admin_finish(rd_kafka_queue_poll(queue, TIMEOUT_MS));
	rd_kafka_DeleteTopic_destroy(topic);
}

void admin(rd_kafka_conf_t *conf, const char *command, char **args, int n_args)
{
	rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, conf);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);

	if (strcmp(command, "partitions") == 0)
		add_partitions(rk, queue, args[0], args[1]);
	if (strcmp(command, "delete") == 0 || strcmp(command, "remake") == 0)
		delete_topic(rk, queue, args[0]);
	if (strcmp(command, "create") == 0 || strcmp(command, "remake") == 0)
		create_topic(rk, queue, args, n_args);
	rd_kafka_queue_destroy(queue);
	rd_kafka_destroy(rk);
}

static void print_settings(const rd_kafka_ConfigResource_t *resource, char **args, int n_args)
{
	size_t n;
	const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &n);

	for (int k = 1; k < n_args; k++)
		for (size_t i = 0; i < n; i++)
			if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), args[k]) == 0)
				printf("%s=%s\n", args[k], rd_kafka_ConfigEntry_value(entries[i]));
}

void settings(rd_kafka_conf_t *conf, char **args, int n_args)
{
	rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, conf);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	rd_kafka_ConfigResource_t *topic = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, args[0]);
	const rd_kafka_ConfigResource_t **found;
	rd_kafka_event_t *event;
	size_t n = 0;

	rd_kafka_DescribeConfigs(rk, &topic, 1, NULL, queue);
	event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
	if (!event || rd_kafka_event_error(event))
		die("%s", event ? rd_kafka_event_error_string(event) : "no answer from the broker");
	found = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &n);
	if (n != 1 || rd_kafka_ConfigResource_error(found[0]))
		die("%s: %s", args[0], n ? rd_kafka_ConfigResource_error_string(found[0]) : "no such topic");
	print_settings(found[0], args, n_args);
	rd_kafka_event_destroy(event);
	rd_kafka_ConfigResource_destroy(topic);
	rd_kafka_queue_destroy(queue);
	rd_kafka_destroy(rk);
}

/* ---- who may do what ---- */

static rd_kafka_AclBinding_t *binding(rd_kafka_ResourceType_t type, const char *name,
				      rd_kafka_ResourcePatternType_t pattern, const char *principal,
				      rd_kafka_AclOperation_t operation, rd_kafka_AclPermissionType_t permission)
{
	char text[512];
	rd_kafka_AclBinding_t *made = rd_kafka_AclBinding_new(type, name, pattern, principal, "*", operation, permission, text,
							      sizeof(text));

	if (!made)
		die("%s", text);
	return made;
}

void restrict_user(rd_kafka_conf_t *conf, const char *user, const char *prefix)
{
	rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, conf);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	rd_kafka_AclBinding_t *acls[2];
	char principal[256];

	snprintf(principal, sizeof(principal), "User:%s", user);
	acls[0] = binding(RD_KAFKA_RESOURCE_TOPIC, prefix, RD_KAFKA_RESOURCE_PATTERN_PREFIXED, principal,
			  RD_KAFKA_ACL_OPERATION_WRITE, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW);
	acls[1] = binding(RD_KAFKA_RESOURCE_BROKER, "kafka-cluster", RD_KAFKA_RESOURCE_PATTERN_LITERAL, principal,
			  RD_KAFKA_ACL_OPERATION_CREATE, RD_KAFKA_ACL_PERMISSION_TYPE_DENY);
	rd_kafka_CreateAcls(rk, acls, 2, NULL, queue);
	admin_finish(rd_kafka_queue_poll(queue, TIMEOUT_MS));
	rd_kafka_AclBinding_destroy_array(acls, 2);
	rd_kafka_queue_destroy(queue);
	rd_kafka_destroy(rk);
}

void release_user(rd_kafka_conf_t *conf, const char *user)
{
	rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, conf);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	rd_kafka_AclBindingFilter_t *all;
	char principal[256], text[512];

	snprintf(principal, sizeof(principal), "User:%s", user);
	all = rd_kafka_AclBindingFilter_new(RD_KAFKA_RESOURCE_ANY, NULL, RD_KAFKA_RESOURCE_PATTERN_ANY, principal, NULL,
					    RD_KAFKA_ACL_OPERATION_ANY, RD_KAFKA_ACL_PERMISSION_TYPE_ANY, text, sizeof(text));
	if (!all)
		die("%s", text);
	rd_kafka_DeleteAcls(rk, &all, 1, NULL, queue);
	admin_finish(rd_kafka_queue_poll(queue, TIMEOUT_MS));
	rd_kafka_AclBinding_destroy(all);
	rd_kafka_queue_destroy(queue);
	rd_kafka_destroy(rk);
}
