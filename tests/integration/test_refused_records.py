"""Records of sources that a real broker refuses for good: tolerated, dead-lettered, or an end with a sentence."""

import json
import os
import re
import subprocess

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase

COUNT, HUGE = 300, 150
# The records are not large, but a batch of many is; librdkafka knows of no limit.
SETTINGS = {"count": str(COUNT), "per.poll": "100", "huge.at": str(HUGE), "huge.bytes": "5000", "partition": "0"}
REST = [b"v%d" % n for n in range(COUNT) if n != HUGE]


def breaks(numbers):
    """[first, last] of each series without a gap."""
    series = []
    for number in numbers:
        if series and number == series[-1][1] + 1:
            series[-1][1] = number
        else:
            series.append([number, number])
    return series


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

    def check_many(self, count, huge, each, in_order=True, **more):
        """Records that were before, with and behind those that are refused: each is there once, and in its place."""
        self.topic = kafka.topic("refused", 1, "max.message.bytes=100000")
        self.addCleanup(kafka.delete, self.topic)
        worker = self.start()
        worker.rest.create("src", self.config(**{"count": str(count), "per.poll": "1000", "huge.at": str(huge),
                                                 "huge.each": str(each), "huge.bytes": "200000"}, **more))
        worker.rest.wait_state("src", tasks="COMPLETED", n=1, seconds=60)
        left_out = range(huge, count, each)
        found = [int(value[1:]) for value in kafka.values(self.topic)]
        if not in_order:
            found.sort()
        self.assertEqual(breaks(found), breaks([n for n in range(count) if n not in left_out]))
        self.assert_audit(worker, "src", read=count, skipped=len(left_out), in_flight=0)

    def test_many_in_flight(self):
        self.check_many(30000, 9000, 30000)

    def test_many_refused(self):
        """Small batches, so that several are on their way; the very first record is one of them."""
        self.check_many(10000, 1, 1500, **{"producer.override.batch.num.messages": "50"})

    def test_not_idempotent(self):
        """Such a producer does not stop at what is refused."""
        self.check_many(5000, 2200, 1000, in_order=False, **{"producer.override.enable.idempotence": "false"})

    def test_several_partitions(self):
        """Each has its records in order; with headers, so that they go the long way."""
        count, left_out = 9000, range(700, 9000, 2500)
        self.topic = kafka.topic("refused", 3, "max.message.bytes=100000")
        self.addCleanup(kafka.delete, self.topic)
        worker = self.start()
        config = self.config(**{
            "count": str(count), "per.poll": "1000", "huge.at": "700", "huge.each": "2500", "huge.bytes": "200000",
            "producer.override.batch.num.messages": "50", "transforms": "mark", "transforms.mark.type": "InsertHeader",
            "transforms.mark.header": "mark", "transforms.mark.value.literal": "7"})
        del config["partition"]
        worker.rest.create("src", config)
        worker.rest.wait_state("src", tasks="COMPLETED", n=1, seconds=60)
        found = {}
        for record in kafka.records(self.topic):
            found.setdefault(record.partition, []).append(int(record.value[1:]))
        self.assertEqual(len(found), 3)
        for numbers in found.values():
            self.assertEqual(numbers, sorted(numbers))
        self.assertEqual(sorted(sum(found.values(), [])), [n for n in range(count) if n not in left_out])

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

    def check_batches(self, worker, limit, words, once=False, **more):
        """Batches that the topic does not take become smaller: in order, each record once where that was promised."""
        name, count, self.topic = env.unique("src"), 4000, kafka.topic("refused", 1, "max.message.bytes=%d" % limit)
        self.addCleanup(kafka.delete, self.topic)
        config = self.config(**{"count": str(count), "per.poll": "1000", **more})
        del config["huge.at"]
        worker.rest.create(name, config)
        worker.rest.wait_state(name, tasks="COMPLETED", n=1, seconds=60)
        found = [int(value[1:]) for value in kafka.values(self.topic)]
        if more.get("errors.tolerance") == "none" and not once:
            found = sorted(set(found))
        self.assertEqual(breaks(found), [[0, count - 1]])
        said = re.findall(r"\[%s\|task-0\] topic \S+ does not take batches .* from now on they have ([a-z]+ [a-z]+)" % name, worker.log)
        self.assertEqual(said, words)

    def test_batches_that_are_too_large(self):
        worker = self.start()
        for more in ({"errors.tolerance": "all"}, {"errors.tolerance": "none"}):
            with self.subTest(more):
                self.check_batches(worker, 20000, ["at most"], **more)
                self.check_batches(worker, 400, ["at most", "one record"], **more)

    def test_batches_that_are_too_large_exactly_once(self):
        worker = self.start(**{"exactly.once.source.support": "enabled", "offset.storage.partitions": "1"})
        for limit, words in (20000, ["at most"]), (400, ["at most", "one record"]):
            with self.subTest(limit):
                self.check_batches(worker, limit, words, once=True, **{
                    "errors.tolerance": "none", "transaction.boundary": "interval", "transaction.boundary.interval.ms": "1000"})
