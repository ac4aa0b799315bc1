#include "convert/registry_http.h"

#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "base/buf.h"
#include "base/curl.h"
#include "base/mem.h"

#define ANSWER_MAX ((size_t)16 << 20)
#define STOP_POLL_MS 50
#define AFTER_MAX_S 3600 /* of a Retry-After that is kept to */
#define TYPE "application/vnd.schemaregistry.v1+json"

struct server {
	char *url;       /* without credentials and without a slash at its end */
	char *user_info; /* of the URL, "user:password"; NULL: none */
};

struct cw_registry_http {
	const struct cw_context *ctx;
	const struct cw_registry_config *config;
	CURL *curl;
	struct curl_slist *headers;
	struct server *servers;
	size_t n, current;
	int64_t after_ms; /* what the last answer has asked for: no other request before; 0: nothing */
	struct cw_buf text; /* of the last answer */
	struct cw_curl_call call;
};

static bool given(const char *text)
{
	return text && *text;
}

/* ---- setting up --------------------------------------------------------------------------------- */

static char *part(CURLU *url, CURLUPart what)
{
	char *text = NULL, *copy;

	if (curl_url_get(url, what, &text, 0) != CURLUE_OK)
		return NULL;
	copy = cw_strdup(text);
	curl_free(text);
	return copy;
}

static int read_server(const char *text, struct server *server, struct cw_error *err)
{
	CURLU *url = curl_url();
	CW_AUTO_FREE char *user = NULL;
	CW_AUTO_FREE char *password = NULL;

	if (!url || curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK) {
		curl_url_cleanup(url);
		return cw_error_set(err, CW_ERR_FATAL, "schema.registry.url holds what is no URL");
	}
	user = part(url, CURLUPART_USER);
	password = part(url, CURLUPART_PASSWORD);
	curl_url_set(url, CURLUPART_USER, NULL, 0);
	curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
	server->url = part(url, CURLUPART_URL);
	curl_url_cleanup(url);
	for (size_t n = strlen(server->url); n && server->url[n - 1] == '/'; n--)
		server->url[n - 1] = '\0';
	if (user)
		server->user_info = cw_format("%s:%s", user, password ? password : "");
	return 0;
}

static bool stopping(const void *arg)
{
	const struct cw_context *ctx = arg;

	return ctx->host->stopping(ctx);
}

static void set_blob(CURL *curl, CURLoption option, const char *pem)
{
	struct curl_blob blob = { .data = (void *)(uintptr_t)pem, .len = strlen(pem), .flags = CURL_BLOB_NOCOPY };

	curl_easy_setopt(curl, option, &blob);
}

static void set_ssl(CURL *curl, const struct cw_registry_config *config)
{
	bool p12 = config->keystore_type && strcasecmp(config->keystore_type, "PKCS12") == 0;

	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, given(config->identification) ? 2L : 0L);
	if (given(config->truststore))
		curl_easy_setopt(curl, CURLOPT_CAINFO, config->truststore);
	if (given(config->truststore_pem))
		set_blob(curl, CURLOPT_CAINFO_BLOB, config->truststore_pem);
	if (given(config->keystore)) {
		curl_easy_setopt(curl, CURLOPT_SSLCERT, config->keystore);
		curl_easy_setopt(curl, CURLOPT_SSLCERTTYPE, p12 ? "P12" : "PEM");
		if (!p12)
			curl_easy_setopt(curl, CURLOPT_SSLKEY, config->keystore);
	}
	if (given(config->keystore_pem)) {
		set_blob(curl, CURLOPT_SSLCERT_BLOB, config->keystore_pem);
		set_blob(curl, CURLOPT_SSLKEY_BLOB, config->key_pem);
	}
	if (given(config->key_password))
		curl_easy_setopt(curl, CURLOPT_KEYPASSWD, config->key_password);
	else if (given(config->keystore_password))
		curl_easy_setopt(curl, CURLOPT_KEYPASSWD, config->keystore_password);
}

