#include "worker/cores.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"

/*
 * Passwords are in the memory of worker and hosts, and a core file is a copy of it. The limit counts for files alone:
 * a program that core_pattern pipes cores to is started all the same. It gets the memory that the filter lets through,
 * here none; a kernel without the filter has no such file. The hosts inherit both. (The dumpable flag would do as much,
 * but also take /proc/PID from whoever looks after the worker.)
 */
void cw_cores_forbid(void)
{
	struct rlimit none = { 0, 0 };
	int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);

	setrlimit(RLIMIT_CORE, &none);
	if (fd < 0)
		return;
	if (write(fd, "0", 1) != 1)
		log_warn(NULL, "a program that the system hands core dumps to may get this worker's memory: "
			       "/proc/self/coredump_filter cannot be written: %s", strerror(errno));
	close(fd);
}
