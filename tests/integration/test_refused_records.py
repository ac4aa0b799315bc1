"""Records of sources that a real broker refuses for good: tolerated, dead-lettered, or an end with a sentence."""

import json
import os
import subprocess

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase

COUNT, HUGE = 300, 150
# The records are not large, but a batch of many is; librdkafka knows of no limit.
SETTINGS = {"count": str(COUNT), "per.poll": "100", "huge.at": str(HUGE), "huge.bytes": "5000", "partition": "0"}
REST = [b"v%d" % n for n in range(COUNT) if n != HUGE]


class RefusedRecords(TestCase):
    def setUp(self):
        super().setUp()
        self.plugins = os.path.join(self.dir, "plugins")
        os.mkdir(self.plugins)
        os.symlink(os.path.join(env.BUILD, ".libs", "scripted-source.so"), os.path.join(self.plugins, "scripted-source.so"))
        self.topic = kafka.topic("refused", 1, "max.message.bytes=1000")
        self.addCleanup(kafka.delete, self.topic)

    def start(self, **properties):
        return self.worker(properties=dict({"plugin.path": self.plugins}, **properties))

    def config(self, **more):
        return {"connector.class": "ScriptedSource", "topic": self.topic, "errors.tolerance": "all", **SETTINGS, **more}

    def letters_to(self, dead):
        return {"errors.deadletterqueue.topic.name": dead, "errors.deadletterqueue.topic.replication.factor": "1"}

    def assert_audit(self, worker, name, **wanted):
        done = subprocess.run([env.program("workerctl"), "-s", worker.url, "audit", name, "-o", "json"], stdout=subprocess.PIPE,
                              timeout=60, check=False)
        audit = json.loads(done.stdout)
        self.assertTrue(audit["adds_up"], audit)
        self.assertEqual({key: audit["tasks"][0][key] for key in wanted}, wanted)

    def assert_settled(self, worker, name, **wanted):
        worker.rest.wait_state(name, tasks="COMPLETED", n=1)
        self.assertEqual(pipeline.difference(REST, kafka.values(self.topic)), "")
        offsets = worker.rest.get("/connectors/%s/offsets" % name)["offsets"]
        self.assertEqual([o["offset"] for o in offsets], [{"next": COUNT}])
        self.assert_audit(worker, name, **wanted)

    def test_skipped(self):
        worker = self.start()
        worker.rest.create("src", self.config())
        self.assert_settled(worker, "src", read=COUNT, delivered=COUNT - 1, skipped=1, in_flight=0)

    def test_many_in_flight(self):
        """Records that were before, with and behind the one that is refused: each is there once."""
        count, huge = 20000, 9000
        self.topic = kafka.topic("refused", 1, "max.message.bytes=100000")
        self.addCleanup(kafka.delete, self.topic)
        worker = self.start()
        worker.rest.create("src", self.config(**{"count": str(count), "huge.at": str(huge), "huge.bytes": "200000"}))
        worker.rest.wait_state("src", tasks="COMPLETED", n=1, seconds=60)
        self.assertEqual(pipeline.difference([b"v%d" % n for n in range(count) if n != huge], kafka.values(self.topic)), "")

    def test_refused_by_the_client(self):
        """With headers, so that it goes the long way: its place in the only partition is free again."""
        worker = self.start()
        config = self.config(**{"producer.override.message.max.bytes": "2000", "transforms": "mark",
                                "transforms.mark.type": "InsertHeader", "transforms.mark.header": "mark",
                                "transforms.mark.value.literal": "7", "producer.override.batch.num.messages": "5"})
        del config["partition"]
        worker.rest.create("src", config)
        self.assert_settled(worker, "src", read=COUNT, delivered=COUNT - 1, skipped=1, in_flight=0)

    def test_dead_lettered(self):
        """The letter is what was to go to Kafka, with its headers and its time."""
        worker, dead = self.start(), env.unique("dead")
        self.addCleanup(kafka.forget, dead)
        worker.rest.create("src", self.config(**self.letters_to(dead), **{
            "errors.deadletterqueue.context.headers.enable": "true", "transforms": "mark", "transforms.mark.type": "InsertHeader",
            "transforms.mark.header": "mark", "transforms.mark.value.literal": "7"}))
        self.assert_settled(worker, "src", read=COUNT, delivered=COUNT - 1, dead_lettered=1, in_flight=0)
        letter, = kafka.hex_records(dead)
        self.assertEqual(letter.value, b"x" * 5000)
        told = dict(letter.headers)
        self.assertEqual(told["mark"], b"7")
        self.assertEqual((told["__connect.errors.stage"], told["__connect.errors.topic"]), (b"KAFKA_PRODUCE", self.topic.encode()))
        self.assertEqual(told["__connect.errors.exception.message"], b"Broker: Message size too large")

    def test_letter_refused(self):
        """It is passed over only once its letter is written, however much around it is acknowledged."""
        worker, dead = self.start(), kafka.topic("dead", 1, "max.message.bytes=4000")
        self.addCleanup(kafka.delete, dead)
        worker.rest.create("src", self.config(**self.letters_to(dead)))
        trace = worker.rest.wait_state("src", tasks="FAILED", n=1)["tasks"][0]["trace"]
        self.assertIn("was not written to the dead letter topic %s either: Broker: Message size too large" % dead, trace)
        offsets = worker.rest.get("/connectors/src/offsets")["offsets"]
        self.assertLessEqual(max([o["offset"]["next"] for o in offsets], default=0), HUGE)
        self.assert_audit(worker, "src", failed=1, dead_lettered=0)
        kafka.configure(dead, max_message_bytes=100000)
        worker.rest.expect(204, "POST", "/connectors/src/tasks/0/restart")
        worker.rest.wait_state("src", tasks="COMPLETED", n=1)
        self.assertEqual(kafka.values(dead), [b"x" * 5000])
        self.assertEqual(set(REST) - set(kafka.values(self.topic)), set())

    def test_exactly_once(self):
        worker = self.start(**{"exactly.once.source.support": "enabled", "offset.storage.partitions": "1"})
        name = env.unique("src")
        worker.rest.create(name, self.config())
        trace = worker.rest.wait_state(name, tasks="FAILED", n=1)["tasks"][0]["trace"]
        self.assertIn("a record for topic %s was not delivered: Broker: Message size too large; with exactly-once delivery a "
                      "transaction cannot leave it out" % self.topic, trace)
