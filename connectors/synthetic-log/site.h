/*
 * site - who asks for what: the clients, user agents, endpoints and referrers of the made-up site, as
 * tables that are filled once.
 *
 * Texts are stored as they appear in a line of the format, quotes included, so that making a line is
 * copying. They lie in one pool; each may be read in whole blocks of 64 bytes.
 */
#ifndef CW_SYNTHETIC_SITE_H
#define CW_SYNTHETIC_SITE_H

#include "alias.h"
#include "options.h"

#define CW_TEXT_BLOCK 64

struct cw_text {
	uint32_t at, n; /* in the pool */
};

enum cw_endpoint_kind { CW_PAGE = 0, CW_ASSET, CW_API, CW_FORM, CW_ENDPOINT_KINDS };

struct cw_endpoint {
	struct cw_text path;
	uint32_t size;   /* of its body, in bytes */
	uint16_t spread; /* what is added to the size varies in these bits */
	uint16_t kind;   /* enum cw_endpoint_kind */
};

enum cw_agent_kind { CW_BROWSER = 0, CW_TOOL, CW_BOT };
enum cw_protocol { CW_HTTP_1_1 = 0, CW_HTTP_2_0, CW_HTTP_1_0, CW_PROTOCOLS };

struct cw_agent {
	struct cw_text text; /* with the end of the line */
	uint8_t kind, protocol;
};

struct cw_client {
	uint32_t ip; /* most significant byte first in the text */
	uint32_t agent;
};

/* Who sends a referrer, and which. */
enum cw_referrer_class {
	CW_REFERRER_PAGE = 0,
	CW_REFERRER_ASSET,
	CW_REFERRER_CALL,
	CW_REFERRER_NEVER,
	CW_REFERRER_CLASSES
};

struct cw_site {
	char *pool;
	size_t pool_n, pool_cap;
	struct cw_agent *agents;
	struct cw_client *clients;
	struct cw_endpoint *endpoints;
	struct cw_text *referrers; /* from before the referrer to after its closing quote; 0 is "none" */
	struct cw_alias any_client, changing_client;     /* all; those that send other methods than GET and HEAD */
	struct cw_alias any_endpoint, changing_endpoint; /* all; those that such methods make sense for */
	struct cw_alias referrer[CW_REFERRER_CLASSES];
};

/* Start as { 0 }. 0, or -1 without memory; to be freed in both cases. */
int cw_site_init(struct cw_site *site, const struct cw_synthetic_options *options);
void cw_site_free(struct cw_site *site);

/* Whether an address could be that of a client on the Internet. */
bool cw_ip_public(uint32_t ip);
/* The address of client i: distinct for distinct i below 2^24. */
uint32_t cw_client_ip(uint64_t seed, uint32_t i);

static inline enum cw_referrer_class cw_site_referrer_class(const struct cw_agent *agent, bool changing,
							    const struct cw_endpoint *endpoint)
{
	static const uint8_t of_kind[CW_ENDPOINT_KINDS] = { CW_REFERRER_PAGE, CW_REFERRER_ASSET, CW_REFERRER_CALL,
							    CW_REFERRER_PAGE };

	if (agent->kind != CW_BROWSER)
		return CW_REFERRER_NEVER;
	return changing ? CW_REFERRER_CALL : (enum cw_referrer_class)of_kind[endpoint->kind];
}

#define CW_SITE_URL "https://example.com"

#endif
