/* Credentials from beside us: the agent of a container's task or pod, and the EC2 instance's metadata (IMDSv2). */
#include <stdlib.h>
#include <strings.h>

#include <curl/curl.h>
#include <jansson.h>

#include "aws/json.h"
#include "aws/sources.h"
#include "base/hide.h"
#include "base/json_secret.h"
#include "base/mem.h"
#include "config/props.h"

#define INSTANCE "http://169.254.169.254"
#define CONTAINER "http://169.254.170.2"
#define ROLES "/latest/meta-data/iam/security-credentials/"

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* {"AccessKeyId":…,"SecretAccessKey":…,"Token":…,"Expiration":…} */
static int read_credentials(const char *text, const char *url, const char *source, struct cw_aws_credentials *out,
			    struct cw_error *err)
{
	json_t *object = json_loads(text, 0, NULL);
	const char *code = cw_aws_json_text(object, "Code");
	int ret;

	if (!json_is_object(object))
		ret = cw_error_set(err, CW_ERR_INVALID, "%s answers with what are no credentials", url);
	else if (code && strcmp(code, "Success") != 0)
		ret = cw_error_set(err, CW_ERR_RETRIABLE, "%s has no credentials: %.200s", url, code);
	else
		ret = cw_aws_credentials_set(out, cw_aws_json_text(object, "AccessKeyId"),
					     cw_aws_json_text(object, "SecretAccessKey"),
					     cw_aws_json_text(object, "Token"), cw_aws_json_text(object, "Expiration"),
					     source, err);
	cw_json_free_secret(object);
	return ret;
}

/* A service that is there: what passes, as when all of a machine's processes ask at the same time, and what does not. */
static enum cw_error_code code_of(long status)
{
	return status >= 500 || status == 429 ? CW_ERR_RETRIABLE : CW_ERR_FATAL;
}

/* ---- containers ------------------------------------------------------------------------------ */

/* Whether the token may go there: over TLS, or to nobody but this machine and the agents of ECS and EKS. */
static bool is_trusted(const char *url)
{
	static const char *const hosts[] = { "localhost", "127.0.0.1", "[::1]", "169.254.170.2", "169.254.170.23",
					     "[fd00:ec2::23]" };
	CURLU *parts = curl_url();
	char *scheme = NULL, *host = NULL;
	bool good = false;

	if (parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
		good = strcasecmp(scheme, "https") == 0;
		for (size_t i = 0; !good && i < sizeof(hosts) / sizeof(*hosts); i++)
			good = strcasecmp(host, hosts[i]) == 0;
	}
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(parts);
	return good;
}

/* "Authorization: TOKEN"; new, or NULL: none, or *err. */
static char *authorization(struct cw_error *err)
{
	const char *file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *given = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
	size_t n;
	CW_AUTO_FREE_SECRET char *read = file ? cw_file_read(file, &n, err) : NULL;
	CW_AUTO_FREE_SECRET char *token = file ? (read ? cw_trimmed(read) : NULL) : cw_strdup(given);

	if (token && strpbrk(token, "\r\n"))
		cw_error_set(err, CW_ERR_INVALID, "the token for the container's credentials has several lines");
	return token && !err->code ? cw_format("Authorization: %s", token) : NULL;
}

int cw_aws_container(const struct cw_aws_client *client, struct cw_aws_credentials *out, struct cw_error *err)
{
	const char *relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
	CW_AUTO_FREE char *url = relative ? cw_format("%s%s", CONTAINER, relative) : cw_strdup(full);
	struct cw_aws_answer answer;
	struct cw_error why = { 0 };
	int ret;

	if (!url)
		return 0;
	if (!is_trusted(url))
		return cw_error_set(err, CW_ERR_INVALID, "AWS_CONTAINER_CREDENTIALS_FULL_URI is %s: credentials are asked for "
				    "over https, or at this machine and the agents of ECS and EKS only", url);
	CW_AUTO_FREE_SECRET char *header = authorization(&why);

	if (why.code)
		return cw_error_set(err, why.code, "%s", why.text);
	if (cw_aws_ask(client, &(struct cw_aws_question){ .method = "GET", .url = url, .local = true,
							   .headers = (const char *const[]){ header, NULL } }, &answer,
		       err) != 0)
		return -1;
	if (answer.status == 200)
		ret = read_credentials(answer.body.p, url, "the container's metadata", out, err) == 0 ? 1 : -1;
	else
		ret = cw_error_set(err, code_of(answer.status), "%s answers with HTTP status %ld", url, answer.status);
	cw_aws_answer_free(&answer);
	return ret;
}

