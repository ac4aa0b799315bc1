/* What configs show of passwords, and that "[hidden]" which comes back stands for what is stored. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "herder_fixture.h"

static void expect_config(struct cw_answer answer, const char *within, const char *key, const char *wanted)
{
	const json_t *config = within ? json_object_get(answer.body, within) : answer.body;
	const char *found = json_string_value(json_object_get(config, key));

	CU_ASSERT_TRUE(found && strcmp(found, wanted) == 0);
	expect_ok(answer);
}

#define WITH_PASSWORD "{'db.password':'pw-1','x':'${env:NAME}','api.token':'${env:TOKEN}'}"

static void test_passwords__are_hidden_and_kept(void)
{
	struct cw_answer answer;

	start_worker();
	answer = create_in("a", WITH_PASSWORD, NULL);
	expect_config(answer, "config", "db.password", "[hidden]");
	wait_states("a", "RUNNING RUNNING");
	expect_config(call(CW_OP_GET, "a"), "config", "db.password", "[hidden]");
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "db.password", "[hidden]");
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "api.token", "${env:TOKEN}");
	answer = call(CW_OP_TASKS, "a");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_object_get(json_array_get(answer.body, 0), "config"),
								 "db.password")), "[hidden]");
	expect_ok(answer);
	/* What was read is sent back: nothing has changed. */
	answer = call(CW_OP_GET_CONFIG, "a");
	expect_ok(call_body(CW_OP_PUT_CONFIG, "a", json_incref(answer.body)));
	CU_ASSERT_EQUAL(worker_number("host_starts"), 1);
	json_object_set_new(answer.body, "y", json_string("z"));
	expect_ok(call_body(CW_OP_PUT_CONFIG, "a", json_incref(answer.body)));
	expect_ok(answer);
	stop_worker();
	json_object_set_new(w.settings, "rest.hide.passwords", json_string("false"));
	start_worker();
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "db.password", "pw-1");
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "y", "z");
}

#define URL_KEY "fake.url"
#define WITH_URL "{'" URL_KEY "':'http://u:pw-1@a,http://b:8081','comment':'see http://x:y@z'}"
#define SHOWN_URL "http://[hidden]@a,http://b:8081"

/* In a key of whatever type. */
static void test_passwords__in_urls_are_hidden_and_kept(void)
{
	struct cw_answer answer;

	start_worker();
	expect_config(create_in("a", WITH_URL, NULL), "config", URL_KEY, SHOWN_URL);
	wait_states("a", "RUNNING RUNNING");
	expect_config(call(CW_OP_GET, "a"), "config", "comment", "see http://[hidden]@z");
	answer = call(CW_OP_TASKS, "a");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_object_get(json_array_get(answer.body, 0), "config"),
								 URL_KEY)), SHOWN_URL);
	expect_ok(answer);
	/* What was read is sent back: nothing has changed. */
	answer = call(CW_OP_GET_CONFIG, "a");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer.body, URL_KEY)), SHOWN_URL);
	expect_ok(call_body(CW_OP_PUT_CONFIG, "a", json_incref(answer.body)));
	CU_ASSERT_EQUAL(worker_number("host_starts"), 1);
	expect_ok(answer);
	expect_config(call_body(CW_OP_PATCH_CONFIG, "a", parsed("{'y':'z'}")), "config", URL_KEY, SHOWN_URL);
	/* It stands for that user at that address only. */
	expect_error(call_body(CW_OP_PATCH_CONFIG, "a", parsed("{'" URL_KEY "':'http://[hidden]@elsewhere'}")), CW_ERR_INVALID,
		     "Invalid value http://[hidden]@elsewhere for configuration " URL_KEY ": [hidden] stands for the user of the "
		     "URL that the connector has, which is not this one; give the user itself");
	expect_error(create_in("b", "{'" URL_KEY "':'http://[hidden]@a,http://x:y@b'}", NULL), CW_ERR_INVALID,
		     "Invalid value http://[hidden]@a,http://[hidden]@b for");
	stop_worker();
	json_object_set_new(w.settings, "rest.hide.passwords", json_string("false"));
	start_worker();
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, URL_KEY, "http://u:pw-1@a,http://b:8081");
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "y", "z");
}

static void test_passwords__hidden_for_nothing_is_an_error(void)
{
	start_worker();
	expect_error(create_in("a", "{'db.password':'[hidden]'}", NULL), CW_ERR_INVALID,
		     "Invalid value [hidden] for configuration db.password");
	create("a", "{}");
	expect_error(call_body(CW_OP_PATCH_CONFIG, "a", json_pack("{ss}", "db.password", "[hidden]")), CW_ERR_INVALID,
		     "which has none; give the value itself");
	expect_ok(call_body(CW_OP_PATCH_CONFIG, "a", json_pack("{ss}", "comment", "[hidden]")));
}

