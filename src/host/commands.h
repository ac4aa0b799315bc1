/* commands - the short-lived modes of connect-host (see supervisor/protocol.h). Each returns the exit status. */
#ifndef CW_HOST_COMMANDS_H
#define CW_HOST_COMMANDS_H

#include "config/worker_config.h"

/* --plugins: describes every plugin. --validate: validates a connector config. JSON on stdin and stdout. */
int cw_host_plugins(void);
int cw_host_validate(void);
/* --offsets: offsets of a connector that live in Kafka, read or altered. JSON on stdin and stdout. */
int cw_host_offsets(void);
/* --preview: what the stages of a connector make of single records. JSON on stdin and stdout. */
int cw_host_preview(void);
/* --cluster: the id of the Kafka cluster. JSON on stdin and stdout. */
int cw_host_cluster(void);
/* --letters: dead letters of a sink, shown or put back where they came from. JSON on stdin and stdout. */
int cw_host_letters(void);
/* --resolve: what settings of the worker itself stand for. JSON on stdin and stdout. */
int cw_host_resolve(void);
/* --embedded-broker: librdkafka's mock cluster, until the worker on fd 3 is gone. */
int cw_host_embedded_broker(void);

/* What they share: {"worker":{…},…} from stdin, NULL after a sentence on stderr; the answer, taken; an error. */
json_t *cw_host_read_request(struct cw_worker_config *worker);
int cw_host_answer(json_t *answer);
int cw_host_fail(const struct cw_error *err);

#endif
