/* The command line: options may stand anywhere, and "--" ends them. */
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "ctl/ctl.h"

int cw_ctl_wrong(const struct cw_ctl *ctl, const char *fmt, ...)
{
	const struct cw_ctl_command *command = cw_ctl_command_so_far(ctl);
	struct cw_buf text = { 0 };
	CW_AUTO_FREE char *shown = NULL;
	va_list ap;

	va_start(ap, fmt);
	cw_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	shown = cw_text_harmless(text.p, true);
	cw_buf_free(&text);
	fprintf(ctl->io.err, "workerctl: %s\nTry 'workerctl %s%s--help'.\n", shown,
		command ? command->name : "", command ? " " : "");
	return CW_CTL_USAGE;
}

const char *cw_ctl_env(const struct cw_ctl *ctl, const char *name)
{
	const char *value = cw_map_get(ctl->io.env, name);

	return value && *value ? value : NULL;
}

static int set_option(struct cw_ctl *ctl, const struct cw_ctl_option *option, const char *value, bool by_letter)
{
	cw_ctl_give(ctl, option, by_letter);
	return option->value ? cw_ctl_take_value(ctl, option, value) : -1;
}

/* ---- words --------------------------------------------------------------------------------- */

const struct cw_ctl_command *cw_ctl_command_so_far(const struct cw_ctl *ctl)
{
	int n;

	if (ctl->command || ctl->n_args == 0)
		return ctl->command;
	return cw_ctl_find(ctl->args[0], ctl->n_args > 1 ? ctl->args[1] : NULL, &n);
}

/* The options that the command takes which the words so far name; all when they name none. */
static uint64_t options_so_far(const struct cw_ctl *ctl)
{
	const struct cw_ctl_command *command = cw_ctl_command_so_far(ctl);

	return command ? command->options | CW_O_GLOBAL : ~UINT64_C(0);
}

static int unknown_option(const struct cw_ctl *ctl, const char *name, size_t n)
{
	CW_AUTO_FREE char *typed = cw_strndup(name, n);
	struct cw_nearest near = { .name = typed };

	for (const struct cw_ctl_option *option = cw_ctl_options; option->name; option++)
		if (option->bit & options_so_far(ctl))
			cw_nearest_offer(&near, option->name);
	if (near.best)
		return cw_ctl_wrong(ctl, "unknown option --%s; did you mean --%s?", typed, near.best);
	return cw_ctl_wrong(ctl, "unknown option --%s", typed);
}

/* A letter may mean one thing for one command and another for the next: -f is --file, and of logs --follow. */
static const struct cw_ctl_option *find_letter(const struct cw_ctl *ctl, char letter)
{
	const struct cw_ctl_option *first = NULL;
	uint64_t taken = options_so_far(ctl);

	for (const struct cw_ctl_option *option = cw_ctl_options; option->name; option++) {
		if (option->letter != letter)
			continue;
		if (option->bit & taken)
			return option;
		first = first ? first : option;
	}
	return first;
}

const struct cw_ctl_option *cw_ctl_find_option(const struct cw_ctl *ctl, const char *word)
{
	if (strncmp(word, "--", 2) != 0)
		return word[0] == '-' && word[1] && !word[2] ? find_letter(ctl, word[1]) : NULL;
	for (const struct cw_ctl_option *option = cw_ctl_options; option->name; option++)
		if (strcmp(word + 2, option->name) == 0)
			return option;
	return NULL;
}

/* "--name", "--name=value"; *i moves over a value that is the next word. */
static int take_long(struct cw_ctl *ctl, int argc, char *const *argv, int *i)
{
	const char *name = argv[*i] + 2, *equals = strchr(name, '='), *value = equals ? equals + 1 : NULL;
	size_t n = equals ? (size_t)(equals - name) : strlen(name);
	const struct cw_ctl_option *option = cw_ctl_options;

	while (option->name && (strlen(option->name) != n || memcmp(option->name, name, n) != 0))
		option++;
	if (!option->name)
		return unknown_option(ctl, name, n);
	if (!option->value && value)
		return cw_ctl_wrong(ctl, "--%s takes no value", option->name);
	if (option->value && !value) {
		if (*i + 1 >= argc)
			return cw_ctl_wrong(ctl, "--%s needs a value: %s", option->name, option->value);
		value = argv[++*i];
	}
	return set_option(ctl, option, value, false);
}

/* "-o json", "-ojson", "-qw" */
static int take_short(struct cw_ctl *ctl, int argc, char *const *argv, int *i)
{
	for (const char *p = argv[*i] + 1; *p; p++) {
		const struct cw_ctl_option *option = find_letter(ctl, *p);
		const char *value = NULL;
		int result;

		if (!option)
			return cw_ctl_wrong(ctl, "unknown option -%c", *p);
		if (option->value) {
			value = p[1] ? p + 1 : *i + 1 < argc ? argv[++*i] : NULL;
			if (!value)
				return cw_ctl_wrong(ctl, "-%c needs a value: %s", *p, option->value);
		}
		result = set_option(ctl, option, value, true);
		if (result >= 0 || option->value)
			return result;
	}
	return -1;
}

