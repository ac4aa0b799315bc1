/* loggers set. */
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "ctl/ctl.h"

/* The logger that a connector has: what people mean by its name. */
static char *logger_of(const char *connector)
{
	return cw_format("connectors.%s", connector);
}

/* A worker makes any logger that is asked for, so a connector's name would be set and have no effect. */
static enum cw_ctl_exit check_name(struct cw_ctl *ctl, const char *name)
{
	CW_AUTO_FREE char *meant = logger_of(name), *quoted = NULL;
	json_t *loggers;
	enum cw_ctl_exit result = cw_ctl_get(ctl, "/admin/loggers", NULL, &loggers);

	if (result == CW_CTL_OK && !json_object_get(loggers, name) && json_object_get(loggers, meant)) {
		quoted = cw_ctl_quoted(meant);
		cw_ctl_complain(ctl, "no logger is called %s; that of the connector is %s", name, meant);
		cw_ctl_advise(ctl, "workerctl loggers set %s %s", quoted, ctl->args[1]);
		result = CW_CTL_NOT_FOUND;
	}
	json_decref(loggers);
	return result;
}

/* The loggers that have the level now: the one that was set, and those below it. For a whole cluster none are named. */
static void print_changed(struct cw_ctl *ctl, const char *name, const char *level, const json_t *changed)
{
	size_t i;
	json_t *one;

	if (json_array_size(changed) == 0)
		cw_ctl_print_result(ctl, name, level);
	json_array_foreach((json_t *)changed, i, one)
		cw_ctl_print_result(ctl, json_string_value(one), level);
}

/* NULL: said that there is no such level, and which there are. */
static const char *read_level(const struct cw_ctl *ctl, const char *text)
{
	struct cw_buf list = { 0 };
	int ignored;
	const char *level = cw_logger_level_parse(text, &ignored);

	for (size_t i = 0; !level && cw_ctl_levels[i]; i++)
		cw_buf_printf(&list, "%s%s", i ? ", " : "", cw_ctl_levels[i]);
	if (!level)
		cw_ctl_wrong(ctl, "%s is no level; there are %s", text, list.p);
	cw_buf_free(&list);
	return level;
}

enum cw_ctl_exit cw_ctl_loggers_set(struct cw_ctl *ctl)
{
	const char *name = ctl->args[0], *level = read_level(ctl, ctl->args[1]), *scope = cw_ctl_value(ctl, CW_O_SCOPE);
	CW_AUTO_FREE char *escaped = cw_client_escape(ctl->client, name);
	CW_AUTO_FREE char *path =
		cw_format("/admin/loggers/%s%s%s", escaped, scope ? "?scope=" : "", scope ? scope : "");
	enum cw_ctl_exit result = level ? check_name(ctl, name) : CW_CTL_USAGE;
	struct cw_reply reply;
	json_t *body;

	if (result != CW_CTL_OK)
		return result;
	body = json_pack("{s:s}", "level", level);
	if (cw_client_call(ctl->client, "PUT", path, body, &reply) == 0) {
		CW_AUTO_FREE char *shown = cw_format("level %s", level);

		print_changed(ctl, name, shown, reply.body);
	} else {
		result = cw_ctl_refused(ctl, &reply, NULL);
	}
	cw_reply_free(&reply);
	json_decref(body);
	return result;
}
