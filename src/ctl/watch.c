/* Looking again and again. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ctl/ctl.h"
#include "ctl/screen.h"

void cw_ctl_sleep_until(int64_t until_ms)
{
	struct timespec at = { .tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

/*
 * A frame: the screen is cleared only together with what comes onto it, so that it does not flicker, and no line of it
 * pushes the first ones out. The last line of the screen stays free for the cursor.
 */
static void draw(struct cw_ctl *ctl, const struct cw_buf *text)
{
	char time[32];
	struct cw_buf all = { 0 }, frame = { 0 };

	if (ctl->io.measure)
		ctl->io.measure(&ctl->io);
	cw_clock_iso(cw_clock_epoch_ms(), time, sizeof(time));
	cw_buf_printf(&all, "%s  %s\n", time, cw_client_url(ctl->client));
	cw_buf_append(&all, text->p, text->n);
	cw_buf_puts(&frame, "\033[H\033[2J");
	cw_screen_put(&frame, all.p, ctl->io.height > 3 ? (size_t)ctl->io.height - 1 : 0, (size_t)ctl->io.width);
	fwrite(frame.p, 1, frame.n, ctl->io.out);
	cw_buf_free(&frame);
	cw_buf_free(&all);
}

static void show(struct cw_ctl *ctl, const struct cw_buf *text, bool watch)
{
	if (text->n > 0 && watch && ctl->io.tty)
		draw(ctl, text);
	else if (text->n > 0)
		fwrite(text->p, 1, text->n, ctl->io.out);
	fflush(ctl->io.out);
}

static bool goes_on(enum cw_ctl_exit result, bool first)
{
	return result == CW_CTL_OK || result == CW_CTL_FAILED || (result == CW_CTL_UNREACHABLE && !first);
}

enum cw_ctl_exit cw_ctl_watch(struct cw_ctl *ctl, enum cw_ctl_exit (*look)(struct cw_ctl *, void *, struct cw_buf *),
			      void *arg)
{
	bool watch = ctl->given & (CW_O_WATCH | CW_O_COUNT);
	enum cw_ctl_exit result = CW_CTL_OK;
	int64_t next_ms = cw_clock_ms();

	for (int64_t i = 0; i == 0 || (watch && (ctl->count == 0 || i < ctl->count)); i++) {
		struct cw_buf text = { 0 };

		if (i > 0)
			cw_ctl_sleep_until(next_ms);
		result = look(ctl, arg, &text);
		show(ctl, &text, watch);
		cw_buf_free(&text);
		if (!goes_on(result, i == 0) || ferror(ctl->io.out))
			break;
		next_ms += ctl->interval_ms;
		if (next_ms < cw_clock_ms()) /* a worker that is slower than that is not asked without a pause */
			next_ms = cw_clock_ms() + ctl->interval_ms;
	}
	return result;
}
