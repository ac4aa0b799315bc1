"""examples/platform.sh: the whole platform is brought up, edited and taken down."""

import json
import os
import re
import shutil
import signal
import subprocess
import threading
import urllib.request

from cwtest import airflow, env
from cwtest.case import TestCase, deadline
from cwtest.process import Process, command_line, processes
from cwtest.search import Search

SCRIPT = os.path.join(env.TOP, "examples", "platform.sh")


class Editor:
    """Makes and removes the files that editors have for themselves, all the time."""

    def __init__(self, test, *folders):
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.work, args=(folders,))
        self.thread.start()
        test.addCleanup(self.stop)

    def work(self, folders):
        paths = [os.path.join(folder, name) for folder in folders
                 for name in ("4913", ".connect_health.py.swp", "demo-source.json~")]
        while not self.ended.wait(0.001):
            for path in paths:
                with open(path, "w", encoding="utf-8"):
                    pass
            for path in paths:
                os.unlink(path)

    def stop(self):
        self.ended.set()
        self.thread.join()


class Local(TestCase):
    def setUp(self):
        super().setUp()
        self.home = os.path.join(self.dir, "platform")
        self.dags = os.path.join(self.dir, "dags")
        shutil.copytree(airflow.DAGS, self.dags)
        self.addCleanup(self.call, "down")

    def environ(self):
        environ = {k: v for k, v in os.environ.items() if not k.endswith("_PORT") and k != "STACK_RUN"}
        environ.update(CW_PLATFORM=self.home, CW_PREFIX=env.PREFIX, AIRFLOW_DAGS=self.dags, KAFKA_HEAP="256m",
                       OPENSEARCH_HEAP="512m")
        return environ

    def call(self, verb, status=0):
        done = subprocess.run([SCRIPT, verb], env=self.environ(), timeout=600,
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
        self.watched()
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
        self.edit(os.path.join(self.dags, "connect_health.py"), "import nowhere\nfrom", "from")

    def watched(self):
        """What is edited is live within seconds, unless it is wrong."""
        process = Process(self, "watch")
        process.spawn([SCRIPT, "watch"], self.environ())
        seen = 0

        def tells(words, seconds=60):
            nonlocal seen
            env.wait_for(lambda: words in process.log[seen:], seconds,
                         lambda: "%r in %s" % (words, process.log[seen:]), 0.1)
            seen = len(process.log)

        tells("watching ")
        editor = Editor(self, os.path.join(self.home, "connectors"), self.dags)
        file = os.path.join(self.home, "connectors", "demo-source.json")
        self.edit(file, '"60"', '"sixty"')
        tells("connectors: as before")
        self.edit(file, '"sixty"', '"70"')
        tells("connectors: live", 60)
        self.assertEqual(self.config("demo-source")["records.per.second"], "70")
        dag = os.path.join(self.dags, "connect_health.py")
        self.edit(dag, "from datetime", "import nowhere\nfrom datetime")
        tells("DAGs: not right")
        self.edit(dag, "import nowhere\nfrom", "from")
        tells("DAGs: live")
        editor.stop()
        self.assertTrue(process.running(), process.log)
        self.assertEqual(process.log.count("DAGs: edited"), 2, "nobody has edited more than that")
        process.signal(signal.SIGINT)
        process.wait(10)

    def config(self, connector):
        worker = re.search(r"CONNECT_URL=(\S+)", self.call("status"))[1]
        with urllib.request.urlopen("%s/connectors/%s/config" % (worker, connector), timeout=30) as response:
            return json.load(response)
