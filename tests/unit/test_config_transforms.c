/* Keys of transformations, predicates and converters in a connector's config. */
#include "base/buf.h"
#include "config/plugin_names.h"
#include "config_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* ---- plugins --------------------------------------------------------------------------------- */

static int word_check(const char *value, struct cw_error *err)
{
	return strcmp(value, "bad") ? 0 : cw_error_set(err, CW_ERR_INVALID, "No such word");
}

static const struct cw_config_def transform_table[] = {
	{ .name = "word", .importance = CW_MEDIUM, .check = word_check, .default_value = "w", .doc = "A word.",
	  .offset = CW_CONFIG_NOT_STORED },
	{ .name = "field", .flags = CW_CONFIG_REQUIRED, .importance = CW_MEDIUM, .doc = "A field.",
	  .dependents = "word,secret", .offset = CW_CONFIG_NOT_STORED },
	{ .name = "negate", .doc = "Masked by the one that all have.", .offset = CW_CONFIG_NOT_STORED },
	{ .name = "secret", .type = CW_CONFIG_PASSWORD, .importance = CW_LOW, .doc = "A secret.",
	  .offset = CW_CONFIG_NOT_STORED },
	{ .name = "size", .type = CW_CONFIG_INT, .flags = CW_CONFIG_RANGE, .min = 1, .max = 9, .default_value = "3",
	  .importance = CW_HIGH, .group = "Sizes", .width = CW_WIDTH_SHORT, .display_name = "Size", .doc = "A size.",
	  .offset = CW_CONFIG_NOT_STORED },
};

static const struct cw_config_def converter_table[] = {
	{ .name = "schemas.enable", .type = CW_CONFIG_BOOLEAN, .default_value = "true", .importance = CW_HIGH,
	  .group = "Schemas", .order = 1, .width = CW_WIDTH_MEDIUM, .display_name = "Enable Schemas", .doc = "Schemas.",
	  .offset = CW_CONFIG_NOT_STORED },
	{ .name = "url", .flags = CW_CONFIG_REQUIRED, .doc = "Where.", .offset = CW_CONFIG_NOT_STORED },
	{ .name = "size", .type = CW_CONFIG_INT, .flags = CW_CONFIG_RANGE, .min = 1, .max = 9, .default_value = "3",
	  .doc = "A size.", .offset = CW_CONFIG_NOT_STORED },
};

#define PLUGIN(plugin_kind, name, table, rows)                                                          \
	{ CW_PLUGIN_HEAD(plugin_kind), .class_name = name, .version = "2.1", .doc = "For tests.",       \
	  .config = table, .n_config = rows, .config_def_size = sizeof(struct cw_config_def) }

static const struct cw_plugin plugins[] = {
	PLUGIN(CW_PLUGIN_TRANSFORMATION, "org.x.Change$Key", transform_table, COUNT(transform_table)),
	PLUGIN(CW_PLUGIN_TRANSFORMATION, "org.x.Change$Value", transform_table, COUNT(transform_table)),
	PLUGIN(CW_PLUGIN_TRANSFORMATION, "org.x.Filter", NULL, 0),
	PLUGIN(CW_PLUGIN_PREDICATE, "org.x.predicates.IsLarge", transform_table + 1, 1),
	PLUGIN(CW_PLUGIN_CONVERTER, "org.x.UrlConverter", converter_table, COUNT(converter_table)),
	PLUGIN(CW_PLUGIN_CONVERTER, "org.apache.kafka.connect.storage.StringConverter", NULL, 0),
	PLUGIN(CW_PLUGIN_HEADER_CONVERTER, "org.apache.kafka.connect.storage.SimpleHeaderConverter", NULL, 0),
};

static bool is_of(const struct cw_plugin *plugin, enum cw_plugin_kind kind)
{
	return plugin->kind == (uint32_t)kind ||
	       (kind == CW_PLUGIN_HEADER_CONVERTER && plugin->kind == CW_PLUGIN_CONVERTER);
}

