"""The time of day is stepped while lines flow: nothing waits for it, nothing is lost, nothing is done twice."""

import calendar
import mmap
import os
import struct
import time

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase, deadline, note
from cwtest.process import Devstore, Worker
from cwtest.search import Search

PACE = 500
STEPS_S = (1800, -1800, -7200, 7200) if env.LONG else (1800, -3600)
# A step back makes waits until a time of day long: longer than a consumer's session, which ends without heartbeats.
SESSION_S, WATCHED_S, WATCHED_BACK_S = 6, 3, 12
GAP_S = 4
END_S = 8  # task.shutdown.graceful.timeout.ms, and what the worker itself takes on a machine that is busy


class Clock:
    """tests/tools/step_clock.c"""

    def __init__(self, test):
        self.path = os.path.join(test.dir, "clock")
        with open(self.path, "wb") as f:
            f.write(struct.pack("q", 0))
        with open(self.path, "r+b") as f:
            self.map = mmap.mmap(f.fileno(), 8)
        self.wrap = ["env", "LD_PRELOAD=" + os.path.join(env.BUILD, "tests", "tools", ".libs", "step-clock.so"),
                     "CW_CLOCK_FILE=" + self.path]

    def step(self, seconds):
        self.map[:] = struct.pack("q", struct.unpack("q", self.map[:])[0] + seconds * 10**9)


class Clocks(TestCase):
    @deadline(180, 300)
    def test_steps(self):
        topic = kafka.topic("clock", 4)
        self.addCleanup(kafka.delete, topic)
        store, clock = Devstore(self).start(), Clock(self)
        search, worker = Search(store.url), Worker(self, wrap=clock.wrap).start()
        rest, src, sink = worker.rest, env.unique("src"), env.unique("sink")
        config = pipeline.source(topic, 0, rate=PACE, tasks=2)
        rest.create(sink, pipeline.sink(topic, store.url, "clock", tasks=2,
                                        consumer_override_session_timeout_ms=SESSION_S * 1000))
        rest.create(src, config)
        env.wait_for(lambda: search.count("clock") > PACE, 30, "documents flow")
        for step in STEPS_S:
            clock.step(step)
            gap = self.longest_gap(search, WATCHED_S if step > 0 else WATCHED_BACK_S)
            note("after a step of %d s: at most %.1f s without documents" % (step, gap))
            self.assertLess(gap, GAP_S, "without documents after a step of %d s" % step)
        self.assertNotIn("lost", worker.log)
        rest.create("last", config, initial_state="STOPPED")
        told = calendar.timegm(time.strptime(worker.log.splitlines()[-1][:19], "%Y-%m-%dT%H:%M:%S"))
        self.assertLess(abs(told - time.time() - sum(STEPS_S)), 60, "the worker has the stepped clock")
        for name in (src, sink):
            self.assertEqual(rest.task_states(name), ["RUNNING"] * 2)
        count = self.nothing_twice(rest, src, search, topic)
        pipeline.assert_settled(self, rest, sink, read=count, indexed=count)
        rest.action(src, "resume")
        self.grows(search)
        clock.step(-3600)
        worker.stop(END_S)
        worker.start()
        self.grows(search)
        self.nothing_twice(rest, src, search, topic)

    @staticmethod
    def grows(search):
        before = search.count("clock")
        env.wait_for(lambda: search.count("clock") > before + PACE, 30, "documents flow", 0.05)

    def nothing_twice(self, rest, src, search, topic):
        """The source is stopped, all that it has made is indexed; how many that is."""
        rest.action(src, "stop")
        rest.wait_state(src, connector="STOPPED", n=0)
        count = kafka.count(topic)
        env.wait_for(lambda: search.count("clock") == count, 30, "all is indexed", 0.05)
        pipeline.assert_stored(self, search, "clock", topic)
        offsets = rest.get("/connectors/%s/offsets" % src)["offsets"]
        self.assertEqual(sum(made for offset in offsets for made in offset["offset"].values()), count, "no line twice")
        return count

    @staticmethod
    def longest_gap(search, seconds):
        """The longest time without a new document, in the time that is watched."""
        end = time.monotonic() + seconds
        last, n, longest = time.monotonic(), search.count("clock"), 0.0

        def watched():
            nonlocal last, n, longest
            count, now = search.count("clock"), time.monotonic()
            longest = max(longest, now - last)
            if count > n:
                last, n = now, count
            return now > end

        env.wait_for(watched, seconds + 30, "it was watched")
        return longest
