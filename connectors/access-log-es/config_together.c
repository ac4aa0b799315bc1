/* What follows from settings together, and the checks that span keys. */
#include "config.h"

#include <stdlib.h>
#include <strings.h>

#include "index_name.h"
#include "text.h"

/* ---- what follows from it ----------------------------------------------------------------------- */

static bool given(const char *text)
{
	return text && *text;
}

static bool names_stream(const struct cw_es_config *config)
{
	return config->stream_type && strcasecmp(config->stream_type, "NONE") != 0;
}

/* Another index than those that a class has by default. */
static bool names_index(const struct cw_es_config *config)
{
	return strcmp(config->index, CW_ES_INDEX_DEFAULT) != 0 && strcmp(config->index, CW_ES_INDEX_TOPIC) != 0;
}

static bool uses_resources(const struct cw_es_config *config)
{
	return config->resource_usage && strcasecmp(config->resource_usage, "DISABLED") != 0;
}

bool cw_es_config_streams(const struct cw_es_config *config)
{
	return names_stream(config) || (uses_resources(config) && strcasestr(config->resource_usage, "DATASTREAM"));
}

bool cw_es_config_creates(const struct cw_es_config *config)
{
	return cw_es_config_streams(config) || (config->operation && strcasecmp(config->operation, "CREATE") == 0);
}

bool cw_es_config_signs(const struct cw_es_config *config)
{
	return config->aws_service && strcasecmp(config->aws_service, "NONE") != 0;
}

char *cw_es_config_index(const struct cw_es_config *config)
{
	struct cw_text text = { 0 };
	const char *p;

	if (!names_stream(config))
		return cw_text_strdup(config->index);
	cw_text_printf(&text, "%s-%s-", strcasecmp(config->stream_type, "LOGS") == 0 ? "logs" : "metrics",
		       config->stream_dataset);
	for (p = config->stream_namespace; *p; p++) {
		if (strncmp(p, "${topic}", 8) == 0) {
			cw_text_puts(&text, "%{topic}");
			p += 7;
		} else {
			cw_text_append(&text, p, 1);
		}
	}
	cw_text_append(&text, "", 1);
	return text.p;
}

bool cw_es_config_https(const struct cw_es_config *config)
{
	if (config->security_protocol && strcasecmp(config->security_protocol, "SSL") == 0)
		return true;
	for (size_t i = 0; i < config->urls.n; i++)
		if (strncasecmp(config->urls.items[i], "https://", 8) == 0)
			return true;
	return false;
}

char *cw_es_config_url(const char *url, bool https)
{
	struct cw_text text = { 0 };
	const char *rest = strstr(url, "://");

	rest = rest ? rest + 3 : url;
	cw_text_printf(&text, "%s://%s", https ? "https" : "http", rest);
	while (text.n && text.p[text.n - 1] == '/')
		text.n--;
	cw_text_append(&text, "", 1);
	return text.p;
}

/* ---- checks that span keys ---------------------------------------------------------------------- */

/* Where to report to. */
struct report {
	const struct cw_host *host;
	struct cw_validation *validation;
};

static void invalid(const struct report *report, const char *key, const char *message)
{
	report->host->invalid(report->validation, key, message);
}

static void validate_login(const struct report *report, const struct cw_es_config *config)
{
	int ways = given(config->username) + (config->api_key != NULL) + (config->bearer_token != NULL) +
		   cw_es_config_signs(config);

	if (given(config->username) != given(config->password)) {
		invalid(report, "connection.username", "connection.username and connection.password go together: give "
						       "both or none.");
		invalid(report, "connection.password", "connection.username and connection.password go together: give "
						       "both or none.");
	}
	if (ways > 1)
		invalid(report, config->api_key ? "api.key" : config->bearer_token ? "bearer.token" : "aws.sigv4.service",
			"Only one of connection.username, api.key, bearer.token and aws.sigv4.service may be given.");
	if ((config->api_key && strpbrk(config->api_key, "\r\n")) ||
	    (config->bearer_token && strpbrk(config->bearer_token, "\r\n")))
		invalid(report, config->api_key ? "api.key" : "bearer.token",
			"The value holds a line break, which a HTTP header may not.");
	if (given(config->proxy_username) != given(config->proxy_password))
		invalid(report, "proxy.username", "proxy.username and proxy.password go together: give both or none.");
	if (given(config->proxy_username) && !given(config->proxy_host))
		invalid(report, "proxy.host", "proxy.host is needed for proxy.username.");
}

