/* logs: the last log lines of a connector, and those that come. */
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "ctl/ctl.h"
#include "ctl/yaml.h"

#define SILENCE_MS 45000 /* a worker gives a sign of life each 15 s */
#define ASK_MS 5000

struct printing {
	struct cw_ctl *ctl;
	bool any; /* a line has come */
};

static enum cw_color level_color(const char *level)
{
	if (strcmp(level, "ERROR") == 0)
		return CW_COLOR_RED;
	return strcmp(level, "WARN") == 0 ? CW_COLOR_YELLOW : CW_COLOR_NONE;
}

/* "2026-01-21T22:23:40.123Z INFO  task 0: message" */
void cw_ctl_put_log_line(const struct cw_ctl *ctl, struct cw_buf *out, const json_t *line)
{
	const char *time = cw_json_text(line, "time"), *level = cw_json_text(line, "level");
	const char *message = cw_json_text(line, "message");
	const json_t *task = json_object_get(line, "task");
	CW_AUTO_FREE char *shown = cw_text_harmless(message ? message : "", true);
	CW_AUTO_FREE char *word = cw_text_harmless(level ? level : "-", false);
	CW_AUTO_FREE char *clock = cw_text_harmless(time ? time : "-", false);
	CW_AUTO_FREE char *padded = cw_format("%-5s", word);

	cw_buf_printf(out, "%s ", clock);
	cw_color_put(out, ctl->colors, level_color(word), padded);
	if (json_is_integer(task))
		cw_buf_printf(out, " task %" JSON_INTEGER_FORMAT ":", json_integer_value(task));
	cw_buf_printf(out, " %s\n", shown);
}

static void print_lines(const struct cw_ctl *ctl, const json_t *lines)
{
	struct cw_buf out = { 0 };
	size_t i;
	json_t *line;

	if (cw_ctl_is_data(ctl)) {
		cw_ctl_print_data(ctl, lines);
		return;
	}
	json_array_foreach((json_t *)lines, i, line)
		cw_ctl_put_log_line(ctl, &out, line);
	cw_ctl_print_buf(ctl, &out);
}

/* ---- follow -------------------------------------------------------------------------------- */

/* As JSON a line each, as YAML an entry of one list, else as text; what was missed is said to people only. */
static void print_followed(const struct cw_ctl *ctl, const json_t *line, const char *text)
{
	const json_t *skipped = json_object_get(line, "skipped");
	struct cw_buf out = { 0 };
	json_t *list;

	if (ctl->output == CW_OUTPUT_JSON) {
		cw_buf_printf(&out, "%s\n", text);
	} else if (ctl->output == CW_OUTPUT_YAML) {
		list = json_pack("[O]", line);
		cw_yaml_put(&out, list);
		json_decref(list);
	} else if (json_is_integer(skipped)) {
		cw_ctl_complain(ctl,
				"%" JSON_INTEGER_FORMAT " lines came faster than they were read, and are missing here",
				json_integer_value(skipped));
	} else {
		cw_ctl_put_log_line(ctl, &out, line);
	}
	cw_ctl_print_buf(ctl, &out);
}

static void on_line(void *arg, const char *text)
{
	struct printing *p = arg;
	json_t *line = *text ? json_loads(text, 0, NULL) : NULL;

	p->any = true;
	if (line)
		print_followed(p->ctl, line, text);
	json_decref(line);
}

/* The lines of a connector end when it is deleted, and when its worker ends. */
static enum cw_ctl_exit why_ended(struct cw_ctl *ctl, const char *connector)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, connector, "");
	struct cw_reply reply;
	bool deleted;

	cw_client_set_timeout(ctl->client, ASK_MS);
	deleted = cw_client_call(ctl->client, "GET", path, NULL, &reply) != 0 && reply.status == 404;
	cw_reply_free(&reply);
	if (deleted)
		return CW_CTL_OK;
	cw_ctl_complain(ctl, "the worker at %s has ended", cw_client_url(ctl->client));
	return CW_CTL_UNREACHABLE;
}

static enum cw_ctl_exit failed(struct cw_ctl *ctl, const char *connector, const struct printing *printing,
			       const struct cw_reply *reply)
{
	if (reply->status || !printing->any)
		return cw_ctl_refused(ctl, reply, connector);
	cw_ctl_complain(ctl, "the worker is gone: %s", reply->message);
	return CW_CTL_UNREACHABLE;
}

/* Readable when SIGINT came, which then does nothing else; -1: it goes on to end the program. */
static int catch_interrupts(sigset_t *before)
{
	sigset_t interrupt;
	int fd;

	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	fd = signalfd(-1, &interrupt, SFD_CLOEXEC);
	if (fd >= 0)
		pthread_sigmask(SIG_BLOCK, &interrupt, before);
	return fd;
}

static void release_interrupts(int fd, const sigset_t *before)
{
	if (fd < 0)
		return;
	close(fd);
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* Taken, so that it does not end the program later; on a terminal "^C" stands in the line. */
static void take_interrupt(const struct cw_ctl *ctl, int fd)
{
	struct signalfd_siginfo taken;

	if (read(fd, &taken, sizeof(taken)) > 0 && ctl->io.tty)
		fputs("\n", ctl->io.out);
}

/* Until it is interrupted, which is how it is meant to end. */
static enum cw_ctl_exit follow(struct cw_ctl *ctl, const char *path)
{
	struct printing printing = { .ctl = ctl };
	struct cw_client_lines lines = { .line = on_line, .arg = &printing, .silence_ms = SILENCE_MS };
	enum cw_ctl_exit result = CW_CTL_OK;
	struct cw_reply reply;
	sigset_t before;

	lines.stop_fd = catch_interrupts(&before);
	switch (cw_client_follow(ctl->client, path, &lines, &reply)) {
	case CW_CLIENT_STOPPED: take_interrupt(ctl, lines.stop_fd); break;
	case CW_CLIENT_ENDED: result = why_ended(ctl, ctl->args[0]); break;
	case CW_CLIENT_FAILED: result = failed(ctl, ctl->args[0], &printing, &reply); break;
	}
	release_interrupts(lines.stop_fd, &before);
	cw_reply_free(&reply);
	return result;
}

enum cw_ctl_exit cw_ctl_logs(struct cw_ctl *ctl)
{
	const char *level = cw_ctl_value(ctl, CW_O_LEVEL), *n = cw_ctl_value(ctl, CW_O_LAST);
	CW_AUTO_FREE char *query =
		cw_format("/logs?follow=%s%s%s%s%s", ctl->given & CW_O_FOLLOW ? "true" : "false",
			  level ? "&level=" : "", level ? level : "", n ? "&lines=" : "", n ? n : "");
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, ctl->args[0], query);
	enum cw_ctl_exit result;
	json_t *lines;

	if (ctl->given & CW_O_FOLLOW)
		return follow(ctl, path);
	result = cw_ctl_get(ctl, path, ctl->args[0], &lines);
	if (result == CW_CTL_OK)
		print_lines(ctl, lines);
	json_decref(lines);
	return result;
}
