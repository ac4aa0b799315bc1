/* edit: a connector's configuration in the person's own editor. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/props.h"
#include "ctl/ctl.h"

static const char *editor(const struct cw_ctl *ctl)
{
	const char *name = cw_ctl_env(ctl, "VISUAL");

	name = name ? name : cw_ctl_env(ctl, "EDITOR");
	return name ? name : "vi";
}

/* Through the shell, since EDITOR may have arguments. 0 when it ended well. */
static int run_editor(const struct cw_ctl *ctl, const char *path)
{
	CW_AUTO_FREE char *command = cw_format("%s \"$1\"", editor(ctl));
	int status = -1;
	pid_t pid;

	fflush(ctl->io.out);
	pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, "sh", path, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 ? status : -1;
}

/* A file that only its owner can read, with the configuration in it: its path, new. NULL: said why not. */
static char *write_draft(const struct cw_ctl *ctl, const char *name, const json_t *config)
{
	const char *folder = cw_ctl_env(ctl, "TMPDIR");
	char *path = cw_format("%s/workerctl-XXXXXX.properties", folder ? folder : "/tmp");
	CW_AUTO_FREE char *shown = cw_text_harmless(name, false);
	int fd = mkstemps(path, (int)strlen(".properties"));
	struct cw_buf text = { 0 };
	bool written;

	cw_buf_printf(&text, "# The configuration of %s. Leave it as it is to change nothing.\n"
			     "# A value of [hidden] stays what it is.\n", shown);
	cw_ctl_put_properties(&text, config);
	written = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n;
	if (fd >= 0)
		close(fd);
	cw_buf_free(&text);
	if (written)
		return path;
	cw_ctl_complain(ctl, "%s cannot be written: %s", path, strerror(errno));
	free(path);
	return NULL;
}

/* The edited configuration: CW_CTL_OK and *out (new; NULL: it is the same as before), or said what is wrong. */
static enum cw_ctl_exit read_draft(const struct cw_ctl *ctl, const char *path, const json_t *before, json_t **out)
{
	struct cw_map config = { 0 };
	struct cw_error err = { 0 };
	json_t *edited;

	*out = NULL;
	if (cw_props_load(path, &config, &err)) {
		cw_ctl_complain(ctl, "%s", err.text);
		return CW_CTL_USAGE;
	}
	edited = cw_map_to_json(&config);
	cw_map_free(&config);
	if (json_equal(edited, before) || json_object_size(edited) == 0)
		json_decref(edited);
	else
		*out = edited;
	return CW_CTL_OK;
}

/* Edits the draft and puts it; the draft is kept when the worker refuses it. */
static enum cw_ctl_exit edit(struct cw_ctl *ctl, const char *draft, const struct cw_reply *now)
{
	const char *name = ctl->args[0];
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, name, "/config"), *kept = NULL;
	struct cw_request request = { .method = "PUT", .path = path, .if_match = now->etag };
	enum cw_ctl_exit result;
	json_t *edited = NULL;

	if (run_editor(ctl, draft) != 0) {
		cw_ctl_complain(ctl, "the editor %s failed; nothing was changed", editor(ctl));
		fputs("Set EDITOR to one that works.\n", ctl->io.err);
		unlink(draft);
		return CW_CTL_USAGE;
	}
	result = read_draft(ctl, draft, now->body, &edited);
	if (result == CW_CTL_OK && edited) {
		request.body = edited;
		ctl->class_name = cw_json_text(edited, "connector.class");
		result = cw_ctl_change(ctl, &request, name, "RUNNING", NULL);
	}
	if (result == CW_CTL_OK) {
		cw_ctl_print_result(ctl, name, edited ? "updated" : "unchanged");
		unlink(draft);
	} else {
		kept = cw_ctl_quoted(draft);
		fprintf(ctl->io.err, "Your text is kept: workerctl apply -f %s\n", kept);
	}
	json_decref(edited);
	return result;
}

enum cw_ctl_exit cw_ctl_edit(struct cw_ctl *ctl)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, ctl->args[0], "/config"), *draft = NULL;
	enum cw_ctl_exit result = CW_CTL_USAGE;
	struct cw_reply now;

	if (cw_client_call(ctl->client, "GET", path, NULL, &now))
		result = cw_ctl_refused(ctl, &now, ctl->args[0]);
	else if (now.body && (draft = write_draft(ctl, ctl->args[0], now.body)))
		result = edit(ctl, draft, &now);
	cw_reply_free(&now);
	return result;
}
