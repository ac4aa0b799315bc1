/* The access-log sink's ways to say where a document goes and what it replaces. */
#include <unistd.h>

#include "essink_events.h"

static void test_upsert__keeps_what_it_does_not_know(void)
{
	struct run *run = events_run();
	struct cw_fake_batch *batch;

	set(run, "write.method", "upsert");
	set(run, "key.ignore", "false");
	start(run);
	batch = new_batch(run, 3);
	add_event(run, batch, "a", "info", 1);
	add_event(run, batch, "a", NULL, 2);
	add_event(run, batch, "b", "warn", 3);
	finish(run, batch);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(document(run, "events", "a"), "level")), "info");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(document(run, "events", "a"), "n")), 2);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, "events"), 2);
	CU_ASSERT_EQUAL(metric(run, "documents_written"), 3);
	run_free(run);
}

static void test_upsert__of_lines(void)
{
	struct run *run = run_new();

	set(run, "write.method", "UPSERT");
	start(run);
	CU_ASSERT_EQUAL(put(run, 3), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(document(run, INDEX, "logs+0+2"), "method")), "DELETE");
	run_free(run);
}

static void conflict_once(struct cw_fake_store *store, const char *id, unsigned seen, struct cw_store_item *item)
{
	(void)store;
	(void)id;
	if (seen < 2)
		*item = (struct cw_store_item){ 409, "version_conflict_engine_exception", "somebody was faster" };
}

/* The conflict of an update does not say that the document is there. */
static void test_upsert__conflicts_are_tried_again(void)
{
	struct run *run = run_new();

	set(run, "write.method", "UPSERT");
	run->store.on_document = conflict_once;
	start(run);
	CU_ASSERT_EQUAL(put(run, 5), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, INDEX), 5);
	CU_ASSERT_EQUAL(metric(run, "documents_present"), 0);
	run_free(run);
}

static void test_upsert__deletes_without_a_version(void)
{
	struct run *run = events_run();
	struct cw_fake_batch *batch;
	struct cw_record *nothing;

	set(run, "write.method", "upsert");
	set(run, "key.ignore", "false");
	set(run, "behavior.on.null.values", "DELETE");
	start(run);
	batch = new_batch(run, 3);
	add_event(run, batch, "a", "info", 1);
	add_event(run, batch, "a", "info", 1)->value = cw_value_null();
	nothing = add_event(run, batch, "a", "info", 1);
	nothing->key = nothing->value = cw_value_null();
	finish(run, batch);
	CU_ASSERT_EQUAL((int64_t)run->sink.host.n_dropped, 1); /* without a key there is nothing to delete */
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 0);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, "events"), 0);
	CU_ASSERT_EQUAL(json_object_size(json_object_get(run->store.versions, "events")), 0);
	run_free(run);
}

#define TEXT(literal) { (literal), sizeof(literal) - 1 }

