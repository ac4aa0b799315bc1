/* What is the same in all calls: headers, login, encryption, the proxy. */
#include "http_impl.h"

#include <stdlib.h>
#include <strings.h>

#define UPLOAD_BUFFER (256L << 10) /* what one send() may take: fewer turns for a large body */

static struct curl_slist *add_header(struct curl_slist *list, const char *header)
{
	struct curl_slist *longer = curl_slist_append(list, header);

	if (!longer)
		abort(); /* no memory: the only reason there is */
	return longer;
}

static struct curl_slist *make_headers(const struct cw_es_config *config, const char *authorization, const char *type,
				       bool gzip)
{
	struct curl_slist *list = add_header(NULL, type);

	if (!cw_es_config_signs(config)) /* curl would sign it, and then not send it */
		list = add_header(list, "Expect:"); /* no round trip before the body */
	if (gzip)
		list = add_header(list, "Content-Encoding: gzip");
	if (authorization)
		list = add_header(list, authorization);
	for (size_t i = 0; i < config->headers.n; i++)
		if (*config->headers.items[i])
			list = add_header(list, config->headers.items[i]);
	return list;
}

static void make_all_headers(struct cw_http *http)
{
	const struct cw_es_config *config = http->config;
	struct cw_text header = { 0 };

	if (config->api_key || config->bearer_token) {
		cw_text_printf(&header, "Authorization: %s %s", config->api_key ? "ApiKey" : "Bearer",
			       config->api_key ? config->api_key : config->bearer_token);
		cw_text_append(&header, "", 1);
	}
	http->headers = make_headers(config, header.p, "Content-Type: application/x-ndjson", false);
	http->headers_gzip = make_headers(config, header.p, "Content-Type: application/x-ndjson", true);
	http->headers_json = make_headers(config, header.p, "Content-Type: application/json", false);
	cw_text_free(&header);
}

static void set_proxy(CURL *easy, const struct cw_es_config *config)
{
	curl_easy_setopt(easy, CURLOPT_PROXY, config->proxy_host ? config->proxy_host : "");
	if (!config->proxy_host || !*config->proxy_host)
		return;
	curl_easy_setopt(easy, CURLOPT_PROXYPORT, (long)config->proxy_port);
	if (config->proxy_username && *config->proxy_username) {
		curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, config->proxy_username);
		curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, config->proxy_password);
	}
}

/* The text is borrowed: the config outlives the handle. */
static void set_text(CURL *easy, CURLoption option, const char *text)
{
	struct curl_blob blob = { (void *)(uintptr_t)text, strlen(text), CURL_BLOB_NOCOPY };

	curl_easy_setopt(easy, option, &blob);
}

static void set_client_files(CURL *easy, const char *certificate, const char *key, const char *type, const char *password)
{
	curl_easy_setopt(easy, CURLOPT_SSLCERT, certificate);
	curl_easy_setopt(easy, CURLOPT_SSLCERTTYPE, type);
	curl_easy_setopt(easy, CURLOPT_SSLKEY, key);
	curl_easy_setopt(easy, CURLOPT_SSLKEYTYPE, type);
	if (password)
		curl_easy_setopt(easy, CURLOPT_KEYPASSWD, password);
}

/* Our own certificate, for stores that ask for one. */
static void set_client(CURL *easy, const struct cw_es_config *config)
{
	const char *password = config->key_password ? config->key_password : config->keystore_password;

	if (config->certificate) {
		set_client_files(easy, config->certificate, config->key, "PEM", config->key_password);
	} else if (config->keystore && strcasecmp(config->keystore_type, "PKCS12") == 0) {
		set_client_files(easy, config->keystore, config->keystore, "P12", config->keystore_password);
	} else if (config->keystore) {
		set_client_files(easy, config->keystore, config->keystore, "PEM", password);
	} else if (config->keystore_key) {
		set_text(easy, CURLOPT_SSLCERT_BLOB, config->keystore_chain);
		set_text(easy, CURLOPT_SSLKEY_BLOB, config->keystore_key);
		if (config->key_password)
			curl_easy_setopt(easy, CURLOPT_KEYPASSWD, config->key_password);
	}
}

