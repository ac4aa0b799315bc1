#include "fuzz.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

#define MAX_BYTES 65536
#define MAX_CHANGES 8

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

struct cw_fuzz cw_fuzz_start(const char *what)
{
	uint64_t seed = from_environment("CW_SEED", 1);
	int64_t seconds = (int64_t)from_environment("CW_FUZZ_SECONDS", 1);
	struct cw_fuzz fuzz = { .state = seed, .end_ms = cw_clock_ms() + seconds * 1000 };

	printf("\n%s: CW_SEED=%" PRIu64 "\n", what, seed);
	fflush(stdout);
	return fuzz;
}

bool cw_fuzz_next(struct cw_fuzz *fuzz)
{
	if (fuzz->rounds % 16 == 0 && cw_clock_ms() >= fuzz->end_ms) {
		printf("%" PRIu64 " rounds\n", fuzz->rounds);
		return false;
	}
	fuzz->rounds++;
	return true;
}

/* SplitMix64. */
static uint64_t next_random(struct cw_fuzz *fuzz)
{
	uint64_t z = fuzz->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

size_t cw_fuzz_below(struct cw_fuzz *fuzz, size_t n)
{
	return (size_t)(next_random(fuzz) % n);
}

/* Bytes that begin or end something, or are at the edge of something. */
static char odd_byte(struct cw_fuzz *fuzz)
{
	static const char odd[] = "\0\t\n\r \"#$%&'()*+,-./:;=?@[\\]^_`{|}~\x7f\x80\xbf\xc0\xc3\xe2\xed\xf0\xf4\xff" "019AaZu";

	if (cw_fuzz_below(fuzz, 3) == 0)
		return (char)cw_fuzz_below(fuzz, 256);
	return odd[cw_fuzz_below(fuzz, sizeof(odd) - 1)];
}

/* Puts n bytes in the place of `gone` at `at`. */
static void splice(struct cw_buf *buf, size_t at, size_t gone, const char *p, size_t n)
{
	struct cw_buf out = { 0 };

	cw_buf_append(&out, buf->p, at);
	cw_buf_append(&out, p, n);
	cw_buf_append(&out, buf->p + at + gone, buf->n - at - gone);
	cw_buf_free(buf);
	*buf = out;
}

static void change(struct cw_fuzz *fuzz, const struct cw_fuzz_corpus *corpus, struct cw_buf *buf)
{
	size_t at = cw_fuzz_below(fuzz, buf->n + 1), rest = buf->n - at;
	size_t span = rest ? cw_fuzz_below(fuzz, rest < 32 || cw_fuzz_below(fuzz, 8) == 0 ? rest + 1 : 32) : 0;
	const char *word = corpus->words[cw_fuzz_below(fuzz, corpus->n_words)];
	const char *other = corpus->items[cw_fuzz_below(fuzz, corpus->n_items)];
	struct cw_buf copy = { 0 };
	char byte = odd_byte(fuzz);
	size_t n;

	switch (cw_fuzz_below(fuzz, 8)) {
	case 0: /* one byte is another */
		splice(buf, at, rest > 0, &byte, 1);
		break;
	case 1: /* one more */
		splice(buf, at, 0, &byte, 1);
		break;
	case 2: /* some are missing */
		splice(buf, at, span, "", 0);
		break;
	case 3: /* some come twice, or many times */
		cw_buf_append(&copy, buf->p + at, span);
		for (n = 1 + cw_fuzz_below(fuzz, 4) * cw_fuzz_below(fuzz, 40); n > 0 && buf->n + span < MAX_BYTES; n--)
			splice(buf, at, 0, copy.p, span);
		cw_buf_free(&copy);
		break;
	case 4: /* the end is missing */
		splice(buf, at, rest, "", 0);
		break;
	case 5: /* another one begins */
		n = cw_fuzz_below(fuzz, strlen(other) + 1);
		splice(buf, at, rest, other + n, strlen(other) - n);
		break;
	default: /* a word, instead of something or beside it */
		splice(buf, at, cw_fuzz_below(fuzz, 2) * span, word, strlen(word));
	}
}

static void make(struct cw_fuzz *fuzz, const struct cw_fuzz_corpus *corpus, struct cw_buf *out)
{
	cw_buf_puts(out, corpus->items[cw_fuzz_below(fuzz, corpus->n_items)]);
	for (size_t n = cw_fuzz_below(fuzz, MAX_CHANGES + 1); n > 0; n--)
		change(fuzz, corpus, out);
}

char *cw_fuzz_bytes(struct cw_fuzz *fuzz, const struct cw_fuzz_corpus *corpus, size_t *n)
{
	struct cw_buf buf = { 0 };
	char *exact;

	make(fuzz, corpus, &buf);
	*n = buf.n;
	exact = cw_alloc(buf.n ? buf.n : 1);
	if (buf.n)
		memcpy(exact, buf.p, buf.n);
	cw_buf_free(&buf);
	return exact;
}

char *cw_fuzz_text(struct cw_fuzz *fuzz, const struct cw_fuzz_corpus *corpus)
{
	size_t n;
	CW_AUTO_FREE char *bytes = cw_fuzz_bytes(fuzz, corpus, &n);

	return cw_strndup(bytes, strnlen(bytes, n));
}
