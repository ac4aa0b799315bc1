#include "ctl/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ctl/table.h"
#include "ctl/warnings.h"
#include "ctl/worker_url.h"

struct cw_client {
	CURL *curl;
	struct cw_worker_url url;
	char error[CURL_ERROR_SIZE];
	struct cw_reply *reply; /* of the request that is under way */
	void (*warn)(void *arg, const char *text); /* NULL: nobody wants to know */
	void *warn_arg;
};

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	cw_buf_append(arg, p, size * n);
	return size * n;
}

/* The value of a header field that has this name ("ETag:"); new, or NULL: it has another. */
static char *value_of(const char *line, size_t length, const char *name)
{
	size_t at = strlen(name);
	char *value;

	if (length <= at || strncasecmp(line, name, at) != 0)
		return NULL;
	while (at < length && line[at] == ' ')
		at++;
	value = cw_strndup(line + at, length - at);
	value[strcspn(value, "\r\n")] = '\0';
	return value;
}

static void tell_warnings(const struct cw_client *client, const char *value)
{
	char *text;

	while (client->warn && (text = cw_warning_next(&value))) {
		client->warn(client->warn_arg, text);
		free(text);
	}
}

/* Keeps the ETag, as it came, and tells warnings. */
static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct cw_client *client = arg;
	char *etag = value_of(p, size * n, "ETag:");
	CW_AUTO_FREE char *warning = value_of(p, size * n, "Warning:");

	if (etag) {
		free(client->reply->etag);
		client->reply->etag = etag;
	}
	if (warning)
		tell_warnings(client, warning);
	return size * n;
}

static void set_credentials(CURL *curl, const struct cw_map *target)
{
	const char *user = cw_map_get(target, "user"), *password = cw_map_get(target, "password");
	const char *token = cw_map_get(target, "token");

	if (token) {
		curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, token);
	} else if (user) {
		curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(curl, CURLOPT_USERNAME, user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, password ? password : "");
	}
}

/* Files that cannot be read are told here, since of some curl says no more than that they do not work. */
static int set_tls(CURL *curl, const struct cw_map *target, struct cw_error *err)
{
	static const struct {
		const char *key;
		CURLoption option;
	} files[] = { { "ca", CURLOPT_CAINFO }, { "cert", CURLOPT_SSLCERT }, { "key", CURLOPT_SSLKEY } };
	const char *insecure = cw_map_get(target, "insecure");

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *path = cw_map_get(target, files[i].key);

		if (path && access(path, R_OK) != 0)
			return cw_error_set(err, CW_ERR_INVALID,
					    "%s cannot be read: %s; it is named with --%s, or in the context", path,
					    strerror(errno), files[i].key);
		if (path)
			curl_easy_setopt(curl, files[i].option, path);
	}
	if (insecure && strcmp(insecure, "true") == 0) {
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	return 0;
}

struct cw_client *cw_client_new(const struct cw_map *target, int64_t timeout_ms, struct cw_error *err)
{
	struct cw_client *client = cw_alloc(sizeof(*client));

	client->curl = curl_easy_init();
	if (!client->curl)
		cw_error_set(err, CW_ERR_FATAL, "libcurl cannot be started");
	if (!client->curl || cw_worker_url_read(cw_map_get(target, "url"), &client->url, err) ||
	    set_tls(client->curl, target, err)) {
		cw_client_free(client);
		return NULL;
	}
	if (client->url.socket)
		curl_easy_setopt(client->curl, CURLOPT_UNIX_SOCKET_PATH, client->url.socket);
	curl_easy_setopt(client->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(client->curl, CURLOPT_ERRORBUFFER, client->error);
	curl_easy_setopt(client->curl, CURLOPT_USERAGENT, "workerctl/" PACKAGE_VERSION);
	curl_easy_setopt(client->curl, CURLOPT_HEADERFUNCTION, on_header);
	set_credentials(client->curl, target);
	cw_client_set_timeout(client, timeout_ms);
	return client;
}

void cw_client_free(struct cw_client *client)
{
	if (!client)
		return;
	if (client->curl)
		curl_easy_cleanup(client->curl);
	cw_worker_url_free(&client->url);
	free(client);
}

void cw_client_on_warning(struct cw_client *client, void (*warn)(void *arg, const char *text), void *arg)
{
	client->warn = warn;
	client->warn_arg = arg;
}

const char *cw_client_url(const struct cw_client *client)
{
	return client->url.shown;
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
	return cw_format("%s answered with HTTP status %d and no message%s", client->url.shown, reply->status,
			 reply->body ? "" : "; is it a Kafka Connect worker?");
}

static struct curl_slist *headers_of(const struct cw_request *request)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json, text/plain;q=0.9");
	CW_AUTO_FREE char *if_match = request->if_match ? cw_format("If-Match: %s", request->if_match) : NULL;

