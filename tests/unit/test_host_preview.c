/* connect-host --preview with scripted plugins and an embedded broker: what it shows of each stage, and what it hides. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "host_driver.h"
#include "mini_http.h"

#define SINK "'connector.class':'ScriptedPlainSink','out':'/nonexistent'"
#define CHAIN "'value.converter':'ScriptedConverter','predicates':'p','predicates.p.type':'NumberIsAtLeast'," \
	      "'predicates.p.least':'5','predicates.p.fail.at':'9','transforms':'a,b'," \
	      "'transforms.a.type':'ScriptedTransform','transforms.a.append':'!','transforms.a.header':'h'," \
	      "'transforms.a.topic':'other','transforms.a.predicate':'p','transforms.a.fail.every':'7'," \
	      "'transforms.b.type':'ScriptedTransform','transforms.b.drop.every':'3'"

static json_t *parse(const char *single_quoted)
{
	CW_AUTO_FREE char *text = cw_strdup(single_quoted);
	json_error_t error;
	json_t *json;

	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	json = json_loads(text, 0, &error);
	if (!json)
		fprintf(stderr, "\n%s: %s\n", error.text, text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	return json;
}

/* What the host answers; texts are JSON with single quotes. New. */
static json_t *ask(const char *worker, const char *config, const char *preview)
{
	char name[64];
	CW_AUTO_FREE char *path = cw_format("%s/%s", host_folder(), host_fresh_name(name, sizeof(name), "question"));
	CW_AUTO_FREE char *command = cw_format("'%s' --preview <'%s' 2>'%s.err'", CONNECT_HOST, path, path);
	json_t *question = parse("{'name':'x'}"), *answer;
	json_t *settings = parse(worker);
	FILE *out;

	json_object_set_new(settings, "bootstrap.servers", json_string(host_bootstrap()));
	json_object_set_new(settings, "plugin.path", json_string(PLUGINS));
	json_object_set_new(question, "worker", settings);
	json_object_set_new(question, "config", parse(config));
	json_object_set_new(json_object_get(question, "config"), "name", json_string("x"));
	json_object_set_new(question, "preview", parse(preview));
	CU_ASSERT_EQUAL_FATAL(json_dump_file(question, path, 0), 0);
	json_decref(question);
	out = popen(command, "r");
	answer = json_loadf(out, 0, NULL);
	CU_ASSERT_EQUAL(pclose(out), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(answer);
	return answer;
}

/* The place in an array: a number, or "last". */
static size_t index_of(const json_t *array, const char *word)
{
	return strcmp(word, "last") == 0 ? json_array_size(array) - 1 : (size_t)atoi(word);
}

/* A value of an answer by its path: "records.0.stages.1.result"; NULL: none. */
static const json_t *at(const json_t *json, const char *path)
{
	CW_AUTO_FREE char *copy = cw_strdup(path);
	char *rest = copy, *word;

	while ((word = strsep(&rest, ".")) != NULL)
		json = json_is_array(json) ? json_array_get(json, index_of(json, word)) : json_object_get(json, word);
	return json;
}

/* "" for none; a text as it is, other JSON as it is written. */
static void expect_at(const json_t *answer, const char *path, const char *want)
{
	const json_t *value = at(answer, path);
	CW_AUTO_FREE char *text = !value ? cw_strdup("") :
				  json_is_string(value) ? cw_strdup(json_string_value(value)) :
				  json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);

	if (strcmp(text, want) != 0)
		fprintf(stderr, "\n%s: %s\n   wanted: %s\n", path, text, want);
	CU_ASSERT_STRING_EQUAL(text, want);
}

struct row {
	const char *path, *want;
};

static void expect_rows(json_t *answer, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect_at(answer, rows[i].path, rows[i].want);
	json_decref(answer);
}

#define EXPECT(answer, ...)                                                        \
	do {                                                                       \
		static const struct row rows[] = { __VA_ARGS__ };                  \
		expect_rows((answer), rows, sizeof(rows) / sizeof(rows[0]));       \
	} while (0)

/* ---- stages ---------------------------------------------------------------------------------------- */

