/*
 * A clock that can be stepped, for one program and those that it starts, by LD_PRELOAD: $CW_CLOCK_FILE holds 8 bytes, the
 * nanoseconds by which the time of day is off. What waits until a time of day waits for that of this clock, as the
 * kernel has it: a step back makes such a wait longer. The monotonic clock is left alone.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/syscall.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#define NS INT64_C(1000000000)
#define LOOK_NS INT64_C(50000000) /* so often a wait looks at the clock */

static int64_t offset_ns(void)
{
	static _Atomic(const volatile int64_t *) mapped;
	const volatile int64_t *offset = mapped;

	if (!offset) {
		const char *path = getenv("CW_CLOCK_FILE");
		int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
		void *p = fd >= 0 ? mmap(NULL, sizeof(*offset), PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

		if (p == MAP_FAILED)
			_exit(125);
		close(fd);
		mapped = offset = p;
	}
	return *offset;
}

static int64_t true_ns(clockid_t clock)
{
	struct timespec t;

	syscall(SYS_clock_gettime, clock, &t);
	return t.tv_sec * NS + t.tv_nsec;
}

static int64_t day_ns(void)
{
	return true_ns(CLOCK_REALTIME) + offset_ns();
}

static struct timespec spec(int64_t ns)
{
	return (struct timespec){ ns / NS, ns % NS };
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
	if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)
		return (int)syscall(SYS_clock_gettime, clock, t);
	*t = spec(day_ns());
	return 0;
}

int timespec_get(struct timespec *t, int base)
{
	if (base != TIME_UTC)
		return 0;
	*t = spec(day_ns());
	return base;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	int64_t ns = day_ns();

	(void)zone;
	*t = (struct timeval){ ns / NS, ns % NS / 1000 };
	return 0;
}

time_t time(time_t *out)
{
	time_t now = day_ns() / NS;

	if (out)
		*out = now;
	return now;
}

/*
 * A piece of a wait until a time of day. When the piece is over and the time has not come it returns as if it had been
 * woken, which every caller has to expect: only the caller can see what happened meanwhile.
 */
static int wait_a_piece(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until)
{
	int64_t until_ns = until->tv_sec * NS + until->tv_nsec, left = until_ns - day_ns();
	struct timespec piece = spec(true_ns(CLOCK_MONOTONIC) + (left < 0 ? 0 : left < LOOK_NS ? left : LOOK_NS));
	int status = pthread_cond_clockwait(cond, mutex, CLOCK_MONOTONIC, &piece);

	return status == ETIMEDOUT && day_ns() < until_ns ? 0 : status;
}

/* Of glibc: whether the condition was made for the monotonic clock. */
static int is_monotonic(const pthread_cond_t *cond)
{
	return (cond->__data.__wrefs & 2) != 0;
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until)
{
	if (is_monotonic(cond))
		return pthread_cond_clockwait(cond, mutex, CLOCK_MONOTONIC, until);
	return wait_a_piece(cond, mutex, until);
}

int cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex, const struct timespec *restrict until)
{
	int status = wait_a_piece((pthread_cond_t *)(void *)cond, (pthread_mutex_t *)(void *)mutex, until);

	return status == 0 ? thrd_success : status == ETIMEDOUT ? thrd_timedout : thrd_error;
}
