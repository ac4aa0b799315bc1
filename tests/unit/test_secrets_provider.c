/* The config provider of AWS Secrets Manager against a server in the test: what it asks, keeps, and says. */
#include <unistd.h>

#include "aws_fixture.h"
#include "base/clock.h"
#include "host/context.h"
#include "host/providers.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define PLANTED "pl4nted-s3cret"

static struct mini_http *http;

/* A provider named aws, with settings "key", "value", …, NULL. */
struct provider {
	struct cw_catalog catalog;
	struct cw_worker_config worker;
	struct cw_providers providers;
};

static void open_provider(struct provider *p, const char *const *settings)
{
	static const struct cw_list nothing = { NULL, 0 };
	struct cw_map raw = { 0 };
	struct cw_error err = { 0 };

	*p = (struct provider){ .catalog = { .plugin_path = &nothing } };
	cw_map_set(&raw, "config.providers", "aws");
	cw_map_set(&raw, "config.providers.aws.class", "secretsmanager");
	cw_map_set(&raw, "config.providers.aws.param.region", "eu-west-1");
	for (; *settings; settings += 2) {
		CW_AUTO_FREE char *key = cw_format("config.providers.aws.param.%s", settings[0]);

		cw_map_set(&raw, key, settings[1]);
	}
	CU_ASSERT_EQUAL_FATAL(cw_worker_config_from_map(&raw, &p->worker, &err), 0);
	if (cw_providers_open(&p->providers, &p->catalog, &p->worker, "c", &err) != 0)
		CU_FAIL_FATAL(err.text);
}

static void close_provider(struct provider *p)
{
	cw_providers_close(&p->providers);
	cw_catalog_free(&p->catalog);
	cw_worker_config_free(&p->worker);
}

/* What a value stands for, or "! why": new. */
static char *value_of(struct provider *p, const char *value)
{
	struct cw_map config = { 0 }, resolved = { 0 }, failed = { 0 };
	char *text;

	cw_map_set(&config, "key", value);
	if (cw_providers_resolve(&p->providers, &config, &resolved, &failed) != 0)
		text = cw_format("! %s", cw_map_get(&failed, "key"));
	else
		text = cw_strdup(cw_map_get(&resolved, "key"));
	cw_map_free(&config);
	cw_map_free(&resolved);
	cw_map_free(&failed);
	return text;
}

static int questions(void)
{
	CW_AUTO_FREE char *requests = mini_http_requests(http);
	int n = 0;

	for (const char *p = requests; (p = strchr(p, '\n')) != NULL; p++)
		n++;
	return n;
}

static void set_up(void)
{
	aws_fixture_clear("/nonexistent");
	setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "a secret access key", 1);
	aws_fixture_point("AWS_ENDPOINT_URL", http, "");
	mini_http_forget(http);
}

static const char *const standard[] = { NULL };

