#include "ctl/ctl.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"

void cw_ctl_complain(const struct cw_ctl *ctl, const char *fmt, ...)
{
	va_list ap;

	fputs("workerctl: ", ctl->io.err);
	va_start(ap, fmt);
	vfprintf(ctl->io.err, fmt, ap);
	va_end(ap);
	fputs("\n", ctl->io.err);
}

/* The connector that was most likely meant, " (did you mean x?)", or "": new. */
static char *suggestion(struct cw_ctl *ctl, const char *connector)
{
	struct cw_nearest near = { .name = connector };
	struct cw_reply reply;
	char *out = NULL;
	size_t i;
	json_t *name;

	if (cw_client_call(ctl->client, "GET", "/connectors", NULL, &reply) == 0)
		json_array_foreach(reply.body, i, name)
			if (json_is_string(name))
				cw_nearest_offer(&near, json_string_value(name));
	if (near.best && strcmp(near.best, connector) != 0)
		out = cw_format(" (did you mean %s?)", near.best);
	cw_reply_free(&reply);
	return out ? out : cw_strdup("");
}

enum cw_ctl_exit cw_ctl_refused(struct cw_ctl *ctl, const struct cw_reply *reply, const char *connector)
{
	CW_AUTO_FREE char *hint = NULL;

	if (reply->status == 404 && connector)
		hint = suggestion(ctl, connector);
	cw_ctl_complain(ctl, "%s%s", reply->message, hint ? hint : "");
	return reply->status ? CW_CTL_REFUSED : CW_CTL_UNREACHABLE;
}

enum cw_ctl_exit cw_ctl_get(struct cw_ctl *ctl, const char *path, const char *connector, json_t **out)
{
	enum cw_ctl_exit result = CW_CTL_OK;
	struct cw_reply reply;

	*out = NULL;
	if (cw_client_call(ctl->client, "GET", path, NULL, &reply)) {
		result = cw_ctl_refused(ctl, &reply, connector);
	} else if (!reply.body) {
		cw_ctl_complain(ctl, "%s did not answer with JSON; is it a Kafka Connect worker?",
				cw_client_url(ctl->client));
		result = CW_CTL_REFUSED;
	} else {
		*out = json_incref(reply.body);
	}
	cw_reply_free(&reply);
	return result;
}

char *cw_ctl_path(const struct cw_ctl *ctl, const char *connector, const char *suffix)
{
	CW_AUTO_FREE char *name = cw_client_escape(ctl->client, connector);

	return cw_format("/connectors/%s%s", name, suffix);
}

void cw_ctl_print_json(const struct cw_ctl *ctl, const json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15) |
					       (ctl->io.tty ? JSON_INDENT(2) : JSON_COMPACT));

	fprintf(ctl->io.out, "%s\n", text ? text : "null");
	fflush(ctl->io.out);
	free(text);
}

void cw_ctl_print_table(const struct cw_ctl *ctl, struct cw_table *table)
{
	struct cw_buf text = { 0 };

	cw_table_render(table, ctl->colors, &text);
	fwrite(text.p, 1, text.n, ctl->io.out);
	fflush(ctl->io.out);
	cw_buf_free(&text);
	cw_table_free(table);
}

void cw_ctl_print_result(const struct cw_ctl *ctl, const char *name, const char *result)
{
	json_t *line;

	if (!ctl->json) {
		fprintf(ctl->io.out, "%s %s\n", name, result);
		return;
	}
	line = json_pack("{s:s,s:s}", "name", name, "result", result);
	cw_ctl_print_json(ctl, line);
	json_decref(line);
}

enum cw_color cw_ctl_state_color(const char *state)
{
	if (!state)
		return CW_COLOR_NONE;
	if (strcmp(state, "RUNNING") == 0 || strcmp(state, "healthy") == 0)
		return CW_COLOR_GREEN;
	if (strcmp(state, "FAILED") == 0 || strcmp(state, "unhealthy") == 0)
		return CW_COLOR_RED;
	if (strcmp(state, "COMPLETED") == 0)
		return CW_COLOR_CYAN;
	return CW_COLOR_YELLOW;
}

enum cw_ctl_exit cw_ctl_worse(enum cw_ctl_exit a, enum cw_ctl_exit b)
{
	static const int rank[] = { [CW_CTL_OK] = 0,	  [CW_CTL_FAILED] = 1, [CW_CTL_TIMEOUT] = 2,
				    [CW_CTL_REFUSED] = 3, [CW_CTL_USAGE] = 4,  [CW_CTL_UNREACHABLE] = 5 };

	return rank[a] >= rank[b] ? a : b;
}

enum cw_ctl_exit cw_ctl_help(struct cw_ctl *ctl)
{
	struct cw_nearest near = { .name = ctl->n_args ? ctl->args[0] : "" };

	if (ctl->n_args == 0) {
		cw_ctl_usage(ctl->io.out, NULL);
		return CW_CTL_OK;
	}
	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++) {
		if (strcmp(c->name, ctl->args[0]) == 0) {
			cw_ctl_usage(ctl->io.out, c);
			return CW_CTL_OK;
		}
		cw_nearest_offer(&near, c->name);
	}
	cw_ctl_complain(ctl, "unknown command \"%s\"%s%s%s", ctl->args[0], near.best ? "; did you mean \"" : "",
			near.best ? near.best : "", near.best ? "\"?" : "");
	return CW_CTL_USAGE;
}

enum cw_ctl_exit cw_ctl_main(int argc, char *const *argv, const struct cw_ctl_io *io)
{
	struct cw_ctl ctl = { .io = *io, .task = -1 };
	struct cw_error err = { 0 };
	int status = cw_ctl_parse(&ctl, argc, argv);

	if (status < 0) {
		ctl.client = cw_client_new(ctl.url, ctl.timeout_ms, &err);
		if (ctl.client) {
			status = (int)ctl.command->run(&ctl);
		} else {
			cw_ctl_complain(&ctl, "%s", err.text);
			status = CW_CTL_USAGE;
		}
	}
	cw_client_free(ctl.client);
	free(ctl.args);
	if (fflush(io->out) != 0 || ferror(io->out)) {
		fputs("workerctl: cannot write the output\n", io->err);
		status = status == CW_CTL_OK ? CW_CTL_REFUSED : status;
	}
	return (enum cw_ctl_exit)status;
}
