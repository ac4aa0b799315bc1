/* condition - conditions that are waited for by the monotonic clock, so that nobody who sets the time is waited for. */
#ifndef CW_BASE_CONDITION_H
#define CW_BASE_CONDITION_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

void cw_condition_init(pthread_cond_t *condition);
/*
 * With the lock held. Until somebody says that something has changed, or for no reason, or until then by cw_clock_ms();
 * INT64_MAX: for ever. False: that time has come.
 */
bool cw_condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until_ms);

#endif
