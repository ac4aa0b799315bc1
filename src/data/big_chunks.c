/*
 * The upper half of a number is converted, multiplied by the power of two that it stands for, and added to the lower
 * half. Multiplying is Karatsuba's.
 */
#include "data/big_chunks.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define FEW_LIMBS 64u  /* are divided by hand */
#define FEW_CHUNKS 32u /* are multiplied by hand */
#define LEVELS 64u

/* 2^(32 · FEW_LIMBS · 2^level) in chunks. */
struct powers {
	uint32_t *chunks[LEVELS];
	size_t n[LEVELS];
	unsigned levels;
};

size_t cw_chunks_for(size_t n_limbs)
{
	return n_limbs * 32 / 29 + 1; /* a chunk is more than 29 bits */
}

/* to += from, which has at most as many chunks; the carry does not leave to. */
static void add(uint32_t *to, const uint32_t *from, size_t n)
{
	uint32_t carry = 0;

	for (size_t i = 0; i < n || carry; i++) {
		uint32_t sum = to[i] + (i < n ? from[i] : 0) + carry;

		carry = sum >= CW_CHUNK;
		to[i] = carry ? sum - CW_CHUNK : sum;
	}
}

/* to -= from, which is not larger. */
static void subtract(uint32_t *to, const uint32_t *from, size_t n)
{
	uint32_t borrow = 0;

	for (size_t i = 0; i < n || borrow; i++) {
		uint32_t less = (i < n ? from[i] : 0) + borrow;

		borrow = to[i] < less;
		to[i] = to[i] + (borrow ? CW_CHUNK : 0) - less;
	}
}

static void multiply_by_hand(uint32_t *out, const uint32_t *a, const uint32_t *b, size_t n)
{
	memset(out, 0, 2 * n * sizeof(*out));
	for (size_t i = 0; i < n; i++) {
		uint64_t carry = 0;

		for (size_t j = 0; j < n; j++) {
			carry += (uint64_t)a[i] * b[j] + out[i + j];
			out[i + j] = (uint32_t)(carry % CW_CHUNK);
			carry /= CW_CHUNK;
		}
		out[i + n] = (uint32_t)carry;
	}
}

/* out = a × b, of n chunks each; out has 2n. */
static void multiply(uint32_t *out, const uint32_t *a, const uint32_t *b, size_t n)
{
	size_t low = n / 2, high = n - low, sum_n = high + 1;
	uint32_t *sums, *middle;

	if (n <= FEW_CHUNKS) {
		multiply_by_hand(out, a, b, n);
		return;
	}
	sums = cw_alloc(4 * sum_n * sizeof(*sums)); /* of the halves of a and b; then their product */
	middle = sums + 2 * sum_n;
	memcpy(sums, a + low, high * sizeof(*sums));
	add(sums, a, low);
	memcpy(sums + sum_n, b + low, high * sizeof(*sums));
	add(sums + sum_n, b, low);
	multiply(middle, sums, sums + sum_n, sum_n);
	multiply(out, a, b, low);
	multiply(out + 2 * low, a + low, b + low, high);
	subtract(middle, out, 2 * low);
	subtract(middle, out + 2 * low, 2 * high);
	for (sum_n *= 2; sum_n && middle[sum_n - 1] == 0; sum_n--)
		;
	add(out + low, middle, sum_n);
	free(sums);
}

static size_t length(const uint32_t *chunks, size_t n)
{
	while (n && chunks[n - 1] == 0)
		n--;
	return n;
}

/* limbs /= CW_CHUNK; the remainder. */
static uint32_t divide(uint32_t *limbs, size_t n)
{
	uint64_t rest = 0;

	while (n-- > 0) {
		rest = rest << 32 | limbs[n];
		limbs[n] = (uint32_t)(rest / CW_CHUNK);
		rest %= CW_CHUNK;
	}
	return (uint32_t)rest;
}

static void convert_by_hand(uint32_t *chunks, uint32_t *limbs, size_t n)
{
	size_t room = cw_chunks_for(n);

	for (size_t i = 0; i < room; i++) {
		while (n && limbs[n - 1] == 0)
			n--;
		chunks[i] = divide(limbs, n);
	}
}

/* n limbs, at most FEW_LIMBS · 2^level. */
static void convert(const struct powers *powers, uint32_t *chunks, uint32_t *limbs, size_t n, unsigned level)
{
	size_t room = cw_chunks_for(n), low, high_n, power_n;
	uint32_t *high, *product;

	while (level > 0 && n <= (size_t)FEW_LIMBS << (level - 1))
		level--;
	if (level == 0) {
		convert_by_hand(chunks, limbs, n);
		return;
	}
	level--;
	low = (size_t)FEW_LIMBS << level;
	high_n = cw_chunks_for(n - low);
	power_n = powers->n[level] > high_n ? powers->n[level] : high_n;
	high = cw_alloc(3 * power_n * sizeof(*high)); /* two factors as long as each other need their product twice that */
	product = high + power_n;
	convert(powers, high, limbs + low, n - low, level);
	multiply(product, high, powers->chunks[level], power_n);
	memset(chunks, 0, room * sizeof(*chunks));
	convert(powers, chunks, limbs, low, level);
	add(chunks, product, length(product, 2 * power_n));
	free(high);
}

/* The powers that numbers of n limbs need. Each has room for as many chunks as what it is multiplied with. */
static void make_powers(struct powers *powers, size_t n)
{
	uint32_t one[FEW_LIMBS + 1] = { 0 };

	powers->levels = 0;
	for (size_t limbs = FEW_LIMBS; limbs < n; limbs *= 2) {
		unsigned level = powers->levels++;
		size_t room = cw_chunks_for(limbs + 1);

		powers->chunks[level] = cw_alloc(2 * room * sizeof(uint32_t));
		if (level == 0) {
			one[FEW_LIMBS] = 1;
			convert_by_hand(powers->chunks[0], one, FEW_LIMBS + 1);
		} else {
			multiply(powers->chunks[level], powers->chunks[level - 1], powers->chunks[level - 1],
				 powers->n[level - 1]);
		}
		powers->n[level] = length(powers->chunks[level], room);
	}
}

void cw_chunks_of(uint32_t *chunks, uint32_t *limbs, size_t n)
{
	struct powers powers;

	make_powers(&powers, n);
	convert(&powers, chunks, limbs, n, powers.levels);
	for (unsigned i = 0; i < powers.levels; i++)
		free(powers.chunks[i]);
}
