/* jaas - one entry of a JAAS configuration, as Kafka's sasl.jaas.config has it: MODULE FLAG NAME=VALUE…; Pure. */
#ifndef CW_KAFKA_JAAS_H
#define CW_KAFKA_JAAS_H

#include "base/map.h"
#include "connect-worker/connector.h"

struct cw_jaas {
	char *module; /* "org.apache.kafka.common.security.plain.PlainLoginModule" */
	struct cw_map options;
};

/* Read as Kafka's JaasConfig reads it. 0, or -1 with *err, which shows nothing of it; free it in both cases. */
int cw_jaas_parse(const char *text, struct cw_jaas *out, struct cw_error *err);
/* What is read back as the same entry, on one line; new, and as secret as its options. */
char *cw_jaas_text(const struct cw_jaas *jaas);
/* Overwrites it, too. */
void cw_jaas_free(struct cw_jaas *jaas);
/* The module's name without its package. */
const char *cw_jaas_module(const struct cw_jaas *jaas);

#endif
