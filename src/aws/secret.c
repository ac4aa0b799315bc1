#include "aws/secret.h"

#include <stdlib.h>

#include "aws/json.h"
#include "base/json_secret.h"
#include "base/mem.h"

/* arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME */
#define ARN_PARTS 7

/* ---- names ------------------------------------------------------------------------------------- */

static int parse_arn(const char *text, struct cw_aws_secret_name *out, struct cw_error *err)
{
	const char *parts[ARN_PARTS + 1] = { text };
	size_t n = 1;

	for (const char *p = text; n <= ARN_PARTS && (p = strchr(p, ':')) != NULL; n++)
		parts[n] = ++p;
	if (n < ARN_PARTS || strncmp(parts[2], "secretsmanager:", 15) != 0 || strncmp(parts[5], "secret:", 7) != 0)
		return cw_error_set(err, CW_ERR_INVALID, "\"%s\" is no ARN of a secret, as "
				    "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME is", text);
	out->region = cw_strndup(parts[3], (size_t)(parts[4] - parts[3]) - 1);
	if (!cw_aws_is_region(out->region))
		return cw_error_set(err, CW_ERR_INVALID, "the ARN %s names no region", text);
	out->id = n > ARN_PARTS ? cw_strndup(text, (size_t)(parts[ARN_PARTS] - text) - 1) : cw_strdup(text);
	out->key = n > ARN_PARTS ? cw_strdup(parts[ARN_PARTS]) : NULL;
	return 0;
}

int cw_aws_secret_name_parse(const char *path, const char *key, struct cw_aws_secret_name *out, struct cw_error *err)
{
	CW_AUTO_FREE char *whole = *path ? cw_format("%s:%s", path, key) : cw_strdup(key);

	*out = (struct cw_aws_secret_name){ 0 };
	if (strncmp(whole, "arn:", 4) == 0) {
		if (parse_arn(whole, out, err) != 0)
			return -1;
	} else {
		out->id = cw_strdup(*path ? path : key);
		out->key = *path ? cw_strdup(key) : NULL;
	}
	if (!*out->id || (out->key && !*out->key))
		return cw_error_set(err, CW_ERR_INVALID, "\"%s\" names no secret, as NAME and NAME:KEY do", whole);
	return 0;
}

void cw_aws_secret_name_free(struct cw_aws_secret_name *name)
{
	free(name->id);
	free(name->key);
	free(name->region);
	*name = (struct cw_aws_secret_name){ 0 };
}

/* ---- reading ----------------------------------------------------------------------------------- */

/* What an error of AWS means, by the end of its type. */
static const struct meaning {
	const char *type, *sentence;
	enum cw_error_code code;
	bool stale;
} meanings[] = {
	{ "ResourceNotFoundException", "is not there", CW_ERR_NOT_FOUND, false },
	{ "AccessDeniedException", "is denied", CW_ERR_FATAL, false },
	{ "DecryptionFailure", "cannot be decrypted", CW_ERR_FATAL, false },
	{ "InvalidRequestException", "cannot be read in the state it is in", CW_ERR_INVALID, false },
	{ "InvalidParameterException", "has a name that is refused", CW_ERR_INVALID, false },
	{ "ValidationException", "has a name that is refused", CW_ERR_INVALID, false },
	{ "ThrottlingException", "is asked for too often", CW_ERR_RETRIABLE, false },
	{ "TooManyRequestsException", "is asked for too often", CW_ERR_RETRIABLE, false },
	{ "ExpiredTokenException", "is refused, since the credentials have expired", CW_ERR_FATAL, true },
	{ "UnrecognizedClientException", "is refused, since the credentials are not known", CW_ERR_FATAL, true },
	{ "InvalidClientTokenId", "is refused, since the credentials are not known", CW_ERR_FATAL, true },
	{ "InvalidSignatureException", "is refused, since the secret access key or the clock is wrong", CW_ERR_FATAL, true },
	{ "SignatureDoesNotMatch", "is refused, since the secret access key or the clock is wrong", CW_ERR_FATAL, true },
};

static struct meaning meaning_of(const char *type, long status)
{
	const char *hash = type ? strrchr(type, '#') : NULL;

	if (hash)
		type = hash + 1;
	for (size_t i = 0; type && i < sizeof(meanings) / sizeof(*meanings); i++)
		if (strcmp(meanings[i].type, type) == 0)
			return meanings[i];
	if (status == 429)
		return (struct meaning){ NULL, "is asked for too often", CW_ERR_RETRIABLE, false };
	if (status == 401 || status == 403)
		return (struct meaning){ NULL, "is denied", CW_ERR_FATAL, false };
	return (struct meaning){ NULL, "cannot be read", status >= 500 ? CW_ERR_RETRIABLE : CW_ERR_FATAL, false };
}

