/*
 * Requests that are signed for AWS. libcurl makes the signature; OpenSearch Serverless also wants to be told what the
 * body was taken for.
 */
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "aws_keys.h"
#include "http_impl.h"

#define DIGEST_SIZE 32
/* A key that runs out while a request is under way is refused, too; and the clock here may be slow. */
#define ON_THE_WAY_MS 60000

static struct curl_slist *append(struct curl_slist *list, const char *header)
{
	struct curl_slist *longer = curl_slist_append(list, header);

	if (!longer)
		abort(); /* no memory: the only reason there is */
	return longer;
}

static struct curl_slist *append_digest(struct curl_slist *list, struct cw_slice body)
{
	static const char name[] = "x-amz-content-sha256: ";
	char header[sizeof(name) + 2 * DIGEST_SIZE];
	unsigned char digest[DIGEST_SIZE];

	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, body.p, body.n, digest) != 0)
		abort(); /* it is part of every build of the library */
	memcpy(header, name, sizeof(name));
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		snprintf(header + sizeof(name) - 1 + 2 * i, 3, "%02x", digest[i]);
	return append(list, header);
}

static struct curl_slist *append_token(struct curl_slist *list, const char *token)
{
	struct cw_text header = { 0 };

	cw_text_printf(&header, "X-Amz-Security-Token: %s", token);
	cw_text_append(&header, "", 1);
	list = append(list, header.p);
	explicit_bzero(header.p, header.n);
	cw_text_free(&header);
	return list;
}

void cw_http_sign_free(struct curl_slist *headers)
{
	for (struct curl_slist *item = headers; item; item = item->next)
		explicit_bzero(item->data, strlen(item->data));
	curl_slist_free_all(headers);
}

struct curl_slist *cw_http_sign(struct cw_http_call *call, const struct curl_slist *list, struct cw_slice body)
{
	const struct cw_aws_credentials *keys = cw_aws_keys_hold(call->http->keys);
	struct curl_slist *copy = NULL;

	curl_easy_setopt(call->easy, CURLOPT_USERNAME, keys->access_key); /* copied */
	curl_easy_setopt(call->easy, CURLOPT_PASSWORD, keys->secret_key);
	call->ran_out = cw_aws_keys_run_out(call->http->keys, ON_THE_WAY_MS);
	for (; list; list = list->next)
		copy = append(copy, list->data);
	if (keys->token)
		copy = append_token(copy, keys->token);
	cw_aws_keys_release(call->http->keys);
	return append_digest(copy, body);
}
