/*
 * allocations - how often a thread of the test program took memory from the heap.
 *
 * The program's malloc() counts. A sanitizer has its own, and other C libraries have no other name for theirs: there
 * CW_ALLOCATIONS_COUNT is 0, and nothing is counted.
 */
#ifndef CW_TESTS_ALLOCATIONS_H
#define CW_TESTS_ALLOCATIONS_H

#include <stdlib.h> /* also says __GLIBC__ */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define CW_ALLOCATIONS_COUNT 0
#else
#define CW_ALLOCATIONS_COUNT 1
#endif

size_t cw_allocations(void); /* the calling thread */

#endif
