/*
 * connect-worker/connector.h - the connector ABI and the data model.
 *
 * This is the only header a plugin needs, and the only one that is installed. A plugin is a shared
 * object that exports one symbol, `cw_plugin`, a pointer to a constant descriptor (struct cw_plugin).
 * It never links to the worker: everything it may ask of the worker is behind struct cw_context.
 *
 * Compatibility: CW_ABI_MAJOR changes when a built plugin would break, CW_ABI_MINOR when something
 * is added at the end of a struct. Every struct that crosses the border carries its own size (or its
 * array the stride), so an older plugin loads in a newer worker. A worker refuses a plugin of another
 * major or a newer minor, in a sentence that names both.
 *
 * Threads: connector functions (validate, start, task_configs, stop) run on the host's main thread,
 * task functions on the thread of that task and no other. The functions behind struct cw_context may
 * be called on the thread that was given that context; cw_log() on any.
 *
 * Memory: strings and arrays that a plugin is handed are lent for the call unless a comment says
 * longer. What a plugin puts into a batch must live in the batch (cw_batch_alloc) or be constant for
 * the life of the task.
 *
 * C11 and C++11.
 */
#ifndef CONNECT_WORKER_CONNECTOR_H
#define CONNECT_WORKER_CONNECTOR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CW_ABI_MAJOR 1u
#define CW_ABI_MINOR 4u

#if defined(__GNUC__)
#define CW_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define CW_EXPORT __attribute__((visibility("default")))
#else
#define CW_PRINTF(fmt, first)
#define CW_EXPORT
#endif

/* ---- results and errors ------------------------------------------------------------------- */

/* What a plugin function says; the framework decides what follows from it. */
enum cw_result {
	CW_OK = 0,
	CW_RETRY, /* may succeed later: the framework backs off and makes the same call again */
	CW_FAIL,  /* will not succeed: the task (or connector) becomes FAILED with the error's text */
	CW_END,   /* poll only: a bounded source has no more records; the task becomes COMPLETED */
	CW_BUSY,  /* put only: no room for this batch now; it is offered again after wait() */
	CW_DROP   /* transformations only: the record goes no further, which is no error */
};

/* The class of an error decides the reaction to it: the HTTP status, a retry, or a failed task. */
enum cw_error_code {
	CW_ERR_NONE = 0,
	CW_ERR_INVALID,   /* the caller's input is wrong (REST 400); never retried */
	CW_ERR_NOT_FOUND, /* REST 404 */
	CW_ERR_CONFLICT,  /* REST 409 */
	CW_ERR_RETRIABLE, /* may succeed later (REST 503) */
	CW_ERR_FATAL      /* a person must decide (REST 500) */
};

/* Owned by the caller; start as { 0 }. The first error wins, so that the cause is kept. */
struct cw_error {
	enum cw_error_code code;
	char text[1020];
};

/* How much of the first n bytes of a longer text is to be kept, so that the cut is not within a character of UTF-8. */
static inline size_t cw_text_cut(const char *text, size_t n)
{
	size_t i = n, length;
	unsigned char first;

	while (i > 0 && n - i < 3 && ((unsigned char)text[i - 1] & 0xc0) == 0x80)
		i--;
	first = i > 0 ? (unsigned char)text[i - 1] : 0;
	length = first >= 0xf8 || first < 0xc0 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	return i > 0 && n - (i - 1) < length ? i - 1 : n;
}

/* Sets *err (NULL is fine) unless it already holds an error. Always returns -1. */
CW_PRINTF(3, 4)
static inline int cw_error_set(struct cw_error *err, enum cw_error_code code, const char *fmt, ...)
{
	if (err && err->code == CW_ERR_NONE) {
		va_list ap;

		err->code = code;
		va_start(ap, fmt);
		if (vsnprintf(err->text, sizeof(err->text), fmt, ap) >= (int)sizeof(err->text))
			err->text[cw_text_cut(err->text, sizeof(err->text) - 1)] = '\0';
		va_end(ap);
	}
	return -1;
}

/* ---- slices -------------------------------------------------------------------------------- */

/* n bytes at p, not NUL-terminated, owned by somebody else. p may be NULL when n is 0. */
struct cw_slice {
	const char *p;
	size_t n;
};

static inline struct cw_slice cw_slice(const void *p, size_t n)
{
	struct cw_slice s;

	s.p = (const char *)p;
	s.n = n;
	return s;
}

