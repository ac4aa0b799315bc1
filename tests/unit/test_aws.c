/* What asks AWS: signatures, the shared files, the places of credentials, roles, names and parts of secrets. */
#include <sys/stat.h>
#include <unistd.h>

#include "aws/credentials.h"
#include "aws/profile.h"
#include "aws/secret.h"
#include "aws_fixture.h"
#include "base/clock.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static char folder[] = "/tmp/test-aws-XXXXXX";
static const struct cw_aws_client client = { .timeout_ms = 5000 };

static void put_file(const char *name, const char *text)
{
	CW_AUTO_FREE char *path = cw_format("%s/%s", folder, name);
	FILE *f = fopen(path, "w");

	if (!f)
		abort();
	fputs(text, f);
	fclose(f);
}

static void set_path(const char *variable, const char *name)
{
	CW_AUTO_FREE char *path = cw_format("%s/%s", folder, name);

	setenv(variable, path, 1);
}

/* ---- signatures -------------------------------------------------------------------------------- */

/*
 * Of AWS's own suite of test vectors for Signature Version 4, those whose requests have the form of ours; date, region,
 * service and key are the suite's.
 */
static void test_signature__is_what_aws_publishes(void)
{
	static const char token[] =
		"AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7"
		"mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d"
		"+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";
	static const struct {
		const char *method, *body, *token, *headers[4], *want;
	} cases[] = {
		{ "GET", NULL, NULL, { "Host: example.amazonaws.com", "X-Amz-Date: 20150830T123600Z" },
		  "SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
		{ "POST", "Param1=value1", NULL, { "Host: example.amazonaws.com", "X-Amz-Date: 20150830T123600Z",
						    "Content-Type: application/x-www-form-urlencoded" },
		  "SignedHeaders=content-type;host;x-amz-date, "
		  "Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a" },
		{ "POST", NULL, token, { "Host: example.amazonaws.com", "X-Amz-Date: 20150830T123600Z" },
		  "SignedHeaders=host;x-amz-date;x-amz-security-token, "
		  "Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead" },
	};
	struct mini_http *http = mini_http_start();
	CW_AUTO_FREE char *url = aws_fixture_url(http, "/");

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cw_aws_credentials key = { .access_key = (char *)"AKIDEXAMPLE",
						  .secret_key = (char *)"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
						  .token = (char *)(uintptr_t)cases[i].token };
		struct cw_aws_answer answer;
		struct cw_error err = { 0 };
		CW_AUTO_FREE char *want = cw_format("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/"
						    "aws4_request, %s", cases[i].want);

		CU_ASSERT_EQUAL_FATAL(cw_aws_ask(&client, &(struct cw_aws_question){
			.method = cases[i].method, .url = url, .body = cases[i].body, .headers = cases[i].headers, .signer = &key,
			.region = "us-east-1", .service = "service" }, &answer, &err), 0);
		CU_ASSERT_EQUAL(answer.status, 404);
		CU_ASSERT_STRING_EQUAL(mini_http_authorization(http), want);
		cw_aws_answer_free(&answer);
	}
	mini_http_stop(http);
}

/* ---- the shared files -------------------------------------------------------------------------- */

static const char config_text[] = "# ours\n[default]\nregion = eu-west-1\noutput=json\n\n[profile  dev ]\n"
				  "REGION=eu-central-1\ns3 =\n  max_concurrent_requests = 20\nrole_arn = r # not a comment\n"
				  "; end\n[dev]\nregion=wrong\n[broken\n";

