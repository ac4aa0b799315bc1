/* A source's queue in the real host: how much it holds while Kafka does not take it, and what then waits for it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "host_broker.h"
#include "host_driver.h"

#define PRODUCE 0 /* the request's number */

#define RECORD_BYTES 10000
#define QUEUE_RECORDS (16 * 1024 * 1024 / RECORD_BYTES) /* all are of that size */

/* Their partition is given: the queue alone bounds them. */
static void test_queue__is_bounded_by_bytes(void)
{
	struct host_broker b = host_broker_open();
	struct host_process p;
	char config[256];

	snprintf(config, sizeof(config), "connector.class=ScriptedSource topic=bytes partition=0 per.poll=100 huge.at=1 huge.each=1 "
		 "huge.bytes=%d", RECORD_BYTES);
	rd_kafka_mock_broker_push_request_error_rtts(b.cluster, 1, PRODUCE, 1, RD_KAFKA_RESP_ERR_NO_ERROR, 20000);
	p = host_broker_run(&b, "bytes", config, "");
	host_wait_at_least(&p, "records_in_flight", QUEUE_RECORDS - 100);
	host_expect(&p, "metrics", NULL); /* a second later, in which there is no room for more */
	CU_ASSERT_TRUE(host_metric(&p, "records_in_flight") <= QUEUE_RECORDS + 1);
	host_stop_within(&p, 5000);
	host_broker_close(&b);
}

/* A bound that is less than a record may be does not keep it back. */
static void test_queue__a_record_larger_than_its_bound_goes(void)
{
	static const char *const bounds[] = { "producer.override.buffer.memory=0",
					      "producer.override.queue.buffering.max.kbytes=1" };

	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		char name[32], config[256];
		struct host_process p;

		host_fresh_name(name, sizeof(name), "large");
		snprintf(config, sizeof(config), "connector.class=ScriptedSource topic=%s count=20 huge.at=3 huge.each=4 "
			 "huge.bytes=999000 %s", name, bounds[i]);
		p = host_run(name, config);
		host_expect(&p, "status", "COMPLETED");
		CU_ASSERT_EQUAL(host_metric(&p, "records"), 20);
		host_stop(&p);
	}
}

/* The offsets of a transaction have no room behind its records, for which Kafka does not answer: no failure. */
static void test_stop__while_offsets_have_no_room(void)
{
	struct host_broker b = host_broker_open();
	int64_t deadline = cw_clock_ms() + 20000;
	struct host_process p;
	json_t *message;

	host_fill(b.bootstrap, "connect-offsets", 0, 0, 1); /* such a broker lets nobody create topics */
	rd_kafka_mock_broker_push_request_error_rtts(b.cluster, 1, PRODUCE, 1, RD_KAFKA_RESP_ERR_NO_ERROR, 20000);
	p = host_broker_run(&b, "no-room", "connector.class=ScriptedSource topic=no-room per.poll=100 "
			    "producer.override.queue.buffering.max.messages=100", "exactly.once.source.support=enabled");
	host_wait_at_least(&p, "records_in_flight", 100);
	host_say_stop_task(&p, 0, 1500);
	while ((message = host_hear(&p, deadline)) != NULL) {
		const char *type = json_string_value(json_object_get(message, "type"));
		const char *state = json_string_value(json_object_get(message, "state"));
		bool stopped = strcmp(type, "stopped") == 0;

		CU_ASSERT_FALSE(state && strcmp(state, "FAILED") == 0);
		json_decref(message);
		if (stopped)
			break;
	}
	CU_ASSERT_PTR_NOT_NULL(message);
	host_stop_within(&p, 5000);
	host_broker_close(&b);
}

/* Longer than the pause waits for them: nobody sends them again, and they arrive in it. */
static void test_pause__records_stay_on_their_way(void)
{
	struct host_broker b = host_broker_open();
	int64_t deadline = cw_clock_ms() + 20000;
	bool paused = false;
	struct host_process p;
	json_t *message;

	rd_kafka_mock_broker_push_request_error_rtts(b.cluster, 1, PRODUCE, 1, RD_KAFKA_RESP_ERR_NO_ERROR, 3000);
	p = host_broker_run(&b, "on-the-way", "connector.class=ScriptedSource topic=on-the-way count=100 per.poll=100 idle=true",
			    "offset.flush.timeout.ms=200");
	host_wait_at_least(&p, "records_in_flight", 100);
	host_say(&p, json_pack("{s:s}", "type", "pause"));
	while (!paused && (message = host_hear(&p, deadline)) != NULL) {
		const char *state = json_string_value(json_object_get(message, "state"));
		const char *said = json_string_value(json_object_get(message, "message"));

		CU_ASSERT_FALSE(said && strstr(said, "will be sent again"));
		paused = state && strcmp(state, "PAUSED") == 0;
		host_attend(&p, message);
		json_decref(message);
	}
	CU_ASSERT_TRUE(paused);
	host_wait_metric(&p, "records", 100);
	host_stop_within(&p, 5000);
	host_broker_close(&b);
}

int main(void)
{
	static CU_TestInfo tests[] = {
		{ "bounded by bytes", test_queue__is_bounded_by_bytes },
		{ "a record larger than the bound", test_queue__a_record_larger_than_its_bound_goes },
		{ "a stop while offsets have no room", test_stop__while_offsets_have_no_room },
		{ "records stay on their way in a pause", test_pause__records_stay_on_their_way },
		CU_TEST_INFO_NULL,
	};

	return host_test_main("the queue of a source", tests);
}