static inline struct cw_slice cw_slice_str(const char *text)
{
	return cw_slice(text, text ? strlen(text) : 0);
}

static inline bool cw_slice_equal(struct cw_slice a, struct cw_slice b)
{
	return a.n == b.n && (a.n == 0 || (a.p[0] == b.p[0] && memcmp(a.p, b.p, a.n) == 0));
}

/* ---- data model (org.apache.kafka.connect.data) --------------------------------------------- */

/* Connect's types. The logical ones are tags of their own, so that schemaless values have them too. */
enum cw_type {
	CW_NULL = 0,
	CW_INT8,
	CW_INT16,
	CW_INT32,
	CW_INT64,
	CW_FLOAT32,
	CW_FLOAT64,
	CW_BOOLEAN,
	CW_STRING, /* UTF-8 */
	CW_BYTES,
	CW_ARRAY,
	CW_MAP,
	CW_STRUCT,
	CW_DECIMAL,  /* big-endian two's complement, and a scale */
	CW_DATE,     /* milliseconds since the epoch at 00:00 UTC */
	CW_TIME,     /* milliseconds since midnight */
	CW_TIMESTAMP /* milliseconds since the epoch, UTC */
};

struct cw_schema;
struct cw_entry;

/*
 * A value: which member of u is set follows from type. Where a value has a schema, everything in it has the
 * schema that its parent's gives it. A null of a schema is CW_NULL with that schema.
 */
struct cw_value {
	uint8_t type;   /* enum cw_type */
	uint8_t reserved[3];
	int32_t scale;                  /* CW_DECIMAL only */
	const struct cw_schema *schema; /* NULL: schemaless; always set for CW_STRUCT */
	union {
		bool boolean;
		int64_t integer; /* CW_INT8…CW_INT64, CW_DATE, CW_TIME, CW_TIMESTAMP */
		float float32;
		double float64;
		struct cw_slice bytes; /* CW_STRING, CW_BYTES, CW_DECIMAL */
		struct {
			const struct cw_value *items;
			size_t n;
		} array; /* CW_ARRAY; CW_STRUCT: the fields in the order of schema->fields */
		struct {
			const struct cw_entry *entries;
			size_t n;
		} map; /* CW_MAP, in insertion order */
	} u;
};

struct cw_entry {
	struct cw_value key, value;
};

struct cw_parameter {
	struct cw_slice name, value;
};

struct cw_field {
	struct cw_slice name;
	const struct cw_schema *schema;
};

/*
 * Immutable once made; values point at it, so it outlives them. A logical type has its tag in `type`, and in name,
 * version and parameters what Kafka Connect gives it (org.apache.kafka.connect.data.Decimal, 1, scale).
 */
struct cw_schema {
	uint32_t size; /* sizeof(struct cw_schema) where it was made */
	uint8_t type;  /* enum cw_type, never CW_NULL; a logical type has its tag here */
	bool optional;
	int32_t version; /* 0: none */
	struct cw_slice name, doc;
	const struct cw_value *default_value; /* NULL: none */
	const struct cw_parameter *parameters;
	size_t n_parameters;
	const struct cw_field *fields; /* CW_STRUCT */
	size_t n_fields;
	const struct cw_schema *key_schema;   /* CW_MAP */
	const struct cw_schema *value_schema; /* CW_MAP, CW_ARRAY */
};

/*
 * Of a type, with everything else 0. Made of whole words: a value is copied to where it belongs right after it was made,
 * and a wide load of what was stored byte by byte would wait for the stores.
 */
static inline struct cw_value cw_value_of(enum cw_type type)
{
	uint64_t head = (uint64_t)type & 0xff;
	struct cw_value v;

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	head <<= 56;
#endif
	memcpy(&v, &head, sizeof(head)); /* type, reserved, scale */
	v.schema = NULL;
	v.u.bytes.p = NULL;
	v.u.bytes.n = 0;
	return v;
}

static inline struct cw_value cw_value_null(void)
{
	return cw_value_of(CW_NULL);
}

static inline struct cw_value cw_value_int64(int64_t n)
{
	struct cw_value v = cw_value_of(CW_INT64);

	v.u.integer = n;
	return v;
}

static inline struct cw_value cw_value_string(struct cw_slice s)
{
	struct cw_value v = cw_value_of(CW_STRING);

	v.u.bytes = s;
	return v;
}

