/*
 * log_lines - tells the worker of the lines that the host logs, for the ring that REST shows.
 *
 * Any thread logs. What is more than CW_LOG_LINES_A_SECOND is only in the log itself; how much that was is told with
 * the next line.
 */
#ifndef CW_HOST_LOG_LINES_H
#define CW_HOST_LOG_LINES_H

#include "base/log.h"
#include "host/link.h"

#define CW_LOG_LINES_A_SECOND 100

struct cw_log_lines {
	struct cw_link *link;
	pthread_mutex_t lock; /* guards the rest */
	int64_t second;       /* since the epoch */
	int n, left_out;      /* told and not told in it */
};

/* From now on; the link is borrowed until cw_log_lines_close(). Main thread, while no other one logs. */
void cw_log_lines_open(struct cw_log_lines *lines, struct cw_link *link);
void cw_log_lines_close(struct cw_log_lines *lines);

#endif