static void test_version__is_that_of_a_header(void)
{
	static const struct {
		struct cw_value value;
		const char *key;
		int64_t version; /* -1: there is none */
	} rows[] = {
		{ { .type = CW_INT64, .u.integer = 77 }, "rev", 77 },
		{ { .type = CW_INT8, .u.integer = 0 }, "rev", 0 },
		{ { .type = CW_STRING, .u.bytes = TEXT("77") }, "rev", 77 },
		{ { .type = CW_STRING, .u.bytes = TEXT("9223372036854775807") }, "rev", INT64_MAX },
		{ { .type = CW_BYTES, .u.bytes = TEXT("00077") }, "rev", 77 },
		{ { .type = CW_STRING, .u.bytes = TEXT("x") }, "rev", -1 },
		{ { .type = CW_STRING, .u.bytes = TEXT("") }, "rev", -1 },
		{ { .type = CW_STRING, .u.bytes = TEXT(" 77") }, "rev", -1 },
		{ { .type = CW_STRING, .u.bytes = TEXT("7\0007") }, "rev", -1 },
		{ { .type = CW_NULL }, "rev", -1 },
		{ { .type = CW_INT64, .u.integer = 77 }, "other", -1 },
		/* the store would refuse the whole request for them */
		{ { .type = CW_INT64, .u.integer = -5 }, "rev", -1 },
		{ { .type = CW_STRING, .u.bytes = TEXT("-5") }, "rev", -1 },
		{ { .type = CW_STRING, .u.bytes = TEXT("9223372036854775808") }, "rev", -1 },
		{ { .type = CW_STRING, .u.bytes = TEXT("18446744073709551617") }, "rev", -1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = events_run();
		struct cw_header header = { cw_slice_str(rows[i].key), rows[i].value };
		json_t *version;
		struct cw_fake_batch *batch;
		struct cw_record *record;

		set(run, "key.ignore", "false");
		set(run, "external.version.header", "rev");
		start(run);
		run->sink.host.tolerate = true;
		batch = new_batch(run, 1);
		record = add_event(run, batch, "a", "info", 1);
		record->headers = &header;
		record->n_headers = 1;
		finish(run, batch);
		version = json_object_get(json_object_get(run->store.versions, "events"), "a");
		CU_ASSERT_EQUAL(version ? json_integer_value(version) : -1, rows[i].version);
		CU_ASSERT_EQUAL(run->sink.host.n_rejected, rows[i].version < 0 ? 1 : 0);
		if (rows[i].version < 0)
			CU_ASSERT_STRING_EQUAL(run->sink.host.rejected[0].reason, "the record has no header rev "
				"(external.version.header) with a whole number from 0 to 9223372036854775807");
		run_free(run);
	}
}

static void test_routing__comes_from_the_record(void)
{
	static const struct {
		const char *spec, *want;
	} rows[] = {
		{ "%{[level]}", "Info" }, { "%{key}", "K/1" }, { "x-%{topic}-%{[n]}", "x-events-5" }, { "Same", "Same" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = events_run();
		struct cw_fake_batch *batch;

		set(run, "routing", rows[i].spec);
		start(run);
		batch = new_batch(run, 1);
		add_event(run, batch, "K/1", "Info", 5);
		finish(run, batch);
		CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(run->store.routings, "events+0+0")), rows[i].want);
		CU_ASSERT_PTR_NOT_NULL(document(run, "events", "events+0+0"));
		run_free(run);
	}
}

static void test_routing__of_lines_and_of_records_without_it(void)
{
	struct run *run = run_new();
	struct cw_fake_batch *batch;

	set(run, "routing", "%{[user]}%{[method]}");
	set(run, "index", INDEX);
	start(run);
	run->sink.host.tolerate = true;
	batch = new_batch(run, 2);
	add(run, batch, "logs", LINE);
	add(run, batch, "logs", "9.180.123.170 - me [Jan 21 2026, 22:23:40] \"DELETE /contact HTTP/1.1\" 404 13444 \"-\" \"-\"");
	finish(run, batch);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(run->store.routings, "logs+0+1")), "meDELETE");
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.rejected[0].reason, "no field [user]"));
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, INDEX), 1);
	run_free(run);
}

static void test_index__follows_fields(void)
{
	struct run *run = events_run();
	struct cw_fake_batch *batch;
	char name[40];

	set(run, "index", "e-%{[level]}-%{+yyyy}");
	start(run);
	run->sink.host.tolerate = true;
	batch = new_batch(run, 400);
	for (int i = 0; i < 399; i++) {
		static const char *const levels[] = { "INFO", "warn", "a b", "d", "e", "f", "g", "h", "i", "j", "k" };

		add_event(run, batch, NULL, levels[i % 11], i); /* more than are kept at once */
	}
	add_event(run, batch, NULL, NULL, 1);
	finish(run, batch);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, "e-info-2026"), 37);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, "e-a_b-2026"), 37);
	for (char c = 'd'; c <= 'k'; c++) {
		snprintf(name, sizeof(name), "e-%c-2026", c);
		CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, name), 36);
	}
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.rejected[0].reason, "no field [level]"));
	run_free(run);
}