static inline struct cw_value cw_value_bytes(struct cw_slice s)
{
	struct cw_value v = cw_value_of(CW_BYTES);

	v.u.bytes = s;
	return v;
}

/* ---- records and batches -------------------------------------------------------------------- */

#define CW_NO_TIMESTAMP INT64_C(-1)
#define CW_ANY_PARTITION (-1)

enum cw_timestamp_type {
	CW_TIMESTAMP_NONE = 0,
	CW_TIMESTAMP_CREATE,
	CW_TIMESTAMP_LOG_APPEND
};

struct cw_header {
	struct cw_slice key;
	struct cw_value value;
};

struct cw_source_partition;

/* One record. It is filled by the framework for a sink, by poll() for a source. */
struct cw_record {
	struct cw_slice topic;
	int64_t offset;         /* sink: in the Kafka partition */
	int64_t timestamp_ms;   /* since the epoch, or CW_NO_TIMESTAMP */
	int32_t partition;      /* source: CW_ANY_PARTITION leaves it to the partitioner */
	uint8_t timestamp_type; /* enum cw_timestamp_type; sink only */
	uint8_t reserved[3];
	struct cw_value key, value;
	const struct cw_header *headers;
	size_t n_headers;
	/*
	 * Source only: where to go on after this record. source_partition comes from
	 * cw_source_partition(); the offset is a CW_INT64, stored under that partition's
	 * offset field, or a CW_STRING that holds a whole JSON object.
	 */
	const struct cw_source_partition *source_partition;
	struct cw_value source_offset;
	/* Sink only, since 1.1: where it was read from, whatever transformations have made of topic and partition. */
	struct cw_slice original_topic;
	int32_t original_partition;
	uint32_t reserved_1_1;
};

/*
 * Records with one arena behind them; made and freed by the framework, which also reuses it.
 * The framework allocates the records; a plugin reads fields through the functions below only.
 */
struct cw_batch {
	uint32_t size;        /* sizeof(struct cw_batch) in the framework */
	uint32_t record_size; /* distance between records */
	char *records;
	size_t n, capacity;         /* records used, room for */
	char *arena_next, *arena_end; /* free part of the arena's current block */
	int64_t wait_ns;      /* poll, out: nothing more before that long from now; 0: call again at once */
	int64_t received_ns;  /* sink: monotonic time at which the records were taken from Kafka */
	void *(*grow)(struct cw_batch *batch, size_t size); /* the slow path of cw_batch_alloc */
	/* The framework's own. */
	const void *owned;
	size_t owned_size, spare;
};

static inline struct cw_record *cw_batch_record(const struct cw_batch *batch, size_t i)
{
	return (struct cw_record *)(void *)(batch->records + i * batch->record_size);
}

/* size bytes, aligned for any type, that live as long as the batch's records. Never NULL. */
static inline void *cw_batch_alloc(struct cw_batch *batch, size_t size)
{
	char *p = batch->arena_next;

	size = (size + 15u) & ~(size_t)15u;
	if ((size_t)(batch->arena_end - p) < size)
		return batch->grow(batch, size);
	batch->arena_next = p + size;
	return p;
}

/* The next record of a source's batch, all fields zero but partition and timestamp_ms ("none"); NULL: full. */
static inline struct cw_record *cw_batch_add(struct cw_batch *batch)
{
	struct cw_record *r;

	if (batch->n == batch->capacity)
		return NULL;
	r = cw_batch_record(batch, batch->n++);
	memset(r, 0, batch->record_size);
	r->partition = CW_ANY_PARTITION;
	r->timestamp_ms = CW_NO_TIMESTAMP;
	return r;
}

/* ---- configuration (org.apache.kafka.common.config.ConfigDef) -------------------------------- */

/* The comment names the C type of the member that cw_config_def.offset points at. */
enum cw_config_type {
	CW_CONFIG_STRING = 0, /* const char * (NULL when unset) */
	CW_CONFIG_BOOLEAN,    /* bool */
	CW_CONFIG_SHORT,      /* int16_t */
	CW_CONFIG_INT,        /* int32_t */
	CW_CONFIG_LONG,       /* int64_t */
	CW_CONFIG_DOUBLE,     /* double */
	CW_CONFIG_LIST,       /* struct cw_list */
	CW_CONFIG_CLASS,      /* const char * */
	CW_CONFIG_PASSWORD    /* const char *; never logged, never returned */
};

