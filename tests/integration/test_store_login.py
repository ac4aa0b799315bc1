"""Ways to log in to a store, and a store that is not there yet."""

import ssl

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase
from cwtest.gateway import Gateway, check_aws
from cwtest.pki import Pki
from cwtest.process import Devstore, Worker, free_port
from cwtest.search import Search

LINES = 2000
AWS = {"aws.sigv4.region": "eu-central-1", "aws.access.key.id": "AKIDEXAMPLE", "aws.secret.access.key": "se/cret+key"}


class Logins(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("login", 2)
        self.addCleanup(kafka.delete, self.topic)
        self.lines = pipeline.lines_of(pipeline.source(self.topic, LINES))
        kafka.produce(self.topic, self.lines)
        self.store = Devstore(self)
        self.sink = env.unique("sink")  # a consumer group that no earlier test has left behind
        self.rest = self.worker().rest

    def create(self, url, suffix="", **config):
        self.rest.create(self.sink + suffix, dict(pipeline.sink(self.topic, url, "login-%{+yyyy.MM.dd}"), **config))

    def assert_all(self, index="login-*"):
        search = Search(self.store.url)
        env.wait_for(lambda: search.count(index) == LINES, 30, lambda: "all documents: %d" % search.count(index))
        hits = search.call("POST", "/%s/_search" % index,
                           {"size": LINES, "_source": ["raw"], "query": {"match_all": {}}})
        found = [hit["_source"]["raw"].encode() for hit in hits["hits"]["hits"]]
        self.assertEqual(pipeline.difference(self.lines, found), "")

    def test_aws_signatures(self):
        for service, token in (("es", None), ("aoss", "a+session/token==")):
            with self.subTest(service=service):
                self.store = Devstore(self, service).start()
                gate = Gateway(self, self.store.port, check_aws(
                    AWS["aws.access.key.id"], AWS["aws.secret.access.key"], AWS["aws.sigv4.region"], service, token))
                self.create(gate.url, service, **dict(AWS, **{"aws.sigv4.service": service.upper()}),
                            **({"aws.session.token": token} if token else {}))
                self.assert_all()
                self.assertTrue(any("/_bulk?" in path for _, path in gate.seen), gate.seen)

    def test_aws_keys_of_the_environment(self):
        self.store.start()
        key, secret, token = "ASIAENV", "of/the+environment", "to+ken"
        environ = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}
        self.rest = Worker(self, "signing").start(environ=environ).rest
        gate = Gateway(self, self.store.port, check_aws(key, secret, "eu-central-1", "es", token))
        self.create(gate.url, **{"aws.sigv4.service": "ES", "aws.sigv4.region": "eu-central-1"})
        self.assert_all()

    def test_aws_signature_with_another_secret(self):
        self.store.start()
        gate = Gateway(self, self.store.port, check_aws("AKIDEXAMPLE", "other", "eu-central-1", "es"))
        self.create(gate.url, **dict(AWS, **{"aws.sigv4.service": "ES"}))
        trace = self.rest.wait_state(self.sink, tasks="FAILED", n=1)["tasks"][0]["trace"]
        self.assertIn("status 403", trace)
        self.assertNotIn(AWS["aws.secret.access.key"], trace)

    def test_headers_and_keys(self):
        wanted = {"Authorization": "ApiKey aWQ6a2V5", "X-Tenant": "web"}
        self.store.start()
        gate = Gateway(self, self.store.port, lambda handler, body: None if all(
            handler.headers.get(name) == value for name, value in wanted.items()) else (401, b"{}"))
        self.create(gate.url, **{"api.key": "aWQ6a2V5", "connection.headers": "X-Tenant:web"})
        self.assert_all()

    def test_proxy(self):
        self.store.start()
        # "me:pass word"
        gate = Gateway(self, self.store.port, lambda handler, body: None if (
            handler.headers.get("Proxy-Authorization") == "Basic bWU6cGFzcyB3b3Jk") else (407, b"{}"))
        self.create("http://store.example:9200", **{"proxy.host": "127.0.0.1", "proxy.port": str(gate.port),
                                                    "proxy.username": "me", "proxy.password": "pass word"})
        self.assert_all()
        self.assertTrue(all(path.startswith("http://store.example:9200/") for _, path in gate.seen), gate.seen)

    def test_client_certificates(self):
        self.store.start()
        pki = Pki(self.dir)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(pki.issue("server", "/CN=server", "serverAuth"))
        tls.load_verify_locations(pki.certificate)
        tls.verify_mode = ssl.CERT_REQUIRED
        gate = Gateway(self, self.store.port, lambda handler, body: None, tls)
        both = pki.issue("client", "/CN=client", "clientAuth")
        pki.openssl("pkcs12", "-export", "-in", both, "-out", pki.path("client.p12"), "-passout", "pass:store pass")
        texts = {name: open(pki.path(name)).read() for name in ("ca.crt", "client.crt", "client.key")}
        ways = {
            "files": {"ca.location": pki.certificate, "certificate.location": pki.path("client.crt"),
                      "key.location": pki.path("client.key")},
            "pem": {"truststore.location": pki.certificate, "truststore.type": "PEM", "keystore.location": both,
                    "keystore.type": "PEM"},
            "p12": {"ca.location": pki.certificate, "keystore.location": pki.path("client.p12"),
                    "keystore.type": "pkcs12", "keystore.password": "store pass"},
            "texts": {"truststore.certificates": texts["ca.crt"], "keystore.certificate.chain": texts["client.crt"],
                      "keystore.key": texts["client.key"], "keystore.type": "PEM"},
        }
        for word, settings in ways.items():
            self.create(gate.url, "-" + word, **{"elastic.https.ssl." + key: value for key, value in settings.items()},
                        index="login-" + word)
        for word in ways:
            with self.subTest(word):
                self.assert_all("login-" + word)

    def test_a_store_that_is_not_trusted(self):
        self.store.start()
        pki, other = Pki(self.dir), Pki(self.dir, "other")
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(pki.issue("server", "/CN=server", "serverAuth"))
        gate = Gateway(self, self.store.port, lambda handler, body: None, tls)
        self.create(gate.url, **{"elastic.https.ssl.ca.location": other.certificate})
        trace = self.rest.wait_state(self.sink, tasks="FAILED", n=1)["tasks"][0]["trace"]
        self.assertIn("check connection.url and the settings under elastic.https.ssl", trace)
        self.assertEqual(gate.seen, [])

    def test_created_while_the_store_is_down(self):
        """It is created, waits, says so, and goes on when the store is there."""
        self.store.port = free_port()
        self.store.url = "http://127.0.0.1:%d" % self.store.port
        self.create(self.store.url)
        self.rest.wait_state(self.sink, tasks="RUNNING", n=1)
        lines = env.wait_for(lambda: [line for line in self.rest.get("/connectors/%s/logs" % self.sink)
                                      if "the store takes no documents" in str(line)], 20, "the log says that it waits")
        self.assertIn(str(self.store.port), str(lines[0]))
        self.assertEqual(self.rest.task_states(self.sink), ["RUNNING"])
        self.store.start()
        self.assert_all()
