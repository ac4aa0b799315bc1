"""examples/platform.sh: the whole platform is brought up, edited and taken down."""

import json
import os
import re
import shutil
import subprocess
import urllib.request

from cwtest import airflow, env
from cwtest.case import TestCase, deadline
from cwtest.process import command_line, processes
from cwtest.search import Search


class Local(TestCase):
    def setUp(self):
        super().setUp()
        self.home = os.path.join(self.dir, "platform")
        self.dags = os.path.join(self.dir, "dags")
        shutil.copytree(airflow.DAGS, self.dags)
        self.addCleanup(self.call, "down")

    def call(self, verb, status=0):
        environ = {k: v for k, v in os.environ.items() if not k.endswith("_PORT") and k != "STACK_RUN"}
        environ.update(CW_PLATFORM=self.home, CW_PREFIX=env.PREFIX, AIRFLOW_DAGS=self.dags, KAFKA_HEAP="256m",
                       OPENSEARCH_HEAP="512m")
        done = subprocess.run([os.path.join(env.TOP, "examples", "platform.sh"), verb], env=environ, timeout=600,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        text = done.stdout.decode()
        with open(self.log_file("platform"), "a", encoding="utf-8") as f:
            f.write(text)
        self.assertEqual(done.returncode, status, text)
        return text

    def edit(self, path, old, new):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        self.assertIn(old, text)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace(old, new))

    @deadline(900)
    def test_life(self):
        self.assertIn("nothing was started yet", self.call("status", 1))
        text = self.call("up")
        store = Search(re.search(r"http://127\.0\.0\.1:\d+(?=/demo-logs)", text)[0])
        env.wait_for(lambda: store.count("demo-logs-*") > 0, 60, "lines flow", 0.2)
        web = re.search(r"http://127\.0\.0\.1:\d+(?= \(user admin)", text)[0]
        with urllib.request.urlopen(web + "/health", timeout=30) as response:
            self.assertEqual(json.load(response)["scheduler"]["status"], "healthy")
        self.assertIn("demo-sink", self.call("status"))
        self.edits()
        # What is up already is left as it is.
        self.assertIn("worker: already running", self.call("up"))
        self.call("down")
        self.assertEqual([p for p, _ in processes() if any(self.home in a for a in command_line(p))], [])
        self.assertIn("worker: stopped", self.call("status"))
        self.call("purge")
        self.assertFalse(os.path.exists(os.path.join(self.home, "run")))

    def edits(self):
        self.assertIn("7 DAGs", self.call("check"))
        file = os.path.join(self.home, "connectors", "demo-source.json")
        self.edit(file, '"records.per.second": "50"', '"records.per.second": "fifty"')
        self.assertIn("records.per.second", self.call("check", 1))
        self.edit(file, '"fifty"', '"60"')
        self.assertIn("60", self.call("check"))
        self.assertIn("60", self.call("apply"))
        self.edit(os.path.join(self.dags, "connect_health.py"), "from datetime", "import nowhere\nfrom datetime")
        text = self.call("check", 1)
        self.assertIn("connect_health.py", text)
        self.assertIn("No module named 'nowhere'", text)
