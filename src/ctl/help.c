/* What --help prints, from the tables: on a terminal in lines that fit it. */
#include <string.h>

#include "base/mem.h"
#include "ctl/ctl.h"

#define COMMAND_COLUMN 30 /* where the texts of commands begin, */
#define OPTION_COLUMN 26  /* of options and variables, */
#define EXIT_COLUMN 5	  /* and of exit statuses */
#define UNENDING 100000	  /* columns of what is no terminal */

/* `left`, and the text from that column on: in a line of its own where left is too long. */
static void put_entry(const struct cw_ctl *ctl, const char *left, size_t column, const char *text)
{
	size_t taken = cw_text_width(left);
	bool fits = taken + 2 <= column;
	struct cw_buf wrapped = { 0 };

	cw_text_wrap(&wrapped, text, column, ctl->io.tty ? (size_t)ctl->io.width : UNENDING);
	fprintf(ctl->io.out, "%s%s%s", left, fits ? "" : "\n", wrapped.p + (fits ? taken : 0));
	cw_buf_free(&wrapped);
}

static void put_text(const struct cw_ctl *ctl, const char *text)
{
	struct cw_buf wrapped = { 0 };

	cw_text_wrap(&wrapped, text, 0, ctl->io.tty ? (size_t)ctl->io.width : UNENDING);
	fputs(wrapped.p, ctl->io.out);
	cw_buf_free(&wrapped);
}

static void print_option(const struct cw_ctl *ctl, const struct cw_ctl_option *option)
{
	CW_AUTO_FREE char *name = cw_format("  %s%c%s--%s%s%s", option->letter ? "-" : "",
					    option->letter ? option->letter : ' ', option->letter ? ", " : "   ",
					    option->name, option->value ? "=" : "", option->value ? option->value : "");

	put_entry(ctl, name, OPTION_COLUMN, option->help);
}

static void print_options(const struct cw_ctl *ctl, uint64_t bits, const char *title)
{
	bool any = false;

	for (const struct cw_ctl_option *option = cw_ctl_options; option->name; option++) {
		if (!(option->bit & bits) || !option->help)
			continue;
		if (!any)
			fprintf(ctl->io.out, "\n%s:\n", title);
		any = true;
		print_option(ctl, option);
	}
}

static void print_exits(const struct cw_ctl *ctl)
{
	fputs("\nExit status:\n", ctl->io.out);
	for (const struct cw_ctl_exit_text *e = cw_ctl_exits; e->text; e++) {
		CW_AUTO_FREE char *code = cw_format("  %d", (int)e->code);

		put_entry(ctl, code, EXIT_COLUMN, e->text);
	}
}

static void print_variables(const struct cw_ctl *ctl)
{
	fputs("\nEnvironment:\n", ctl->io.out);
	for (size_t i = 0; cw_ctl_variables[i][0]; i++) {
		CW_AUTO_FREE char *name = cw_format("  %s", cw_ctl_variables[i][0]);

		put_entry(ctl, name, OPTION_COLUMN, cw_ctl_variables[i][1]);
	}
}

static void print_kinds(FILE *out)
{
	fputs("\nKinds:", out);
	for (size_t i = 0; cw_ctl_kinds[i]; i++)
		fprintf(out, "%s %s", i ? "," : "", cw_ctl_kinds[i]);
	fputs("\n", out);
}

/* What is true of every command that takes names or files of connectors. */
static void print_arguments(const struct cw_ctl *ctl, const struct cw_ctl_command *command)
{
	if (command->completes == CW_COMPLETES_CONNECTORS && strstr(command->args, "NAME…"))
		put_text(ctl, "A NAME may be a pattern: 'logs-*' stands for all connectors that fit.\n"
			      "-l chooses by labels, which are keys of configurations such as label.team=search.");
	if (command->completes == CW_COMPLETES_FILES)
		put_text(ctl, "A FILE is .properties or JSON, several connectors in it separated by lines of ---;\n"
			      "${NAME} in it stands for an environment variable, in capital letters.");
	if (command->completes == CW_COMPLETES_KINDS)
		print_kinds(ctl->io.out);
}

static void command_usage(const struct cw_ctl *ctl, const struct cw_ctl_command *command)
{
	fprintf(ctl->io.out, "Usage: workerctl [OPTION]… %s%s%s\n", command->name, *command->args ? " " : "", command->args);
	put_text(ctl, command->summary);
	print_arguments(ctl, command);
	fprintf(ctl->io.out, "\nExample:\n  %s\n", command->example);
	print_options(ctl, command->options, "Options");
	print_options(ctl, CW_O_SERVER | CW_O_CONTEXT | CW_O_OUTPUT | CW_O_TIMEOUT |
				   (command->options & CW_O_NO_QUIET ? 0 : CW_O_QUIET),
		      "Options of every command, most used");
	fputs("\nAll of them, exit statuses and environment: workerctl --help\n", ctl->io.out);
}

static void print_command(const struct cw_ctl *ctl, const struct cw_ctl_command *c)
{
	CW_AUTO_FREE char *name = cw_format("  %s%s%s", c->name, *c->args ? " " : "", c->args);

	put_entry(ctl, name, COMMAND_COLUMN, c->summary);
}

static void print_commands(const struct cw_ctl *ctl)
{
	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++) {
		if (c->group)
			fprintf(ctl->io.out, "\n%s:\n", c->group);
		print_command(ctl, c);
	}
}

void cw_ctl_usage(const struct cw_ctl *ctl, const struct cw_ctl_command *command)
{
	if (command) {
		command_usage(ctl, command);
		return;
	}
	fputs("Usage: workerctl [OPTION]… COMMAND [ARGUMENT]…\n"
	      "Looks after the connectors of a worker, over the Kafka Connect REST API.\n"
	      "'workerctl COMMAND --help' explains a command, with an example.\n",
	      ctl->io.out);
	print_commands(ctl);
	print_options(ctl, ~CW_O_GLOBAL, "Options of single commands");
	print_options(ctl, CW_O_GLOBAL, "Options of every command");
	print_exits(ctl);
	print_variables(ctl);
}

bool cw_ctl_usage_of_family(const struct cw_ctl *ctl, const char *word)
{
	size_t n = strlen(word);
	bool any = false;

	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++)
		if (strncmp(c->name, word, n) == 0 && (c->name[n] == ' ' || !c->name[n])) {
			fputs(any ? "" : "Commands:\n", ctl->io.out);
			print_command(ctl, c);
			any = true;
		}
	if (any)
		fprintf(ctl->io.out, "\n'workerctl %s COMMAND --help' explains one, with an example.\n", word);
	return any;
}
