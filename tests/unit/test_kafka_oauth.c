/* Logins at Kafka by token: what is read of the settings and of a token endpoint's answers, and what is asked there. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "fuzz.h"
#include "kafka/oauth.h"
#include "kafka/oauth_keeper.h"
#include "kafka/oauth_token.h"
#include "mini_http.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define NOW_MS INT64_C(1000000)
#define SECRET "pl4nted/+ s"

/* {"alg":"none"} . {"sub":"me","exp":1600,"azp":"other"} */
#define JWT "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSIsImV4cCI6MTYwMCwiYXpwIjoib3RoZXIifQ."

/* With these settings, or no mechanism at all; the caller destroys it. */
static rd_kafka_conf_t *conf_of(const char *mechanism, const struct cw_map *settings)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	struct cw_error err = { 0 };

	if (mechanism)
		rd_kafka_conf_set(conf, "sasl.mechanism", mechanism, NULL, 0);
	rd_kafka_conf_set(conf, "security.protocol", "SASL_PLAINTEXT", NULL, 0);
	CU_ASSERT_EQUAL(cw_oauth_to_conf(conf, settings, &err), 0);
	return conf;
}

static void set(struct cw_map *settings, const char *key, const char *value)
{
	CU_ASSERT_EQUAL(cw_oauth_set(settings, key, value, key, &(struct cw_error){ 0 }), 0);
}

static void login_of(struct cw_map *settings, const char *url)
{
	struct cw_map options = { 0 };

	cw_map_set(&options, "clientId", "ident");
	cw_map_set(&options, "clientSecret", SECRET);
	cw_map_set(&options, "extension_logicalCluster", "lkc-1");
	cw_oauth_set_options(settings, &options, "sasl.jaas.config", &(struct cw_error){ 0 });
	cw_map_free(&options);
	set(settings, "sasl.oauthbearer.token.endpoint.url", url);
}

/* ---- settings ---------------------------------------------------------------------------------- */

static void test_settings__through_a_conf_and_back(void)
{
	struct cw_map settings = { 0 };
	struct cw_oauth got;
	rd_kafka_conf_t *conf;

	login_of(&settings, "https://idp/token");
	set(&settings, "sasl.login.refresh.min.period.seconds", "7");
	set(&settings, "sasl.login.refresh.window.factor", "0.75");
	set(&settings, "sasl.oauthbearer.extensions", "identityPoolId=pool-2,x=");
	conf = conf_of("OAUTHBEARER", &settings);
	CU_ASSERT_TRUE(cw_oauth_from_conf(conf, &got));
	CU_ASSERT_STRING_EQUAL(got.url, "https://idp/token");
	CU_ASSERT_STRING_EQUAL(got.client_id, "ident");
	CU_ASSERT_STRING_EQUAL(got.client_secret, SECRET);
	CU_ASSERT_PTR_NULL(got.scope);
	CU_ASSERT_PTR_NULL(got.ca);
	CU_ASSERT_STRING_EQUAL(got.sub_claim, "sub");
	CU_ASSERT_EQUAL(got.extensions.n, 3);
	CU_ASSERT_STRING_EQUAL(cw_map_get(&got.extensions, "logicalCluster"), "lkc-1");
	CU_ASSERT_STRING_EQUAL(cw_map_get(&got.extensions, "identityPoolId"), "pool-2");
	CU_ASSERT_FALSE(got.urlencode);
	CU_ASSERT_EQUAL(got.connect_timeout_ms, 10000);
	CU_ASSERT_EQUAL(got.backoff_ms, 100);
	CU_ASSERT_EQUAL(got.window.min_ms, 7000);
	CU_ASSERT_EQUAL(got.window.buffer_ms, 300000);
	CU_ASSERT_EQUAL(got.window.factor, 0.75);
	cw_oauth_free(&got);
	rd_kafka_conf_destroy(conf);
	conf = conf_of("PLAIN", &settings);
	CU_ASSERT_FALSE(cw_oauth_from_conf(conf, &got));
	rd_kafka_conf_destroy(conf);
	cw_map_free(&settings);
}

