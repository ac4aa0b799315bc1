/* Offsets asked for and altered: which are refused and how, and where those of sources and sinks go. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "herder_fixture.h"

/* A stopped connector. */
static void create_stopped(const char *name, const char *config)
{
	expect_ok(create_in(name, config, "STOPPED"));
	wait_states(name, "STOPPED");
}

#define ALTERED "{'message':'The offsets for this connector have been altered successfully'}"
#define RESET "{'message':'The offsets for this connector have been reset successfully'}"

static void test_source__offsets_are_set_and_forgotten(void)
{
	start_worker();
	create_stopped("s", "{}");
	expect_body(call(CW_OP_OFFSETS, "s"), "{'offsets':[]}");
	expect_body(call_body(CW_OP_ALTER_OFFSETS, "s", parsed("{'offsets':[{'partition':{'file':'a','n':1},'offset':{'at':5}},"
							       "{'partition':{'file':'b'},'offset':{'at':6}}]}")), ALTERED);
	/* The same partition in another order of its keys; and one that goes. */
	expect_body(call_body(CW_OP_ALTER_OFFSETS, "s", parsed("{'offsets':[{'partition':{'n':1,'file':'a'},'offset':{'at':7}},"
							       "{'partition':{'file':'b'},'offset':null}]}")), ALTERED);
	expect_body(call(CW_OP_OFFSETS, "s"), "{'offsets':[{'partition':{'file':'a','n':1},'offset':{'at':7}}]}");
	expect_body(call(CW_OP_RESET_OFFSETS, "s"), RESET);
	expect_body(call(CW_OP_RESET_OFFSETS, "s"), RESET);
	expect_body(call(CW_OP_OFFSETS, "s"), "{'offsets':[]}");
}

static void test_source__exactly_once_goes_to_kafka_first(void)
{
	json_object_set_new(w.settings, "exactly.once.source.support", json_string("enabled"));
	start_worker();
	create_stopped("s", "{}");
	create_stopped("bad", "{'fake.offsets':'4'}");
	expect_body(call_body(CW_OP_ALTER_OFFSETS, "s", parsed("{'offsets':[{'partition':{'p':1},'offset':{'o':2}}]}")), ALTERED);
	expect_body(call(CW_OP_OFFSETS, "s"), "{'offsets':[{'partition':{'p':1},'offset':{'o':2}}]}");
	expect_error(call_body(CW_OP_ALTER_OFFSETS, "bad", parsed("{'offsets':[{'partition':{'p':1},'offset':{'o':2}}]}")),
		     CW_ERR_RETRIABLE, "Failed to modify offsets for connector bad: Broker: no");
	expect_error(call(CW_OP_OFFSETS, "bad"), CW_ERR_RETRIABLE,
		     "The offsets of connector bad cannot be read: Broker: no");
	expect_body(call(CW_OP_RESET_OFFSETS, "s"), RESET);
	expect_body(call(CW_OP_OFFSETS, "s"), "{'offsets':[]}");
}

/* The topic is what counts: the worker's copy may be of before it was exactly-once, or another worker's. */
static void test_source__exactly_once_is_what_the_topic_has(void)
{
	CW_AUTO_FREE char *path = cw_format("%s/asked", w.folder), *asked = NULL;
	json_t *config = config_of("{'offsets.storage.topic':'own'}");

	json_object_set_new(config, "fake.asked", json_string(path));
	json_object_set_new(config, "fake.topic", json_string("[[{\"a\":1,\"b\":2},{\"o\":5}],[{\"p\":7},{\"o\":8}]]"));
	json_object_set_new(w.settings, "exactly.once.source.support", json_string("enabled"));
	start_worker();
	expect_ok(call_body(CW_OP_CREATE, NULL, json_pack("{sssoss}", "name", "s", "config", config, "initial_state",
							  "STOPPED")));
	wait_states("s", "STOPPED");
	expect_body(call(CW_OP_OFFSETS, "s"), "{'offsets':[{'partition':{'a':1,'b':2},'offset':{'o':5}},"
					      "{'partition':{'p':7},'offset':{'o':8}}]}");
	asked = read_file("asked");
	CU_ASSERT_PTR_NOT_NULL(strstr(asked, "\"topic\":\"own\""));
	CU_ASSERT_PTR_NULL(strstr(asked, "\"offsets\":"));
	/* In the store one that the topic does not have, and one that is older there. */
	expect_body(call_body(CW_OP_ALTER_OFFSETS, "s", parsed("{'offsets':[{'partition':{'b':2,'a':1},'offset':{'o':1}},"
							       "{'partition':{'c':3},'offset':{'o':2}}]}")), ALTERED);
	expect_body(call(CW_OP_OFFSETS, "s"), "{'offsets':[{'partition':{'a':1,'b':2},'offset':{'o':5}},"
					      "{'partition':{'p':7},'offset':{'o':8}},{'partition':{'c':3},'offset':{'o':2}}]}");
	expect_body(call(CW_OP_RESET_OFFSETS, "s"), RESET);
	free(asked);
	asked = read_file("asked");
	CU_ASSERT_PTR_NOT_NULL(strstr(asked, "\"offsets\":\"reset\",\"topic\":\"own\""));
	expect_body(call(CW_OP_OFFSETS, "s"), "{'offsets':[{'partition':{'a':1,'b':2},'offset':{'o':5}},"
					      "{'partition':{'p':7},'offset':{'o':8}}]}");
}

