"""Logins at Kafka with tokens of an identity provider (SASL OAUTHBEARER), on the SASL_SSL listener of the broker."""

import os
import ssl

from cwtest import env, idp, kafka, pipeline
from cwtest.case import TestCase
from cwtest.pki import Pki
from cwtest.process import Worker

SECRET = "s3cret+/ of \"this\" test"


def example():
    """The lines of examples/confluent-cloud.properties that are for OAuth, which are a comment there."""
    with open(os.path.join(env.TOP, "examples", "confluent-cloud.properties"), encoding="utf-8") as f:
        lines = [line[len("#   "):].rstrip("\n") for line in f if line.startswith("#   sasl.")]
    return dict(line.split("=", 1) for line in lines)


class TokenLogins(TestCase):
    def setUp(self):
        super().setUp()
        self.src, self.sink = env.unique("src"), env.unique("sink")  # nobody else's offsets in Kafka
        self.topic = kafka.topic("tokens", 2)
        self.addCleanup(kafka.delete, self.topic)
        self.idp = idp.TokenEndpoint(self, {"id-1": SECRET})

    def jaas(self, more=""):
        """The example's, with a client and a secret that are known."""
        entry = example()["sasl.jaas.config"]
        for name, value in (("clientId", "id-1"), ("clientSecret", SECRET.replace('"', '\\"'))):
            self.assertIn('%s="…"' % name, entry)
            entry = entry.replace('%s="…"' % name, '%s="%s"' % (name, value))
        return entry.replace(";", more + ";")

    def start(self, more="", **properties):
        properties = dict(example(), **properties, **{
            "sasl.oauthbearer.token.endpoint.url": self.idp.url, "security.protocol": "SASL_SSL",
            "bootstrap.servers": env.KAFKA_SASL_SSL, "ssl.ca.location": env.KAFKA_CA,
            "sasl.jaas.config": self.jaas(more).replace("\\", "\\\\"),  # a backslash is an escape in a file
            "sasl.login.retry.backoff.max.ms": "200", "log.level": "debug"})
        worker = Worker(self, properties=properties).start()
        self.assertNotRegex(worker.log, " WARN .*sasl")
        return worker

    def assert_hidden(self, worker):
        for text in [SECRET, SECRET.replace('"', '\\"')] + self.idp.tokens:
            self.assertNotIn(text, worker.log)

    def test_every_client_has_tokens_and_new_ones_in_time(self):
        """The broker ends a connection with its token: what goes on for longer than one has had others."""
        self.idp.lifetime_s = 2
        worker = self.start(**{"exactly.once.source.support": "enabled"})
        rest = worker.rest
        index = self.drop(self.opensearch, env.unique("tokens"))
        letters, topic = env.unique("letters"), env.unique("made")
        self.addCleanup(kafka.delete, letters)
        self.addCleanup(kafka.delete, topic)
        config = pipeline.source(topic, 1200, rate=400, **{
            "topic.creation.default.partitions": "2", "topic.creation.default.replication.factor": "1"})
        rest.create(self.src, config)
        rest.create(self.sink, pipeline.sink(topic, env.OPENSEARCH, index, **{
            "errors.tolerance": "all", "errors.deadletterqueue.topic.name": letters,
            "errors.deadletterqueue.topic.replication.factor": "1",
            "errors.deadletterqueue.context.headers.enable": "true"}))
        rest.wait_state(self.src, tasks="COMPLETED", n=1)
        kafka.produce(topic, [b"this is no line of an access log"])
        env.wait_for(lambda: self.opensearch.count(index) == 1200, 30,
                     lambda: "all documents: %s" % rest.status(self.sink), 0.1)
        env.wait_for(lambda: kafka.count(letters) == 1, 30, "the dead letter")
        self.assertEqual(len(rest.get(rest.path(self.sink, "/dlq"))["letters"]), 1)
        rest.expect(200, "PUT", rest.path(self.sink, "/stop?wait=STOPPED"))
        env.wait_for(lambda: rest.request("DELETE", rest.path(self.sink, "/offsets")).status == 200, 30,
                     "the offsets are reset")
        self.assert_hidden(worker)

    def test_an_endpoint_that_fails_in_every_way(self):
        url = self.idp.url
        self.idp.close()
        worker = self.start()
        config = pipeline.source(self.topic, 100)
        worker.rest.create(self.src, config)

        def said(text):
            env.wait_for(lambda: text in worker.log, 30, "the log says: " + text)

        said("[%s|task-0] login at Kafka: the token endpoint %s cannot be asked: " % (self.src, url))
        self.idp.answer = (200, b"<html>not here</html>")
        self.idp.open()
        said("the token endpoint %s has answered with what is no JSON object; it is tried again" % url)
        self.idp.answer, self.idp.clients = None, {}
        said("the token endpoint %s gives the client id-1 no token: HTTP status 401, invalid_client: no client with …"
             % url)
        self.assertEqual(kafka.count(self.topic), 0)
        self.idp.clients = {"id-1": SECRET}
        said("[%s|task-0] login at Kafka: id-1 has a token again" % self.src)
        worker.rest.wait_state(self.src, tasks="COMPLETED", n=1)
        pipeline.assert_topic(self, self.topic, config)
        self.assert_hidden(worker)

    def test_a_token_that_the_broker_refuses(self):
        """It has the wrong scope; the connector that has the right one works. The endpoint's certificate is private."""
        pki = Pki(self.dir)
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(pki.issue("idp", "/CN=localhost", "serverAuth"))
        self.idp = idp.TokenEndpoint(self, {"id-1": SECRET}, tls)
        trust = ' ssl.truststore.type=PEM ssl.truststore.location="%s"' % pki.certificate
        worker = self.start(trust)
        worker.rest.create("denied", pipeline.source(self.topic, 100, **{
            "producer.override.sasl.jaas.config": self.jaas(trust).replace('scope="kafka"', 'scope="else"'),
            "producer.override.debug": "conf,security"}))
        env.wait_for(lambda: "insufficient_scope" in worker.log, 30, "the broker's reason")
        self.assertEqual(kafka.count(self.topic), 0)
        worker.rest.create(self.src, pipeline.source(self.topic, 100))
        worker.rest.wait_state(self.src, tasks="COMPLETED", n=1)
        self.assertEqual(kafka.count(self.topic), 100)
        self.assert_hidden(worker)
        worker.kill()  # it would wait for what the broker does not take