static void test_sink__each_stage_of_each_record(void)
{
	json_t *answer = ask("{}", "{" SINK ",'topics':'t'," CHAIN "}",
			     "{'records':[{'value':'<v4>','key':'k','timestamp':12,'headers':[{'key':'a','value':'1'}]},"
			     "{'value':'<v8>','topic':'u','partition':3,'offset':77},{'value':'<v6>'},{'value':'<v7>'},{'value':'v1'},"
			     "{'value':'<v9>'},{'value':'<v11>','timestamp':null}]}");

	EXPECT(answer, { "name", "x" }, { "type", "sink" }, { "class", "test.ScriptedPlainSink" },
	       /* as it was given, and what the converters make of it */
	       { "records.0.offset", "0" }, { "records.0.record.topic", "t" }, { "records.0.record.partition", "0" },
	       { "records.0.record.timestamp", "12" }, { "records.0.record.value", "{\"text\":\"<v4>\",\"type\":\"bytes\"}" },
	       { "records.0.stages.0.stage", "KEY_CONVERTER" }, { "records.0.stages.0.result", "applied" },
	       { "records.0.stages.0.record.key.type", "string" },
	       { "records.0.stages.0.record.key.schema", "{\"optional\":true,\"type\":\"string\"}" },
	       { "records.0.stages.1.stage", "VALUE_CONVERTER" }, { "records.0.stages.1.record.value.text", "v4" },
	       { "records.0.stages.1.class", "test.ScriptedConverter" },
	       { "records.0.stages.2.stage", "HEADER_CONVERTER" },
	       { "records.0.stages.2.record.headers",
		 "[{\"key\":\"a\",\"schema\":{\"optional\":false,\"type\":\"int8\"},\"text\":\"1\",\"type\":\"int8\"}]" },
	       /* the predicate does not hold */
	       { "records.0.stages.3.alias", "a" }, { "records.0.stages.3.result", "skipped" },
	       { "records.0.stages.3.predicate",
		 "{\"alias\":\"p\",\"class\":\"test.NumberIsAtLeast\",\"holds\":false,\"negate\":false}" },
	       { "records.0.stages.4.result", "applied" }, { "records.0.stages.4.predicate", "" },
	       { "records.0.stages.5.stage", "TASK_PUT" }, { "records.0.stages.5.result", "not_rendered" },
	       { "records.0.stages.6", "" }, { "records.0.result", "converted" }, { "records.0.error", "" },
	       /* it holds */
	       { "records.1.offset", "77" }, { "records.1.record.topic", "u" }, { "records.1.record.partition", "3" },
	       { "records.1.stages.3.result", "applied" }, { "records.1.stages.3.predicate.holds", "true" },
	       { "records.1.stages.3.record.value.text", "v8!" }, { "records.1.stages.3.record.topic", "other" },
	       { "records.1.stages.3.record.headers.0.key", "h" },
	       /* dropped, refused by a transformation, by a converter, by a predicate; the others go on */
	       { "records.2.stages.4.result", "dropped" }, { "records.2.stages.4.record", "" },
	       { "records.2.stages.5", "" }, { "records.2.result", "dropped" }, { "records.2.error", "" },
	       { "records.3.stages.3.result", "failed" }, { "records.3.result", "failed" },
	       { "records.3.error.stage", "TRANSFORMATION" }, { "records.3.error.class", "test.ScriptedTransform" },
	       { "records.4.stages.1.result", "failed" }, { "records.4.stages.2", "" },
	       { "records.4.error.class", "test.ScriptedConverter" },
	       { "records.5.error.class", "test.NumberIsAtLeast" }, { "records.5.stages.3.result", "failed" },
	       { "records.5.stages.3.predicate.holds", "" },
	       { "records.6.result", "converted" }, { "records.6.record.timestamp", "null" }, { "records.7", "" });
}

static void test_sink__bytes_and_nulls(void)
{
	json_t *answer = ask("{}", "{" SINK ",'topics':'t','value.converter':'ByteArray','key.converter':'Json'}",
			     "{'records':[{'value':{'base64':'/wA='},'key':'{\\'schema\\':{\\'type\\':\\'double\\',\\'optional\\':false},"
			     "\\'payload\\':1.1}'},{'value':null},{'value':{'base64':'YWI='},'headers':[{'key':'h'}]},{'value':''}]}");

	EXPECT(answer, { "records.0.record.value", "{\"base64\":\"/wA=\",\"type\":\"bytes\"}" },
	       { "records.0.stages.0.record.key.text", "1.1" }, { "records.0.stages.0.record.key.type", "double" },
	       { "records.0.stages.0.record.key.schema.type", "double" },
	       { "records.0.stages.1.record.value.base64", "/wA=" }, { "records.0.stages.1.record.value.text", "" },
	       { "records.1.record.value", "{\"type\":\"null\"}" }, { "records.1.result", "converted" },
	       { "records.2.record.value.text", "ab" }, { "records.2.record.headers.0.type", "null" },
	       { "records.3.record.value", "{\"text\":\"\",\"type\":\"bytes\"}" });
}