enum cw_importance { CW_HIGH = 0, CW_MEDIUM, CW_LOW };

enum cw_width { CW_WIDTH_NONE = 0, CW_WIDTH_SHORT, CW_WIDTH_MEDIUM, CW_WIDTH_LONG };

struct cw_list {
	const char *const *items;
	size_t n;
};

enum {
	CW_CONFIG_REQUIRED = 1u << 0,   /* no default: must be given */
	CW_CONFIG_RANGE = 1u << 1,      /* min and max hold (numbers only) */
	CW_CONFIG_IGNORE_CASE = 1u << 2, /* choices are compared without case */
	CW_CONFIG_NOT_EMPTY = 1u << 3,  /* a string or list may not be empty */
	/*
	 * Known for configs that were written for other workers, and changes nothing; its doc begins "Has no effect: …". A
	 * config that has it is warned with that sentence.
	 */
	CW_CONFIG_NO_EFFECT = 1u << 4,
	CW_CONFIG_EMPTY_ITEMS = 1u << 5 /* a list may have empty items ("a,"); without it they are refused */
};

#define CW_CONFIG_NOT_STORED ((size_t)-1)

/* One key. A table of these validates, documents and fills the plugin's own config struct. */
struct cw_config_def {
	const char *name;
	enum cw_config_type type;
	uint32_t flags;
	const char *default_value; /* as text; NULL: null, or none when CW_CONFIG_REQUIRED */
	int64_t min, max;          /* with CW_CONFIG_RANGE, both inclusive */
	const char *choices;       /* "a,b,c"; NULL: anything of the type */
	enum cw_importance importance;
	const char *doc;          /* sentences that say what it means, with the unit */
	const char *group;        /* NULL: none */
	int order;                /* in the group, from 1; 0: the order of the table */
	enum cw_width width;
	const char *display_name; /* NULL: the key */
	const char *dependents;   /* "a,b": keys whose validity depends on this one; NULL: none */
	/* Further check of one well-typed value: 0, or -1 with *err set to the reason only. NULL: none. */
	int (*check)(const char *value, struct cw_error *err);
	size_t offset; /* into the plugin's config struct, or CW_CONFIG_NOT_STORED */
};

/* ---- the way back: what a plugin may ask of the framework ----------------------------------- */

enum cw_log_level { CW_LOG_ERROR = 0, CW_LOG_WARN, CW_LOG_INFO, CW_LOG_DEBUG };

enum cw_metric_kind { CW_METRIC_COUNTER = 0, CW_METRIC_GAUGE };

/*
 * A number that the plugin's thread writes and the framework reads at any time.
 * Written only through cw_metric_add() and cw_metric_set().
 */
struct cw_metric;

struct cw_context;
struct cw_validation;
struct cw_task_configs;

/* What a sink makes of one record: what it would send, or why nothing. Since 1.2. */
struct cw_rendering {
	uint32_t size; /* sizeof(struct cw_rendering) in the plugin */
	uint32_t reserved;
	const char *left_out;        /* why the settings leave the record out, which is no error; NULL: they do not */
	struct cw_slice destination; /* where it goes, as people call it: an index, a table, a file */
	struct cw_slice text;        /* exactly what would be sent for it; UTF-8 */
};