	headers = curl_slist_append(headers, "Content-Type: application/json");
	headers = curl_slist_append(headers, "Expect:");
	return if_match ? curl_slist_append(headers, if_match) : headers;
}

/* All but the body; the headers are to be freed with unset_request(). */
static struct curl_slist *set_request(struct cw_client *client, const struct cw_request *request,
				      struct cw_reply *reply)
{
	CW_AUTO_FREE char *url = cw_format("%s%s", client->url.base, request->path);
	struct curl_slist *headers = headers_of(request);

	client->error[0] = '\0';
	client->reply = reply;
	curl_easy_setopt(client->curl, CURLOPT_URL, url);
	curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, request->method);
	curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &reply->text);
	curl_easy_setopt(client->curl, CURLOPT_HEADERDATA, client);
	curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, NULL);
	curl_easy_setopt(client->curl, CURLOPT_HTTPGET, 1L);
	return headers;
}

static void unset_request(struct cw_client *client, struct curl_slist *headers)
{
	curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
}

static CURLcode perform(struct cw_client *client, const struct cw_request *request, struct cw_reply *reply)
{
	char *sent = request->body ? json_dumps(request->body, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	struct curl_slist *headers = set_request(client, request, reply);
	CURLcode code;

	if (sent) {
		curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, sent);
		curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(sent));
	}
	code = curl_easy_perform(client->curl);
	unset_request(client, headers);
	free(sent);
	return code;
}

static enum cw_client_failure failure_of(CURLcode code, const char *text)
{
	if (strstr(text, "certificate required"))
		return CW_CLIENT_WANTS_CERTIFICATE;
	switch (code) {
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE: return CW_CLIENT_BAD_FILE;
	case CURLE_PEER_FAILED_VERIFICATION: return CW_CLIENT_UNTRUSTED;
	case CURLE_SSL_CONNECT_ERROR:
		return strstr(text, "wrong version number") ? CW_CLIENT_NO_TLS : CW_CLIENT_NO_ANSWER;
	case CURLE_GOT_NOTHING:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY: return CW_CLIENT_NO_HTTP;
	default: return CW_CLIENT_NO_ANSWER;
	}
}

/* Of a socket that nobody listens on curl speaks as of a port of localhost. */
static void tell_failure(const struct cw_client *client, CURLcode code, struct cw_reply *reply)
{
	const char *text = client->error[0] ? client->error : curl_easy_strerror(code);
	long number = 0;

	reply->failure = failure_of(code, text);

	if (client->url.socket && code == CURLE_COULDNT_CONNECT) {
		curl_easy_getinfo(client->curl, CURLINFO_OS_ERRNO, &number);
		text = number ? strerror((int)number) : "nobody listens on it";
	}
	reply->message = reply->failure == CW_CLIENT_BAD_FILE ?
				 cw_format("the files for TLS cannot be used: %s", text) :
				 cw_format("cannot reach %s: %s", client->url.shown, text);
}

