/* cast_spec - what Cast is configured with: "field1:type,field2:type", or one type for the whole value. Pure. */
#ifndef CW_TRANSFORM_CAST_SPEC_H
#define CW_TRANSFORM_CAST_SPEC_H

#include "connect-worker/connector.h"

struct cw_cast {
	struct cw_slice field; /* p is NULL: the whole value */
	enum cw_type type;     /* CW_INT8…CW_STRING */
};

/* One item, which the field then points into; colons at its end do not count. 0, or -1 with *err in Kafka's words. */
int cw_cast_parse(struct cw_slice item, struct cw_cast *cast, struct cw_error *err);
/* Of n casts none may be of the whole value, unless it is the only one. */
int cw_cast_check_number(bool whole, size_t n, struct cw_error *err);
/* The check of the whole key. */
int cw_cast_check_spec(const char *value, struct cw_error *err);

#endif
