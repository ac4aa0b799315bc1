/* The command line: options may stand anywhere, and "--" ends them. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "ctl/ctl.h"

static int wrong(const struct cw_ctl *ctl, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int wrong(const struct cw_ctl *ctl, const char *fmt, ...)
{
	va_list ap;

	fputs("workerctl: ", ctl->io.err);
	va_start(ap, fmt);
	vfprintf(ctl->io.err, fmt, ap);
	va_end(ap);
	fprintf(ctl->io.err, "\nTry 'workerctl %s--help'.\n", ctl->command ? "COMMAND " : "");
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

static int read_state(const struct cw_ctl *ctl, const char *name, const char *text, const char *const *states,
		      const char **out)
{
	CW_AUTO_FREE char *list = cw_strdup(states[0]);

	for (size_t i = 0; states[i]; i++) {
		char *longer;

		if (strcasecmp(states[i], text) == 0) {
			*out = states[i];
			return -1;
		}
		if (i > 0) {
			longer = cw_format("%s, %s", list, states[i]);
			free(list);
			list = longer;
		}
	}
	return wrong(ctl, "--%s=%s is no state to use here; there are %s", name, text, list);
}

static int read_output(struct cw_ctl *ctl, const char *text)
{
	if (strcmp(text, "table") != 0 && strcmp(text, "json") != 0)
		return wrong(ctl, "--output=%s is unknown; it is table or json", text);
	ctl->json = strcmp(text, "json") == 0;
	return -1;
}

/* -1, or the exit status. */
static int set_option(struct cw_ctl *ctl, const struct cw_ctl_option *option, const char *value)
{
	static const char *const goals[] = { "RUNNING", "PAUSED", "STOPPED", "COMPLETED", "FAILED", NULL };
	static const char *const starts[] = { "RUNNING", "PAUSED", "STOPPED", NULL };
	int64_t number = 0;
	int result = -1;

	ctl->given |= option->bit;
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
	case CW_O_FOR:
		return read_state(ctl, option->name, value, goals, &ctl->for_state);
	case CW_O_STATE:
		return read_state(ctl, option->name, value, starts, &ctl->initial_state);
	case CW_O_URL:
		ctl->url = value;
		return -1;
	case CW_O_OUTPUT:
		return read_output(ctl, value);
	default:
		return -1;
	}
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
		const struct cw_ctl_option *option = cw_ctl_options;
		const char *value = NULL;
		int result;

		while (option->name && option->letter != *p)
			option++;
		if (!option->name)
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

static int take_word(struct cw_ctl *ctl, const char *word)
{
	struct cw_nearest near = { .name = word };
	const char *prefixed = NULL;

	if (ctl->command) {
		ctl->args[ctl->n_args++] = word;
		return -1;
	}
	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++) {
		if (strcmp(c->name, word) == 0) {
			ctl->command = c;
			return -1;
		}
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

/* ---- the whole ----------------------------------------------------------------------------- */

static int check_arguments(const struct cw_ctl *ctl)
{
	const struct cw_ctl_command *c = ctl->command;
	uint32_t stray = ctl->given & ~(c->options | CW_O_GLOBAL);

	for (const struct cw_ctl_option *option = cw_ctl_options; option->name; option++)
		if (option->bit & stray)
			return wrong(ctl, "%s does not take --%s", c->name, option->name);
	if (ctl->n_args < c->min_args)
		return wrong(ctl, "%s needs an argument: %s", c->name, c->args);
	if (c->max_args >= 0 && ctl->n_args > c->max_args)
		return wrong(ctl, "%s: unexpected argument \"%s\"", c->name, ctl->args[c->max_args]);
	for (int i = 0; i < ctl->n_args; i++)
		if (!*ctl->args[i])
			return wrong(ctl, "%s: an argument is empty; it needs: %s", c->name, c->args);
	if ((ctl->given & CW_O_TASK) && (ctl->n_args != 1 || ctl->given & (CW_O_INCLUDE_TASKS | CW_O_ONLY_FAILED)))
		return wrong(ctl,
			     "--task restarts one task of one connector, and goes with no other option of restart");
	return -1;
}

static void set_defaults(struct cw_ctl *ctl)
{
	bool wait = ctl->command->run == cw_ctl_wait;

	if (!ctl->url)
		ctl->url = ctl->io.env_url && *ctl->io.env_url ? ctl->io.env_url : "http://127.0.0.1:8083";
	/* A worker answers within 90 seconds, if only with its own time-out. */
	if (!ctl->timeout_ms)
		ctl->timeout_ms = wait ? 60000 : 95000;
	if (!ctl->interval_ms)
		ctl->interval_ms = wait ? 500 : 2000;
	if (!ctl->for_state)
		ctl->for_state = "RUNNING";
	ctl->colors = ctl->io.tty && !ctl->io.env_no_color && !(ctl->given & CW_O_NO_COLOR);
}

int cw_ctl_parse(struct cw_ctl *ctl, int argc, char *const *argv)
{
	bool options_ended = false;
	int result = -1;

	ctl->args = cw_alloc((size_t)(argc + 1) * sizeof(*ctl->args));
	for (int i = 1; i < argc && result < 0; i++) {
		const char *word = argv[i];

		if (!options_ended && strcmp(word, "--") == 0)
			options_ended = true;
		else if (!options_ended && strncmp(word, "--", 2) == 0)
			result = take_long(ctl, argc, argv, &i);
		else if (!options_ended && word[0] == '-' && word[1])
			result = take_short(ctl, argc, argv, &i);
		else
			result = take_word(ctl, word);
	}
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
		return wrong(ctl, "a command is needed, such as list or status");
	result = check_arguments(ctl);
	if (result < 0)
		set_defaults(ctl);
	return result;
}
