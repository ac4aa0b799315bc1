/* Rows of the table in config.c. What becomes of records. */
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
