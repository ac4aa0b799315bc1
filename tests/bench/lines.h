/*
 * lines - access-log lines for the benchmarks, and the shortest way from a line to its document.
 *
 * 9.180.123.170 - - [Jan 21 2026, 22:23:40] "DELETE /contact HTTP/1.1" 404 13444 "https://example.com" "Mozilla/5.0 …"
 */
#ifndef CW_BENCH_LINES_H
#define CW_BENCH_LINES_H

#include <stddef.h>
#include <stdint.h>

#define CW_BENCH_LINE_MAX 512u

/*
 * Writes line number k, always the same, without a newline; 152 bytes on average. stamp_us > 0 appends
 * "?t=STAMP" to the referrer, for measuring how long the line takes. Returns its length.
 */
size_t cw_bench_line(uint64_t k, int64_t stamp_us, char out[CW_BENCH_LINE_MAX]);

/* What cw_bench_document() may write for a line of n bytes. */
#define CW_BENCH_DOCUMENT_MAX(n) ((n) * 6 + 256)

/* Writes the JSON document of a line, with a newline; returns the end, or NULL when it is no such line. */
char *cw_bench_document(const char *line, size_t n, char *out);

/* Decimal digits; returns the end. */
char *cw_bench_decimal(char *out, uint64_t n);

#endif
