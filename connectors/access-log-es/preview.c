/*
 * What put() would make of records, for a look at it: the bodies are made by the same code, and stay where they are, as
 * one request that holds all of them.
 */
#include "sink.h"

#define INDEX_MEMBER "\"_index\":\""

static void tell(const struct cw_sink *sink, const struct cw_batch *batch, size_t i, struct cw_rendering rendering)
{
	rendering.size = sizeof(rendering);
	sink->ctx->host->rendered(sink->ctx, batch, i, &rendering);
}

static void left_out(struct cw_sink *sink, const struct cw_place *at, const char *reason)
{
	tell(sink, at->batch, at->i, (struct cw_rendering){ .left_out = reason });
}

/* The index that the action line names; where it names none, that of the request's path. */
static struct cw_slice index_of(const struct cw_bulk *bulk, struct cw_slice document)
{
	const char *line_end = memchr(document.p, '\n', document.n);
	const char *name = memmem(document.p, (size_t)(line_end - document.p), INDEX_MEMBER, strlen(INDEX_MEMBER));

	if (!name)
		return cw_slice(bulk->index, bulk->index_n);
	name += strlen(INDEX_MEMBER);
	return cw_slice(name, (size_t)((const char *)memchr(name, '"', (size_t)(line_end - name)) - name));
}

static void tell_documents(const struct cw_sink *sink, const struct cw_batch *batch)
{
	const struct cw_bulk *bulk = sink->open;

	for (size_t i = 0; bulk && i < bulk->n; i++) {
		size_t start = cw_bulk_start(bulk, i);
		struct cw_slice text = cw_slice(bulk->body.p + start, bulk->docs[i].end - start);

		tell(sink, batch, bulk->docs[i].record,
		     (struct cw_rendering){ .destination = index_of(bulk, text), .text = text });
	}
}

enum cw_result cw_es_render(const struct cw_context *ctx, const void *config, struct cw_batch *batch,
			    struct cw_error *err)
{
	struct cw_sink *sink = cw_sink_new(ctx, config, err);
	enum cw_result result = CW_OK;

	if (!sink)
		return CW_FAIL;
	sink->left_out = left_out;
	/* Without limits the request is never full, which is when it would be sent. */
	sink->bulk_bytes = SIZE_MAX;
	sink->pressure.docs = SIZE_MAX;
	cw_records_put(sink, batch, cw_delivery_take(sink, batch), cw_sink_now(sink));
	if (sink->failure.code) {
		cw_error_set(err, sink->failure.code, "%s", sink->failure.text);
		result = CW_FAIL;
	} else {
		tell_documents(sink, batch);
	}
	cw_sink_free(sink);
	return result;
}
