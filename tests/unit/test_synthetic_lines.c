/* The lines: their grammar (by PCRE2, jansson and libc, not by our own code), their purity, their traffic. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <arpa/inet.h>
#include <math.h>
#include <pcre2.h>
#include <time.h>

#include "synthetic.h"
#include "unit.h"

#define LINES 200000u

/* ---- an independent reader ------------------------------------------------------------------------- */

struct fields {
	char ip[64], when[64], method[16], endpoint[128], protocol[16], referrer[256], agent[256];
	int status;
	long size; /* -1: "-" */
};

#define OCTET "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"
#define ADDRESS "(?<ip>" OCTET "(?:\\." OCTET "){3})"
#define MONTH "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
#define CLOCK "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d"
#define REQUEST                                                                                                        \
	"\"(?<method>GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE) (?<endpoint>/[!-~]*) "                              \
	"(?<protocol>HTTP/[12]\\.[01])\""
#define RESULT "(?<status>[2-5]\\d\\d) (?<size>-|0|[1-9]\\d*)"
#define CLIENT " \"(?<referrer>-|https?://[!#-~]+)\" \"(?<agent>[ !#-~]+)\""
#define APACHE_TIME "\\[(?<when>\\d\\d/" MONTH "/\\d{4}:" CLOCK ") \\+0000\\]"

static const char *const grammars[] = {
	[CW_LINE_ACCESS] =
		"^" ADDRESS " - - \\[(?<when>" MONTH " \\d\\d \\d{4}, " CLOCK ")\\] " REQUEST " " RESULT CLIENT "\\z",
	[CW_LINE_COMMON] = "^" ADDRESS " - - " APACHE_TIME " " REQUEST " " RESULT "\\z",
	[CW_LINE_COMBINED] = "^" ADDRESS " - - " APACHE_TIME " " REQUEST " " RESULT CLIENT "\\z",
};
static const char *const times[] = { "%b %d %Y, %H:%M:%S", "%d/%b/%Y:%H:%M:%S", "%d/%b/%Y:%H:%M:%S",
				     "%Y-%m-%dT%H:%M:%S" };
static const char *const names[] = { "format=access", "format=common", "format=combined", "format=json" };

struct reader {
	enum cw_line_format format;
	pcre2_code *code;
	pcre2_match_data *match;
};

static void reader_open(struct reader *reader, enum cw_line_format format)
{
	int number;
	size_t at;

	memset(reader, 0, sizeof(*reader));
	reader->format = format;
	if (format == CW_LINE_JSON)
		return;
	reader->code = pcre2_compile((PCRE2_SPTR)grammars[format], PCRE2_ZERO_TERMINATED, PCRE2_DOLLAR_ENDONLY, &number,
				     &at, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(reader->code);
	pcre2_jit_compile(reader->code, PCRE2_JIT_COMPLETE);
	reader->match = pcre2_match_data_create_from_pattern(reader->code, NULL);
}

static void reader_close(struct reader *reader)
{
	pcre2_match_data_free(reader->match);
	pcre2_code_free(reader->code);
}

static void group(const struct reader *reader, const char *name, char *out, size_t size)
{
	PCRE2_SIZE n = size;

	if (pcre2_substring_copy_byname(reader->match, (PCRE2_SPTR)name, (PCRE2_UCHAR *)out, &n) != 0)
		out[0] = '\0';
}

static bool read_text(const struct reader *reader, const char *line, size_t n, struct fields *f)
{
	char number[32];

	if (pcre2_match(reader->code, (PCRE2_SPTR)line, n, 0, 0, reader->match, NULL) <= 0)
		return false;
	group(reader, "ip", f->ip, sizeof(f->ip));
	group(reader, "when", f->when, sizeof(f->when));
	group(reader, "method", f->method, sizeof(f->method));
	group(reader, "endpoint", f->endpoint, sizeof(f->endpoint));
	group(reader, "protocol", f->protocol, sizeof(f->protocol));
	group(reader, "status", number, sizeof(number));
	f->status = atoi(number);
	group(reader, "size", number, sizeof(number));
	f->size = number[0] == '-' ? -1 : atol(number);
	if (reader->format != CW_LINE_COMMON) {
		group(reader, "referrer", f->referrer, sizeof(f->referrer));
		group(reader, "agent", f->agent, sizeof(f->agent));
	}
	return true;
}

static bool read_json(const char *line, size_t n, struct fields *f)
{
	json_t *json = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL);
	const char *ip, *when, *method, *endpoint, *protocol, *agent;
	json_t *referrer;
	json_int_t size;
	bool ok = json_unpack_ex(json, NULL, JSON_STRICT, "{s:s, s:s, s:s, s:s, s:s, s:i, s:I, s:o, s:s}", "ip", &ip,
				 "@timestamp", &when, "method", &method, "endpoint", &endpoint, "protocol", &protocol,
				 "status", &f->status, "size", &size, "referrer", &referrer, "user_agent", &agent) == 0;

	if (ok) {
		snprintf(f->ip, sizeof(f->ip), "%s", ip);
		snprintf(f->when, sizeof(f->when), "%s", when);
		snprintf(f->method, sizeof(f->method), "%s", method);
		snprintf(f->endpoint, sizeof(f->endpoint), "%s", endpoint);
		snprintf(f->protocol, sizeof(f->protocol), "%s", protocol);
		snprintf(f->referrer, sizeof(f->referrer), "%s",
			 json_is_null(referrer) ? "-" : json_string_value(referrer));
		snprintf(f->agent, sizeof(f->agent), "%s", agent);
		f->size = size ? (long)size : -1;
	}
	json_decref(json);
	return ok;
}