static void test_renewal__as_in_kafka(void)
{
	static const struct {
		int64_t life_s, want_s;
		double part; /* of the greatest random number */
	} cases[] = {
		{ 3600, 2880, 0 },  /* 0.8 of it */
		{ 3600, 3060, 1 },  /* and 0.05 more at most */
		{ 1200, 900, 0 },   /* 300 s before it expires at the latest */
		{ 361, 61, 0 },
		{ 360, 288, 0 },    /* no room for that and a minute */
		{ 10, 8, 0 },
		{ 0, 0, 1 },
	};
	const struct cw_oauth_window window = { 0.8, 0.05, 60000, 300000 };
	const struct cw_oauth_window late = { 0.5, 0, 60000, 0 };

	for (size_t i = 0; i < COUNT(cases); i++)
		CU_ASSERT_EQUAL(cw_oauth_renew_after_ms(&window, NOW_MS, NOW_MS + cases[i].life_s * 1000,
							cases[i].part > 0 ? 0x3fffffffffffffff : 0),
				cases[i].want_s * 1000);
	CU_ASSERT_EQUAL(cw_oauth_renew_after_ms(&late, NOW_MS, NOW_MS + 100000, 0), 60000); /* a minute at least */
	CU_ASSERT_EQUAL(cw_oauth_renew_after_ms(&window, NOW_MS, NOW_MS - 1, 0), 0);
}

/* ---- answers ------------------------------------------------------------------------------------- */

static void test_answers__tokens_and_failures(void)
{
#define PLACE "the token endpoint https://idp/token"
	static const struct {
		long status;
		const char *body, *want; /* "token principal expiry", or "! why" */
	} cases[] = {
		{ 200, "{\"access_token\":\"" JWT "\",\"expires_in\":5}", JWT " me 1600000" },
		{ 201, "{\"access_token\":\"opaque-1~\",\"expires_in\":60}", "opaque-1~ ident 1060000" },
		{ 200, "{\"access_token\":\"a.b.c\",\"expires_in\":\"60\"}", "a.b.c ident 1060000" },
		{ 200, "{\"access_token\":\"pl4nted\"}", "! " PLACE " does not say when its token expires: it has no claim exp, and "
		  "the answer no expires_in" },
		{ 200, "{\"access_token\":\"e30.eyJleHAiOjk5MH0.\"}", "! " PLACE " gives a token that expired 10 s ago; is the clock "
		  "of this machine right?" },
		{ 200, "{\"access_token\":\"pl4nted \\u00e9\",\"expires_in\":60}", "! " PLACE " has answered with an access_token "
		  "that is none: it has characters that tokens do not have" },
		{ 200, "{\"access_token\":\"\",\"expires_in\":60}", "! " PLACE " has answered with an access_token that is none: it "
		  "has characters that tokens do not have" },
		{ 200, "{\"token\":\"pl4nted\"}", "! " PLACE " has answered without access_token" },
		{ 200, "[\"pl4nted\"]", "! " PLACE " has answered with what is no JSON object" },
		{ 200, "<html>pl4nted", "! " PLACE " has answered with what is no JSON object" },
		{ 200, "", "! " PLACE " has answered with what is no JSON object" },
		{ 401, "{\"error\":\"invalid_client\",\"error_description\":\"no\\nclient with " SECRET "\"}",
		  "! " PLACE " gives the client ident no token: HTTP status 401, invalid_client: no client with …" },
		{ 400, "{\"error\":\"invalid_scope\"}", "! " PLACE " gives the client ident no token: HTTP status 400, invalid_scope" },
		{ 503, "busy", "! " PLACE " gives the client ident no token: HTTP status 503" },
	};
#undef PLACE
	struct cw_oauth oauth = { .url = (char *)"https://u:pl4nted@idp/token?k=" SECRET, .client_id = (char *)"ident",
				  .client_secret = (char *)SECRET, .sub_claim = (char *)"sub" };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cw_oauth_token token;
		struct cw_error err = { 0 };
		struct cw_buf got = { 0 };

		if (cw_oauth_token_read(&oauth, cases[i].status, cases[i].body, strlen(cases[i].body), NOW_MS, &token, &err) != 0)
			cw_buf_printf(&got, "! %s", err.text);
		else
			cw_buf_printf(&got, "%s %s %lld", token.text, token.principal, (long long)token.expires_ms);
		if (strcmp(got.p, cases[i].want) != 0)
			fprintf(stderr, "\n%zu: %s\n", i, got.p);
		CU_ASSERT_STRING_EQUAL(got.p, cases[i].want);
		cw_oauth_token_free(&token);
		cw_buf_free(&got);
	}
}

