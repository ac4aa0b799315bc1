"""Exactly-once sources whose transactions span polls, killed and frozen in the middle of one: each record is there once."""

import os
import signal

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase, deadline
from cwtest.process import Worker

COUNT, PACE, KILLS = (40000 if env.LONG else 4000), 2000, (15 if env.LONG else 2)
EACH, ABORT = 50, 3  # so many records are a transaction; each third of them is aborted

BOUNDARIES = {
    "interval": {"transaction.boundary": "interval", "transaction.boundary.interval.ms": "300"},
    "connector": {"transaction.boundary": "connector", "end.each": str(EACH), "abort.each": str(ABORT)},
}


def aborted(n):
    """What has no end of its own, since the source comes to its end, is committed."""
    last = n // EACH * EACH + EACH
    return last < COUNT and last // EACH % ABORT == 0


class Transactions(TestCase):
    def setUp(self):
        super().setUp()
        plugins = os.path.join(self.dir, "plugins")
        os.mkdir(plugins)
        os.symlink(os.path.join(env.BUILD, ".libs", "scripted-source.so"), os.path.join(plugins, "scripted-source.so"))
        self.properties = {"exactly.once.source.support": "enabled", "plugin.path": plugins,
                           "offset.storage.topic": env.unique("offsets"), "offset.storage.partitions": "1"}
        self.killed = []
        self.addCleanup(kafka.forget, self.properties["offset.storage.topic"])

    def config(self, boundary):
        topic = kafka.topic("transactions", 2)
        self.addCleanup(kafka.delete, topic)
        return dict({"connector.class": "ScriptedSource", "topic": topic, "count": str(COUNT), "exactly.once.support": "required",
                     "rate.limit.records.per.second": str(PACE)}, **BOUNDARIES[boundary])

    def assert_once(self, config):
        numbers = [n for n in range(COUNT) if "end.each" not in config or not aborted(n)]
        self.assertEqual(pipeline.difference([b"v%d" % n for n in numbers], kafka.values(config["topic"])), "")

    def kill(self, worker, name):
        """On a machine that is busy it may have come to its end while another one was waited for."""
        if worker.rest.task_states(name) != ["COMPLETED"]:
            os.kill(worker.host(name), signal.SIGKILL)
            self.killed.append(name)

    @deadline(120, 600)
    def test_killed(self):
        """The hosts of both kinds, again and again."""
        rng = env.rng(self.id())
        worker = self.worker(properties=dict(self.properties, **{"task.restart.attempts.max": "-1", "task.restart.delay.ms": "1"}))
        configs = {env.unique(boundary): self.config(boundary) for boundary in BOUNDARIES}
        for name, config in configs.items():
            worker.rest.create(name, config)
        moments = sorted(((kill + rng.random()) * COUNT / (KILLS + 1), name) for kill in range(KILLS) for name in configs)
        for moment, name in moments:
            env.wait_for(lambda t=configs[name]["topic"], m=moment: sum(kafka.end_offsets(t).values()) > m, 60, "records flow")
            self.kill(worker, name)
        self.assertEqual(set(self.killed), set(configs))
        for name, config in configs.items():
            worker.rest.wait_state(name, tasks="COMPLETED", n=1, seconds=60)
            self.assert_once(config)

    def assert_silent(self, rest, name, host):
        env.wait_for(lambda: rest.status(name)["summary_state"] == "DEGRADED", 20, lambda: rest.status(name))
        self.assertRegex(rest.status(name)["degraded"], r"^its process \(pid %d\) has said nothing for \d+ s$" % host)
        rest.expect(503, "GET", rest.path(name, "/ready"))

    @deadline(60)
    def test_frozen_while_another_takes_over(self):
        """The worker of the same group.id that comes later fences the one that was frozen in an open transaction."""
        name, config = env.unique("frozen"), self.config("interval")
        first, second = (Worker(self, word, properties=self.properties) for word in ("first", "second"))
        first.start().rest.create(name, dict(config, **{"watchdog.timeout.ms": "1000"}))
        host = first.host(name)
        env.wait_for(lambda: kafka.count(config["topic"]) > PACE // 4, 30, "records are committed")
        os.kill(host, signal.SIGSTOP)
        before = kafka.count(config["topic"])
        try:
            self.assertLess(before, COUNT)
            second.start().rest.create(name, config)
            second.rest.wait_state(name, tasks="COMPLETED", n=1)
            if env.LONG:  # it takes five seconds
                self.assert_silent(first.rest, name, host)
        finally:
            os.kill(host, signal.SIGCONT)
        trace = first.rest.wait_state(name, tasks="FAILED", n=1)["tasks"][0]["trace"]
        self.assertRegex(trace, "fenced")
        self.assert_once(config)

    @deadline(60)
    def test_workers_of_two_groups(self):
        """Sources of one name fence nobody, and go on at their own offsets."""
        name, config = env.unique("src"), dict(self.config("interval"), count="0")
        worker = self.worker(properties=self.properties)
        worker.rest.create(name, config)
        env.wait_for(lambda: kafka.count(config["topic"]), 30, "records are committed")
        offsets = env.unique("offsets")
        self.addCleanup(kafka.forget, offsets)
        other = self.worker("other", properties=dict(self.properties, **{
            "group.id": env.unique("group"), "offset.storage.topic": offsets}))
        second = dict(self.config("interval"), count="100")
        other.rest.create(name, second)
        other.rest.wait_state(name, tasks="COMPLETED", n=1)
        self.assertEqual(kafka.count(second["topic"]), 100)
        before = kafka.count(config["topic"])
        env.wait_for(lambda: kafka.count(config["topic"]) > before, 30, lambda: "the first goes on: %s" % worker.rest.status(name))
