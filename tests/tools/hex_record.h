/*
 * hex_record - a record as a line of text with nothing left out: partition, offset, timestamp, key and value, then
 * name and value of each header, tab-separated. Bytes are hexadecimal digits, a null is "-".
 */
#ifndef CW_TESTS_HEX_RECORD_H
#define CW_TESTS_HEX_RECORD_H

#include <librdkafka/rdkafka.h>

void hex_record_print(const rd_kafka_message_t *message);
/* Produces such a line, whose offset does not matter; the line is written to. */
rd_kafka_resp_err_t hex_record_produce(rd_kafka_t *rk, const char *topic, char *line);

#endif
