#include "supervisor/usage.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The fields of /proc/PID/stat behind the name, which may have anything in it: see proc(5). */
#define STAT_FIELDS                                                                                                    \
	" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d %*u %*u %lld"

bool cw_usage_read(pid_t pid, struct cw_usage *out)
{
	char path[64], text[1024];
	unsigned long long user, system;
	const char *behind_name;
	long long pages;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	behind_name = strrchr(text, ')');
	if (!behind_name || sscanf(behind_name + 1, STAT_FIELDS, &user, &system, &pages) != 3)
		return false;
	out->cpu_s = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
	out->resident_bytes = (int64_t)pages * sysconf(_SC_PAGESIZE);
	return true;
}
