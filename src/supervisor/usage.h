/* usage - what a process has used so far, as the kernel counts it. */
#ifndef CW_SUPERVISOR_USAGE_H
#define CW_SUPERVISOR_USAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct cw_usage {
	double cpu_s;		/* user and system time of all its threads, with the clock's ticks of a hundredth */
	int64_t resident_bytes; /* in memory now, with what it shares with others */
};

/* Of a process that was not waited for yet, so that its id is still its own; a short read. False: it is gone. */
bool cw_usage_read(pid_t pid, struct cw_usage *out);

#endif
