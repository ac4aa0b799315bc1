/* ten_powers - powers of ten with 128 bits, for printing doubles. */
#ifndef CW_DATA_TEN_POWERS_H
#define CW_DATA_TEN_POWERS_H

#include <stdint.h>

#define CW_TEN_MIN (-292)
#define CW_TEN_MAX 324

struct cw_ten_power {
	uint64_t high, low;
};

extern const struct cw_ten_power cw_ten_powers[CW_TEN_MAX - CW_TEN_MIN + 1];

#endif
