/* worker_url - where a worker is, as people and contexts write it. Pure. */
#ifndef CW_CTL_WORKER_URL_H
#define CW_CTL_WORKER_URL_H

#include "connect-worker/connector.h"

struct cw_worker_url {
	char *base;   /* what paths are put behind, with the credentials that it has: without a slash at its end */
	char *shown;  /* the same for people, without credentials */
	char *socket; /* the path of the Unix socket that everything goes through; NULL: it goes over the network */
};

/*
 * "http://HOST:PORT/…", "https://…", the same without a scheme (http), or as the worker itself writes it "unix:/PATH"
 * (also "unix:///PATH"). 0, or -1 with *err (CW_ERR_INVALID), which has no password in it. Free it either way.
 */
int cw_worker_url_read(const char *text, struct cw_worker_url *out, struct cw_error *err);
void cw_worker_url_free(struct cw_worker_url *url);

#endif
