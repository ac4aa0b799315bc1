#include "host/letters_found.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "kafka/read_topic.h"

#define TIMEOUT_MS 30000
#define ASK_TIMEOUT_MS 5000
#define MARK "letters"
/* Brokers refuse more than 4096 bytes (offset.metadata.max.bytes). */
#define MARK_MAX 4000u

/* ---- marks ----------------------------------------------------------------------------------- */

char *cw_letters_mark(const int64_t *next, int n)
{
	struct cw_buf text = { 0 };

	cw_buf_puts(&text, MARK);
	for (int i = 0; i < n; i++)
		cw_buf_printf(&text, " %d=%lld", i, (long long)next[i]);
	if (text.n <= MARK_MAX)
		return cw_buf_take(&text);
	cw_buf_free(&text);
	return NULL;
}

int64_t cw_letters_mark_of(const char *mark, size_t n, int32_t partition)
{
	CW_AUTO_FREE char *text = cw_strndup(mark ? mark : "", mark ? n : 0);
	char *rest = text, *word = strsep(&rest, " ");

	if (strcmp(word, MARK) != 0)
		return 0;
	while ((word = strsep(&rest, " ")) != NULL) {
		char *end;
		long number = strtol(word, &end, 10);

		if (end != word && *end == '=' && number == partition)
			return strtoll(end + 1, NULL, 10);
	}
	return 0;
}

/* ---- letters --------------------------------------------------------------------------------- */

static uint64_t add_bytes(uint64_t hash, struct cw_slice bytes)
{
	hash = (hash ^ (bytes.p ? bytes.n : SIZE_MAX)) * UINT64_C(1099511628211);
	for (size_t i = 0; i < bytes.n; i++)
		hash = (hash ^ (unsigned char)bytes.p[i]) * UINT64_C(1099511628211);
	return hash;
}

/* Not of its time: the dead letter topic may put its own in that place. */
static uint64_t hash_of(struct cw_slice key, struct cw_slice value)
{
	return add_bytes(add_bytes(UINT64_C(14695981039346656037), key), value);
}

