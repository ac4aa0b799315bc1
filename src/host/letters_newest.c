#include "host/letters_newest.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void make_room(struct cw_letters_newest *newest, size_t n)
{
	json_t **partitions;

	if (n <= newest->n)
		return;
	partitions = cw_alloc(n * sizeof(*partitions));
	if (newest->n > 0)
		memcpy(partitions, newest->partitions, newest->n * sizeof(*partitions));
	free(newest->partitions);
	newest->partitions = partitions;
	newest->n = n;
}

void cw_letters_newest_add(struct cw_letters_newest *newest, int32_t partition, json_t *letter)
{
	json_t **list;

	make_room(newest, (size_t)partition + 1);
	list = &newest->partitions[partition];
	if (!*list)
		*list = json_array();
	json_array_append_new(*list, letter);
	if (json_array_size(*list) > newest->limit)
		json_array_remove(*list, 0);
}

static json_int_t time_of(const json_t *letters, size_t end)
{
	return json_integer_value(json_object_get(json_array_get(letters, end - 1), "timestamp"));
}

/* The partition whose last letter before ends[] is the newest; newest->n: nothing is left. */
static size_t find_newest(const struct cw_letters_newest *newest, const size_t *ends)
{
	size_t best = newest->n;

	for (size_t i = 0; i < newest->n; i++)
		if (ends[i] > 0 && (best == newest->n || time_of(newest->partitions[i], ends[i]) >
								 time_of(newest->partitions[best], ends[best])))
			best = i;
	return best;
}

json_t *cw_letters_newest_list(const struct cw_letters_newest *newest)
{
	size_t *ends = cw_alloc((newest->n + 1) * sizeof(*ends)), from;
	json_t *list = json_array();

	for (size_t i = 0; i < newest->n; i++)
		ends[i] = json_array_size(newest->partitions[i]);
	while (json_array_size(list) < newest->limit && (from = find_newest(newest, ends)) < newest->n)
		json_array_insert(list, 0, json_array_get(newest->partitions[from], --ends[from]));
	free(ends);
	return list;
}

void cw_letters_newest_free(struct cw_letters_newest *newest)
{
	for (size_t i = 0; i < newest->n; i++)
		json_decref(newest->partitions[i]);
	free(newest->partitions);
	*newest = (struct cw_letters_newest){ 0 };
}