static void set_ssl(CURL *easy, const struct cw_es_config *config)
{
	const char *ca = config->ca ? config->ca : config->truststore;
	bool check_host = !config->identification || *config->identification;

	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, config->verify ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, config->verify && check_host ? 2L : 0L);
	if (ca)
		curl_easy_setopt(easy, CURLOPT_CAINFO, ca);
	if (config->truststore_text)
		set_text(easy, CURLOPT_CAINFO_BLOB, config->truststore_text);
	set_client(easy, config);
}

/* Who we are, where that is not one of the headers, nor the keys that each request is signed with. */
static void set_login(CURL *easy, const struct cw_es_config *config)
{
	char provider[200];

	if (cw_es_config_signs(config)) {
		snprintf(provider, sizeof(provider), "aws:amz:%s:%s", config->aws_region,
			 strcasecmp(config->aws_service, "AOSS") == 0 ? "aoss" : "es");
		curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, provider);
		curl_easy_setopt(easy, CURLOPT_EXPECT_100_TIMEOUT_MS, 1L); /* the answer to "Expect" is not waited for */
	} else if (config->username && *config->username) {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(easy, CURLOPT_USERNAME, config->username);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, config->password);
	}
}

CURL *cw_http_make_easy(struct cw_http_call *call)
{
	const struct cw_es_config *config = call->http->config;
	CURL *easy = curl_easy_init();

	if (!easy)
		abort();
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, cw_http_on_answer);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* no waiting for a name server that hangs */
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, UPLOAD_BUFFER);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	/* curl takes 0 for its own default of five minutes; "for ever" is as long as it can count */
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
			 config->connection_timeout_ms ? (long)config->connection_timeout_ms : 2147483647L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)config->read_timeout_ms);
	if (config->max_idle_ms >= 0)
		curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)(config->max_idle_ms + 999) / 1000);
	else
		curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 315360000L);
	set_login(easy, config);
	set_proxy(easy, config);
	set_ssl(easy, config);
	return easy;
}

static void add_urls(struct cw_http *http)
{
	const struct cw_list *urls = &http->config->urls;
	bool https = cw_es_config_https(http->config);

	for (size_t i = 0; i < urls->n; i++) {
		char *url = *urls->items[i] ? cw_es_config_url(urls->items[i], https) : NULL;

		if (url)
			cw_hosts_add(&http->hosts, url);
		free(url);
	}
}

void cw_http_keep_connections(struct cw_http *http)
{
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS,
			  (long)(http->config->max_in_flight + 2) * (long)http->hosts.n);
}

struct cw_http *cw_http_new(const struct cw_es_config *config, struct cw_aws_keys *keys, int64_t (*now)(void *),
			    void *now_arg, struct cw_error *err)
{
	struct cw_http *http = cw_text_alloc(sizeof(*http));

	http->config = config;
	http->keys = keys;
	http->now = now;
	http->now_arg = now_arg;
	http->timer_ns = INT64_MAX;
	http->multi = curl_multi_init();
	if (!http->multi) {
		cw_error_set(err, CW_ERR_FATAL, "libcurl did not start");
		free(http);
		return NULL;
	}
	add_urls(http);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, cw_http_on_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, cw_http_on_timer);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	cw_http_keep_connections(http);
	make_all_headers(http);
	return http;
}

void cw_http_free(struct cw_http *http)
{
	if (!http)
		return;
	cw_http_call_free(http->probe);
	curl_multi_cleanup(http->multi);
	curl_slist_free_all(http->headers);
	curl_slist_free_all(http->headers_gzip);
	curl_slist_free_all(http->headers_json);
	cw_hosts_free(&http->hosts);
	free(http->sockets);
	free(http->polled);
	free(http);
}
