#include "host/creation.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "transform/java_regex.h"

struct patterns {
	struct cw_java_regex *include, *exclude;
};

struct cw_creation {
	struct cw_topic_groups groups;
	struct patterns *patterns; /* [groups.n - 1]: the last group takes every topic */
};

/* ---- patterns -------------------------------------------------------------------------------- */

/* Kafka's sentence about the first pattern of a list that is none. 0 or -1 with *err. */
static int check_list(const struct cw_topic_group *group, const char *name, const struct cw_list *list,
		      struct cw_error *err)
{
	for (size_t i = 0; i < list->n; i++) {
		struct cw_error why = { 0 };
		struct cw_java_regex *regex = cw_java_regex_compile(list->items[i], &why);
		struct cw_buf shown = { 0 };

		cw_java_regex_free(regex);
		if (regex)
			continue;
		for (size_t k = 0; k < list->n; k++)
			cw_buf_printf(&shown, "%s%s", k ? ", " : "", list->items[k]);
		cw_error_set(err, CW_ERR_INVALID, "Invalid value [%.*s] for configuration " CW_TOPIC_CREATION "%s.%s: Syntax "
			     "error in regular expression: %s", (int)shown.n, shown.p, group->name, name, why.text);
		cw_buf_free(&shown);
		return -1;
	}
	return 0;
}

/* As Kafka Connect has it: one expression, each of whose parts may match. NULL with *err. */
static struct cw_java_regex *compile_list(const struct cw_topic_group *group, const char *name,
					  const struct cw_list *list, struct cw_error *err)
{
	struct cw_java_regex *regex;
	struct cw_buf all = { 0 };

	if (check_list(group, name, list, err) != 0)
		return NULL;
	for (size_t i = 0; i < list->n; i++)
		cw_buf_printf(&all, "%s%s", i ? "|" : "", list->items[i]);
	regex = cw_java_regex_compile(all.n ? all.p : "", err);
	cw_buf_free(&all);
	return regex;
}

void cw_creation_check(const struct cw_map *config, void (*report)(void *arg, const char *key, const char *text),
		       void *arg)
{
	struct cw_topic_groups groups;
	struct cw_error err = { 0 };

	if (cw_topic_groups_read(config, &groups, &err) != 0)
		return;
	for (size_t i = 0; i + 1 < groups.n; i++) {
		const struct cw_topic_group *group = &groups.groups[i];
		const struct {
			const char *name;
			const struct cw_list *list;
		} lists[] = { { "include", &group->include }, { "exclude", &group->exclude } };

		for (size_t k = 0; k < 2; k++) {
			CW_AUTO_FREE char *key = cw_format(CW_TOPIC_CREATION "%s.%s", group->name, lists[k].name);

			err = (struct cw_error){ 0 };
			if (check_list(group, lists[k].name, lists[k].list, &err) != 0)
				report(arg, key, err.text);
		}
	}
	cw_topic_groups_free(&groups);
}

/* ---- groups ---------------------------------------------------------------------------------- */

struct cw_creation *cw_creation_new(const struct cw_map *config, struct cw_error *err)
{
	struct cw_creation *creation = cw_alloc(sizeof(*creation));

	if (cw_topic_groups_read(config, &creation->groups, err) != 0) {
		free(creation);
		return NULL;
	}
	creation->patterns = cw_alloc(creation->groups.n * sizeof(*creation->patterns));
	for (size_t i = 0; i + 1 < creation->groups.n; i++) {
		const struct cw_topic_group *group = &creation->groups.groups[i];
		struct patterns *patterns = &creation->patterns[i];

		patterns->include = compile_list(group, "include", &group->include, err);
		if (patterns->include)
			patterns->exclude = compile_list(group, "exclude", &group->exclude, err);
		if (!patterns->exclude) {
			cw_creation_free(creation);
			return NULL;
		}
	}
	return creation;
}

static int takes(const struct patterns *patterns, struct cw_slice topic, struct cw_error *err)
{
	int excluded = cw_java_regex_matches(patterns->exclude, topic, err);

	return excluded == 0 ? cw_java_regex_matches(patterns->include, topic, err) : excluded < 0 ? -1 : 0;
}

const struct cw_topic_group *cw_creation_find(struct cw_creation *creation, const char *topic, struct cw_error *err)
{
	size_t i = 0;

	for (; i + 1 < creation->groups.n; i++) {
		int found = takes(&creation->patterns[i], cw_slice_str(topic), err);

		if (found < 0)
			return NULL;
		if (found > 0)
			break;
	}
	return &creation->groups.groups[i];
}

void cw_creation_free(struct cw_creation *creation)
{
	if (!creation)
		return;
	for (size_t i = 0; i + 1 < creation->groups.n; i++) {
		cw_java_regex_free(creation->patterns[i].include);
		cw_java_regex_free(creation->patterns[i].exclude);
	}
	free(creation->patterns);
	cw_topic_groups_free(&creation->groups);
	free(creation);
}
