#include "devstore/write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"

#define LOAD_FLAGS (JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL)

static void make_id(char out[24])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned char random[20] = { 0 };
	ssize_t got = getrandom(random, sizeof(random), 0);

	(void)got;
	for (int i = 0; i < 20; i++)
		out[i] = digits[random[i] & 63];
	out[20] = '\0';
}

static json_t *parse_document(struct cw_slice source, struct cw_es_error *err)
{
	json_error_t error;
	json_t *document;

	if (source.n == 0) {
		cw_es_error_set(err, 400, "document_parsing_exception", "failed to parse, document is empty");
		return NULL;
	}
	document = json_loadb(source.p, source.n, LOAD_FLAGS, &error);
	if (!document) {
		cw_es_error_set(err, 400, "document_parsing_exception", "failed to parse");
		cw_es_error_cause(err, "json_parse_exception", "line %d, column %d: %s", error.line, error.column,
				  error.text);
	} else if (!json_is_object(document)) {
		cw_es_error_set(err, 400, "document_parsing_exception",
				"failed to parse: the document must be a JSON object");
		json_decref(document);
		document = NULL;
	}
	return document;
}

static int check_document(struct cw_store *store, struct cw_index *index, const json_t *document, const char *id,
			  struct cw_es_error *err)
{
	bool changed;

	if (index->data_stream && !json_object_get(document, "@timestamp"))
		return cw_es_error_set(err, 400, "document_parsing_exception",
				       "data stream timestamp field [@timestamp] is missing");
	if (cw_mapping_check(index->mapping, document, id, &changed, err))
		return -1;
	return changed ? cw_store_index_save(store, index, err) : 0;
}

/* ---- versions ------------------------------------------------------------------------------ */

static int conflict(const struct cw_write *write, const char *id, const struct cw_row *row, bool found,
		    struct cw_es_error *err)
{
	bool live = found && !row->deleted;
	long long current = found ? (long long)row->version : -1, wanted = (long long)write->version;

	if (write->if_seq_no >= 0 && (!live || row->seq_no != write->if_seq_no))
		return cw_es_error_set(err, 409, "version_conflict_engine_exception",
				       "[%s]: version conflict, required seqNo [%lld], primary term [%lld]. %s [%lld]",
				       id, (long long)write->if_seq_no, (long long)write->if_primary_term,
				       live ? "current document has seqNo" : "but no document was found",
				       live ? (long long)row->seq_no : -1);
	if (write->op == CW_BULK_CREATE && live)
		return cw_es_error_set(err, 409, "version_conflict_engine_exception",
				       "[%s]: version conflict, document already exists (current version [%lld])", id,
				       current);
	if (write->version_type == CW_VERSION_EXTERNAL && found && wanted <= current)
		return cw_es_error_set(
			err, 409, "version_conflict_engine_exception",
			"[%s]: version conflict, current version [%lld] is higher or equal to the one provided [%lld]",
			id, current, wanted);
	if (write->version_type == CW_VERSION_EXTERNAL_GTE && found && wanted < current)
		return cw_es_error_set(
			err, 409, "version_conflict_engine_exception",
			"[%s]: version conflict, current version [%lld] is higher than the one provided [%lld]", id,
			current, wanted);
	return 0;
}

static int64_t next_version(const struct cw_write *write, const struct cw_row *row, bool found)
{
	if (write->version_type != CW_VERSION_INTERNAL)
		return write->version;
	return found ? row->version + 1 : 1;
}

/* ---- the operations ------------------------------------------------------------------------ */

/* Stores a document over what is there: *row when found. */
static int put(struct cw_index *index, const char *id, struct cw_slice source, const struct cw_write *write,
	       const struct cw_row *row, bool found, struct cw_written *out, struct cw_es_error *err)
{
	struct cw_row fresh = { .id = id, .version = next_version(write, row, found), .source = source };
	int done;

	out->version = fresh.version;
	out->seq_no = index->next_seq;
	out->status = found && !row->deleted ? 200 : 201;
	out->result = found && !row->deleted ? "updated" : "created";
	done = found ? cw_store_replace(index, row, &fresh, err) : cw_store_insert(index, &fresh, err);
	return done < 0 ? -1 : 0;
}

/* The usual case first: a new document under an id that is not taken, with no look before. */
static int index_document(struct cw_index *index, const char *id, const struct cw_write *write, struct cw_written *out,
			  struct cw_es_error *err)
{
	struct cw_row row = { .id = id, .source = write->source };
	int found;

	row.version = next_version(write, NULL, false);
	out->seq_no = index->next_seq;
	if (write->if_seq_no < 0) {
		found = cw_store_insert(index, &row, err);
		if (found < 0)
			return -1;
		out->status = 201;
		out->result = "created";
		out->version = row.version;
		if (found == 1)
			return 0;
	}
	found = cw_store_get(index, id, &row, err);
	if (found < 0 || conflict(write, id, &row, found, err))
		return -1;
	return put(index, id, write->source, write, &row, found, out, err);
}

static int delete_document(struct cw_index *index, const char *id, const struct cw_write *write, struct cw_written *out,
			   struct cw_es_error *err)
{
	struct cw_row row = { 0 }, tombstone = { .id = id, .deleted = true };
	int found = cw_store_get(index, id, &row, err), done = 0;
	bool live = found == 1 && !row.deleted;