/* A password whose name does not tell, and a key whose name lies: only the plugin knows. */
#define BY_TYPE "{'fake.word':'pw-1','fake.ssl.key.type':'PEM'}"
#define BY_TYPE_HIDDEN "{'fake.word':'[hidden]','fake.ssl.key.type':'[hidden]'}"

/* Takes body. */
static void expect_shown_by_type(enum cw_op op, uint32_t flags, json_t *body)
{
	struct cw_answer answer = call_with(op, "a", 0, flags, body);
	char *text = json_dumps(answer.body, JSON_COMPACT);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"fake.word\":\"[hidden]\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"fake.ssl.key.type\":\"PEM\""));
	free(text);
	expect_ok(answer);
	json_decref(body);
}

static void test_passwords__are_hidden_before_the_plugins_are_listed(void)
{
	static const struct {
		enum cw_op op;
		uint32_t flags;
		const char *body;
	} rows[] = {
		{ CW_OP_GET_CONFIG, 0, NULL },
		{ CW_OP_GET, 0, NULL },
		{ CW_OP_TASKS, 0, NULL },
		{ CW_OP_LIST, CW_OP_EXPAND_INFO, NULL },
		{ CW_OP_PATCH_CONFIG, 0, "{}" },
		{ CW_OP_PATCH_CONFIG, CW_OP_DRY_RUN, "{}" },
		{ CW_OP_PUT_CONFIG, 0, "{'connector.class':'FakeSource','fake.word':'pw-1','fake.ssl.key.type':'PEM'}" },
		{ CW_OP_CREATE, CW_OP_DRY_RUN, "{'name':'b','config':{'connector.class':'FakeSource','fake.word':'pw-1',"
					       "'fake.ssl.key.type':'PEM'}}" },
	};

	start_worker();
	create("a", BY_TYPE);
	wait_states("a", "RUNNING RUNNING");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		stop_worker();
		start_worker();
		expect_shown_by_type(rows[i].op, rows[i].flags, rows[i].body ? parsed(rows[i].body) : NULL);
	}
}

/* Nothing of the plugin is known: what is no setting of everybody's may be a password. */
#define MUCH \
	"{'connector.class':'FakeSource','fake.word':'pw-1','fake.ssl.key.type':'PEM','fake.flag':'False','fake.stop':'ok'," \
	"'tasks.max':'1','producer.override.acks':'all','label.team':'x','topic.creation.default.partitions':'1'," \
	"'value.converter':'FakeConverter','value.converter.pair':'al:pw','value.converter.plugin.version':'1'," \
	"'transforms':'t','transforms.t.type':'AFilter','transforms.t.word':'pw-2','transforms.t.predicate':'p'," \
	"'transforms.u.word':'nobody','y':'${env:NAME}'}"

static void expect_much_hidden(struct cw_answer answer, const char *within)
{
	static const char *const hidden[] = { "fake.word", "fake.ssl.key.type", "fake.stop", "value.converter.pair",
					      "transforms.t.word" };
	json_t *wanted = parsed(MUCH);

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		json_object_set_new(wanted, hidden[i], json_string("[hidden]"));
	json_object_set_new(wanted, "name", json_string("a"));
	CU_ASSERT_TRUE(json_equal(within ? json_object_get(answer.body, within) : answer.body, wanted));
	json_decref(wanted);
	expect_ok(answer);
}

/* Those that cannot be listed are not waited for. */
static void test_passwords__may_be_anything_without_plugins(void)
{
	static const char *const kept[][2] = { { "fake.word", "pw-1" }, { "fake.ssl.key.type", "PEM" }, { "fake.stop", "ok" },
					       { "value.converter.pair", "al:pw" }, { "transforms.t.word", "pw-2" } };
	struct cw_answer answer;

	json_object_set_new(w.settings, "fake.plugins", json_string("fail"));
	start_worker();
	expect_much_hidden(create_in("a", MUCH, NULL), "config");
	expect_much_hidden(call(CW_OP_GET_CONFIG, "a"), NULL);
	stop_worker();
	start_worker();
	answer = call(CW_OP_GET_CONFIG, "a");
	expect_much_hidden(call_body(CW_OP_PATCH_CONFIG, "a", parsed("{}")), "config");
	json_object_set_new(answer.body, "tasks.max", json_string("2"));
	expect_ok(call_body(CW_OP_PUT_CONFIG, "a", json_incref(answer.body)));
	expect_ok(answer);
	/* It would be stored as it stands. */
	expect_error(call_body(CW_OP_PATCH_CONFIG, "a", parsed("{'fake.other':'[hidden]'}")), CW_ERR_INVALID,
		     "Invalid value [hidden] for configuration fake.other");
	stop_worker();
	json_object_set_new(w.settings, "rest.hide.passwords", json_string("false"));
	start_worker();
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, kept[i][0], kept[i][1]);
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "tasks.max", "2");
}

