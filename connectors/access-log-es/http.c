/*
 * libcurl's multi interface, driven by sockets: curl says which sockets it waits for and when its next
 * timer is due, and one ppoll() waits for them together with the framework's descriptors. That is the
 * cheapest way there is for a handful of connections: no set of descriptors is built or registered anew
 * for each wait.
 */
#include "http_impl.h"

#include <stdlib.h>
#include <time.h>

#define KEEP_BYTES (1u << 20) /* of an answer, for the next one */
#define RETRY_AFTER_MAX_MS 300000
#define NS_PER_MS INT64_C(1000000)
#define PROBE_TIMEOUT_MS 5000L

/* ---- curl's callbacks --------------------------------------------------------------------------- */

int cw_http_on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
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

int cw_http_on_timer(CURLM *multi, long ms, void *arg)
{
	struct cw_http *http = arg;

	(void)multi;
	http->timer_ns = ms < 0 ? INT64_MAX : http->now(http->now_arg) + ms * NS_PER_MS;
	return 0;
}

size_t cw_http_on_answer(char *p, size_t size, size_t n, void *arg)
{
	struct cw_http_call *call = arg;

	n *= size;
	if (call->answer.n + n > call->answer_max) {
		call->too_much = true;
		return 0;
	}
	cw_text_append(&call->answer, p, n);
	return n;
}

/* ---- calls -------------------------------------------------------------------------------------- */

struct cw_http_call *cw_http_call_new(struct cw_http *http)
{
	struct cw_http_call *call = cw_text_alloc(sizeof(*call));

	call->http = http;
	call->answer_max = CW_HTTP_ANSWER_MAX;
	call->easy = cw_http_make_easy(call);
	return call;
}

void cw_http_call_clear(struct cw_http_call *call)
{
	call->answer.n = 0;
	if (call->answer.cap > KEEP_BYTES)
		cw_text_free(&call->answer);
}

void cw_http_call_free(struct cw_http_call *call)
{
	if (!call)
		return;
	if (call->active) {
		curl_multi_remove_handle(call->http->multi, call->easy);
		cw_hosts_end(&call->http->hosts, call->host);
	}
	curl_easy_cleanup(call->easy);
	cw_http_sign_free(call->signed_headers);
	cw_text_free(&call->answer);
	cw_text_free(&call->target);
	cw_text_free(&call->host_url);
	free(call);
}

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

static bool is_well(const struct cw_http_call *call)
{
	return call->outcome == CW_HTTP_ANSWERED && call->status < 300;
}

/* What the call says of its host, where that is certain: what else it may say is for who asked (cw_http_refuse). */
static void note_host(const struct cw_http_call *call)
{
	struct cw_http *http = call->http;
	bool probe = call == http->probe;

	if (cw_http_is_away(call) || (probe && call->outcome == CW_HTTP_MISCONFIGURED))
		cw_hosts_failed(&http->hosts, call->host, http->now(http->now_arg), call->retry_after_ms * NS_PER_MS);
	else if (!probe && is_well(call))
		cw_hosts_worked(&http->hosts, call->host);
	else if (call->outcome == CW_HTTP_ANSWERED && (probe || !http->hosts.host[call->host].bad))
		cw_hosts_returned(&http->hosts, call->host);
}

static void set_why(struct cw_http_call *call, CURLcode code)
{
	if (call->too_much)
		snprintf(call->why, sizeof(call->why), "the answer is longer than %zu bytes", call->answer_max);
	else
		snprintf(call->why, sizeof(call->why), "%s", call->error[0] ? call->error : curl_easy_strerror(code));
}

