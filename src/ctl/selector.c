#include "ctl/selector.h"

#include <string.h>

#include "base/mem.h"
#include "config/labels.h"

struct condition {
	char *name, *value; /* value NULL: any */
	bool negated;
};

static void condition_free(struct condition *condition)
{
	cw_free_ptr(&condition->name);
	cw_free_ptr(&condition->value);
}

/* The first n characters of text. */
static struct condition read_condition(const char *text, size_t n)
{
	CW_AUTO_FREE char *copy = cw_strndup(text, n);
	char *equals = strchr(copy, '=');
	bool unequal = equals && equals > copy && equals[-1] == '!';
	struct condition out = { .negated = unequal || (!equals && copy[0] == '!') };

	if (equals) {
		out.value = cw_strdup(equals + 1 + (!unequal && equals[1] == '='));
		out.name = cw_strndup(copy, (size_t)(equals - copy) - unequal);
	} else {
		out.name = cw_strdup(copy + out.negated);
	}
	return out;
}

static bool holds(const struct condition *condition, const json_t *config)
{
	CW_AUTO_FREE char *key = cw_format(CW_LABEL_PREFIX "%s", condition->name);
	const char *own = json_string_value(json_object_get(config, key));
	bool found = own && (!condition->value || strcmp(own, condition->value) == 0);

	return found != condition->negated;
}

static const char *behind(const char *text, size_t n)
{
	return text + n + (text[n] == ',');
}

/* What is wrong with it; NULL: nothing. */
static const char *complaint(const struct condition *condition)
{
	struct cw_error why = { 0 };

	if (cw_label_check_name(condition->name, &why) != 0)
		return "asks for no label";
	return condition->value && condition->value[0] == '=' ? "has a = too many" : NULL;
}

int cw_selector_check(const char *selector, struct cw_error *err)
{
	const char *p = selector;

	do {
		size_t n = strcspn(p, ",");
		struct condition condition = read_condition(p, n);
		const char *wrong = complaint(&condition);

		condition_free(&condition);
		if (wrong)
			return cw_error_set(err, CW_ERR_INVALID,
					    "\"%.200s\" %s; it is such as team=search, team!=search, team or !team, "
					    "several apart by commas",
					    selector, wrong);
		p = behind(p, n);
	} while (*p);
	return 0;
}

bool cw_selector_fits(const char *selector, const json_t *config)
{
	bool fits = true;

	for (const char *p = selector; *p && fits;) {
		size_t n = strcspn(p, ",");
		struct condition condition = read_condition(p, n);

		fits = holds(&condition, config);
		condition_free(&condition);
		p = behind(p, n);
	}
	return fits;
}
