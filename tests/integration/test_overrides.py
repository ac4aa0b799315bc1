"""producer.override.*, consumer.override.* and admin.override.*: each reaches its client, if the worker lets it."""

import os

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase

POLICY = "connector.client.config.override.policy"
NOBODY = "127.0.0.1:9"  # the discard port: nothing listens there


class Overrides(TestCase):
    def setUp(self):
        super().setUp()
        self.topic, self.dead = env.unique("overrides"), env.unique("overrides-dead")
        for name in self.topic, self.dead:
            self.addCleanup(kafka.forget, name)
        self.source_config = pipeline.source(self.topic, 500)
        self.sink_config = {"connector.class": "RecordSink", "topics": self.topic,
                            "file": os.path.join(self.dir, "records")}
        self.letters = {"errors.tolerance": "all", "errors.deadletterqueue.topic.name": self.dead,
                        "errors.deadletterqueue.topic.replication.factor": "1"}

    def test_each_client_has_its_own(self):
        """Only through the overrides do the clients find Kafka: one that misses its own keys gets nowhere."""
        there = {client + ".override.bootstrap.servers": env.KAFKA for client in ("producer", "consumer", "admin")}
        worker = self.worker(properties={"bootstrap.servers": NOBODY})
        rest = worker.rest
        rest.create("src", dict(self.source_config, **there, **{
            "topic.creation.default.partitions": "2", "topic.creation.default.replication.factor": "1"}))
        rest.wait_state("src", tasks="COMPLETED", n=1)
        self.assertEqual(len(kafka.end_offsets(self.topic)), 2)
        rest.create("sink", dict(self.sink_config, **there, **self.letters, **{
            "value.converter": "JsonConverter", "value.converter.schemas.enable": "false"}))
        env.wait_for(lambda: self.dead in kafka.topics() and kafka.count(self.dead) == 500, 30,
                     "all lines are dead letters")

    def test_the_admin_client_creates_topics(self):
        """Not the producer, which would find Kafka."""
        groups = {"topic.creation.default.partitions": "2", "topic.creation.default.replication.factor": "1",
                  "admin.override.bootstrap.servers": NOBODY, "admin.override.request.timeout.ms": "300"}
        rest = self.worker().rest
        rest.create("src", dict(self.source_config, **groups))
        env.wait_for(lambda: (rest.metrics().sum("connect_worker_task_retries_total", connector="src") or 0) > 0, 60,
                     "the creation of the topic is tried again")
        self.assertEqual(rest.task_states("src"), ["RUNNING"])
        self.assertNotIn(self.topic, kafka.topics())

    def test_policies(self):
        for policy, allowed in (("All", True), ("None", False), ("Principal", False), ("Allowlist", False)):
            with self.subTest(policy):
                worker = self.worker(env.unique("worker"), properties={POLICY: policy})
                config = dict(self.source_config, **{"producer.override.linger.ms": "3",
                                                     "admin.override.client.id": "x"})
                if allowed:
                    worker.rest.create("src", config)
                    continue
                message = worker.rest.expect(400, "POST", "/connectors", {"name": "src", "config": config}).message
                self.assertIn("following 2 error(s)", message)
                for client, setting in ("producer", "linger.ms"), ("admin", "client.id"):
                    self.assertIn("The '%s' policy does not allow '%s' to be overridden in the connector configuration "
                                  "(%s.override.%s)." % (policy, setting, client, setting), message)
        worker = self.worker(properties={POLICY: "Allowlist",
                                         "connector.client.config.override.allowlist": "linger.ms,client.id"})
        worker.rest.create("src", config)

    def test_a_worker_that_allows_less_than_before(self):
        worker = self.worker()
        worker.rest.create("src", dict(self.source_config, **{"producer.override.linger.ms": "3", "count": "1000000",
                                                               "records.per.second": "100"}))
        worker.rest.wait_state("src", tasks="RUNNING", n=1)
        worker.stop()
        worker.properties[POLICY] = "None"
        worker.start()
        status = worker.rest.wait_state("src", tasks="FAILED", n=1)
        self.assertIn("The 'None' policy does not allow 'linger.ms' to be overridden in the connector configuration "
                      "(producer.override.linger.ms).", status["tasks"][0]["trace"])
