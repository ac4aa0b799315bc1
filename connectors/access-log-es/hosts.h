/*
 * hosts - which of the store's URLs a request goes to. They take turns; one that does not answer is set aside, and
 * tried again after a while that doubles with each failure. Pure; times are handed in.
 */
#ifndef CW_ACCESS_LOG_HOSTS_H
#define CW_ACCESS_LOG_HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cw_host_state {
	char *url; /* with its scheme, without a slash at its end */
	bool configured, listed; /* listed: the store names it as one of its nodes */
	bool aside;
	bool bad;    /* its last answer was that of no store of ours */
	bool proven; /* it answered a request well, ever */
	unsigned failures;    /* since a request was answered */
	int64_t try_ns;       /* when it is to be tried again */
	int64_t picked_ns;    /* when it was chosen last */
	unsigned calls;       /* under way */
};

/*
 * Start zeroed. A host keeps its number for as long as it has turns, or calls under way; after that another one may get
 * it, so that the list does not grow with every node that a store has ever had.
 */
struct cw_hosts {
	struct cw_host_state *host;
	size_t n, next;
};

/* The URL is copied; one that is there already is not added again. Returns its number. */
size_t cw_hosts_add(struct cw_hosts *hosts, const char *url);
void cw_hosts_free(struct cw_hosts *hosts);

/* The next one in turn that is not set aside; when all are, the one whose last turn is longest ago. */
size_t cw_hosts_pick(struct cw_hosts *hosts, int64_t now_ns);
/* A call to it begins; and: it is over. */
void cw_hosts_begin(struct cw_hosts *hosts, size_t i);
void cw_hosts_end(struct cw_hosts *hosts, size_t i);
/* It does not answer. It is left alone for least_ns at least. */
void cw_hosts_failed(struct cw_hosts *hosts, size_t i, int64_t now_ns, int64_t least_ns);
/* It answered a request well; and: it answered, when it was asked whether it is there, or something else than well. */
void cw_hosts_worked(struct cw_hosts *hosts, size_t i);
void cw_hosts_returned(struct cw_hosts *hosts, size_t i);
/* It answered as no store of ours does. Returns whether it was not known to be so, or was given another try. */
bool cw_hosts_refused(struct cw_hosts *hosts, size_t i, int64_t now_ns);
/* Whether there is one that is not bad as far as is known; one of the configured ones, or one that was good once. */
bool cw_hosts_left(const struct cw_hosts *hosts);
/* Whether there is one that is not set aside. */
bool cw_hosts_any(const struct cw_hosts *hosts);

/*
 * The number of one that is set aside and to be tried now, or hosts->n. While all are set aside there is none: requests
 * try them then. *due_ns: when to ask again, INT64_MAX: after the next failure.
 */
size_t cw_hosts_to_try(const struct cw_hosts *hosts, int64_t now_ns, int64_t *due_ns);

/* The store's nodes: those that are not there yet are added, others that were not configured have no more turns. */
void cw_hosts_list(struct cw_hosts *hosts, char *const *urls, size_t n);

#endif