/* As a little of tests/unit/test_fuzz_*.c: what is decoded here is small. */
static void test_answers__wrongly_put_together(void)
{
	static const char *const items[] = {
		"{\"access_token\":\"" JWT "\",\"expires_in\":5}", "{\"error\":\"invalid_client\",\"error_description\":\"no\"}",
		"{\"access_token\":\"e30.eyJleHAiOiIxNjAwIn0.\"}", "{\"access_token\":\"opaque\",\"expires_in\":\"60\"}",
	};
	static const char *const words[] = {
		".", "..", "\"", "{", "[", "e30", "eyJzdWIiOiJtZSIsImV4cCI6MTYwMH0", "eyJleHAiOjFlMzA4fQ", "-_", "=", "null", "1e308",
		"-1", "\\u0000", "\xc3",
	};
	const struct cw_fuzz_corpus corpus = CW_FUZZ_CORPUS(items, words);
	struct cw_oauth oauth = { .url = (char *)"https://idp/token", .client_id = (char *)"ident",
				  .client_secret = (char *)SECRET, .sub_claim = (char *)"sub" };
	struct cw_fuzz fuzz = cw_fuzz_start("token answers");

	while (cw_fuzz_next(&fuzz) && fuzz.rounds < 20000) {
		struct cw_oauth_token token;
		struct cw_error err = { 0 };
		size_t n;
		CW_AUTO_FREE char *body = cw_fuzz_bytes(&fuzz, &corpus, &n);
		long status = cw_fuzz_below(&fuzz, 4) ? 200 : 401;

		if (cw_oauth_token_read(&oauth, status, body, n, NOW_MS, &token, &err) != 0)
			CU_ASSERT_NOT_EQUAL(err.text[0], '\0')
		else
			CU_ASSERT(*token.text && *token.principal && token.expires_ms > NOW_MS);
		cw_oauth_token_free(&token);
	}
}

/* ---- questions ----------------------------------------------------------------------------------- */

static void test_question__as_kafka_asks(void)
{
	static const struct {
		const char *scope;
		bool urlencode;
		const char *want, *authorization;
	} cases[] = {
		{ NULL, false, "POST /token grant_type=client_credentials\n", "Basic aWQ6MTpwbDRudGVkLysgcw==" },
		{ "a b&c", true, "POST /token grant_type=client_credentials&scope=a%20b%26c\n",
		  "Basic aWQlM0ExOnBsNG50ZWQlMkYlMkIlMjBz" },
	};
	struct mini_http *http = mini_http_start();
	const _Atomic bool stop = false;

	mini_http_answer(http, "POST", "/token", 200, "{\"access_token\":\"t\",\"expires_in\":60}");
	for (size_t i = 0; i < COUNT(cases); i++) {
		CW_AUTO_FREE char *url = cw_format("http://127.0.0.1:%d/token", mini_http_port(http));
		struct cw_oauth oauth = { .url = url, .client_id = (char *)"id:1", .client_secret = (char *)SECRET,
					  .scope = (char *)(uintptr_t)cases[i].scope, .sub_claim = (char *)"sub",
					  .urlencode = cases[i].urlencode, .connect_timeout_ms = 5000, .read_timeout_ms = 5000 };
		struct cw_oauth_token token;
		struct cw_error err = { 0 };
		int64_t after_ms = -1;
		CW_AUTO_FREE char *asked = NULL;

		CU_ASSERT_EQUAL(cw_oauth_token_fetch(&oauth, &stop, &token, &after_ms, &err), 0);
		CU_ASSERT_EQUAL(after_ms, 0);
		asked = mini_http_requests(http);
		CU_ASSERT_STRING_EQUAL(asked, cases[i].want);
		CU_ASSERT_STRING_EQUAL(mini_http_authorization(http), cases[i].authorization);
		mini_http_forget(http);
		cw_oauth_token_free(&token);
	}
	mini_http_stop(http);
}

