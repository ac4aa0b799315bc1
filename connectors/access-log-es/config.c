#include "config.h"

#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <curl/curl.h>

#include "index_name.h"
#include "log_time.h"
#include "pattern.h"
#include "text.h"
#include "zone.h"

#define HOURS(n) (INT64_C(3600000) * (n))

/* ---- checks of single values -------------------------------------------------------------------- */

static int check_url(const char *url, struct cw_error *err)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *user = NULL, *query = NULL;
	int rc = 0;

	if (!u || curl_url_set(u, CURLUPART_URL, url, CURLU_DEFAULT_SCHEME | CURLU_NON_SUPPORT_SCHEME))
		rc = cw_error_set(err, CW_ERR_INVALID, "is no URL such as http://localhost:9200");
	else if (curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK)
		rc = cw_error_set(err, CW_ERR_INVALID,
				  "holds a user name; use connection.username and connection.password, which are kept "
				  "secret");
	else if (curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
		 (strstr(url, "://") && strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
		rc = cw_error_set(err, CW_ERR_INVALID, "is neither a http:// nor a https:// URL");
	else if (curl_url_get(u, CURLUPART_QUERY, &query, 0) == CURLUE_OK)
		rc = cw_error_set(err, CW_ERR_INVALID, "holds a query, which the base URL of a store may not have");
	curl_free(scheme);
	curl_free(user);
	curl_free(query);
	curl_url_cleanup(u);
	return rc;
}

/* The value is the whole list. */
static int check_urls(const char *value, struct cw_error *err)
{
	char *copy = cw_text_strdup(value), *rest = copy, *url;
	int rc = 0, n = 0;

	while (rc == 0 && (url = strsep(&rest, ",")) != NULL) {
		size_t n_url;

		url += strspn(url, " \t\n");
		for (n_url = strlen(url); n_url && strchr(" \t\n", url[n_url - 1]); n_url--)
			url[n_url - 1] = '\0';
		if (!*url)
			continue;
		n++;
		rc = check_url(url, err);
	}
	if (rc == 0 && n > CW_ES_URLS_MAX)
		rc = cw_error_set(err, CW_ERR_INVALID, "names %d URLs; at most %d are used", n, CW_ES_URLS_MAX);
	if (rc == 0 && n == 0)
		rc = cw_error_set(err, CW_ERR_INVALID, "names no URL; give one such as http://localhost:9200");
	free(copy);
	return rc;
}

static int check_index(const char *value, struct cw_error *err)
{
	struct cw_index_name *name = cw_index_name_compile(value, err);

	cw_index_name_free(name);
	return name ? 0 : -1;
}

static int check_timezone(const char *value, struct cw_error *err)
{
	struct cw_zone *zone = cw_zone_open(value, err);

	cw_zone_free(zone);
	return zone ? 0 : -1;
}

static int check_pattern(const char *value, struct cw_error *err)
{
	struct cw_pattern *pattern = cw_pattern_compile(value, err);

	cw_pattern_free(pattern);
	return pattern ? 0 : -1;
}

static int check_file(const char *value, struct cw_error *err)
{
	struct stat st;

	if (stat(value, &st) || !S_ISREG(st.st_mode) || access(value, R_OK))
		return cw_error_set(err, CW_ERR_INVALID, "is no file that this worker can read");
	return 0;
}

static int check_stream_part(const char *value, struct cw_error *err)
{
	const char *p = value;

	if (strlen(value) > 100)
		return cw_error_set(err, CW_ERR_INVALID, "is longer than 100 characters");
	for (; *p; p++) {
		if (strncmp(p, "${topic}", 8) == 0) {
			p += 7;
			continue;
		}
		if (*p <= ' ' || (*p >= 'A' && *p <= 'Z') || strchr("\\/*\"<>|,#:-?{}%", *p))
			return cw_error_set(err, CW_ERR_INVALID,
					    "may hold no capital letters, spaces, hyphens or any of \\ / * \" < > | , "
					    "# : ?");
	}
	return 0;
}

static int check_dataset(const char *value, struct cw_error *err)
{
	if (strchr(value, '$'))
		return cw_error_set(err, CW_ERR_INVALID, "may not hold ${topic}; data.stream.namespace may");
	return check_stream_part(value, err);
}

static int check_name(const char *value, struct cw_error *err)
{
	if (!*value || strlen(value) > 200 || strpbrk(value, " ,*#\\/?\"<>|:") || strchr("_-+.", *value))
		return cw_error_set(err, CW_ERR_INVALID, "is no name: no spaces, none of , * # \\ / ? \" < > | : and "
							 "no _ - + . at its start");
	return 0;
}

/* ---- the table ---------------------------------------------------------------------------------- */

#define AT(member) .offset = offsetof(struct cw_es_config, member)
#define RANGE(low, high) .flags = CW_CONFIG_RANGE, .min = (low), .max = (high)
#define STRING .type = CW_CONFIG_STRING
#define INT .type = CW_CONFIG_INT
#define LONG .type = CW_CONFIG_LONG
#define BOOLEAN .type = CW_CONFIG_BOOLEAN
#define PASSWORD .type = CW_CONFIG_PASSWORD

static const struct cw_config_def table[] = {
	/* --- connection */
	{ .name = "connection.url", .type = CW_CONFIG_LIST, .flags = CW_CONFIG_REQUIRED | CW_CONFIG_NOT_EMPTY,
	  .importance = CW_HIGH, .group = "Connector", .width = CW_WIDTH_LONG, .display_name = "Connection URLs",
	  .check = check_urls, AT(urls),
	  .doc = "The store's HTTP URLs, such as http://localhost:9200; requests go round between them, and one that "
		 "does not answer is left out for a while. When any of them is https, all are; without a scheme http "
		 "is meant." },
	{ .name = "connection.username", STRING, .importance = CW_MEDIUM, .group = "Connector",
	  .width = CW_WIDTH_SHORT, .display_name = "Connection Username", AT(username),
	  .doc = "User name for basic authentication; needs connection.password." },
	{ .name = "connection.password", PASSWORD, .importance = CW_MEDIUM, .group = "Connector",
	  .width = CW_WIDTH_SHORT, .display_name = "Connection Password", AT(password),
	  .doc = "Password for basic authentication; needs connection.username." },
	{ .name = "api.key", PASSWORD, .importance = CW_MEDIUM, .group = "Connector", .width = CW_WIDTH_LONG,
	  .display_name = "API Key", AT(api_key),
	  .doc = "API key in its encoded form (base64 of id:key), sent as Authorization: ApiKey. Instead of a user "
		 "name." },
	{ .name = "bearer.token", PASSWORD, .importance = CW_LOW, .group = "Connector", .width = CW_WIDTH_LONG,
	  .display_name = "Bearer Token", AT(bearer_token),
	  .doc = "Token, sent as Authorization: Bearer. Instead of a user name." },
	{ .name = "connection.compression", BOOLEAN, .default_value = "false", .importance = CW_LOW,
	  .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Compression", AT(compression),
	  .doc = "Whether requests are compressed with gzip: less network for more CPU." },
	{ .name = "connection.timeout.ms", INT, RANGE(0, HOURS(12)), .default_value = "1000", .importance = CW_LOW,
	  .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Connection Timeout",
	  AT(connection_timeout_ms),
	  .doc = "How long a connection may take to come about, in milliseconds; 0: for ever. Then another URL is "
		 "tried." },
	{ .name = "read.timeout.ms", INT, RANGE(0, HOURS(24 * 7)), .default_value = "30000", .importance = CW_LOW,
	  .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Read Timeout", AT(read_timeout_ms),
	  .doc = "How long a whole request may take, in milliseconds; 0: for ever. Then it is sent again, which "
		 "changes nothing where it was written after all. The default is longer than the 3000 of other "
		 "Elasticsearch sinks, which is short for a busy store." },
	{ .name = "max.connection.idle.time.ms", INT, RANGE(-1, HOURS(24)), .default_value = "60000",
	  .importance = CW_LOW, .group = "Connector", .width = CW_WIDTH_SHORT,
	  .display_name = "Max Connection Idle Time",
	  AT(max_idle_ms),
	  .doc = "After how many milliseconds without use a connection is not used again; -1: never." },
	{ .name = "batch.size", INT, RANGE(1, 1000000), .default_value = "2000", .importance = CW_MEDIUM,
	  .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Batch Size", AT(batch_size),
	  .doc = "Most documents in one bulk request. While the store pushes back, smaller ones are sent." },
	{ .name = "bulk.size.bytes", LONG, RANGE(-1, INT64_C(1) << 30), .default_value = "5242880",
	  .importance = CW_LOW, .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Bulk Size (bytes)",
	  AT(bulk_bytes),
	  .doc = "Most bytes in one bulk request before compression; -1: any number. A single larger document is sent "
		 "alone." },
	{ .name = "linger.ms", LONG, RANGE(0, HOURS(24 * 7)), .default_value = "1", .importance = CW_LOW,
	  .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Linger (ms)", AT(linger_ms),
	  .doc = "How long a part-filled request waits for more records, in milliseconds, while others are in flight. "
		 "With none in flight it is sent at once." },
	{ .name = "max.in.flight.requests", INT, RANGE(1, 1000), .default_value = "5", .importance = CW_MEDIUM,
	  .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Max In-flight Requests", AT(max_in_flight),
	  .doc = "Most requests of a task that are under way at once. While the store pushes back, fewer are." },
	{ .name = "max.buffered.records", INT, RANGE(1, INT32_MAX), .default_value = "20000",
	  .importance = CW_LOW, .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Max Buffered Records",
	  AT(max_buffered),
	  .doc = "Most records that a task has taken and the store has not answered for; beyond it the task waits. "
		 "Some 8 MB of documents are a bound as well." },
	{ .name = "flush.timeout.ms", LONG, RANGE(1000, HOURS(24 * 7)), .default_value = "180000",
	  .importance = CW_LOW, .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Flush Timeout (ms)",
	  AT(flush_timeout_ms),
	  .doc = "How long one flush, before partitions are given up or the task stops, may wait for the store, in "
		 "milliseconds. Records that are not answered by then are not committed, and are read again." },
	{ .name = "max.retries", INT, RANGE(0, INT32_MAX), .default_value = "5", .importance = CW_LOW,
	  .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Max Retries", AT(max_retries),
	  .doc = "How often a request is made again after an error of the store's own (status 500, an answer that is "
		 "none), before the task fails. A store that is busy or away (429, 502, 503, 504, broken connections, "
		 "timeouts) is asked again without limit, and never fails the task." },
	{ .name = "retry.backoff.ms", LONG, RANGE(0, HOURS(24)), .default_value = "100", .importance = CW_LOW,
	  .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Retry Backoff (ms)", AT(retry_backoff_ms),
	  .doc = "Base of the random wait before a request is made again, in milliseconds; it doubles with each "
		 "attempt, up to 30 seconds. A Retry-After of the store is kept to." },
	/* --- what becomes of records */
	{ .name = "drop.invalid.message", BOOLEAN, .default_value = "false", .importance = CW_LOW,
	  .group = "Data Conversion", .width = CW_WIDTH_SHORT, .display_name = "Drop Invalid Messages",
	  AT(drop_invalid),
	  .doc = "Whether lines that do not parse are left out, counted only. Otherwise errors.tolerance decides." },
	{ .name = "behavior.on.null.values", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "FAIL",
	  .choices = "IGNORE,DELETE,FAIL", .importance = CW_LOW, .group = "Data Conversion", .width = CW_WIDTH_SHORT,
	  .display_name = "Behavior for null-valued records", AT(on_null),
	  .doc = "What becomes of records without a value: IGNORE leaves them out, counted; DELETE deletes the document "
		 "that their key names, and needs key.ignore=false; with FAIL errors.tolerance decides." },
	{ .name = "key.ignore", BOOLEAN, .default_value = "true", .importance = CW_HIGH, .group = "Data Conversion",
	  .width = CW_WIDTH_SHORT, .display_name = "Ignore Key mode", AT(key_ignore),
	  .doc = "true: a document's id is the place of its record in Kafka, topic+partition+offset, so that equal "
		 "records stay documents of their own. false: it is the record's key, text or an integer; a later "
		 "record of the same key replaces the document, an earlier one that comes again does not (its offset "
		 "is the document's external version). Other Elasticsearch sinks have false as the default." },
	{ .name = "topic.key.ignore", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_LOW,
	  .group = "Data Conversion", .width = CW_WIDTH_LONG, .display_name = "Topics for 'Ignore Key' mode",
	  AT(key_ignore_topics),
	  .doc = "Topics for which key.ignore is true; not together with key.ignore=true." },
	{ .name = "schema.ignore", BOOLEAN, .default_value = "false", .importance = CW_LOW,
	  .group = "Data Conversion", .width = CW_WIDTH_SHORT, .display_name = "Ignore Schema mode", AT(schema_ignore),
	  .doc = "Whether the schema of structured records is left alone. Otherwise an index that has no fields yet gets "
		 "its mapping from the first schema; a data stream has its own from its template." },
	{ .name = "topic.schema.ignore", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_LOW,
	  .group = "Data Conversion", .width = CW_WIDTH_LONG, .display_name = "Topics for 'Ignore Schema' mode",
	  AT(schema_ignore_topics),
	  .doc = "Topics for which schema.ignore is true." },
	{ .name = "compact.map.entries", BOOLEAN, .default_value = "true", .importance = CW_LOW,
	  .group = "Data Conversion", .width = CW_WIDTH_SHORT, .display_name = "Compact Map Entries",
	  AT(compact_maps),
	  .doc = "Whether a map of a schema whose keys are text is written as an object, {\"a\":1}; otherwise as a list, "
		 "[{\"key\":\"a\",\"value\":1}], as maps with other keys always are." },
	{ .name = "behavior.on.malformed.documents", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "FAIL",
	  .choices = "IGNORE,WARN,FAIL", .importance = CW_LOW, .group = "Data Conversion", .width = CW_WIDTH_SHORT,
	  .display_name = "Behavior On Malformed Documents", AT(on_malformed),
	  .doc = "What becomes of documents that the store refuses: with FAIL errors.tolerance decides; WARN leaves "
		 "them out with a log line, IGNORE without; both count them." },
	/* --- where to */
	{ .name = "index", STRING, .flags = CW_CONFIG_NOT_EMPTY, .default_value = CW_ES_INDEX_DEFAULT,
	  .importance = CW_HIGH, .group = "Index", .width = CW_WIDTH_MEDIUM, .display_name = "Index",
	  .check = check_index, AT(index),
	  .doc = "The index that a document goes to. %{topic} is the record's topic, %{+yyyy.MM.dd} the day of the "
		 "event in UTC; dates know yyyy yy MM dd HH mm ss DDD xxxx ww." },
	{ .name = "op.type", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "CREATE",
	  .choices = "CREATE,INDEX", .importance = CW_LOW, .group = "Index", .width = CW_WIDTH_SHORT,
	  .display_name = "Operation", AT(operation),
	  .doc = "CREATE leaves a document that exists as it is; INDEX writes it again. A replay makes no second "
		 "document either way. Documents that their key names are always indexed, with their version." },
	{ .name = "pipeline", STRING, .importance = CW_LOW, .group = "Index", .width = CW_WIDTH_SHORT,
	  .display_name = "Ingest Pipeline", .check = check_name, AT(pipeline),
	  .doc = "Name of the store's ingest pipeline that documents pass through." },
	{ .name = "data.stream.type", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "NONE",
	  .choices = "LOGS,METRICS,NONE", .importance = CW_LOW, .group = "Data Stream", .width = CW_WIDTH_SHORT,
	  .display_name = "Data Stream Type", AT(stream_type),
	  .dependents = "data.stream.dataset,data.stream.namespace",
	  .doc = "Writes to the data stream TYPE-DATASET-NAMESPACE instead of `index`." },
	{ .name = "data.stream.dataset", STRING, .default_value = "", .importance = CW_LOW, .group = "Data Stream",
	  .width = CW_WIDTH_MEDIUM, .display_name = "Data Stream Dataset", .check = check_dataset, AT(stream_dataset),
	  .doc = "The dataset in the data stream's name." },
	{ .name = "data.stream.namespace", STRING, .default_value = "${topic}", .importance = CW_LOW,
	  .group = "Data Stream", .width = CW_WIDTH_MEDIUM, .display_name = "Data Stream Namespace",
	  .check = check_stream_part, AT(stream_namespace),
	  .doc = "The namespace in the data stream's name; ${topic} is the record's topic." },
	{ .name = "data.stream.timestamp.field", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_LOW,
	  .group = "Data Stream", .width = CW_WIDTH_LONG, .display_name = "Data Stream Timestamp Field",
	  AT(timestamp_fields),
	  .doc = "Fields of structured records, the first of which that is there is the event's time: a timestamp, "
		 "milliseconds since 1970, or a time in a known form. It is @timestamp in a data stream, and the date in "
		 "`index`. Without one it is the record's timestamp." },
	{ .name = "template.enable", BOOLEAN, .default_value = "true", .importance = CW_MEDIUM, .group = "Index",
	  .width = CW_WIDTH_SHORT, .display_name = "Put Index Template", AT(template_enable),
	  .doc = "Whether the task puts the connector's index template (ip, keyword, short, long, date …) before it "
		 "writes, unless one of that name is there." },
	{ .name = "template.overwrite", BOOLEAN, .default_value = "false", .importance = CW_LOW, .group = "Index",
	  .width = CW_WIDTH_SHORT, .display_name = "Overwrite Index Template", AT(template_overwrite),
	  .doc = "Whether an index template of that name is replaced." },
	{ .name = "template.name", STRING, .importance = CW_LOW, .group = "Index", .width = CW_WIDTH_MEDIUM,
	  .display_name = "Index Template Name", .check = check_name, AT(template_name),
	  .doc = "Name of the index template; by default what `index` starts with, such as access-logs." },
	/* --- lines */
	{ .name = "pattern", STRING, .importance = CW_MEDIUM, .group = "Lines", .width = CW_WIDTH_LONG,
	  .display_name = "Pattern", .check = check_pattern, AT(pattern),
	  .doc = "Regular expression (PCRE2) with named groups for lines of another form: ip, timestamp, request or "
		 "method, endpoint and protocol, status, size, referrer, user_agent, ident, user; other groups become "
		 "fields of their name. Without it the connector's own form and Apache's common and combined are "
		 "recognised." },
	{ .name = "pattern.timestamp.format", STRING, .importance = CW_LOW, .group = "Lines", .width = CW_WIDTH_MEDIUM,
	  .display_name = "Timestamp Format", .check = cw_log_time_check_format, AT(pattern_time),
	  .doc = "How the pattern's group timestamp is read, in strptime's letters: %d/%b/%Y:%H:%M:%S %z. Without it "
		 "the known forms and ISO 8601 are recognised." },
	{ .name = "timezone", STRING, .importance = CW_MEDIUM, .group = "Lines", .width = CW_WIDTH_SHORT,
	  .display_name = "Time Zone", .check = check_timezone, AT(timezone),
	  .doc = "Zone of the times in lines that name none: UTC, an offset such as +02:00, or a name such as "
		 "Europe/Berlin. Without it such times are written without a zone, which the store reads as UTC." },
	{ .name = "include.raw", BOOLEAN, .default_value = "false", .importance = CW_LOW, .group = "Lines",
	  .width = CW_WIDTH_SHORT, .display_name = "Include Raw Line", AT(include_raw),
	  .doc = "Whether documents hold the line itself, as raw." },
	{ .name = "include.kafka", BOOLEAN, .default_value = "false", .importance = CW_LOW, .group = "Lines",
	  .width = CW_WIDTH_SHORT, .display_name = "Include Kafka Position", AT(include_kafka),
	  .doc = "Whether documents hold topic, partition and offset, as kafka." },
	/* --- security, proxy */
	{ .name = "elastic.security.protocol", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "PLAINTEXT",
	  .choices = "PLAINTEXT,SSL", .importance = CW_MEDIUM, .group = "Security", .width = CW_WIDTH_SHORT,
	  .display_name = "Security protocol", AT(security_protocol),
	  .doc = "SSL makes all URLs https. PLAINTEXT leaves it to the URLs." },
	{ .name = "elastic.https.ssl.ca.location", STRING, .importance = CW_MEDIUM, .group = "Security",
	  .width = CW_WIDTH_LONG, .display_name = "CA File", .check = check_file, AT(ca),
	  .doc = "File with the CA certificates (PEM) that the store's is checked against; by default the system's." },
	{ .name = "elastic.https.ssl.truststore.location", STRING, .importance = CW_LOW, .group = "Security",
	  .width = CW_WIDTH_LONG, .display_name = "Truststore", .check = check_file, AT(truststore),
	  .doc = "The same, for configurations that were written for Kafka clients; its type has to be PEM." },
	{ .name = "elastic.https.ssl.truststore.type", STRING, .default_value = "PEM", .importance = CW_LOW,
	  .group = "Security", .width = CW_WIDTH_SHORT, .display_name = "Truststore Type", AT(truststore_type),
	  .doc = "PEM. A JKS or PKCS12 store has to be converted (keytool -exportcert -rfc)." },
	{ .name = "elastic.https.ssl.certificate.location", STRING, .importance = CW_LOW, .group = "Security",
	  .width = CW_WIDTH_LONG, .display_name = "Client Certificate", .check = check_file, AT(certificate),
	  .doc = "The task's own certificate (PEM), for stores that ask for one." },
	{ .name = "elastic.https.ssl.key.location", STRING, .importance = CW_LOW, .group = "Security",
	  .width = CW_WIDTH_LONG, .display_name = "Client Key", .check = check_file, AT(key),
	  .doc = "The private key (PEM) of that certificate." },
	{ .name = "elastic.https.ssl.key.password", PASSWORD, .importance = CW_LOW, .group = "Security",
	  .width = CW_WIDTH_SHORT, .display_name = "Client Key Password", AT(key_password),
	  .doc = "Password of the private key." },
	{ .name = "elastic.https.ssl.endpoint.identification.algorithm", STRING, .default_value = "https",
	  .importance = CW_LOW, .group = "Security", .width = CW_WIDTH_SHORT, .display_name = "Endpoint Identification",
	  AT(identification),
	  .doc = "https: the store's certificate has to name the host. Empty: it does not." },
	{ .name = "elastic.https.ssl.verify", BOOLEAN, .default_value = "true", .importance = CW_LOW,
	  .group = "Security", .width = CW_WIDTH_SHORT, .display_name = "Verify Certificate", AT(verify),
	  .doc = "false accepts any certificate: for trying things out only." },
	{ .name = "proxy.host", STRING, .default_value = "", .importance = CW_LOW, .group = "Proxy",
	  .width = CW_WIDTH_LONG, .display_name = "Proxy Host", AT(proxy_host),
	  .doc = "Host of a HTTP proxy in front of the store; empty: none. Proxy variables of the environment are not "
		 "used." },
	{ .name = "proxy.port", INT, RANGE(1, 65535), .default_value = "8080", .importance = CW_LOW, .group = "Proxy",
	  .width = CW_WIDTH_SHORT, .display_name = "Proxy Port", AT(proxy_port), .doc = "Port of the proxy." },
	{ .name = "proxy.username", STRING, .default_value = "", .importance = CW_LOW, .group = "Proxy",
	  .width = CW_WIDTH_SHORT, .display_name = "Proxy Username", AT(proxy_username),
	  .doc = "User name for the proxy." },
	{ .name = "proxy.password", PASSWORD, .importance = CW_LOW, .group = "Proxy", .width = CW_WIDTH_SHORT,
	  .display_name = "Proxy Password", AT(proxy_password), .doc = "Password for the proxy." },
};

static const struct cw_plugin plugin = {
	CW_PLUGIN_HEAD(CW_PLUGIN_SINK),
	.class_name = "io.connectworker.AccessLogElasticsearchSink",
	.version = PACKAGE_VERSION,
	.doc = "Parses access-log lines and writes them to Elasticsearch or OpenSearch.",
	.config = table,
	.n_config = sizeof(table) / sizeof(*table),
	.config_def_size = sizeof(table[0]),
	.config_size = sizeof(struct cw_es_config),
	.connector = &cw_es_ops,
};

const struct cw_plugin *const cw_plugin = &plugin;

/* ---- what follows from it ----------------------------------------------------------------------- */

static bool given(const char *text)
{
	return text && *text;
}

bool cw_es_config_streams(const struct cw_es_config *config)
{
	return config->stream_type && strcasecmp(config->stream_type, "NONE") != 0;
}

char *cw_es_config_index(const struct cw_es_config *config)
{
	struct cw_text text = { 0 };
	const char *p;

	if (!cw_es_config_streams(config))
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
	int ways = (config->username != NULL) + (config->api_key != NULL) + (config->bearer_token != NULL);

	if (given(config->username) != given(config->password)) {
		invalid(report, "connection.username", "connection.username and connection.password go together: give "
						       "both or none.");
		invalid(report, "connection.password", "connection.username and connection.password go together: give "
						       "both or none.");
	}
	if (ways > 1)
		invalid(report, config->api_key ? "api.key" : "bearer.token",
			"Only one of connection.username, api.key and bearer.token may be given.");
	if ((config->api_key && strpbrk(config->api_key, "\r\n")) ||
	    (config->bearer_token && strpbrk(config->bearer_token, "\r\n")))
		invalid(report, config->api_key ? "api.key" : "bearer.token",
			"The value holds a line break, which a HTTP header may not.");
	if (given(config->proxy_username) != given(config->proxy_password))
		invalid(report, "proxy.username", "proxy.username and proxy.password go together: give both or none.");
	if (given(config->proxy_username) && !given(config->proxy_host))
		invalid(report, "proxy.host", "proxy.host is needed for proxy.username.");
}

static void validate_ssl(const struct report *report, const struct cw_es_config *config)
{
	bool https = cw_es_config_https(config);

	if (!https && (config->ca || config->truststore || config->certificate || config->key))
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
	if (deletes && cw_es_config_streams(config))
		invalid(report, "behavior.on.null.values", "behavior.on.null.values may not be DELETE with a data stream, "
							   "which only takes new documents.");
}

static void validate_target(const struct report *report, const struct cw_es_config *config)
{
	char pattern[CW_INDEX_NAME_MAX + 1];
	struct cw_index_name *name;
	size_t fixed;

	if (cw_es_config_streams(config)) {
		if (!given(config->stream_dataset))
			invalid(report, "data.stream.dataset", "data.stream.dataset is needed with data.stream.type.");
		if (strcmp(config->index, CW_ES_INDEX_DEFAULT) != 0)
			invalid(report, "index", "index and data.stream.type exclude each other: the data stream's "
						 "name is the index.");
		if (strcasecmp(config->operation, "CREATE") != 0)
			invalid(report, "op.type", "A data stream takes only op.type=CREATE.");
		return;
	}
	if (given(config->stream_dataset))
		invalid(report, "data.stream.type", "data.stream.dataset is given; data.stream.type has to be LOGS or "
						    "METRICS then.");
	name = cw_index_name_compile(config->index, NULL);
	if (!name)
		return; /* the table said so */
	fixed = cw_index_name_pattern(name, cw_slice_str("t"), pattern);
	if (fixed == 0 && config->template_enable)
		invalid(report, "index", "An index that starts with a date leaves nothing for an index template to "
					 "match; begin it with a name, or set template.enable to false.");
	cw_index_name_free(name);
}

void cw_es_config_validate(const struct cw_context *ctx, const void *opaque, struct cw_validation *validation)
{
	const struct cw_es_config *config = opaque;
	struct report report = { ctx->host, validation };

	validate_login(&report, config);
	validate_ssl(&report, config);
	validate_sizes(&report, config);
	validate_keys(&report, config);
	validate_target(&report, config);
	if (config->pattern_time && !config->pattern)
		invalid(&report, "pattern.timestamp.format", "pattern.timestamp.format is for the group timestamp of "
							     "pattern, which is not given.");
}
