/* The connectors that words and labels name. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ctl/ctl.h"
#include "ctl/selector.h"

/* Every connector, and those of them that are there to be chosen: that have the labels. Sorted arrays, new. */
struct existing {
	json_t *all, *chosen;
};

static void existing_free(struct existing *existing)
{
	json_decref(existing->all);
	json_decref(existing->chosen);
}

bool cw_ctl_is_pattern(const char *word)
{
	return strpbrk(word, "*?[") != NULL;
}

static bool contains(const json_t *names, const char *name)
{
	size_t i;
	json_t *known;

	json_array_foreach((json_t *)names, i, known)
		if (strcmp(json_string_value(known), name) == 0)
			return true;
	return false;
}

static void add_once(json_t *names, const char *name)
{
	if (!contains(names, name))
		json_array_append_new(names, json_string(name));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The texts of an array in their order; new. */
static json_t *sorted(const json_t *names)
{
	const char **all = cw_alloc((json_array_size(names) + 1) * sizeof(*all));
	json_t *out = json_array(), *name;
	size_t i, n = 0;

	json_array_foreach((json_t *)names, i, name)
		if (json_is_string(name))
			all[n++] = json_string_value(name);
	qsort(all, n, sizeof(*all), by_text);
	for (i = 0; i < n; i++)
		json_array_append_new(out, json_string(all[i]));
	free(all);
	return out;
}

static void choose_by_labels(const char *selector, const json_t *connectors, struct existing *out)
{
	size_t n;
	const char **names = cw_json_keys(connectors, &n);

	out->all = json_array();
	out->chosen = json_array();
	for (size_t i = 0; i < n; i++) {
		const json_t *info = json_object_get(json_object_get(connectors, names[i]), "info");

		json_array_append_new(out->all, json_string(names[i]));
		if (cw_selector_fits(selector, json_object_get(info, "config")))
			json_array_append_new(out->chosen, json_string(names[i]));
	}
	free(names);
}

static enum cw_ctl_exit fetch(struct cw_ctl *ctl, struct existing *out)
{
	const char *selector = cw_ctl_value(ctl, CW_O_SELECTOR);
	json_t *answer;
	enum cw_ctl_exit result =
		cw_ctl_get(ctl, selector ? "/connectors?expand=info" : "/connectors", NULL, &answer);

	*out = (struct existing){ 0 };
	if (result != CW_CTL_OK)
		return result;
	if (selector) {
		choose_by_labels(selector, answer, out);
	} else {
		out->all = sorted(answer);
		out->chosen = json_incref(out->all);
	}
	json_decref(answer);
	return CW_CTL_OK;
}

/* Adds the connectors that fit; one that is called just so is meant alone. How many there are. */
static size_t add_matching(json_t *names, const json_t *chosen, const char *pattern)
{
	size_t found = 0, i;
	json_t *name;

	if (contains(chosen, pattern)) {
		add_once(names, pattern);
		return 1;
	}
	json_array_foreach((json_t *)chosen, i, name)
		if (fnmatch(pattern, json_string_value(name), 0) == 0) {
			add_once(names, json_string_value(name));
			found++;
		}
	return found;
}

/* word NULL: it is about the labels alone. */
static enum cw_ctl_exit none_fits(struct cw_ctl *ctl, const char *word)
{
	const char *selector = cw_ctl_value(ctl, CW_O_SELECTOR);

	if (ctl->given & CW_O_IGNORE_MISSING) {
		cw_ctl_print_result(ctl, word ? word : selector, "not there");
		return CW_CTL_OK;
	}
	if (word && selector)
		cw_ctl_complain(ctl, "no connector with the labels %s has a name that fits %s", selector, word);
	else if (word)
		cw_ctl_complain(ctl, "no connector's name fits %s", word);
	else
		cw_ctl_complain(ctl, "no connector has the labels %s", selector);
	cw_ctl_advise(ctl, "workerctl get connectors%s", selector ? " -o wide" : "");
	return CW_CTL_NOT_FOUND;
}

/* A plain name that is not there is taken too: the request for it will say so. What fits nothing keeps none from its turn. */
static enum cw_ctl_exit choose(struct cw_ctl *ctl, const char *const *words, int n, const struct existing *existing,
			       json_t *names)
{
	bool by_labels = ctl->given & CW_O_SELECTOR, any_fits_none = false;
	enum cw_ctl_exit result = CW_CTL_OK;

	for (int k = 0; k < n; k++) {
		if (cw_ctl_is_pattern(words[k])) {
			if (add_matching(names, existing->chosen, words[k]) == 0) {
				result = cw_ctl_worse(result, none_fits(ctl, words[k]));
				any_fits_none = true;
			}
		} else if (!by_labels || contains(existing->chosen, words[k]) || !contains(existing->all, words[k])) {
			add_once(names, words[k]);
		}
	}
	if (n == 0)
		json_array_extend(names, existing->chosen);
	if (by_labels && json_array_size(names) == 0 && !any_fits_none)
		result = none_fits(ctl, NULL);
	return result;
}

enum cw_ctl_exit cw_ctl_names(struct cw_ctl *ctl, const char *const *words, int n, json_t **out)
{
	bool asks = n == 0 || ctl->given & CW_O_SELECTOR;
	enum cw_ctl_exit result = CW_CTL_OK;
	struct existing existing = { 0 };

	*out = NULL;
	for (int i = 0; i < n; i++)
		asks = asks || cw_ctl_is_pattern(words[i]);
	if (asks)
		result = fetch(ctl, &existing);
	if (result == CW_CTL_OK) {
		*out = json_array();
		result = choose(ctl, words, n, &existing, *out);
	}
	existing_free(&existing);
	return result;
}

enum cw_ctl_exit cw_ctl_existing(struct cw_ctl *ctl, json_t **out)
{
	struct existing existing;
	enum cw_ctl_exit result = fetch(ctl, &existing);

	*out = json_incref(existing.chosen);
	existing_free(&existing);
	return result;
}

/* ---- questions ----------------------------------------------------------------------------- */

static bool asks(const struct cw_ctl *ctl)
{
	return !(ctl->given & CW_O_YES) && ctl->io.in_tty && ctl->io.tty;
}

bool cw_ctl_confirm(const struct cw_ctl *ctl, const char *question, const json_t *names)
{
	char answer[16];
	size_t i;
	json_t *name;

	if (!asks(ctl) || json_array_size(names) == 0)
		return true;
	fprintf(ctl->io.err, "%s", question);
	json_array_foreach((json_t *)names, i, name) {
		CW_AUTO_FREE char *shown = cw_text_harmless(json_string_value(name), false);

		fprintf(ctl->io.err, "%s %s", i ? "," : "", shown);
	}
	fputs("? [y/N] ", ctl->io.err);
	fflush(ctl->io.err);
	if (fgets(answer, sizeof(answer), ctl->io.in) && (answer[0] == 'y' || answer[0] == 'Y'))
		return true;
	cw_ctl_complain(ctl, "nothing was changed");
	return false;
}

/* Says which of them are not there, and takes those out; all when the worker does not tell. */
static enum cw_ctl_exit keep_existing(struct cw_ctl *ctl, json_t *names)
{
	struct existing existing;
	enum cw_ctl_exit result = fetch(ctl, &existing);

	if (result != CW_CTL_OK)
		json_array_clear(names);
	for (size_t i = 0; i < json_array_size(names);) {
		const char *name = json_string_value(json_array_get(names, i));

		if (contains(existing.all, name)) {
			i++;
			continue;
		}
		if (ctl->given & CW_O_IGNORE_MISSING)
			cw_ctl_print_result(ctl, name, "not there");
		else
			result = cw_ctl_unknown(ctl, name);
		json_array_remove(names, i);
	}
	existing_free(&existing);
	return result;
}

enum cw_ctl_exit cw_ctl_each_confirmed(struct cw_ctl *ctl, const char *question,
				       enum cw_ctl_exit (*one)(struct cw_ctl *ctl, const char *name))
{
	json_t *names, *name;
	enum cw_ctl_exit result = cw_ctl_names(ctl, ctl->args, ctl->n_args, &names);
	size_t i;

	if (json_array_size(names) > 0 && asks(ctl))
		result = cw_ctl_worse(result, keep_existing(ctl, names));
	if (!cw_ctl_confirm(ctl, question, names)) {
		result = CW_CTL_REFUSED;
		json_array_clear(names);
	}
	json_array_foreach(names, i, name) {
		enum cw_ctl_exit status = one(ctl, json_string_value(name));

		result = cw_ctl_worse(result, status);
		if (cw_ctl_is_hopeless(status))
			break;
	}
	json_decref(names);
	return result;
}