static const struct cw_plugin *find(void *arg, enum cw_plugin_kind kind, const char *asked)
{
	(void)arg;
	for (size_t i = 0; i < COUNT(plugins); i++)
		if (is_of(&plugins[i], kind) &&
		    cw_plugin_named((enum cw_plugin_kind)plugins[i].kind, plugins[i].class_name, asked))
			return &plugins[i];
	return NULL;
}

static const struct cw_plugin *at(void *arg, enum cw_plugin_kind kind, size_t n)
{
	(void)arg;
	for (size_t i = 0; i < COUNT(plugins); i++)
		if (is_of(&plugins[i], kind) && n-- == 0)
			return &plugins[i];
	return NULL;
}

static const struct cw_plugin_finder finder = { find, at, NULL };
static const struct cw_context no_context = { .size = sizeof(no_context), .task = -1, .connector = "c1" };

static json_t *validate_with(const char *changes, const struct cw_worker_config *worker)
{
	struct cw_map config = fixture_connector(&fixture_sink, changes);
	struct cw_validation *v = cw_validate(&(struct cw_validation_request){
		.config = &config, .plugin = &fixture_sink, .ctx = &no_context, .worker = worker, .finder = &finder });
	json_t *json = cw_validation_to_json(v);

	cw_validation_free(v);
	cw_map_free(&config);
	return json;
}

static json_t *validate(const char *changes)
{
	return validate_with(changes, NULL);
}

/* ---- what an answer says --------------------------------------------------------------------- */

/* "KEY|type|required|default|importance|group/order|width|display name|dependents|value", each key that begins so. */
static char *rows(const json_t *infos, const char *prefix)
{
	struct cw_buf out = { 0 };
	json_t *config;
	size_t i;

	json_array_foreach(json_object_get(infos, "configs"), i, config) {
		const json_t *d = json_object_get(config, "definition"), *v = json_object_get(config, "value");
		const char *name = json_string_value(json_object_get(v, "name"));
		const char *texts[] = { "default_value", "importance", "group" };
		CW_AUTO_FREE char *dependents = NULL;

		if (strncmp(name, prefix, strlen(prefix)) != 0 || json_is_null(d))
			continue;
		dependents = json_dumps(json_object_get(d, "dependents"), JSON_COMPACT);
		cw_buf_printf(&out, "%s|%s|%d", name, json_string_value(json_object_get(d, "type")),
			      json_is_true(json_object_get(d, "required")));
		for (size_t k = 0; k < COUNT(texts); k++) {
			const char *text = json_string_value(json_object_get(d, texts[k]));

			cw_buf_printf(&out, "|%s", text ? text : "null");
		}
		cw_buf_printf(&out, "/%lld|%s|%s|%s|", (long long)json_integer_value(json_object_get(d, "order")),
			      json_string_value(json_object_get(d, "width")),
			      json_string_value(json_object_get(d, "display_name")), dependents);
		cw_buf_printf(&out, "%s\n", json_string_value(json_object_get(v, "value")) ?
			      json_string_value(json_object_get(v, "value")) : "null");
	}
	return cw_buf_take(&out);
}

/* All errors, each a line. */
static char *errors(const json_t *infos)
{
	struct cw_buf out = { 0 };
	json_t *config, *error;
	size_t i, k;

	json_array_foreach(json_object_get(infos, "configs"), i, config)
		json_array_foreach(json_object_get(json_object_get(config, "value"), "errors"), k, error)
			cw_buf_printf(&out, "%s\n", json_string_value(error));
	return cw_buf_take(&out);
}

static const json_t *value_of(const json_t *infos, const char *key)
{
	json_t *config;
	size_t i;

	json_array_foreach(json_object_get(infos, "configs"), i, config)
		if (strcmp(json_string_value(json_object_get(json_object_get(config, "value"), "name")), key) == 0)
			return json_object_get(config, "value");
	return NULL;
}

