/* What is wanted and what is seen → what to do next, and the states that REST shows. */
#include <stdio.h>
#include <string.h>

#include "herder/plan.h"
#include "base/mem.h"
#include "unit.h"

enum { STARTED = CW_TARGET_STARTED, PAUSE = CW_TARGET_PAUSED, STOP = CW_TARGET_STOPPED };
enum { NONE = CW_HOST_NONE, CONF = CW_HOST_CONFIGURING, READY = CW_HOST_READY, ENDING = CW_HOST_ENDING };
enum { LEAVING = 1, HELD = 2, UNCONF = 4, OUTDATED = 8, FAILED = 16, HPAUSED = 32, RWANT = 64, RSENT = 128 };
enum { COMES = 256, AGAIN = 512 }; /* FAILED, and to be tried again by itself; not for the first time */

/*
 * Tasks: a letter each. i idle, s starting, r running, p paused, f failed, a failed and to be started again by
 * itself, b the same and not for the first time, c completed, x stopping; upper case: to be restarted. Steps: "start", "stop", "pause", "resume",
 * "restart", "drop", "-". Task steps: a letter each. S start, X stop, R reset, - none. Shown: the connector's state,
 * then a letter for each task's (U unassigned, R running, P paused, F failed, C completed, G restarting).
 */
struct row {
	const char *what;
	int target, host, flags;
	const char *tasks, *step, *task_steps, *shown;
};

