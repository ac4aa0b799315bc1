/* Plugins by their names: what comes with the worker, shared objects with several, and config providers. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/builtin_names.h"
#include "config/plugin_names.h"
#include "host/builtin.h"
#include "host/catalog.h"
#include "host/files.h"
#include "host/providers.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char *const folder_names[] = { PLUGINS };
static const struct cw_list folders = { folder_names, 1 };

/* ---- the catalog ----------------------------------------------------------------------------- */

static void test_builtin__each_is_whole_and_has_names_of_its_own(void)
{
	const struct cw_plugin *p, *other;

	for (size_t i = 0; (p = cw_builtin_at(i)) != NULL; i++) {
		bool ops = p->transformation || p->predicate || p->converter || p->config_provider;

		CU_ASSERT_TRUE(ops && p->version && p->doc && *p->doc);
		CU_ASSERT_TRUE(cw_plugin_kind_name((enum cw_plugin_kind)p->kind) != NULL);
		CU_ASSERT_TRUE(p->n_config == 0 || p->config_def_size == sizeof(struct cw_config_def));
		for (size_t k = 0; k < p->n_config; k++) {
			const struct cw_config_def *def = &p->config[k];
			bool fine = def->doc && (def->flags & CW_CONFIG_REQUIRED ||
						 cw_config_check(def, def->default_value, NULL) == 0);

			if (!fine)
				fprintf(stderr, "\n%s: %s\n", p->class_name, def->name);
			CU_ASSERT_TRUE(fine);
			CU_ASSERT_TRUE(def->offset == CW_CONFIG_NOT_STORED || def->offset < p->config_size);
		}
		for (size_t k = 0; k < i; k++) {
			other = cw_builtin_at(k);
			CU_ASSERT_STRING_NOT_EQUAL(p->class_name, other->class_name);
		}
	}
}

/* What connect-worker knows of converters without asking a host. */
static void test_builtin__converters_are_those_that_the_worker_knows(void)
{
	static const enum cw_plugin_kind kinds[] = { CW_PLUGIN_CONVERTER, CW_PLUGIN_HEADER_CONVERTER };
	struct cw_catalog catalog = { 0 };

	for (size_t k = 0; k < COUNT(kinds); k++) {
		const char *class_name;
		size_t i, n = 0;

		for (i = 0; (class_name = cw_builtin_converter_at(kinds[k], i)) != NULL; i++) {
			const struct cw_plugin *p = cw_catalog_find(&catalog, kinds[k], class_name);

			CU_ASSERT_PTR_NOT_NULL_FATAL(p);
			CU_ASSERT_STRING_EQUAL(p->class_name, class_name);
		}
		while (cw_catalog_at(&catalog, kinds[k], n))
			n++;
		CU_ASSERT_EQUAL(i, n);
	}
	CU_ASSERT_TRUE(cw_builtin_converter_named(CW_PLUGIN_HEADER_CONVERTER, "Simple"));
	CU_ASSERT_TRUE(cw_builtin_converter_named(CW_PLUGIN_HEADER_CONVERTER, "Json"));
	CU_ASSERT_TRUE(cw_builtin_converter_named(CW_PLUGIN_CONVERTER, "AvroConverter"));
	CU_ASSERT_FALSE(cw_builtin_converter_named(CW_PLUGIN_HEADER_CONVERTER, "AvroConverter"));
	CU_ASSERT_FALSE(cw_builtin_converter_named(CW_PLUGIN_CONVERTER, "SimpleHeaderConverter"));
	CU_ASSERT_FALSE(cw_builtin_converter_named(CW_PLUGIN_CONVERTER, "com.example.JsonConverter"));
}