#define SINK "{'connector.class':'FakeSink','topics':'t'}"

static void test_sink__offsets_are_the_groups(void)
{
	start_worker();
	create_stopped("k", SINK);
	expect_body(call(CW_OP_OFFSETS, "k"),
		    "{'offsets':[{'partition':{'kafka_partition':0,'kafka_topic':'t'},'offset':{'kafka_offset':7}},"
		    "{'partition':{'kafka_partition':1,'kafka_topic':'t'},'offset':{'kafka_offset':9}}]}");
	expect_body(call_body(CW_OP_ALTER_OFFSETS, "k",
			      parsed("{'offsets':[{'partition':{'kafka_topic':'t','kafka_partition':'0'},"
				     "'offset':{'kafka_offset':'12'}},{'partition':{'kafka_topic':'t','kafka_partition':1},"
				     "'offset':null}]}")), ALTERED);
	expect_body(call(CW_OP_RESET_OFFSETS, "k"), RESET);
}

static struct cw_answer call_at(const char *name, int64_t at_ms)
{
	struct cw_request request = { .op = CW_OP_OFFSETS, .flags = CW_OP_AT, .name = name, .at_ms = at_ms };
	struct cw_answer answer = { .body = NULL };

	cw_herder_call(w.herder, &request, DEADLINE_MS, &answer);
	return answer;
}

/* At once, without asking: it would take half a minute to hear nothing. A time's offsets are no group's. */
static void test_sink__an_embedded_broker_tells_nothing_of_groups(void)
{
	start_worker();
	create_stopped("k", SINK);
	create_stopped("s", "{}");
	w.config.embedded_broker = true;
	expect_error(call(CW_OP_OFFSETS, "k"), CW_ERR_INVALID,
		     "The offsets of connector k cannot be had: the embedded broker does not tell what consumer groups have "
		     "committed, and a broker of your own does (bootstrap.servers)");
	expect_error(call_body(CW_OP_ALTER_OFFSETS, "k", parsed("{'offsets':[{'partition':{'kafka_topic':'t','kafka_partition':0},"
								"'offset':null}]}")), CW_ERR_INVALID, "The offsets of connector k");
	expect_error(call(CW_OP_RESET_OFFSETS, "k"), CW_ERR_INVALID, "The offsets of connector k cannot be had");
	expect_error(call(CW_OP_LETTERS, "k"), CW_ERR_INVALID, "The dead letters of connector k cannot be had");
	expect_error(call(CW_OP_REPLAY_LETTERS, "k"), CW_ERR_INVALID, "The dead letters of connector k cannot be had");
	expect_body(call(CW_OP_OFFSETS, "s"), "{'offsets':[]}");
}

static void test_sink__offsets_of_a_time(void)
{
	start_worker();
	create_stopped("k", SINK);
	create_stopped("s", "{}");
	expect_body(call_at("k", 5000),
		    "{'offsets':[{'partition':{'kafka_partition':0,'kafka_topic':'t'},'offset':{'kafka_offset':5}}]}");
	expect_error(call_at("s", 5000), CW_ERR_INVALID, "Only in a sink's topics a time has offsets, and connector s is a source");
	expect_error(call_at("none", 0), CW_ERR_NOT_FOUND, "Connector none not found");
}

