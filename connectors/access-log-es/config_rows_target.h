/* Rows of the table in config_table.h. Where documents go, and what has to be there first. */
	{ .name = "index", STRING, .flags = CW_CONFIG_NOT_EMPTY, .default_value = DEFAULT_INDEX,
	  .importance = CW_HIGH, .group = "Index", .width = CW_WIDTH_MEDIUM, .display_name = "Index",
	  .check = cw_es_check_index, AT(index),
	  .doc = "The index that a document goes to. %{topic} is the record's topic, %{+yyyy.MM.dd} the day of the "
		 "event in UTC; dates know yyyy yy MM dd HH mm ss DDD xxxx ww. %{[level]} is a field of the record, or of the "
		 "line, %{[a][b]} one inside another, %{key} the record's key: in lower case, with _ for what an index name "
		 "may not have, and without it at the start. ElasticsearchSinkConnector has %{topic} as its default." },
	{ .name = "write.method", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "INSERT",
	  .choices = "INSERT,UPSERT", .importance = CW_LOW, .group = "Data Conversion", .width = CW_WIDTH_SHORT,
	  .display_name = "Write Method", AT(write_method),
	  .doc = "INSERT writes documents as they are. UPSERT adds the record's fields to the document that is there, and "
		 "leaves its others. Updates and their deletions have no external versions, so records of a key go to the store "
		 "in their order: a request waits until those before it with one of its keys are answered, and a few keys "
		 "that come all the time make for one request at a time. A replay undoes a later record until that comes again "
		 "too." },
	{ .name = "external.version.header", STRING, .default_value = "", .importance = CW_LOW,
	  .group = "Data Conversion", .width = CW_WIDTH_MEDIUM, .display_name = "External Version Header",
	  AT(version_header),
	  .doc = "Header of records whose whole number, from 0 on, is the version of the document that their key names, "
		 "instead of the offset: a document is replaced only by one of a higher version. A record without one is "
		 "invalid." },
	{ .name = "op.type", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = DEFAULT_OPERATION,
	  .choices = "CREATE,INDEX", .importance = CW_LOW, .group = "Index", .width = CW_WIDTH_SHORT,
	  .display_name = "Operation", AT(operation),
	  .doc = "CREATE leaves a document that exists as it is; INDEX writes it again. A replay makes no second "
		 "document either way. A topic that is made again has the ids of the old one again: with CREATE the documents of "
		 "the old one stay and those of the new one are not written, which is warned of. Documents that their key names "
		 "are always indexed, with their version. ElasticsearchSinkConnector takes INDEX where nothing is given, and "
		 "CREATE for data streams." },
	{ .name = "pipeline", STRING, .importance = CW_LOW, .group = "Index", .width = CW_WIDTH_SHORT,
	  .display_name = "Ingest Pipeline", .check = cw_es_check_name, AT(pipeline),
	  .doc = "Name of the store's ingest pipeline that documents pass through." },
	{ .name = "routing", STRING, .importance = CW_LOW, .group = "Index", .width = CW_WIDTH_MEDIUM,
	  .display_name = "Routing", .check = cw_es_check_routing, AT(routing),
	  .doc = "What decides which shard a document goes to, instead of its id: text, %{key}, %{topic}, or fields such as "
		 "%{[tenant]}." },
	{ .name = "data.stream.type", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "NONE",
	  .choices = "LOGS,METRICS,NONE", .importance = CW_LOW, .group = "Data Stream", .width = CW_WIDTH_SHORT,
	  .display_name = "Data Stream Type", AT(stream_type),
	  .dependents = "data.stream.dataset,data.stream.namespace",
	  .doc = "Writes to the data stream TYPE-DATASET-NAMESPACE instead of `index`." },
	{ .name = "data.stream.dataset", STRING, .default_value = "", .importance = CW_LOW, .group = "Data Stream",
	  .width = CW_WIDTH_MEDIUM, .display_name = "Data Stream Dataset", .check = cw_es_check_dataset, AT(stream_dataset),
	  .doc = "The dataset in the data stream's name." },
	{ .name = "data.stream.namespace", STRING, .default_value = "${topic}", .importance = CW_LOW,
	  .group = "Data Stream", .width = CW_WIDTH_MEDIUM, .display_name = "Data Stream Namespace",
	  .check = cw_es_check_stream_part, AT(stream_namespace),
	  .doc = "The namespace in the data stream's name; ${topic} is the record's topic." },
	{ .name = "data.stream.timestamp.field", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_LOW,
	  .group = "Data Stream", .width = CW_WIDTH_LONG, .display_name = "Data Stream Timestamp Field",
	  AT(timestamp_fields),
	  .doc = "Fields of structured records, the first of which that is there is the event's time: a timestamp, "
		 "milliseconds since 1970, or a time in a known form. It is @timestamp in a data stream, and the date in "
		 "`index`. Without one it is the record's timestamp." },
	{ .name = "external.resource.usage", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "DISABLED",
	  .choices = "INDEX,DATASTREAM,ALIAS_INDEX,ALIAS_DATASTREAM,DISABLED", .importance = CW_LOW,
	  .group = "External Resources", .width = CW_WIDTH_SHORT, .display_name = "External Resource Usage",
	  AT(resource_usage), .dependents = "topic.to.external.resource.mapping",
	  .doc = "Whether documents go to indices, data streams, or aliases of them, that somebody else has made, instead of to "
		 "`index`. They have to be there (behavior.on.missing.index=RETRY waits for them); no index template is put." },
	{ .name = "topic.to.external.resource.mapping", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_LOW,
	  .group = "External Resources", .width = CW_WIDTH_LONG, .display_name = "Topics' External Resources",
	  .check = cw_es_check_resources, AT(resources),
	  .doc = "The resource of each topic, TOPIC:RESOURCE; each topic has one, and each resource one topic." },
	{ .name = "max.external.resource.mappings", INT, RANGE(1, INT32_MAX), .default_value = "15", .importance = CW_LOW,
	  .group = "External Resources", .width = CW_WIDTH_SHORT, .display_name = "Max External Resources", AT(resources_max),
	  .doc = "Most topics in topic.to.external.resource.mapping." },
	{ .name = "template.enable", BOOLEAN, .default_value = DEFAULT_TEMPLATE, .importance = CW_MEDIUM, .group = "Index",
	  .width = CW_WIDTH_SHORT, .display_name = "Put Index Template", AT(template_enable),
	  .doc = "Whether the task puts the connector's index template (ip, keyword, short, long, date …) before it "
		 "writes, unless one of that name is there. It is one for access logs: ElasticsearchSinkConnector has false as its "
		 "default." },
	{ .name = "template.overwrite", BOOLEAN, .default_value = "false", .importance = CW_LOW, .group = "Index",
	  .width = CW_WIDTH_SHORT, .display_name = "Overwrite Index Template", AT(template_overwrite),
	  .doc = "Whether an index template of that name is replaced." },
	{ .name = "template.name", STRING, .importance = CW_LOW, .group = "Index", .width = CW_WIDTH_MEDIUM,
	  .display_name = "Index Template Name", .check = cw_es_check_name, AT(template_name),
	  .doc = "Name of the index template; by default what `index` starts with, such as access-logs." },
	{ .name = "lifecycle.policy.name", STRING, .importance = CW_LOW, .group = "Lifecycle", .width = CW_WIDTH_MEDIUM,
	  .display_name = "Lifecycle Policy", .check = cw_es_check_name, AT(lifecycle_name),
	  .doc = "Name of the store's policy for how long indices live. It is looked for before anything is written, and named "
		 "in the index template (with ISM the policy itself says which indices it is for)." },
	{ .name = "lifecycle.policy.file", STRING, .importance = CW_LOW, .group = "Lifecycle", .width = CW_WIDTH_LONG,
	  .display_name = "Lifecycle Policy File", .check = cw_es_check_file, AT(lifecycle_file),
	  .doc = "File with the policy (JSON), which is put where there is none of that name." },
	{ .name = "lifecycle.type", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "ILM", .choices = "ILM,ISM",
	  .importance = CW_LOW, .group = "Lifecycle", .width = CW_WIDTH_SHORT, .display_name = "Lifecycle Type",
	  AT(lifecycle_type),
	  .doc = "Whose policies these are: ILM, Elasticsearch's; ISM, OpenSearch's." },
	{ .name = "alias.bootstrap", BOOLEAN, .default_value = "false", .importance = CW_LOW, .group = "Lifecycle",
	  .width = CW_WIDTH_SHORT, .display_name = "Make Write Alias", AT(alias_bootstrap),
	  .doc = "Whether `index` is an alias that documents are written through: where it is not there, the index "
		 "NAME-000001 is made with it, and the store's policy can begin the next ones. `index` may have no dates, "
		 "topics or fields then." },