static void test_secrets__one_question_for_all_keys(void)
{
	CW_AUTO_FREE char *both = NULL, *whole = NULL, *requests = NULL, *headers = NULL, *foreign = NULL;
	struct provider p;

	set_up();
	mini_http_answer(http, "POST", "/", 200,
			 "{\"SecretString\":\"{\\\"user\\\":\\\"u\\\",\\\"password\\\":\\\"" PLANTED "\\\"}\"}");
	open_provider(&p, standard);
	both = value_of(&p, "${aws:prod/db:user}/${aws:prod/db:password}");
	CU_ASSERT_STRING_EQUAL(both, "u/" PLANTED);
	whole = value_of(&p, "${aws:prod/db}");
	CU_ASSERT_STRING_EQUAL(whole, "{\"user\":\"u\",\"password\":\"" PLANTED "\"}");
	requests = mini_http_requests(http);
	CU_ASSERT_STRING_EQUAL(requests, "POST / {\"SecretId\":\"prod/db\",\"VersionStage\":\"AWSCURRENT\"}\n");
	headers = mini_http_headers(http);
	CU_ASSERT_PTR_NOT_NULL(strstr(headers, "X-Amz-Target: secretsmanager.GetSecretValue\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(headers, "Content-Type: application/x-amz-json-1.1\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(mini_http_authorization(http), "/eu-west-1/secretsmanager/aws4_request, SignedHeaders="
				      "content-type;host;x-amz-date;x-amz-target, "));
	/* The region of an ARN is the one that it is signed for. */
	foreign = value_of(&p, "${aws:arn:aws:secretsmanager:us-east-2:1:secret:db-AbCdEf:user}");
	CU_ASSERT_STRING_EQUAL(foreign, "u");
	CU_ASSERT_PTR_NOT_NULL(strstr(mini_http_authorization(http), "/us-east-2/secretsmanager/aws4_request"));
	close_provider(&p);
}

static void test_secrets__the_stage_is_asked_for(void)
{
	static const char *const previous[] = { "version.stage", "AWSPREVIOUS", NULL };
	CW_AUTO_FREE char *value = NULL, *requests = NULL;
	struct provider p;

	set_up();
	mini_http_answer(http, "POST", "/", 200, "{\"SecretString\":\"old\"}");
	open_provider(&p, previous);
	value = value_of(&p, "${aws:s}");
	CU_ASSERT_STRING_EQUAL(value, "old");
	requests = mini_http_requests(http);
	CU_ASSERT_PTR_NOT_NULL(strstr(requests, "\"VersionStage\":\"AWSPREVIOUS\""));
	close_provider(&p);
}

static void test_secrets__hold_as_long_as_told(void)
{
	static const struct {
		const char *settings[3];
		int first, second; /* questions after a value was asked for once, and again later */
	} cases[] = {
		{ { "ttl.ms", "0", NULL }, 1, 1 },
		{ { "ttl.ms", "1", NULL }, 1, 2 },
		{ { NULL }, 1, 1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct provider p;

		set_up();
		mini_http_answer(http, "POST", "/", 200, "{\"SecretString\":\"" PLANTED "\"}");
		open_provider(&p, cases[i].settings);
		free(value_of(&p, "${aws:s}"));
		CU_ASSERT_EQUAL(questions(), cases[i].first);
		for (int64_t until = cw_clock_ms() + 2; cw_clock_ms() <= until;)
			;
		free(value_of(&p, "${aws:s}"));
		CU_ASSERT_EQUAL(questions(), cases[i].second);
		close_provider(&p);
	}
}

static void test_secrets__errors_name_the_secret_only(void)
{
	static const struct {
		int status;
		const char *body, *value, *want; /* a part of the sentence */
		int questions;
	} cases[] = {
		{ 400, "{\"__type\":\"ResourceNotFoundException\",\"Message\":\"Secrets Manager can't find it.\"}", "${aws:s:k}",
		  "the secret s of AWS Secrets Manager (eu-west-1, with credentials from the environment) is not there: HTTP status "
		  "400, ResourceNotFoundException: Secrets Manager can't find it.", 1 },
		{ 400, "{\"__type\":\"com.amazonaws#AccessDeniedException\",\"message\":\"not authorized\"}", "${aws:s:k}",
		  "(eu-west-1, with credentials from the environment) is denied: HTTP status 400, "
		  "com.amazonaws#AccessDeniedException: not authorized", 1 },
		{ 400, "{\"__type\":\"InvalidRequestException\",\"Message\":\"marked for deletion\"}", "${aws:s:k}",
		  "cannot be read in the state it is in: HTTP status 400, InvalidRequestException: marked for deletion", 1 },
		{ 400, "{\"__type\":\"DecryptionFailure\"}", "${aws:s:k}",
		  "cannot be decrypted: HTTP status 400, DecryptionFailure", 1 },
		/* What was taken for good may have run out: found anew once. */
		{ 400, "{\"__type\":\"ExpiredTokenException\"}", "${aws:s:k}", "the credentials have expired: HTTP status 400", 2 },
		{ 400, "{\"__type\":\"InvalidSignatureException\"}", "${aws:s:k}", "the secret access key or the clock is wrong", 2 },
		{ 403, PLANTED, "${aws:s:k}", "(eu-west-1, with credentials from the environment) is denied: HTTP status 403", 1 },
		{ 418, PLANTED, "${aws:s:k}", "cannot be read: HTTP status 418", 1 },
		{ 200, PLANTED, "${aws:s:k}", "/ answers with what is no secret when it is asked for s", 1 },
		{ 200, "{\"SecretBinary\":\"" PLANTED "\"}", "${aws:s}",
		  "the secret s of AWS Secrets Manager (eu-west-1) is binary", 1 },
		{ 200, "{\"SecretString\":\"" PLANTED "\"}", "${aws:s:k}", "the secret s is no JSON object, so it has no key k", 1 },
		{ 200, "{\"SecretString\":\"{\\\"a\\\":\\\"" PLANTED "\\\"}\"}", "${aws:s:k}", "the secret s has no key k", 1 },
		{ 200, "", "${aws:arn:aws:s3:::b}", "\"arn:aws:s3:::b\" is no ARN of a secret", 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		CW_AUTO_FREE char *got = NULL;
		struct provider p;

		set_up();
		mini_http_answer(http, "POST", "/", cases[i].status, cases[i].body);
		open_provider(&p, standard);
		got = value_of(&p, cases[i].value);
		if (*got != '!' || !strstr(got, cases[i].want))
			fprintf(stderr, "\n%zu: %s\n", i, got);
		CU_ASSERT_EQUAL(*got, '!');
		CU_ASSERT_PTR_NOT_NULL(strstr(got, cases[i].want));
		CU_ASSERT_PTR_NULL(strstr(got, PLANTED));
		CU_ASSERT_EQUAL(questions(), cases[i].questions);
		close_provider(&p);
	}
}

static void test_secrets__what_may_pass_is_asked_for_again(void)
{
	static const char *const types[] = { "ThrottlingException", "InternalServiceError" };

	for (size_t i = 0; i < COUNT(types); i++) {
		CW_AUTO_FREE char *got = NULL, *body = cw_format("{\"__type\":\"%s\"}", types[i]);
		struct provider p;

		set_up();
		mini_http_answer(http, "POST", "/", i ? 500 : 400, body);
		open_provider(&p, standard);
		got = value_of(&p, "${aws:s}");
		CU_ASSERT_PTR_NOT_NULL(strstr(got, i ? "cannot be read: HTTP status 500, InternalServiceError" :
						       "is asked for too often: HTTP status 400, ThrottlingException"));
		CU_ASSERT_EQUAL(questions(), 4);
		close_provider(&p);
	}
}

static void test_secrets__nobody_answers(void)
{
	CW_AUTO_FREE char *url = cw_format("http://127.0.0.1:%d", mini_http_free_port()), *got = NULL, *keyless = NULL;
	const char *const settings[] = { "endpoint", url, "request.timeout.ms", "300", NULL };
	struct provider p;

	set_up();
	open_provider(&p, settings);
	got = value_of(&p, "${aws:s}");
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "the secret s of AWS Secrets Manager (eu-west-1) cannot be read: "
				      "http://127.0.0.1:"));
	CU_ASSERT_PTR_NULL(strstr(got, "a secret access key"));
	close_provider(&p);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	open_provider(&p, settings);
	keyless = value_of(&p, "${aws:s}");
	CU_ASSERT_PTR_NOT_NULL(strstr(keyless, "the secret s of AWS Secrets Manager cannot be read: no AWS credentials: none "
				      "in the environment (AWS_ACCESS_KEY_ID)"));
	close_provider(&p);
}

/* A task that starts again while AWS does not answer has what the others have. */
static void test_secrets__what_is_held_is_better_than_nothing(void)
{
	static const char *const settings[] = { "ttl.ms", "1", NULL };
	CW_AUTO_FREE char *first = NULL, *second = NULL, *other = NULL;
	struct provider p;

	set_up();
	mini_http_answer(http, "POST", "/", 200, "{\"SecretString\":\"" PLANTED "\"}");
	open_provider(&p, settings);
	first = value_of(&p, "${aws:s}");
	for (int64_t until = cw_clock_ms() + 2; cw_clock_ms() <= until;)
		;
	mini_http_answer(http, "POST", "/", 400, "{\"__type\":\"AccessDeniedException\"}");
	second = value_of(&p, "${aws:s}");
	CU_ASSERT_STRING_EQUAL(first, PLANTED);
	CU_ASSERT_STRING_EQUAL(second, PLANTED);
	other = value_of(&p, "${aws:t}");
	CU_ASSERT_PTR_NOT_NULL(strstr(other, "is denied"));
	close_provider(&p);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "one question", test_secrets__one_question_for_all_keys },
		{ "stage", test_secrets__the_stage_is_asked_for },
		{ "time", test_secrets__hold_as_long_as_told },
		{ "errors", test_secrets__errors_name_the_secret_only },
		{ "retries", test_secrets__what_may_pass_is_asked_for_again },
		{ "no answer", test_secrets__nobody_answers },
		{ "held", test_secrets__what_is_held_is_better_than_nothing },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { "secrets provider", NULL, NULL, NULL, NULL, tests }, CU_SUITE_INFO_NULL };
	int status;

	http = mini_http_start();
	if (!http)
		return EXIT_FAILURE;
	status = cw_test_main(suites);
	mini_http_stop(http);
	return status;
}
