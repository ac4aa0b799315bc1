/* The framework's keys: the tables of cw_connector_table(), and what is checked of one key alone. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "config/connector_config.h"
#include "config/connector_name.h"
#include "config/run_until.h"
#include "config/topic_pattern.h"

#define STORED(member) .offset = offsetof(struct cw_connector_config, member)
#define UNSTORED .offset = CW_CONFIG_NOT_STORED
#define RATE \
	.type = CW_CONFIG_LONG, .default_value = "0", .flags = CW_CONFIG_RANGE, .min = 0, .max = INT64_C(1000000000000)
#define AT_LEAST(least) .flags = CW_CONFIG_RANGE, .min = (least), .max = INT64_MAX

static int topic_check(const char *topic, size_t n, struct cw_error *err)
{
	static const char legal[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	if (strspn(topic, legal) < n)
		return cw_error_set(err, CW_ERR_INVALID, "A topic's name has only letters, digits, \".\", \"_\" and "
				    "\"-\"");
	if (n > 249)
		return cw_error_set(err, CW_ERR_INVALID, "A topic's name has at most 249 characters");
	if ((n == 1 && topic[0] == '.') || (n == 2 && memcmp(topic, "..", 2) == 0))
		return cw_error_set(err, CW_ERR_INVALID, "A topic's name may not be \".\" or \"..\"");
	return 0;
}

static int dlq_check(const char *value, struct cw_error *err)
{
	return *value ? topic_check(value, strlen(value), err) : 0;
}

static int dlq_factor_check(const char *value, struct cw_error *err)
{
	int factor = atoi(value);

	return factor == -1 || factor >= 1 ? 0 : cw_error_set(err, CW_ERR_INVALID, "Must be at least 1, or -1 for the "
							       "brokers' default");
}

/* The value is canonical: names with nothing but commas between them. */
static int topics_check(const char *value, struct cw_error *err)
{
	size_t n;

	for (const char *p = value; *p; p += n + (p[n] == ',')) {
		n = strcspn(p, ",");
		if (topic_check(p, n, err) < 0)
			return -1;
	}
	return 0;
}

