#include "base/curl.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static size_t on_answer(char *p, size_t size, size_t n, void *arg)
{
	const struct cw_curl_call *call = arg;

	n *= size;
	if (call->answer->n + n > call->answer_max)
		return 0;
	cw_buf_append(call->answer, p, n);
	return n;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct cw_curl_call *call = arg;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return call->stopping && call->stopping(call->arg);
}

void cw_curl_set_up(CURL *curl, struct cw_curl_call *call)
{
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, call->why);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, call);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L); /* no waiting for a name server that hangs */
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "connect-worker/" PACKAGE_VERSION);
}

const char *cw_curl_why(const struct cw_curl_call *call, CURLcode code)
{
	return *call->why ? call->why : curl_easy_strerror(code);
}

char *cw_curl_escape(const char *text)
{
	char *escaped = curl_easy_escape(NULL, text, (int)strlen(text)), *copy;

	if (!escaped) /* no memory, or a text of gigabytes */
		abort();
	copy = cw_strdup(escaped);
	explicit_bzero(escaped, strlen(escaped));
	curl_free(escaped);
	return copy;
}
