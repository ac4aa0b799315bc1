/* options - the command line of connect-worker. */
#ifndef CW_WORKER_OPTIONS_H
#define CW_WORKER_OPTIONS_H

#include <stdbool.h>

struct cw_worker_options {
	bool embedded;
	const char *log_format, *log_level; /* NULL: as the worker file says */
	const char *worker_file;            /* NULL: all defaults */
	char *const *connector_files;
	int n_connector_files;
};

enum {
	CW_EXIT_OK = 0,
	CW_EXIT_FAILURE = 1, /* something went wrong while it ran, or kept it from running */
	CW_EXIT_USAGE = 2    /* the command line or a configuration is wrong */
};

/* -1: go on with *out (borrowed from argv). Else the exit status: help was printed, or what is wrong. */
int cw_worker_options_parse(int argc, char **argv, struct cw_worker_options *out);

#endif
