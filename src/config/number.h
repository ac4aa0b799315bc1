/* number - numbers as Kafka reads and prints them. Pure. */
#ifndef CW_CONFIG_NUMBER_H
#define CW_CONFIG_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* n bytes, blanks already trimmed: an optional sign and decimal digits, within [min, max]. */
bool cw_parse_integer(const char *text, size_t n, int64_t min, int64_t max, int64_t *out);
/* A finite decimal number, with or without exponent. */
bool cw_parse_double(const char *text, size_t n, double *out);
/* As Java writes it, with the shortest digits that read back as the same number: "0.5", "1000.0", "1.0E30". New. */
char *cw_double_text(double number);

#endif
