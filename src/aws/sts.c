/* Roles of the AWS Security Token Service. */
#include <stdlib.h>

#include <curl/curl.h>

#include "aws/sources.h"
#include "base/hide.h"
#include "base/mem.h"
#include "config/props.h"

#define API_VERSION "2011-06-15"
#define SESSION "connect-worker"

/* The text of the first <NAME>…</NAME>, new; NULL without one. STS has no attributes there, keys no entities. */
static char *element(const char *xml, const char *name)
{
	CW_AUTO_FREE char *open = cw_format("<%s>", name);
	CW_AUTO_FREE char *close = cw_format("</%s>", name);
	const char *from = strstr(xml, open), *to = from ? strstr(from, close) : NULL;
	CW_AUTO_FREE_SECRET char *inner = to ? cw_strndup(from + strlen(open), (size_t)(to - from) - strlen(open)) : NULL;

	return inner ? cw_trimmed(inner) : NULL;
}

/* Appends "&NAME=value", escaped; nothing for NULL. */
static void parameter(struct cw_buf *body, const char *name, const char *value)
{
	char *escaped = value ? curl_easy_escape(NULL, value, (int)strlen(value)) : NULL;

	if (escaped) {
		cw_buf_printf(body, "&%s=%s", name, escaped);
		explicit_bzero(escaped, strlen(escaped));
	}
	curl_free(escaped);
}

/* The web identity's token, new; NULL with *err. */
static char *read_token(const char *file, struct cw_error *err)
{
	size_t n;
	CW_AUTO_FREE_SECRET char *text = cw_file_read(file, &n, err);
	CW_AUTO_FREE_SECRET char *token = text ? cw_trimmed(text) : NULL;

	if (!token)
		return NULL;
	if (!*token) {
		cw_error_set(err, CW_ERR_INVALID, "the web identity's token file %s is empty", file);
		return NULL;
	}
	return cw_strdup(token);
}

static void make_body(const struct cw_aws_role *role, const char *token, struct cw_buf *body)
{
	cw_buf_reserve(body, (token ? strlen(token) * 3 : 0) + 4096);
	cw_buf_puts(body, token ? "Action=AssumeRoleWithWebIdentity" : "Action=AssumeRole");
	parameter(body, "Version", API_VERSION);
	parameter(body, "RoleArn", role->arn);
	parameter(body, "RoleSessionName", role->session ? role->session : SESSION);
	parameter(body, "ExternalId", token ? NULL : role->external_id);
	parameter(body, "WebIdentityToken", token);
}

static int refuse(const struct cw_aws_answer *answer, const char *url, const char *role, struct cw_error *err)
{
	CW_AUTO_FREE char *code = element(answer->body.p, "Code");
	CW_AUTO_FREE char *message = element(answer->body.p, "Message");
	bool passes = answer->status >= 500 || answer->status == 429 || (code && strstr(code, "Throttling"));

	return cw_error_set(err, passes ? CW_ERR_RETRIABLE : CW_ERR_FATAL,
			    "the role %s is not given by %s: %.100s (HTTP status %ld)%s%.400s", role, url,
			    code ? code : "no reason", answer->status, message ? ": " : "", message ? message : "");
}

static int read_answer(const struct cw_aws_answer *answer, const char *url, const struct cw_aws_role *role,
		       struct cw_aws_credentials *out, struct cw_error *err)
{
	CW_AUTO_FREE_SECRET char *access_key = element(answer->body.p, "AccessKeyId");
	CW_AUTO_FREE_SECRET char *secret_key = element(answer->body.p, "SecretAccessKey");
	CW_AUTO_FREE_SECRET char *token = element(answer->body.p, "SessionToken");
	CW_AUTO_FREE char *expiration = element(answer->body.p, "Expiration");
	CW_AUTO_FREE char *source = cw_format("the role %s", role->arn);

	if (answer->status != 200)
		return refuse(answer, url, role->arn, err);
	return cw_aws_credentials_set(out, access_key, secret_key, token, expiration, source, err);
}

int cw_aws_assume_role(const struct cw_aws_client *client, const struct cw_aws_place *place,
		       const struct cw_aws_role *role, struct cw_aws_credentials *out, struct cw_error *err)
{
	CW_AUTO_FREE_SECRET char *token = role->token_file ? read_token(role->token_file, err) : NULL;
	CW_AUTO_FREE char *region = NULL;
	CW_AUTO_FREE char *url = NULL;
	struct cw_aws_answer answer;
	struct cw_buf body = { 0 };
	int ret;

	if (role->token_file && !token)
		return -1;
	region = cw_aws_region(client, place, err);
	if (!region)
		return -1;
	url = cw_aws_endpoint(place->sts_endpoint, "STS", "sts", region);
	make_body(role, token, &body);
	ret = cw_aws_ask(client, &(struct cw_aws_question){
		.method = "POST", .url = url, .body = body.p, .signer = token ? NULL : role->base, .region = region,
		.service = "sts", .headers = (const char *const[]){ "Content-Type: application/x-www-form-urlencoded", NULL } },
		&answer, err);
	cw_buf_free_secret(&body);
	if (ret != 0)
		return -1;
	ret = read_answer(&answer, url, role, out, err);
	cw_aws_answer_free(&answer);
	return ret;
}
