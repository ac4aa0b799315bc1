#include "oracle_run.h"

#include <stdlib.h>

#include "base/mem.h"
#include "config/config_def.h"
#include "host/builtin.h"
#include "transform/transforms.h"

#define MAX_STEPS 8

/* What a case does not name; the recorder has the same. */
#define TOPIC "orders"
#define PARTITION 3
#define OFFSET 42
#define TIMESTAMP INT64_C(1700000000123)

struct instance {
	const struct cw_plugin *plugin;
	void *config, *state;
	struct cw_config_memory *memory;
};

struct step {
	struct instance transformation, predicate;
	bool negate;
};

enum place { KEY, VALUE, HEADER, N_PLACES, NO_PLACE };

struct run {
	const struct oracle_file *file;
	const json_t *test;
	struct cw_batch *memory;
	struct oracle_outcome *out;
	struct step steps[MAX_STEPS];
	size_t n_steps;
	struct instance in[N_PLACES], to[N_PLACES];
};

static const char *const stage_of[] = { "KEY_CONVERTER", "VALUE_CONVERTER", "HEADER_CONVERTER" };

static const struct cw_plugin *find(const char *class_name)
{
	const struct cw_plugin *plugin = NULL;

	for (size_t i = 0; (plugin = cw_builtin_at(i)) != NULL; i++)
		if (strcmp(plugin->class_name, class_name) == 0)
			break;
	return plugin;
}

/* Notes where it failed; always false. */
static bool failed(struct run *run, const char *stage, const char *way, size_t step)
{
	run->out->stage = stage;
	run->out->way = way;
	run->out->step = (int)step;
	return false;
}

static enum cw_result start(struct instance *made, enum place place, struct cw_error *err)
{
	static const enum cw_converter_role roles[] = { CW_CONVERT_KEY, CW_CONVERT_VALUE, CW_CONVERT_HEADER };

	switch (made->plugin->kind) {
	case CW_PLUGIN_TRANSFORMATION:
		return made->plugin->transformation->start(NULL, made->plugin, made->config, &made->state, err);
	case CW_PLUGIN_PREDICATE:
		return made->plugin->predicate->start(NULL, made->plugin, made->config, &made->state, err);
	default:
		return made->plugin->converter->start(NULL, made->plugin, made->config, roles[place], &made->state, err);
	}
}

static void stop(struct instance *made)
{
	if (!made->plugin)
		return;
	if (made->plugin->kind == CW_PLUGIN_TRANSFORMATION)
		made->plugin->transformation->stop(made->state);
	else if (made->plugin->kind == CW_PLUGIN_PREDICATE)
		made->plugin->predicate->stop(made->state);
	else
		made->plugin->converter->stop(made->state);
	cw_config_memory_free(made->memory);
	free(made->config);
}

static bool make(struct instance *made, const char *class_name, const json_t *config, enum place place,
		 struct cw_error *err)
{
	static const char *const types[] = { "key", "value", "header" };
	const struct cw_plugin *plugin = find(class_name);
	struct cw_map map = { 0 };
	bool good;

	if (!plugin)
		return cw_error_set(err, CW_ERR_FATAL, "this worker has no %s", class_name) == 0;
	cw_map_from_json(&map, config);
	if (place != NO_PLACE)
		cw_map_set(&map, "converter.type", types[place]); /* as the runtime does */
	made->plugin = plugin;
	made->config = cw_alloc(plugin->config_size + 1);
	good = cw_config_fill((struct cw_config_table){ plugin->config, plugin->n_config, plugin->config_def_size }, &map,
			      made->config, &made->memory, err) == 0 && start(made, place, err) == CW_OK;
	cw_map_free(&map);
	if (!good) {
		cw_config_memory_free(made->memory);
		free(made->config);
		memset(made, 0, sizeof(*made));
	}
	return good;
}