/* A time that exists: libc reads it and writes the same again. */
static bool read_time(const char *format, const char *text, int64_t *epoch_s)
{
	struct tm tm = { 0 }, again;
	const char *end = strptime(text, format, &tm);
	char back[64];
	time_t t;

	if (!end || *end)
		return false;
	t = timegm(&tm);
	*epoch_s = t;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	return strftime(back, sizeof(back), format, gmtime_r(&t, &again)) > 0 && strcmp(back, text) == 0;
#pragma GCC diagnostic pop
}

/* The fields of a line in which every field is valid; false for any other. */
static bool read_line(const struct reader *reader, const char *line, size_t n, struct fields *f, int64_t *epoch_s)
{
	struct in_addr address;

	memset(f, 0, sizeof(*f));
	if (!(reader->format == CW_LINE_JSON ? read_json(line, n, f) : read_text(reader, line, n, f)))
		return false;
	return inet_pton(AF_INET, f->ip, &address) == 1 && read_time(times[reader->format], f->when, epoch_s) &&
	       f->status >= 200 && f->status <= 599;
}

/* Reserved blocks, said again in another way than the generator does. */
static bool is_public(const char *ip)
{
	unsigned a, b, c, d;

	if (sscanf(ip, "%u.%u.%u.%u", &a, &b, &c, &d) != 4)
		return false;
	if (a == 0 || a == 10 || a == 127 || a >= 224 || d == 0 || d == 255)
		return false;
	if ((a == 100 && b >= 64 && b <= 127) || (a == 169 && b == 254) || (a == 172 && b >= 16 && b <= 31))
		return false;
	if (a == 192 && (b == 168 || (b == 0 && (c == 0 || c == 2)) || (b == 88 && c == 99)))
		return false;
	return !(a == 198 && (b == 18 || b == 19 || (b == 51 && c == 100))) && !(a == 203 && b == 0 && c == 113);
}

/* ---- grammar --------------------------------------------------------------------------------------- */

static bool fits_together(const struct fields *f, bool common)
{
	bool get = strcmp(f->method, "GET") == 0, head = strcmp(f->method, "HEAD") == 0;

	if ((head || f->status == 304 || f->status == 204) && f->size != -1)
		return false;
	if ((f->status == 304 && !get && !head) || (f->status == 206 && !get))
		return false;
	if (get && f->status == 200 && f->size < 100)
		return false;
	if (common)
		return true;
	if (strncmp(f->agent, "Mozilla/5.0", 11) != 0 && strcmp(f->referrer, "-") != 0)
		return false; /* curl and the like send none */
	return !strstr(f->agent, "bot") || get || head;
}

