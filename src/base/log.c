#include "base/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/hide.h"
#include "base/mem.h"

static const char *const level_names[] = { "error", "warn", "info", "debug" };

/* The log settings are the one writable global of the project: a log call must work from anywhere. */
static struct {
	_Atomic int level, format;
	pthread_rwlock_t lock; /* guards the rest; threads hold it for reading while they call the observer */
	cw_log_observer_fn *observer;
	void *observer_arg;
} settings = { CW_LOG_INFO, CW_LOG_TEXT, PTHREAD_RWLOCK_INITIALIZER, NULL, NULL };

void cw_log_setup(enum cw_log_format format, enum cw_log_level level)
{
	atomic_store(&settings.format, (int)format);
	atomic_store(&settings.level, (int)level);
}

void cw_log_observe(cw_log_observer_fn *fn, void *arg)
{
	pthread_rwlock_wrlock(&settings.lock);
	settings.observer = fn;
	settings.observer_arg = arg;
	pthread_rwlock_unlock(&settings.lock);
}

void cw_log_set_level(int level)
{
	atomic_store(&settings.level, level);
}

int cw_log_get_level(void)
{
	return atomic_load_explicit(&settings.level, memory_order_relaxed);
}

enum cw_log_format cw_log_get_format(void)
{
	return (enum cw_log_format)atomic_load_explicit(&settings.format, memory_order_relaxed);
}

int cw_log_level_parse(const char *text, enum cw_log_level *out)
{
	for (int i = 0; i < 4; i++)
		if (strcasecmp(text, level_names[i]) == 0) {
			*out = (enum cw_log_level)i;
			return 0;
		}
	if (strcasecmp(text, "trace") == 0) {
		*out = CW_LOG_DEBUG;
		return 0;
	}
	if (strcasecmp(text, "fatal") == 0) {
		*out = CW_LOG_ERROR;
		return 0;
	}
	return -1;
}

const char *cw_log_level_name(enum cw_log_level level)
{
	return level_names[level];
}

const char *cw_logger_level_parse(const char *text, int *out)
{
	static const struct {
		const char *name;
		int level;
	} levels[] = {
		{ "OFF", CW_LOG_OFF },	 { "FATAL", CW_LOG_OFF },   { "ERROR", CW_LOG_ERROR },
		{ "WARN", CW_LOG_WARN }, { "INFO", CW_LOG_INFO },   { "DEBUG", CW_LOG_DEBUG },
		{ "TRACE", CW_LOG_DEBUG }, { "ALL", CW_LOG_DEBUG },
	};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcasecmp(text, levels[i].name) == 0) {
			*out = levels[i].level;
			return levels[i].name;
		}
	return NULL;
}

static void render_json(struct cw_buf *line, const char *time, const struct cw_log_scope *scope,
			enum cw_log_level level, const struct cw_buf *message)
{
	cw_buf_printf(line, "{\"time\":\"%s\",\"level\":\"%s\"", time, level_names[level]);
	if (scope && scope->connector) {
		cw_buf_puts(line, ",\"connector\":\"");
		cw_buf_json_escape(line, scope->connector, strlen(scope->connector));
		cw_buf_puts(line, "\"");
		if (scope->task >= 0)
			cw_buf_printf(line, ",\"task\":%d", scope->task);
	}
	cw_buf_puts(line, ",\"message\":\"");
	cw_buf_json_escape(line, message->p, message->n);
	cw_buf_puts(line, "\"}\n");
}

static void render_text(struct cw_buf *line, const char *time, const struct cw_log_scope *scope,
			enum cw_log_level level, const struct cw_buf *message)
{
	static const char *const upper[] = { "ERROR", "WARN", "INFO", "DEBUG" };

	cw_buf_printf(line, "%s %s ", time, upper[level]);
	if (scope && scope->connector && scope->task >= 0)
		cw_buf_printf(line, "[%s|task-%d] ", scope->connector, scope->task);
	else if (scope && scope->connector)
		cw_buf_printf(line, "[%s] ", scope->connector);
	cw_buf_append(line, message->p, message->n);
	cw_buf_puts(line, "\n");
}

static void hide(struct cw_buf *message, const struct cw_map *hidden)
{
	CW_AUTO_FREE char *text = cw_hide(message->p, hidden);

	message->n = 0;
	cw_buf_puts(message, text);
}

void cw_log_vwrite(const struct cw_log_scope *scope, enum cw_log_level level, const char *fmt, va_list ap)
{
	struct cw_buf message = { 0 }, line = { 0 };
	char time[32];
	int64_t now_ms;
	ssize_t ignored;

	if ((int)level > cw_log_get_level())
		return;
	now_ms = cw_clock_epoch_ms();
	cw_buf_vprintf(&message, fmt, ap);
	if (scope && scope->hidden && scope->hidden->n)
		hide(&message, scope->hidden);
	cw_clock_iso(now_ms, time, sizeof(time));
	if (cw_log_get_format() == CW_LOG_JSON)
		render_json(&line, time, scope, level, &message);
	else
		render_text(&line, time, scope, level, &message);
	ignored = write(STDERR_FILENO, line.p, line.n);
	pthread_rwlock_rdlock(&settings.lock);
	if (settings.observer)
		settings.observer(settings.observer_arg, scope, level, now_ms, message.p ? message.p : "", message.n);
	pthread_rwlock_unlock(&settings.lock);
	(void)ignored; /* a log that nobody can read has nobody to tell */
	cw_buf_free(&message);
	cw_buf_free(&line);
}

void cw_log_write(const struct cw_log_scope *scope, enum cw_log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cw_log_vwrite(scope, level, fmt, ap);
	va_end(ap);
}
