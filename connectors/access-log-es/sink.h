/*
 * sink - the inside of a task of the access-log sink, shared by its files. One thread.
 *
 * sink.c: the framework's calls. records.c: records into bodies; structured.c: those that are no lines; action.c: ids,
 * versions, routing. delivery.c: requests; turns.c: their order; outcome.c: their answers, retries; give_up.c: documents
 * that are not stored; replays.c: those that were there before; outage.c: the store as a whole; sniff.c: its nodes.
 * setup.c: what has to be in the store before the first document, which is of templates.c, lifecycle.c, resources.c and
 * mappings.c.
 */
#ifndef CW_ACCESS_LOG_SINK_H
#define CW_ACCESS_LOG_SINK_H

#include <jansson.h>

#include "aws_keys.h"
#include "bulk.h"
#include "config.h"
#include "fields.h"
#include "http.h"
#include "index_name.h"
#include "log_time.h"
#include "pattern.h"
#include "policy.h"
#include "pressure.h"
#include "render.h"
#include "replays.h"

#define CW_SINK_NS_PER_MS INT64_C(1000000)
#define CW_SINK_INDEX_SLOTS 8

/* The index of a topic's events in one span of time. */
struct cw_index_slot {
	bool used, mapped; /* mapped: its mapping was seen to */
	int64_t bucket;
	size_t topic_n, n;
	char topic[256], name[CW_INDEX_NAME_MAX + 1];
};

#define CW_SETUP_STEPS 3

struct cw_sink;
struct cw_setup;
struct cw_place;

/* What setups of a kind have in common. */
struct cw_setup_kind {
	const char *what;   /* for people: "index template" */
	const char *failed; /* what is said of it when it is not there in the end: "could not be put" */
	const char *advice; /* what helps when the store refuses it, after "or " */
	const char *unknown; /* a sentence on stores that do not know such a request at all; NULL: all do */
	/*
	 * The store answered the current step; error: the type of its error. True: the next step is set, or it is ready. False:
	 * the answer is an error, and judged by its status.
	 */
	bool (*answered)(struct cw_sink *sink, struct cw_setup *setup, const struct cw_http_call *call,
			 struct cw_slice error);
};

/* A request: PUT with a body, GET without. */
struct cw_setup_step {
	char *path, *body;
};

/* Something on its way into the store that has to be there before documents are. */
struct cw_setup {
	struct cw_setup *next;
	const struct cw_setup_kind *kind;
	char *name;
	struct cw_setup_step steps[CW_SETUP_STEPS];
	size_t step;
	bool ready;
	unsigned failures, looks; /* looks: how often it was there when it was to be made, so that it was looked for again */
};

struct cw_sink_metrics {
	struct cw_metric *requests, *bytes, *retries, *documents, *present, *retried, *unparsed, *refused,
		*in_flight, *window, *buffered, *took_ms, *time_ms;
};

struct cw_sink {
	const struct cw_context *ctx;
	const struct cw_es_config *config;
	struct cw_error failure; /* once set, every call returns it with CW_FAIL */
	struct cw_sink_metrics metrics;

	/* lines into documents */
	struct cw_zone *zone;
	struct cw_pattern *pattern;
	struct cw_time_reader time;
	struct cw_render render;
	struct cw_action action;
	size_t bulk_bytes;
	unsigned dropped_logged;
	void (*left_out)(struct cw_sink *sink, const struct cw_place *at, const char *reason); /* NULL: a line in the log */
	bool named; /* documents may be named by their records' keys */
	bool plain_actions; /* the action lines of documents are those of render.h */
	bool upsert;
	bool ordered; /* the order of records of a key counts, as they have no versions */
	bool once; /* a conflict says that the document is there */
	struct cw_index_name *routing; /* NULL: none */
	bool ignore_null, delete_null, warn_malformed, create, streams;
	struct cw_policies policies;

	/* which index */
	struct cw_index_name *index;
	char *index_spec;
	bool index_uses_topic, index_uses_fields;
	bool index_asks; /* something is to be found for each record first */
	const char *resource; /* the external one of the record's topic; NULL: there are none */
	struct cw_field_values index_values; /* of the record that is looked at */
	struct cw_index_slot slots[CW_SINK_INDEX_SLOTS], *slot; /* slot: the last one */
	size_t next_slot;
	const struct cw_index_slot *open_slot; /* known to be the index in the path of `open` */

