/*
 * libcurl's multi interface, driven by sockets: curl says which sockets it waits for and when its next
 * timer is due, and one ppoll() waits for them together with the framework's descriptors. That is the
 * cheapest way there is for a handful of connections: no set of descriptors is built or registered anew
 * for each wait.
 */
#include "http.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#define UPLOAD_BUFFER (256L << 10) /* what one send() may take: fewer turns for a large body */
#define ANSWER_MAX (256u << 20)
#define RETRY_AFTER_MAX_MS 300000
#define NS_PER_MS INT64_C(1000000)

struct cw_http {
	const struct cw_es_config *config;
	CURLM *multi;
	struct curl_slist *headers, *headers_gzip, *headers_json;
	char *authorization; /* in all lists */
	int64_t (*now)(void *);
	void *now_arg;
	int64_t timer_ns; /* when curl wants to be called; INT64_MAX: not */
	struct pollfd *sockets, *polled; /* polled: what was given to ppoll(), as the other changes meanwhile */
	size_t n_sockets, cap_sockets, cap_polled;
	struct cw_http_call *done, *done_last;
	struct cw_hosts hosts;
	char *urls[CW_ES_URLS_MAX];
};

/* ---- curl's callbacks --------------------------------------------------------------------------- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
	struct cw_http *http = arg;
	size_t i = 0;

	(void)easy;
	(void)unused;
	while (i < http->n_sockets && http->sockets[i].fd != fd)
		i++;
	if (what == CURL_POLL_REMOVE) {
		if (i < http->n_sockets)
			http->sockets[i] = http->sockets[--http->n_sockets];
		return 0;
	}
	if (i == http->n_sockets) {
		if (http->n_sockets == http->cap_sockets) {
			http->cap_sockets = http->cap_sockets ? http->cap_sockets * 2 : 16;
			http->sockets = cw_text_realloc(http->sockets, http->cap_sockets * sizeof(*http->sockets));
		}
		http->sockets[http->n_sockets++].fd = fd;
	}
	http->sockets[i].events = (short)((what & CURL_POLL_IN ? POLLIN : 0) | (what & CURL_POLL_OUT ? POLLOUT : 0));
	return 0;
}

static int on_timer(CURLM *multi, long ms, void *arg)
{
	struct cw_http *http = arg;

	(void)multi;
	http->timer_ns = ms < 0 ? INT64_MAX : http->now(http->now_arg) + ms * NS_PER_MS;
	return 0;
}

static size_t on_answer(char *p, size_t size, size_t n, void *arg)
{
	struct cw_http_call *call = arg;

	n *= size;
	if (call->answer.n + n > ANSWER_MAX)
		return 0;
	cw_text_append(&call->answer, p, n);
	return n;
}

/* ---- setting up --------------------------------------------------------------------------------- */

static struct curl_slist *add_header(struct curl_slist *list, const char *header)
{
	struct curl_slist *longer = curl_slist_append(list, header);

	if (!longer)
		abort(); /* no memory: the only reason there is */
	return longer;
}

static struct curl_slist *make_headers(const struct cw_http *http, const char *type, bool gzip)
{
	struct curl_slist *list = add_header(NULL, type);

	list = add_header(list, "Expect:"); /* no round trip before the body */
	if (gzip)
		list = add_header(list, "Content-Encoding: gzip");
	if (http->authorization)
		list = add_header(list, http->authorization);
	return list;
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

static void set_ssl(CURL *easy, const struct cw_es_config *config)
{
	const char *ca = config->ca ? config->ca : config->truststore;
	bool check_host = !config->identification || *config->identification;

	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, config->verify ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, config->verify && check_host ? 2L : 0L);
	if (ca)
		curl_easy_setopt(easy, CURLOPT_CAINFO, ca);
	if (config->certificate) {
		curl_easy_setopt(easy, CURLOPT_SSLCERT, config->certificate);
		curl_easy_setopt(easy, CURLOPT_SSLKEY, config->key);
		if (config->key_password)
			curl_easy_setopt(easy, CURLOPT_KEYPASSWD, config->key_password);
	}
}

static CURL *make_easy(struct cw_http_call *call)
{
	const struct cw_es_config *config = call->http->config;
	CURL *easy = curl_easy_init();

	if (!easy)
		abort();
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
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
	if (config->username && *config->username) {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(easy, CURLOPT_USERNAME, config->username);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, config->password);
	}
	set_proxy(easy, config);
	set_ssl(easy, config);
	return easy;
}

