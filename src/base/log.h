/*
 * log - structured lines on stderr, as text or as JSON lines.
 *
 * Text:  2026-01-21T22:23:40.123Z WARN [es-sink|task-0] bulk request failed, …
 * JSON:  {"time":"…","level":"warn","connector":"es-sink","task":0,"message":"…"}
 *
 * Each line is one write(2), so that lines of several processes and threads do not mix.
 * Thread safe. Settings are made in main() before threads start; level and observer may change at any time.
 * Never log a secret, nor a whole record.
 */
#ifndef CW_BASE_LOG_H
#define CW_BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>

#include "connect-worker/connector.h"

struct cw_map;

enum cw_log_format { CW_LOG_TEXT = 0, CW_LOG_JSON };

/* Who speaks: NULL for the process itself. task < 0: the connector. Strings are borrowed. */
struct cw_log_scope {
	const char *connector;
	int task;
	const struct cw_map *hidden; /* what its lines must not say, as for cw_hide(); NULL: nothing */
};

void cw_log_setup(enum cw_log_format format, enum cw_log_level level);
/* Lines up to this level are written; CW_LOG_OFF: none. */
#define CW_LOG_OFF (-1)
void cw_log_set_level(int level);
int cw_log_get_level(void);
enum cw_log_format cw_log_get_format(void);
/* "error", "warn", "info", "debug" (any case; "trace" is debug, "fatal" is error): 0, or -1. */
int cw_log_level_parse(const char *text, enum cw_log_level *out);
const char *cw_log_level_name(enum cw_log_level level); /* lower case */
/*
 * The same of a logger's level, as log4j has them: OFF, FATAL, ERROR, WARN, INFO, DEBUG, TRACE, ALL in any case of
 * letters. The name as written here, with its level for cw_log_set_level() in *out; or NULL. There are no FATAL lines.
 */
const char *cw_logger_level_parse(const char *text, int *out);

/*
 * fn hears of every line that is written, on the thread that writes it: it may not log, nor take long. NULL: nobody
 * does. Any thread; when this returns, the one before is in no call, and none begins.
 */
typedef void cw_log_observer_fn(void *arg, const struct cw_log_scope *scope, enum cw_log_level level, int64_t epoch_ms,
				const char *message, size_t n);
void cw_log_observe(cw_log_observer_fn *fn, void *arg);

void cw_log_write(const struct cw_log_scope *scope, enum cw_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void cw_log_vwrite(const struct cw_log_scope *scope, enum cw_log_level level, const char *fmt, va_list ap);

#define log_error(scope, ...) cw_log_write(scope, CW_LOG_ERROR, __VA_ARGS__)
#define log_warn(scope, ...) cw_log_write(scope, CW_LOG_WARN, __VA_ARGS__)
#define log_info(scope, ...) cw_log_write(scope, CW_LOG_INFO, __VA_ARGS__)
#define log_debug(scope, ...)                                     \
	do {                                                      \
		if (cw_log_get_level() >= CW_LOG_DEBUG)           \
			cw_log_write(scope, CW_LOG_DEBUG, __VA_ARGS__); \
	} while (0)

#endif
