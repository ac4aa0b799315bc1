#include <stdlib.h>

#include "base/mem.h"
#include "bulksink.h"

/* A slice of the request. */
struct part {
	const char *p;
	size_t n;
};

/* What the query's filter_path leaves of the answer's items. */
enum items { ITEMS_FULL, ITEMS_STATUS, ITEMS_ERRORS, ITEMS_NONE };

/* One request while it is read. */
struct bulk {
	struct cw_bulksink_loop *loop;
	struct part index; /* of the path, for actions that name none */
	enum items items;
	bool ids, latency;
	double p429, p400;
	int64_t now_us;
	size_t docs, ok, refused429, refused400, malformed, emitted;
};

struct action {
	struct part op, line, doc;
};

bool cw_bulksink_chance(struct cw_bulksink_loop *loop, double percent)
{
	if (percent <= 0)
		return false;
	loop->rng ^= loop->rng << 13;
	loop->rng ^= loop->rng >> 7;
	loop->rng ^= loop->rng << 17;
	return (double)(loop->rng >> 11) * (100.0 / 9007199254740992.0) < percent;
}

/* Never 0, which marks an empty slot. */
static uint64_t hash64(const char *p, size_t n)
{
	uint64_t h = UINT64_C(0x9E3779B97F4A7C15) ^ n, w;

	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&w, p, 8);
		h = (h ^ w) * UINT64_C(0xff51afd7ed558ccd);
		h ^= h >> 32;
	}
	w = 0;
	memcpy(&w, p, n);
	h = (h ^ w) * UINT64_C(0xc4ceb9fe1a85ec53);
	h ^= h >> 29;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 32;
	return h ? h : 1;
}

/* The string of a key in {"index":{"_index":"a","_id":"b"}}, escapes and all; n is 0 when there is none. */
static struct part field(struct part line, const char *quoted_key, size_t key_n)
{
	const char *end = line.p + line.n, *p = memmem(line.p, line.n, quoted_key, key_n), *q;
	struct part none = { 0 };

	if (!p)
		return none;
	for (p += key_n; p < end && (*p == ' ' || *p == ':'); p++)
		;
	if (p >= end || *p != '"')
		return none;
	for (q = ++p; q < end && *q != '"'; q++)
		if (*q == '\\')
			q++;
	return q < end ? (struct part){ p, (size_t)(q - p) } : none;
}

static struct part path_index(const char *path, size_t n)
{
	const char *slash = n > 1 && path[1] != '_' ? memchr(path + 1, '/', n - 1) : NULL;

	return slash ? (struct part){ path + 1, (size_t)(slash - path - 1) } : (struct part){ "bench", 5 };
}

static enum items wanted_items(const char *path, size_t n)
{
	const char *filter = memmem(path, n, "filter_path=", 12);
	size_t rest;

	if (!filter)
		return ITEMS_FULL;
	rest = n - (size_t)(filter - path);
	if (!memmem(filter, rest, "items", 5))
		return ITEMS_NONE;
	if (memmem(filter, rest, "status", 6))
		return ITEMS_STATUS;
	return memmem(filter, rest, "error", 5) ? ITEMS_ERRORS : ITEMS_FULL;
}

/* The next action and its document; false at the end of the body. */
static bool next_action(struct bulk *bulk, const char **at, const char *end, struct action *action)
{
	while (*at < end) {
		const char *p = *at, *nl = memchr(p, '\n', (size_t)(end - p)), *stop = nl ? nl : end, *q;

		*at = stop + 1;
		action->line = (struct part){ p, (size_t)(stop - p) };
		if (stop == p || (stop == p + 1 && *p == '\r'))
			continue;
		action->op.p = memchr(p, '"', action->line.n);
		action->op.p += action->op.p ? 1 : 0;
		q = action->op.p ? memchr(action->op.p, '"', (size_t)(stop - action->op.p)) : NULL;
		action->op.n = q ? (size_t)(q - action->op.p) : 0;
		action->doc = (struct part){ NULL, 0 };
		if (*p != '{' || (action->op.n != 5 && action->op.n != 6)) {
			bulk->malformed++;
			continue;
		}
		if (memcmp(action->op.p, "delete", 6) == 0)
			return true;
		nl = *at < end ? memchr(*at, '\n', (size_t)(end - *at)) : NULL;
		if (!nl || **at != '{')
			bulk->malformed++;
		if (*at >= end)
			return false;
		action->doc = (struct part){ *at, (size_t)((nl ? nl : end) - *at) };
		*at = action->doc.p + action->doc.n + 1;
		return true;
	}
	return false;
}

static void note_id(struct cw_bulksink_loop *loop, struct part id)
{
	if (!id.n)
		return;
	if (loop->hashes_n == loop->hashes_cap) {
		loop->hashes_cap = loop->hashes_cap ? loop->hashes_cap * 2 : 4096;
		loop->hashes = cw_realloc(loop->hashes, loop->hashes_cap * sizeof(*loop->hashes));
	}
	loop->hashes[loop->hashes_n++] = hash64(id.p, id.n);
}

static void note_latency(struct bulk *bulk, struct part doc)
{
	const char *t = doc.p ? memmem(doc.p, doc.n, "?t=", 3) : NULL;
	long long sent_us = t ? strtoll(t + 3, NULL, 10) : 0;

	if (sent_us > 0)
		cw_bulksink_latency(bulk->loop->sink, bulk->now_us - sent_us);
}

