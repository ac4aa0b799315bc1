/* source - the functions of the connector: each task writes its own series of lines. */
#ifndef CW_SYNTHETIC_SOURCE_H
#define CW_SYNTHETIC_SOURCE_H

#include "connect-worker/connector.h"

extern const struct cw_connector_ops cw_synthetic_ops;

#endif