/* What came as an answer of 2xx: 0; else -1, and its message. */
static int conclude(struct cw_client *client, CURLcode code, struct cw_reply *reply)
{
	long status = 0;

	if (code != CURLE_OK) {
		tell_failure(client, code, reply);
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

int cw_client_send(struct cw_client *client, const struct cw_request *request, struct cw_reply *reply)
{
	*reply = (struct cw_reply){ 0 };
	return conclude(client, perform(client, request, reply), reply);
}

int cw_client_call(struct cw_client *client, const char *method, const char *path, const json_t *body,
		   struct cw_reply *reply)
{
	return cw_client_send(client, &(struct cw_request){ .method = method, .path = path, .body = body }, reply);
}

/* ---- answers that go on -------------------------------------------------------------------- */

struct following {
	struct cw_client *client;
	const struct cw_client_lines *lines;
	struct cw_reply *reply;
	struct cw_buf part; /* of a line */
	int64_t heard_ms;
};

static void take_lines(struct following *f, const char *p, size_t n)
{
	const char *end;

	for (; (end = memchr(p, '\n', n)); n -= (size_t)(end + 1 - p), p = end + 1) {
		cw_buf_append(&f->part, p, (size_t)(end - p));
		cw_buf_append(&f->part, "", 1);
		f->lines->line(f->lines->arg, f->part.p);
		f->part.n = 0;
	}
	cw_buf_append(&f->part, p, n);
}

static size_t on_part(char *p, size_t size, size_t n, void *arg)
{
	struct following *f = arg;
	long status = 0;

	f->heard_ms = cw_clock_ms();
	curl_easy_getinfo(f->client->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status == 200)
		take_lines(f, p, size * n);
	else
		cw_buf_append(&f->reply->text, p, size * n);
	return size * n;
}

/* Until it has ended, with its code, or was stopped, or is silent for too long. */
static enum cw_client_end follow(struct following *f, CURLM *multi, CURLcode *code)
{
	struct curl_waitfd stop = { .fd = f->lines->stop_fd, .events = CURL_WAIT_POLLIN };
	const CURLMsg *message;
	int running = 1, ignored;

	f->heard_ms = cw_clock_ms();
	for (;;) {
		int64_t left_ms = f->heard_ms + f->lines->silence_ms - cw_clock_ms();

		if (curl_multi_perform(multi, &running) != CURLM_OK || !running)
			break;
		if (left_ms <= 0) {
			*code = CURLE_OPERATION_TIMEDOUT;
			snprintf(f->client->error, sizeof(f->client->error), "no sign of life for %g s",
				 (double)f->lines->silence_ms / 1000);
			return CW_CLIENT_FAILED;
		}
		curl_multi_poll(multi, &stop, stop.fd >= 0, (int)left_ms, NULL);
		if (stop.revents)
			return CW_CLIENT_STOPPED;
	}
	message = curl_multi_info_read(multi, &ignored);
	*code = message ? message->data.result : CURLE_FAILED_INIT;
	return *code == CURLE_OK ? CW_CLIENT_ENDED : CW_CLIENT_FAILED;
}

enum cw_client_end cw_client_follow(struct cw_client *client, const char *path, const struct cw_client_lines *lines,
				    struct cw_reply *reply)
{
	struct cw_request request = { .method = "GET", .path = path };
	struct following f = { .client = client, .lines = lines, .reply = reply };
	struct curl_slist *headers;
	CURLM *multi = curl_multi_init();
	CURLcode code = CURLE_OK;
	enum cw_client_end end;

	*reply = (struct cw_reply){ 0 };
	headers = set_request(client, &request, reply);
	curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, on_part);
	curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &f);
	curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, 0L);
	curl_multi_add_handle(multi, client->curl);
	end = follow(&f, multi, &code);
	if (end != CW_CLIENT_STOPPED && conclude(client, code, reply) != 0)
		end = CW_CLIENT_FAILED;
	curl_multi_remove_handle(multi, client->curl);
	curl_multi_cleanup(multi);
	unset_request(client, headers);
	cw_buf_free(&f.part);
	return end;
}

void cw_reply_free(struct cw_reply *reply)
{
	json_decref(reply->body);
	cw_buf_free(&reply->text);
	free(reply->etag);
	free(reply->message);
	*reply = (struct cw_reply){ 0 };
}

char *cw_client_escape(const struct cw_client *client, const char *name)
{
	char *escaped = curl_easy_escape(client->curl, name, 0), *copy = cw_strdup(escaped);

	curl_free(escaped);
	return copy;
}