struct cw_http *cw_http_new(const struct cw_es_config *config, int64_t (*now)(void *), void *now_arg,
			    struct cw_error *err)
{
	struct cw_http *http = cw_text_alloc(sizeof(*http));
	bool https = cw_es_config_https(config);
	struct cw_text header = { 0 };

	http->config = config;
	http->now = now;
	http->now_arg = now_arg;
	http->timer_ns = INT64_MAX;
	http->multi = curl_multi_init();
	if (!http->multi) {
		cw_error_set(err, CW_ERR_FATAL, "libcurl did not start");
		free(http);
		return NULL;
	}
	for (size_t i = 0; i < config->urls.n && i < CW_ES_URLS_MAX; i++)
		if (*config->urls.items[i])
			http->urls[http->hosts.n++] = cw_es_config_url(config->urls.items[i], https);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)(config->max_in_flight + 2) * (long)http->hosts.n);
	if (config->api_key || config->bearer_token) {
		cw_text_printf(&header, "Authorization: %s %s", config->api_key ? "ApiKey" : "Bearer",
			       config->api_key ? config->api_key : config->bearer_token);
		cw_text_append(&header, "", 1);
		http->authorization = header.p;
	}
	http->headers = make_headers(http, "Content-Type: application/x-ndjson", false);
	http->headers_gzip = make_headers(http, "Content-Type: application/x-ndjson", true);
	http->headers_json = make_headers(http, "Content-Type: application/json", false);
	return http;
}

void cw_http_free(struct cw_http *http)
{
	if (!http)
		return;
	curl_multi_cleanup(http->multi);
	curl_slist_free_all(http->headers);
	curl_slist_free_all(http->headers_gzip);
	curl_slist_free_all(http->headers_json);
	free(http->authorization);
	for (size_t i = 0; i < http->hosts.n; i++)
		free(http->urls[i]);
	free(http->sockets);
	free(http->polled);
	free(http);
}

struct cw_http_call *cw_http_call_new(struct cw_http *http)
{
	struct cw_http_call *call = cw_text_alloc(sizeof(*call));

	call->http = http;
	call->easy = make_easy(call);
	return call;
}

void cw_http_call_free(struct cw_http_call *call)
{
	if (!call)
		return;
	if (call->active)
		curl_multi_remove_handle(call->http->multi, call->easy);
	curl_easy_cleanup(call->easy);
	cw_text_free(&call->answer);
	cw_text_free(&call->target);
	free(call);
}

/* ---- calls -------------------------------------------------------------------------------------- */

void cw_http_escape(struct cw_text *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    (c && strchr("-._~", c)))
			cw_text_append(out, &s[i], 1);
		else
			cw_text_printf(out, "%%%02X", c);
	}
}

static void finish(struct cw_http_call *call)
{
	struct cw_http *http = call->http;

	call->next = NULL;
	if (http->done_last)
		http->done_last->next = call;
	else
		http->done = call;
	http->done_last = call;
}

struct cw_http_call *cw_http_done(struct cw_http *http)
{
	struct cw_http_call *call = http->done;

	if (call) {
		http->done = call->next;
		if (!http->done)
			http->done_last = NULL;
	}
	return call;
}

static bool misconfigured(CURLcode code)
{
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_NOT_BUILT_IN: return true;
	default: return false;
	}
}

/* What curl says of a call that ended. */
static void conclude(struct cw_http_call *call, CURLcode code)
{
	struct cw_http *http = call->http;
	curl_off_t after = 0;
	long status = 0;

	curl_multi_remove_handle(http->multi, call->easy);
	call->active = false;
	call->url = http->urls[call->host];
	call->retry_after_ms = 0;
	if (code == CURLE_OK) {
		curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &after);
		call->outcome = CW_HTTP_ANSWERED;
		call->status = (unsigned)status;
		call->retry_after_ms = after > RETRY_AFTER_MAX_MS / 1000 ? RETRY_AFTER_MAX_MS : (int64_t)after * 1000;
		if (cw_http_is_away(call))
			cw_hosts_failed(&http->hosts, call->host, http->now(http->now_arg));
		else
			cw_hosts_worked(&http->hosts, call->host);
	} else {
		call->outcome = misconfigured(code) ? CW_HTTP_MISCONFIGURED : CW_HTTP_UNREACHABLE;
		call->status = 0;
		snprintf(call->why, sizeof(call->why), "%s", call->error[0] ? call->error : curl_easy_strerror(code));
		cw_hosts_failed(&http->hosts, call->host, http->now(http->now_arg));
	}
	finish(call);
}

