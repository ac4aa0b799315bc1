/* host - the run mode of connect-host: one connector and its tasks, driven by the worker. */
#ifndef CW_HOST_HOST_H
#define CW_HOST_HOST_H

/* Returns the exit status. */
int cw_host_run(const char *connector);

#endif