	/* requests: each bulk is in exactly one place */
	struct cw_http *http;
	struct cw_aws_keys *keys;     /* NULL: requests are not signed */
	struct cw_bulk *open;         /* being filled, or NULL */
	struct cw_bulk_list ready;    /* to be sent */
	struct cw_bulk_list delayed;  /* to be sent again later */
	struct cw_bulk_list flying;   /* under way */
	struct cw_bulk_list spare;    /* empty */
	struct cw_http_call **calls;  /* spare ones */
	size_t n_calls, cap_calls;
	struct cw_taken *spare_taken, *all_taken;
	size_t usual_body;            /* bytes that a body is given room for */
	uint64_t sealed;              /* documents in all requests so far */
	size_t docs, bytes;           /* without an answer, in all of them */
	struct cw_pressure pressure;
	int64_t driven_ns;            /* when I/O was moved last */
	struct cw_text path;          /* scratch */
	bool progress;                /* an answer came since it was last cleared */

	/* answers */
	struct cw_item *items;
	bool *keep;
	struct cw_key_set again; /* keys of those documents of an answer that are sent again */
	size_t cap_items;
	int64_t worked_ns; /* when it took something last */
	int64_t itemized_ns; /* when the last one was sent of the requests whose documents were answered one by one */
	int64_t down_since_ns, down_logged_ns; /* 0: the store works */
	struct cw_replays replays;
	unsigned refused_logged;

	/* what has to be in the store first */
	struct cw_setup *setups;
	struct cw_http_call *setup_call;
	struct cw_setup *setup_now; /* whose call is under way */
	int64_t setup_sent_ns;

	/* which nodes it has */
	struct cw_http_call *sniff_call;
	bool sniffing; /* it is under way */
	int64_t sniff_due_ns;

	bool template_per_topic;
};

static inline int64_t cw_sink_now(const struct cw_sink *sink)
{
	return sink->ctx->host->now_ns(sink->ctx);
}

static inline void cw_sink_count(const struct cw_sink *sink, struct cw_metric *metric, int64_t n)
{
	if (metric)
		sink->ctx->host->metric_add(metric, n);
}

static inline void cw_sink_gauge(const struct cw_sink *sink, struct cw_metric *metric, int64_t n)
{
	if (metric)
		sink->ctx->host->metric_set(metric, n);
}

/* ---- sink.c --------------------------------------------------------------------------------------- */

/* What a task has but for connections to the store, which nothing is sent to. NULL with *err set. */
struct cw_sink *cw_sink_new(const struct cw_context *ctx, const struct cw_es_config *config, struct cw_error *err);
void cw_sink_free(struct cw_sink *sink);
/* The first failure stays. */
void cw_sink_fail(struct cw_sink *sink, const char *fmt, ...) CW_PRINTF(2, 3);

/* ---- records.c ------------------------------------------------------------------------------------ */

/* Where a record is in what was handed to put(). */
struct cw_place {
	struct cw_taken *taken;
	struct cw_batch *batch;
	size_t i;
	const struct cw_record *record;
	int64_t now;
};

/* Documents of all records of a batch, until the task fails. */
void cw_records_put(struct cw_sink *sink, struct cw_batch *batch, struct cw_taken *taken, int64_t now);
/* The record has no document: errors.tolerance decides. */
void cw_sink_reject(struct cw_sink *sink, const struct cw_place *at, const char *reason);
/* The same under drop.invalid.message, which leaves it out. */
void cw_sink_reject_invalid(struct cw_sink *sink, const struct cw_place *at, const char *reason);
/*
 * The place for a document of this topic and time in the open bulk: its index is chosen and, where it is not that of the
 * request's path, put into *index for the action line. Returns the body's size before it.
 */
size_t cw_sink_begin_document(struct cw_sink *sink, const struct cw_place *at, const struct cw_log_time *time,
			      struct cw_slice *index);
/*
 * What the index's name is made of, beside topic and time, where sink->index_asks. line NULL: the record is none. 0, or
 * -1 with *err set.
 */
int cw_sink_ask_index(struct cw_sink *sink, const struct cw_record *record, const struct cw_line *line,
			struct cw_error *err);
/* The body was added to, from `before` on. */
void cw_sink_end_document(struct cw_sink *sink, const struct cw_place *at, size_t before);

