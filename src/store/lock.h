/*
 * lock - the file beside the state file that says who uses it.
 *
 * PATH.lock is locked (flock) while a worker runs; the kernel lets go when it dies, however it dies.
 * Its text says who holds it, for the message of the one who comes second.
 */
#ifndef CW_STORE_LOCK_H
#define CW_STORE_LOCK_H

#include "connect-worker/connector.h"

/* The locked descriptor (close-on-exec; close it to unlock), or -1 with *err: CW_ERR_CONFLICT names the holder. */
int cw_store_lock(const char *path, const char *holder, struct cw_error *err);

/* Whether somebody has locked it now, without making or locking anything: 0 nobody, -1 with *err as above. */
int cw_store_lock_check(const char *path, struct cw_error *err);

/*
 * PATH.hosts: a descriptor to be inherited by every host of this worker, or -1 with *err set. Not locked yet.
 * cw_hosts_lock_try() is true once no host of an earlier worker lives any more.
 */
int cw_hosts_lock_open(const char *path, struct cw_error *err);
bool cw_hosts_lock_try(int fd);

#endif
