/* commands - the short-lived modes of connect-host (see supervisor/protocol.h). Each returns the exit status. */
#ifndef CW_HOST_COMMANDS_H
#define CW_HOST_COMMANDS_H

/* --plugins: describes every plugin. --validate: validates a connector config. JSON on stdin and stdout. */
int cw_host_plugins(void);
int cw_host_validate(void);
/* --offsets: offsets of a connector that live in Kafka, read or altered. JSON on stdin and stdout. */
int cw_host_offsets(void);
/* --embedded-broker: librdkafka's mock cluster, until the worker on fd 3 is gone. */
int cw_host_embedded_broker(void);

#endif