	if (found < 0 || conflict(write, id, &row, found, err))
		return -1;
	tombstone.version = next_version(write, &row, found);
	out->status = live ? 200 : 404;
	out->result = live ? "deleted" : "not_found";
	out->version = tombstone.version;
	out->seq_no = index->next_seq;
	if (found)
		done = cw_store_replace(index, &row, &tombstone, err);
	else if (write->version_type != CW_VERSION_INTERNAL)
		done = cw_store_insert(index, &tombstone, err);
	return done < 0 ? -1 : 0;
}

static int check_update(const json_t *body, struct cw_es_error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)body, key, value) {
		if (strcmp(key, "script") == 0)
			return cw_es_error_set(err, 400, "illegal_argument_exception",
					       "this store runs no scripts: update with [doc]");
		if (strcmp(key, "doc") != 0 && strcmp(key, "upsert") != 0 && strcmp(key, "doc_as_upsert") != 0 &&
		    strcmp(key, "detect_noop") != 0 && strcmp(key, "_source") != 0)
			return cw_es_error_set(err, 400, "x_content_parse_exception",
					       "[UpdateRequest] unknown field [%s]", key);
	}
	if (!json_is_object(json_object_get(body, "doc")))
		return cw_es_error_set(err, 400, "action_request_validation_exception",
				       "Validation Failed: 1: script or doc is missing;");
	return 0;
}

/* What the update makes of the document there is (NULL: none). New, or NULL with *err. */
static json_t *merge_update(const json_t *body, const json_t *before, const char *id, struct cw_es_error *err)
{
	json_t *doc = json_object_get(body, "doc"), *upsert = json_object_get(body, "upsert"), *out;

	if (before) {
		out = json_deep_copy(before);
		json_object_update_recursive(out, doc);
		return out;
	}
	if (json_is_true(json_object_get(body, "doc_as_upsert")))
		return json_incref(doc);
	if (json_is_object(upsert))
		return json_incref(upsert);
	cw_es_error_set(err, 404, "document_missing_exception", "[%s]: document missing", id);
	return NULL;
}

static int update_document(struct cw_store *store, struct cw_index *index, const char *id, const struct cw_write *write,
			   struct cw_written *out, struct cw_es_error *err)
{
	struct cw_row row = { 0 };
	json_t *body = parse_document(write->source, err), *before = NULL, *after = NULL;
	CW_AUTO_FREE char *text = NULL;
	int found = 0, result = -1;

	if (!body || check_update(body, err))
		goto done;
	found = cw_store_get(index, id, &row, err);
	if (found < 0 || conflict(write, id, &row, found, err))
		goto done;
	if (found && !row.deleted)
		before = json_loadb(row.source.p, row.source.n, LOAD_FLAGS, NULL);
	after = merge_update(body, before, id, err);
	if (!after || check_document(store, index, after, id, err))
		goto done;
	if (before && json_equal(before, after) && !json_is_false(json_object_get(body, "detect_noop"))) {
		*out = (struct cw_written){
			.status = 200, .result = "noop", .version = row.version, .seq_no = row.seq_no
		};
		result = 0;
		goto done;
	}
	text = json_dumps(after, JSON_COMPACT);
	result = put(index, id, cw_slice(text, strlen(text)), write, &row, found, out, err);
done:
	json_decref(after);
	json_decref(before);
	json_decref(body);
	return result;
}

static int check_write(const struct cw_write *write, struct cw_es_error *err)
{
	if (write->pipeline && strcmp(write->pipeline, "_none") != 0)
		return cw_es_error_set(err, 400, "illegal_argument_exception", "pipeline with id [%s] does not exist",
				       write->pipeline);
	if (write->id && !*write->id)
		return cw_es_error_set(err, 400, "illegal_argument_exception",
				       "if _id is specified it must not be empty");
	if (write->id && strlen(write->id) > CW_ID_MAX)
		return cw_es_error_set(err, 400, "illegal_argument_exception",
				       "id is too long, must be no longer than %d bytes but was: %zu", CW_ID_MAX,
				       strlen(write->id));
	return 0;
}

int cw_write_apply(struct cw_store *store, const struct cw_write *write, struct cw_written *out,
		   struct cw_es_error *err)
{
	struct cw_index *index;
	const char *id = write->id;
	json_t *document;
	int failed;

	*out = (struct cw_written){ 0 };
	if (check_write(write, err))
		return -1;
	index = cw_store_index_find(store, write->index);
	if (!index && write->op == CW_BULK_DELETE && write->version_type == CW_VERSION_INTERNAL)
		return cw_es_error_set(err, 404, "index_not_found_exception", "no such index [%s]", write->index);
	if (!index && !(index = cw_index_create(store, write->index, NULL, err)))
		return -1;
	if (index->data_stream && write->op != CW_BULK_CREATE)
		return cw_es_error_set(err, 400, "illegal_argument_exception",
				       "only write ops with an op_type of create are allowed in data streams");
	if (!id) {
		make_id(out->made_id);
		id = out->made_id;
	}
	if (write->op == CW_BULK_DELETE)
		return delete_document(index, id, write, out, err);
	if (write->op == CW_BULK_UPDATE)
		return update_document(store, index, id, write, out, err);
	document = parse_document(write->source, err);
	failed = !document || check_document(store, index, document, id, err);
	json_decref(document);
	return failed ? -1 : index_document(index, id, write, out, err);
}