static void collect(struct cw_http *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
		CURLcode code = message->data.result;
		char *call = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
		conclude((struct cw_http_call *)(void *)call, code);
	}
}

static void act(struct cw_http *http, curl_socket_t fd, int events)
{
	int running;

	if (fd == CURL_SOCKET_TIMEOUT)
		http->timer_ns = INT64_MAX; /* curl sets it anew when it wants to be called again */
	curl_multi_socket_action(http->multi, fd, events, &running);
}

void cw_http_send(struct cw_http_call *call, const char *method, const char *path, struct cw_slice body, bool gzip)
{
	struct cw_http *http = call->http;
	CURL *easy = call->easy;

	call->host = cw_hosts_pick(&http->hosts, http->now(http->now_arg));
	call->target.n = call->answer.n = 0;
	call->error[0] = call->why[0] = '\0';
	cw_text_puts(&call->target, http->urls[call->host]);
	cw_text_append(&call->target, path, strlen(path) + 1);
	curl_easy_setopt(easy, CURLOPT_URL, call->target.p);
	if (strcmp(method, "GET") == 0) {
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
	} else {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, strcmp(method, "POST") == 0 ? NULL : method);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.p); /* not copied */
	}
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, strcmp(method, "POST") != 0 ? http->headers_json
						   : gzip			? http->headers_gzip
										: http->headers);
	call->active = true;
	if (curl_multi_add_handle(http->multi, easy) != CURLM_OK) {
		conclude(call, CURLE_FAILED_INIT);
		return;
	}
	act(http, CURL_SOCKET_TIMEOUT, 0); /* on a kept connection this sends at once */
}

/* ---- waiting ------------------------------------------------------------------------------------ */

static void move_sockets(struct cw_http *http, const struct pollfd *polled, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		short got = polled[i].revents;

		if (got)
			act(http, polled[i].fd,
			    (got & (POLLIN | POLLHUP) ? CURL_CSELECT_IN : 0) | (got & POLLOUT ? CURL_CSELECT_OUT : 0) |
				    (got & (POLLERR | POLLNVAL) ? CURL_CSELECT_ERR : 0));
	}
}

static void move_timer(struct cw_http *http)
{
	if (http->timer_ns != INT64_MAX && http->timer_ns <= http->now(http->now_arg))
		act(http, CURL_SOCKET_TIMEOUT, 0);
}

bool cw_http_drive(struct cw_http *http, const int *fds, size_t n, int64_t timeout_ns)
{
	struct timespec wait;
	bool readable = false;
	size_t n_sockets;

	move_timer(http);
	collect(http);
	if (http->done)
		timeout_ns = 0;
	n_sockets = http->n_sockets;
	if (n + n_sockets > http->cap_polled) {
		http->cap_polled = (n + n_sockets) * 2;
		http->polled = cw_text_realloc(http->polled, http->cap_polled * sizeof(*http->polled));
	}
	for (size_t i = 0; i < n; i++)
		http->polled[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	if (n_sockets)
		memcpy(http->polled + n, http->sockets, n_sockets * sizeof(*http->sockets));
	if (http->timer_ns != INT64_MAX && timeout_ns > 0) {
		int64_t left = http->timer_ns - http->now(http->now_arg);

		timeout_ns = left < timeout_ns ? left : timeout_ns;
	}
	if (timeout_ns < 0)
		timeout_ns = 0;
	wait.tv_sec = (time_t)(timeout_ns / 1000000000);
	wait.tv_nsec = (long)(timeout_ns % 1000000000);
	if (ppoll(http->polled, n + n_sockets, &wait, NULL) > 0) {
		for (size_t i = 0; i < n; i++)
			readable = readable || http->polled[i].revents;
		move_sockets(http, http->polled + n, n_sockets);
	}
	move_timer(http);
	collect(http);
	return readable;
}

bool cw_http_is_away(const struct cw_http_call *call)
{
	return call->outcome == CW_HTTP_UNREACHABLE ||
	       (call->outcome == CW_HTTP_ANSWERED && (call->status >= 502 && call->status <= 504));
}

bool cw_http_has_other(const struct cw_http *http)
{
	return http->hosts.n > 1 && cw_hosts_any(&http->hosts, http->now(http->now_arg));
}
