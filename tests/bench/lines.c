#include "lines.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

static const char *const methods[] = { "GET", "GET", "GET", "GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD" };
static const char *const endpoints[] = { "/",	      "/index.html",	  "/contact",	   "/products/1042", "/api/v1/orders",
					 "/cart/items", "/search?q=kafka", "/static/app.js" };
static const unsigned statuses[] = { 200, 200, 200, 200, 200, 200, 201, 301, 304, 404, 403, 500 };
static const char *const referrers[] = { "https://example.com", "https://example.com/products", "https://www.google.com/" };
static const char *const agents[] = {
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
	"Mozilla/5.0 (X11; Linux x86_64; rv:122.0) Gecko",
	"Mozilla/5.0 (Linux; Android 14) Mobile",
};

#define PICK(table, bits) (table)[(bits) % (sizeof(table) / sizeof((table)[0]))]

static uint64_t mix(uint64_t x)
{
	x += UINT64_C(0x9E3779B97F4A7C15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

size_t cw_bench_line(uint64_t k, int64_t stamp_us, char out[CW_BENCH_LINE_MAX])
{
	uint64_t a = mix(k), b = mix(k ^ UINT64_C(0x5555555555555555));
	unsigned second = (unsigned)(k / 1000 % 86400);
	char stamp[32] = "";

	if (stamp_us > 0)
		snprintf(stamp, sizeof(stamp), "?t=%lld", (long long)stamp_us);
	return (size_t)snprintf(
		out, CW_BENCH_LINE_MAX,
		"%u.%u.%u.%u - - [Jan %02u 2026, %02u:%02u:%02u] \"%s %s HTTP/1.1\" %u %u \"%s%s\" \"%s\"",
		(unsigned)(a & 255), (unsigned)(a >> 8 & 255), (unsigned)(a >> 16 & 255), (unsigned)(a >> 24 & 255),
		1 + (unsigned)(k / 86400000 % 28), second / 3600, second / 60 % 60, second % 60, PICK(methods, a >> 32),
		PICK(endpoints, a >> 40), PICK(statuses, a >> 48), (unsigned)(b % 100000), PICK(referrers, b >> 20), stamp,
		PICK(agents, b >> 40));
}

char *cw_bench_decimal(char *out, uint64_t n)
{
	char digits[20], *p = digits + sizeof(digits);

	do
		*--p = (char)('0' + n % 10);
	while (n /= 10);
	memcpy(out, p, (size_t)(digits + sizeof(digits) - p));
	return out + (digits + sizeof(digits) - p);
}

/* Where the reader and the writer are. */
struct pass {
	const char *p, *end;
	char *out;
};

/* The high bit of each byte that is `stop`, a quote, a backslash, a control character or not ASCII; the lowest is right. */
static inline uint64_t special_bytes(uint64_t w, char stop)
{
	uint64_t at_stop = w ^ (ONES * (unsigned char)stop), quote = w ^ (ONES * '"'), slash = w ^ (ONES * '\\');

	return (((at_stop - ONES) & ~at_stop) | ((quote - ONES) & ~quote) | ((slash - ONES) & ~slash) |
		((w - ONES * 0x20) & ~w) | w) & HIGHS;
}

/* One byte (or character, or escape) that cannot be copied blindly; false at an unescaped quote. */
static bool copy_special(struct pass *pass)
{
	unsigned char c = (unsigned char)*pass->p;
	size_t n;

	if (c == '"')
		return false;
	if (c == '\\') {
		*pass->out++ = '\\';
		if (pass->p + 1 < pass->end && (pass->p[1] == '"' || pass->p[1] == '\\'))
			*pass->out++ = *++pass->p;
		else
			*pass->out++ = '\\';
		pass->p++;
	} else if (c < 0x20) {
		pass->out += sprintf(pass->out, "\\u%04x", c);
		pass->p++;
	} else if (c < 0x80) {
		*pass->out++ = *pass->p++;
	} else {
		n = cw_utf8_length(pass->p, (size_t)(pass->end - pass->p));
		memcpy(pass->out, n ? pass->p : "\xef\xbf\xbd", n ? n : 3);
		pass->out += n ? n : 3;
		pass->p += n ? n : 1;
	}
	return true;
}

/* Copies up to the byte `stop` as the inside of a JSON string, and passes over it; false when it does not come. */
static inline bool copy_until(struct pass *pass, char stop)
{
	for (;;) {
		while (pass->end - pass->p >= 8) {
			uint64_t w, special;

			memcpy(&w, pass->p, 8);
			memcpy(pass->out, &w, 8);
			special = special_bytes(w, stop);
			if (special) {
				unsigned i = (unsigned)__builtin_ctzll(special) / 8;

				pass->p += i;
				pass->out += i;
				break;
			}
			pass->p += 8;
			pass->out += 8;
		}
		if (pass->p == pass->end)
			return false;
		if (*pass->p == stop) {
			pass->p++;
			return true;
		}
		if (!copy_special(pass))
			return false;
	}
}

static inline bool digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return true;
}

/* 1 to 12, or 0. */
static unsigned month(const char *p)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (unsigned i = 0; i < 12; i++)
		if (memcmp(names + i * 3, p, 3) == 0)
			return i + 1;
	return 0;
}

