#include "oracle_json.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/mem.h"

/* Deeper than any recorded text. */
#define MAX_DEPTH 2100
/* As many as Java prints of a float, at most. */
#define FLOAT_DIGITS 9u

struct reader {
	const char *p, *end;
	unsigned freedom;
	int depth;
};

/* A member of an object, or an item of an array: its one text that equal ones have in common. */
struct part {
	char *text;
	size_t n;
};

static bool canonical(struct reader *in, struct cw_buf *out);

static bool take(struct reader *in, char c)
{
	if (in->p == in->end || *in->p != c)
		return false;
	in->p++;
	return true;
}

static bool string(struct reader *in, struct cw_buf *out)
{
	const char *start = in->p;

	if (!take(in, '"'))
		return false;
	while (in->p < in->end && *in->p != '"')
		in->p += *in->p == '\\' ? 2 : 1;
	if (!take(in, '"'))
		return false;
	cw_buf_append(out, start, (size_t)(in->p - start));
	return true;
}

/* Digits before the exponent. */
static size_t digits(const char *number)
{
	size_t n = 0;

	for (; *number && *number != 'e' && *number != 'E'; number++)
		n += isdigit((unsigned char)*number) != 0;
	return n;
}

/* A number, true, false or null. */
static bool word(struct reader *in, struct cw_buf *out)
{
	const char *start = in->p;
	char text[64];
	size_t n;

	while (in->p < in->end && (isalnum((unsigned char)*in->p) || strchr("+-.", *in->p)))
		in->p++;
	n = (size_t)(in->p - start);
	if (n == 0)
		return false;
	if (!(in->freedom & ORACLE_BY_VALUE) || n >= sizeof(text) || isalpha((unsigned char)*start)) {
		cw_buf_append(out, start, n);
		return true;
	}
	memcpy(text, start, n);
	text[n] = '\0';
	if (strpbrk(text, ".eE") && in->freedom & ORACLE_AS_FLOAT && digits(text) <= FLOAT_DIGITS)
		cw_buf_printf(out, "%.9g", (double)strtof(text, NULL));
	else if (strpbrk(text, ".eE"))
		cw_buf_printf(out, "%.17g", strtod(text, NULL));
	else
		cw_buf_puts(out, text);
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	int order = memcmp(x->text, y->text, x->n < y->n ? x->n : y->n);

	return order ? order : (x->n > y->n) - (x->n < y->n);
}

static bool part(struct reader *in, bool named, struct part *out)
{
	struct cw_buf text = { 0 };
	bool good = (!named || (string(in, &text) && take(in, ':'))) && canonical(in, &text);

	out->n = text.n;
	out->text = cw_buf_take(&text);
	return good;
}

/* What is between brackets or braces. */
static bool parts(struct reader *in, bool named, struct cw_buf *out)
{
	struct part *all = NULL;
	size_t n = 0, cap = 0;
	char close = named ? '}' : ']';
	bool good = true;

	in->p++;
	if (in->depth++ > MAX_DEPTH)
		return false;
	if (in->p == in->end || *in->p != close) {
		do {
			if (n == cap)
				all = cw_realloc(all, (cap = cap ? 2 * cap : 8) * sizeof(*all));
			good = part(in, named, &all[n++]);
		} while (good && take(in, ','));
	}
	good = good && take(in, close);
	in->depth--;
	/* A map whose keys are no strings is an array of pairs. */
	if (in->freedom & ORACLE_ANY_ORDER && n && (named || all[0].text[0] == '['))
		qsort(all, n, sizeof(*all), compare);
	for (size_t i = 0; i < n; i++) {
		cw_buf_puts(out, i ? "," : named ? "{" : "[");
		cw_buf_append(out, all[i].text, all[i].n);
		free(all[i].text);
	}
	cw_buf_puts(out, n ? "" : named ? "{" : "[");
	cw_buf_append(out, &close, 1);
	free(all);
	return good;
}

static bool canonical(struct reader *in, struct cw_buf *out)
{
	if (in->p == in->end)
		return false;
	switch (*in->p) {
	case '{':
		return parts(in, true, out);
	case '[':
		return parts(in, false, out);
	case '"':
		return string(in, out);
	default:
		return word(in, out);
	}
}

static bool whole(struct cw_slice text, unsigned freedom, struct cw_buf *out)
{
	struct reader in = { text.p, text.p + text.n, freedom, 0 };

	return canonical(&in, out) && in.p == in.end;
}

bool oracle_json_equal(struct cw_slice a, struct cw_slice b, unsigned freedom)
{
	struct cw_buf x = { 0 }, y = { 0 };
	bool equal = whole(a, freedom, &x) && whole(b, freedom, &y) && x.n == y.n && memcmp(x.p, y.p, x.n) == 0;

	cw_buf_free(&x);
	cw_buf_free(&y);
	return equal;
}