static const struct row rows[] = {
	{ "a new connector gets a host", STARTED, NONE, UNCONF, "", "start", "", "UNASSIGNED" },
	{ "created paused: nothing runs", PAUSE, NONE, UNCONF, "", "-", "", "PAUSED" },
	{ "created stopped: nothing runs", STOP, NONE, UNCONF, "", "-", "", "STOPPED" },
	{ "hosts of an earlier worker still live", STARTED, NONE, UNCONF | HELD, "", "-", "", "UNASSIGNED" },
	{ "its tasks are known, it starts after the worker", STARTED, NONE, UNCONF, "ii", "start", "--",
	  "UNASSIGNED UU" },
	{ "the answer to configure is awaited", STARTED, CONF, UNCONF, "ii", "-", "--", "UNASSIGNED UU" },
	{ "configured: tasks start", STARTED, READY, 0, "ii", "-", "SS", "RUNNING UU" },
	{ "tasks are starting", STARTED, READY, 0, "ss", "-", "--", "RUNNING UU" },
	{ "all run", STARTED, READY, 0, "rr", "-", "--", "RUNNING RR" },
	{ "no tasks at all", STARTED, READY, 0, "", "-", "", "RUNNING" },
	{ "configuring has failed", STARTED, NONE, UNCONF | FAILED, "", "-", "", "FAILED" },
	{ "a restart of a failed connector", STARTED, NONE, UNCONF | RWANT, "", "start", "", "RESTARTING" },

	{ "pause is passed on", PAUSE, READY, 0, "rf", "pause", "--", "PAUSED RF" },
	{ "paused", PAUSE, READY, HPAUSED, "pf", "-", "--", "PAUSED PF" },
	{ "resume is passed on", STARTED, READY, HPAUSED, "pp", "resume", "--", "RUNNING PP" },
	{ "pause while configuring waits", PAUSE, CONF, UNCONF, "", "-", "", "PAUSED" },
	{ "configured while paused: tasks start paused", PAUSE, READY, HPAUSED, "ii", "-", "SS", "PAUSED PP" },
	{ "the worker starts with a paused connector", PAUSE, NONE, UNCONF, "ii", "-", "--", "PAUSED PP" },
	{ "resumed without a host", STARTED, NONE, 0, "ii", "start", "--", "RUNNING UU" },

	{ "stop ends the host", STOP, READY, UNCONF, "rr", "stop", "--", "RUNNING RR" },
	{ "stop from paused", STOP, READY, UNCONF | HPAUSED, "pp", "stop", "--", "PAUSED PP" },
	{ "stop while configuring", STOP, CONF, UNCONF, "", "stop", "", "RUNNING" },
	{ "stopping: shown only when it is true", STOP, ENDING, UNCONF, "r", "-", "-", "RUNNING R" },
	{ "stopped", STOP, NONE, UNCONF, "", "-", "", "STOPPED" },
	{ "resumed while the host still ends", STARTED, ENDING, UNCONF | OUTDATED, "f", "-", "-", "UNASSIGNED U" },
	{ "a restart of a stopped one is dropped", STOP, NONE, UNCONF | RWANT, "", "drop", "", "STOPPED" },

	{ "a changed config replaces the host", STARTED, READY, UNCONF | OUTDATED, "rf", "stop", "--",
	  "UNASSIGNED UU" },
	{ "a changed config while configuring", STARTED, CONF, UNCONF | OUTDATED, "", "stop", "", "UNASSIGNED" },
	{ "the old host ends", STARTED, ENDING, UNCONF | OUTDATED, "rr", "-", "--", "UNASSIGNED UU" },
	{ "the old host is gone", STARTED, NONE, UNCONF, "ii", "start", "--", "UNASSIGNED UU" },
	{ "changed while paused: no new host before resume", PAUSE, NONE, UNCONF, "ii", "-", "--", "PAUSED PP" },

	{ "a failed task stays failed", STARTED, READY, 0, "rf", "-", "--", "RUNNING RF" },
	{ "its restart", STARTED, READY, 0, "rF", "-", "-S", "RUNNING RG" },
	{ "restart of a running task stops it first", STARTED, READY, 0, "Rr", "-", "X-", "RUNNING GR" },
	{ "and waits", STARTED, READY, 0, "Xr", "-", "--", "RUNNING GR" },
	{ "then starts it", STARTED, READY, 0, "Ir", "-", "S-", "RUNNING GR" },
	{ "restart of a paused task", PAUSE, READY, HPAUSED, "Pp", "-", "X-", "PAUSED GP" },
	{ "restart of a completed task", STARTED, READY, 0, "Cr", "-", "S-", "RUNNING GR" },
	{ "restart while it is starting", STARTED, READY, 0, "S", "-", "X", "RUNNING U" },
	{ "restart of a failed task while paused, no host", PAUSE, NONE, 0, "Fp", "-", "R-", "PAUSED GP" },

	{ "the host died: tasks failed, the connector goes on", STARTED, NONE, 0, "ff", "-", "--", "RUNNING FF" },
	{ "a task of a dead host is restarted in a new one", STARTED, NONE, 0, "Ff", "start", "--", "RUNNING GF" },
	{ "the others stay failed", STARTED, READY, 0, "Ff", "-", "S-", "RUNNING GF" },
	{ "a plain restart after the host died", STARTED, NONE, RWANT, "ff", "start", "--", "RESTARTING FF" },
	{ "a plain restart in the living host", STARTED, READY, RWANT, "rf", "restart", "--", "RESTARTING RF" },
	{ "it is under way", STARTED, READY, RSENT, "rf", "-", "--", "RESTARTING RF" },
	{ "it failed: tasks go on", STARTED, READY, FAILED, "rr", "-", "--", "FAILED RR" },
	{ "a plain restart of a paused one, no host", PAUSE, NONE, RWANT, "pp", "drop", "--", "RESTARTING PP" },

	{ "all completed: the host may go", STARTED, READY, 0, "cc", "stop", "--", "RUNNING CC" },
	{ "and is gone", STARTED, NONE, 0, "cc", "-", "--", "RUNNING CC" },
	{ "one is not completed", STARTED, READY, 0, "cr", "-", "--", "RUNNING CR" },
	{ "completed and failed: the host keeps the slot", STARTED, READY, 0, "cf", "-", "--", "RUNNING CF" },
	{ "a restart of one that is completed", STARTED, NONE, 0, "cC", "start", "--", "RUNNING CG" },
	{ "completed before the worker was restarted", STARTED, NONE, 0, "c", "-", "-", "RUNNING C" },

	{ "deleted or shutting down: the host ends", STARTED, READY, LEAVING, "rR", "stop", "--", "RUNNING RG" },
	{ "leaving without a host", STARTED, NONE, LEAVING | UNCONF, "i", "-", "-", "UNASSIGNED U" },
	{ "leaving while the host ends", STARTED, ENDING, LEAVING, "r", "-", "-", "RUNNING R" },
};

