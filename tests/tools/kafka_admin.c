/* What kafka_tool changes in a cluster, and what its topics are set to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

#define BROKERS 3 /* of tests/stack: kafka-1, kafka-2 and kafka-3 */

/* What a request of this file needs while it is asked and answered. */
struct request {
	rd_kafka_t *client;
	rd_kafka_queue_t *queue;
	char **args;
	int n_args;
	bool deleted; /* the topic, just now */
};

static int number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end || end == text || n < 1 || n > 10000)
		tool_die("%s is no number of partitions or replicas", text);
	return (int)n;
}

/* KEY=VALUE: its value, and the key ends before it. */
static char *value_of(char *setting)
{
	char *value = strchr(setting, '=');

	if (!value)
		tool_die("%s is no KEY=VALUE", setting);
	*value = '\0';
	return value + 1;
}

/* The one answer. */
static rd_kafka_event_t *answer(struct request *r)
{
	rd_kafka_event_t *event = rd_kafka_queue_poll(r->queue, TOOL_TIMEOUT_MS);

	if (!event)
		tool_die("no answer from the broker");
	if (rd_kafka_event_error(event))
		tool_die("%s", rd_kafka_event_error_string(event));
	return event;
}

static void check_topic(const rd_kafka_topic_result_t **results)
{
	if (rd_kafka_topic_result_error(results[0]))
		tool_die("%s: %s", rd_kafka_topic_result_name(results[0]), rd_kafka_topic_result_error_string(results[0]));
}

/*
 * The partitions take turns on the brokers 1, 2 and 3, and followers are on those after the leader: so a broker
 * that leads several leads nothing but what is on the same brokers.
 */
static void assign(rd_kafka_NewTopic_t *topic, int partitions, int replicas)
{
	char text[512];

	if (replicas > BROKERS)
		tool_die("there are %d brokers for replicas", BROKERS);
	for (int32_t p = 0; p < partitions; p++) {
		int32_t brokers[BROKERS];

		for (int32_t i = 0; i < replicas; i++)
			brokers[i] = (p + i) % BROKERS + 1;
		if (rd_kafka_NewTopic_set_replica_assignment(topic, p, brokers, (size_t)replicas, text, sizeof(text)))
			tool_die("%s", text);
	}
}

/* With as many replicas as the cluster gives a topic by itself, unless it is said how many. */
static void create(struct request *r)
{
	char text[512], *x = strchr(r->args[1], 'x');
	rd_kafka_NewTopic_t *topic;
	rd_kafka_event_t *event;
	size_t n;

	if (x)
		*x = '\0';
	topic = rd_kafka_NewTopic_new(r->args[0], number(r->args[1]), -1, text, sizeof(text));
	if (!topic)
		tool_die("%s", text);
	if (x)
		assign(topic, number(r->args[1]), number(x + 1));
	for (int i = 2; i < r->n_args; i++) {
		const char *value = value_of(r->args[i]);

		rd_kafka_NewTopic_set_config(topic, r->args[i], value);
	}
	for (;;) {
		const rd_kafka_topic_result_t **results;

		rd_kafka_CreateTopics(r->client, &topic, 1, NULL, r->queue);
		event = answer(r);
		results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
		if (!r->deleted || rd_kafka_topic_result_error(results[0]) != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
			break;
		rd_kafka_event_destroy(event);
	}
	check_topic(rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n));
	rd_kafka_event_destroy(event);
	rd_kafka_NewTopic_destroy(topic);
}

static void partitions(struct request *r)
{
	char text[512];
	rd_kafka_NewPartitions_t *parts =
		rd_kafka_NewPartitions_new(r->args[0], (size_t)number(r->args[1]), text, sizeof(text));
	rd_kafka_event_t *event;
	size_t n;

	if (!parts)
		tool_die("%s", text);
	rd_kafka_CreatePartitions(r->client, &parts, 1, NULL, r->queue);
	event = answer(r);
	check_topic(rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event), &n));
	rd_kafka_event_destroy(event);
	rd_kafka_NewPartitions_destroy(parts);
}

