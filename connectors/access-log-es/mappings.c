/*
 * Mappings from schemas: before the first document of a schema goes to an index, the index is looked at. Where
 * it is not there it is made with the mapping, where it has no fields yet it gets them; what it has stays.
 */
#include "sink.h"

#include <jansson.h>
#include <stdlib.h>

#include "document.h"

enum { LOOK = 0, MAKE_INDEX, PUT_MAPPING };

/* {"index":{"mappings":{"properties":{…}}}}, by whatever name the index has behind an alias. */
static bool has_fields(const struct cw_http_call *call)
{
	json_t *answer = json_loadb(call->answer.p, call->answer.n, 0, NULL), *index;
	const char *name;
	bool has = false;

	json_object_foreach(answer, name, index)
		has = has || json_object_size(json_object_get(json_object_get(index, "mappings"), "properties")) > 0;
	json_decref(answer);
	return has;
}

static bool ready(struct cw_sink *sink, struct cw_setup *setup, const char *how)
{
	setup->ready = true;
	cw_log(sink->ctx, CW_LOG_INFO, "index %s %s", setup->name, how);
	return true;
}

static bool answered(struct cw_sink *sink, struct cw_setup *setup, const struct cw_http_call *call,
		     struct cw_slice error)
{
	if (call->status == 200 && setup->step != LOOK)
		return ready(sink, setup, "got its mapping from the schema of the records");
	if (call->status == 200 && has_fields(call))
		return ready(sink, setup, "has a mapping, which is left as it is");
	if (call->status == 200)
		setup->step = PUT_MAPPING;
	else if (call->status == 404 && setup->step == LOOK)
		setup->step = MAKE_INDEX;
	else
		return setup->step == MAKE_INDEX && cw_setup_is_made(error) && cw_setup_look_again(sink, setup);
	return true;
}

static const struct cw_setup_kind kind = {
	.what = "mapping of index",
	.failed = "could not be put",
	.advice = "set schema.ignore to true and put a mapping or an index template yourself",
	.answered = answered,
};

static char *make_path(const char *index, const char *rest)
{
	struct cw_text path = { 0 };

	cw_text_puts(&path, "/");
	cw_http_escape(&path, index, strlen(index));
	cw_text_append(&path, rest, strlen(rest) + 1);
	return path.p;
}

void cw_mappings_need(struct cw_sink *sink, const char *index, const struct cw_schema *schema)
{
	struct cw_text body = { 0 };
	struct cw_setup *setup;

	if (cw_setup_find(sink, &kind, index))
		return;
	setup = cw_setup_add(sink, &kind, index);
	setup->steps[LOOK].path = make_path(index, "/_mapping");
	setup->steps[MAKE_INDEX].path = make_path(index, "");
	setup->steps[PUT_MAPPING].path = make_path(index, "/_mapping");
	setup->steps[PUT_MAPPING].body = cw_document_mapping(schema, sink->config->compact_maps);
	cw_text_printf(&body, "{\"mappings\":%s}", setup->steps[PUT_MAPPING].body);
	cw_text_append(&body, "", 1);
	setup->steps[MAKE_INDEX].body = body.p;
}