/* With ids of keys the index is part of the action line, where bytes that are no text would spoil the whole request. */
static void test_index__of_odd_fields_leaves_the_request_whole(void)
{
	struct run *run = events_run();
	struct cw_fake_batch *batch;

	set(run, "index", "%{topic}-%{[level]}");
	set(run, "key.ignore", "false");
	start(run);
	batch = new_batch(run, 4);
	add_event(run, batch, "a", "info", 1);
	add_event(run, batch, "b", "\xff\"x", 2);
	add_event(run, batch, "c", "caf\xc3\xa9", 3);
	add_event(run, batch, "d", "info", 4)->topic = cw_slice_str("\"Web/Logs\"");
	finish(run, batch);
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 0);
	CU_ASSERT_EQUAL(cw_fake_store_bulks(&run->store), 1);
	CU_ASSERT_PTR_NOT_NULL(document(run, "events-info", "a"));
	CU_ASSERT_PTR_NOT_NULL(document(run, "events-__x", "b"));
	CU_ASSERT_PTR_NOT_NULL(document(run, "events-caf\xc3\xa9", "c"));
	CU_ASSERT_PTR_NOT_NULL(document(run, "web_logs_-info", "d"));
	run_free(run);
}

static void test_index__follows_fields_of_lines(void)
{
	struct run *run = run_new();

	set(run, "index", "logs-%{[status]}-%{[method]}");
	start(run);
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, "logs-404-delete"), 10);
	CU_ASSERT_PTR_NOT_NULL(json_object_get(run->store.templates, "logs"));
	run_free(run);
}

static void test_ids__of_the_store(void)
{
	struct run *run = run_new();

	set(run, "use.autogenerated.ids", "true");
	set(run, "index", "%{topic}-x");
	start(run);
	CU_ASSERT_EQUAL(put(run, 3), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	CU_ASSERT_STRING_EQUAL(run->sink.err.text, "");
	CU_ASSERT_PTR_NOT_NULL(document(run, "logs-x", "made-2"));
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, "logs-x"), 3);
	run_free(run);
}

/* ---- external resources -------------------------------------------------------------------------- */

static struct run *resource_run(const char *usage)
{
	struct run *run = run_new();

	set(run, "external.resource.usage", usage);
	set(run, "topic.to.external.resource.mapping", "logs:web-logs, events:all-events");
	json_object_set_new(run->store.mappings, "web-logs", json_object());
	json_object_set_new(run->store.mappings, "all-events", json_object());
	return run;
}

static void test_resource__of_each_topic(void)
{
	static const char *const usages[] = { "INDEX", "alias_index", "DATASTREAM", "ALIAS_DATASTREAM" };

	for (size_t i = 0; i < sizeof(usages) / sizeof(*usages); i++) {
		struct run *run = resource_run(usages[i]);
		struct cw_fake_batch *batch;

		start(run);
		run->sink.host.tolerate = true;
		batch = new_batch(run, 3);
		add(run, batch, "logs", LINE);
		add_event(run, batch, "a", "info", 1);
		add(run, batch, "strange", LINE);
		finish(run, batch);
		CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, "web-logs"), 1);
		CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, "all-events"), 1);
		CU_ASSERT_EQUAL(json_object_get(document(run, "all-events", "events+0+1"), "@timestamp") != NULL, i >= 2);
		CU_ASSERT_EQUAL(json_object_size(run->store.templates), 0);
		CU_ASSERT_EQUAL(run->sink.host.n_rejected, 1);
		CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.rejected[0].reason, "topic.to.external.resource.mapping"));
		run_free(run);
	}
}

