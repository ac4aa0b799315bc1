/* The hand-written scanner: one pass, from left to right, every byte looked at once or twice. */
#include "line.h"
#include "text.h"

#include <arpa/inet.h>

#define BIT(field) (UINT32_C(1) << (field))

static inline bool digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

int cw_line_fail(struct cw_line_fault *fault, struct cw_slice text, const char *at, const char *field,
		 const char *wants)
{
	fault->field = field;
	fault->wants = wants;
	fault->column = 1;
	for (const char *p = text.p; p < at; p++)
		fault->column += ((unsigned char)*p & 0xc0) != 0x80; /* of a character only its first byte counts */
	return -1;
}

/* Past a dotted quad without leading zeros, or NULL. */
static const char *scan_ipv4_slow(const char *p, const char *end)
{
	for (int octet = 0; octet < 4; octet++) {
		unsigned value;

		if (octet > 0) {
			if (p == end || *p != '.')
				return NULL;
			p++;
		}
		if (p == end || !digit(*p))
			return NULL;
		value = (unsigned)(*p++ - '0');
		if (p < end && digit(*p)) {
			if (value == 0)
				return NULL;
			value = value * 10 + (unsigned)(*p++ - '0');
			if (p < end && digit(*p))
				value = value * 10 + (unsigned)(*p++ - '0');
		}
		if (value > 255)
			return NULL;
	}
	return p;
}

#if defined(__SSE2__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FAST_BLOCKS 1

/* Of 16 bytes, those that are digits: a bit each. */
static inline unsigned digit_mask(__m128i x)
{
	__m128i value = _mm_sub_epi8(x, _mm_set1_epi8('0'));

	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value));
}

/* Whether the n bytes at p, all digits, are a number up to 255 without leading zeros. 4 bytes are readable. */
static inline bool is_octet(const char *p, unsigned n)
{
	static const unsigned least[4] = { 256, 0, 10, 100 };
	unsigned shift = (4 - n) * 8, word, value;

	if (n - 1 > 2)
		return false;
	memcpy(&word, p, 4);
	word = (word << shift) - (UINT32_C(0x30303030) << shift); /* the last digit is in the highest byte */
	value = (word >> 8 & 0xff) * 100 + (word >> 16 & 0xff) * 10 + (word >> 24);
	return value - least[n] <= 255 - least[n];
}
#endif

/*
 * As above. The lengths of octets are as good as random, and a branch on each would be guessed wrong: so
 * the dots are found all at once.
 */
static inline const char *scan_ipv4(const char *p, const char *end)
{
#ifdef FAST_BLOCKS
	if (end - p >= 20) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
		unsigned dots = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('.')));
		unsigned n = (unsigned)__builtin_ctz(~(dots | digit_mask(x)) | 0x10000u), one, two, three;

		dots &= (1u << n) - 1;
		one = dots ? (unsigned)__builtin_ctz(dots) : 16;
		dots &= dots - 1;
		two = dots ? (unsigned)__builtin_ctz(dots) : 16;
		dots &= dots - 1;
		three = dots ? (unsigned)__builtin_ctz(dots) : 16;
		if ((dots & (dots - 1)) == 0 && three < n && n < 16 &&
		    (is_octet(p, one) & is_octet(p + one + 1, two - one - 1) & is_octet(p + two + 1, three - two - 1) &
		     is_octet(p + three + 1, n - three - 1)))
			return p + n;
		return NULL;
	}
#endif
	return scan_ipv4_slow(p, end);
}

/* Past the digits at p. */
static inline const char *skip_digits(const char *p, const char *end)
{
#ifdef FAST_BLOCKS
	if (end - p >= 16) {
		unsigned others = ~digit_mask(_mm_loadu_si128((const __m128i *)(const void *)p)) & 0xffff;

		if (others)
			return p + __builtin_ctz(others);
		p += 16;
	}
#endif
	while (p < end && digit(*p))
		p++;
	return p;
}

static bool is_ipv6(struct cw_slice s)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (s.n >= sizeof(text) || !memchr(s.p, ':', s.n))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return strlen(text) == s.n && inet_pton(AF_INET6, text, &address) == 1;
}