static void check_format(enum cw_line_format format)
{
	struct cw_synthetic *g = cw_settings_generator(2, names[format], "records.per.second=0",
						       "log.records.per.second=3", "seed=-77", NULL);
	unsigned wrong = 0, private = 0, unfit = 0, back = 0, other_time = 0;
	struct cw_cursor cursor;
	struct reader reader;
	int64_t last = 0;

	reader_open(&reader, format);
	cw_cursor_init(&cursor, g, 1);
	for (uint64_t k = 0; k < LINES; k++) {
		char line[CW_SYNTHETIC_LINE_MAX];
		size_t n = cw_cursor_write(&cursor, k, line);
		struct fields f;
		int64_t when;

		if (!read_line(&reader, line, n, &f, &when)) {
			if (wrong++ == 0)
				fprintf(stderr, "not valid: %.*s\n", (int)n, line);
			continue;
		}
		private += !is_public(f.ip);
		unfit += !fits_together(&f, format == CW_LINE_COMMON);
		other_time += when != cursor.second.epoch_s;
		back += when < last;
		last = when;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(private, 0);
	CU_ASSERT_EQUAL(unfit, 0);
	CU_ASSERT_EQUAL(back, 0);
	CU_ASSERT_EQUAL(other_time, 0);
	reader_close(&reader);
	cw_synthetic_free(g);
}

static void test_lines__access_is_valid_in_every_field(void) { check_format(CW_LINE_ACCESS); }
static void test_lines__common_is_valid_in_every_field(void) { check_format(CW_LINE_COMMON); }
static void test_lines__combined_is_valid_in_every_field(void) { check_format(CW_LINE_COMBINED); }
static void test_lines__json_is_valid_in_every_field(void) { check_format(CW_LINE_JSON); }

/* Golden: these bytes may never change, or replays of a running series would. */
static void test_lines__golden(void)
{
	static const struct {
		const char *format;
		uint32_t task;
		uint64_t k;
		const char *line;
	} golden[] = {
#include "synthetic_golden.h"
	};

	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		struct cw_synthetic *g = cw_settings_generator(4, golden[i].format, "start.time=2026-01-21T22:23:40Z",
							       "malformed.share=0.1", "records.per.second=50", NULL);
		char line[CW_SYNTHETIC_LINE_MAX + 1];
		size_t n = cw_synthetic_line(g, golden[i].task, golden[i].k, line);

		line[n] = '\0';
		CU_ASSERT_STRING_EQUAL(line, golden[i].line);
		if (strcmp(line, golden[i].line) != 0)
			fprintf(stderr, "is: %s\n", line);
		cw_synthetic_free(g);
	}
}

/* ---- purity ----------------------------------------------------------------------------------------- */

static void test_lines__any_order_gives_the_same(void)
{
	struct cw_synthetic *g = cw_settings_generator(3, "malformed.share=0.2", "records.per.second=0", NULL);
	struct cw_synthetic *h = cw_settings_generator(3, "malformed.share=0.2", "records.per.second=0", NULL);
	struct cw_cursor forward, jumping;
	unsigned different = 0;

	cw_cursor_init(&forward, g, 2);
	cw_cursor_init(&jumping, h, 2);
	for (uint64_t k = 0; k < 20000; k++) {
		char a[CW_SYNTHETIC_LINE_MAX], b[CW_SYNTHETIC_LINE_MAX], c[CW_SYNTHETIC_LINE_MAX];
		size_t n = cw_cursor_write(&forward, k, a);

		cw_cursor_write(&jumping, k * UINT64_C(7919) % 20011, b);
		different += cw_cursor_write(&jumping, k, b) != n || memcmp(a, b, n) != 0;
		different += forward.malformed != jumping.malformed || forward.client_ip != jumping.client_ip;
		different += cw_synthetic_line(h, 2, k, c) != n || memcmp(a, c, n) != 0;
	}
	CU_ASSERT_EQUAL(different, 0);
	cw_synthetic_free(g);
	cw_synthetic_free(h);
}

