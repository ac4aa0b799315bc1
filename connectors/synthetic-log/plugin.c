/* What the worker is told of the connector: the table of its settings, and the descriptor. */
#include <math.h>
#include <stdlib.h>

#include "options.h"
#include "source.h"

static int check_topic(const char *value, struct cw_error *err)
{
	size_t n = strlen(value);

	if (n > 249)
		return cw_error_set(err, CW_ERR_INVALID, "a topic name has at most 249 characters");
	if (strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != n ||
	    strcmp(value, ".") == 0 || strcmp(value, "..") == 0)
		return cw_error_set(err, CW_ERR_INVALID,
				    "a topic name has letters, digits, \".\", \"_\" and \"-\" only, "
				    "and is not \".\" or \"..\"");
	return 0;
}

static int check_start_time(const char *value, struct cw_error *err)
{
	struct cw_start_time time;

	return cw_start_time_parse(value, &time, err);
}

static int check_methods(const char *value, struct cw_error *err)
{
	struct cw_weights weights;

	return cw_method_weights_parse(value, &weights, err);
}

static int check_statuses(const char *value, struct cw_error *err)
{
	struct cw_weights weights;

	return cw_status_weights_parse(value, &weights, err);
}

static int check_above_zero(const char *value, struct cw_error *err)
{
	double number = strtod(value, NULL);

	if (isfinite(number) && number >= 1e-6)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "Value must be at least 0.000001");
}

/* 0 has a meaning of its own; nan and tiny rates have none. */
static int check_rate(const char *value, struct cw_error *err)
{
	double number = strtod(value, NULL);

	return number == 0 ? 0 : check_above_zero(value, err);
}

static int check_share(const char *value, struct cw_error *err)
{
	double number = strtod(value, NULL);

	return number >= 0 && number <= 1 ? 0 : cw_error_set(err, CW_ERR_INVALID, "Value must be from 0 to 1");
}

#define FIELD(member) offsetof(struct cw_synthetic_options, member)
#define INTO(member) .offset = FIELD(member)
#define FROM_TO(low, high) .flags = CW_CONFIG_RANGE, .min = (low), .max = (high)

