/*
 * The transformations of types, times and schemas over value_transforms.cases: what Kafka Connect made of the same
 * values, recorded from its own classes.
 */
#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "config/config_def.h"
#include "transform/transforms.h"
#include "unit.h"
#include "value_text.h"

#define TOPIC "orders"

/* One line: class|config as k=v;k=v|value|"none" for no partition and time|what comes out. An @ before: in a source. */
struct line {
	char *text;
	const char *class_name, *config, *value, *flag, *expected;
	bool source;
};

static bool next_line(FILE *file, struct line *line)
{
	size_t cap = 0;
	ssize_t n;
	char *rest;

	do {
		free(line->text);
		line->text = NULL;
		n = getline(&line->text, &cap, file);
		if (n <= 0)
			return false;
	} while (line->text[0] == '#');
	line->text[n - 1] = '\0';
	rest = line->text;
	line->class_name = strsep(&rest, "|");
	line->config = strsep(&rest, "|");
	line->value = strsep(&rest, "|");
	line->flag = strsep(&rest, "|");
	line->expected = rest;
	line->source = line->class_name[0] == '@';
	line->class_name += line->source;
	return true;
}

static const struct cw_plugin *find_plugin(const char *name)
{
	for (size_t i = 0; cw_value_transforms[i]; i++)
		if (strcmp(cw_value_transforms[i]->class_name + strlen(CW_TRANSFORMS_PACKAGE), name) == 0)
			return cw_value_transforms[i];
	return NULL;
}

static void read_config(const char *text, struct cw_map *config)
{
	CW_AUTO_FREE char *copy = cw_strdup(text);
	char *rest = copy, *pair;

	while ((pair = strsep(&rest, ";")) != NULL) {
		char *value = strchr(pair, '=');

		if (!value)
			continue;
		*value = '\0';
		cw_map_set(config, pair, value + 1);
	}
}

/* A plugin with its config; state is NULL when the config is refused, with the reason in err. */
struct running {
	const struct cw_plugin *plugin;
	void *config, *state;
	struct cw_config_memory *memory;
	struct cw_error err;
};

static struct running start(const char *class_name, const char *config_text)
{
	struct running r = { .plugin = find_plugin(class_name) };
	struct cw_config_table table = { NULL };
	struct cw_map config = { 0 };

	CU_ASSERT_PTR_NOT_NULL_FATAL(r.plugin);
	table = (struct cw_config_table){ r.plugin->config, r.plugin->n_config, r.plugin->config_def_size };
	read_config(config_text, &config);
	r.config = cw_alloc(r.plugin->config_size);
	if (cw_config_fill(table, &config, r.config, &r.memory, &r.err) == 0 &&
	    r.plugin->transformation->start(NULL, r.plugin, r.config, &r.state, &r.err) != CW_OK)
		r.state = NULL;
	cw_map_free(&config);
	return r;
}

static void stop(struct running *r)
{
	if (r->state)
		r->plugin->transformation->stop(r->state);
	cw_config_memory_free(r->memory);
	free(r->config);
}

static struct cw_record record_of(const struct line *line, bool key, struct cw_value value)
{
	bool none = strcmp(line->flag, "none") == 0;
	struct cw_value other = cw_value_string(cw_slice_str("other"));
	struct cw_record record = { .topic = cw_slice_str(TOPIC), .offset = 42, .partition = 3,
				    .timestamp_ms = none ? CW_NO_TIMESTAMP : INT64_C(1700000000123),
				    .key = key ? value : other, .value = key ? other : value };

	if (none && line->source)
		record.partition = CW_ANY_PARTITION;
	if (!line->source)
		record.original_topic = record.topic;
	return record;
}

/* The same map as one that may be changed where it lies, with room for one entry more. */
static void own(struct cw_batch *memory, struct cw_value *map)
{
	size_t size = (map->u.map.n + 1) * sizeof(struct cw_entry);
	struct cw_entry *entries = cw_batch_alloc(memory, size);

	if (map->u.map.n)
		memcpy(entries, map->u.map.entries, map->u.map.n * sizeof(*entries));
	*map = cw_value_map(entries, map->u.map.n);
	cw_batch_own(memory, entries, size);
}

