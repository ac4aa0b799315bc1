#include "convert/serde_impl.h"

#include <stdlib.h>

#include "base/mem.h"
#include "data/schema.h"

#define ORIGINS_MAX 20000

/* ---- what is known of schemas in topics ---------------------------------------------------------- */

static uint64_t hash_of(int32_t id, struct cw_slice topic)
{
	uint64_t h = (uint32_t)id * UINT64_C(0x9e3779b97f4a7c15);

	for (size_t i = 0; i < topic.n; i++)
		h = (h ^ (unsigned char)topic.p[i]) * UINT64_C(0x100000001b3);
	return h ^ (h >> 32);
}

static struct cw_serde_origin **find(struct cw_serde_origin **origins, size_t cap, uint64_t hash, int32_t id,
				     struct cw_slice topic)
{
	size_t at = (size_t)hash & (cap - 1);

	while (origins[at] && (origins[at]->id != id || !cw_slice_equal(origins[at]->topic, topic)))
		at = (at + 1) & (cap - 1);
	return &origins[at];
}

static void origin_free(struct cw_serde_origin *origin)
{
	if (origin)
		free((char *)(uintptr_t)origin->topic.p);
	free(origin);
}

static void forget_origins(struct cw_serde *serde)
{
	for (size_t i = 0; i < serde->cap_origins; i++)
		origin_free(serde->origins[i]);
	free(serde->origins);
	serde->origins = NULL;
	serde->n_origins = serde->cap_origins = 0;
}

static void grow(struct cw_serde *serde)
{
	size_t cap = serde->cap_origins ? serde->cap_origins * 2 : 32;
	struct cw_serde_origin **origins = cw_alloc(cap * sizeof(struct cw_serde_origin *));

	for (size_t i = 0; i < serde->cap_origins; i++) {
		struct cw_serde_origin *origin = serde->origins[i];

		if (origin)
			*find(origins, cap, origin->hash, origin->id, origin->topic) = origin;
	}
	free(serde->origins);
	serde->origins = origins;
	serde->cap_origins = cap;
}

/* Nothing refers to an origin, so that all can be forgotten when they are too many. */
static struct cw_serde_origin *add_origin(struct cw_serde *serde, int32_t id, struct cw_slice topic)
{
	struct cw_serde_origin *origin = cw_alloc(sizeof(*origin));

	if (serde->n_origins == ORIGINS_MAX)
		forget_origins(serde);
	if ((serde->n_origins + 1) * 2 > serde->cap_origins)
		grow(serde);
	origin->id = id;
	origin->hash = hash_of(id, topic);
	origin->topic = cw_slice(cw_strndup(topic.p ? topic.p : "", topic.n), topic.n);
	*find(serde->origins, serde->cap_origins, origin->hash, id, topic) = origin;
	serde->n_origins++;
	return origin;
}

void cw_serde_readers_free(struct cw_serde *serde)
{
	forget_origins(serde);
	for (size_t i = 0; i < serde->n_readers; i++) {
		cw_memory_free(serde->readers[i]->memory);
		free(serde->readers[i]);
	}
	free(serde->readers);
}

/* ---- asking the registry ------------------------------------------------------------------------ */

/* The schema's version under the subject; 0 where it is not registered, as data that was copied from elsewhere. */
static enum cw_result find_version(struct cw_serde *serde, const struct cw_registry_schema *schema, const char *subject,
				   int32_t *version, struct cw_error *err)
{
	struct cw_error cause = { 0 };
	int32_t id;
	enum cw_result result = cw_registry_lookup(serde->registry, subject, schema->type, schema->text,
						   schema->referred, &id, version, &cause);

	if (result == CW_FAIL && cause.code == CW_ERR_NOT_FOUND) {
		*version = 0;
		return CW_OK;
	}
	if (result != CW_OK)
		cw_error_set(err, cause.code, "%s", cause.text);
	return result;
}

static enum cw_result find_subject(struct cw_serde *serde, int32_t id, struct cw_slice topic, struct cw_buf *subject,
				   struct cw_error *err)
{
	const struct cw_registry_schema *schema;
	struct cw_buf name = { 0 };
	enum cw_result result = CW_OK;

	if (cw_subject_uses_record(serde->strategy)) {
		result = cw_registry_by_id(serde->registry, id, NULL, &schema, err);
		if (result == CW_OK && serde->ops->name(serde->format, schema, &name, err))
			result = CW_FAIL;
	}
	if (result == CW_OK && cw_serde_subject(serde, topic, name.n ? name.p : "", subject, err))
		result = CW_FAIL;
	cw_buf_free(&name);
	return result;
}

/* Finds out the version under the subject, and what the values are read as. *wanted is lent by the registry. */
static enum cw_result ask(struct cw_serde *serde, const struct cw_registry_schema *written, const char *subject,
			  struct cw_serde_origin *found, const struct cw_registry_schema **wanted, struct cw_error *err)
{
	enum cw_result result;

	if (strcmp(written->type, serde->ops->type) != 0) {
		cw_error_set(err, CW_ERR_INVALID, "the schema of id %d is of type %s, not %s", (int)written->id,
			     written->type, serde->ops->type);
		return CW_FAIL;
	}
	*wanted = written;
	found->latest = -1;
	if (!serde->config->use_latest)
		return find_version(serde, written, subject, &found->version, err);
	result = cw_registry_latest(serde->registry, subject, wanted, err);
	if (result == CW_OK) {
		found->latest = (*wanted)->id;
		found->version = (*wanted)->version;
	}
	return result;
}

/* ---- readers ------------------------------------------------------------------------------------ */

