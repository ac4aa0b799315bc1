/* Documents, templates and indices in the store of connect-devstore. */
#include <signal.h>
#include <sys/resource.h>

#include "devstore/store.h"
#include "test_devstore.h"

/* ---- documents in the store ---------------------------------------------------------------- */

static struct cw_write versioned(enum cw_bulk_op op, const char *id, int64_t version)
{
	struct cw_write write = doc(op, id, "{\"a\":1}");

	write.version = version;
	write.version_type = CW_VERSION_EXTERNAL;
	return write;
}

static void test_store__counts_versions_and_keeps_creates_apart(void)
{
	struct cw_store *store = cw_store_open(":memory:", NULL);
	struct cw_written w;

	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_INDEX, "1", "{\"a\":1}"), &w), 201);
	CU_ASSERT_EQUAL(w.version, 1);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_INDEX, "1", "{\"a\":2}"), &w), 200);
	CU_ASSERT_EQUAL(w.version, 2);
	CU_ASSERT_STRING_EQUAL(w.result, "updated");
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_CREATE, "1", "{\"a\":3}"), NULL), 409);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_CREATE, NULL, "{\"a\":3}"), &w), 201);
	CU_ASSERT_EQUAL(strlen(w.made_id), 20);
	CU_ASSERT_EQUAL(cw_store_index_find(store, "logs")->docs, 2);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_DELETE, "1", ""), &w), 200);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_DELETE, "1", ""), &w), 404);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_CREATE, "1", "{\"a\":4}"), &w), 201);
	CU_ASSERT_EQUAL(cw_store_index_find(store, "logs")->docs, 2);
	CU_ASSERT_EQUAL(cw_store_index_find(store, "logs")->deleted, 0);
	cw_store_close(store);
}

static void test_store__refuses_older_external_versions_even_of_deleted_documents(void)
{
	struct cw_store *store = cw_store_open(":memory:", NULL);
	struct cw_write gte = versioned(CW_BULK_INDEX, "1", 8);

	CU_ASSERT_EQUAL(apply(store, versioned(CW_BULK_INDEX, "1", 5), NULL), 201);
	CU_ASSERT_EQUAL(apply(store, versioned(CW_BULK_INDEX, "1", 5), NULL), 409);
	CU_ASSERT_EQUAL(apply(store, versioned(CW_BULK_INDEX, "1", 4), NULL), 409);
	CU_ASSERT_EQUAL(apply(store, versioned(CW_BULK_DELETE, "1", 8), NULL), 200);
	CU_ASSERT_EQUAL(apply(store, versioned(CW_BULK_INDEX, "1", 7), NULL), 409);
	gte.version_type = CW_VERSION_EXTERNAL_GTE;
	CU_ASSERT_EQUAL(apply(store, gte, NULL), 201);
	CU_ASSERT_EQUAL(apply(store, versioned(CW_BULK_DELETE, "2", 3), NULL), 404);
	CU_ASSERT_EQUAL(apply(store, versioned(CW_BULK_INDEX, "2", 2), NULL), 409);
	CU_ASSERT_EQUAL(cw_store_index_find(store, "logs")->docs, 1);
	cw_store_close(store);
}

static void test_store__updates_parts_and_knows_a_noop(void)
{
	struct cw_store *store = cw_store_open(":memory:", NULL);
	struct cw_es_error err = { 0 };
	struct cw_written w;
	struct cw_row row;

	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_UPDATE, "1", "{\"doc\":{\"a\":1}}"), NULL), 404);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_UPDATE, "1", "{\"doc\":{\"a\":1},\"doc_as_upsert\":true}"), NULL),
			201);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_UPDATE, "1", "{\"doc\":{\"o\":{\"b\":2}}}"), NULL), 200);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_UPDATE, "1", "{\"doc\":{\"a\":1}}"), &w), 200);
	CU_ASSERT_STRING_EQUAL(w.result, "noop");
	CU_ASSERT_EQUAL(w.version, 2);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_UPDATE, "2", "{\"doc\":{},\"upsert\":{\"u\":1}}"), NULL), 201);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_UPDATE, "1", "{\"script\":\"x\"}"), NULL), 400);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_UPDATE, "1", "{\"dok\":{}}"), NULL), 400);
	CU_ASSERT_EQUAL(cw_store_get(cw_store_index_find(store, "logs"), "1", &row, &err), 1);
	CU_ASSERT_EQUAL(strncmp(row.source.p, "{\"a\":1,\"o\":{\"b\":2}}", row.source.n), 0);
	cw_store_close(store);
}