static void test_lines__tasks_and_seeds_differ(void)
{
	struct cw_synthetic *g = cw_settings_generator(2, NULL);
	struct cw_synthetic *h = cw_settings_generator(2, "seed=2", NULL);
	unsigned same_task = 0, same_seed = 0;

	for (uint64_t k = 0; k < 1000; k++) {
		char a[CW_SYNTHETIC_LINE_MAX], b[CW_SYNTHETIC_LINE_MAX];
		size_t n = cw_synthetic_line(g, 0, k, a);

		same_task += cw_synthetic_line(g, 1, k, b) == n && memcmp(a, b, n) == 0;
		same_seed += cw_synthetic_line(h, 0, k, b) == n && memcmp(a, b, n) == 0;
	}
	CU_ASSERT_TRUE(same_task < 5);
	CU_ASSERT_EQUAL(same_seed, 0);
	cw_synthetic_free(g);
	cw_synthetic_free(h);
}

/* The number of tasks moves a record in time and changes nothing else of it. */
static void test_lines__number_of_tasks_moves_only_the_time(void)
{
	struct cw_synthetic *g = cw_settings_generator(1, "error.burst.interval.seconds=0", NULL);
	struct cw_synthetic *h = cw_settings_generator(7, "error.burst.interval.seconds=0", NULL);
	unsigned different = 0;

	for (uint64_t k = 0; k < 1000; k++) {
		char a[CW_SYNTHETIC_LINE_MAX], b[CW_SYNTHETIC_LINE_MAX];
		size_t n = cw_synthetic_line(g, 0, k, a);
		const char *from = memchr(a, ']', n);

		different += cw_synthetic_line(h, 0, k, b) != n;
		different += memcmp(from, b + (from - a), n - (size_t)(from - a)) != 0;
	}
	CU_ASSERT_EQUAL(different, 0);
	cw_synthetic_free(g);
	cw_synthetic_free(h);
}

/* ---- malformed lines ------------------------------------------------------------------------------- */

static void check_malformed(enum cw_line_format format)
{
	struct cw_synthetic *g =
		cw_settings_generator(1, names[format], "malformed.share=0.25", "records.per.second=0", NULL);
	unsigned kinds[CW_MALFORMED_KINDS] = { 0 }, malformed = 0, still_valid = 0, invalid = 0, breaks = 0, empty = 0;
	struct cw_cursor cursor;
	struct reader reader;

	reader_open(&reader, format);
	cw_cursor_init(&cursor, g, 0);
	for (uint64_t k = 0; k < LINES; k++) {
		char line[CW_SYNTHETIC_LINE_MAX];
		size_t n = cw_cursor_write(&cursor, k, line);
		struct fields f;
		int64_t when;
		bool valid = read_line(&reader, line, n, &f, &when);

		if (cursor.malformed == CW_WELL_FORMED) {
			invalid += !valid;
			continue;
		}
		malformed++;
		kinds[cursor.malformed]++;
		still_valid += valid;
		empty += n == 0;
		breaks += memchr(line, '\n', n) || memchr(line, '\0', n);
	}
	CU_ASSERT_EQUAL(invalid, 0);
	CU_ASSERT_EQUAL(still_valid, 0);
	CU_ASSERT_EQUAL(breaks, 0);
	CU_ASSERT_EQUAL(empty, 0);
	CU_ASSERT_DOUBLE_EQUAL((double)malformed / LINES, 0.25, 0.005);
	for (int i = 0; i < CW_MALFORMED_KINDS; i++)
		CU_ASSERT_DOUBLE_EQUAL((double)kinds[i] / malformed, 1.0 / CW_MALFORMED_KINDS, 0.01);
	reader_close(&reader);
	cw_synthetic_free(g);
}

static void test_malformed__no_kind_is_a_valid_line(void)
{
	for (int format = CW_LINE_ACCESS; format <= CW_LINE_JSON; format++)
		check_malformed((enum cw_line_format)format);
}

