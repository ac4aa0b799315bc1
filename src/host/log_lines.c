#include "host/log_lines.h"

#include "base/buf.h"
#include "base/json_text.h"
#include "base/log_rings.h"

static void tell(struct cw_log_lines *lines, int task, enum cw_log_level level, int64_t epoch_ms, const char *text,
		 size_t n)
{
	json_t *line = json_pack("{s:s,s:I,s:s,s:o}", "type", "log", "time", (json_int_t)epoch_ms, "level",
				 cw_log_level_name(level), "message", cw_json_from_text(text, cw_log_line_cut(text, n)));

	if (task >= 0)
		json_object_set_new(line, "task", json_integer(task));
	cw_link_send(lines->link, line);
}

/* Whether there is room for one more in this second; *left_out: how many there was none for in an earlier one. */
static bool count(struct cw_log_lines *lines, int64_t second, int *left_out)
{
	bool room;

	pthread_mutex_lock(&lines->lock);
	*left_out = 0;
	if (second != lines->second) {
		*left_out = lines->left_out;
		lines->second = second;
		lines->n = lines->left_out = 0;
	}
	room = lines->n < CW_LOG_LINES_A_SECOND;
	if (room)
		lines->n++;
	else
		lines->left_out++;
	pthread_mutex_unlock(&lines->lock);
	return room;
}

static void on_line(void *arg, const struct cw_log_scope *scope, enum cw_log_level level, int64_t epoch_ms,
		    const char *message, size_t n)
{
	struct cw_log_lines *lines = arg;
	int left_out;
	bool room = count(lines, epoch_ms / 1000, &left_out);

	if (left_out > 0) {
		struct cw_buf text = { 0 };

		cw_buf_printf(&text, "%d more lines within a second are only in the log itself", left_out);
		tell(lines, -1, CW_LOG_WARN, epoch_ms, text.p, text.n);
		cw_buf_free(&text);
	}
	if (room)
		tell(lines, scope ? scope->task : -1, level, epoch_ms, message, n);
}

void cw_log_lines_open(struct cw_log_lines *lines, struct cw_link *link)
{
	*lines = (struct cw_log_lines){ .link = link };
	pthread_mutex_init(&lines->lock, NULL);
	cw_log_observe(on_line, lines);
}

void cw_log_lines_close(struct cw_log_lines *lines)
{
	cw_log_observe(NULL, NULL);
	pthread_mutex_destroy(&lines->lock);
}
