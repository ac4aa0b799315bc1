"""SIGTERM in the middle of trouble: the worker ends in time, and after the next start nothing is lost or there twice."""

import os
import signal
import time

from cwtest import env, kafka, pipeline, stack
from cwtest.case import TestCase, deadline
from cwtest.disk import SmallDisk
from cwtest.process import Devstore, Worker
from cwtest.rest import Rest
from cwtest.search import Search

PACE, LINES = 2000, 3000
# task.shutdown.graceful.timeout.ms as it comes, and what the worker itself takes on a machine that is busy
END_S = 8
# What the store does to every request. Where it does the work nevertheless, what is sent again is there already.
TROUBLE = {"unavailable": {"status_503": 1}, "busy": {"item_429": 1}, "blocked": {"item_403": 1}, "reset": {"reset": 1},
           "malformed": {"malformed": 1}}


class Stops(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("stops", 2)
        self.addCleanup(kafka.delete, self.topic)
        self.index, self.src = env.unique("stops"), env.unique("src")

    def exactly_once(self, properties=None, **more):
        """A worker with an exactly-once source, which is not bounded."""
        worker = Worker(self, properties=dict(properties or {}, **{"exactly.once.source.support": "enabled"}), **more).start()
        self.config = dict(pipeline.source(self.topic, 0, rate=PACE), **{"exactly.once.support": "required"})
        return worker

    def assert_once(self, worker, search, index):
        """The source is stopped: each of its lines is in the topic once, and each record in the index."""
        worker.rest.action(self.src, "stop")
        worker.rest.wait_state(self.src, connector="STOPPED", n=0)
        count = kafka.count(self.topic)
        self.assertGreater(count, PACE // 2)
        env.wait_for(lambda: search.count(index) >= count, 60, lambda: "%d documents: %d" % (count, search.count(index)), 0.1)
        pipeline.assert_topic(self, self.topic, dict(self.config, count=str(count)))
        pipeline.assert_stored(self, search, index, self.topic)

    @deadline(120)
    def test_while_the_store_is_in_trouble(self):
        """A sink for each trouble, all at once."""
        worker = self.worker()
        kafka.produce(self.topic, pipeline.lines_of(pipeline.source(self.topic, LINES)))
        stores = {}
        for word, faults in TROUBLE.items():
            stores[word] = Devstore(self, word).start()
            Rest(stores[word].port).expect(200, "POST", "/_faults", faults)
            worker.rest.create(word, pipeline.sink(self.topic, stores[word].url, self.index, batch_size=500))
        for word, store in stores.items():
            env.wait_for(lambda s=store: Rest(s.port).get("/_faults")["counters"]["requests"] > 2, 30, "it is tried again")
        worker.stop(END_S)
        done = {}
        for word, store in stores.items():
            self.assertEqual(set(kafka.committed("connect-" + word, self.topic).values()) - {-1, 0}, set(), word)
            done[word] = Search(store.url).count(self.index)
            Rest(store.port).expect(200, "DELETE", "/_faults")
        worker.start()
        for word, store in stores.items():
            pipeline.assert_settled(self, worker.rest, word, read=LINES, indexed=LINES)
            pipeline.assert_stored(self, Search(store.url), self.index, self.topic)
            present = worker.rest.metrics().sum("connect_worker_task_documents_present_total", connector=word)
            self.assertEqual(int(present), done[word], "only what the store had done without saying so is sent again")

    @deadline(120)
    def test_while_the_store_is_away(self):
        store = Devstore(self, args=["--data=%s/store.db" % self.dir]).start()
        search, worker = Search(store.url), self.exactly_once()
        worker.rest.create("sink", pipeline.sink(self.topic, store.url, self.index))
        worker.rest.create(self.src, self.config)
        env.wait_for(lambda: search.count(self.index) > PACE // 2, 30, "documents flow")
        store.kill()
        env.wait_for(lambda: "takes no documents" in worker.log, 20, "the sink notices")
        worker.stop(END_S)
        store.start()
        worker.start()
        env.wait_for(lambda: search.count(self.index) > PACE * 2, 30, "documents flow again")
        self.assert_once(worker, search, self.index)

    @deadline(120)
    def test_while_what_was_killed_comes_back(self):
        """kill -9 of both hosts, and SIGTERM while the next ones start or fetch what the others had not finished."""
        store = Devstore(self).start()
        search = Search(store.url)
        worker = self.exactly_once({"task.restart.attempts.max": None, "task.restart.delay.ms": "100"})
        worker.rest.create("sink", pipeline.sink(self.topic, store.url, self.index, tasks=2))
        worker.rest.create(self.src, self.config)
        rng = env.rng("stops")
        for _ in range(4):
            before = search.count(self.index)
            env.wait_for(lambda n=before: search.count(self.index) > n + PACE // 2, 30, "documents flow", 0.02)
            for pid in worker.hosts().values():
                os.kill(pid, signal.SIGKILL)
            moment = time.monotonic() + rng.random() * 0.5
            env.wait_for(lambda m=moment: time.monotonic() > m, 5, "a moment of chance", 0.005)
            worker.stop(END_S)
            worker.start()
        self.assert_once(worker, search, self.index)

    @deadline(180)
    def test_while_the_brokers_are_away(self):
        store = Devstore(self).start()
        search = Search(store.url)
        worker = self.exactly_once()
        worker.rest.create("sink", pipeline.sink(self.topic, store.url, self.index))
        worker.rest.create(self.src, self.config)
        env.wait_for(lambda: search.count(self.index) > PACE // 2, 30, "documents flow")
        if env.LONG:
            self.addCleanup(stack.start, "kafka")
            stack.kill("kafka")
            env.wait_for(lambda: env.KAFKA.split(":")[1] in worker.log, 30, "the log names the broker")
            worker.stop(END_S)
            stack.start("kafka")
        else:  # they do not answer, which is seen sooner
            pid = stack.pid("kafka")
            self.addCleanup(os.kill, pid, signal.SIGCONT)
            os.kill(pid, signal.SIGSTOP)
            worker.stop(END_S)
            os.kill(pid, signal.SIGCONT)
        worker.start()
        before = search.count(self.index)
        env.wait_for(lambda: search.count(self.index) > before + PACE, 60, "documents flow again")
        self.assert_once(worker, search, self.index)

    @deadline(120)
    def test_while_the_disk_is_full(self):
        disk = SmallDisk(self)
        store = Devstore(self).start()
        search = Search(store.url)
        worker = self.exactly_once(wrap=disk.enter)
        worker.stop()
        worker.properties["offset.storage.file.filename"] = os.path.join(disk.folder, "connect.db")
        worker.start()
        worker.rest.create("sink", pipeline.sink(self.topic, store.url, self.index))
        worker.rest.create(self.src, self.config)
        env.wait_for(lambda: search.count(self.index) > PACE // 2, 30, "documents flow")
        disk.fill()
        before = search.count(self.index)
        env.wait_for(lambda: "cannot be stored" in worker.log, 30, "the worker notices")
        env.wait_for(lambda: search.count(self.index) > before + PACE, 30, "documents flow on")
        worker.stop(END_S)
        disk.free()
        worker.start()
        before = search.count(self.index)
        env.wait_for(lambda: search.count(self.index) > before + PACE, 30, "documents flow again")
        self.assert_once(worker, search, self.index)