/* The topic when it has changed, else what became of the key or value; an error after "E ", of the config after "C ". */
static void run_line(const struct line *line, bool owned, struct cw_batch *memory, struct cw_buf *out)
{
	struct running r = start(line->class_name, line->config);
	size_t n = strlen(line->class_name);
	bool key = n > 4 && strcmp(line->class_name + n - 4, "$Key") == 0;
	struct cw_record record;
	struct cw_value value;

	if (!r.state) {
		cw_buf_printf(out, "C %s", r.err.text);
		stop(&r);
		return;
	}
	value = value_text_parse(memory, line->value);
	if (owned && value.type == CW_MAP && !value.schema)
		own(memory, &value);
	record = record_of(line, key, value);
	if (r.plugin->transformation->apply(r.state, memory, &record, &r.err) != CW_OK)
		cw_buf_printf(out, "E %s", r.err.text);
	else if (!cw_slice_equal(record.topic, cw_slice_str(TOPIC)))
		cw_buf_append(out, record.topic.p, record.topic.n);
	else
		value_text_append(out, key ? &record.key : &record.value);
	stop(&r);
}

static void check_line(const struct line *line, bool owned)
{
	struct cw_batch *memory = cw_memory_new();
	struct cw_buf out = { 0 };

	run_line(line, owned, memory, &out);
	if (strcmp(out.p, line->expected) != 0) {
		fprintf(stderr, "%s|%s|%s|%s%s\n  is   %s\n  not  %s\n", line->class_name, line->config, line->value,
			line->flag, owned ? " (owned)" : "", out.p, line->expected);
		CU_FAIL("differs");
	}
	cw_buf_free(&out);
	cw_memory_free(memory);
}

static void test_value__does_what_kafka_connect_did(void)
{
	FILE *file = fopen(CASES, "r");
	struct line line = { 0 };
	size_t n = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	for (; next_line(file, &line); n++) {
		check_line(&line, false);
		check_line(&line, true);
	}
	free(line.text);
	fclose(file);
	CU_ASSERT_TRUE(n > 1000);
}

