/* connect-devstore over its socket: routes, bodies, answers, faults, and several clients at once. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "devstore/api.h"
#include "unit.h"

struct server {
	struct cw_api api;
	struct cw_http *http;
};

struct got {
	int status;
	CURLcode code;
	struct cw_buf body, headers;
};

static struct server *begin(void)
{
	struct server *s = cw_alloc(sizeof(*s));
	struct cw_error err = { 0 };

	s->api.store = cw_store_open(":memory:", &err);
	s->api.faults = cw_faults_new();
	s->http = cw_http_start("127.0.0.1:0", cw_api_handle, &s->api, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s->http);
	return s;
}

static void end(struct server *s)
{
	cw_http_stop(s->http);
	cw_faults_free(s->api.faults);
	cw_store_close(s->api.store);
	free(s);
}

static size_t on_data(char *p, size_t size, size_t n, void *arg)
{
	cw_buf_append(arg, p, size * n);
	return size * n;
}

/* header: one more request header, or NULL. Free with got_free(). */
static struct got ask_bytes(struct server *s, const char *method, const char *path, const char *header,
			    const void *body, size_t n)
{
	CW_AUTO_FREE char *url = cw_format("http://%s%s", cw_http_address(s->http), path);
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	CURL *curl = curl_easy_init();
	struct got got = { 0 };
	long status = 0;

	headers = curl_slist_append(headers, header ? header : "X-Nothing: at all");
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &got.body);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &got.headers);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_NOBODY, strcmp(method, "HEAD") == 0 ? 1L : 0L);
	if (body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)n);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	got.code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	got.status = (int)status;
	cw_buf_puts(&got.body, "");
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
	return got;
}

static struct got ask(struct server *s, const char *method, const char *path, const char *body)
{
	return ask_bytes(s, method, path, NULL, body, body ? strlen(body) : 0);
}

static void got_free(struct got *got)
{
	cw_buf_free(&got->body);
	cw_buf_free(&got->headers);
}

/* Asks, and compares the status and a part of the body. */
static void expect(struct server *s, const char *method, const char *path, const char *body, int status,
		   const char *part)
{
	struct got got = ask(s, method, path, body);

	CU_ASSERT_EQUAL(got.status, status);
	CU_ASSERT_PTR_NOT_NULL(strstr(got.body.p, part));
	if (got.status != status || !strstr(got.body.p, part))
		fprintf(stderr, "\n%s %s: %d %s\n  expected %d %s\n", method, path, got.status, got.body.p, status,
			part);
	got_free(&got);
}