const struct cw_ctl_command *cw_ctl_find(const char *first, const char *second, int *n)
{
	CW_AUTO_FREE char *both = second ? cw_format("%s %s", first, second) : NULL;
	const struct cw_ctl_command *one = NULL;

	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++) {
		*n = 2;
		if (both && strcmp(c->name, both) == 0)
			return c;
		if (strcmp(c->name, first) == 0)
			one = c;
	}
	*n = 1;
	return one;
}

/* "offsets" begins "offsets get": the second word of a command's name, or NULL. */
static const char *second_word(const struct cw_ctl_command *c, const char *first)
{
	size_t n = strlen(first);

	return strncmp(c->name, first, n) == 0 && c->name[n] == ' ' ? c->name + n + 1 : NULL;
}

static int unknown_second(const struct cw_ctl *ctl, const char *first, const char *second)
{
	struct cw_buf list = { 0 };
	struct cw_nearest near = { .name = second ? second : "" };
	int result;

	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++)
		if (second_word(c, first)) {
			cw_buf_printf(&list, "%s%s", list.n ? ", " : "", second_word(c, first));
			cw_nearest_offer(&near, second_word(c, first));
		}
	if (second && near.best)
		result = cw_ctl_wrong(ctl, "unknown command \"%s %s\"; did you mean \"%s %s\"?", first, second, first,
			       near.best);
	else
		result = cw_ctl_wrong(ctl, "%s needs one of: %s", first, list.p);
	cw_buf_free(&list);
	return result;
}

static int unknown_command(const struct cw_ctl *ctl, const char *word, const char *second)
{
	struct cw_nearest near = { .name = word };
	const char *prefixed = NULL;

	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++) {
		if (second_word(c, word))
			return unknown_second(ctl, word, second);
		cw_nearest_offer(&near, c->name);
		if (strncmp(c->name, word, strlen(word)) == 0 && !prefixed)
			prefixed = c->name;
	}
	if (!near.best)
		near.best = prefixed;
	if (near.best)
		return cw_ctl_wrong(ctl, "unknown command \"%s\"; did you mean \"%s\"?", word, near.best);
	return cw_ctl_wrong(ctl, "unknown command \"%s\"", word);
}

/* The first word, or the first two, name the command; the others are its arguments. */
static int take_command(struct cw_ctl *ctl)
{
	const char *first = ctl->n_args > 0 ? ctl->args[0] : NULL, *second = ctl->n_args > 1 ? ctl->args[1] : NULL;
	int n;

	if (!first)
		return -1;
	ctl->command = cw_ctl_find(first, second, &n);
	if (!ctl->command && !second && ctl->given & CW_O_HELP && cw_ctl_usage_of_family(ctl, first))
		return CW_CTL_OK;
	if (!ctl->command)
		return unknown_command(ctl, first, second);
	ctl->n_args -= n;
	memmove(ctl->args, ctl->args + n, (size_t)ctl->n_args * sizeof(*ctl->args));
	return -1;
}

/* ---- the whole ----------------------------------------------------------------------------- */

/* Labels stand for a name that the command needs. */
static int names_in_labels(const struct cw_ctl *ctl)
{
	return ctl->given & CW_O_SELECTOR && ctl->command->completes == CW_COMPLETES_CONNECTORS;
}

/* An option of the command that has the letter of another one, which was typed before the command. */
static const struct cw_ctl_option *meant_by_letter(const struct cw_ctl *ctl, const char *typed)
{
	for (const struct cw_ctl_option *option = cw_ctl_options; typed[1] != '-' && option->name; option++)
		if (option->letter == typed[1] && option->bit & ctl->command->options)
			return option;
	return NULL;
}

static int does_not_take(const struct cw_ctl *ctl, const struct cw_ctl_option *stray)
{
	const char *typed = cw_ctl_typed(ctl, stray->bit), *command = ctl->command->name;
	const struct cw_ctl_option *meant = meant_by_letter(ctl, typed);

	if (meant)
		return cw_ctl_wrong(ctl, "before the command %s means --%s, which %s does not take; behind it, it means --%s",
				    typed, stray->name, command, meant->name);
	return cw_ctl_wrong(ctl, "%s does not take %s", command, typed);
}

