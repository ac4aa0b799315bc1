/* What went wrong, in one sentence, and what to do next. */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "config/findings.h"
#include "ctl/ctl.h"

void cw_ctl_complain(const struct cw_ctl *ctl, const char *fmt, ...)
{
	struct cw_buf text = { 0 };
	CW_AUTO_FREE char *shown = NULL;
	va_list ap;

	va_start(ap, fmt);
	cw_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	shown = cw_text_harmless(text.p, true);
	cw_buf_free(&text);
	fprintf(ctl->io.err, "workerctl: %s%s%s\n", ctl->about ? ctl->about : "", ctl->about ? ": " : "", shown);
}

void cw_ctl_advise(const struct cw_ctl *ctl, const char *fmt, ...)
{
	struct cw_buf text = { 0 };
	CW_AUTO_FREE char *shown = NULL;
	va_list ap;

	va_start(ap, fmt);
	cw_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	shown = cw_text_harmless(text.p, false);
	cw_buf_free(&text);
	fprintf(ctl->io.err, "Try '%s'.\n", shown);
}

void cw_ctl_warn_of_hidden(const struct cw_ctl *ctl, const json_t *config)
{
	struct cw_buf found = { 0 };
	size_t n;
	const char **keys = cw_json_keys(config, &n);

	for (size_t i = 0; i < n; i++) {
		const char *value = cw_json_text(config, keys[i]);

		if (value && strstr(value, "[hidden]"))
			cw_buf_printf(&found, "%s%s", found.n ? ", " : "", keys[i]);
	}
	if (found.n)
		cw_ctl_complain(ctl,
				"warning: [hidden] (%s) stands for what a connector has that is there: of a new one it has to be "
				"the value itself, or a variable of a config provider",
				found.p);
	cw_buf_free(&found);
	free(keys);
}

char *cw_ctl_quoted(const char *word)
{
	struct cw_buf out = { 0 };

	for (const char *p = word; *p; p++) {
		if ((unsigned char)*p < 0x80 && !isalnum((unsigned char)*p) && !strchr("_-./:=@%+,", *p))
			cw_buf_puts(&out, "\\");
		cw_buf_append(&out, p, 1);
	}
	return cw_buf_take(&out);
}

void cw_ctl_advise_on(const struct cw_ctl *ctl, const char *command, const char *name, const char *options)
{
	CW_AUTO_FREE char *quoted = cw_ctl_quoted(name);

	if (*name == '-') /* no option */
		cw_ctl_advise(ctl, "workerctl %s%s -- %s", command, options, quoted);
	else
		cw_ctl_advise(ctl, "workerctl %s %s%s", command, quoted, options);
}

/* The connector that was most likely meant, or NULL: new. */
static char *suggestion(struct cw_ctl *ctl, const char *connector)
{
	struct cw_nearest near = { .name = connector };
	struct cw_reply reply;
	char *out = NULL;
	size_t i;
	json_t *name;

	if (cw_client_call(ctl->client, "GET", "/connectors", NULL, &reply) == 0)
		json_array_foreach(reply.body, i, name)
			if (json_is_string(name))
				cw_nearest_offer(&near, json_string_value(name));
	if (near.best && strcmp(near.best, connector) != 0)
		out = cw_strdup(near.best);
	cw_reply_free(&reply);
	return out;
}

enum cw_ctl_exit cw_ctl_exit_of(const struct cw_reply *reply)
{
	switch (reply->status) {
	case 0: return reply->failure == CW_CLIENT_BAD_FILE ? CW_CTL_USAGE : CW_CTL_UNREACHABLE;
	case 401:
	case 403: return CW_CTL_DENIED;
	case 404: return CW_CTL_NOT_FOUND;
	case 409:
	case 412: return CW_CTL_CONFLICT;
	case 504: return CW_CTL_TIMEOUT;
	default: return reply->status < 300 ? CW_CTL_OK : CW_CTL_REFUSED;
	}
}

/* The certificate is not from somebody who is known, or it is not for this host, or not for this time. */
static const char *untrusted_advice(const char *message)
{
	if (strstr(message, "issuer certificate") || strstr(message, "self-signed") || strstr(message, "self signed"))
		return "Who signed its certificate is not known here: --ca names a file with that certificate.";
	if (strstr(message, "subject name"))
		return "Its certificate is for another host: name it with --server as its certificate does.";
	return "Its certificate is not accepted; --insecure does without that check.";
}

