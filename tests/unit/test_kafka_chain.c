/* A client's certificate with an authority in between: what a server gets that trusts only the root. */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "certificates.h"
#include "config/props.h"
#include "config/worker_config.h"
#include "kafka/chain.h"
#include "kafka/client.h"
#include "unit.h"

#define DEADLINE_MS 20000
#define OLD 0x020000ff

/* Takes one connection, shakes hands, and hangs up. */
struct server {
	pthread_t thread;
	int fd;
	unsigned short port;
	const char *identity, *root;
	unsigned certificates; /* of the client */
	bool trusted;
};

static gnutls_datum_t datum(const char *text)
{
	return (gnutls_datum_t){ (unsigned char *)(uintptr_t)text, (unsigned)strlen(text) };
}

static void shake_hands(struct server *server, int fd, gnutls_certificate_credentials_t credentials)
{
	gnutls_session_t session;
	unsigned status = 1;

	gnutls_init(&session, GNUTLS_SERVER);
	gnutls_set_default_priority(session);
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
	gnutls_transport_set_int(session, fd);
	gnutls_handshake_set_timeout(session, DEADLINE_MS);
	while (gnutls_handshake(session) == GNUTLS_E_AGAIN)
		;
	gnutls_certificate_get_peers(session, &server->certificates);
	server->trusted = gnutls_certificate_verify_peers3(session, NULL, &status) == 0 && status == 0;
	gnutls_deinit(session);
}

static void *serve(void *arg)
{
	struct server *server = arg;
	struct pollfd pfd = { .fd = server->fd, .events = POLLIN };
	gnutls_datum_t identity = datum(server->identity), root = datum(server->root);
	gnutls_certificate_credentials_t credentials;
	int fd = poll(&pfd, 1, DEADLINE_MS) > 0 ? accept(server->fd, NULL, NULL) : -1;

	gnutls_certificate_allocate_credentials(&credentials);
	gnutls_certificate_set_x509_key_mem(credentials, &identity, &identity, GNUTLS_X509_FMT_PEM);
	gnutls_certificate_set_x509_trust_mem(credentials, &root, GNUTLS_X509_FMT_PEM);
	if (fd >= 0) {
		shake_hands(server, fd, credentials);
		close(fd);
	}
	gnutls_certificate_free_credentials(credentials);
	return NULL;
}

static void start(struct server *server, const char *identity, const char *root)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	*server = (struct server){ .identity = identity, .root = root };
	server->fd = socket(AF_INET, SOCK_STREAM, 0);
	CU_ASSERT_EQUAL_FATAL(bind(server->fd, (struct sockaddr *)&address, size), 0);
	CU_ASSERT_EQUAL_FATAL(listen(server->fd, 8), 0);
	getsockname(server->fd, (struct sockaddr *)&address, &size);
	server->port = ntohs(address.sin_port);
	CU_ASSERT_EQUAL_FATAL(pthread_create(&server->thread, NULL, serve, server), 0);
}

/* PEM on one line, as a value of a properties file. New. */
static char *one_line(const char *pem)
{
	struct cw_buf out = { 0 };

	for (; *pem; pem++)
		cw_buf_append(&out, *pem == '\n' ? "\\n" : pem, *pem == '\n' ? 2 : 1);
	return cw_buf_take(&out);
}

/* A client of a worker with these settings connects there. */
static void connect_client(unsigned short port, const char *root, const char *key, const char *chain)
{
	static const struct cw_log_scope scope = { .task = -1 };
	CW_AUTO_FREE char *root_line = one_line(root);
	CW_AUTO_FREE char *key_line = one_line(key);
	CW_AUTO_FREE char *chain_line = one_line(chain);
	CW_AUTO_FREE char *text = cw_format("bootstrap.servers=127.0.0.1:%u\nsecurity.protocol=SSL\nssl.truststore.type=PEM\n"
					    "ssl.truststore.certificates=%s\nssl.keystore.type=PEM\nssl.keystore.key=%s\n"
					    "ssl.keystore.certificate.chain=%s\n", port, root_line, key_line, chain_line);
	struct cw_worker_config worker = { 0 };
	const rd_kafka_metadata_t *md;
	struct cw_map raw = { 0 };
	struct cw_error err = { 0 };
	rd_kafka_conf_t *conf;
	rd_kafka_t *client;

	CU_ASSERT_EQUAL_FATAL(cw_props_parse(text, strlen(text), "worker", &raw, &err), 0);
	CU_ASSERT_EQUAL_FATAL(cw_worker_config_from_map(&raw, &worker, &err), 0);
	conf = cw_client_conf(CW_CLIENT_ADMIN, &worker, NULL, NULL, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	client = cw_client_new(CW_CLIENT_ADMIN, conf, &scope, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(client);
	CU_ASSERT_NOT_EQUAL(rd_kafka_metadata(client, 1, NULL, &md, 500), 0); /* it is no broker */
	rd_kafka_destroy(client);
	cw_worker_config_free(&worker);
}

static void test_chain__all_of_it_is_sent(void)
{
	struct test_ca root, between;
	struct server server;

	test_ca_make(&root, "CN=root");
	test_ca_make_under(&between, &root, "CN=between");
	CW_AUTO_FREE char *root_pem = test_ca_pem(&root);
	CW_AUTO_FREE char *between_pem = test_ca_pem(&between);
	CW_AUTO_FREE char *identity = test_ca_issue(&root, TEST_SERVER, "CN=server", 3600, NULL);
	CW_AUTO_FREE char *own = test_ca_issue(&between, TEST_CLIENT, "CN=client", 3600, NULL);
	char *certificate = strstr(own, "-----BEGIN CERTIFICATE");
	CW_AUTO_FREE char *key = cw_strndup(own, (size_t)(certificate - own));
	CW_AUTO_FREE char *chain = cw_format("%s%s", certificate, between_pem);

	start(&server, identity, root_pem);
	connect_client(server.port, root_pem, key, chain);
	pthread_join(server.thread, NULL);
	close(server.fd);
	CU_ASSERT_EQUAL(server.certificates, 2);
	CU_ASSERT_TRUE(server.trusted);
	test_ca_free(&between);
	test_ca_free(&root);
}

static void test_chain__a_file_is_made_where_it_is_needed(void)
{
	static const char one[] = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n";
	CW_AUTO_FREE char *two = cw_format("%s%s", one, one);
	const struct {
		const char *pem;
		int version;
		bool want;
	} rows[] = { { one, OLD, false }, { two, OLD, true }, { two, 0x020702ff, true }, { two, 0x020800ff, false },
		     { NULL, OLD, false } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rd_kafka_conf_t *conf = rd_kafka_conf_new();
		char text[256] = "";
		int fd;

		rd_kafka_conf_set(conf, "ssl.certificate.pem", rows[i].pem, text, sizeof(text));
		fd = cw_chain_to_file(conf, rows[i].version);
		CU_ASSERT_EQUAL(fd >= 0, rows[i].want);
		if (fd >= 0) {
			CW_AUTO_FREE char *path = cw_client_text(conf, "ssl.certificate.location");
			size_t n;
			CW_AUTO_FREE char *got = cw_file_read(path, &n, NULL);

			CU_ASSERT_TRUE(got && strcmp(got, two) == 0);
			close(fd);
		}
		rd_kafka_conf_destroy(conf);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "all of it is sent", test_chain__all_of_it_is_sent },
		{ "a file is made where it is needed", test_chain__a_file_is_made_where_it_is_needed },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "chain", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