/* As if somebody had installed it after the worker's start. */
static void install_plugins(const char *path)
{
	FILE *f = fopen(path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fclose(f);
}

static bool shows(const char *key, const char *value)
{
	struct cw_answer answer = call(CW_OP_GET_CONFIG, "a");
	const char *found = json_string_value(json_object_get(answer.body, key));
	bool same = found && strcmp(found, value) == 0;

	expect_ok(answer);
	return same;
}

static void test_passwords__of_a_plugin_that_is_installed_later(void)
{
	CW_AUTO_FREE char *path = cw_format("%s/installed", w.folder);
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;

	json_object_set_new(w.settings, "fake.plugins", json_string(path));
	start_worker();
	expect_ok(call(CW_OP_PLUGINS, NULL)); /* there are none */
	install_plugins(path);
	expect_config(create_in("a", BY_TYPE, NULL), "config", "fake.word", "[hidden]");
	/* It is looked for: nobody has to ask for the list. */
	while (!shows("fake.ssl.key.type", "PEM") && look_again(deadline))
		;
	CU_ASSERT_TRUE(shows("fake.ssl.key.type", "PEM"));
	CU_ASSERT_TRUE(shows("fake.word", "[hidden]"));
}

/* An answer from before the plugins were known, sent back afterwards; and the other way round. */
static void test_passwords__hidden_is_what_is_stored_whatever_the_type(void)
{
	start_worker();
	create("a", BY_TYPE);
	expect_ok(call(CW_OP_PLUGINS, NULL));
	expect_ok(call_body(CW_OP_PUT_CONFIG, "a", config_of(BY_TYPE_HIDDEN)));
	stop_worker();
	start_worker();
	expect_ok(call_body(CW_OP_PUT_CONFIG, "a", config_of(BY_TYPE_HIDDEN)));
	expect_ok(call_body(CW_OP_PATCH_CONFIG, "a", parsed("{'fake.word':'[hidden]','comment':'[hidden]'}")));
	stop_worker();
	json_object_set_new(w.settings, "rest.hide.passwords", json_string("false"));
	start_worker();
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "fake.word", "pw-1");
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "fake.ssl.key.type", "PEM");
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "comment", "[hidden]");
}

/* ---- settings of other plugins -------------------------------------------------------------------- */

/* What they are asked for is in their own definitions. */
#define PARTS \
	"'value.converter':'org.example.FakeConverter','key.converter':'Fake','header.converter':' FakeConverter '," \
	"'value.converter.token.kind':'PAIR','transforms.a.token.kind':'PAIR','transforms.c.word':'hello'," \
	"'transforms':'a,a.b','transforms.a.type':'org.example.Fake$Value','transforms.a.b.type':'AFilter'," \
	"'predicates':'p','predicates.p.type':'org.example.APredicate'"
#define PART_SECRETS(value) \
	"'value.converter.pair':'" value "','key.converter.pair':'" value "','header.converter.pair':'" value "'," \
	"'transforms.a.b.word':'" value "','predicates.p.word':'" value "'"

static void expect_parts_hidden(struct cw_answer answer)
{
	static const char *const hidden[] = { "value.converter.pair", "key.converter.pair", "header.converter.pair",
					      "transforms.a.b.word", "predicates.p.word" };
	char *text = json_dumps(answer.body, JSON_COMPACT);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		CW_AUTO_FREE char *words = cw_format("\"%s\":\"[hidden]\"", hidden[i]);

		CU_ASSERT_PTR_NOT_NULL(strstr(text, words));
	}
	CU_ASSERT_PTR_NULL(strstr(text, "al:pw"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"value.converter.token.kind\":\"PAIR\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"transforms.c.word\":\"hello\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"transforms.a.token.kind\":\"[hidden]\"")); /* by its name */
	free(text);
	expect_ok(answer);
}

