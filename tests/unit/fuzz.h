/*
 * fuzz - inputs for parsers of bytes: good ones, taken apart and put together wrongly. The same seed gives the same
 * inputs in the same order. What is asserted of them is little: the sanitizers find the rest.
 *
 * A test runs for a second; CW_FUZZ_SECONDS says otherwise (tests/run.sh --long). CW_SEED is the seed, which is
 * printed.
 */
#ifndef CW_TESTS_FUZZ_H
#define CW_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cw_fuzz {
	uint64_t state, rounds;
	int64_t end_ms;
};

/* What inputs are made of. */
struct cw_fuzz_corpus {
	const char *const *items; /* good inputs */
	size_t n_items;
	const char *const *words; /* what matters in them */
	size_t n_words;
};

#define CW_FUZZ_CORPUS(items, words) \
	{ (items), sizeof(items) / sizeof(*(items)), (words), sizeof(words) / sizeof(*(words)) }

struct cw_fuzz cw_fuzz_start(const char *what);
/* False when the time is over; then it has said how many rounds there were. */
bool cw_fuzz_next(struct cw_fuzz *fuzz);
/* 0…n-1 */
size_t cw_fuzz_below(struct cw_fuzz *fuzz, size_t n);
/* n bytes in a block of their own size, so that reading past the end is seen. New. */
char *cw_fuzz_bytes(struct cw_fuzz *fuzz, const struct cw_fuzz_corpus *corpus, size_t *n);
/* The same as a C string. New. */
char *cw_fuzz_text(struct cw_fuzz *fuzz, const struct cw_fuzz_corpus *corpus);

#endif