bool cw_line_is_address(struct cw_slice s)
{
	return scan_ipv4(s.p, s.p + s.n) == s.p + s.n || is_ipv6(s);
}

/* A name as HostnameLookups writes it, or an address with a zone ("fe80::1%eth0"), which is no `ip` either. */
static bool is_host(struct cw_slice s)
{
	const char *zone = memchr(s.p, '%', s.n);
	bool letter_in_label = false;

	if (zone)
		return zone + 1 < s.p + s.n && is_ipv6(cw_slice(s.p, (size_t)(zone - s.p)));
	if (s.n == 0 || s.n > 255 || s.p[0] == '.' || s.p[0] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i], lower = (char)(c | 0x20);

		if (c == '.') {
			if (i + 1 == s.n)
				break; /* the root's dot */
			if (s.p[i + 1] == '.')
				return false;
			letter_in_label = false;
		} else if ((lower >= 'a' && lower <= 'z') || c == '_') {
			letter_in_label = true;
		} else if (!digit(c) && c != '-') {
			return false;
		}
	}
	return letter_in_label; /* a name that ends in a number was meant to be an address */
}

bool cw_line_number(struct cw_slice s, int64_t max, struct cw_slice *out)
{
	int64_t value = 0;

	if (s.n == 0)
		return false;
	while (s.n > 1 && s.p[0] == '0') {
		s.p++;
		s.n--;
	}
	if (s.n > 19)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!digit(s.p[i]))
			return false;
		if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, s.p[i] - '0', &value))
			return false;
	}
	*out = s;
	return value <= max;
}

/* Past the client, which ends at a space; NULL when it is neither an address, a host name nor "-". */
static inline const char *scan_client(const char *p, const char *end, struct cw_line *line)
{
	const char *stop = scan_ipv4(p, end);
	struct cw_slice client;

	if (__builtin_expect(stop && stop < end && *stop == ' ', 1)) {
		line->field[CW_LINE_CLIENT] = cw_slice(p, (size_t)(stop - p));
		line->address = true;
		return stop;
	}
	stop = memchr(p, ' ', (size_t)(end - p));
	if (!stop)
		return NULL;
	client = cw_slice(p, (size_t)(stop - p));
	line->address = false;
	line->field[CW_LINE_CLIENT] = cw_slice(NULL, 0);
	if (client.n == 1 && *p == '-')
		return stop;
	line->address = is_ipv6(client);
	if (!line->address && !is_host(client))
		return NULL;
	line->field[CW_LINE_CLIENT] = client;
	return stop;
}

/* A field that "-" stands for nothing in; notes whether it needs escaping. */
static void set_text(struct cw_line *line, enum cw_line_field field, const char *p, const char *stop)
{
	if (stop - p == 1 && *p == '-') {
		line->field[field] = cw_slice(NULL, 0);
		return;
	}
	line->field[field] = cw_slice(p, (size_t)(stop - p));
	if (cw_text_plain_end(p, stop) != stop)
		line->special |= BIT(field);
}

/* " IDENT USER ["; a user's name may hold spaces. Past the bracket, or NULL. */
static const char *scan_identity(const char *p, const char *end, struct cw_line *line)
{
	const char *ident = p + 1, *user, *stop;

	line->field[CW_LINE_IDENT] = line->field[CW_LINE_USER] = cw_slice(NULL, 0);
	stop = ident < end ? memchr(ident, ' ', (size_t)(end - ident)) : NULL;
	if (!stop || stop == ident)
		return NULL;
	user = stop + 1;
	set_text(line, CW_LINE_IDENT, ident, stop);
	stop = user < end ? memmem(user, (size_t)(end - user), " [", 2) : NULL;
	if (!stop || stop == user)
		return NULL;
	set_text(line, CW_LINE_USER, user, stop);
	return stop + 2;
}

/*
 * The inside of a quoted string that starts at p, up to its closing quote, which is returned; NULL
 * without one. A backslash keeps the character after it from closing.
 */
