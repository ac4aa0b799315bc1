/* Rows of the table in config_table.h. How lines are read. */
	{ .name = "pattern", STRING, .importance = CW_MEDIUM, .group = "Lines", .width = CW_WIDTH_LONG,
	  .display_name = "Pattern", .check = cw_es_check_pattern, AT(pattern),
	  .doc = "Regular expression (PCRE2) with named groups for lines of another form: ip, timestamp, request or "
		 "method, endpoint and protocol, status, size, referrer, user_agent, ident, user; other groups become "
		 "fields of their name. Without it the connector's own form and Apache's common and combined are "
		 "recognised." },
	{ .name = "pattern.timestamp.format", STRING, .importance = CW_LOW, .group = "Lines", .width = CW_WIDTH_MEDIUM,
	  .display_name = "Timestamp Format", .check = cw_log_time_check_format, AT(pattern_time),
	  .doc = "How the pattern's group timestamp is read, in strptime's letters: %d/%b/%Y:%H:%M:%S %z. Without it "
		 "the known forms and ISO 8601 are recognised." },
	{ .name = "timezone", STRING, .importance = CW_MEDIUM, .group = "Lines", .width = CW_WIDTH_SHORT,
	  .display_name = "Time Zone", .check = cw_es_check_timezone, AT(timezone),
	  .doc = "Zone of the times in lines that name none: UTC, an offset such as +02:00, or a name such as "
		 "Europe/Berlin. Without it such times are written without a zone, which the store reads as UTC." },
	{ .name = "include.raw", BOOLEAN, .default_value = "false", .importance = CW_LOW, .group = "Lines",
	  .width = CW_WIDTH_SHORT, .display_name = "Include Raw Line", AT(include_raw),
	  .doc = "Whether documents hold the line itself, as raw." },
	{ .name = "include.kafka", BOOLEAN, .default_value = "false", .importance = CW_LOW, .group = "Lines",
	  .width = CW_WIDTH_SHORT, .display_name = "Include Kafka Position", AT(include_kafka),
	  .doc = "Whether documents hold topic, partition and offset, as kafka." },
