#include "kafka/oauth_token.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/curl.h"
#include "base/hide.h"
#include "base/json_secret.h"
#include "base/mem.h"

/* Reserved at once: a buffer that grows leaves copies of a token. */
#define ANSWER_MAX ((size_t)64 << 10)
#define AFTER_MAX_S 3600 /* of a Retry-After that is kept to */

/* ---- what is in an answer ------------------------------------------------------------------------ */

/* The address for people: without a user's name and password and without a query. */
static char *place_of(const struct cw_oauth *oauth)
{
	const char *host = strstr(oauth->url, "://") + 3, *path = host + strcspn(host, "/?#"), *at = path;
	size_t end = strcspn(path, "?#");

	while (at > host && at[-1] != '@')
		at--;
	return cw_format("the token endpoint %.*s%.*s", (int)(host - oauth->url), oauth->url,
			 (int)(path - at) + (int)end, at);
}

static int digit_of(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* base64url without padding: new, *n bytes; NULL when it is none. */
static char *decode(const char *text, size_t length, size_t *n)
{
	char *out = cw_alloc(length + 1);
	unsigned bits = 0, have = 0;

	*n = 0;
	for (size_t i = 0; i < length; i++) {
		int digit = digit_of(text[i]);

		if (digit < 0) {
			free(out);
			return NULL;
		}
		bits = bits << 6 | (unsigned)digit;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[(*n)++] = (char)(bits >> have & 0xff);
		}
	}
	return out;
}

/* The claims of a JWT, HEADER.CLAIMS.SIGNATURE; new, NULL when it is none. */
static json_t *claims_of(const char *token)
{
	const char *from = strchr(token, '.');
	const char *to = from ? strchr(from + 1, '.') : NULL;
	size_t n;
	CW_AUTO_FREE char *text = to ? decode(from + 1, (size_t)(to - from) - 1, &n) : NULL;
	json_t *claims = text ? json_loadb(text, n, 0, NULL) : NULL;

	if (text)
		explicit_bzero(text, n);
	if (json_is_object(claims))
		return claims;
	json_decref(claims);
	return NULL;
}

/* Seconds; below 0: none. Some endpoints write numbers as text. */
static double seconds_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	double s = json_is_string(value) ? strtod(json_string_value(value), NULL) :
		   json_is_number(value) ? json_number_value(value) : -1;

	return isfinite(s) && s > 0 && s < 1e12 ? s : -1;
}

/* The characters that RFC 6750 lets a token have; librdkafka would show one with others. */
static bool is_token(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-._~+/=", *c))
			return false;
	return *text != '\0';
}

static int read_token(const struct cw_oauth *oauth, const json_t *answer, const char *place, int64_t now_ms,
		      struct cw_oauth_token *token, struct cw_error *err)
{
	const char *text = json_string_value(json_object_get(answer, "access_token")), *subject;
	double exp_s, in_s = seconds_of(answer, "expires_in");
	json_t *claims;

	if (!text)
		return cw_error_set(err, CW_ERR_RETRIABLE, "%s has answered without access_token", place);
	if (!is_token(text))
		return cw_error_set(err, CW_ERR_RETRIABLE, "%s has answered with an access_token that is none: it has "
				    "characters that tokens do not have", place);
	claims = claims_of(text);
	exp_s = seconds_of(claims, "exp");
	subject = json_string_value(json_object_get(claims, oauth->sub_claim));
	token->text = cw_strdup(text);
	token->principal = cw_strdup(subject && *subject ? subject : oauth->client_id);
	cw_json_free_secret(claims);
	if (exp_s < 0 && in_s < 0)
		return cw_error_set(err, CW_ERR_RETRIABLE, "%s does not say when its token expires: it has no claim exp, "
				    "and the answer no expires_in", place);
	token->expires_ms = exp_s >= 0 ? (int64_t)(exp_s * 1000) : now_ms + (int64_t)(in_s * 1000);
	if (token->expires_ms > now_ms)
		return 0;
	return cw_error_set(err, CW_ERR_RETRIABLE, "%s gives a token that expired %lld s ago; is the clock of this machine "
			    "right?", place, (long long)((now_ms - token->expires_ms) / 1000));
}

