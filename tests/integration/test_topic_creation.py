"""Topics of source connectors that are not there: created by topic.creation.*, on a real broker."""

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase

DEFAULT = {"topic.creation.default.partitions": "3", "topic.creation.default.replication.factor": "1"}
ROUTER = {"transforms": "route", "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
          "transforms.route.regex": "(.*)", "transforms.route.replacement": "$1-routed"}


class TopicCreation(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = env.unique("creation")
        self.name = env.unique("creation-source")
        for name in self.topic, self.topic + "-routed":
            self.addCleanup(kafka.forget, name)

    def start(self, config, properties=None, **more):
        self.config = dict(pipeline.source(self.topic, 500, **more), **config)
        self.w = self.worker(properties=properties)
        self.w.rest.create(self.name, self.config)

    def completed(self, n=1):
        self.w.rest.wait_state(self.name, tasks="COMPLETED", n=n)

    def failed(self):
        return self.w.rest.wait_state(self.name, tasks="FAILED", n=1)["tasks"][0]["trace"]

    def partitions(self, topic=None):
        return len(kafka.end_offsets(topic or self.topic))

    def test_default_group(self):
        self.start(dict(DEFAULT, **{"topic.creation.default.retention.ms": " 123456 ",
                                    "topic.creation.default.cleanup.policy": "compact,delete"}), key="client_ip")
        self.completed()
        self.assertEqual(self.partitions(), 3)
        self.assertEqual(kafka.settings(self.topic, "retention.ms", "cleanup.policy"),
                         {"retention.ms": "123456", "cleanup.policy": "compact,delete"})
        pipeline.assert_topic(self, self.topic, self.config)
        self.assertEqual(kafka.settings(self.topic, "retention.bytes"), {"retention.bytes": "-1"})

    def test_first_matching_group(self):
        """Transformations name the topic; the first group that takes it decides, and has the rest from default."""
        self.start(dict(DEFAULT, **ROUTER, **{
            "topic.creation.groups": "other, excluded, taken, late",
            "topic.creation.other.include": "creation", "topic.creation.other.partitions": "9",
            "topic.creation.excluded.include": ".*", "topic.creation.excluded.exclude": "x, .*-rou[t]ed$",
            "topic.creation.excluded.partitions": "8",
            "topic.creation.taken.include": "nothing,(?i)CREATION-\\p{XDigit}+-routed",
            "topic.creation.taken.partitions": "2", "topic.creation.taken.segment.bytes": "2000000",
            "topic.creation.late.include": ".*", "topic.creation.late.partitions": "7"}))
        self.completed()
        self.assertEqual(self.partitions(self.topic + "-routed"), 2)
        self.assertEqual(kafka.settings(self.topic + "-routed", "segment.bytes"), {"segment.bytes": "2000000"})
        self.assertNotIn(self.topic, kafka.topics())
        self.assertEqual(kafka.count(self.topic + "-routed"), 500)

    def test_defaults_of_the_brokers(self):
        self.start({"topic.creation.default.partitions": "-1", "topic.creation.default.replication.factor": "-1",
                    "topic.creation.default.retention.ms": "77777"})
        self.completed()
        self.assertEqual(self.partitions(), 1)
        self.assertEqual(kafka.settings(self.topic, "retention.ms"), {"retention.ms": "77777"})

    def test_existing_topics_are_left_alone(self):
        kafka.create(self.topic, 2, "retention.ms=999999")
        self.start(dict(DEFAULT, **{"topic.creation.default.retention.ms": "123456"}))
        self.completed()
        self.assertEqual(self.partitions(), 2)
        self.assertEqual(kafka.settings(self.topic, "retention.ms"), {"retention.ms": "999999"})
        self.assertNotIn("is not there", self.w.log)

    def test_without_groups_the_brokers_decide(self):
        self.start({})
        self.completed()
        self.assertEqual(self.partitions(), 1)

    def test_switched_off(self):
        self.start(DEFAULT, properties={"topic.creation.enable": "false"})
        self.completed()
        self.assertEqual(self.partitions(), 1)
        self.assertIn("topic.creation.default.partitions has no effect: this worker has topic.creation.enable=false",
                      self.w.log)

    def test_several_tasks(self):
        """All of them find no topic, and one creates it."""
        self.start(DEFAULT, tasks=4)
        self.completed(n=4)
        self.assertEqual(self.partitions(), 3)
        pipeline.assert_topic(self, self.topic, self.config)

    def test_exactly_once(self):
        offsets = env.unique("creation-offsets")
        self.addCleanup(kafka.forget, offsets)
        self.start(dict(DEFAULT, **{"offsets.storage.topic": offsets}),
                   properties={"exactly.once.source.support": "enabled", "offset.storage.partitions": "2"})
        self.completed()
        self.assertEqual(self.partitions(), 3)
        pipeline.assert_topic(self, self.topic, self.config)
        self.assertEqual(self.partitions(offsets), 2)

    def test_embedded(self):
        """The embedded broker makes topics as it always does."""
        self.config = dict(pipeline.source(self.topic, 500), **DEFAULT)
        self.w = self.worker(args=["--embedded"])
        self.w.rest.create(self.name, self.config)
        self.completed()

    def test_too_many_replicas(self):
        self.start(dict(DEFAULT, **{"topic.creation.default.replication.factor": "3"}))
        trace = self.failed()
        self.assertIn("topic %s, which the connector writes to, cannot be created: " % self.topic, trace)
        self.assertIn("The target replication factor of 3 cannot be reached", trace)
        self.assertIn("(topic.creation.default.* decides)", trace)
        self.assertNotIn(self.topic, kafka.topics())

    def test_settings_that_the_brokers_refuse(self):
        self.start(dict(DEFAULT, **{"topic.creation.default.retention.ms": "long"}))
        self.assertIn("Invalid value long for configuration retention.ms: Not a number of type LONG", self.failed())
        self.w.rest.put(self.name, dict(self.config, **{"topic.creation.default.retention.ms": "1000000"}))
        self.completed()
        self.assertEqual(kafka.settings(self.topic, "retention.ms"), {"retention.ms": "1000000"})

    def test_who_may_not_create_topics(self):
        """The task fails and says what is to be done; when that is done, it goes on."""
        login = {"bootstrap.servers": env.KAFKA_SASL_SSL, "security.protocol": "SASL_SSL",
                 "ssl.ca.location": env.KAFKA_CA, "sasl.mechanism": "PLAIN",
                 "sasl.username": "connect", "sasl.password": "connect-secret"}
        kafka.restrict("connect", self.topic)
        self.addCleanup(kafka.release, "connect")
        self.start(DEFAULT, properties=login)
        trace = self.failed()
        self.assertIn("topic %s, which the connector writes to, cannot be created: " % self.topic, trace)
        self.assertIn("let this user create topics, or create it beforehand", trace)
        kafka.create(self.topic, 2)
        self.w.rest.restart_failed(self.name)
        self.completed()
        self.assertEqual(self.partitions(), 2)

    def test_nobody_creates_it(self):
        self.start({"producer.override.allow.auto.create.topics": "false",
                    "producer.override.topic.metadata.propagation.max.ms": "200"})
        self.assertRegex(self.failed(), "a record for topic %s (was not delivered|cannot be sent): (Local: Unknown "
                         "topic|Broker: Unknown topic or partition); create it, or let the connector .topic.creation.default.partitions and "
                         ".replication.factor. or the brokers .auto.create.topics.enable. do that" % self.topic)

    def test_validation(self):
        self.w = self.worker()

        def errors(more):
            config = dict(pipeline.source(self.topic, 500), name=self.name, **more)
            infos = self.w.rest.expect(200, "PUT", "/connector-plugins/SyntheticLogSource/config/validate", config).json
            return {c["value"]["name"]: c["value"]["errors"] for c in infos["configs"] if c["value"]["errors"]}

        self.assertEqual(errors(DEFAULT), {})
        self.assertEqual(errors(dict(DEFAULT, **{
            "topic.creation.groups": "a,b", "topic.creation.a.include": "x,(", "topic.creation.b.exclude": "[a-"})), {
                "topic.creation.a.include": ["Invalid value [x, (] for configuration topic.creation.a.include: Syntax "
                                             "error in regular expression: Unclosed group near index 1\n("],
                "topic.creation.b.exclude": ["Invalid value [[a-] for configuration topic.creation.b.exclude: Syntax "
                                             "error in regular expression: Illegal character range near index 3\n[a-"]})