static void test_malformed__share_of_one_is_all_and_of_zero_none(void)
{
	struct cw_synthetic *all = cw_settings_generator(1, "malformed.share=1", NULL);
	struct cw_synthetic *none = cw_settings_generator(1, "malformed.share=0", NULL);
	struct cw_cursor a, b;
	unsigned well = 0, broken = 0;

	cw_cursor_init(&a, all, 0);
	cw_cursor_init(&b, none, 0);
	for (uint64_t k = 0; k < 100000; k++) {
		char line[CW_SYNTHETIC_LINE_MAX];

		cw_cursor_write(&a, k, line);
		cw_cursor_write(&b, k, line);
		well += a.malformed == CW_WELL_FORMED;
		broken += b.malformed != CW_WELL_FORMED;
	}
	CU_ASSERT_EQUAL(well + broken, 0);
	cw_synthetic_free(all);
	cw_synthetic_free(none);
}

/* ---- traffic ----------------------------------------------------------------------------------------- */

static void test_traffic__statuses_and_methods_keep_their_weights(void)
{
	struct cw_synthetic *g = cw_settings_generator(1, "format=common", "error.burst.interval.seconds=0",
						       "method.weights=GET:7,POST:2,DELETE:1",
						       "status.weights=200:80,404:15,500:5", NULL);
	unsigned get = 0, post = 0, ok = 0, missing = 0;
	struct cw_cursor cursor;
	struct reader reader;

	reader_open(&reader, CW_LINE_COMMON);
	cw_cursor_init(&cursor, g, 0);
	for (uint64_t k = 0; k < LINES; k++) {
		char line[CW_SYNTHETIC_LINE_MAX];
		size_t n = cw_cursor_write(&cursor, k, line);
		struct fields f;
		int64_t when;

		read_line(&reader, line, n, &f, &when);
		get += strcmp(f.method, "GET") == 0;
		post += strcmp(f.method, "POST") == 0;
		ok += f.status == 200;
		missing += f.status == 404;
	}
	CU_ASSERT_DOUBLE_EQUAL((double)get / LINES, 0.7, 0.004);
	CU_ASSERT_DOUBLE_EQUAL((double)post / LINES, 0.2, 0.004);
	CU_ASSERT_DOUBLE_EQUAL((double)ok / LINES, 0.8, 0.004);
	CU_ASSERT_DOUBLE_EQUAL((double)missing / LINES, 0.15, 0.004);
	reader_close(&reader);
	cw_synthetic_free(g);
}

struct count {
	uint64_t name; /* a hash of it */
	unsigned n;
};

static struct count count_of(const char *a, const char *b)
{
	struct count count = { UINT64_C(14695981039346656037), 1 };

	for (const char *p = a; *p; p++)
		count.name = (count.name ^ (unsigned char)*p) * UINT64_C(1099511628211);
	for (const char *p = b; *p; p++)
		count.name = (count.name ^ (unsigned char)*p) * UINT64_C(1099511628211);
	return count;
}

static int by_name(const void *a, const void *b)
{
	uint64_t x = ((const struct count *)a)->name, y = ((const struct count *)b)->name;

	return x < y ? -1 : x > y;
}

static int by_count(const void *a, const void *b)
{
	unsigned x = ((const struct count *)a)->n, y = ((const struct count *)b)->n;

	return x < y ? 1 : x > y ? -1 : by_name(a, b);
}

/* Sorts and joins equal names; the most frequent first. Returns how many there are. */
static size_t tally(struct count *counts, size_t n)
{
	size_t kept = 0;

	qsort(counts, n, sizeof(*counts), by_name);
	for (size_t i = 0; i < n; i++) {
		if (kept && counts[kept - 1].name == counts[i].name)
			counts[kept - 1].n += counts[i].n;
		else
			counts[kept++] = counts[i];
	}
	qsort(counts, kept, sizeof(*counts), by_count);
	return kept;
}

