#include "generator.h"

#include <stdlib.h>

#include "exchange.h"
#include "malformed.h"
#include "site.h"

/* What a record's numbers are drawn for. Never renumbered: they are part of what a line is. */
enum {
	DRAW_EXCHANGE = 0,
	DRAW_CLIENT,
	DRAW_ENDPOINT,
	DRAW_REFERRER,
	DRAW_REST,
	DRAW_BURST,
	DRAW_MALFORMED,
	DRAW_BREAK
};

struct octet {
	char text[4]; /* "9." or "180." */
	uint32_t n;
};

struct cw_synthetic {
	enum cw_line_format format;
	uint64_t seed;
	uint32_t tasks;
	bool live; /* start.time=now */
	struct cw_log_clock clock;
	struct cw_site site;
	struct cw_exchanges usual, burst;
	uint64_t burst_interval_s, burst_duration_s;
	uint64_t burst_below, malformed_below; /* a share of 2^32 */
	char head[8];                          /* what a line begins with */
	uint32_t head_n;
	char no_size;
	struct octet octets[256];
};

/* ---- making -------------------------------------------------------------------------------------- */

static void set_octets(struct octet *octets)
{
	for (unsigned i = 0; i < 256; i++) {
		char text[8];

		octets[i].n = (uint32_t)snprintf(text, sizeof(text), "%u.", i);
		memcpy(octets[i].text, text, sizeof(octets[i].text));
	}
}

static uint64_t share_of_2_32(double share)
{
	return (uint64_t)(share * 4294967296.0 + 0.5);
}

static int set_exchanges(struct cw_synthetic *g, const struct cw_synthetic_options *options, struct cw_error *err)
{
	struct cw_weights methods, statuses, burst;

	if (cw_method_weights_parse(options->method_weights, &methods, err) != 0 ||
	    cw_status_weights_parse(options->status_weights, &statuses, err) != 0 ||
	    cw_status_weights_parse(options->burst_status_weights, &burst, err) != 0)
		return -1;
	if (cw_exchanges_init(&g->usual, g->format, &methods, &statuses) != 0 ||
	    cw_exchanges_init(&g->burst, g->format, &methods, &burst) != 0)
		return cw_error_set(err, CW_ERR_RETRIABLE, "no memory for %zu methods and %zu statuses", methods.n,
				    statuses.n);
	return 0;
}

static int set_all(struct cw_synthetic *g, const struct cw_synthetic_options *options, struct cw_error *err)
{
	struct cw_start_time start;

	if (cw_start_time_parse(options->start_time, &start, err) != 0 || set_exchanges(g, options, err) != 0)
		return -1;
	g->live = start.now;
	cw_log_clock_init(&g->clock, start.epoch_ms / 1000, cw_synthetic_log_rate(options), options->daily_variation);
	if (cw_site_init(&g->site, options) != 0)
		return cw_error_set(err, CW_ERR_RETRIABLE, "no memory for %d clients and %d endpoints",
				    (int)options->clients, (int)options->endpoints);
	return 0;
}

struct cw_synthetic *cw_synthetic_new(const struct cw_synthetic_options *options, uint32_t tasks, struct cw_error *err)
{
	struct cw_synthetic *g = calloc(1, sizeof(*g));

	if (!g) {
		cw_error_set(err, CW_ERR_RETRIABLE, "no memory for a generator");
		return NULL;
	}
	g->format = cw_synthetic_format(options);
	g->seed = (uint64_t)options->seed;
	g->tasks = tasks;
	g->burst_interval_s = (uint64_t)options->burst_interval_s;
	g->burst_duration_s = (uint64_t)options->burst_duration_s;
	g->burst_below = share_of_2_32(options->burst_share);
	g->malformed_below = share_of_2_32(options->malformed_share);
	g->no_size = g->format == CW_LINE_JSON ? '0' : '-';
	if (g->format == CW_LINE_JSON)
		g->head_n = (uint32_t)snprintf(g->head, sizeof(g->head), "{\"ip\":\"");
	set_octets(g->octets);
	if (set_all(g, options, err) != 0) {
		cw_synthetic_free(g);
		return NULL;
	}
	return g;
}

void cw_synthetic_free(struct cw_synthetic *g)
{
	if (!g)
		return;
	cw_site_free(&g->site);
	cw_exchanges_free(&g->usual);
	cw_exchanges_free(&g->burst);
	free(g);
}

/* ---- the current second ----------------------------------------------------------------------------- */

