/* Commands around the worker and the program itself: health, version, help. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "ctl/ctl.h"

enum cw_ctl_exit cw_ctl_health(struct cw_ctl *ctl)
{
	struct cw_reply reply;
	enum cw_ctl_exit result = CW_CTL_OK;
	const char *status;
	struct cw_buf line = { 0 };

	if (cw_client_call(ctl->client, "GET", "/health", NULL, &reply))
		result = cw_ctl_exit_of(&reply);
	status = cw_json_text(reply.body, "status");
	if (!status && reply.message) {
		result = cw_ctl_refused(ctl, &reply, NULL);
	} else if (!status) {
		cw_ctl_complain(ctl, "the worker's answer has no \"status\"");
		result = CW_CTL_REFUSED;
	} else if (cw_ctl_is_data(ctl)) {
		cw_ctl_print_data(ctl, reply.body);
	} else if (!(ctl->given & CW_O_QUIET)) {
		const char *message = cw_json_text(reply.body, "message");
		CW_AUTO_FREE char *word = cw_text_harmless(status, false);
		CW_AUTO_FREE char *text = cw_text_harmless(message ? message : "", false);

		cw_color_put(&line, ctl->colors, cw_ctl_state_color(status), word);
		cw_buf_printf(&line, ": %s\n", text);
		cw_ctl_print_buf(ctl, &line);
	}
	cw_reply_free(&reply);
	return result;
}

enum cw_ctl_exit cw_ctl_version(struct cw_ctl *ctl)
{
	json_t *info, *whole;
	enum cw_ctl_exit result;
	const char *version, *cluster;

	if (!cw_ctl_is_data(ctl))
		fputs("workerctl " PACKAGE_VERSION "\n", ctl->io.out);
	fflush(ctl->io.out);
	result = cw_ctl_get(ctl, "/", NULL, &info);
	version = cw_json_text(info, "version");
	cluster = cw_json_text(info, "kafka_cluster_id");
	if (cw_ctl_is_data(ctl)) {
		whole = json_pack("{s:s,s:O*}", "workerctl", PACKAGE_VERSION, "worker", info);
		cw_ctl_print_data(ctl, whole);
		json_decref(whole);
	} else if (result == CW_CTL_OK) {
		fprintf(ctl->io.out, "worker %s at %s%s%s\n", version ? version : "of an unknown version",
			cw_client_url(ctl->client), cluster ? ", Kafka cluster " : "", cluster ? cluster : "");
	}
	json_decref(info);
	return result;
}

/* ---- help ---------------------------------------------------------------------------------- */

enum cw_ctl_exit cw_ctl_help(struct cw_ctl *ctl)
{
	const char *first = ctl->n_args ? ctl->args[0] : "", *second = ctl->n_args > 1 ? ctl->args[1] : NULL;
	struct cw_nearest near = { .name = first };
	const struct cw_ctl_command *command;
	int n;

	if (ctl->n_args == 0) {
		cw_ctl_usage(ctl, NULL);
		return CW_CTL_OK;
	}
	command = cw_ctl_find(first, second, &n);
	if (command && n == ctl->n_args) {
		cw_ctl_usage(ctl, command);
		return CW_CTL_OK;
	}
	if (!second && cw_ctl_usage_of_family(ctl, first))
		return CW_CTL_OK;
	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++)
		cw_nearest_offer(&near, c->name);
	cw_ctl_complain(ctl, "unknown command \"%s%s%s\"%s%s%s", first, second ? " " : "", second ? second : "",
			near.best ? "; did you mean \"" : "", near.best ? near.best : "", near.best ? "\"?" : "");
	cw_ctl_advise(ctl, "workerctl --help");
	return CW_CTL_USAGE;
}
