/* Requests that many commands make, and the connectors that their words name. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ctl/ctl.h"

enum cw_ctl_exit cw_ctl_get(struct cw_ctl *ctl, const char *path, const char *connector, json_t **out)
{
	enum cw_ctl_exit result = CW_CTL_OK;
	struct cw_reply reply;

	*out = NULL;
	if (cw_client_call(ctl->client, "GET", path, NULL, &reply)) {
		result = cw_ctl_refused(ctl, &reply, connector);
	} else if (!reply.body) {
		cw_ctl_complain(ctl, "%s did not answer with JSON; is it a Kafka Connect worker?",
				cw_client_url(ctl->client));
		result = CW_CTL_REFUSED;
	} else {
		*out = json_incref(reply.body);
	}
	cw_reply_free(&reply);
	return result;
}

char *cw_ctl_path(const struct cw_ctl *ctl, const char *connector, const char *suffix)
{
	CW_AUTO_FREE char *name = cw_client_escape(ctl->client, connector);

	return cw_format("/connectors/%s%s", name, suffix);
}

/* Longer than a worker waits: its own answer says more than a time-out here. */
#define PATIENCE_MS 30000

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

enum cw_ctl_exit cw_ctl_need_dry_runs(struct cw_ctl *ctl)
{
	struct cw_reply reply;
	enum cw_ctl_exit result = CW_CTL_OK;

	if (cw_client_call(ctl->client, "GET", "/openapi.json", NULL, &reply) == 0) {
		if (!reply.text.n || !strstr(reply.text.p, "\"dry_run\""))
			result = CW_CTL_REFUSED;
	} else {
		result = reply.status == 404 ? CW_CTL_REFUSED : cw_ctl_refused(ctl, &reply, NULL);
	}
	if (result == CW_CTL_REFUSED)
		cw_ctl_complain(ctl, "the worker at %s has no dry runs, so nothing was sent to it",
				cw_client_url(ctl->client));
	cw_reply_free(&reply);
	return result;
}

/* ---- names --------------------------------------------------------------------------------- */

static bool is_pattern(const char *word)
{
	return strpbrk(word, "*?[") != NULL;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_once(json_t *names, const char *name)
{
	size_t i;
	json_t *known;

	json_array_foreach(names, i, known)
		if (strcmp(json_string_value(known), name) == 0)
			return;
	json_array_append_new(names, json_string(name));
}

/* How many of the sorted names fit; a connector that is called just so is meant alone. */
static size_t add_matching(json_t *names, const char *const *all, size_t n, const char *pattern)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i], pattern) == 0) {
			add_once(names, all[i]);
			return 1;
		}
	for (size_t i = 0; i < n; i++)
		if (fnmatch(pattern, all[i], 0) == 0) {
			add_once(names, all[i]);
			found++;
		}
	return found;
}

static enum cw_ctl_exit expand(struct cw_ctl *ctl, const char *const *words, int n, const json_t *existing,
			       json_t *names)
{
	const char **all = cw_alloc((json_array_size(existing) + 1) * sizeof(*all));
	enum cw_ctl_exit result = CW_CTL_OK;
	size_t i, n_all = 0;
	json_t *name;

	json_array_foreach((json_t *)existing, i, name)
		if (json_is_string(name))
			all[n_all++] = json_string_value(name);
	qsort(all, n_all, sizeof(*all), by_text);
	for (int k = 0; k < n && result == CW_CTL_OK; k++) {
		if (!is_pattern(words[k])) {
			add_once(names, words[k]);
		} else if (add_matching(names, all, n_all, words[k]) == 0) {
			cw_ctl_complain(ctl, "no connector's name fits %s", words[k]);
			cw_ctl_advise(ctl, "workerctl get connectors");
			result = CW_CTL_NOT_FOUND;
		}
	}
	free(all);
	return result;
}

enum cw_ctl_exit cw_ctl_names(struct cw_ctl *ctl, const char *const *words, int n, json_t **out)
{
	enum cw_ctl_exit result = CW_CTL_OK;
	json_t *existing = NULL;
	bool patterns = false;

	*out = NULL;
	for (int i = 0; i < n; i++)
		patterns = patterns || is_pattern(words[i]);
	if (patterns)
		result = cw_ctl_get(ctl, "/connectors", NULL, &existing);
	if (result == CW_CTL_OK) {
		*out = json_array();
		result = expand(ctl, words, n, existing, *out);
	}
	if (result != CW_CTL_OK) {
		json_decref(*out);
		*out = NULL;
	}
	json_decref(existing);
	return result;
}

bool cw_ctl_confirm(const struct cw_ctl *ctl, const char *question, const json_t *names)
{
	char answer[16];
	size_t i;
	json_t *name;

	if (ctl->given & CW_O_YES || !ctl->io.in_tty || !ctl->io.tty || json_array_size(names) == 0)
		return true;
	fprintf(ctl->io.err, "%s", question);
	json_array_foreach((json_t *)names, i, name) {
		CW_AUTO_FREE char *shown = cw_text_harmless(json_string_value(name), false);

		fprintf(ctl->io.err, "%s %s", i ? "," : "", shown);
	}
	fputs("? [y/N] ", ctl->io.err);
	fflush(ctl->io.err);
	if (fgets(answer, sizeof(answer), ctl->io.in) && (answer[0] == 'y' || answer[0] == 'Y'))
		return true;
	cw_ctl_complain(ctl, "nothing was deleted");
	return false;
}