static void full_item(struct bulk *bulk, struct cw_buf *out, const struct action *action, bool created)
{
	struct part id = field(action->line, "\"_id\"", 5), index = field(action->line, "\"_index\"", 8);

	if (!index.n)
		index = bulk->index;
	cw_buf_append(out, "\"_index\":\"", 10);
	cw_buf_append(out, index.p, index.n);
	cw_buf_append(out, "\",\"_id\":\"", 9);
	if (id.n)
		cw_buf_append(out, id.p, id.n);
	else
		cw_buf_printf(out, "auto%016llx", (unsigned long long)++bulk->loop->auto_id);
	cw_buf_append(out, "\",", 2);
	if (created)
		cw_buf_puts(out, "\"_version\":1,\"result\":\"created\",\"_shards\":{\"total\":2,\"successful\":1,"
				 "\"failed\":0},\"_seq_no\":1,\"_primary_term\":1,");
}

static void answer_item(struct bulk *bulk, const struct action *action, int status)
{
	struct cw_buf *out = &bulk->loop->items;

	if (bulk->items == ITEMS_NONE || (bulk->items == ITEMS_ERRORS && status < 300))
		return;
	if (bulk->emitted++)
		cw_buf_append(out, ",", 1);
	cw_buf_append(out, "{\"", 2);
	cw_buf_append(out, action->op.p, action->op.n);
	cw_buf_append(out, "\":{", 3);
	if (bulk->items == ITEMS_FULL)
		full_item(bulk, out, action, status < 300);
	if (status == 429)
		cw_buf_puts(out, "\"status\":429,\"error\":{\"type\":\"es_rejected_execution_exception\","
				 "\"reason\":\"rejected execution of coordinating operation [injected]\"}}}");
	else if (status == 400)
		cw_buf_puts(out, "\"status\":400,\"error\":{\"type\":\"mapper_parsing_exception\","
				 "\"reason\":\"failed to parse field [size] [injected]\"}}}");
	else
		cw_buf_append(out, "\"status\":201}}", 14);
}

static void take_action(struct bulk *bulk, const struct action *action)
{
	int status = 201;

	bulk->docs++;
	if (cw_bulksink_chance(bulk->loop, bulk->p429)) {
		status = 429;
		bulk->refused429++;
	} else if (cw_bulksink_chance(bulk->loop, bulk->p400)) {
		status = 400;
		bulk->refused400++;
	} else {
		bulk->ok++;
		if (bulk->ids)
			note_id(bulk->loop, field(action->line, "\"_id\"", 5));
		if (bulk->latency)
			note_latency(bulk, action->doc);
	}
	answer_item(bulk, action, status);
}

static void count_bulk(struct bulk *bulk, const char *body, size_t n)
{
	struct cw_bulksink *sink = bulk->loop->sink;
	int64_t unset = 0;

	cw_bulksink_count(sink, CW_BS_BULKS, 1);
	cw_bulksink_count(sink, CW_BS_DOCS, bulk->docs);
	cw_bulksink_count(sink, CW_BS_ITEM429, bulk->refused429);
	cw_bulksink_count(sink, CW_BS_ITEM400, bulk->refused400);
	cw_bulksink_count(sink, CW_BS_MALFORMED, bulk->malformed);
	cw_bulksink_count(sink, CW_BS_BYTES, n);
	if (bulk->ok) {
		atomic_compare_exchange_strong(&sink->first_us, &unset, bulk->now_us);
		sink->last_us = bulk->now_us;
	}
	if (bulk->loop->hashes_n)
		cw_bulksink_ids(sink, bulk->loop->hashes, bulk->loop->hashes_n);
	cw_bulksink_sample(sink, body, n);
	/* Last: who waits for this number finds the others complete. */
	cw_bulksink_count(sink, CW_BS_OK, bulk->ok);
}

int cw_bulksink_bulk(struct cw_bulksink_loop *loop, const char *path, size_t path_n, const char *body, size_t n)
{
	struct cw_bulksink *sink = loop->sink;
	struct bulk bulk = {
		.loop = loop,
		.index = path_index(path, path_n),
		.items = wanted_items(path, path_n),
		.ids = sink->settings[CW_BS_SET_IDS] > 0,
		.latency = sink->settings[CW_BS_SET_LATENCY] > 0,
		.p429 = sink->settings[CW_BS_SET_ITEM429],
		.p400 = sink->settings[CW_BS_SET_ITEM400],
		.now_us = cw_bulksink_now_us(),
	};
	const char *at = body, *end = body + n;
	struct action action;

	loop->items.n = loop->answer.n = loop->hashes_n = 0;
	while (next_action(&bulk, &at, end, &action))
		take_action(&bulk, &action);
	count_bulk(&bulk, body, n);
	if (!bulk.docs) {
		cw_buf_puts(&loop->answer, "{\"error\":{\"type\":\"parse_exception\",\"reason\":\"request body is "
					   "required\"},\"status\":400}");
		return 400;
	}
	cw_buf_printf(&loop->answer, "{\"took\":1,\"errors\":%s", bulk.ok < bulk.docs ? "true" : "false");
	if (bulk.emitted) {
		cw_buf_append(&loop->answer, ",\"items\":[", 10);
		cw_buf_append(&loop->answer, loop->items.p, loop->items.n);
		cw_buf_append(&loop->answer, "]", 1);
	}
	cw_buf_append(&loop->answer, "}", 1);
	return 200;
}
