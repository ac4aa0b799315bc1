#include "base/nearest.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Nobody types more than that; the time for a distance grows with the product of the lengths. */
#define LONGEST 200

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static int same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

size_t cw_edit_distance(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b), result;
	size_t *rows = cw_alloc(3 * (nb + 1) * sizeof(*rows));
	size_t *before = rows, *last = rows + nb + 1, *row = rows + 2 * (nb + 1);

	for (size_t j = 0; j <= nb; j++)
		last[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t *oldest = before;

		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			row[j] = least(last[j - 1] + !same(a[i - 1], b[j - 1]), least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = last;
		last = row;
		row = oldest;
	}
	result = last[nb];
	free(rows);
	return result;
}

void cw_nearest_offer(struct cw_nearest *nearest, const char *candidate)
{
	size_t name_n = strlen(nearest->name), n = strlen(candidate), limit = name_n < 6 ? 1 : name_n / 3, distance;

	/* The difference in length is the least that the distance can be. */
	if (name_n > LONGEST || (n > name_n ? n - name_n : name_n - n) > limit)
		return;
	distance = cw_edit_distance(nearest->name, candidate);
	if (distance > limit || (nearest->best && distance >= nearest->distance))
		return;
	nearest->best = candidate;
	nearest->distance = distance;
}
