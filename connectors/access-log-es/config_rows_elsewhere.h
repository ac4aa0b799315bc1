/*
 * Rows of the table in config_table.h. Keys of Kafka Connect's Elasticsearch sink, of today and of older versions, that
 * change nothing here: a configuration that has them is told so. Those without which it would not work are refused.
 */
#define NOTHING_OF(kind, key, title, why)                                                          \
	{ .name = key, kind, .flags = CW_CONFIG_NO_EFFECT, .importance = CW_LOW, .group = "Elsewhere", \
	  .width = CW_WIDTH_SHORT, .display_name = title, .offset = CW_CONFIG_NOT_STORED, .doc = "Has no effect: " why }
#define NOTHING(key, title, why) NOTHING_OF(STRING, key, title, why)
#define REFUSED(key, title, why)                                                                            \
	{ .name = key, STRING, .importance = CW_LOW, .group = "Elsewhere", .width = CW_WIDTH_SHORT,         \
	  .display_name = title, .check = cw_es_check_kerberos, .offset = CW_CONFIG_NOT_STORED, .doc = why }
#define ITS_OWN "this library's own choice is used, TLS 1.2 and later with the ciphers that are held to be safe."

	NOTHING("flush.synchronously", "Flush Synchronously",
		"offsets are those of the topic that a record was read from, so that transformations may change it."),
	NOTHING_OF(PASSWORD, "elastic.https.ssl.truststore.password", "Truststore Password",
		"only PEM truststores can be read, which have no password."),
	NOTHING("elastic.https.ssl.protocol", "TLS Protocol", ITS_OWN),
	NOTHING("elastic.https.ssl.enabled.protocols", "Enabled TLS Protocols", ITS_OWN),
	NOTHING("elastic.https.ssl.cipher.suites", "TLS Cipher Suites", ITS_OWN),
	NOTHING("elastic.https.ssl.provider", "TLS Provider", "it names a class of Java's."),
	NOTHING("elastic.https.ssl.engine.factory.class", "TLS Engine Factory", "it names a class of Java's."),
	NOTHING("elastic.https.ssl.keymanager.algorithm", "Key Manager", "it names an algorithm of Java's."),
	NOTHING("elastic.https.ssl.trustmanager.algorithm", "Trust Manager", "it names an algorithm of Java's."),
	NOTHING("elastic.https.ssl.secure.random.implementation", "Secure Random", "it names an algorithm of Java's."),
	NOTHING("type.name", "Type Name", "types of documents are gone from the store since version 7."),
	NOTHING("topic.index.map", "Topic To Index Map",
		"it is gone from Kafka Connect's sink since version 11, too; index, topic.to.external.resource.mapping or a "
		"RegexRouter say where the documents of a topic go."),
	NOTHING("auto.create.indices.at.start", "Create Indices At Start",
		"an index is created by the store when the first document goes there."),
	REFUSED("kerberos.user.principal", "Kerberos User Principal",
		"Kerberos is not spoken: a login is connection.username, api.key, bearer.token, a client certificate or AWS's."),
	REFUSED("kerberos.keytab.path", "Kerberos Keytab",
		"Kerberos is not spoken: a login is connection.username, api.key, bearer.token, a client certificate or AWS's."),
#undef NOTHING
#undef NOTHING_OF
#undef REFUSED
#undef ITS_OWN