static void test_store__refuses_bad_documents_ids_and_index_names(void)
{
	struct cw_store *store = cw_store_open(":memory:", NULL);
	struct cw_write write = doc(CW_BULK_INDEX, "1", "{}");
	char long_id[CW_ID_MAX + 2];

	memset(long_id, 'x', sizeof(long_id) - 1);
	long_id[sizeof(long_id) - 1] = '\0';
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_INDEX, long_id, "{}"), NULL), 400);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_INDEX, "", "{}"), NULL), 400);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_INDEX, "1", "{\"a\":"), NULL), 400);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_INDEX, "1", "[]"), NULL), 400);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_INDEX, "1", ""), NULL), 400);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_INDEX, "1", "{\"a\":1,\"a\":2}"), NULL), 400);
	write.pipeline = "p";
	CU_ASSERT_EQUAL(apply(store, write, NULL), 400);
	write = doc(CW_BULK_INDEX, "1", "{}");
	for (const char *const *name =
		     (const char *const[]){ "Logs", "_logs", "a/b", "a b", "..", "-a", "a*", "", NULL };
	     *name; name++) {
		write.index = *name;
		CU_ASSERT_EQUAL(apply(store, write, NULL), 400);
	}
	CU_ASSERT_EQUAL(cw_store_index_count(store), 0);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_DELETE, "1", ""), NULL), 404);
	cw_store_close(store);
}

static void test_store__makes_indices_from_the_best_template(void)
{
	struct cw_store *store = cw_store_open(":memory:", NULL);

	set_template(store, "low",
		     "{\"index_patterns\":[\"lo*\"],\"priority\":1,\"template\":{\"mappings\":{\"properties\":"
		     "{\"a\":{\"type\":\"keyword\"}}}}}");
	set_template(store, "high",
		     "{\"index_patterns\":[\"x*\",\"log*\"],\"priority\":5,\"template\":{\"mappings\":"
		     "{\"properties\":{\"a\":{\"type\":\"ip\"}}}}}");
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_INDEX, "1", "{\"a\":\"text\"}"), NULL), 400);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_INDEX, "1", "{\"a\":\"1.2.3.4\",\"b\":1}"), NULL), 201);
	CU_ASSERT_PTR_NOT_NULL(cw_mapping_find(cw_store_index_find(store, "logs")->mapping, "b"));
	cw_store_close(store);
}

static void test_store__data_streams_take_creates_with_a_timestamp_only(void)
{
	struct cw_store *store = cw_store_open(":memory:", NULL);

	set_template(store, "t", "{\"index_patterns\":[\"logs\"],\"data_stream\":{}}");
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_INDEX, "1", "{\"@timestamp\":\"2026-01-21\"}"), NULL), 400);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_CREATE, "1", "{}"), NULL), 400);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_CREATE, "1", "{\"@timestamp\":\"2026-01-21\"}"), NULL), 201);
	cw_store_close(store);
}

static void test_store__refuses_what_is_no_template(void)
{
	static const char *const cases[] = {
		"[]",
		"{}",
		"{\"index_patterns\":[]}",
		"{\"index_patterns\":[1]}",
		"{\"index_patterns\":[\"a\"],\"temp\":{}}",
		"{\"index_patterns\":[\"a\"],\"priority\":-1}",
		"{\"index_patterns\":[\"a\"],\"composed_of\":[\"c\"]}",
		"{\"index_patterns\":[\"a\"],\"template\":{\"mapping\":{}}}",
		"{\"index_patterns\":[\"a\"],\"template\":{\"mappings\":{\"properties\":{\"a\":{\"type\":\"x\"}}}}}",
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cw_es_error err = { 0 };
		json_t *json = parse(cases[i]);

		CU_ASSERT_EQUAL(cw_template_check("t", json, &err), -1);
		CU_ASSERT_EQUAL(err.status, 400);
		json_decref(json);
	}
}

