"""kill -9 of host, worker and both while lines flow: every record is indexed, none twice; with exactly-once support
there is one record for each line, and those of a task are in order."""

import collections
import os
import re
import signal
import time

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase, deadline, note
from cwtest.process import Worker, alive

KILLS, PACE = 100 if env.LONG else 5, 4000  # of each test
LINES = (KILLS + 6) * PACE
PARTITIONS = 4
COPIES = 1000  # at most, for each kill of an at-least-once source
TASKS = 2
# After the last kill, for an exactly-once one, on top of what its slower task has left to do then (which is four seconds
# for both together); an ordinary run grants more to a machine that is busy. A transaction that nobody ended would take a
# minute.
COMPLETE_S = 1 if env.LONG else 11
VICTIMS = ("source host", "sink host", "worker", "worker and hosts")


class Kills(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("kills", PARTITIONS)
        self.addCleanup(kafka.delete, self.topic)
        self.index = self.drop(self.opensearch, env.unique("kills"))
        # Nobody else's offsets in Kafka.
        self.src, self.sink = env.unique("src"), env.unique("sink")
        self.worker = Worker(self, properties={"exactly.once.source.support": "enabled"})
        self.done = []

    def progress(self):
        """Lines in the topic. Close to the end they are counted: offsets are those of aborted transactions, too."""
        ends = sum(kafka.end_offsets(self.topic).values())
        return ends if ends < LINES - 4 * PACE else kafka.count(self.topic)

    def kill(self, victim):
        """Whoever it is; a host that is not there just now has no process to kill."""
        hosts = self.worker.hosts()
        pids = {"source host": [hosts.get(self.src)], "sink host": [hosts.get(self.sink)], "worker": [],
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
        for name in (self.src, self.sink):
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

    def moments(self, rng):
        """By the lines in the topic; the last one is four seconds before the end."""
        return sorted(rng.randrange(PACE // 4, LINES - 5 * PACE) for _ in range(KILLS - 1)) + [LINES - 4 * PACE]

    def left_s(self):
        """What the slower task had left when the source began for the last time; it says so, and its pace is known."""
        said = re.findall(r"task-(\d+)\] generates records (\d+) to (\d+)", self.worker.log)
        return max(int(end) - int(first) for _, first, end in dict((s[0], s) for s in said).values()) * TASKS / PACE

    def pipeline_with_kills(self, config):
        """Until every record is indexed; the seconds from the last kill until the source was done."""
        rng = env.rng(self.id())
        self.worker.start()
        rest = self.worker.rest
        rest.create(self.sink, pipeline.sink(self.topic, env.OPENSEARCH, self.index, tasks=2))
        rest.create(self.src, config)
        victims = list((VICTIMS * KILLS)[:KILLS])
        rng.shuffle(victims)
        for moment, victim in zip(self.moments(rng), victims):
            self.mended_until(lambda m=moment: self.progress() >= m, 120,
                              lambda: "%d lines in the topic; there are %d: %s" % (
                                  moment, self.progress(), rest.status(self.src)))
            # somewhere within the next tenths of a second, between two looks at the progress
            pause = time.monotonic() + rng.random() * 0.3
            env.wait_for(lambda: time.monotonic() >= pause, 5, "the moment", 0.005)
            self.assertNotEqual(rest.task_states(self.src), ["COMPLETED"] * TASKS, "lines still flow")
            killed = time.monotonic()
            self.kill(victim)
        self.mended_until(lambda: rest.task_states(self.src) == ["COMPLETED"] * TASKS, 60,
                          lambda: "the source is done: %s" % rest.status(self.src))
        took = time.monotonic() - killed
        note("killed: %s; done %.1f s after the last" % (
            ", ".join("%s %d×" % (v, self.done.count(v)) for v in VICTIMS), took))
        records = kafka.count(self.topic)
        self.mended_until(lambda: self.opensearch.count(self.index) >= records, 300 if env.LONG else 120,
                          lambda: "%d documents; there are %d" % (records, self.opensearch.count(self.index)))
        self.assertEqual(pipeline.assert_indexed(self, self.opensearch, self.index, self.topic), records)
        self.assert_counters()
        return took

    def assert_counters(self):
        def add_up():
            c = pipeline.counters(self.worker.rest, self.sink)
            return pipeline.settled(c) and c

        counters = env.wait_for(add_up, 20, lambda: "counters add up: %s" % pipeline.counters(self.worker.rest, self.sink))
        self.assertEqual((counters["skipped"], counters["failed"]), (0, 0))

    def assert_order(self, config):
        """In each partition the lines of a task are in the order in which it has made them."""
        made = collections.defaultdict(list)
        for numbered in pipeline.lines_of(config, "--number"):
            task, number, _, line = numbered.split(b"\t", 3)
            made[line].append((task, int(number)))
        last, seen = {}, 0
        for record in sorted(kafka.records(self.topic), key=lambda r: (r.partition, r.offset)):
            if len(made[record.value]) > 1:
                continue  # a few are made more than once: whose it is cannot be told
            task, number = made[record.value][0]
            self.assertGreater(number, last.get((record.partition, task), -1), record.value)
            last[record.partition, task] = number
            seen += 1
        self.assertGreater(seen, LINES * 9 // 10)

    @deadline(300, 1800)
    def test_exactly_once(self):
        config = pipeline.source(self.topic, LINES, rate=PACE, tasks=TASKS)
        config["exactly.once.support"] = "required"
        took = self.pipeline_with_kills(config)
        self.assertLess(took, self.left_s() + COMPLETE_S, "it is complete soon after the last kill")
        pipeline.assert_topic(self, self.topic, config)
        self.assert_order(config)

    @deadline(300, 1800)
    def test_at_least_once(self):
        self.worker.properties["exactly.once.source.support"] = "disabled"
        config = pipeline.source(self.topic, LINES, rate=PACE, tasks=TASKS)
        self.pipeline_with_kills(config)
        made, found = collections.Counter(pipeline.lines_of(config)), collections.Counter(kafka.values(self.topic))
        copies, kills = sum((found - made).values()), len(self.done) - self.done.count("sink host")
        note("%d copies after %d kills" % (copies, kills))
        self.assertEqual(sum((made - found).values()), 0, "lines that are missing")
        self.assertEqual(set(found) - set(made), set(), "lines that nobody made")
        self.assertLessEqual(copies, COPIES * kills)

    @deadline(120)
    def test_hosts_of_a_killed_worker_end(self):
        """A host whose worker is gone drains and exits; the next worker waits for it, and nothing is lost."""
        config = pipeline.source(self.topic, 0, rate=2000)
        self.worker.start()
        rest = self.worker.rest
        rest.create(self.sink, pipeline.sink(self.topic, env.OPENSEARCH, self.index))
        rest.create(self.src, config)
        env.wait_for(lambda: self.opensearch.count(self.index) > 1000, 30, "documents flow", 0.1)
        hosts = self.worker.hosts()
        self.worker.kill()
        env.wait_for(lambda: not any(alive(pid) for pid in hosts.values()), 15, "the hosts are gone")
        at_kill = kafka.count(self.topic)
        self.worker.start()
        rest.wait_state(self.src, tasks="RUNNING", n=1)
        env.wait_for(lambda: kafka.count(self.topic) > at_kill + 1000, 30, "lines flow again", 0.1)
        rest.action(self.src, "stop")
        rest.wait_state(self.src, connector="STOPPED", n=0)
        values = kafka.values(self.topic)
        expected = pipeline.lines_of(dict(config, count=str(len(values))))
        self.assertEqual(pipeline.difference(expected, values), "", "drained offsets: no line twice, none left out")
        env.wait_for(lambda: self.opensearch.count(self.index) == len(values), 30, "all are indexed", 0.2)
