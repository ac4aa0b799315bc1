#include "base/hide.h"

#include <string.h>

#include "base/mem.h"

/* The longest key that the text begins with; NULL: none. */
static const struct cw_map_entry *hidden_at(const char *text, const struct cw_map *hidden)
{
	const struct cw_map_entry *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < hidden->n; i++) {
		size_t n = strlen(hidden->entries[i].key);

		if (n >= CW_HIDE_MIN && n > longest && strncmp(text, hidden->entries[i].key, n) == 0) {
			best = &hidden->entries[i];
			longest = n;
		}
	}
	return best;
}

char *cw_hide(const char *text, const struct cw_map *hidden)
{
	struct cw_buf out = { 0 };

	cw_buf_puts(&out, "");
	while (*text) {
		const struct cw_map_entry *entry = hidden_at(text, hidden);

		if (entry)
			cw_buf_puts(&out, entry->value);
		else
			cw_buf_append(&out, text, 1);
		text += entry ? strlen(entry->key) : 1;
	}
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