static enum cw_task_phase phase_of(char c)
{
	static const char letters[] = "isrpfcx";

	return c == 'a' || c == 'b' ? CW_TASK_FAILED : (enum cw_task_phase)(strchr(letters, c | 0x20) - letters);
}

static char step_letter(enum cw_task_step step)
{
	return "-SXR"[step];
}

static char state_letter(const char *state)
{
	return strcmp(state, "RESTARTING") == 0 ? 'G' : state[0];
}

static struct cw_connector_view view_of(const struct row *row, struct cw_task_view tasks[4])
{
	size_t n = strlen(row->tasks);

	for (size_t i = 0; i < n; i++)
		tasks[i] = (struct cw_task_view){ phase_of(row->tasks[i]), row->tasks[i] < 'a',
						  row->tasks[i] == 'a' || row->tasks[i] == 'b', row->tasks[i] == 'b' };
	return (struct cw_connector_view){
		.target = (enum cw_target)row->target, .host = (enum cw_host_phase)row->host,
		.tasks = tasks, .n_tasks = n,
		.leaving = row->flags & LEAVING, .held = row->flags & HELD, .unconfigured = row->flags & UNCONF,
		.outdated = row->flags & OUTDATED, .failed = row->flags & FAILED,
		.recovers = row->flags & COMES, .again = row->flags & AGAIN, .host_paused = row->flags & HPAUSED,
		.restart = row->flags & RWANT ? CW_RESTART_WANTED :
			   row->flags & RSENT ? CW_RESTART_SENT : CW_RESTART_NONE,
	};
}

static void check_row(const struct row *row)
{
	static const char *const steps[] = { "-", "start", "stop", "pause", "resume", "restart", "drop" };
	struct cw_task_view tasks[4];
	char task_steps[8] = "", shown[40];
	size_t n = strlen(row->tasks);
	struct cw_connector_view view = view_of(row, tasks);
	size_t at;

	at = (size_t)snprintf(shown, sizeof(shown), "%s%s", cw_plan_connector_state(&view), n ? " " : "");
	for (size_t i = 0; i < n; i++) {
		task_steps[i] = step_letter(cw_plan_task_step(&view, i));
		shown[at + i] = state_letter(cw_plan_task_state(&view, i));
		shown[at + i + 1] = '\0';
	}
	if (strcmp(steps[cw_plan_step(&view)], row->step) != 0 || strcmp(task_steps, row->task_steps) != 0 ||
	    strcmp(shown, row->shown) != 0)
		fprintf(stderr, "\n%s: step %s tasks %s shown %s\n", row->what, steps[cw_plan_step(&view)], task_steps,
			shown);
	CU_ASSERT_STRING_EQUAL(steps[cw_plan_step(&view)], row->step);
	CU_ASSERT_STRING_EQUAL(task_steps, row->task_steps);
	CU_ASSERT_STRING_EQUAL(shown, row->shown);
}