static int compare(const void *a, const void *b)
{
	const struct cw_letter_found *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static int32_t place_of(const struct cw_letters_found *found, struct cw_slice topic, int32_t partition)
{
	for (int i = 0; i < found->committed->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &found->committed->elems[i];

		if (p->partition == partition && cw_slice_equal(cw_slice_str(p->topic), topic))
			return i;
	}
	return -1;
}

/* The last header of that name: one that the record had itself comes first. */
static struct cw_slice context(const rd_kafka_headers_t *headers, const char *name)
{
	const void *value = NULL;
	size_t n = 0;

	if (rd_kafka_header_get_last(headers, name, &value, &n) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return cw_slice(NULL, 0);
	return cw_slice(value, n);
}

static int64_t number(struct cw_slice text)
{
	char digits[24];

	if (text.n == 0 || text.n >= sizeof(digits))
		return -1;
	memcpy(digits, text.p, text.n);
	digits[text.n] = '\0';
	return strtoll(digits, NULL, 10);
}

static bool take(void *arg, const rd_kafka_message_t *m)
{
	struct cw_letters_found *found = arg;
	rd_kafka_headers_t *headers;
	struct cw_letter_found letter;

	if (rd_kafka_message_headers(m, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
	    !cw_slice_equal(context(headers, "__connect.errors.connector.name"), cw_slice_str(found->connector)))
		return true;
	letter.place = place_of(found, context(headers, "__connect.errors.topic"),
				(int32_t)number(context(headers, "__connect.errors.partition")));
	letter.offset = number(context(headers, "__connect.errors.offset"));
	if (letter.place < 0 || letter.offset < found->committed->elems[letter.place].offset)
		return true;
	letter.hash = hash_of(cw_slice(m->key, m->key_len), cw_slice(m->payload, m->len));
	if (found->n == found->cap) {
		found->cap = found->cap ? found->cap * 2 : 64;
		found->items = cw_realloc(found->items, found->cap * sizeof(*found->items));
	}
	found->items[found->n++] = letter;
	return found->n < CW_LETTERS_FOUND_MAX;
}

static int64_t begin_at(void *arg, int32_t partition, int64_t first, int64_t end)
{
	const struct cw_letters_found *found = arg;
	int64_t from = end;

	for (int i = 0; i < found->committed->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &found->committed->elems[i];
		int64_t mark = p->offset < 0 ? 0 : cw_letters_mark_of(p->metadata, p->metadata_size, partition);

		from = mark < from ? mark : from;
	}
	return from > first ? from : first;
}

/* ---- what may be read again ------------------------------------------------------------------ */

static int left_ms(const struct cw_letters_looking *looking)
{
	int64_t left = looking->deadline_ms - cw_clock_ms();

	return left < 0 ? 0 : left < ASK_TIMEOUT_MS ? (int)left : ASK_TIMEOUT_MS;
}

/* Where the partitions begin or end now: `where` is RD_KAFKA_OFFSET_BEGINNING or _END. New; NULL: it is not known. */
static rd_kafka_topic_partition_list_t *ask_where(const struct cw_letters_looking *looking,
						  const rd_kafka_topic_partition_list_t *partitions, int64_t where)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_copy(partitions);

	for (int i = 0; i < list->cnt; i++)
		list->elems[i].offset = where;
	if (!rd_kafka_offsets_for_times(looking->consumer, list, left_ms(looking)))
		return list;
	rd_kafka_topic_partition_list_destroy(list);
	return NULL;
}

static bool is_uncommitted(const rd_kafka_topic_partition_t *p)
{
	return p->offset < 0;
}

static bool any_uncommitted(const rd_kafka_topic_partition_list_t *committed)
{
	for (int i = 0; i < committed->cnt; i++)
		if (is_uncommitted(&committed->elems[i]))
			return true;
	return false;
}

/* One that nothing was ever committed of would let all letters be read; but where no record is, none is read again. */
static void leave_out_empty(const struct cw_letters_looking *looking, rd_kafka_topic_partition_list_t *committed)
{
	rd_kafka_topic_partition_list_t *begins, *ends;

	if (!any_uncommitted(committed))
		return;
	begins = ask_where(looking, committed, RD_KAFKA_OFFSET_BEGINNING);
	ends = begins ? ask_where(looking, committed, RD_KAFKA_OFFSET_END) : NULL;
	for (int i = committed->cnt - 1; ends && i >= 0; i--) {
		const rd_kafka_topic_partition_t *begin = &begins->elems[i], *end = &ends->elems[i];

		if (is_uncommitted(&committed->elems[i]) && !begin->err && !end->err && begin->offset == end->offset)
			rd_kafka_topic_partition_list_del_by_idx(committed, i);
	}
	if (begins)
		rd_kafka_topic_partition_list_destroy(begins);
	if (ends)
		rd_kafka_topic_partition_list_destroy(ends);
}

/* New; NULL with *err. */
static rd_kafka_topic_partition_list_t *ask_committed(const struct cw_letters_looking *looking, struct cw_error *err)
{
	rd_kafka_topic_partition_list_t *committed = rd_kafka_topic_partition_list_copy(looking->assigned);
	rd_kafka_resp_err_t code = rd_kafka_committed(looking->consumer, committed, left_ms(looking));

	if (!code) {
		leave_out_empty(looking, committed);
		return committed;
	}
	rd_kafka_topic_partition_list_destroy(committed);
	cw_error_set(err, CW_ERR_RETRIABLE, "the group does not tell its offsets: %s", rd_kafka_err2str(code));
	return NULL;
}

int cw_letters_look(struct cw_letters_found *found, const struct cw_letters_looking *looking, struct cw_error *err)
{
	const struct cw_task *task = looking->task;
	const struct cw_topic_reading reading = {
		.worker = task->worker, .connector = &task->config, .scope = &task->scope, .topic = looking->topic,
		.what = "the dead letters", .however_long = true, .timeout_ms = TIMEOUT_MS,
		.deadline_ms = looking->deadline_ms, .stop = &task->stop, .from = begin_at, .take = take, .arg = found,
	};
	rd_kafka_topic_partition_list_t *committed = ask_committed(looking, err);
	int failed;

	if (!committed)
		return -1;
	cw_letters_found_free(found);
	*found = (struct cw_letters_found){ .committed = committed, .connector = task->context.connector };
	failed = cw_topic_read(&reading, err);
	if (found->n)
		qsort(found->items, found->n, sizeof(*found->items), compare);
	if (found->n == CW_LETTERS_FOUND_MAX)
		log_warn(&task->scope, "topic %s has more letters of records that are read again than are remembered: some may be "
			 "written twice", looking->topic);
	return failed;
}

bool cw_letters_have(const struct cw_letters_found *found, const struct cw_original *o)
{
	const struct cw_letter_found wanted = {
		.hash = hash_of(o->key, o->value), .offset = o->offset,
		.place = found->n ? place_of(found, o->topic, o->partition) : -1,
	};

	return found->n && bsearch(&wanted, found->items, found->n, sizeof(wanted), compare) != NULL;
}

void cw_letters_found_free(struct cw_letters_found *found)
{
	if (found->committed)
		rd_kafka_topic_partition_list_destroy(found->committed);
	free(found->items);
	*found = (struct cw_letters_found){ 0 };
}
