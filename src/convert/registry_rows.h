/*
 * registry_rows - the rows that the configuration tables of all converters with a Schema Registry begin with.
 * It is included inside the initializer of such a table, and defines nothing.
 */
#define REGISTRY_ROW(key, kind, importance_, member) \
	.name = key, .type = CW_CONFIG_##kind, .importance = CW_##importance_, \
	.offset = offsetof(struct cw_registry_config, member)
#define REGISTRY_FROM(low) .flags = CW_CONFIG_RANGE, .min = (low), .max = INT32_MAX

	{ REGISTRY_ROW("schema.registry.url", LIST, HIGH, urls), .flags = CW_CONFIG_REQUIRED | CW_CONFIG_NOT_EMPTY,
	  .check = cw_registry_check_urls,
	  .doc = "URLs of the Schema Registry, such as http://localhost:8081. A path, as in "
		 "http://host/apis/ccompat/v7, is put before the registry's own. When one does not "
		 "answer, the next one is asked." },
	{ REGISTRY_ROW("schema.registry.url.randomize", BOOLEAN, LOW, url_randomize), .default_value = "false",
	  .doc = "Whether the first URL that is used is any of them instead of the first." },
	{ REGISTRY_ROW("max.schemas.per.subject", INT, LOW, max_schemas), .default_value = "1000", REGISTRY_FROM(1),
	  .doc = "How many schemas of the registry are kept in memory." },
	{ REGISTRY_ROW("normalize.schemas", BOOLEAN, MEDIUM, normalize), .default_value = "false",
	  .doc = "Whether the registry compares schemas without regard to an order that means nothing." },
	{ REGISTRY_ROW("auto.register.schemas", BOOLEAN, MEDIUM, auto_register), .default_value = "true",
	  .doc = "Whether a schema that the registry does not have yet is registered. Otherwise it must "
		 "be there." },
	{ REGISTRY_ROW("use.schema.id", INT, LOW, use_id), .default_value = "-1", REGISTRY_FROM(-1),
	  .doc = "Id of the schema that values are written with, when schemas are not registered; -1: "
		 "none." },
	{ REGISTRY_ROW("id.compatibility.strict", BOOLEAN, LOW, id_strict), .default_value = "true",
	  .doc = "Whether the schema of use.schema.id must be able to read what the value's own schema "
		 "writes." },
	{ REGISTRY_ROW("use.latest.version", BOOLEAN, LOW, use_latest), .default_value = "false",
	  .doc = "Whether values are written with, and read as, the latest schema of their subject. For "
		 "writing, auto.register.schemas must be false." },
	{ REGISTRY_ROW("latest.compatibility.strict", BOOLEAN, LOW, latest_strict), .default_value = "true",
	  .doc = "Whether the latest schema must be able to read what the value's own schema writes." },
	{ REGISTRY_ROW("latest.cache.size", INT, LOW, latest_cache_size), .default_value = "1000", REGISTRY_FROM(0),
	  .doc = "Of how many subjects the latest schema is kept in memory." },
	{ REGISTRY_ROW("latest.cache.ttl.sec", INT, LOW, latest_cache_ttl_s), .default_value = "-1", REGISTRY_FROM(-1),
	  .doc = "After how many seconds the latest schema of a subject is asked for again; -1: never." },
	{ REGISTRY_ROW("basic.auth.credentials.source", STRING, MEDIUM, auth_source), .default_value = "URL",
	  .choices = "URL,USER_INFO", .flags = CW_CONFIG_IGNORE_CASE,
	  .doc = "Where user name and password for the registry are: URL (https://user:password@host) "
		 "or USER_INFO (basic.auth.user.info)." },
	{ REGISTRY_ROW("bearer.auth.credentials.source", STRING, MEDIUM, token_source), .default_value = "STATIC_TOKEN",
	  .choices = "STATIC_TOKEN", .flags = CW_CONFIG_IGNORE_CASE,
	  .doc = "Where the bearer token for the registry is: STATIC_TOKEN (bearer.auth.token)." },
	{ REGISTRY_ROW("schema.registry.basic.auth.user.info", PASSWORD, MEDIUM, user_info_old), .default_value = "",
	  .doc = "The older name of basic.auth.user.info." },
	{ REGISTRY_ROW("basic.auth.user.info", PASSWORD, MEDIUM, user_info), .default_value = "",
	  .doc = "User name and password for the registry, as user:password, with "
		 "basic.auth.credentials.source=USER_INFO." },
	{ REGISTRY_ROW("bearer.auth.token", PASSWORD, MEDIUM, token), .default_value = "",
	  .doc = "Token for the registry, sent as Authorization: Bearer, instead of a user name." },
	{ REGISTRY_ROW("key.subject.name.strategy", CLASS, MEDIUM, key_strategy), .check = cw_registry_check_strategy,
	  .default_value = "io.confluent.kafka.serializers.subject.TopicNameStrategy",
	  .doc = "How the subject of a key's schema is named: TopicNameStrategy (the topic and -key), "
		 "RecordNameStrategy (the record's full name) or TopicRecordNameStrategy (the topic, - "
		 "and the record's full name)." },
	{ REGISTRY_ROW("value.subject.name.strategy", CLASS, MEDIUM, value_strategy),
	  .check = cw_registry_check_strategy,
	  .default_value = "io.confluent.kafka.serializers.subject.TopicNameStrategy",
	  .doc = "How the subject of a value's schema is named: TopicNameStrategy (the topic and "
		 "-value), RecordNameStrategy (the record's full name) or TopicRecordNameStrategy (the "
		 "topic, - and the record's full name)." },
	{ REGISTRY_ROW("proxy.host", STRING, LOW, proxy_host), .default_value = "",
	  .doc = "Host of an HTTP proxy through which the registry is reached; empty: none." },
	{ REGISTRY_ROW("proxy.port", INT, LOW, proxy_port), .default_value = "-1", .flags = CW_CONFIG_RANGE, .min = -1,
	  .max = 65535, .doc = "Port of the HTTP proxy." },
	{ REGISTRY_ROW("http.connect.timeout.ms", INT, LOW, connect_timeout_ms), .default_value = "60000",
	  REGISTRY_FROM(1),
	  .doc = "How long a connection to the registry may take to come about, in milliseconds." },
	{ REGISTRY_ROW("http.read.timeout.ms", INT, LOW, read_timeout_ms), .default_value = "60000", REGISTRY_FROM(1),
	  .doc = "How long the registry may take for an answer, in milliseconds." },
	{ REGISTRY_ROW("max.retries", INT, LOW, max_retries), .default_value = "3", REGISTRY_FROM(0),
	  .doc = "How often a request is made again when no registry answers, or only with an error "
		 "that may pass. After that errors.retry.timeout counts." },
	{ REGISTRY_ROW("retries.wait.ms", INT, LOW, retry_wait_ms), .default_value = "1000", REGISTRY_FROM(0),
	  .doc = "Longest wait before a request is made again for the first time, in milliseconds; it "
		 "doubles each time." },
	{ REGISTRY_ROW("retries.max.wait.ms", INT, LOW, retry_max_wait_ms), .default_value = "20000", REGISTRY_FROM(0),
	  .doc = "Longest wait before a request is made again, in milliseconds." },
	{ REGISTRY_ROW("schema.registry.ssl.truststore.location", STRING, HIGH, truststore),
	  .doc = "PEM file with the certificates that the registry's is checked against; without it the "
		 "system's are used." },
	{ REGISTRY_ROW("schema.registry.ssl.truststore.type", STRING, MEDIUM, truststore_type), .choices = "PEM",
	  .flags = CW_CONFIG_IGNORE_CASE, .default_value = "PEM", .doc = "Format of the truststore: PEM." },
	{ REGISTRY_ROW("schema.registry.ssl.truststore.certificates", PASSWORD, HIGH, truststore_pem),
	  .doc = "The trusted certificates themselves as PEM text, instead of a file." },
	{ REGISTRY_ROW("schema.registry.ssl.keystore.location", STRING, HIGH, keystore),
	  .doc = "File with this client's certificate chain and private key." },
	{ REGISTRY_ROW("schema.registry.ssl.keystore.type", STRING, MEDIUM, keystore_type), .choices = "PEM,PKCS12",
	  .flags = CW_CONFIG_IGNORE_CASE, .default_value = "PEM", .doc = "Format of the keystore: PEM or PKCS12." },
	{ REGISTRY_ROW("schema.registry.ssl.keystore.password", PASSWORD, HIGH, keystore_password),
	  .doc = "Password of the keystore, for PKCS12." },
	{ REGISTRY_ROW("schema.registry.ssl.keystore.certificate.chain", PASSWORD, HIGH, keystore_pem),
	  .doc = "This client's certificate chain itself as PEM text, instead of a file." },
	{ REGISTRY_ROW("schema.registry.ssl.keystore.key", PASSWORD, HIGH, key_pem),
	  .doc = "This client's private key itself as PEM text, instead of a file." },
	{ REGISTRY_ROW("schema.registry.ssl.key.password", PASSWORD, HIGH, key_password),
	  .doc = "Password of the private key." },
	{ REGISTRY_ROW("schema.registry.ssl.endpoint.identification.algorithm", STRING, LOW, identification),
	  .default_value = "https",
	  .doc = "https: the registry's certificate must be for the host of the URL. Empty: any host." },
	{ REGISTRY_ROW("schemas.cache.config", INT, LOW, schemas_cache), .default_value = "1000", REGISTRY_FROM(0),
	  .doc = "How many converted schemas are kept in memory." },
	{ REGISTRY_ROW("generalized.sum.type.support", BOOLEAN, MEDIUM, generalized_sum_types), .default_value = "fal"
	  "se",
	  .doc = "Whether enumerations and unions are described in the way that all schema formats "
		 "share." },
	{ REGISTRY_ROW("ignore.default.for.nullables", BOOLEAN, MEDIUM, ignore_default_for_nullables),
	  .default_value = "false",
	  .doc = "Whether a null stays null when it is written, although its schema has a default value." },
	{ REGISTRY_ROW("flatten.singleton.unions", BOOLEAN, LOW, flatten_singleton_unions), .default_value = "true",
	  .doc = "Whether a union of one type is read as that type." },

#undef REGISTRY_ROW
#undef REGISTRY_FROM