static void test_sink__kafka_refuses(void)
{
	static const struct {
		const char *how;
		enum cw_error_code code;
		const char *words;
	} rows[] = {
		{ "1", CW_ERR_INVALID, "Broker: no" },
		{ "3", CW_ERR_FATAL, "tasks haven't stopped completely yet" },
		{ "4", CW_ERR_RETRIABLE, "Broker: no" },
		{ "5", CW_ERR_FATAL, "Broker: no" },
		{ "fail", CW_ERR_FATAL, "the fake has no answer" },
	};

	start_worker();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CW_AUTO_FREE char *config = cw_format("{'connector.class':'FakeSink','topics':'t','fake.offsets':'%s'}",
						      rows[i].how);
		CW_AUTO_FREE char *name = cw_format("k%zu", i);

		create_stopped(name, config);
		expect_error(call(CW_OP_RESET_OFFSETS, name), rows[i].code, rows[i].words);
		expect_error(call(CW_OP_OFFSETS, name), rows[i].code == CW_ERR_FATAL && i == 1 ? CW_ERR_CONFLICT : rows[i].code,
			     "cannot be read");
	}
}

/* ---- where a new connector begins ---- */

/* Takes offsets. */
static struct cw_answer create_at(const char *name, json_t *config, const char *offsets, uint32_t flags)
{
	json_t *body = json_pack("{ssso}", "name", name, "config", config);
	struct cw_answer answer;

	json_object_set_new(body, "initial_offsets", parsed(offsets));
	answer = call_with(CW_OP_CREATE, NULL, 0, flags, body);
	json_decref(body);
	return answer;
}

static void expect_started_at(const char *lines)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	CW_AUTO_FREE char *text = read_file("starts");

	while (!*text && look_again(deadline)) {
		free(text);
		text = read_file("starts");
	}
	CU_ASSERT_STRING_EQUAL(text, lines);
}

static void test_create__a_source_begins_at_its_offsets(void)
{
	json_t *config;

	start_worker();
	config = starts_config("{}");
	expect_ok(create_at("s", json_deep_copy(config), "[{'partition':{'p':0},'offset':{'n':41}}]", CW_OP_DRY_RUN));
	expect_ok(create_at("s", config, "[{'partition':{'p':0},'offset':{'n':41}}]", 0));
	wait_states("s", "RUNNING RUNNING");
	expect_started_at("0 running [[{\"p\":0},{\"n\":41}]]\n");
	ok(CW_OP_DELETE, "s");
	wait_states("s", "gone");
	/* Its offsets stay behind, unless the next one of its name begins elsewhere. */
	expect_ok(create_at("s", config_of("{}"), "{'offsets':[{'partition':{'p':0},'offset':null}]}", 0));
	expect_ok(call(CW_OP_STOP, "s"));
}

static void test_create__an_exactly_once_source_begins_at_its_offsets(void)
{
	CW_AUTO_FREE char *asked = NULL;
	CW_AUTO_FREE char *config = cw_format("{'fake.asked':'%s/asked','offsets.storage.topic':'own'}", w.folder);

	json_object_set_new(w.settings, "exactly.once.source.support", json_string("enabled"));
	start_worker();
	expect_ok(create_at("s", config_of(config), "[{'partition':{'p':1},'offset':{'o':2}}]", 0));
	asked = read_file("asked");
	CU_ASSERT_PTR_NOT_NULL(strstr(asked, "\"name\":\"s\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(asked, "\"offsets\":[[{\"p\":1},{\"o\":2}]],\"topic\":\"own\""));
	expect_body(call(CW_OP_OFFSETS, "s"), "{'offsets':[{'partition':{'p':1},'offset':{'o':2}}]}");
	wait_states("s", "RUNNING RUNNING");
	expect_error(create_at("bad", config_of("{'fake.offsets':'4'}"), "[{'partition':{'p':1},'offset':{'o':2}}]", 0),
		     CW_ERR_RETRIABLE, "The initial offsets of connector bad cannot be set: Broker: no");
	wait_states("bad", "gone");
}

