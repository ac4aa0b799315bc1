#include "aws/http.h"

#include <stdlib.h>

#include "base/curl.h"
#include "base/mem.h"

/* A secret has at most 64 KiB, in JSON six times as much. Reserved at once: a buffer that grows leaves copies. */
#define ANSWER_MAX ((size_t)400 << 10)
/* Metadata that is not there does not answer at all. */
#define LOCAL_CONNECT_MS 1000L

void cw_aws_credentials_free(struct cw_aws_credentials *credentials)
{
	cw_free_secret(credentials->access_key);
	cw_free_secret(credentials->secret_key);
	cw_free_secret(credentials->token);
	free(credentials->source);
	*credentials = (struct cw_aws_credentials){ 0 };
}

void cw_aws_answer_free(struct cw_aws_answer *answer)
{
	cw_buf_free_secret(&answer->body);
	answer->status = 0;
}

static bool stopping(const void *arg)
{
	const struct cw_context *ctx = arg;

	return ctx && ctx->host->stopping(ctx);
}

static struct curl_slist *headers_of(const struct cw_aws_question *question)
{
	struct curl_slist *list = NULL;

	for (const char *const *header = question->headers; header && *header; header++)
		list = curl_slist_append(list, *header);
	if (question->signer && question->signer->token) {
		CW_AUTO_FREE_SECRET char *line = cw_format("X-Amz-Security-Token: %s", question->signer->token);

		list = curl_slist_append(list, line);
	}
	return list;
}

static void free_headers(struct curl_slist *list)
{
	for (struct curl_slist *item = list; item; item = item->next)
		explicit_bzero(item->data, strlen(item->data));
	curl_slist_free_all(list);
}

static void set_up(CURL *curl, const struct cw_aws_client *client, const struct cw_aws_question *question)
{
	const char *ca = client->ca && *client->ca ? client->ca : getenv("AWS_CA_BUNDLE");

	curl_easy_setopt(curl, CURLOPT_URL, question->url);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, question->method);
	if (question->body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(question->body));
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, question->body);
	}
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)client->timeout_ms);
	if (ca && *ca)
		curl_easy_setopt(curl, CURLOPT_CAINFO, ca);
	if (question->local) {
		curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
		curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, LOCAL_CONNECT_MS);
	}
}

static void sign(CURL *curl, const struct cw_aws_question *question)
{
	CW_AUTO_FREE char *how = cw_format("aws:amz:%s:%s", question->region, question->service);

	curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, how);
	curl_easy_setopt(curl, CURLOPT_USERNAME, question->signer->access_key);
	curl_easy_setopt(curl, CURLOPT_PASSWORD, question->signer->secret_key);
}

static bool of_no_use(CURLcode code)
{
	switch (code) {
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_NOT_BUILT_IN:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_WRITE_ERROR: return true;
	default: return false;
	}
}

int cw_aws_ask(const struct cw_aws_client *client, const struct cw_aws_question *question, struct cw_aws_answer *answer,
	       struct cw_error *err)
{
	struct curl_slist *headers = headers_of(question);
	struct cw_curl_call call = { &answer->body, ANSWER_MAX, stopping, client->ctx, "" };
	CURL *curl = curl_easy_init();
	CURLcode code = CURLE_FAILED_INIT;

	*answer = (struct cw_aws_answer){ 0 };
	cw_buf_reserve(&answer->body, ANSWER_MAX);
	cw_buf_puts(&answer->body, "");
	if (curl) {
		cw_curl_set_up(curl, &call);
		set_up(curl, client, question);
		if (question->signer)
			sign(curl, question);
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		code = curl_easy_perform(curl);
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
		curl_easy_cleanup(curl);
	}
	free_headers(headers);
	if (code == CURLE_OK)
		return 0;
	cw_aws_answer_free(answer);
	return cw_error_set(err, of_no_use(code) ? CW_ERR_FATAL : CW_ERR_RETRIABLE, "%s cannot be asked: %s", question->url,
			    cw_curl_why(&call, code));
}