static void expect_text(const char *got, const char *want, const char *what)
{
	if (strcmp(got, want) != 0)
		fprintf(stderr, "\n%s:\ngot:  %s\nwant: %s\n", what, got, want);
	CU_ASSERT_STRING_EQUAL(got, want);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void test_names__full_simple_and_without_the_suffix(void)
{
	static const struct {
		enum cw_plugin_kind kind;
		const char *class_name, *asked;
		bool want;
	} cases[] = {
		{ CW_PLUGIN_SINK, "org.x.FileSinkConnector", "org.x.FileSinkConnector", true },
		{ CW_PLUGIN_SINK, "org.x.FileSinkConnector", "FileSinkConnector", true },
		{ CW_PLUGIN_SINK, "org.x.FileSinkConnector", "FileSink", true },
		{ CW_PLUGIN_SINK, "org.x.FileSinkConnector", "File", false },
		{ CW_PLUGIN_SOURCE, "org.x.Connector", "", false },
		{ CW_PLUGIN_SOURCE, "Plain", "Plain", true },
		{ CW_PLUGIN_CONVERTER, "org.x.JsonConverter", "Json", true },
		{ CW_PLUGIN_CONVERTER, "org.x.JsonConverter", "JsonConverter", true },
		{ CW_PLUGIN_CONVERTER, "org.x.JsonConverter", "json", false },
		{ CW_PLUGIN_HEADER_CONVERTER, "org.x.SimpleHeaderConverter", "Simple", true },
		{ CW_PLUGIN_HEADER_CONVERTER, "org.x.SimpleHeaderConverter", "SimpleHeader", false },
		{ CW_PLUGIN_TRANSFORMATION, "org.x.RegexRouter", "RegexRouter", true },
		{ CW_PLUGIN_TRANSFORMATION, "org.x.Cast$Value", "org.x.Cast$Value", true },
		{ CW_PLUGIN_TRANSFORMATION, "org.x.Cast$Value", "Cast$Value", false },
		{ CW_PLUGIN_TRANSFORMATION, "org.x.Cast$Value", "Value", false },
		{ CW_PLUGIN_PREDICATE, "org.x.predicates.HasHeaderKey", "HasHeaderKey", true },
		{ CW_PLUGIN_CONFIG_PROVIDER, "org.x.FileConfigProvider", "File", true },
		{ CW_PLUGIN_CONFIG_PROVIDER, "org.x.FileConfigProvider", "file", true },
		{ CW_PLUGIN_CONFIG_PROVIDER, "org.x.FileConfigProvider", "fileconfigprovider", false },
		{ (enum cw_plugin_kind)99, "org.x.A", "A", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		CU_ASSERT_EQUAL(cw_plugin_named(cases[i].kind, cases[i].class_name, cases[i].asked), cases[i].want);
	CU_ASSERT_EQUAL(cw_plugin_kind_parse("header_converter"), CW_PLUGIN_HEADER_CONVERTER);
	CU_ASSERT_EQUAL(cw_plugin_kind_parse("x"), 0);
	CU_ASSERT_STRING_EQUAL(cw_plugin_kind_name(CW_PLUGIN_PREDICATE), "predicate");
	CU_ASSERT_PTR_NULL(cw_plugin_kind_name((enum cw_plugin_kind)99));
}

static void test_transforms__definitions_and_their_order(void)
{
	json_t *infos = validate("transforms=a, b\npredicates=p\ntransforms.a.type=org.x.Change$Value\n"
				 "transforms.a.field=f\ntransforms.a.secret=s3cret\ntransforms.a.predicate=p\n"
				 "transforms.b.type=Filter\npredicates.p.type= IsLarge \npredicates.p.field=x");
	CW_AUTO_FREE char *a = rows(infos, "transforms.a."), *b = rows(infos, "transforms.b.");
	CW_AUTO_FREE char *p = rows(infos, "predicates.p."), *wrong = errors(infos);
	CW_AUTO_FREE char *groups = json_dumps(json_object_get(infos, "groups"), JSON_COMPACT);

	expect_text(a,
		"transforms.a.type|CLASS|1|null|HIGH|Transforms: a/0|LONG|Transformation type for a|[]|org.x.Change$Value\n"
		"transforms.a.plugin.version|STRING|0|2.1|HIGH|Transforms: a/1|LONG|Transformation version for a|[]|2.1\n"
		"transforms.a.field|STRING|1|null|MEDIUM|Transforms: a/2|NONE|field|"
		"[\"transforms.a.word\",\"transforms.a.secret\"]|f\n"
		"transforms.a.negate|BOOLEAN|0|false|MEDIUM|Transforms: a/3|NONE|negate|[]|false\n"
		"transforms.a.predicate|STRING|0|null|MEDIUM|Transforms: a/4|NONE|predicate|[]|p\n"
		"transforms.a.word|STRING|0|w|MEDIUM|Transforms: a/5|NONE|word|[]|w\n"
		"transforms.a.secret|PASSWORD|0|null|LOW|Transforms: a/6|NONE|secret|[]|[hidden]\n"
		"transforms.a.size|INT|0|3|HIGH|Transforms: a: Sizes/7|SHORT|Size|[]|3\n", "a");
	expect_text(b,
		"transforms.b.type|CLASS|1|null|HIGH|Transforms: b/0|LONG|Transformation type for b|[]|org.x.Filter\n"
		"transforms.b.plugin.version|STRING|0|2.1|HIGH|Transforms: b/1|LONG|Transformation version for b|[]|2.1\n"
		"transforms.b.negate|BOOLEAN|0|false|MEDIUM|Transforms: b/2|NONE|negate|[]|false\n"
		"transforms.b.predicate|STRING|0|null|MEDIUM|Transforms: b/3|NONE|predicate|[]|null\n", "b");
	expect_text(p,
		"predicates.p.type|CLASS|1|null|HIGH|Predicates: p/0|LONG|Predicate type for p|[]|"
		"org.x.predicates.IsLarge\n"
		"predicates.p.plugin.version|STRING|0|2.1|HIGH|Predicates: p/1|LONG|Predicate version for p|[]|2.1\n"
		"predicates.p.field|STRING|1|null|MEDIUM|Predicates: p/2|NONE|field|"
		"[\"predicates.p.word\",\"predicates.p.secret\"]|x\n", "p");
	expect_text(wrong, "", "errors");
	expect_text(groups, "[\"Common\",\"Transforms\",\"Predicates\",\"Error Handling\",\"Automatic Restarts\","
		    "\"Rate Limits\",\"Bounded Runs\","
		    "\"Transforms: a\",\"Transforms: a: Sizes\",\"Transforms: b\",\"Predicates: p\",\"Connection\"]", "groups");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(infos, "warnings")), 0);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(value_of(infos, "transforms.a.type"), "recommended_values")), 3);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(value_of(infos, "predicates.p.type"), "recommended_values")), 1);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(value_of(infos, "key.converter"), "recommended_values")), 2);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(value_of(infos, "header.converter"), "recommended_values")), 3);
	json_decref(infos);
}

