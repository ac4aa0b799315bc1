/* What --help prints, from the tables. */
#include <string.h>

#include "base/mem.h"
#include "ctl/ctl.h"

static void print_option(FILE *out, const struct cw_ctl_option *option)
{
	CW_AUTO_FREE char *name = cw_format("%s%c%s--%s%s%s", option->letter ? "-" : "",
					    option->letter ? option->letter : ' ', option->letter ? ", " : "   ",
					    option->name, option->value ? "=" : "", option->value ? option->value : "");

	fprintf(out, "  %-22s  %s\n", name, option->help);
}

static void print_options(FILE *out, uint64_t bits, const char *title)
{
	bool any = false;

	for (const struct cw_ctl_option *option = cw_ctl_options; option->name; option++) {
		if (!(option->bit & bits) || !option->help)
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

static void print_variables(FILE *out)
{
	fputs("\nEnvironment:\n", out);
	for (size_t i = 0; cw_ctl_variables[i][0]; i++)
		fprintf(out, "  %-22s  %s\n", cw_ctl_variables[i][0], cw_ctl_variables[i][1]);
}

static void print_kinds(FILE *out)
{
	fputs("\nKinds:", out);
	for (size_t i = 0; cw_ctl_kinds[i]; i++)
		fprintf(out, "%s %s", i ? "," : "", cw_ctl_kinds[i]);
	fputs("\n", out);
}

/* What is true of every command that takes names or files of connectors. */
static void print_arguments(FILE *out, const struct cw_ctl_command *command)
{
	if (command->completes == CW_COMPLETES_CONNECTORS && strstr(command->args, "NAME…"))
		fputs("A NAME may be a pattern: 'logs-*' stands for all connectors that fit.\n"
		      "-l chooses by labels, which are keys of configurations such as label.team=search.\n",
		      out);
	if (command->completes == CW_COMPLETES_FILES)
		fputs("A FILE is .properties or JSON, several connectors in it separated by lines of ---;\n"
		      "${NAME} in it stands for an environment variable, in capital letters.\n",
		      out);
	if (command->completes == CW_COMPLETES_KINDS)
		print_kinds(out);
}

static void command_usage(FILE *out, const struct cw_ctl_command *command)
{
	fprintf(out, "Usage: workerctl [OPTION]… %s%s%s\n%s\n", command->name, *command->args ? " " : "",
		command->args, command->summary);
	print_arguments(out, command);
	fprintf(out, "\nExample:\n  %s\n", command->example);
	print_options(out, command->options, "Options");
	print_options(out, CW_O_SERVER | CW_O_CONTEXT | CW_O_OUTPUT | CW_O_QUIET | CW_O_TIMEOUT,
		      "Options of every command, most used");
	fputs("\nAll of them, exit statuses and environment: workerctl --help\n", out);
}

static void print_commands(FILE *out)
{
	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++) {
		CW_AUTO_FREE char *name = cw_format("%s%s%s", c->name, *c->args ? " " : "", c->args);
		bool fits = cw_text_width(name) <= 26;

		if (c->group)
			fprintf(out, "\n%s:\n", c->group);
		/* "…" has three bytes and takes one column. */
		fprintf(out, "  %-*s%s%*s%s\n", 26 + (int)(strlen(name) - cw_text_width(name)), name, fits ? "" : "\n",
			fits ? 2 : 30, "", c->summary);
	}
}

void cw_ctl_usage(FILE *out, const struct cw_ctl_command *command)
{
	if (command) {
		command_usage(out, command);
		return;
	}
	fputs("Usage: workerctl [OPTION]… COMMAND [ARGUMENT]…\n"
	      "Looks after the connectors of a worker, over the Kafka Connect REST API.\n"
	      "'workerctl COMMAND --help' explains a command, with an example.\n",
	      out);
	print_commands(out);
	print_options(out, ~CW_O_GLOBAL, "Options of single commands");
	print_options(out, CW_O_GLOBAL, "Options of every command");
	print_exits(out);
	print_variables(out);
}
