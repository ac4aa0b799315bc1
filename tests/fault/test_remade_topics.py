"""Topics that are deleted, made again or get more partitions while connectors read and write them, on a real broker."""

import collections
import json
import os
import unittest

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase
from cwtest.ctl import CtlCase
from cwtest.process import Devstore
from cwtest.search import Search

NO_CREATION = {"consumer.override.allow.auto.create.topics": "false"}
CREATION = {"topic.creation.default.partitions": "3", "topic.creation.default.replication.factor": "1",
            "topic.creation.default.retention.ms": "7654321"}
AT_ONCE = {"consumer.override.metadata.max.age.ms": "300"}


def lines(word, n):
    return [b"%s %d" % (word.encode(), i) for i in range(n)]


class Sinks(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("remade", 1)
        self.addCleanup(kafka.forget, self.topic)
        self.name = env.unique("remade-sink")
        self.file = os.path.join(self.dir, "records")

    def start(self, **config):
        self.w = self.worker(properties={"offset.flush.interval.ms": "200"})
        self.w.rest.create(self.name, dict({"connector.class": "RecordSink", "file": self.file}, **config))
        self.w.rest.wait_state(self.name, tasks="RUNNING", n=1)

    def read(self):
        """The values that the sink was given, each with how often."""
        if not os.path.exists(self.file):
            return collections.Counter()
        with open(self.file, encoding="utf-8") as f:
            return collections.Counter(json.loads(line)["value"]["value"] for line in f)

    def wait_read(self, expected, again=False):
        """again: some of it may have been read more than once."""
        want = collections.Counter(line.decode() for line in expected)
        env.wait_for(lambda: not want - self.read(), 30, lambda: "all of it read; missing: %d of %d" % (
            sum((want - self.read()).values()), len(expected)))
        found = collections.Counter(list(self.read())) if again else self.read()
        self.assertEqual(pipeline.difference(want, found), "")

    def wait_committed(self, offset, topic=None):
        def committed():
            return kafka.committed("connect-" + self.name, topic or self.topic).get(0)

        env.wait_for(lambda: committed() == offset, 20, lambda: "%d is committed; it is %s" % (offset, committed()))

    def still_runs(self):
        self.assertEqual(self.w.rest.task_states(self.name), ["RUNNING"])

    def test_shorter(self):
        """What the group has committed of the old topic is beyond the end of the new one."""
        self.start(topics=self.topic)
        old, new = lines("old", 50), lines("new", 20)
        kafka.produce(self.topic, old)
        self.wait_committed(50)
        kafka.remake(self.topic, 1)
        kafka.produce(self.topic, new)
        self.wait_read(old + new)
        self.wait_committed(20)
        self.still_runs()
        self.w.restart()
        kafka.produce(self.topic, [b"more"])
        self.wait_read(old + new + [b"more"])

    def test_longer(self):
        """The old topic's offset is in the midst of the new one."""
        self.start(topics=self.topic)
        old, new = lines("old", 50), lines("new", 400)
        kafka.produce(self.topic, old)
        self.wait_committed(50)
        kafka.remake(self.topic, 1)
        kafka.produce(self.topic, new)
        self.wait_read(old + new, again=True)
        self.wait_committed(400)
        self.still_runs()

    def test_while_stopped(self):
        self.start(topics=self.topic)
        old, new = lines("old", 50), lines("new", 80)
        kafka.produce(self.topic, old)
        self.wait_committed(50)
        self.w.stop()
        kafka.remake(self.topic, 1)
        kafka.produce(self.topic, new)
        self.w.start()
        self.wait_read(old + new)
        self.wait_committed(80)

    def test_gone_for_a_while(self):
        """One of two topics goes: the other is read as before, and nothing is said again and again."""
        other = kafka.topic("remade-not", 1)
        self.addCleanup(kafka.delete, other)
        self.start(topics=self.topic + "," + other, **NO_CREATION)
        expected = lines("old", 50)
        kafka.produce(self.topic, expected)
        self.wait_committed(50)
        kafka.delete(self.topic)
        env.wait_for(lambda: "topic does not exist" in self.w.log, 20, "it has noticed")
        for i in range(4):
            kafka.produce(other, lines("other %d" % i, 10))
            expected += lines("other %d" % i, 10)
            self.wait_committed(10 * i + 10, other)
        warnings = [line for line in self.w.log.splitlines() if " WARN " in line]
        self.assertLess(len(warnings), 5, warnings)
        self.still_runs()
        kafka.create(self.topic, 1)
        expected += lines("new", 80)
        kafka.produce(self.topic, lines("new", 80))
        self.wait_read(expected, again=True)
        self.wait_committed(80)

    def test_regex(self):
        word = env.unique("remade-regex")
        first, second = word + "-1", word + "-2"
        self.addCleanup(kafka.forget, first)
        self.addCleanup(kafka.forget, second)
        self.start(**{"topics.regex": word + "-.*"}, **AT_ONCE)  # there is none yet
        kafka.create(first, 1)
        kafka.produce(first, lines("first", 50))
        self.wait_committed(50, first)
        kafka.create(second, 1)
        kafka.produce(second, lines("second", 50))
        self.wait_committed(50, second)
        kafka.delete(first)
        env.wait_for(lambda: "1 partition(s) lost" in self.w.log, 20, "it has noticed")
        kafka.produce(second, lines("third", 50))
        self.wait_committed(100, second)
        self.still_runs()
        kafka.create(first, 1)
        kafka.produce(first, lines("fourth", 70))
        self.wait_committed(70, first)
        self.wait_read(lines("first", 50) + lines("second", 50) + lines("third", 50) + lines("fourth", 70))
        self.still_runs()

    @unittest.skipUnless(env.LONG, "tests/integration/test_pipeline.py raises partitions, too")
    def test_more_partitions(self):
        """They are read from their beginning, and what was read before is not read again."""
        self.start(topics=self.topic, **AT_ONCE)
        expected = lines("old", 50)
        kafka.produce(self.topic, expected)
        self.wait_committed(50)
        kafka.add_partitions(self.topic, 3)
        kafka.produce(self.topic, lines("new", 90))
        self.wait_read(expected + lines("new", 90))


class Indexed(TestCase):
    """What a store has of a topic that is made again: its records have the offsets, and so the ids, of the old one's."""

    OLD, NEW = 50, 80

    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("remade-indexed", 1)
        self.addCleanup(kafka.forget, self.topic)
        self.store = Devstore(self).start()
        self.w = self.worker(properties={"offset.flush.interval.ms": "200"})

    def lines(self, seed, n):
        lines = pipeline.lines_of(dict(pipeline.source(self.topic, n), seed=str(seed)))
        kafka.produce(self.topic, lines)
        return {"%s+0+%d" % (self.topic, i): line.decode() for i, line in enumerate(lines)}

    def wait_committed(self, offset, *names):
        def committed():
            return [kafka.committed("connect-" + name, self.topic).get(0) for name in names]

        env.wait_for(lambda: committed() == [offset] * len(names), 30,
                     lambda: "%d is committed: %s" % (offset, committed()))

    def test_made_again(self):
        create, index = env.unique("remade-create"), env.unique("remade-index")
        for name, more in ((create, {}), (index, {"op_type": "INDEX"})):
            self.w.rest.create(name, pipeline.sink(self.topic, self.store.url, name, **more))
        old = self.lines(1, self.OLD)
        self.wait_committed(self.OLD, create, index)
        search = Search(self.store.url)
        for name in (create, index):
            self.assertEqual(pipeline.documents(search, name, self.topic), old)
        kafka.remake(self.topic, 1)
        new = self.lines(2, self.NEW)
        self.wait_committed(self.NEW, create, index)
        self.assertEqual(pipeline.assert_stored(self, search, index, self.topic), self.NEW)
        self.assertEqual(pipeline.documents(search, index, self.topic), new)
        # nothing of the old topic is lost, and nobody may think that the new one was written
        self.assertEqual(pipeline.documents(search, create, self.topic), dict(new, **old))
        env.wait_for(lambda: (self.w.rest.metrics().sum("connect_worker_task_documents_present_total", connector=create)
                              or 0) >= self.OLD, 10, "the metrics have the documents that were there")
        warnings = [line for line in self.w.log.splitlines() if " WARN " in line and "already" in line]
        self.assertTrue(warnings)
        for line in warnings:
            self.assertIn("topic %s, partition 0: " % self.topic, line)
            self.assertIn("in index %s already" % create, line)
            self.assertIn("set op.type=INDEX, write to another index, or delete the old documents", line)


class Sources(CtlCase):
    """A source goes on in whatever topic there is; what it had written into the old one is gone with that."""

    COUNT = 12000  # so many that a slow machine deletes the topic long before the last

    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("remade", 1)
        self.addCleanup(kafka.forget, self.topic)
        self.name = env.unique("remade-source")

    def start(self, properties=None, **more):
        self.config = dict(pipeline.source(self.topic, self.COUNT, 4000), **more)
        self.w = self.running = self.worker(properties=dict({"offset.flush.interval.ms": "200"}, **(properties or {})))
        self.w.rest.create(self.name, self.config)
        self.wait_for_lines()

    def wait_for_lines(self):
        env.wait_for(lambda: kafka.count(self.topic) > 1000, 20, "lines are written")

    def check_the_rest(self):
        """In the topic are the last lines of the series: nothing after the first is missing, nor is any there twice."""
        self.w.rest.wait_state(self.name, tasks="COMPLETED", n=1)
        found = kafka.values(self.topic)
        self.assertLess(len(found), self.COUNT)
        self.assertEqual(pipeline.difference(pipeline.lines_of(self.config)[-len(found):], found), "")
        audit = json.loads(self.run_ctl("audit", self.name, "-o", "json"))
        self.assertTrue(audit["adds_up"], audit)

    def test_made_again(self):
        self.start()
        kafka.remake(self.topic, 2)
        self.check_the_rest()
        self.assertGreater(kafka.count(self.topic), self.COUNT // 4)

    @unittest.skipUnless(env.LONG, "one that the connector creates is more than this")
    def test_gone(self):
        """The broker makes it anew when the task asks for it."""
        self.start()
        kafka.delete(self.topic)
        self.check_the_rest()
        self.assertNotIn("FAILED", self.w.log)

    def test_gone_and_created_by_the_connector(self):
        self.start(**CREATION)
        kafka.delete(self.topic)
        self.check_the_rest()
        self.assertEqual(len(kafka.end_offsets(self.topic)), 3)
        self.assertEqual(kafka.settings(self.topic, "retention.ms"), {"retention.ms": "7654321"})
        self.assertNotIn("FAILED", self.w.log)

    def test_gone_exactly_once(self):
        self.start({"exactly.once.source.support": "enabled", "offset.storage.partitions": "1"}, **CREATION)
        kafka.delete(self.topic)
        self.check_the_rest()
        self.assertEqual(len(kafka.end_offsets(self.topic)), 3)
        self.assertNotIn("FAILED", self.w.log)

    def test_more_partitions(self):
        self.start(**{"producer.override.metadata.max.age.ms": "300"})
        kafka.add_partitions(self.topic, 4)
        self.w.rest.wait_state(self.name, tasks="COMPLETED", n=1)
        pipeline.assert_topic(self, self.topic, self.config)
        self.assertTrue(all(kafka.end_offsets(self.topic).values()), kafka.end_offsets(self.topic))