/* ---- EC2 ------------------------------------------------------------------------------------- */

struct instance {
	const struct cw_aws_client *client;
	char *base;
	char *token; /* "X-aws-ec2-metadata-token: …" */
};

/* The answer's text, new and not trimmed; NULL with *err. */
static char *instance_get(const struct instance *instance, const char *path, struct cw_error *err)
{
	CW_AUTO_FREE char *url = cw_format("%s%s", instance->base, path);
	struct cw_aws_answer answer;
	char *text = NULL;

	if (cw_aws_ask(instance->client, &(struct cw_aws_question){ .method = "GET", .url = url, .local = true,
			.headers = (const char *const[]){ instance->token, NULL } }, &answer, err) != 0)
		return NULL;
	if (answer.status == 200)
		text = cw_strdup(answer.body.p);
	else
		cw_error_set(err, answer.status == 404 ? CW_ERR_NOT_FOUND : CW_ERR_RETRIABLE,
			     "%s answers with HTTP status %ld", url, answer.status);
	cw_aws_answer_free(&answer);
	return text;
}

/* Without a token of a session nothing is answered: that is what version 2 is. 0, -1 when nobody answers, or -2. */
static int instance_open(struct instance *instance, const struct cw_aws_client *client, struct cw_error *err)
{
	const char *asked = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	struct cw_aws_answer answer;
	size_t n;

	instance->client = client;
	instance->base = cw_strdup(asked ? asked : INSTANCE);
	for (n = strlen(instance->base); n && instance->base[n - 1] == '/'; n--)
		instance->base[n - 1] = '\0';
	CW_AUTO_FREE char *url = cw_format("%s/latest/api/token", instance->base);

	if (cw_aws_ask(client, &(struct cw_aws_question){ .method = "PUT", .url = url, .body = "", .local = true,
			.headers = (const char *const[]){ "X-aws-ec2-metadata-token-ttl-seconds: 21600", "Content-Type:", NULL } },
		       &answer, err) != 0)
		return -1;
	if (answer.status == 200 && answer.body.n && !strpbrk(answer.body.p, "\r\n"))
		instance->token = cw_format("X-aws-ec2-metadata-token: %s", answer.body.p);
	else
		cw_error_set(err, code_of(answer.status), "%s answers with HTTP status %ld and no token", url, answer.status);
	cw_aws_answer_free(&answer);
	return instance->token ? 0 : -2;
}

static void instance_close(struct instance *instance)
{
	free(instance->base);
	cw_free_secret(instance->token);
}

static bool instance_disabled(void)
{
	const char *disabled = variable("AWS_EC2_METADATA_DISABLED");

	return disabled && strcasecmp(disabled, "true") == 0;
}

static int credentials_of(struct instance *instance, struct cw_aws_credentials *out, struct cw_error *err)
{
	CW_AUTO_FREE char *roles = instance_get(instance, ROLES, err);
	CW_AUTO_FREE char *role = roles ? cw_strndup(roles, strcspn(roles, "\r\n")) : NULL;
	CW_AUTO_FREE char *path = role ? cw_format(ROLES "%s", role) : NULL;
	CW_AUTO_FREE_SECRET char *text = path ? instance_get(instance, path, err) : NULL;

	return text ? read_credentials(text, path, "the EC2 instance's metadata", out, err) : -1;
}

int cw_aws_instance(const struct cw_aws_client *client, struct cw_aws_credentials *out, struct cw_error *err)
{
	struct instance instance = { 0 };
	int ret;

	if (instance_disabled())
		return 0;
	ret = instance_open(&instance, client, err);
	if (ret == 0)
		ret = credentials_of(&instance, out, err) == 0 ? 1 : -2;
	instance_close(&instance);
	return ret;
}

char *cw_aws_instance_region(const struct cw_aws_client *client)
{
	struct instance instance = { 0 };
	struct cw_error ignored = { 0 };
	CW_AUTO_FREE char *text = NULL;

	if (instance_disabled())
		return NULL;
	if (instance_open(&instance, client, &ignored) == 0)
		text = instance_get(&instance, "/latest/meta-data/placement/region", &ignored);
	instance_close(&instance);
	return text && *text ? cw_trimmed(text) : NULL;
}
