#include "ctl/ctl.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/context.h"

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
	free(ctl.args);
	free(ctl.files);
	if (fflush(io->out) != 0 || ferror(io->out)) {
		fputs("workerctl: cannot write the output\n", io->err);
		status = status == CW_CTL_OK ? CW_CTL_REFUSED : status;
	}
	return (enum cw_ctl_exit)status;
}