static void validate_aws(const struct report *report, const struct cw_es_config *config)
{
	const struct {
		const char *key, *value;
		bool needed;
	} keys[] = { { "aws.sigv4.region", config->aws_region, true },
		     { "aws.access.key.id", config->aws_key_id, false },
		     { "aws.secret.access.key", config->aws_secret, false },
		     { "aws.profile", config->aws_profile, false } };
	bool signs = cw_es_config_signs(config), fixed = given(config->aws_key_id);
	char message[200];

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (given(keys[i].value) ? signs : !signs || !keys[i].needed)
			continue;
		snprintf(message, sizeof(message), "%s and aws.sigv4.service go together: give both or none.", keys[i].key);
		invalid(report, keys[i].key, message);
	}
	if (fixed != given(config->aws_secret))
		invalid(report, "aws.secret.access.key", "aws.access.key.id and aws.secret.access.key go together: give both, or "
							 "none where AWS's own places have them.");
	if (given(config->aws_token) && !fixed)
		invalid(report, "aws.session.token", "aws.session.token is of an access key, which is not given.");
	if (given(config->aws_profile) && fixed)
		invalid(report, "aws.profile", "aws.profile and aws.access.key.id exclude each other: give one, or none.");
	if (config->aws_token && strpbrk(config->aws_token, "\r\n"))
		invalid(report, "aws.session.token", "The value holds a line break, which a HTTP header may not.");
	for (size_t i = 0; i < config->headers.n; i++)
		if (strncasecmp(config->headers.items[i], "authorization:", 14) == 0 &&
		    (given(config->username) || config->api_key || config->bearer_token || cw_es_config_signs(config)))
			invalid(report, "connection.headers", "connection.headers holds Authorization, and another way to log in "
							      "is given; only one may be.");
}

static void validate_ssl(const struct report *report, const struct cw_es_config *config)
{
	bool texts = config->keystore_key || config->keystore_chain;

	if (!cw_es_config_https(config) && (config->ca || config->truststore || config->truststore_text || config->certificate ||
					    config->key || config->keystore || texts))
		invalid(report, "elastic.security.protocol",
			"Certificates are given but no URL is https; use https:// URLs, or set "
			"elastic.security.protocol to SSL.");
	if (config->truststore && strcasecmp(config->truststore_type, "PEM") != 0)
		invalid(report, "elastic.https.ssl.truststore.type",
			"Only PEM truststores can be read; convert yours with keytool -exportcert -rfc, then use "
			"elastic.https.ssl.ca.location.");
	if (config->ca && config->truststore)
		invalid(report, "elastic.https.ssl.truststore.location",
			"elastic.https.ssl.ca.location is given as well; only one of the two may be.");
	if (config->truststore_text && (config->ca || config->truststore))
		invalid(report, "elastic.https.ssl.truststore.certificates",
			"Certificates are given in a file as well; only one of the two may be.");
	if (config->keystore && strcasecmp(config->keystore_type, "PEM") != 0 &&
	    strcasecmp(config->keystore_type, "PKCS12") != 0)
		invalid(report, "elastic.https.ssl.keystore.type",
			"Only PEM and PKCS12 keystores can be read; convert yours with keytool -importkeystore -deststoretype "
			"PKCS12, and set elastic.https.ssl.keystore.type to PKCS12.");
	if ((config->keystore_key != NULL) != (config->keystore_chain != NULL))
		invalid(report, "elastic.https.ssl.keystore.key",
			"elastic.https.ssl.keystore.key and elastic.https.ssl.keystore.certificate.chain go together: give "
			"both or none.");
	if ((config->keystore != NULL) + texts + (config->certificate != NULL) > 1)
		invalid(report, "elastic.https.ssl.keystore.location",
			"The client's certificate is given in more than one way: only one of "
			"elastic.https.ssl.keystore.location, elastic.https.ssl.keystore.key and "
			"elastic.https.ssl.certificate.location may be.");
	if ((config->certificate != NULL) != (config->key != NULL))
		invalid(report, "elastic.https.ssl.key.location",
			"elastic.https.ssl.certificate.location and elastic.https.ssl.key.location go together: give "
			"both or none.");
}

