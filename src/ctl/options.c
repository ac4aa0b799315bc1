/* The command line: options may stand anywhere, and "--" ends them. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "ctl/ctl.h"
#include "ctl/selector.h"

static int wrong(const struct cw_ctl *ctl, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int wrong(const struct cw_ctl *ctl, const char *fmt, ...)
{
	const struct cw_ctl_command *command = ctl->command;
	va_list ap;
	int n;

	/* An option may be wrong before the command is looked for. */
	if (!command && ctl->n_args > 0)
		command = cw_ctl_find(ctl->args[0], ctl->n_args > 1 ? ctl->args[1] : NULL, &n);
	fputs("workerctl: ", ctl->io.err);
	va_start(ap, fmt);
	vfprintf(ctl->io.err, fmt, ap);
	va_end(ap);
	fprintf(ctl->io.err, "\nTry 'workerctl %s%s--help'.\n", command ? command->name : "", command ? " " : "");
	return CW_CTL_USAGE;
}

/* ---- values -------------------------------------------------------------------------------- */

static int read_seconds(const struct cw_ctl *ctl, const char *name, const char *text, int64_t *ms)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !isfinite(seconds) || seconds < 0.001 || seconds > 86400 * 365)
		return wrong(ctl, "--%s=%s is no time; it is a number of seconds, such as 0.5 or 60", name, text);
	*ms = (int64_t)(seconds * 1000 + 0.5);
	return -1;
}

static int read_number(const struct cw_ctl *ctl, const char *name, const char *text, int64_t min, int64_t *out)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (end == text || *end || errno || number < min || number > 1000000000)
		return wrong(ctl, "--%s=%s is not valid; it is a whole number, %lld or more", name, text,
			     (long long)min);
	*out = number;
	return -1;
}

/* One of the option's choices, in any case of letters. */
static int read_choice(const struct cw_ctl *ctl, const struct cw_ctl_option *option, const char *text, const char **out)
{
	struct cw_buf list = { 0 };
	int result;

	for (size_t i = 0; option->choices[i]; i++)
		if (strcasecmp(option->choices[i], text) == 0) {
			*out = option->choices[i];
			return -1;
		}
	for (size_t i = 0; option->choices[i]; i++)
		cw_buf_printf(&list, "%s%s", i ? ", " : "", option->choices[i]);
	result = wrong(ctl, "--%s=%s cannot be used here; there are %s", option->name, text, list.p);
	cw_buf_free(&list);
	return result;
}

/* The choices are in the order of enum cw_ctl_output. */
static int read_output(struct cw_ctl *ctl, const struct cw_ctl_option *option, const char *text)
{
	for (size_t i = 0; option->choices[i]; i++)
		if (strcmp(text, option->choices[i]) == 0) {
			ctl->output = (enum cw_ctl_output)i;
			return -1;
		}
	return wrong(ctl, "--output=%s is unknown; it is table, wide, json, yaml or name", text);
}

static unsigned bit_number(uint64_t bit)
{
	unsigned n = 0;

	while (bit >>= 1)
		n++;
	return n;
}

const char *cw_ctl_value(const struct cw_ctl *ctl, uint64_t option)
{
	return ctl->given & option ? ctl->value[bit_number(option)] : NULL;
}

const char *cw_ctl_env(const struct cw_ctl *ctl, const char *name)
{
	const char *value = cw_map_get(ctl->io.env, name);

	return value && *value ? value : NULL;
}

/* -1, or the exit status. */
static int read_value(struct cw_ctl *ctl, const struct cw_ctl_option *option, const char *value)
{
	const char **kept = &ctl->value[bit_number(option->bit)];
	struct cw_error err = { 0 };
	int64_t number = 0;
	int result;

	*kept = value;
	switch (option->bit) {
	case CW_O_INTERVAL:
		return read_seconds(ctl, option->name, value, &ctl->interval_ms);
	case CW_O_TIMEOUT:
		return read_seconds(ctl, option->name, value, &ctl->timeout_ms);
	case CW_O_COUNT:
		return read_number(ctl, option->name, value, 1, &ctl->count);
	case CW_O_TASK:
		result = read_number(ctl, option->name, value, 0, &number);
		ctl->task = (int)number;
		return result;
	case CW_O_LINES:
		return read_number(ctl, option->name, value, 0, &number);
	case CW_O_LAST:
	case CW_O_FIRST:
		return read_number(ctl, option->name, value, 1, &number);
	case CW_O_FOR:
		return read_choice(ctl, option, strncmp(value, "state=", 6) == 0 ? value + 6 : value, kept);
	case CW_O_STATE:
	case CW_O_LEVEL:
	case CW_O_SCOPE:
		return read_choice(ctl, option, value, kept);
	case CW_O_FILE:
		ctl->files[ctl->n_files++] = value;
		return -1;
	case CW_O_SELECTOR:
		return cw_selector_check(value, &err) == 0 ? -1 : wrong(ctl, "--%s: %s", option->name, err.text);
	case CW_O_OUTPUT:
		return read_output(ctl, option, value);
	default:
		return -1;
	}
}