bool cw_synthetic_burst(const struct cw_synthetic *g, int64_t epoch_s)
{
	uint64_t slot, room, begin;

	if (g->burst_interval_s == 0)
		return false;
	slot = (uint64_t)epoch_s / g->burst_interval_s;
	room = g->burst_interval_s - g->burst_duration_s + 1;
	begin = cw_draw(cw_mix(g->seed ^ UINT64_C(0x6275727374)), slot) % room;
	return (uint64_t)epoch_s % g->burst_interval_s - begin < g->burst_duration_s;
}

/* From after the address to before the method. */
static uint32_t write_when(enum cw_line_format format, int64_t epoch_s, char *out, size_t size)
{
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct cw_civil c = cw_civil(epoch_s);
	int n;

	if (format == CW_LINE_JSON)
		n = snprintf(out, size, "\",\"@timestamp\":\"%04d-%02d-%02dT%02d:%02d:%02d\",\"method\":\"", c.year,
			     c.month, c.day, c.hour, c.minute, c.second);
	else if (format == CW_LINE_ACCESS)
		n = snprintf(out, size, " - - [%s %02d %04d, %02d:%02d:%02d] \"", months[c.month - 1], c.day, c.year,
			     c.hour, c.minute, c.second);
	else
		n = snprintf(out, size, " - - [%02d/%s/%04d:%02d:%02d:%02d +0000] \"", c.day, months[c.month - 1],
			     c.year, c.hour, c.minute, c.second);
	return (uint32_t)n;
}

static void enter_second(struct cw_cursor *cursor)
{
	cursor->when_n = write_when(cursor->g->format, cursor->second.epoch_s, cursor->when, sizeof(cursor->when));
	cursor->burst = cw_synthetic_burst(cursor->g, cursor->second.epoch_s);
}

void cw_cursor_init(struct cw_cursor *cursor, const struct cw_synthetic *g, uint32_t task)
{
	memset(cursor, 0, sizeof(*cursor));
	cursor->g = g;
	cursor->task = task;
	cursor->series = cw_series(g->seed, task);
	cursor->malformed = CW_WELL_FORMED;
	if (g->live) {
		cursor->second.until_us = UINT64_MAX;
		enter_second(cursor);
	}
}

void cw_cursor_set_time(struct cw_cursor *cursor, int64_t epoch_s)
{
	if (epoch_s == cursor->second.epoch_s)
		return;
	cursor->second.epoch_s = epoch_s;
	enter_second(cursor);
}

static inline void move_clock(struct cw_cursor *cursor, uint64_t k)
{
	uint64_t nominal = cw_log_clock_nominal(&cursor->g->clock, k * cursor->g->tasks + cursor->task);

	if (nominal >= cursor->second.from_us && nominal < cursor->second.until_us)
		return;
	cursor->second = cw_log_clock_second(&cursor->g->clock, nominal);
	enter_second(cursor);
}

/* ---- the pieces of a line ---------------------------------------------------------------------------- */

/* Whole blocks, which cost less than a copy of exactly n bytes. */
static inline char *put_text(char *out, const char *pool, struct cw_text text)
{
	const char *p = pool + text.at;

	memcpy(out, p, CW_TEXT_BLOCK);
	for (uint32_t done = CW_TEXT_BLOCK; done < text.n; done += CW_TEXT_BLOCK)
		memcpy(out + done, p + done, CW_TEXT_BLOCK);
	return out + text.n;
}

static inline char *put_ip(char *out, const struct octet *octets, uint32_t ip)
{
	for (int shift = 24; shift >= 0; shift -= 8) {
		struct octet octet = octets[ip >> shift & 0xff];

		memcpy(out, octet.text, sizeof(octet.text));
		out += octet.n;
	}
	return out - 1; /* the last point */
}

/* Up to 8 digits at once: four, two and one digit to a lane, then the leading zeros are shifted out. */
static inline char *put_number(char *out, uint32_t number)
{
	uint64_t v = number / 10000 | (uint64_t)(number % 10000) << 32, tens;
	int zeros;

	tens = (v * 10486 >> 20) & UINT64_C(0x7f0000007f);
	v = tens | (v - 100 * tens) << 16;
	tens = (v * 103 >> 10) & UINT64_C(0x000f000f000f000f);
	v = tens | (v - 10 * tens) << 8;
	zeros = v ? __builtin_ctzll(v) / 8 : 7;
	v = (v | UINT64_C(0x3030303030303030)) >> (8 * zeros);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	memcpy(out, &v, sizeof(v));
	return out + 8 - zeros;
}