static inline const char *scan_quoted(const char *p, const char *end, bool *special)
{
	p = cw_text_plain_end(p, end);
	if (__builtin_expect(p < end && *p == '"', 1)) {
		*special = false;
		return p;
	}
	*special = true;
	while (p < end && *p != '"') {
		size_t step = *p == '\\' ? 2 : 1;

		if ((size_t)(end - p) <= step)
			return NULL;
		p = cw_text_plain_end(p + step, end);
	}
	return p < end ? p : NULL;
}

static inline bool method_char(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26 || c == '-' || c == '_';
}

/* Past the characters of a method at p. readable: the end of the line. */
static inline const char *skip_method(const char *p, const char *end, const char *readable)
{
#ifdef FAST_BLOCKS
	if (readable - p >= 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i letter = _mm_sub_epi8(_mm_or_si128(x, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
		__m128i is = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter);
		unsigned others = ~(unsigned)_mm_movemask_epi8(is) & 0xffff;

		if (others && p[__builtin_ctz(others)] == ' ' && p + __builtin_ctz(others) < end)
			return p + __builtin_ctz(others);
	}
#else
	(void)readable;
#endif
	while (p < end && method_char(*p))
		p++;
	return p;
}

static inline bool is_protocol(const char *p, size_t n)
{
	return n >= 6 && n <= 10 && memcmp(p, "HTTP/", 5) == 0;
}

/* The space before a protocol of at most 10 bytes at the end; the spaces before it are the endpoint's. */
static inline const char *protocol_in(const char *endpoint, const char *end)
{
	const char *stop = end - endpoint > 11 ? end - 11 : endpoint;

	if (end - endpoint >= 9 && memcmp(end - 9, " HTTP/", 6) == 0 && !memchr(end - 3, ' ', 3))
		return end - 9;
	for (const char *p = end - 1; p >= stop; p--)
		if (*p == ' ')
			return is_protocol(p + 1, (size_t)(end - p - 1)) ? p : NULL;
	return NULL;
}

void cw_line_split_request(struct cw_line *line, struct cw_slice request)
{
	const char *p = request.p, *end = p + request.n, *space, *protocol;

	line->field[CW_LINE_METHOD] = line->field[CW_LINE_PROTOCOL] = cw_slice(NULL, 0);
	line->field[CW_LINE_ENDPOINT] = request;
	if (request.n == 1 && *p == '-') {
		line->field[CW_LINE_ENDPOINT] = cw_slice(NULL, 0);
		return;
	}
	space = skip_method(p, end, line->text.p + line->text.n);
	if (space == p || space - p > 32 || end - space < 2 || *space != ' ')
		return;
	line->field[CW_LINE_METHOD] = cw_slice(p, (size_t)(space - p));
	p = space + 1;
	protocol = protocol_in(p, end);
	if (protocol) {
		line->field[CW_LINE_PROTOCOL] = cw_slice(protocol + 1, (size_t)(end - protocol - 1));
		end = protocol;
	}
	line->field[CW_LINE_ENDPOINT] = cw_slice(p, (size_t)(end - p));
}

/* "STATUS SIZE"; past them, or NULL with *fault set. */
static inline const char *scan_numbers(struct cw_slice text, const char *p, const char *end, struct cw_line *line,
				       struct cw_line_fault *fault)
{
	const char *stop;

	if (end - p >= 4 && digit(p[0]) && digit(p[1]) && digit(p[2]) && p[3] == ' ') {
		line->field[CW_LINE_STATUS] = cw_slice(p, 3);
		if (p[0] == '0')
			cw_line_number(line->field[CW_LINE_STATUS], 999, &line->field[CW_LINE_STATUS]);
		p += 4;
	} else if (end - p >= 2 && p[0] == '-' && p[1] == ' ') {
		line->field[CW_LINE_STATUS] = cw_slice(NULL, 0);
		p += 2;
	} else {
		cw_line_fail(fault, text, p, "status", "three digits and a space");
		return NULL;
	}
	stop = skip_digits(p, end);
	if (stop > p && stop - p < 19 && (*p != '0' || stop - p == 1)) {
		line->field[CW_LINE_SIZE] = cw_slice(p, (size_t)(stop - p));
	} else if (stop == p && p < end && *p == '-') {
		line->field[CW_LINE_SIZE] = cw_slice(NULL, 0);
		stop++;
	} else if (!cw_line_number(cw_slice(p, (size_t)(stop - p)), INT64_MAX, &line->field[CW_LINE_SIZE])) {
		cw_line_fail(fault, text, p, "size", "a number of bytes, or -");
		return NULL;
	}
	return stop;
}

/* ' "TEXT"' at p; past it, or NULL with *fault set. */
static inline const char *scan_text(struct cw_slice text, const char *p, const char *end, struct cw_line *line,
				    enum cw_line_field field, const char *name, struct cw_line_fault *fault)
{
	const char *stop;
	bool special;

	if (end - p < 3 || p[0] != ' ' || p[1] != '"') {
		cw_line_fail(fault, text, p, name, "a space and a quoted text");
		return NULL;
	}
	p += 2;
	stop = scan_quoted(p, end, &special);
	if (!stop) {
		cw_line_fail(fault, text, end, name, "a closing quote");
		return NULL;
	}
	line->field[field] = stop - p == 1 && *p == '-' ? cw_slice(NULL, 0) : cw_slice(p, (size_t)(stop - p));
	line->special |= special ? BIT(field) : 0;
	return stop + 1;
}

/* '[' was before p. Past '] "', or NULL with *fault set. */
static inline const char *scan_time(struct cw_slice text, const char *p, const char *end, struct cw_line *line,
				    struct cw_line_fault *fault)
{
	const char *stop;

	if (end - p > 24 && p[21] == ']')
		stop = p + 21;
	else if (end - p > 29 && p[26] == ']')
		stop = p + 26;
	else
		stop = memchr(p, ']', (size_t)(end - p));
	if (!stop) {
		cw_line_fail(fault, text, end, "timestamp", "a closing bracket");
		return NULL;
	}
	line->field[CW_LINE_TIME] = cw_slice(p, (size_t)(stop - p));
	if (end - stop < 3 || stop[1] != ' ' || stop[2] != '"') {
		cw_line_fail(fault, text, stop + 1, "request", "a space and a quoted text");
		return NULL;
	}
	return stop + 3;
}

int cw_line_scan(struct cw_slice text, struct cw_line *line, struct cw_line_fault *fault)
{
	const char *p = text.p, *end = p + text.n, *stop;
	bool special;

	while (end > p && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	text.n = (size_t)(end - p);
	line->text = text;
	line->special = 0;
	line->escapes = true;
	line->extra = NULL;
	line->n_extra = 0;
	stop = p < end ? scan_client(p, end, line) : NULL;
	if (!stop)
		return cw_line_fail(fault, text, p, "ip", "an IP address, a host name, or -");
	if (__builtin_expect(end - stop > 6 && memcmp(stop, " - - [", 6) == 0, 1)) {
		line->field[CW_LINE_IDENT] = line->field[CW_LINE_USER] = cw_slice(NULL, 0);
		p = stop + 6;
	} else {
		p = scan_identity(stop, end, line);
		if (!p)
			return cw_line_fail(fault, text, stop, "user", "an identity, a user and a time in brackets");
	}
	p = scan_time(text, p, end, line, fault);
	if (!p)
		return -1;
	stop = scan_quoted(p, end, &special);
	if (!stop)
		return cw_line_fail(fault, text, end, "request", "a closing quote");
	cw_line_split_request(line, cw_slice(p, (size_t)(stop - p)));
	if (special)
		line->special |= BIT(CW_LINE_ENDPOINT) | BIT(CW_LINE_PROTOCOL);
	p = stop + 1;
	if (p == end || *p != ' ')
		return cw_line_fail(fault, text, p, "status", "a space and three digits");
	p = scan_numbers(text, p + 1, end, line, fault);
	if (!p)
		return -1;
	line->field[CW_LINE_REFERRER] = line->field[CW_LINE_USER_AGENT] = cw_slice(NULL, 0);
	if (p == end)
		return 0;
	p = scan_text(text, p, end, line, CW_LINE_REFERRER, "referrer", fault);
	if (p)
		p = scan_text(text, p, end, line, CW_LINE_USER_AGENT, "user_agent", fault);
	if (!p)
		return -1;
	return p == end ? 0 : cw_line_fail(fault, text, p, "end", "nothing after the user agent");
}