static void test_create__a_sink_begins_at_its_offsets(void)
{
	CW_AUTO_FREE char *asked = NULL;
	CW_AUTO_FREE char *config = cw_format("{'connector.class':'FakeSink','topics':'t','fake.asked':'%s/asked'}", w.folder);

	start_worker();
	expect_ok(create_at("k", config_of(config),
			    "[{'partition':{'kafka_topic':'t','kafka_partition':'0'},'offset':{'kafka_offset':12}}]", 0));
	asked = read_file("asked");
	CU_ASSERT_PTR_NOT_NULL(strstr(asked, "\"change\":[[\"t\",0,12]]"));
	wait_states("k", "RUNNING RUNNING");
	expect_error(create_at("k", config_of(SINK), "[{'partition':{'kafka_topic':'t','kafka_partition':0}}]", 0),
		     CW_ERR_CONFLICT, "Connector k already exists");
}

static void test_create__what_is_refused_makes_nothing(void)
{
	static const struct {
		const char *config, *offsets;
		enum cw_error_code code;
		const char *words;
	} rows[] = {
		{ "{}", "{'offsets':5}", CW_ERR_INVALID, "\"initial_offsets\" must be an array of objects" },
		{ "{}", "[5]", CW_ERR_INVALID, "\"initial_offsets\": the entry at 0 must be an object" },
		{ "{}", "[{}]", CW_ERR_INVALID, "The partition of a source offset must be an object" },
		{ "{}", "[{'partition':{'p':{}},'offset':{}}]", CW_ERR_INVALID, "field p of the partition contains MAP" },
		{ SINK, "[{'partition':{'p':1},'offset':{'o':2}}]", CW_ERR_INVALID, "must contain the keys" },
		{ "{'connector.class':'FakeSink','fake.offsets':'1'}",
		  "[{'partition':{'kafka_topic':'no','kafka_partition':0},'offset':{'kafka_offset':1}}]", CW_ERR_INVALID,
		  "The initial offsets of connector x cannot be set: Broker: no" },
		{ "{'connector.class':'FakeSink','fake.offsets':'3'}",
		  "[{'partition':{'kafka_topic':'t','kafka_partition':0},'offset':null}]", CW_ERR_RETRIABLE, "Broker: no" },
		{ "{'fake.validate':'error'}", "[{'partition':{'p':1},'offset':{'o':2}}]", CW_ERR_INVALID, "it is no topic" },
	};

	start_worker();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (i < 5) /* what can be known without Kafka */
			expect_error(create_at("x", config_of(rows[i].config), rows[i].offsets, CW_OP_DRY_RUN), rows[i].code,
				     rows[i].words);
		expect_error(create_at("x", config_of(rows[i].config), rows[i].offsets, 0), rows[i].code, rows[i].words);
		wait_states("x", "gone");
	}
	create_stopped("x", "{}");
	expect_body(call(CW_OP_OFFSETS, "x"), "{'offsets':[]}");
}