static bool make_step(struct run *run, struct step *step, const json_t *json)
{
	const json_t *predicate = json_object_get(json, "predicate");
	CW_AUTO_FREE char *name = cw_format(CW_TRANSFORMS_PACKAGE "%s", oracle_text(json, "type", ""));
	bool good = make(&step->transformation, name, json_object_get(json, "config"), NO_PLACE, &run->out->error);

	step->negate = json_is_true(json_object_get(json, "negate"));
	if (good && predicate) {
		CW_AUTO_FREE char *asked = cw_format(CW_TRANSFORMS_PACKAGE "%s", oracle_text(predicate, "type", ""));

		good = make(&step->predicate, asked, json_object_get(predicate, "config"), NO_PLACE, &run->out->error);
	}
	return good;
}

static bool make_converters(struct run *run, const char *way, struct instance *made)
{
	const json_t *names = oracle_converters(run->file, run->test, way);

	for (enum place i = KEY; i < N_PLACES; i++) {
		const json_t *asked = json_object_get(json_object_get(run->file->head, "converters"),
						      json_string_value(json_array_get(names, i)));

		if (!make(&made[i], oracle_text(asked, "class", ""), json_object_get(asked, "config"), i, &run->out->error))
			return failed(run, "CONFIGURE", way, 0);
	}
	return true;
}

static bool configure(struct run *run)
{
	size_t i;
	json_t *step;

	json_array_foreach(json_object_get(run->test, "chain"), i, step) {
		run->n_steps++;
		if (!make_step(run, &run->steps[i], step))
			return failed(run, "CONFIGURE", NULL, i);
	}
	return make_converters(run, "in", run->in) && make_converters(run, "out", run->to);
}

static bool read_one(struct run *run, enum place place, struct cw_slice topic, struct cw_slice header,
		     const json_t *json, struct cw_value *value)
{
	const struct instance *with = &run->in[place];
	struct cw_convert_place where = { topic, header };
	struct cw_slice bytes = oracle_bytes(run->file, run->memory, json);

	if (with->plugin->converter->to_value(with->state, run->memory, &where, bytes, value, &run->out->error) == CW_OK)
		return true;
	return failed(run, stage_of[place], "in", 0);
}

static bool write_one(struct run *run, enum place place, const struct cw_record *record, struct cw_slice header,
		      const struct cw_value *value, struct cw_slice *bytes)
{
	const struct instance *with = &run->to[place];
	struct cw_convert_place where = { record->topic, header };

	if (with->plugin->converter->from_value(with->state, run->memory, &where, value, bytes, &run->out->error) == CW_OK)
		return true;
	return failed(run, stage_of[place], "out", 0);
}

static int64_t number(const json_t *test, const char *name, int64_t otherwise)
{
	const json_t *json = json_object_get(test, name);

	return json_is_null(json) ? CW_NO_TIMESTAMP : json ? json_integer_value(json) : otherwise;
}

static bool read_headers(struct run *run, struct cw_record *record)
{
	const json_t *pairs = json_object_get(run->test, "headers");
	struct cw_header *headers = cw_batch_alloc(run->memory, (json_array_size(pairs) + 1) * sizeof(*headers));
	size_t i;
	json_t *pair;

	record->headers = headers;
	record->n_headers = json_array_size(pairs);
	json_array_foreach(pairs, i, pair) {
		headers[i].key = oracle_bytes(run->file, run->memory, json_array_get(pair, 0));
		if (!read_one(run, HEADER, record->topic, headers[i].key, json_array_get(pair, 1), &headers[i].value))
			return false;
	}
	return true;
}

