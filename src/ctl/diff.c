#include "ctl/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ctl/ctl.h"

static void put_line(struct cw_buf *out, bool colors, enum cw_color color, const char *line)
{
	CW_AUTO_FREE char *text = cw_text_harmless(line, false);

	cw_buf_puts(out, "  ");
	cw_color_put(out, colors, color, text);
	cw_buf_puts(out, "\n");
}

size_t cw_diff_put(struct cw_buf *out, bool colors, const json_t *before, const json_t *after)
{
	json_t *all = json_object();
	const char **keys;
	size_t n, lines = 0;

	json_object_update(all, (json_t *)before);
	json_object_update(all, (json_t *)after);
	keys = cw_json_keys(all, &n);
	for (size_t i = 0; i < n; i++) {
		const char *old = cw_json_text(before, keys[i]), *new = cw_json_text(after, keys[i]);
		CW_AUTO_FREE char *line = NULL;

		if (old && new && strcmp(old, new) == 0)
			continue;
		if (old && new)
			line = cw_format("~ %s=%s → %s", keys[i], old, new);
		else
			line = cw_format("%c %s=%s", old ? '-' : '+', keys[i], old ? old : new ? new : "");
		put_line(out, colors, old && new ? CW_COLOR_YELLOW : old ? CW_COLOR_RED : CW_COLOR_GREEN, line);
		lines++;
	}
	free(keys);
	json_decref(all);
	return lines;
}

void cw_diff_put_change(struct cw_buf *out, bool colors, const json_t *before, const json_t *after)
{
	if (cw_diff_put(out, colors, before, after) == 0)
		put_line(out, colors, CW_COLOR_YELLOW, "~ a hidden value");
}