static void test_question__endpoints_that_do_not_answer(void)
{
	struct mini_http *http = mini_http_start();
	CW_AUTO_FREE char *busy = cw_format("http://127.0.0.1:%d/token", mini_http_port(http));
	CW_AUTO_FREE char *gone = cw_format("http://127.0.0.1:%d/token", mini_http_free_port());
	CW_AUTO_FREE char *big = cw_alloc(100001);
	CW_AUTO_FREE char *want = cw_format("the token endpoint %s has answered with more than 64 KiB", busy);
	struct cw_oauth oauth = { .url = busy, .client_id = (char *)"id", .client_secret = (char *)SECRET,
				  .sub_claim = (char *)"sub", .connect_timeout_ms = 5000, .read_timeout_ms = 5000 };
	const _Atomic bool stop = false, stopped = true;
	struct cw_oauth_token token;
	struct cw_error err = { 0 };
	int64_t after_ms = 0;

	mini_http_answer(http, "POST", "/token", 503, "");
	mini_http_retry_after(http, 7);
	CU_ASSERT_EQUAL(cw_oauth_token_fetch(&oauth, &stop, &token, &after_ms, &err), -1);
	CU_ASSERT_EQUAL(after_ms, 7000);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "gives the client id no token: HTTP status 503"));
	memset(big, ' ', 100000);
	mini_http_answer(http, "POST", "/token", 200, big);
	err = (struct cw_error){ 0 };
	CU_ASSERT_EQUAL(cw_oauth_token_fetch(&oauth, &stop, &token, &after_ms, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, want);
	err = (struct cw_error){ 0 };
	CU_ASSERT_EQUAL(cw_oauth_token_fetch(&oauth, &stopped, &token, &after_ms, &err), -1);
	oauth.url = gone;
	err = (struct cw_error){ 0 };
	CU_ASSERT_EQUAL(cw_oauth_token_fetch(&oauth, &stop, &token, &after_ms, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "cannot be asked: "));
	CU_ASSERT_PTR_NULL(strstr(err.text, SECRET));
	mini_http_stop(http);
}

/* ---- keepers ------------------------------------------------------------------------------------- */

static size_t asked(struct mini_http *http)
{
	CW_AUTO_FREE char *requests = mini_http_requests(http);
	size_t n = 0;

	for (const char *at = requests; (at = strchr(at, '\n')) != NULL; at++)
		n++;
	return n;
}

static bool await_asked(struct mini_http *http, size_t n)
{
	int64_t deadline_ms = cw_clock_ms() + 20000;

	while (asked(http) < n && cw_clock_ms() < deadline_ms)
		poll(NULL, 0, 5);
	return asked(http) >= n;
}

static rd_kafka_t *client_of(const struct cw_map *settings, const struct cw_log_scope *scope)
{
	rd_kafka_conf_t *conf = conf_of("OAUTHBEARER", settings);
	struct cw_oauth_keeper *keeper = cw_oauth_keeper_new(conf, scope);
	rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0);

	CU_ASSERT_PTR_NOT_NULL_FATAL(client);
	CU_ASSERT_EQUAL(cw_oauth_keeper_start(keeper, client, &(struct cw_error){ 0 }), 0);
	return client;
}