static bool read_record(struct run *run, struct cw_record *record)
{
	const json_t *test = run->test;

	record->topic = cw_slice_str(oracle_text(test, "topic", TOPIC));
	record->partition = (int32_t)number(test, "partition", PARTITION);
	record->timestamp_ms = number(test, "timestamp", TIMESTAMP);
	if (!json_is_true(json_object_get(test, "source"))) {
		record->offset = number(test, "offset", OFFSET);
		record->timestamp_type = record->timestamp_ms == CW_NO_TIMESTAMP ? CW_TIMESTAMP_NONE : CW_TIMESTAMP_CREATE;
		record->original_topic = record->topic;
		record->original_partition = record->partition;
	}
	return read_one(run, KEY, record->topic, cw_slice(NULL, 0), json_object_get(test, "key"), &record->key) &&
	       read_one(run, VALUE, record->topic, cw_slice(NULL, 0), json_object_get(test, "value"), &record->value) &&
	       read_headers(run, record);
}

static enum cw_result apply(struct run *run, const struct step *step, struct cw_record *record)
{
	const struct instance *predicate = &step->predicate, *transformation = &step->transformation;
	bool holds = !step->negate;

	if (predicate->plugin) {
		enum cw_result result =
			predicate->plugin->predicate->test(predicate->state, record, &holds, &run->out->error);

		if (result != CW_OK)
			return result;
	}
	if (holds == step->negate)
		return CW_OK;
	return cw_transformation_apply(transformation->plugin, transformation->state, run->memory, record, &run->out->error);
}

static bool transform(struct run *run, struct cw_record *record)
{
	for (size_t i = 0; i < run->n_steps; i++) {
		enum cw_result result = apply(run, &run->steps[i], record);

		if (result == CW_DROP) {
			run->out->dropped = true;
			run->out->step = (int)i;
			return false;
		}
		if (result != CW_OK)
			return failed(run, "TRANSFORMATION", NULL, i);
	}
	return true;
}

static bool write_record(struct run *run, const struct cw_record *record)
{
	struct oracle_outcome *out = run->out;

	out->n_headers = record->n_headers;
	out->headers = cw_batch_alloc(run->memory, (out->n_headers + 1) * sizeof(*out->headers));
	for (size_t i = 0; i < out->n_headers; i++) {
		out->headers[i].key = record->headers[i].key;
		if (!write_one(run, HEADER, record, record->headers[i].key, &record->headers[i].value, &out->headers[i].value))
			return false;
	}
	out->topic = record->topic;
	out->partition = record->partition;
	out->timestamp_ms = record->timestamp_ms;
	return write_one(run, KEY, record, cw_slice(NULL, 0), &record->key, &out->key) &&
	       write_one(run, VALUE, record, cw_slice(NULL, 0), &record->value, &out->value);
}

static void keep(struct cw_batch *memory, struct cw_slice *s)
{
	char *p;

	if (!s->p)
		return;
	p = cw_batch_alloc(memory, s->n + 1);
	memcpy(p, s->p, s->n);
	s->p = p;
}

/* What the plugins lent as long as they run: names from their configurations, for one. */
static void keep_outcome(struct cw_batch *memory, struct oracle_outcome *out)
{
	keep(memory, &out->topic);
	keep(memory, &out->key);
	keep(memory, &out->value);
	for (size_t i = 0; i < out->n_headers; i++) {
		keep(memory, &out->headers[i].key);
		keep(memory, &out->headers[i].value);
	}
}

void oracle_run(const struct oracle_file *file, const json_t *test, struct cw_batch *memory,
		struct oracle_outcome *out)
{
	struct run run = { .file = file, .test = test, .memory = memory, .out = out };
	struct cw_record record;

	memset(out, 0, sizeof(*out));
	memset(&record, 0, sizeof(record));
	if (configure(&run) && read_record(&run, &record) && transform(&run, &record) && write_record(&run, &record))
		keep_outcome(memory, out);
	for (size_t i = 0; i < N_PLACES; i++) {
		stop(&run.in[i]);
		stop(&run.to[i]);
	}
	for (size_t i = 0; i < run.n_steps; i++) {
		stop(&run.steps[i].transformation);
		stop(&run.steps[i].predicate);
	}
}
