/*
 * Rows of the table in config_table.h. What becomes of documents that the store does not take, by the class of its answer:
 * RETRY, without a limit; DEAD_LETTER, errors.tolerance decides; DROP, left out and counted; FAIL, the task fails.
 */
	{ .name = "behavior.on.malformed.documents", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "FAIL",
	  .choices = "IGNORE,WARN,FAIL", .importance = CW_LOW, .group = "Errors", .width = CW_WIDTH_SHORT,
	  .display_name = "Behavior On Malformed Documents", AT(on_malformed),
	  .doc = "What becomes of documents that the store refuses for what they hold (status 400 and others of its "
		 "kind, whatever the error is called): with FAIL errors.tolerance decides; WARN leaves them out with "
		 "a log line, IGNORE without; both count them. Where one of them has the store refuse a whole request with "
		 "400, it is found by sending halves, and is given up when the store takes other requests meanwhile. Where it "
		 "takes none, the task fails after max.retries, as what is wrong may be in every request." },
	{ .name = "behavior.on.busy.store", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "RETRY",
	  .choices = "RETRY,DEAD_LETTER,DROP,FAIL", .importance = CW_LOW, .group = "Errors", .width = CW_WIDTH_SHORT,
	  .display_name = "Behavior On A Busy Store", AT(on_busy),
	  .doc = "What becomes of documents for which the store has no room or no time (429, 408, 502, 503, 504, "
		 "circuit breakers, missing shards). RETRY sends them again for as long as it takes, less at a time. "
		 "The others apply after max.retries: DEAD_LETTER lets errors.tolerance decide, DROP leaves them "
		 "out, counted, FAIL fails the task. A request without an answer is sent again with any of them but "
		 "FAIL." },
	{ .name = "behavior.on.blocked.index", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "RETRY",
	  .choices = "RETRY,DEAD_LETTER,DROP,FAIL", .importance = CW_LOW, .group = "Errors", .width = CW_WIDTH_SHORT,
	  .display_name = "Behavior On A Blocked Index", AT(on_blocked),
	  .doc = "The same for an index that may not be written (cluster_block_exception: a full disk makes indices "
		 "read-only until there is room again)." },
	{ .name = "behavior.on.store.errors", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "DEAD_LETTER",
	  .choices = "RETRY,DEAD_LETTER,DROP,FAIL", .importance = CW_LOW, .group = "Errors", .width = CW_WIDTH_SHORT,
	  .display_name = "Behavior On Store Errors", AT(on_error),
	  .doc = "What becomes, after max.retries, of documents on which the store fails in another way (status 500). A request "
		 "that fails as a whole, or whose answer is none, is sent again without a limit, after pauses that grow, unless "
		 "this is FAIL; where the store does others meanwhile, the document that it cannot bear is found by sending "
		 "halves." },
	{ .name = "behavior.on.version.conflicts", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "DEAD_LETTER",
	  .choices = "RETRY,DEAD_LETTER,DROP,FAIL", .importance = CW_LOW, .group = "Errors", .width = CW_WIDTH_SHORT,
	  .display_name = "Behavior On Version Conflicts", AT(on_conflict),
	  .doc = "What becomes, after max.retries, of documents that somebody else changes at the same time (409 of "
		 "an update). A 409 of a document that is there already, with op.type=CREATE or an external version, "
		 "is no conflict: the document is counted as present." },
	{ .name = "behavior.on.missing.index", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "FAIL",
	  .choices = "RETRY,DEAD_LETTER,DROP,FAIL", .importance = CW_LOW, .group = "Errors", .width = CW_WIDTH_SHORT,
	  .display_name = "Behavior On A Missing Index", AT(on_missing_index),
	  .doc = "What becomes of documents whose index is not there and may not be made, or is closed. With RETRY "
		 "the task waits until somebody makes it." },
	{ .name = "behavior.on.forbidden", STRING, .flags = CW_CONFIG_IGNORE_CASE, .default_value = "FAIL",
	  .choices = "RETRY,DEAD_LETTER,DROP,FAIL", .importance = CW_LOW, .group = "Errors", .width = CW_WIDTH_SHORT,
	  .display_name = "Behavior When Forbidden", AT(on_forbidden),
	  .doc = "What becomes of documents that the connector's user may not write (401, 403, security_exception). "
		 "With RETRY the task waits until somebody gives it the right to." },
	{ .name = "behavior.on.error.types", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_LOW,
	  .group = "Errors", .width = CW_WIDTH_LONG, .display_name = "Behavior On Error Types",
	  .check = cw_policy_check_types, AT(error_types),
	  .doc = "Exceptions from these for single documents, TYPE:POLICY or STATUS:POLICY, such as "
		 "mapper_parsing_exception:DROP, 404:RETRY; the first that matches the store's error type or status "
		 "counts." },