static void test_plan__table(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

/* Connector and tasks as above; the summary, and a letter for each wait: . on, ! reached, x hopeless. */
static const struct {
	int target, host, flags;
	const char *tasks, *summary, *waits; /* RUNNING PAUSED STOPPED COMPLETED */
} summaries[] = {
	{ STARTED, NONE, UNCONF, "", "UNASSIGNED", "...." },
	{ STARTED, READY, 0, "", "RUNNING", "...." }, /* without tasks nothing runs */
	{ STARTED, READY, 0, "rr", "RUNNING", "!..." },
	{ STARTED, READY, 0, "rs", "UNASSIGNED", "...." },
	{ STARTED, READY, 0, "rR", "RESTARTING", "...." },
	{ STARTED, READY, 0, "rf", "FAILED", "x..x" },
	{ STARTED, READY, 0, "rF", "RESTARTING", "...." },
	{ STARTED, NONE, UNCONF | FAILED, "", "FAILED", "x..x" },
	{ STARTED, READY, 0, "ra", "FAILED", "...." }, /* it is started again by itself */
	{ STARTED, READY, 0, "fa", "FAILED", "x..x" }, /* not all of them are */
	{ STARTED, READY, 0, "rb", "FAILED", "x..." }, /* it was, and has FAILED again */
	{ STARTED, NONE, UNCONF | FAILED | COMES, "", "FAILED", "...." },
	{ STARTED, NONE, UNCONF | FAILED | COMES | AGAIN, "", "FAILED", "x..." },
	{ STARTED, NONE, UNCONF | FAILED | COMES, "f", "FAILED", "x..x" },
	{ STARTED, READY, 0, "cr", "RUNNING", "!..." },
	{ STARTED, READY, 0, "cc", "COMPLETED", "!..!" },
	{ STARTED, NONE, 0, "cc", "COMPLETED", "!..!" },
	{ STARTED, NONE, 0, "cC", "RESTARTING", "...." },
	{ PAUSE, READY, 0, "rr", "PAUSED", "...." }, /* told, and not yet so */
	{ PAUSE, READY, HPAUSED, "pp", "PAUSED", ".!.." },
	{ PAUSE, READY, HPAUSED, "pf", "FAILED", "x!.x" },
	{ PAUSE, READY, HPAUSED, "pc", "PAUSED", ".!.." },
	{ PAUSE, NONE, UNCONF, "", "PAUSED", ".!.." },
	{ STARTED, READY, HPAUSED, "pp", "RUNNING", "...." }, /* resumed, and not yet so */
	{ STOP, READY, UNCONF, "rr", "RUNNING", "...." },
	{ STOP, ENDING, UNCONF, "r", "RUNNING", "...." },
	{ STOP, NONE, UNCONF, "", "STOPPED", "..!." },
	{ STARTED, READY, UNCONF | OUTDATED, "rr", "UNASSIGNED", "...." },
};

static void test_plan__summaries_and_waits(void)
{
	for (size_t k = 0; k < sizeof(summaries) / sizeof(summaries[0]); k++) {
		struct row row = { "", summaries[k].target, summaries[k].host, summaries[k].flags, summaries[k].tasks,
				   NULL, NULL, NULL };
		struct cw_task_view tasks[4];
		struct cw_connector_view view = view_of(&row, tasks);
		char waits[5] = "";

		for (int i = 0; i < 4; i++)
			waits[i] = ".!x"[cw_plan_wait(&view, (enum cw_wait)(CW_WAIT_RUNNING + i))];
		if (strcmp(waits, summaries[k].waits) != 0 ||
		    strcmp(cw_plan_summary_state(&view), summaries[k].summary) != 0)
			fprintf(stderr, "\nsummary row %zu: %s %s\n", k, cw_plan_summary_state(&view), waits);
		CU_ASSERT_STRING_EQUAL(waits, summaries[k].waits);
		CU_ASSERT_STRING_EQUAL(cw_plan_summary_state(&view), summaries[k].summary);
		CU_ASSERT_EQUAL(cw_plan_wait(&view, CW_WAIT_NONE), CW_WAIT_REACHED);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "what follows from what is wanted and what is seen", test_plan__table },
		{ "summaries, and what requests wait for", test_plan__summaries_and_waits },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "plan", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
