#include "site.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

/* ---- the pool --------------------------------------------------------------------------------------- */

/* Adds a text; false without memory. */
__attribute__((format(printf, 3, 4)))
static bool add_text(struct cw_site *site, struct cw_text *out, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(text))
		return false;
	if (site->pool_n + (size_t)n + CW_TEXT_BLOCK > site->pool_cap) {
		size_t cap = site->pool_cap ? site->pool_cap * 2 : 4096;
		char *pool = realloc(site->pool, cap);

		if (!pool)
			return false;
		memset(pool + site->pool_cap, 0, cap - site->pool_cap);
		site->pool = pool;
		site->pool_cap = cap;
	}
	memcpy(site->pool + site->pool_n, text, (size_t)n);
	*out = (struct cw_text){ (uint32_t)site->pool_n, (uint32_t)n };
	site->pool_n += (size_t)n;
	return true;
}

/* ---- user agents ----------------------------------------------------------------------------------- */

static const struct {
	const char *text;
	double weight;
	enum cw_agent_kind kind;
	enum cw_protocol protocol;
} agents[] = {
	{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", 28, CW_BROWSER, CW_HTTP_1_1 },
	{ "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 17, CW_BROWSER, CW_HTTP_1_1 },
	{ "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)", 14, CW_BROWSER, CW_HTTP_2_0 },
	{ "Mozilla/5.0 (Linux; Android 14; Pixel 8)", 13, CW_BROWSER, CW_HTTP_1_1 },
	{ "Mozilla/5.0 (X11; Linux x86_64)", 5, CW_BROWSER, CW_HTTP_1_1 },
	{ "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X)", 3, CW_BROWSER, CW_HTTP_2_0 },
	{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0", 4, CW_BROWSER,
	  CW_HTTP_2_0 },
	{ "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", 2, CW_BROWSER,
	  CW_HTTP_1_1 },
	{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
	  "Safari/537.36",
	  4, CW_BROWSER, CW_HTTP_2_0 },
	{ "okhttp/4.12.0", 3, CW_TOOL, CW_HTTP_2_0 },
	{ "curl/8.5.0", 2, CW_TOOL, CW_HTTP_1_1 },
	{ "python-requests/2.32.3", 1.5, CW_TOOL, CW_HTTP_1_1 },
	{ "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 2, CW_BOT, CW_HTTP_1_1 },
	{ "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", 1, CW_BOT, CW_HTTP_1_1 },
	{ "Wget/1.21.4", 0.5, CW_BOT, CW_HTTP_1_0 },
};

#define N_AGENTS ((uint32_t)(sizeof(agents) / sizeof(agents[0])))

static int add_agents(struct cw_site *site, enum cw_line_format format)
{
	const char *end = format == CW_LINE_JSON ? "\"}" : "\"";

	site->agents = calloc(N_AGENTS, sizeof(*site->agents));
	if (!site->agents)
		return -1;
	for (uint32_t i = 0; i < N_AGENTS; i++) {
		site->agents[i].kind = (uint8_t)agents[i].kind;
		site->agents[i].protocol = (uint8_t)agents[i].protocol;
		if (!add_text(site, &site->agents[i].text, "%s%s", agents[i].text, end))
			return -1;
	}
	return 0;
}

/* ---- clients --------------------------------------------------------------------------------------- */

/* RFC 6890 and its registry, multicast and class E; and addresses that end like a network or a broadcast. */
bool cw_ip_public(uint32_t ip)
{
	static const struct {
		uint32_t net;
		int bits;
	} special[] = {
		{ 0x00000000, 8 },  { 0x0a000000, 8 },  { 0x64400000, 10 }, { 0x7f000000, 8 },	{ 0xa9fe0000, 16 },
		{ 0xac100000, 12 }, { 0xc0000000, 24 }, { 0xc0000200, 24 }, { 0xc01fc400, 24 }, { 0xc034c100, 24 },
		{ 0xc0586300, 24 }, { 0xc0a80000, 16 }, { 0xc0af3000, 24 }, { 0xc6120000, 15 }, { 0xc6336400, 24 },
		{ 0xcb007100, 24 }, { 0xe0000000, 3 },
	};

	if ((ip & 0xff) == 0 || (ip & 0xff) == 0xff)
		return false;
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (((ip ^ special[i].net) >> (32 - special[i].bits)) == 0)
			return false;
	return true;
}

/* A permutation of 32 bits: four Feistel rounds. */
static uint32_t shuffle(uint64_t seed, uint32_t x)
{
	uint32_t left = x >> 16, right = x & 0xffff;

	for (uint64_t round = 0; round < 4; round++) {
		uint32_t next = left ^ (uint32_t)(cw_draw(cw_mix(seed) + right, round) >> 48);

		left = right;
		right = next;
	}
	return left << 16 | right;
}

/* A permutation that is walked until it comes to a public address is a permutation of these. */
uint32_t cw_client_ip(uint64_t seed, uint32_t i)
{
	uint32_t ip = 0x20000000 + i / 254 * 256 + i % 254 + 1; /* 32.0.0.1 and on: public, and no two the same */

	do
		ip = shuffle(seed ^ UINT64_C(0x636c69656e7473), ip);
	while (!cw_ip_public(ip));
	return ip;
}

static void zipf(double *weights, uint32_t n, double exponent)
{
	for (uint32_t i = 0; i < n; i++)
		weights[i] = pow(i + 1.0, -exponent);
}

/* Weights of those for which keep is set; all weights when that leaves nothing. */
static int init_subset(struct cw_alias *alias, double *weights, const bool *keep, uint32_t n)
{
	double total = 0;

	for (uint32_t i = 0; i < n; i++)
		total += keep[i] ? weights[i] : 0;
	for (uint32_t i = 0; total > 0 && i < n; i++)
		weights[i] = keep[i] ? weights[i] : 0;
	return cw_alias_init(alias, weights, n);
}

static int add_clients(struct cw_site *site, const struct cw_synthetic_options *options)
{
	uint32_t n = (uint32_t)options->clients;
	uint64_t seed = (uint64_t)options->seed;
	double *weights = calloc(n, sizeof(*weights)), agent_weights[N_AGENTS];
	bool *person = calloc(n, sizeof(*person));
	struct cw_alias pick_agent = { 0 };
	int result = -1;

	for (uint32_t i = 0; i < N_AGENTS; i++)
		agent_weights[i] = agents[i].weight;
	site->clients = calloc(n, sizeof(*site->clients));
	if (!weights || !person || !site->clients || cw_alias_init(&pick_agent, agent_weights, N_AGENTS) != 0)
		goto out;
	for (uint32_t i = 0; i < n; i++) {
		site->clients[i].ip = cw_client_ip(seed, i);
		site->clients[i].agent =
			cw_alias_pick(&pick_agent, cw_draw(cw_mix(seed ^ UINT64_C(0x6167656e7473)), i));
		person[i] = agents[site->clients[i].agent].kind != CW_BOT;
	}
	zipf(weights, n, options->clients_exponent);
	if (cw_alias_init(&site->any_client, weights, n) == 0)
		result = init_subset(&site->changing_client, weights, person, n);
out:
	cw_alias_free(&pick_agent);
	free(person);
	free(weights);
	return result;
}

/* ---- endpoints ------------------------------------------------------------------------------------- */

static const struct {
	const char *path;
	enum cw_endpoint_kind kind;
	uint32_t size;
} known[] = {
	{ "/", CW_PAGE, 18342 },
	{ "/static/css/main.css", CW_ASSET, 42817 },
	{ "/static/js/app.js", CW_ASSET, 187264 },
	{ "/products", CW_PAGE, 24518 },
	{ "/api/v1/session", CW_API, 412 },
	{ "/login", CW_FORM, 6230 },
	{ "/favicon.ico", CW_ASSET, 15086 },
	{ "/contact", CW_FORM, 12401 },
	{ "/api/v1/cart", CW_API, 968 },
	{ "/about", CW_PAGE, 9127 },
	{ "/static/img/logo.svg", CW_ASSET, 3864 },
	{ "/cart", CW_FORM, 11752 },
	{ "/blog", CW_PAGE, 31940 },
	{ "/api/v1/products", CW_API, 18220 },
	{ "/search?q=shoes", CW_PAGE, 27733 },
	{ "/robots.txt", CW_ASSET, 214 },
	{ "/checkout", CW_FORM, 14380 },
	{ "/pricing", CW_PAGE, 10446 },
	{ "/api/v1/orders", CW_API, 5310 },
	{ "/account", CW_FORM, 8891 },
	{ "/help", CW_PAGE, 16075 },
	{ "/static/fonts/inter.woff2", CW_ASSET, 98868 },
	{ "/terms", CW_PAGE, 22054 },
	{ "/sitemap.xml", CW_ASSET, 71342 },
};

#define N_KNOWN ((uint32_t)(sizeof(known) / sizeof(known[0])))

static uint32_t between(uint64_t draw, uint32_t low, uint32_t high)
{
	return low + cw_below(draw, high - low);
}

/* The n-th of those that have a number in their path; numbers are scattered, and no two the same. */
static bool add_numbered(struct cw_site *site, struct cw_endpoint *e, uint32_t n, uint64_t draw)
{
	static const char *const words[] = { "summer", "winter", "guide", "review", "sale", "news", "story", "tips" };
	uint32_t number = 1000 + (uint32_t)((uint64_t)(n / 8 + 1) * 7919 % 99991);
	const char *word = words[(draw >> 8) % 8];

	switch (n % 8) {
	case 0:
		e->size = between(draw, 9000, 46000);
		return add_text(site, &e->path, "/products/%u", number);
	case 1:
		e->kind = CW_ASSET;
		e->size = between(draw, 6000, 240000);
		return add_text(site, &e->path, "/static/img/%s-%u.webp", word, number);
	case 2:
		e->kind = CW_API;
		e->size = between(draw, 240, 3200);
		return add_text(site, &e->path, "/api/v1/products/%u", number);
	case 3:
		e->size = between(draw, 12000, 58000);
		return add_text(site, &e->path, "/blog/%s-%u", word, number);
	case 4:
		e->kind = CW_API;
		e->size = between(draw, 120, 900);
		return add_text(site, &e->path, "/api/v1/users/%u", number);
	case 5:
		e->size = between(draw, 14000, 38000);
		return add_text(site, &e->path, "/search?q=%s+%u", word, number);
	case 6:
		e->kind = CW_ASSET;
		e->size = between(draw, 2000, 310000);
		return add_text(site, &e->path, "/static/js/chunk-%05x%08x.js", n, (uint32_t)(draw >> 16));
	default:
		e->size = between(draw, 8000, 29000);
		return add_text(site, &e->path, "/category/%s/%u", word, number);
	}
}

static int add_endpoints(struct cw_site *site, const struct cw_synthetic_options *options, double *weights)
{
	static const uint16_t spread[CW_ENDPOINT_KINDS] = { 2047, 0, 255, 511 };
	uint32_t n = (uint32_t)options->endpoints;
	bool *changing = calloc(n, sizeof(*changing));
	int result = -1;

	site->endpoints = calloc(n, sizeof(*site->endpoints));
	if (!changing || !site->endpoints)
		goto out;
	for (uint32_t i = 0; i < n; i++) {
		struct cw_endpoint *e = &site->endpoints[i];
		uint64_t draw = cw_draw(cw_mix((uint64_t)options->seed ^ UINT64_C(0x70617468)), i);

		if (i < N_KNOWN) {
			e->kind = (uint16_t)known[i].kind;
			e->size = known[i].size;
		}
		if (!(i < N_KNOWN ? add_text(site, &e->path, "%s", known[i].path) :
				    add_numbered(site, e, i - N_KNOWN, draw)))
			goto out;
		e->spread = spread[e->kind];
		changing[i] = e->kind == CW_API || e->kind == CW_FORM;
	}
	if (cw_alias_init(&site->any_endpoint, weights, n) == 0) {
		double *copy = malloc(n * sizeof(*copy));

		if (copy) {
			memcpy(copy, weights, n * sizeof(*copy));
			result = init_subset(&site->changing_endpoint, copy, changing, n);
		}
		free(copy);
	}
out:
	free(changing);
	return result;
}

/* ---- referrers ------------------------------------------------------------------------------------- */

static const struct {
	const char *url;
	double weight;
} outside[] = {
	{ "https://www.google.com/", 60 },	{ "https://www.bing.com/", 9 },
	{ "https://duckduckgo.com/", 7 },	{ "https://www.reddit.com/", 6 },
	{ "https://news.ycombinator.com/", 3 }, { "https://www.facebook.com/", 8 },
	{ "https://t.co/", 7 },
};

#define N_OUTSIDE ((uint32_t)(sizeof(outside) / sizeof(outside[0])))

static bool add_referrer(struct cw_site *site, enum cw_line_format format, struct cw_text *out, const char *url,
			 size_t url_n, const char *path, size_t path_n)
{
	const char *fmt = format == CW_LINE_JSON ? ",\"referrer\":\"%.*s%.*s\",\"user_agent\":\"" : " \"%.*s%.*s\" \"";

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	return add_text(site, out, fmt, (int)url_n, url, (int)path_n, path);
#pragma GCC diagnostic pop
}

/* How often a class names a page of the site, another site, and nothing. */
static const double shares[CW_REFERRER_CLASSES][3] = {
	{ 0.45, 0.30, 0.25 },
	{ 0.97, 0, 0.03 },
	{ 0.95, 0, 0.05 },
	{ 0, 0, 1 },
};

static int weigh_referrers(struct cw_site *site, const double *pages, double *weights, uint32_t n_pages)
{
	double pages_total = 0, outside_total = 0;

	for (uint32_t i = 0; i < n_pages; i++)
		pages_total += pages[i];
	for (uint32_t i = 0; i < N_OUTSIDE; i++)
		outside_total += outside[i].weight;
	for (int class = 0; class < CW_REFERRER_CLASSES; class++) {
		weights[0] = shares[class][2];
		for (uint32_t i = 0; i < N_OUTSIDE; i++)
			weights[1 + i] = shares[class][1] * outside[i].weight / outside_total;
		for (uint32_t i = 0; i < n_pages; i++)
			weights[1 + N_OUTSIDE + i] = shares[class][0] * pages[i] / pages_total;
		if (cw_alias_init(&site->referrer[class], weights,
				  class == CW_REFERRER_NEVER ? 1 : 1 + N_OUTSIDE + n_pages) != 0)
			return -1;
	}
	return 0;
}

/* Number 0 is none, then other sites, then the pages of this one. */
static int add_referrers(struct cw_site *site, enum cw_line_format format, const double *popularity,
			 uint32_t n_endpoints)
{
	double *pages = calloc(n_endpoints, sizeof(*pages));
	double *weights = calloc(1 + N_OUTSIDE + n_endpoints, sizeof(*weights));
	uint32_t n_pages = 0;
	int result = -1;

	site->referrers = calloc(1 + N_OUTSIDE + n_endpoints, sizeof(*site->referrers));
	if (!pages || !weights || !site->referrers)
		goto out;
	if (!add_text(site, &site->referrers[0], "%s",
		      format == CW_LINE_JSON ? ",\"referrer\":null,\"user_agent\":\"" : " \"-\" \""))
		goto out;
	for (uint32_t i = 0; i < N_OUTSIDE; i++)
		if (!add_referrer(site, format, &site->referrers[1 + i], outside[i].url, strlen(outside[i].url), "", 0))
			goto out;
	for (uint32_t i = 0; i < n_endpoints; i++) {
		struct cw_endpoint *e = &site->endpoints[i];
		char path[128];

		if (e->kind != CW_PAGE && e->kind != CW_FORM)
			continue;
		/* Copied: the pool moves when it grows. The front page is named without its slash. */
		memcpy(path, site->pool + e->path.at, e->path.n);
		if (!add_referrer(site, format, &site->referrers[1 + N_OUTSIDE + n_pages], CW_SITE_URL,
				  strlen(CW_SITE_URL), path, e->path.n > 1 ? e->path.n : 0))
			goto out;
		pages[n_pages++] = popularity[i];
	}
	result = weigh_referrers(site, pages, weights, n_pages);
out:
	free(weights);
	free(pages);
	return result;
}

/* ---- all of it -------------------------------------------------------------------------------------- */

int cw_site_init(struct cw_site *site, const struct cw_synthetic_options *options)
{
	enum cw_line_format format = cw_synthetic_format(options);
	uint32_t n = (uint32_t)options->endpoints;
	double *popularity = calloc(n, sizeof(*popularity));
	int result = -1;

	if (popularity) {
		zipf(popularity, n, options->endpoints_exponent);
		if (add_agents(site, format) == 0 && add_clients(site, options) == 0 &&
		    add_endpoints(site, options, popularity) == 0)
			result = add_referrers(site, format, popularity, n);
	}
	free(popularity);
	return result;
}

void cw_site_free(struct cw_site *site)
{
	free(site->pool);
	free(site->agents);
	free(site->clients);
	free(site->endpoints);
	free(site->referrers);
	cw_alias_free(&site->any_client);
	cw_alias_free(&site->changing_client);
	cw_alias_free(&site->any_endpoint);
	cw_alias_free(&site->changing_endpoint);
	for (int i = 0; i < CW_REFERRER_CLASSES; i++)
		cw_alias_free(&site->referrer[i]);
}