static void test_profile__sections_and_keys(void)
{
	static const struct {
		const char *section;
		int ret;
		const char *want; /* region|role_arn, or what is wrong */
	} cases[] = {
		{ "default", 1, "eu-west-1|" },
		{ "profile dev", 1, "eu-central-1|r # not a comment" },
		{ "dev", 1, "wrong|" },
		{ "nobody", 0, "|" },
	};

	CW_AUTO_FREE char *whole = cw_strndup(config_text, strlen(config_text) - strlen("[broken\n"));

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cw_map keys = { 0 };
		struct cw_error err = { 0 };
		int ret = cw_aws_profile_parse(whole, "config", cases[i].section, &keys, &err);
		const char *region = cw_map_get(&keys, "region"), *role = cw_map_get(&keys, "role_arn");
		CW_AUTO_FREE char *got = cw_format("%s|%s", region ? region : "", role ? role : "");

		CU_ASSERT_EQUAL(ret, cases[i].ret);
		CU_ASSERT_STRING_EQUAL(got, cases[i].want);
		CU_ASSERT_PTR_NULL(cw_map_get(&keys, "max_concurrent_requests"));
		cw_map_free(&keys);
	}
}

static void test_profile__what_is_wrong_is_named_and_not_shown(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ config_text, "config:14: a section has no ] at its end" },
		{ "[dev]\nregion=x\nAKIAPLANTED", "config:3: neither a section nor key = value" },
		{ "[dev]\n=AKIAPLANTED", "config:2: neither a section nor key = value" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cw_map keys = { 0 };
		struct cw_error err = { 0 };

		CU_ASSERT_EQUAL(cw_aws_profile_parse(cases[i].text, "config", "dev", &keys, &err), -1);
		CU_ASSERT_STRING_EQUAL(err.text, cases[i].want);
		cw_map_free(&keys);
	}
}

/* ---- places of credentials --------------------------------------------------------------------- */

/* "ACCESS SECRET TOKEN SOURCE", or "! why": new. */
static char *found(const struct cw_aws_place *place)
{
	struct cw_aws_credentials credentials = { 0 };
	struct cw_error err = { 0 };
	char *text;

	if (cw_aws_credentials_find(&client, place, &credentials, &err) != 0)
		return cw_format("! %s", err.text);
	text = cw_format("%s %s %s %s", credentials.access_key, credentials.secret_key,
			 credentials.token ? credentials.token : "-", credentials.source);
	cw_aws_credentials_free(&credentials);
	return text;
}

static void expect_found(const struct cw_aws_place *place, const char *want)
{
	CW_AUTO_FREE char *got = found(place);

	if (strcmp(got, want) != 0)
		fprintf(stderr, "\n%s\n", got);
	CU_ASSERT_STRING_EQUAL(got, want);
}

static void test_places__environment_and_profiles(void)
{
	const struct cw_aws_place any = { 0 }, dev = { .profile = "dev" }, sso = { .profile = "sso" },
				  none = { .profile = "none" }, loop = { .profile = "loop" }, half = { .profile = "half" };

	aws_fixture_clear(folder);
	put_file("c", "[default]\naws_access_key_id=AD\naws_secret_access_key=SD\n[dev]\naws_access_key_id=AV\n"
		      "aws_secret_access_key=SV\naws_session_token=TV\n[half]\naws_access_key_id=AH\n");
	put_file("f", "[profile sso]\nsso_session=x\n[profile dev]\naws_access_key_id=hidden by the other file\n"
		      "[profile loop]\nrole_arn=r\nsource_profile=loop\n");
	set_path("AWS_SHARED_CREDENTIALS_FILE", "c");
	set_path("AWS_CONFIG_FILE", "f");
	expect_found(&any, "AD SD - the profile default");
	expect_found(&dev, "AV SV TV the profile dev");
	setenv("AWS_PROFILE", "dev", 1);
	expect_found(&any, "AV SV TV the profile dev");
	expect_found(&sso, "! the profile sso has sso_session, which is not understood here: give it keys or a role");
	expect_found(&none, "! no AWS credentials: the shared files have no profile none with keys or a role");
	setenv("AWS_PROFILE", "none", 1);
	expect_found(&any, "! no AWS credentials: the shared files have no profile none, which AWS_PROFILE names");
	setenv("AWS_PROFILE", "dev", 1);
	expect_found(&loop, "! the profile loop refers to itself, or to too many others");
	expect_found(&half, "! the profile half has no secret access key");
	setenv("AWS_ACCESS_KEY_ID", "AE", 1);
	expect_found(&any, "! the environment has no secret access key");
	setenv("AWS_SECRET_ACCESS_KEY", "SE", 1);
	setenv("AWS_SESSION_TOKEN", "TE", 1);
	expect_found(&any, "AE SE TE the environment");
	expect_found(&dev, "AV SV TV the profile dev");
	setenv("AWS_SESSION_TOKEN", "T\nX-Evil: 1", 1);
	expect_found(&any, "! the environment has keys that are no single line");
	aws_fixture_clear(folder);
	expect_found(&any, "! no AWS credentials: none in the environment (AWS_ACCESS_KEY_ID), of a web identity "
		     "(AWS_WEB_IDENTITY_TOKEN_FILE), of the profile default in ~/.aws, or of a container; and of EC2: "
		     "AWS_EC2_METADATA_DISABLED is true");
}

