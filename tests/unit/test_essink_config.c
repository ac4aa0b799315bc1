/* The access-log sink's settings: single values, and keys together. */
#include <stdlib.h>

#include "essink_fixture.h"
#include "unit.h"

/* ---- settings ------------------------------------------------------------------------------------ */

struct setting {
	const char *settings; /* "key=value;key=value"; FILE: one that is there */
	const char *key, *want; /* what is said of which key; NULL: nothing */
};

static void apply(struct cw_map *map, const char *settings)
{
	char *copy = strdup(settings), *rest = copy, *word;

	while ((word = strsep(&rest, ";")) != NULL) {
		char *equals = strchr(word, '=');

		if (!equals)
			continue;
		*equals = '\0';
		cw_map_set(map, word, strcmp(equals + 1, "FILE") == 0 ? "/proc/self/status" : equals + 1);
	}
	free(copy);
}

static void test_config__single_values(void)
{
	static const struct setting rows[] = {
		{ "connection.url=http://a:9200", NULL, NULL },
		{ "connection.url=a:9200, b:9200,https://c/es/", NULL, NULL },
		{ "connection.url=", NULL, "connection.url" },
		{ "connection.url= , ", NULL, "connection.url" },
		{ "connection.url=ftp://a", NULL, "neither a http:// nor a https:// URL" },
		{ "connection.url=http://u:p@a", NULL, "use connection.username" },
		{ "connection.url=http://a?x=1", NULL, "holds a query" },
		{ "connection.url=http://a b", NULL, "connection.url" },
		{ "batch.size=0", NULL, "batch.size" },
		{ "batch.size=x", NULL, "batch.size" },
		{ "bulk.size.bytes=-2", NULL, "bulk.size.bytes" },
		{ "max.in.flight.requests=1001", NULL, "max.in.flight.requests" },
		{ "index=Logs", NULL, "capital letter L" },
		{ "index=a-%{day}", NULL, "%{day}, which is not known" },
		{ "timezone=Mars/Base", NULL, "no time zone" },
		{ "pattern=(?<ip>", NULL, "no regular expression" },
		{ "pattern.timestamp.format=%Q", NULL, "%Q, which is not known" },
		{ "flush.synchronously=true;type.name=_doc;topic.index.map=a:b;auto.create.indices.at.start=true", NULL, NULL },
		{ "kerberos.user.principal=me@EXAMPLE;", NULL, "which is not spoken here; log in with connection.username" },
		{ "kerberos.keytab.path=/etc/keytab", NULL, "which is not spoken here" },
		{ "kerberos.keytab.path=;kerberos.user.principal=", NULL, NULL },
		{ "elastic.https.ssl.truststore.certificates=abc", NULL, "is no PEM text" },
		{ "elastic.https.ssl.keystore.key=abc", NULL, "elastic.https.ssl.keystore.key: is no PEM text" },
		{ "elastic.https.ssl.ca.location=/nonexistent/ca.pem", NULL, "no file that this worker can read" },
		{ "behavior.on.null.values=DELETE", NULL, NULL },
		{ "behavior.on.null.values=KEEP", NULL, "behavior.on.null.values" },
		{ "op.type=upsert", NULL, "op.type" },
		{ "data.stream.type=traces", NULL, "data.stream.type" },
		{ "data.stream.dataset=a-b", NULL, "hyphens" },
		{ "data.stream.dataset=${topic}", NULL, "data.stream.namespace may" },
		{ "data.stream.namespace=${topic}.x", NULL, NULL },
		{ "template.name=a b", NULL, "is no name" },
		{ "connection.headers=X-A:b, X-C: d e", NULL, NULL },
		{ "connection.headers=X-A", NULL, "NAME:VALUE" },
		{ "connection.headers=X A:b", NULL, "NAME:VALUE" },
		{ "connection.headers=X-A: ", NULL, "NAME:VALUE" },
		{ "connection.headers=content-TYPE:b", NULL, "may not hold content-TYPE" },
		{ "aws.sigv4.service=s3", NULL, "aws.sigv4.service" },
		{ "topic.to.external.resource.mapping=a", NULL, "no TOPIC:RESOURCE" },
		{ "topic.to.external.resource.mapping=:a", NULL, "no TOPIC:RESOURCE" },
		{ "topic.to.external.resource.mapping=a:", NULL, "no TOPIC:RESOURCE" },
		{ "topic.to.external.resource.mapping=a:b*", NULL, "no TOPIC:RESOURCE" },
		{ "external.resource.usage=TABLE", NULL, "external.resource.usage" },
		{ "routing=%{user}", NULL, "%{user}, which is not known" },
		{ "routing=A b%{[user][id]}", NULL, NULL },
		{ "write.method=update", NULL, "write.method" },
		{ "behavior.on.error.types=a:b", NULL, "TYPE:POLICY" },
		{ "behavior.on.forbidden=ignore", NULL, "behavior.on.forbidden" },
		{ "pipeline=a,b", NULL, "is no name" },
		{ "read.timeout.ms=-1", NULL, "read.timeout.ms" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_essink sink = { 0 };

		cw_map_set(&sink.map, "connection.url", "http://localhost:9200");
		apply(&sink.map, rows[i].settings);
		CU_ASSERT_EQUAL(cw_essink_fill(&sink), rows[i].want ? -1 : 0);
		if (rows[i].want && !strstr(sink.err.text, rows[i].want))
			fprintf(stderr, "\n  %s: %s\n", rows[i].settings, sink.err.text);
		CU_ASSERT_PTR_NOT_NULL(strstr(sink.err.text, rows[i].want ? rows[i].want : ""));
		cw_essink_stop(&sink);
	}
}

static void test_config__keys_together(void)
{
	static const struct setting rows[] = {
		{ "batch.size=2000", NULL, NULL },
		{ "connection.username=me", "connection.username", "go together" },
		{ "connection.password=secret", "connection.password", "go together" },
		{ "connection.username=me;connection.password=secret", NULL, NULL },
		{ "connection.username=me;connection.password=secret;api.key=k", "api.key", "Only one of" },
		{ "api.key=k;bearer.token=t", "api.key", "Only one of" },
		{ "aws.sigv4.service=ES", "aws.sigv4.region", "go together" },
		{ "aws.sigv4.service=ES;aws.sigv4.region=r", NULL, NULL },
		{ "aws.sigv4.service=ES;aws.sigv4.region=r;aws.profile=p", NULL, NULL },
		{ "aws.sigv4.service=ES;aws.sigv4.region=r;aws.profile=p;aws.access.key.id=i;aws.secret.access.key=s",
		  "aws.profile", "exclude each other" },
		{ "aws.sigv4.service=ES;aws.sigv4.region=r;aws.session.token=t", "aws.session.token", "which is not given" },
		{ "aws.profile=p", "aws.profile", "go together" },
		{ "aws.access.key.id=i;aws.secret.access.key=s", "aws.access.key.id", "go together" },
		{ "aws.sigv4.service=ES;aws.sigv4.region=r;aws.access.key.id=i", "aws.secret.access.key", "go together" },
		{ "aws.sigv4.service=ES;aws.sigv4.region=r;aws.access.key.id=i;aws.secret.access.key=s", NULL, NULL },
		{ "aws.sigv4.region=r", "aws.sigv4.region", "go together" },
		{ "aws.sigv4.service=ES;aws.sigv4.region=r;aws.access.key.id=i;aws.secret.access.key=s;bearer.token=t",
		  "bearer.token", "Only one of" },
		{ "connection.headers=authorization: x;api.key=k", "connection.headers", "only one may be" },
		{ "connection.headers=authorization: x", NULL, NULL },
		{ "external.resource.usage=INDEX", "topic.to.external.resource.mapping", "go together" },
		{ "topic.to.external.resource.mapping=a:b", "topic.to.external.resource.mapping", "go together" },
		{ "external.resource.usage=INDEX;topic.to.external.resource.mapping=a:b,c:d", NULL, NULL },
		{ "external.resource.usage=INDEX;topic.to.external.resource.mapping=a:b,a:d",
		  "topic.to.external.resource.mapping", "one resource" },
		{ "external.resource.usage=INDEX;topic.to.external.resource.mapping=a:b,c:b",
		  "topic.to.external.resource.mapping", "one topic" },
		{ "external.resource.usage=INDEX;topic.to.external.resource.mapping=a:b,c:d;max.external.resource.mappings=1",
		  "topic.to.external.resource.mapping", "holds 2 topics" },
		{ "external.resource.usage=INDEX;topic.to.external.resource.mapping=a:b;index=x", "index", "exclude" },
		{ "external.resource.usage=INDEX;topic.to.external.resource.mapping=a:b;data.stream.type=LOGS;"
		  "data.stream.dataset=d", "external.resource.usage", "exclude" },
		{ "external.resource.usage=alias_datastream;topic.to.external.resource.mapping=a:b;op.type=INDEX", "op.type",
		  "only op.type=CREATE" },
		{ "lifecycle.policy.name=p;alias.bootstrap=true;index=logs", NULL, NULL },
		{ "alias.bootstrap=true", "alias.bootstrap", "without dates" },
		{ "alias.bootstrap=true;data.stream.type=LOGS;data.stream.dataset=a", "alias.bootstrap", "is for `index`" },
		{ "lifecycle.policy.name=p;external.resource.usage=INDEX;topic.to.external.resource.mapping=a:b",
		  "lifecycle.policy.name", "exclude" },
		{ "proxy.username=me;proxy.host=h", "proxy.username", "go together" },
		{ "proxy.username=me;proxy.password=p", "proxy.host", "needed" },
		{ "elastic.https.ssl.ca.location=/dev/null", "elastic.https.ssl.ca.location", "no file" },
		{ "connection.url=https://a;elastic.https.ssl.keystore.location=FILE;elastic.https.ssl.keystore.type=jks",
		  "elastic.https.ssl.keystore.type", "keytool -importkeystore -deststoretype PKCS12" },
		{ "connection.url=https://a;elastic.https.ssl.keystore.location=FILE;elastic.https.ssl.keystore.type=pkcs12", NULL,
		  NULL },
		{ "elastic.https.ssl.keystore.location=FILE", "elastic.security.protocol", "no URL is https" },
		{ "connection.url=https://a;elastic.https.ssl.truststore.location=FILE;elastic.https.ssl.truststore.type=JKS",
		  "elastic.https.ssl.truststore.type", "keytool -exportcert -rfc" },
		{ "connection.url=https://a;elastic.https.ssl.keystore.key=-----BEGIN X", "elastic.https.ssl.keystore.key",
		  "go together" },
		{ "connection.url=https://a;elastic.https.ssl.keystore.key=-----BEGIN X;elastic.https.ssl.keystore.certificate.chain="
		  "-----BEGIN X", NULL, NULL },
		{ "connection.url=https://a;elastic.https.ssl.keystore.key=-----BEGIN X;elastic.https.ssl.keystore.certificate.chain="
		  "-----BEGIN X;elastic.https.ssl.keystore.location=FILE", "elastic.https.ssl.keystore.location",
		  "more than one way" },
		{ "connection.url=https://a;elastic.https.ssl.truststore.certificates=-----BEGIN X;elastic.https.ssl.ca.location=FILE",
		  "elastic.https.ssl.truststore.certificates", "in a file as well" },
		{ "linger.ms=2000;flush.timeout.ms=1000", "linger.ms", "longer than flush.timeout.ms" },
		{ "bulk.size.bytes=0", "bulk.size.bytes", "more than 0" },
		{ "max.buffered.records=9999", "max.buffered.records", "which is 10000" },
		{ "batch.size=1000000;max.in.flight.requests=1000", "max.buffered.records", "which is 1000000000" },
		{ "data.stream.type=LOGS", "data.stream.dataset", "needed" },
		{ "data.stream.type=LOGS;data.stream.dataset=a", NULL, NULL },
		{ "data.stream.dataset=a", "data.stream.type", "LOGS or METRICS" },
		{ "data.stream.type=LOGS;data.stream.dataset=a;index=x", "index", "exclude each other" },
		{ "data.stream.type=LOGS;data.stream.dataset=a;op.type=INDEX", "op.type", "only op.type=CREATE" },
		{ "behavior.on.null.values=DELETE", "behavior.on.null.values", "needs key.ignore=false" },
		{ "behavior.on.null.values=delete;key.ignore=false", NULL, NULL },
		{ "behavior.on.null.values=DELETE;key.ignore=false;data.stream.type=LOGS;data.stream.dataset=a",
		  "behavior.on.null.values", "only takes new documents" },
		{ "write.method=UPSERT;data.stream.type=LOGS;data.stream.dataset=a", "write.method", "only takes new" },
		{ "use.autogenerated.ids=true", NULL, NULL },
		{ "use.autogenerated.ids=true;key.ignore=false", NULL, NULL },
		{ "use.autogenerated.ids=true;key.ignore=false;behavior.on.null.values=DELETE", "use.autogenerated.ids",
		  "only added" },
		{ "use.autogenerated.ids=true;write.method=UPSERT", "use.autogenerated.ids", "only added" },
		{ "external.version.header=v", "external.version.header", "key.ignore=false" },
		{ "external.version.header=v;key.ignore=false", NULL, NULL },
		{ "external.version.header=v;key.ignore=false;write.method=upsert", "external.version.header", "INSERT" },
		{ "index=%{[level]}", "index", "starts with a date or a field" },
		{ "topic.key.ignore=a", "topic.key.ignore", "exceptions from key.ignore=false" },
		{ "topic.key.ignore=a;key.ignore=false", NULL, NULL },
		{ "index=%{+yyyy}", "index", "starts with a date" },
		{ "index=%{+yyyy};template.enable=false", NULL, NULL },
		{ "index=%{topic}", NULL, NULL },
		{ "pattern.timestamp.format=%Y", "pattern.timestamp.format", "which is not given" },
		{ "pattern=(?<ip>.*);pattern.timestamp.format=%Y", NULL, NULL },
		{ "elastic.https.ssl.truststore.type=JKS", NULL, NULL }, /* without a truststore it means nothing */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_essink sink = { 0 };
		struct cw_validation *validation = calloc(1, sizeof(*validation));
		bool found = rows[i].key == NULL;

		cw_fake_host_init(&sink.host, "logs", -1, 1);
		cw_map_set(&sink.map, "connection.url", "http://localhost:9200");
		apply(&sink.map, rows[i].settings);
		if (cw_essink_fill(&sink) == 0) {
			cw_essink_ops()->validate(&sink.host.ctx, &sink.config, validation);
			for (size_t k = 0; k < validation->n; k++)
				found = found || (strcmp(validation->errors[k].key, rows[i].key) == 0 &&
						  strstr(validation->errors[k].message, rows[i].want));
			CU_ASSERT_EQUAL(validation->n == 0, rows[i].key == NULL);
		} else {
			found = rows[i].want && strstr(sink.err.text, rows[i].want);
		}
		if (!found)
			fprintf(stderr, "\n  %s: %zu errors, %s\n", rows[i].settings, validation->n,
				validation->errors[0].message);
		CU_ASSERT_TRUE(found);
		free(validation);
		cw_essink_stop(&sink);
	}
}

static void check_table(const struct cw_plugin *plugin)
{
	struct cw_config_table table = cw_essink_table(plugin);

	CU_ASSERT_EQUAL(plugin->kind, CW_PLUGIN_SINK);
	for (size_t i = 0; i < table.n; i++) {
		struct cw_config_def copy;
		const struct cw_config_def *def = cw_config_table_at(table, i, &copy);

		CU_ASSERT_PTR_NOT_NULL(def->doc);
		CU_ASSERT_PTR_NOT_NULL(def->group);
		CU_ASSERT_PTR_NOT_NULL(def->display_name);
		if ((def->flags & CW_CONFIG_NO_EFFECT) != 0)
			CU_ASSERT_PTR_EQUAL(strstr(def->doc, "Has no effect: "), def->doc);
		if (def->offset == CW_CONFIG_NOT_STORED)
			continue;
		CU_ASSERT_TRUE(def->offset < sizeof(struct cw_es_config));
		for (size_t k = 0; k < i; k++)
			CU_ASSERT_NOT_EQUAL(def->offset, cw_config_table_at(table, k, &copy)->offset);
	}
}

/* The framework ends flushes, which never fail. */
static void test_config__flush_timeout_is_said_to_change_nothing(void)
{
	struct cw_config_def def;

	CU_ASSERT_TRUE_FATAL(cw_config_table_find(cw_essink_table(cw_plugin), "flush.timeout.ms", &def));
	CU_ASSERT_EQUAL(def.flags, CW_CONFIG_RANGE | CW_CONFIG_NO_EFFECT);
}

static void test_config__table_is_sound(void)
{
	struct cw_essink sink = { 0 };

	CU_ASSERT_STRING_EQUAL(cw_plugin->class_name, "io.connectworker.AccessLogElasticsearchSink");
	check_table(cw_plugin);
	check_table(cw_plugin->next);
	CU_ASSERT_PTR_NULL(cw_plugin->next->next);
	cw_map_set(&sink.map, "connection.url", "x");
	CU_ASSERT_EQUAL(cw_essink_fill(&sink), 0);
	CU_ASSERT_EQUAL(sink.config.batch_size, 2000);
	CU_ASSERT_EQUAL(sink.config.bulk_bytes, 5242880);
	CU_ASSERT_STRING_EQUAL(sink.config.stream_namespace, "${topic}");
	cw_essink_stop(&sink);
}

/* What Kafka Connect's sink has where nothing is given. */
static void test_config__defaults_of_the_other_name(void)
{
	static const struct {
		const char *key, *value; /* NULL: null */
	} rows[] = {
		{ "connection.username", NULL },       { "connection.compression", "false" },
		{ "connection.timeout.ms", "1000" },   { "read.timeout.ms", "3000" },
		{ "max.connection.idle.time.ms", "60000" }, { "batch.size", "2000" },
		{ "bulk.size.bytes", "5242880" },      { "linger.ms", "1" },
		{ "max.in.flight.requests", "5" },     { "max.buffered.records", "20000" },
		{ "flush.timeout.ms", "180000" },      { "max.retries", "5" },
		{ "retry.backoff.ms", "100" },         { "key.ignore", "false" },
		{ "topic.key.ignore", "" },            { "schema.ignore", "false" },
		{ "topic.schema.ignore", "" },         { "compact.map.entries", "true" },
		{ "drop.invalid.message", "false" },   { "use.autogenerated.ids", "false" },
		{ "behavior.on.null.values", "FAIL" }, { "behavior.on.malformed.documents", "FAIL" },
		{ "write.method", "INSERT" },          { "external.version.header", "" },
		{ "data.stream.type", "NONE" },        { "data.stream.dataset", "" },
		{ "data.stream.namespace", "${topic}" }, { "data.stream.timestamp.field", "" },
		{ "external.resource.usage", "DISABLED" }, { "topic.to.external.resource.mapping", "" },
		{ "max.external.resource.mappings", "15" }, { "proxy.host", "" },
		{ "proxy.port", "8080" },              { "proxy.username", "" },
		{ "proxy.password", NULL },            { "elastic.security.protocol", "PLAINTEXT" },
		{ "elastic.https.ssl.keystore.type", "JKS" }, { "elastic.https.ssl.truststore.type", "JKS" },
		{ "elastic.https.ssl.endpoint.identification.algorithm", "https" },
		{ "elastic.https.ssl.keystore.location", NULL }, { "elastic.https.ssl.truststore.location", NULL },
		{ "index", "%{topic}" },               { "op.type", NULL },
		{ "template.enable", "false" },
	};
	const struct cw_plugin *plugin = cw_plugin->next;

	CU_ASSERT_STRING_EQUAL(plugin->class_name, "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_config_def def = { 0 };

		CU_ASSERT_TRUE_FATAL(cw_config_table_find(cw_essink_table(plugin), rows[i].key, &def));
		if (rows[i].value)
			CU_ASSERT_STRING_EQUAL(def.default_value, rows[i].value);
		CU_ASSERT_EQUAL(def.default_value == NULL, rows[i].value == NULL);
	}
}

static void test_config__urls_share_their_scheme(void)
{
	static const struct {
		const char *url;
		bool https;
		const char *want;
	} rows[] = {
		{ "localhost:9200", false, "http://localhost:9200" },
		{ "localhost:9200", true, "https://localhost:9200" },
		{ "http://a/", true, "https://a" },
		{ "https://a/es//", true, "https://a/es" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *url = cw_es_config_url(rows[i].url, rows[i].https);

		CU_ASSERT_STRING_EQUAL(url, rows[i].want);
		free(url);
	}
}

int main(void)
{
	CU_TestInfo config[] = {
		{ "single values", test_config__single_values },
		{ "keys together", test_config__keys_together },
		{ "flush.timeout.ms is said to change nothing", test_config__flush_timeout_is_said_to_change_nothing },
		{ "the table is sound", test_config__table_is_sound },
		{ "defaults of the other name", test_config__defaults_of_the_other_name },
		{ "URLs share their scheme", test_config__urls_share_their_scheme },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "config", NULL, NULL, NULL, NULL, config },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