static void test_transforms__errors(void)
{
	static const struct {
		const char *changes, *want;
	} cases[] = {
		{ "transforms=a", "Missing required configuration \"transforms.a.type\" which has no default value.\n" },
		{ "transforms=a\ntransforms.a.type=org.x.Nope\ntransforms.a.whatever=1",
		  "Invalid value org.x.Nope for configuration transforms.a.type: Class org.x.Nope could not be found.\n" },
		{ "transforms=a\ntransforms.a.type=Change$Value",
		  "Invalid value Change$Value for configuration transforms.a.type: Class Change$Value could not be found. "
		  "Did you mean org.x.Change$Value?\n" },
		{ "transforms=a\ntransforms.a.type=org.y.Change",
		  "Invalid value org.y.Change for configuration transforms.a.type: Class org.y.Change could not be found. "
		  "Did you mean org.x.Change$Value?\n" },
		{ "transforms=a\ntransforms.a.type=Fliter",
		  "Invalid value Fliter for configuration transforms.a.type: Class Fliter could not be found. "
		  "Did you mean org.x.Filter?\n" },
		{ "transforms=a\ntransforms.a.type=IsLarge", /* a predicate */
		  "Invalid value IsLarge for configuration transforms.a.type: Class org.x.predicates.IsLarge does not "
		  "implement the Transformation interface\n" },
		{ "transforms=a\ntransforms.a.type=org.x.Change$Key",
		  "Missing required configuration \"transforms.a.field\" which has no default value.\n" },
		{ "transforms=a\ntransforms.a.type=org.x.Change$Key\ntransforms.a.field=f\ntransforms.a.word=bad\n"
		  "transforms.a.size=10",
		  "Invalid value bad for configuration transforms.a.word: No such word\n"
		  "Invalid value 10 for configuration transforms.a.size: Value must be no more than 9\n" },
		{ "transforms=a\ntransforms.a.type=Filter\ntransforms.a.negate=true",
		  "Config 'transforms.a.negate' was provided but there is no config 'transforms.a.predicate' defining a "
		  "predicate to be negated.\n" },
		{ "transforms=a\ntransforms.a.type=Filter\ntransforms.a.predicate=p",
		  "Invalid value p for configuration transforms.a.predicate: predicates has no such alias\n" },
		{ "transforms=a\ntransforms.a.type=Filter\ntransforms.a.plugin.version=3.0",
		  "Invalid value 3.0 for configuration transforms.a.plugin.version: This worker has version 2.1 of "
		  "org.x.Filter\n" },
		{ "transforms=a, a\ntransforms.a.type=Filter",
		  "Invalid value [a, a] for configuration transforms: Duplicate alias provided.\n" },
		{ "predicates=p\npredicates.p.type=Filter",
		  "Invalid value Filter for configuration predicates.p.type: Class org.x.Filter does not implement the "
		  "Predicate interface\n" },
		{ "value.converter=", "Invalid value  for configuration value.converter: Class  could not be found.\n" },
		{ "key.converter=Nope", "Invalid value Nope for configuration key.converter: Class Nope could not be found.\n" },
		{ "value.converter=Url",
		  "Missing required configuration \"value.converter.url\" which has no default value.\n" },
		{ "value.converter=Url\nvalue.converter.url=u\nvalue.converter.size=x\n",
		  "Invalid value x for configuration value.converter.size: Not a number of type INT\n"
		  "Invalid value null for configuration value.converter.size: Value must be non-null\n" },
		{ "value.converter=String\nvalue.converter.plugin.version=9", "Invalid value 9 for configuration "
		  "value.converter.plugin.version: This worker has version 2.1 of "
		  "org.apache.kafka.connect.storage.StringConverter\n" },
		{ "header.converter=String\nheader.converter.converter.type=foot", "Invalid value foot for configuration "
		  "header.converter.converter.type: String must be one of: key, value, header\n" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *infos = validate(cases[i].changes);
		CW_AUTO_FREE char *got = errors(infos);

		expect_text(got, cases[i].want, cases[i].changes);
		CU_ASSERT_EQUAL(json_array_size(json_object_get(infos, "warnings")), 0);
		json_decref(infos);
	}
}

static void test_transforms__warnings(void)
{
	static const struct {
		const char *changes, *want;
	} cases[] = {
		{ "transforms=a\ntransforms.a.type=org.x.Change$Key\ntransforms.a.field=f\ntransforms.a.wrd=x",
		  "unknown key \"transforms.a.wrd\" is ignored; did you mean \"transforms.a.word\"?" },
		{ "transforms=a\ntransforms.a.type=Filter\ntransforms.b.field=x",
		  "transforms.b.field has no effect: its alias is not in transforms" },
		{ "predicates.p.type=IsLarge", "predicates.p.type has no effect: its alias is not in predicates" },
		{ "value.converter=Url\nvalue.converter.url=u\nvalue.converter.schema.enable=true",
		  "unknown key \"value.converter.schema.enable\" is ignored; did you mean "
		  "\"value.converter.schemas.enable\"?" },
		{ "value.converter.schemas.enable=true",
		  "value.converter.schemas.enable has no effect: this config has no value.converter of its own" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *infos = validate(cases[i].changes);
		CW_AUTO_FREE char *wrong = errors(infos);

		expect_text(wrong, "", cases[i].changes);
		CU_ASSERT_EQUAL(json_array_size(json_object_get(infos, "warnings")), 1);
		expect_text(fixture_sentence(json_object_get(infos, "warnings"), 0), cases[i].want, cases[i].changes);
		json_decref(infos);
	}
}

static void test_converters__own_keys_come_last_and_count_once(void)
{
	json_t *infos = validate("value.converter=Url\nvalue.converter.size=x\nconsumer.override.fetch.min.bytes=1\n"
				 "value.converter.schemas.enable=FALSE");
	json_t *configs = json_object_get(infos, "configs");
	CW_AUTO_FREE char *got = rows(infos, "value.converter.");
	size_t n = json_array_size(configs);

	expect_text(got,
		"value.converter.plugin.version|STRING|0|2.1|LOW|Common/9|SHORT|Value converter version|[]|2.1\n"
		"value.converter.converter.type|STRING|1|null|LOW|null/-1|NONE|converter.type|[]|value\n"
		"value.converter.schemas.enable|BOOLEAN|0|true|HIGH|Schemas/1|MEDIUM|Enable Schemas|[]|false\n"
		"value.converter.url|STRING|1|null|HIGH|null/-1|NONE|url|[]|null\n"
		"value.converter.size|INT|0|3|HIGH|null/-1|NONE|size|[]|null\n", "rows");
	/* url is missing, size is no number: one error each, though the latter has two sentences */
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")), 2);
	expect_text(json_string_value(json_object_get(json_object_get(json_array_get(configs, n - 1), "value"), "name")),
		    "value.converter.size", "last");
	expect_text(json_string_value(json_object_get(value_of(infos, "value.converter"), "value")), "org.x.UrlConverter",
		    "the full name");
	json_decref(infos);
}

static void test_converters__of_the_worker(void)
{
	struct cw_worker_config worker;
	json_t *bad, *warnings, *infos;
	CW_AUTO_FREE char *own = NULL;
	CW_AUTO_FREE char *workers = NULL;
	CW_AUTO_FREE char *fine = NULL;

	CU_ASSERT_EQUAL_FATAL(fixture_load_worker("value.converter=Url\nvalue.converter.size=77\n"
						  "value.converter.url=u\nkey.converter=Gone\n", &worker, &bad, &warnings), 0);
	CU_ASSERT_EQUAL(json_array_size(warnings), 0);
	infos = validate_with("key.converter=String", &worker);
	workers = errors(infos);
	expect_text(workers, "Invalid value 77 for configuration value.converter.size: Value must be no more than 9 (of the "
		    "worker's converter org.x.UrlConverter)\n", "the worker's settings");
	json_decref(infos);
	infos = validate_with("value.converter=Url\nvalue.converter.url=mine", &worker);
	own = errors(infos);
	expect_text(own, "Invalid value Gone for configuration key.converter: Class Gone could not be found.\n",
		    "none of the worker's settings");
	json_decref(infos);
	infos = validate_with("value.converter=String\nkey.converter=String", &worker);
	fine = errors(infos);
	expect_text(fine, "", "own converters");
	json_decref(infos);
	json_decref(bad);
	json_decref(warnings);
	cw_worker_config_free(&worker);
}

static void test_plugin_config__of_each_kind(void)
{
	json_t *transform = cw_plugin_config_to_json(&plugins[0]), *converter = cw_plugin_config_to_json(&plugins[4]);

	CU_ASSERT_EQUAL(json_array_size(transform), COUNT(transform_table));
	CU_ASSERT_EQUAL(json_array_size(converter), COUNT(converter_table) + 1);
	expect_text(json_string_value(json_object_get(json_array_get(converter, 0), "name")), "converter.type", "first");
	json_decref(transform);
	json_decref(converter);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "names", test_names__full_simple_and_without_the_suffix },
		{ "definitions", test_transforms__definitions_and_their_order },
		{ "errors", test_transforms__errors },
		{ "warnings", test_transforms__warnings },
		{ "converters of the connector", test_converters__own_keys_come_last_and_count_once },
		{ "converters of the worker", test_converters__of_the_worker },
		{ "plugin config", test_plugin_config__of_each_kind },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "transforms and converters", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
