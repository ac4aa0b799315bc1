/* The tables of commands, options and exit statuses, and what is printed from them. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ctl/ctl.h"

const struct cw_ctl_command cw_ctl_commands[] = {
	{ "list", "", 0, 0, CW_O_QUIET, CW_COMPLETES_NOTHING, "List the connectors with their states.", cw_ctl_list },
	{ "create", "FILE", 1, 1, CW_O_STATE, CW_COMPLETES_FILES,
	  "Create a connector from a .properties or JSON file; an existing one is left alone.", cw_ctl_create },
	{ "apply", "FILE…", 1, -1, 0, CW_COMPLETES_FILES,
	  "Create connectors or update their configurations, and say which: created, updated or unchanged.",
	  cw_ctl_apply },
	{ "show", "NAME", 1, 1, 0, CW_COMPLETES_CONNECTORS,
	  "Print a connector's configuration as a .properties file; with -o json as a file for create.", cw_ctl_show },
	{ "status", "[NAME]", 0, 1, CW_O_WATCH | CW_O_INTERVAL | CW_O_COUNT, CW_COMPLETES_CONNECTORS,
	  "Show states, records, lag and errors of all connectors, or of one and its tasks.", cw_ctl_status },
	{ "pause", "NAME…", 1, -1, 0, CW_COMPLETES_CONNECTORS, "Pause connectors; their tasks are kept.",
	  cw_ctl_pause },
	{ "resume", "NAME…", 1, -1, 0, CW_COMPLETES_CONNECTORS, "Let paused or stopped connectors run again.",
	  cw_ctl_resume },
	{ "stop", "NAME…", 1, -1, 0, CW_COMPLETES_CONNECTORS,
	  "Stop connectors: their tasks end, their configuration and offsets stay.", cw_ctl_stop },
	{ "restart", "NAME…", 1, -1, CW_O_INCLUDE_TASKS | CW_O_ONLY_FAILED | CW_O_TASK, CW_COMPLETES_CONNECTORS,
	  "Restart connectors, their tasks too, or one task.", cw_ctl_restart },
	{ "delete", "NAME…", 1, -1, 0, CW_COMPLETES_CONNECTORS, "Stop and delete connectors.", cw_ctl_delete },
	{ "wait", "NAME", 1, 1, CW_O_FOR | CW_O_INTERVAL, CW_COMPLETES_CONNECTORS,
	  "Wait until a connector and all its tasks have a state.", cw_ctl_wait },
	{ "plugins", "", 0, 0, CW_O_QUIET, CW_COMPLETES_NOTHING, "List the plugins that the worker can load.",
	  cw_ctl_plugins },
	{ "plugin", "NAME", 1, 1, 0, CW_COMPLETES_PLUGINS, "Describe the configuration keys of a plugin.",
	  cw_ctl_plugin },
	{ "validate", "FILE", 1, 1, 0, CW_COMPLETES_FILES,
	  "Check a connector's file against its plugin, and change nothing.", cw_ctl_validate },
	{ "health", "", 0, 0, 0, CW_COMPLETES_NOTHING, "Ask whether the worker is healthy.", cw_ctl_health },
	{ "completion", "", 0, 0, 0, CW_COMPLETES_NOTHING, "Print a completion script for bash.", cw_ctl_completion },
	{ "help", "[COMMAND]", 0, 1, 0, CW_COMPLETES_NOTHING, "Explain a command.", cw_ctl_help },
	{ NULL, NULL, 0, 0, 0, CW_COMPLETES_NOTHING, NULL, NULL },
};

const struct cw_ctl_option cw_ctl_options[] = {
	{ CW_O_WATCH, "watch", 'w', NULL,
	  "go on, with rates: a screen drawn anew, or lines when output is no terminal" },
	{ CW_O_INTERVAL, "interval", 0, "SECONDS", "time between two looks (default 2 for status, 0.5 for wait)" },
	{ CW_O_COUNT, "count", 'n', "N", "end after N looks (implies --watch)" },
	{ CW_O_INCLUDE_TASKS, "include-tasks", 0, NULL, "restart the tasks as well" },
	{ CW_O_ONLY_FAILED, "only-failed", 0, NULL, "restart only what is FAILED" },
	{ CW_O_TASK, "task", 0, "N", "restart this task only" },
	{ CW_O_FOR, "for", 0, "STATE", "RUNNING (default), PAUSED, STOPPED, COMPLETED or FAILED" },
	{ CW_O_QUIET, "quiet", 'q', NULL, "print names only" },
	{ CW_O_STATE, "state", 0, "STATE", "first state: RUNNING (default), PAUSED or STOPPED" },
	{ CW_O_URL, "url", 'u', "URL", "the worker (default: $CONNECT_URL, then http://127.0.0.1:8083)" },
	{ CW_O_OUTPUT, "output", 'o', "FORMAT", "table (for people, the default) or json (for programs)" },
	{ CW_O_NO_COLOR, "no-color", 0, NULL, "no colors; they are used on terminals only, and not with $NO_COLOR" },
	{ CW_O_TIMEOUT, "timeout", 't', "SECONDS",
	  "longest time for a request (default 95), or for wait as a whole (60)" },
	{ CW_O_HELP, "help", 'h', NULL, "print help: on everything, or on the command it is given with" },
	{ CW_O_VERSION, "version", 'V', NULL, "print the version" },
	{ 0, NULL, 0, NULL, NULL },
};

const struct cw_ctl_exit_text cw_ctl_exits[] = {
	{ CW_CTL_OK, "done" },
	{ CW_CTL_REFUSED, "the worker refused; its reason is printed" },
	{ CW_CTL_USAGE, "wrong usage, or a connector file that cannot be read" },
	{ CW_CTL_UNREACHABLE, "the worker cannot be reached" },
	{ CW_CTL_TIMEOUT, "wait: the state was not reached in time" },
	{ CW_CTL_FAILED, "status, wait: a connector or task is FAILED" },
	{ CW_CTL_OK, NULL },
};

/* ---- help ---------------------------------------------------------------------------------- */

