"""After kill -9: how soon records flow again, how soon all is caught up with, and how little is done twice."""

import os
import resource
import signal
import time

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase, deadline, note
from cwtest.process import Devstore, Worker, alive, status_bytes
from cwtest.rest import Rest
from cwtest.search import Search

PACE = 2000
LARGE, LARGE_RECORDS = 500000, 8
ROUNDS = 5 if env.LONG else 2
# What is promised, and what is granted to a machine that is busy with something else: once, not each time, nor with --long.
FLOW_S, CAUGHT_UP_S, GRANTED = 1, 4, 1 if env.LONG else 4


class Recovery(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("recovery", 4)
        self.addCleanup(kafka.delete, self.topic)
        self.store = Devstore(self).start()
        self.search = Search(self.store.url)
        self.worker = Worker(self, properties={"task.restart.attempts.max": None, "task.restart.delay.ms": "100",
                                                      "task.restart.delay.max.ms": "200",
                                                      "offset.flush.interval.ms": None}).start()
        self.rest = self.worker.rest
        self.src, self.sink = env.unique("src"), env.unique("sink")
        self.rest.create(self.sink, pipeline.sink(self.topic, self.store.url, "recovery", tasks=2))
        self.rest.create(self.src, pipeline.source(self.topic, 0, rate=PACE, tasks=2))
        env.wait_for(lambda: self.indexed() > PACE // 4, 30, "documents flow")

    def indexed(self):
        return self.search.count("recovery")

    def written(self):
        return sum(kafka.end_offsets(self.topic).values())

    @staticmethod
    def kill(pids):
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        env.wait_for(lambda: not any(alive(pid) for pid in pids), 10, "they are dead", 0.002)

    def kill_host(self, connector, progress):
        """Its progress when it was dead, and when its next host starts."""
        host = self.worker.host(connector)
        self.kill([host])
        before = progress()
        env.wait_for(lambda: self.worker.hosts().get(connector, host) != host, 20, "the next host", 0.002)
        return before, time.monotonic()

    def kill_all(self):
        hosts = list(self.worker.hosts().values())
        self.worker.kill()
        self.kill(hosts)
        before, started = self.indexed(), time.monotonic()
        self.worker.start()
        return before, started

    def kill_worker(self):
        """Its hosts end by themselves, and the next worker waits for that."""
        hosts = list(self.worker.hosts().values())
        self.worker.kill()
        env.wait_for(lambda: not any(alive(pid) for pid in hosts), 10, "the hosts have ended", 0.002)
        before, started = self.indexed(), time.monotonic()
        self.worker.start()
        return before, started

    def recovered(self, what, kill, progress):
        """(time until records flow again, time until all is caught up with) from the start after a kill."""
        before, started = kill()
        env.wait_for(lambda: progress() > before, 30, "records flow again after the kill of " + what, 0.01)
        flow = time.monotonic() - started
        env.wait_for(lambda: self.written() - self.indexed() < PACE // 2, 30, "all is caught up with", 0.05)
        caught_up = time.monotonic() - started
        note("%s: flows after %.2f s, has caught up after %.2f s" % (what, flow, caught_up))
        return flow, caught_up

    @deadline(150, 300)
    def test_records_flow_again(self):
        kills = (("sink host", lambda: self.kill_host(self.sink, self.indexed), self.indexed),
                 ("source host", lambda: self.kill_host(self.src, self.written), self.written),
                 ("worker and hosts", self.kill_all, self.indexed), ("worker", self.kill_worker, self.indexed))
        for what, kill, progress in kills:
            times = [self.recovered(what, kill, progress) for _ in range(ROUNDS)]
            for i, promised in enumerate((FLOW_S, CAUGHT_UP_S)):
                self.assertLess(min(t[i] for t in times), promised, what)
                self.assertLess(max(t[i] for t in times), promised * GRANTED, what)
        self.stop_source()
        self.assert_all_indexed()

    @deadline(90)
    def test_memory_runs_out(self):
        """A record is larger than what the sink's process may still get: the next one has what it needs."""
        host = self.worker.host(self.sink)
        now = status_bytes(host, "VmData")
        resource.prlimit(host, resource.RLIMIT_DATA, (now, now))
        line = pipeline.lines_of(pipeline.source(self.topic, 1))[0]
        agent = line.rindex(b'"', 0, -1) + 1
        kafka.produce(self.topic, [line[:agent] + b"x" * (LARGE + i) + b'"' for i in range(LARGE_RECORDS)])
        env.wait_for(lambda: not alive(host), 30, "the process ends")
        self.stop_source()
        self.assert_all_indexed()

    @deadline(60)
    def test_a_task_that_goes_leaves_its_partitions_to_the_others(self):
        """At once, not when its session is over."""
        config = self.rest.get("/connectors/%s/config" % self.sink)
        self.rest.put(self.sink, dict(config, **{"tasks.max": "1"}))
        started = time.monotonic()
        self.rest.wait_state(self.sink, tasks="RUNNING", n=1)
        env.wait_for(lambda: self.rest.metrics().sum("connect_worker_task_partitions", connector=self.sink) == 4, 20,
                     "it has all partitions")
        env.wait_for(lambda: self.written() - self.indexed() < PACE // 2, 30, "all is caught up with", 0.05)
        note("caught up after %.2f s" % (time.monotonic() - started))
        self.assertLess(time.monotonic() - started, CAUGHT_UP_S * GRANTED)

    def committed(self):
        return sum(offset for offset in kafka.committed("connect-" + self.sink, self.topic).values() if offset > 0)

    def sent_again(self):
        """Documents that the sink's host has sent although the store had them, once it is past the kill."""
        def records():
            return self.rest.metrics().sum("connect_worker_task_records_total", connector=self.sink)

        end = self.written()
        env.wait_for(lambda: self.committed() >= end, 30, "what there was is committed", 0.05)
        told = records()
        env.wait_for(lambda: records() != told, 10, "newer metrics", 0.05)
        return int(self.rest.metrics().sum("connect_worker_task_documents_present_total", connector=self.sink))

    def copies(self):
        """Records that are in the topic more often than the source, which is stopped, has made them."""
        offsets = self.rest.get("/connectors/%s/offsets" % self.src)["offsets"]
        return self.written() - sum(made for offset in offsets for made in offset["offset"].values())

    def some_time(self, rng):
        until = time.monotonic() + 0.3 + 0.7 * rng.random()
        env.wait_for(lambda: time.monotonic() >= until, 5, "a moment of chance")

    def assert_all_indexed(self):
        """Of a source that is stopped."""
        env.wait_for(lambda: self.indexed() == self.written(), 30, "all is indexed", 0.05)
        pipeline.assert_stored(self, self.search, "recovery", self.topic)

    def stop_source(self):
        self.rest.action(self.src, "stop")
        self.rest.wait_state(self.src, connector="STOPPED", n=0)

    @deadline(150)
    def test_little_is_done_again(self):
        """After five kills of each host, with the default offset.flush.interval.ms; nothing after SIGTERM."""
        rng = env.rng("again")
        sent_again = 0
        for _ in range(5):
            self.some_time(rng)
            self.kill_host(self.sink, self.indexed)
            sent_again += self.sent_again()
        for _ in range(5):
            self.some_time(rng)
            self.kill_host(self.src, self.written)
            self.rest.wait_state(self.src, tasks="RUNNING", n=2)
        self.some_time(rng)
        self.stop_source()
        copies = self.copies()
        note("five kills each: %d records were sent again, there are %d copies" % (sent_again, copies))
        self.assertLessEqual(sent_again, 5000)
        self.assertLessEqual(copies, 2500)
        self.rest.action(self.src, "resume")
        for _ in range(2):
            self.some_time(rng)
            self.worker.stop()
            self.assertEqual(self.indexed(), self.committed(), "what was sent is committed after SIGTERM")
            self.worker.start()
        self.some_time(rng)
        self.stop_source()
        self.assertEqual(self.copies(), copies, "copies after SIGTERM")
        self.assert_all_indexed()


class HalfARebalance(TestCase):
    """
    Partitions change hands in two steps, and a group with named members gives them back what the first one left: a
    partition that was given up, and that nobody has got yet.
    """

    @deadline(90)
    def test_a_partition_that_was_given_up_is_not_forgotten(self):
        lines = 2000
        topic = kafka.topic("orphans", 2)
        self.addCleanup(kafka.delete, topic)
        store = Devstore(self).start()
        search = Search(store.url)
        control = Rest(store.port)
        # The first task gets both partitions, and has to finish what it has of the one that the second is to get.
        control.expect(200, "POST", "/_faults", {"item_429": 1, "seed": env.SEED})
        worker = Worker(self, properties={"task.restart.attempts.max": None, "task.restart.delay.ms": "100"}).start()
        sink, src = env.unique("sink"), env.unique("src")
        worker.rest.create(src, pipeline.source(topic, lines))
        worker.rest.wait_state(src, tasks="COMPLETED", n=1)
        worker.rest.create(sink, pipeline.sink(topic, store.url, "orphans", tasks=2))
        env.wait_for(lambda: "partition(s) revoked" in worker.log, 30, "the first task gives a partition up", 0.002)
        os.kill(worker.host(sink), signal.SIGKILL)
        control.expect(200, "DELETE", "/_faults")
        started = time.monotonic()
        env.wait_for(lambda: search.count("orphans") == lines, 60, lambda: "all are indexed: %s" % worker.rest.status(sink),
                     0.02)
        note("all are indexed after %.2f s" % (time.monotonic() - started))
        self.assertIn("of topic %s is nobody's" % topic, worker.log)
        pipeline.assert_stored(self, search, "orphans", topic)
        worker.rest.wait_state(sink, tasks="RUNNING", n=2)
        env.wait_for(lambda: worker.rest.metrics().sum("connect_worker_task_partitions", connector=sink) == 2, 10,
                     "each partition is one task's", 0.05)


class Twins(TestCase):
    """Workers with one host name, one address and one connector, as containers made from one image."""

    LINES = 3000

    @deadline(90)
    def test_they_share_the_partitions(self):
        topic = kafka.topic("twins", 4)
        self.addCleanup(kafka.delete, topic)
        store = Devstore(self).start()
        search = Search(store.url)
        same = {"rest.advertised.host.name": "127.0.0.1", "rest.advertised.port": "8083"}
        sink, src = env.unique("sink"), env.unique("src")
        twins = [Worker(self, name, properties=same).start() for name in ("castor", "pollux")]
        for worker in twins:
            worker.rest.create(sink, pipeline.sink(topic, store.url, "twins", tasks=2))
        env.wait_for(lambda: [worker.rest.metrics().sum("connect_worker_task_partitions", connector=sink)
                              for worker in twins] == [2, 2], 40, "each has its share", 0.1)
        twins[0].rest.create(src, pipeline.source(topic, self.LINES, rate=1000))
        env.wait_for(lambda: search.count("twins") == self.LINES, 60, lambda: "all are indexed: %s" % [
            worker.rest.status(sink) for worker in twins], 0.05)
        pipeline.assert_stored(self, search, "twins", topic)
        for worker in twins:
            worker.rest.wait_state(sink, tasks="RUNNING", n=2)
            self.assertNotIn("fenced", worker.log)