static void delete(struct request *r)
{
	rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(r->args[0]);
	rd_kafka_event_t *event;
	size_t n;

	rd_kafka_DeleteTopics(r->client, &topic, 1, NULL, r->queue);
	event = answer(r);
	check_topic(rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &n));
	rd_kafka_event_destroy(event);
	rd_kafka_DeleteTopic_destroy(topic);
}

static void remake(struct request *r)
{
	delete(r);
	r->deleted = true; /* Kafka says so a moment before it is */
	create(r);
}

static void print_settings(const struct request *r, const rd_kafka_ConfigResource_t *topic)
{
	size_t n;
	const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(topic, &n);

	for (int k = 1; k < r->n_args; k++)
		for (size_t i = 0; i < n; i++)
			if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), r->args[k]) == 0)
				printf("%s=%s\n", r->args[k], rd_kafka_ConfigEntry_value(entries[i]));
}

static void settings(struct request *r)
{
	rd_kafka_ConfigResource_t *topic = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, r->args[0]);
	const rd_kafka_ConfigResource_t **found;
	rd_kafka_event_t *event;
	size_t n;

	rd_kafka_DescribeConfigs(r->client, &topic, 1, NULL, r->queue);
	event = answer(r);
	found = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &n);
	if (n != 1 || rd_kafka_ConfigResource_error(found[0]))
		tool_die("%s: %s", r->args[0], n ? rd_kafka_ConfigResource_error_string(found[0]) : "no such topic");
	print_settings(r, found[0]);
	rd_kafka_event_destroy(event);
	rd_kafka_ConfigResource_destroy(topic);
}

static void configure(struct request *r)
{
	rd_kafka_ConfigResource_t *topic = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, r->args[0]);
	const rd_kafka_ConfigResource_t **results;
	rd_kafka_event_t *event;
	size_t n;

	for (int i = 1; i < r->n_args; i++) {
		const char *value = value_of(r->args[i]);

		rd_kafka_ConfigResource_set_config(topic, r->args[i], value);
	}
	rd_kafka_AlterConfigs(r->client, &topic, 1, NULL, r->queue);
	event = answer(r);
	results = rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event), &n);
	if (rd_kafka_ConfigResource_error(results[0]))
		tool_die("%s: %s", r->args[0], rd_kafka_ConfigResource_error_string(results[0]));
	rd_kafka_event_destroy(event);
	rd_kafka_ConfigResource_destroy(topic);
}

static rd_kafka_ResourceType_t kind_of(const char *word)
{
	if (strcmp(word, "topic") == 0)
		return RD_KAFKA_RESOURCE_TOPIC;
	if (strcmp(word, "group") == 0)
		return RD_KAFKA_RESOURCE_GROUP;
	tool_die("%s is neither topic nor group", word);
}

static rd_kafka_AclOperation_t operation_of(const char *word)
{
	if (strcmp(word, "read") == 0)
		return RD_KAFKA_ACL_OPERATION_READ;
	if (strcmp(word, "write") == 0)
		return RD_KAFKA_ACL_OPERATION_WRITE;
	tool_die("%s is neither read nor write", word);
}

/* What a principal, such as "User:ANONYMOUS" (who does not log in), may or may not do. */
static rd_kafka_AclBinding_t *rule(rd_kafka_ResourceType_t kind, const char *name, rd_kafka_ResourcePatternType_t pattern,
				   const char *principal, rd_kafka_AclOperation_t operation,
				   rd_kafka_AclPermissionType_t permission)
{
	char text[512];
	rd_kafka_AclBinding_t *acl =
		rd_kafka_AclBinding_new(kind, name, pattern, principal, "*", operation, permission, text, sizeof(text));

	if (!acl)
		tool_die("%s", text);
	return acl;
}

static void lay_down(struct request *r, rd_kafka_AclBinding_t **two)
{
	const rd_kafka_acl_result_t **results;
	rd_kafka_event_t *event;
	size_t n;

	rd_kafka_CreateAcls(r->client, two, 2, NULL, r->queue);
	event = answer(r);
	results = rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event), &n);
	for (size_t i = 0; i < n; i++)
		if (rd_kafka_acl_result_error(results[i]))
			tool_die("%s: %s", r->args[1], rd_kafka_error_string(rd_kafka_acl_result_error(results[i])));
	rd_kafka_event_destroy(event);
	rd_kafka_AclBinding_destroy_array(two, 2);
}

