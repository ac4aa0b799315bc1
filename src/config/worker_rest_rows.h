/*
 * worker_rest_rows - the rows of the worker's table that are about REST: a part of worker_config.c, which includes it
 * inside the table.
 */
	{ .name = "admin.listeners", .type = CW_CONFIG_LIST, .importance = CW_LOW, .group = "REST",
	  .check = cw_admin_listeners_check, STORED(admin_listeners),
	  .doc = "Where the endpoints under /admin answer, instead of at listeners; /, /health, /metrics and "
		 "/openapi.json answer at both. Empty: there are no admin endpoints. Not set: they are at listeners." },
	{ .name = "rest.unix.socket.mode", .default_value = "0600", .flags = CW_CONFIG_NOT_EMPTY, .importance = CW_LOW,
	  .group = "REST", .check = cw_file_mode_check, STORED(rest_unix_socket_mode),
	  .doc = "Mode of the sockets of unix:/PATH. Who may write to one may ask, as the user unix:LOGIN." },
	{ .name = "access.control.allow.origin", .default_value = "", .importance = CW_LOW, .group = "REST",
	  STORED(access_control_allow_origin),
	  .doc = "Whose web pages may read answers (CORS): origins such as https://app.example.com, separated by "
		 "commas, with * for any characters. * alone allows all pages, but none with credentials. Empty: "
		 "none." },
	{ .name = "access.control.allow.methods", .default_value = "", .importance = CW_LOW, .group = "REST",
	  STORED(access_control_allow_methods),
	  .doc = "Methods that such pages may use, separated by commas. Empty: GET, POST and HEAD, as in Kafka "
		 "Connect." },
	{ .name = "response.http.headers.config", .default_value = "", .importance = CW_LOW, .group = "REST",
	  .check = cw_header_rules_check, STORED(response_http_headers_config),
	  .doc = "Header fields of every answer: set NAME: VALUE, add NAME: VALUE, setDate NAME: MILLISECONDS or "
		 "addDate NAME: MILLISECONDS, separated by commas; one with commas in it in double quotes." },
	{ .name = "rest.connections.max", .type = CW_CONFIG_INT, .flags = CW_CONFIG_RANGE, .min = 1, .max = 65535,
	  .default_value = "512", .importance = CW_LOW, .group = "REST", STORED(rest_connections_max),
	  .doc = "Connections that REST has at a time, over all listeners; more are closed at once. A request that "
		 "waits for a state (?wait=) holds one meanwhile." },
	{ .name = "rest.connections.per.address.max", .type = CW_CONFIG_INT, .flags = CW_CONFIG_RANGE, .min = 1,
	  .max = 65535, .default_value = "256", .importance = CW_LOW, .group = "REST",
	  STORED(rest_connections_per_address_max),
	  .doc = "The same for one address of a client: an IPv4 address, the first 64 bits of an IPv6 address." },
	{ .name = "rest.request.timeout.ms", .type = CW_CONFIG_LONG, .flags = CW_CONFIG_RANGE, .min = 100,
	  .max = DAY_MS, .default_value = "30000", .importance = CW_LOW, .group = "REST",
	  STORED(rest_request_timeout_ms),
	  .doc = "How long a request may take to arrive, and its answer to be taken, in milliseconds, however "
		 "steadily bytes flow; then the connection is closed." },
	{ .name = "rest.connection.idle.timeout.ms", .type = CW_CONFIG_LONG, .flags = CW_CONFIG_RANGE, .min = 1000,
	  .max = DAY_MS, .default_value = "30000", .importance = CW_LOW, .group = "REST",
	  STORED(rest_connection_idle_timeout_ms),
	  .doc = "How long a connection may be silent before it is closed, in milliseconds." },

	{ .name = "rest.authentication.basic.file", .importance = CW_MEDIUM, .group = "REST security",
	  STORED(rest_authentication_basic_file),
	  .doc = "Users with passwords (HTTP basic authentication): a file of lines USER:HASH as htpasswd -B makes "
		 "them. Hashes are bcrypt, SHA-512 crypt or yescrypt. It is read again when it changes." },
	{ .name = "rest.authentication.token.file", .importance = CW_MEDIUM, .group = "REST security",
	  STORED(rest_authentication_token_file),
	  .doc = "Users with bearer tokens: a file of lines USER TOKEN, or USER TOKEN UNTIL for a token that ends "
		 "at that instant, 2027-01-31 or 2027-01-31T12:00:00Z. TOKEN is sha256: and the 64 hexadecimal "
		 "digits of the token's SHA-256; or the token itself, where only the owner may read the file. It is "
		 "read again when it changes." },
	{ .name = "rest.authorization.roles.file", .importance = CW_MEDIUM, .group = "REST security",
	  STORED(rest_authorization_roles_file),
	  .doc = "Who may do what: a file of lines USER ROLE CONNECTOR..., in which USER and CONNECTOR are patterns "
		 "with * and ?, and ROLE is read, operate (read; pause, resume, stop, restart; show and replay dead "
		 "letters, which are whole records; reset the list of topics) or admin "
		 "(everything). A user whom no line names may do nothing. Not set: every user may do everything. It "
		 "is read again when it changes." },
	{ .name = "rest.allow.unauthenticated", .type = CW_CONFIG_BOOLEAN, .default_value = "false",
	  .importance = CW_MEDIUM, .group = "REST security", STORED(rest_allow_unauthenticated),
	  .doc = "true: REST may be reached from other machines though it asks nobody who he is. Whoever reaches it "
		 "then can run connectors with this worker's credentials. Without it such a worker does not start." },
	{ .name = "listeners.https.ssl.keystore.type", .default_value = "PEM", .importance = CW_LOW,
	  .group = "REST security", .check = cw_store_type_check, .offset = CW_CONFIG_NOT_STORED,
	  .doc = "PEM, for https:// listeners. As in Kafka Connect, plain ssl.* keys count where no "
		 "listeners.https.* key is set." },
	{ .name = "listeners.https.ssl.keystore.location", .importance = CW_MEDIUM, .group = "REST security",
	  .offset = CW_CONFIG_NOT_STORED,
	  .doc = "A PEM file with the private key and the certificate chain, the server's certificate first. It is "
		 "read again when it changes; connections that are open keep what they have." },
	{ .name = "listeners.https.ssl.keystore.key", .type = CW_CONFIG_PASSWORD, .importance = CW_LOW,
	  .group = "REST security", .offset = CW_CONFIG_NOT_STORED,
	  .doc = "Instead of a file: the private key, as PEM text." },
	{ .name = "listeners.https.ssl.keystore.certificate.chain", .type = CW_CONFIG_PASSWORD, .importance = CW_LOW,
	  .group = "REST security", .offset = CW_CONFIG_NOT_STORED,
	  .doc = "Instead of a file: the certificate chain, as PEM text." },
	{ .name = "listeners.https.ssl.key.password", .type = CW_CONFIG_PASSWORD, .importance = CW_LOW,
	  .group = "REST security", .offset = CW_CONFIG_NOT_STORED,
	  .doc = "Password of an encrypted private key. A key that is read again has the same: what a variable stands for is "
		 "asked when the worker starts." },
	{ .name = "listeners.https.ssl.keystore.password", .type = CW_CONFIG_PASSWORD, .importance = CW_LOW,
	  .group = "REST security", .check = cw_store_password_check, .offset = CW_CONFIG_NOT_STORED,
	  .doc = "Not with PEM: must be empty." },
	{ .name = "listeners.https.ssl.truststore.type", .default_value = "PEM", .importance = CW_LOW,
	  .group = "REST security", .check = cw_store_type_check, .offset = CW_CONFIG_NOT_STORED, .doc = "PEM." },
	{ .name = "listeners.https.ssl.truststore.location", .importance = CW_LOW, .group = "REST security",
	  .offset = CW_CONFIG_NOT_STORED,
	  .doc = "A PEM file with the certificates of those who may sign a client's certificate. It is read again "
		 "when it changes." },
	{ .name = "listeners.https.ssl.truststore.certificates", .type = CW_CONFIG_PASSWORD, .importance = CW_LOW,
	  .group = "REST security", .offset = CW_CONFIG_NOT_STORED, .doc = "Instead of a file: the same as PEM text." },
	{ .name = "listeners.https.ssl.truststore.password", .type = CW_CONFIG_PASSWORD, .importance = CW_LOW,
	  .group = "REST security", .check = cw_store_password_check, .offset = CW_CONFIG_NOT_STORED,
	  .doc = "Not with PEM: must be empty." },
	{ .name = "listeners.https.ssl.client.auth", .default_value = "none", .choices = "none,requested,required",
	  .flags = CW_CONFIG_IGNORE_CASE, .importance = CW_LOW, .group = "REST security",
	  .offset = CW_CONFIG_NOT_STORED,
	  .doc = "Whether clients show a certificate. One that does is the user of its subject, such as "
		 "CN=airflow,O=Example." },
	{ .name = "listeners.https.ssl.protocol", .default_value = "TLSv1.3", .importance = CW_LOW,
	  .group = "REST security", .check = cw_tls_protocols_check, .offset = CW_CONFIG_NOT_STORED,
	  .doc = "The newest protocol that is spoken." },
	{ .name = "listeners.https.ssl.enabled.protocols", .type = CW_CONFIG_LIST, .default_value = "TLSv1.2,TLSv1.3",
	  .importance = CW_LOW, .group = "REST security", .check = cw_tls_protocols_check,
	  .offset = CW_CONFIG_NOT_STORED,
	  .doc = "The protocols that are spoken: TLSv1.2 and TLSv1.3." },
