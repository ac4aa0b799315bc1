/*
 * bulk_client - bulk requests over plain sockets, a few in flight; for the bare consume loop.
 *
 * Each connection has one body: it is filled, sent, and free again when the server has answered that
 * every document was taken. Failures end the program: this is a yardstick, not a product.
 * Not thread safe; one for each thread.
 */
#ifndef CW_BENCH_BULK_CLIENT_H
#define CW_BENCH_BULK_CLIENT_H

#include <stddef.h>
#include <stdint.h>

struct cw_bench_bulk;

/* body_bytes: a body of that size is sent. */
struct cw_bench_bulk *cw_bench_bulk_open(const char *host, uint16_t port, const char *index, size_t connections,
					 size_t body_bytes);
/* Where up to n bytes can be written, or NULL while every connection waits for its answer. */
char *cw_bench_bulk_room(struct cw_bench_bulk *bulk, size_t n);
/* One document was written from there up to end. */
void cw_bench_bulk_wrote(struct cw_bench_bulk *bulk, char *end);
/* Sends what has been written so far. */
void cw_bench_bulk_flush(struct cw_bench_bulk *bulk);
/* Sends and receives until something happened, fd (-1: none) is readable or timeout_ms passed. */
void cw_bench_bulk_serve(struct cw_bench_bulk *bulk, int fd, int timeout_ms);
/* Sends what is left and waits for every answer. */
void cw_bench_bulk_drain(struct cw_bench_bulk *bulk);
/* Documents that the server has acknowledged. */
uint64_t cw_bench_bulk_acknowledged(const struct cw_bench_bulk *bulk);
void cw_bench_bulk_close(struct cw_bench_bulk *bulk);

#endif