static void test_catalog__finds_by_kind_and_name(void)
{
	static const struct {
		enum cw_plugin_kind kind;
		const char *asked, *found; /* NULL: none */
	} cases[] = {
		{ CW_PLUGIN_CONVERTER, "String", "org.apache.kafka.connect.storage.StringConverter" },
		{ CW_PLUGIN_CONVERTER, "org.apache.kafka.connect.json.JsonConverter",
		  "org.apache.kafka.connect.json.JsonConverter" },
		{ CW_PLUGIN_CONVERTER, "Json", "org.apache.kafka.connect.json.JsonConverter" },
		{ CW_PLUGIN_HEADER_CONVERTER, "Json", "org.apache.kafka.connect.json.JsonConverter" },
		{ CW_PLUGIN_HEADER_CONVERTER, "Simple", "org.apache.kafka.connect.storage.SimpleHeaderConverter" },
		{ CW_PLUGIN_CONVERTER, "Simple", NULL },
		{ CW_PLUGIN_CONVERTER, "org.apache.kafka.connect.storage.SimpleHeaderConverter", NULL },
		{ CW_PLUGIN_CONVERTER, "Avro", "io.confluent.connect.avro.AvroConverter" },
		{ CW_PLUGIN_HEADER_CONVERTER, "AvroConverter", NULL },
		{ CW_PLUGIN_HEADER_CONVERTER, "io.confluent.connect.json.JsonSchemaConverter", NULL },
		{ CW_PLUGIN_TRANSFORMATION, "Json", NULL },
		{ CW_PLUGIN_TRANSFORMATION, "ScriptedTransform", "test.ScriptedTransform" },
		{ CW_PLUGIN_TRANSFORMATION, "Scripted", NULL },
		{ CW_PLUGIN_PREDICATE, "test.NumberIsAtLeast", "test.NumberIsAtLeast" },
		{ CW_PLUGIN_CONVERTER, "Scripted", "test.ScriptedConverter" },
		{ CW_PLUGIN_HEADER_CONVERTER, "ScriptedConverter", "test.ScriptedConverter" },
		{ CW_PLUGIN_PREDICATE, "ScriptedSource", NULL },
		{ CW_PLUGIN_CONFIG_PROVIDER, "EnvVarConfigProvider",
		  "org.apache.kafka.common.config.provider.EnvVarConfigProvider" },
	};
	struct cw_catalog catalog = { .plugin_path = &folders };

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cw_plugin *p = cw_catalog_find(&catalog, cases[i].kind, cases[i].asked);

		if ((p == NULL) != (cases[i].found == NULL) || (p && strcmp(p->class_name, cases[i].found) != 0))
			fprintf(stderr, "\n%s: %s\n", cases[i].asked, p ? p->class_name : "none");
		CU_ASSERT_EQUAL(p == NULL, cases[i].found == NULL);
		CU_ASSERT_TRUE(!p || strcmp(p->class_name, cases[i].found) == 0);
		CU_ASSERT_PTR_EQUAL(cw_catalog_find(&catalog, cases[i].kind, cases[i].asked), p); /* the same again */
	}
	cw_catalog_free(&catalog);
}

static void test_catalog__connectors_and_others_do_not_mix(void)
{
	struct cw_catalog catalog = { .plugin_path = &folders };
	struct cw_error err = { 0 };
	const struct cw_loaded_plugin *p = cw_catalog_connector(&catalog, "ScriptedSource", PLUGINS "/scripted-records.so", &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	CU_ASSERT_STRING_EQUAL(p->plugin.class_name, "test.ScriptedSource");
	CU_ASSERT_PTR_NULL(cw_catalog_connector(&catalog, "ScriptedTransform", NULL, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "Failed to find any class that implements Connector"));
	cw_catalog_free(&catalog);
}

/* One object with three plugins: each is listed, with the file it came from. */
static void test_catalog__describes_all_of_a_file(void)
{
	json_t *described = cw_catalog_describe(&folders, 60000), *plugin;
	size_t i, from_file = 0, builtin = 0;

	json_array_foreach(json_object_get(described, "plugins"), i, plugin) {
		const char *file = json_string_value(json_object_get(plugin, "file"));
		const char *name = json_string_value(json_object_get(plugin, "class"));
		bool without_headers = strstr(name, "Avro") || strstr(name, "JsonSchema");

		builtin += file == NULL;
		from_file += file && strstr(file, "scripted-records.so") != NULL;
		CU_ASSERT_TRUE(json_is_array(json_object_get(plugin, "config")));
		CU_ASSERT_EQUAL(json_is_false(json_object_get(plugin, "headers")), without_headers);
	}
	CU_ASSERT_EQUAL(from_file, 3);
	CU_ASSERT_TRUE(builtin > 10);
	json_decref(described);
}

/* As one that hangs while it is loaded: nobody writes into the pipe. The others are listed all the same. */
static void test_catalog__a_file_that_hangs_is_refused(void)
{
	static const char *const names[] = { "hangs", PLUGINS };
	static const struct cw_list path = { names, COUNT(names) };
	json_t *described = cw_catalog_describe(&path, 2000), *refused = json_object_get(described, "refused"), *plugin;
	size_t i, from_file = 0;

	json_array_foreach(json_object_get(described, "plugins"), i, plugin)
		from_file += json_object_get(plugin, "file") != NULL;
	CU_ASSERT_TRUE(from_file > 3);
	CU_ASSERT_EQUAL(json_array_size(refused), 1);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_array_get(refused, 0), "file")), "hangs/a.so");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_array_get(refused, 0), "reason")),
			       "hangs/a.so: loading it takes longer than 2000 ms");
	json_decref(described);
}

