#include "config/version_range.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

/* Takes the next part between dots and dashes; the end reads as empty. */
static size_t next_part(const char **rest, const char **part)
{
	size_t n;

	*rest += strspn(*rest, ".-+");
	*part = *rest;
	n = strcspn(*rest, ".-+");
	*rest += n;
	return n;
}

static int compare_numbers(const char *a, size_t n_a, const char *b, size_t n_b)
{
	while (n_a && *a == '0') {
		a++;
		n_a--;
	}
	while (n_b && *b == '0') {
		b++;
		n_b--;
	}
	if (n_a != n_b)
		return n_a < n_b ? -1 : 1;
	return memcmp(a, b, n_a);
}

int cw_version_compare(const char *a, const char *b)
{
	while (*a || *b) {
		const char *pa, *pb;
		size_t na = next_part(&a, &pa), nb = next_part(&b, &pb);
		bool word_a = na && !isdigit((unsigned char)*pa), word_b = nb && !isdigit((unsigned char)*pb);
		int order;

		if (word_a != word_b)
			return word_a ? -1 : 1; /* a qualifier comes before the version itself */
		if (word_a)
			order = na == nb ? strncasecmp(pa, pb, na) : strcasecmp(pa, pb);
		else
			order = compare_numbers(pa, na, pb, nb);
		if (order)
			return order;
	}
	return 0;
}

/* One "[low,high)" or "[exact]" at *p, which moves past it. */
static int in_interval(const char *version, char **p)
{
	char open = **p, close, *low = *p + 1, *end, *comma;
	int in = 1, order;

	if (open != '[' && open != '(')
		return -1;
	end = strpbrk(low, "])");
	if (!end)
		return -1;
	close = *end;
	*end = '\0';
	*p = end + 1;
	comma = strchr(low, ',');
	if (!comma)
		return open == '[' && close == ']' && *low ? cw_version_compare(version, low) == 0 : -1;
	*comma = '\0';
	if (strpbrk(low, "[(") || strpbrk(comma + 1, "[(,"))
		return -1;
	if (*low) {
		order = cw_version_compare(version, low);
		in = order > 0 || (order == 0 && open == '[');
	}
	if (comma[1]) {
		order = cw_version_compare(version, comma + 1);
		in = in && (order < 0 || (order == 0 && close == ']'));
	}
	return in;
}

int cw_version_in_range(const char *version, const char *range)
{
	CW_AUTO_FREE char *copy = cw_strdup(range);
	char *p = copy, *to = copy;
	int found = 0;

	for (const char *from = range; *from; from++)
		if (!isspace((unsigned char)*from))
			*to++ = *from;
	*to = '\0';
	if (!*p || strcasecmp(p, "latest") == 0)
		return 1;
	if (*p != '[' && *p != '(')
		return strpbrk(p, "[](),") ? -1 : cw_version_compare(version, p) == 0;
	for (;;) {
		int in = in_interval(version, &p);

		if (in < 0)
			return -1;
		found |= in;
		if (!*p)
			return found;
		if (*p++ != ',')
			return -1;
	}
}