static void test_sink__renders(void)
{
	json_t *answer = ask("{}", "{'connector.class':'AccessLogElasticsearchSink','connection.url':'http://127.0.0.1:1',"
			     "'topics':'t'}",
			     "{'records':[{'value':'1.2.3.4 - - [Jan 21 2026, 22:23:40] \\\"GET / HTTP/1.1\\\" 200 1 \\\"-\\\" \\\"-\\\"'},"
			     "{'value':'what'}]}");

	EXPECT(answer, { "records.0.result", "rendered" }, { "records.0.stages.last.result", "rendered" },
	       { "records.0.stages.last.destination", "access-logs-2026.01.21" },
	       { "records.0.stages.last.text",
		 "{\"create\":{\"_id\":\"t+0+0\"}}\n{\"ip\":\"1.2.3.4\",\"@timestamp\":\"2026-01-21T22:23:40\",\"method\":\"GET\","
		 "\"endpoint\":\"/\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"size\":1}\n" },
	       { "records.1.result", "failed" }, { "records.1.error.stage", "TASK_PUT" },
	       { "records.1.error.class", "io.connectworker.AccessLogElasticsearchSink" });
}

static void test_sink__renders_as_it_likes(void)
{
	const char *records = "{'records':[{'value':'v0'},{'value':'v1'},{'value':'v2'},{'value':'v3'},{'value':'v4'}]}";

	EXPECT(ask("{}", "{'connector.class':'ScriptedFlushSink','topics':'t','out':'o'}", records),
	       { "records.0.result", "rendered" }, { "records.0.stages.3.destination", "o" },
	       { "records.0.stages.3.base64", "/wF2MA==" }, { "records.0.stages.3.text", "" }, { "records.0.stages.4", "" },
	       { "records.0.error", "" }, { "records.1.result", "left_out" },
	       { "records.1.stages.3.reason", "it is the second of four" }, { "records.1.error", "" },
	       { "records.2.result", "failed" }, { "records.2.stages.3.result", "failed" },
	       { "records.2.error.message", "it is the third of four" }, { "records.3.result", "converted" },
	       { "records.3.stages.3.result", "not_rendered" },
	       { "records.3.stages.3.reason", "the sink does not say what it would send" },
	       { "records.4.result", "rendered" }, { "records.5", "" });
	EXPECT(ask("{}", "{'connector.class':'ScriptedFlushSink','topics':'t','out':'o','reject.every':'-1'}", records),
	       { "records.0.result", "failed" }, { "records.0.error.message", "nothing can be said" },
	       { "records.4.result", "failed" });
	EXPECT(ask("{}", "{'connector.class':'ScriptedFlushSink','topics':'t','out':'o','value.converter':'ScriptedConverter',"
		   "'reject.every':'-1'}", "{'records':[{'value':'v0'}]}"), /* none comes as far as that */
	       { "records.0.error.stage", "VALUE_CONVERTER" });
}

/* ---- the newest records ---------------------------------------------------------------------------- */

static void test_sink__the_newest_of_a_topic(void)
{
	char name[64];
	const char *topic = host_fresh_name(name, sizeof(name), "newest");
	CW_AUTO_FREE char *config = cw_format("{" SINK ",'topics':'%s'}", topic);
	CW_AUTO_FREE char *by_name = cw_format("{'topic':'%s','last':100}", topic);
	json_t *answer;

	host_fill(host_bootstrap(), topic, 0, 0, 40);
	host_fill(host_bootstrap(), topic, 1, 100, 3);
	answer = ask("{}", config, "{'last':5}"); /* of the connector's topics */
	CU_ASSERT_EQUAL(json_array_size(json_object_get(answer, "records")), 5);
	EXPECT(answer, { "records.4.record.value.text", "v102" }, { "records.2.record.value.text", "v100" },
	       { "records.2.record.partition", "1" }, { "records.2.offset", "0" },
	       { "records.1.record.value.text", "v39" }, { "records.0.offset", "38" },
	       { "records.0.record.partition", "0" });
	answer = ask("{}", "{" SINK ",'topics':'nobodys'}", by_name);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(answer, "records")), 43);
	json_decref(answer);
	answer = ask("{}", config, "{}");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(answer, "records")), 10);
	json_decref(answer);
	CU_ASSERT_EQUAL(host_committed("x", topic, 0), -1001); /* RD_KAFKA_OFFSET_INVALID: nothing */
}

