"""Sinks whose run has an end: where it is, that nothing behind it is written, and the run after it."""

import json
import unittest

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase
from cwtest.process import Devstore
from cwtest.search import Search

COUNT = 2000


class Bounded(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("bounded", 4)
        self.addCleanup(kafka.delete, self.topic)
        self.index = env.unique("bounded")
        self.store = Devstore(self).start()
        self.search = Search(self.store.url)

    def sink(self, **more):
        return pipeline.sink(self.topic, self.store.url, self.index, **dict({"run.until": "end"}, **more))

    def lines(self, first, n):
        return pipeline.lines_of(pipeline.source(self.topic, first + n))[first:]

    def committed(self, name):
        return {p: o for p, o in kafka.committed("connect-" + name, self.topic).items() if o >= 0}

    def complete(self, rest, name, method="PUT", action="resume"):
        answer = rest.expect(200, method, rest.path(name, "/%s?wait=COMPLETED&timeout=60" % action)).json
        self.assertEqual(answer["summary_state"], "COMPLETED")

    def test_ends_where_the_topic_ended(self):
        kafka.produce(self.topic, self.lines(0, COUNT))
        rest = self.worker().rest
        created = rest.expect(201, "POST", "/connectors?wait=COMPLETED", {"name": "s", "config": self.sink(**{
            "tasks.max": "3"})}).json
        self.assertEqual(len(created["tasks"]), 3)
        self.assertEqual(self.search.count(self.index), COUNT)
        self.assertEqual(self.committed("s"), kafka.end_offsets(self.topic))
        self.assertEqual(rest.metrics().sum("connect_worker_task_consumer_lag", connector="s"), 0)
        # The next run: what has come since, and no more of it than there was when it began.
        kafka.produce(self.topic, self.lines(COUNT, 100))
        self.complete(rest, "s")
        self.assertEqual(self.search.count(self.index), COUNT + 100)
        # With nothing new it is over at once.
        self.complete(rest, "s", "POST", "restart")
        self.assertEqual(self.search.count(self.index), COUNT + 100)
        # However it is begun, a scheduler that waits for its end finds what had come written.
        kafka.produce(self.topic, self.lines(COUNT + 100, 50))
        self.complete(rest, "s", "POST", "restart")
        self.assertEqual(self.search.count(self.index), COUNT + 150)
        kafka.produce(self.topic, self.lines(COUNT + 150, 50))
        rest.expect(200, "PUT", rest.path("s", "/pause?wait=PAUSED"))
        self.complete(rest, "s")
        self.assertEqual(self.search.count(self.index), COUNT + 200)

    def test_ends_while_the_topic_goes_on(self):
        worker = self.worker()
        kafka.produce(self.topic, self.lines(0, COUNT))
        worker.rest.create("source", pipeline.source(self.topic, 0, rate=3000))
        worker.rest.wait_state("source", "RUNNING", "RUNNING", 1)
        worker.rest.expect(201, "POST", "/connectors?wait=COMPLETED&timeout=60",
                           {"name": "s", "config": self.sink(**{"tasks.max": "2"})})
        indexed, there = self.search.count(self.index), sum(kafka.end_offsets(self.topic).values())
        self.assertGreaterEqual(indexed, COUNT)
        self.assertLess(indexed, there)
        self.assertEqual(sum(self.committed("s").values()), indexed)
        worker.rest.action("source", "stop")

    def test_ends_behind_transactions(self):
        """The last offsets of the topic are the marks of transactions, which no record has."""
        offsets = env.unique("connect-offsets")
        self.addCleanup(kafka.delete, offsets)
        worker = self.worker(properties={"exactly.once.source.support": "enabled", "offset.storage.topic": offsets})
        worker.rest.expect(201, "POST", "/connectors?wait=COMPLETED",
                           {"name": "source", "config": pipeline.source(self.topic, COUNT)})
        worker.rest.expect(201, "POST", "/connectors?wait=COMPLETED&timeout=60", {"name": "s", "config": self.sink()})
        self.assertEqual(self.search.count(self.index), COUNT)

    def test_ends_at_offsets_and_at_a_time(self):
        kafka.produce(self.topic, self.lines(0, COUNT))
        ends = kafka.end_offsets(self.topic)
        rest = self.worker().rest
        until = ",".join("%s:%d:%d" % (self.topic, p, 100 * p) for p in range(3))
        rest.expect(201, "POST", "/connectors?wait=COMPLETED&timeout=60", {"name": "o", "config": self.sink(**{
            "run.until": "offsets", "run.until.offsets": until})})
        self.assertEqual(self.committed("o"), {1: 100, 2: 200, 3: ends[3]})
        self.assertEqual(self.search.count(self.index), 300 + ends[3])
        # Every record is older than tomorrow; none was there in 2020.
        for time, count in (("2020-01-01T00:00:00Z", 0), ("2100-01-01T00:00:00+01:00", COUNT)):
            index = env.unique("bounded")
            config = dict(self.sink(**{"run.until": "time", "run.until.time": time}), index=index)
            rest.expect(201, "POST", "/connectors?wait=COMPLETED&timeout=60",
                        {"name": "t%d" % count, "config": config})
            self.assertEqual(self.search.count(index), count)

    def test_a_store_that_is_slow_or_away_is_waited_for(self):
        kafka.produce(self.topic, self.lines(0, COUNT))
        self.store.kill()
        rest = self.worker().rest
        rest.create("s", self.sink())
        rest.wait_state("s", "RUNNING", "RUNNING", 1)
        answer = rest.expect(504, "GET", rest.path("s", "/status?wait=COMPLETED&timeout=1500ms"))
        self.assertIn("task 0 is RUNNING", answer.message)
        self.store.start()
        rest.expect(200, "GET", rest.path("s", "/status?wait=COMPLETED&timeout=60"))
        self.assertEqual(self.search.count(self.index), COUNT)

    @unittest.skipUnless(env.LONG, "what Kafka says only for a moment is not believed, which takes seconds")
    def test_ends_that_will_not_come(self):
        """A topic that is made again and is shorter while the run goes on."""
        worker = self.worker()
        rest = worker.rest
        kafka.produce(self.topic, self.lines(0, COUNT))
        self.store.kill()
        rest.create("s", self.sink())
        env.wait_for(lambda: "[s|task-0] 4 partition(s) assigned" in worker.log, 20, "it has its partitions")
        kafka.remake(self.topic, 4)
        kafka.produce(self.topic, self.lines(COUNT, 100))
        self.store.start()
        rest.expect(200, "GET", rest.path("s", "/status?wait=COMPLETED&timeout=25"))
        self.assertIn("any more: the run ends there", worker.log)
        self.assertEqual(sum(self.committed("s").values()), 100)

    def test_bad_ends(self):
        rest = self.worker().rest
        for more, key, words in (
                ({"run.until": "never"}, "run.until", "forever, end, time, offsets"),
                ({"run.until": "time"}, "run.until.time", "is required with run.until=time"),
                ({"run.until": "time", "run.until.time": "soon"}, "run.until.time", "Not a time such as"),
                ({"run.until.time": "0"}, "run.until.time", "is for run.until=time only"),
                ({"run.until": "offsets", "run.until.offsets": "t:1"}, "run.until.offsets", "TOPIC:PARTITION:OFFSET")):
            config = dict(self.sink(), name="s", **more)
            if "run.until" not in more:
                config["run.until"] = "end"
            infos = rest.expect(200, "PUT", "/connector-plugins/AccessLogElasticsearchSink/config/validate", config).json
            errors = {c["value"]["name"]: c["value"]["errors"] for c in infos["configs"] if c["value"]["errors"]}
            self.assertEqual(list(errors), [key], json.dumps(errors))
            self.assertIn(words, errors[key][0])
        rest.create("s", self.sink(**{"run.until": "offsets", "run.until.offsets": "elsewhere:0:1"}))
        status = rest.wait_state("s", tasks="FAILED", n=1)
        self.assertIn("names partition 0 of topic elsewhere", status["tasks"][0]["trace"])


class Embedded(TestCase):
    def polled(self, rest):
        return int(rest.metrics().sum("connect_worker_task_records_polled_total", connector="few") or 0)

    def test_a_forgetful_broker_and_offsets_that_remember(self):
        """A bounded source is COMPLETED after a restart though its records are gone: the start says so, and what to do."""
        worker = self.worker(args=["--embedded"])
        self.assertNotIn("an earlier run", worker.log)
        worker.rest.expect(201, "POST", "/connectors?wait=COMPLETED", {"name": "few", "config": pipeline.source("few", 5)})
        worker.restart()
        warnings = [line for line in worker.log.splitlines() if "an earlier run" in line]
        self.assertEqual(len(warnings), 1)
        self.assertRegex(warnings[0], r"WARN .*connect\.db has offsets of an earlier run \(few\), .* workerctl stop few --wait, "
                         "workerctl offsets reset few, workerctl resume few;")
        worker.rest.expect(200, "GET", "/connectors/few/status?wait=COMPLETED")
        self.assertEqual(self.polled(worker.rest), 0)
        worker.rest.expect(200, "PUT", "/connectors/few/stop?wait=STOPPED")
        worker.rest.expect(200, "DELETE", "/connectors/few/offsets")
        worker.rest.expect(200, "PUT", "/connectors/few/resume?wait=COMPLETED")
        env.wait_for(lambda: self.polled(worker.rest) == 5, 10, "it begins anew")
