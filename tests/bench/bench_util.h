/* bench_util - what the bare loops share: clocks, the price of the process, options of Kafka clients. */
#ifndef CW_BENCH_UTIL_H
#define CW_BENCH_UTIL_H

#include <stdint.h>

#include <librdkafka/rdkafka.h>

double cw_bench_now_s(void);  /* monotonic */
double cw_bench_cpu_s(void);  /* of the process so far, user and system, all threads */
long cw_bench_peak_kb(void);  /* VmHWM */

/* Prints why and ends the program. */
void cw_bench_die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Sets name=value pairs up to a NULL name; ends the program when one is refused. */
void cw_bench_conf(rd_kafka_conf_t *conf, const char *const *pairs);

/* How many partitions a topic has, once each of them has a leader; ends the program when there are more than `most`. */
int32_t cw_bench_partitions(rd_kafka_t *rk, const char *topic, int32_t most);

/* A positive number of an option; ends the program when it is none. */
uint64_t cw_bench_number(const char *option, const char *text);

#endif