#define COMMON_KEYS                                                                                                    \
	{ .name = "name", .flags = CW_CONFIG_REQUIRED | CW_CONFIG_NOT_EMPTY, .importance = CW_HIGH, .group = "Common", \
	  .order = 1, .width = CW_WIDTH_MEDIUM, .display_name = "Connector name",                                      \
	  .check = cw_connector_name_check, STORED(name),                                                              \
	  .doc = "Globally unique name of this connector." },                                                         \
	{ .name = "connector.class", .flags = CW_CONFIG_REQUIRED | CW_CONFIG_NOT_EMPTY, .importance = CW_HIGH,         \
	  .group = "Common", .order = 2, .width = CW_WIDTH_LONG, .display_name = "Connector class",                    \
	  STORED(connector_class),                                                                                     \
	  .doc = "Class of this connector: its full name, its simple name, or that without \"Connector\"." },         \
	{ .name = "connector.plugin.version", .importance = CW_MEDIUM, .group = "Common", .order = 3,                  \
	  .width = CW_WIDTH_MEDIUM, .display_name = "Connector version", UNSTORED,                                     \
	  .doc = "Version of the connector that must be there, or a range of versions as [1.0,2.0)." },               \
	{ .name = "tasks.max", .type = CW_CONFIG_INT, .default_value = "1", .flags = CW_CONFIG_RANGE, .min = 1,        \
	  .max = INT32_MAX, .importance = CW_HIGH, .group = "Common", .order = 4, .width = CW_WIDTH_SHORT,             \
	  .display_name = "Tasks max", STORED(tasks_max), .doc = "The most tasks to run for this connector." },       \
	{ .name = "tasks.max.enforce", .type = CW_CONFIG_BOOLEAN, .default_value = "true", .importance = CW_LOW,       \
	  .group = "Common", .order = 5, .width = CW_WIDTH_SHORT, .display_name = "Enforce tasks max", UNSTORED,       \
	  .doc = "Deprecated. This worker never runs more than tasks.max tasks." },                                   \
	{ .name = "key.converter", .type = CW_CONFIG_CLASS, .importance = CW_LOW, .group = "Common", .order = 6,       \
	  .width = CW_WIDTH_SHORT, .display_name = "Key converter class", STORED(key_converter),                       \
	  .doc = "Class of the converter that reads record keys from Kafka and writes them to it. Its settings are "   \
		 "key.converter.* of this config. Without it, the worker's with the worker's settings." },             \
	{ .name = "key.converter.plugin.version", .importance = CW_LOW, .group = "Common", .order = 7,                 \
	  .width = CW_WIDTH_SHORT, .display_name = "Key converter version", UNSTORED,                                  \
	  .doc = "Version of the key converter that must be there, or a range of versions." },                         \
	{ .name = "value.converter", .type = CW_CONFIG_CLASS, .importance = CW_LOW, .group = "Common", .order = 8,     \
	  .width = CW_WIDTH_SHORT, .display_name = "Value converter class", STORED(value_converter),                   \
	  .doc = "Class of the converter that reads record values from Kafka and writes them to it. Its settings are " \
		 "value.converter.* of this config. Without it, the worker's with the worker's settings." },           \
	{ .name = "value.converter.plugin.version", .importance = CW_LOW, .group = "Common", .order = 9,               \
	  .width = CW_WIDTH_SHORT, .display_name = "Value converter version", UNSTORED,                                \
	  .doc = "Version of the value converter that must be there, or a range of versions." },                       \
	{ .name = "header.converter", .type = CW_CONFIG_CLASS, .importance = CW_LOW, .group = "Common", .order = 10,   \
	  .width = CW_WIDTH_SHORT, .display_name = "Header converter class", STORED(header_converter),                 \
	  .doc = "Class of the converter that reads record headers from Kafka and writes them to it. Its settings are " \
		 "header.converter.* of this config. Without it, the worker's with the worker's settings." },          \
	{ .name = "header.converter.plugin.version", .importance = CW_LOW, .group = "Common", .order = 11,             \
	  .width = CW_WIDTH_SHORT, .display_name = "Header converter version", UNSTORED,                               \
	  .doc = "Version of the header converter that must be there, or a range of versions." },                      \
	{ .name = "transforms", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_LOW,                     \
	  .group = "Transforms", .order = 12, .width = CW_WIDTH_LONG, .display_name = "Transforms",                    \
	  STORED(transforms),                                                                                          \
	  .doc = "Aliases of the transformations that records go through, in this order; transforms.ALIAS.type is the " \
		 "class of one, and its settings are transforms.ALIAS.*." },                                           \
	{ .name = "predicates", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_LOW,                     \
	  .group = "Predicates", .order = 13, .width = CW_WIDTH_LONG, .display_name = "Predicates",                    \
	  STORED(predicates),                                                                                          \
	  .doc = "Aliases of the predicates that decide whether a transformation takes a record "                      \
		 "(transforms.ALIAS.predicate, transforms.ALIAS.negate); predicates.ALIAS.type is the class of one." }, \
	{ .name = "config.action.reload", .default_value = "restart", .choices = "none,restart",                       \
	  .importance = CW_LOW, .group = "Common", .order = 14, .width = CW_WIDTH_MEDIUM,                              \
	  .display_name = "Reload Action", UNSTORED,                                                                   \
	  .doc = "What to do when what a config provider answers has changed after the time for which it was to hold: "  \
		 "restart (the connector with its tasks), or none." },                                                 \
	{ .name = "errors.retry.timeout", .type = CW_CONFIG_LONG, .default_value = "0", AT_LEAST(-1),                  \
	  .importance = CW_MEDIUM, .group = "Error Handling", .order = 1, .width = CW_WIDTH_MEDIUM,                    \
	  .display_name = "Retry Timeout for Errors", STORED(errors_retry_timeout_ms),                                 \
	  .doc = "How long a failed conversion, transformation, poll or delivery to Kafka is tried again, in milliseconds. "  \
		 "0: not at all, but a poll or delivery for ever, as in Kafka Connect; -1: for ever. What cannot be polled "  \
		 "or delivered in this time fails the task." },                                                             \
	{ .name = "errors.retry.delay.max.ms", .type = CW_CONFIG_LONG, .default_value = "60000", AT_LEAST(1),          \
	  .importance = CW_MEDIUM, .group = "Error Handling", .order = 2, .width = CW_WIDTH_MEDIUM,                    \
	  .display_name = "Maximum Delay Between Retries for Errors", STORED(errors_retry_delay_max_ms),               \
	  .doc = "The longest pause between two tries, in milliseconds; pauses grow up to it, with jitter." },        \
	{ .name = "errors.tolerance", .default_value = "none", .choices = "none,all", .importance = CW_MEDIUM,         \
	  .group = "Error Handling", .order = 3, .width = CW_WIDTH_SHORT, .display_name = "Error Tolerance",           \
	  STORED(errors_tolerance),                                                                                    \
	  .doc = "none: a record that cannot be processed fails its task. all: it is skipped, and counted, or written to "  \
		 "errors.deadletterqueue.topic.name, if there is one; a record that Kafka refuses for good, too, but for "  \
		 "sources with exactly-once delivery." },                                                              \
	{ .name = "errors.log.enable", .type = CW_CONFIG_BOOLEAN, .default_value = "false", .importance = CW_MEDIUM,   \
	  .group = "Error Handling", .order = 4, .width = CW_WIDTH_SHORT, .display_name = "Log Errors",                \
	  STORED(errors_log_enable),                                                                                   \
	  .doc = "Whether each error is logged, with the topic, partition and offset of its record." },               \
	{ .name = "errors.log.include.messages", .type = CW_CONFIG_BOOLEAN, .default_value = "false",                  \
	  .importance = CW_MEDIUM, .group = "Error Handling", .order = 5, .width = CW_WIDTH_SHORT,                     \
	  .display_name = "Log Error Details", STORED(errors_log_include_messages),                                    \
	  .doc = "Whether such a line shows the record's key and value, which may be confidential." },                \
	{ .name = "errors.budget.count", .type = CW_CONFIG_LONG, .default_value = "-1", AT_LEAST(-1),                   \
	  .importance = CW_LOW, .group = "Error Handling", .order = 12, .width = CW_WIDTH_SHORT,                       \
	  .display_name = "Error Budget", STORED(errors_budget_count),                                                 \
	  .doc = "How many records errors.tolerance=all tolerates in errors.budget.window.ms, in each task; one more fails " \
		 "the task. -1: any number, as in Kafka Connect." },                                                   \
	{ .name = "errors.budget.percent", .type = CW_CONFIG_LONG, .default_value = "100", .flags = CW_CONFIG_RANGE,   \
	  .min = 0, .max = 100, .importance = CW_LOW, .group = "Error Handling", .order = 13,                          \
	  .width = CW_WIDTH_SHORT, .display_name = "Error Budget Share", STORED(errors_budget_percent),                \
	  .doc = "What share of its records in that time a task may fail to process under errors.tolerance=all, in per " \
		 "cent; it is looked at from 100 records on. 100: any." },                                             \
	{ .name = "errors.budget.window.ms", .type = CW_CONFIG_LONG, .default_value = "60000", AT_LEAST(1000),         \
	  .importance = CW_LOW, .group = "Error Handling", .order = 14, .width = CW_WIDTH_SHORT,                       \
	  .display_name = "Error Budget Window", STORED(errors_budget_window_ms),                                      \
	  .doc = "The time of errors.budget.count and errors.budget.percent, which slides along, in milliseconds." },  \
	{ .name = "task.restart.attempts.max", .type = CW_CONFIG_INT, AT_LEAST(-1), .importance = CW_LOW,              \
	  .group = "Automatic Restarts", .order = 1, .width = CW_WIDTH_SHORT, .display_name = "Restarts",              \
	  UNSTORED,                                                                                                    \
	  .doc = "How often in a row the connector and each of its tasks are started again by themselves when they have " \
		 "FAILED: -1 for any number, 0 for not at all. Without it, what the worker's key of that name says." }, \
	{ .name = "task.restart.delay.ms", .type = CW_CONFIG_LONG, AT_LEAST(0), .importance = CW_LOW,                  \
	  .group = "Automatic Restarts", .order = 2, .width = CW_WIDTH_SHORT, .display_name = "Restart delay",         \
	  UNSTORED,                                                                                                    \
	  .doc = "The longest pause before the first of these restarts, in milliseconds; it doubles with each. Without " \
		 "it, what the worker's key of that name says." },                                                     \
	{ .name = "task.restart.delay.max.ms", .type = CW_CONFIG_LONG, AT_LEAST(0), .importance = CW_LOW,              \
	  .group = "Automatic Restarts", .order = 3, .width = CW_WIDTH_SHORT,                                          \
	  .display_name = "Maximum restart delay", UNSTORED,                                                           \
	  .doc = "What that pause grows up to, in milliseconds. Without it, what the worker's key of that name says." }, \
	{ .name = "task.restart.reset.ms", .type = CW_CONFIG_LONG, AT_LEAST(0), .importance = CW_LOW,                  \
	  .group = "Automatic Restarts", .order = 4, .width = CW_WIDTH_SHORT, .display_name = "Restart reset",         \
	  UNSTORED,                                                                                                    \
	  .doc = "After having run for so long, in milliseconds, a task that fails starts with the first of these "     \
		 "restarts again. Without it, what the worker's key of that name says." },                             \
	{ .name = "watchdog.timeout.ms", .type = CW_CONFIG_LONG, AT_LEAST(0), .importance = CW_LOW,                    \
	  .group = "Automatic Restarts", .order = 5, .width = CW_WIDTH_SHORT, .display_name = "Watchdog timeout",      \
	  UNSTORED,                                                                                                    \
	  .doc = "The connector is DEGRADED when a task that is RUNNING has made no progress for so long, in "         \
		 "milliseconds, though there is work, or when its process has said nothing for so long, or for 5 "     \
		 "seconds where that is more. 0: never. Without it, what the worker's key of that name says." },       \
	{ .name = "rate.limit.records.per.second", RATE, .importance = CW_MEDIUM, .group = "Rate Limits", .order = 1,  \
	  .width = CW_WIDTH_SHORT, .display_name = "Records per second", STORED(rate_limit_records),                   \
	  .doc = "The most records that all tasks of the connector together may read in a second, on average; after a "  \
		 "time with less, up to a second's worth comes at once. 0: no limit. A change of this key and of "     \
		 "rate.limit.bytes.per.second alone holds at once and restarts nothing." },                            \
	{ .name = "rate.limit.bytes.per.second", RATE, .importance = CW_MEDIUM, .group = "Rate Limits", .order = 2,    \
	  .width = CW_WIDTH_SHORT, .display_name = "Bytes per second", STORED(rate_limit_bytes),                       \
	  .doc = "The same of the bytes of record values in Kafka. A record that is larger than a second's worth is not " \
		 "kept back for ever: what follows it waits the longer. 0: no limit." }

