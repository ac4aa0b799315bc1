"""What a worker weighs when it does little: memory is asserted, times are printed."""

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase, note
from cwtest.process import Worker, children, cpu_seconds, pss_bytes

MB = 1 << 20
IDLE_MB = 12
CONNECTOR_MB = 12
# Pss shares a library's pages among all that map it: with few processes on the machine the worker's part of
# libc, librdkafka and the others is larger than with many. The slack covers that, and the page size of files.
SLACK_MB = 2
READY_MS = 100


def weight(worker):
    return pss_bytes(worker.pid) + sum(pss_bytes(pid) for pid in children(worker.pid))


class Footprint(TestCase):
    def test_idle(self):
        worker = Worker(self)
        times = []
        for _ in range(5):
            worker.start()
            times.append(worker.ready_after * 1000)
            worker.stop()
        worker.start()
        used = []
        env.wait_for(lambda: used.append(weight(worker)) or len(used) >= 20, 10, "20 samples", 0.05)
        note("REST ready after %.0f ms (median of 5; the goal is %d ms)" % (sorted(times)[2], READY_MS))
        note("idle worker: %.1f MB (Pss of all its processes; the goal is %d MB)" % (max(used) / MB, IDLE_MB))
        self.assertLessEqual(max(used), (IDLE_MB + SLACK_MB) * MB)
        # idle means idle: no polling that keeps a core busy
        before = cpu_seconds(worker.pid)
        samples = []
        env.wait_for(lambda: samples.append(1) or len(samples) >= 21, 10, "two seconds", 0.1)
        self.assertLess(cpu_seconds(worker.pid) - before, 0.1)

    def test_each_connector(self):
        topic = kafka.topic("footprint", 1)
        self.addCleanup(kafka.delete, topic)
        index = self.drop(self.opensearch, env.unique("footprint"))
        worker = self.worker()
        rest = worker.rest
        idle = weight(worker)
        # A modest flow: what waits for a store that is slow for a moment belongs to the load (tests/bench), not here.
        for name, config in (("src", pipeline.source(topic, 0, rate=200)),
                             ("sink", pipeline.sink(topic, env.OPENSEARCH, index))):
            rest.create(name, config)
            rest.wait_state(name, tasks="RUNNING", n=1)
            env.wait_for(lambda: kafka.count(topic) > 200, 20, "records flow", 0.2)
        env.wait_for(lambda: self.opensearch.count(index) > 1000, 60, "documents", 0.2)
        hosts = worker.hosts()
        for name in ("src", "sink"):
            added = pss_bytes(hosts[name])
            note("running connector %s: %.1f MB (the goal is %d MB)" % (name, added / MB, CONNECTOR_MB))
            self.assertLessEqual(added, (CONNECTOR_MB + SLACK_MB) * MB)
        self.assertLessEqual(weight(worker) - idle, 2 * (CONNECTOR_MB + SLACK_MB) * MB)
