"""Kafka and the search server going away and coming back, and a store that misbehaves on request."""

import os

from cwtest import env, kafka, pipeline, stack
from cwtest.case import TestCase, deadline, note
from cwtest.disk import SmallDisk
from cwtest.process import Devstore, Worker
from cwtest.rest import Rest
from cwtest.search import Search

LINES = 100000 if env.LONG else 20000


class Outages(TestCase):
    """A server is killed in the middle of the flow, and started again."""

    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("outage", 4)
        self.addCleanup(kafka.delete, self.topic)
        self.index = self.drop(self.opensearch, env.unique("outage"))

    def outage(self, service, down_seconds):
        config = pipeline.source(self.topic, LINES, rate=LINES // 5, tasks=2)
        rest = self.worker().rest
        rest.create("sink", pipeline.sink(self.topic, env.OPENSEARCH, self.index, tasks=2))
        rest.create("src", config)
        env.wait_for(lambda: self.opensearch.count(self.index) > LINES // 10, 30, "documents flow", 0.1)
        stack.kill(service)
        self.addCleanup(stack.start, service)
        looks = []

        def seconds_passed():
            # The worker answers while a server is away, and nothing fails because of it.
            looks.append(rest.get("/connectors?expand=status"))
            return len(looks) >= down_seconds * 4

        env.wait_for(seconds_passed, down_seconds * 4, "the outage is over", 0.25)
        for look in looks:
            for name in ("src", "sink"):
                states = {t["state"] for t in look[name]["status"]["tasks"]}
                self.assertLessEqual(states, {"RUNNING", "COMPLETED"}, look)
        stack.start(service)
        rest.wait_state("src", tasks="COMPLETED", n=2, seconds=120)
        env.wait_for(lambda: self.opensearch.count(self.index) >= kafka.count(self.topic), 120,
                     lambda: "all are indexed: %d of %d" % (self.opensearch.count(self.index), kafka.count(self.topic)), 0.3)
        self.assertEqual(rest.task_states("sink"), ["RUNNING", "RUNNING"])
        # The source stayed up: idempotence kept every line from being written twice.
        pipeline.assert_topic(self, self.topic, config)
        pipeline.assert_indexed(self, self.opensearch, self.index, self.topic)

    @deadline(300)
    def test_broker(self):
        self.outage("kafka", 10)

    @deadline(300)
    def test_search_server(self):
        self.outage("opensearch", 10)

    @deadline(120)
    def test_worker_starts_without_its_broker(self):
        """A worker and its connectors start while nobody is at the broker's address, and say so."""
        stack.kill("kafka")
        self.addCleanup(stack.start, "kafka")
        worker = self.worker()
        worker.rest.create("src", pipeline.source(self.topic, 1000))
        env.wait_for(lambda: env.KAFKA.split(":")[1] in worker.log, 30, "the log names the broker")
        self.assertEqual(worker.rest.request("GET", "/health").status, 200)
        worker.rest.create("sink", pipeline.sink(self.topic, "http://127.0.0.1:1", "x"), initial_state="STOPPED")
        for query in ("", "?at=0"):
            refused = worker.rest.expect(503, "GET", "/connectors/sink/offsets" + query)
            self.assertRegex(refused.message, "offsets of connector sink cannot be read: .*(no answer|[Tt]imed out)")
        stack.start("kafka")
        worker.rest.wait_state("src", tasks="COMPLETED", n=1, seconds=60)
        self.assertEqual(kafka.count(self.topic), 1000)


class StoreFaults(TestCase):
    """connect-devstore answers badly on request: nothing is lost or doubled."""

    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("faults", 4)
        self.addCleanup(kafka.delete, self.topic)
        self.index = "faults"
        self.store = Devstore(self).start()
        self.search = Search(self.store.url)

    def with_faults(self, tolerance="none", **faults):
        config = pipeline.source(self.topic, LINES)
        faults["seed"] = env.SEED
        control = Rest(self.store.port)
        control.expect(200, "POST", "/_faults", faults)
        rest = self.worker().rest
        rest.create("sink", pipeline.sink(self.topic, self.store.url, self.index, tasks=2, batch_size=500,
                                          retry_backoff_ms=10, errors_tolerance=tolerance))
        # A group that is still forming may read again what it has read; here it is the store's faults that matter.
        env.wait_for(lambda: sorted(n for name, labels, n in rest.metrics().samples
                                    if name == "connect_worker_task_partitions") == [2, 2], 30, "each task has its share")
        rest.create("src", config)
        rest.wait_state("src", tasks="COMPLETED", n=1, seconds=60)

        def handled():
            c = pipeline.counters(rest, "sink")
            return c["read"] == LINES and pipeline.settled(c) and c

        counters = env.wait_for(handled, 90, lambda: "all are handled: %s, %s" % (
            pipeline.counters(rest, "sink"), rest.status("sink")), 0.2)
        struck = control.get("/_faults")["counters"]
        control.expect(200, "DELETE", "/_faults")
        self.assertEqual(self.search.count(self.index), counters["indexed"])
        note("struck: %s" % {k: v for k, v in struck.items() if v})
        return counters, struck

    def all_there(self, counters):
        self.assertEqual(counters["indexed"], LINES)
        pipeline.assert_stored(self, self.search, self.index, self.topic)

    @deadline(150)
    def test_items_429(self):
        counters, struck = self.with_faults(item_429=0.05)
        self.assertGreater(struck["item_429"], 100)
        self.all_there(counters)

    @deadline(150)
    def test_whole_503_and_429(self):
        counters, struck = self.with_faults(status_503=0.2, status_429=0.1)
        self.assertGreater(struck["status_503"], 0)
        self.all_there(counters)

    @deadline(150)
    def test_resets_in_mid_answer(self):
        counters, struck = self.with_faults(reset=0.2)
        self.assertGreater(struck["reset"], 0)
        self.all_there(counters)

    @deadline(150)
    def test_slow(self):
        counters, _ = self.with_faults(slow_ms=200, slow_share=0.5)
        self.all_there(counters)

    @deadline(150)
    def test_everything_at_once(self):
        counters, _ = self.with_faults(item_429=0.02, status_503=0.05, status_429=0.05, reset=0.05, slow_ms=50,
                                       slow_share=0.2)
        self.all_there(counters)

    @deadline(150)
    def test_mapping_errors(self):
        counters, struck = self.with_faults(tolerance="all", item_400=0.01)
        self.assertGreater(counters["skipped"], LINES // 300)
        self.assertLess(counters["skipped"], LINES // 30)
        records, found = pipeline.lines_by_id(self.topic), pipeline.documents(self.search, self.index, self.topic)
        self.assertEqual(len(found), LINES - counters["skipped"])
        self.assertEqual({doc: records.get(doc) for doc in found}, found)

    def test_mapping_error_without_tolerance(self):
        control = Rest(self.store.port)
        control.expect(200, "POST", "/_faults", {"item_400": 1})
        kafka.produce(self.topic, pipeline.lines_of(pipeline.source(self.topic, 10)))
        rest = self.worker().rest
        rest.create("sink", pipeline.sink(self.topic, self.store.url, self.index))
        trace = rest.wait_state("sink", tasks="FAILED", n=1)["tasks"][0]["trace"]
        self.assertIn(self.topic, trace)
        self.assertEqual(set(kafka.committed("connect-sink", self.topic).values()) - {-1, 0}, set())
        # the operator repairs the store and restarts the task: everything arrives
        control.expect(200, "DELETE", "/_faults")
        rest.restart_failed("sink")
        env.wait_for(lambda: self.search.count(self.index) == 10, 30, "10 documents")
        pipeline.assert_stored(self, self.search, self.index, self.topic)

    @deadline(60)
    def test_stop_while_the_store_never_answers(self):
        """Stop works while everything is retried; what was not indexed is not committed."""
        Rest(self.store.port).expect(200, "POST", "/_faults", {"status_503": 1})
        kafka.produce(self.topic, pipeline.lines_of(pipeline.source(self.topic, 100)))
        worker = self.worker()
        worker.rest.create("sink", pipeline.sink(self.topic, self.store.url, self.index))
        worker.rest.wait_state("sink", tasks="RUNNING", n=1)
        env.wait_for(lambda: pipeline.received(worker.rest, "sink") > 0, 20, "records are received")
        self.assertEqual(worker.rest.task_states("sink"), ["RUNNING"])
        worker.stop(15)
        self.assertEqual(set(kafka.committed("connect-sink", self.topic).values()) - {-1, 0}, set())


class FullDisk(TestCase):
    """No byte more can be written to the worker's state."""

    @deadline(120)
    def test_no_room_for_the_state(self):
        topic, during = kafka.topic("full", 1), kafka.topic("full-during", 1)
        self.addCleanup(kafka.delete, topic)
        self.addCleanup(kafka.delete, during)
        config = pipeline.source(topic, 0, rate=500)
        disk = SmallDisk(self)
        state = os.path.join(disk.folder, "connect.db")
        worker = Worker(self, properties={"offset.storage.file.filename": state}, wrap=disk.enter)
        worker.start()
        rest = worker.rest
        rest.create("before", config)
        rest.wait_state("before", tasks="RUNNING", n=1)
        env.wait_for(lambda: kafka.count(topic) > 500, 20, "lines flow")
        disk.fill()
        # every answer is a refusal that names the file, or a success that holds; which it is depends on the
        # room that the database still has in its own files
        created = []
        for i in range(40):
            name = "during-%d" % i
            answer = rest.request("POST", "/connectors", {"name": name, "initial_state": "STOPPED",
                                                          "config": dict(config, topic=during)})
            if answer.status == 201:
                created.append(name)
                continue
            self.assertIn(answer.status, (500, 503), answer)
            self.assertRegex(answer.message, "connect.db.*(full|No space)")
            break
        else:
            self.fail("the disk is full and yet all was stored")
        self.assertEqual(sorted(rest.get("/connectors")), sorted(["before"] + created))
        refused = rest.request("DELETE", "/connectors/before")
        self.assertIn(refused.status, (500, 503), refused)
        self.assertIn("before", rest.get("/connectors"))
        self.assertTrue(worker.running())
        # the lines go on meanwhile: their offsets are stored once there is room again
        count = kafka.count(topic)
        env.wait_for(lambda: kafka.count(topic) > count + 500, 20,
                     lambda: "lines flow on: %s" % rest.status("before"))
        self.assertIn("source offsets and topics cannot be stored", worker.log)
        disk.free()
        env.wait_for(lambda: "are stored again" in worker.log, 10, "what could not be stored is, without anybody's help")
        rest.create("after", dict(config, topic=during), initial_state="STOPPED")
        worker.kill()
        worker.start(seconds=30)
        self.assertEqual(sorted(rest.get("/connectors")), sorted(["after", "before"] + created))
        count = kafka.count(topic)
        env.wait_for(lambda: kafka.count(topic) > count + 500, 20, "lines flow again")
        rest.action("before", "stop")
        rest.wait_state("before", connector="STOPPED", n=0)
        # at least once: lines may be there twice after the kill, none is missing
        values = set(kafka.values(topic))
        expected = pipeline.lines_of(dict(config, count=str(len(values))))
        self.assertEqual(set(expected) - values, set())
