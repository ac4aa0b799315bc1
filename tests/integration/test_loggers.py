"""Loggers over REST: what the worker and the processes of connectors write follows at once, on a real broker."""

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase

GENERATES = "generates records"  # by the connector's process, whenever its task starts
REST = "REST PUT"                # by the worker


class Loggers(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("loggers", 1)
        self.addCleanup(kafka.delete, self.topic)
        self.name = env.unique("loggers")
        self.process = self.worker()
        self.rest = self.process.rest

    def set(self, logger, level, query="", status=200):
        return self.rest.expect(status, "PUT", "/admin/loggers/%s%s" % (logger, query), {"level": level})

    def restart_task(self):
        self.rest.expect(200, "POST", self.rest.path(self.name, "/restart?includeTasks=true&wait=RUNNING"))

    def said(self, text):
        return self.process.log.count(text)

    def test_take_effect_at_once(self):
        rest, own = self.rest, "connectors." + self.name
        rest.create(self.name, pipeline.source(self.topic, 10 ** 9, rate=10))
        env.wait_for(lambda: self.said(GENERATES) == 1, 20, "the task runs")
        self.assertEqual(rest.get("/admin/loggers"), {
            name: {"level": "INFO", "last_modified": None} for name in ("connectors", own, "root", "worker")})
        self.assertEqual(self.set(own, "off").json, [own])
        self.restart_task()
        self.assertEqual(self.said(GENERATES), 1)
        self.assertEqual(self.set("root", "INFO").json, ["connectors", own, "root", "worker"])
        self.restart_task()
        env.wait_for(lambda: self.said(GENERATES) == 2, 20, "the task says that it has started again")
        self.assertEqual(self.set("worker", "WARN", "?scope=cluster", 204).data, b"")
        before = self.said(REST)
        self.assertEqual(self.set("connectors", "TRACE", "?scope=other").json, ["connectors", own])
        self.assertEqual(self.said(REST), before)
        self.assertEqual(rest.get("/admin/loggers/" + own)["level"], "TRACE")
        self.assertGreater(rest.get("/admin/loggers/" + own)["last_modified"], 10 ** 12)
        self.process.restart()
        self.assertEqual(self.process.rest.get("/admin/loggers/worker"), {"level": "INFO", "last_modified": None})

    def test_errors(self):
        self.assertEqual(self.rest.expect(404, "GET", "/admin/loggers/nobody").message, "Logger nobody not found.")
        self.assertEqual(self.set("root", "LOUD", status=404).message, "invalid log level 'LOUD'.")
        self.assertEqual(self.rest.expect(400, "PUT", "/admin/loggers/root", {}).message,
                         "Desired 'level' parameter was not specified in request.")