static int set_option(struct cw_ctl *ctl, const struct cw_ctl_option *option, const char *value)
{
	ctl->given |= option->bit;
	return option->value ? read_value(ctl, option, value) : -1;
}

/* ---- words --------------------------------------------------------------------------------- */

static int unknown_option(const struct cw_ctl *ctl, const char *name, size_t n)
{
	CW_AUTO_FREE char *typed = cw_strndup(name, n);
	struct cw_nearest near = { .name = typed };

	for (const struct cw_ctl_option *option = cw_ctl_options; option->name; option++)
		cw_nearest_offer(&near, option->name);
	if (near.best)
		return wrong(ctl, "unknown option --%s; did you mean --%s?", typed, near.best);
	return wrong(ctl, "unknown option --%s", typed);
}

/* The options that the command takes which the words so far name; all when they name none. */
static uint64_t options_so_far(const struct cw_ctl *ctl)
{
	const struct cw_ctl_command *command = ctl->command;
	int n;

	if (!command && ctl->n_args > 0)
		command = cw_ctl_find(ctl->args[0], ctl->n_args > 1 ? ctl->args[1] : NULL, &n);
	return command ? command->options : ~UINT64_C(0);
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
		return wrong(ctl, "--%s takes no value", option->name);
	if (option->value && !value) {
		if (*i + 1 >= argc)
			return wrong(ctl, "--%s needs a value: %s", option->name, option->value);
		value = argv[++*i];
	}
	return set_option(ctl, option, value);
}

/* "-o json", "-ojson", "-qw" */
static int take_short(struct cw_ctl *ctl, int argc, char *const *argv, int *i)
{
	for (const char *p = argv[*i] + 1; *p; p++) {
		const struct cw_ctl_option *option = find_letter(ctl, *p);
		const char *value = NULL;
		int result;

		if (!option)
			return wrong(ctl, "unknown option -%c", *p);
		if (option->value) {
			value = p[1] ? p + 1 : *i + 1 < argc ? argv[++*i] : NULL;
			if (!value)
				return wrong(ctl, "-%c needs a value: %s", *p, option->value);
		}
		result = set_option(ctl, option, value);
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
		result = wrong(ctl, "unknown command \"%s %s\"; did you mean \"%s %s\"?", first, second, first,
			       near.best);
	else
		result = wrong(ctl, "%s needs one of: %s", first, list.p);
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
		return wrong(ctl, "unknown command \"%s\"; did you mean \"%s\"?", word, near.best);
	return wrong(ctl, "unknown command \"%s\"", word);
}

/* The first word, or the first two, name the command; the others are its arguments. */
static int take_command(struct cw_ctl *ctl)
{
	const char *first = ctl->n_args > 0 ? ctl->args[0] : NULL, *second = ctl->n_args > 1 ? ctl->args[1] : NULL;
	int n;

	if (!first)
		return -1;
	ctl->command = cw_ctl_find(first, second, &n);
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

static int check_arguments(const struct cw_ctl *ctl)
{
	const struct cw_ctl_command *c = ctl->command;
	uint64_t stray = ctl->given & ~(c->options | CW_O_GLOBAL);
	int have = ctl->n_args + (c->completes == CW_COMPLETES_FILES ? ctl->n_files : 0) + names_in_labels(ctl);

	for (const struct cw_ctl_option *option = cw_ctl_options; option->name; option++)
		if (option->bit & stray)
			return wrong(ctl, "%s does not take --%s", c->name, option->name);
	if (have < c->min_args)
		return wrong(ctl, "%s needs an argument: %s", c->name, c->args);
	if (c->max_args >= 0 && ctl->n_args > c->max_args)
		return wrong(ctl, "%s: unexpected argument \"%s\"", c->name, ctl->args[c->max_args]);
	if (c->run == cw_ctl_apply && ctl->given & (CW_O_MATCH | CW_O_SELECTOR) && !(ctl->given & CW_O_PRUNE))
		return wrong(ctl, "--match and --selector say what --prune may delete, and mean nothing without it");
	for (int i = 0; i < ctl->n_args; i++)
		if (!*ctl->args[i])
			return wrong(ctl, "%s: an argument is empty; it needs: %s", c->name, c->args);
	if ((ctl->given & CW_O_TASK) &&
	    (ctl->n_args != 1 || ctl->given & (CW_O_TASKS | CW_O_FAILED | CW_O_SELECTOR)))
		return wrong(ctl,
			     "--task restarts one task of one connector, and goes with no other option of restart");
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
		cw_ctl_usage(ctl->io.out, ctl->command);
		return CW_CTL_OK;
	}
	if (ctl->given & CW_O_VERSION) {
		fputs("workerctl " PACKAGE_VERSION "\n", ctl->io.out);
		return CW_CTL_OK;
	}
	if (!ctl->command)
		return wrong(ctl, "a command is needed, such as get or status");
	result = check_arguments(ctl);
	if (result < 0)
		set_defaults(ctl);
	return result;
}