static void test_resource__has_to_be_there(void)
{
	struct run *run = resource_run("INDEX");

	json_object_del(run->store.mappings, "all-events");
	start(run);
	CU_ASSERT_EQUAL(put(run, 1), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_FAIL);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "the external resource all-events was not found"));
	CU_ASSERT_EQUAL(run->store.bulks, 0);
	run_free(run);
}

/* ---- lifecycle ----------------------------------------------------------------------------------- */

static char *policy_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

static void test_lifecycle__policy_template_alias_in_this_order(void)
{
	static const struct {
		const char *type, *path, *setting;
	} rows[] = {
		{ "ilm", "/_ilm/policy/week", "index.lifecycle.rollover_alias" },
		{ "ISM", "/_plugins/_ism/policies/week", "plugins.index_state_management.rollover_alias" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = run_new();
		char path[] = "/tmp/test_essink.XXXXXX";
		const json_t *template, *settings, *alias;

		set(run, "index", "web");
		set(run, "alias.bootstrap", "true");
		set(run, "lifecycle.policy.name", "week");
		set(run, "lifecycle.type", rows[i].type);
		set(run, "lifecycle.policy.file", policy_file(path, "{\"policy\":{}}"));
		start(run);
		CU_ASSERT_EQUAL(put(run, 10), CW_OK);
		CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
		CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, "web"), 10);
		CU_ASSERT_EQUAL(json_array_size(run->store.puts), 3);
		CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(run->store.puts, 0)), rows[i].path);
		CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(run->store.puts, 1)), "/_index_template/web");
		CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(run->store.puts, 2)), "/web-000001");
		CU_ASSERT_PTR_NOT_NULL(json_object_get(json_object_get(run->store.things, rows[i].path), "policy"));
		alias = json_object_get(json_object_get(json_object_get(run->store.things, "/web-000001"), "aliases"), "web");
		CU_ASSERT_TRUE(json_is_true(json_object_get(alias, "is_write_index")));
		template = json_object_get(run->store.templates, "web");
		CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(json_object_get(template, "index_patterns"), 0)),
				       "web-*");
		settings = json_object_get(json_object_get(template, "template"), "settings");
		CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(settings, rows[i].setting)), "web");
		CU_ASSERT_EQUAL(json_object_get(settings, "index.lifecycle.name") != NULL, i == 0);
		unlink(path);
		run_free(run);
	}
}

/* ---- what has to be there ------------------------------------------------------------------------- */

/* A struct {"n":1}, whose schema has a mapping made. */
static void add_struct(struct run *run, struct cw_fake_batch *batch)
{
	static const struct cw_schema number = { .size = sizeof(number), .type = CW_INT64 };
	static const struct cw_field fields[] = { { .name = { "n", 1 }, .schema = &number } };
	static const struct cw_schema schema = { .size = sizeof(schema), .type = CW_STRUCT, .fields = fields, .n_fields = 1 };
	struct cw_record *record = cw_fake_batch_put(batch, "events", 0, run->offset++, cw_slice(NULL, 0));
	struct cw_value *items = cw_batch_alloc(&batch->batch, sizeof(*items));

	*items = cw_value_int64(1);
	record->value = (struct cw_value){ .type = CW_STRUCT, .schema = &schema };
	record->value.u.array.items = items;
	record->value.u.array.n = 1;
	record->timestamp_ms = 1;
}

/* Requests that were no bulks. */
static unsigned others(struct run *run)
{
	unsigned n;

	pthread_mutex_lock(&run->store.lock);
	n = run->store.others;
	pthread_mutex_unlock(&run->store.lock);
	return n;
}

