"""A store in trouble: what becomes of each kind, and how little the sink presses it meanwhile.

Each test ends with a comparison of every record with every document."""

import time

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase, deadline, note
from cwtest.process import Devstore
from cwtest.rest import Rest
from cwtest.search import Search

LINES = 20000


class Stores(TestCase):
    """One task, a topic of four partitions, and development stores."""

    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("store", 4)
        self.addCleanup(kafka.delete, self.topic)
        self.index = "store"
        self.sink = env.unique("sink")  # a consumer group that no earlier test has left behind
        self.rest = self.worker().rest

    def produce(self):
        self.rest.create("src", pipeline.source(self.topic, LINES))
        self.rest.wait_state("src", tasks="COMPLETED", n=1, seconds=60)
        self.records = pipeline.lines_by_id(self.topic)
        self.assertEqual(len(self.records), LINES)

    def create(self, url, **more):
        self.rest.create(self.sink, pipeline.sink(self.topic, url, self.index, batch_size=500, template_enable="false", **more))

    def handled(self, seconds=60):
        def all_settled():
            c = pipeline.counters(self.rest, self.sink)
            return c["read"] == LINES and pipeline.settled(c) and c

        return env.wait_for(all_settled, seconds, lambda: "all are handled: %s, %s" % (
            pipeline.counters(self.rest, self.sink), self.rest.status(self.sink)), 0.1)

    def assert_all(self, *stores):
        """Every record is a document, in one of the stores, and there is nothing else."""
        found = {}
        for store in stores:
            found.update(pipeline.documents(Search(store.url), self.index, 4))
        self.assertEqual(pipeline.difference(self.records.items(), found.items()), "")
        self.assertEqual(self.rest.task_states(self.sink), ["RUNNING"])


class Trouble(Stores):
    """connect-devstore takes nothing for a while, then everything."""

    def setUp(self):
        super().setUp()
        self.store = Devstore(self).start()
        self.control = Rest(self.store.port)
        self.search = Search(self.store.url)

    def trouble(self, seconds, most, **faults):
        """For so long, with at most so many requests; back to work within 2 s of the end, and some for the documents."""
        self.produce()
        self.control.expect(200, "POST", "/_faults", dict(faults, seed=env.SEED))
        self.create(self.store.url)
        env.wait_for(lambda: self.requests() > 0, 30, "the first request")
        asked = []
        end = time.monotonic() + seconds
        env.wait_for(lambda: asked.append(self.requests()) or time.monotonic() > end, seconds * 2, "the trouble is over", 0.1)
        note("%d requests in %g s" % (asked[-1], seconds))
        self.assertLessEqual(asked[-1], most)
        self.assertEqual(self.rest.task_states(self.sink), ["RUNNING"])
        half = len(asked) // 2
        self.assertGreaterEqual(asked[half], asked[-1] - asked[half], "pauses do not shrink")
        self.control.expect(200, "DELETE", "/_faults")
        back = time.monotonic()
        env.wait_for(lambda: self.search.count(self.index) > 0, 20, "the first documents", 0.02)
        note("back after %.2f s" % (time.monotonic() - back))
        self.handled()
        self.assert_all(self.store)

    def requests(self):
        return self.control.get("/_faults")["counters"]["requests"]

    @deadline(150)
    def test_503(self):
        self.trouble(20, 40, status_503=1)

    @deadline(150)
    def test_503_with_retry_after(self):
        self.trouble(20, 5, status_503=1, retry_after=5)

    @deadline(150)
    def test_429(self):
        self.trouble(10, 25, status_429=1)

    @deadline(150)
    def test_every_item_429(self):
        self.trouble(10, 25, item_429=1)

    @deadline(150)
    def test_read_only(self):
        self.trouble(10, 25, item_403=1)

    @deadline(150)
    def test_answers_that_are_none(self):
        self.produce()
        self.control.expect(200, "POST", "/_faults", {"malformed": 1})
        self.create(self.store.url)
        env.wait_for(lambda: self.requests() >= 8, 60, "it is asked again and again", 0.05)
        # far more often than max.retries, and yet the task goes on
        self.assertEqual(self.rest.task_states(self.sink), ["RUNNING"])
        self.control.expect(200, "DELETE", "/_faults")
        self.handled()
        self.assert_all(self.store)

    @deadline(150)
    def test_a_third_of_the_items_429(self):
        self.produce()
        self.control.expect(200, "POST", "/_faults", {"item_429": 0.3, "item_403": 0.05, "seed": env.SEED})
        self.create(self.store.url, retry_backoff_ms=1)
        self.handled(90)
        struck = self.control.get("/_faults")["counters"]
        self.assertGreater(struck["item_429"], LINES // 5)
        # what was taken was not sent again
        self.assertEqual(int(self.rest.metrics().sum("connect_worker_task_documents_present_total", connector=self.sink)), 0)
        self.assert_all(self.store)

    @deadline(150)
    def test_answers_after_the_timeout(self):
        """The work was done each time: what is sent again is there already."""
        self.produce()
        self.control.expect(200, "POST", "/_faults", {"late_ms": 1500, "late_share": 0.3, "seed": env.SEED})
        self.create(self.store.url, read_timeout_ms=1000)
        self.handled(90)
        self.assertGreater(self.control.get("/_faults")["counters"]["late"], 0)
        self.assert_all(self.store)


class Nodes(Stores):
    """Two stores, which know nothing of each other, as nodes of one."""

    @deadline(150)
    def test_one_of_two_dies_and_returns(self):
        files = [self.dir + "/a.db", self.dir + "/b.db"]
        first, second = (Devstore(self, name, ["--data=" + path]).start() for name, path in zip(("a", "b"), files))
        self.create(first.url + "," + second.url)
        config = pipeline.source(self.topic, LINES, rate=2000)
        self.rest.create("src", config)

        def count(store):
            return Search(store.url).count(self.index)

        env.wait_for(lambda: count(first) > 500 and count(second) > 500, 30, "both get documents", 0.1)
        second.kill()
        before = count(first)
        env.wait_for(lambda: count(first) > before + 4000, 10, "the other gets all", 0.1)
        second.start()
        there = count(second)
        env.wait_for(lambda: count(second) > there, 40, "it gets documents again", 0.1)
        self.rest.wait_state("src", tasks="COMPLETED", n=1, seconds=60)
        self.handled()
        pipeline.assert_topic(self, self.topic, config)
        self.records = pipeline.lines_by_id(self.topic)
        self.assert_all(first, second)