/* Options that mean nothing together, or not of this command. */
static int check_options(const struct cw_ctl *ctl)
{
	const struct cw_ctl_command *c = ctl->command;
	uint64_t stray = ctl->given & ~(c->options | CW_O_GLOBAL);

	for (const struct cw_ctl_option *option = cw_ctl_options; option->name; option++)
		if (option->bit & stray)
			return does_not_take(ctl, option);
	if (c->options & CW_O_NO_NAMES && ctl->output == CW_OUTPUT_NAME)
		return cw_ctl_wrong(ctl, "%s has no names to print, and does not take %s name", c->name,
				    cw_ctl_typed(ctl, CW_O_OUTPUT));
	if (c->options & CW_O_NO_QUIET && ctl->given & CW_O_QUIET)
		return cw_ctl_wrong(ctl, "%s has no names to print, and does not take %s", c->name,
				    cw_ctl_typed(ctl, CW_O_QUIET));
	if (c->run == cw_ctl_apply && ctl->given & (CW_O_MATCH | CW_O_SELECTOR) && !(ctl->given & CW_O_PRUNE))
		return cw_ctl_wrong(ctl, "%s says what --prune may delete, and means nothing without it",
				    cw_ctl_typed(ctl, ctl->given & CW_O_MATCH ? CW_O_MATCH : CW_O_SELECTOR));
	if ((ctl->given & CW_O_TASK) && (ctl->n_args != 1 || ctl->given & (CW_O_TASKS | CW_O_FAILED | CW_O_SELECTOR)))
		return cw_ctl_wrong(ctl, "--task restarts one task of one connector, and goes with no other option of restart");
	/* The last 0 lines of a log mean something before those that come. */
	if (ctl->given & CW_O_LAST && ctl->last == 0 && c->run != cw_ctl_logs)
		return cw_ctl_wrong(ctl, "%s 0 is not valid; it is a whole number, 1 or more", cw_ctl_typed(ctl, CW_O_LAST));
	return -1;
}

static int check_words(const struct cw_ctl *ctl)
{
	const struct cw_ctl_command *c = ctl->command;
	int have = ctl->n_args + (c->completes == CW_COMPLETES_FILES ? ctl->n_files : 0) + names_in_labels(ctl);

	if (have < c->min_args)
		return cw_ctl_wrong(ctl, "%s needs an argument: %s", c->name, c->args);
	if (c->max_args >= 0 && ctl->n_args > c->max_args)
		return cw_ctl_wrong(ctl, "%s: unexpected argument \"%s\"", c->name, ctl->args[c->max_args]);
	for (int i = 0; i < ctl->n_args; i++)
		if (!*ctl->args[i])
			return cw_ctl_wrong(ctl, "%s: an argument is empty; it needs: %s", c->name, c->args);
	return -1;
}

static void set_defaults(struct cw_ctl *ctl)
{
	bool waits = ctl->command->run == cw_ctl_wait || ctl->given & CW_O_WAIT;

	/* A worker answers within 90 seconds, if only with its own time-out. */
	if (!ctl->timeout_ms)
		ctl->timeout_ms = waits ? 60000 : 95000;
	if (!ctl->interval_ms)
		ctl->interval_ms = ctl->command->run == cw_ctl_wait ? 500 : 2000;
	ctl->for_state = ctl->given & CW_O_FOR ? cw_ctl_value(ctl, CW_O_FOR) : "RUNNING";
	ctl->initial_state = cw_ctl_value(ctl, CW_O_STATE);
	ctl->colors = ctl->io.tty && !cw_ctl_env(ctl, "NO_COLOR") && !(ctl->given & CW_O_NO_COLOR);
}

static int take_words(struct cw_ctl *ctl, int argc, char *const *argv)
{
	bool options_ended = false;
	int result = -1;

	for (int i = 1; i < argc && result < 0; i++) {
		const char *word = argv[i];

		if (!options_ended && strcmp(word, "--") == 0)
			options_ended = true;
		else if (!options_ended && strncmp(word, "--", 2) == 0)
			result = take_long(ctl, argc, argv, &i);
		else if (!options_ended && word[0] == '-' && word[1] && !isdigit((unsigned char)word[1]))
			result = take_short(ctl, argc, argv, &i);
		else
			ctl->args[ctl->n_args++] = word;
	}
	return result;
}

void cw_ctl_parse_part(struct cw_ctl *ctl, int argc, char *const *argv)
{
	int n;

	ctl->args = cw_alloc((size_t)(argc + 1) * sizeof(*ctl->args));
	ctl->files = cw_alloc((size_t)(argc + 1) * sizeof(*ctl->files));
	ctl->io.err = fopen("/dev/null", "w");
	if (!ctl->io.err)
		return;
	take_words(ctl, argc, argv);
	if (ctl->n_args > 0 && cw_ctl_find(ctl->args[0], ctl->n_args > 1 ? ctl->args[1] : NULL, &n))
		take_command(ctl);
}

int cw_ctl_parse(struct cw_ctl *ctl, int argc, char *const *argv)
{
	int result;

	ctl->args = cw_alloc((size_t)(argc + 1) * sizeof(*ctl->args));
	ctl->files = cw_alloc((size_t)(argc + 1) * sizeof(*ctl->files));
	result = take_words(ctl, argc, argv);
	if (result < 0)
		result = take_command(ctl);
	if (result >= 0)
		return result;
	if (ctl->given & CW_O_HELP) {
		cw_ctl_usage(ctl, ctl->command);
		return CW_CTL_OK;
	}
	if (ctl->given & CW_O_VERSION) {
		fputs("workerctl " PACKAGE_VERSION "\n", ctl->io.out);
		return CW_CTL_OK;
	}
	if (!ctl->command)
		return cw_ctl_wrong(ctl, "a command is needed, such as get or status");
	result = check_options(ctl);
	if (result < 0)
		result = check_words(ctl);
	if (result < 0)
		set_defaults(ctl);
	return result;
}
