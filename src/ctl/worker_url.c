#include "ctl/worker_url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/mem.h"
#include "config/address.h"

#define EXAMPLE "it is such as http://127.0.0.1:8083"

static char *part(CURLU *url, CURLUPart which)
{
	char *text = NULL, *copy;

	if (curl_url_get(url, which, &text, 0) != CURLUE_OK)
		return NULL;
	copy = cw_strdup(text);
	curl_free(text);
	return copy;
}

static void trim_slashes(char *text)
{
	size_t n = strlen(text);

	while (n > 0 && text[n - 1] == '/')
		text[--n] = '\0';
}

/* The host means nothing then, but HTTP needs one. */
static int read_socket(const char *text, struct cw_worker_url *out, struct cw_error *err)
{
	struct cw_address address;

	if (cw_address_parse(text, &address, err))
		return -1;
	out->base = cw_strdup("http://localhost");
	out->shown = cw_format("unix:%s", address.host);
	out->socket = cw_strdup(address.host);
	return 0;
}

static int read_http(const char *text, struct cw_worker_url *out, struct cw_error *err)
{
	CW_AUTO_FREE char *given = cw_format("%s%s", strstr(text, "://") ? "" : "http://", text), *scheme = NULL;
	CURLU *url = curl_url();

	if (curl_url_set(url, CURLUPART_URL, given, 0) == CURLUE_OK) {
		scheme = part(url, CURLUPART_SCHEME);
		out->base = part(url, CURLUPART_URL);
		curl_url_set(url, CURLUPART_USER, NULL, 0);
		curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
		out->shown = part(url, CURLUPART_URL);
	}
	curl_url_cleanup(url);
	if (!out->base || !out->shown || (strcasecmp(scheme, "http") != 0 && strcasecmp(scheme, "https") != 0))
		return cw_error_set(err, CW_ERR_INVALID, "the worker's URL is not valid; " EXAMPLE);
	trim_slashes(out->base);
	trim_slashes(out->shown);
	return 0;
}

/* The text is not printed: a password may be in it. */
int cw_worker_url_read(const char *text, struct cw_worker_url *out, struct cw_error *err)
{
	*out = (struct cw_worker_url){ 0 };
	if (strncasecmp(text, "unix:", 5) == 0)
		return read_socket(text, out, err);
	/* Paths are put behind it, where a query would swallow them. */
	if (strpbrk(text, "?#"))
		return cw_error_set(err, CW_ERR_INVALID, "the worker's URL is not valid: it has ? or # in it (in a password "
				    "those are %%3F and %%23); " EXAMPLE);
	return read_http(text, out, err);
}

void cw_worker_url_free(struct cw_worker_url *url)
{
	free(url->base);
	free(url->shown);
	free(url->socket);
	*url = (struct cw_worker_url){ 0 };
}