/* Of one thing, or of one principal; NULL is any. */
static void forget_rules(struct request *r, rd_kafka_ResourceType_t kind, const char *name,
			 rd_kafka_ResourcePatternType_t pattern, const char *principal)
{
	char text[512];
	rd_kafka_AclBindingFilter_t *acls =
		rd_kafka_AclBindingFilter_new(kind, name, pattern, principal, NULL, RD_KAFKA_ACL_OPERATION_ANY,
					      RD_KAFKA_ACL_PERMISSION_TYPE_ANY, text, sizeof(text));

	if (!acls)
		tool_die("%s", text);
	rd_kafka_DeleteAcls(r->client, &acls, 1, NULL, r->queue);
	rd_kafka_event_destroy(answer(r));
	rd_kafka_AclBinding_destroy(acls);
}

/* With any rule, what no rule allows is denied. */
static void deny(struct request *r)
{
	static const char who[] = "User:ANONYMOUS";
	rd_kafka_ResourceType_t kind = kind_of(r->args[0]);
	rd_kafka_AclBinding_t *acls[] = {
		rule(kind, r->args[1], RD_KAFKA_RESOURCE_PATTERN_LITERAL, who, RD_KAFKA_ACL_OPERATION_ALL,
		     RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW),
		rule(kind, r->args[1], RD_KAFKA_RESOURCE_PATTERN_LITERAL, who, operation_of(r->args[2]),
		     RD_KAFKA_ACL_PERMISSION_TYPE_DENY),
	};

	lay_down(r, acls);
}

static void permit(struct request *r)
{
	forget_rules(r, kind_of(r->args[0]), r->args[1], RD_KAFKA_RESOURCE_PATTERN_LITERAL, NULL);
}

static void restrict_user(struct request *r)
{
	char who[256];
	rd_kafka_AclBinding_t *acls[2];

	snprintf(who, sizeof(who), "User:%s", r->args[0]);
	acls[0] = rule(RD_KAFKA_RESOURCE_TOPIC, r->args[1], RD_KAFKA_RESOURCE_PATTERN_PREFIXED, who,
		       RD_KAFKA_ACL_OPERATION_WRITE, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW);
	acls[1] = rule(RD_KAFKA_RESOURCE_BROKER, "kafka-cluster", RD_KAFKA_RESOURCE_PATTERN_LITERAL, who,
		       RD_KAFKA_ACL_OPERATION_CREATE, RD_KAFKA_ACL_PERMISSION_TYPE_DENY);
	lay_down(r, acls);
}

static void release_user(struct request *r)
{
	char who[256];

	snprintf(who, sizeof(who), "User:%s", r->args[0]);
	forget_rules(r, RD_KAFKA_RESOURCE_ANY, NULL, RD_KAFKA_RESOURCE_PATTERN_ANY, who);
}

static const struct {
	const char *name;
	int least, most; /* arguments */
	void (*run)(struct request *r);
} commands[] = {
	{ "create", 2, 100, create },	{ "partitions", 2, 2, partitions }, { "delete", 1, 1, delete },
	{ "configure", 2, 100, configure }, { "deny", 3, 3, deny },	    { "permit", 2, 2, permit },
	{ "remake", 2, 100, remake },	{ "settings", 2, 100, settings },   { "restrict", 2, 2, restrict_user },
	{ "release", 1, 1, release_user },
};

bool tool_admin(rd_kafka_conf_t *conf, const char *command, char **args, int n_args)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct request r = { .args = args, .n_args = n_args };

		if (strcmp(commands[i].name, command) != 0 || n_args < commands[i].least || n_args > commands[i].most)
			continue;
		r.client = tool_client(RD_KAFKA_PRODUCER, conf);
		r.queue = rd_kafka_queue_new(r.client);
		commands[i].run(&r);
		rd_kafka_queue_destroy(r.queue);
		rd_kafka_destroy(r.client);
		return true;
	}
	return false;
}
