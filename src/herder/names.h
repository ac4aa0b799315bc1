/* names - which names a connector may have. Pure. */
#ifndef CW_HERDER_NAMES_H
#define CW_HERDER_NAMES_H

/*
 * What is wrong with a connector's name, as a new sentence; NULL: nothing. Fine is what Kafka Connect takes
 * and a path of the REST API can hold.
 */
char *cw_connector_name_error(const char *name);

#endif
