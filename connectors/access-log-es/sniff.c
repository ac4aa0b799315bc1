/* By choice: the store is asked for its nodes, and requests go to all of them. */
#include "sink.h"

#include <jansson.h>
#include <stdlib.h>

#define PATH "/_nodes/http?filter_path=nodes.%2A.roles%2Cnodes.%2A.http.publish_address"
#define NODES_MAX 1000

/* Those that only manage the cluster are better left alone. */
static bool takes_documents(const json_t *node)
{
	const json_t *roles = json_object_get(node, "roles");
	const char *role = json_string_value(json_array_get(roles, 0));

	return json_array_size(roles) != 1 || !role ||
	       (strcmp(role, "master") != 0 && strcmp(role, "cluster_manager") != 0);
}

/* "10.0.0.1:9200", or "name/10.0.0.1:9200", whose name is what a certificate knows. New; NULL: it has no address. */
static char *url_of(const json_t *node, bool https)
{
	const char *address = json_string_value(json_object_get(json_object_get(node, "http"), "publish_address"));
	const char *slash = address ? strchr(address, '/') : NULL, *port = slash ? strrchr(slash, ':') : NULL;
	struct cw_text url = { 0 };

	if (!address || strpbrk(address, " \t\r\n?#@"))
		return NULL;
	if (port)
		cw_text_printf(&url, "%s://%.*s%s", https ? "https" : "http", (int)(slash - address), address, port);
	else
		cw_text_printf(&url, "%s://%s", https ? "https" : "http", address);
	cw_text_append(&url, "", 1);
	return url.p;
}

static void take_nodes(struct cw_sink *sink, const struct cw_http_call *call)
{
	json_t *answer = json_loadb(call->answer.p, call->answer.n, 0, NULL), *node;
	json_t *nodes = json_object_get(answer, "nodes");
	bool https = cw_es_config_https(sink->config);
	char **urls = cw_text_alloc((json_object_size(nodes) + 1) * sizeof(char *));
	const char *id;
	size_t n = 0;

	json_object_foreach(nodes, id, node) {
		char *url = takes_documents(node) && n < NODES_MAX ? url_of(node, https) : NULL;

		if (url)
			urls[n++] = url;
	}
	json_decref(answer);
	cw_log(sink->ctx, CW_LOG_DEBUG, "the store has %zu nodes that take documents", n);
	if (n)
		cw_http_list(sink->http, urls, n);
	while (n)
		free(urls[--n]);
	free(urls);
}

void cw_sniff_step(struct cw_sink *sink, int64_t now_ns)
{
	if (!sink->config->sniff || sink->sniffing || now_ns < sink->sniff_due_ns)
		return;
	if (!sink->sniff_call)
		sink->sniff_call = cw_http_call_new(sink->http);
	sink->sniffing = true;
	sink->sniff_due_ns = now_ns + sink->config->sniff_interval_ms * CW_SINK_NS_PER_MS;
	cw_http_send(sink->sniff_call, "GET", PATH, cw_slice(NULL, 0), false);
}

void cw_sniff_done(struct cw_sink *sink, const struct cw_http_call *call)
{
	char why[600];

	sink->sniffing = false;
	if (call->outcome == CW_HTTP_ANSWERED && call->status == 200) {
		take_nodes(sink, call);
		return;
	}
	cw_outcome_describe(call, why, sizeof(why));
	cw_log(sink->ctx, CW_LOG_WARN, "the store does not name its nodes (connection.sniff), requests go to those that are "
				       "known: %s", why);
}