struct cw_host {
	uint32_t size; /* sizeof(struct cw_host) in the framework */
	uint32_t reserved;
	void (*log)(const struct cw_context *ctx, enum cw_log_level level, const char *fmt, va_list ap);
	/* Whether this context was asked to stop: long work should end soon. Any thread. */
	bool (*stopping)(const struct cw_context *ctx);
	/* Monotonic nanoseconds. */
	int64_t (*now_ns)(const struct cw_context *ctx);
	/* Milliseconds to wait before attempt `attempt` (from 1): exponential from base_ms, at most max_ms, full jitter. */
	int64_t (*backoff_ms)(const struct cw_context *ctx, unsigned attempt, int64_t base_ms, int64_t max_ms);
	/* A named number of this task; NULL when there are too many. It lives as long as the task. */
	struct cw_metric *(*metric)(const struct cw_context *ctx, enum cw_metric_kind kind, const char *name,
				    const char *help);
	void (*metric_add)(struct cw_metric *metric, int64_t n);
	void (*metric_set)(struct cw_metric *metric, int64_t n);
	/*
	 * Sources: the partition that the JSON object `json` names ({"file":"/x"}), for records and for
	 * source_offset(). A CW_INT64 offset is stored as {"<offset_field>":n}. Lives as long as the task.
	 * NULL with *err when json is no object of primitive values.
	 */
	const struct cw_source_partition *(*source_partition)(const struct cw_context *ctx, const char *json,
							      const char *offset_field, struct cw_error *err);
	/* The stored offset: 1 and *out (CW_INT64 or CW_STRING as above, lent for the task's life), 0 when none. */
	int (*source_offset)(const struct cw_context *ctx, const struct cw_source_partition *partition,
			     struct cw_value *out);
	/*
	 * Sinks: this record can never be written. The framework applies errors.tolerance and counts it.
	 * Call it before the batch is complete; again for the same record, when the batch is put again, changes
	 * nothing. Returns -1 when the task may not go on (errors.tolerance=none),
	 * with *err set to what the plugin should return with CW_FAIL.
	 */
	int (*reject)(const struct cw_context *ctx, struct cw_batch *batch, size_t i, const char *reason,
		      struct cw_error *err);
	/* Sinks with CW_SINK_ASYNC: every record of the batch is written or rejected; the batch is not touched again. */
	void (*complete)(const struct cw_context *ctx, struct cw_batch *batch);
	/* validate(): one more error for a key; several for one key are kept in order. */
	void (*invalid)(struct cw_validation *validation, const char *key, const char *message);
	/* task_configs(): starts the next task's config, a copy of the connector's; then changes single keys of it. */
	void (*task_add)(struct cw_task_configs *configs);
	void (*task_set)(struct cw_task_configs *configs, const char *key, const char *value);

	/* since 1.2 */
	/*
	 * Sinks: the settings leave this record out, which is no error. It is counted; where the connector has a dead
	 * letter topic, the record goes there if `letter`. Otherwise as reject().
	 */
	int (*drop)(const struct cw_context *ctx, struct cw_batch *batch, size_t i, const char *reason, bool letter,
		    struct cw_error *err);
	/* Sinks, within task_start(): with its settings the task does not look at headers, as with CW_SINK_NO_HEADERS. */
	void (*without_headers)(const struct cw_context *ctx);
	/* Sinks, within render(): what record i of the batch becomes. All of it is lent for the call. */
	void (*rendered)(const struct cw_context *ctx, const struct cw_batch *batch, size_t i,
			 const struct cw_rendering *rendering);

	/* since 1.3 */
	/*
	 * Within a call that then returns CW_RETRY: whoever it depends on asks for not being tried again before ms from now
	 * (Retry-After). Use cw_retry_after().
	 */
	void (*retry_after)(const struct cw_context *ctx, int64_t ms);
	/*
	 * Tasks that try something again by themselves, beside put() or poll(): so many attempts have failed for this reason,
	 * and the next is made in wait_ms, which the task's status tells. No attempt: that is over. Use cw_retrying().
	 */
	void (*retrying)(const struct cw_context *ctx, unsigned attempts, int64_t wait_ms, const char *cause);

	/* since 1.4 */
	/*
	 * Sources, of tasks: whether transactions end where the task says so (transaction.boundary=connector with a worker that
	 * has exactly-once support). Use cw_ends_transactions().
	 */
	bool (*ends_transactions)(const struct cw_context *ctx);
	/* Sources, within poll(): the transaction ends here. Use cw_commit_transaction() and cw_abort_transaction(). */
	void (*end_transaction)(const struct cw_context *ctx, const struct cw_batch *batch, bool commit);
};

struct cw_context {
	uint32_t size; /* sizeof(struct cw_context) in the framework */
	int32_t task;  /* number of the task, or -1 for the connector */
	int32_t tasks; /* how many tasks the connector has */
	uint32_t reserved;
	const char *connector; /* its name */
	const struct cw_host *host;
};

CW_PRINTF(3, 4)
static inline void cw_log(const struct cw_context *ctx, enum cw_log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ctx->host->log(ctx, level, fmt, ap);
	va_end(ap);
}