static void test_places__container(void)
{
	const struct cw_aws_place any = { 0 };
	struct mini_http *http = mini_http_start();
	CW_AUTO_FREE char *url = aws_fixture_url(http, "/creds");
	CW_AUTO_FREE char *wrong = NULL;
	CW_AUTO_FREE char *denied = NULL;

	aws_fixture_clear(folder);
	put_file("token", "from file\n");
	aws_fixture_point("AWS_CONTAINER_CREDENTIALS_FULL_URI", http, "/creds");
	setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "given", 1);
	mini_http_answer(http, "GET", "/creds", 200, "{\"AccessKeyId\":\"AC\",\"SecretAccessKey\":\"SC\",\"Token\":\"TC\","
						     "\"Expiration\":\"2099-01-01T00:00:00Z\"}");
	expect_found(&any, "AC SC TC the container's metadata");
	CU_ASSERT_STRING_EQUAL(mini_http_authorization(http), "given");
	set_path("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "token");
	expect_found(&any, "AC SC TC the container's metadata");
	CU_ASSERT_STRING_EQUAL(mini_http_authorization(http), "from file");
	mini_http_answer(http, "GET", "/creds", 200, "secret words");
	wrong = cw_format("! %s answers with what are no credentials", url);
	expect_found(&any, wrong);
	mini_http_answer(http, "GET", "/creds", 403, "secret words");
	denied = cw_format("! %s answers with HTTP status 403", url);
	expect_found(&any, denied);
	mini_http_forget(http);
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/creds", 1);
	expect_found(&any, "! AWS_CONTAINER_CREDENTIALS_FULL_URI is http://example.com/creds: credentials are asked for over "
		     "https, or at this machine and the agents of ECS and EKS only");
	mini_http_stop(http);
}

static enum cw_error_code code_of_ec2(struct mini_http *http, int status)
{
	const struct cw_aws_place any = { 0 };
	struct cw_aws_credentials ignored = { 0 };
	struct cw_error err = { 0 };

	mini_http_answer(http, "PUT", "/latest/api/token", status, "");
	CU_ASSERT_EQUAL(cw_aws_credentials_find(&client, &any, &ignored, &err), -1);
	return err.code;
}

/* It is asked again where it is busy, but not where there is none, or it may not be asked. */
static void test_places__ec2_that_is_busy_may_be_asked_again(void)
{
	struct mini_http *http = mini_http_start();

	aws_fixture_clear(folder);
	setenv("AWS_EC2_METADATA_DISABLED", "false", 1);
	aws_fixture_point("AWS_EC2_METADATA_SERVICE_ENDPOINT", http, "/");
	CU_ASSERT_EQUAL(code_of_ec2(http, 503), CW_ERR_RETRIABLE);
	CU_ASSERT_EQUAL(code_of_ec2(http, 429), CW_ERR_RETRIABLE);
	CU_ASSERT_EQUAL(code_of_ec2(http, 403), CW_ERR_FATAL);
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1", 1);
	CU_ASSERT_EQUAL(code_of_ec2(http, 503), CW_ERR_FATAL);
	mini_http_stop(http);
}

