/* restart: says what a worker restarts, which is not always what people expect of the word. */
#include <string.h>

#include "base/mem.h"
#include "ctl/ctl.h"

static bool is(const json_t *part, const char *state)
{
	const char *own = cw_json_text(part, "state");

	return own && strcmp(own, state) == 0;
}

static size_t count(const json_t *status, const char *state)
{
	size_t n = 0, i;
	json_t *task;

	json_array_foreach(json_object_get(status, "tasks"), i, task)
		n += is(task, state);
	return n;
}

/* "1 task", "2 tasks": new. */
static char *tasks_text(size_t n)
{
	return cw_format("%zu task%s", n, n == 1 ? "" : "s");
}

/* ---- what was done ------------------------------------------------------------------------- */

static void say_restarting(struct cw_ctl *ctl, const char *name, bool connector, size_t tasks)
{
	CW_AUTO_FREE char *number = tasks_text(tasks);
	CW_AUTO_FREE char *text = !tasks    ? cw_strdup("restarting") :
				  connector ? cw_format("restarting, with %s", number) :
					      cw_format("restarting %s", number);

	cw_ctl_print_result(ctl, name, text);
}

/* Tasks are restarted only when that is asked for, as in Kafka Connect: said when some need it. */
static void say_failed_tasks(struct cw_ctl *ctl, const char *name, bool connector, size_t failed)
{
	CW_AUTO_FREE char *number = tasks_text(failed);

	if (connector)
		cw_ctl_complain(ctl, "%s itself is restarted, but not %s of it that failed", name, number);
	else
		cw_ctl_complain(ctl, "nothing to restart: %s itself has not failed; %s of it did", name, number);
	cw_ctl_advise_on(ctl, "restart", name, " --tasks --failed");
}

/* plan: the status that the worker answered with, where what it restarts is RESTARTING. */
static enum cw_ctl_exit say_plan(struct cw_ctl *ctl, const char *name, const json_t *plan)
{
	bool connector = is(json_object_get(plan, "connector"), "RESTARTING");
	size_t tasks = count(plan, "RESTARTING"), failed = count(plan, "FAILED");

	if (connector || tasks)
		say_restarting(ctl, name, connector, tasks);
	else if (!failed)
		cw_ctl_print_result(ctl, name, "nothing to restart: nothing of it is FAILED");
	if (failed)
		say_failed_tasks(ctl, name, connector, failed);
	return failed && !connector && !tasks ? CW_CTL_FAILED : CW_CTL_OK;
}

/* Without a plan, and of a connector without tasks, the status tells more. */
static enum cw_ctl_exit say(struct cw_ctl *ctl, const char *name, const json_t *plan)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, name, "/status");
	enum cw_ctl_exit result = CW_CTL_OK;
	struct cw_reply status;
	size_t failed;

	if (json_array_size(json_object_get(plan, "tasks")) > 0)
		return say_plan(ctl, name, plan);
	cw_client_call(ctl->client, "GET", path, NULL, &status);
	failed = count(status.body, "FAILED");
	if (is(json_object_get(status.body, "connector"), "STOPPED"))
		cw_ctl_print_result(ctl, name, "nothing to restart: it is STOPPED, and resume starts it");
	else if (plan)
		result = say_plan(ctl, name, plan);
	else
		say_restarting(ctl, name, true, 0);
	if (!plan && failed)
		say_failed_tasks(ctl, name, true, failed);
	cw_reply_free(&status);
	return result;
}

/* ---- the command --------------------------------------------------------------------------- */

static char *restart_path(const struct cw_ctl *ctl, const char *name)
{
	CW_AUTO_FREE char *suffix =
		ctl->task >= 0 ? cw_format("/tasks/%d/restart", ctl->task) :
				 cw_format("/restart?includeTasks=%s&onlyFailed=%s", ctl->given & CW_O_TASKS ? "true" : "false",
					   ctl->given & CW_O_FAILED ? "true" : "false");

	return cw_ctl_path(ctl, name, suffix);
}

static enum cw_ctl_exit restart(struct cw_ctl *ctl, const char *name)
{
	CW_AUTO_FREE char *path = restart_path(ctl, name);
	struct cw_request request = { .method = "POST", .path = path };
	struct cw_reply reply;
	enum cw_ctl_exit result = cw_ctl_change(ctl, &request, name, "RUNNING", &reply);

	if (result == CW_CTL_OK && ctl->given & CW_O_WAIT)
		cw_ctl_print_result(ctl, name, "RUNNING");
	else if (result == CW_CTL_OK && ctl->task >= 0)
		cw_ctl_print_result(ctl, name, "restarting");
	else if (result == CW_CTL_OK)
		result = say(ctl, name, reply.body);
	else if (result == CW_CTL_FAILED && ctl->task < 0 && !(ctl->given & CW_O_TASKS))
		cw_ctl_advise_on(ctl, "restart", name, " --tasks --failed --wait");
	cw_reply_free(&reply);
	return result;
}

enum cw_ctl_exit cw_ctl_restart(struct cw_ctl *ctl)
{
	json_t *names, *name;
	enum cw_ctl_exit result = cw_ctl_names(ctl, ctl->args, ctl->n_args, &names);
	size_t i;

	json_array_foreach(names, i, name) {
		enum cw_ctl_exit one = restart(ctl, json_string_value(name));

		result = cw_ctl_worse(result, one);
		if (cw_ctl_is_hopeless(one))
			break;
	}
	json_decref(names);
	return result;
}