/* What is behind this context is not to be tried again for ms: said before CW_RETRY is returned. Since 1.3. */
static inline void cw_retry_after(const struct cw_context *ctx, int64_t ms)
{
	if (ctx->host->size > offsetof(struct cw_host, retry_after) && ctx->host->retry_after)
		ctx->host->retry_after(ctx, ms);
}

/* What the task tries again by itself, for its status; attempts is 0 when that is over. On its thread. Since 1.3. */
static inline void cw_retrying(const struct cw_context *ctx, unsigned attempts, int64_t wait_ms, const char *cause)
{
	if (ctx->host->size > offsetof(struct cw_host, retrying) && ctx->host->retrying)
		ctx->host->retrying(ctx, attempts, wait_ms, cause);
}

/*
 * Transactions of an exactly-once source with CW_SOURCE_TRANSACTIONS. A transaction begins with the first record after
 * the end of another one, and may span any number of polls, within the producer's transaction.timeout.ms. One that is open
 * when the task stops, fails or is paused is aborted, and its records are polled again from the stored offsets, after
 * another task_start(); CW_END commits it. One that is open for longer than that is aborted by brokers: the task fails, and
 * is started again.
 */

/* Whether the task has to say where transactions end; else the two calls below do nothing. Since 1.4. */
static inline bool cw_ends_transactions(const struct cw_context *ctx)
{
	return ctx->host->size > offsetof(struct cw_host, ends_transactions) && ctx->host->ends_transactions &&
	       ctx->host->ends_transactions(ctx);
}

/*
 * Within poll(), any number of times: the last record that the batch has by now is the last of its transaction, which is
 * committed with its offsets; in an empty batch, the last one of the poll before. Since 1.4.
 */
static inline void cw_commit_transaction(const struct cw_context *ctx, const struct cw_batch *batch)
{
	if (cw_ends_transactions(ctx))
		ctx->host->end_transaction(ctx, batch, true);
}

/* The same, but nobody sees the records; as in Kafka Connect the offsets go on behind them all the same. Since 1.4. */
static inline void cw_abort_transaction(const struct cw_context *ctx, const struct cw_batch *batch)
{
	if (cw_ends_transactions(ctx))
		ctx->host->end_transaction(ctx, batch, false);
}

/* ---- descriptors ---------------------------------------------------------------------------- */

enum cw_plugin_kind {
	CW_PLUGIN_SOURCE = 1,
	CW_PLUGIN_SINK = 2,
	CW_PLUGIN_TRANSFORMATION = 3, /* these since 1.1 */
	CW_PLUGIN_PREDICATE = 4,
	CW_PLUGIN_CONVERTER = 5,        /* of keys, values and (but for CW_CONVERTER_NO_HEADERS) headers */
	CW_PLUGIN_HEADER_CONVERTER = 6, /* of headers only */
	CW_PLUGIN_CONFIG_PROVIDER = 7
};

enum {
	/*
	 * put() only takes the batch over; the plugin calls host->complete() when the store has
	 * answered for all of it. Offsets are committed up to the first batch that is not complete.
	 * Without this flag a batch is safe once put() returned CW_OK and, where there is a flush(),
	 * a later flush() returned CW_OK.
	 */
	CW_SINK_ASYNC = 1u << 0,
	/* The plugin does not look at the headers of records: they may come without, which spares their decoding. */
	CW_SINK_NO_HEADERS = 1u << 1,
	/*
	 * Sources, since 1.4: a task goes on exactly behind the offset that it finds stored, whatever it gave before, so that each
	 * record is in Kafka once where offsets and records are one transaction. Without it exactly.once.support=required is
	 * refused.
	 */
	CW_SOURCE_EXACTLY_ONCE = 1u << 2,
	/* Sources, since 1.4: tasks can say where transactions end. Without it transaction.boundary=connector is refused. */
	CW_SOURCE_TRANSACTIONS = 1u << 3
};

/* A partition of a Kafka topic. This struct never grows. */
struct cw_topic_partition {
	const char *topic;
	int32_t partition;
	uint32_t reserved;
};