/* ---- preview.c ----------------------------------------------------------------------------------- */

/* The framework's render(). */
enum cw_result cw_es_render(const struct cw_context *ctx, const void *config, struct cw_batch *batch,
			    struct cw_error *err);

/* ---- structured.c -------------------------------------------------------------------------------- */

/* The document of a map or a struct. */
void cw_structured_put(struct cw_sink *sink, const struct cw_place *at);
/* The deletion that a record without a value stands for. */
void cw_structured_delete(struct cw_sink *sink, const struct cw_place *at);
/* ---- action.c ------------------------------------------------------------------------------------ */

/* Whether the documents of a topic are named by their records' keys. */
bool cw_action_named(const struct cw_sink *sink, struct cw_slice topic);
bool cw_list_has(const struct cw_list *list, struct cw_slice name);
/*
 * Appends the action line of a document, or of a deletion. line NULL: the record is none. 0, or -1 with *err set when the
 * record lacks something that it needs; then some of it may have been written.
 */
int cw_action_write(struct cw_sink *sink, const struct cw_place *at, const struct cw_line *line, bool deletes,
		    struct cw_slice index, struct cw_error *err);
/* What stands before a document, and after its newline was written, where it is the new state of an update. */
void cw_action_begin_document(struct cw_sink *sink);
void cw_action_end_document(struct cw_sink *sink);

/* ---- delivery.c ---------------------------------------------------------------------------------- */

/* An empty bulk, from the spare ones. */
struct cw_bulk *cw_delivery_new_bulk(struct cw_sink *sink);
/* A bulk without documents. The one used last is used next: its memory is still in the cache. */
void cw_delivery_recycle(struct cw_sink *sink, struct cw_bulk *bulk);
/* The bulk that is being filled is to be sent. */
void cw_delivery_seal(struct cw_sink *sink);
/*
 * Sends what may be sent now. idle: no more records are there, so a part-filled request goes too when
 * nothing else is under way. force: it goes in any case.
 */
void cw_delivery_send(struct cw_sink *sink, bool idle, bool force);
/*
 * Moves I/O, at most until until_ns, and handles the answers. Returns whether one of fds is readable.
 * sink->progress is set when an answer came.
 */
bool cw_delivery_drive(struct cw_sink *sink, const int *fds, size_t n, int64_t until_ns);
/* When something has to be sent although no I/O happened; INT64_MAX: never. */
int64_t cw_delivery_due_ns(const struct cw_sink *sink);
/* One record of a batch has its answer. */
void cw_delivery_answered(struct cw_sink *sink, struct cw_taken *taken, size_t n);
struct cw_taken *cw_delivery_take(struct cw_sink *sink, struct cw_batch *batch);
void cw_delivery_free(struct cw_sink *sink);

/* ---- give_up.c ----------------------------------------------------------------------------------- */

/* A policy other than RETRY is applied to a document; and to number i of the answer's, for what is said of it there. */
void cw_give_up(struct cw_sink *sink, const struct cw_doc *doc, enum cw_class class, enum cw_policy policy,
		const char *reason);
void cw_give_up_item(struct cw_sink *sink, const struct cw_bulk *bulk, size_t i, enum cw_class class,
		     enum cw_policy policy);

/* ---- turns.c ------------------------------------------------------------------------------------- */

/* Takes down the keys of its documents, after these have changed. */
void cw_turns_note(const struct cw_sink *sink, struct cw_bulk *bulk);
/* Whether it may be sent: it need not wait for earlier documents of its keys. Sets bulk->held. */
bool cw_turns_come(const struct cw_sink *sink, struct cw_bulk *bulk);
/* Whether something is to be sent, and all of it was found to wait so. */
bool cw_turns_wait(const struct cw_sink *sink);
/*
 * While the items of an answer are looked at, in their order: it begins; this document goes again; and whether that
 * undoes this later one, so that it has to go again, too.
 */
void cw_turns_begin_answer(struct cw_sink *sink, const struct cw_bulk *bulk);
void cw_turns_again(struct cw_sink *sink, const struct cw_doc *doc);
bool cw_turns_undone(const struct cw_sink *sink, const struct cw_doc *doc);

/* ---- outcome.c ---------------------------------------------------------------------------------- */

/* The call for a bulk, which is its owner, is done. */
void cw_outcome_of_bulk(struct cw_sink *sink, struct cw_http_call *call);

