/*
 * RecordSource - gives a number of orders, each another one: the same as tests/stack/services/connect/RecordSource.java
 * gives to Kafka Connect, so that what both workers make of them can be compared.
 */
#include <stdarg.h>
#include <stdlib.h>

#include <connect-worker/connector.h>

struct config {
	const char *topic;
	int32_t count;
};

struct task {
	const struct config *config;
	const struct cw_source_partition *partition;
	int32_t next;
};

static const struct cw_config_def definitions[] = {
	{ .name = "topic",
	  .type = CW_CONFIG_STRING,
	  .flags = CW_CONFIG_REQUIRED,
	  .importance = CW_HIGH,
	  .doc = "The topic.",
	  .width = CW_WIDTH_LONG,
	  .offset = offsetof(struct config, topic) },
	{ .name = "count",
	  .type = CW_CONFIG_INT,
	  .default_value = "20",
	  .importance = CW_HIGH,
	  .doc = "How many orders there are.",
	  .width = CW_WIDTH_SHORT,
	  .offset = offsetof(struct config, count) },
};

#define TEXT(literal) { literal, sizeof(literal) - 1 }
#define PLAIN(type_) { .size = sizeof(struct cw_schema), .type = type_ }

static const struct cw_schema int32_schema = PLAIN(CW_INT32), int64_schema = PLAIN(CW_INT64),
			      double_schema = PLAIN(CW_FLOAT64), boolean_schema = PLAIN(CW_BOOLEAN),
			      bytes_schema = PLAIN(CW_BYTES), string_schema = PLAIN(CW_STRING);
static const struct cw_schema optional_string = {
	.size = sizeof(struct cw_schema), .type = CW_STRING, .optional = true
};
static const struct cw_schema timestamp_schema = { .size = sizeof(struct cw_schema), .type = CW_TIMESTAMP, .version = 1,
						   .name = TEXT("org.apache.kafka.connect.data.Timestamp") };
static const struct cw_parameter scale = { TEXT("scale"), TEXT("2") };
static const struct cw_schema total_schema = { .size = sizeof(struct cw_schema), .type = CW_DECIMAL, .version = 1,
					       .name = TEXT("org.apache.kafka.connect.data.Decimal"), .parameters = &scale,
					       .n_parameters = 1 };
static const struct cw_schema tags_schema = { .size = sizeof(struct cw_schema), .type = CW_ARRAY,
					      .value_schema = &optional_string };
static const struct cw_field customer_fields[] = { { TEXT("id"), &int64_schema }, { TEXT("mail"), &optional_string } };
static const struct cw_schema customer_schema = { .size = sizeof(struct cw_schema), .type = CW_STRUCT, .optional = true,
						  .name = TEXT("com.example.Customer"), .fields = customer_fields, .n_fields = 2 };
static const struct cw_field order_fields[] = {
	{ TEXT("id"), &int32_schema },	      { TEXT("name"), &optional_string },   { TEXT("price"), &double_schema },
	{ TEXT("paid"), &boolean_schema },    { TEXT("at"), &timestamp_schema },    { TEXT("total"), &total_schema },
	{ TEXT("raw"), &bytes_schema },	      { TEXT("tags"), &tags_schema },	    { TEXT("customer"), &customer_schema },
};
enum { ID, NAME, PRICE, PAID, AT, TOTAL, RAW, TAGS, CUSTOMER, N_FIELDS };
static const struct cw_schema order_schema = { .size = sizeof(struct cw_schema), .type = CW_STRUCT, .version = 2,
					       .name = TEXT("com.example.Order"), .fields = order_fields, .n_fields = N_FIELDS };

static enum cw_result task_start(const struct cw_context *ctx, const void *config, void **made, struct cw_error *err)
{
	static const char partition[] = "{\"source\":\"orders\"}";
	struct task *task = calloc(1, sizeof(*task));

	if (!task) {
		cw_error_set(err, CW_ERR_FATAL, "no memory");
		return CW_FAIL;
	}
	task->config = config;
	task->partition = ctx->host->source_partition(ctx, partition, "n", err);
	if (!task->partition) {
		free(task);
		return CW_FAIL;
	}
	*made = task;
	return CW_OK;
}

CW_PRINTF(2, 3)
static struct cw_slice text(struct cw_batch *batch, const char *fmt, ...)
{
	char *p = cw_batch_alloc(batch, 64);
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(p, 64, fmt, ap);
	va_end(ap);
	return cw_slice(p, (size_t)n);
}

static struct cw_value integer(const struct cw_schema *schema, int64_t n)
{
	struct cw_value v = cw_value_int64(n);

	v.type = schema->type;
	v.schema = schema;
	return v;
}

static struct cw_value string(const struct cw_schema *schema, struct cw_slice s)
{
	struct cw_value v = cw_value_string(s);

	v.schema = schema;
	return v;
}

static struct cw_value null_of(const struct cw_schema *schema)
{
	struct cw_value v = cw_value_null();

