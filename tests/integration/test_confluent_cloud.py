"""Logins as Confluent Cloud has them, on the SASL_SSL listener of the local broker: the example, and each mechanism."""

import os

from cwtest import aws, env, kafka, pipeline
from cwtest.case import TestCase
from cwtest.process import Worker

JAAS = "org.apache.kafka.common.security.%s required username=\"connect\" password=\"connect-secret\";"


def example():
    """The properties of examples/confluent-cloud.properties."""
    with open(os.path.join(env.TOP, "examples", "confluent-cloud.properties"), encoding="utf-8") as f:
        lines = [line.rstrip("\n") for line in f]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


class ConfluentCloud(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("cloud", 1)
        self.addCleanup(kafka.delete, self.topic)
        # What is not of the cloud.
        self.local = {"bootstrap.servers": env.KAFKA_SASL_SSL, "ssl.ca.location": env.KAFKA_CA, "listeners": None}

    def start(self, properties, environ=None):
        more = {k: v for k, v in dict(properties, **self.local).items() if k != "listeners"}
        return Worker(self, properties=more).start(environ=environ)

    def test_the_example(self):
        properties = example()
        self.assertEqual(properties["config.providers.secrets.param.region"], aws.REGION)
        aws.create_secret(self, "confluent-cloud", {"api.key": "connect", "api.secret": "connect-secret"})
        worker = self.start(properties, dict(aws.ANYBODY, AWS_ENDPOINT_URL=env.AWS))
        self.assertNotIn(" WARN ", worker.log)
        config = pipeline.source(self.topic, 1000)
        worker.rest.create("src", config)
        worker.rest.wait_state("src", tasks="COMPLETED", n=1)
        pipeline.assert_topic(self, self.topic, config)
        index = self.drop(self.opensearch, env.unique("cloud"))
        worker.rest.create("sink", pipeline.sink(self.topic, env.OPENSEARCH, index))
        env.wait_for(lambda: self.opensearch.count(index) == 1000, 30,
                     lambda: "all documents: %s" % worker.rest.status("sink"), 0.2)
        self.assertNotIn("connect-secret", worker.log)

    def test_scram(self):
        """With this broker, of Kafka 4, it works, or it is warned of when the connector starts."""
        worker = self.start({"security.protocol": "SASL_SSL", "sasl.mechanism": "SCRAM-SHA-256",
                             "sasl.jaas.config": JAAS % "scram.ScramLoginModule"})
        config = pipeline.source(self.topic, 100)
        worker.rest.create("src", config)
        worker.rest.wait_state("src", connector="RUNNING")
        if "SCRAM-SHA-256 with librdkafka" not in worker.log:
            worker.rest.wait_state("src", tasks="COMPLETED", n=1)
            pipeline.assert_topic(self, self.topic, config)
            return
        env.wait_for(lambda: "due to invalid credentials with SASL mechanism SCRAM-SHA-256" in worker.log, 30,
                     "a login is refused")
        self.assertIn("librdkafka 2.6.1 and newer can log in there", worker.log)
        self.assertNotIn("connect-secret", worker.log)

    def test_what_cannot_be_is_refused_with_the_configuration(self):
        worker = self.start({})
        for override, words in (
                ({"sasl.jaas.config": "software.amazon.msk.auth.iam.IAMLoginModule required;"},
                 "producer.override.sasl.jaas.config: the login module software.amazon.msk.auth.iam.IAMLoginModule is "
                 "Java's alone"),
                ({"ssl.keystore.location": "/nowhere.jks"},
                 "Java key stores are not understood; make a PKCS#12 store")):
            config = pipeline.source(self.topic, 1)
            config.update({"producer.override." + key: value for key, value in override.items()})
            answer = worker.rest.request("POST", "/connectors", {"name": "x", "config": config})
            self.assertEqual(answer.status, 400, answer)
            self.assertIn(words, answer.message)
