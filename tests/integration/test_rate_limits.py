"""Rate limits of a pipeline on a real broker: how fast it is, and that a change of them restarts nothing."""

import time

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase
from cwtest.process import Devstore
from cwtest.search import Search

COUNT = 4000
RECORDS = "rate.limit.records.per.second"
BYTES = "rate.limit.bytes.per.second"


class RateLimits(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("rates", 4)
        self.addCleanup(kafka.delete, self.topic)
        self.rest = self.worker().rest

    def patch(self, name, **changes):
        self.rest.expect(200, "PATCH", self.rest.path(name, "/config"), changes)

    def number(self, name, metric):
        return self.rest.metrics().sum("connect_worker_task_%s_total" % metric, connector=name) or 0  # none yet

    def limits(self, name):
        """As the status has them: of the first task."""
        return self.rest.status(name)["tasks"][0].get("rate_limit")

    def watch(self, name, metric, per_second, seconds):
        """How much passes in that time: not more than the rate, and what a second is worth."""
        began, before = time.monotonic(), self.number(name, metric)
        env.wait_for(lambda: time.monotonic() - began > seconds, seconds + 10, "the time is over")
        passed = self.number(name, metric) - before
        # What the metrics told at the beginning may be a second old, or more where the machine is busy.
        self.assertLessEqual(passed, (time.monotonic() - began + 4) * per_second)
        return passed

    def held(self, name):
        status = self.rest.status(name)
        self.assertEqual(status["summary_state"], "RUNNING")
        return [t["restarts"] for t in status["tasks"]], self.limits(name)["held_ms"]

    def test_source_and_sink(self):
        store = Devstore(self).start()
        index = env.unique("rates")
        source = dict(pipeline.source(self.topic, COUNT), **{"tasks.max": "2", RECORDS: "200"})
        self.rest.create("source", source)
        self.rest.wait_state("source", "RUNNING", "RUNNING", 2)
        env.wait_for(lambda: self.number("source", "records") >= 100, 30, "it gets on")
        self.assertGreater(self.watch("source", "records", 200, 2), 100)
        self.assertEqual({k: v for k, v in self.limits("source").items() if k != "held_ms"},
                         {"records_per_second": 200, "bytes_per_second": 0})
        restarts, held = self.held("source")
        self.assertEqual(restarts, [0, 0])
        self.assertGreater(held, 500)
        # Lifted while it runs: the rest of it comes at once, from the tasks that are there.
        self.patch("source", **{RECORDS: None})
        self.rest.wait_state("source", "RUNNING", "COMPLETED", 2)
        total = kafka.count(self.topic)
        self.assertEqual(total, self.number("source", "records"))
        self.assertIsNone(self.limits("source"))

        sink = pipeline.sink(self.topic, store.url, index, **{"tasks.max": "2", BYTES: "20000"})
        self.rest.create("sink", sink)
        env.wait_for(lambda: self.number("sink", "records_written") >= 50, 60, "it gets on")
        self.watch("sink", "bytes", 20000, 2)
        self.patch("sink", **{BYTES: None, RECORDS: "50"})
        env.wait_for(lambda: self.limits("sink")["records_per_second"] == 50, 20, "the new limit is told")
        self.assertLess(self.number("sink", "records_written"), total - 200)
        self.watch("sink", "records", 50, 2)
        self.assertEqual(self.held("sink")[0], [0, 0])
        self.assertEqual(self.rest.metrics().sum("connect_worker_connector_rate_limit_records_per_second"), 50)
        # Stopped amid that, it goes on where it was; and each record is there once.
        self.rest.expect(200, "PUT", self.rest.path("sink", "/stop?wait=STOPPED"))
        indexed = Search(store.url).count(index)
        self.assertEqual(sum(o for o in kafka.committed("connect-sink", self.topic).values() if o > 0), indexed)
        self.patch("sink", **{RECORDS: None})
        self.rest.expect(200, "PUT", self.rest.path("sink", "/resume?wait=RUNNING"))
        env.wait_for(lambda: Search(store.url).count(index) == total, 60, "every line is indexed")
        env.wait_for(lambda: self.number("sink", "records_written") == total - indexed, 20, "and none twice")

    def test_what_is_refused(self):
        for key, value, words in ((RECORDS, "fast", "Not a number"), (RECORDS, "-1", "at least 0"),
                                  (BYTES, "2000000000000", "rate.limit.bytes.per.second")):
            refused = self.rest.expect(400, "POST", "/connectors", {"name": "x", "config": dict(
                pipeline.source(self.topic, COUNT), **{key: value})})
            self.assertIn(words, refused.message)
