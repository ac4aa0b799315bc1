/* The predicates of Kafka Connect. */
#include <stdlib.h>

#include "base/mem.h"
#include "transform/java_regex.h"
#include "transform/operating.h"
#include "transform/record_transforms.h"
#include "transform/topic_memo.h"

static int check_not_empty(const char *value, struct cw_error *err)
{
	return *value ? 0 : cw_error_set(err, CW_ERR_INVALID, "String must be non-empty");
}

/* ---- HasHeaderKey ------------------------------------------------------------------------------- */

struct header_config {
	const char *name;
};

static const struct cw_config_def header_defs[] = {
	{ .name = "name", .type = CW_CONFIG_STRING, .flags = CW_CONFIG_REQUIRED, .check = check_not_empty,
	  .importance = CW_MEDIUM, .doc = "The name of the header.", .offset = offsetof(struct header_config, name) },
};

static enum cw_result header_test(void *state, const struct cw_record *record, bool *holds, struct cw_error *err)
{
	struct cw_slice name = cw_slice_str(((const struct header_config *)state)->name);

	(void)err;
	*holds = false;
	for (size_t i = 0; i < record->n_headers && !*holds; i++)
		*holds = cw_slice_equal(record->headers[i].key, name);
	return CW_OK;
}

static const struct cw_predicate_ops header_ops = {
	.size = sizeof(header_ops), .start = cw_plain_start, .test = header_test, .stop = cw_plain_stop,
};

static const struct cw_plugin has_header_key = {
	CW_OWN_PLUGIN(CW_PLUGIN_PREDICATE, CW_PREDICATES_PACKAGE "HasHeaderKey",
		      "Holds for records with at least one header of a name.", header_defs, struct header_config),
	.predicate = &header_ops,
};

/* ---- RecordIsTombstone -------------------------------------------------------------------------- */

static enum cw_result tombstone_test(void *state, const struct cw_record *record, bool *holds, struct cw_error *err)
{
	(void)state;
	(void)err;
	*holds = record->value.type == CW_NULL;
	return CW_OK;
}

static const struct cw_predicate_ops tombstone_ops = {
	.size = sizeof(tombstone_ops), .flags = CW_PREDICATE_NO_HEADERS,
	.start = cw_plain_start, .test = tombstone_test, .stop = cw_plain_stop,
};

static const struct cw_plugin record_is_tombstone = {
	CW_PLUGIN_HEAD(CW_PLUGIN_PREDICATE),
	.class_name = CW_PREDICATES_PACKAGE "RecordIsTombstone",
	.version = PACKAGE_VERSION,
	.doc = "Holds for records without a value.",
	.config_def_size = sizeof(struct cw_config_def),
	.predicate = &tombstone_ops,
};

/* ---- TopicNameMatches --------------------------------------------------------------------------- */

struct topic_config {
	const char *pattern;
};

struct topic_state {
	struct cw_java_regex *regex;
	struct cw_topic_memo memo;
};

static int check_pattern(const char *value, struct cw_error *err)
{
	return check_not_empty(value, err) < 0 ? -1 : cw_java_regex_check(value, err);
}

static const struct cw_config_def topic_defs[] = {
	{ .name = "pattern", .type = CW_CONFIG_STRING, .flags = CW_CONFIG_REQUIRED, .check = check_pattern,
	  .importance = CW_MEDIUM, .doc = "A Java regular expression for the whole name of a topic.",
	  .offset = offsetof(struct topic_config, pattern) },
};

static enum cw_result topic_start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
				  void **out, struct cw_error *err)
{
	struct cw_java_regex *regex = cw_java_regex_compile(((const struct topic_config *)config)->pattern, err);
	struct topic_state *state;

	(void)ctx;
	(void)plugin;
	if (!regex)
		return CW_FAIL;
	state = cw_alloc(sizeof(*state));
	state->regex = regex;
	*out = state;
	return CW_OK;
}

static void topic_stop(void *context)
{
	struct topic_state *state = context;

	cw_java_regex_free(state->regex);
	cw_topic_memo_free(&state->memo);
	free(state);
}

static enum cw_result topic_test(void *context, const struct cw_record *record, bool *holds, struct cw_error *err)
{
	struct topic_state *state = context;
	const struct cw_topic_note *note = cw_topic_memo_find(&state->memo, record->topic);
	int rc;

	if (note) {
		*holds = note->yes;
		return CW_OK;
	}
	rc = cw_java_regex_matches(state->regex, record->topic, err);
	if (rc < 0)
		return CW_FAIL;
	*holds = rc > 0;
	cw_topic_memo_add(&state->memo, record->topic, *holds, cw_slice(NULL, 0));
	return CW_OK;
}

static const struct cw_predicate_ops topic_ops = {
	.size = sizeof(topic_ops), .flags = CW_PREDICATE_NO_HEADERS,
	.start = topic_start, .test = topic_test, .stop = topic_stop,
};

static const struct cw_plugin topic_name_matches = {
	CW_OWN_PLUGIN(CW_PLUGIN_PREDICATE, CW_PREDICATES_PACKAGE "TopicNameMatches",
		      "Holds for records whose topic's name matches a regular expression.", topic_defs,
		      struct topic_config),
	.predicate = &topic_ops,
};

const struct cw_plugin *const cw_predicates[] = { &has_header_key, &record_is_tombstone, &topic_name_matches, NULL };
