/*
 * random - numbers that are a function of what they are for, and not of what was drawn before.
 *
 * Sixty-four bits of state name a record; each use mixes them with a number of its own. The mixer is
 * the finaliser of splitmix64 (Steele, Lea, Flood 2014; constants of Stafford's variant 13).
 */
#ifndef CW_SYNTHETIC_RANDOM_H
#define CW_SYNTHETIC_RANDOM_H

#include <stdint.h>

#define CW_GOLDEN UINT64_C(0x9e3779b97f4a7c15)

static inline uint64_t cw_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* The use-th number that belongs to `state`. */
static inline uint64_t cw_draw(uint64_t state, uint64_t use)
{
	return cw_mix(state ^ (use + 1) * UINT64_C(0xd1342543de82ef95));
}

/* All records of a task: distinct for distinct seeds and tasks. */
static inline uint64_t cw_series(uint64_t seed, uint32_t task)
{
	return cw_mix(cw_mix(seed + CW_GOLDEN) + (task + UINT64_C(1)) * UINT64_C(0xda942042e4dd58b5));
}

/* The state of record k of a series. */
static inline uint64_t cw_record_state(uint64_t series, uint64_t k)
{
	return cw_mix(series + k * CW_GOLDEN);
}

/* 0 … n-1 from the upper half of a draw. */
static inline uint32_t cw_below(uint64_t draw, uint32_t n)
{
	return (uint32_t)(((draw >> 32) * n) >> 32);
}

#endif