/* Where Kafka Connect's words are those of an accident, or those of its classes, ours say what is meant. */
static void test_value__says_what_is_wrong(void)
{
#define TARGETS "supported types are [INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING]"
#define WHOLE                                                                                              \
	"Cast transformations that specify a type to cast the entire value to may only specify a single cast in " \
	"their spec"
#define SPEC(value) "C Invalid value [" value "] for configuration spec: "
#define PATTERN "TimestampConverter requires a SimpleDateFormat-compatible pattern for string timestamps: "
	static const struct {
		const char *class_name, *config, *expected;
	} rows[] = {
		{ "Cast$Value", "", "C Missing required configuration \"spec\" which has no default value." },
		{ "Cast$Value", "spec=", SPEC("") "Must specify at least one field to cast." },
		{ "Cast$Value", "spec=int9", SPEC("int9") "Invalid type found in casting spec: int9" },
		{ "Cast$Value", "spec=a:", SPEC("a:") "Invalid type found in casting spec: a" },
		{ "Cast$Value", "spec=::", SPEC("::") "Invalid type found in casting spec: " },
		{ "Cast$Value", "spec=a:int 8", SPEC("a:int 8") "Invalid type found in casting spec: int 8" },
		{ "Cast$Value", "spec=a:date", SPEC("a:date") "Invalid type found in casting spec: date" },
		{ "Cast$Value", "spec=a,b", SPEC("a, b") "Invalid type found in casting spec: a" },
		{ "Cast$Value", "spec=a:b:int8", SPEC("a:b:int8") "Invalid rename mapping: a:b:int8" },
		{ "Cast$Value", "spec=a::int8", SPEC("a::int8") "Invalid rename mapping: a::int8" },
		{ "Cast$Value", "spec=int8,int16", SPEC("int8, int16") WHOLE },
		{ "Cast$Value", "spec=a:int8,int16", SPEC("a:int8, int16") WHOLE },
		{ "Cast$Value", "spec=bytes",
		  SPEC("bytes") "Cast transformation does not support casting to BYTES; " TARGETS },
		{ "Cast$Value", "spec=a:map",
		  SPEC("a:map") "Cast transformation does not support casting to MAP; " TARGETS },
		{ "TimestampConverter$Value", "target.type=unix;format=b",
		  "C Invalid value b for configuration format: " PATTERN "b" },
		{ "TimestampConverter$Value", "target.type=string;format='a",
		  "C Invalid value 'a for configuration format: " PATTERN "'a" },
		{ "TimestampConverter$Value", "target.type=unix",
		  "E TimestampConverter requires format option to be specified when the input is a string" },
		{ "TimestampRouter", "timestamp.format=b",
		  "C Invalid value b for configuration timestamp.format: Illegal pattern character 'b'" },
		{ "TimestampRouter", "", "E Timestamp missing on record: topic 'orders', partition 3, offset 42" },
		{ "InsertField$Key", "static.field=s",
		  "C Invalid value null for configuration static.value: No value specified for static field: s" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct line line = { .class_name = rows[i].class_name, .config = rows[i].config, .value = "string:x",
				     .flag = "none" };
		struct cw_batch *memory = cw_memory_new();
		struct cw_buf out = { 0 };

		run_line(&line, false, memory, &out);
		CU_ASSERT_STRING_EQUAL(out.p, rows[i].expected);
		if (strcmp(out.p, rows[i].expected) != 0)
			fprintf(stderr, "%s\n", out.p);
		cw_buf_free(&out);
		cw_memory_free(memory);
	}
}

/* A NUL in what a sentence quotes does not end it there. */
static void test_value__a_nul_is_quoted(void)
{
	static const struct {
		const char *class_name, *config, *expected;
	} rows[] = {
		{ "Cast$Value", "spec=int8",
		  "Value (\xef\xbf\xbd" "1\xef\xbf\xbd) was out of range for requested data type" },
		{ "TimestampConverter$Value", "target.type=unix;format=yyyy",
		  "Could not parse timestamp: value (\xef\xbf\xbd" "1\xef\xbf\xbd) does not match pattern (yyyy)" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct line line = { .flag = "" };
		struct running r = start(rows[i].class_name, rows[i].config);
		struct cw_batch *memory = cw_memory_new();
		struct cw_record record = record_of(&line, false, cw_value_string(cw_slice("\0" "1\0", 3)));

		CU_ASSERT_PTR_NOT_NULL_FATAL(r.state);
		CU_ASSERT_EQUAL(r.plugin->transformation->apply(r.state, memory, &record, &r.err), CW_FAIL);
		CU_ASSERT_STRING_EQUAL(r.err.text, rows[i].expected);
		cw_memory_free(memory);
		stop(&r);
	}
}

/* A record whose value stays as it is keeps its fields where they were. */
static void test_value__what_does_not_change_is_not_copied(void)
{
	static const char *const unchanged[][2] = {
		{ "Cast$Value", "spec=x:int8" },
		{ "TimestampConverter$Value", "target.type=unix;field=x" },
		{ "MaskField$Value", "fields=x" },
		{ "SetSchemaMetadata$Value", "schema.name=n" },
	};
	struct cw_batch *memory = cw_memory_new();
	struct cw_value value = value_text_parse(memory, "struct!{a=int8!:1,b=string?:~}");

	for (size_t i = 0; i < sizeof(unchanged) / sizeof(*unchanged); i++) {
		struct running r = start(unchanged[i][0], unchanged[i][1]);
		struct cw_record record = { .value = value };

		CU_ASSERT_EQUAL(r.plugin->transformation->apply(r.state, memory, &record, &r.err), CW_OK);
		CU_ASSERT_PTR_EQUAL(record.value.u.array.items, value.u.array.items);
		stop(&r);
	}
	cw_memory_free(memory);
}

/* A map that belongs to its value is changed where it lies, as far as it has room. */
static void test_value__what_is_owned_is_not_copied(void)
{
	static const char *const changes[][2] = {
		{ "Cast$Value", "spec=a:string" },
		{ "TimestampConverter$Value", "target.type=unix;field=x" },
		{ "MaskField$Value", "fields=a" },
		{ "InsertField$Value", "static.field=s;static.value=v" },
	};
	struct cw_batch *memory = cw_memory_new();

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		struct running r = start(changes[i][0], changes[i][1]);
		struct cw_value shared = value_text_parse(memory, "map{a=int8:1,b=string:x}"), owned = shared;
		struct cw_record record = { .value = shared };

		cw_batch_disown(memory);
		CU_ASSERT_EQUAL(cw_transformation_apply(r.plugin, r.state, memory, &record, &r.err), CW_OK);
		CU_ASSERT_PTR_NOT_EQUAL(record.value.u.map.entries, shared.u.map.entries);
		CU_ASSERT_EQUAL(shared.u.map.entries[0].value.u.integer, 1);
		own(memory, &owned);
		record.value = owned;
		CU_ASSERT_EQUAL(cw_transformation_apply(r.plugin, r.state, memory, &record, &r.err), CW_OK);
		CU_ASSERT_PTR_EQUAL(record.value.u.map.entries, owned.u.map.entries);
		stop(&r);
	}
	cw_memory_free(memory);
}

/* What was missed is what the next such map had better have. */
static void test_value__what_is_owned_is_copied_when_it_has_no_room(void)
{
	struct running r = start("InsertField$Value", "static.field=s;static.value=v;topic.field=t");
	struct cw_batch *memory = cw_memory_new();
	struct cw_value value = value_text_parse(memory, "map{a=int8:1}");
	struct cw_record record = { .topic = cw_slice_str("t") };

	own(memory, &value);
	record.value = value;
	CU_ASSERT_EQUAL(cw_transformation_apply(r.plugin, r.state, memory, &record, &r.err), CW_OK);
	CU_ASSERT_PTR_NOT_EQUAL(record.value.u.map.entries, value.u.map.entries);
	CU_ASSERT_EQUAL(record.value.u.map.n, 3);
	CU_ASSERT_EQUAL(memory->spare, sizeof(struct cw_entry));
	stop(&r);
	cw_memory_free(memory);
}

/* After one that may refer to the value from elsewhere, here as a field of another, it is a copy that is changed. */
static void test_value__what_may_be_shared_is_owned_no_more(void)
{
	struct running metadata = start("SetSchemaMetadata$Value", "schema.name=n"), cast = start("Cast$Value", "spec=a:string");
	struct cw_batch *memory = cw_memory_new();
	struct cw_value value = value_text_parse(memory, "map{a=int8:1}");
	struct cw_record record = { 0 };

	own(memory, &value);
	record.value = value;
	cw_transformation_apply(metadata.plugin, metadata.state, memory, &record, &metadata.err);
	CU_ASSERT_EQUAL(cw_transformation_apply(cast.plugin, cast.state, memory, &record, &cast.err), CW_OK);
	CU_ASSERT_PTR_NOT_EQUAL(record.value.u.map.entries, value.u.map.entries);
	CU_ASSERT_EQUAL(value.u.map.entries[0].value.type, CW_INT8);
	stop(&metadata);
	stop(&cast);
	cw_memory_free(memory);
}

/* A schema is worked out once, whatever its address, and values outlive the batch of the first one. */
static void test_value__schemas_are_made_once(void)
{
	struct running r = start("Cast$Value", "spec=a:string");
	const struct cw_schema *first = NULL;

	for (int i = 0; i < 3; i++) {
		struct cw_batch *memory = cw_memory_new();
		struct cw_record record = { .value = value_text_parse(memory, "struct!<n:1>{a=int32?(4):5}") };

		CU_ASSERT_EQUAL(r.plugin->transformation->apply(r.state, memory, &record, &r.err), CW_OK);
		CU_ASSERT_TRUE(!first || first == record.value.schema);
		first = record.value.schema;
		cw_memory_free(memory);
	}
	CU_ASSERT_TRUE(cw_slice_equal(first->fields[0].schema->default_value->u.bytes, cw_slice_str("4")));
	stop(&r);
}

/* The default value of a struct is converted with it. */
static void test_timestamp_converter__converts_the_default_of_a_struct(void)
{
	struct running r = start("TimestampConverter$Value", "target.type=unix;field=t");
	struct cw_batch *memory = cw_memory_new();
	struct cw_value value = value_text_parse(memory, "struct!{t=timestamp!:5}");
	struct cw_value standard = value_text_parse(memory, "struct!{t=timestamp!:7}");
	struct cw_schema *schema = cw_schema_copy(memory, value.schema);
	struct cw_record record = { 0 };

	schema->default_value = &standard;
	standard.schema = schema;
	value.schema = schema;
	record.value = value;
	CU_ASSERT_EQUAL(r.plugin->transformation->apply(r.state, memory, &record, &r.err), CW_OK);
	CU_ASSERT_EQUAL(record.value.u.array.items[0].type, CW_INT64);
	CU_ASSERT_EQUAL(record.value.schema->default_value->u.array.items[0].type, CW_INT64);
	CU_ASSERT_EQUAL(record.value.schema->default_value->u.array.items[0].u.integer, 7);
	stop(&r);
	r = start("Cast$Value", "spec=t:string");
	record.value = value;
	CU_ASSERT_EQUAL(r.plugin->transformation->apply(r.state, memory, &record, &r.err), CW_FAIL);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.err.text, "does not support casting from STRUCT"));
	stop(&r);
	cw_memory_free(memory);
}

