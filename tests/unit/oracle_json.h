/* oracle_json - JSON texts compared beyond their bytes: the order of members, and how a number is spelled. */
#ifndef CW_TESTS_ORACLE_JSON_H
#define CW_TESTS_ORACLE_JSON_H

#include "base/buf.h"
#include "connect-worker/connector.h"

enum {
	ORACLE_ANY_ORDER = 1u << 0, /* members of objects and arrays of arrays may come in any order */
	/* numbers with a fraction or an exponent are equal when they are the same double… */
	ORACLE_BY_VALUE = 1u << 1,
	ORACLE_AS_FLOAT = 1u << 2 /* …or, with so few digits as a float has, the same float */
};

/* Whether both are JSON texts that say the same, as `freedom` allows. */
bool oracle_json_equal(struct cw_slice a, struct cw_slice b, unsigned freedom);

#endif