void cw_ctl_advise_on_failure(const struct cw_ctl *ctl, enum cw_client_failure failure, const char *message)
{
	const char *text = "Is the worker running? Another one is named with --server, or chosen with 'workerctl context use'.";

	switch (failure) {
	case CW_CLIENT_BAD_FILE: text = "They are named with --ca, --cert and --key, or in a context."; break;
	case CW_CLIENT_UNTRUSTED: text = untrusted_advice(message); break;
	case CW_CLIENT_NO_TLS: text = "Somebody is there, but does not speak TLS: it may want http://."; break;
	case CW_CLIENT_WANTS_CERTIFICATE: text = "It wants a certificate, which --cert and --key name."; break;
	case CW_CLIENT_NO_HTTP:
		text = strncmp(cw_client_url(ctl->client), "https:", 6) == 0 ?
			       "It ends the connection without an answer: it may want a certificate (--cert, --key), or another one." :
			       "Somebody is there, but does not answer in HTTP: it may want https://, or be another service.";
		break;
	case CW_CLIENT_ANSWERED:
	case CW_CLIENT_NO_ANSWER: break;
	}
	fprintf(ctl->io.err, "%s\n", text);
}

/* Only what helps: most refusals say themselves what is wrong. */
static void advise_on(struct cw_ctl *ctl, const struct cw_reply *reply, const char *connector)
{
	switch (reply->status) {
	case 0: cw_ctl_advise_on_failure(ctl, reply->failure, reply->message); break;
	case 401:
		cw_ctl_advise(ctl, "workerctl context set NAME --server %s --user USER --password-stdin",
			      cw_client_url(ctl->client));
		break;
	case 403:
		if (strncmp(reply->message, "Topic tracking", 14) == 0)
			break; /* nobody has that right */
		fputs("Another user may have the right; contexts hold credentials, see 'workerctl context --help'.\n",
		      ctl->io.err);
		break;
	case 404:
		if (connector && strncmp(reply->message, "Unknown task", 12) == 0)
			cw_ctl_advise_on(ctl, "get tasks", connector, "");
		else if (connector)
			cw_ctl_advise(ctl, "workerctl get connectors");
		break;
	case 412:
		fputs("Somebody else was faster. Look at it again and repeat your change.\n", ctl->io.err);
		break;
	case 504:
		if (connector)
			cw_ctl_advise_on(ctl, "describe", connector, "");
		break;
	default:
		if (reply->status == 409 && strstr(reply->message, "already exists"))
			cw_ctl_advise(ctl, "workerctl apply -f FILE");
		else if (strstr(reply->message, "Connector configuration is invalid"))
			cw_ctl_advise(ctl, "workerctl plugins describe %s", ctl->class_name ? ctl->class_name : "CLASS");
		else if (strstr(reply->message, "Failed to find any class"))
			cw_ctl_advise(ctl, "workerctl plugins list");
		else if (connector && strstr(reply->message, "STOPPED state"))
			cw_ctl_advise_on(ctl, "stop", connector, " --wait");
	}
}

/* What a refusal says, for people: without what they would do over REST, which the advice has in words of this program. */
static char *shown_message(const char *message)
{
	const char *rest = strstr(message, " This can be done for the specified connector by issuing a");
	char *findings = cw_findings_message(message);

	return findings ? findings : cw_strndup(message, rest ? (size_t)(rest - message) : strlen(message));
}

enum cw_ctl_exit cw_ctl_refused(struct cw_ctl *ctl, const struct cw_reply *reply, const char *connector)
{
	bool no_route = reply->status == 404 && strcmp(reply->message, "HTTP 404 Not Found") == 0;
	CW_AUTO_FREE char *meant = reply->status == 404 && connector && !no_route ? suggestion(ctl, connector) : NULL;

	if (no_route) {
		cw_ctl_complain(ctl, "%s has no answer to this: it is another kind of worker or an older one, or it "
				     "has another address for it (admin.listeners)",
				cw_client_url(ctl->client));
	} else if (meant) {
		cw_ctl_complain(ctl, "%s (did you mean %s?)", reply->message, meant);
	} else {
		CW_AUTO_FREE char *shown = shown_message(reply->message);

		cw_ctl_complain(ctl, "%s", shown);
		advise_on(ctl, reply, connector);
	}
	return cw_ctl_exit_of(reply);
}

enum cw_ctl_exit cw_ctl_unknown(struct cw_ctl *ctl, const char *connector)
{
	CW_AUTO_FREE char *message = cw_format("Connector %s not found", connector);
	struct cw_reply missing = { .status = 404, .message = message };

	return cw_ctl_refused(ctl, &missing, connector);
}

bool cw_ctl_is_hopeless(enum cw_ctl_exit result)
{
	return result == CW_CTL_UNREACHABLE || result == CW_CTL_USAGE;
}

enum cw_ctl_exit cw_ctl_worse(enum cw_ctl_exit a, enum cw_ctl_exit b)
{
	static const int rank[] = {
		[CW_CTL_OK] = 0,      [CW_CTL_FAILED] = 1, [CW_CTL_TIMEOUT] = 2, [CW_CTL_NOT_FOUND] = 3,
		[CW_CTL_CONFLICT] = 4, [CW_CTL_REFUSED] = 5, [CW_CTL_DENIED] = 6, [CW_CTL_USAGE] = 7,
		[CW_CTL_UNREACHABLE] = 8,
	};

	return rank[a] >= rank[b] ? a : b;
}
