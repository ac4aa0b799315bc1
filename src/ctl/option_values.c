/* The values of options: read, checked, kept. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "ctl/ctl.h"
#include "ctl/selector.h"

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

const char *cw_ctl_typed(const struct cw_ctl *ctl, uint64_t option)
{
	return ctl->typed[bit_number(option)];
}

void cw_ctl_give(struct cw_ctl *ctl, const struct cw_ctl_option *option, bool by_letter)
{
	char *typed = ctl->typed[bit_number(option->bit)];

	ctl->given |= option->bit;
	if (by_letter)
		snprintf(typed, CW_CTL_TYPED_MAX, "-%c", option->letter);
	else
		snprintf(typed, CW_CTL_TYPED_MAX, "--%s", option->name);
}

/* "--count=x" or "-n x", as it was typed. New. */
static char *shown(const struct cw_ctl *ctl, uint64_t option, const char *value)
{
	const char *typed = cw_ctl_typed(ctl, option);

	return cw_format("%s%s%s", typed, typed[1] == '-' ? "=" : " ", value);
}

static int read_seconds(const struct cw_ctl *ctl, uint64_t option, const char *text, int64_t *ms)
{
	char *end;
	double seconds = strtod(text, &end);
	CW_AUTO_FREE char *both = shown(ctl, option, text);

	if (end == text || *end || !isfinite(seconds) || seconds < 0.001 || seconds > 86400 * 365)
		return cw_ctl_wrong(ctl, "%s is no time; it is a number of seconds, such as 0.5 or 60", both);
	*ms = (int64_t)(seconds * 1000 + 0.5);
	return -1;
}

static int read_number(const struct cw_ctl *ctl, uint64_t option, const char *text, int64_t min, int64_t *out)
{
	char *end;
	long long number;
	CW_AUTO_FREE char *both = shown(ctl, option, text);

	errno = 0;
	number = strtoll(text, &end, 10);
	if (end == text || *end || errno || number < min || number > 1000000000)
		return cw_ctl_wrong(ctl, "%s is not valid; it is a whole number, %lld or more", both, (long long)min);
	*out = number;
	return -1;
}

/* One of the option's choices, in any case of letters. */
static int read_choice(const struct cw_ctl *ctl, const struct cw_ctl_option *option, const char *text, const char **out)
{
	CW_AUTO_FREE char *both = shown(ctl, option->bit, text);
	struct cw_buf list = { 0 };
	int result;

	for (size_t i = 0; option->choices[i]; i++)
		if (strcasecmp(option->choices[i], text) == 0) {
			*out = option->choices[i];
			return -1;
		}
	for (size_t i = 0; option->choices[i]; i++)
		cw_buf_printf(&list, "%s%s", i ? ", " : "", option->choices[i]);
	result = cw_ctl_wrong(ctl, "%s cannot be used here; there are %s", both, list.p);
	cw_buf_free(&list);
	return result;
}

/* The choices are in the order of enum cw_ctl_output. */
static int read_output(struct cw_ctl *ctl, const struct cw_ctl_option *option, const char *text)
{
	CW_AUTO_FREE char *both = shown(ctl, option->bit, text);

	for (size_t i = 0; option->choices[i]; i++)
		if (strcmp(text, option->choices[i]) == 0) {
			ctl->output = (enum cw_ctl_output)i;
			return -1;
		}
	return cw_ctl_wrong(ctl, "%s is unknown; it is table, wide, json, yaml or name", both);
}

static int read_selector(const struct cw_ctl *ctl, const struct cw_ctl_option *option, const char *text)
{
	struct cw_error err = { 0 };

	return cw_selector_check(text, &err) == 0 ? -1 :
						    cw_ctl_wrong(ctl, "%s: %s", cw_ctl_typed(ctl, option->bit), err.text);
}

int cw_ctl_take_value(struct cw_ctl *ctl, const struct cw_ctl_option *option, const char *value)
{
	const char **kept = &ctl->value[bit_number(option->bit)];
	int64_t number = 0;
	int result;

	*kept = value;
	switch (option->bit) {
	case CW_O_INTERVAL: return read_seconds(ctl, option->bit, value, &ctl->interval_ms);
	case CW_O_TIMEOUT: return read_seconds(ctl, option->bit, value, &ctl->timeout_ms);
	case CW_O_COUNT: return read_number(ctl, option->bit, value, 1, &ctl->count);
	case CW_O_LAST: return read_number(ctl, option->bit, value, 0, &ctl->last);
	case CW_O_FIRST: return read_number(ctl, option->bit, value, 1, &number);
	case CW_O_TASK:
		result = read_number(ctl, option->bit, value, 0, &number);
		ctl->task = (int)number;
		return result;
	case CW_O_FOR: return read_choice(ctl, option, strncmp(value, "state=", 6) == 0 ? value + 6 : value, kept);
	case CW_O_STATE:
	case CW_O_LEVEL:
	case CW_O_SCOPE: return read_choice(ctl, option, value, kept);
	case CW_O_FILE: ctl->files[ctl->n_files++] = value; return -1;
	case CW_O_SELECTOR: return read_selector(ctl, option, value);
	case CW_O_OUTPUT: return read_output(ctl, option, value);
	default: return -1;
	}
}