static void test_store__keeps_everything_in_its_file(void)
{
	char path[] = "/tmp/cw-devstore-XXXXXX";
	struct cw_error err = { 0 };
	struct cw_store *store;
	struct cw_index *index;
	int fd = mkstemp(path);

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	close(fd);
	store = cw_store_open(path, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(store);
	set_template(store, "t",
		     "{\"index_patterns\":[\"logs\"],\"template\":{\"settings\":{\"number_of_shards\":3}}}");
	apply(store, doc(CW_BULK_INDEX, "1", "{\"a\":1}"), NULL);
	apply(store, doc(CW_BULK_INDEX, "2", "{\"a\":2}"), NULL);
	apply(store, doc(CW_BULK_DELETE, "2", ""), NULL);
	cw_store_close(store);
	store = cw_store_open(path, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(store);
	index = cw_store_index_find(store, "logs");
	CU_ASSERT_PTR_NOT_NULL_FATAL(index);
	CU_ASSERT_EQUAL(index->docs, 1);
	CU_ASSERT_EQUAL(index->deleted, 1);
	CU_ASSERT_EQUAL(index->next_seq, 3);
	CU_ASSERT_EQUAL(cw_mapping_find(index->mapping, "a")->type, CW_FIELD_INTEGER);
	CU_ASSERT_TRUE(same(json_incref(index->settings), "{\"number_of_shards\":3}"));
	CU_ASSERT_EQUAL(json_object_size(cw_store_templates(store)), 1);
	cw_store_close(store);
	unlink(path);
}

static void test_store__a_rolled_back_request_leaves_nothing(void)
{
	struct cw_store *store = cw_store_open(":memory:", NULL);
	struct cw_write write = doc(CW_BULK_INDEX, "1", "{\"a\":1}");
	struct cw_es_error err = { 0 };
	struct cw_written w;

	cw_store_begin(store, &err);
	CU_ASSERT_EQUAL(cw_write_apply(store, &write, &w, &err), 0);
	cw_store_rollback(store);
	CU_ASSERT_EQUAL(cw_store_index_count(store), 0);
	CU_ASSERT_EQUAL(apply(store, write, NULL), 201);
	cw_store_close(store);
}

/* The limit on a file's size stands for a full disk. */
static void test_store__a_full_disk_refuses_the_request_and_loses_nothing_else(void)
{
	char path[] = "/tmp/cw-devstore-XXXXXX";
	struct rlimit before, small;
	struct cw_store *store;
	struct cw_index *index;
	size_t n = 0, after;
	int fd = mkstemp(path), status = 201;
	char text[9000];

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	close(fd);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	store = cw_store_open(path, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(store);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small = before;
	small.rlim_cur = 400000;
	setrlimit(RLIMIT_FSIZE, &small);
	for (int i = 0; i < 1000 && status == 201; i++) {
		CW_AUTO_FREE char *id = cw_format("%d", i);
		CW_AUTO_FREE char *source = cw_format("{\"t\":\"%s\"}", text);

		status = apply(store, doc(CW_BULK_INDEX, id, source), NULL);
		n += status == 201;
	}
	CU_ASSERT_EQUAL(status, 503);
	CU_ASSERT_TRUE(n > 5);
	index = cw_store_index_find(store, "logs");
	CU_ASSERT_PTR_NOT_NULL_FATAL(index);
	CU_ASSERT_EQUAL((size_t)index->docs, n);
	setrlimit(RLIMIT_FSIZE, &before);
	CU_ASSERT_EQUAL(apply(store, doc(CW_BULK_INDEX, "again", "{\"t\":\"x\"}"), NULL), 201);
	cw_store_close(store);
	store = cw_store_open(path, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(store);
	after = (size_t)cw_store_index_find(store, "logs")->docs;
	CU_ASSERT_EQUAL(after, n + 1);
	cw_store_close(store);
	unlink(path);
}

static void test_store__says_why_a_file_cannot_be_used(void)
{
	char path[] = "/tmp/cw-devstore-XXXXXX";
	struct cw_error err = { 0 };
	struct cw_store *store;
	int fd = mkstemp(path);

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_PTR_NULL(cw_store_open("/no/such/folder/file", &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "/no/such/folder/file: unable to open database file"));
	err = (struct cw_error){ 0 };
	CU_ASSERT_EQUAL(write(fd, "this is no database, but it is long enough to look at", 53), 53);
	CU_ASSERT_PTR_NULL(cw_store_open(path, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "file is not a database"));
	CU_ASSERT_EQUAL(ftruncate(fd, 0), 0);
	close(fd);
	store = cw_store_open(path, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(store);
	err = (struct cw_error){ 0 };
	CU_ASSERT_PTR_NULL(cw_store_open(path, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "another process has it open"));
	cw_store_close(store);
	unlink(path);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "versions", test_store__counts_versions_and_keeps_creates_apart },
		{ "external versions", test_store__refuses_older_external_versions_even_of_deleted_documents },
		{ "updates", test_store__updates_parts_and_knows_a_noop },
		{ "bad documents", test_store__refuses_bad_documents_ids_and_index_names },
		{ "templates", test_store__makes_indices_from_the_best_template },
		{ "data streams", test_store__data_streams_take_creates_with_a_timestamp_only },
		{ "broken templates", test_store__refuses_what_is_no_template },
		{ "file", test_store__keeps_everything_in_its_file },
		{ "rollback", test_store__a_rolled_back_request_leaves_nothing },
		{ "full disk", test_store__a_full_disk_refuses_the_request_and_loses_nothing_else },
		{ "unusable files", test_store__says_why_a_file_cannot_be_used },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "devstore store", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
