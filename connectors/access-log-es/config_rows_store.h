/* Rows of the table in config_table.h. The store: where it is, how it is asked. */
	{ .name = "connection.url", .type = CW_CONFIG_LIST, .flags = CW_CONFIG_REQUIRED | CW_CONFIG_NOT_EMPTY,
	  .importance = CW_HIGH, .group = "Connector", .width = CW_WIDTH_LONG, .display_name = "Connection URLs",
	  .check = cw_es_check_urls, AT(urls),
	  .doc = "The store's HTTP URLs, such as http://localhost:9200; requests go round between them. One that does not "
		 "answer is set aside, its requests go to the others at once, and it is asked after 1, 2, 4, 8, then every "
		 "16 seconds whether it is there again. So is one whose certificate does not fit, or that answers as no store "
		 "does (301, 401, 404), with a warning; the task fails when none is left. When any of them is https, all are; "
		 "without a scheme http is meant." },
	{ .name = "connection.sniff", BOOLEAN, .default_value = "false", .importance = CW_LOW, .group = "Connector",
	  .width = CW_WIDTH_SHORT, .display_name = "Sniff", AT(sniff),
	  .doc = "Whether the store is asked for its nodes, and requests go to all of them that take documents, not only to "
		 "the configured URLs. Not for stores behind a load balancer or in a network of their own, whose nodes "
		 "have addresses that mean nothing here." },
	{ .name = "connection.sniff.interval.ms", LONG, RANGE(1000, HOURS(24)), .default_value = "300000",
	  .importance = CW_LOW, .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Sniff Interval (ms)",
	  AT(sniff_interval_ms),
	  .doc = "How often the store is asked for its nodes, in milliseconds." },
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
	{ .name = "connection.headers", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_LOW,
	  .group = "Connector", .width = CW_WIDTH_LONG, .display_name = "Headers", .check = cw_es_check_headers, AT(headers),
	  .doc = "Further headers of all requests, NAME:VALUE, such as X-Tenant:web. Values that are secret are better named "
		 "by a variable of a config provider." },
	{ .name = "connection.compression", BOOLEAN, .default_value = "false", .importance = CW_LOW,
	  .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Compression", AT(compression),
	  .doc = "Whether requests are compressed with gzip: less network for more CPU." },
	{ .name = "connection.timeout.ms", INT, RANGE(0, HOURS(12)), .default_value = "1000", .importance = CW_LOW,
	  .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Connection Timeout",
	  AT(connection_timeout_ms),
	  .doc = "How long a connection may take to come about, in milliseconds; 0: for ever. Then another URL is "
		 "tried." },
	{ .name = "read.timeout.ms", INT, RANGE(0, HOURS(24 * 7)), .default_value = DEFAULT_READ_TIMEOUT, .importance = CW_LOW,
	  .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Read Timeout", AT(read_timeout_ms),
	  .doc = "How long a whole request may take, in milliseconds; 0: for ever. Then it is sent again, which "
		 "changes nothing where it was written after all. The 3000 that ElasticsearchSinkConnector has as its default are "
		 "short for a busy store." },
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
		 "max.buffered.bytes is a bound as well." },
	{ .name = "max.buffered.bytes", LONG, RANGE(65536, INT64_C(1) << 40), .default_value = "2097152",
	  .importance = CW_LOW, .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Max Buffered Bytes",
	  AT(max_buffered_bytes),
	  .doc = "Most bytes of documents that the store has not answered for; beyond it the task takes no more "
		 "records. While the store is down a task's memory grows by no more than twice as much: the documents, and "
		 "the records that they are made of." },
	{ .name = "flush.timeout.ms", LONG, .flags = CW_CONFIG_RANGE | CW_CONFIG_NO_EFFECT, .min = 1000,
	  .max = HOURS(24 * 7), .default_value = "180000",
	  .importance = CW_LOW, .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Flush Timeout (ms)",
	  AT(flush_timeout_ms),
	  .doc = "Has no effect: a task waits for room as long as the store needs, and fails for no flush. Before it gives "
		 "partitions up it waits for the store for at most 10 seconds, when it stops for the worker's "
		 "offset.flush.timeout.ms; records that are not answered by then are not committed, and are read again. As in "
		 "Kafka Connect linger.ms may not be longer." },
	{ .name = "max.retries", INT, RANGE(0, INT32_MAX), .default_value = "5", .importance = CW_LOW,
	  .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Max Retries", AT(max_retries),
	  .doc = "How often documents are sent again, where that may help, before behavior.on.store.errors, "
		 "behavior.on.version.conflicts and the like apply. With RETRY there, as for a store that is busy or away "
		 "(429, 502, 503, 504, broken connections, timeouts), there is no limit." },
	{ .name = "retry.backoff.ms", LONG, RANGE(0, HOURS(24)), .default_value = "100", .importance = CW_LOW,
	  .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Retry Backoff (ms)", AT(retry_backoff_ms),
	  .doc = "Base of the random pause before something is sent again, in milliseconds; it doubles with each attempt, "
		 "up to retry.backoff.max.ms. A Retry-After of the store is kept to." },
	{ .name = "retry.backoff.max.ms", LONG, RANGE(0, HOURS(24)), .default_value = "1800", .importance = CW_LOW,
	  .group = "Connector", .width = CW_WIDTH_SHORT, .display_name = "Retry Backoff Maximum (ms)",
	  AT(retry_backoff_max_ms),
	  .doc = "Longest such pause, in milliseconds. While the store takes nothing a task asks it once after each pause, "
		 "with a single request, so this is also how soon it notices that the store is back." },
