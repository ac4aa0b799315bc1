/* Transformations, predicates and converters are started while a config is validated: what they refuse is an error. */
#include "base/buf.h"
#include "config/plugin_names.h"
#include "config_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static int starts, stops;

struct config {
	const char *says, *secret; /* says: the error of start() */
};

static const struct cw_config_def table[] = {
	{ .name = "says", .doc = "What start() says.", .offset = offsetof(struct config, says) },
	{ .name = "says.more", .doc = "Nothing.", .offset = CW_CONFIG_NOT_STORED },
	{ .name = "secret", .type = CW_CONFIG_PASSWORD, .doc = "A secret.", .offset = offsetof(struct config, secret) },
	{ .name = "size", .type = CW_CONFIG_INT, .default_value = "1", .doc = "A size.", .offset = CW_CONFIG_NOT_STORED },
};

static enum cw_result begin(const void *config, void **state, struct cw_error *err)
{
	const struct config *c = config;

	starts++;
	*state = &starts;
	if (!c->says)
		return CW_OK;
	if (strcmp(c->says, "nothing") != 0)
		cw_error_set(err, CW_ERR_INVALID, "%s", c->says);
	return CW_FAIL;
}

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    void **state, struct cw_error *err)
{
	CU_ASSERT_PTR_NOT_NULL(ctx);
	CU_ASSERT_PTR_NOT_NULL(plugin);
	return begin(config, state, err);
}

static enum cw_result start_converter(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
				      enum cw_converter_role role, void **state, struct cw_error *err)
{
	static const char *const roles[] = { "key", "value", "header" };
	const struct config *c = config;

	(void)ctx;
	(void)plugin;
	if (!c->says || strcmp(c->says, "role") != 0)
		return begin(config, state, err);
	cw_error_set(err, CW_ERR_INVALID, "not for a %s", roles[role]);
	return CW_FAIL;
}

static void stop(void *state)
{
	CU_ASSERT_PTR_EQUAL(state, &starts);
	stops++;
}

static const struct cw_transformation_ops transformation = { .size = sizeof(transformation), .start = start,
							     .stop = stop };
static const struct cw_predicate_ops predicate = { .size = sizeof(predicate), .start = start, .stop = stop };
static const struct cw_converter_ops converter = { .size = sizeof(converter), .start = start_converter, .stop = stop };

#define PLUGIN(plugin_kind, name)                                                                  \
	.abi_major = CW_ABI_MAJOR, .abi_minor = CW_ABI_MINOR, .size = sizeof(struct cw_plugin),    \
	.kind = (plugin_kind), .class_name = (name), .version = "1", .doc = "For tests.",          \
	.config = table, .n_config = COUNT(table), .config_def_size = sizeof(*table),              \
	.config_size = sizeof(struct config)

static const struct cw_plugin plugins[] = {
	{ PLUGIN(CW_PLUGIN_TRANSFORMATION, "org.x.Change"), .transformation = &transformation },
	{ PLUGIN(CW_PLUGIN_PREDICATE, "org.x.IsLarge"), .predicate = &predicate },
	{ PLUGIN(CW_PLUGIN_CONVERTER, "org.x.RoundConverter"), .converter = &converter },
	{ PLUGIN(CW_PLUGIN_HEADER_CONVERTER, "org.x.RoundHeaderConverter"), .converter = &converter },
};

static const struct cw_plugin *find(void *arg, enum cw_plugin_kind kind, const char *asked)
{
	(void)arg;
	for (size_t i = 0; i < COUNT(plugins); i++)
		if (plugins[i].kind == (uint32_t)kind && cw_plugin_named(kind, plugins[i].class_name, asked))
			return &plugins[i];
	return NULL;
}

static const struct cw_plugin *at(void *arg, enum cw_plugin_kind kind, size_t i)
{
	(void)arg;
	(void)kind;
	(void)i;
	return NULL;
}

static const struct cw_plugin_finder finder = { find, at, NULL };
static const struct cw_context context = { .size = sizeof(context), .task = -1, .connector = "c1" };

/* "KEY: SENTENCE", each error of a config with all four of these plugins. */
static char *errors(const char *changes, const char *worker_text, const struct cw_context *ctx)
{
	CW_AUTO_FREE char *all = cw_format("transforms=a\ntransforms.a.type=Change\npredicates=p\n"
					   "predicates.p.type=IsLarge\n%s", changes);
	struct cw_map config = fixture_connector(&fixture_sink, all);
	json_t *wrong, *warnings, *infos, *entry, *error;
	struct cw_validation *validation;
	struct cw_worker_config worker;
	struct cw_buf out = { 0 };
	size_t i, k;

	CU_ASSERT_EQUAL_FATAL(fixture_load_worker(worker_text, &worker, &wrong, &warnings), 0);
	starts = stops = 0;
	validation = cw_validate(&(struct cw_validation_request){ .config = &config, .plugin = &fixture_sink, .ctx = ctx,
								  .worker = &worker, .finder = &finder });
	infos = cw_validation_to_json(validation);
	json_array_foreach(json_object_get(infos, "configs"), i, entry) {
		const json_t *value = json_object_get(entry, "value");

		json_array_foreach(json_object_get(value, "errors"), k, error)
			cw_buf_printf(&out, "%s%s: %s", out.n ? "\n" : "", json_string_value(json_object_get(value, "name")),
				      json_string_value(error));
	}
	json_decref(infos);
	json_decref(wrong);
	json_decref(warnings);
	cw_validation_free(validation);
	cw_worker_config_free(&worker);
	cw_map_free(&config);
	return out.p ? cw_buf_take(&out) : cw_strdup("");
}