static void test_root__looks_like_elasticsearch_and_says_what_it_is(void)
{
	struct server *s = begin();
	struct got got = ask(s, "GET", "/", NULL);

	CU_ASSERT_EQUAL(got.status, 200);
	CU_ASSERT_PTR_NOT_NULL(strstr(got.headers.p, "X-elastic-product: Elasticsearch"));
	CU_ASSERT_PTR_NOT_NULL(strstr(got.body.p, "\"number\":\"" CW_ES_VERSION "\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(got.body.p, "for development"));
	got_free(&got);
	expect(s, "GET", "/?pretty", NULL, 200, "{\n  \"name\"");
	expect(s, "HEAD", "/", NULL, 200, "");
	expect(s, "GET", "/_cluster/health", NULL, 200, "\"status\":\"green\"");
	end(s);
}

static void test_routes__refuse_what_they_do_not_know(void)
{
	struct server *s = begin();
	struct got got;

	expect(s, "GET", "/_nope", NULL, 400, "no handler found for uri [/_nope] and method [GET]");
	expect(s, "GET", "/a/b/c/d/e/f/g/h/i/j", NULL, 400, "no handler found");
	got = ask(s, "DELETE", "/_bulk", NULL);
	CU_ASSERT_EQUAL(got.status, 405);
	CU_ASSERT_PTR_NOT_NULL(strstr(got.headers.p, "Allow: POST, PUT\r\n"));
	got_free(&got);
	expect(s, "GET", "/_search?sized=1", NULL, 400, "unrecognized parameter: [sized] -> did you mean [size]?");
	expect(s, "GET", "/nowhere", NULL, 404, "no such index [nowhere]");
	expect(s, "GET", "/nowhere/_search", NULL, 404, "index_not_found_exception");
	expect(s, "GET", "/nowhere*/_search", NULL, 200, "\"value\":0");
	expect(s, "GET", "/nowhere/_count?ignore_unavailable=true", NULL, 200, "\"count\":0");
	expect(s, "POST", "/_search", "{\"query\":", 400, "no JSON: line 1, column 9");
	expect(s, "POST", "/_search", "[]", 400, "must be a JSON object");
	end(s);
}

static void test_index__lives_and_dies(void)
{
	struct server *s = begin();

	expect(s, "PUT", "/a1",
	       "{\"mappings\":{\"properties\":{\"n\":{\"type\":\"long\"}}},\"aliases\":{\"alias\":{}}}", 200,
	       "\"index\":\"a1\"");
	expect(s, "PUT", "/a1", NULL, 400, "resource_already_exists_exception");
	expect(s, "PUT", "/A", NULL, 400, "must be lowercase");
	expect(s, "PUT", "/b", "{\"mapping\":{}}", 400, "unknown field [mapping] did you mean [mappings]?");
	expect(s, "HEAD", "/a1", NULL, 200, "");
	expect(s, "HEAD", "/a2", NULL, 404, "");
	expect(s, "GET", "/alias/_mapping", NULL, 200,
	       "{\"a1\":{\"mappings\":{\"properties\":{\"n\":{\"type\":\"long\"}}}}}");
	expect(s, "PUT", "/a1/_mapping", "{\"properties\":{\"k\":{\"type\":\"keyword\"}}}", 200, "acknowledged");
	expect(s, "PUT", "/a1/_mapping", "{\"properties\":{\"k\":{\"type\":\"ip\"}}}", 400,
	       "cannot be changed from type");
	expect(s, "GET", "/a1/_settings", NULL, 200, "\"provided_name\":\"a1\"");
	expect(s, "POST", "/a1/_refresh", NULL, 200, "\"successful\":1");
	expect(s, "GET", "/_cat/indices?h=index,docs.count", NULL, 200, "a1 0\n");
	expect(s, "GET", "/_cat/indices?v", NULL, 200, "health status index");
	expect(s, "GET", "/_cat/indices?format=json&h=index", NULL, 200, "[{\"index\":\"a1\"}]");
	expect(s, "GET", "/_cat/indices?h=nope", NULL, 400, "column [nope]");
	expect(s, "DELETE", "/a*", NULL, 200, "acknowledged");
	expect(s, "DELETE", "/a1", NULL, 404, "no such index [a1]");
	end(s);
}

static void test_template__is_kept_and_applied(void)
{
	struct server *s = begin();

	expect(s, "PUT", "/_index_template/t",
	       "{\"index_patterns\":[\"logs-*\"],\"template\":{\"mappings\":{\"properties\":"
	       "{\"ip\":{\"type\":\"ip\"}}}}}",
	       200, "acknowledged");
	expect(s, "PUT", "/_index_template/t?create=true", "{\"index_patterns\":[\"x\"]}", 400, "already exists");
	expect(s, "PUT", "/_index_template/t", "{\"pattern\":1}", 400, "unknown field [pattern]");
	expect(s, "PUT", "/_index_template/t", NULL, 400, "must be a JSON object");
	expect(s, "HEAD", "/_index_template/t", NULL, 200, "");
	expect(s, "GET", "/_index_template/t*", NULL, 200, "\"name\":\"t\"");
	expect(s, "PUT", "/logs-1/_doc/1", "{\"ip\":\"no\"}", 400, "is not an IP string literal");
	expect(s, "DELETE", "/_index_template/t", NULL, 200, "acknowledged");
	expect(s, "GET", "/_index_template/t", NULL, 404, "resource_not_found_exception");
	expect(s, "DELETE", "/_index_template/t", NULL, 404, "missing");
	expect(s, "PUT", "/_data_stream/ds", NULL, 400, "no matching index template found");
	expect(s, "PUT", "/_index_template/t", "{\"index_patterns\":[\"ds*\"],\"data_stream\":{}}", 200,
	       "acknowledged");
	expect(s, "PUT", "/_data_stream/ds", NULL, 200, "acknowledged");
	expect(s, "GET", "/_data_stream/*", NULL, 200, "\"name\":\"ds\"");
	expect(s, "DELETE", "/_data_stream/ds", NULL, 200, "acknowledged");
	expect(s, "GET", "/_data_stream/ds", NULL, 404, "no such index [ds]");
	end(s);
}

static void test_document__has_a_life_of_its_own(void)
{
	struct server *s = begin();

	expect(s, "PUT", "/i/_doc/a%2Fb+c%20d", "{\"n\":0.1}", 201, "\"_id\":\"a/b+c d\"");
	expect(s, "GET", "/i/_doc/a%2Fb+c%20d", NULL, 200, "\"_source\":{\"n\":0.1}");
	expect(s, "GET", "/i/_source/a%2Fb+c%20d", NULL, 200, "{\"n\":0.1}");
	expect(s, "HEAD", "/i/_doc/nope", NULL, 404, "");
	expect(s, "GET", "/i/_doc/nope", NULL, 404, "\"found\":false");
	expect(s, "GET", "/i/_source/nope", NULL, 404, "resource_not_found_exception");
	expect(s, "POST", "/i/_doc", "{\"n\":1}", 201, "\"result\":\"created\"");
	expect(s, "PUT", "/i/_create/1", "{\"n\":1}", 201, "created");
	expect(s, "PUT", "/i/_doc/1?op_type=create", "{\"n\":1}", 409, "document already exists");
	expect(s, "PUT", "/i/_doc/1?version=3&version_type=external", "{\"n\":2}", 200, "\"_version\":3");
	expect(s, "PUT", "/i/_doc/1?version=3&version_type=external", "{\"n\":2}", 409,
	       "version_conflict_engine_exception");
	expect(s, "PUT", "/i/_doc/1?version=3", "{\"n\":2}", 400, "go together");
	expect(s, "PUT", "/i/_doc/1?version=x&version_type=external", "{}", 400,
	       "Failed to parse long parameter [version]");
	expect(s, "PUT", "/i/_doc/1?if_seq_no=99&if_primary_term=1", "{}", 409, "required seqNo [99]");
	expect(s, "POST", "/i/_update/1", "{\"doc\":{\"m\":5}}", 200, "updated");
	expect(s, "GET", "/i/_doc/1", NULL, 200, "{\"n\":2,\"m\":5}");
	expect(s, "DELETE", "/i/_doc/1", NULL, 200, "deleted");
	expect(s, "DELETE", "/i/_doc/1", NULL, 404, "not_found");
	expect(s, "PUT", "/i/_doc/1", NULL, 400, "document is empty");
	expect(s, "GET", "/_count", NULL, 200, "\"count\":2");
	expect(s, "GET", "/i/_search?q=n:1&_source=false", NULL, 200, "\"total\":{\"value\":1,");
	expect(s, "GET", "/i/_search?size=1&sort=n:desc&filter_path=hits.hits.sort", NULL, 200,
	       "{\"hits\":{\"hits\":[{\"sort\":[1.0]}]}}");
	expect(s, "GET", "/i/_search?q=(x", NULL, 400, "[q] can be");
	expect(s, "GET", "/i/_search?size=x", NULL, 400, "[size] must be a whole number");
	end(s);
}

static const char bulk[] = "{\"index\":{\"_index\":\"b\",\"_id\":\"1\"}}\n{\"n\":1}\n"
			   "{\"create\":{\"_index\":\"b\",\"_id\":\"1\"}}\n{\"n\":2}\n"
			   "{\"index\":{\"_index\":\"b\",\"_id\":\"2\"}}\n{\"n\":\"x\"}\n"
			   "{\"delete\":{\"_index\":\"b\",\"_id\":\"3\"}}\n"
			   "{\"update\":{\"_index\":\"b\",\"_id\":\"1\"}}\n{\"doc\":{\"m\":1}}\n";

static void test_bulk__answers_item_by_item(void)
{
	struct server *s = begin();

	expect(s, "POST", "/_bulk?filter_path=errors,items.*.status", bulk, 200,
	       "{\"errors\":true,\"items\":[{\"index\":{\"status\":201}},{\"create\":{\"status\":409}},{\"index\":{"
	       "\"status\":400}},"
	       "{\"delete\":{\"status\":404}},{\"update\":{\"status\":200}}]}");
	expect(s, "POST", "/_bulk?filter_path=items.*.error.type", bulk, 200,
	       "{\"items\":[{\"create\":{\"error\":{\"type\":\"version_conflict_engine_exception\"}}},"
	       "{\"index\":{\"error\":{\"type\":\"document_parsing_exception\"}}}]}");
	expect(s, "POST", "/_bulk?filter_path=-items,-took", bulk, 200, "{\"errors\":true}");
	expect(s, "POST", "/b/_bulk", "{\"index\":{}}\n{\"n\":5}\n", 200,
	       "\"_shards\":{\"total\":1,\"successful\":1,\"failed\":0},\"_seq_no\":");
	expect(s, "POST", "/b/_bulk", "{\"index\":{}}\n{\"n\":5}", 400, "must be terminated by a newline");
	expect(s, "POST", "/b/_bulk", NULL, 400, "request body is required");
	expect(s, "GET", "/b/_count", NULL, 200, "\"count\":2");
	end(s);
}

static void test_bodies__may_be_gzip_and_must_be_json(void)
{
	struct server *s = begin();
	unsigned char packed[1024];
	z_stream z = { .next_in = (Bytef *)(uintptr_t)bulk,
		       .avail_in = sizeof(bulk) - 1,
		       .next_out = packed,
		       .avail_out = sizeof(packed) };
	struct got got;
	size_t n;

	CU_ASSERT_EQUAL(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	CU_ASSERT_EQUAL(deflate(&z, Z_FINISH), Z_STREAM_END);
	n = sizeof(packed) - z.avail_out;
	deflateEnd(&z);
	got = ask_bytes(s, "POST", "/_bulk?filter_path=errors", "Content-Encoding: gzip", packed, n);
	CU_ASSERT_EQUAL(got.status, 200);
	CU_ASSERT_STRING_EQUAL(got.body.p, "{\"errors\":true}");
	got_free(&got);
	for (int i = 0; i < 3; i++) {
		/* Cut short, followed by something else, and no gzip at all. */
		CW_AUTO_FREE char *more = cw_format("%.*s", 4, "oops");
		struct cw_buf body = { 0 };

		cw_buf_append(&body, i == 2 ? (const void *)bulk : packed, i == 0 ? n - 9 : n);
		cw_buf_puts(&body, i == 1 ? more : "");
		got = ask_bytes(s, "POST", "/_bulk", "Content-Encoding: gzip", body.p, body.n);
		CU_ASSERT_EQUAL(got.status, 400);
		CU_ASSERT_PTR_NOT_NULL(strstr(got.body.p, "Content-Encoding"));
		got_free(&got);
		cw_buf_free(&body);
	}
	got = ask_bytes(s, "POST", "/_bulk", "Content-Encoding: br", bulk, sizeof(bulk) - 1);
	CU_ASSERT_EQUAL(got.status, 400);
	got_free(&got);
	got = ask_bytes(s, "POST", "/_bulk", "Content-Type: text/plain", bulk, sizeof(bulk) - 1);
	CU_ASSERT_EQUAL(got.status, 200); /* the first Content-Type is the one that counts */
	got_free(&got);
	end(s);
}

static void test_bodies__that_are_too_large_are_refused_not_kept(void)
{
	struct server *s = begin();
	size_t n = CW_HTTP_BODY_MAX + 1, packed_n = compressBound(n) + 64;
	char *zeros = cw_alloc(n);
	unsigned char *packed = cw_alloc(packed_n);
	z_stream z = {
		.next_in = (Bytef *)zeros, .avail_in = (uInt)n, .next_out = packed, .avail_out = (uInt)packed_n
	};
	struct got got;

	CU_ASSERT_EQUAL(deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	CU_ASSERT_EQUAL(deflate(&z, Z_FINISH), Z_STREAM_END);
	got = ask_bytes(s, "POST", "/_bulk", "Content-Encoding: gzip", packed, packed_n - z.avail_out);
	CU_ASSERT_EQUAL(got.status, 413);
	CU_ASSERT_PTR_NOT_NULL(strstr(got.body.p, "content_too_long_exception"));
	got_free(&got);
	deflateEnd(&z);
	free(packed);
	free(zeros);
	end(s);
}

static void test_faults__strike_bulk_requests_as_told(void)
{
	struct server *s = begin();
	int64_t start_ms;
	struct got got;

	expect(s, "POST", "/_faults", "{\"status_503\":1,\"retry_after\":7}", 200, "\"status_503\":1.0");
	got = ask(s, "POST", "/_bulk", bulk);
	CU_ASSERT_EQUAL(got.status, 503);
	CU_ASSERT_PTR_NOT_NULL(strstr(got.headers.p, "Retry-After: 7\r\n"));
	got_free(&got);
	expect(s, "GET", "/_count", NULL, 200, "\"count\":0");
	expect(s, "POST", "/_faults", "{\"status_429\":1,\"scope\":\"all\"}", 200, "\"scope\":\"all\"");
	expect(s, "GET", "/_count", NULL, 429, "es_rejected_execution_exception");
	expect(s, "GET", "/_faults", NULL, 200, "\"status_429\":1,");
	expect(s, "POST", "/_faults", "{\"item_429\":1}", 200, "");
	expect(s, "POST", "/_bulk", bulk, 200,
	       "\"status\":429,\"error\":{\"type\":\"es_rejected_execution_exception\"");
	expect(s, "POST", "/_faults", "{\"item_400\":1}", 200, "");
	expect(s, "POST", "/_bulk", bulk, 200, "document_parsing_exception");
	expect(s, "POST", "/_faults", "{\"item_42\":1}", 400, "unknown fault [item_42], did you mean [item_429]?");
	expect(s, "POST", "/_faults", "{\"item_403\":1}", 200, "");
	expect(s, "POST", "/_bulk", bulk, 200, "\"status\":403,\"error\":{\"type\":\"cluster_block_exception\"");
	expect(s, "GET", "/_count", NULL, 200, "\"count\":0");
	expect(s, "POST", "/_faults", "{\"malformed\":1,\"late_ms\":30}", 200, "");
	start_ms = cw_clock_ms();
	expect(s, "POST", "/_bulk", bulk, 200, "<html>");
	CU_ASSERT_TRUE(cw_clock_ms() - start_ms >= 30);
	expect(s, "GET", "/_faults", NULL, 200, "\"malformed\":1,");
	expect(s, "POST", "/_faults", "{\"slow_ms\":30}", 200, "");
	start_ms = cw_clock_ms();
	expect(s, "POST", "/_bulk", bulk, 200, "took");
	CU_ASSERT_TRUE(cw_clock_ms() - start_ms >= 30);
	expect(s, "DELETE", "/_faults", NULL, 200, "\"slow_ms\":0");
	end(s);
}

static void test_faults__a_reset_cuts_the_answer_of_work_that_was_done(void)
{
	struct server *s = begin();
	struct got got;

	expect(s, "POST", "/_faults", "{\"reset\":1}", 200, "");
	got = ask(s, "POST", "/_bulk", bulk);
	CU_ASSERT_NOT_EQUAL(got.code, CURLE_OK);
	CU_ASSERT_TRUE(got.body.n > 0);
	got_free(&got);
	expect(s, "GET", "/b/_count", NULL, 200, "\"count\":1");
	end(s);
}

static void test_stop__does_not_wait_for_a_slow_answer(void)
{
	struct server *s = begin();
	CW_AUTO_FREE char *url = cw_format("http://%s/_bulk", cw_http_address(s->http));
	CURLM *multi = curl_multi_init();
	CURL *curl = curl_easy_init();
	int64_t deadline_ms = cw_clock_ms() + 10000;
	int running = 1;

	expect(s, "POST", "/_faults", "{\"slow_ms\":600000}", 200, "");
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, bulk);
	curl_multi_add_handle(multi, curl);
	/* Until the server has taken the request in: the fault is counted before the wait. */
	for (bool slow = false; !slow && cw_clock_ms() < deadline_ms;) {
		json_t *faults;

		curl_multi_perform(multi, &running);
		curl_multi_poll(multi, NULL, 0, 10, NULL);
		faults = cw_faults_to_json(s->api.faults);
		slow = json_integer_value(json_object_get(json_object_get(faults, "counters"), "slow")) > 0;
		json_decref(faults);
	}
	end(s);
	CU_ASSERT_TRUE(cw_clock_ms() < deadline_ms);
	curl_multi_remove_handle(multi, curl);
	curl_easy_cleanup(curl);
	curl_multi_cleanup(multi);
}

struct writer {
	struct server *server;
	int number;
};

static void *write_many(void *arg)
{
	const struct writer *w = arg;

	for (int i = 0; i < 10; i++) {
		struct cw_buf body = { 0 };
		struct got got;

		for (int k = 0; k < 100; k++)
			cw_buf_printf(&body, "{\"index\":{\"_index\":\"i%d\",\"_id\":\"%d-%d\"}}\n{\"n\":%d}\n", i % 3,
				      w->number, i * 100 + k, k);
		got = ask_bytes(w->server, "POST", "/_bulk?filter_path=errors", NULL, body.p, body.n);
		CU_ASSERT_STRING_EQUAL(got.body.p, "{\"errors\":false}");
		got_free(&got);
		cw_buf_free(&body);
		got = ask(w->server, "POST", "/i*/_search",
			  "{\"size\":0,\"aggs\":{\"n\":{\"stats\":{\"field\":\"n\"}}}}");
		CU_ASSERT_EQUAL(got.status, 200);
		got_free(&got);
	}
	return NULL;
}

static void test_clients__at_once_lose_nothing(void)
{
	struct server *s = begin();
	struct writer writers[4];
	pthread_t threads[4];

	for (int i = 0; i < 4; i++) {
		writers[i] = (struct writer){ .server = s, .number = i };
		CU_ASSERT_EQUAL(pthread_create(&threads[i], NULL, write_many, &writers[i]), 0);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	expect(s, "GET", "/_count", NULL, 200, "\"count\":4000,");
	end(s);
}

static void test_start__says_what_is_wrong_with_an_address(void)
{
	static const char *const cases[] = { "nowhere", "127.0.0.1:x", "127.0.0.1:70000", "1.2.3.4.5:80",
					     "127.0.0.1:" };
	struct server *s = begin();
	struct cw_error err = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cw_error bad = { 0 };

		CU_ASSERT_PTR_NULL(cw_http_start(cases[i], cw_api_handle, &s->api, &bad));
		CU_ASSERT_EQUAL(bad.code, CW_ERR_INVALID);
	}
	CU_ASSERT_PTR_NULL(cw_http_start(cw_http_address(s->http), cw_api_handle, &s->api, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "Address already in use"));
	end(s);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "root", test_root__looks_like_elasticsearch_and_says_what_it_is },
		{ "routes", test_routes__refuse_what_they_do_not_know },
		{ "indices", test_index__lives_and_dies },
		{ "templates", test_template__is_kept_and_applied },
		{ "documents", test_document__has_a_life_of_its_own },
		{ "bulk", test_bulk__answers_item_by_item },
		{ "bodies", test_bodies__may_be_gzip_and_must_be_json },
		{ "large bodies", test_bodies__that_are_too_large_are_refused_not_kept },
		{ "faults", test_faults__strike_bulk_requests_as_told },
		{ "reset", test_faults__a_reset_cuts_the_answer_of_work_that_was_done },
		{ "stop", test_stop__does_not_wait_for_a_slow_answer },
		{ "several clients", test_clients__at_once_lose_nothing },
		{ "addresses", test_start__says_what_is_wrong_with_an_address },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "devstore http", .pTests = tests }, CU_SUITE_INFO_NULL };

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cw_test_main(suites);
}
