/* synthetic_reader - reads the lines of SyntheticLogSource with PCRE2, jansson and libc: nothing of our own code. */
#ifndef CW_TESTS_SYNTHETIC_READER_H
#define CW_TESTS_SYNTHETIC_READER_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <arpa/inet.h>
#include <pcre2.h>
#include <time.h>

#include "synthetic.h"
#include "unit.h"

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

static inline void reader_open(struct reader *reader, enum cw_line_format format)
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

static inline void reader_close(struct reader *reader)
{
	pcre2_match_data_free(reader->match);
	pcre2_code_free(reader->code);
}

static inline void group(const struct reader *reader, const char *name, char *out, size_t size)
{
	PCRE2_SIZE n = size;

	if (pcre2_substring_copy_byname(reader->match, (PCRE2_SPTR)name, (PCRE2_UCHAR *)out, &n) != 0)
		out[0] = '\0';
}

static inline bool read_text(const struct reader *reader, const char *line, size_t n, struct fields *f)
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

static inline bool read_json(const char *line, size_t n, struct fields *f)
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
static inline bool read_time(const char *format, const char *text, int64_t *epoch_s)
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
static inline bool read_line(const struct reader *reader, const char *line, size_t n, struct fields *f, int64_t *epoch_s)
{
	struct in_addr address;

	memset(f, 0, sizeof(*f));
	if (!(reader->format == CW_LINE_JSON ? read_json(line, n, f) : read_text(reader, line, n, f)))
		return false;
	return inet_pton(AF_INET, f->ip, &address) == 1 && read_time(times[reader->format], f->when, epoch_s) &&
	       f->status >= 200 && f->status <= 599;
}

/* Reserved blocks, said again in another way than the generator does. */
static inline bool is_public(const char *ip)
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

#endif
