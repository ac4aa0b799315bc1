"""The topics that connectors use, over REST: tracked, kept over a restart of the worker, and reset, on a real broker."""

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase
from cwtest.process import Devstore
from cwtest.search import Search


class Topics(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("topics", 2)
        self.addCleanup(kafka.delete, self.topic)
        self.source, self.sink = env.unique("topics-source"), env.unique("topics-sink")

    def topics(self, rest, name):
        answer = rest.get(rest.path(name, "/topics"))
        self.assertEqual(list(answer), [name])
        self.assertEqual(list(answer[name]), ["topics"])
        return answer[name]["topics"]

    def wait_topics(self, rest, name, wanted):
        env.wait_for(lambda: self.topics(rest, name) == wanted, 30, "%s uses %s" % (name, wanted))

    def test_source_and_sink(self):
        worker = self.worker()
        rest = worker.rest
        store = Devstore(self).start()
        rest.create(self.sink, pipeline.sink(self.topic, store.url, self.sink))
        rest.expect(200, "GET", rest.path(self.sink, "/status?wait=RUNNING"))
        self.assertEqual(self.topics(rest, self.sink), [])  # there was nothing to read
        self.assertEqual(self.topics(rest, self.source), [])  # nor is there such a connector
        rest.create(self.source, pipeline.source(self.topic, 300))
        self.wait_topics(rest, self.source, [self.topic])
        self.wait_topics(rest, self.sink, [self.topic])
        worker.stop()
        worker.start()
        rest = worker.rest
        self.assertEqual(self.topics(rest, self.source), [self.topic])  # it is COMPLETED: nothing told it anew
        env.wait_for(lambda: Search(store.url).count(self.sink) == 300, 30, "every line is indexed")
        for name in self.source, self.sink, "topics-none":
            self.assertEqual(rest.expect(202, "PUT", rest.path(name, "/topics/reset")).data, b"")
        self.wait_topics(rest, self.source, [])
        self.wait_topics(rest, self.sink, [])
        kafka.produce(self.topic, [b"one more"])
        self.wait_topics(rest, self.sink, [self.topic])
        self.assertEqual(self.topics(rest, self.source), [])
        rest.delete(self.sink)
        self.assertEqual(self.topics(rest, self.sink), [])

    def test_disabled(self):
        rest = self.worker(properties={"topic.tracking.enable": "false"}).rest
        for method, path in ("GET", "/topics"), ("PUT", "/topics/reset"):
            self.assertEqual(rest.expect(403, method, rest.path("any", path)).message, "Topic tracking is disabled.")

    def test_reset_disabled(self):
        rest = self.worker(properties={"topic.tracking.allow.reset": "false"}).rest
        self.assertEqual(rest.expect(403, "PUT", rest.path("any", "/topics/reset")).message,
                         "Topic tracking reset is disabled.")
        self.assertEqual(self.topics(rest, "any"), [])