static const struct cw_config_def common_table[] = { COMMON_KEYS };

#define DEAD_LETTER_KEYS \
	{ .name = "errors.deadletterqueue.topic.name", .default_value = "", .importance = CW_MEDIUM, \
	  .group = "Error Handling", .order = 6, .width = CW_WIDTH_MEDIUM, \
	  .display_name = "Dead Letter Queue Topic Name", .check = dlq_check, STORED(errors_dlq_topic), \
	  .doc = "Topic for records that cannot be processed, with errors.tolerance=all: those of a sink with the bytes and headers that " \
		 "were read, those of a source as the connector gave them, or as they were to go to Kafka, which refused " \
		 "them. A record's offset is committed only after that is acknowledged. Without the key they are skipped." }, \
	{ .name = "errors.deadletterqueue.topic.replication.factor", .type = CW_CONFIG_SHORT, .default_value = "3", \
	  .importance = CW_MEDIUM, .group = "Error Handling", .order = 7, .width = CW_WIDTH_MEDIUM, \
	  .display_name = "Dead Letter Queue Topic Replication Factor", .check = dlq_factor_check, \
	  STORED(errors_dlq_replication_factor), \
	  .doc = "Replication factor with which that topic is created, with one partition, when it is not there; -1 is the " \
		 "brokers' default." }, \
	{ .name = "errors.deadletterqueue.context.headers.enable", .type = CW_CONFIG_BOOLEAN, .default_value = "false", \
	  .importance = CW_MEDIUM, .group = "Error Handling", .order = 8, .width = CW_WIDTH_MEDIUM, \
	  .display_name = "Enable Error Context Headers", STORED(errors_dlq_context_headers), \
	  .doc = "Whether headers are added to the records in that topic that say where they are from and why they are there: " \
		 "__connect.errors.topic, .partition, .offset, .connector.name, .task.id, .stage, .class.name, " \
		 ".exception.class.name, .exception.message and .exception.stacktrace." }

