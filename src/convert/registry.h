/*
 * registry - what converters ask a Schema Registry (Confluent's API): to register a schema, to look one up, and for
 * schemas by id and the latest of a subject. Schemas by id are kept, at most max.schemas.per.subject of them, and
 * so are the latest ones, latest.cache.size for latest.cache.ttl.sec.
 *
 * Results: CW_OK; CW_RETRY, no registry could be asked or it is busy; CW_FAIL, it refused, with *err set to
 * its words: CW_ERR_FATAL where the configuration is to blame (TLS, HTTP status 401 and 403), CW_ERR_NOT_FOUND,
 * CW_ERR_CONFLICT for a schema that is not compatible with the earlier ones, else CW_ERR_INVALID. One thread.
 */
#ifndef CW_CONVERT_REGISTRY_H
#define CW_CONVERT_REGISTRY_H

#include "convert/registry_config.h"

struct cw_registry;

/* A schema that another one refers to by name. */
struct cw_registry_reference {
	char *name, *text;
};

struct cw_registry_schema {
	int32_t id, version; /* version is 0 when it is not known */
	char *type;          /* "AVRO", "JSON", "PROTOBUF" */
	char *text;
	/* All that it needs, each before those that refer to it. */
	struct cw_registry_reference *references;
	size_t n_references;
	char *referred; /* the references as the registry lists them, JSON; NULL: none */
};

struct cw_registry_schema cw_registry_schema_clone(const struct cw_registry_schema *schema);
void cw_registry_schema_free(struct cw_registry_schema *schema);

struct cw_registry *cw_registry_new(const struct cw_context *ctx, const struct cw_registry_config *config,
				    struct cw_error *err);
void cw_registry_free(struct cw_registry *registry); /* NULL is fine */

/* `type` as in struct cw_registry_schema. Registers the schema under the subject, unless it is there. */
enum cw_result cw_registry_register(struct cw_registry *registry, const char *subject, const char *type,
				    const char *text, int32_t *id, struct cw_error *err);
/* The id and version of a schema that is registered under the subject. `referred` as above. */
enum cw_result cw_registry_lookup(struct cw_registry *registry, const char *subject, const char *type, const char *text,
				  const char *referred, int32_t *id, int32_t *version, struct cw_error *err);
/* *out is lent until the next call. */
enum cw_result cw_registry_by_id(struct cw_registry *registry, int32_t id, const char *subject,
				 const struct cw_registry_schema **out, struct cw_error *err);
enum cw_result cw_registry_latest(struct cw_registry *registry, const char *subject,
				  const struct cw_registry_schema **out, struct cw_error *err);

#endif