/* However many hang, it comes to its end. */
static void test_catalog__has_an_end_when_all_hang(void)
{
	static const char *const names[] = { "hangs", "hangs", "hangs", "hangs", "hangs", "hangs" };
	static const struct cw_list path = { names, COUNT(names) };
	json_t *described = cw_catalog_describe(&path, 50), *refused = json_object_get(described, "refused");

	CU_ASSERT_TRUE(json_array_size(refused) >= COUNT(names));
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_array_get(refused, COUNT(names) - 1), "reason")),
			       "hangs/a.so: it was not looked at, since files before it took too long");
	json_decref(described);
}

/* ---- config providers ------------------------------------------------------------------------ */

static char folder[] = "/tmp/test-providers-XXXXXX";

static void put_file(const char *name, const char *text)
{
	CW_AUTO_FREE char *path = cw_format("%s/%s", folder, name);
	FILE *f = fopen(path, "w");

	if (!f)
		abort();
	fputs(text, f);
	fclose(f);
}

/* ---- folders --------------------------------------------------------------------------------- */

static void expect_files(const char *const *path, size_t n, const char *installed, const char *want)
{
	const struct cw_list plugin_path = { path, n };
	struct cw_files files = { 0 };
	struct cw_buf names = { 0 };

	cw_files_list(&plugin_path, installed, &files);
	for (size_t i = 0; i < files.n; i++)
		cw_buf_printf(&names, "%s ", files.names[i]);
	CU_ASSERT_PTR_NOT_NULL_FATAL(names.p);
	CU_ASSERT_STRING_EQUAL(names.p, want);
	cw_buf_free(&names);
	cw_files_free(&files);
}

/* What comes with the worker is always found, after plugin.path, and once. */
static void test_files__the_installed_folder_is_searched_last(void)
{
	expect_files((const char *[]){ "own" }, 1, "installed", "own/one.so own/two.so installed/zero.so ");
	expect_files(NULL, 0, "installed", "installed/zero.so ");
	expect_files((const char *[]){ "own/../installed", "own" }, 2, "installed",
		     "own/../installed/zero.so own/one.so own/two.so ");
	expect_files((const char *[]){ "own" }, 1, "/nonexistent", "own/one.so own/two.so ");
}

/* ---- config providers, by value -------------------------------------------------------------- */

/* What `value` becomes under a worker with these lines, or "! why" when that is an error. New. */
static char *resolved(const char *const *worker_lines, const char *value)
{
	static const struct cw_list nothing = { NULL, 0 };
	struct cw_catalog catalog = { .plugin_path = &nothing };
	struct cw_map raw = { 0 }, config = { 0 }, out = { 0 }, failed = { 0 };
	struct cw_providers providers = { 0 };
	struct cw_worker_config worker = { 0 };
	struct cw_error err = { 0 };
	char *text;

	for (; *worker_lines; worker_lines += 2) {
		CW_AUTO_FREE char *line = strstr(worker_lines[1], "%s") ?
			cw_format("%s%s", folder, strstr(worker_lines[1], "%s") + 2) : cw_strdup(worker_lines[1]);

		cw_map_set(&raw, worker_lines[0], line);
	}
	cw_map_set(&config, "key", value);
	CU_ASSERT_EQUAL_FATAL(cw_worker_config_from_map(&raw, &worker, &err), 0);
	if (cw_providers_open(&providers, &catalog, &worker, "c", &err) != 0)
		text = cw_format("! %s", err.text);
	else if (cw_providers_resolve(&providers, &config, &out, &failed) != 0)
		text = cw_format("! %s", cw_map_get(&failed, "key"));
	else
		text = cw_strdup(cw_map_get(&out, "key"));
	cw_providers_close(&providers);
	cw_catalog_free(&catalog);
	cw_worker_config_free(&worker);
	cw_map_free(&config);
	cw_map_free(&out);
	cw_map_free(&failed);
	return text;
}

static const char *const all[] = { "config.providers", "file, dir,env", "config.providers.file.class", "FileConfigProvider",
				   "config.providers.dir.class", "Directory", "config.providers.env.class",
				   "org.apache.kafka.common.config.provider.EnvVarConfigProvider", NULL };
static const char *const narrow[] = { "config.providers", "file,env", "config.providers.file.class", "FileConfigProvider",
				      "config.providers.file.param.allowed.paths", "%s/allowed",
				      "config.providers.env.class", "EnvVarConfigProvider",
				      "config.providers.env.param.allowlist.pattern", "TEST_PUBLIC_\\w+", NULL };