static struct cw_serde_reader *find_reader(const struct cw_serde *serde, const struct cw_serde_origin *origin)
{
	for (size_t i = 0; i < serde->n_readers; i++) {
		struct cw_serde_reader *reader = serde->readers[i];

		if (reader->id == origin->id && reader->version == origin->version && reader->latest == origin->latest)
			return reader;
	}
	return NULL;
}

/* The reader is kept, or where no more are kept lives as long as the batch: *out. */
static enum cw_result make_reader(struct cw_serde *serde, struct cw_batch *batch, struct cw_serde_origin *origin,
				  const struct cw_registry_schema *written, const struct cw_registry_schema *wanted,
				  void **out, struct cw_error *err)
{
	bool keep = serde->n_readers < (size_t)serde->config->schemas_cache;
	struct cw_batch *memory = keep ? cw_memory_new() : batch;
	struct cw_serde_reader *reader;

	*out = serde->ops->reader_new(serde->format, memory, written, wanted, origin->version, err);
	if (!*out && keep)
		cw_memory_free(memory);
	if (!*out || !keep)
		return *out ? CW_OK : CW_FAIL;
	reader = cw_alloc(sizeof(*reader));
	*reader = (struct cw_serde_reader){
		.id = origin->id, .version = origin->version, .latest = origin->latest, .reader = *out, .memory = memory
	};
	serde->readers = cw_realloc(serde->readers, (serde->n_readers + 1) * sizeof(struct cw_serde_reader *));
	serde->readers[serde->n_readers++] = reader;
	origin->reader = reader;
	return CW_OK;
}

/* `known` is what was known before, perhaps no longer; NULL: nothing. */
static enum cw_result find_out(struct cw_serde *serde, struct cw_batch *batch, int32_t id, struct cw_slice topic,
			       struct cw_serde_origin *known, const char *subject, void **out, struct cw_error *err)
{
	struct cw_serde_origin found = { .id = id };
	const struct cw_registry_schema *lent, *wanted;
	struct cw_registry_schema written;
	enum cw_result result = cw_registry_by_id(serde->registry, id, subject, &lent, err);

	if (result != CW_OK)
		return result;
	written = cw_registry_schema_clone(lent); /* further requests may take the place of what was lent */
	if (known && !known->reader && !serde->config->use_latest) {
		found.version = known->version; /* a reader that is not kept: nothing is asked for again */
		found.latest = -1;
		wanted = &written;
	} else {
		result = ask(serde, &written, subject, &found, &wanted, err);
	}
	if (result == CW_OK) {
		if (!known)
			known = add_origin(serde, id, topic);
		known->version = found.version;
		known->latest = found.latest;
		known->found_ns = serde->ctx->host->now_ns(serde->ctx);
		known->reader = find_reader(serde, known);
		if (known->reader)
			*out = known->reader->reader;
		else
			result = make_reader(serde, batch, known, &written, wanted, out, err);
	}
	cw_registry_schema_free(&written);
	return result;
}

/* Whether it is time to ask whether the subject has a newer schema. */
static bool is_stale(const struct cw_serde *serde, const struct cw_serde_origin *origin)
{
	int32_t ttl_s = serde->config->latest_cache_ttl_s;

	return origin->latest >= 0 && ttl_s >= 0 &&
	       serde->ctx->host->now_ns(serde->ctx) - origin->found_ns >= (int64_t)ttl_s * 1000000000;
}

static enum cw_result reader_of(struct cw_serde *serde, struct cw_batch *batch, int32_t id, struct cw_slice topic,
				void **out, struct cw_error *err)
{
	struct cw_serde_origin *known = NULL;
	struct cw_buf subject = { 0 };
	enum cw_result result;

	if (serde->cap_origins)
		known = *find(serde->origins, serde->cap_origins, hash_of(id, topic), id, topic);
	if (known && known->reader && !is_stale(serde, known)) {
		*out = known->reader->reader;
		return CW_OK;
	}
	result = find_subject(serde, id, topic, &subject, err);
	if (result == CW_OK)
		result = find_out(serde, batch, id, topic, known, subject.p, out, err);
	cw_buf_free(&subject);
	return result;
}

/* ---- ------------------------------------------------------------------------------------------- */

enum cw_result cw_serde_read(struct cw_serde *serde, struct cw_batch *batch, const struct cw_convert_place *place,
			     struct cw_slice bytes, struct cw_value *out, struct cw_error *err)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	void *reader = NULL;
	struct cw_error cause = { 0 };
	enum cw_result result;
	uint32_t id;

	if (!p) {
		*out = cw_value_null();
		return CW_OK;
	}
	if (bytes.n < CW_SERDE_HEAD || p[0] != 0) {
		cw_error_set(&cause, CW_ERR_INVALID, "Unknown magic byte!");
		return cw_serde_fail(serde->ops->cannot_read, place->topic, CW_FAIL, &cause, err);
	}
	id = (uint32_t)p[1] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 8 | p[4];
	if (id > INT32_MAX) {
		cw_error_set(&cause, CW_ERR_INVALID, "%d is no id of a schema", (int)(int32_t)id);
		return cw_serde_fail(serde->ops->cannot_read, place->topic, CW_FAIL, &cause, err);
	}
	result = reader_of(serde, batch, (int32_t)id, place->topic, &reader, &cause);
	if (result == CW_OK &&
	    serde->ops->read(serde->format, reader, batch, cw_slice(bytes.p + CW_SERDE_HEAD, bytes.n - CW_SERDE_HEAD),
			     out, &cause))
		result = CW_FAIL;
	return result == CW_OK ? CW_OK : cw_serde_fail(serde->ops->cannot_read, place->topic, result, &cause, err);
}