static void set_up(struct cw_registry_http *http)
{
	const struct cw_registry_config *config = http->config;
	CURL *curl = http->curl;

	http->headers = curl_slist_append(NULL, "Accept: " TYPE ", application/json;q=0.9");
	http->headers = curl_slist_append(http->headers, "Content-Type: " TYPE);
	http->headers = curl_slist_append(http->headers, "Expect:");
	if (given(config->token)) {
		CW_AUTO_FREE char *line = cw_format("Authorization: Bearer %s", config->token);

		http->headers = curl_slist_append(http->headers, line);
	}
	http->call = (struct cw_curl_call){ &http->text, ANSWER_MAX, stopping, http->ctx, "" };
	cw_curl_set_up(curl, &http->call);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, http->headers);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)config->connect_timeout_ms);
	/* The connection's time is not the answer's. */
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)config->connect_timeout_ms + (long)config->read_timeout_ms);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	if (given(config->proxy_host) && config->proxy_port > 0) {
		curl_easy_setopt(curl, CURLOPT_PROXY, config->proxy_host);
		curl_easy_setopt(curl, CURLOPT_PROXYPORT, (long)config->proxy_port);
	}
	set_ssl(curl, config);
}

struct cw_registry_http *cw_registry_http_new(const struct cw_context *ctx, const struct cw_registry_config *config,
					      struct cw_error *err)
{
	struct cw_registry_http *http;

	if (cw_registry_config_check(config, err))
		return NULL;
	http = cw_alloc(sizeof(*http));
	http->ctx = ctx;
	http->config = config;
	http->curl = curl_easy_init();
	http->servers = cw_alloc((config->urls.n ? config->urls.n : 1) * sizeof(*http->servers));
	for (size_t i = 0; i < config->urls.n && http->curl; i++) {
		if (read_server(config->urls.items[i], &http->servers[http->n], err)) {
			cw_registry_http_free(http);
			return NULL;
		}
		http->n++;
	}
	if (!http->curl || !http->n) {
		cw_error_set(err, CW_ERR_FATAL,
			     http->curl ? "schema.registry.url names no URL" : "libcurl cannot be started");
		cw_registry_http_free(http);
		return NULL;
	}
	if (config->url_randomize)
		http->current = (size_t)ctx->host->now_ns(ctx) / 1000 % http->n;
	set_up(http);
	return http;
}

void cw_registry_http_free(struct cw_registry_http *http)
{
	if (!http)
		return;
	if (http->curl)
		curl_easy_cleanup(http->curl);
	curl_slist_free_all(http->headers);
	for (size_t i = 0; i < http->n; i++) {
		free(http->servers[i].url);
		free(http->servers[i].user_info);
	}
	free(http->servers);
	cw_buf_free(&http->text);
	free(http);
}

/* ---- calls -------------------------------------------------------------------------------------- */

static bool may_pass(long status)
{
	return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

static bool misconfigured(CURLcode code)
{
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_NOT_BUILT_IN: return true;
	default: return false;
	}
}

/* What the registry said is wrong, for people. */
static void error_of(const struct cw_registry_http *http, const struct cw_registry_answer *answer, struct cw_error *err)
{
	const char *message = json_string_value(json_object_get(answer->body, "message"));

	cw_error_set(err, CW_ERR_RETRIABLE, "the Schema Registry at %s answered with HTTP status %ld%s%.500s",
		     http->servers[http->current].url, answer->status, message ? ": " : "", message ? message : "");
}

/* One attempt at the current server. */
static enum cw_result ask(struct cw_registry_http *http, const char *path, const char *body,
			  struct cw_registry_answer *answer, struct cw_error *err)
{
	const struct server *server = &http->servers[http->current];
	const char *user_info = cw_registry_config_user_info(http->config);
	CW_AUTO_FREE char *url = cw_format("%s%s", server->url, path);
	CURL *curl = http->curl;
	curl_off_t after_s = 0;
	CURLcode code;