/* Calls of the allocator: this program is linked with --wrap for each of them. */
static size_t allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

void *__wrap_malloc(size_t size)
{
	allocations++;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	allocations++;
	return __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	allocations++;
	return __real_realloc(p, size);
}

#define INSERTED "topic.field=a;partition.field=p;timestamp.field=ts;static.field=c;static.value=v"
#define STRUCT                                                                                        \
	"struct?<n:1>{i=int32!:5,s=string?(7):12,d=decimal!:12345/2,t=int64!:1700000000123,b=bytes!:cafe," \
	"f=float64?:1.5,w=string!:2023-11-14T22:13:20}"
#define MAP "map{i=int64:5,s=string:12,t=int64:1700000000123,f=float64:1.5,w=string:2023-11-14T22:13:20,n=null:}"

/* Once a transformation has seen a schema, records cost memory of the batch only. */
static void test_value__records_allocate_nothing_of_their_own(void)
{
	static const char *const rows[][3] = {
		{ "Cast$Value", "spec=i:string,s:int64,d:string,b:string,f:float32,t:string", STRUCT },
		{ "Cast$Value", "spec=i:string,s:int64,f:string,new:int8", MAP },
		{ "TimestampConverter$Value", "target.type=string;format=yyyy-MM-dd;field=t", STRUCT },
		{ "TimestampConverter$Value", "target.type=Timestamp;format=yyyy-MM-dd'T'HH:mm:ss;field=w", STRUCT },
		{ "TimestampConverter$Value", "target.type=unix;format=yyyy-MM-dd'T'HH:mm:ss;field=w", MAP },
		{ "InsertField$Value", INSERTED, STRUCT },
		{ "InsertField$Value", INSERTED, MAP },
		{ "MaskField$Value", "fields=i,s;replacement=7", STRUCT },
		{ "MaskField$Value", "fields=i,s", MAP },
		{ "SetSchemaMetadata$Value", "schema.name=x", STRUCT },
		{ "TimestampRouter", "", MAP },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct running r = start(rows[i][0], rows[i][1]);
		struct line line = { .class_name = rows[i][0], .flag = "" };
		struct cw_batch *memory = cw_memory_new();
		struct cw_value value = value_text_parse(memory, rows[i][2]);
		struct cw_arena arena;
		size_t before = 0;

		CU_ASSERT_PTR_NOT_NULL_FATAL(r.state);
		cw_arena_init(&arena, CW_ARENA_BLOCK);
		for (int k = 0; k < 100; k++) {
			struct cw_record record = record_of(&line, false, value);

			CU_ASSERT_EQUAL(r.plugin->transformation->apply(r.state, &arena.batch, &record, &r.err), CW_OK);
			cw_arena_reset(&arena);
			if (k == 0)
				before = allocations;
		}
		CU_ASSERT_EQUAL(allocations, before);
		cw_arena_free(&arena);
		cw_memory_free(memory);
		stop(&r);
	}
	CU_ASSERT_TRUE(allocations > 0);
}