/* ---- sources --------------------------------------------------------------------------------------- */

static void test_source__what_it_gives_first(void)
{
	json_t *answer = ask("{}", "{'connector.class':'ScriptedSource','topic':'t','count':'3','transforms':'a',"
			     "'transforms.a.type':'ScriptedTransform','transforms.a.append':'!','value.converter':'ScriptedConverter'}",
			     "{'first':5}");

	CU_ASSERT_EQUAL(json_array_size(json_object_get(answer, "records")), 3);
	EXPECT(answer, { "type", "source" }, { "end", "true" }, { "error", "" },
	       { "records.0.source_partition", "{\"task\":0}" }, { "records.0.source_offset", "{\"next\":1}" },
	       { "records.0.record.value.text", "v0" }, { "records.0.record.partition", "null" },
	       { "records.0.stages.0.stage", "TRANSFORMATION" }, { "records.0.stages.0.alias", "a" },
	       { "records.0.stages.0.record.value.text", "v0!" },
	       { "records.0.stages.1.stage", "HEADER_CONVERTER" }, { "records.0.stages.2.stage", "KEY_CONVERTER" },
	       { "records.0.stages.3.stage", "VALUE_CONVERTER" },
	       { "records.0.stages.3.record.value", "{\"text\":\"<v0!>\",\"type\":\"bytes\"}" },
	       { "records.0.result", "converted" });
	answer = ask("{}", "{'connector.class':'ScriptedSource','topic':'t'}", "{'first':12}");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(answer, "records")), 12);
	EXPECT(answer, { "end", "false" }, { "records.11.source_offset.next", "12" });
	answer = ask("{}", "{'connector.class':'ScriptedSource','topic':'t','fail.at':'15','retry':'1'}", "{'first':100}");
	EXPECT(answer, { "error.stage", "TASK_POLL" }, { "error.class", "test.ScriptedSource" },
	       { "records.9.record.value.text", "v9" });
}

/* A registry's schemas are read; that of a source's values is not put there. */
static void test_source__registers_no_schema(void)
{
	struct mini_http *registry = mini_http_start();
	CW_AUTO_FREE char *config = cw_format("{'connector.class':'ScriptedSource','topic':'t','count':'1','value.converter':"
					      "'io.confluent.connect.avro.AvroConverter','value.converter.schema.registry.url':"
					      "'http://127.0.0.1:%d'}", mini_http_port(registry));
	CW_AUTO_FREE char *asked = NULL;
	json_t *answer;

	mini_http_answer(registry, "POST", "/subjects/t-value/versions", 200, "{\"id\":7}");
	mini_http_answer(registry, "POST", "/subjects/t-value", 404,
			 "{\"error_code\":40401,\"message\":\"Subject 't-value' not found.\"}");
	answer = ask("{}", config, "{}");
	asked = mini_http_requests(registry);
	CU_ASSERT_PTR_NULL(strstr(asked, "/versions"));
	CU_ASSERT_PTR_NOT_NULL(strstr(json_string_value(at(answer, "records.0.error.message")), "Subject 't-value' not found"));
	json_decref(answer);
	mini_http_answer(registry, "POST", "/subjects/t-value", 200,
			 "{\"subject\":\"t-value\",\"version\":1,\"id\":7,\"schema\":\"\\\"string\\\"\"}");
	EXPECT(ask("{}", config, "{}"), { "records.0.result", "converted" },
	       { "records.0.stages.2.record.value.base64", "AAAAAAcAAAAAAAACBHYwAAA=" });
	mini_http_stop(registry);
}

/* ---- what is hidden -------------------------------------------------------------------------------- */

static void expect_hidden(json_t *answer, const char *secret, const char *shown)
{
	CW_AUTO_FREE char *text = json_dumps(answer, JSON_COMPACT);

	if (strstr(text, secret) || !strstr(text, shown))
		fprintf(stderr, "\n%s\n", text);
	CU_ASSERT_PTR_NULL(strstr(text, secret));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, shown));
	json_decref(answer);
}

#define PROVIDER "{'config.providers':'env','config.providers.env.class':" \
		 "'org.apache.kafka.common.config.provider.EnvVarConfigProvider'}"
#define INSERTS "'transforms':'a','transforms.a.type':'org.apache.kafka.connect.transforms.InsertField$Value'," \
		"'transforms.a.static.field':'f','transforms.a.static.value':'${env:CW_TEST_SECRET}'," \
		"'value.converter':'Json','value.converter.schemas.enable':'false'"

