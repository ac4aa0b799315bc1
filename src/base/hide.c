#include "base/hide.h"

#include <string.h>

#include "base/mem.h"

/* The longest key that the bytes begin with; NULL: none. */
static const struct cw_map_entry *hidden_at(const char *p, size_t n, const struct cw_map *hidden)
{
	const struct cw_map_entry *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < hidden->n; i++) {
		size_t length = strlen(hidden->entries[i].key);

		if (length >= CW_HIDE_MIN && length > longest && length <= n && memcmp(p, hidden->entries[i].key, length) == 0) {
			best = &hidden->entries[i];
			longest = length;
		}
	}
	return best;
}

void cw_hide_bytes(struct cw_buf *out, const char *p, size_t n, const struct cw_map *hidden)
{
	while (n > 0) {
		const struct cw_map_entry *entry = hidden_at(p, n, hidden);
		size_t length = entry ? strlen(entry->key) : 1;

		if (entry)
			cw_buf_puts(out, entry->value);
		else
			cw_buf_append(out, p, 1);
		p += length;
		n -= length;
	}
}

char *cw_hide(const char *text, const struct cw_map *hidden)
{
	struct cw_buf shown = { 0 }, out = { 0 };

	cw_hide_bytes(&shown, text, strlen(text), hidden);
	cw_buf_utf8(&out, shown.p, shown.n);
	cw_buf_free(&shown);
	return cw_buf_take(&out);
}

char *cw_trimmed(const char *text)
{
	size_t n;

	text += strspn(text, " \t\r\n");
	for (n = strlen(text); n && strchr(" \t\r\n", text[n - 1]); n--)
		;
	return cw_strndup(text, n);
}
