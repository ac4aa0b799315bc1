/*
 * chain - a client's certificate with those of the authorities between it and the one that brokers trust.
 *
 * librdkafka before 2.8 sends of ssl.certificate.pem the first certificate alone, and all of a file (ssl.certificate.location).
 * So the certificates, which are no secret, are a file for it, in memory; the key stays where it is.
 */
#ifndef CW_KAFKA_CHAIN_H
#define CW_KAFKA_CHAIN_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

/*
 * Where there are several certificates and a librdkafka of this version (rd_kafka_version()) would send one. The descriptor
 * of the file, which is to be closed once there is a client of the conf; -1: none is needed, or none is to be had.
 */
int cw_chain_to_file(rd_kafka_conf_t *conf, int version);

/* Whether this version sends all certificates of what it is given. */
bool cw_chain_is_sent(int version);

#endif
