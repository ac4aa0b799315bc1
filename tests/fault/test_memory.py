"""A store that is down for long, or slow, while records keep coming: what the sinks have in memory stays in bounds."""

import time

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase, deadline, note
from cwtest.process import Devstore, rss_bytes
from cwtest.rest import Rest
from cwtest.search import Search

PACE, SLOW_LINES = 5000, 60000
DOWN_S = 600 if env.LONG else 10
MIB = 1 << 20
# Settings of a sink, and by how much it may grow: by the documents, and by the records that they are made of.
SINKS = {"as-it-comes": ({}, 4 * MIB),
         "bytes": ({"batch_size": 50000, "bulk_size_bytes": -1, "max_in_flight_requests": 2, "max_buffered_records": 100000,
                    "max_buffered_bytes": 4 * MIB}, 8 * MIB)}


class Memory(TestCase):
    @deadline(150, 1500)
    def test_grows_by_no_more_than_its_budget(self):
        topic = kafka.topic("memory", 4)
        self.addCleanup(kafka.delete, topic)
        store = Devstore(self, args=["--data=%s/store.db" % self.dir]).start()
        search, worker = Search(store.url), self.worker()
        rest = worker.rest
        for name, (settings, _) in SINKS.items():
            rest.create(name, pipeline.sink(topic, store.url, name, template_enable="false", **settings))
        rest.create("src", pipeline.source(topic, PACE * (DOWN_S if DOWN_S < 60 else 60), rate=PACE))
        for name in SINKS:
            env.wait_for(lambda n=name: search.count(n) > PACE // 2, 60, "documents flow", 0.1)
        hosts = {name: worker.host(name) for name in SINKS}
        store.kill()
        before, most, down = {n: rss_bytes(p) for n, p in hosts.items()}, dict.fromkeys(SINKS, 0), time.monotonic()

        def looked():
            for name, pid in hosts.items():
                most[name] = max(most[name], rss_bytes(pid) - before[name])
            return time.monotonic() - down > DOWN_S

        env.wait_for(looked, DOWN_S + 60, "it was away for long", 0.2)
        note("away for %d s: grew by %s MiB" % (DOWN_S, {n: round(b / MIB, 1) for n, b in most.items()}))
        self.assertEqual({n: worker.host(n) for n in SINKS}, hosts)
        for name, (_, budget) in SINKS.items():
            self.assertLessEqual(most[name], budget, name)
            self.assertEqual(rest.task_states(name), ["RUNNING"])
        store.start()
        rest.wait_state("src", tasks="COMPLETED", n=1, seconds=120)
        total = kafka.count(topic)
        for name in SINKS:
            env.wait_for(lambda n=name: search.count(n) == total, 300,
                         lambda n=name: "%d documents: %d" % (total, search.count(n)), 0.5)
            pipeline.assert_settled(self, rest, name, read=total, indexed=total)
            pipeline.assert_stored(self, search, name, topic)

    @deadline(120)
    def test_a_slow_store_does_not_fill_it(self):
        """All that may be in flight is; that no process has more than env.PEAK_RSS is looked at at the end."""
        topic = kafka.topic("slow", 4)
        self.addCleanup(kafka.delete, topic)
        store, worker = Devstore(self).start(), self.worker()
        Rest(store.port).expect(200, "POST", "/_faults", {"slow_ms": 700})
        worker.rest.create("src", pipeline.source(topic, SLOW_LINES, tasks=2))
        worker.rest.wait_state("src", tasks="COMPLETED", n=2, seconds=60)
        worker.rest.create("sink", pipeline.sink(topic, store.url, "slow", tasks=2))
        pipeline.assert_settled(self, worker.rest, "sink", read=SLOW_LINES, indexed=SLOW_LINES)
        pipeline.assert_stored(self, Search(store.url), "slow", topic)
        worker.note_peaks()
        note("at most %.1f MiB" % (worker.peaks["sink"] / MIB))

    def peak_after_offsets(self, worker, n):
        """Of an exactly-once source, which reads its topic of offsets before it begins: n records of others."""
        offsets, topic, name = kafka.topic("offsets", 25), kafka.topic("after", 1), "src-%d" % n
        self.addCleanup(kafka.delete, topic)
        self.addCleanup(kafka.delete, offsets)
        kafka.produce(offsets, (b"%d %s" % (i, b"x" * 60) for i in range(n)))
        config = pipeline.source(topic, 0, rate=100)
        config.update({"exactly.once.support": "required", "offsets.storage.topic": offsets})
        worker.rest.create(name, config)
        env.wait_for(lambda: kafka.count(topic) > 100, 60, "lines flow", 0.1)
        worker.note_peaks()
        worker.rest.delete(name)
        return worker.peaks[name]

    @deadline(120)
    def test_a_long_topic_of_offsets(self):
        worker = self.worker(properties={"exactly.once.source.support": "enabled"})
        short, long = (self.peak_after_offsets(worker, n) for n in (100, 500000))
        note("%.1f MiB for many records more" % ((long - short) / MIB))
        self.assertLess(long - short, 5 * MIB)
