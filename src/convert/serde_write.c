#include "convert/serde_impl.h"

#include <stdlib.h>

#include "base/mem.h"
#include "data/schema.h"

#define TARGETS_MAX 1000 /* topics that are known of one schema */

static void target_free(struct cw_serde *serde, struct cw_serde_target *target)
{
	free((char *)(uintptr_t)target->topic.p);
	if (target->own)
		serde->ops->writer_free(target->writer);
}

static void forget_targets(struct cw_serde *serde, struct cw_serde_writer *writer)
{
	for (size_t i = 0; i < writer->n_targets; i++)
		target_free(serde, &writer->targets[i]);
	writer->n_targets = 0;
}

static void writer_free(struct cw_serde *serde, struct cw_serde_writer *writer)
{
	forget_targets(serde, writer);
	free(writer->targets);
	if (writer->writer)
		serde->ops->writer_free(writer->writer);
	cw_memory_free(writer->memory);
	free(writer->text);
	free(writer->name);
	*writer = (struct cw_serde_writer){ 0 };
}

void cw_serde_writers_free(struct cw_serde *serde)
{
	for (size_t i = 0; i < serde->n_writers; i++)
		writer_free(serde, &serde->writers[i]);
	free(serde->writers);
}

/* ---- what is known of a Connect schema ---------------------------------------------------------- */

static struct cw_serde_writer *find_writer(struct cw_serde *serde, const struct cw_schema *schema, uint64_t hash)
{
	for (size_t i = 0; i < serde->n_writers; i++)
		if (serde->writers[i].hash == hash && cw_schema_equal(serde->writers[i].schema, schema))
			return &serde->writers[i];
	return NULL;
}

/* A place for one more: new, or that of the one whose last use is longest ago. */
static struct cw_serde_writer *writer_place(struct cw_serde *serde)
{
	size_t max = serde->config->schemas_cache > 0 ? (size_t)serde->config->schemas_cache : 1;
	struct cw_serde_writer *place = serde->writers;

	if (serde->n_writers < max) {
		serde->writers = cw_realloc(serde->writers, (serde->n_writers + 1) * sizeof(*serde->writers));
		place = &serde->writers[serde->n_writers++];
		*place = (struct cw_serde_writer){ 0 };
		return place;
	}
	for (size_t i = 1; i < serde->n_writers; i++)
		if (serde->writers[i].used < place->used)
			place = &serde->writers[i];
	writer_free(serde, place);
	return place;
}

/* NULL with *err set when the format has no schema for this one. */
static struct cw_serde_writer *writer_new(struct cw_serde *serde, const struct cw_schema *schema, uint64_t hash,
					  struct cw_error *err)
{
	struct cw_serde_writer made = { .hash = hash, .memory = cw_memory_new() }, *place;
	struct cw_buf text = { 0 }, name = { 0 };
	bool described;

	made.schema = schema ? cw_schema_clone(made.memory, schema) : NULL;
	described = serde->ops->describe(serde->format, made.schema, &text, &name, err) == 0;
	made.text = cw_buf_take(&text);
	made.name = cw_buf_take(&name);
	if (described)
		made.writer = serde->ops->writer_new(serde->format, made.schema, made.text, NULL, false, err);
	if (!made.writer) {
		writer_free(serde, &made);
		return NULL;
	}
	place = writer_place(serde);
	*place = made;
	return place;
}

static struct cw_serde_writer *writer_of(struct cw_serde *serde, const struct cw_schema *schema, struct cw_error *err)
{
	struct cw_serde_writer *writer = serde->last;
	uint64_t hash;

	if (!writer || !cw_schema_equal(writer->schema, schema)) {
		hash = schema ? cw_schema_hash(schema) : 0;
		writer = find_writer(serde, schema, hash);
		if (!writer)
			writer = writer_new(serde, schema, hash, err);
	}
	if (writer)
		writer->used = ++serde->calls;
	serde->last = writer;
	return writer;
}

/* ---- which schema of the registry --------------------------------------------------------------- */

/* The schema that is named by the configuration instead of the value's own. */
static enum cw_result find_other(struct cw_serde *serde, const struct cw_serde_writer *writer, const char *subject,
				 struct cw_serde_target *target, struct cw_error *err)
{
	bool by_id = serde->config->use_id >= 0;
	bool strict = by_id ? serde->config->id_strict : serde->config->latest_strict;
	const struct cw_registry_schema *schema;
	struct cw_error cause = { 0 };
	enum cw_result result = by_id ? cw_registry_by_id(serde->registry, serde->config->use_id, subject, &schema, err)
				      : cw_registry_latest(serde->registry, subject, &schema, err);

