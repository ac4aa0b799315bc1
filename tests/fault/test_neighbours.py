"""Connectors that crash, hang and leak, beside a pipeline that works."""

import resource
import time

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase, deadline, note
from cwtest.process import Worker, alive, command_line, in_session

PACE = 5000
STOP_MS = 2000
SLACK_S = 3


class Neighbours(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("good", 2)
        self.other = kafka.topic("bad", 1)
        self.addCleanup(kafka.delete, self.topic)
        self.addCleanup(kafka.delete, self.other)
        self.index = self.drop(self.opensearch, env.unique("good"))

    def good_pipeline(self, **options):
        self.worker = Worker(self, properties={"task.shutdown.graceful.timeout.ms": str(STOP_MS)})
        self.worker.start(**options)
        self.rest = self.worker.rest
        self.rest.create("good-sink", pipeline.sink(self.topic, env.OPENSEARCH, self.index))
        self.rest.create("good-src", pipeline.source(self.topic, 0, rate=PACE))
        for name in ("good-src", "good-sink"):
            self.rest.wait_state(name, tasks="RUNNING", n=1)
        env.wait_for(lambda: self.indexed() > PACE, 30, "the pipeline runs")
        self.good_hosts = {n: self.worker.host(n) for n in ("good-src", "good-sink")}

    def indexed(self):
        return pipeline.counters(self.rest, "good-sink")["indexed"]

    def undisturbed(self, trouble):
        """The good pipeline keeps its pace while trouble() goes on, its hosts live on, and REST answers."""
        started, before = time.monotonic(), sum(kafka.end_offsets(self.topic).values())
        trouble()
        slowest = []

        def measured():
            asked = time.monotonic()
            self.rest.get("/connectors")
            slowest.append(time.monotonic() - asked)
            return time.monotonic() - started > 4

        env.wait_for(measured, 30, "some seconds to measure", 0.05)
        produced = sum(kafka.end_offsets(self.topic).values()) - before
        pace = produced / (time.monotonic() - started)
        note("pace beside it: %.0f/s of %d/s; slowest answer of REST %.0f ms" % (pace, PACE, max(slowest) * 1000))
        # Figures are for reading; what is asserted holds on a slow machine too: it went on, and caught up.
        self.assertGreater(pace, PACE * 0.25)
        self.assertLess(max(slowest), 5)
        behind = sum(kafka.end_offsets(self.topic).values())
        env.wait_for(lambda: self.indexed() >= behind, 60, "the sink keeps up")
        self.assertTrue(self.worker.running())
        self.assertEqual({n: self.worker.host(n) for n in self.good_hosts}, self.good_hosts)
        for name in self.good_hosts:
            self.assertEqual(self.rest.task_states(name), ["RUNNING"])

    def failed_trace(self, name):
        return self.rest.wait_state(name, tasks="FAILED", n=1)["tasks"][0]["trace"]

    @deadline(180)
    def test_crashing(self):
        self.good_pipeline()

        def trouble():
            self.rest.create("crash", {"connector.class": "CrashSource", "topic": self.other, "crash.after.records": "5"})
            for _ in range(3):
                trace = self.failed_trace("crash")
                self.assertIn("SIGSEGV", trace)
                self.assertIn("crash_on_purpose", trace)
                self.rest.restart_failed("crash")
            self.failed_trace("crash")

        self.undisturbed(trouble)
        for how, word in (("abort", "SIGABRT"), ("exit", "status 3")):
            self.rest.put("crash", {"connector.class": "CrashSource", "topic": self.other, "crash.how": how})
            env.wait_for(lambda w=word: w in self.failed_trace("crash"), 20,
                         lambda: "a trace that says %s: %s" % (word, self.rest.status("crash")))
        self.rest.delete("crash")
        self.assertNotIn("crash", self.rest.get("/connectors"))

    @deadline(240)
    def test_hanging(self):
        self.good_pipeline()
        kafka.produce(self.other, [b"x"] * 10)
        for where in ("put", "task_start", "flush", "task_stop"):
            with self.subTest(where):
                name = "hang-" + where.replace("_", "-")
                config = {"connector.class": "HangSink", "topics": self.other, "hang.in": where,
                          "consumer.override.auto.offset.reset": "earliest"}
                self.undisturbed(lambda n=name, c=config: self.rest.create(n, c))
                host = self.worker.host(name)
                if where != "task_start":
                    self.rest.wait_state(name, tasks="RUNNING", n=1)
                self.undisturbed(lambda n=name, h=host: self.stop_hanging(n, h))
                self.rest.wait_state(name, connector="STOPPED", n=0)
                self.rest.delete(name)

    def stop_hanging(self, name, host):
        asked = time.monotonic()
        self.rest.action(name, "stop")
        env.wait_for(lambda: not alive(host), STOP_MS / 1000 + SLACK_S, "its host is gone by its deadline")
        note("%s: gone within %.1f s" % (name, time.monotonic() - asked))

    def hanging_in_put(self):
        """Creates it and waits until it has records and hangs; its host."""
        kafka.produce(self.other, [b"x"] * 10)
        self.rest.create("hang", {"connector.class": "HangSink", "topics": self.other})
        env.wait_for(lambda: pipeline.received(self.rest, "hang") > 0, 20, "it has received records")
        return self.worker.host("hang")

    @deadline(60)
    def test_delete_of_a_hanging_one(self):
        self.good_pipeline()
        host = self.hanging_in_put()
        asked = time.monotonic()
        self.rest.delete("hang")
        self.assertLess(time.monotonic() - asked, STOP_MS / 1000 + SLACK_S)
        self.assertFalse(alive(host))
        self.assertEqual(sorted(self.rest.get("/connectors")), ["good-sink", "good-src"])

    @deadline(60)
    def test_worker_with_a_hanging_one_stops(self):
        self.good_pipeline()
        self.hanging_in_put()
        asked = time.monotonic()
        self.worker.stop(STOP_MS / 1000 + SLACK_S)
        note("SIGTERM with a hanging connector: ended within %.1f s" % (time.monotonic() - asked))
        left = [command_line(pid) for s in self.worker.sessions for pid in in_session(s)]
        self.assertEqual(left, [])

    @deadline(60)
    def test_worker_of_a_hanging_one_is_killed(self):
        """Its host's main thread hears of nothing, and its tasks run on: the host ends before the next worker's."""
        worker = self.worker(properties={"task.shutdown.graceful.timeout.ms": "200"})
        for where in ("start", "stop"):
            worker.rest.create(where, {"connector.class": "HangSink", "topics": self.other, "hang.in": where})
        worker.rest.wait_state("stop", tasks="RUNNING", n=1)
        worker.rest.expect(204, "POST", worker.rest.path("stop", "/restart"))
        hosts = worker.hosts()
        self.assertEqual(len(hosts), 2)
        worker.kill()
        worker.start()
        for name, host in hosts.items():
            worker.host(name)
            self.assertFalse(alive(host), name)
        self.assertNotIn("started beside it", worker.log)

    @deadline(120)
    def test_leaking(self):
        """The limit is the one of every process that the worker starts: 700 MB of address space."""
        limit = 700 << 20
        self.good_pipeline(preexec=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))

        def trouble():
            self.rest.create("leak", {"connector.class": "LeakSource", "leak.step.bytes": str(16 << 20)})
            trace = self.failed_trace("leak")
            self.assertRegex(trace, r"memory|SIGABRT|SIGSEGV|SIGKILL")

        self.undisturbed(trouble)
        self.rest.delete("leak")
