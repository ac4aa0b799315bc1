"""A source, a topic, a sink and an index while something goes wrong, and when records went through."""

import collections
import time

from . import env, kafka, pipeline
from .case import note
from .gateway import Gateway
from .process import Worker
from .search import Search

RATE = 1000
PARTITIONS = 6


class Watch(Gateway):
    """Stands before the store and notes when documents came."""

    def __init__(self, test, url):
        self.bulks = []  # (monotonic time, documents)
        self.delay_s = 0  # of each bulk request, before the store has it
        super().__init__(test, int(url.rsplit(":", 1)[1]), self.note)

    def note(self, handler, body):
        if "_bulk" in handler.path:
            self.bulks.append((time.monotonic(), body.count(b"\n") // 2))
            if self.delay_s:
                time.sleep(self.delay_s)

    def documents(self):
        return sum(n for _, n in list(self.bulks))


class Pause:
    """The longest time without any of the moments between two of them, or start or end, from start to end."""

    def __init__(self, moments, start, end):
        inside = [start] + sorted(m for m in moments if start < m < end) + [end]
        self.seconds, begin = max((b - a, a) for a, b in zip(inside, inside[1:]))
        self.after = begin - start

    def __str__(self):
        return "%.2f s (from %.1f s on)" % (self.seconds, self.after)


class Flow:
    """A source of one task that does not end by itself, and a sink of two."""

    def __init__(self, test, url, worker=None, source=None, sink=None, rate=RATE, replicas=3, **settings):
        """worker, source, sink: more of their settings; settings: of the topic."""
        self.test = test
        # The broker's clock says when a record was there, not the producer's.
        self.settings = dict(settings, message_timestamp_type="LogAppendTime")
        self.topic = kafka.topic("flow", "%dx%d" % (PARTITIONS, replicas), *kafka.pairs(self.settings))
        test.addCleanup(kafka.delete, self.topic)
        self.search, self.index = Search(url), env.unique("flow")
        test.addCleanup(self.search.delete, self.index)
        self.watch = Watch(test, url)
        # Nobody else's group, and offsets of a source that live in Kafka.
        self.name, self.src = env.unique("sink"), env.unique("src")
        self.group = "connect-" + self.name
        self.config = dict(pipeline.source(self.topic, 0, rate=rate), **(source or {}))
        # Failed tasks come again as they do for users, only sooner.
        properties = dict({"task.restart.attempts.max": None, "task.restart.delay.ms": "100",
                           "task.restart.delay.max.ms": "1000"}, **(worker or {}))
        self.worker = Worker(test, properties=properties).start()
        self.rest = self.worker.rest
        self.sink = dict(pipeline.sink(self.topic, self.watch.url, self.index, tasks=2), **(sink or {}))
        self.rest.create(self.name, self.sink)
        # A group that is still forming when it loses its coordinator is another story.
        env.wait_for(lambda: self.partitions() == [PARTITIONS // 2] * 2, 30,
                     lambda: "both tasks have partitions: %s" % self.partitions())
        self.rest.create(self.src, self.config)
        env.wait_for(lambda: self.watch.documents() > rate // 2, 30,
                     lambda: "documents flow: %s" % self.rest.status(self.name))

    def partitions(self, rest=None):
        """How many each task of the sink has; also of another worker's."""
        return [int(v) for name, labels, v in (rest or self.rest).metrics().samples
                if name == "connect_worker_task_partitions" and labels["connector"] == self.name]

    def metric(self, name):
        """Of the sink, summed over its tasks."""
        return int(self.rest.metrics().sum("connect_worker_task_" + name, connector=self.name) or 0)

    def in_flight(self):
        """Records of the source that Kafka has not acknowledged."""
        return int(self.rest.metrics().sum("connect_worker_task_records_in_flight", connector=self.src) or 0)

    def goes_on(self, records=RATE, seconds=30):
        """So many more documents come."""
        there = self.watch.documents()
        env.wait_for(lambda: self.watch.documents() >= there + records, seconds,
                     lambda: "documents flow: %s %s" % (self.rest.status(self.name), self.rest.status(self.src)))

    def stop_source(self, seconds=30):
        self.rest.action(self.src, "stop")
        self.rest.wait_state(self.src, connector="STOPPED", n=0, seconds=seconds)

    def source_offset(self):
        """The records before it are acknowledged."""
        offsets = self.rest.get("/connectors/%s/offsets" % self.src)["offsets"]
        return offsets[0]["offset"]["record"] if offsets else 0

    def ended(self, once=True, seconds=60):
        """All that flowed is there: each line once (or at least once) in the topic, each record once in the index."""
        self.stop_source()
        self.records = kafka.records(self.topic)
        values = [r.value for r in self.records]
        stored = 0 if once else self.source_offset()
        lines = pipeline.lines_of(dict(self.config, count=str(len(values) + stored)))
        if not once: # what is behind the stored offset may be there, or come again
            self.test.assertEqual(set(values) - set(lines), set())
            lines = lines[:stored]
            more = collections.Counter(values) - collections.Counter(lines)
            lines += more.elements()
            note("%d lines were written again, or are behind the stored offset" % sum(more.values()))
        self.test.assertEqual(pipeline.difference(lines, values), "")
        env.wait_for(lambda: self.search.count(self.index) >= len(values), seconds,
                     lambda: "%d documents, there are %d: %s" % (len(values), self.search.count(self.index),
                                                                 self.rest.status(self.name)), 0.1)
        pipeline.assert_indexed(self.test, self.search, self.index, self.topic)
        counters = env.wait_for(self.settled, 20,
                                lambda: "counters add up: %s" % pipeline.counters(self.rest, self.name))
        self.test.assertEqual((counters["skipped"], counters["failed"], counters["dropped"]), (0, 0, 0))
        return counters

    def settled(self):
        c = pipeline.counters(self.rest, self.name)
        return pipeline.settled(c) and c

    def appended(self):
        """Partition → when records came to it (monotonic); after ended()."""
        shift, there = time.time() - time.monotonic(), {}
        for r in self.records:
            there.setdefault(r.partition, []).append(r.timestamp / 1000 - shift)
        return there

    def pauses(self, start, seconds):
        """The longest pauses in this time, of the source, of the source in any one partition, and of the sink."""
        end, there = start + seconds, self.appended()
        return (Pause((t for times in there.values() for t in times), start, end),
                max((Pause(times, start, end) for times in there.values()), key=lambda pause: pause.seconds),
                Pause((t for t, _ in self.watch.bulks), start, end))

    def sent_again(self):
        """Documents that went to the store more than once."""
        return self.watch.documents() - len(self.records)