/* Only GET: other methods choose among fewer clients and endpoints. */
static void count_traffic(struct count *clients, struct count *endpoints, struct count *pairs)
{
	struct cw_synthetic *g =
		cw_settings_generator(1, "clients=1000", "endpoints=100", "method.weights=GET:1", NULL);
	struct cw_cursor cursor;
	struct reader reader;

	reader_open(&reader, CW_LINE_ACCESS);
	cw_cursor_init(&cursor, g, 0);
	for (uint64_t k = 0; k < LINES; k++) {
		char line[CW_SYNTHETIC_LINE_MAX];
		size_t n = cw_cursor_write(&cursor, k, line);
		struct fields f;
		int64_t when;

		CU_ASSERT_TRUE_FATAL(read_line(&reader, line, n, &f, &when));
		clients[k] = count_of(f.ip, "");
		endpoints[k] = count_of(f.endpoint, "");
		pairs[k] = count_of(f.ip, f.agent);
	}
	reader_close(&reader);
	cw_synthetic_free(g);
}

static void check_zipf(const struct count *counts, size_t n, size_t expected)
{
	double harmonic = 0;

	CU_ASSERT_EQUAL(n, expected);
	for (size_t i = 1; i <= expected; i++)
		harmonic += 1.0 / (double)i;
	for (size_t i = 1; i <= 10; i++)
		CU_ASSERT_DOUBLE_EQUAL((double)counts[i - 1].n / LINES * harmonic * (double)i, 1, 0.08);
}

static void test_traffic__clients_and_endpoints_follow_zipf(void)
{
	struct count *clients = calloc(LINES, sizeof(*clients)), *endpoints = calloc(LINES, sizeof(*endpoints)),
		     *pairs = calloc(LINES, sizeof(*pairs));

	count_traffic(clients, endpoints, pairs);
	check_zipf(clients, tally(clients, LINES), 1000);
	check_zipf(endpoints, tally(endpoints, LINES), 100);
	CU_ASSERT_EQUAL(endpoints[0].name, count_of("/", "").name);
	/* A client keeps its user agent: as many pairs as clients. */
	CU_ASSERT_EQUAL(tally(pairs, LINES), 1000);
	free(clients);
	free(endpoints);
	free(pairs);
}

