/* The access-log sink with the keys of AWS's own places, which a task finds when it starts and again before they run out. */
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "aws_fixture.h"
#include "base/clock.h"
#include "essink_run.h"

#define ROLES "/latest/meta-data/iam/security-credentials/"
#define WAIT_MS 10000

/* ---- a clock that somebody sets ------------------------------------------------------------------- */

/* The process's, as clock_gettime() is. */
static atomic_llong set_by_s;

/* Instead of the C library's: the time of day is what it is, and so much more. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
	int rc = (int)syscall(SYS_clock_gettime, clock, time);

	if (clock == CLOCK_REALTIME)
		time->tv_sec += (time_t)atomic_load(&set_by_s);
	return rc;
}

static char folder[] = "/tmp/test-essink-aws-XXXXXX";

/* ---- keys ----------------------------------------------------------------------------------------- */

static struct run *signing_run(void)
{
	struct run *run = run_new();

	aws_fixture_clear(folder);
	set(run, "aws.sigv4.service", "es");
	set(run, "aws.sigv4.region", "eu-central-1");
	return run;
}

/* An EC2 instance, whose role has this key for so many seconds. */
static void grant(struct mini_http *http, const char *key, int64_t seconds)
{
	char until[32], *answer;

	cw_clock_iso(cw_clock_epoch_ms() + seconds * 1000, until, sizeof(until));
	answer = cw_format("{\"Code\":\"Success\",\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"secret\",\"Token\":\"token-%s\","
			   "\"Expiration\":\"%s\"}", key, key, until);
	mini_http_answer(http, "GET", ROLES "role", 200, answer);
	free(answer);
}

static struct mini_http *instance_start(void)
{
	struct mini_http *http = mini_http_start();

	mini_http_answer(http, "PUT", "/latest/api/token", 200, "SESSION");
	mini_http_answer(http, "GET", ROLES, 200, "role");
	setenv("AWS_EC2_METADATA_DISABLED", "false", 1);
	aws_fixture_point("AWS_EC2_METADATA_SERVICE_ENDPOINT", http, "");
	return http;
}

static bool signed_with(struct run *run, const char *key)
{
	CW_AUTO_FREE char *credential = cw_format("Credential=%s/", key);
	CW_AUTO_FREE char *token = cw_format("X-Amz-Security-Token: token-%s\r\n", key);
	bool found;

	CU_ASSERT_EQUAL(put(run, 1), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
	CU_ASSERT_STRING_EQUAL(run->sink.err.text, "");
	pthread_mutex_lock(&run->store.lock);
	found = strstr(run->store.last_head, credential) && strstr(run->store.last_head, token);
	pthread_mutex_unlock(&run->store.lock);
	return found;
}

static void test_keys__of_the_environment(void)
{
	struct run *run = signing_run();

	setenv("AWS_ACCESS_KEY_ID", "AENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
	setenv("AWS_SESSION_TOKEN", "token-AENV", 1);
	start(run);
	CU_ASSERT_STRING_EQUAL(run->sink.host.last_log, "requests are signed with the keys of the environment");
	CU_ASSERT_TRUE(signed_with(run, "AENV"));
	run_free(run);
}

static void test_keys__of_the_settings_come_first(void)
{
	struct run *run = signing_run();

	setenv("AWS_ACCESS_KEY_ID", "AENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
	set(run, "aws.access.key.id", "AKEY");
	set(run, "aws.secret.access.key", "secret");
	set(run, "aws.session.token", "token-AKEY");
	start(run);
	CU_ASSERT_TRUE(signed_with(run, "AKEY"));
	run_free(run);
}

static void test_keys__none(void)
{
	struct run *run = signing_run();

	CU_ASSERT_FALSE(cw_essink_start(&run->sink));
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "no AWS credentials: none in the environment"));
	cw_essink_stop(&run->sink);
	cw_map_set(&run->sink.map, "connection.url", run->store.url);
	set(run, "aws.sigv4.service", "es");
	set(run, "aws.profile", "other");
	CU_ASSERT_FALSE(cw_essink_start(&run->sink));
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "have no profile other"));
	run_free(run);
}

/* The instance answers a little later: the task is to be started again. */
static void test_keys__not_yet(void)
{
	struct mini_http *http = mini_http_start();
	struct run *run = signing_run();

	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "set", 1);
	aws_fixture_point("AWS_CONTAINER_CREDENTIALS_FULL_URI", http, "/role");
	mini_http_answer(http, "GET", "/role", 503, "");
	cw_fake_host_init(&run->sink.host, "logs", 0, 1);
	CU_ASSERT_EQUAL(cw_essink_fill(&run->sink), 0);
	CU_ASSERT_EQUAL(cw_essink_ops()->task_start(&run->sink.host.ctx, &run->sink.config, &run->sink.task, &run->sink.err),
			CW_RETRY);
	run_free(run);
	mini_http_stop(http);
}

/* Before they run out, also when the clock by which they were found is set back an hour then. */
static void test_keys__are_found_anew(void)
{
	struct run *run = signing_run();
	struct mini_http *http = instance_start();
	int64_t end = cw_clock_ms() + WAIT_MS;
	bool renewed = false;

	grant(http, "AFIRST", 3);
	start(run);
	CU_ASSERT_TRUE(signed_with(run, "AFIRST"));
	atomic_store(&set_by_s, -3600);
	grant(http, "ASECOND", 3600);
	while (!renewed && cw_clock_ms() < end && run->n < BATCHES) {
		usleep(100000);
		renewed = signed_with(run, "ASECOND");
	}
	CU_ASSERT_TRUE(renewed);
	run_free(run);
	mini_http_stop(http);
	atomic_store(&set_by_s, 0);
}

static void refuse_first(struct cw_fake_store *store, const struct cw_store_request *request, struct cw_store_reply *reply)
{
	(void)store;
	if (strstr(request->head, "Credential=AFIRST/"))
		reply->status = 403;
}

/* A 403 of keys that have run out passes, once there are new ones. */
static void test_keys__that_ran_out_are_waited_for(void)
{
	static const int64_t sets_s[] = { 0, -3600 };

	for (size_t i = 0; i < sizeof(sets_s) / sizeof(*sets_s); i++) {
		struct run *run = signing_run();
		struct mini_http *http = instance_start();

		run->store.on_request = refuse_first;
		set(run, "template.enable", "false");
		grant(http, "AFIRST", 0);
		start(run);
		atomic_store(&set_by_s, sets_s[i]);
		grant(http, "ASECOND", 7200);
		CU_ASSERT_TRUE(signed_with(run, "ASECOND"));
		CU_ASSERT_TRUE(metric(run, "bulk_retries") > 0);
		run_free(run);
		mini_http_stop(http);
		atomic_store(&set_by_s, 0);
	}
}

int main(void)
{
	CU_TestInfo keys[] = {
		{ "of the environment", test_keys__of_the_environment },
		{ "of the settings come first", test_keys__of_the_settings_come_first },
		{ "none", test_keys__none },
		{ "not yet", test_keys__not_yet },
		{ "are found anew", test_keys__are_found_anew },
		{ "that ran out are waited for", test_keys__that_ran_out_are_waited_for },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "AWS's keys", NULL, NULL, NULL, NULL, keys },
		CU_SUITE_INFO_NULL,
	};
	int status;

	if (!mkdtemp(folder))
		return EXIT_FAILURE;
	status = cw_test_main(suites);
	rmdir(folder);
	return status;
}
