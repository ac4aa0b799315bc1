#include "ctl/client.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/mem.h"
#include "ctl/table.h"

struct cw_client {
	CURL *curl;
	struct curl_slist *headers;
	char *base; /* as curl gets it, without a slash at its end */
	char *shown;
	char error[CURL_ERROR_SIZE];
};

static char *url_part(CURLU *url, CURLUPart part)
{
	char *text = NULL, *copy;

	if (curl_url_get(url, part, &text, 0) != CURLUE_OK)
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

static int read_url(struct cw_client *client, const char *text, struct cw_error *err)
{
	CW_AUTO_FREE char *given = cw_format("%s%s", strstr(text, "://") ? "" : "http://", text);
	CW_AUTO_FREE char *scheme = NULL;
	CURLU *url = curl_url();
	CURLUcode code = curl_url_set(url, CURLUPART_URL, given, 0);

	if (code == CURLUE_OK) {
		scheme = url_part(url, CURLUPART_SCHEME);
		client->base = url_part(url, CURLUPART_URL);
		curl_url_set(url, CURLUPART_USER, NULL, 0);
		curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
		curl_url_set(url, CURLUPART_QUERY, NULL, 0);
		client->shown = url_part(url, CURLUPART_URL);
	}
	curl_url_cleanup(url);
	/* The text is not printed: a password may be in it. */
	if (!client->base || !client->shown || (strcasecmp(scheme, "http") != 0 && strcasecmp(scheme, "https") != 0))
		return cw_error_set(err, CW_ERR_INVALID,
				    "the worker's URL is not valid; it is such as http://127.0.0.1:8083");
	trim_slashes(client->base);
	trim_slashes(client->shown);
	return 0;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	cw_buf_append(arg, p, size * n);
	return size * n;
}

struct cw_client *cw_client_new(const char *url, int64_t timeout_ms, struct cw_error *err)
{
	struct cw_client *client = cw_alloc(sizeof(*client));

	client->curl = curl_easy_init();
	if (!client->curl)
		cw_error_set(err, CW_ERR_FATAL, "libcurl cannot be started");
	if (!client->curl || read_url(client, url, err)) {
		cw_client_free(client);
		return NULL;
	}
	client->headers = curl_slist_append(NULL, "Accept: application/json, text/plain;q=0.9");
	client->headers = curl_slist_append(client->headers, "Content-Type: application/json");
	client->headers = curl_slist_append(client->headers, "Expect:");
	curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, client->headers);
	curl_easy_setopt(client->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(client->curl, CURLOPT_ERRORBUFFER, client->error);
	curl_easy_setopt(client->curl, CURLOPT_USERAGENT, "workerctl/" PACKAGE_VERSION);
	curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, on_body);
	cw_client_set_timeout(client, timeout_ms);
	return client;
}

void cw_client_free(struct cw_client *client)
{
	if (!client)
		return;
	if (client->curl)
		curl_easy_cleanup(client->curl);
	curl_slist_free_all(client->headers);
	free(client->base);
	free(client->shown);
	free(client);
}

const char *cw_client_url(const struct cw_client *client)
{
	return client->shown;
}

void cw_client_set_timeout(struct cw_client *client, int64_t timeout_ms)
{
	curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(client->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)(timeout_ms < 5000 ? timeout_ms : 5000));
}

/* What the worker says, or what can be said of an answer that is no Kafka Connect error. */
static char *error_message(const struct cw_client *client, const struct cw_reply *reply)
{
	const char *message = json_string_value(json_object_get(reply->body, "message"));

	if (message && *message)
		return cw_text_harmless(message, true);
	return cw_format("%s answered with HTTP status %d and no message%s", client->shown, reply->status,
			 reply->body ? "" : "; is it a Kafka Connect worker?");
}

int cw_client_call(struct cw_client *client, const char *method, const char *path, const json_t *body,
		   struct cw_reply *reply)
{
	CW_AUTO_FREE char *url = cw_format("%s%s", client->base, path);
	char *sent = body ? json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	long status = 0;
	CURLcode code;

	*reply = (struct cw_reply){ 0 };
	client->error[0] = '\0';
	curl_easy_setopt(client->curl, CURLOPT_URL, url);
	curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &reply->text);
	if (sent) {
		curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, sent);
		curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(sent));
	} else {
		curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, NULL);
		curl_easy_setopt(client->curl, CURLOPT_HTTPGET, 1L);
	}
	code = curl_easy_perform(client->curl);
	free(sent);
	if (code != CURLE_OK) {
		reply->message = cw_format("cannot reach %s: %s", client->shown,
					   client->error[0] ? client->error : curl_easy_strerror(code));
		return -1;
	}
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	reply->status = (int)status;
	if (reply->text.n > 0)
		reply->body = json_loadb(reply->text.p, reply->text.n, JSON_DECODE_ANY, NULL);
	if (status >= 200 && status < 300)
		return 0;
	reply->message = error_message(client, reply);
	return -1;
}

void cw_reply_free(struct cw_reply *reply)
{
	json_decref(reply->body);
	cw_buf_free(&reply->text);
	free(reply->message);
	*reply = (struct cw_reply){ 0 };
}

char *cw_client_escape(const struct cw_client *client, const char *name)
{
	char *escaped = curl_easy_escape(client->curl, name, 0), *copy = cw_strdup(escaped);

	curl_free(escaped);
	return copy;
}