static void print_option(FILE *out, const struct cw_ctl_option *option)
{
	CW_AUTO_FREE char *name = cw_format("%s%c%s--%s%s%s", option->letter ? "-" : "",
					    option->letter ? option->letter : ' ', option->letter ? ", " : "   ",
					    option->name, option->value ? "=" : "", option->value ? option->value : "");

	fprintf(out, "  %-22s  %s\n", name, option->help);
}

static void print_options(FILE *out, uint32_t bits, const char *title)
{
	bool any = false;

	for (const struct cw_ctl_option *option = cw_ctl_options; option->name; option++) {
		if (!(option->bit & bits))
			continue;
		if (!any)
			fprintf(out, "\n%s:\n", title);
		any = true;
		print_option(out, option);
	}
}

static void print_exits(FILE *out)
{
	fputs("\nExit status:\n", out);
	for (const struct cw_ctl_exit_text *e = cw_ctl_exits; e->text; e++)
		fprintf(out, "  %d  %s\n", (int)e->code, e->text);
}

static void command_usage(FILE *out, const struct cw_ctl_command *command)
{
	fprintf(out, "Usage: workerctl [OPTION]… %s%s%s\n%s\n", command->name, *command->args ? " " : "", command->args,
		command->summary);
	print_options(out, command->options, "Options");
	print_options(out, CW_O_GLOBAL, "Options of every command");
	print_exits(out);
}

void cw_ctl_usage(FILE *out, const struct cw_ctl_command *command)
{
	if (command) {
		command_usage(out, command);
		return;
	}
	fputs("Usage: workerctl [OPTION]… COMMAND [ARGUMENT]…\n"
	      "Looks after the connectors of a worker, over the Kafka Connect REST API.\n"
	      "\n"
	      "Commands:\n",
	      out);
	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++) {
		CW_AUTO_FREE char *name = cw_format("%s%s%s", c->name, *c->args ? " " : "", c->args);

		/* "…" has three bytes and takes one column. */
		fprintf(out, "  %-*s  %s\n", 16 + (int)(strlen(name) - cw_text_width(name)), name, c->summary);
	}
	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++) {
		CW_AUTO_FREE char *title = cw_format("Options of %s", c->name);

		print_options(out, c->options, title);
	}
	print_options(out, CW_O_GLOBAL, "Options of every command");
	print_exits(out);
}

/* ---- completion ---------------------------------------------------------------------------- */

static void put_words(FILE *out, uint32_t bits)
{
	for (const struct cw_ctl_option *option = cw_ctl_options; option->name; option++)
		if (option->bit & bits)
			fprintf(out, " --%s%s", option->name, option->value ? "=" : "");
}

static const char *completer(enum cw_ctl_completes completes)
{
	switch (completes) {
	case CW_COMPLETES_CONNECTORS:
		return "$(_workerctl_names list)";
	case CW_COMPLETES_PLUGINS:
		return "$(_workerctl_names plugins)";
	default:
		return "";
	}
}

/* Names are asked of the worker that the command line names, for at most two seconds. */
static const char completion_head[] =
	"# bash completion for workerctl\n"
	"_workerctl_names() {\n"
	"\tlocal i url=()\n"
	"\tfor ((i = 1; i < ${#COMP_WORDS[@]} - 1; i++)); do\n"
	"\t\t[[ ${COMP_WORDS[i]} == --url || ${COMP_WORDS[i]} == -u ]] && url=(--url \"${COMP_WORDS[i + 1]}\")\n"
	"\tdone\n"
	"\tworkerctl \"${url[@]}\" --timeout 2 -q \"$1\" 2>/dev/null\n"
	"}\n"
	"_workerctl() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} command= word\n"
	"\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	"\t\tcase $word in\n"
	"\t\t";

enum cw_ctl_exit cw_ctl_completion(struct cw_ctl *ctl)
{
	FILE *out = ctl->io.out;
	const struct cw_ctl_command *c;

	fputs(completion_head, out);
	for (c = cw_ctl_commands; c->name; c++)
		fprintf(out, "%s%s", c == cw_ctl_commands ? "" : "|", c->name);
	fputs(") command=$word; break ;;\n\t\tesac\n\tdone\n\tcase $command in\n", out);
	for (c = cw_ctl_commands; c->name; c++) {
		fprintf(out, "\t%s)\n", c->name);
		if (c->completes == CW_COMPLETES_FILES)
			fputs("\t\t[[ $cur == -* ]] || { COMPREPLY=($(compgen -f -- \"$cur\")); return; }\n", out);
		fprintf(out, "\t\tCOMPREPLY=($(compgen -W \"%s",
			strcmp(c->name, "help") == 0 ? "" : completer(c->completes));
		put_words(out, c->options | CW_O_GLOBAL);
		fputs("\" -- \"$cur\")) ;;\n", out);
	}
	fputs("\t*) COMPREPLY=($(compgen -W \"", out);
	for (c = cw_ctl_commands; c->name; c++)
		fprintf(out, "%s ", c->name);
	put_words(out, CW_O_GLOBAL);
	fputs("\" -- \"$cur\")) ;;\n\tesac\n\t[[ ${COMPREPLY-} == *= ]] && compopt -o nospace\n\treturn 0\n}\n"
	      "complete -F _workerctl workerctl\n",
	      out);
	return CW_CTL_OK;
}
