#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/mem.h"

static int open_beside(const char *path, const char *suffix, struct cw_error *err)
{
	CW_AUTO_FREE char *name = cw_format("%s%s", path, suffix);
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return cw_error_set(err, CW_ERR_FATAL, "cannot open %s: %s", name, strerror(errno));
	return fd;
}

static int refuse(int fd, const char *path, struct cw_error *err)
{
	char holder[200] = "";
	ssize_t n = pread(fd, holder, sizeof(holder) - 1, 0);

	holder[n > 0 ? n : 0] = '\0';
	holder[strcspn(holder, "\n")] = '\0';
	close(fd);
	return cw_error_set(err, CW_ERR_CONFLICT, "state file %s is in use by connect-worker %s", path,
			    holder[0] ? holder : "(it has not said which)");
}

int cw_store_lock(const char *path, const char *holder, struct cw_error *err)
{
	int fd = open_beside(path, ".lock", err);
	CW_AUTO_FREE char *line = cw_format("pid %ld (%s)\n", (long)getpid(), holder);
	size_t n = strlen(line);

	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		int reason = errno;

		if (reason == EWOULDBLOCK)
			return refuse(fd, path, err);
		close(fd);
		return cw_error_set(err, CW_ERR_FATAL, "cannot lock %s.lock: %s", path, strerror(reason));
	}
	/* The text is only a courtesy: a full disk does not keep the worker from running. */
	if (pwrite(fd, line, n, 0) == (ssize_t)n && ftruncate(fd, (off_t)n) != 0)
		errno = 0;
	return fd;
}

int cw_store_lock_check(const char *path, struct cw_error *err)
{
	CW_AUTO_FREE char *name = cw_format("%s.lock", path);
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		return refuse(fd, path, err);
	close(fd);
	return 0;
}

int cw_hosts_lock_open(const char *path, struct cw_error *err)
{
	return open_beside(path, ".hosts", err);
}

bool cw_hosts_lock_try(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) == 0;
}