#define WORKER "key.converter=Round\nvalue.converter=Round\nheader.converter=RoundHeaderConverter\n"

static void test_each_is_started_and_stopped(void)
{
	CW_AUTO_FREE char *none = errors("", WORKER, &context);

	CU_ASSERT_STRING_EQUAL(none, "");
	CU_ASSERT_EQUAL(starts, 5);
	CU_ASSERT_EQUAL(stops, 5);
}

/* Who validates without a context has no place for plugins. */
static void test_none_is_without_a_context(void)
{
	CW_AUTO_FREE char *none = errors("transforms.a.says=no", WORKER, NULL);

	CU_ASSERT_STRING_EQUAL(none, "");
	CU_ASSERT_EQUAL(starts, 0);
}

static void test_what_start_says_is_an_error(void)
{
	static const struct {
		const char *changes, *worker, *want;
		int starts;
	} cases[] = {
		{ "transforms.a.says=no", WORKER, "transforms.a.type: Invalid configuration transforms.a.type: no", 5 },
		{ "transforms.a.says=a size and a secret of size 2 do not fit", WORKER,
		  "transforms.a.size: Invalid configuration transforms.a.size: a size and a secret of size 2 do not fit", 5 },
		{ "transforms.a.says=not with says.more.", WORKER,
		  "transforms.a.says.more: Invalid configuration transforms.a.says.more: not with says.more.", 5 },
		{ "transforms.a.says=upsize, size_of and x.size are other words", WORKER,
		  "transforms.a.type: Invalid configuration transforms.a.type: upsize, size_of and x.size are other words", 5 },
		{ "transforms.a.says=Invalid value 1 for configuration size: too small", WORKER,
		  "transforms.a.size: Invalid value 1 for configuration transforms.a.size: too small", 5 },
		{ "transforms.a.says=hunter2 is no secret\ntransforms.a.secret=hunter2", WORKER,
		  "transforms.a.secret: Invalid configuration transforms.a.secret: [hidden] is no secret", 5 },
		{ "transforms.a.says=[`x] is odd\ntransforms.a.says.more=`x", WORKER,
		  "transforms.a.says.more: Invalid configuration transforms.a.says.more: [`x] is odd", 5 },
		{ "transforms.a.says=12 is odd\ntransforms.a.says.more=12\ntransforms.a.size=12", WORKER,
		  "transforms.a.type: Invalid configuration transforms.a.type: 12 is odd", 5 },
		{ "transforms.a.says=3 is odd\ntransforms.a.size=3", WORKER,
		  "transforms.a.type: Invalid configuration transforms.a.type: 3 is odd", 5 },
		{ "transforms.a.says=nothing", WORKER,
		  "transforms.a.type: Invalid configuration transforms.a.type: it cannot be started with these settings", 5 },
		{ "predicates.p.says=no", WORKER, "predicates.p.type: Invalid configuration predicates.p.type: no", 5 },
		{ "transforms.a.says=no\ntransforms.a.size=x", WORKER,
		  "transforms.a.size: Invalid value x for configuration transforms.a.size: Not a number of type INT", 4 },
		{ "value.converter=Round\nvalue.converter.says=role", WORKER,
		  "value.converter: Invalid configuration value.converter: not for a value", 4 },
		{ "header.converter=RoundHeaderConverter\nheader.converter.says=the secret is missing", WORKER,
		  "header.converter.secret: Invalid configuration header.converter.secret: the secret is missing", 5 },
		{ "", WORKER "key.converter.says=no secret", "key.converter: Invalid configuration key.converter: no secret", 5 },
		{ "key.converter=Round", WORKER "key.converter.says=no", "", 5 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		CW_AUTO_FREE char *got = errors(cases[i].changes, cases[i].worker, &context);

		if (strcmp(got, cases[i].want) != 0)
			fprintf(stderr, "\n%s:\ngot:  %s\nwant: %s\n", cases[i].changes, got, cases[i].want);
		CU_ASSERT_STRING_EQUAL(got, cases[i].want);
		CU_ASSERT_EQUAL(starts, cases[i].starts);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "all fine", test_each_is_started_and_stopped },
		{ "no context", test_none_is_without_a_context },
		{ "errors", test_what_start_says_is_an_error },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "trials", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
