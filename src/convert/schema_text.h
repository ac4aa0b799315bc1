/* schema_text - strings in the text of schemas, as Jackson writes them there: UTF-8 as it is, also beyond U+FFFF. */
#ifndef CW_CONVERT_SCHEMA_TEXT_H
#define CW_CONVERT_SCHEMA_TEXT_H

#include "base/buf.h"
#include "connect-worker/connector.h"

/* In its quotes. What is no UTF-8 becomes U+FFFD. */
void cw_schema_text_put(struct cw_buf *out, struct cw_slice text);

#endif