static void validate_sizes(const struct report *report, const struct cw_es_config *config)
{
	char message[200];

	if (config->linger_ms > config->flush_timeout_ms)
		invalid(report, "linger.ms", "linger.ms may not be longer than flush.timeout.ms.");
	if (config->bulk_bytes == 0)
		invalid(report, "bulk.size.bytes", "bulk.size.bytes has to be more than 0, or -1 for any number.");
	if (config->max_buffered < (int64_t)config->batch_size * config->max_in_flight) {
		snprintf(message, sizeof(message),
			 "max.buffered.records has to be at least batch.size times max.in.flight.requests, which is "
			 "%lld.",
			 (long long)config->batch_size * config->max_in_flight);
		invalid(report, "max.buffered.records", message);
	}
}

static void validate_keys(const struct report *report, const struct cw_es_config *config)
{
	bool deletes = strcasecmp(config->on_null, "DELETE") == 0;

	if (config->key_ignore && config->key_ignore_topics.n)
		invalid(report, "topic.key.ignore", "topic.key.ignore names the exceptions from key.ignore=false; "
						    "key.ignore is true.");
	if (deletes && config->key_ignore)
		invalid(report, "behavior.on.null.values", "behavior.on.null.values=DELETE needs key.ignore=false: without "
							   "keys nothing says which document is meant.");
	if (strcasecmp(config->write_method, "UPSERT") == 0 && cw_es_config_streams(config))
		invalid(report, "write.method", "write.method may not be UPSERT with a data stream, which only takes new "
						"documents.");
	if (given(config->version_header) && (config->key_ignore || strcasecmp(config->write_method, "UPSERT") == 0))
		invalid(report, "external.version.header", "external.version.header is for documents that their key names "
							   "(key.ignore=false) and that are replaced (write.method=INSERT).");
	if (config->own_ids && (deletes || strcasecmp(config->write_method, "UPSERT") == 0))
		invalid(report, "use.autogenerated.ids", "use.autogenerated.ids is for documents that are only added: it needs "
							 "write.method=INSERT, and no behavior.on.null.values=DELETE.");
	if (deletes && cw_es_config_streams(config))
		invalid(report, "behavior.on.null.values", "behavior.on.null.values may not be DELETE with a data stream, "
							   "which only takes new documents.");
}

static void validate_target(const struct report *report, const struct cw_es_config *config)
{
	char pattern[CW_INDEX_NAME_MAX + 1];
	struct cw_index_name *name;
	size_t fixed;

	if (cw_es_config_streams(config) && config->operation && strcasecmp(config->operation, "CREATE") != 0)
		invalid(report, "op.type", "A data stream takes only op.type=CREATE.");
	if (names_stream(config)) {
		if (!given(config->stream_dataset))
			invalid(report, "data.stream.dataset", "data.stream.dataset is needed with data.stream.type.");
		if (names_index(config))
			invalid(report, "index", "index and data.stream.type exclude each other: the data stream's "
						 "name is the index.");
		return;
	}
	if (given(config->stream_dataset))
		invalid(report, "data.stream.type", "data.stream.dataset is given; data.stream.type has to be LOGS or "
						    "METRICS then.");
	name = cw_index_name_compile(config->index, NULL);
	if (!name)
		return; /* the table said so */
	fixed = cw_index_name_pattern(name, cw_slice_str("t"), pattern);
	if (fixed == 0 && config->template_enable && !uses_resources(config))
		invalid(report, "index", "An index that starts with a date or a field leaves nothing for an index template to "
					 "match; begin it with a name, or set template.enable to false.");
	cw_index_name_free(name);
}