static const struct cw_config_def sink_table[] = {
	COMMON_KEYS,
	{ .name = "topics", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_HIGH, .group = "Common",
	  .order = 4, .width = CW_WIDTH_LONG, .display_name = "Topics", .check = topics_check, STORED(topics),
	  .doc = "Topics to consume, separated by commas. Either this or topics.regex." },
	{ .name = "topics.regex", .default_value = "", .importance = CW_HIGH, .group = "Common", .order = 4,
	  .width = CW_WIDTH_LONG, .display_name = "Topics regex", .check = cw_topic_pattern_check, STORED(topics_regex),
	  .doc = "POSIX extended regular expression that the whole name of a topic to consume matches. A topic that is made "
		 "later is found after consumer.override.metadata.max.age.ms (or the worker's metadata.max.age.ms, 10000 "
		 "without either) at the latest, and read from its beginning." },
	DEAD_LETTER_KEYS,
	{ .name = "put.retry.timeout.ms", .type = CW_CONFIG_LONG, .default_value = "-1", AT_LEAST(-1),
	  .importance = CW_MEDIUM, .group = "Error Handling", .order = 9, .width = CW_WIDTH_MEDIUM,
	  .display_name = "Put Retry Timeout", STORED(put_retry_timeout_ms),
	  .doc = "How long records that the connector could not write are offered to it again, in milliseconds; then the task "
		 "fails. -1: for ever, as Kafka Connect does. Meanwhile partitions are paused, and the consumer stays in its "
		 "group." },
	{ .name = "put.retry.delay.ms", .type = CW_CONFIG_LONG, .default_value = "300", AT_LEAST(1), .importance = CW_LOW,
	  .group = "Error Handling", .order = 10, .width = CW_WIDTH_MEDIUM, .display_name = "Put Retry Delay",
	  STORED(put_retry_delay_ms),
	  .doc = "The longest pause before the second of these attempts, in milliseconds; it doubles with each, and a random "
		 "part of it is waited." },
	{ .name = "put.retry.delay.max.ms", .type = CW_CONFIG_LONG, AT_LEAST(1), .importance = CW_LOW,
	  .group = "Error Handling", .order = 11, .width = CW_WIDTH_MEDIUM, .display_name = "Maximum Put Retry Delay",
	  STORED(put_retry_delay_max_ms),
	  .doc = "What that pause grows up to, in milliseconds. Without it, errors.retry.delay.max.ms." },
	{ .name = "run.until", .default_value = "forever", .choices = "forever,end,time,offsets",
	  .flags = CW_CONFIG_IGNORE_CASE, .importance = CW_MEDIUM, .group = "Bounded Runs", .order = 1,
	  .width = CW_WIDTH_SHORT, .display_name = "Run until", STORED(run_until),
	  .dependents = "run.until.time,run.until.offsets",
	  .doc = "Where the run of the connector ends: end is where its topics end when it starts, time before the first "
		 "record of run.until.time or later, offsets before run.until.offsets. What was read by then is written and "
		 "committed, and the tasks are COMPLETED; a resume or a restart begins the next run. forever: it does not." },
	{ .name = "run.until.time", .default_value = "", .importance = CW_LOW, .group = "Bounded Runs", .order = 2,
	  .width = CW_WIDTH_MEDIUM, .display_name = "Run until time", .check = cw_run_until_time_check,
	  STORED(run_until_time),
	  .doc = "For run.until=time: a time such as 2026-01-21T22:23:40Z, or milliseconds since 1970. Records have the "
		 "timestamps that Kafka keeps; a partition without one that is so late ends where it ends at the start." },
	{ .name = "run.until.offsets", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_LOW,
	  .group = "Bounded Runs", .order = 3, .width = CW_WIDTH_LONG, .display_name = "Run until offsets",
	  .check = cw_run_until_offsets_check, STORED(run_until_offsets),
	  .doc = "For run.until=offsets: TOPIC:PARTITION:OFFSET, separated by commas; the record at the offset is not part of "
		 "the run. Partitions that are not named end where they end at the start." },
};