static void test_places__ec2_with_a_token_only(void)
{
	const struct cw_aws_place any = { 0 };
	struct mini_http *http = mini_http_start();
	CW_AUTO_FREE char *got = NULL, *headers = NULL, *requests = NULL, *region = NULL;
	struct cw_error err = { 0 };

	aws_fixture_clear(folder);
	setenv("AWS_EC2_METADATA_DISABLED", "false", 1);
	aws_fixture_point("AWS_EC2_METADATA_SERVICE_ENDPOINT", http, "/");
	got = found(&any); /* version 1 alone would answer the other paths */
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "/latest/api/token answers with HTTP status 404 and no token"));
	mini_http_answer(http, "PUT", "/latest/api/token", 200, "SESSION");
	mini_http_answer(http, "GET", "/latest/meta-data/iam/security-credentials/", 200, "the-role\n");
	mini_http_answer(http, "GET", "/latest/meta-data/iam/security-credentials/the-role", 200,
			 "{\"Code\":\"Success\",\"AccessKeyId\":\"AI\",\"SecretAccessKey\":\"SI\",\"Token\":\"TI\","
			 "\"Expiration\":\"2099-01-01T00:00:00Z\"}");
	mini_http_answer(http, "GET", "/latest/meta-data/placement/region", 200, "eu-north-1\n");
	expect_found(&any, "AI SI TI the EC2 instance's metadata");
	headers = mini_http_headers(http);
	CU_ASSERT_PTR_NOT_NULL(strcasestr(headers, "x-aws-ec2-metadata-token: SESSION\n"));
	region = cw_aws_region(&client, &any, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(region);
	CU_ASSERT_STRING_EQUAL(region, "eu-north-1");
	mini_http_answer(http, "GET", "/latest/meta-data/iam/security-credentials/the-role", 200, "{\"Code\":\"Failed\"}");
	free(got);
	got = found(&any);
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "security-credentials/the-role has no credentials: Failed"));
	mini_http_stop(http);
}

/* ---- roles ------------------------------------------------------------------------------------- */

#define GRANTED(access, secret, token) \
	"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>" access "</AccessKeyId><SecretAccessKey>" secret \
	"</SecretAccessKey>\n<SessionToken> " token "</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"        \
	"</Credentials></AssumeRoleResult></AssumeRoleResponse>"

static void test_roles__web_identity_is_not_signed(void)
{
	const struct cw_aws_place place = { .region = "eu-west-1" };
	struct mini_http *http = mini_http_start();
	CW_AUTO_FREE char *requests = NULL, *got = NULL;

	aws_fixture_clear(folder);
	put_file("jwt", "a+token/\n");
	set_path("AWS_WEB_IDENTITY_TOKEN_FILE", "jwt");
	aws_fixture_point("AWS_ENDPOINT_URL_STS", http, "");
	expect_found(&place, "! AWS_WEB_IDENTITY_TOKEN_FILE is set, but not AWS_ROLE_ARN");
	setenv("AWS_ROLE_ARN", "arn:aws:iam::1:role/r", 1);
	mini_http_answer(http, "POST", "/", 200, GRANTED("AW", "SW", "TW"));
	expect_found(&place, "AW SW TW the role arn:aws:iam::1:role/r");
	requests = mini_http_requests(http);
	CU_ASSERT_STRING_EQUAL(requests, "POST / Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3A"
			       "iam%3A%3A1%3Arole%2Fr&RoleSessionName=connect-worker&WebIdentityToken=a%2Btoken%2F\n");
	CU_ASSERT_STRING_EQUAL(mini_http_authorization(http), "");
	mini_http_answer(http, "POST", "/", 403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not "
						 "authorized</Message></Error></ErrorResponse>");
	got = found(&place);
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "the role arn:aws:iam::1:role/r is not given by http://127.0.0.1:"));
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "AccessDenied (HTTP status 403): Not authorized"));
	mini_http_answer(http, "POST", "/", 200, "<x/>");
	expect_found(&place, "! the role arn:aws:iam::1:role/r has no access key id");
	put_file("jwt", "\n");
	free(got);
	got = found(&place);
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "/jwt is empty"));
	mini_http_stop(http);
}