	v.schema = schema;
	return v;
}

static struct cw_value *items(struct cw_batch *batch, const struct cw_schema *schema, size_t n, struct cw_value *out)
{
	struct cw_value *p = cw_batch_alloc(batch, (n + 1) * sizeof(*p));

	*out = null_of(schema);
	out->type = schema->type;
	out->u.array.items = p;
	out->u.array.n = n;
	return p;
}

/* n as the shortest big-endian two's complement. */
static struct cw_value decimal(struct cw_batch *batch, int64_t n)
{
	struct cw_value v = cw_value_bytes(cw_slice(NULL, 8));
	unsigned char *p = cw_batch_alloc(batch, 8);

	for (size_t i = 0; i < 8; i++)
		p[i] = (unsigned char)((uint64_t)n >> (56 - 8 * i));
	while (v.u.bytes.n > 1 && ((p[0] == 0 && p[1] < 0x80) || (p[0] == 0xff && p[1] >= 0x80))) {
		p++;
		v.u.bytes.n--;
	}
	v.u.bytes.p = (char *)p;
	v.type = CW_DECIMAL;
	v.scale = 2;
	v.schema = &total_schema;
	return v;
}

static void order(struct cw_batch *batch, int32_t i, struct cw_value *out)
{
	struct cw_value *fields = items(batch, &order_schema, N_FIELDS, out), *inner;
	unsigned char *raw = cw_batch_alloc(batch, 2);

	fields[ID] = integer(&int32_schema, i);
	fields[NAME] = i % 3 ? string(&optional_string, text(batch, "name \"%d\" \u00e4", i)) : null_of(&optional_string);
	fields[PRICE] = null_of(&double_schema);
	fields[PRICE].type = CW_FLOAT64;
	fields[PRICE].u.float64 = i * 0.1;
	fields[PAID] = null_of(&boolean_schema);
	fields[PAID].type = CW_BOOLEAN;
	fields[PAID].u.boolean = i % 2 == 0;
	fields[AT] = integer(&timestamp_schema, 1700000000000 + i * INT64_C(86400000));
	fields[TOTAL] = decimal(batch, i * INT64_C(1234) - 5000);
	raw[0] = (unsigned char)i;
	raw[1] = 0xff;
	fields[RAW] = cw_value_bytes(cw_slice(raw, 2));
	fields[RAW].schema = &bytes_schema;
	inner = items(batch, &tags_schema, i % 2 ? 0 : 2, &fields[TAGS]);
	if (i % 2 == 0) {
		inner[0] = string(&optional_string, cw_slice_str("a"));
		inner[1] = string(&optional_string, text(batch, "b%d", i));
	}
	if (i % 4 == 0) {
		fields[CUSTOMER] = null_of(&customer_schema);
		return;
	}
	inner = items(batch, &customer_schema, 2, &fields[CUSTOMER]);
	inner[0] = integer(&int64_schema, INT64_C(1000) * i);
	inner[1] = i % 5 ? string(&optional_string, text(batch, "%d@example.com", i)) : null_of(&optional_string);
}

static void fill(const struct task *task, struct cw_batch *batch, int32_t i, struct cw_record *r)
{
	struct cw_header *headers = cw_batch_alloc(batch, 2 * sizeof(*headers));

	r->topic = cw_slice_str(task->config->topic);
	r->partition = 0;
	r->timestamp_ms = 1700000000000 + i;
	r->key = string(&string_schema, text(batch, "order-%d", i));
	if (i % 10 != 9)
		order(batch, i, &r->value);
	headers[0] = (struct cw_header){ cw_slice_str("number"), integer(&int32_schema, i) };
	headers[1] = (struct cw_header){ cw_slice_str("even"), string(&string_schema, cw_slice_str("yes")) };
	r->headers = headers;
	r->n_headers = i % 2 ? 1 : 2;
	r->source_partition = task->partition;
	r->source_offset = cw_value_int64(i);
}

static enum cw_result poll(void *state, struct cw_batch *batch, struct cw_error *err)
{
	struct task *task = state;
	struct cw_record *r;

	(void)err;
	if (task->next == task->config->count)
		return CW_END;
	while (task->next < task->config->count && (r = cw_batch_add(batch)) != NULL)
		fill(task, batch, task->next++, r);
	return CW_OK;
}

static const struct cw_connector_ops ops = {
	.size = sizeof(ops), .task_start = task_start, .poll = poll, .task_stop = free
};

static const struct cw_plugin plugin = {
	CW_PLUGIN_HEAD(CW_PLUGIN_SOURCE),
	.class_name = "RecordSource",
	.version = "1",
	.doc = "Gives a number of orders, for tests.",
	.config = definitions,
	.n_config = sizeof(definitions) / sizeof(definitions[0]),
	.config_def_size = sizeof(definitions[0]),
	.config_size = sizeof(struct config),
	.connector = &ops,
};

CW_EXPORT const struct cw_plugin *const cw_plugin = &plugin;