/* What an endpoint says of a failure: "invalid_client: …", without the secret; new, "" for nothing. */
static char *reason_of(const struct cw_oauth *oauth, const json_t *answer)
{
	const char *code = json_string_value(json_object_get(answer, "error"));
	const char *description = json_string_value(json_object_get(answer, "error_description"));
	CW_AUTO_FREE char *text = cw_format("%.100s%s%.300s", code ? code : "", code && description ? ": " : "",
					    description ? description : "");
	struct cw_map hidden = { 0 };
	char *out;

	for (char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = ' ';
	cw_map_set(&hidden, oauth->client_secret, "…");
	out = cw_hide(text, &hidden);
	cw_map_free_secret(&hidden);
	return out;
}

static int refuse(const struct cw_oauth *oauth, long status, const json_t *answer, const char *place,
		  struct cw_error *err)
{
	CW_AUTO_FREE char *reason = reason_of(oauth, answer);

	return cw_error_set(err, CW_ERR_RETRIABLE, "%s gives the client %.100s no token: HTTP status %ld%s%s", place,
			    oauth->client_id, status, *reason ? ", " : "", reason);
}

int cw_oauth_token_read(const struct cw_oauth *oauth, long status, const char *body, size_t n, int64_t now_ms,
			struct cw_oauth_token *token, struct cw_error *err)
{
	CW_AUTO_FREE char *place = place_of(oauth);
	json_t *answer = json_loadb(body, n, 0, NULL);
	int ret;

	*token = (struct cw_oauth_token){ 0 };
	if (status != 200 && status != 201)
		ret = refuse(oauth, status, answer, place, err);
	else if (!json_is_object(answer))
		ret = cw_error_set(err, CW_ERR_RETRIABLE, "%s has answered with what is no JSON object", place);
	else
		ret = read_token(oauth, answer, place, now_ms, token, err);
	cw_json_free_secret(answer);
	return ret;
}

void cw_oauth_token_free(struct cw_oauth_token *token)
{
	cw_free_secret(token->text);
	free(token->principal);
	*token = (struct cw_oauth_token){ 0 };
}

/* ---- asking -------------------------------------------------------------------------------------- */

static bool stopping(const void *arg)
{
	const _Atomic bool *stop = arg;

	return atomic_load(stop);
}

static void set_client(CURL *curl, const struct cw_oauth *oauth)
{
	char *(*encode)(const char *text) = oauth->urlencode ? cw_curl_escape : cw_strdup;
	CW_AUTO_FREE char *id = encode(oauth->client_id);
	CW_AUTO_FREE_SECRET char *secret = encode(oauth->client_secret);
	CW_AUTO_FREE char *scope = oauth->scope ? cw_curl_escape(oauth->scope) : NULL;
	CW_AUTO_FREE char *body = cw_format("grant_type=client_credentials%s%s", scope ? "&scope=" : "",
					    scope ? scope : "");

	curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	curl_easy_setopt(curl, CURLOPT_USERNAME, id);
	curl_easy_setopt(curl, CURLOPT_PASSWORD, secret);
	curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, body);
}

static void set_up(CURL *curl, const struct cw_oauth *oauth)
{
	int64_t whole_ms = oauth->connect_timeout_ms + oauth->read_timeout_ms;

	curl_easy_setopt(curl, CURLOPT_URL, oauth->url);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)oauth->connect_timeout_ms);
	/* The connection's time is not the answer's. */
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(whole_ms < INT32_MAX ? whole_ms : INT32_MAX));
	if (oauth->ca)
		curl_easy_setopt(curl, CURLOPT_CAINFO, oauth->ca);
	set_client(curl, oauth);
}

/* 0 with an answer of whatever status; -1 with *err. */
static int ask(const struct cw_oauth *oauth, const _Atomic bool *stop, struct cw_buf *body, long *status,
	       int64_t *after_ms, struct cw_error *err)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
	CW_AUTO_FREE char *place = place_of(oauth);
	struct cw_curl_call call = { body, ANSWER_MAX, stopping, stop, "" };
	CURL *curl = curl_easy_init();
	CURLcode code = CURLE_FAILED_INIT;
	curl_off_t after_s = 0;

	if (curl) {
		cw_curl_set_up(curl, &call);
		set_up(curl, oauth);
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		code = curl_easy_perform(curl);
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
		curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &after_s);
		curl_easy_cleanup(curl);
	}
	curl_slist_free_all(headers);
	*after_ms = (after_s < AFTER_MAX_S ? (int64_t)after_s : AFTER_MAX_S) * 1000;
	if (code == CURLE_OK)
		return 0;
	if (code == CURLE_WRITE_ERROR)
		return cw_error_set(err, CW_ERR_RETRIABLE, "%s has answered with more than %zu KiB", place, ANSWER_MAX >> 10);
	return cw_error_set(err, CW_ERR_RETRIABLE, "%s cannot be asked: %s", place, cw_curl_why(&call, code));
}

int cw_oauth_token_fetch(const struct cw_oauth *oauth, const _Atomic bool *stop, struct cw_oauth_token *token,
			 int64_t *after_ms, struct cw_error *err)
{
	struct cw_buf body = { 0 };
	long status = 0;
	int ret;

	*token = (struct cw_oauth_token){ 0 };
	cw_buf_reserve(&body, ANSWER_MAX);
	cw_buf_puts(&body, "");
	ret = ask(oauth, stop, &body, &status, after_ms, err);
	if (ret == 0)
		ret = cw_oauth_token_read(oauth, status, body.p, body.n, cw_clock_epoch_ms(), token, err);
	cw_buf_free_secret(&body);
	return ret;
}