static void test_plugins__are_complete(void)
{
	for (size_t i = 0; cw_value_transforms[i]; i++) {
		const struct cw_plugin *plugin = cw_value_transforms[i];

		CU_ASSERT_EQUAL(plugin->kind, CW_PLUGIN_TRANSFORMATION);
		CU_ASSERT_PTR_NOT_NULL(plugin->doc);
		CU_ASSERT_PTR_NOT_NULL(plugin->transformation->apply);
		for (size_t k = 0; k < plugin->n_config; k++)
			CU_ASSERT_TRUE(plugin->config[k].name && plugin->config[k].doc);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "as Kafka Connect does", test_value__does_what_kafka_connect_did },
		{ "says what is wrong", test_value__says_what_is_wrong },
		{ "a NUL is quoted", test_value__a_nul_is_quoted },
		{ "what does not change is not copied", test_value__what_does_not_change_is_not_copied },
		{ "what is owned is not copied", test_value__what_is_owned_is_not_copied },
		{ "what is owned is copied when it has no room", test_value__what_is_owned_is_copied_when_it_has_no_room },
		{ "what may be shared is owned no more", test_value__what_may_be_shared_is_owned_no_more },
		{ "schemas are made once", test_value__schemas_are_made_once },
		{ "a struct's default value", test_timestamp_converter__converts_the_default_of_a_struct },
		{ "records allocate nothing of their own", test_value__records_allocate_nothing_of_their_own },
		{ "descriptors", test_plugins__are_complete },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "value transformations", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