static inline uint32_t body_size(const struct cw_exchange *x, const struct cw_endpoint *e, uint32_t noise)
{
	switch (x->size_rule) {
	case CW_SIZE_BODY:
		return e->size + (noise & e->spread);
	case CW_SIZE_PART:
		return 1 + (uint32_t)((uint64_t)e->size * (noise & 0xffff) >> 16);
	case CW_SIZE_ANSWER:
		return 24 + (noise & 127);
	case CW_SIZE_REDIRECT:
		return 178 + e->path.n;
	default: /* CW_SIZE_ERROR */
		return (e->kind == CW_API ? 40 : x->error_size) + e->path.n;
	}
}

/* The referrer that carries the time of generation. */
static char *put_probe(char *out, enum cw_line_format format, int64_t us)
{
	bool json = format == CW_LINE_JSON;
	int n = snprintf(out, 96, "%s" CW_SITE_URL "/?t=%lld%s", json ? ",\"referrer\":\"" : " \"", (long long)us,
			 json ? "\",\"user_agent\":\"" : "\" \"");

	return out + n;
}

static size_t malform(struct cw_cursor *cursor, uint64_t state, char *line, size_t n)
{
	cursor->malformed = (int)cw_below(cw_draw(state, DRAW_MALFORMED), CW_MALFORMED_KINDS);
	return cw_malform((enum cw_malformed)cursor->malformed, cursor->g->format, cw_draw(state, DRAW_BREAK), line, n);
}

/* ---- lines ------------------------------------------------------------------------------------------ */

size_t cw_cursor_write(struct cw_cursor *cursor, uint64_t k, char *out)
{
	const struct cw_synthetic *g = cursor->g;
	const struct cw_site *site = &g->site;
	uint64_t state = cw_record_state(cursor->series, k), rest = cw_draw(state, DRAW_REST);
	const struct cw_exchanges *exchanges = &g->usual;
	const struct cw_exchange *x;
	const struct cw_endpoint *endpoint;
	const struct cw_client *client;
	const struct cw_agent *agent;
	char *p = out;

	if (!g->live)
		move_clock(cursor, k);
	if (cursor->burst && (uint32_t)cw_draw(state, DRAW_BURST) < g->burst_below)
		exchanges = &g->burst;
	x = &exchanges->table[cw_alias_pick(&exchanges->pick, cw_draw(state, DRAW_EXCHANGE))];
	client = &site->clients[cw_alias_pick(x->changing ? &site->changing_client : &site->any_client,
					      cw_draw(state, DRAW_CLIENT))];
	endpoint = &site->endpoints[cw_alias_pick(x->changing ? &site->changing_endpoint : &site->any_endpoint,
						  cw_draw(state, DRAW_ENDPOINT))];
	agent = &site->agents[client->agent];
	cursor->client_ip = client->ip;
	cursor->malformed = CW_WELL_FORMED;

	memcpy(p, g->head, sizeof(g->head));
	p = put_ip(p + g->head_n, g->octets, client->ip);
	memcpy(p, cursor->when, 48);
	p += cursor->when_n;
	memcpy(p, x->before, sizeof(x->before));
	p = put_text(p + x->before_n, site->pool, endpoint->path);
	memcpy(p, x->after[agent->protocol], sizeof(x->after[0]));
	p += x->after_n;
	if (x->size_rule == CW_SIZE_NONE)
		*p++ = g->no_size;
	else
		p = put_number(p, body_size(x, endpoint, (uint32_t)(rest >> 32)));
	if (g->format != CW_LINE_COMMON) {
		enum cw_referrer_class class = cw_site_referrer_class(agent, x->changing, endpoint);

		if (cursor->probe_us)
			p = put_probe(p, g->format, cursor->probe_us);
		else
			p = put_text(
				p, site->pool,
				site->referrers[cw_alias_pick(&site->referrer[class], cw_draw(state, DRAW_REFERRER))]);
		p = put_text(p, site->pool, agent->text);
	}
	if ((uint32_t)rest < g->malformed_below)
		return malform(cursor, state, out, (size_t)(p - out));
	return (size_t)(p - out);
}

size_t cw_synthetic_line(const struct cw_synthetic *g, uint32_t task, uint64_t k, char *out)
{
	struct cw_cursor cursor;

	cw_cursor_init(&cursor, g, task);
	return cw_cursor_write(&cursor, k, out);
}

size_t cw_synthetic_ip(const struct cw_synthetic *g, uint32_t ip, char *out)
{
	return (size_t)(put_ip(out, g->octets, ip) - out);
}