static void test_providers__values(void)
{
	static const struct {
		const char *const *worker;
		const char *value, *want; /* FOLDER stands for the folder */
	} cases[] = {
		{ all, "plain ${topic}", "plain ${topic}" },
		{ all, "${file:FOLDER/p.properties:user}", "me" },
		{ all, "<${file:FOLDER/p.properties:user}:${env:TEST_PUBLIC_A}>", "<me:from env>" },
		{ all, "${file:FOLDER/p.properties:nobody}", "${file:FOLDER/p.properties:nobody}" },
		{ all, "${file:FOLDER/none:user}", "! Could not read properties from file FOLDER/none" },
		{ all, "${dir:FOLDER:secret}", "s3cret\n" },
		{ all, "${dir:FOLDER:../secret}", "${dir:FOLDER:../secret}" },
		{ all, "${dir:FOLDER/none:secret}", "${dir:FOLDER/none:secret}" },
		{ all, "${env:TEST_UNSET_VARIABLE}", "${env:TEST_UNSET_VARIABLE}" },
		{ all, "${env:a:b}", "! Path is not supported for EnvVarConfigProvider, invalid value 'a'" },
		{ all, "${vault:x:y}", "${vault:x:y}" },
		{ narrow, "${env:TEST_PUBLIC_A}", "from env" },
		{ narrow, "${env:HOME}", "${env:HOME}" },
		{ narrow, "${file:FOLDER/allowed/q.properties:a}", "1" },
		{ narrow, "${file:FOLDER/p.properties:user}", "${file:FOLDER/p.properties:user}" },
		{ narrow, "${file:FOLDER/allowed/../p.properties:user}", "${file:FOLDER/allowed/../p.properties:user}" },
		{ narrow, "${file:FOLDER/allowedx/p.properties:user}", "${file:FOLDER/allowedx/p.properties:user}" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *texts[] = { cases[i].value, cases[i].want };
		char *with_folder[2];
		CW_AUTO_FREE char *got = NULL;

		for (int k = 0; k < 2; k++) {
			const char *at = strstr(texts[k], "FOLDER");

			with_folder[k] = at ? cw_format("%.*s%s%s", (int)(at - texts[k]), texts[k], folder, at + 6) :
					      cw_strdup(texts[k]);
		}
		got = resolved(cases[i].worker, with_folder[0]);
		if (strcmp(got, with_folder[1]) != 0)
			fprintf(stderr, "\n%s: %s\n", cases[i].value, got);
		CU_ASSERT_STRING_EQUAL(got, with_folder[1]);
		free(with_folder[0]);
		free(with_folder[1]);
	}
}

static void test_providers__that_do_not_start(void)
{
	static const struct {
		const char *const worker[8], *want;
	} cases[] = {
		{ { "config.providers", "x", NULL },
		  "! Missing required configuration \"config.providers.x.class\" which has no default value." },
		{ { "config.providers", "x", "config.providers.x.class", "Vault", NULL },
		  "! Invalid value Vault for configuration config.providers.x.class: Class Vault could not be found." },
		{ { "config.providers", "x", "config.providers.x.class", "FileConfigProvider",
		    "config.providers.x.param.allowed.paths", "etc", NULL }, "! Path etc is not absolute" },
		{ { "config.providers", "x", "config.providers.x.class", "FileConfigProvider",
		    "config.providers.x.param.allowed.paths", "/no/such/path", NULL }, "! Path /no/such/path does not exist" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		CW_AUTO_FREE char *got = resolved(cases[i].worker, "v");

		CU_ASSERT_STRING_EQUAL(got, cases[i].want);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "built in", test_builtin__each_is_whole_and_has_names_of_its_own },
		{ "converters that the worker knows", test_builtin__converters_are_those_that_the_worker_knows },
		{ "names", test_catalog__finds_by_kind_and_name },
		{ "connectors", test_catalog__connectors_and_others_do_not_mix },
		{ "description", test_catalog__describes_all_of_a_file },
		{ "a file that hangs", test_catalog__a_file_that_hangs_is_refused },
		{ "all hang", test_catalog__has_an_end_when_all_hang },
		{ "folders", test_files__the_installed_folder_is_searched_last },
		{ "providers: values", test_providers__values },
		{ "providers: start", test_providers__that_do_not_start },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "catalog", .pTests = tests }, CU_SUITE_INFO_NULL };
	int status;

	if (!mkdtemp(folder) || chdir(folder) != 0 || mkdir("allowed", 0700) != 0 || mkdir("allowedx", 0700) != 0 ||
	    mkdir("own", 0700) != 0 || mkdir("installed", 0700) != 0 ||
	    mkdir("hangs", 0700) != 0 || mkfifo("hangs/a.so", 0600) != 0)
		return EXIT_FAILURE;
	put_file("p.properties", "user=me\n");
	put_file("secret", "s3cret\n");
	put_file("allowed/q.properties", "a=1\n");
	put_file("allowedx/p.properties", "user=me\n");
	put_file("own/two.so", "");
	put_file("own/one.so", "");
	put_file("own/one.txt", "");
	put_file("installed/zero.so", "");
	setenv("TEST_PUBLIC_A", "from env", 1);
	status = cw_test_main(suites);
	if (system("rm -rf p.properties secret allowed allowedx own installed hangs") == 0 && chdir("/") == 0)
		rmdir(folder);
	return status;
}
