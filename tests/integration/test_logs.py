"""The log lines of one connector over REST: of its process and of the worker, and followed, on a real broker."""

import http.client
import json
import os
import signal

from cwtest import env, kafka, pipeline
from cwtest.case import TestCase


class Follower:
    """GET …/logs?follow=true, read line by line; the end is None."""

    def __init__(self, test, rest, path):
        self.connection = http.client.HTTPConnection("127.0.0.1", rest.port, timeout=20)
        test.addCleanup(self.connection.close)
        self.connection.request("GET", path)
        self.answer = self.connection.getresponse()
        test.assertEqual(self.answer.status, 200)
        test.assertEqual(self.answer.getheader("Content-Type"), "application/x-ndjson")

    def next(self):
        for line in iter(self.answer.readline, b""):
            if line != b"\n":
                return json.loads(line)
        return None

    def until(self, message):
        while True:
            line = self.next()
            if line is None or message in line["message"]:
                return line


class Logs(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("logs", 1)
        self.addCleanup(kafka.delete, self.topic)
        self.name = env.unique("logs")
        self.process = self.worker()
        self.rest = self.process.rest

    def create(self):
        self.rest.create(self.name, pipeline.source(self.topic, 10 ** 9, rate=10))
        self.rest.expect(200, "GET", self.rest.path(self.name, "/status?wait=RUNNING"))

    def logs(self, query=""):
        return self.rest.get(self.rest.path(self.name, "/logs" + query))

    def find(self, message):
        return next((line for line in self.logs() if message in line["message"]), None)

    def test_lines(self):
        self.create()
        env.wait_for(lambda: self.find("generates records"), 20, "the line of the connector's process")
        line = self.find("generates records")
        self.assertEqual((line["level"], line["task"]), ("INFO", 0))
        self.assertIn(line["time"], self.process.log)  # it is the same line as in the log
        self.assertNotIn("task", self.find("created: "))
        self.assertEqual(self.logs("?level=ERROR"), [])
        self.assertEqual(len(self.logs("?lines=2")), 2)
        os.kill(self.process.host(self.name), signal.SIGKILL)
        env.wait_for(lambda: self.logs("?level=ERROR&lines=1"), 20, "the end of the process is told")
        self.assertIn("was ended by signal 9", self.logs("?level=ERROR&lines=1")[0]["message"])
        self.assertEqual(self.find("generates records"), line)  # outlives its process
        self.assertEqual(self.rest.expect(404, "GET", "/connectors/nobody/logs").message, "Connector nobody not found")
        self.assertIn("The parameter level", self.rest.expect(400, "GET", self.rest.path(self.name, "/logs?level=x")).message)

    def test_follow(self):
        self.create()
        follower = Follower(self, self.rest, self.rest.path(self.name, "/logs?follow=true&lines=500"))
        self.assertTrue(follower.until("created: "))
        self.assertTrue(follower.until("generates records"))
        self.rest.expect(202, "PUT", self.rest.path(self.name, "/pause"))
        self.assertEqual(follower.until("PAUSED")["level"], "INFO")
        errors = Follower(self, self.rest, self.rest.path(self.name, "/logs?follow=true&level=ERROR"))
        self.rest.delete(self.name)
        self.assertTrue(follower.until("deleted"))
        self.assertIsNone(follower.next())
        self.assertIsNone(errors.next())

    def test_a_follower_does_not_keep_the_worker(self):
        self.create()
        follower = Follower(self, self.rest, self.rest.path(self.name, "/logs?follow=true"))
        self.process.stop(5)
        self.assertIsNone(follower.until("no such line"))