static void test_roles__of_a_profile_are_signed_with_its_source(void)
{
	const struct cw_aws_place place = { .region = "eu-west-1", .profile = "role" }, bare = { .profile = "bare" };
	struct mini_http *http = mini_http_start();

	aws_fixture_clear(folder);
	put_file("f", "[profile role]\nrole_arn=arn:r\nsource_profile=base\nexternal_id=e\n[profile bare]\nrole_arn=arn:b\n"
		      "[profile base]\naws_access_key_id=AB\naws_secret_access_key=SB\n");
	set_path("AWS_CONFIG_FILE", "f");
	aws_fixture_point("AWS_ENDPOINT_URL", http, "/");
	mini_http_answer(http, "POST", "/", 200, GRANTED("AR", "SR", "TR"));
	expect_found(&place, "AR SR TR the role arn:r");
	CU_ASSERT_EQUAL(strncmp(mini_http_authorization(http), "AWS4-HMAC-SHA256 Credential=AB/", 31), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(mini_http_authorization(http), "/eu-west-1/sts/aws4_request, SignedHeaders="));
	expect_found(&bare, "! the profile bare has a role_arn, but there are no credentials to take it on with: "
		     "source_profile, credential_source or web_identity_token_file name them");
	mini_http_stop(http);
}

/* ---- where ------------------------------------------------------------------------------------- */

static void test_region_and_endpoint(void)
{
	const struct cw_aws_place any = { 0 }, bad = { .region = "eu.evil.example/" };
	CW_AUTO_FREE char *own = NULL, *china = NULL, *ours = NULL, *region = NULL;
	struct cw_error err = { 0 };

	aws_fixture_clear(folder);
	CU_ASSERT_PTR_NULL(cw_aws_region(&client, &any, &err));
	CU_ASSERT_STRING_EQUAL(err.text, "no AWS region: give it as region, in AWS_REGION or in the profile");
	err = (struct cw_error){ 0 };
	CU_ASSERT_PTR_NULL(cw_aws_region(&client, &bad, &err));
	CU_ASSERT_STRING_EQUAL(err.text, "\"eu.evil.example/\" is no AWS region, as eu-central-1 is");
	setenv("AWS_DEFAULT_REGION", "us-west-2", 1);
	region = cw_aws_region(&client, &any, &err);
	CU_ASSERT_STRING_EQUAL(region, "us-west-2");
	own = cw_aws_endpoint("", "SECRETS_MANAGER", "secretsmanager", "eu-west-1");
	CU_ASSERT_STRING_EQUAL(own, "https://secretsmanager.eu-west-1.amazonaws.com/");
	china = cw_aws_endpoint(NULL, "STS", "sts", "cn-north-1");
	CU_ASSERT_STRING_EQUAL(china, "https://sts.cn-north-1.amazonaws.com.cn/");
	ours = cw_aws_endpoint("https://vpce.example//", "STS", "sts", "eu-west-1");
	CU_ASSERT_STRING_EQUAL(ours, "https://vpce.example/");
}

/* ---- secrets ----------------------------------------------------------------------------------- */