static void refuse(const struct cw_aws_secrets *secrets, const char *id, const struct cw_aws_answer *answer,
		   bool *stale, struct cw_error *err)
{
	json_t *body = json_loads(answer->body.p, 0, NULL);
	const char *type = cw_aws_json_text(body, "__type"), *message = cw_aws_json_text(body, "message");
	struct meaning meaning = meaning_of(type, answer->status);

	if (!message)
		message = cw_aws_json_text(body, "Message");
	*stale = meaning.stale;
	cw_error_set(err, meaning.code,
		     "the secret %s of AWS Secrets Manager (%s, with credentials from %s) %s: HTTP status %ld%s%.100s%s%.300s", id,
		     secrets->region, secrets->credentials->source, meaning.sentence, answer->status, type ? ", " : "",
		     type ? type : "", message ? ": " : "", message ? message : "");
	cw_json_free_secret(body);
}

static char *text_of_answer(const struct cw_aws_secrets *secrets, const char *id, const struct cw_aws_answer *answer,
			    struct cw_error *err)
{
	json_t *body = json_loads(answer->body.p, 0, NULL);
	char *text = cw_strdup(cw_aws_json_text(body, "SecretString"));

	if (!text && json_object_get(body, "SecretBinary"))
		cw_error_set(err, CW_ERR_INVALID, "the secret %s of AWS Secrets Manager (%s) is binary; a text is wanted", id,
			     secrets->region);
	else if (!text)
		cw_error_set(err, CW_ERR_INVALID, "%s answers with what is no secret when it is asked for %s", secrets->endpoint,
			     id);
	cw_json_free_secret(body);
	return text;
}

static char *question_body(const char *id, const char *stage)
{
	json_t *object = json_object();
	char *text;

	json_object_set_new(object, "SecretId", json_string(id));
	json_object_set_new(object, "VersionStage", json_string(stage));
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	return text;
}

char *cw_aws_secret_read(const struct cw_aws_secrets *secrets, const char *id, bool *stale, struct cw_error *err)
{
	static const char *const headers[] = { "Content-Type: application/x-amz-json-1.1",
					       "X-Amz-Target: secretsmanager.GetSecretValue", NULL };
	CW_AUTO_FREE char *body = question_body(id, secrets->stage);
	struct cw_aws_answer answer;
	struct cw_error why = { 0 };
	char *text = NULL;

	*stale = false;
	if (!body) {
		cw_error_set(err, CW_ERR_INVALID, "the name of the secret is not valid UTF-8");
		return NULL;
	}
	if (cw_aws_ask(secrets->client, &(struct cw_aws_question){
		.method = "POST", .url = secrets->endpoint, .body = body, .headers = headers, .signer = secrets->credentials,
		.region = secrets->region, .service = "secretsmanager" }, &answer, &why) != 0) {
		cw_error_set(err, why.code, "the secret %s of AWS Secrets Manager (%s) cannot be read: %s", id, secrets->region,
			     why.text);
		return NULL;
	}
	if (answer.status == 200)
		text = text_of_answer(secrets, id, &answer, err);
	else
		refuse(secrets, id, &answer, stale, err);
	cw_aws_answer_free(&answer);
	return text;
}

/* ---- parts ------------------------------------------------------------------------------------- */

char *cw_aws_secret_part(const char *text, const struct cw_aws_secret_name *name, struct cw_error *err)
{
	json_t *object, *value;
	char *part = NULL;

	if (!name->key)
		return cw_strdup(text);
	object = json_loads(text, 0, NULL);
	value = json_object_get(object, name->key);
	if (!json_is_object(object))
		cw_error_set(err, CW_ERR_INVALID, "the secret %s is no JSON object, so it has no key %s", name->id, name->key);
	else if (!value)
		cw_error_set(err, CW_ERR_NOT_FOUND, "the secret %s has no key %s", name->id, name->key);
	else if (json_is_string(value))
		part = cw_strdup(json_string_value(value));
	else if (json_is_number(value) || json_is_boolean(value))
		part = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	else
		cw_error_set(err, CW_ERR_INVALID, "the key %s of the secret %s is neither a text nor a number", name->key,
			     name->id);
	cw_json_free_secret(object);
	return part;
}