static void test_parts__their_definitions_say_what_is_hidden(void)
{
	json_t *none = json_object();

	start_worker();
	expect_ok(call(CW_OP_PLUGINS, NULL));
	expect_parts_hidden(create_in("a", "{" PARTS "," PART_SECRETS("al:pw") "}", NULL));
	wait_states("a", "RUNNING RUNNING");
	expect_parts_hidden(call(CW_OP_GET, "a"));
	expect_parts_hidden(call(CW_OP_GET_CONFIG, "a"));
	expect_parts_hidden(call(CW_OP_TASKS, "a"));
	expect_parts_hidden(call_with(CW_OP_LIST, NULL, 0, CW_OP_EXPAND_INFO, NULL));
	expect_parts_hidden(call_body(CW_OP_PATCH_CONFIG, "a", parsed("{}")));
	expect_parts_hidden(call_with(CW_OP_PATCH_CONFIG, "a", 0, CW_OP_DRY_RUN, none));
	json_decref(none);
}

static void test_parts__hidden_stands_for_what_is_stored(void)
{
	static const char sent[] = "{" PARTS "," PART_SECRETS("[hidden]") ",'y':'z'}";

	start_worker();
	expect_ok(call(CW_OP_PLUGINS, NULL));
	expect_error(create_in("a", sent, NULL), CW_ERR_INVALID, "Invalid value [hidden] for configuration ");
	create("a", "{" PARTS "," PART_SECRETS("al:pw") "}");
	expect_parts_hidden(call_body(CW_OP_PUT_CONFIG, "a", config_of(sent)));
	stop_worker();
	json_object_set_new(w.settings, "rest.hide.passwords", json_string("false"));
	start_worker();
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "value.converter.pair", "al:pw");
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "transforms.a.b.word", "al:pw");
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "predicates.p.word", "al:pw");
}

/* Its tasks are told the settings only. */
static void test_parts__of_tasks_are_named_by_the_connector(void)
{
	struct cw_answer answer;

	start_worker();
	expect_ok(call(CW_OP_PLUGINS, NULL));
	create("a", "{'value.converter':'Fake','value.converter.pair':'al:pw','fake.untold':'value.converter'}");
	wait_states("a", "RUNNING RUNNING");
	answer = call(CW_OP_TASKS, "a");
	CU_ASSERT_PTR_NULL(json_object_get(json_object_get(json_array_get(answer.body, 0), "config"), "value.converter"));
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_object_get(json_array_get(answer.body, 0), "config"),
								 "value.converter.pair")), "[hidden]");
	expect_ok(answer);
}

/* A connector may give settings to the worker's converter; and what is nobody's has a name. */
static void test_parts__of_the_worker_and_of_nobody(void)
{
	json_object_set_new(w.settings, "value.converter", json_string("org.example.FakeConverter"));
	start_worker();
	expect_ok(call(CW_OP_PLUGINS, NULL));
	create("a", "{'value.converter.pair':'al:pw','key.converter':'gone.Converter','key.converter.pair':'what',"
		    "'key.converter.basic.auth.user.info':'al:pw','transforms.x':'plain','transforms.x.word':'plain',"
		    "'transforms.x.user.info':'al:pw'}");
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "value.converter.pair", "[hidden]");
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "key.converter.pair", "[hidden]");
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "key.converter.basic.auth.user.info", "[hidden]");
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "transforms.x", "plain");
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "transforms.x.word", "plain");
	expect_config(call(CW_OP_GET_CONFIG, "a"), NULL, "transforms.x.user.info", "[hidden]");
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "passwords are hidden, and kept", test_passwords__are_hidden_and_kept },
		{ "passwords in URLs", test_passwords__in_urls_are_hidden_and_kept },
		{ "[hidden] that stands for nothing", test_passwords__hidden_for_nothing_is_an_error },
		{ "passwords are hidden at once", test_passwords__are_hidden_before_the_plugins_are_listed },
		{ "without plugins all may be passwords", test_passwords__may_be_anything_without_plugins },
		{ "a plugin that is installed later", test_passwords__of_a_plugin_that_is_installed_later },
		{ "[hidden] stands for what is stored", test_passwords__hidden_is_what_is_stored_whatever_the_type },
		{ "other plugins' definitions hide, too", test_parts__their_definitions_say_what_is_hidden },
		{ "other plugins' passwords are kept", test_parts__hidden_stands_for_what_is_stored },
		{ "of tasks the connector names them", test_parts__of_tasks_are_named_by_the_connector },
		{ "the worker's converter, and nobody's", test_parts__of_the_worker_and_of_nobody },
		CU_TEST_INFO_NULL,
	};

	return herder_test_main(argc, argv, tests);
}
