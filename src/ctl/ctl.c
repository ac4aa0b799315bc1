#include "ctl/ctl.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ctl/context.h"

/* Says each once, however many answers have it. */
static void warn(void *arg, const char *text)
{
	struct cw_ctl *ctl = arg;
	CW_AUTO_FREE char *shown = cw_text_harmless(text, false);
	CW_AUTO_FREE char *key = cw_format("%s %s", ctl->about ? ctl->about : "", shown);

	if (!ctl->warned)
		ctl->warned = json_object();
	if (json_object_get(ctl->warned, key))
		return;
	json_object_set_new(ctl->warned, key, json_true());
	cw_ctl_complain(ctl, "warning: %s", shown);
}

enum cw_ctl_exit cw_ctl_connect(struct cw_ctl *ctl)
{
	struct cw_map target = { 0 };
	struct cw_error err = { 0 };
	enum cw_ctl_exit result = cw_context_target(ctl, &target);

	if (result == CW_CTL_OK) {
		ctl->client = cw_client_new(&target, ctl->timeout_ms, &err);
		if (!ctl->client) {
			cw_ctl_complain(ctl, "%s", err.text);
			result = CW_CTL_USAGE;
		} else {
			cw_client_on_warning(ctl->client, warn, ctl);
		}
	}
	cw_map_free(&target);
	return result;
}

enum cw_ctl_exit cw_ctl_main(int argc, char *const *argv, const struct cw_ctl_io *io)
{
	struct cw_ctl ctl = { .io = *io, .task = -1 };
	bool completes = argc > 1 && strcmp(argv[1], "__complete") == 0;
	int status = completes ? (int)cw_ctl_complete(&ctl, argc - 1, argv + 1) : cw_ctl_parse(&ctl, argc, argv);

	if (status < 0) {
		status = ctl.command->local ? CW_CTL_OK : (int)cw_ctl_connect(&ctl);
		if (status == CW_CTL_OK)
			status = (int)ctl.command->run(&ctl);
	}
	cw_client_free(ctl.client);
	json_decref(ctl.warned);
	free(ctl.args);
	free(ctl.files);
	if (fflush(io->out) != 0 || ferror(io->out)) {
		fputs("workerctl: cannot write the output\n", io->err);
		status = status == CW_CTL_OK ? CW_CTL_REFUSED : status;
	}
	return (enum cw_ctl_exit)status;
}
