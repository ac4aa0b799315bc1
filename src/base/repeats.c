#include "base/repeats.h"

/* FNV-1a, which is never 0 here. */
static uint64_t hash_of(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash ? hash : 1;
}

bool cw_repeats_say(struct cw_repeats *repeats, const char *text, int64_t now_ms)
{
	uint64_t hash = hash_of(text);
	struct cw_repeats_line *line;

	for (unsigned i = 0; i < CW_REPEATS_LINES; i++) {
		line = &repeats->lines[i];
		if (line->hash != hash)
			continue;
		if (now_ms - line->said_ms < CW_REPEATS_MS)
			return false;
		line->said_ms = now_ms;
		return true;
	}
	line = &repeats->lines[repeats->next++ % CW_REPEATS_LINES];
	*line = (struct cw_repeats_line){ .hash = hash, .said_ms = now_ms };
	return true;
}
