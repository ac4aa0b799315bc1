#include "data/big.h"

#include <stdlib.h>

#include "base/mem.h"
#include "data/big_chunks.h"
#include "data/number.h"

/* Numbers of up to 256 bits need no memory but the stack. */
#define FEW_LIMBS 9u
#define FEW_CHUNKS 10u

/* A magnitude: little-endian limbs of 32 bits. */
struct magnitude {
	uint32_t *limbs;
	size_t n;
	uint32_t few[FEW_LIMBS];
};

/* Room for n limbs, all zero. */
static void open_magnitude(struct magnitude *m, size_t n)
{
	*m = (struct magnitude){ .n = 0 };
	m->limbs = n <= FEW_LIMBS ? m->few : cw_alloc(n * sizeof(*m->limbs));
}

static void close_magnitude(struct magnitude *m)
{
	if (m->limbs != m->few)
		free(m->limbs);
}

bool cw_big_small(struct cw_slice bytes, int64_t *out)
{
	uint64_t value;

	bytes = cw_decimal_minimal(bytes);
	if (bytes.n > sizeof(value))
		return false;
	value = bytes.n && (bytes.p[0] & 0x80) ? UINT64_MAX : 0;
	for (size_t i = 0; i < bytes.n; i++)
		value = value << 8 | (unsigned char)bytes.p[i];
	*out = (int64_t)value;
	return true;
}

/* Adds 1 to what was complemented, from the least significant limb on. */
static void add_one(struct magnitude *m)
{
	for (size_t i = 0; i < m->n && ++m->limbs[i] == 0; i++)
		;
}

/* The lowest number has one bit more than its bytes without the sign: there is always room for it. */
static void load_magnitude(struct magnitude *m, struct cw_slice bytes, bool negative)
{
	open_magnitude(m, bytes.n / 4 + 1);
	m->n = bytes.n / 4 + 1;
	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char byte = (unsigned char)bytes.p[bytes.n - 1 - i];

		m->limbs[i / 4] |= (uint32_t)(negative ? (unsigned char)~byte : byte) << (i % 4 * 8);
	}
	if (negative)
		add_one(m);
}

static void print_chunks(struct cw_buf *out, const uint32_t *chunks, size_t n, bool negative)
{
	char *p;

	while (chunks[n - 1] == 0)
		n--;
	cw_buf_reserve(out, n * CW_CHUNK_DIGITS + 1);
	cw_integer_print(out, negative ? -(int64_t)chunks[n - 1] : (int64_t)chunks[n - 1]);
	p = out->p + out->n;
	while (--n > 0) {
		uint32_t chunk = chunks[n - 1];

		for (unsigned i = CW_CHUNK_DIGITS; i-- > 0; chunk /= 10)
			p[i] = (char)('0' + chunk % 10);
		p += CW_CHUNK_DIGITS;
	}
	*p = '\0';
	out->n = (size_t)(p - out->p);
}

void cw_big_print(struct cw_buf *out, struct cw_slice bytes)
{
	bool negative = bytes.n && (bytes.p[0] & 0x80);
	uint32_t few[FEW_CHUNKS], *chunks = few;
	struct magnitude m;
	size_t n;
	int64_t small;

	if (cw_big_small(bytes, &small)) {
		cw_integer_print(out, small);
		return;
	}
	load_magnitude(&m, bytes, negative);
	n = cw_chunks_for(m.n);
	if (n > FEW_CHUNKS)
		chunks = cw_alloc(n * sizeof(*chunks));
	cw_chunks_of(chunks, m.limbs, m.n);
	print_chunks(out, chunks, n, negative);
	if (chunks != few)
		free(chunks);
	close_magnitude(&m);
}

struct cw_slice cw_big_from_int64(struct cw_batch *memory, int64_t n)
{
	char *p = cw_batch_alloc(memory, sizeof(n));

	for (size_t i = 0; i < sizeof(n); i++)
		p[i] = (char)((uint64_t)n >> (56 - 8 * i));
	return cw_decimal_minimal(cw_slice(p, sizeof(n)));
}

/* m = m × factor + add. */
static void multiply_add(struct magnitude *m, uint32_t factor, uint32_t add)
{
	uint64_t carry = add;

	for (size_t i = 0; i < m->n; i++) {
		carry += (uint64_t)m->limbs[i] * factor;
		m->limbs[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry)
		m->limbs[m->n++] = (uint32_t)carry;
}

static struct cw_slice two_complement(struct cw_batch *memory, const struct magnitude *m, bool negative)
{
	size_t n = m->n * 4 + 1;
	unsigned char *p = cw_batch_alloc(memory, n);
	bool carry = true;

	for (size_t i = 0; i < n; i++) {
		unsigned char byte = i / 4 < m->n ? (unsigned char)(m->limbs[i / 4] >> (i % 4 * 8)) : 0;

		if (negative) {
			byte = (unsigned char)(~byte + carry);
			carry = carry && byte == 0;
		}
		p[n - 1 - i] = byte;
	}
	return cw_decimal_minimal(cw_slice(p, n));
}

struct cw_slice cw_big_parse(struct cw_batch *memory, const char *digits, size_t n, bool negative)
{
	struct magnitude m;
	struct cw_slice bytes;

	open_magnitude(&m, n / CW_CHUNK_DIGITS + 2);
	while (n) {
		size_t k = n % CW_CHUNK_DIGITS ? n % CW_CHUNK_DIGITS : CW_CHUNK_DIGITS;
		uint32_t chunk = 0, factor = 1;

		for (size_t i = 0; i < k; i++, factor *= 10)
			chunk = chunk * 10 + (uint32_t)(digits[i] - '0');
		multiply_add(&m, factor, chunk);
		digits += k;
		n -= k;
	}
	bytes = two_complement(memory, &m, negative);
	close_magnitude(&m);
	return bytes;
}
