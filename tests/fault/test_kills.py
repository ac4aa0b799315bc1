"""kill -9 of host, worker and both while lines flow: every line is indexed, none twice."""

import os
import signal
import time

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase, deadline, note
from cwtest.process import Worker, alive

LINES, KILLS, PACE = (1000000, 50, 8000) if env.LONG else (60000, 8, 4000)
PARTITIONS = 4
VICTIMS = ("source host", "sink host", "worker", "worker and hosts")


class Kills(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("kills", PARTITIONS)
        self.addCleanup(kafka.delete, self.topic)
        self.index = self.drop(self.opensearch, env.unique("kills"))
        self.worker = Worker(self, properties={"exactly.once.source.support": "enabled"})
        self.done = []

    def progress(self):
        return sum(kafka.end_offsets(self.topic).values())

    def kill(self, victim):
        """Whoever it is; a host that is not there just now has no process to kill."""
        hosts = self.worker.hosts()
        pids = {"source host": [hosts.get("src")], "sink host": [hosts.get("sink")], "worker": [],
                "worker and hosts": list(hosts.values())}[victim]
        if "worker" in victim:
            self.worker.kill()
        for pid in pids:
            if pid:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        self.done.append(victim)

    def mend(self):
        """What an operator does: start a worker that is gone, restart tasks that failed."""
        if not self.worker.running():
            self.worker.start(seconds=60)
        for name in ("src", "sink"):
            states = self.worker.rest.task_states(name)
            if "FAILED" in states:
                answer = self.worker.rest.request("POST", "/connectors/%s/restart?includeTasks=true&onlyFailed=true" % name)
                # a restart that meets another change just now may be asked for again
                self.assertIn(answer.status, (202, 409, 503), answer)

    def mended_until(self, condition, seconds, what):
        def there():
            self.mend()
            return condition()

        return env.wait_for(there, seconds, what, 0.1)

    @deadline(300, 1500)
    def test_every_line_is_indexed_exactly_once(self):
        rng = env.rng("kills")
        config = pipeline.source(self.topic, LINES, rate=PACE, tasks=2)
        config["exactly.once.support"] = "required"
        self.worker.start()
        rest = self.worker.rest
        rest.create("sink", pipeline.sink(self.topic, env.OPENSEARCH, self.index, tasks=2))
        rest.create("src", config)
        moments = sorted(rng.randrange(LINES // 50, LINES * 9 // 10) for _ in range(KILLS))
        for moment in moments:
            self.mended_until(lambda m=moment: self.progress() >= m, 120,
                              lambda: "%d lines in the topic; there are %d: %s" % (
                                  moment, self.progress(), rest.status("src")))
            # somewhere within the next tenths of a second, between two looks at the progress
            pause = time.monotonic() + rng.random() * 0.3
            env.wait_for(lambda: time.monotonic() >= pause, 5, "the moment", 0.005)
            self.assertNotEqual(rest.task_states("src"), ["COMPLETED"] * 2, "lines still flow")
            self.kill(rng.choice(VICTIMS))
        note("killed: " + ", ".join("%s %d×" % (v, self.done.count(v)) for v in VICTIMS))
        self.mended_until(lambda: rest.task_states("src") == ["COMPLETED"] * 2, 300,
                          lambda: "the source is done: %s" % rest.status("src"))
        self.mended_until(lambda: self.opensearch.count(self.index) >= LINES, 120,
                          lambda: "%d documents; there are %d" % (LINES, self.opensearch.count(self.index)))
        pipeline.assert_topic(self, self.topic, config)
        self.assertEqual(pipeline.assert_indexed(self, self.opensearch, self.index, self.topic), LINES)

        def add_up():
            c = pipeline.counters(rest, "sink")
            return pipeline.settled(c) and c

        counters = env.wait_for(add_up, 20, lambda: "counters add up: %s" % pipeline.counters(rest, "sink"))
        note("sink since its last start: %s" % counters)
        self.assertEqual((counters["skipped"], counters["failed"]), (0, 0))

    @deadline(120)
    def test_hosts_of_a_killed_worker_end(self):
        """A host whose worker is gone drains and exits; the next worker waits for it, and nothing is lost."""
        config = pipeline.source(self.topic, 0, rate=2000)
        self.worker.start()
        rest = self.worker.rest
        rest.create("sink", pipeline.sink(self.topic, env.OPENSEARCH, self.index))
        rest.create("src", config)
        env.wait_for(lambda: self.opensearch.count(self.index) > 1000, 30, "documents flow", 0.1)
        hosts = self.worker.hosts()
        self.worker.kill()
        env.wait_for(lambda: not any(alive(pid) for pid in hosts.values()), 15, "the hosts are gone")
        at_kill = kafka.count(self.topic)
        self.worker.start()
        rest.wait_state("src", tasks="RUNNING", n=1)
        env.wait_for(lambda: kafka.count(self.topic) > at_kill + 1000, 30, "lines flow again", 0.1)
        rest.action("src", "stop")
        rest.wait_state("src", connector="STOPPED", n=0)
        values = kafka.values(self.topic)
        expected = pipeline.lines_of(dict(config, count=str(len(values))))
        self.assertEqual(pipeline.difference(expected, values), "", "drained offsets: no line twice, none left out")
        env.wait_for(lambda: self.opensearch.count(self.index) == len(values), 30, "all are indexed", 0.2)