/* ---- outage.c ----------------------------------------------------------------------------------- */

/* What a call that did not succeed says, for a person. */
void cw_outcome_describe(const struct cw_http_call *call, char *out, size_t size);
/* Its class. */
enum cw_class cw_outcome_class(const struct cw_http_call *call);
/* What a person may look at when it will not pass by itself. */
const char *cw_outcome_advice(const struct cw_http_call *call);
/*
 * Whether the call's URL is what is wrong, and another one may do. Then the URL is set aside, with a warning, and the
 * caller sends the request again.
 */
bool cw_outcome_other_url(struct cw_sink *sink, const struct cw_http_call *call, enum cw_class class, int64_t sent_ns,
			  const char *why);
/* The pause before a single bulk is sent again after `attempt` (from 1) vain ones. */
int64_t cw_outcome_backoff_ns(const struct cw_sink *sink, unsigned attempt);
/* The store took nothing of what was sent at sent_ns: nothing is sent for a while, unless another URL can take it. */
void cw_outcome_outage(struct cw_sink *sink, const struct cw_http_call *call, int64_t sent_ns, const char *why);
/* What an answer asks to wait for is kept to. */
void cw_outcome_wait(struct cw_sink *sink, const struct cw_http_call *call);
/* The store does not answer, or has too much to do; and: it took something. Logged when that changes. */
void cw_outcome_note_down(struct cw_sink *sink, const char *why);
void cw_outcome_note_up(struct cw_sink *sink);

/* ---- setup.c ------------------------------------------------------------------------------------- */

/* The setup of that kind and name, or NULL. */
struct cw_setup *cw_setup_find(const struct cw_sink *sink, const struct cw_setup_kind *kind, const char *name);
/* A new one, which comes after those that are there; the caller fills in the steps. */
struct cw_setup *cw_setup_add(struct cw_sink *sink, const struct cw_setup_kind *kind, const char *name);
/* Sends the next step; nothing else is sent while it returns false. */
bool cw_setup_ready(struct cw_sink *sink, int64_t now_ns);
/* Whether one is not there yet. */
bool cw_setup_pending(const struct cw_sink *sink);
/* Whether an error says that what was to be made is there already: another task was faster. */
bool cw_setup_is_made(struct cw_slice error);
/* Goes on with the first step, after a pause; false: it did so once and max.retries times more. */
bool cw_setup_look_again(struct cw_sink *sink, struct cw_setup *setup);
/* The call for one is done. */
void cw_setup_done(struct cw_sink *sink, struct cw_http_call *call);
void cw_setup_free(struct cw_sink *sink);

/* ---- sniff.c ------------------------------------------------------------------------------------- */

/* Asks for the store's nodes when that is due. */
void cw_sniff_step(struct cw_sink *sink, int64_t now_ns);
/* The call is done. */
void cw_sniff_done(struct cw_sink *sink, const struct cw_http_call *call);

/* ---- templates.c --------------------------------------------------------------------------------- */

/* A template for the configured index, or for a topic's when the index starts with %{topic}. */
void cw_templates_need(struct cw_sink *sink, struct cw_slice topic);

/* ---- lifecycle.c --------------------------------------------------------------------------------- */

/* The lifecycle policy, where one is configured. 0, or -1 with *err set when its file cannot be read. */
int cw_lifecycle_need_policy(struct cw_sink *sink, struct cw_error *err);
/* The alias that documents are written through, where that is configured. */
void cw_lifecycle_need_alias(struct cw_sink *sink);
/* Adds what an index template has to say of both. */
void cw_lifecycle_settings(const struct cw_es_config *config, json_t *settings);

/* ---- resources.c --------------------------------------------------------------------------------- */

/* The resource of a topic in a list of TOPIC:RESOURCE, or NULL. */
const char *cw_resources_find(const struct cw_list *mapping, struct cw_slice topic);
/* All of them have to be there. */
void cw_resources_need(struct cw_sink *sink);
/* Sets sink->resource to the one of the record's topic. 0, or -1 with *err set: it has none. */
int cw_resources_choose(struct cw_sink *sink, const struct cw_record *record, struct cw_error *err);

/* ---- mappings.c ---------------------------------------------------------------------------------- */

/* The mapping of a schema for an index that has none. */
void cw_mappings_need(struct cw_sink *sink, const char *index, const struct cw_schema *schema);

#endif
