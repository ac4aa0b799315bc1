/* letter_headers - the headers of a dead letter: those that the record had, and what went wrong with it. */
#ifndef CW_HOST_LETTER_HEADERS_H
#define CW_HOST_LETTER_HEADERS_H

#include <librdkafka/rdkafka.h>

#include "host/batch.h"
#include "host/record_error.h"

/* New. Kafka Connect's context headers are among them where the connector wants them. */
rd_kafka_headers_t *cw_letter_headers(const struct cw_original *original, const struct cw_record_error *what);

#endif