static void validate_lifecycle(const struct report *report, const struct cw_es_config *config)
{
	bool elsewhere = uses_resources(config) || names_stream(config);

	if (config->lifecycle_file && !config->lifecycle_name)
		invalid(report, "lifecycle.policy.name", "lifecycle.policy.name is needed with lifecycle.policy.file.");
	if (config->lifecycle_name && uses_resources(config))
		invalid(report, "lifecycle.policy.name", "lifecycle.policy.name and external.resource.usage exclude each other: "
							 "somebody else looks after the resources.");
	if (config->alias_bootstrap && elsewhere)
		invalid(report, "alias.bootstrap", "alias.bootstrap is for `index`, which data.stream.type and "
						   "external.resource.usage take the place of.");
	else if (config->alias_bootstrap && strstr(config->index, "%{"))
		invalid(report, "alias.bootstrap", "alias.bootstrap needs an `index` without dates, topics or fields: it is the "
						   "alias's name.");
}

static void validate_resources(const struct report *report, const struct cw_es_config *config)
{
	static const char key[] = "topic.to.external.resource.mapping";
	const struct cw_list *mapping = &config->resources;
	char message[200];

	if (uses_resources(config) != (mapping->n > 0))
		invalid(report, key, "external.resource.usage and topic.to.external.resource.mapping go together: give both or "
				     "none.");
	if (uses_resources(config) && names_stream(config))
		invalid(report, "external.resource.usage", "external.resource.usage and data.stream.type exclude each other.");
	if (uses_resources(config) && names_index(config))
		invalid(report, "index", "index and external.resource.usage exclude each other: each topic has its resource.");
	if (mapping->n > (size_t)config->resources_max) {
		snprintf(message, sizeof(message), "holds %zu topics, more than max.external.resource.mappings allows (%d).",
			 mapping->n, (int)config->resources_max);
		invalid(report, key, message);
	}
	for (size_t i = 0; i < mapping->n; i++)
		for (size_t k = 0; k < i; k++) {
			const char *colon = strrchr(mapping->items[i], ':'), *other = strrchr(mapping->items[k], ':');
			size_t n = colon ? (size_t)(colon - mapping->items[i]) : 0;

			if (!colon || !other)
				continue; /* the table said so */
			if (strcmp(colon, other) != 0 && (n != (size_t)(other - mapping->items[k]) ||
							  strncmp(mapping->items[i], mapping->items[k], n) != 0))
				continue;
			snprintf(message, sizeof(message), "Each topic has one resource, and each resource one topic: %.60s and "
				 "%.60s.", mapping->items[k], mapping->items[i]);
			invalid(report, key, message);
		}
}

void cw_es_config_validate(const struct cw_context *ctx, const void *opaque, struct cw_validation *validation)
{
	const struct cw_es_config *config = opaque;
	struct report report = { ctx->host, validation };

	validate_login(&report, config);
	validate_aws(&report, config);
	validate_ssl(&report, config);
	validate_sizes(&report, config);
	validate_keys(&report, config);
	validate_target(&report, config);
	validate_resources(&report, config);
	validate_lifecycle(&report, config);
	if (config->pattern_time && !config->pattern)
		invalid(&report, "pattern.timestamp.format", "pattern.timestamp.format is for the group timestamp of "
							     "pattern, which is not given.");
}
