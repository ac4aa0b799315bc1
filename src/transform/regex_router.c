/* RegexRouter: a record's topic gets another name. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "transform/java_regex.h"
#include "transform/record_transforms.h"
#include "transform/topic_memo.h"

struct config {
	const char *regex, *replacement;
};

struct state {
	struct cw_java_regex *regex;
	struct cw_java_replacement *replacement;
	struct cw_topic_memo memo; /* yes: the topic is renamed, to text */
	struct cw_buf name;
};

static const struct cw_config_def defs[] = {
	{ .name = "regex",
	  .type = CW_CONFIG_STRING,
	  .flags = CW_CONFIG_REQUIRED,
	  .check = cw_java_regex_check,
	  .importance = CW_HIGH,
	  .doc = "A Java regular expression. Only a topic that matches it as a whole is renamed.",
	  .offset = offsetof(struct config, regex) },
	{ .name = "replacement",
	  .type = CW_CONFIG_STRING,
	  .flags = CW_CONFIG_REQUIRED,
	  .importance = CW_HIGH,
	  .doc = "What takes the place of the first match, as in Java: $1 is the first group, ${name} a named one, "
		 "and a backslash stands before a $ that is meant.",
	  .offset = offsetof(struct config, replacement) },
};

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    void **out, struct cw_error *err)
{
	const struct config *c = config;
	struct cw_java_regex *regex = cw_java_regex_compile(c->regex, err);
	struct state *state;

	(void)ctx;
	(void)plugin;
	if (!regex)
		return CW_FAIL;
	state = cw_alloc(sizeof(*state));
	state->regex = regex;
	state->replacement = cw_java_replacement_new(regex, c->replacement);
	*out = state;
	return CW_OK;
}

static void stop(void *context)
{
	struct state *state = context;

	cw_java_regex_free(state->regex);
	cw_java_replacement_free(state->replacement);
	cw_topic_memo_free(&state->memo);
	cw_buf_free(&state->name);
	free(state);
}

/* The new name into state->name: 1, 0 when the topic stays, -1. */
static int rename_topic(struct state *state, struct cw_slice topic, struct cw_error *err)
{
	int rc = cw_java_regex_matches(state->regex, topic, err);

	if (rc <= 0)
		return rc;
	state->name.n = 0;
	cw_buf_append(&state->name, "", 0);
	return cw_java_replace_first(state->regex, state->replacement, topic, &state->name, err) < 0 ? -1 : 1;
}

static struct cw_slice copy(struct cw_batch *batch, const struct cw_buf *text)
{
	char *p = cw_batch_alloc(batch, text->n + 1);

	memcpy(p, text->p, text->n + 1);
	return cw_slice(p, text->n);
}

static enum cw_result apply(void *context, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	struct state *state = context;
	const struct cw_topic_note *note = cw_topic_memo_find(&state->memo, record->topic);
	int rc;

	if (!note) {
		rc = rename_topic(state, record->topic, err);
		if (rc < 0)
			return CW_FAIL;
		note = cw_topic_memo_add(&state->memo, record->topic, rc > 0,
					 rc > 0 ? cw_slice(state->name.p, state->name.n) : cw_slice(NULL, 0));
		if (!note) {
			if (rc > 0)
				record->topic = copy(batch, &state->name);
			return CW_OK;
		}
	}
	if (note->yes)
		record->topic = note->text;
	return CW_OK;
}

static const struct cw_transformation_ops ops = {
	.size = sizeof(ops), .flags = CW_TRANSFORMATION_NO_HEADERS | CW_TRANSFORMATION_EDITS,
	.start = start, .apply = apply, .stop = stop,
};

const struct cw_plugin cw_regex_router = {
	CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "RegexRouter",
		      "Renames topics by a regular expression and a replacement.", defs, struct config),
	.transformation = &ops,
};
