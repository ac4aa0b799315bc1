/*
 * External resources: indices, data streams and aliases that somebody else has made and looks after. Each topic has its
 * own; nothing is put before them but a look whether they are there.
 */
#include "sink.h"

#include <stdlib.h>

static bool answered(struct cw_sink *sink, struct cw_setup *setup, const struct cw_http_call *call,
		     struct cw_slice error)
{
	(void)sink;
	(void)error;
	setup->ready = call->status == 200;
	return setup->ready;
}

static const struct cw_setup_kind kind = {
	.what = "external resource",
	.failed = "was not found",
	.advice = "name another in topic.to.external.resource.mapping",
	.answered = answered,
};

const char *cw_resources_find(const struct cw_list *mapping, struct cw_slice topic)
{
	for (size_t i = 0; i < mapping->n; i++) {
		const char *colon = strrchr(mapping->items[i], ':');

		if (colon && cw_slice_equal(cw_slice(mapping->items[i], (size_t)(colon - mapping->items[i])), topic))
			return colon + 1;
	}
	return NULL;
}

void cw_resources_need(struct cw_sink *sink)
{
	const struct cw_list *mapping = &sink->config->resources;

	for (size_t i = 0; i < mapping->n; i++) {
		const char *name = strrchr(mapping->items[i], ':');
		struct cw_text path = { 0 };
		struct cw_setup *setup;

		if (!name || cw_setup_find(sink, &kind, ++name))
			continue;
		setup = cw_setup_add(sink, &kind, name);
		cw_text_puts(&path, "/");
		cw_http_escape(&path, name, strlen(name));
		cw_text_puts(&path, "/_mapping");
		cw_text_append(&path, "", 1);
		setup->steps[0].path = path.p;
	}
}

int cw_resources_choose(struct cw_sink *sink, const struct cw_record *record, struct cw_error *err)
{
	sink->resource = cw_resources_find(&sink->config->resources, record->topic);
	if (sink->resource)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "its topic has no resource in topic.to.external.resource.mapping");
}
