#include "allocations.h"

/* Of one thread, since a test's server may have others that are not done yet. */
static _Thread_local size_t allocations;

size_t cw_allocations(void)
{
	return allocations;
}

#if CW_ALLOCATIONS_COUNT
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	allocations++;
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	allocations++;
	return __libc_realloc(p, size);
}
#endif
