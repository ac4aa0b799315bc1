#include <stdlib.h>

#include "base/mem.h"
#include "convert/avro_data.h"
#include "convert/json_schema_mapping.h"
#include "data/schema.h"

struct cw_schema *cw_json_schema_map_one_of(struct cw_json_mapping *m, const struct cw_json_view *view)
{
	const struct cw_json_use member_use = { .optional = true };
	struct cw_schema *schema;
	struct cw_field *fields;
	bool generalized = m->config->registry.generalized_sum_types;
	CW_AUTO_FREE char *name =
		generalized ? cw_format("connect_union_%d", m->unions++) : cw_strdup(CW_JSON_SCHEMA_ONE_OF);
	size_t n = 0;

	schema = cw_schema_struct(m->memory, view->n, &fields);
	schema->name = cw_json_schema_keep(m, name, strlen(name));
	if (generalized)
		cw_json_schema_add_parameter(m, schema, CW_CONNECT_UNION, name);
	for (size_t i = 0; i < view->n; i++) {
		struct cw_json_view member = cw_json_view_member(view, i), parts[CW_JSON_VIEW_PARTS];
		CW_AUTO_FREE char *field = generalized ? cw_format("connect_union_field_%zu", n)
						       : cw_format("%s.field.%zu", CW_JSON_SCHEMA_ONE_OF, n);

		cw_json_view_look(&member, parts);
		if (member.kind == CW_JSON_KIND_NULL) {
			schema->optional = true;
			continue;
		}
		fields[n].name = cw_json_schema_keep(m, field, strlen(field));
		fields[n].schema = cw_json_schema_map(m, &member, &member_use);
		if (!fields[n++].schema)
			return NULL;
	}
	schema->n_fields = n;
	return schema;
}

bool cw_json_schema_beside_null(const struct cw_json_view *view, struct cw_json_view *out)
{
	bool found = false;

	if (view->n != 2)
		return false;
	for (size_t i = 0; i < 2; i++) {
		struct cw_json_view member = cw_json_view_member(view, i), parts[CW_JSON_VIEW_PARTS];

		cw_json_view_look(&member, parts);
		if (member.kind == CW_JSON_KIND_NULL)
			found = true;
		else
			*out = cw_json_view_member(view, i);
	}
	return found && out->json;
}

static int collect_properties(struct cw_json_mapping *m, const struct cw_json_view *given,
			      struct cw_json_properties *list, int depth)
{
	struct cw_json_view view = *given, parts[CW_JSON_VIEW_PARTS], referred;

	if (depth == 32)
		return cw_error_set(m->err, CW_ERR_INVALID, "allOf has no end");
	cw_json_view_look(&view, parts);
	if (view.kind == CW_JSON_KIND_OBJECT)
		cw_json_schema_add_properties(list, view.json, view.document);
	if (view.kind == CW_JSON_KIND_REFERENCE)
		return cw_json_view_resolve(&m->documents, &view, &referred, m->err)
			       ? -1
			       : collect_properties(m, &referred, list, depth + 1);
	for (size_t i = 0; i < view.n && view.kind == CW_JSON_KIND_ALL_OF; i++) {
		struct cw_json_view member = cw_json_view_member(&view, i);

		if (collect_properties(m, &member, list, depth + 1))
			return -1;
	}
	return 0;
}

/* Which member of allOf says what the type is, when none is an object. */
static bool choose_member(const struct cw_json_view *view, struct cw_json_view *out)
{
	struct cw_json_view found[CW_JSON_KIND_OTHER + 1] = { 0 };
	bool literal;

	for (size_t i = 0; i < view->n; i++) {
		struct cw_json_view member = cw_json_view_member(view, i), parts[CW_JSON_VIEW_PARTS];
		enum cw_json_kind_of_schema kind;

		cw_json_view_look(&member, parts);
		kind = member.kind == CW_JSON_KIND_INTEGER  ? CW_JSON_KIND_NUMBER
		       : member.kind == CW_JSON_KIND_ALL_OF ? CW_JSON_KIND_ONE_OF
							    : member.kind;
		found[kind] = cw_json_view_member(view, i);
	}
	literal = found[CW_JSON_KIND_CONST].json || found[CW_JSON_KIND_ENUM].json;
	if (found[CW_JSON_KIND_ONE_OF].json)
		*out = found[CW_JSON_KIND_ONE_OF];
	else if (found[CW_JSON_KIND_ENUM].json && !found[CW_JSON_KIND_CONST].json && found[CW_JSON_KIND_STRING].json)
		*out = found[CW_JSON_KIND_ENUM];
	else if (literal && found[CW_JSON_KIND_STRING].json)
		*out = found[CW_JSON_KIND_STRING];
	else if (found[CW_JSON_KIND_NUMBER].json)
		*out = found[CW_JSON_KIND_NUMBER];
	else if (found[CW_JSON_KIND_STRING].json)
		*out = found[CW_JSON_KIND_STRING];
	else
		*out = found[CW_JSON_KIND_REFERENCE];
	return out->json != NULL;
}

const struct cw_schema *cw_json_schema_map_all_of(struct cw_json_mapping *m, const struct cw_json_view *view,
						  const struct cw_json_use *use)
{
	struct cw_json_properties list = { 0 };
	struct cw_schema *schema = NULL;
	struct cw_json_view member;
	int rc = collect_properties(m, view, &list, 0);

	if (rc == 0 && list.n) {
		schema = cw_json_schema_map_properties(m, &list, view->json);
		if (schema)
			schema->optional = use->optional;
	} else if (rc == 0) {
		if (choose_member(view, &member)) {
			free(list.items);
			return cw_json_schema_map(m, &member, use);
		}
		cw_json_schema_fail(m, "Unsupported criterion allOf");
	}
	free(list.items);
	return schema;
}
