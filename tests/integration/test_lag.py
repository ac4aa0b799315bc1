"""The gauge consumer_lag: what a sink has not read yet, also of partitions in which nothing comes."""

import time

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase
from cwtest.process import Devstore


class Lag(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("lag", 4)
        self.addCleanup(kafka.delete, self.topic)
        self.store = Devstore(self).start()
        self.w = self.worker()
        source = pipeline.source(self.topic, 2000, key="client_ip")  # in all partitions
        self.w.rest.expect(201, "POST", "/connectors?wait=COMPLETED", {"name": "source", "config": source})

    def metric(self, name):
        return self.w.rest.metrics().sum("connect_worker_task_" + name, connector="s")

    def test_idle_partitions(self):
        """What was committed by another run is no lag, though this one reads nothing."""
        self.w.rest.create("s", pipeline.sink(self.topic, self.store.url, "lag", tasks=2))
        env.wait_for(lambda: self.metric("records_written_total") == 2000 and self.metric("consumer_lag") == 0, 30,
                     "all written, and no lag")
        self.w.restart()
        env.wait_for(lambda: self.metric("partitions") == 4, 30, "the partitions are assigned")
        # The gauge is computed every second: three of them are looked at, while the partitions stay idle.
        end = time.monotonic() + 3
        while time.monotonic() < end:
            self.assertEqual(self.metric("consumer_lag"), 0)
            time.sleep(env.POLL_S)

    def test_of_a_run_that_is_over(self):
        for _ in range(2):
            rest = self.w.rest
            rest.put("s", pipeline.sink(self.topic, self.store.url, "lag", tasks=2, **{"run.until": "end"}))
            rest.expect(200, "POST", rest.path("s", "/restart?wait=COMPLETED"))
            self.assertEqual(self.metric("consumer_lag"), 0)
