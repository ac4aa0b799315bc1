"""Clients that others wrote for Kafka Connect do their ordinary work, unchanged."""

import json
import os
import subprocess

from cwtest import downloads, env, kafka, pipeline
from cwtest.case import TestCase, deadline

CLIENTS = os.path.join(env.TOP, "tests", "integration", "clients")


class Clients(TestCase):
    def setUp(self):
        super().setUp()
        self.topic = kafka.topic("clients", 1)
        self.addCleanup(kafka.delete, self.topic)
        self.config = pipeline.source(self.topic, 0, rate=10)

    def works(self, command):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100, check=False)
        output = done.stdout.decode("utf-8", "replace")
        self.assertEqual(done.returncode, 0, output[-3000:])
        self.assertEqual(output.splitlines()[-1], "done", output[-3000:])

    @deadline(700)
    def test_python(self):
        interpreter = downloads.python(os.path.join(CLIENTS, "requirements.txt"))
        self.works([interpreter, "-B", os.path.join(CLIENTS, "work.py"), self.worker().url, json.dumps(self.config)])

    @deadline(700)
    def test_java(self):
        jars = downloads.class_path(os.path.join(CLIENTS, "pom.xml"))
        subprocess.run(["javac", "--release", "17", "-Xlint:all", "-Werror", "-cp", jars, "-d", self.dir,
                        os.path.join(CLIENTS, "Work.java")], check=True, timeout=100)
        self.works(["java", "-Xmx64m", "-cp", self.dir + ":" + jars, "Work", self.worker().url] +
                   [text for pair in self.config.items() for text in pair])