/* "Jan 21 2026, 22:23:40] \"" as 2026-01-21T22:23:40. */
static bool copy_time(struct pass *pass)
{
	const char *p = pass->p;
	char *o = pass->out;
	unsigned m;

	if (pass->end - p < 25 || p[3] != ' ' || p[6] != ' ' || p[11] != ',' || p[12] != ' ' || p[15] != ':' ||
	    p[18] != ':' || memcmp(p + 21, "] \"", 3) != 0)
		return false;
	m = month(p);
	if (!m || !digits(p + 4, 2) || !digits(p + 7, 4) || !digits(p + 13, 2) || !digits(p + 16, 2) || !digits(p + 19, 2))
		return false;
	memcpy(o, p + 7, 4);
	o[4] = '-';
	o[5] = (char)('0' + m / 10);
	o[6] = (char)('0' + m % 10);
	o[7] = '-';
	memcpy(o + 8, p + 4, 2);
	o[10] = 'T';
	memcpy(o + 11, p + 13, 8);
	pass->out += 19;
	pass->p += 24;
	return true;
}

static inline bool copy_number(struct pass *pass, char stop)
{
	const char *start = pass->p;

	while (pass->p < pass->end && *pass->p >= '0' && *pass->p <= '9')
		*pass->out++ = *pass->p++;
	return pass->p > start && pass->p < pass->end && *pass->p++ == stop;
}

static inline bool skip(struct pass *pass, const char *text, size_t n)
{
	if ((size_t)(pass->end - pass->p) < n || memcmp(pass->p, text, n) != 0)
		return false;
	pass->p += n;
	return true;
}

static inline void put(struct pass *pass, const char *text, size_t n)
{
	memcpy(pass->out, text, n);
	pass->out += n;
}

#define SKIP(pass, literal) skip(pass, literal, sizeof(literal) - 1)
#define PUT(pass, literal) put(pass, literal, sizeof(literal) - 1)

char *cw_bench_document(const char *line, size_t n, char *out)
{
	struct pass pass = { .p = line, .end = line + n, .out = out };

	PUT(&pass, "{\"ip\":\"");
	if (!copy_until(&pass, ' ') || !SKIP(&pass, "- - ["))
		return NULL;
	PUT(&pass, "\",\"@timestamp\":\"");
	if (!copy_time(&pass))
		return NULL;
	PUT(&pass, "\",\"method\":\"");
	if (!copy_until(&pass, ' '))
		return NULL;
	PUT(&pass, "\",\"endpoint\":\"");
	if (!copy_until(&pass, ' '))
		return NULL;
	PUT(&pass, "\",\"protocol\":\"");
	if (!copy_until(&pass, '"') || !SKIP(&pass, " "))
		return NULL;
	PUT(&pass, "\",\"status\":");
	if (!copy_number(&pass, ' '))
		return NULL;
	PUT(&pass, ",\"size\":");
	if (!copy_number(&pass, ' ') || !SKIP(&pass, "\""))
		return NULL;
	PUT(&pass, ",\"referrer\":\"");
	if (!copy_until(&pass, '"') || !SKIP(&pass, " \""))
		return NULL;
	PUT(&pass, "\",\"user_agent\":\"");
	if (!copy_until(&pass, '"') || pass.p != pass.end)
		return NULL;
	PUT(&pass, "\"}\n");
	return pass.out;
}
