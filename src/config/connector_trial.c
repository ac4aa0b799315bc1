/*
 * What a config's transformations, predicates and converters say when they are started with it. What would keep a task
 * from starting is an error of the config then, and not a failure after it was taken.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/validation.h"

/* Starts and stops the plugin. CW_OK too where it has nothing to start. */
static enum cw_result start_and_stop(const struct cw_validation *v, const struct cw_trial *trial, const void *config,
				     struct cw_error *err)
{
	const struct cw_plugin *plugin = trial->plugin;
	enum cw_result result = CW_OK;
	void (*stop)(void *) = NULL;
	void *state = NULL;

	if (plugin->kind == CW_PLUGIN_TRANSFORMATION && plugin->transformation) {
		result = plugin->transformation->start(v->ctx, plugin, config, &state, err);
		stop = plugin->transformation->stop;
	} else if (plugin->kind == CW_PLUGIN_PREDICATE && plugin->predicate) {
		result = plugin->predicate->start(v->ctx, plugin, config, &state, err);
		stop = plugin->predicate->stop;
	} else if (cw_is_converter(plugin) && plugin->converter) {
		result = plugin->converter->start(v->ctx, plugin, config, trial->role, &state, err);
		stop = plugin->converter->stop;
	}
	if (result == CW_OK && stop)
		stop(state);
	return result;
}

static bool is_part_of_a_word(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == '_';
}

/* Where the text has the word, perhaps before a full stop; NULL: nowhere. */
static const char *find_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = text; n && (at = strstr(at, word)) != NULL; at += n)
		if ((at == text || !is_part_of_a_word(at[-1])) &&
		    (!is_part_of_a_word(at[n]) || (at[n] == '.' && !is_part_of_a_word(at[n + 1]))))
			return at;
	return NULL;
}

/* The first key of the plugin's own that the text names, and where; NULL: none. */
static const char *named_key(const struct cw_plugin *plugin, const char *text, const char **at)
{
	struct cw_config_table table = cw_plugin_table(plugin);
	const char *key = NULL;
	struct cw_config_def def;

	for (size_t i = 0; i < table.n; i++) {
		const char *found = find_word(text, cw_config_table_at(table, i, &def)->name);

		if (found && (!key || found < *at)) {
			key = def.name;
			*at = found;
		}
	}
	return key;
}

/* The only key of the plugin's own whose value the text quotes; NULL: none, or several. A single letter is no quote. */
static const char *quoted_key(const struct cw_trial *trial, const char *text)
{
	struct cw_config_table table = cw_plugin_table(trial->plugin);
	const char *key = NULL;
	struct cw_config_def def;

	for (size_t i = 0; i < table.n; i++) {
		const char *value = cw_map_get(trial->settings, cw_config_table_at(table, i, &def)->name);

		if (!value || strlen(value) < 2 || strcmp(value, text) == 0 || !find_word(text, value))
			continue;
		if (key)
			return NULL;
		key = def.name;
	}
	return key;
}

/* Its sentence is about one of its keys when it names one, or the value of one, else about the class. */
static void refuse(struct cw_validation *v, const struct cw_trial *trial, const char *text)
{
	const char *at = NULL, *key = trial->class_key ? NULL : named_key(trial->plugin, text, &at);
	CW_AUTO_FREE char *whole = NULL;
	CW_AUTO_FREE char *sentence = NULL;

	if (!key && !trial->class_key)
		key = quoted_key(trial, text);
	if (!key) {
		cw_validation_invalid(v, trial->key, text);
		return;
	}
	whole = cw_format("%s%s", trial->prefix, key);
	if (at && strncmp(text, "Invalid value ", strlen("Invalid value ")) == 0)
		sentence = cw_format("%.*s%s%s", (int)(at - text), text, whole, at + strlen(key));
	cw_validation_invalid(v, whole, sentence ? sentence : text);
}

void cw_validation_try(struct cw_validation *v, const struct cw_trial *trial)
{
	const struct cw_plugin *plugin = trial->plugin;
	CW_AUTO_FREE void *config = cw_alloc(plugin->config_size);
	struct cw_config_memory *memory;
	struct cw_error err = { 0 };

	/* A table that cannot be filled has its errors key by key already. */
	if (!v->ctx || cw_config_fill(cw_plugin_table(plugin), trial->settings, config, &memory, NULL) != 0)
		return;
	if (start_and_stop(v, trial, config, &err) != CW_OK)
		refuse(v, trial, err.text[0] ? err.text : "it cannot be started with these settings");
	cw_config_memory_free(memory);
}