struct cw_connector_ops {
	uint32_t size;  /* sizeof(struct cw_connector_ops) */
	uint32_t flags; /* CW_SINK_…, CW_SOURCE_… */
	/*
	 * Checks that span keys; each key alone was checked by the table. May not touch the network for
	 * longer than a second. Optional.
	 */
	void (*validate)(const struct cw_context *ctx, const void *config, struct cw_validation *validation);
	/* Optional pair: state of the whole connector. */
	enum cw_result (*start)(const struct cw_context *ctx, const void *config, void **connector, struct cw_error *err);
	void (*stop)(void *connector);
	/*
	 * Divides the work into at most max_tasks tasks with host->task_add() and task_set(). Optional: a sink
	 * without it gets max_tasks equal tasks, a source one.
	 */
	enum cw_result (*task_configs)(const struct cw_context *ctx, void *connector, const void *config, int max_tasks,
				       struct cw_task_configs *configs, struct cw_error *err);

	enum cw_result (*task_start)(const struct cw_context *ctx, const void *config, void **task, struct cw_error *err);
	/* Sources: adds records to the empty batch; with none it sets batch->wait_ns. Does not wait itself. */
	enum cw_result (*poll)(void *task, struct cw_batch *batch, struct cw_error *err);
	/* Sinks: all or nothing; on CW_RETRY and CW_BUSY the same batch comes again. */
	enum cw_result (*put)(void *task, struct cw_batch *batch, struct cw_error *err);
	/*
	 * Sinks, optional: finish what was put, for at most timeout_ms. CW_OK: everything is safe.
	 * CW_RETRY: not in this time, nothing is lost, call again. Called at commits for plugins without
	 * CW_SINK_ASYNC, and before partitions are given up or the task stops for all.
	 */
	enum cw_result (*flush)(void *task, int64_t timeout_ms, struct cw_error *err);
	/*
	 * Sinks, optional: do the plugin's own I/O until one of the n file descriptors is readable, the
	 * plugin has made progress, or timeout_ms passed. Without it the framework waits by itself.
	 */
	enum cw_result (*wait)(void *task, const int *fds, size_t n, int timeout_ms, struct cw_error *err);
	/* Frees the task; called once for each successful task_start(). */
	void (*task_stop)(void *task);

	/* since 1.1, all optional */
	/*
	 * Sources: this offset (CW_INT64 or CW_STRING, as in source_offset) of the partition is stored, and every record
	 * up to it is in Kafka for good, so that it can be acknowledged upstream. Of several only the newest may be told;
	 * what was stored just before the task's end may not be told at all.
	 */
	void (*committed)(void *task, const struct cw_source_partition *partition, const struct cw_value *offset);
	/* Sinks: records of these partitions come from now on. */
	enum cw_result (*assigned)(void *task, const struct cw_topic_partition *partitions, size_t n,
				   struct cw_error *err);
	/*
	 * Sinks: no more records of these partitions; what was put before is committed as far as it is safe. With `lost`
	 * it is not, and another task may have them already. Not called at the task's end.
	 */
	void (*revoked)(void *task, const struct cw_topic_partition *partitions, size_t n, bool lost);

	/* since 1.2, optional */
	/*
	 * Sinks: says of each record of the batch what put() would make of it, with host->rendered() or host->reject(),
	 * and has no effect on anything: no connection is opened, nothing is kept. Called without start() and task_start(),
	 * as a preview shows records to a person. CW_OK; or CW_FAIL with *err, where these settings can render nothing.
	 */
	enum cw_result (*render)(const struct cw_context *ctx, const void *config, struct cw_batch *batch,
				 struct cw_error *err);
};

struct cw_plugin;

/*
 * What the other kinds have in common: start() is called once, on the thread that then makes all other calls, with the
 * filled config struct, which lives until stop(). `plugin` is the descriptor that was asked for, so that several can
 * share their functions. The error of a record that cannot be processed is CW_ERR_INVALID, as Kafka Connect's
 * DataException; *err then says what is wrong with it. CW_RETRY: the same call may succeed later.
 *
 * While a connector's config is validated its transformations, predicates and converters are started with it and
 * stopped at once, so that what start() refuses is told to who sends the config: an error that names a key of the
 * plugin's is told of that key. start() changes nothing outside, and leaves connections to the first call that needs
 * them.
 */
enum {
	/* It does not look at the headers of records: those of a sink may come without, which spares their decoding. */
	CW_TRANSFORMATION_NO_HEADERS = 1u << 0,
	CW_PREDICATE_NO_HEADERS = 1u << 0
};

