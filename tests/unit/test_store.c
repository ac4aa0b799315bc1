#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/mem.h"
#include "store/lock.h"
#include "store/store.h"
#include "unit.h"

/* A folder of its own for each test. */
static char *folder;

static int make_folder(void)
{
	const char *tmp = getenv("TMPDIR");

	folder = cw_format("%s/test_store.XXXXXX", tmp ? tmp : "/tmp");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void)
{
	static const char *const names[] = { "s.db", "s.db-wal", "s.db-shm", "s.db.lock", "s.db.hosts", "sub/in/s.db",
					     "sub/in/s.db.lock", "sub/in", "sub" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		CW_AUTO_FREE char *path = cw_format("%s/%s", folder, names[i]);

		remove(path);
	}
	rmdir(folder);
	free(folder);
	return 0;
}

static void set_up(void)
{
	CU_ASSERT_EQUAL_FATAL(make_folder(), 0);
}

static void tear_down(void)
{
	remove_folder();
}

static struct cw_store *open_store(struct cw_error *err)
{
	CW_AUTO_FREE char *path = cw_format("%s/s.db", folder);

	return cw_store_open_sqlite(path, "http://127.0.0.1:8083", err);
}

static struct cw_store *must_open(void)
{
	struct cw_error err = { 0 };
	struct cw_store *store = open_store(&err);