static void test_names__of_secrets(void)
{
#define ARN "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf"
	static const struct {
		const char *path, *key, *want; /* id|key|region, or "! why" */
	} cases[] = {
		{ "", "prod/db", "prod/db|-|-" },
		{ "prod/db", "password", "prod/db|password|-" },
		{ "prod/db", "a:b", "prod/db|a:b|-" },
		{ "arn", "aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf", ARN "|-|eu-west-1" },
		{ "arn", "aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf:user", ARN "|user|eu-west-1" },
		{ "arn", "aws:s3:::bucket", "! \"arn:aws:s3:::bucket\" is no ARN of a secret, as "
					    "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME is" },
		{ "arn", "aws:secretsmanager::1:secret:x", "! the ARN arn:aws:secretsmanager::1:secret:x names no region" },
		{ "", "", "! \"\" names no secret, as NAME and NAME:KEY do" },
		{ "x", "", "! \"x:\" names no secret, as NAME and NAME:KEY do" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cw_aws_secret_name name;
		struct cw_error err = { 0 };
		int ret = cw_aws_secret_name_parse(cases[i].path, cases[i].key, &name, &err);
		CW_AUTO_FREE char *got = ret ? cw_format("! %s", err.text) :
			cw_format("%s|%s|%s", name.id, name.key ? name.key : "-", name.region ? name.region : "-");

		CU_ASSERT_STRING_EQUAL(got, cases[i].want);
		cw_aws_secret_name_free(&name);
	}
}

static void test_parts__of_secrets(void)
{
	static const struct {
		const char *text, *key, *want;
	} cases[] = {
		{ "planted", NULL, "planted" },
		{ "{\"p\":\"planted\",\"n\":5432,\"b\":true,\"o\":{\"planted\":1},\"z\":null}", "p", "planted" },
		{ "{\"n\":5432}", "n", "5432" },
		{ "{\"b\":true}", "b", "true" },
		{ "{\"o\":{\"planted\":1}}", "o", "! the key o of the secret s is neither a text nor a number" },
		{ "{\"z\":null}", "z", "! the key z of the secret s is neither a text nor a number" },
		{ "{\"p\":\"planted\"}", "q", "! the secret s has no key q" },
		{ "planted", "q", "! the secret s is no JSON object, so it has no key q" },
		{ "[\"planted\"]", "q", "! the secret s is no JSON object, so it has no key q" },
		{ "{\"p\":\"planted\"", "p", "! the secret s is no JSON object, so it has no key p" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cw_aws_secret_name name = { .id = (char *)"s", .key = (char *)(uintptr_t)cases[i].key };
		struct cw_error err = { 0 };
		char *part = cw_aws_secret_part(cases[i].text, &name, &err);
		CW_AUTO_FREE char *got = part ? cw_strdup(part) : cw_format("! %s", err.text);

		CU_ASSERT_STRING_EQUAL(got, cases[i].want);
		free(part);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "signature", test_signature__is_what_aws_publishes },
		{ "profiles", test_profile__sections_and_keys },
		{ "profiles: wrong", test_profile__what_is_wrong_is_named_and_not_shown },
		{ "places: environment, profiles", test_places__environment_and_profiles },
		{ "places: container", test_places__container },
		{ "places: EC2", test_places__ec2_with_a_token_only },
		{ "places: EC2 that is busy", test_places__ec2_that_is_busy_may_be_asked_again },
		{ "roles: web identity", test_roles__web_identity_is_not_signed },
		{ "roles: profile", test_roles__of_a_profile_are_signed_with_its_source },
		{ "region and endpoint", test_region_and_endpoint },
		{ "secrets: names", test_names__of_secrets },
		{ "secrets: parts", test_parts__of_secrets },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { "aws", NULL, NULL, NULL, NULL, tests }, CU_SUITE_INFO_NULL };
	int status;

	CW_AUTO_FREE char *remove = NULL;

	if (!mkdtemp(folder))
		return EXIT_FAILURE;
	status = cw_test_main(suites);
	remove = cw_format("rm -rf %s", folder);
	return system(remove) == 0 ? status : EXIT_FAILURE;
}