static const struct cw_config_def table[] = {
	{ .name = "topic", .type = CW_CONFIG_STRING, .flags = CW_CONFIG_REQUIRED | CW_CONFIG_NOT_EMPTY,
	  .importance = CW_HIGH, .group = "Output", .order = 1, .width = CW_WIDTH_MEDIUM, .display_name = "Topic",
	  .doc = "The topic that the lines are written to.", .check = check_topic, INTO(topic) },
	{ .name = "count", .type = CW_CONFIG_LONG, .default_value = "0", FROM_TO(0, INT64_C(1) << 52),
	  .importance = CW_HIGH, .group = "Output", .order = 2, .width = CW_WIDTH_SHORT,
	  .display_name = "Records in all",
	  .doc = "How many records the whole connector writes; its tasks share them evenly (task t of n writes "
		 "records t, t+n, t+2n and so on), and reach COMPLETED when they are written. 0 means endless. "
		 "Another number of tasks or another seed begins a new series, from its first record.",
	  INTO(count) },
	{ .name = "records.per.second", .type = CW_CONFIG_DOUBLE, .default_value = "1000", FROM_TO(0, 100000000),
	  .importance = CW_HIGH, .group = "Output", .order = 3, .width = CW_WIDTH_SHORT,
	  .display_name = "Records per second", .check = check_rate, .dependents = "time.speed",
	  .doc = "The pace of the whole connector, in records per second; it may have a fraction. 0 means as fast "
		 "as possible. The pace holds for every moment and not only on average: the n-th record after a "
		 "start is due n / pace seconds after it, and what could not be written in time is caught up on; "
		 "but after ten seconds in which nothing could be written, as in a pause, the pace begins anew.",
	  INTO(records_per_second) },
	{ .name = "batch.size", .type = CW_CONFIG_INT, .default_value = "1000", FROM_TO(1, 100000),
	  .importance = CW_LOW, .group = "Output", .order = 4, .width = CW_WIDTH_SHORT, .display_name = "Batch size",
	  .doc = "The most records that are generated at a time; the worker may ask for fewer.", INTO(batch_size) },
	{ .name = "key", .type = CW_CONFIG_STRING, .default_value = "none", .choices = "none,client_ip",
	  .importance = CW_MEDIUM, .group = "Output", .order = 5, .width = CW_WIDTH_SHORT, .display_name = "Record key",
	  .doc = "The key of the records: none, or client_ip, which keeps the lines of a client in one partition.",
	  INTO(key) },
	{ .name = "record.timestamp", .type = CW_CONFIG_STRING, .default_value = "wall", .choices = "wall,log",
	  .importance = CW_LOW, .group = "Output", .order = 6, .width = CW_WIDTH_SHORT,
	  .display_name = "Record timestamp",
	  .doc = "The Kafka timestamp of the records: wall is the time at which they are produced, log is the time "
		 "in the line. With log, a topic's retention.ms counts from the line's time: lines of long ago are "
		 "soon deleted.",
	  INTO(record_timestamp) },
	{ .name = "latency.probe", .type = CW_CONFIG_BOOLEAN, .default_value = "false", .importance = CW_LOW,
	  .group = "Output", .order = 7, .width = CW_WIDTH_SHORT, .display_name = "Latency probe",
	  .doc = "Puts the time at which a line was generated into its referrer, as ?t= and microseconds since the "
		 "epoch, to measure how long lines are on their way. A line that is generated again is then no "
		 "longer the same.",
	  INTO(latency_probe) },

	{ .name = "format", .type = CW_CONFIG_STRING, .default_value = "access",
	  .choices = "access,common,combined,json",
	  .importance = CW_HIGH, .group = "Lines", .order = 1, .width = CW_WIDTH_SHORT, .display_name = "Line format",
	  .dependents = "latency.probe",
	  .doc = "The form of a line: access (9.180.123.170 - - [Jan 21 2026, 22:23:40] \"DELETE /contact "
		 "HTTP/1.1\" 404 13444 \"https://example.com\" \"Mozilla/5.0 (Macintosh; Intel Mac OS X "
		 "10_15_7)\"), Apache's common or combined log format, or json (one object a line).",
	  INTO(format) },
	{ .name = "seed", .type = CW_CONFIG_LONG, .default_value = "1", .importance = CW_MEDIUM, .group = "Lines",
	  .order = 2,
	  .width = CW_WIDTH_SHORT, .display_name = "Seed",
	  .doc = "Any number. Record k of task t is a function of the settings, the seed, t and k alone, so that "
		 "the same seed gives the same lines again, in this run or another.",
	  INTO(seed) },
	{ .name = "malformed.share", .type = CW_CONFIG_DOUBLE, .default_value = "0", FROM_TO(0, 1),
	  .importance = CW_MEDIUM,
	  .group = "Lines", .order = 3, .width = CW_WIDTH_SHORT, .display_name = "Share of malformed lines",
	  .check = check_share,
	  .doc = "The share of lines, from 0 to 1, that are no valid line of the format: cut off, without a quote, "
		 "with an impossible address, date or status, an alien line, or broken bytes.",
	  INTO(malformed_share) },

	{ .name = "start.time", .type = CW_CONFIG_STRING, .default_value = "2026-01-01T00:00:00Z",
	  .flags = CW_CONFIG_NOT_EMPTY, .importance = CW_HIGH, .group = "Log clock", .order = 1,
	  .width = CW_WIDTH_MEDIUM,
	  .display_name = "Start of the log", .check = check_start_time,
	  .doc = "The time of the first line: ISO 8601 (UTC unless it names an offset), or milliseconds since the "
		 "epoch. Or now: each line then has the wall clock's time at which it was generated, and only its "
		 "time is not the same when it is generated again.",
	  INTO(start_time) },
	{ .name = "time.speed", .type = CW_CONFIG_DOUBLE, .default_value = "1", FROM_TO(0, 1000000000),
	  .importance = CW_LOW,
	  .group = "Log clock", .order = 2, .width = CW_WIDTH_SHORT, .display_name = "Speed of the log's clock",
	  .check = check_above_zero,
	  .doc = "How many seconds of the log pass in one second, on average over a day of the log; for a connector "
		 "with records.per.second. 3600 writes a day of log in 24 seconds.",
	  INTO(time_speed) },
	{ .name = "log.records.per.second", .type = CW_CONFIG_DOUBLE, .default_value = "0", FROM_TO(0, 100000000),
	  .importance = CW_MEDIUM, .group = "Log clock", .order = 3, .width = CW_WIDTH_SHORT,
	  .display_name = "Records per second of the log", .check = check_rate, .dependents = "time.speed",
	  .doc = "How many requests a second the log shows on average, whatever the pace at which it is written: "
		 "for back-fills. 0 takes records.per.second divided by time.speed, or 100 when records.per.second "
		 "is 0.",
	  INTO(log_records_per_second) },
	{ .name = "daily.variation", .type = CW_CONFIG_DOUBLE, .default_value = "0.5", FROM_TO(0, 1),
	  .importance = CW_LOW,
	  .group = "Log clock", .order = 4, .width = CW_WIDTH_SHORT, .display_name = "Daily variation",
	  .check = check_share,
	  .doc = "How much the rate in the log varies over its day (UTC): 0 not at all, 1 from 0.2 times the mean "
		 "at 4 o'clock to 1.6 times at 20 o'clock. It moves the times in the lines and never the pace of "
		 "writing, and has no effect with start.time=now.",
	  INTO(daily_variation) },

	{ .name = "clients", .type = CW_CONFIG_INT, .default_value = "10000", FROM_TO(1, 1000000),
	  .importance = CW_MEDIUM,
	  .group = "Traffic", .order = 1, .width = CW_WIDTH_SHORT, .display_name = "Clients",
	  .doc = "How many clients there are, each with a public IPv4 address and a user agent of its own. A "
		 "million take 24 megabytes in each task.",
	  INTO(clients) },
	{ .name = "clients.zipf.exponent", .type = CW_CONFIG_DOUBLE, .default_value = "1", FROM_TO(0, 10),
	  .importance = CW_LOW, .group = "Traffic", .order = 2, .width = CW_WIDTH_SHORT,
	  .display_name = "Zipf exponent of clients",
	  .doc = "How unequal the clients are: the n-th busiest sends requests in proportion to 1 / n^exponent. 0 "
		 "makes all equal.",
	  INTO(clients_exponent) },
	{ .name = "endpoints", .type = CW_CONFIG_INT, .default_value = "500", FROM_TO(1, 100000),
	  .importance = CW_MEDIUM,
	  .group = "Traffic", .order = 3, .width = CW_WIDTH_SHORT, .display_name = "Endpoints",
	  .doc = "How many endpoints the site has: pages, their assets, and an API.", INTO(endpoints) },
	{ .name = "endpoints.zipf.exponent", .type = CW_CONFIG_DOUBLE, .default_value = "1", FROM_TO(0, 10),
	  .importance = CW_LOW, .group = "Traffic", .order = 4, .width = CW_WIDTH_SHORT,
	  .display_name = "Zipf exponent of endpoints",
	  .doc = "How unequal the endpoints are: the n-th most popular is asked for in proportion to 1 / "
		 "n^exponent. 0 makes all equal.",
	  INTO(endpoints_exponent) },
	{ .name = "method.weights", .type = CW_CONFIG_STRING, .flags = CW_CONFIG_NOT_EMPTY,
	  .default_value = "GET:78,POST:12,HEAD:3,PUT:3,DELETE:2,PATCH:1,OPTIONS:1", .importance = CW_MEDIUM,
	  .group = "Traffic", .order = 5, .width = CW_WIDTH_LONG, .display_name = "Weights of methods",
	  .check = check_methods,
	  .doc = "How often each method occurs: pairs METHOD:WEIGHT with commas between, of GET, HEAD, POST, PUT, "
		 "PATCH, DELETE, OPTIONS and TRACE. Only the proportions count.",
	  INTO(method_weights) },
	{ .name = "status.weights", .type = CW_CONFIG_STRING, .flags = CW_CONFIG_NOT_EMPTY,
	  .default_value = "200:74,304:8,404:5,301:3,302:2.5,204:2,201:1.5,400:1,401:1,403:0.7,206:0.5,500:0.4,503:0.2,"
			   "405:0.1,429:0.1",
	  .importance = CW_MEDIUM, .group = "Traffic", .order = 6, .width = CW_WIDTH_LONG,
	  .display_name = "Weights of statuses", .check = check_statuses,
	  .doc = "How often each status occurs outside bursts of errors: pairs STATUS:WEIGHT with commas between, "
		 "of statuses from 200 to 599. Methods and statuses that do not go together (304 to a POST) do not "
		 "meet as long as the weights allow it.",
	  INTO(status_weights) },

	{ .name = "error.burst.interval.seconds", .type = CW_CONFIG_LONG, .default_value = "3600",
	  FROM_TO(0, INT64_C(1000000000)), .importance = CW_LOW, .group = "Error bursts", .order = 1,
	  .width = CW_WIDTH_SHORT,
	  .display_name = "Interval of error bursts", .dependents = "error.burst.duration.seconds",
	  .doc = "There is one burst of errors, at a moment that follows from the seed, in every such interval of "
		 "the log's time, in seconds. 0 means no bursts.",
	  INTO(burst_interval_s) },
	{ .name = "error.burst.duration.seconds", .type = CW_CONFIG_LONG, .default_value = "60",
	  FROM_TO(1, INT64_C(1000000000)), .importance = CW_LOW, .group = "Error bursts", .order = 2,
	  .width = CW_WIDTH_SHORT,
	  .display_name = "Duration of error bursts",
	  .doc = "How long a burst of errors is, in seconds of the log's time.",
	  INTO(burst_duration_s) },
	{ .name = "error.burst.share", .type = CW_CONFIG_DOUBLE, .default_value = "0.4", FROM_TO(0, 1),
	  .importance = CW_LOW,
	  .group = "Error bursts", .order = 3, .width = CW_WIDTH_SHORT, .display_name = "Share of errors in a burst",
	  .check = check_share,
	  .doc = "The share of requests, from 0 to 1, that a burst turns into errors.", INTO(burst_share) },
	{ .name = "error.burst.status.weights", .type = CW_CONFIG_STRING, .flags = CW_CONFIG_NOT_EMPTY,
	  .default_value = "503:50,502:25,500:15,504:10", .importance = CW_LOW, .group = "Error bursts", .order = 4,
	  .width = CW_WIDTH_LONG, .display_name = "Weights of statuses in a burst", .check = check_statuses,
	  .doc = "How often each status occurs among the errors of a burst: pairs STATUS:WEIGHT with commas "
		 "between.",
	  INTO(burst_status_weights) },
};

static const struct cw_plugin descriptor = {
	CW_PLUGIN_HEAD(CW_PLUGIN_SOURCE),
	.class_name = "io.connectworker.SyntheticLogSource",
	.version = PACKAGE_VERSION,
	.doc = "Writes the access log of a made-up web site: realistic, reproducible, at a pace or as fast as "
		 "possible.",
	.config = table,
	.n_config = sizeof(table) / sizeof(table[0]),
	.config_def_size = sizeof(struct cw_config_def),
	.config_size = sizeof(struct cw_synthetic_options),
	.connector = &cw_synthetic_ops,
};

const struct cw_plugin *const cw_plugin = &descriptor;
