/* Looking again and again. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ctl/ctl.h"

void cw_ctl_sleep_until(int64_t until_ms)
{
	struct timespec at = { .tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

/* One frame: the screen is cleared only together with what comes onto it, so that it does not flicker. */
static void show(const struct cw_ctl *ctl, const struct cw_buf *text, bool watch)
{
	char time[32];

	if (text->n > 0 && watch && ctl->io.tty) {
		cw_clock_iso(cw_clock_epoch_ms(), time, sizeof(time));
		fprintf(ctl->io.out, "\033[H\033[2J%s  %s\n", time, cw_client_url(ctl->client));
	}
	if (text->n > 0)
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
