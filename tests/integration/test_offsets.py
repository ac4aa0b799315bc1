"""Offsets over REST: read, set and forgotten, of sources, exactly-once sources and sinks, on a real broker."""

import os
import time

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase
from cwtest.process import Devstore, Worker
from cwtest.search import Search

COUNT = 300


class Offsets(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("offsets", 2)
        self.addCleanup(kafka.delete, self.topic)
        self.name = env.unique("offsets")

    def change(self, rest, method, body=None, status=200):
        return rest.expect(status, method, rest.path(self.name, "/offsets"), body)

    def run_source(self, rest):
        """Runs the bounded source to its end and stops it."""
        rest.expect(200, "PUT", rest.path(self.name, "/resume?wait=COMPLETED"))
        rest.expect(200, "PUT", rest.path(self.name, "/stop?wait=STOPPED"))

    def wait_count(self, count):
        """A broker answers a commit before it has marked the partitions: what was committed may be seen later."""
        env.wait_for(lambda: kafka.count(self.topic) >= count, 20, "%d records" % count)
        self.assertEqual(kafka.count(self.topic), count)

    def source_goes_back(self, worker):
        rest = worker.rest
        config = pipeline.source(self.topic, COUNT)
        rest.create(self.name, config, initial_state="STOPPED")
        self.run_source(rest)
        self.wait_count(COUNT)
        stored = rest.get(rest.path(self.name, "/offsets"))["offsets"]
        self.assertEqual(len(stored), 1, stored)
        field, = stored[0]["offset"]
        self.assertEqual(stored[0]["offset"][field], COUNT)
        back = {"partition": stored[0]["partition"], "offset": {field: COUNT - 100}}
        self.assertIn("altered successfully", self.change(rest, "PATCH", {"offsets": [back]}).json["message"])
        self.run_source(rest)
        self.wait_count(COUNT + 100)
        for _ in range(2):
            self.assertIn("reset successfully", self.change(rest, "DELETE").json["message"])
        self.assertEqual(rest.get(rest.path(self.name, "/offsets")), {"offsets": []})
        self.run_source(rest)
        self.wait_count(2 * COUNT + 100)
        rest.delete(self.name)

    def test_source(self):
        self.source_goes_back(self.worker())

    def test_exactly_once_source(self):
        topic = env.unique("connect-offsets")
        self.addCleanup(kafka.delete, topic)
        self.source_goes_back(self.worker(properties={"exactly.once.source.support": "enabled",
                                                      "offset.storage.topic": topic}))

    def test_exactly_once_source_whose_state_is_gone(self):
        """What counts is in Kafka: it is shown, and all of it is forgotten, whatever the worker's copy has."""
        offsets = env.unique("connect-offsets")
        self.addCleanup(kafka.forget, offsets)
        worker = self.worker(properties={"exactly.once.source.support": "enabled", "offset.storage.topic": offsets,
                                         "offset.storage.partitions": "2"})
        config = pipeline.source(self.topic, COUNT)
        worker.rest.create(self.name, config, initial_state="STOPPED")
        path = worker.rest.path(self.name, "/offsets")
        self.assertEqual(worker.rest.get(path), {"offsets": []}, "there is no topic yet")
        self.run_source(worker.rest)
        self.wait_count(COUNT)
        worker.stop()
        os.rename(worker.properties["offset.storage.file.filename"], os.path.join(worker.state, "moved.db"))
        # Others may have written a partition with its members in another order, which is another key, and anywhere.
        others = ['["%s",{"a":1,"b":2}]' % self.name, '["%s",{"b":2,"a":1}]' % self.name,
                  '["%s-2",{"c":3}]' % self.name]
        kafka.run("produce", offsets, "hex", data="".join(
            "%d\t0\t%d\t%s\t%s\n" % (i % 2, time.time() * 1000, key.encode().hex(), b'{"n":5}'.hex())
            for i, key in enumerate(others)).encode())
        rest = worker.start().rest
        rest.create(self.name, config, initial_state="STOPPED")
        shown = rest.get(path)["offsets"]
        self.assertEqual(sorted(list(o["offset"].values()) for o in shown), [[5], [COUNT]])
        self.assertIn("reset successfully", self.change(rest, "DELETE").json["message"])
        self.assertEqual(rest.get(path), {"offsets": []})
        last = {(record.partition, record.key.decode()): record.value for record in kafka.hex_records(offsets)}
        self.assertEqual([key for key, value in last.items() if value is not None], [(0, others[2])], "another's stays")
        self.assertEqual({(0, others[0]), (1, others[1])} - {*last}, set())
        self.run_source(rest)
        self.wait_count(2 * COUNT)

    def test_sink(self):
        rest = self.worker().rest
        store = Devstore(self).start()
        kafka.produce(self.topic, pipeline.lines_of(pipeline.source(self.topic, COUNT)))
        rest.create(self.name, pipeline.sink(self.topic, store.url, self.name))
        env.wait_for(lambda: Search(store.url).count(self.name) == COUNT, 30, "every line is indexed")
        refused = self.change(rest, "PATCH", {"offsets": [{"partition": {"kafka_topic": self.topic, "kafka_partition": 0},
                                                           "offset": {"kafka_offset": 0}}]}, 400)
        self.assertIn("must be in the STOPPED state", refused.message)
        rest.expect(200, "PUT", rest.path(self.name, "/stop?wait=STOPPED"))
        ends = kafka.end_offsets(self.topic)
        self.assertEqual(self.committed(rest), ends)
        self.set(rest, {0: 0, 1: None})
        self.assertEqual(self.committed(rest), {0: 0})
        unknown = {"partition": {"kafka_topic": self.topic, "kafka_partition": 99}, "offset": {"kafka_offset": 1}}
        self.assertIn("partition 99", self.change(rest, "PATCH", {"offsets": [unknown]}, 400).message)
        for _ in range(2):
            self.assertIn("reset successfully", self.change(rest, "DELETE").json["message"])
        self.assertEqual(self.committed(rest), {})
        # It begins anew: the same documents again, none of them twice.
        rest.expect(200, "PUT", rest.path(self.name, "/resume?wait=RUNNING"))
        env.wait_for(lambda: self.committed(rest) == ends, 30, "everything is read again")
        self.assertEqual(Search(store.url).count(self.name), COUNT)

    def set(self, rest, offsets):
        self.change(rest, "PATCH", {"offsets": [
            {"partition": {"kafka_topic": self.topic, "kafka_partition": p},
             "offset": None if o is None else {"kafka_offset": o}} for p, o in offsets.items()]})

    def committed(self, rest):
        return {o["partition"]["kafka_partition"]: o["offset"]["kafka_offset"]
                for o in rest.get(rest.path(self.name, "/offsets"))["offsets"]}

    def test_sink_whose_broker_is_named_by_a_provider(self):
        """The variables of the worker file, and of the connector's client settings, are resolved for offsets too."""
        worker = Worker(self, properties={
            "bootstrap.servers": "${env:CW_TEST_BROKERS}", "config.providers": "env",
            "config.providers.env.class": "org.apache.kafka.common.config.provider.EnvVarConfigProvider"})
        rest = worker.start(environ={"CW_TEST_BROKERS": env.KAFKA, "CW_TEST_GROUP": self.name + "-group"}).rest
        self.assertTrue(rest.get("/")["kafka_cluster_id"], "so they are for the cluster's id")
        rest.create(self.name, {"connector.class": "AccessLogElasticsearchSink", "topics": self.topic,
                                "connection.url": "http://127.0.0.1:1",
                                "consumer.override.group.id": "${env:CW_TEST_GROUP}"}, initial_state="STOPPED")
        self.set(rest, {0: 0})
        self.assertEqual(self.committed(rest), {0: 0})
        self.assertEqual(kafka.committed(self.name + "-group", self.topic)[0], 0)
        at = rest.get(rest.path(self.name, "/offsets?at=0"))["offsets"]
        self.assertEqual([o["offset"]["kafka_offset"] for o in at], [0, 0])

    def test_sink_gets_offsets_before_its_first_run(self):
        rest = self.worker().rest
        rest.create(self.name, {"connector.class": "AccessLogElasticsearchSink", "topics": self.topic,
                                "connection.url": "http://127.0.0.1:1"}, initial_state="STOPPED")
        self.assertEqual(self.committed(rest), {})
        self.set(rest, {0: 0})
        self.assertEqual(self.committed(rest), {0: 0})

    # ---- where a new connector begins ----

    def source_begins(self, worker):
        """The rest of the source's run, from an offset that was learnt from another one."""
        rest = worker.rest
        config = pipeline.source(self.topic, COUNT)
        rest.create(self.name, config, initial_state="STOPPED")
        self.run_source(rest)
        self.wait_count(COUNT)
        stored = rest.get(rest.path(self.name, "/offsets"))
        rest.delete(self.name)
        field, = stored["offsets"][0]["offset"]
        stored["offsets"][0]["offset"][field] = COUNT - 100
        later = self.name + "-later"
        rest.expect(201, "POST", "/connectors?wait=COMPLETED&timeout=60",
                    {"name": later, "config": config, "initial_offsets": stored})
        self.wait_count(COUNT + 100)
        self.assertEqual(rest.get(rest.path(later, "/offsets"))["offsets"][0]["offset"], {field: COUNT})

    def test_source_begins_at_an_offset(self):
        self.source_begins(self.worker())

    def test_exactly_once_source_begins_at_an_offset(self):
        topic = env.unique("connect-offsets")
        self.addCleanup(kafka.delete, topic)
        self.source_begins(self.worker(properties={"exactly.once.source.support": "enabled",
                                                   "offset.storage.topic": topic}))

    def test_sink_begins_at_offsets(self):
        rest = self.worker().rest
        store = Devstore(self).start()
        kafka.produce(self.topic, pipeline.lines_of(pipeline.source(self.topic, COUNT)))
        ends = kafka.end_offsets(self.topic)
        config = pipeline.sink(self.topic, store.url, self.name, **{"run.until": "end"})

        def body(partition, offset):
            return {"name": self.name, "config": config, "initial_offsets": [
                {"partition": {"kafka_topic": self.topic, "kafka_partition": partition}, "offset": offset}]}

        for wrong, words in (((99, {"kafka_offset": 1}), "partition 99"), ((0, {"offset": 1}), "'kafka_offset'"),
                             ((0, {"kafka_offset": -1}), "no Kafka offset")):
            refused = rest.expect(400, "POST", "/connectors", body(*wrong))
            self.assertIn(words, refused.message)
        self.assertEqual(rest.get("/connectors"), [])
        rest.expect(201, "POST", "/connectors?wait=COMPLETED&timeout=60", body(0, {"kafka_offset": ends[0] - 10}))
        self.assertEqual(Search(store.url).count(self.name), ends[1] + 10)
        self.assertEqual(self.committed(rest), ends)
