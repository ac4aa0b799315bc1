/*
 * Requests that are signed for AWS. libcurl makes the signature; OpenSearch Serverless also wants to be told what the
 * body was taken for.
 */
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>

#include "http_impl.h"

#define DIGEST_SIZE 32

static struct curl_slist *append(struct curl_slist *list, const char *header)
{
	struct curl_slist *longer = curl_slist_append(list, header);

	if (!longer)
		abort(); /* no memory: the only reason there is */
	return longer;
}

struct curl_slist *cw_http_signed_headers(const struct curl_slist *list, struct cw_slice body)
{
	static const char name[] = "x-amz-content-sha256: ";
	char header[sizeof(name) + 2 * DIGEST_SIZE];
	unsigned char digest[DIGEST_SIZE];
	struct curl_slist *copy = NULL;

	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, body.p, body.n, digest) != 0)
		abort(); /* it is part of every build of the library */
	memcpy(header, name, sizeof(name));
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		snprintf(header + sizeof(name) - 1 + 2 * i, 3, "%02x", digest[i]);
	for (; list; list = list->next)
		copy = append(copy, list->data);
	return append(copy, header);
}
