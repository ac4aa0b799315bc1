#include "base/log_rings.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"

struct line {
	struct line *older, *newer;
	uint64_t number; /* the ring's first line ever is 0 */
	int64_t epoch_ms;
	enum cw_log_level level;
	int task;
	size_t n;
	char text[];
};

struct ring {
	struct ring *next;
	char *connector;
	struct line *oldest, *newest;
	size_t n, bytes;
	uint64_t end; /* number of the next line */
	size_t followers;
	bool dropped; /* the last of its followers frees it */
};

struct cw_log_follower {
	struct cw_log_follower *next;
	struct cw_log_rings *rings;
	struct ring *ring; /* NULL: there was none */
	struct cw_log_waiter waiter;
	int level;
	uint64_t at; /* number of the line to be read next */
	bool waits, beat;
	struct cw_buf out; /* at most a line and a number */
	size_t sent;
};

struct cw_log_rings {
	pthread_mutex_t lock; /* guards all below, and what it leads to */
	struct ring *rings;
	struct cw_log_follower *followers;
	size_t n_followers;
	bool closed;
};

struct cw_log_rings *cw_log_rings_new(void)
{
	struct cw_log_rings *rings = cw_alloc(sizeof(*rings));

	pthread_mutex_init(&rings->lock, NULL);
	return rings;
}

static void forget_oldest(struct ring *ring)
{
	struct line *line = ring->oldest;

	ring->oldest = line->newer;
	if (ring->oldest)
		ring->oldest->older = NULL;
	else
		ring->newest = NULL;
	ring->n--;
	ring->bytes -= sizeof(*line) + line->n;
	free(line);
}

static void free_ring(struct ring *ring)
{
	while (ring->oldest)
		forget_oldest(ring);
	free(ring->connector);
	free(ring);
}

void cw_log_rings_free(struct cw_log_rings *rings)
{
	struct ring *ring, *next;

	if (!rings)
		return;
	for (ring = rings->rings; ring; ring = next) {
		next = ring->next;
		free_ring(ring);
	}
	pthread_mutex_destroy(&rings->lock);
	free(rings);
}

/* Where the connector's ring is, or would be. */
static struct ring **place_of(struct cw_log_rings *rings, const char *connector)
{
	struct ring **place = &rings->rings;

	while (*place && strcmp((*place)->connector, connector) != 0)
		place = &(*place)->next;
	return place;
}

void cw_log_rings_open(struct cw_log_rings *rings, const char *connector)
{
	struct ring **place;

	pthread_mutex_lock(&rings->lock);
	place = place_of(rings, connector);
	if (!*place) {
		*place = cw_alloc(sizeof(**place));
		(*place)->connector = cw_strdup(connector);
	}
	pthread_mutex_unlock(&rings->lock);
}

/* With the lock held. */
static void wake(struct cw_log_follower *follower)
{
	if (follower->waits)
		follower->waiter.wake(follower->waiter.arg);
	follower->waits = false;
}

void cw_log_rings_drop(struct cw_log_rings *rings, const char *connector)
{
	struct ring **place, *ring;

	pthread_mutex_lock(&rings->lock);
	place = place_of(rings, connector);
	ring = *place;
	if (ring) {
		*place = ring->next;
		ring->dropped = true;
		for (struct cw_log_follower *f = rings->followers; f; f = f->next)
			if (f->ring == ring)
				wake(f);
		if (ring->followers == 0)
			free_ring(ring);
	}
	pthread_mutex_unlock(&rings->lock);
}

void cw_log_rings_close(struct cw_log_rings *rings)
{
	pthread_mutex_lock(&rings->lock);
	rings->closed = true;
	for (struct cw_log_follower *f = rings->followers; f; f = f->next)
		wake(f);
	pthread_mutex_unlock(&rings->lock);
}

/* ---- lines --------------------------------------------------------------------------------- */

size_t cw_log_line_cut(const char *text, size_t n)
{
	size_t kept = CW_LOG_LINE_MAX;

	if (n <= CW_LOG_LINE_MAX)
		return n;
	while (kept > CW_LOG_LINE_MAX - 4 && cw_utf8_length(text + kept, n - kept) == 0)
		kept--;
	return kept;
}

static struct line *make_line(int task, enum cw_log_level level, int64_t epoch_ms, const char *text, size_t n)
{
	struct line *line = cw_alloc(sizeof(*line) + n);

	line->epoch_ms = epoch_ms;
	line->level = level;
	line->task = task;
	line->n = n;
	memcpy(line->text, text, n);
	return line;
}

/* The oldest make room for it. */
static void append(struct ring *ring, struct line *line)
{
	size_t bytes = sizeof(*line) + line->n;

	while (ring->oldest && (ring->n == CW_LOG_RING_LINES || ring->bytes + bytes > CW_LOG_RING_BYTES))
		forget_oldest(ring);
	line->number = ring->end++;
	line->older = ring->newest;
	if (ring->newest)
		ring->newest->newer = line;
	else
		ring->oldest = line;
	ring->newest = line;
	ring->n++;
	ring->bytes += bytes;
}

void cw_log_rings_add(struct cw_log_rings *rings, const struct cw_log_scope *scope, enum cw_log_level level,
		      int64_t epoch_ms, const char *text, size_t n)
{
	struct ring *ring;

	pthread_mutex_lock(&rings->lock);
	ring = *place_of(rings, scope->connector);
	if (ring) {
		append(ring, make_line(scope->task, level, epoch_ms, text, cw_log_line_cut(text, n)));
		for (struct cw_log_follower *f = rings->followers; f; f = f->next)
			if (f->ring == ring && (int)level <= f->level)
				wake(f);
	}
	pthread_mutex_unlock(&rings->lock);
}