	if (result != CW_OK)
		return result;
	target->id = schema->id;
	target->own = true;
	target->writer =
		strcmp(schema->type, serde->ops->type) == 0
			? serde->ops->writer_new(serde->format, writer->schema, writer->text, schema, strict, &cause)
			: NULL;
	if (target->writer)
		return CW_OK;
	cw_error_set(err, CW_ERR_INVALID, "Incompatible schema of type '%s'%s: %s", schema->type,
		     !strict ? ""
		     : by_id ? ". Set id.compatibility.strict=false to disable this check"
			     : ". Set latest.compatibility.strict=false to disable this check",
		     cause.code ? cause.text : "it is of another type");
	return CW_FAIL;
}

static enum cw_result find_target(struct cw_serde *serde, const struct cw_serde_writer *writer,
				  struct cw_serde_target *target, struct cw_error *err)
{
	const struct cw_registry_config *config = serde->config;
	struct cw_buf subject = { 0 };
	enum cw_result result = CW_FAIL;
	int32_t version;

	target->writer = writer->writer;
	if (cw_serde_subject(serde, target->topic, writer->name, &subject, err))
		result = CW_FAIL;
	else if (config->auto_register)
		result = cw_registry_register(serde->registry, subject.p, serde->ops->type, writer->text, &target->id,
					      err);
	else if (config->use_id >= 0 || config->use_latest)
		result = find_other(serde, writer, subject.p, target, err);
	else
		result = cw_registry_lookup(serde->registry, subject.p, serde->ops->type, writer->text, NULL,
					    &target->id, &version, err);
	cw_buf_free(&subject);
	return result;
}

static bool fresh(const struct cw_serde *serde, const struct cw_serde_target *target)
{
	int32_t ttl_s = serde->config->latest_cache_ttl_s;

	return !target->own || ttl_s < 0 ||
	       serde->ctx->host->now_ns(serde->ctx) - target->found_ns < (int64_t)ttl_s * 1000000000;
}

static struct cw_serde_target *known_target(struct cw_serde_writer *writer, struct cw_slice topic)
{
	for (size_t i = 0; i < writer->n_targets; i++)
		if (cw_slice_equal(writer->targets[i].topic, topic))
			return &writer->targets[i];
	return NULL;
}

static struct cw_serde_target *target_place(struct cw_serde *serde, struct cw_serde_writer *writer)
{
	if (writer->n_targets == TARGETS_MAX)
		forget_targets(serde, writer);
	if (writer->n_targets == writer->cap_targets) {
		writer->cap_targets = writer->cap_targets ? writer->cap_targets * 2 : 1;
		writer->targets = cw_realloc(writer->targets, writer->cap_targets * sizeof(*writer->targets));
	}
	return &writer->targets[writer->n_targets++];
}

static enum cw_result target_of(struct cw_serde *serde, struct cw_serde_writer *writer, struct cw_slice topic,
				struct cw_serde_target **out, struct cw_error *err)
{
	struct cw_serde_target *known = known_target(writer, topic), found = { .topic = topic };
	enum cw_result result;

	*out = known;
	if (known && fresh(serde, known))
		return CW_OK;
	result = find_target(serde, writer, &found, err);
	if (result != CW_OK)
		return result;
	found.topic = cw_slice(cw_strndup(topic.p, topic.n), topic.n);
	found.found_ns = serde->ctx->host->now_ns(serde->ctx);
	if (known)
		target_free(serde, known);
	else
		known = target_place(serde, writer);
	*known = found;
	*out = known;
	return CW_OK;
}

/* ---- ------------------------------------------------------------------------------------------- */

static void put_head(struct cw_buf *out, int32_t schema_id)
{
	uint32_t id = (uint32_t)schema_id;
	char head[CW_SERDE_HEAD] = { 0, (char)(id >> 24), (char)(id >> 16), (char)(id >> 8), (char)id };

	out->n = 0;
	cw_buf_append(out, head, sizeof(head));
}

enum cw_result cw_serde_write(struct cw_serde *serde, struct cw_batch *batch, const struct cw_convert_place *place,
			      const struct cw_value *value, struct cw_slice *out, struct cw_error *err)
{
	const struct cw_schema *schema = value->schema;
	struct cw_serde_writer *writer;
	struct cw_serde_target *target;
	struct cw_error cause = { 0 };
	enum cw_result result;
	char *copy;

	if (value->type == CW_NULL && serde->ops->null_is_null(serde->format, schema)) {
		*out = cw_slice(NULL, 0);
		return CW_OK;
	}
	writer = writer_of(serde, schema, err);
	if (!writer)
		return CW_FAIL;
	result = target_of(serde, writer, place->topic, &target, &cause);
	if (result != CW_OK)
		return cw_serde_fail(serde->ops->cannot_write, place->topic, result, &cause, err);
	put_head(&serde->out, target->id);
	if (serde->ops->write(serde->format, target->writer, value, &serde->out, err))
		return CW_FAIL;
	copy = cw_batch_alloc(batch, serde->out.n);
	memcpy(copy, serde->out.p, serde->out.n);
	*out = cw_slice(copy, serde->out.n);
	return CW_OK;
}
