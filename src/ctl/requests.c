/* Requests that many commands make. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ctl/ctl.h"

enum cw_ctl_exit cw_ctl_ask(struct cw_ctl *ctl, const char *path, const char *connector, struct cw_reply *reply)
{
	if (cw_client_call(ctl->client, "GET", path, NULL, reply))
		return cw_ctl_refused(ctl, reply, connector);
	if (reply->body)
		return CW_CTL_OK;
	cw_ctl_complain(ctl, "%s did not answer with JSON; is it a Kafka Connect worker?", cw_client_url(ctl->client));
	return CW_CTL_REFUSED;
}

enum cw_ctl_exit cw_ctl_get(struct cw_ctl *ctl, const char *path, const char *connector, json_t **out)
{
	struct cw_reply reply;
	enum cw_ctl_exit result = cw_ctl_ask(ctl, path, connector, &reply);

	*out = result == CW_CTL_OK ? json_incref(reply.body) : NULL;
	cw_reply_free(&reply);
	return result;
}

char *cw_ctl_path(const struct cw_ctl *ctl, const char *connector, const char *suffix)
{
	CW_AUTO_FREE char *name = cw_client_escape(ctl->client, connector);

	return cw_format("/connectors/%s%s", name, suffix);
}

enum cw_ctl_exit cw_ctl_check_exists(struct cw_ctl *ctl, const char *connector)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, connector, "");
	json_t *info;
	enum cw_ctl_exit result = cw_ctl_get(ctl, path, connector, &info);

	json_decref(info);
	return result;
}

/* Longer than a worker waits, also one that is busy: its own answer says more than a time-out here. */
#define PATIENCE_MS 5000

enum cw_ctl_exit cw_ctl_change(struct cw_ctl *ctl, const struct cw_request *request, const char *connector,
			       const char *goal, struct cw_reply *reply)
{
	bool waits = goal && ctl->given & CW_O_WAIT;
	int64_t deadline_ms = cw_clock_ms() + ctl->timeout_ms;
	CW_AUTO_FREE char *path = waits ? cw_format("%s%cwait=%s&timeout=%lldms", request->path,
						    strchr(request->path, '?') ? '&' : '?', goal,
						    (long long)ctl->timeout_ms)
					: cw_strdup(request->path);
	struct cw_request sent = *request;
	struct cw_reply own;
	enum cw_ctl_exit result = CW_CTL_OK;

	sent.path = path;
	cw_client_set_timeout(ctl->client, ctl->timeout_ms + (waits ? PATIENCE_MS : 0));
	if (cw_client_send(ctl->client, &sent, &own) && !(waits && own.status == 504))
		result = cw_ctl_refused(ctl, &own, connector);
	else if (waits)
		result = cw_ctl_await(ctl, connector, goal, deadline_ms);
	if (reply)
		*reply = own;
	else
		cw_reply_free(&own);
	return result;
}

enum cw_ctl_exit cw_ctl_need(struct cw_ctl *ctl, const char *mark, const char *what)
{
	struct cw_reply reply;
	enum cw_ctl_exit result = CW_CTL_OK;
	char *text;

	if (cw_client_call(ctl->client, "GET", "/openapi.json", NULL, &reply) == 0) {
		text = json_dumps(reply.body, JSON_COMPACT);
		if (!text || !strstr(text, mark))
			result = CW_CTL_REFUSED;
		free(text);
	} else {
		result = reply.status == 404 ? CW_CTL_REFUSED : cw_ctl_refused(ctl, &reply, NULL);
	}
	if (result == CW_CTL_REFUSED)
		cw_ctl_complain(ctl, "the worker at %s has no %s, so nothing was sent to it",
				cw_client_url(ctl->client), what);
	cw_reply_free(&reply);
	return result;
}

enum cw_ctl_exit cw_ctl_need_dry_runs(struct cw_ctl *ctl)
{
	return cw_ctl_need(ctl, "\"dry_run\"", "dry runs");
}
