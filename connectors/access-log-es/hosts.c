#include "hosts.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

#define FIRST_NS INT64_C(1000000000)
#define DOUBLINGS 4 /* 16 s at most */

static bool has_turns(const struct cw_host_state *host)
{
	return host->configured || host->listed;
}

static struct cw_host_state *find(struct cw_hosts *hosts, const char *url)
{
	for (size_t i = 0; i < hosts->n; i++)
		if (strcmp(hosts->host[i].url, url) == 0)
			return &hosts->host[i];
	return NULL;
}

/* The place of a host that nobody needs any more, or one more. */
static struct cw_host_state *place(struct cw_hosts *hosts)
{
	for (size_t i = 0; i < hosts->n; i++)
		if (!has_turns(&hosts->host[i]) && !hosts->host[i].calls) {
			free(hosts->host[i].url);
			return &hosts->host[i];
		}
	hosts->host = cw_text_realloc(hosts->host, (hosts->n + 1) * sizeof(*hosts->host));
	return &hosts->host[hosts->n++];
}

static struct cw_host_state *add(struct cw_hosts *hosts, const char *url)
{
	struct cw_host_state *host = place(hosts);

	*host = (struct cw_host_state){ .url = cw_text_strdup(url), .picked_ns = INT64_MIN };
	return host;
}

size_t cw_hosts_add(struct cw_hosts *hosts, const char *url)
{
	struct cw_host_state *host = find(hosts, url);

	if (!host)
		host = add(hosts, url);
	host->configured = true;
	return (size_t)(host - hosts->host);
}

void cw_hosts_free(struct cw_hosts *hosts)
{
	for (size_t i = 0; i < hosts->n; i++)
		free(hosts->host[i].url);
	free(hosts->host);
}

static size_t choose(struct cw_hosts *hosts, size_t i, int64_t now_ns)
{
	hosts->next = (i + 1) % hosts->n;
	hosts->host[i].picked_ns = now_ns;
	return i;
}

size_t cw_hosts_pick(struct cw_hosts *hosts, int64_t now_ns)
{
	size_t best = hosts->n;

	for (size_t k = 0; k < hosts->n; k++) {
		size_t i = (hosts->next + k) % hosts->n;

		if (!has_turns(&hosts->host[i]))
			continue;
		if (!hosts->host[i].aside)
			return choose(hosts, i, now_ns);
		if (best == hosts->n || hosts->host[i].picked_ns < hosts->host[best].picked_ns)
			best = i;
	}
	return choose(hosts, best, now_ns);
}

void cw_hosts_begin(struct cw_hosts *hosts, size_t i)
{
	hosts->host[i].calls++;
}

void cw_hosts_end(struct cw_hosts *hosts, size_t i)
{
	hosts->host[i].calls--;
}

void cw_hosts_failed(struct cw_hosts *hosts, size_t i, int64_t now_ns, int64_t least_ns)
{
	struct cw_host_state *host = &hosts->host[i];
	int64_t wait_ns = FIRST_NS << (host->failures < DOUBLINGS ? host->failures : DOUBLINGS);

	/* several calls fail together when a host goes: that is one failure */
	if (host->aside && now_ns < host->try_ns)
		return;
	host->aside = true;
	host->failures++;
	host->try_ns = now_ns + (wait_ns > least_ns ? wait_ns : least_ns);
}

void cw_hosts_worked(struct cw_hosts *hosts, size_t i)
{
	hosts->host[i].aside = hosts->host[i].bad = false;
	hosts->host[i].proven = true;
	hosts->host[i].failures = 0;
}

void cw_hosts_returned(struct cw_hosts *hosts, size_t i)
{
	hosts->host[i].aside = false;
}

bool cw_hosts_refused(struct cw_hosts *hosts, size_t i, int64_t now_ns)
{
	struct cw_host_state *host = &hosts->host[i];
	bool known = host->bad && host->aside && now_ns < host->try_ns;

	host->bad = true;
	cw_hosts_failed(hosts, i, now_ns, 0);
	return !known;
}

bool cw_hosts_left(const struct cw_hosts *hosts)
{
	for (size_t i = 0; i < hosts->n; i++)
		if (has_turns(&hosts->host[i]) && !hosts->host[i].bad &&
		    (hosts->host[i].configured || hosts->host[i].proven))
			return true;
	return false;
}

bool cw_hosts_any(const struct cw_hosts *hosts)
{
	for (size_t i = 0; i < hosts->n; i++)
		if (has_turns(&hosts->host[i]) && !hosts->host[i].aside)
			return true;
	return false;
}

size_t cw_hosts_to_try(const struct cw_hosts *hosts, int64_t now_ns, int64_t *due_ns)
{
	*due_ns = INT64_MAX;
	if (!cw_hosts_any(hosts))
		return hosts->n;
	for (size_t i = 0; i < hosts->n; i++) {
		const struct cw_host_state *host = &hosts->host[i];

		if (!host->aside || !has_turns(host))
			continue;
		if (host->try_ns <= now_ns)
			return i;
		if (host->try_ns < *due_ns)
			*due_ns = host->try_ns;
	}
	return hosts->n;
}

void cw_hosts_list(struct cw_hosts *hosts, char *const *urls, size_t n)
{
	for (size_t i = 0; i < hosts->n; i++)
		hosts->host[i].listed = false;
	for (size_t i = 0; i < n; i++) {
		struct cw_host_state *host = find(hosts, urls[i]);

		if (host)
			host->listed = true;
	}
	/* Only now is it known whose places are free. */
	for (size_t i = 0; i < n; i++)
		if (!find(hosts, urls[i]))
			add(hosts, urls[i])->listed = true;
}