static void test_change__what_is_refused(void)
{
	static const struct {
		const char *name, *body, *words;
	} rows[] = {
		{ "k", "{}", "Partitions / offsets need to be provided for an alter offsets request" },
		{ "k", "{'offsets':[]}", "need to be provided" },
		{ "none", "{'offsets':[]}", "need to be provided" }, /* before anybody looks for it */
		{ "k", "{'offsets':[{}]}", "The partition for a sink connector offset cannot be null or missing" },
		{ "k", "{'offsets':[{'partition':null}]}", "cannot be null or missing" },
		{ "k", "{'offsets':[{'partition':{'kafka_topic':'t'}}]}", "must contain the keys 'kafka_topic' and 'kafka_partition'" },
		{ "k", "{'offsets':[{'partition':{'kafka_partition':1}}]}", "must contain the keys" },
		{ "k", "{'offsets':[{'partition':{'kafka_topic':null,'kafka_partition':1}}]}", "Kafka topic names must be valid" },
		{ "k", "{'offsets':[{'partition':{'kafka_topic':'t','kafka_partition':null}}]}", "Kafka partitions must be valid" },
		{ "k", "{'offsets':[{'partition':{'kafka_topic':'t','kafka_partition':'x'}}]}",
		  "Failed to parse the following Kafka partition value in the provided offsets: 'x'. Partition values for sink "
		  "connectors need to be integers." },
		{ "k", "{'offsets':[{'partition':{'kafka_topic':'t','kafka_partition':-1}}]}", "no Kafka partition" },
		{ "k", "{'offsets':[{'partition':{'kafka_topic':'t','kafka_partition':0},'offset':{}}]}",
		  "should either be null or contain the key 'kafka_offset'" },
		{ "k", "{'offsets':[{'partition':{'kafka_topic':'t','kafka_partition':0},'offset':{'kafka_offset':1.5}}]}",
		  "Failed to parse the following Kafka offset value in the provided offsets: '1.5'" },
		{ "k", "{'offsets':[{'partition':{'kafka_topic':'t','kafka_partition':0},'offset':{'kafka_offset':-3}}]}",
		  "-3 is no Kafka offset" },
		{ "s", "{'offsets':[{}]}", "The partition of a source offset must be an object" },
		{ "s", "{'offsets':[{'partition':{'a':1},'offset':5}]}", "must be an object, as GET shows it, or null" },
		{ "s", "{'offsets':[{'partition':{'a':{}},'offset':{}}]}", "field a of the partition contains MAP" },
		{ "s", "{'offsets':[{'partition':{'a':1},'offset':{'b':[]}}]}", "field b of the offset contains ARRAY" },
		{ "runs", "{'offsets':[{'partition':{},'offset':{}}]}", "'/connectors/runs/stop' endpoint" },
	};

	start_worker();
	create_stopped("s", "{}");
	create_stopped("k", SINK);
	create("runs", "{}");
	wait_states("runs", "RUNNING RUNNING");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_error(call_body(CW_OP_ALTER_OFFSETS, rows[i].name, parsed(rows[i].body)), CW_ERR_INVALID, rows[i].words);
	expect_error(call(CW_OP_RESET_OFFSETS, "runs"), CW_ERR_INVALID, "must be in the STOPPED state");
	expect_error(call(CW_OP_RESET_OFFSETS, "none"), CW_ERR_NOT_FOUND, "Connector none not found");
	expect_error(call_body(CW_OP_ALTER_OFFSETS, "none", parsed("{'offsets':[{'partition':{}}]}")), CW_ERR_NOT_FOUND,
		     "Connector none not found");
	expect_body(call(CW_OP_OFFSETS, "s"), "{'offsets':[]}");
}

static void test_change__ends_with_the_worker(void)
{
	start_worker();
	create_stopped("k", "{'connector.class':'FakeSink','topics':'t','fake.offsets':'hang'}");
	/* Nobody waits for the answer; it is given up with the worker, which tear_down() ends. */
	expect_error(call_with_timeout(CW_OP_RESET_OFFSETS, "k", 500), CW_ERR_RETRIABLE,
		     "The worker is currently asking Kafka for the offsets of connector k");
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "a source's offsets are set and forgotten", test_source__offsets_are_set_and_forgotten },
		{ "exactly once: Kafka has them first", test_source__exactly_once_goes_to_kafka_first },
		{ "exactly once: what the topic has counts", test_source__exactly_once_is_what_the_topic_has },
		{ "a sink's offsets are the group's", test_sink__offsets_are_the_groups },
		{ "an embedded broker", test_sink__an_embedded_broker_tells_nothing_of_groups },
		{ "sink: offsets of a time", test_sink__offsets_of_a_time },
		{ "Kafka refuses", test_sink__kafka_refuses },
		{ "create: a source begins at its offsets", test_create__a_source_begins_at_its_offsets },
		{ "create: an exactly-once source begins at its offsets",
		  test_create__an_exactly_once_source_begins_at_its_offsets },
		{ "create: a sink begins at its offsets", test_create__a_sink_begins_at_its_offsets },
		{ "create: what is refused makes nothing", test_create__what_is_refused_makes_nothing },
		{ "what is refused", test_change__what_is_refused },
		{ "a change ends with the worker", test_change__ends_with_the_worker },
		CU_TEST_INFO_NULL,
	};

	return herder_test_main(argc, argv, tests);
}
