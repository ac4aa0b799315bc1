/*
 * The order of records that write the same document without a version: updates of documents that are named by keys, and
 * their deletions. The later one has to win. Within a request the store keeps to their order. A request waits until the
 * earlier ones with one of its keys are answered; and where a document goes again, those of its key after it do.
 */
#include "sink.h"

#include "document.h"

#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

static uint64_t hash(uint64_t h, struct cw_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * FNV_PRIME;
	return (h ^ 0xff) * FNV_PRIME; /* "a", "bc" is not "ab", "c": no text has this byte */
}

/* Of what names the document; 0: no other record writes it. */
static uint64_t key_of(const struct cw_sink *sink, const struct cw_doc *doc)
{
	const struct cw_record *record = cw_batch_record(doc->taken->batch, doc->record);
	struct cw_error err = { 0 };
	struct cw_slice id;
	char digits[24];
	uint64_t key;

	if (!cw_action_named(sink, record->topic) || cw_document_id(&record->key, digits, &id, &err) != 0)
		return 0;
	key = hash(hash(FNV_BASIS, record->topic), id);
	return key ? key : 1;
}

void cw_turns_note(const struct cw_sink *sink, struct cw_bulk *bulk)
{
	if (!sink->ordered)
		return;
	cw_key_set_reset(&bulk->keys, bulk->n);
	for (size_t i = 0; i < bulk->n; i++) {
		uint64_t key = key_of(sink, &bulk->docs[i]);

		if (key)
			cw_key_set_add(&bulk->keys, key);
	}
}

static bool has_to_wait(const struct cw_bulk_list *list, const struct cw_bulk *bulk)
{
	for (const struct cw_bulk *other = list->first; other; other = other->next)
		if (other->order < bulk->order && cw_key_set_meets(&other->keys, &bulk->keys))
			return true;
	return false;
}

bool cw_turns_come(const struct cw_sink *sink, struct cw_bulk *bulk)
{
	bulk->held = sink->ordered && !bulk->sent_ns && /* what was sent before had its turn */
		     (has_to_wait(&sink->flying, bulk) || has_to_wait(&sink->delayed, bulk) ||
		      has_to_wait(&sink->ready, bulk));
	return !bulk->held;
}

bool cw_turns_wait(const struct cw_sink *sink)
{
	const struct cw_bulk *bulk = sink->ready.first;

	while (bulk && bulk->held)
		bulk = bulk->next;
	return sink->ready.first && !bulk;
}

void cw_turns_begin_answer(struct cw_sink *sink, const struct cw_bulk *bulk)
{
	if (sink->ordered)
		cw_key_set_reset(&sink->again, bulk->n);
}

void cw_turns_again(struct cw_sink *sink, const struct cw_doc *doc)
{
	uint64_t key = sink->ordered ? key_of(sink, doc) : 0;

	if (key)
		cw_key_set_add(&sink->again, key);
}

bool cw_turns_undone(const struct cw_sink *sink, const struct cw_doc *doc)
{
	return sink->again.n && cw_key_set_has(&sink->again, key_of(sink, doc));
}