struct cw_transformation_ops {
	uint32_t size; /* sizeof(struct cw_transformation_ops) */
	uint32_t flags; /* CW_TRANSFORMATION_… */
	enum cw_result (*start)(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
				void **state, struct cw_error *err);
	/*
	 * Changes the members of *record; what those point to is shared and never written to. New memory comes from the
	 * batch. CW_OK, CW_DROP, CW_RETRY, CW_FAIL; but for CW_OK the record is as it was.
	 */
	enum cw_result (*apply)(void *state, struct cw_batch *batch, struct cw_record *record, struct cw_error *err);
	void (*stop)(void *state);
};

struct cw_predicate_ops {
	uint32_t size; /* sizeof(struct cw_predicate_ops) */
	uint32_t flags; /* CW_PREDICATE_… */
	enum cw_result (*start)(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
				void **state, struct cw_error *err);
	enum cw_result (*test)(void *state, const struct cw_record *record, bool *holds, struct cw_error *err);
	void (*stop)(void *state);
};

enum cw_converter_role { CW_CONVERT_KEY = 0, CW_CONVERT_VALUE, CW_CONVERT_HEADER };

/* What is converted. */
struct cw_convert_place {
	struct cw_slice topic;
	struct cw_slice header; /* its key; CW_CONVERT_HEADER only */
};

enum {
	CW_CONVERTER_NO_HEADERS = 1u << 0 /* of keys and values only */
};

struct cw_converter_ops {
	uint32_t size; /* sizeof(struct cw_converter_ops) */
	uint32_t flags; /* CW_CONVERTER_… */
	enum cw_result (*start)(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
				enum cw_converter_role role, void **state, struct cw_error *err);
	/* From Kafka's bytes, which live as long as the batch; p is NULL for a null. *out may point into them. */
	enum cw_result (*to_value)(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
				   struct cw_slice bytes, struct cw_value *out, struct cw_error *err);
	/* To Kafka's bytes, which are part of the value, in the batch or constant; p is NULL for a null. */
	enum cw_result (*from_value)(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
				     const struct cw_value *value, struct cw_slice *out, struct cw_error *err);
	void (*stop)(void *state);
};

/*
 * Answers ${provider:path:key}. Its calls come one after the other: from the host's main thread before tasks start, and
 * from another thread later, to learn whether an answer that was to hold for a while still does.
 */
struct cw_config_provider_ops {
	uint32_t size; /* sizeof(struct cw_config_provider_ops) */
	uint32_t flags;
	enum cw_result (*start)(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
				void **state, struct cw_error *err);
	/*
	 * The text for a key under a path ("" without one); *text is made with malloc() and freed by the caller, and stays NULL
	 * when there is no such key. *ttl_ms: how long it holds, INT64_MAX when for ever. An error never has the text in it.
	 */
	enum cw_result (*get)(void *state, const char *path, const char *key, char **text, int64_t *ttl_ms,
			      struct cw_error *err);
	void (*stop)(void *state);
};

struct cw_plugin {
	uint32_t abi_major, abi_minor; /* CW_ABI_MAJOR, CW_ABI_MINOR */
	uint32_t size;                 /* sizeof(struct cw_plugin) */
	uint32_t kind;                 /* enum cw_plugin_kind */
	const char *class_name;        /* with or without a package: "com.example.FooSink"; the short name works too */
	const char *version;
	const char *doc; /* one line */
	const struct cw_config_def *config;
	size_t n_config;
	size_t config_def_size;     /* sizeof(struct cw_config_def) */
	size_t config_size; /* of the struct that config[].offset points into */
	const struct cw_connector_ops *connector; /* sources and sinks */
	/* since 1.1: the one that its kind names */
	const struct cw_transformation_ops *transformation;
	const struct cw_predicate_ops *predicate;
	const struct cw_converter_ops *converter; /* converters and header converters */
	const struct cw_config_provider_ops *config_provider;
	const struct cw_plugin *next; /* one more plugin in the same object; NULL: none */
};

/* The head of every descriptor. Use: CW_PLUGIN_HEAD(CW_PLUGIN_SINK), then .class_name = … */
#define CW_PLUGIN_HEAD(plugin_kind) CW_ABI_MAJOR, CW_ABI_MINOR, (uint32_t)sizeof(struct cw_plugin), (plugin_kind)

/* The one symbol that a plugin exports:  const struct cw_plugin *const cw_plugin = &descriptor; */
extern CW_EXPORT const struct cw_plugin *const cw_plugin;

#ifdef __cplusplus
}
#endif
#endif
