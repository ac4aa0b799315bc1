/* Records through the stages, one by one, each stage with what it has made of the record. */
#include "host/preview.h"

#include <string.h>

#include "base/mem.h"

static json_t *predicate_json(const struct cw_preview *preview, const char *transform,
			      const struct cw_pipeline_step *step)
{
	CW_AUTO_FREE char *key = cw_format("transforms.%s.predicate", transform);
	json_t *json = json_pack("{sssssb}", "alias", cw_map_get(&preview->task->config, key), "class",
				 step->predicate->class_name, "negate", step->negate);

	if (step->tested)
		json_object_set_new(json, "holds", json_boolean(step->meant != step->negate));
	return json;
}

static const char *result_name(enum cw_result result, const struct cw_pipeline_step *step)
{
	if (result == CW_OK)
		return step->meant ? "applied" : "skipped";
	return result == CW_DROP && step->transforms ? "dropped" : "failed";
}

json_t *cw_preview_error(const struct cw_preview *preview, const char *stage, const char *class_name,
			 const char *reason)
{
	return json_pack("{ssssso}", "stage", stage, "class", class_name, "message",
			 cw_preview_text(preview, cw_slice_str(*reason ? reason : "no reason was given")));
}

/* The alias that the config gives to the transformation at stage i. */
static const char *alias_of(const struct cw_preview *preview, size_t i)
{
	const struct cw_list *aliases = &preview->task->framework.transforms;
	size_t first = preview->pipeline.sink ? preview->pipeline.n - aliases->n : 0;

	return aliases->items[i - first];
}

/* Which of the two has failed. */
static const char *class_at_work(const struct cw_pipeline_step *step)
{
	return step->predicate && !step->tested ? step->predicate->class_name : step->plugin->class_name;
}

/* Whether the record goes on. */
static bool run_stage(struct cw_preview *preview, size_t i, struct cw_batch *batch, struct cw_record *record,
		      json_t *entry)
{
	struct cw_error why = { 0 };
	struct cw_pipeline_step step;
	enum cw_result result = cw_pipeline_step(&preview->pipeline, i, batch, record, &step, &why);
	const char *name = result_name(result, &step);
	json_t *json = json_pack("{ssssss}", "stage", step.stage, "class", step.plugin->class_name, "result", name);

	if (step.transforms)
		json_object_set_new(json, "alias", json_string(alias_of(preview, i)));
	if (step.predicate)
		json_object_set_new(json, "predicate", predicate_json(preview, alias_of(preview, i), &step));
	if (result == CW_OK)
		json_object_set_new(json, "record", cw_preview_record(preview, batch, record));
	json_array_append_new(json_object_get(entry, "stages"), json);
	if (result == CW_OK)
		return true;
	json_object_set_new(entry, "result", json_string(name));
	if (strcmp(name, "failed") == 0)
		json_object_set_new(entry, "error", cw_preview_error(preview, step.stage, class_at_work(&step), why.text));
	return false;
}

bool cw_preview_run(struct cw_preview *preview, struct cw_batch *batch, struct cw_record *record, json_t *entry)
{
	bool goes_on = true;

	json_object_set_new(entry, "record", cw_preview_record(preview, batch, record));
	json_object_set_new(entry, "stages", json_array());
	for (size_t i = 0; i < preview->pipeline.n && goes_on; i++)
		goes_on = run_stage(preview, i, batch, record, entry);
	if (goes_on)
		json_object_set_new(entry, "result", json_string("converted"));
	json_array_append_new(preview->records, entry);
	return goes_on;
}

int cw_preview_check_size(const struct cw_preview *preview, struct cw_error *err)
{
	if (preview->bytes <= CW_PREVIEW_BYTES_MAX)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "What there is to show of these records is larger than %u MiB: ask for fewer "
			    "of them", CW_PREVIEW_BYTES_MAX >> 20);
}
