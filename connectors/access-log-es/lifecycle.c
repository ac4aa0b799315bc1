/*
 * By choice: a policy of the store's for how long indices live, and an alias that documents are written through, with the
 * first index behind it, so that the store can begin the next one.
 */
#include "sink.h"

#include <jansson.h>
#include <stdlib.h>
#include <strings.h>

enum { LOOK = 0, PUT };

static char *make_path(const char *start, const char *name, const char *end)
{
	struct cw_text path = { 0 };

	cw_text_puts(&path, start);
	cw_http_escape(&path, name, strlen(name));
	cw_text_append(&path, end, strlen(end) + 1);
	return path.p;
}

/* Looked for, and put where it is not there and there is something to put. */
static bool look_and_put(struct cw_sink *sink, struct cw_setup *setup, const struct cw_http_call *call)
{
	if (setup->step == LOOK && call->status == 404 && setup->steps[PUT].path) {
		setup->step = PUT;
		return true;
	}
	setup->ready = call->status == 200 || call->status == 201;
	if (setup->ready)
		cw_log(sink->ctx, CW_LOG_INFO, setup->step == PUT ? "put the %s %s" : "the %s %s is there", setup->kind->what,
		       setup->name);
	return setup->ready;
}

static bool policy_answered(struct cw_sink *sink, struct cw_setup *setup, const struct cw_http_call *call,
			    struct cw_slice error)
{
	(void)error;
	return look_and_put(sink, setup, call);
}

static bool alias_answered(struct cw_sink *sink, struct cw_setup *setup, const struct cw_http_call *call,
			   struct cw_slice error)
{
	if (setup->step != PUT || !cw_setup_is_made(error))
		return look_and_put(sink, setup, call);
	if (cw_setup_look_again(sink, setup))
		return true;
	cw_sink_fail(sink, "the index %s-000001 is there without the write alias %s: give it the alias by POST /_aliases, with "
			   "is_write_index, or set alias.bootstrap to false and make the alias yourself",
		     setup->name, setup->name);
	return false;
}

static const struct cw_setup_kind policy_kind = {
	.what = "lifecycle policy",
	.failed = "could not be found or put",
	.advice = "give lifecycle.policy.file, or put the policy yourself",
	.answered = policy_answered,
};

static const struct cw_setup_kind alias_kind = {
	.what = "write alias",
	.failed = "could not be made",
	.advice = "set alias.bootstrap to false and make the alias yourself",
	.answered = alias_answered,
};

static bool is_ism(const struct cw_es_config *config)
{
	return strcasecmp(config->lifecycle_type, "ISM") == 0;
}

void cw_lifecycle_settings(const struct cw_es_config *config, json_t *settings)
{
	bool ism = is_ism(config);

	if (!config->lifecycle_name)
		return;
	if (!ism) /* ISM's policies say themselves which indices they are for */
		json_object_set_new(settings, "index.lifecycle.name", json_string(config->lifecycle_name));
	if (config->alias_bootstrap)
		json_object_set_new(settings, ism ? "plugins.index_state_management.rollover_alias" :
						    "index.lifecycle.rollover_alias", json_string(config->index));
}

int cw_lifecycle_need_policy(struct cw_sink *sink, struct cw_error *err)
{
	const struct cw_es_config *config = sink->config;
	const char *start = is_ism(config) ? "/_plugins/_ism/policies/" : "/_ilm/policy/";
	struct cw_setup *setup;
	json_error_t where;
	json_t *policy;

	if (!config->lifecycle_name)
		return 0;
	setup = cw_setup_add(sink, &policy_kind, config->lifecycle_name);
	setup->steps[LOOK].path = make_path(start, config->lifecycle_name, "");
	if (!config->lifecycle_file)
		return 0;
	policy = json_load_file(config->lifecycle_file, 0, &where);
	if (!policy)
		return cw_error_set(err, CW_ERR_INVALID, "lifecycle.policy.file %s holds no JSON: %s in line %d",
				    config->lifecycle_file, where.text, where.line);
	setup->steps[PUT].path = make_path(start, config->lifecycle_name, "");
	setup->steps[PUT].body = json_dumps(policy, JSON_COMPACT);
	json_decref(policy);
	return 0;
}

void cw_lifecycle_need_alias(struct cw_sink *sink)
{
	const char *alias = sink->config->index;
	struct cw_setup *setup;
	json_t *body;

	if (!sink->config->alias_bootstrap)
		return;
	setup = cw_setup_add(sink, &alias_kind, alias);
	setup->steps[LOOK].path = make_path("/_alias/", alias, "");
	setup->steps[PUT].path = make_path("/", alias, "-000001");
	body = json_pack("{s:{s:{s:b}}}", "aliases", alias, "is_write_index", 1);
	setup->steps[PUT].body = json_dumps(body, JSON_COMPACT);
	json_decref(body);
}