static const struct cw_config_def source_table[] = {
	COMMON_KEYS,
	{ .name = "topic.creation.groups", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_LOW,
	  .group = "Topic Creation", .order = 1, .width = CW_WIDTH_LONG, .display_name = "Topic Creation Groups",
	  UNSTORED,
	  .doc = "Groups of topics that are created when they are not there and a record is to go to them; the first group "
		 "whose topic.creation.GROUP.include matches decides, then the group default, which need not be listed. "
		 "Without any key topic.creation.* the brokers decide (auto.create.topics.enable)." },
	{ .name = "exactly.once.support", .default_value = "requested", .choices = "REQUIRED,REQUESTED",
	  .flags = CW_CONFIG_IGNORE_CASE, .importance = CW_MEDIUM, .group = "Exactly Once Support", .order = 2,
	  .width = CW_WIDTH_SHORT, .display_name = "Exactly once support", STORED(exactly_once_support),
	  .doc = "requested: exactly once where worker and connector have it. required: the connector is refused where one of "
		 "them has not." },
	{ .name = "transaction.boundary", .default_value = "poll", .choices = "POLL,INTERVAL,CONNECTOR",
	  .flags = CW_CONFIG_IGNORE_CASE, .importance = CW_MEDIUM, .group = "Exactly Once Support", .order = 3,
	  .width = CW_WIDTH_SHORT, .display_name = "Transaction Boundary", STORED(transaction_boundary),
	  .doc = "When the producer's transaction of an exactly-once source ends: poll (with the batch of each poll), interval, "
		 "or connector (where the connector says so, if it can; within producer.override.transaction.timeout.ms, 60000 "
		 "without it)." },
	{ .name = "transaction.boundary.interval.ms", .type = CW_CONFIG_LONG, AT_LEAST(0), .importance = CW_LOW,
	  .group = "Exactly Once Support", .order = 4, .width = CW_WIDTH_SHORT,
	  .display_name = "Transaction boundary interval", STORED(transaction_boundary_interval_ms),
	  .doc = "Length of a transaction with transaction.boundary=interval, in milliseconds; without it "
		 "offset.flush.interval.ms. At most 14 minutes, since brokers abort transactions of more than 15, unless their "
		 "transaction.max.timeout.ms and the connector's producer.override.transaction.timeout.ms are more." },
	{ .name = "offsets.storage.topic", .importance = CW_LOW, .group = "offsets.topic", .order = 1,
	  .width = CW_WIDTH_LONG, .display_name = "Offsets topic",
	  STORED(offsets_storage_topic),
	  .doc = "Topic for the offsets of this connector when it is exactly-once; else the worker's "
		 "offset.storage.topic." },
	DEAD_LETTER_KEYS,
};

#define TABLE(array) { array, sizeof(array) / sizeof(*(array)), sizeof(*(array)) }

struct cw_config_table cw_connector_table(enum cw_plugin_kind kind)
{
	static const struct cw_config_table common = TABLE(common_table), sink = TABLE(sink_table),
					    source = TABLE(source_table);

	return kind == CW_PLUGIN_SINK ? sink : kind == CW_PLUGIN_SOURCE ? source : common;
}