static void test_traffic__one_client_and_one_endpoint_are_enough(void)
{
	struct cw_synthetic *g = cw_settings_generator(1, "clients=1", "endpoints=1", NULL);
	unsigned wrong = 0;
	struct reader reader;

	reader_open(&reader, CW_LINE_ACCESS);
	for (uint64_t k = 0; k < 1000; k++) {
		char line[CW_SYNTHETIC_LINE_MAX];
		struct fields f;
		int64_t when;

		wrong += !read_line(&reader, line, cw_synthetic_line(g, 0, k, line), &f, &when) ||
			 strcmp(f.endpoint, "/") != 0;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	reader_close(&reader);
	cw_synthetic_free(g);
}

static void test_traffic__most_clients_and_endpoints_are_valid(void)
{
	struct cw_synthetic *g = cw_settings_generator(1, "clients=1000000", "endpoints=100000",
						       "clients.zipf.exponent=0", "endpoints.zipf.exponent=0", NULL);
	unsigned wrong = 0;
	struct reader reader;

	reader_open(&reader, CW_LINE_ACCESS);
	for (uint64_t k = 0; k < 50000; k++) {
		char line[CW_SYNTHETIC_LINE_MAX];
		struct fields f;
		int64_t when;

		wrong += !read_line(&reader, line, cw_synthetic_line(g, 0, k, line), &f, &when) || !is_public(f.ip);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	reader_close(&reader);
	cw_synthetic_free(g);
}

static void test_bursts__one_in_each_interval(void)
{
	struct cw_synthetic *g =
		cw_settings_generator(1, "error.burst.interval.seconds=600", "error.burst.duration.seconds=45", NULL);
	struct cw_synthetic *always = cw_settings_generator(1, "error.burst.interval.seconds=60",
							    "error.burst.duration.seconds=60", NULL);
	struct cw_synthetic *never = cw_settings_generator(1, "error.burst.interval.seconds=0", NULL);
	const int64_t day = 1767225600;
	int64_t first_begin = -1;
	bool moves = false;

	for (int64_t slot = 0; slot < 144; slot++) {
		int on = 0, begins = 0;

		for (int64_t s = 0; s < 600; s++) {
			int64_t t = day + slot * 600 + s;

			on += cw_synthetic_burst(g, t);
			if (cw_synthetic_burst(g, t) && (s == 0 || !cw_synthetic_burst(g, t - 1))) {
				begins++;
				first_begin = first_begin < 0 ? s : first_begin;
				moves |= s != first_begin;
			}
			CU_ASSERT_TRUE(cw_synthetic_burst(always, t));
			CU_ASSERT_FALSE(cw_synthetic_burst(never, t));
		}
		CU_ASSERT_EQUAL(on, 45);
		CU_ASSERT_EQUAL(begins, 1);
	}
	CU_ASSERT_TRUE(moves);
	cw_synthetic_free(g);
	cw_synthetic_free(always);
	cw_synthetic_free(never);
}

static void test_bursts__raise_the_share_of_errors(void)
{
	struct cw_synthetic *g =
		cw_settings_generator(1, "records.per.second=0", "error.burst.share=0.5", "status.weights=200:99,500:1",
				      "error.burst.status.weights=503:1", NULL);
	unsigned in = 0, in_503 = 0, out = 0, out_503 = 0;
	struct cw_cursor cursor;

	cw_cursor_init(&cursor, g, 0);
	for (uint64_t k = 0; k < 2000000; k++) {
		char line[CW_SYNTHETIC_LINE_MAX];
		size_t n = cw_cursor_write(&cursor, k, line);
		bool is_503 = memmem(line, n, "\" 503 ", 6) != NULL;

		if (cw_synthetic_burst(g, cursor.second.epoch_s)) {
			in++;
			in_503 += is_503;
		} else {
			out++;
			out_503 += is_503;
		}
	}
	CU_ASSERT_TRUE(in > 10000);
	CU_ASSERT_DOUBLE_EQUAL((double)in_503 / in, 0.5, 0.02);
	CU_ASSERT_EQUAL(out_503, 0);
	cw_synthetic_free(g);
}

static CU_TestInfo lines[] = {
	{ "access lines are valid in every field", test_lines__access_is_valid_in_every_field },
	{ "common lines are valid in every field", test_lines__common_is_valid_in_every_field },
	{ "combined lines are valid in every field", test_lines__combined_is_valid_in_every_field },
	{ "json lines are valid in every field", test_lines__json_is_valid_in_every_field },
	{ "golden lines", test_lines__golden },
	{ "any order gives the same", test_lines__any_order_gives_the_same },
	{ "tasks and seeds differ", test_lines__tasks_and_seeds_differ },
	{ "the number of tasks moves only the time", test_lines__number_of_tasks_moves_only_the_time },
	{ "no malformed kind is a valid line", test_malformed__no_kind_is_a_valid_line },
	{ "a malformed share of one is all, of zero none", test_malformed__share_of_one_is_all_and_of_zero_none },
	CU_TEST_INFO_NULL,
};

static CU_TestInfo traffic[] = {
	{ "statuses and methods keep their weights", test_traffic__statuses_and_methods_keep_their_weights },
	{ "clients and endpoints follow Zipf", test_traffic__clients_and_endpoints_follow_zipf },
	{ "one client and one endpoint are enough", test_traffic__one_client_and_one_endpoint_are_enough },
	{ "the most clients and endpoints are valid", test_traffic__most_clients_and_endpoints_are_valid },
	{ "one burst in each interval", test_bursts__one_in_each_interval },
	{ "bursts raise the share of errors", test_bursts__raise_the_share_of_errors },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	CU_SuiteInfo suites[] = {
		{ "synthetic-log: lines", NULL, NULL, NULL, NULL, lines },
		{ "synthetic-log: traffic", NULL, NULL, NULL, NULL, traffic },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