/* What is there when it is to be made, and not when it is looked for: as an index whose alias was removed. */
static void test_setup__there_and_not_there_is_not_asked_for_ever(void)
{
	static const struct {
		const char *index, *said;
		bool alias;
	} rows[] = {
		{ "web-000001", "the index web-000001 is there without the write alias web", true },
		{ "web", "the mapping of index web could not be put, after several attempts", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = events_run();
		struct cw_fake_batch *batch;

		set(run, "index", "web");
		set(run, "schema.ignore", "false");
		set(run, "alias.bootstrap", rows[i].alias ? "true" : "false");
		set(run, "max.retries", "3");
		run->store.hidden = rows[i].index;
		start(run);
		batch = new_batch(run, 1);
		if (rows[i].alias)
			add(run, batch, "logs", LINE);
		else
			add_struct(run, batch);
		CU_ASSERT_EQUAL(cw_essink_put(&run->sink, &batch->batch), CW_OK);
		CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_FAIL);
		CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, rows[i].said));
		CU_ASSERT_EQUAL(others(run), 2 * (1 + 1 + 3)); /* looked for, and to be made */
		run_free(run);
	}
}

/* Another task of the connector was faster, and this one's node of the store learns of it a little later. */
static void test_setup__what_appears_is_found(void)
{
	struct run *run = run_new();

	set(run, "index", "web");
	set(run, "template.enable", "false");
	set(run, "alias.bootstrap", "true");
	set(run, "retry.backoff.ms", "20");
	run->store.hidden = "web-000001";
	start(run);
	CU_ASSERT_EQUAL(put(run, 1), CW_OK);
	while (others(run) < 4)
		CU_ASSERT_EQUAL_FATAL(cw_essink_ops()->wait(run->sink.task, NULL, 0, 10, &run->sink.err), CW_OK);
	pthread_mutex_lock(&run->store.lock);
	json_object_set_new(run->store.things, "/_alias/web", json_object());
	pthread_mutex_unlock(&run->store.lock);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, "web"), 1);
	run_free(run);
}

static void test_lifecycle__policy_has_to_be_there(void)
{
	struct run *run = run_new();
	char path[] = "/tmp/test_essink.XXXXXX";

	set(run, "lifecycle.policy.name", "week");
	start(run);
	CU_ASSERT_EQUAL(put(run, 1), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_FAIL);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "the lifecycle policy week could not be found or put"));
	CU_ASSERT_EQUAL(json_object_size(run->store.templates), 0);
	run_free(run);
	run = run_new();
	set(run, "lifecycle.policy.name", "week");
	set(run, "lifecycle.policy.file", policy_file(path, "{"));
	CU_ASSERT_FALSE(cw_essink_start(&run->sink));
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "holds no JSON"));
	unlink(path);
	run_free(run);
}

int main(void)
{
	CU_TestInfo target[] = {
		{ "an upsert keeps what it does not know", test_upsert__keeps_what_it_does_not_know },
		{ "upserts of lines", test_upsert__of_lines },
		{ "conflicts of upserts are tried again", test_upsert__conflicts_are_tried_again },
		{ "upserts: deletions have no version", test_upsert__deletes_without_a_version },
		{ "the version is that of a header", test_version__is_that_of_a_header },
		{ "routing comes from the record", test_routing__comes_from_the_record },
		{ "routing of lines, and of records without it", test_routing__of_lines_and_of_records_without_it },
		{ "the index follows fields", test_index__follows_fields },
		{ "the index of odd fields leaves the request whole", test_index__of_odd_fields_leaves_the_request_whole },
		{ "the index follows fields of lines", test_index__follows_fields_of_lines },
		{ "ids of the store", test_ids__of_the_store },
		{ "the external resource of each topic", test_resource__of_each_topic },
		{ "an external resource has to be there", test_resource__has_to_be_there },
		{ "lifecycle: policy, template, alias", test_lifecycle__policy_template_alias_in_this_order },
		{ "what is there and is not is not asked for ever", test_setup__there_and_not_there_is_not_asked_for_ever },
		{ "what appears later is found", test_setup__what_appears_is_found },
		{ "lifecycle: the policy has to be there", test_lifecycle__policy_has_to_be_there },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "target", NULL, NULL, NULL, NULL, target },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