/* What curl says of a call that ended. */
static void conclude(struct cw_http_call *call, CURLcode code)
{
	struct cw_http *http = call->http;
	curl_off_t after = 0;
	long status = 0;

	curl_multi_remove_handle(http->multi, call->easy);
	call->active = false;
	call->retry_after_ms = 0;
	if (code == CURLE_OK) {
		curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &after);
		call->outcome = CW_HTTP_ANSWERED;
		call->status = (unsigned)status;
		call->retry_after_ms = after > RETRY_AFTER_MAX_MS / 1000 ? RETRY_AFTER_MAX_MS : (int64_t)after * 1000;
	} else {
		call->outcome = misconfigured(code) ? CW_HTTP_MISCONFIGURED : CW_HTTP_UNREACHABLE;
		call->status = 0;
		set_why(call, code);
	}
	note_host(call);
	cw_hosts_end(&http->hosts, call->host);
	if (call == http->probe)
		cw_http_call_clear(call);
	else
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

static void set_headers(struct cw_http_call *call, struct curl_slist *list, struct cw_slice body)
{
	if (call->http->keys) {
		cw_http_sign_free(call->signed_headers);
		list = call->signed_headers = cw_http_sign(call, list, body);
	}
	curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, list);
}

/* To one of the hosts. */
static void begin(struct cw_http_call *call, size_t host, const char *method, const char *path, struct cw_slice body,
		  bool gzip)
{
	struct cw_http *http = call->http;
	CURL *easy = call->easy;

	call->host = host;
	cw_hosts_begin(&http->hosts, host);
	call->target.n = call->answer.n = call->host_url.n = 0;
	call->too_much = false;
	call->error[0] = call->why[0] = '\0';
	cw_text_append(&call->host_url, http->hosts.host[host].url, strlen(http->hosts.host[host].url) + 1);
	call->url = call->host_url.p;
	cw_text_puts(&call->target, call->url);
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
	set_headers(call, strcmp(method, "POST") != 0 ? http->headers_json : gzip ? http->headers_gzip : http->headers, body);
	call->active = true;
	if (curl_multi_add_handle(http->multi, easy) != CURLM_OK) {
		conclude(call, CURLE_FAILED_INIT);
		return;
	}
	act(http, CURL_SOCKET_TIMEOUT, 0); /* on a kept connection this sends at once */
}

void cw_http_send(struct cw_http_call *call, const char *method, const char *path, struct cw_slice body, bool gzip)
{
	struct cw_http *http = call->http;

	begin(call, cw_hosts_pick(&http->hosts, http->now(http->now_arg)), method, path, body, gzip);
}

/* Asks a host that is set aside whether it is there again. Returns when to look next. */
static int64_t try_hosts(struct cw_http *http)
{
	int64_t due_ns;
	size_t i;

	if (http->hosts.n < 2 || (http->probe && http->probe->active))
		return INT64_MAX;
	i = cw_hosts_to_try(&http->hosts, http->now(http->now_arg), &due_ns);
	if (i == http->hosts.n)
		return due_ns;
	if (!http->probe) {
		http->probe = cw_http_call_new(http);
		curl_easy_setopt(http->probe->easy, CURLOPT_TIMEOUT_MS, PROBE_TIMEOUT_MS);
	}
	begin(http->probe, i, "GET", "/", cw_slice(NULL, 0), false);
	return INT64_MAX;
}

void cw_http_list(struct cw_http *http, char *const *urls, size_t n)
{
	cw_hosts_list(&http->hosts, urls, n);
	cw_http_keep_connections(http);
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
	int64_t due_ns;

	move_timer(http);
	collect(http);
	due_ns = try_hosts(http);
	if (http->timer_ns < due_ns)
		due_ns = http->timer_ns;
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
	if (due_ns != INT64_MAX && timeout_ns > 0) {
		int64_t left = due_ns - http->now(http->now_arg);

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

bool cw_http_refuse(const struct cw_http_call *call, bool *news)
{
	struct cw_hosts *hosts = &call->http->hosts;

	*news = false;
	if (strcmp(hosts->host[call->host].url, call->url) == 0) /* its place may be another's since the call ended */
		*news = cw_hosts_refused(hosts, call->host, call->http->now(call->http->now_arg));
	return cw_hosts_left(hosts);
}

bool cw_http_has_other(const struct cw_http *http)
{
	return http->hosts.n > 1 && cw_hosts_any(&http->hosts);
}