static void render(const struct line *line, struct cw_buf *out)
{
	static const char *const names[] = { "ERROR", "WARN", "INFO", "DEBUG" };
	char time[32];

	cw_clock_iso(line->epoch_ms, time, sizeof(time));
	cw_buf_printf(out, "{\"time\":\"%s\",\"level\":\"%s\"", time, names[line->level]);
	if (line->task >= 0)
		cw_buf_printf(out, ",\"task\":%d", line->task);
	cw_buf_puts(out, ",\"message\":\"");
	cw_buf_json_escape(out, line->text, line->n);
	cw_buf_puts(out, "\"}");
}

/* The number of the line from which on there are so many of the level. */
static uint64_t start_of(const struct ring *ring, const struct cw_log_filter *filter)
{
	uint64_t at = ring->end;
	size_t n = 0;

	for (const struct line *line = ring->newest; line && n < filter->lines; line = line->older) {
		n += (int)line->level <= filter->level;
		at = line->number;
	}
	return at;
}

/* The next line of a level, from number *at on, which moves behind it; NULL when there is none. */
static const struct line *next_line(const struct ring *ring, uint64_t *at, int level)
{
	const struct line *line = ring->newest;

	if (!line || *at >= ring->end)
		return NULL;
	while (line->older && line->number > *at)
		line = line->older;
	while (line && (int)line->level > level)
		line = line->newer;
	*at = line ? line->number + 1 : ring->end;
	return line;
}

json_t *cw_log_rings_read(struct cw_log_rings *rings, const char *connector, const struct cw_log_filter *filter)
{
	struct cw_buf text = { 0 };
	const struct ring *ring;
	json_t *lines;

	cw_buf_puts(&text, "[");
	pthread_mutex_lock(&rings->lock);
	ring = *place_of(rings, connector);
	if (ring) {
		uint64_t at = start_of(ring, filter);
		const struct line *line;

		while ((line = next_line(ring, &at, filter->level))) {
			if (text.n > 1)
				cw_buf_puts(&text, ",");
			render(line, &text);
		}
	}
	pthread_mutex_unlock(&rings->lock);
	cw_buf_puts(&text, "]");
	lines = json_loadb(text.p, text.n, JSON_ALLOW_NUL, NULL);
	cw_buf_free(&text);
	return lines;
}

/* ---- followers ----------------------------------------------------------------------------- */

struct cw_log_follower *cw_log_rings_follow(struct cw_log_rings *rings, const char *connector,
					    const struct cw_log_filter *filter, const struct cw_log_waiter *waiter)
{
	struct cw_log_follower *f = NULL;

	pthread_mutex_lock(&rings->lock);
	if (rings->n_followers < CW_LOG_FOLLOWERS_MAX) {
		f = cw_alloc(sizeof(*f));
		f->rings = rings;
		f->ring = *place_of(rings, connector);
		f->waiter = *waiter;
		f->level = filter->level;
		if (f->ring) {
			f->at = start_of(f->ring, filter);
			f->ring->followers++;
		}
		f->next = rings->followers;
		rings->followers = f;
		rings->n_followers++;
	}
	pthread_mutex_unlock(&rings->lock);
	return f;
}

/* Puts what is next into f->out: nothing, when there is nothing. */
static void refill(struct cw_log_follower *f)
{
	const struct line *line;

	f->out.n = f->sent = 0;
	if (f->ring->oldest && f->at < f->ring->oldest->number) {
		cw_buf_printf(&f->out, "{\"skipped\":%llu}\n", (unsigned long long)(f->ring->oldest->number - f->at));
		f->at = f->ring->oldest->number;
	}
	line = next_line(f->ring, &f->at, f->level);
	if (line)
		render(line, &f->out);
	if (line || f->beat)
		cw_buf_puts(&f->out, "\n");
	f->beat = false;
}

/* With the lock held: whether no line will come any more. */
static bool has_ended(const struct cw_log_follower *f)
{
	return f->rings->closed || !f->ring || f->ring->dropped;
}

ssize_t cw_log_follower_read(struct cw_log_follower *f, char *out, size_t max)
{
	size_t n = 0;
	bool ended;

	pthread_mutex_lock(&f->rings->lock);
	while (n < max) {
		size_t left = f->out.n - f->sent, part = left < max - n ? left : max - n;

		if (left == 0 && f->ring) {
			refill(f);
			if (f->out.n > 0)
				continue;
		}
		if (left == 0)
			break;
		memcpy(out + n, f->out.p + f->sent, part);
		f->sent += part;
		n += part;
	}
	ended = n == 0 && has_ended(f);
	if (n == 0 && !ended) {
		f->waits = true;
		f->waiter.pause(f->waiter.arg);
	}
	pthread_mutex_unlock(&f->rings->lock);
	return ended ? -1 : (ssize_t)n;
}

void cw_log_follower_free(struct cw_log_follower *follower)
{
	struct cw_log_rings *rings;

	if (!follower)
		return;
	rings = follower->rings;
	pthread_mutex_lock(&rings->lock);
	for (struct cw_log_follower **p = &rings->followers; *p; p = &(*p)->next)
		if (*p == follower) {
			*p = follower->next;
			break;
		}
	rings->n_followers--;
	if (follower->ring && --follower->ring->followers == 0 && follower->ring->dropped)
		free_ring(follower->ring);
	pthread_mutex_unlock(&rings->lock);
	cw_buf_free(&follower->out);
	free(follower);
}

size_t cw_log_rings_beat(struct cw_log_rings *rings)
{
	size_t n;

	pthread_mutex_lock(&rings->lock);
	for (struct cw_log_follower *f = rings->followers; f; f = f->next) {
		f->beat = true;
		wake(f);
	}
	n = rings->n_followers;
	pthread_mutex_unlock(&rings->lock);
	return n;
}
