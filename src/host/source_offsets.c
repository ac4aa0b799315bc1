/* How far a source is, in its connector's terms, as JSON: for the worker, for Kafka, and for the task's next start. */
#include <stdlib.h>

#include "base/mem.h"
#include "host/source.h"

#define OFFSET_SHOWN 300u /* of one that is wrong */

static json_t *offset_json(const struct cw_ack_offset *o)
{
	json_t *offset;

	if (!o->is_json)
		return json_pack("{s:I}", o->partition->offset_field, (json_int_t)o->number);
	offset = json_loadb(o->json.p ? o->json.p : "", o->json.n, 0, NULL);
	if (json_is_object(offset))
		return offset;
	json_decref(offset);
	return NULL;
}

json_t *cw_source_offsets_json(const struct cw_ack_offset *offsets, size_t n, struct cw_error *err)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct cw_ack_offset *o = &offsets[i];
		json_t *offset = offset_json(o);

		if (!offset) {
			cw_error_set(err, CW_ERR_FATAL, "the connector gave %.*s as an offset of %s, which is not a JSON object",
				     (int)(o->json.n < OFFSET_SHOWN ? o->json.n : OFFSET_SHOWN), o->json.p ? o->json.p : "",
				     o->partition->json);
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, json_pack("[o,o]", json_loads(o->partition->json, 0, NULL), offset));
	}
	return list;
}

void cw_source_note_sent(const struct cw_ack_offset *offsets, size_t n, const json_t *pairs)
{
	for (size_t i = 0; i < n; i++) {
		struct cw_source_partition *p = (struct cw_source_partition *)(uintptr_t)offsets[i].partition;

		json_decref(p->sent);
		p->sent = json_incref(json_array_get(pairs, i));
	}
}

void cw_source_take_offsets(struct cw_task *task, json_t *newer)
{
	json_t *pair;
	size_t i;

	json_array_foreach(task->offsets, i, pair) {
		bool known = false;
		json_t *other;
		size_t k;

		json_array_foreach(newer, k, other)
			known = known || json_equal(json_array_get(other, 0), json_array_get(pair, 0));
		if (!known)
			json_array_append(newer, pair);
	}
	json_decref(task->offsets);
	task->offsets = newer;
}

void cw_source_take_sent(struct cw_task *task)
{
	json_t *sent = json_array();

	for (const struct cw_source_partition *p = task->partitions; p; p = p->next)
		if (p->sent)
			json_array_append(sent, p->sent);
	cw_source_take_offsets(task, sent);
}