	http->text.n = 0;
	http->call.why[0] = '\0';
	if (!user_info)
		user_info = server->user_info;
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_HTTPAUTH, user_info ? (long)CURLAUTH_BASIC : 0L);
	curl_easy_setopt(curl, CURLOPT_USERPWD, user_info);
	if (body) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	} else {
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	}
	code = curl_easy_perform(curl);
	if (code != CURLE_OK) {
		cw_error_set(err, misconfigured(code) ? CW_ERR_FATAL : CW_ERR_RETRIABLE,
			     "the Schema Registry at %s cannot be reached: %s", server->url,
			     cw_curl_why(&http->call, code));
		return misconfigured(code) ? CW_FAIL : CW_RETRY;
	}
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
	curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &after_s);
	answer->url = server->url;
	answer->body = http->text.n ? json_loadb(http->text.p, http->text.n, JSON_DECODE_ANY, NULL) : NULL;
	if (!may_pass(answer->status))
		return CW_OK;
	http->after_ms = (after_s < AFTER_MAX_S ? (int64_t)after_s : AFTER_MAX_S) * 1000;
	error_of(http, answer, err);
	json_decref(answer->body);
	answer->body = NULL;
	return CW_RETRY;
}

/* Each server once, from the one that answered last. */
static enum cw_result ask_all(struct cw_registry_http *http, const char *path, const char *body,
			      struct cw_registry_answer *answer, struct cw_error *err)
{
	enum cw_result result = CW_RETRY;

	http->after_ms = 0;
	for (size_t i = 0; i < http->n && result != CW_OK && !http->ctx->host->stopping(http->ctx); i++) {
		*err = (struct cw_error){ 0 };
		result = ask(http, path, body, answer, err);
		if (result != CW_OK)
			http->current = (http->current + 1) % http->n;
	}
	return result;
}

static void wait_ms(const struct cw_context *ctx, int64_t ms)
{
	for (; ms > 0 && !ctx->host->stopping(ctx); ms -= STOP_POLL_MS) {
		int64_t part_ms = ms < STOP_POLL_MS ? ms : STOP_POLL_MS;
		struct timespec pause = { .tv_nsec = (long)part_ms * 1000000 };

		nanosleep(&pause, NULL);
	}
}

enum cw_result cw_registry_http_call(struct cw_registry_http *http, const char *path, const char *body,
				     struct cw_registry_answer *answer, struct cw_error *err)
{
	const struct cw_context *ctx = http->ctx;
	struct cw_error last = { 0 };
	enum cw_result result;
	int64_t pause_ms;

	*answer = (struct cw_registry_answer){ 0 };
	for (int32_t attempt = 0;; attempt++) {
		result = ask_all(http, path, body, answer, &last);
		if (result != CW_RETRY || attempt >= http->config->max_retries || ctx->host->stopping(ctx) ||
		    http->after_ms > http->config->retry_max_wait_ms)
			break; /* who asks for a long wait is left to the framework, which does other things meanwhile */
		cw_log(ctx, CW_LOG_WARN, "%s; attempt %d of %d follows", last.text, (int)attempt + 2,
		       (int)http->config->max_retries + 1);
		pause_ms = ctx->host->backoff_ms(ctx, (unsigned)attempt + 1, http->config->retry_wait_ms,
						 http->config->retry_max_wait_ms);
		wait_ms(ctx, pause_ms > http->after_ms ? pause_ms : http->after_ms);
	}
	if (result == CW_RETRY && http->after_ms > 0)
		cw_retry_after(ctx, http->after_ms);
	if (result != CW_OK)
		cw_error_set(err, last.code ? last.code : CW_ERR_RETRIABLE, "%s",
			     last.code ? last.text : "the task was asked to stop");
	return result;
}
