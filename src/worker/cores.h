/* cores - that crashes leave no passwords behind. */
#ifndef CW_WORKER_CORES_H
#define CW_WORKER_CORES_H

/*
 * From now on neither this process nor those that it starts leave core files, or hand their memory to a program that gets
 * cores instead. What cannot be done is a warning in the log.
 */
void cw_cores_forbid(void);

#endif