/* A client that nobody polls has a token at once, another one before it expires, and goes when it is told to. */
static void test_keeper__without_a_poll(void)
{
	struct mini_http *http = mini_http_start();
	CW_AUTO_FREE char *url = cw_format("http://127.0.0.1:%d/token", mini_http_port(http));
	const struct cw_log_scope scope = { "c", 0, NULL };
	struct cw_map settings = { 0 };
	rd_kafka_t *client;

	login_of(&settings, url);
	set(&settings, "sasl.login.retry.backoff.ms", "10");
	client = client_of(&settings, &scope);
	CU_ASSERT_TRUE(await_asked(http, 2)); /* after a 404 again */
	mini_http_answer(http, "POST", "/token", 200, "{\"access_token\":\"t\",\"expires_in\":1}");
	mini_http_forget(http);
	CU_ASSERT_TRUE(await_asked(http, 2));
	rd_kafka_destroy(client);
	cw_map_free(&settings);
	mini_http_stop(http);
}

/* An endpoint that takes connections and says nothing, with a minute for its answer. */
static void test_keeper__stops_while_it_asks(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct cw_log_scope scope = { "c", 0, NULL };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), asking;
	CW_AUTO_FREE char *url = NULL;
	struct cw_map settings = { 0 };
	int64_t started_ms;
	rd_kafka_t *client;

	CU_ASSERT_EQUAL_FATAL(bind(listener, (struct sockaddr *)&address, size), 0);
	CU_ASSERT_EQUAL_FATAL(listen(listener, 4), 0);
	getsockname(listener, (struct sockaddr *)&address, &size);
	url = cw_format("http://127.0.0.1:%d/token", ntohs(address.sin_port));
	login_of(&settings, url);
	set(&settings, "sasl.login.read.timeout.ms", "60000");
	client = client_of(&settings, &scope);
	asking = accept(listener, NULL, NULL);
	started_ms = cw_clock_ms();
	rd_kafka_destroy(client);
	CU_ASSERT_TRUE(cw_clock_ms() - started_ms < 20000);
	close(asking);
	close(listener);
	cw_map_free(&settings);
}

/* One that never becomes a client, one that librdkafka refuses, and one that has no such login. */
static void test_keeper__without_a_client(void)
{
	const struct cw_log_scope scope = { "c", 0, NULL };
	struct cw_map settings = { 0 };
	rd_kafka_conf_t *conf;

	login_of(&settings, "https://idp/token");
	conf = conf_of("OAUTHBEARER", &settings);
	CU_ASSERT_PTR_NOT_NULL(cw_oauth_keeper_new(conf, &scope));
	rd_kafka_conf_destroy(conf);
	conf = conf_of("OAUTHBEARER", &settings);
	CU_ASSERT_PTR_NOT_NULL(cw_oauth_keeper_new(conf, &scope));
	rd_kafka_conf_set(conf, "transactional.id", "t", NULL, 0);
	rd_kafka_conf_set(conf, "enable.idempotence", "false", NULL, 0);
	CU_ASSERT_PTR_NULL(rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0));
	rd_kafka_conf_destroy(conf);
	conf = conf_of(NULL, &settings);
	CU_ASSERT_PTR_NULL(cw_oauth_keeper_new(conf, &scope));
	rd_kafka_conf_destroy(conf);
	cw_map_free(&settings);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "settings", test_settings__through_a_conf_and_back },
		{ "renewal", test_renewal__as_in_kafka },
		{ "answers", test_answers__tokens_and_failures },
		{ "answers, wrongly put together", test_answers__wrongly_put_together },
		{ "question", test_question__as_kafka_asks },
		{ "no answer", test_question__endpoints_that_do_not_answer },
		{ "keeper", test_keeper__without_a_poll },
		{ "keeper that is stopped", test_keeper__stops_while_it_asks },
		{ "keeper without a client", test_keeper__without_a_client },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { "kafka oauth", NULL, NULL, NULL, NULL, tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