static void test_secrets__are_not_shown(void)
{
	setenv("CW_TEST_SECRET", "geh\"eim-7", 1);
	/* in a document; in its text for the store, escaped; in bytes; in an error */
	expect_hidden(ask(PROVIDER, "{" SINK ",'topics':'t'," INSERTS "}", "{'records':[{'value':'{}'}]}"), "eim-7",
		      "${env:CW_TEST_SECRET}");
	expect_hidden(ask(PROVIDER, "{'connector.class':'AccessLogElasticsearchSink','connection.url':'http://127.0.0.1:1',"
			  "'topics':'t'," INSERTS "}", "{'records':[{'value':'{}'}]}"), "eim-7", "rendered");
	expect_hidden(ask(PROVIDER, "{" SINK ",'topics':'t','value.converter':'ByteArray','transforms':'a',"
			  "'transforms.a.type':'ScriptedTransform','transforms.a.append':'${env:CW_TEST_SECRET}'}",
			  "{'records':[{'value':{'base64':'djH/AGdlaCJlaW0tNwA='}}]}"), "Z2VoImVpbS03", "base64");
	expect_hidden(ask(PROVIDER, "{" SINK ",'topics':'${env:CW_TEST_SECRET}'}", "{'last':1}"), "eim-7",
		      "Invalid value [${env:CW_TEST_SECRET}] for configuration topics");
	/* a plain password of the connector */
	expect_hidden(ask("{}", "{'connector.class':'AccessLogElasticsearchSink','connection.url':'http://127.0.0.1:1',"
			  "'connection.username':'u','connection.password':'offenkundig','topics':'t',"
			  "'value.converter':'String'}", "{'records':[{'value':'offenkundig'}]}"), "offenkundig", "[hidden]");
}

/* ---- what is refused ------------------------------------------------------------------------------- */

static void test_question__refused_in_a_sentence(void)
{
	static const struct {
		const char *config, *preview, *words;
	} rows[] = {
		{ "{" SINK "}", "{}", "names no topics" },
		{ "{" SINK "}", "{'records':[{'value':'v'}]}", "records[0].topic is needed" },
		{ "{" SINK ",'topics':'t'}", "{'records':[{'value':'v'},{'key':{'base64':'a'}}]}",
		  "records[1].key.base64 is not base64" },
		{ "{" SINK ",'topics':'t'}", "{'first':1}", "\"first\" is for sources" },
		{ "{'connector.class':'ScriptedSource','topic':'t'}", "{'last':1}", "are for sinks" },
		{ "{'connector.class':'Nobody'}", "{}", "Nobody" },
		{ "{}", "{}", "no connector.class" },
		{ "{" SINK ",'topics':'t','transforms':'a','transforms.a.type':'ScriptedTransform','transforms.a.start.fails':'true'}",
		  "{'records':[{'value':'v'}]}", "test.ScriptedTransform did not start" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *answer = ask("{}", rows[i].config, rows[i].preview);
		const char *text = json_string_value(at(answer, "error.text"));

		if (!text || !strstr(text, rows[i].words))
			fprintf(stderr, "\n%s\n  instead of: %s\n", text ? text : "no error", rows[i].words);
		CU_ASSERT_TRUE(text && strstr(text, rows[i].words));
		json_decref(answer);
	}
}

static void test_question__more_than_can_be_shown(void)
{
	size_t n = 9u << 20;
	char *text = malloc(n + 1);
	CW_AUTO_FREE char *preview = NULL;
	json_t *answer;

	memset(text, 'x', n);
	text[n] = '\0';
	preview = cw_format("{'records':[{'value':'%s'}]}", text);
	answer = ask("{}", "{" SINK ",'topics':'t'}", preview);
	EXPECT(answer, { "error.code", "1" },
	       { "error.text", "What there is to show of these records is larger than 16 MiB: ask for fewer of them" });
	free(text);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "sink: each stage", test_sink__each_stage_of_each_record },
		{ "sink: bytes and nulls", test_sink__bytes_and_nulls },
		{ "sink: what it would send", test_sink__renders },
		{ "sink: as it likes", test_sink__renders_as_it_likes },
		{ "sink: the newest records", test_sink__the_newest_of_a_topic },
		{ "source", test_source__what_it_gives_first },
		{ "source: no schema is registered", test_source__registers_no_schema },
		{ "secrets", test_secrets__are_not_shown },
		{ "refused", test_question__refused_in_a_sentence },
		{ "too much", test_question__more_than_can_be_shown },
		CU_TEST_INFO_NULL,
	};

	return host_test_main("previews", tests);
}
