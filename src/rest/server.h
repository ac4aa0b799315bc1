/*
 * server - the REST API over HTTP, on the worker's listeners.
 *
 * One event thread for each listener reads and writes all its connections, so that a slow client holds
 * nothing but its connection, and that not for ever; calls into the herder are made by a small pool of threads
 * meanwhile, slow password hashes by another. What is asked and answered is decided by the pure modules beside it.
 */
#ifndef CW_REST_SERVER_H
#define CW_REST_SERVER_H

#include "config/worker_config.h"
#include "herder/herder.h"

struct cw_rest;

/*
 * Whether REST could be started: reads the files of users, roles and certificates, and opens and closes every listener.
 * 0, or -1 with *err as cw_rest_start() would set it. Nothing is left behind.
 */
int cw_rest_check(const struct cw_worker_config *config, struct cw_error *err);

/*
 * Listens and answers from now on. `config` and `herder` must live until cw_rest_stop(). NULL with *err set
 * (INVALID: a listener or file that cannot be understood; FATAL: the system refuses). The process must ignore SIGPIPE:
 * libmicrohttpd writes to clients that have gone with calls that know no MSG_NOSIGNAL.
 */
struct cw_rest *cw_rest_start(const struct cw_worker_config *config, struct cw_herder *herder, struct cw_error *err);

/*
 * Takes no more connections, waits for the herder's answers to what was asked, sends them, and frees all.
 * Call it while the herder still answers, or after it has answered everything. NULL is fine.
 */
void cw_rest_stop(struct cw_rest *rest);

/* The first listener's URL, "http://127.0.0.1:8083", with the port it really has. */
const char *cw_rest_address(const struct cw_rest *rest);
/* The same of the listener at a place of `listeners`, then of `admin.listeners`; NULL: there are not so many. */
const char *cw_rest_address_at(const struct cw_rest *rest, size_t i);

#endif