	if (!store)
		fprintf(stderr, "%s\n", err.text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(store);
	return store;
}

static int put(struct cw_store *store, const char *name, const char *config, const char *tasks, struct cw_error *err)
{
	json_t *c = json_loads(config, 0, NULL), *t = json_loads(tasks, 0, NULL);
	struct cw_stored_connector connector = { name, "source", "org.example.X", "/x.so", c, CW_TARGET_STARTED, t };
	int rc = cw_store_put_connector(store, &connector, err);

	json_decref(c);
	json_decref(t);
	return rc;
}

static int describe_connector(void *arg, const struct cw_stored_connector *c)
{
	CW_AUTO_FREE char *config = json_dumps(c->config, JSON_COMPACT);
	CW_AUTO_FREE char *tasks = json_dumps(c->tasks, JSON_COMPACT);
	char **out = arg, *old = *out;

	*out = cw_format("%s%s %s %s %s %s %s;", old, c->name, c->kind, c->class_name, cw_target_name(c->target),
			 config, tasks);
	free(old);
	return 0;
}

static int describe_status(void *arg, const struct cw_stored_status *s)
{
	char **out = arg, *old = *out;

	*out = cw_format("%s%s/%d %s %s %d '%s';", old, s->connector, s->task, s->state, s->worker_id,
			 (int)s->generation, s->trace);
	free(old);
	return 0;
}

static char *describe(struct cw_store *store)
{
	char *out = cw_strdup("");

	CU_ASSERT_EQUAL(cw_store_each_connector(store, describe_connector, &out, NULL), 0);
	CU_ASSERT_EQUAL(cw_store_each_status(store, describe_status, &out, NULL), 0);
	return out;
}

static void expect(struct cw_store *store, const char *wanted)
{
	CW_AUTO_FREE char *found = describe(store);

	if (strcmp(found, wanted) != 0)
		fprintf(stderr, "\nfound  %s\nwanted %s\n", found, wanted);
	CU_ASSERT_STRING_EQUAL(found, wanted);
}

static void test_store__keeps_connectors_over_a_reopen(void)
{
	struct cw_store *store = must_open();
	json_t *tasks = json_loads("[{\"k\":\"9\"}]", 0, NULL);

	CU_ASSERT_EQUAL(put(store, "b", "{\"name\":\"b\",\"x\":\"gr\xc3\xbc\xc3\x9f\"}", "[]", NULL), 0);
	CU_ASSERT_EQUAL(put(store, "a", "{\"name\":\"a\"}", "[{\"n\":\"1\"},{\"n\":\"2\"}]", NULL), 0);
	CU_ASSERT_EQUAL(cw_store_put_target(store, "b", CW_TARGET_PAUSED, NULL), 0);
	CU_ASSERT_EQUAL(cw_store_put_tasks(store, "b", tasks, NULL), 0);
	cw_store_close(store);
	store = must_open();
	expect(store, "a source org.example.X STARTED {\"name\":\"a\"} [{\"n\":\"1\"},{\"n\":\"2\"}];"
		      "b source org.example.X PAUSED {\"name\":\"b\",\"x\":\"gr\xc3\xbc\xc3\x9f\"} [{\"k\":\"9\"}];");
	cw_store_close(store);
	json_decref(tasks);
}

static void test_store__stopping_forgets_the_task_configs(void)
{
	struct cw_store *store = must_open();

	put(store, "a", "{}", "[{\"n\":\"1\"}]", NULL);
	CU_ASSERT_EQUAL(cw_store_put_target(store, "a", CW_TARGET_STOPPED, NULL), 0);
	expect(store, "a source org.example.X STOPPED {} [];");
	cw_store_close(store);
}

static void test_store__statuses_are_replaced_and_go_with_their_connector(void)
{
	struct cw_store *store = must_open();
	struct cw_stored_status s = { "a", -1, "RUNNING", "h:1", 3, "" };

	put(store, "a", "{}", "[]", NULL);
	CU_ASSERT_EQUAL(cw_store_put_status(store, &s, NULL), 0);
	s.task = 0;
	CU_ASSERT_EQUAL(cw_store_put_status(store, &s, NULL), 0);
	s.state = "FAILED";
	s.trace = "line 1\nline 2";
	CU_ASSERT_EQUAL(cw_store_put_status(store, &s, NULL), 0);
	s.task = 1;
	CU_ASSERT_EQUAL(cw_store_put_status(store, &s, NULL), 0);
	CU_ASSERT_EQUAL(cw_store_delete_statuses(store, "a", 1, NULL), 0);
	expect(store, "a source org.example.X STARTED {} [];a/-1 RUNNING h:1 3 '';a/0 FAILED h:1 3 'line 1\nline 2';");
	CU_ASSERT_EQUAL(cw_store_delete_connector(store, "a", NULL), 0);
	expect(store, "");
	cw_store_close(store);
}

static int put_offsets(struct cw_store *store, const char *json, struct cw_error *err)
{
	json_t *offsets = json_loads(json, 0, NULL);
	int rc = cw_store_put_offsets(store, "a", offsets, err);

	json_decref(offsets);
	return rc;
}

static void expect_offsets(struct cw_store *store, const char *wanted)
{
	json_t *offsets = cw_store_get_offsets(store, "a", NULL);
	CW_AUTO_FREE char *found = offsets ? json_dumps(offsets, JSON_COMPACT) : cw_strdup("");

	CU_ASSERT_STRING_EQUAL(found, wanted);
	json_decref(offsets);
}

static void test_store__offsets_are_kept_by_partition_whatever_the_order_of_its_keys(void)
{
	struct cw_store *store = must_open();

	CU_ASSERT_EQUAL(put_offsets(store, "[[{\"z\":1,\"b\":\"x\"},{\"n\":1,\"a\":2}],[{\"c\":3},{\"n\":7}]]", NULL),
			0);
	CU_ASSERT_EQUAL(put_offsets(store, "[[{\"b\":\"x\",\"z\":1},{\"n\":9007199254740993}]]", NULL), 0);
	cw_store_close(store);
	store = must_open();
	expect_offsets(store, "[[{\"b\":\"x\",\"z\":1},{\"n\":9007199254740993}],[{\"c\":3},{\"n\":7}]]");
	CU_ASSERT_EQUAL(put_offsets(store, "[[{\"c\":3},null]]", NULL), 0);
	expect_offsets(store, "[[{\"b\":\"x\",\"z\":1},{\"n\":9007199254740993}]]");
	CU_ASSERT_EQUAL(cw_store_delete_connector(store, "a", NULL), 0);
	expect_offsets(store, "[[{\"b\":\"x\",\"z\":1},{\"n\":9007199254740993}]]");
	cw_store_close(store);
}

static void test_store__offsets_are_stored_all_or_none(void)
{
	struct cw_store *store = must_open();
	struct cw_error err = { 0 };

	put_offsets(store, "[[{\"c\":1},{\"n\":1}]]", NULL);
	CU_ASSERT_EQUAL(put_offsets(store, "[[{\"c\":1},{\"n\":2}],[{\"c\":2},5]]", &err), -1);
	CU_ASSERT_EQUAL(err.code, CW_ERR_INVALID);
	expect_offsets(store, "[[{\"c\":1},{\"n\":1}]]");
	cw_store_close(store);
}

static void run_sql(const char *sql)
{
	CW_AUTO_FREE char *path = cw_format("%s/s.db", folder);
	sqlite3 *db;

	CU_ASSERT_EQUAL(sqlite3_open(path, &db), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static int put_topics(struct cw_store *store, const char *connector, int task, const char *json)
{
	json_t *topics = json_loads(json, 0, NULL);
	int rc = cw_store_put_topics(store, connector, task, topics, NULL);

	json_decref(topics);
	return rc;
}

static void expect_topics(struct cw_store *store, const char *connector, const char *wanted)
{
	json_t *topics = cw_store_get_topics(store, connector, NULL);
	CW_AUTO_FREE char *found = topics ? json_dumps(topics, JSON_COMPACT) : cw_strdup("");

	CU_ASSERT_STRING_EQUAL(found, wanted);
	json_decref(topics);
}

static void test_store__topics_are_kept_once_and_go_with_their_connector(void)
{
	struct cw_store *store = must_open();

	put(store, "a", "{}", "[]", NULL);
	CU_ASSERT_EQUAL(put_topics(store, "a", 0, "[\"t2\",\"grÃ¼Ã\"]"), 0);
	CU_ASSERT_EQUAL(put_topics(store, "a", 1, "[\"t2\",\"t1\"]"), 0);
	CU_ASSERT_EQUAL(put_topics(store, "b", 0, "[\"t9\"]"), 0);
	cw_store_close(store);
	store = must_open();
	expect_topics(store, "a", "[\"grÃ¼Ã\",\"t1\",\"t2\"]");
	put(store, "a", "{\"x\":\"1\"}", "[]", NULL); /* another config, the same connector */
	CU_ASSERT_EQUAL(cw_store_put_target(store, "a", CW_TARGET_STOPPED, NULL), 0);
	expect_topics(store, "a", "[\"grÃ¼Ã\",\"t1\",\"t2\"]");
	CU_ASSERT_EQUAL(cw_store_delete_topics(store, "b", NULL), 0);
	expect_topics(store, "b", "[]");
	CU_ASSERT_EQUAL(cw_store_delete_connector(store, "a", NULL), 0);
	expect_topics(store, "a", "[]");
	cw_store_close(store);
}

static void test_store__takes_a_file_of_an_earlier_schema(void)
{
	struct cw_store *store = must_open();

	put(store, "a", "{}", "[]", NULL);
	cw_store_close(store);
	run_sql("DROP TABLE topics; DROP TABLE identity; PRAGMA user_version=1");
	store = must_open();
	expect(store, "a source org.example.X STARTED {} [];");
	CU_ASSERT_EQUAL(put_topics(store, "a", 0, "[\"t\"]"), 0);
	expect_topics(store, "a", "[\"t\"]");
	cw_store_close(store);
}

static void test_store__has_a_name_of_its_own(void)
{
	struct cw_error err = { 0 };
	struct cw_store *store = must_open(), *other = cw_store_open_sqlite(":memory:", "x", &err);
	CW_AUTO_FREE char *id = cw_store_get_id(store, &err), *others = cw_store_get_id(other, &err), *again = NULL;

	CU_ASSERT_EQUAL(strlen(id), 32);
	CU_ASSERT_EQUAL(strspn(id, "0123456789abcdef"), 32);
	CU_ASSERT_STRING_NOT_EQUAL(id, others);
	cw_store_close(store);
	store = must_open();
	again = cw_store_get_id(store, &err);
	CU_ASSERT_STRING_EQUAL(id, again);
	cw_store_close(store);
	cw_store_close(other);
}

static void test_store__a_second_worker_is_told_who_has_it(void)
{
	struct cw_store *store = must_open();
	struct cw_error err = { 0 };
	CW_AUTO_FREE char *wanted = cw_format("state file %s/s.db is in use by connect-worker pid %ld "
					      "(http://127.0.0.1:8083)", folder, (long)getpid());

	CW_AUTO_FREE char *path = cw_format("%s/s.db", folder);

	CU_ASSERT_PTR_NULL(open_store(&err));
	CU_ASSERT_EQUAL(err.code, CW_ERR_CONFLICT);
	CU_ASSERT_STRING_EQUAL(err.text, wanted);
	err = (struct cw_error){ 0 };
	CU_ASSERT_EQUAL(cw_store_lock_check(path, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, wanted);
	cw_store_close(store);
	CU_ASSERT_EQUAL(cw_store_lock_check(path, NULL), 0);
	cw_store_close(must_open());
}

static void test_store__is_readable_for_its_owner_only_and_makes_its_folders(void)
{
	CW_AUTO_FREE char *path = cw_format("%s/sub/in/s.db", folder);
	struct cw_store *store = cw_store_open_sqlite(path, "", NULL);
	struct stat st;

	CU_ASSERT_PTR_NOT_NULL_FATAL(store);
	CU_ASSERT_EQUAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
	cw_store_close(store);
}

static void write_file(const char *text, size_t n)
{
	CW_AUTO_FREE char *path = cw_format("%s/s.db", folder);
	FILE *f = fopen(path, "w");

	CU_ASSERT_EQUAL(fwrite(text, 1, n, f), n);
	fclose(f);
}

static void expect_refused(enum cw_error_code code, const char *words)
{
	struct cw_error err = { 0 };

	CU_ASSERT_PTR_NULL(open_store(&err));
	CU_ASSERT_EQUAL(err.code, code);
	if (!strstr(err.text, words))
		fprintf(stderr, "\nfound  %s\nwanted %s\n", err.text, words);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, words));
}

static void test_store__refuses_what_is_not_its_file(void)
{
	write_file("\xac\xed\x00\x05sr\x00\x11java.util.HashMap, and so on for more than a page header of 100 bytes"
		   "........................................",
		   110);
	expect_refused(CW_ERR_FATAL, "is not a state file of connect-worker (an SQLite database); "
				     "let offset.storage.file.filename name another file");
}

static void test_store__refuses_another_programs_database(void)
{
	run_sql("CREATE TABLE bookmarks (x)");
	expect_refused(CW_ERR_FATAL, "is an SQLite database of another program");
}

static void test_store__refuses_a_newer_schema(void)
{
	cw_store_close(must_open());
	run_sql("PRAGMA user_version=99");
	expect_refused(CW_ERR_FATAL, "has schema version 99, written by a newer connect-worker; this one knows "
				     "versions up to 3");
}

static void test_store__says_that_a_file_is_damaged(void)
{
	struct cw_store *store = must_open();
	CW_AUTO_FREE char *path = cw_format("%s/s.db", folder);
	CW_AUTO_FREE char *junk = cw_alloc(1 << 20);
	int fd;

	put(store, "a", "{}", "[]", NULL);
	cw_store_close(store);
	fd = open(path, O_RDWR);
	memset(junk, 'x', 1 << 20);
	CU_ASSERT_TRUE(pwrite(fd, junk, 20000, 100) > 0);
	close(fd);
	expect_refused(CW_ERR_FATAL, "is damaged");
}

static void test_store__says_why_it_cannot_open(void)
{
	struct cw_error err = { 0 };
	CW_AUTO_FREE char *path = cw_format("%s/s.db/no/such.db", folder);

	write_file("", 0);
	CU_ASSERT_PTR_NULL(cw_store_open_sqlite(path, "", &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "cannot make the folder of state file"));
	err = (struct cw_error){ 0 };
	CU_ASSERT_PTR_NULL(cw_store_open_sqlite(folder, "", &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "Is a directory"));
}

/* The child says each number that the store has acknowledged, until it is killed. */
static void write_until_killed(int out)
{
	struct cw_store *store = open_store(NULL);

	for (int i = 0; store; i++) {
		CW_AUTO_FREE char *offsets = cw_format("[[{\"p\":0},{\"n\":%d}]]", i);
		CW_AUTO_FREE char *config = cw_format("{\"n\":\"%d\"}", i);

		if (put_offsets(store, offsets, NULL) != 0 || put(store, "a", config, "[]", NULL) != 0 ||
		    write(out, &i, sizeof(i)) != sizeof(i))
			break;
	}
	_exit(1);
}

static int config_number(void *arg, const struct cw_stored_connector *c)
{
	*(int *)arg = atoi(json_string_value(json_object_get(c->config, "n")));
	return 0;
}

static void test_store__a_kill_loses_nothing_acknowledged(void)
{
	for (int round = 0; round < 5; round++) {
		int fds[2], last = -1, said, status, config = -1;
		struct cw_store *store;
		json_t *offsets;
		pid_t pid;

		CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
		pid = fork();
		if (pid == 0)
			write_until_killed(fds[1]);
		close(fds[1]);
		while (last < 10 + 13 * round && read(fds[0], &said, sizeof(said)) == sizeof(said))
			last = said;
		kill(pid, SIGKILL);
		while (read(fds[0], &said, sizeof(said)) == sizeof(said))
			last = said;
		close(fds[0]);
		waitpid(pid, &status, 0);
		CU_ASSERT_TRUE(WIFSIGNALED(status));
		store = must_open();
		offsets = cw_store_get_offsets(store, "a", NULL);
		CU_ASSERT_TRUE(json_integer_value(json_object_get(json_array_get(json_array_get(offsets, 0), 1),
								  "n")) >= last);
		CU_ASSERT_EQUAL(cw_store_each_connector(store, config_number, &config, NULL), 0);
		CU_ASSERT_TRUE(config >= last);
		json_decref(offsets);
		cw_store_close(store);
	}
}

/* A file that may not grow stands for a full disk. Run in a child: the limit cannot be taken back everywhere. */
static int fill_up(void)
{
	struct cw_store *store = open_store(NULL);
	struct rlimit limit = { 64 << 10, 64 << 10 };
	struct cw_error err = { 0 };
	CW_AUTO_FREE char *config = cw_format("{\"x\":\"%070000d\"}", 0);

	signal(SIGXFSZ, SIG_IGN);
	if (!store || put(store, "a", "{\"v\":\"1\"}", "[]", NULL) != 0 || setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 1;
	if (put(store, "a", config, "[]", &err) == 0 || err.code != CW_ERR_RETRIABLE)
		return 2;
	fprintf(stderr, "(%s) ", err.text);
	if (put(store, "b", "{}", "[]", NULL) != 0) /* a smaller change still fits */
		return 3;
	cw_store_close(store);
	return 0;
}

static void test_store__a_full_disk_changes_nothing_and_can_be_retried(void)
{
	struct cw_store *store;
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fill_up());
	waitpid(pid, &status, 0);
	CU_ASSERT_TRUE(WIFEXITED(status));
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
	store = must_open();
	expect(store, "a source org.example.X STARTED {\"v\":\"1\"} [];b source org.example.X STARTED {} [];");
	cw_store_close(store);
}

static void test_store__in_memory_needs_no_file(void)
{
	struct cw_store *store = cw_store_open_sqlite(":memory:", "", NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(store);
	CU_ASSERT_EQUAL(put(store, "a", "{}", "[]", NULL), 0);
	expect(store, "a source org.example.X STARTED {} [];");
	cw_store_close(store);
}

static void test_lock__waits_for_the_hosts_of_an_earlier_worker(void)
{
	CW_AUTO_FREE char *path = cw_format("%s/s.db", folder);
	int ours = cw_hosts_lock_open(path, NULL), theirs = cw_hosts_lock_open(path, NULL), inherited = dup(ours);

	CU_ASSERT_TRUE(cw_hosts_lock_try(ours));
	close(ours); /* the worker dies, its host still has the descriptor */
	CU_ASSERT_FALSE(cw_hosts_lock_try(theirs));
	close(inherited);
	CU_ASSERT_TRUE(cw_hosts_lock_try(theirs));
	close(theirs);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "keeps connectors over a reopen", test_store__keeps_connectors_over_a_reopen },
		{ "stopping forgets the task configs", test_store__stopping_forgets_the_task_configs },
		{ "statuses are replaced and go with their connector",
		  test_store__statuses_are_replaced_and_go_with_their_connector },
		{ "offsets are kept by partition, whatever the order of its keys",
		  test_store__offsets_are_kept_by_partition_whatever_the_order_of_its_keys },
		{ "offsets are stored all or none", test_store__offsets_are_stored_all_or_none },
		{ "topics are kept once and go with their connector",
		  test_store__topics_are_kept_once_and_go_with_their_connector },
		{ "has a name of its own", test_store__has_a_name_of_its_own },
		{ "takes a file of an earlier schema", test_store__takes_a_file_of_an_earlier_schema },
		{ "a second worker is told who has it", test_store__a_second_worker_is_told_who_has_it },
		{ "is readable for its owner only and makes its folders",
		  test_store__is_readable_for_its_owner_only_and_makes_its_folders },
		{ "refuses what is not its file", test_store__refuses_what_is_not_its_file },
		{ "refuses another program's database", test_store__refuses_another_programs_database },
		{ "refuses a newer schema", test_store__refuses_a_newer_schema },
		{ "says that a file is damaged", test_store__says_that_a_file_is_damaged },
		{ "says why it cannot open", test_store__says_why_it_cannot_open },
		{ "a kill loses nothing acknowledged", test_store__a_kill_loses_nothing_acknowledged },
		{ "a full disk changes nothing and can be retried",
		  test_store__a_full_disk_changes_nothing_and_can_be_retried },
		{ "in memory needs no file", test_store__in_memory_needs_no_file },
		{ "waits for the hosts of an earlier worker", test_lock__waits_for_the_hosts_of_an_earlier_worker },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ .pName = "store", .pSetUpFunc = set_up, .pTearDownFunc = tear_down, .pTests = tests },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
